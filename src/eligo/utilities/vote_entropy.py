"""Vote entropy: how widely the votes of a committee spread over the classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import jax
import jax.numpy as jnp
from jax import Array
from numpy.typing import ArrayLike

from eligo.utilities.entropy import entropy
from eligo.utilities.predictions import PredictionScore


def vote_entropy(votes: ArrayLike, n_classes: int) -> Array:
    """Disagreement of a committee about each example, in nats.

    Zero when all members agree, ``log(n_classes)`` when votes spread evenly. How sure a member is does not count.

    Parameters
    ----------
    votes : int array (members, examples), class index voted by each member
    n_classes : int, at least 2

    Returns
    -------
    float array (examples,)

    References
    ----------
    Dagan & Engelson (1995), Committee-based sampling for training probabilistic classifiers, ICML.

    Examples
    --------
    >>> import numpy as np
    >>> vote_entropy(np.array([[0, 0], [0, 1]]), n_classes=2).round(3)
    Array([0.   , 0.693], dtype=float32)
    """
    shares = jax.nn.one_hot(jnp.asarray(votes), n_classes, dtype=float).mean(axis=0)
    return entropy(shares, normalised=False)


@dataclass(frozen=True)
class VoteEntropy(PredictionScore):
    """Entropy of the votes of a committee's members, each for its most probable class.

    It has as many values as there are ways to divide the votes, so that ties are common, and drawn by lot.

    References
    ----------
    Dagan & Engelson (1995), Committee-based sampling for training probabilistic classifiers, ICML.

    Examples
    --------
    >>> VoteEntropy()
    VoteEntropy()
    """

    min_members: ClassVar[int] = 2
    tasks: ClassVar[tuple[str, ...]] = ("classification",)

    def score(self, values: Array) -> Array:
        """Scores (examples,) in nats, at least 0."""
        return vote_entropy(values.argmax(axis=-1), values.shape[-1])
