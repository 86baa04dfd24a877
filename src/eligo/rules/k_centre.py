"""Greedy k-centre: the example farthest from everything labelled, one after the other."""

from __future__ import annotations

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
from jax import Array

from eligo.mistakes import checked_count
from eligo.representations import Embedding, LastHidden, Representation, nearest_centre
from eligo.representations.protocol import refuse_no_representation
from eligo.rules.by_score import best_one
from eligo.rules.weights import batch_work, weights_of
from eligo.utilities import Workload


@dataclass(frozen=True)
class KCentre:
    """n candidates, each the farthest from all that is labelled or chosen before it; scores multiply distances.

    The largest distance that an example then has to a centre is at most twice the smallest possible. Where nothing is
    labelled yet the first is the longest vector, and with equal scores it covers the pool and no more: outliers first.

    Parameters
    ----------
    n : int, default=1, at least 1; all candidates when there are fewer
    representation : Representation, default=LastHidden(), where the examples lie

    Raises
    ------
    ValueError
        If n is below 1.

    References
    ----------
    Gonzalez (1985), Clustering to minimize the maximum intercluster distance; as core-set: Sener & Savarese (2018), Active
    learning for convolutional neural networks: a core-set approach, ICLR.

    Examples
    --------
    >>> from eligo.representations import Vectors
    >>> line, is_labelled = Vectors(jnp.array([[0.0], [1.0], [5.0], [9.0]])), jnp.array([True, False, False, False])
    >>> same, how = jnp.ones(4), {"key": jax.random.key(0), "embedding": line, "is_labelled": is_labelled}
    >>> KCentre(2)(same, ~is_labelled, is_labelled[:, None], **how).tolist()  # 9 first, then 5
    [False, False, True, True]
    """

    n: int = 1
    representation: Representation = field(default=LastHidden())

    def __post_init__(self) -> None:
        """Refuse an empty query."""
        checked_count("n", self.n)
        refuse_no_representation(self.representation)

    def __call__(
        self, scores: Array, is_candidate: Array, strata: Array, *, key: Array, embedding: Embedding, is_labelled: Array
    ) -> Array:
        """The n farthest, one after the other."""
        del strata
        weights = weights_of(scores, is_candidate)
        nearest, _ = nearest_centre(embedding, is_labelled)
        nearest = jnp.where(is_labelled.any(), nearest, embedding.squared_lengths())

        def pick(index: Array, state: tuple[Array, Array]) -> tuple[Array, Array]:
            nearest, chosen = state
            is_left = is_candidate & ~chosen
            best = best_one(weights * jnp.sqrt(nearest), is_left, jax.random.fold_in(key, index))
            distances = embedding.squared_distances(best.argmax()[None])[0]
            is_first = ~(is_labelled | chosen).any()  # there was no centre before, only the origin
            return jnp.where(is_first, distances, jnp.minimum(nearest, distances)), chosen | best

        _, chosen = jax.lax.fori_loop(0, self.n, pick, (nearest, jnp.zeros_like(is_candidate)))
        return chosen

    def work(self, load: Workload) -> float:
        """Embedding all, and the distances of all from each labelled and each chosen example."""
        return batch_work(self.representation, load, load.n_examples * (load.n_labelled + self.n))
