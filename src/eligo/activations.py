"""Activation functions as values that know their own derivative."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax import Array


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
    function: Callable[[Array], Array]
    derivative: Callable[[Array], Array]

    def __call__(self, net_input: Array) -> Array:
        """Output of units with these net inputs."""
        return self.function(net_input)


SIGMOID = Activation("sigmoid", jax.nn.sigmoid, lambda output: output * (1 - output))
LINEAR = Activation("linear", lambda net_input: net_input, jnp.ones_like)
TANH = Activation("tanh", jnp.tanh, lambda output: 1 - output**2)
RELU = Activation("relu", jax.nn.relu, lambda output: (output > 0).astype(output.dtype))

ACTIVATIONS = {activation.name: activation for activation in (SIGMOID, LINEAR, TANH, RELU)}
