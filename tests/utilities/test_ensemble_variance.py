"""Eq. 9 against NumPy and the transcription."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import transcription as paper
from eligo import ensemble_variance
from eligo.utilities import EnsembleVariance, Situation
from problems import NETWORK, TASKS, coded, initial, is_linear, keys, nth

PREDICTIONS = arrays.arrays(
    np.float64,
    st.tuples(st.integers(1, 5), st.integers(1, 4), st.integers(1, 3)),
    elements=st.floats(-1, 1, width=32),
)


@settings(max_examples=25, deadline=None)
@given(predictions=PREDICTIONS)
def test_the_total_variance_equals_numpy_s_and_the_transcription_s(predictions) -> None:
    found = ensemble_variance(predictions)
    np.testing.assert_allclose(found, np.var(predictions, axis=0).sum(axis=1), atol=1e-6)
    expected = [paper.total_variance(predictions[:, example].tolist()) for example in range(predictions.shape[1])]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_members_that_agree_have_none_however_unsure() -> None:
    assert ensemble_variance(np.full((3, 2, 2), 0.5)).tolist() == [0, 0]
    assert ensemble_variance(np.random.default_rng(0).uniform(size=(1, 4, 3))).tolist() == [0] * 4


@pytest.mark.parametrize("name", TASKS)
def test_a_committee_disagrees_about_what_its_task_predicts(float64, name) -> None:
    """Class probabilities for classification, outputs for function approximation."""
    task = TASKS[name]
    X, T = coded(task)
    params = initial(T.shape[1], leading=(3,))
    situation = Situation(NETWORK, task, params, X, T, *np.ones((2, 24), dtype=bool), 0.0)
    nets = [paper.from_params(nth(params, member)) for member in range(3)]
    transcribed = paper.class_variance_utility if task.has_classes else paper.output_variance_utility
    expected = [transcribed(nets, z, is_linear(task)) for z in X]
    np.testing.assert_allclose(EnsembleVariance()(situation, key=keys(0)), expected, rtol=1e-10)
