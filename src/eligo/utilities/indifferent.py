"""The same score for every example: the rule alone decides."""

from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp
from jax import Array

from eligo.tasks import Task
from eligo.utilities.protocol import Predicted, Situation, Workload


@dataclass(frozen=True)
class Indifferent:
    """One for every example: what is chosen follows from the rule, as in core-set, BADGE and LCMD.

    Examples
    --------
    >>> Indifferent()
    Indifferent()
    """

    def __call__(self, situation: Situation, *, key: Array) -> Array:
        """Scores (examples,), all 1."""
        del key
        return jnp.ones(len(situation.X), situation.X.dtype)

    def of_predictions(self, predicted: Predicted, *, key: Array) -> Array:
        """Scores (examples,), all 1, whatever is predicted."""
        del key
        return jnp.ones(len(predicted.X), predicted.X.dtype)

    def is_from_predictions(self, task: Task) -> bool:
        """Whatever the task: not even predictions are looked at."""
        del task
        return True

    def is_pointwise(self, task: Task) -> bool:
        """Whatever the task: nothing is looked at."""
        del task
        return True

    def work(self, load: Workload) -> float:
        """Nothing: no network is asked."""
        return 0.0
