"""InfoBatch's rule: what is easy is left out at random, and the rest of it counts more."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax import Array

from eligo.mistakes import refuse_unless_number


@dataclass(frozen=True)
class SoftPrune:
    """InfoBatch's rule: candidates below the mean score are left out with a probability, and the kept ones count more.

    Of those below the mean a share ``probability`` is left out at random; the others weigh 1/(1 - probability), so that
    the expected gradient is that of all candidates. Those that reach the mean all stay, with weight 1.

    Parameters
    ----------
    probability : float, default=0.5, in [0, 1), r of the paper

    Raises
    ------
    ValueError
        If the probability lies outside [0, 1).

    References
    ----------
    Qin et al. (2024), InfoBatch: lossless training speed up by unbiased dynamic data pruning, ICLR.

    Examples
    --------
    >>> import jax, jax.numpy as jnp
    >>> scores, everyone = jnp.array([0.1, 0.2, 0.9]), jnp.ones(3, dtype=bool)
    >>> weights = SoftPrune(0.5)(scores, everyone, everyone[:, None], key=jax.random.key(0))
    >>> float(weights[2]), {0.0, 2.0}.issuperset(weights[:2].tolist())
    (1.0, True)
    """

    probability: float = 0.5

    def __post_init__(self) -> None:
        """Refuse what is no probability, or leaves nobody to weigh more."""
        refuse_unless_number("probability", self.probability, lambda share: 0 <= share < 1, "in [0, 1)")

    def __call__(self, scores: Array, is_candidate: Array, strata: Array, *, key: Array) -> Array:
        """Weights of the candidates, 0 for those that are left out."""
        del strata
        is_scored = is_candidate & jnp.isfinite(scores)
        mean = jnp.where(is_scored, scores, 0).sum() / jnp.maximum(is_scored.sum(), 1)
        is_left_out = jax.random.uniform(key, scores.shape) < self.probability
        soft = jnp.where(is_left_out, 0.0, 1 / (1 - self.probability))
        return jnp.where(is_candidate, jnp.where(scores < mean, soft, 1.0), 0.0)
