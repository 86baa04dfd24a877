"""Examples as the step that each would make the output weights take, were its most probable class the right one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from eligo.networks import AnyNetwork, Params, forward_work
from eligo.representations.last_hidden import last_hidden
from eligo.tasks import Task


class OuterProducts(NamedTuple):
    """Outer products of two vectors of each example, and the distances between them, by their factors alone.

    ``|a y' - b z'|^2 = |a|^2 |y|^2 + |b|^2 |z|^2 - 2 (a.b)(y.z)``, so that no product is ever written out.

    Attributes
    ----------
    left : float array (examples, classes)
    right : float array (examples, hidden)
    """

    left: Array
    right: Array

    def squared_distances(self, picked: Array) -> Array:
        """Squared distances of some examples, by index (picked,), from all: (picked, examples)."""
        lengths = self.squared_lengths()
        products = (self.left[picked] @ self.left.T) * (self.right[picked] @ self.right.T)
        return jnp.maximum(lengths[picked][:, None] + lengths[None, :] - 2 * products, 0)

    def squared_lengths(self) -> Array:
        """Squared distances from the origin, (examples,)."""
        return (self.left**2).sum(axis=1) * (self.right**2).sum(axis=1)


@dataclass(frozen=True)
class GradientEmbedding:
    """Gradient of the cross-entropy by the output weights, with the most probable class as the label: BADGE's space.

    The gradient is ``(p - e) y'``: long where the network is unsure, and of another direction for other classes and
    other hidden values. ``p`` are the task's class probabilities, ``e`` is one at the most probable class, ``y`` are the
    last hidden values. Biases have no part in it, as in the authors' code.

    References
    ----------
    Ash, Zhang, Krishnamurthy, Langford & Agarwal (2020), Deep batch active learning by diverse, uncertain gradient lower
    bounds, ICLR.

    Examples
    --------
    >>> GradientEmbedding()
    GradientEmbedding()
    """

    tasks: ClassVar[tuple[str, ...]] = ("classification",)

    def __call__(self, network: AnyNetwork, params: Params, X: Array, task: Task) -> OuterProducts:
        """Outer products of (examples, classes) and (examples, hidden)."""
        p = network.predict_distribution(params, X, task)
        most_probable = jax.nn.one_hot(p.argmax(axis=1), p.shape[1], dtype=p.dtype)
        return OuterProducts(p - most_probable, last_hidden(network, params, X))

    def embedding_work(self, network: AnyNetwork, n_features: int, n_outputs: int) -> float:
        """A forward pass."""
        return 1.0

    def distance_work(self, network: AnyNetwork, n_features: int, n_outputs: int) -> float:
        """One product per hidden unit and one per class."""
        return (network.hidden[-1] + n_outputs) / forward_work(network, n_features, n_outputs)
