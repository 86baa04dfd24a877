"""No preference at all: the control of every comparison."""

from __future__ import annotations

from dataclasses import dataclass

import jax
from jax import Array

from eligo.tasks import Task
from eligo.utilities.protocol import Predicted, Situation, Workload


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

    def of_predictions(self, predicted: Predicted, *, key: Array) -> Array:
        """Scores (examples,), uniform in [0, 1), whatever is predicted."""
        return jax.random.uniform(key, (len(predicted.X),))

    def is_from_predictions(self, task: Task) -> bool:
        """Whatever the task: not even predictions are looked at."""
        del task
        return True

    def work(self, load: Workload) -> float:
        """Nothing: no network is asked."""
        return 0.0
