"""Distances between examples, against vectors that are written out."""

from dataclasses import replace

import jax
import numpy as np
import pytest

from eligo import CLASSIFICATION, LINEAR_OUTPUT_REGRESSION, REGRESSION, TANH, Network, softmax_of_net_inputs
from eligo.representations import (
    GradientEmbedding,
    Inputs,
    LastHidden,
    TangentKernel,
    Vectors,
    last_hidden,
    nearest_centre,
    smallest_over_centres,
)
from problems import N_FEATURES, initial

NETWORKS = {"one layer": Network((4,)), "deeper": Network((3, 2), TANH)}
X = np.random.default_rng(0).uniform(-1, 1, (7, N_FEATURES))


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def layers(network, params) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(np.asarray(params[name]["weights"]), np.asarray(params[name]["bias"])) for name in network.layer_names]


def hidden_values(network, params) -> np.ndarray:
    signal, activation = X, np.tanh if network.activation is TANH else sigmoid
    for weights, bias in layers(network, params)[:-1]:
        signal = activation(signal @ weights + bias)
    return signal


def gradient_vectors(network, params, task) -> np.ndarray:
    """Outputs' gradients by all parameters as one row for each example, by central differences."""
    flat, unravel = jax.flatten_util.ravel_pytree(params)
    flat, h = np.asarray(flat), 1e-6
    of = jax.jit(lambda flat: network.apply(unravel(flat), X, task))
    slopes = [(np.asarray(of(flat + step)) - np.asarray(of(flat - step))) / (2 * h) for step in h * np.eye(len(flat))]
    return np.stack(slopes, axis=-1).reshape(len(X), -1)


def badge_vectors(network, params, task) -> np.ndarray:
    (weights, bias) = layers(network, params)[-1]
    y = hidden_values(network, params)
    net = y @ weights + bias
    p = np.exp(net - net.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    error = p - np.eye(p.shape[1])[p.argmax(axis=1)]
    return np.stack([np.outer(e, h).ravel() for e, h in zip(error, y, strict=True)])


CERTAIN = replace(CLASSIFICATION, distribution=softmax_of_net_inputs)
CASES = {
    "inputs": (Inputs(), REGRESSION, lambda *_: X),
    "last hidden": (LastHidden(), REGRESSION, lambda network, params, task: hidden_values(network, params)),
    "gradient embedding": (GradientEmbedding(), CERTAIN, badge_vectors),
    "tangent kernel": (TangentKernel(), LINEAR_OUTPUT_REGRESSION, gradient_vectors),
    "tangent kernel of sigmoids": (TangentKernel(), REGRESSION, gradient_vectors),
}


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("case", CASES)
def test_distances_and_lengths_are_those_of_vectors_written_out(float64, case, network) -> None:
    representation, task, written_out = CASES[case]
    network = NETWORKS[network]
    params = initial(3 if task.has_classes else 2, network=network)
    vectors = written_out(network, params, task)
    found = representation(network, params, jax.numpy.asarray(X), task)
    picked = np.array([4, 0, 2])
    expected = ((vectors[picked][:, None] - vectors) ** 2).sum(axis=2)
    np.testing.assert_allclose(found.squared_distances(picked), expected, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(found.squared_lengths(), (vectors**2).sum(axis=1), rtol=1e-6)
    sizes = (network, N_FEATURES, 3)
    assert representation.embedding_work(*sizes) >= 0 and representation.distance_work(*sizes) > 0


def test_hidden_values_are_those_of_the_network_s_own_pass(float64) -> None:
    network = NETWORKS["deeper"]
    params = initial(2, network=network)
    y = last_hidden(network, params, jax.numpy.asarray(X))
    net = np.asarray(y) @ np.asarray(params["output"]["weights"]) + np.asarray(params["output"]["bias"])
    np.testing.assert_allclose(network.net_inputs(params, X), net, rtol=1e-12)


@pytest.mark.parametrize("n_centres", [0, 1, 16, 17, 40])
def test_the_nearest_centre_is_numpy_s(n_centres) -> None:
    """In whole chunks of centres, in chunks that are not full, and without any."""
    rng = np.random.default_rng(n_centres)
    points, is_centre = rng.normal(size=(40, 3)).astype(np.float32), rng.permutation(40) < n_centres
    distance, centre = nearest_centre(Vectors(jax.numpy.asarray(points)), jax.numpy.asarray(is_centre))
    if n_centres == 0:
        assert np.isinf(distance).all()
        return
    between = ((points[:, None] - points[is_centre]) ** 2).sum(axis=2)
    np.testing.assert_allclose(distance, between.min(axis=1), rtol=1e-5)
    np.testing.assert_array_equal(centre, np.flatnonzero(is_centre)[between.argmin(axis=1)])


def test_centres_may_lie_anywhere() -> None:
    """Distances need not come from examples: here they do not even obey geometry."""
    table = np.arange(9.0).reshape(3, 3)[:, ::-1]
    found, centre = smallest_over_centres(
        lambda picked: jax.numpy.asarray(table)[picked], np.array([False, True, True])
    )
    assert found.tolist() == [5, 4, 3] and centre.tolist() == [1, 1, 1]
