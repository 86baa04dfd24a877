"""KL disagreement: how far the members of a committee are from what they say together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import jax
import jax.numpy as jnp
from jax import Array
from numpy.typing import ArrayLike

from eligo.utilities.predictions import PredictionScore


def kl_disagreement(probabilities: ArrayLike) -> Array:
    """Mean Kullback-Leibler divergence of the members' predictions from their mean, in nats.

    Zero when all members predict the same, however unsure; ``log(members)`` at most. It is `bald` written otherwise:
    ``mean_m KL(p_m || mean p) = H(mean p) - mean_m H(p_m)``; here as the divergences, which do not lose digits where
    members nearly agree.

    Parameters
    ----------
    probabilities : float array (members, examples, classes), each row non-negative with sum 1

    Returns
    -------
    float array (examples,), at least 0

    References
    ----------
    McCallum & Nigam (1998), Employing EM and pool-based active learning for text classification, ICML.

    Examples
    --------
    >>> import numpy as np
    >>> kl_disagreement(np.array([[[1.0, 0.0]], [[0.0, 1.0]]])).round(3)
    Array([0.693], dtype=float32)
    """
    probabilities = jnp.asarray(probabilities, dtype=float)
    together = probabilities.mean(axis=0)
    return jax.scipy.special.rel_entr(probabilities, together).sum(axis=-1).mean(axis=0)


@dataclass(frozen=True)
class KLDisagreement(PredictionScore):
    """Mean Kullback-Leibler divergence of a committee's members from what they say together.

    References
    ----------
    McCallum & Nigam (1998), Employing EM and pool-based active learning for text classification, ICML.

    Examples
    --------
    >>> KLDisagreement()
    KLDisagreement()
    """

    min_members: ClassVar[int] = 2
    tasks: ClassVar[tuple[str, ...]] = ("classification",)

    def score(self, values: Array) -> Array:
        """Scores (examples,) in nats, at least 0."""
        return kl_disagreement(values)
