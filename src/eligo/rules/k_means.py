"""k-means++ seeding: examples far from each other, by lot."""

from __future__ import annotations

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
from jax import Array

from eligo.mistakes import checked_count
from eligo.representations import Embedding, GradientEmbedding, Representation
from eligo.representations.protocol import refuse_no_representation
from eligo.rules.by_score import best_one
from eligo.rules.weights import batch_work, weights_of
from eligo.utilities import Workload


@dataclass(frozen=True)
class KMeansPlusPlus:
    """n candidates, each drawn in proportion to its squared distance from those before it; scores multiply it.

    The first is the longest vector, as in the code of BADGE's authors; labelled examples are no centres. So a batch of one
    is no lottery. In `GradientEmbedding` long vectors are uncertain and distant ones differ: BADGE.

    Parameters
    ----------
    n : int, default=1, at least 1; all candidates when there are fewer
    representation : Representation, default=GradientEmbedding(), where the examples lie

    Raises
    ------
    ValueError
        If n is below 1.

    References
    ----------
    Arthur & Vassilvitskii (2007), k-means++: the advantages of careful seeding, SODA; as BADGE: Ash, Zhang, Krishnamurthy,
    Langford & Agarwal (2020), Deep batch active learning by diverse, uncertain gradient lower bounds, ICLR.

    Examples
    --------
    >>> from eligo.representations import Vectors
    >>> line, nobody = Vectors(jnp.array([[0.0], [0.0], [5.0], [9.0]])), jnp.zeros(4, dtype=bool)
    >>> same, how = jnp.ones(4), {"key": jax.random.key(0), "embedding": line, "is_labelled": nobody}
    >>> KMeansPlusPlus(1)(same, ~nobody, nobody[:, None], **how).tolist()  # the longest
    [False, False, False, True]
    """

    n: int = 1
    representation: Representation = field(default=GradientEmbedding())

    def __post_init__(self) -> None:
        """Refuse an empty query."""
        checked_count("n", self.n)
        refuse_no_representation(self.representation)

    def __call__(
        self, scores: Array, is_candidate: Array, strata: Array, *, key: Array, embedding: Embedding, is_labelled: Array
    ) -> Array:
        """The longest, then n - 1 by lot."""
        del strata, is_labelled
        weights = weights_of(scores, is_candidate)

        def pick(index: Array, state: tuple[Array, Array]) -> tuple[Array, Array]:
            nearest, chosen = state
            is_left = is_candidate & ~chosen
            lot_key, tie_key = jax.random.split(jax.random.fold_in(key, index))
            masses = jnp.where(is_left, weights * nearest, 0)
            masses = jnp.where(masses.max() > 0, masses, weights)  # copies of those before: any of them
            noise = jnp.where(index > 0, jax.random.gumbel(lot_key, masses.shape, masses.dtype), 0)
            best = best_one(jnp.log(masses) + noise, is_left, tie_key)
            distances = embedding.squared_distances(best.argmax()[None])[0]
            return jnp.where(index > 0, jnp.minimum(nearest, distances), distances), chosen | best

        start = embedding.squared_lengths(), jnp.zeros_like(is_candidate)
        _, chosen = jax.lax.fori_loop(0, self.n, pick, start)
        return chosen

    def work(self, load: Workload) -> float:
        """Embedding all, and the distances of all from each chosen example."""
        return batch_work(self.representation, load, load.n_examples * self.n)
