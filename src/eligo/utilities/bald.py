"""BALD: what a label would tell about which member of a committee is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import jax.numpy as jnp
from jax import Array
from numpy.typing import ArrayLike

from eligo.utilities.entropy import entropy
from eligo.utilities.predictions import PredictionScore


def bald(probabilities: ArrayLike) -> Array:
    """Mutual information of an example's label and the member that predicts it, in nats.

    Entropy of the mean prediction less the mean entropy of predictions: large where members are sure of different
    classes, zero where they agree, however unsure they are.

    Parameters
    ----------
    probabilities : float array (members, examples, classes), each row non-negative with sum 1

    Returns
    -------
    float array (examples,), at least 0

    References
    ----------
    Houlsby, Huszar, Ghahramani & Lengyel (2011), Bayesian active learning for classification and preference learning,
    arXiv 1112.5745.

    Examples
    --------
    >>> import numpy as np
    >>> bald(np.array([[[1.0, 0.0], [0.5, 0.5]], [[0.0, 1.0], [0.5, 0.5]]])).round(3)
    Array([0.693, 0.   ], dtype=float32)
    """
    probabilities = jnp.asarray(probabilities, dtype=float)
    together = entropy(probabilities.mean(axis=0), normalised=False)
    return jnp.maximum(together - entropy(probabilities, normalised=False).mean(axis=0), 0)


@dataclass(frozen=True)
class BALD(PredictionScore):
    """What a label would tell about which member of a committee is right; the members stand for a posterior.

    References
    ----------
    Houlsby, Huszar, Ghahramani & Lengyel (2011), Bayesian active learning for classification and preference learning,
    arXiv 1112.5745.

    Examples
    --------
    >>> BALD()
    BALD()
    """

    min_members: ClassVar[int] = 2
    tasks: ClassVar[tuple[str, ...]] = ("classification",)

    def score(self, values: Array) -> Array:
        """Scores (examples,) in nats, at least 0."""
        return bald(values)
