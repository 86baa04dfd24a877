"""Sensitivity of outputs to inputs (Eq. 4) and the informativeness of examples (Eqs. 1-3, 5, 6).

Biases are no inputs: the derivative with respect to a constant has no meaning.
"""

from __future__ import annotations

from typing import Protocol

import jax
import jax.numpy as jnp
from jax import Array

from eligo.layouts import LANES
from eligo.mistakes import refuse_unless, refuse_unless_among
from eligo.networks import AnyNetwork, Network, Params, is_one_layered, refuse_no_network
from eligo.products import layer_net_inputs, product
from eligo.tasks import Task, refuse_no_task


def closed_form_sensitivity(network: Network, params: Params, X: Array, task: Task) -> Array:
    """Eq. 4 as written, for a network of one hidden layer.

    ``S[p, k, i] = o_k' * sum_j w_kj y_j' v_ji``, where ' is the derivative of a unit's activation at example p:
    o_k(1 - o_k) and y_j(1 - y_j) for sigmoid units, 1 for linear ones. Shapes as in `input_sensitivity`.
    """
    return _closed_form(network, params, X, task, params[network.layer_names[0]]["weights"])


MOST_LAST = 255
"""Examples up to which they lie on the last axis: the long one, so that vectors are full where features, units and outputs
are few. 120 examples take a third of the time then. Blocks of a pool are larger, and powers of 2: 256 rows of 784-128-10
would take 1.1 times as long, and 512 of 30-64-3 1.5 times."""


def _closed_form(network: Network, params: Params, X: Array, task: Task, along: Array) -> Array:
    """Eq. 4 with the rows of ``along`` (directions, hidden) for those of v, which have one for each feature."""
    v, w = (params[name] for name in network.layer_names)
    # w_kj v_ji does not depend on the example, so the sum over j is one product of matrices for all examples.
    paths = along.T[:, None, :] * w["weights"][:, :, None]
    if len(X) > MOST_LAST:
        y = network.activation(X @ v["weights"] + v["bias"])
        slopes = task.output.derivative(task.output(y @ w["weights"] + w["bias"]))
        summed = network.activation.derivative(y) @ paths.reshape(len(paths), -1)
        return slopes[:, :, None] * summed.reshape(*slopes.shape, len(along))
    x = jnp.pad(X.T, ((0, 0), (0, -len(X) % LANES)))  # what is left over of a vector would go one by one
    y = network.activation(layer_net_inputs(v, x))
    slopes = task.output.derivative(task.output(layer_net_inputs(w, y)))
    summed = product(paths.reshape(len(paths), -1).T, network.activation.derivative(y))
    S = slopes[:, None] * summed.reshape(len(slopes), len(along), -1)
    return jnp.moveaxis(S, -1, 0)[: len(X)]


EXAMPLES_AT_ONCE = 256
"""Examples that are differentiated at a time, so that memory is bounded by the result and not by all hidden signals."""


def autodiff_sensitivity(network: AnyNetwork, params: Params, X: Array, task: Task) -> Array:
    """The Jacobian of the outputs with respect to the inputs, for any network. Shapes as in `input_sensitivity`."""
    of_one = jax.jacrev(lambda x: network.apply(params, x, task))
    if len(X) <= EXAMPLES_AT_ONCE:
        return jax.vmap(of_one)(X)
    sensitivity: Array = jax.lax.map(of_one, jnp.asarray(X), batch_size=EXAMPLES_AT_ONCE)
    return sensitivity


def input_sensitivity(network: AnyNetwork, params: Params, X: Array, task: Task) -> Array:
    """Output-input sensitivity matrix of each example (Eq. 4).

    In closed form for one hidden layer, by automatic differentiation for deeper and foreign networks.

    Parameters
    ----------
    network : Network or ForeignNetwork
    params : parameters of one network
    X : float array (examples, features)
    task : Task, gives the output map

    Returns
    -------
    float array (examples, outputs, features), d output / d input, in coded target units per unit of the input

    Raises
    ------
    ValueError
        If the network or the task is none, or network, parameters and X do not fit each other.

    References
    ----------
    Engelbrecht (2001), Sensitivity analysis for selective learning by feedforward neural networks, Fundamenta
    Informaticae 45.

    Examples
    --------
    >>> import jax
    >>> from eligo.tasks import CLASSIFICATION
    >>> network = Network(hidden=(8,))
    >>> params = network.init(jax.random.key(0), n_features=4, n_outputs=3)
    >>> X = jax.random.uniform(jax.random.key(1), (5, 4))
    >>> S = input_sensitivity(network, params, X, CLASSIFICATION)
    >>> S.shape
    (5, 3, 4)
    >>> bool(jnp.allclose(S, autodiff_sensitivity(network, params, X, CLASSIFICATION), atol=1e-6))
    True
    """
    refuse_no_network(network)
    refuse_no_task(task)
    if isinstance(network, Network):
        network.refuse_unfit_inputs(params, X)
    if is_one_layered(network):
        return closed_form_sensitivity(network, params, X, task)
    return autodiff_sensitivity(network, params, X, task)


def rotated_sensitivity(network: AnyNetwork, params: Params, X: Array, task: Task) -> Array:
    """Eq. 4 up to a rotation of the inputs: as long as its rows, and shorter to write where hidden units are few.

    ``S_k = o_k' V u`` with ``u_j = w_kj y_j'`` has the Euclidean length of ``o_k' R u`` for V = QR, since Q turns and
    does not stretch. R has J rows where V has I, one for each feature. (The Gram matrix of V, I x J, gives the same
    length as ``u' (V'V) u``, for as many products and half of the digits.)

    Parameters
    ----------
    network : Network or ForeignNetwork
    params : parameters of one network
    X : float array (examples, features)
    task : Task, gives the output map

    Returns
    -------
    float array (examples, outputs, features or hidden units, whichever costs less)

    Examples
    --------
    >>> import jax
    >>> from eligo.tasks import CLASSIFICATION
    >>> network = Network(hidden=(8,))
    >>> params = network.init(jax.random.key(0), n_features=40, n_outputs=3)
    >>> X = jax.random.uniform(jax.random.key(1), (50, 40))
    >>> rotated = rotated_sensitivity(network, params, X, CLASSIFICATION)
    >>> rotated.shape
    (50, 3, 8)
    >>> lengths = jnp.linalg.norm(input_sensitivity(network, params, X, CLASSIFICATION), axis=2)
    >>> bool(jnp.allclose(jnp.linalg.norm(rotated, axis=2), lengths, atol=1e-6))
    True
    """
    if not is_one_layered(network):
        return input_sensitivity(network, params, X, task)
    (name_v, name_w) = network.layer_names
    (n_features, n_hidden), n_outputs = params[name_v]["weights"].shape, params[name_w]["bias"].size
    # What the shorter rows save, J(I - J) multiply-adds for each output of an example, against the 2IJ^2 of a QR.
    is_shorter = len(X) * n_outputs * (n_features - n_hidden) > 2 * n_features * n_hidden
    along = params[name_v]["weights"]
    return _closed_form(network, params, X, task, jnp.linalg.qr(along, mode="r") if is_shorter else along)


class Norm(Protocol):
    """Size of vectors along an axis."""

    def __call__(self, values: Array, axis: int = -1) -> Array:
        """At least 0; without that axis."""


NORMS: dict[str, Norm] = {
    "sum": lambda values, axis=-1: jnp.abs(values).sum(axis=axis),
    "euclidean": lambda values, axis=-1: jnp.sqrt((values**2).sum(axis=axis)),
    "max": lambda values, axis=-1: jnp.abs(values).max(axis=axis),
}


def informativeness(S: Array, input_norm: str = "sum", output_norm: str = "max") -> Array:
    """Informativeness of each example: how strongly small changes of its inputs move the outputs (Eqs. 1-3, 5, 6).

    Large near decision boundaries and on steep parts of a function; near zero where the network is saturated, rightly
    or wrongly.

    Parameters
    ----------
    S : float array (examples, outputs, features), from `input_sensitivity`
    input_norm : {"sum", "euclidean", "max"}, default="sum", over the features (Eq. 5, Eq. 6)
    output_norm : {"sum", "euclidean", "max"}, default="max", over the outputs (Eq. 2)

    Returns
    -------
    float array (examples,), at least 0

    Raises
    ------
    ValueError
        If a norm has another name, or S another number of axes.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> S = jnp.array([[[1.0, -2.0], [0.5, 0.5]]])
    >>> informativeness(S)
    Array([3.], dtype=float32)
    >>> informativeness(S, input_norm="euclidean", output_norm="sum").round(3)
    Array([2.943], dtype=float32)
    """
    over_inputs, over_outputs = norm_named("input_norm", input_norm), norm_named("output_norm", output_norm)
    allowed, remedy = "an array (examples, outputs, features)", "Take it from `eligo.input_sensitivity`."
    refuse_unless("S", S, lambda S: S.ndim == 3, allowed, remedy)
    if len(S) > MOST_LAST:
        return over_outputs(over_inputs(S))
    # Examples last, as the closed form gives them; the compiler turned them back otherwise, which took 1.4 times as long.
    S = jax.lax.optimization_barrier(jnp.moveaxis(S, 0, -1))
    return over_outputs(over_inputs(S, axis=1), axis=0)


def norm_named(argument: str, name: str) -> Norm:
    """The norm of that name, or a ValueError that names the argument."""
    refuse_unless_among(argument, name, NORMS)
    return NORMS[name]
