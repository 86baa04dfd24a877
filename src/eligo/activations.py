"""Activation functions as values that know their own derivative."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
from jax import Array

from eligo.mistakes import ByName, refuse_unless


@dataclass(frozen=True)
class Activation:
    """A unit's output as a function of its net input, with the derivative that Eq. 4 needs.

    Attributes
    ----------
    name : str
    function : net input -> output, elementwise
    derivative : output -> d output / d net input, elementwise, from the *output* (o(1 - o) for the sigmoid)
    """

    name: str
    function: Callable[[Array], Array] = field(repr=False)
    derivative: Callable[[Array], Array] = field(repr=False)

    def __call__(self, net_input: Array) -> Array:
        """Output of units with these net inputs."""
        return self.function(net_input)


# Named functions, not lambdas: tasks and networks travel to other processes, which find them by name.


def _sigmoid(net_input: Array) -> Array:
    return jax.nn.sigmoid(net_input)


def _sigmoid_derivative(output: Array) -> Array:
    return output * (1 - output)


def _identity(net_input: Array) -> Array:
    return net_input


def _ones(output: Array) -> Array:
    return jnp.ones_like(output)


def _tanh(net_input: Array) -> Array:
    return jnp.tanh(net_input)


def _tanh_derivative(output: Array) -> Array:
    return 1 - output**2


def _relu(net_input: Array) -> Array:
    return jax.nn.relu(net_input)


def _relu_derivative(output: Array) -> Array:
    return (output > 0).astype(output.dtype)


SIGMOID = Activation("sigmoid", _sigmoid, _sigmoid_derivative)
LINEAR = Activation("linear", _identity, _ones)
TANH = Activation("tanh", _tanh, _tanh_derivative)
RELU = Activation("relu", _relu, _relu_derivative)

ACTIVATIONS = ByName("activation", {activation.name: activation for activation in (SIGMOID, LINEAR, TANH, RELU)})


def refuse_no_activation(activation: object) -> None:
    """Refuse what units cannot do.

    Raises
    ------
    ValueError
        If it is no `Activation`.
    """
    remedy = f"Write eligo.{next((name for name in ACTIVATIONS if name == activation), 'tanh').upper()}."
    refuse_unless("activation", activation, lambda one: isinstance(one, Activation), "an eligo.Activation", remedy)
