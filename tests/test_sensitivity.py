"""Eq. 4 in closed form, by autodiff, by loops and by finite differences; the norms of Eqs. 1-3, 5 and 6."""

import itertools

import jax
import numpy as np
import pytest

import transcription as paper
from eligo import RELU, SIGMOID, TANH, Network, informativeness, input_sensitivity
from eligo.sensitivity import MOST_LAST, autodiff_sensitivity, closed_form_sensitivity, rotated_sensitivity
from problems import N_FEATURES, TASKS, is_linear

CASES = list(itertools.product(TASKS, (SIGMOID, TANH)))
N_OUTPUTS = 3


def trained_like(network: Network, dtype) -> dict:
    """Weights large enough that units bend: at the initial ones everything is nearly linear."""
    params = network.init(jax.random.key(1), N_FEATURES, N_OUTPUTS)
    return jax.tree.map(lambda leaf: (3 * leaf).astype(dtype), params)


def inputs(dtype, n_examples: int = 20) -> np.ndarray:
    return np.random.default_rng(2).uniform(-1, 1, (n_examples, N_FEATURES)).astype(dtype)


def by_central_differences(network: Network, params, X: np.ndarray, task, h: float = 1e-6) -> np.ndarray:
    slopes = [
        (network.apply(params, X + h * unit, task) - network.apply(params, X - h * unit, task)) / (2 * h)
        for unit in np.eye(X.shape[1])
    ]
    return np.stack(slopes, axis=2)


def assert_agree(found, expected, rtol: float) -> None:
    """Relative to each example's largest sensitivity: a single element may be a difference of large ones."""
    largest = np.abs(expected).max(axis=(1, 2), keepdims=True)
    np.testing.assert_array_less(np.abs(np.asarray(found) - expected) / largest, rtol)


@pytest.mark.parametrize(("task", "activation"), CASES, ids=lambda value: getattr(value, "name", value))
def test_closed_form_equals_autodiff_in_float32(task, activation) -> None:
    network, X = Network((64,), activation), inputs(np.float32)
    params = trained_like(network, np.float32)
    S = closed_form_sensitivity(network, params, X, TASKS[task])
    assert S.dtype == np.float32 and S.shape == (20, N_OUTPUTS, N_FEATURES)
    assert_agree(S, np.asarray(autodiff_sensitivity(network, params, X, TASKS[task])), 1e-5)


@pytest.mark.parametrize(("task", "activation"), CASES, ids=lambda value: getattr(value, "name", value))
def test_closed_form_equals_autodiff_and_finite_differences_in_float64(float64, task, activation) -> None:
    network, X = Network((64,), activation), inputs(np.float64)
    params = trained_like(network, np.float64)
    by_autodiff = np.asarray(autodiff_sensitivity(network, params, X, TASKS[task]))
    S = closed_form_sensitivity(network, params, X, TASKS[task])
    assert S.dtype == np.float64
    assert_agree(S, by_autodiff, 1e-10)
    expected = by_central_differences(network, params, X, TASKS[task])
    assert_agree(S, expected, 1e-6)
    assert_agree(by_autodiff, expected, 1e-6)


@pytest.mark.parametrize("n_examples", [1, 20, MOST_LAST, MOST_LAST + 1])
@pytest.mark.parametrize("task", TASKS)
def test_closed_form_equals_eq_4_written_as_loops(float64, task, n_examples) -> None:
    network, X = Network((5,)), inputs(np.float64, n_examples)
    params = trained_like(network, np.float64)
    net = paper.from_params(params)
    expected = np.stack([paper.sensitivity(net, z, is_linear(TASKS[task])) for z in X])
    assert_agree(input_sensitivity(network, params, X, TASKS[task]), expected, 1e-12)


@pytest.mark.parametrize("task", TASKS)
def test_deeper_networks_agree_with_finite_differences(float64, task) -> None:
    network, X = Network((6, 4, 5), TANH), inputs(np.float64)
    params = trained_like(network, np.float64)
    expected = by_central_differences(network, params, X, TASKS[task])
    assert_agree(input_sensitivity(network, params, X, TASKS[task]), expected, 1e-6)


def test_rectified_units_agree_away_from_their_corner(float64) -> None:
    network, X = Network((8,), RELU), inputs(np.float64)
    params = trained_like(network, np.float64)
    expected = by_central_differences(network, params, X, TASKS["classes"])
    assert_agree(input_sensitivity(network, params, X, TASKS["classes"]), expected, 1e-5)


# --- Norms -----------------------------------------------------------------------------------------------------------

NORMS = ("sum", "euclidean", "max")


@pytest.mark.parametrize("n_examples", [7, MOST_LAST + 1])
@pytest.mark.parametrize(("input_norm", "output_norm"), [*itertools.product(NORMS, NORMS)])
def test_informativeness_equals_numpy_s_norms(input_norm, output_norm, n_examples) -> None:
    order = {"sum": 1, "euclidean": 2, "max": np.inf}
    S = np.random.default_rng(0).normal(size=(n_examples, 4, 3))
    of_outputs = np.linalg.norm(S, order[input_norm], axis=2)
    expected = np.linalg.norm(of_outputs, order[output_norm], axis=1)
    found = informativeness(S, input_norm=input_norm, output_norm=output_norm)
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    np.testing.assert_allclose([paper.informativeness(s, input_norm, output_norm) for s in S], expected)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(
    ("hidden", "n_examples", "n_written"),
    [((2,), 20, 2), ((2,), 1, 3), ((5,), 20, 3), ((2, 4), 20, 3)],
    ids=["fewer units than features", "too few examples", "more units", "deeper"],
)
def test_rotated_sensitivities_are_as_long_as_eq_4_s(float64, task, hidden, n_examples, n_written) -> None:
    """Whether they are written along the features or along fewer directions."""
    network, X = Network(hidden), inputs(np.float64)[:n_examples]
    params = trained_like(network, np.float64)
    rotated = rotated_sensitivity(network, params, X, TASKS[task])
    assert rotated.shape == (n_examples, N_OUTPUTS, n_written)
    expected = by_central_differences(network, params, X, TASKS[task])
    np.testing.assert_allclose(np.linalg.norm(rotated, axis=2), np.linalg.norm(expected, axis=2), rtol=1e-6, atol=1e-12)


def test_the_paper_s_norms_are_the_default() -> None:
    """Sum over inputs (Eq. 5), maximum over outputs (Eq. 2): here 3 from the second output."""
    S = np.array([[[0.5, 0.5, 0.5], [1.0, -2.0, 0.0]]])
    np.testing.assert_allclose(informativeness(S), [3.0])


def test_biases_are_no_inputs() -> None:
    """Another bias of the output with its net input held changes nothing but o(1 - o)."""
    network, X = Network((5,)), inputs(np.float32)
    params = trained_like(network, np.float32)
    S = input_sensitivity(network, params, X, TASKS["linear outputs"])
    params["output"]["bias"] = params["output"]["bias"] + 10
    np.testing.assert_array_equal(input_sensitivity(network, params, X, TASKS["linear outputs"]), S)


def test_examples_do_not_mix() -> None:
    network, X = Network((5,)), inputs(np.float32)
    params, order = trained_like(network, np.float32), np.random.default_rng(0).permutation(20)
    S = np.asarray(input_sensitivity(network, params, X, TASKS["classes"]))
    np.testing.assert_allclose(
        input_sensitivity(network, params, X[order], TASKS["classes"]), S[order], rtol=1e-5, atol=1e-7
    )


@pytest.mark.parametrize("argument", ["input_norm", "output_norm"])
def test_an_unknown_norm_is_refused(argument) -> None:
    with pytest.raises(ValueError) as refusal:
        informativeness(np.zeros((1, 1, 1)), **{argument: "manhattan"})
    assert str(refusal.value) == f"`{argument}` must be one of 'sum', 'euclidean', 'max'; got 'manhattan'."
