"""Disagreement of an ensemble (Eq. 9): the total predictive variance of its members."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import jax.numpy as jnp
from jax import Array
from numpy.typing import ArrayLike

from eligo.utilities.predictions import PredictionScore


def ensemble_variance(probabilities: ArrayLike) -> Array:
    """Variance of members' predictions (Eq. 9), summed over classes or outputs.

    Zero when all members predict the same, however unsure they are.

    Parameters
    ----------
    probabilities : float array (members, examples, classes), or predictions (members, examples, outputs)

    Returns
    -------
    float array (examples,), at least 0; the variance divides by the number of members

    Examples
    --------
    >>> import numpy as np
    >>> ensemble_variance(np.array([[[1.0, 0.0]], [[0.0, 1.0]]])).tolist()
    [0.5]
    """
    return jnp.var(jnp.asarray(probabilities, dtype=float), axis=0).sum(axis=-1)


@dataclass(frozen=True)
class EnsembleVariance(PredictionScore):
    """Total predictive variance of the members of a committee (Eq. 9).

    Examples
    --------
    >>> EnsembleVariance()
    EnsembleVariance()
    """

    min_members: ClassVar[int] = 2

    def score(self, values: Array) -> Array:
        """Scores (examples,), at least 0."""
        return ensemble_variance(values)
