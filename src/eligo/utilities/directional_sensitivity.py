"""Informativeness by the change of the outputs when the example itself is scaled: a single direction of Eq. 4."""

from __future__ import annotations

from dataclasses import dataclass

import jax
from jax import Array

from eligo.networks import AnyNetwork, Params
from eligo.sensitivity import norm_named
from eligo.tasks import Task
from eligo.utilities.protocol import Situation, Workload


def directional_sensitivity(network: AnyNetwork, params: Params, X: Array, task: Task) -> Array:
    """Derivative of each output when an example moves along itself, ``x . grad_x o_k``: the rows of Eq. 4 times x.

    Zero at the origin, and where slopes along the inputs cancel: it sees one direction of those that the sensitivity
    matrix holds. For one hidden layer it is ``o_k' sum_j w_kj y_j' (net_j - bias_j)``, with net_j the net input of a
    hidden unit.

    Parameters
    ----------
    network : Network or ForeignNetwork
    params : parameters of one network
    X : float array (examples, features)
    task : Task, gives the output map

    Returns
    -------
    float array (examples, outputs), in coded target units

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> from eligo.networks import Network
    >>> from eligo.sensitivity import input_sensitivity
    >>> from eligo.tasks import CLASSIFICATION
    >>> network = Network(hidden=(8,))
    >>> params = network.init(jax.random.key(0), n_features=4, n_outputs=3)
    >>> X = jax.random.uniform(jax.random.key(1), (5, 4))
    >>> S = input_sensitivity(network, params, X, CLASSIFICATION)
    >>> along = directional_sensitivity(network, params, X, CLASSIFICATION)
    >>> bool(jnp.allclose(along, jnp.einsum("pki,pi->pk", S, X), atol=1e-6))
    True
    """
    _, change = jax.jvp(lambda X: network.apply(params, X, task), (X,), (X,))
    return change


@dataclass(frozen=True)
class DirectionalSensitivity:
    """Informativeness of an example: a norm over outputs of how they change when the example itself is scaled.

    What it selects depends on where the origin of the inputs lies, unlike `OutputSensitivity`.

    Parameters
    ----------
    output_norm : {"sum", "euclidean", "max"}, default="max", over the outputs

    Examples
    --------
    >>> DirectionalSensitivity(output_norm="sum")
    DirectionalSensitivity(output_norm='sum')
    """

    output_norm: str = "max"

    def __post_init__(self) -> None:
        """Refuse a norm that has no meaning here."""
        norm_named("output_norm", self.output_norm)

    def __call__(self, situation: Situation, *, key: Array) -> Array:
        """Scores (examples,), at least 0."""
        del key
        params = jax.tree.map(lambda leaf: leaf[0], situation.params)
        change = directional_sensitivity(situation.network, params, situation.X, situation.task)
        return norm_named("output_norm", self.output_norm)(change)

    def is_pointwise(self, task: Task) -> bool:
        """Whatever the task: one example's derivative."""
        del task
        return True

    def work(self, load: Workload) -> float:
        """A forward pass and its derivative, which share the products of the first layer: J(I + 2K) multiply-adds."""
        work = load.network.work(load.n_features, load.n_outputs)
        return load.n_scored * (work.presentation - work.forward) / work.forward  # as much as errors carried backwards
