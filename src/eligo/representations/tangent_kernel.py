"""Examples as the gradients of the network's outputs by all of its parameters: the space of its tangent kernel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from eligo.gradients import Gradients, gradients_of
from eligo.networks import AnyNetwork, Params, forward_work, is_one_layered, presentation_work
from eligo.tasks import Task


class TangentFeatures(NamedTuple):
    """Gradients of examples, and the distances between them, summed over the outputs.

    Attributes
    ----------
    gradients : Gradients of the examples
    lengths : float array (examples,), their squared lengths
    """

    gradients: Gradients
    lengths: Array

    def squared_distances(self, picked: Array) -> Array:
        """Squared distances of some examples, by index (picked,), from all: (picked, examples)."""
        some = jax.tree.map(lambda part: part[picked], self.gradients)
        n_picked, n_examples = len(picked), len(self.lengths)
        products = some.products(self.gradients)  # (picked x outputs, examples x outputs)
        n_outputs = products.shape[0] // n_picked
        of_outputs = products.reshape(n_picked, n_outputs, n_examples, n_outputs)
        kernel = jnp.trace(of_outputs, axis1=1, axis2=3)
        return jnp.maximum(self.lengths[picked][:, None] + self.lengths[None, :] - 2 * kernel, 0)

    def squared_lengths(self) -> Array:
        """Squared distances from the origin, (examples,)."""
        return self.lengths


@dataclass(frozen=True)
class TangentKernel:
    """Gradients of the outputs by all parameters, exactly: what training on an example would move elsewhere.

    For one hidden layer and one linear output the inner product of two examples is ``(y.y' + 1) + (sum_j w_j^2 y_j' y_j'')
    (z.z' + 1)``, so that nothing is written out or sketched; of several outputs the kernels are summed.

    References
    ----------
    Jacot, Gabriel & Hongler (2018), Neural tangent kernel, NeurIPS; for choosing batches: Holzmueller, Zaverkin, Kaestner
    & Steinwart (2023), A framework and benchmark for deep batch active learning for regression, JMLR 24(164).

    Examples
    --------
    >>> TangentKernel()
    TangentKernel()
    """

    def __call__(self, network: AnyNetwork, params: Params, X: Array, task: Task) -> TangentFeatures:
        """Gradients with respect to every parameter, each in its own unit."""
        gradients = gradients_of(network, params, task, jax.tree.map(lambda _: 1.0, params))(X)
        lengths = gradients.squared_lengths().reshape(len(X), -1).sum(axis=1)
        return TangentFeatures(gradients, lengths)

    def embedding_work(self, network: AnyNetwork, n_features: int, n_outputs: int) -> float:
        """A forward pass of one hidden layer, whose factors are its signals; else a presentation for each output."""
        if is_one_layered(network):
            return 1.0
        return n_outputs * presentation_work(network, n_features, n_outputs)

    def distance_work(self, network: AnyNetwork, n_features: int, n_outputs: int) -> float:
        """Products of hidden values, of slopes for each pair of outputs, and of inputs; or of all parameters."""
        if is_one_layered(network):
            products = network.hidden[0] * (1 + n_outputs**2) + n_features
        else:
            products = n_outputs**2 * network.n_parameters(n_features, n_outputs)
        return products / forward_work(network, n_features, n_outputs)
