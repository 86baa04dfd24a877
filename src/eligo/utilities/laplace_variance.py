"""Laplace variance: what the labelled examples leave open about the function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import jax
from jax import Array

from eligo.utilities.laplace import laplace_variance, laplace_work
from eligo.utilities.protocol import Situation, Workload


@dataclass(frozen=True)
class LaplaceVariance:
    """Predictive variance of one network by a linearised Laplace approximation, summed over outputs.

    Of one output it ranks as `PredictiveEntropy` does; of several, entropy adds logarithms where this adds variances, so
    that the output with most to learn counts most. The noise has no part in it.

    References
    ----------
    MacKay (1992), Information-based objective functions for active data selection, Neural Computation 4(4); the linearised
    form: Immer, Korzepa & Bauer (2021), Improving predictions of Bayesian neural nets via local linearization, AISTATS.

    Examples
    --------
    >>> LaplaceVariance()
    LaplaceVariance()
    """

    tasks: ClassVar[tuple[str, ...]] = ("regression",)

    def __call__(self, situation: Situation, *, key: Array) -> Array:
        """Scores (examples,), at least 0, in squared coded units; NaN for examples that are no candidates."""
        del key
        params = jax.tree.map(lambda leaf: leaf[0], situation.params)
        return laplace_variance(situation, params).sum(axis=1)

    def work(self, load: Workload) -> float:
        """The Laplace approximation's."""
        return laplace_work(load)
