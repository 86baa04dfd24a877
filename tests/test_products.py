"""Layers of a batch, forwards and backwards, against NumPy and against automatic differentiation of the network as it is."""

import jax
import numpy as np
import pytest

import eligo
from eligo.activations import LINEAR, RELU, SIGMOID, TANH
from eligo.networks import Network
from eligo.products import MOST_UNROLLED, backpropagate, layer_net_inputs, product

FEW, MANY = MOST_UNROLLED, MOST_UNROLLED + 1


@pytest.mark.parametrize("n_between", [1, FEW, MANY])
def test_products_are_numpy_s(float64, n_between: int) -> None:
    draw = np.random.default_rng(0)
    left, right = draw.normal(size=(6, n_between)), draw.normal(size=(n_between, 5))
    np.testing.assert_allclose(product(left, right), left @ right, rtol=1e-12)
    layer = {"weights": left.T, "bias": draw.normal(size=6)}
    np.testing.assert_allclose(layer_net_inputs(layer, right), left @ right + layer["bias"][:, None], rtol=1e-12)


@pytest.mark.parametrize("activation", [SIGMOID, TANH, RELU, LINEAR], ids=lambda activation: activation.name)
@pytest.mark.parametrize(
    ("n_features", "hidden", "n_outputs"), [(4, (64,), 3), (MANY, (FEW,), 1), (1, (MANY, 5), MANY)]
)
def test_gradients_are_those_of_automatic_differentiation(float64, activation, n_features, hidden, n_outputs) -> None:
    network = Network(hidden=hidden, activation=activation)
    params = network.init(jax.random.key(0), n_features, n_outputs)
    draw = np.random.default_rng(1)
    signal, targets = draw.normal(size=(n_features, 13)), draw.normal(size=(n_outputs, 13))

    def error(net_inputs):
        return ((targets - jax.nn.sigmoid(net_inputs)) ** 2).sum()

    expected = jax.grad(lambda params: error(network.forward(params, signal)))(params)
    found = backpropagate(network, params, signal, jax.grad(error))
    jax.tree.map(lambda one, other: np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12), found, expected)


class Doubled(Network):
    """A network that computes something else."""

    def forward(self, params, signal):
        return 2 * super().forward(params, signal)


def test_a_network_that_computes_something_else_is_differentiated_as_it_is(float64) -> None:
    """In batches of examples as with one at a time: a full batch of one example twice is a step on that example."""
    draw = np.random.default_rng(3)
    x, t = draw.normal(size=(1, 3)), np.full((1, 1), 0.9)
    weights = []
    for network, n_copies in ((Doubled(hidden=(4,)), 1), (Doubled(hidden=(4,)), 40), (Network(hidden=(4,)), 40)):
        params = network.init(jax.random.key(0), 3, 1)
        sgd = eligo.SGD(learning_rate=0.5, batch_size="full", epochs=1)
        run = eligo.train(
            network,
            params,
            x.repeat(n_copies, 0),
            t.repeat(n_copies, 0),
            eligo.CLASSIFICATION,
            sgd,
            key=jax.random.key(1),
        )
        weights.append(np.asarray(jax.tree.leaves(run)[1]))
    np.testing.assert_allclose(weights[0], weights[1], rtol=1e-9)
    assert np.abs(weights[1] - weights[2]).max() > 1e-3


def test_a_gradient_is_that_of_finite_differences(float64) -> None:
    network = Network(hidden=(6, 4))
    params = network.init(jax.random.key(0), 3, 2)
    signal = np.random.default_rng(2).normal(size=(3, 7))
    found = backpropagate(network, params, signal, jax.grad(lambda net_inputs: (net_inputs**2).sum()))
    for name, part in [("hidden", "weights"), ("hidden_2", "bias"), ("output", "weights")]:
        for place in np.ndindex(params[name][part].shape):

            def moved(by: float, name=name, part=part, place=place) -> float:
                other = params | {name: params[name] | {part: params[name][part].at[place].add(by)}}
                return float((network.forward(other, signal) ** 2).sum())

            slope = (moved(1e-6) - moved(-1e-6)) / 2e-6
            np.testing.assert_allclose(found[name][part][place], slope, rtol=1e-6, atol=1e-8)
