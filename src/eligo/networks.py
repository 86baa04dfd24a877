"""Feedforward networks, written for ONE network; many at a time is the caller's `jax.vmap`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, TypeGuard

import jax
import jax.numpy as jnp
from jax import Array

from eligo.activations import SIGMOID, Activation, refuse_no_activation
from eligo.mistakes import checked_count, is_whole, refuse_unless, several, told
from eligo.tasks import Task, refuse_no_task

Layer = dict[str, Array]
Params = dict[str, Layer]
"""Parameters of a `Network`. Those of other networks are any pytree of float arrays."""


class Work(NamedTuple):
    """Multiply-adds for one example.

    Attributes
    ----------
    forward : float, of one forward pass, which is the unit of work: one forward-equivalent
    presentation : float, of one presentation: forward, weight gradients, and errors carried backwards
    """

    forward: float
    presentation: float


class AnyNetwork(Protocol):
    """What the engine asks of ONE network: a hashable value with these methods.

    `Network` is one, and `eligo.ForeignNetwork` makes one of any pair of functions. What looks at hidden layers asks for
    ``hidden``, ``activation``, ``layer_names`` or ``layer_sizes``, which a network whose layers cannot be seen refuses by a
    ValueError.
    """

    @property
    def hidden(self) -> tuple[int, ...]:
        """Units of each hidden layer."""

    @property
    def activation(self) -> Activation:
        """What hidden units do."""

    @property
    def layer_names(self) -> tuple[str, ...]:
        """Names of the layers in order of computation."""

    def layer_sizes(self, n_features: int, n_outputs: int) -> tuple[tuple[int, int], ...]:
        """(fan-in, fan-out) of each layer in order of computation."""

    def init(self, key: Array, n_features: int, n_outputs: int) -> Any:
        """Fresh parameters, a pytree of float arrays."""

    def forward(self, params: Any, signal: Array) -> Array:
        """Net inputs of the output units with the units first: (features, examples) -> (outputs, examples)."""

    def net_inputs(self, params: Any, X: Array) -> Array:
        """Net inputs of the output units: (features,) -> (outputs,), (examples, features) -> (examples, outputs)."""

    def apply(self, params: Any, X: Array, task: Task) -> Array:
        """Values of the output units, with shapes as `net_inputs`."""

    def predict_distribution(self, params: Any, X: Array, task: Task) -> Array:
        """Class probabilities, or the outputs of function approximation; shapes as `net_inputs`."""

    def is_weight(self, params: Any) -> Any:
        """Like ``params`` with a bool for each part: whether it is weights, which decay, or biases."""

    def prior_precision(self, params: Any, n_features: int, n_outputs: int) -> Any:
        """Like ``params`` with a float scalar for each part: one over the variance of its initial values."""

    def n_parameters(self, n_features: int, n_outputs: int) -> int:
        """Weights and biases together."""

    def work(self, n_features: int, n_outputs: int) -> Work:
        """Multiply-adds for one example."""


@dataclass(frozen=True)
class Network:
    """A fully connected network with sigmoid hidden units (the paper's Fig. 1: one hidden layer).

    Parameters
    ----------
    hidden : tuple of int, default=(64,), units of each hidden layer
    activation : Activation, default=SIGMOID, of the hidden units

    Notes
    -----
    Parameters are a pytree of layers in order of computation: ``{"hidden": {"weights": (features, hidden), "bias":
    (hidden,)}, "output": {"weights": (hidden, outputs), "bias": (outputs,)}}``. Deeper networks have ``"hidden"``,
    ``"hidden_2"``, ... before ``"output"``.

    Examples
    --------
    >>> import jax, jax.numpy as jnp
    >>> network = Network(hidden=(8,))
    >>> params = network.init(jax.random.key(0), n_features=4, n_outputs=3)
    >>> params["hidden"]["weights"].shape
    (4, 8)
    >>> from eligo.tasks import CLASSIFICATION
    >>> network.apply(params, jnp.zeros((5, 4)), CLASSIFICATION).shape
    (5, 3)
    """

    hidden: tuple[int, ...] = (64,)
    activation: Activation = field(default=SIGMOID)

    def __post_init__(self) -> None:
        """Refuse sizes that make no network, and units that do nothing."""
        remedy = f"Use e.g. ({self.hidden if is_whole(self.hidden) else 64},)."
        refuse_unless("hidden", self.hidden, _are_sizes, "a tuple of whole numbers of at least 1", remedy)
        refuse_no_activation(self.activation)

    @property
    def layer_names(self) -> tuple[str, ...]:
        """Names of the layers in order of computation."""
        deeper = tuple(f"hidden_{depth}" for depth in range(2, len(self.hidden) + 1))
        return ("hidden", *deeper, "output")

    def init(self, key: Array, n_features: int, n_outputs: int) -> Params:
        """Fresh parameters: weights and biases uniform in +-1/sqrt(fan-in) of their layer.

        Parameters
        ----------
        key : jax random key
        n_features, n_outputs : int

        Returns
        -------
        params : pytree of layers, see `Network`

        Raises
        ------
        ValueError
            If the key is none, or a number is below 1.
        """
        refuse_unless("key", key, lambda one: hasattr(one, "dtype"), "a jax random key", "Write jax.random.key(0).")
        for name, count in (("n_features", n_features), ("n_outputs", n_outputs)):
            checked_count(name, count, remedy="Say how many columns `X` or the targets have.")
        sizes = (n_features, *self.hidden, n_outputs)
        keys = jax.random.split(key, len(sizes) - 1)
        return {
            name: _init_layer(layer_key, fan_in, fan_out)
            for name, layer_key, fan_in, fan_out in zip(self.layer_names, keys, sizes[:-1], sizes[1:], strict=True)
        }

    def forward(self, params: Params, signal: Array) -> Array:
        """Net inputs of the output units with the units first: what `net_inputs` computes, as the engine wants it.

        Parameters
        ----------
        params : parameters of one network, or of many with a *trailing* axis of nets on every leaf
        signal : float array (features,) for one example or (features, examples); with the trailing axis of nets where
            ``params`` have one

        Returns
        -------
        float array (outputs,) or (outputs, examples); with the trailing axis of nets where ``params`` have one
        """
        *hidden_layers, output_layer = (params[name] for name in self.layer_names)
        for layer in hidden_layers:
            signal = self.activation(_affine(layer, signal))
        return _affine(output_layer, signal)

    def net_inputs(self, params: Params, X: Array) -> Array:
        """Net inputs of the output units, before the task's output map.

        Parameters
        ----------
        params : parameters of one network
        X : float array (examples, features), or (features,) for one example

        Returns
        -------
        float array (examples, outputs), or (outputs,)
        """
        return self.forward(params, X.T).T

    def apply(self, params: Params, X: Array, task: Task) -> Array:
        """Values of the output units.

        Parameters
        ----------
        params : parameters of one network
        X : float array (examples, features), or (features,) for one example
        task : Task, gives the output map

        Returns
        -------
        float array (examples, outputs), or (outputs,)
        """
        refuse_no_task(task)
        self.refuse_unfit_inputs(params, X)
        return task.output(self.net_inputs(params, X))

    def predict_distribution(self, params: Params, X: Array, task: Task) -> Array:
        """What one network predicts: class probabilities, or the outputs of function approximation."""
        net_inputs = self.net_inputs(params, X)
        return task.distribution(task.output(net_inputs), net_inputs)

    def sizes_of(self, params: object, n_axes: int = 0) -> tuple[int, int]:
        """Features and outputs of networks with these parameters.

        Parameters
        ----------
        params : parameters of one network, or with leading axes
        n_axes : int, default=0, leading axes: 1 where there is one of nets

        Raises
        ------
        ValueError
            If they are no parameters of such networks.
        """
        found = _shapes(params)
        first, last = (found.get(f"{name}.weights", ()) for name in (self.layer_names[0], self.layer_names[-1]))
        if len(first) == len(last) == n_axes + 2:
            n_features, n_outputs = first[-2], last[-1]
            wanted: dict[str, tuple[int, ...]] = {}
            for name, (fan_in, fan_out) in zip(self.layer_names, self.layer_sizes(n_features, n_outputs), strict=True):
                wanted |= {f"{name}.weights": (*first[:n_axes], fan_in, fan_out)}
                wanted |= {f"{name}.bias": (*first[:n_axes], fan_out)}
            if found == wanted:
                return n_features, n_outputs
        axes = ", each part with a leading axis of nets" if n_axes else ""
        got = ", ".join(f"{part} {shape}" for part, shape in found.items()) or told(params)
        raise ValueError(
            f"`params` must be those of a network with `hidden` {self.hidden}{axes}; got {got}. Take them from "
            f"`network.init`{', lifted by jax.vmap' if n_axes else ''}."
        )

    def refuse_unfit_inputs(self, params: object, X: Any) -> None:
        """Refuse examples, and parameters of one network, that do not fit each other.

        Raises
        ------
        ValueError
            If X has other features than the parameters, or these are of another network.
        """
        n_features, _ = self.sizes_of(params)
        shape: tuple[int, ...] = getattr(X, "shape", ())
        allowed = f"an array (examples, {n_features}), as `params` have {several(n_features, 'feature')}"
        refuse_unless("X", X, lambda _: len(shape) in (1, 2) and shape[-1] == n_features, allowed)

    def is_weight(self, params: Params) -> dict[str, dict[str, bool]]:
        """Like ``params`` with a bool for each part: weights decay, biases only where they are told to."""
        return {name: {part: part == "weights" for part in layer} for name, layer in params.items()}

    def prior_precision(self, params: Params, n_features: int, n_outputs: int) -> Params:
        """Like ``params`` with a scalar for each part: uniform in +-1/sqrt(n) has variance 1/(3 n)."""
        del n_features, n_outputs
        return {
            name: {part: jnp.asarray(3.0 * len(layer["weights"]), dtype=values.dtype) for part, values in layer.items()}
            for name, layer in params.items()
        }

    def n_parameters(self, n_features: int, n_outputs: int) -> int:
        """Weights and biases together."""
        return sum((fan_in + 1) * fan_out for fan_in, fan_out in self.layer_sizes(n_features, n_outputs))

    def work(self, n_features: int, n_outputs: int) -> Work:
        """Multiply-adds for one example; no error is carried to the inputs."""
        sizes = self.layer_sizes(n_features, n_outputs)
        forward = sum(fan_in * fan_out for fan_in, fan_out in sizes)
        return Work(forward, 3 * forward - sizes[0][0] * sizes[0][1])

    def layer_sizes(self, n_features: int, n_outputs: int) -> tuple[tuple[int, int], ...]:
        """(fan-in, fan-out) of each layer in order of computation."""
        sizes = (n_features, *self.hidden, n_outputs)
        return tuple(zip(sizes[:-1], sizes[1:], strict=True))


def _are_sizes(hidden: Any) -> bool:
    """Whether these are units of hidden layers."""
    return isinstance(hidden, tuple) and len(hidden) > 0 and all(is_whole(units) and units >= 1 for units in hidden)


def _shapes(params: object) -> dict[str, tuple[int, ...]]:
    """Shapes by layer and part, of whatever came as parameters."""
    layers = params.items() if isinstance(params, dict) else ()
    parts = [(f"{name}.{part}", of) for name, layer in layers if isinstance(layer, dict) for part, of in layer.items()]
    return {name: tuple(getattr(of, "shape", ())) for name, of in parts}


def refuse_no_network(network: object) -> None:
    """Refuse what cannot be a network, estimators that hold one among them.

    Raises
    ------
    ValueError
        If it is neither a `Network` nor has what `AnyNetwork` asks for.
    """
    remedy = "Write e.g. eligo.Network(hidden=(64,))."
    if hasattr(network, "fit"):
        remedy = "An estimator is asked by eligo.query(model, X, y, utility, return_scores=True)."
    refuse_unless("network", network, _is_network, "an eligo.Network or eligo.ForeignNetwork", remedy)


def _is_network(network: Any) -> bool:
    return not isinstance(network, type) and all(hasattr(network, of) for of in ("init", "net_inputs", "work"))


def _init_layer(key: Array, fan_in: int, fan_out: int) -> Layer:
    weights_key, bias_key = jax.random.split(key)
    bound = fan_in**-0.5
    return {
        "weights": jax.random.uniform(weights_key, (fan_in, fan_out), minval=-bound, maxval=bound),
        "bias": jax.random.uniform(bias_key, (fan_out,), minval=-bound, maxval=bound),
    }


LARGEST_FUSED = 2**15
"""Weights of a layer up to which one example goes through it fastest as a sum that XLA fuses with what is around it. The
784 x 128 weights of an image fall out of the nearest cache on the way, and the call of a library is a quarter faster."""


def _affine(layer: Layer, signal: Array) -> Array:
    """Net inputs of a layer (units, ...). A sum after a broadcast is fused by XLA; a product of matrices is a call.

    The units come first, so that the same lines serve one network and a trailing axis of nets, which broadcasts.
    """
    weights, bias = layer["weights"], layer["bias"]
    has_nets, has_examples = weights.ndim == 3, signal.ndim == weights.ndim
    if not has_nets and (has_examples or weights.size > LARGEST_FUSED):
        return weights.T @ signal + (bias[:, None] if has_examples else bias)
    if has_examples:
        weights, bias = weights[:, :, None], bias[:, None]
    return (signal[:, None] * weights).sum(axis=0) + bias


def is_one_layered(network: AnyNetwork) -> TypeGuard[Network]:
    """Whether derivatives have a closed form: a `Network` of one hidden layer. Others are differentiated automatically."""
    return isinstance(network, Network) and len(network.hidden) == 1


# --- Work ------------------------------------------------------------------------------------------------------------
# One forward-equivalent is one forward pass of one network for one example: sum of fan-in x fan-out multiply-adds.


def forward_work(network: AnyNetwork, n_features: int, n_outputs: int) -> float:
    """Multiply-adds of one forward pass for one example."""
    return network.work(n_features, n_outputs).forward


def presentation_work(network: AnyNetwork, n_features: int, n_outputs: int) -> float:
    """Forward-equivalents of presenting one example once: forward, weight gradients, and errors carried backwards.

    No error is carried to the inputs, so one hidden layer of J units costs J(2I + 3K) multiply-adds against J(I + K) of
    the forward pass alone.

    Examples
    --------
    >>> round(presentation_work(Network(hidden=(64,)), n_features=4, n_outputs=3), 3)
    2.429
    """
    work = network.work(n_features, n_outputs)
    return work.presentation / work.forward
