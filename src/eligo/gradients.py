"""Gradients of a network's outputs with respect to its parameters, one row for each example and output.

Of one hidden layer they are products of a few factors, so that the products between examples never need them written out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol, Self

import jax
import jax.numpy as jnp
from jax import Array

from eligo.networks import AnyNetwork, Network, Params, is_one_layered
from eligo.tasks import Task


class Gradients(Protocol):
    """Gradients of some examples, a pytree of arrays with a leading axis of examples."""

    def rows(self) -> Array:
        """Written out, (examples x outputs, parameters)."""

    def products(self, others: Self) -> Array:
        """Inner products with those of other examples, (examples x outputs, other examples x outputs)."""

    def squared_lengths(self) -> Array:
        """Inner products with themselves, (examples x outputs,)."""


GradientsOf = Callable[[Array], Gradients]
"""Inputs (examples, features) -> their gradients."""


class Factors(NamedTuple):
    """Gradients of one hidden layer: ``o_k' y_j`` for output weights, ``o_k' w_kj y_j' z_i`` for hidden ones.

    Attributes
    ----------
    slope : float array (examples, outputs), o_k'
    into_output : float array (examples, hidden + 1), y_j and 1
    through_hidden : float array (examples, outputs, hidden), o_k' w_kj y_j'
    into_hidden : float array (examples, features + 1), z_i and 1
    """

    slope: Array
    into_output: Array
    through_hidden: Array
    into_hidden: Array

    def rows(self) -> Array:
        """Written out, (examples x outputs, parameters)."""
        n_examples, n_outputs = self.slope.shape
        own = self.slope[:, :, None] * jnp.eye(n_outputs)  # an output's weights move no other output
        of_output = own[:, :, :, None] * self.into_output[:, None, None, :]
        of_hidden = self.through_hidden[:, :, :, None] * self.into_hidden[:, None, None, :]
        shape = (n_examples * n_outputs, -1)
        return jnp.concatenate([of_output.reshape(shape), of_hidden.reshape(shape)], axis=1)

    def products(self, others: Factors) -> Array:
        """Inner products, (examples x outputs, other examples x outputs), by the factors."""
        (n_examples, n_outputs), n_others = self.slope.shape, len(others.slope)
        n_hidden = self.through_hidden.shape[2]
        shape = (n_examples, n_outputs, n_others, n_outputs)
        through = self.through_hidden.reshape(-1, n_hidden) @ others.through_hidden.reshape(-1, n_hidden).T
        of_hidden = through.reshape(shape) * (self.into_hidden @ others.into_hidden.T)[:, None, :, None]
        own = self.slope[:, :, None, None] * others.slope * jnp.eye(n_outputs)[:, None, :]
        of_output = own * (self.into_output @ others.into_output.T)[:, None, :, None]
        return (of_hidden + of_output).reshape(n_examples * n_outputs, n_others * n_outputs)

    def squared_lengths(self) -> Array:
        """Inner products with themselves, (examples x outputs,)."""
        of_hidden = (self.through_hidden**2).sum(axis=2) * (self.into_hidden**2).sum(axis=1, keepdims=True)
        return (of_hidden + self.slope**2 * (self.into_output**2).sum(axis=1, keepdims=True)).ravel()


class WrittenOut(NamedTuple):
    """Gradients of any network, (examples, outputs, parameters)."""

    gradients: Array

    def rows(self) -> Array:
        """Written out, (examples x outputs, parameters)."""
        return self.gradients.reshape(-1, self.gradients.shape[-1])

    def products(self, others: WrittenOut) -> Array:
        """Inner products, (examples x outputs, other examples x outputs)."""
        return self.rows() @ others.rows().T

    def squared_lengths(self) -> Array:
        """Inner products with themselves, (examples x outputs,)."""
        return (self.rows() ** 2).sum(axis=1)


def gradients_of(network: AnyNetwork, params: Params, task: Task, unit: Params) -> GradientsOf:
    """Gradients of the outputs of one network, with each parameter measured in its own unit.

    Parameters
    ----------
    network : Network or ForeignNetwork
    params : parameters of one network
    task : Task, gives the output map
    unit : like ``params``, a float scalar for each of the parts

    Returns
    -------
    function of float array (examples, features)
    """
    if is_one_layered(network):
        return lambda X: _factors(network, params, task, unit, X)

    def of_one(x: Array) -> Array:
        jacobian = jax.jacrev(lambda params: network.apply(params, x, task))(params)
        scaled = jax.tree.map(lambda slopes, unit: (slopes * unit).reshape(len(slopes), -1), jacobian, unit)
        return jnp.concatenate(jax.tree.leaves(scaled), axis=1)

    return lambda X: WrittenOut(jax.vmap(of_one)(X))


def _factors(network: Network, params: Params, task: Task, unit: Params, X: Array) -> Factors:
    hidden, output = (params[name] for name in network.layer_names)
    unit_of_hidden, unit_of_output = (unit[name] for name in network.layer_names)
    y = network.activation(X @ hidden["weights"] + hidden["bias"])
    slope = task.output.derivative(task.output(y @ output["weights"] + output["bias"]))

    def with_one(signal: Array, unit: dict[str, Array]) -> Array:
        ones = jnp.full((len(X), 1), unit["bias"], dtype=signal.dtype)
        return jnp.concatenate([signal * unit["weights"], ones], axis=1)

    return Factors(
        slope=slope,
        into_output=with_one(y, unit_of_output),
        through_hidden=slope[:, :, None] * output["weights"].T * network.activation.derivative(y)[:, None, :],
        into_hidden=with_one(X, unit_of_hidden),
    )
