"""What contestants take per epoch in the long run, timed in turns so that noise on the machine hits them all."""

import math
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

SETTLED = 1.05
"""Ratio up to which the two fastest of some turns agree."""


class Steady(NamedTuple):
    """Seconds of one epoch, and of a call beside its epochs; NaN where noise was larger than what was measured."""

    per_epoch: float
    of_call: float


def seconds_of(run: Callable[[int], Any], epochs: int) -> float:
    """Seconds of one call, which must have finished its work when it returns."""
    began = time.perf_counter()
    run(epochs)
    return time.perf_counter() - began


def enough_epochs(run: Callable[[int], Any], budget: float) -> int:
    """Epochs, a power of two of at least 4, that take the seconds of the budget besides the call; compiles before."""
    run(1)
    of_call, epochs = seconds_of(run, 0), 4
    while seconds_of(run, epochs) - of_call < budget:
        epochs *= 2
    return epochs


def steady(contestants: Mapping[str, Callable[[int], Any]], budget: float, turns: int) -> dict[str, Steady]:
    """Seconds per epoch in the long run: the difference of two numbers of epochs, so that calls and compilation drop out.

    The fewest seconds count, as other work on the machine only adds to them.

    Parameters
    ----------
    contestants : mapping of name to a function of a number of epochs
    budget : float, least seconds of the longer of a contestant's two calls
    turns : int, at least 2, that everyone gets; up to four times as many until everyone's two fastest agree
    """
    epochs = {name: enough_epochs(run, budget) for name, run in contestants.items()}
    few, many = ({name: [] for name in contestants} for _ in range(2))
    for turn in range(4 * turns):
        for name, run in contestants.items():
            few[name].append(seconds_of(run, epochs[name] // 4))
            many[name].append(seconds_of(run, epochs[name]))
        if turn + 1 >= turns and all(map(_is_settled, [*few.values(), *many.values()])):
            break
    return {name: _line(epochs[name], min(few[name]), min(many[name])) for name in contestants}


def _is_settled(seconds: list[float]) -> bool:
    """Whether the fewest seconds were no accident."""
    fewest, next_fewest = sorted(seconds)[:2]
    return next_fewest <= SETTLED * fewest


def _line(epochs: int, few: float, many: float) -> Steady:
    """The line through a quarter of the epochs and all of them."""
    per_epoch = (many - few) / (epochs - epochs // 4)
    if per_epoch <= 0:
        return Steady(math.nan, math.nan)
    return Steady(per_epoch, max(few - per_epoch * (epochs // 4), 0.0))
