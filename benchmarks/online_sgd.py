"""Online SGD (batch size 1, momentum) on 120 examples: nanoseconds per step and network, against a plain loop in C++.

The loop is built where a compiler is present, runs on all cores, and is checked to compute what eligo computes. "Tuned" is
the same loop with the output weights transposed, so that all inner loops run over neighbours in memory. "Without the option"
is eligo without the compiler option that keeps the sums of a step in the loops around them.

    python benchmarks/online_sgd.py [--quick]
"""

from collections.abc import Callable
from ctypes import CDLL
from functools import partial
from typing import Any
from unittest.mock import patch

import cpp
from problem import Problem, draw_problem, open_contest, print_table, train
from timing import Steady, steady

from eligo import training

REACHES = {(4, 10, 3): 1.25, (4, 64, 3): 1.25, (4, 512, 3): 1.5}
"""Shapes, and the most that eligo shall take of the plain loop's time."""

COLUMNS = (
    "network",
    "eligo",
    "plain C++",
    "ratio",
    "reach",
    "tuned C++",
    "ratio",
    "without the option",
    "ratio",
    "a call",
)


def train_without_option(problem: Problem, epochs: int) -> Any:
    """Train with the program that is compiled without the option: otherwise, batches go through it."""
    with patch.object(training, "_advance_online", training._advance_batches):
        return train(problem, 1, epochs)


def contestants(problem: Problem, library: CDLL | None) -> dict[str, Callable[[int], Any]]:
    """Everyone's training as a function of the number of epochs."""
    own = {"eligo": partial(train, problem, 1), "without the option": partial(train_without_option, problem)}
    if library is None:
        return own
    return own | {
        name: cpp.trainer(library, problem, is_full=False, is_tuned=is_tuned) for name, is_tuned in cpp.VARIANTS.items()
    }


def row(problem: Problem, times: dict[str, Steady], reach: float) -> str:
    """A line of the table: nanoseconds per step and network, and ratios of eligo's to the others'."""
    per_step = 1e9 / len(problem.X) / len(problem.keys)
    cells = [problem.name, f"{times['eligo'].per_epoch * per_step:.1f}"]
    for name in (*cpp.VARIANTS, "without the option"):
        timed = name in times
        cells.append(f"{times[name].per_epoch * per_step:.1f}" if timed else "no compiler")
        cells.append(f"{times['eligo'].per_epoch / times[name].per_epoch:.2f}" if timed else "–")
        cells += [f"{reach:.2f}"] * (name == "plain C++")
    cells.append(f"{times['eligo'].of_call * 1e3:.1f} ms")
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Check that everyone computes the same, and print the table."""
    n_nets, budget, turns = open_contest(__doc__, "ns per step and network")
    library, rows = cpp.build(), []
    for shape, reach in REACHES.items():
        problem = draw_problem(shape, n_nets)
        if library is not None:
            print(*cpp.check(library, problem, 1), sep="\n", flush=True)
        rows.append(row(problem, steady(contestants(problem, library), budget, turns), reach))
    print_table(COLUMNS, rows)


if __name__ == "__main__":
    main()
