"""What batch rules have in common: scores as weights of distances."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax import Array

from eligo.representations import Representation
from eligo.utilities import Workload


def weights_of(scores: Array, is_candidate: Array) -> Array:
    """Scores as weights (examples,), the largest 1: what is negative, NaN or no candidate weighs nothing.

    Scores that tell no candidate from another (all zero, or NaN) weigh one each.
    """
    usable = jnp.where(is_candidate, jnp.nan_to_num(scores, nan=0.0), 0)
    largest = usable.max()
    weights = jnp.maximum(usable, 0) / jnp.where(largest > 0, largest, 1)
    return jnp.where(largest > 0, weights, is_candidate.astype(weights.dtype))


def batch_work(representation: Representation, load: Workload, n_distances: float) -> float:
    """Forward-equivalents of embedding all examples and taking so many distances."""
    sizes: tuple[Any, ...] = (load.network, load.n_features, load.n_outputs)
    embedded = load.n_examples * representation.embedding_work(*sizes)
    return embedded + n_distances * representation.distance_work(*sizes)
