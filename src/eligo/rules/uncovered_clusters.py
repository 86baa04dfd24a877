"""The best example of each large cluster that has no label yet."""

from __future__ import annotations

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
from jax import Array

from eligo.mistakes import checked_count
from eligo.representations import Embedding, LastHidden, Representation, Vectors, nearest_centre, smallest_over_centres
from eligo.representations.protocol import refuse_no_representation
from eligo.rules.by_score import best_one
from eligo.rules.weights import batch_work
from eligo.utilities import Workload

SWEEPS = 10
"""Rounds of Lloyd's algorithm."""


@dataclass(frozen=True)
class UncoveredClusters:
    """n candidates, each with the highest score in the cluster with the fewest labels, the largest among equal ones.

    k-means makes as many clusters as there will be labels, ``labelled + n``; small ones are left alone as long as there is
    another. With `eligo.utilities.Typicality` it is TypiClust, for budgets of a few labels a class.

    Parameters
    ----------
    n : int, default=1, at least 1; all candidates when there are fewer
    representation : Representation of vectors, default=LastHidden(), where the examples lie
    most : int, default=500, at least 1, clusters at most
    smallest : int, default=5, at least 0; clusters of so many examples or fewer come last

    Raises
    ------
    ValueError
        If n or ``most`` is below 1, ``smallest`` negative, or the representation has no vectors to take means of.

    References
    ----------
    Hacohen, Dekel & Weinshall (2022), Active learning on a budget: opposite strategies suit high and low budgets, ICML
    (TypiClust). Sizes as in the authors' code; its representation is learnt without labels, ours is the network's.

    Examples
    --------
    >>> X, is_labelled = jnp.array([[0.0], [0.1], [9.0], [9.1], [9.2]]), jnp.array([True] + 4 * [False])
    >>> how = {"key": jax.random.key(0), "embedding": Vectors(X), "is_labelled": is_labelled}
    >>> rule = UncoveredClusters(1, smallest=0)  # two clusters, of which one has a label
    >>> rule(jnp.arange(5.0), ~is_labelled, is_labelled[:, None], **how).tolist()
    [False, False, False, False, True]
    """

    n: int = 1
    representation: Representation = field(default=LastHidden())
    most: int = 500
    smallest: int = 5

    def __post_init__(self) -> None:
        """Refuse an empty query, and sizes that no cluster has."""
        checked_count("n", self.n)
        refuse_no_representation(self.representation)
        checked_count("most", self.most)
        checked_count("smallest", self.smallest, least=0)

    def __call__(
        self, scores: Array, is_candidate: Array, strata: Array, *, key: Array, embedding: Embedding, is_labelled: Array
    ) -> Array:
        """The best of one uncovered cluster after the other."""
        del strata
        if not isinstance(embedding, Vectors):
            raise ValueError(
                f"`representation` {self.representation!r} has no vectors to take means of. Use LastHidden() or Inputs()."
            )
        seed_key, pick_key = jax.random.split(key)
        is_present = is_candidate | is_labelled
        n_clusters = jnp.minimum(is_labelled.sum() + self.n, min(self.most, len(is_labelled)))
        cluster = clusters(embedding, is_present, n_clusters, key=seed_key)
        size = _in_cluster(is_present, cluster)
        is_small = size <= self.smallest

        def pick(index: Array, chosen: Array) -> Array:
            is_left = is_candidate & ~chosen
            n_covering = _in_cluster(is_labelled | chosen, cluster)
            place = jnp.lexsort((-size, n_covering, is_small, ~is_left))[
                0
            ]  # one of the best cluster with somebody left
            return chosen | best_one(scores, is_left & (cluster == cluster[place]), jax.random.fold_in(pick_key, index))

        chosen: Array = jax.lax.fori_loop(0, self.n, pick, jnp.zeros_like(is_candidate))
        return chosen

    def work(self, load: Workload) -> float:
        """Embedding all, and the distances of all from every centre, in seeding and in each round."""
        n_clusters = min(load.n_labelled + self.n, self.most, load.n_examples)
        return batch_work(self.representation, load, load.n_examples * n_clusters * (1 + SWEEPS))


def _in_cluster(is_counted: Array, cluster: Array) -> Array:
    """How many of the counted lie in each example's own cluster, int (examples,)."""
    counts: Array = jax.ops.segment_sum(is_counted.astype(int), cluster, num_segments=len(cluster))[cluster]
    return counts


def clusters(vectors: Vectors, is_present: Array, n_clusters: Array, *, key: Array) -> Array:
    """k-means: the number of the cluster of each example.

    Seeds are drawn as k-means++ does; then each example goes to the nearest centre and each centre to the mean of its own.

    Parameters
    ----------
    vectors : Vectors
    is_present : bool array (examples,), those that make the clusters
    n_clusters : int scalar, at least 1; it may differ between calls of one program
    key : jax random key

    Returns
    -------
    int array (examples,), in [0, examples)

    References
    ----------
    Lloyd (1982), Least squares quantization in PCM; Arthur & Vassilvitskii (2007), k-means++.
    """
    n_examples = len(vectors.values)
    is_seed = _seeds(vectors, is_present, n_clusters, key)
    _, cluster = nearest_centre(vectors, is_seed)

    def sweep(_: Array, cluster: Array) -> Array:
        counted = is_present.astype(vectors.values.dtype)
        sums = jax.ops.segment_sum(vectors.values * counted[:, None], cluster, num_segments=n_examples)
        sizes = jax.ops.segment_sum(counted, cluster, num_segments=n_examples)
        means = sums / jnp.maximum(sizes, 1)[:, None]
        _, moved = smallest_over_centres(lambda picked: vectors.squared_distances_from(means[picked]), sizes > 0)
        return moved

    settled: Array = jax.lax.fori_loop(0, SWEEPS, sweep, cluster)
    return settled


def _seeds(vectors: Vectors, is_present: Array, n_clusters: Array, key: Array) -> Array:
    """Examples that k-means starts from, by lot in proportion to their squared distance from those before."""

    def draw(index: Array, state: tuple[Array, Array]) -> tuple[Array, Array]:
        nearest, is_seed = state
        noise = jax.random.gumbel(jax.random.fold_in(key, index), nearest.shape, nearest.dtype)
        seed = jnp.where(is_present & ~is_seed, jnp.log(nearest) + noise, -jnp.inf).argmax()
        is_seed = is_seed.at[seed].set(is_present[seed])
        return jnp.minimum(nearest, vectors.squared_distances(seed[None])[0]), is_seed

    start = jnp.ones(len(is_present), vectors.values.dtype), jnp.zeros_like(is_present)
    # Everybody is at distance 1 from no seed, so that the first is anyone.
    first = draw(jnp.zeros((), int), start)
    first = vectors.squared_distances(first[1].argmax()[None])[0], first[1]
    _, is_seed = jax.lax.fori_loop(1, n_clusters, draw, first)
    return is_seed
