"""Every utility against every guarantee that the loops lean on."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import transcription as paper
from eligo import TANH, Network
from eligo.utilities import (
    AbsoluteError,
    DirectionalSensitivity,
    EnsembleVariance,
    ExtremePrediction,
    OutputSensitivity,
    PredictiveEntropy,
    Random,
    Situation,
    Workload,
    directional_sensitivity,
)
from eligo.utilities.output_sensitivity import EXAMPLES_AT_ONCE, LARGEST_AT_ONCE
from problems import NETWORK, TASKS, coded, initial, keys, nth

UTILITIES = [
    AbsoluteError(),
    DirectionalSensitivity(),
    DirectionalSensitivity("sum"),
    EnsembleVariance(),
    ExtremePrediction(),
    OutputSensitivity(),
    OutputSensitivity("euclidean", "sum"),
    PredictiveEntropy(),
]
KEY = keys(0)


def situation_of(task, n_members: int = 3, n_labelled: int = 10) -> Situation:
    X, T = coded(task)
    is_labelled = np.arange(24) < n_labelled
    known = np.where(is_labelled[:, None], T, np.nan)
    params = jax.tree.map(lambda leaf: 3 * leaf, initial(T.shape[1], leading=(n_members,)))
    parts = map(jnp.asarray, (X, known, is_labelled, np.ones(24, dtype=bool), 0.01))
    return Situation(NETWORK, task, params, *parts)


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
@pytest.mark.parametrize("utility", [*UTILITIES, Random()], ids=repr)
def test_scores_are_one_number_for_each_example(utility, task) -> None:
    scores = utility(situation_of(task), key=KEY)
    assert scores.shape == (24,) and scores.dtype == np.float32
    known = slice(10) if isinstance(utility, AbsoluteError) else slice(None)
    assert np.isfinite(scores[known]).all()
    if not isinstance(utility, PredictiveEntropy) or task.has_classes:
        assert (scores[known] >= 0).all()
    assert len(np.unique(scores[known])) > 5  # it tells examples apart


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
@pytest.mark.parametrize("utility", UTILITIES, ids=repr)
def test_permuted_examples_have_permuted_scores(utility, task) -> None:
    situation, order = situation_of(task), np.random.default_rng(1).permutation(24)
    permuted = {name: getattr(situation, name)[order] for name in ("X", "targets", "is_labelled", "is_candidate")}
    scores = np.asarray(utility(situation, key=KEY))
    again = utility(situation._replace(**permuted), key=KEY)
    np.testing.assert_allclose(again, scores[order], rtol=2e-4, atol=1e-6)


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
@pytest.mark.parametrize("utility", UTILITIES, ids=repr)
def test_only_the_key_of_a_random_utility_matters(utility, task) -> None:
    situation = situation_of(task)
    scores = [np.asarray(value(situation, key=key)) for value in (utility, Random()) for key in (KEY, keys(1))]
    np.testing.assert_array_equal(scores[0], scores[1])
    assert not np.any(scores[2] == scores[3])


def test_random_scores_are_uniform() -> None:
    situation = situation_of(TASKS["classes"])._replace(X=jnp.zeros((20_000, 1)))
    scores = np.asarray(Random()(situation, key=KEY))
    assert scores.min() >= 0 and scores.max() < 1
    assert scores.mean() == pytest.approx(0.5, abs=0.01) and scores.var() == pytest.approx(1 / 12, abs=0.005)


@pytest.mark.parametrize(
    "utility",
    [AbsoluteError(), DirectionalSensitivity(), ExtremePrediction(), OutputSensitivity(), PredictiveEntropy()],
    ids=repr,
)
def test_one_network_is_asked_where_there_are_several(utility) -> None:
    situation = situation_of(TASKS["classes"])
    first = situation._replace(params=nth(situation.params, slice(1)))
    np.testing.assert_allclose(utility(situation, key=KEY), utility(first, key=KEY), rtol=1e-6)


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
@pytest.mark.parametrize("utility", [*UTILITIES, Random()], ids=repr)
def test_a_pointwise_utility_looks_at_the_example_alone(utility, task) -> None:
    """Without the others, without labels and with another key, its score is the same; other utilities' is not."""
    situation = situation_of(task)
    part = {name: getattr(situation, name)[::2] for name in ("X", "is_candidate")}
    alone = situation._replace(**part, targets=jnp.full((12, 3), jnp.nan), is_labelled=jnp.zeros(12, dtype=bool))
    if not task.has_classes:
        alone = alone._replace(targets=alone.targets[:, :1])
    together, apart = utility(situation, key=KEY)[::2], utility(alone, key=keys(1))
    is_pointwise = getattr(utility, "is_pointwise", lambda task: False)(task)
    assert np.allclose(together, apart, rtol=1e-4, atol=1e-6) == is_pointwise


@pytest.mark.parametrize("utility", [*UTILITIES, Random()], ids=repr)
def test_a_utility_is_a_value(utility) -> None:
    assert replace(utility) == utility and hash(replace(utility)) == hash(utility)


def test_the_absolute_error_is_that_of_the_worst_output() -> None:
    situation = situation_of(TASKS["classes"], n_members=1)
    outputs = np.asarray(NETWORK.apply(nth(situation.params, 0), situation.X, situation.task))
    scores = np.asarray(AbsoluteError()(situation, key=KEY))
    for example in range(10):
        expected = max(abs(float(situation.targets[example, k]) - outputs[example, k]) for k in range(3))
        assert scores[example] == pytest.approx(expected, rel=1e-5)
    assert np.isnan(scores[10:]).all()


@pytest.mark.parametrize(("input_norm", "output_norm"), [("sum", "max"), ("euclidean", "sum"), ("max", "euclidean")])
def test_output_sensitivity_takes_its_norms_over_inputs_and_outputs(input_norm, output_norm) -> None:
    situation = situation_of(TASKS["classes"], n_members=1)
    net = paper.from_params(nth(situation.params, 0))
    matrices = [paper.sensitivity(net, z, is_linear=False) for z in np.asarray(situation.X, dtype=np.float64)]
    expected = [paper.informativeness(S, input_norm, output_norm) for S in matrices]
    found = OutputSensitivity(input_norm, output_norm)(situation, key=KEY)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("argument", ["input_norm", "output_norm"])
def test_an_unknown_norm_is_refused_before_anything_runs(argument) -> None:
    with pytest.raises(ValueError, match=f"`{argument}` must be one of 'sum', 'euclidean', 'max'; got 'L1'"):
        OutputSensitivity(**{argument: "L1"})


def test_sensitivities_that_would_fill_the_memory_are_taken_a_few_examples_at_a_time() -> None:
    """More examples than fit, the last few of them not a full chunk."""
    network, n_features, n_outputs = Network((3,)), 700, 4
    n_examples = 1 + max(LARGEST_AT_ONCE // (n_features * n_outputs), 2 * EXAMPLES_AT_ONCE)
    assert n_examples % EXAMPLES_AT_ONCE
    rng = np.random.default_rng(0)
    X, rows = rng.uniform(-1, 1, (n_examples, n_features)).astype(np.float32), np.ones(n_examples, dtype=bool)
    params = network.init(jax.random.key(0), n_features, n_outputs)
    T = jnp.zeros((n_examples, n_outputs))
    one_member = jax.tree.map(lambda leaf: leaf[None], params)
    situation = Situation(network, TASKS["classes"], one_member, jnp.asarray(X), T, rows, rows, 0.0)
    found = OutputSensitivity("euclidean", "sum")(situation, key=KEY)
    net = paper.from_params(params)
    y = 1 / (1 + np.exp(-(X @ net["v"].T + net["v_bias"])))
    o = 1 / (1 + np.exp(-(y @ net["w"].T + net["w_bias"])))
    S = np.einsum("pk,kj,pj,ji->pki", o * (1 - o), net["w"], y * (1 - y), net["v"], optimize=True)
    np.testing.assert_allclose(found, np.linalg.norm(S, axis=2).sum(axis=1), rtol=1e-4)


@pytest.mark.parametrize("output_norm", ["sum", "euclidean", "max"])
@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_directional_sensitivity_is_eq_4_along_the_example(task, output_norm) -> None:
    situation = situation_of(task, n_members=1)
    net, linear = paper.from_params(nth(situation.params, 0)), task.output.name == "linear"
    found = DirectionalSensitivity(output_norm)(situation, key=KEY)
    for z, score in zip(np.asarray(situation.X, dtype=np.float64), found, strict=True):
        changes = paper.directional_sensitivity(net, z, linear)
        np.testing.assert_allclose(paper.sensitivity(net, z, linear) @ z, changes, rtol=1e-9)
        assert score == pytest.approx(paper.norm(changes, output_norm), rel=1e-4)


def test_directional_sensitivity_of_deeper_networks_is_the_slope_when_the_example_grows(float64) -> None:
    network, X = Network((6, 4), TANH), np.random.default_rng(0).uniform(-1, 1, (9, 3))
    params = network.init(jax.random.key(0), 3, 2)
    found = directional_sensitivity(network, params, jnp.asarray(X), TASKS["classes"])
    ends = [network.apply(params, (1 + h) * X, TASKS["classes"]) for h in (1e-6, -1e-6)]
    np.testing.assert_allclose(found, (ends[0] - ends[1]) / 2e-6, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_an_extreme_prediction_is_far_from_the_mean_of_the_candidates(task) -> None:
    is_candidate = np.arange(24) % 3 == 0
    situation = situation_of(task, n_members=1)._replace(is_candidate=jnp.asarray(is_candidate))
    net, linear = paper.from_params(nth(situation.params, 0)), task.output.name == "linear"
    outputs = [paper.forward(net, z, linear)[1] for z in np.asarray(situation.X, dtype=np.float64)]
    predictions = np.array([paper.softmax(o) if task.has_classes else o for o in outputs])
    expected = np.abs(predictions - predictions[is_candidate].mean(axis=0)).sum(axis=1)
    np.testing.assert_allclose(ExtremePrediction()(situation, key=KEY), expected, rtol=1e-4, atol=1e-6)


def test_work_of_the_cheap_scores() -> None:
    """A derivative along one direction shares its first products with the forward pass: J(I + 2K) of J(I + K)."""
    load = Workload(NETWORK, TASKS["classes"], 3, 2, n_examples=9, n_scored=7, n_labelled=2)
    assert DirectionalSensitivity().work(load) == pytest.approx(7 * (3 + 2 * 2) / (3 + 2))
    assert ExtremePrediction().work(load) == 7


def test_deeper_networks_cost_a_backward_pass_for_each_output() -> None:
    load = Workload(replace(NETWORK, hidden=(6, 4)), TASKS["classes"], 3, 2, n_examples=9, n_scored=7, n_labelled=2)
    assert OutputSensitivity().work(load) == 7 * (1 + 2)
