"""Prediction error as informativeness: Engelbrecht's own comparison for sensitivity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import jax
import jax.numpy as jnp
from jax import Array

from eligo.utilities.protocol import Situation, Workload


@dataclass(frozen=True)
class AbsoluteError:
    """Largest absolute error of an example's outputs, max_k |t_k - o_k|; needs labels.

    Large for examples that the network gets wrong, also where it is saturated and sensitivity is small.

    References
    ----------
    Engelbrecht (2001), Selective learning for multilayer feedforward neural networks, IWANN.

    Examples
    --------
    >>> AbsoluteError()
    AbsoluteError()
    """

    needs_labels: ClassVar[bool] = True

    def __call__(self, situation: Situation, *, key: Array) -> Array:
        """Scores (examples,), at least 0; NaN where an example has no label."""
        del key
        params = jax.tree.map(lambda leaf: leaf[0], situation.params)
        outputs = situation.network.apply(params, situation.X, situation.task)
        return jnp.abs(situation.targets - outputs).max(axis=1)

    def work(self, load: Workload) -> float:
        """One forward pass each."""
        return load.n_scored
