"""Utilities of predictions: formulas in plain NumPy, and the same scores whoever predicts."""

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

from eligo import CLASSIFICATION, REGRESSION
from eligo.utilities import (
    BALD,
    EnsembleVariance,
    KLDisagreement,
    LeastConfidence,
    Margin,
    OutputSensitivity,
    Predicted,
    PredictiveEntropy,
    Random,
    Situation,
    VoteEntropy,
    bald,
    kl_disagreement,
    least_confidence,
    margin,
    score_predictions,
    vote_entropy,
)
from problems import NETWORK, TASKS, coded, initial, keys

MASSES = arrays.arrays(np.float64, (3, 4, 5), elements=st.floats(0.001, 1) | st.just(0.0)).map(
    lambda masses: masses + 1e-9 * (masses.sum(axis=-1, keepdims=True) == 0)
)


def normalised(masses: np.ndarray) -> np.ndarray:
    return masses / masses.sum(axis=-1, keepdims=True)


@settings(max_examples=25, deadline=None)
@given(masses=MASSES)
def test_formulas_equal_plain_numpy(masses) -> None:
    p = normalised(masses)
    ordered = np.sort(p, axis=-1)
    np.testing.assert_allclose(least_confidence(p), 1 - ordered[..., -1], atol=1e-6)
    np.testing.assert_allclose(margin(p), 1 - ordered[..., -1] + ordered[..., -2], atol=1e-6)
    mean = p.mean(axis=0)
    divergences = [[stats.entropy(p[m, i], mean[i]) for i in range(4)] for m in range(3)]
    np.testing.assert_allclose(kl_disagreement(p), np.mean(divergences, axis=0), atol=1e-6)
    information = stats.entropy(mean, axis=-1) - stats.entropy(p, axis=-1).mean(axis=0)
    np.testing.assert_allclose(bald(p), information, atol=1e-6)
    votes = p.argmax(axis=-1)
    spread = [stats.entropy(np.bincount(votes[:, i], minlength=5) / 3) for i in range(4)]
    np.testing.assert_allclose(vote_entropy(votes, 5), spread, atol=1e-6)


@settings(max_examples=15, deadline=None)
@given(masses=MASSES, seed=st.integers(0, 9))
def test_neither_classes_nor_members_have_a_place(masses, seed) -> None:
    """Nothing changes when classes, or members, change places."""
    p, rng = normalised(masses), np.random.default_rng(seed)
    moved = p[rng.permutation(3)][:, :, rng.permutation(5)]
    for formula in (kl_disagreement, bald, lambda p: least_confidence(p).mean(axis=0), lambda p: margin(p).sum(axis=0)):
        np.testing.assert_allclose(formula(moved), formula(p), atol=1e-6)


def test_certainty_leaves_nothing_and_sure_members_that_differ_leave_most() -> None:
    certain = np.eye(3)[None, [0, 1]].repeat(3, axis=0)
    for formula in (kl_disagreement, bald, lambda p: least_confidence(p[0]), lambda p: margin(p[0])):
        assert np.asarray(formula(certain)).tolist() == [0, 0]
    apart = np.eye(3)[:, None]  # each member is sure of another class
    for formula in (kl_disagreement, bald, lambda p: vote_entropy(p.argmax(axis=-1), 3)):
        np.testing.assert_allclose(formula(apart), np.log(3), rtol=1e-6)


OF_CLASSES = [PredictiveEntropy(), LeastConfidence(), Margin(), VoteEntropy(), KLDisagreement(), BALD()]


@pytest.mark.parametrize("utility", [*OF_CLASSES, EnsembleVariance(), Random()], ids=repr)
def test_what_networks_predict_scores_as_the_networks_do(utility) -> None:
    task = TASKS["classes"]
    X, T = coded(task)
    params = initial(3, leading=(3,))
    labelled, pool = np.arange(24) < 4, np.arange(24) >= 4
    T = np.where(labelled[:, None], T, np.nan)
    situation = Situation(NETWORK, task, params, X, T, labelled, pool, 0.0)
    values = jax.vmap(NETWORK.predict_distribution, (0, None, None))(params, X, task)
    found = score_predictions(utility, Predicted(values, X, T, labelled, pool), task, key=keys(0))
    np.testing.assert_allclose(found, utility(situation, key=keys(0)), rtol=1e-6)


def predicted(n_members: int) -> Predicted:
    nobody = np.zeros(2, dtype=bool)
    return Predicted(np.full((n_members, 2, 1), 0.5), np.zeros((2, 1)), np.full((2, 1), np.nan), nobody, ~nobody)


@pytest.mark.parametrize(
    ("utility", "task", "message"),
    [
        (Margin(), REGRESSION, "`utility` Margin is for classification only; the task is regression."),
        (
            PredictiveEntropy(),
            REGRESSION,
            "`utility` PredictiveEntropy looks at the network itself for regression, and not only at its predictions. Query "
            "with a network of eligo, or take a utility of predictions such as Margin or EnsembleVariance. "
            "One of your own needs `of_predictions` and `is_from_predictions`, see `eligo.utilities.FromPredictions`.",
        ),
        (
            OutputSensitivity(),
            CLASSIFICATION,
            "`utility` OutputSensitivity looks at the network itself for classification, and not only at its predictions. "
            "Query with a network of eligo, or take a utility of predictions such as Margin or EnsembleVariance. "
            "One of your own needs `of_predictions` and `is_from_predictions`, see `eligo.utilities.FromPredictions`.",
        ),
        (
            EnsembleVariance(),
            REGRESSION,
            "`utility` EnsembleVariance compares at least 2 members; got 1. Give it a list of models, or a forest.",
        ),
    ],
)
def test_a_utility_that_predictions_do_not_suffice_is_refused(utility, task, message) -> None:
    with pytest.raises(ValueError) as refusal:
        score_predictions(utility, predicted(1), task, key=keys(0))
    assert str(refusal.value) == message
