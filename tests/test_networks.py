"""Networks by loops, by their shapes, and the work that one costs."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import transcription as paper
from eligo import CLASSIFICATION, RELU, SIGMOID, TANH, Network
from eligo.networks import forward_work, presentation_work
from problems import NETWORK, TASKS, coded, initial, is_linear


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_outputs_equal_the_transcription_s(float64, task) -> None:
    X, T = coded(task)
    params = initial(T.shape[1])
    expected = [paper.forward(paper.from_params(params), z, is_linear(task))[1] for z in X]
    np.testing.assert_allclose(NETWORK.apply(params, X, task), expected, rtol=1e-12)
    np.testing.assert_allclose(NETWORK.apply(params, X[3], task), expected[3], rtol=1e-12)


@settings(max_examples=10, deadline=None)
@given(
    hidden=st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple),
    n_features=st.integers(1, 4),
    n_outputs=st.integers(1, 3),
)
def test_shapes(hidden, n_features, n_outputs) -> None:
    network = Network(hidden, TANH)
    params = jax.eval_shape(lambda: network.init(jax.random.key(0), n_features, n_outputs))
    sizes = (n_features, *hidden, n_outputs)
    assert tuple(params) == network.layer_names
    for name, fan_in, fan_out in zip(network.layer_names, sizes[:-1], sizes[1:], strict=True):
        assert params[name]["weights"].shape == (fan_in, fan_out)
        assert params[name]["bias"].shape == (fan_out,)
    for examples in ((5,), ()):
        X = jax.ShapeDtypeStruct((*examples, n_features), float)
        outputs = jax.eval_shape(lambda params, X: network.apply(params, X, CLASSIFICATION), params, X)
        assert outputs.shape == (*examples, n_outputs)
    assert forward_work(network, n_features, n_outputs) == sum(
        a * b for a, b in zip(sizes[:-1], sizes[1:], strict=True)
    )


def test_names_of_layers() -> None:
    assert Network().layer_names == ("hidden", "output")
    assert Network((3, 2, 1)).layer_names == ("hidden", "hidden_2", "hidden_3", "output")


def test_initial_weights_are_uniform_in_one_over_the_root_of_fan_in() -> None:
    params = Network((400,)).init(jax.random.key(0), 25, 100)
    for layer, bound in [("hidden", 1 / 5), ("output", 1 / 20)]:
        for part in ("weights", "bias"):
            values = np.asarray(params[layer][part])
            assert np.abs(values).max() <= bound
            assert np.abs(values).max() > 0.95 * bound
            assert values.std() == pytest.approx(bound / np.sqrt(3), rel=0.12)
            assert values.mean() == pytest.approx(0, abs=0.12 * bound)


def test_the_key_decides_the_weights() -> None:
    same, other = initial(3), initial(3, seed=1)
    jax.tree.map(np.testing.assert_array_equal, initial(3), same)
    for a, b in zip(jax.tree.leaves(same), jax.tree.leaves(other), strict=True):
        assert not np.any(a == b)


@pytest.mark.parametrize("activation", [SIGMOID, TANH, RELU])
def test_an_activation_s_derivative_from_its_output_equals_autodiff(activation) -> None:
    net_inputs = jnp.linspace(-3, 3, 12)
    expected = jax.vmap(jax.grad(activation))(net_inputs)
    np.testing.assert_allclose(activation.derivative(activation(net_inputs)), expected, atol=1e-6)


@pytest.mark.parametrize("hidden", [(), (0,), (4, -1), (2.5,)])
def test_sizes_that_make_no_network_are_refused(hidden) -> None:
    with pytest.raises(ValueError) as refusal:
        Network(hidden)
    assert str(refusal.value) == (
        f"`hidden` must be a tuple of whole numbers of at least 1; got {hidden!r}. Use e.g. (64,)."
    )


@pytest.mark.parametrize(("I", "J", "K"), [(4, 64, 3), (1, 5, 1), (13, 8, 3)])
def test_a_presentation_costs_what_the_literature_counts(I, J, K) -> None:  # noqa: E741 - the paper's letters
    """J(2I + 3K) multiply-adds: forward J(I + K), weight gradients J(I + K), errors carried back to hidden units JK."""
    assert forward_work(Network((J,)), I, K) == J * (I + K)
    assert presentation_work(Network((J,)), I, K) * J * (I + K) == pytest.approx(J * (2 * I + 3 * K))
