"""Every utility against every guarantee that the loops lean on."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import transcription as paper
from eligo.utilities import (
    AbsoluteError,
    EnsembleVariance,
    OutputSensitivity,
    PredictiveEntropy,
    Random,
    Situation,
    Workload,
)
from problems import NETWORK, TASKS, coded, initial, keys, nth

UTILITIES = [
    AbsoluteError(),
    EnsembleVariance(),
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
    parts = map(jnp.asarray, (X, known, is_labelled, 0.01))
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
    permuted = {name: getattr(situation, name)[order] for name in ("X", "targets", "is_labelled")}
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


@pytest.mark.parametrize("utility", [AbsoluteError(), OutputSensitivity(), PredictiveEntropy()], ids=repr)
def test_one_network_is_asked_where_there_are_several(utility) -> None:
    situation = situation_of(TASKS["classes"])
    first = situation._replace(params=nth(situation.params, slice(1)))
    np.testing.assert_allclose(utility(situation, key=KEY), utility(first, key=KEY), rtol=1e-6)


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


def test_deeper_networks_cost_a_backward_pass_for_each_output() -> None:
    load = Workload(replace(NETWORK, hidden=(6, 4)), TASKS["classes"], 3, 2, n_examples=9, n_scored=7, n_labelled=2)
    assert OutputSensitivity().work(load) == 7 * (1 + 2)
