"""Coding of targets, predictive distributions, votes and measures against scikit-learn and by hand."""

import itertools
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn import metrics

import transcription as paper
from eligo import (
    CLASSIFICATION,
    LINEAR_OUTPUT_REGRESSION,
    REGRESSION,
    normalised_outputs,
    softmax_of_net_inputs,
    softmax_of_outputs,
)
from eligo.tasks import majority_vote
from problems import TASKS

# --- Coding ----------------------------------------------------------------------------------------------------------


def test_classes_are_coded_as_0_1_and_0_9() -> None:
    coding = CLASSIFICATION.code(["b", "a", "b", "c"])
    np.testing.assert_array_equal(coding.encode(["c", "a"]), [[0.1, 0.1, 0.9], [0.9, 0.1, 0.1]])
    assert coding.decode([[0.2, 0.7, 0.3]]).tolist() == ["b"]
    np.testing.assert_array_equal(coding.scale, np.ones(3))


def test_classes_that_training_rows_lack_may_be_named() -> None:
    coding = CLASSIFICATION.code([0, 2], classes=[0, 1, 2])
    np.testing.assert_array_equal(coding.encode([1]), [[0.1, 0.9, 0.1]])


@pytest.mark.parametrize(("task", "low", "high"), [(REGRESSION, 0.1, 0.9), (LINEAR_OUTPUT_REGRESSION, -1.0, 1.0)])
@settings(max_examples=25, deadline=None)
@given(
    y=arrays.arrays(
        np.float64, st.tuples(st.integers(2, 8), st.integers(1, 3)), elements=st.floats(-1e6, 1e6, width=32)
    )
)
def test_coded_values_span_the_range_and_decode_to_what_they_were(task, low, high, y) -> None:
    y[0] -= 1 + np.abs(y).max()  # no target is constant
    coding = task.code(y)
    coded = coding.encode(y)
    np.testing.assert_allclose(coded.min(axis=0), low, atol=1e-12)
    np.testing.assert_allclose(coded.max(axis=0), high, atol=1e-12)
    np.testing.assert_allclose(coding.decode(coded), y, atol=1e-9 * np.abs(y).max())
    # One coded unit is `scale` units of the target.
    np.testing.assert_allclose(coding.decode(coded + 1) - coding.decode(coded), np.tile(coding.scale, (len(y), 1)))


def test_a_flat_target_decodes_flat() -> None:
    coding = REGRESSION.code([1.0, 3.0, 2.0])
    assert coding.encode([2.0]).shape == (1, 1)
    np.testing.assert_allclose(coding.decode([[0.5]]), [2.0])


def test_coding_is_fitted_on_training_rows_alone() -> None:
    coding = REGRESSION.code([0.0, 1.0])
    np.testing.assert_allclose(coding.encode([2.0, -1.0]).ravel(), [1.7, -0.7])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: CLASSIFICATION.code(["a", "a"]),
            "the target has one class, 'a'; classification needs at least 2. Check the target column.",
        ),
        (
            lambda: CLASSIFICATION.code([0, 1]).encode([1, 2]),
            "`y` holds the label 2, which the coding was not fitted on; it knows [0, 1].",
        ),
        (
            lambda: REGRESSION.code(np.array([[1.0, 5.0], [2.0, 5.0]])),
            "target 1 is 5 in every training row; function approximation needs a target that varies. "
            "Check the target column.",
        ),
    ],
    ids=["one class", "unknown label", "constant target"],
)
def test_targets_that_cannot_be_learnt_are_refused(make, message) -> None:
    with pytest.raises(ValueError) as refusal:
        make()
    assert str(refusal.value) == message


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


# --- Measures --------------------------------------------------------------------------------------------------------


def measure(task, outputs, targets, scale=None, present=None):
    """Measures of an ensemble (members, examples, outputs); net inputs only matter where a distribution asks for them."""
    scale = np.ones(targets.shape[1]) if scale is None else scale
    present = np.ones(len(targets), dtype=bool) if present is None else present
    return task.measure(*map(jnp.asarray, (outputs, outputs, targets, scale, present)))


@pytest.mark.parametrize("seed", range(3))
def test_accuracy_and_macro_f1_equal_scikit_learn(seed) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 4, 50) if seed else rng.integers(0, 2, 50)  # seed 0: two classes neither occur
    outputs = rng.uniform(0, 1, (1, 50, 4)).astype(np.float32)
    if not seed:
        outputs[..., 2:] = 0  # nor are predicted
    T = np.where(labels[:, None] == np.arange(4), 0.9, 0.1)
    found, predicted = measure(CLASSIFICATION, outputs, T), outputs[0].argmax(axis=1)
    assert found.accuracy == pytest.approx(metrics.accuracy_score(labels, predicted), abs=1e-6)
    assert found.macro_f1 == pytest.approx(metrics.f1_score(labels, predicted, average="macro"), abs=1e-6)
    assert found.error == pytest.approx(((outputs[0] - T) ** 2).sum(axis=1).mean(), rel=1e-5)
    assert np.isnan(found.mse) and np.isnan(found.r2)


@pytest.mark.parametrize("n_outputs", [1, 2])
def test_mse_and_r2_equal_scikit_learn_in_the_units_of_the_target(n_outputs) -> None:
    rng = np.random.default_rng(4)
    y = rng.normal(5, 20, (50, n_outputs))
    coding = REGRESSION.code(y)
    members = (coding.encode(y) + 0.1 * rng.normal(size=(3, 50, n_outputs))).astype(np.float32)
    predicted = coding.decode(members.mean(axis=0)).reshape(50, n_outputs)
    found = measure(REGRESSION, members, coding.encode(y), coding.scale)
    assert found.mse == pytest.approx(metrics.mean_squared_error(y, predicted), rel=1e-4)
    assert found.r2 == pytest.approx(metrics.r2_score(y, predicted), rel=1e-4)
    assert found.error == pytest.approx(((y - predicted) ** 2).sum(axis=1).mean(), rel=1e-4)
    assert np.isnan(found.accuracy) and np.isnan(found.macro_f1)


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_examples_that_are_absent_do_not_count(task) -> None:
    rng = np.random.default_rng(1)
    outputs, present = rng.uniform(size=(2, 30, 3)).astype(np.float32), np.arange(30) % 3 > 0
    T = np.where(rng.integers(0, 3, 30)[:, None] == np.arange(3), 0.9, 0.1)
    found = measure(task, outputs, T, present=present)
    expected = measure(task, outputs[:, present], T[present])
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_the_ensemble_is_measured_by_its_vote() -> None:
    """Two of three members say class 1, their mean says class 0."""
    outputs = np.array([[[0.99, 0.01]], [[0.4, 0.6]], [[0.4, 0.6]]], dtype=np.float32)
    assert measure(CLASSIFICATION, outputs, np.array([[0.1, 0.9]])).accuracy == 1


def test_a_target_without_spread_has_no_r2() -> None:
    found = measure(REGRESSION, np.zeros((1, 5, 1), dtype=np.float32), np.full((5, 1), 0.5))
    assert np.isnan(found.r2) and found.mse == pytest.approx(0.25)


def test_strata_are_the_classes_or_everything() -> None:
    T = CLASSIFICATION.code([0, 1, 2]).encode([2, 0])
    np.testing.assert_array_equal(CLASSIFICATION.strata(jnp.asarray(T)), [[False, False, True], [True, False, False]])
    np.testing.assert_array_equal(REGRESSION.strata(jnp.zeros((4, 2))), np.ones((4, 1), dtype=bool))


def test_a_task_is_changed_by_replacing_a_field() -> None:
    surer = replace(CLASSIFICATION, distribution=softmax_of_net_inputs)
    assert surer != CLASSIFICATION and hash(surer) != hash(CLASSIFICATION)
    for task, other in itertools.combinations(TASKS.values(), 2):
        assert task != other
