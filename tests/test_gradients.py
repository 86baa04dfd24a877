"""Gradients of outputs with respect to parameters: factors against finite differences, and against being written out."""

import jax
import numpy as np
import pytest

from eligo import TANH, Network
from eligo.gradients import gradients_of
from problems import N_FEATURES, TASKS, initial

UNIT = {"weights": 0.3, "bias": 2.0}
NETWORKS = {"one layer": Network((4,)), "deeper": Network((3, 2), TANH)}


def written_out(network, params, task, X: np.ndarray, h: float = 1e-6) -> np.ndarray:
    """Slopes of all outputs along every parameter in its own unit, by central differences; (rows, parameters)."""
    columns = []
    for name, layer in params.items():
        for part, values in layer.items():
            for index in np.ndindex(values.shape):
                ends = []
                for sign in (1, -1):
                    moved = np.array(values)
                    moved[index] += sign * h * UNIT[part]
                    ends.append(network.apply(params | {name: layer | {part: moved}}, X, task))
                columns.append(np.asarray(ends[0] - ends[1]).ravel() / (2 * h))
    return np.stack(columns, axis=1)


@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("task", ["sigmoid outputs", "linear outputs"])
@pytest.mark.parametrize("network", NETWORKS)
def test_gradients_and_their_products_are_those_of_finite_differences(float64, network, task, n_outputs) -> None:
    network, task = NETWORKS[network], TASKS[task]
    params = jax.tree.map(np.asarray, initial(n_outputs, network=network))
    X = np.random.default_rng(0).uniform(-1, 1, (6, N_FEATURES))
    of = gradients_of(network, params, task, dict.fromkeys(params, UNIT))
    some, others = of(X[:2]), of(X[2:])
    expected = written_out(network, params, task, X)
    products = expected @ expected.T  # whatever the order of the parameters
    rows = np.concatenate([some.rows(), others.rows()])
    np.testing.assert_allclose(rows @ rows.T, products, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(some.products(others), products[: 2 * n_outputs, 2 * n_outputs :], rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(others.squared_lengths(), np.diag(products)[2 * n_outputs :], rtol=1e-6)
    assert rows.shape == expected.shape
