"""No preference at all: the control of every comparison."""

from __future__ import annotations

from dataclasses import dataclass

import jax
from jax import Array

from eligo.utilities.protocol import Situation, Workload


@dataclass(frozen=True)
class Random:
    """Scores drawn at random: a pool queried with it is the control for active learning.

    Examples
    --------
    >>> Random()
    Random()
    """

    def __call__(self, situation: Situation, *, key: Array) -> Array:
        """Scores (examples,), uniform in [0, 1)."""
        return jax.random.uniform(key, (len(situation.X),))

    def work(self, load: Workload) -> float:
        """Nothing: no network is asked."""
        return 0.0
