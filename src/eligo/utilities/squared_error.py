"""The loss of Eq. 10 as informativeness: what InfoBatch prunes by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import jax
from jax import Array

from eligo.utilities.protocol import Situation, Workload


@dataclass(frozen=True)
class SquaredError:
    """Squared error of an example summed over its outputs, sum_k (t_k - o_k)^2: its part of Eq. 10; needs labels.

    References
    ----------
    Qin et al. (2024), InfoBatch: lossless training speed up by unbiased dynamic data pruning, ICLR.

    Examples
    --------
    >>> SquaredError()
    SquaredError()
    """

    needs_labels: ClassVar[bool] = True

    def __call__(self, situation: Situation, *, key: Array) -> Array:
        """Scores (examples,), at least 0, in coded units; NaN where an example has no label."""
        del key
        params = jax.tree.map(lambda leaf: leaf[0], situation.params)
        outputs = situation.network.apply(params, situation.X, situation.task)
        squares: Array = ((situation.targets - outputs) ** 2).sum(axis=1)
        return squares

    def work(self, load: Workload) -> float:
        """One forward pass each."""
        return load.n_scored
