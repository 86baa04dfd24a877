"""Examples as vectors, whose distances are taken as they are defined."""

from __future__ import annotations

from typing import NamedTuple

from jax import Array


class Vectors(NamedTuple):
    """Vectors of examples, and the Euclidean distances between them.

    Distances come from differences and not from products of lengths, so that an example is at 0 from its copy.

    Attributes
    ----------
    values : float array (examples, coordinates)

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> Vectors(jnp.array([[0.0, 0.0], [3.0, 4.0]])).squared_distances(jnp.array([0])).tolist()
    [[0.0, 25.0]]
    """

    values: Array

    def squared_distances(self, picked: Array) -> Array:
        """Squared distances of some examples, by index (picked,), from all: (picked, examples)."""
        return self.squared_distances_from(self.values[picked])

    def squared_distances_from(self, points: Array) -> Array:
        """Squared distances of any points (points, coordinates) from all examples: (points, examples)."""
        return ((points[:, None, :] - self.values[None, :, :]) ** 2).sum(axis=2)

    def squared_lengths(self) -> Array:
        """Squared distances from the origin, (examples,)."""
        return (self.values**2).sum(axis=1)
