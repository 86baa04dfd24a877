"""Greedy sampling for function approximation: far from what is labelled, in inputs, in outputs, or in both."""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp
from jax import Array

from eligo.representations import Vectors, smallest_over_centres
from eligo.utilities.protocol import Predicted

Distances = Callable[[Array], Array]
"""Labelled examples by index (picked,) -> how far all are from them, (picked, examples)."""


def input_distances(X: Array) -> Distances:
    """Euclidean distances between inputs (examples, features)."""
    vectors = Vectors(X)
    return lambda picked: jnp.sqrt(vectors.squared_distances(picked))


def output_distances(prediction: Array, targets: Array) -> Distances:
    """Euclidean distances of all predictions from labels; both (examples, outputs)."""
    predictions = Vectors(prediction)
    return lambda picked: jnp.sqrt(predictions.squared_distances_from(targets[picked]))


def farthest_first(predicted: Predicted, distances: Distances) -> Array:
    """Smallest distance from a labelled example; where nothing is labelled yet, how close to the pool's centre.

    The first example of greedy sampling is the one closest to the mean of all candidates.

    Returns
    -------
    float array (examples,), at least 0 where something is labelled, else at most 0
    """
    nearest, _ = smallest_over_centres(distances, predicted.is_labelled)
    is_candidate = predicted.is_candidate[:, None]
    centre = jnp.where(is_candidate, predicted.X, 0).sum(axis=0) / jnp.maximum(is_candidate.sum(), 1)
    from_centre = jnp.sqrt(Vectors(predicted.X).squared_distances_from(centre[None])[0])
    return jnp.where(predicted.is_labelled.any(), nearest, -from_centre)


def known_targets(predicted: Predicted) -> Array:
    """Targets with 0 in the place of what is not known, which no distance is taken from."""
    return jnp.where(predicted.is_labelled[:, None], predicted.targets, 0)
