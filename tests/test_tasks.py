"""Predictive distributions, what an ensemble says as one, and strata."""

import itertools
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import transcription as paper
from eligo import (
    CLASSIFICATION,
    COMMITTEES,
    REGRESSION,
    normalised_outputs,
    softmax_of_net_inputs,
    softmax_of_outputs,
)
from eligo.tasks import majority_vote
from problems import TASKS

# --- Distributions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n_classes", "largest"), [(3, 0.576), (10, 0.232)])
def test_softmax_of_sigmoid_outputs_is_never_sure(n_classes, largest) -> None:
    """The squeeze: e / (e + C - 1) at most, where the other two forms reach 1."""
    net_inputs = jnp.full((1, n_classes), -60.0).at[0, 0].set(60.0)
    outputs = jax.nn.sigmoid(net_inputs)
    assert softmax_of_outputs(outputs, net_inputs).max() == pytest.approx(largest, abs=5e-4)
    assert softmax_of_outputs(outputs, net_inputs).max() == pytest.approx(np.e / (np.e + n_classes - 1))
    assert softmax_of_net_inputs(outputs, net_inputs).max() == pytest.approx(1)
    assert normalised_outputs(outputs, net_inputs).max() == pytest.approx(1)


def test_the_three_forms_can_order_examples_differently() -> None:
    """Why the choice matters beyond a squeeze: by entropy, the first is less certain for one form, more for another."""
    outputs = jnp.array([[0.9, 0.8, 0.8], [0.1, 0.02, 0.02]])
    net_inputs = jnp.log(outputs / (1 - outputs))

    def entropies(form):
        return [paper.entropy(np.asarray(p, dtype=np.float64).tolist()) for p in form(outputs, net_inputs)]

    assert np.diff(entropies(softmax_of_outputs)) > 0
    assert np.diff(entropies(normalised_outputs)) < 0


@pytest.mark.parametrize("form", [softmax_of_outputs, softmax_of_net_inputs, normalised_outputs])
@settings(max_examples=25, deadline=None)
@given(net_inputs=arrays.arrays(np.float32, (6, 4), elements=st.floats(-200, 200, width=32)))
def test_probabilities_are_a_distribution(form, net_inputs) -> None:
    p = np.asarray(form(jax.nn.sigmoid(net_inputs), jnp.asarray(net_inputs)))
    assert np.isfinite(p).all() and (p >= 0).all()
    some_output = np.asarray(jax.nn.sigmoid(net_inputs)).sum(axis=1) > 1e-30  # all outputs underflow: nothing to divide
    np.testing.assert_allclose(p.sum(axis=1)[some_output], 1, rtol=1e-5)


# --- Votes -----------------------------------------------------------------------------------------------------------


def test_the_majority_decides_not_the_mean() -> None:
    p = jnp.array([[[0.98, 0.02]], [[0.4, 0.6]], [[0.45, 0.55]]])
    assert majority_vote(p).argmax() == 1
    assert p.mean(axis=0).argmax() == 0


def test_ties_go_to_the_larger_mean_probability() -> None:
    p = jnp.array([[[0.5, 0.3, 0.2]], [[0.1, 0.2, 0.7]], [[0.3, 0.4, 0.3]]])
    assert majority_vote(p).argmax() == 2  # one vote each; means 0.3, 0.3, 0.4


def test_votes_equal_the_transcription_s() -> None:
    p = np.random.default_rng(0).dirichlet([1, 1, 1], size=(4, 300)).astype(np.float32)  # 4 members tie often
    found = majority_vote(jnp.asarray(p)).argmax(axis=1)
    expected = [paper.majority_vote(p[:, example].astype(np.float64).tolist()) for example in range(300)]
    assert found.tolist() == expected
    counts = [np.bincount(votes, minlength=3).max() for votes in p.argmax(axis=2).T]
    assert 2 in counts and 4 in counts


# --- What an ensemble says as one ------------------------------------------------------------------------------------

# Two of three members say class 1, their mean says class 0, and so does the first.
DIVIDED = np.array([[[0.99, 0.01]], [[0.4, 0.6]], [[0.4, 0.6]]], dtype=np.float32)


def measured(task, outputs, targets):
    rows = (jnp.asarray(targets), jnp.ones(targets.shape[1]), jnp.ones(len(targets), dtype=bool))
    return task.measure(jnp.asarray(outputs), jnp.asarray(outputs), *rows)


@pytest.mark.parametrize(
    ("committee", "is_right", "outputs"),
    [("vote", 1, DIVIDED.mean(axis=0)), ("mean_of_outputs", 0, DIVIDED.mean(axis=0)), ("first_member", 0, DIVIDED[0])],
)
def test_the_error_and_the_vote_of_an_ensemble_follow_its_committee(committee, is_right, outputs) -> None:
    T = np.array([[0.1, 0.9]])
    found = measured(replace(CLASSIFICATION, committee=COMMITTEES[committee]), DIVIDED, T)
    assert found.accuracy == is_right
    assert found.error == pytest.approx(((outputs - T) ** 2).sum(), rel=1e-5)


@pytest.mark.parametrize(
    ("committee", "prediction"), [("vote", 1.25), ("mean_of_outputs", 1.25), ("first_member", 2.0)]
)
def test_an_ensemble_of_function_approximation_predicts_its_mean_or_its_first_member(committee, prediction) -> None:
    outputs = np.array([[[2.0]], [[1.0]], [[0.75]]], dtype=np.float32)
    found = measured(replace(REGRESSION, committee=COMMITTEES[committee]), outputs, np.array([[1.0]]))
    assert found.mse == pytest.approx((prediction - 1) ** 2) == found.error
    assert found.mae == pytest.approx(prediction - 1)


@pytest.mark.parametrize("committee", COMMITTEES.values(), ids=COMMITTEES)
@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_a_committee_of_one_says_what_its_member_says(task, committee) -> None:
    rng = np.random.default_rng(3)
    outputs, T = rng.uniform(size=(1, 20, 3)).astype(np.float32), rng.uniform(size=(20, 3))
    found, expected = (measured(t, outputs, T) for t in (replace(task, committee=committee), task))
    np.testing.assert_array_equal(found, expected)


def test_strata_are_the_classes_or_everything() -> None:
    T = CLASSIFICATION.code([0, 1, 2]).encode([2, 0])
    np.testing.assert_array_equal(CLASSIFICATION.strata(jnp.asarray(T)), [[False, False, True], [True, False, False]])
    np.testing.assert_array_equal(REGRESSION.strata(jnp.zeros((4, 2))), np.ones((4, 1), dtype=bool))


def test_a_task_is_changed_by_replacing_a_field() -> None:
    surer = replace(CLASSIFICATION, distribution=softmax_of_net_inputs)
    assert surer != CLASSIFICATION and hash(surer) != hash(CLASSIFICATION)
    for task, other in itertools.combinations(TASKS.values(), 2):
        assert task != other
