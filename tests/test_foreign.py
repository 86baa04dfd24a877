"""Networks of other libraries: a foreign network that computes what `Network` computes learns and scores alike."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from eligo import SGD, ForeignNetwork, Network, Settings, input_sensitivity, named_methods, score_pool, train_many
from eligo.activations import TANH
from eligo.layouts import layout_for
from eligo.networks import Work
from eligo.sensitivity import EXAMPLES_AT_ONCE, autodiff_sensitivity
from eligo.utilities import EnsembleVariance, OutputSensitivity, Situation
from eligo.utilities.laplace import laplace_variance
from problems import N_FEATURES, NETWORK, TASKS, coded, initial, keys, make_trials, nth


def init(key, n_features, n_outputs):
    return NETWORK.init(key, n_features, n_outputs)


def apply(params, X):
    """The network of the tests, written with the examples first and without eligo."""
    y = jax.nn.sigmoid(X @ params["hidden"]["weights"] + params["hidden"]["bias"])
    return y @ params["output"]["weights"] + params["output"]["bias"]


FOREIGN = ForeignNetwork(init, apply, name="mine")


@pytest.mark.parametrize("sgd", [{"batch_size": 1}, {"batch_size": 5, "decay_biases": True}], ids=["online", "batches"])
def test_it_trains_as_the_network_that_it_computes(sgd) -> None:
    task = TASKS["classes"]
    X, T = coded(task)
    rates = SGD(learning_rate=np.array([0.3, 0.1]), momentum=0.5, weight_decay=1e-3, epochs=8, **sgd)
    start, order = initial(3, leading=(2,)), keys(0, 2)
    expected = train_many(NETWORK, start, X, T, task, rates, key=order)
    found = train_many(FOREIGN, start, X, T, task, rates, key=order)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5), found, expected)


@pytest.mark.parametrize("method", ["sasla", "ensemble"])
def test_both_loops_run_on_it_and_choose_alike(method) -> None:
    task, sgd = TASKS["classes"], SGD(learning_rate=0.2, momentum=0.5, weight_decay=1e-4, epochs=6)
    learn, trials = named_methods(Settings(budget=4, query_size=2, interval=2))[method].learn, make_trials(task)
    expected, found = (learn(network, task, trials, sgd) for network in (NETWORK, FOREIGN))
    np.testing.assert_array_equal(found.presentations, expected.presentations)
    np.testing.assert_array_equal(found.is_selected, expected.is_selected)
    np.testing.assert_allclose(found.test_error, expected.test_error, rtol=1e-4)
    assert np.all(np.diff(found.work, axis=0) >= 0) and np.all(found.work[-1] > 0)


@pytest.mark.parametrize("given", ["array", "iterator", "file"])
def test_a_pool_is_scored_alike(given, tmp_path) -> None:
    X = np.random.default_rng(0).uniform(-1, 1, (300, N_FEATURES)).astype(np.float32)
    np.save(tmp_path / "pool.npy", X)
    sources = {"array": X, "iterator": iter([X[:7], X[7:]]), "file": tmp_path / "pool.npy"}
    members, task = initial(3, leading=(3,)), TASKS["classes"]
    for params, utility in ((members, EnsembleVariance()), (nth(members, 0), OutputSensitivity())):
        expected = score_pool(NETWORK, params, X, task, utility)
        source = sources[given] if given != "iterator" else iter([X[:7], X[7:]])
        np.testing.assert_allclose(score_pool(FOREIGN, params, source, task, utility), expected, rtol=1e-4)


def test_an_empty_pool_has_no_scores() -> None:
    empty = np.empty((0, N_FEATURES), np.float32)
    assert score_pool(FOREIGN, initial(3), empty, TASKS["classes"], OutputSensitivity()).shape == (0,)


def test_sensitivities_come_by_autodiff_in_chunks() -> None:
    """The same for 1 chunk and for several with a rest, and equal to Eq. 4's closed form."""
    X = np.random.default_rng(1).uniform(-1, 1, (2 * EXAMPLES_AT_ONCE + 3, N_FEATURES)).astype(np.float32)
    params, task = initial(3), TASKS["classes"]
    S = input_sensitivity(FOREIGN, params, X, task)
    np.testing.assert_allclose(S, input_sensitivity(NETWORK, params, X, task), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(autodiff_sensitivity(FOREIGN, params, X[-5:], task), S[-5:], rtol=1e-5, atol=1e-7)


def test_what_lies_between_chunks_of_a_deep_network_is_not_held() -> None:
    """The memory that a program asks for besides its result, by XLA's own account, stops to grow with the examples."""
    deep, task = Network((256, 256), TANH), TASKS["classes"]
    params = jax.eval_shape(lambda: deep.init(jax.random.key(0), N_FEATURES, 3))

    def bytes_between(n_examples: int) -> int:
        X = jax.ShapeDtypeStruct((n_examples, N_FEATURES), np.float32)
        program = jax.jit(lambda params, X: input_sensitivity(deep, params, X, task))
        return program.lower(params, X).compile().memory_analysis().temp_size_in_bytes

    few, many = bytes_between(EXAMPLES_AT_ONCE), bytes_between(16 * EXAMPLES_AT_ONCE)
    assert many < few + 16 * EXAMPLES_AT_ONCE * 64  # the examples themselves and their result, not 256 signals of each


def test_work_is_what_xla_counts() -> None:
    """The products of matrices are all but the activations of it: J(I + K), and J(2I + 3K) for a presentation."""
    wide = Network((200,))
    foreign = ForeignNetwork(wide.init, lambda params, X: wide.net_inputs(params, X))
    (forward, presentation), found = wide.work(10, 5), foreign.work(10, 5)
    assert isinstance(found, Work)
    assert found.forward == pytest.approx(forward, rel=0.3)
    assert found.presentation / found.forward == pytest.approx(presentation / forward, rel=0.25)
    assert foreign.n_parameters(10, 5) == wide.n_parameters(10, 5) == 200 * 11 + 5 * 201


def test_the_prior_is_the_spread_of_initial_values() -> None:
    """Uniform in +-1/sqrt(n) has variance 1/(3n); what always begins at the same value has none, and stays certain."""
    found = FOREIGN.prior_precision(initial(3), N_FEATURES, 3)
    assert float(found["hidden"]["weights"]) == pytest.approx(3 * N_FEATURES, rel=0.25)
    assert float(found["output"]["weights"]) == pytest.approx(3 * 5, rel=0.25)

    def from_zero(key, n_features, n_outputs):
        return {"weights": jax.random.normal(key, (n_features, n_outputs)), "bias": jnp.zeros(n_outputs)}

    linear = ForeignNetwork(from_zero, lambda params, X: X @ params["weights"] + params["bias"])
    X, T = coded(TASKS["linear outputs"])
    params, is_labelled = from_zero(jax.random.key(0), N_FEATURES, 1), np.arange(len(X)) == 0
    situation = Situation(linear, TASKS["linear outputs"], params, X, T, is_labelled, ~is_labelled, np.zeros(()))
    covariance = X @ X.T / float(linear.prior_precision(params, N_FEATURES, 1)["weights"])
    noise = float((T[0] - X[0] @ params["weights"]).item()) ** 2
    expected = np.diag(covariance) - covariance[0] ** 2 / (covariance[0, 0] + noise)
    variance = np.asarray(laplace_variance(situation, params))[:, 0]
    np.testing.assert_allclose(variance[1:], expected[1:], rtol=1e-3)


def test_networks_lie_side_by_side_first() -> None:
    assert layout_for(NETWORK, N_FEATURES, 3, 1, 50).is_trailing
    assert not layout_for(FOREIGN, N_FEATURES, 3, 1, 50).is_trailing


@pytest.mark.parametrize(
    "asked", [lambda: FOREIGN.hidden, lambda: FOREIGN.layer_names, lambda: FOREIGN.layer_sizes(3, 2)]
)
def test_what_looks_at_hidden_layers_is_refused_in_one_line(asked) -> None:
    with pytest.raises(
        ValueError, match=r"^mine comes from another library, and its hidden layers cannot be seen\. Choose"
    ):
        asked()


def fixed(n_outputs: int) -> ForeignNetwork:
    return ForeignNetwork(lambda key, n_features, _: NETWORK.init(key, n_features, n_outputs), apply, name="fixed")


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (fixed(2), "fixed gives 2 outputs where 3 are needed. Let `init_fn` follow its `n_outputs`."),
        (
            ForeignNetwork(lambda key, i, k: {"layers": jnp.arange(3), "act": "relu"}, apply, name="mixed"),
            "`init_fn` of mixed must give float arrays alone; got int32, str. Leave out what is not trained, e.g. by "
            "equinox.partition.",
        ),
        (
            ForeignNetwork(init, lambda params, X: apply(params, X)[:, 0], name="flat"),
            "`apply_fn` of flat must give (examples, outputs) for X (examples, features); got shape (2,) for (2, 4).",
        ),
    ],
    ids=["outputs", "leaves", "shape"],
)
def test_functions_that_make_no_network_are_refused(network, message) -> None:
    with pytest.raises(ValueError) as refusal:
        network.init(jax.random.key(0), 4, 3)
    assert str(refusal.value) == message


def test_data_that_it_cannot_take_are_refused_in_one_line() -> None:
    task = TASKS["classes"]
    X, T = coded(task)
    with pytest.raises(ValueError, match=r"^mine cannot take `X` with 2 features and these parameters: [^\n]+$"):
        train_many(FOREIGN, initial(3, leading=(2,)), X[:, :2], T, task, SGD(0.1, epochs=1), key=keys(0))
    with pytest.raises(ValueError, match=r"^mine gives 3 outputs where 2 are needed"):
        train_many(FOREIGN, initial(3, leading=(2,)), X, T[:, :2], task, SGD(0.1, epochs=1), key=keys(0))


def test_members_cannot_see_other_features_where_the_first_layer_cannot_be_seen() -> None:
    task, ensemble = TASKS["classes"], named_methods(Settings(diversity="features", feature_share=0.5))["ensemble"]
    with pytest.raises(ValueError, match=r"^`feature_share` needs to see the first layer, .* got 0\.5\. Leave it at 1"):
        ensemble.learn(FOREIGN, task, make_trials(task), SGD(learning_rate=0.2, epochs=2))
