"""Whether a network is right about an example: what forgetting is counted of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import jax
import jax.numpy as jnp
from jax import Array

from eligo.utilities.protocol import Situation, Workload


@dataclass(frozen=True)
class Rightness:
    """1 where the network is right about an example, 0 where it is not; needs labels.

    A classifier is right where its largest output is the example's class. Function approximation counts as right while
    the squared error is at most the mean over all examples that have labels.

    Examples
    --------
    >>> Rightness()
    Rightness()
    """

    needs_labels: ClassVar[bool] = True

    def __call__(self, situation: Situation, *, key: Array) -> Array:
        """Scores (examples,), 0 or 1; 0 where an example has no label."""
        del key
        params = jax.tree.map(lambda leaf: leaf[0], situation.params)
        outputs = situation.network.apply(params, situation.X, situation.task)
        if situation.task.has_classes:
            is_right = (outputs.argmax(axis=1) == situation.targets.argmax(axis=1)) & situation.is_labelled
        else:
            errors = jnp.where(situation.is_labelled, ((situation.targets - outputs) ** 2).sum(axis=1), jnp.nan)
            is_right = errors <= jnp.nanmean(errors)
        return is_right.astype(outputs.dtype)

    def work(self, load: Workload) -> float:
        """One forward pass each."""
        return load.n_scored
