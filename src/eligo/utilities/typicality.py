"""Typicality: how close an example's neighbours are."""

from __future__ import annotations

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
from jax import Array

from eligo.mistakes import checked_count
from eligo.representations import Embedding, LastHidden, Representation
from eligo.representations.protocol import refuse_no_representation
from eligo.utilities.protocol import Situation, Workload

ROWS_AT_ONCE = 64
"""Examples whose distances from all others are held at a time."""


def typicality(embedding: Embedding, is_present: Array, n_neighbours: int = 20) -> Array:
    """Inverse of the mean distance of each example from its nearest neighbours: large in dense places.

    Parameters
    ----------
    embedding : Embedding
    is_present : bool array (examples,), those that may be neighbours
    n_neighbours : int, default=20, at least 1; all others when there are fewer

    Returns
    -------
    float array (examples,), above 0; an example among its own copies has nearly the largest number

    Examples
    --------
    >>> from eligo.representations import Vectors
    >>> line = Vectors(jnp.array([[0.0], [1.0], [5.0]]))
    >>> typicality(line, jnp.ones(3, dtype=bool), n_neighbours=1).tolist()
    [1.0, 1.0, 0.25]
    """
    n_examples = len(is_present)
    places = jnp.pad(jnp.arange(n_examples), (0, -n_examples % ROWS_AT_ONCE)).reshape(-1, ROWS_AT_ONCE)
    k = max(1, min(n_neighbours, n_examples - 1))

    def of_rows(picked: Array) -> Array:
        squared = embedding.squared_distances(picked)
        is_other = is_present & (picked[:, None] != jnp.arange(n_examples))
        negative, _ = jax.lax.top_k(jnp.where(is_other, -squared, -jnp.inf), k)
        is_there = jnp.isfinite(negative)
        total = jnp.where(is_there, jnp.sqrt(jnp.where(is_there, -negative, 0)), 0).sum(axis=1)
        return total / jnp.maximum(is_there.sum(axis=1), 1)

    mean_distance = jax.lax.map(of_rows, places).reshape(-1)[:n_examples]
    return 1 / jnp.maximum(mean_distance, jnp.finfo(mean_distance.dtype).tiny * 4)


@dataclass(frozen=True)
class Typicality:
    """Inverse mean distance of an example from its nearest neighbours among candidates and labelled examples.

    It needs no label and says nothing about uncertainty; with `eligo.rules.UncoveredClusters` it is TypiClust, which takes
    neighbours within a cluster where this takes them in the whole pool.

    Parameters
    ----------
    n_neighbours : int, default=20, at least 1
    representation : Representation, default=LastHidden(), where the examples lie

    Raises
    ------
    ValueError
        If ``n_neighbours`` is below 1.

    References
    ----------
    Hacohen, Dekel & Weinshall (2022), Active learning on a budget: opposite strategies suit high and low budgets, ICML.

    Examples
    --------
    >>> Typicality(n_neighbours=5)
    Typicality(n_neighbours=5, representation=LastHidden())
    """

    n_neighbours: int = 20
    representation: Representation = field(default=LastHidden())

    def __post_init__(self) -> None:
        """Refuse to look at nobody."""
        checked_count("n_neighbours", self.n_neighbours)
        refuse_no_representation(self.representation)

    def __call__(self, situation: Situation, *, key: Array) -> Array:
        """Scores (examples,), above 0."""
        del key
        params = jax.tree.map(lambda leaf: leaf[0], situation.params)
        embedding = self.representation(situation.network, params, situation.X, situation.task)
        return typicality(embedding, situation.is_candidate | situation.is_labelled, self.n_neighbours)

    def work(self, load: Workload) -> float:
        """Embedding all examples, and the distances between all."""
        return pairs_work(self.representation, load)


def pairs_work(representation: Representation, load: Workload) -> float:
    """Forward-equivalents of embedding all examples and taking the distances between all of them."""
    sizes = (load.network, load.n_features, load.n_outputs)
    embedded = load.n_examples * representation.embedding_work(*sizes)
    return embedded + load.n_examples**2 * representation.distance_work(*sizes)
