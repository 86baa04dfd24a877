"""Examples where their inputs are: no network is asked."""

from __future__ import annotations

from dataclasses import dataclass

from jax import Array

from eligo.networks import AnyNetwork, Params, forward_work
from eligo.representations.vectors import Vectors
from eligo.tasks import Task


@dataclass(frozen=True)
class Inputs:
    """The features themselves, as the network gets them.

    Examples
    --------
    >>> Inputs()
    Inputs()
    """

    def __call__(self, network: AnyNetwork, params: Params, X: Array, task: Task) -> Vectors:
        """Vectors (examples, features)."""
        del network, params, task
        return Vectors(X)

    def embedding_work(self, network: AnyNetwork, n_features: int, n_outputs: int) -> float:
        """Nothing: inputs are there."""
        return 0.0

    def distance_work(self, network: AnyNetwork, n_features: int, n_outputs: int) -> float:
        """One product per feature."""
        return n_features / forward_work(network, n_features, n_outputs)
