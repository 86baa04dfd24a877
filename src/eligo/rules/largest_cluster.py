"""The farthest example of the largest cluster: where much is far from every label."""

from __future__ import annotations

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
from jax import Array

from eligo.mistakes import checked_count
from eligo.representations import Embedding, Representation, TangentKernel, nearest_centre
from eligo.representations.protocol import refuse_no_representation
from eligo.rules.by_score import best_one
from eligo.rules.weights import batch_work, weights_of
from eligo.utilities import Workload


@dataclass(frozen=True)
class LargestCluster:
    """n candidates, each the farthest of the cluster with the largest sum of squared distances; then all are regrouped.

    A cluster is what lies nearest to one labelled or chosen example. So a batch is spread, and in proportion to where the
    pool lies, which `KCentre` is not. Scores multiply squared distances. Where nothing is labelled yet the first is the
    longest vector.

    Parameters
    ----------
    n : int, default=1, at least 1; all candidates when there are fewer
    representation : Representation, default=TangentKernel(), where the examples lie

    Raises
    ------
    ValueError
        If n is below 1.

    References
    ----------
    Holzmueller, Zaverkin, Kaestner & Steinwart (2023), A framework and benchmark for deep batch active learning for
    regression, JMLR 24(164) (LCMD-TP).

    Examples
    --------
    >>> from eligo.representations import Vectors
    >>> line, is_labelled = Vectors(jnp.array([[0.0], [1.0], [7.0], [2.0], [2.5]])), jnp.arange(5) % 2 == 0
    >>> same, how = jnp.ones(5), {"key": jax.random.key(0), "embedding": line, "is_labelled": is_labelled}
    >>> LargestCluster(1)(same, ~is_labelled, is_labelled[:, None], **how).tolist()  # 1 beside 0, 0.5 beside 2.5
    [False, True, False, False, False]
    """

    n: int = 1
    representation: Representation = field(default=TangentKernel())

    def __post_init__(self) -> None:
        """Refuse an empty query."""
        checked_count("n", self.n)
        refuse_no_representation(self.representation)

    def __call__(
        self, scores: Array, is_candidate: Array, strata: Array, *, key: Array, embedding: Embedding, is_labelled: Array
    ) -> Array:
        """The farthest of the largest cluster, n times."""
        del strata
        weights = weights_of(scores, is_candidate)
        nearest, centre = nearest_centre(embedding, is_labelled)
        nearest = jnp.where(is_labelled.any(), nearest, embedding.squared_lengths())

        def pick(index: Array, state: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
            nearest, centre, chosen = state
            is_left = is_candidate & ~chosen
            masses = jnp.where(is_left, weights * nearest, 0)
            sums = jax.ops.segment_sum(masses, centre, num_segments=len(masses))[centre]
            is_largest = is_left & (sums == jnp.where(is_left, sums, -jnp.inf).max())
            best = best_one(masses, is_largest, jax.random.fold_in(key, index))
            picked = best.argmax()
            distances = embedding.squared_distances(picked[None])[0]
            is_closer = (distances < nearest) | ~(is_labelled | chosen).any()
            return jnp.where(is_closer, distances, nearest), jnp.where(is_closer, picked, centre), chosen | best

        start = nearest, centre, jnp.zeros_like(is_candidate)
        _, _, chosen = jax.lax.fori_loop(0, self.n, pick, start)
        return chosen

    def work(self, load: Workload) -> float:
        """Embedding all, and the distances of all from each labelled and each chosen example."""
        return batch_work(self.representation, load, load.n_examples * (load.n_labelled + self.n))
