"""The nearest of some centres to each example; centres are as many as there are, in a program of one shape."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import Array

from eligo.representations.protocol import Embedding

CENTRES_AT_ONCE = 16
"""Centres whose distances are held at a time."""


def smallest_over_centres(distances: Callable[[Array], Array], is_centre: Array) -> tuple[Array, Array]:
    """Smallest distance of each example from a centre, and which centre that is.

    Parameters
    ----------
    distances : centres by index (picked,) -> their distances from all examples (picked, examples)
    is_centre : bool array (examples,), which examples are centres

    Returns
    -------
    float array (examples,), infinite where there is no centre; int array (examples,), the centre's index
    """
    n_examples, n_centres = len(is_centre), is_centre.sum()
    first = jnp.argsort(~is_centre, stable=True)
    order = jnp.pad(first, (0, -n_examples % CENTRES_AT_ONCE), mode="edge")

    def compare(block: Array, nearest: tuple[Array, Array]) -> tuple[Array, Array]:
        smallest, centre = nearest
        places = block * CENTRES_AT_ONCE + jnp.arange(CENTRES_AT_ONCE)
        picked = order[places]
        found = jnp.where((places < n_centres)[:, None], distances(picked), jnp.inf)
        closer = found.min(axis=0) < smallest
        return jnp.where(closer, found.min(axis=0), smallest), jnp.where(closer, picked[found.argmin(axis=0)], centre)

    dtype = jax.eval_shape(distances, order[:CENTRES_AT_ONCE]).dtype
    start = jnp.full(n_examples, jnp.inf, dtype), jnp.zeros(n_examples, order.dtype)
    n_blocks = -(-n_centres // CENTRES_AT_ONCE)
    smallest, centre = jax.lax.fori_loop(0, n_blocks, compare, start)
    return smallest, centre


def nearest_centre(embedding: Embedding, is_centre: Array) -> tuple[Array, Array]:
    """Squared distance of each example from its nearest centre, and which centre that is.

    Parameters
    ----------
    embedding : Embedding
    is_centre : bool array (examples,), which examples are centres

    Returns
    -------
    float array (examples,), infinite where there is no centre; int array (examples,), the centre's index

    Examples
    --------
    >>> from eligo.representations.vectors import Vectors
    >>> line = Vectors(jnp.array([[0.0], [1.0], [5.0]]))
    >>> [found.tolist() for found in nearest_centre(line, jnp.array([True, False, True]))]
    [[0.0, 1.0, 0.0], [0, 0, 2]]
    """
    return smallest_over_centres(embedding.squared_distances, is_centre)
