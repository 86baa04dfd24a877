"""Least confidence: how far the most probable class is from certain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import jax.numpy as jnp
from jax import Array
from numpy.typing import ArrayLike

from eligo.utilities.predictions import PredictionScore


def least_confidence(probabilities: ArrayLike) -> Array:
    """What the most probable class leaves to all others, ``1 - max_c p_c``.

    Zero when one class has all the probability; ``1 - 1/classes`` when all are equally probable.

    Parameters
    ----------
    probabilities : float array (..., classes), each row non-negative with sum 1

    Returns
    -------
    float array (...,), in [0, 1)

    References
    ----------
    Lewis & Gale (1994), A sequential algorithm for training text classifiers, SIGIR.

    Examples
    --------
    >>> import numpy as np
    >>> least_confidence(np.array([[1.0, 0.0], [0.75, 0.25]])).tolist()
    [0.0, 0.25]
    """
    return 1 - jnp.asarray(probabilities, dtype=float).max(axis=-1)


@dataclass(frozen=True)
class LeastConfidence(PredictionScore):
    """What the most probable class of one network leaves to all others.

    References
    ----------
    Lewis & Gale (1994), A sequential algorithm for training text classifiers, SIGIR.

    Examples
    --------
    >>> LeastConfidence()
    LeastConfidence()
    """

    tasks: ClassVar[tuple[str, ...]] = ("classification",)

    def score(self, values: Array) -> Array:
        """Scores (examples,), in [0, 1)."""
        return least_confidence(values[0])
