"""Margin: how little the most probable class is ahead of the second."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import jax
import jax.numpy as jnp
from jax import Array
from numpy.typing import ArrayLike

from eligo.utilities.predictions import PredictionScore


def margin(probabilities: ArrayLike) -> Array:
    """How close the two most probable classes are, ``1 - (p_first - p_second)``: the smallest margin has the most.

    Zero when one class has all the probability; one when two lead together, whatever is left to the others.

    Parameters
    ----------
    probabilities : float array (..., classes), each row non-negative with sum 1; two classes or more

    Returns
    -------
    float array (...,), in [0, 1]

    References
    ----------
    Scheffer, Decomain & Wrobel (2001), Active hidden Markov models for information extraction, IDA.

    Examples
    --------
    >>> import numpy as np
    >>> margin(np.array([[1.0, 0.0, 0.0], [0.5, 0.25, 0.25]])).tolist()
    [0.0, 0.75]
    """
    first_two, _ = jax.lax.top_k(jnp.asarray(probabilities, dtype=float), 2)
    return 1 - (first_two[..., 0] - first_two[..., 1])


@dataclass(frozen=True)
class Margin(PredictionScore):
    """How close the two classes are that one network finds most probable.

    References
    ----------
    Scheffer, Decomain & Wrobel (2001), Active hidden Markov models for information extraction, IDA.

    Examples
    --------
    >>> Margin()
    Margin()
    """

    tasks: ClassVar[tuple[str, ...]] = ("classification",)

    def score(self, values: Array) -> Array:
        """Scores (examples,), in [0, 1]."""
        return margin(values[0])
