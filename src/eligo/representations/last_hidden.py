"""Examples where the last hidden layer has them: what the output units see."""

from __future__ import annotations

from dataclasses import dataclass

from jax import Array

from eligo.networks import AnyNetwork, Params, forward_work
from eligo.representations.vectors import Vectors
from eligo.tasks import Task


def last_hidden(network: AnyNetwork, params: Params, X: Array) -> Array:
    """Outputs of the units of the last hidden layer.

    Parameters
    ----------
    network : Network
    params : parameters of one network
    X : float array (examples, features)

    Returns
    -------
    float array (examples, hidden)
    """
    signal = X
    for name in network.layer_names[:-1]:
        signal = network.activation(signal @ params[name]["weights"] + params[name]["bias"])
    return signal


@dataclass(frozen=True)
class LastHidden:
    """Outputs of the last hidden layer: examples that the output units cannot tell apart lie together.

    References
    ----------
    Sener & Savarese (2018), Active learning for convolutional neural networks: a core-set approach, ICLR.

    Examples
    --------
    >>> LastHidden()
    LastHidden()
    """

    def __call__(self, network: AnyNetwork, params: Params, X: Array, task: Task) -> Vectors:
        """Vectors (examples, hidden)."""
        del task
        return Vectors(last_hidden(network, params, X))

    def embedding_work(self, network: AnyNetwork, n_features: int, n_outputs: int) -> float:
        """A forward pass."""
        return 1.0

    def distance_work(self, network: AnyNetwork, n_features: int, n_outputs: int) -> float:
        """One product per hidden unit."""
        return network.hidden[-1] / forward_work(network, n_features, n_outputs)
