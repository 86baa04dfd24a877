"""What the engine and the loops make of data and settings at the edge: each has a meaning, and it is this one."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from eligo import CLASSIFICATION, SGD, Network, learn_by_querying, learn_selectively, train_many
from eligo.rules import AboveMean, Top
from eligo.sensitivity import informativeness, input_sensitivity
from eligo.training import is_diverged
from eligo.utilities import EnsembleVariance, OutputSensitivity, PredictiveEntropy, Random
from problems import NETWORK, TASKS, coded, initial, keys, make_trials, nth

SHORT = SGD(learning_rate=0.2, momentum=0.5, weight_decay=0.0005, epochs=8)
SASLA = {"utility": OutputSensitivity(), "rule": AboveMean(0.2)}
N_TRIALS = 3  # everywhere, and one task where it does not matter: programs are shared
LINEAR = TASKS["linear outputs"]
KEPT = ("labels", "n_selected", "presentations", "work", "train_error", "test_error", "accuracy", "macro_f1")


# --- A network that runs away ----------------------------------------------------------------------------------------

LOOPS = {
    "selective": lambda trials: learn_selectively(NETWORK, CLASSIFICATION, trials, SHORT, **SASLA),
    "a committee": lambda trials: learn_by_querying(
        NETWORK, CLASSIFICATION, trials, SHORT, utility=EnsembleVariance(), rule=Top(2), n_members=3, budget=4
    ),
}


@pytest.mark.parametrize("size", [1e30, np.inf, np.nan])
@pytest.mark.parametrize("loop", LOOPS)
def test_a_trial_that_runs_away_changes_no_bit_of_its_neighbours(loop: str, size: float) -> None:
    trials = make_trials(CLASSIFICATION, N_TRIALS)
    broken = replace(trials, params=jax.tree.map(lambda leaf: leaf.at[1].mul(size), trials.params))
    usual, found = LOOPS[loop](trials), LOOPS[loop](broken)
    assert usual.is_diverged.tolist() == [False, False, False] and found.is_diverged.tolist() == [False, True, False]
    for name in KEPT:
        np.testing.assert_array_equal(getattr(found, name)[:, [0, 2]], getattr(usual, name)[:, [0, 2]], err_msg=name)
    np.testing.assert_array_equal(found.is_selected[[0, 2]], usual.is_selected[[0, 2]])
    for one, other in zip(jax.tree.leaves(found.params), jax.tree.leaves(usual.params), strict=True):
        np.testing.assert_array_equal(np.asarray(one)[[0, 2]], np.asarray(other)[[0, 2]])


@pytest.mark.parametrize("batch_size", [1, "full"])
def test_a_network_with_a_mad_learning_rate_changes_no_bit_of_its_neighbours(batch_size: int | str) -> None:
    X, T = coded(LINEAR)
    rates = np.full(9, 0.05)
    params, order = initial(1, leading=(9,)), keys(3, 9)

    def trained(rates: np.ndarray):
        sgd = SGD(rates, 0.5, batch_size=batch_size, epochs=20)
        return train_many(NETWORK, params, X, T, LINEAR, sgd, key=order)

    usual, found = trained(rates), trained(np.where(np.arange(9) == 4, 1e9, rates))
    assert np.flatnonzero(is_diverged(found)).tolist() == [4] and not is_diverged(usual).any()
    others = np.arange(9) != 4
    for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(usual), strict=True):
        np.testing.assert_array_equal(np.asarray(one)[others], np.asarray(other)[others])


# --- Data at the edge ------------------------------------------------------------------------------------------------


def test_saturated_units_have_no_sensitivity_and_selection_keeps_everything() -> None:
    """Phi is 0 for all, and 0 reaches (1 - beta) times a mean of 0; nothing is NaN."""
    trials = make_trials(CLASSIFICATION, N_TRIALS)
    saturated = replace(trials, params=jax.tree.map(lambda leaf: leaf * 1e6, trials.params))
    S = input_sensitivity(NETWORK, nth(saturated.params, 0, 0), saturated.X[0], CLASSIFICATION)
    assert (np.asarray(informativeness(S)) == 0).all()
    found = learn_selectively(NETWORK, CLASSIFICATION, saturated, SHORT, **SASLA)
    assert (found.n_selected == 24).all() and np.isfinite(found.test_error).all()
    entropies = learn_by_querying(
        NETWORK, CLASSIFICATION, saturated, SHORT, utility=PredictiveEntropy(), rule=Top(5), budget=10
    )
    assert (entropies.labels[-1] == 14).all() and np.isfinite(entropies.test_error).all()


@pytest.mark.parametrize("value", [-1.0, 0.0])
def test_a_feature_without_variance_is_a_bias_and_harms_nothing(value: float) -> None:
    trials = make_trials(CLASSIFICATION, N_TRIALS)
    constant = replace(trials, X=trials.X.at[..., 1].set(value), X_test=trials.X_test.at[..., 1].set(value))
    found = learn_selectively(NETWORK, CLASSIFICATION, constant, SHORT, **SASLA)
    assert np.isfinite(found.test_error).all() and (found.n_selected >= 3).all()
    if value == 0:  # what multiplies nothing learns nothing, but for its decay: (1 - 2 eta lambda / (1 - mu)) a step
        before, after = (np.asarray(own["hidden"]["weights"])[:, 0, 1] for own in (constant.params, found.params))
        assert (np.sign(after) == np.sign(before)).all() and (np.abs(after) < np.abs(before)).all()


def test_duplicates_score_alike_and_are_asked_for_one_by_one() -> None:
    trials = make_trials(CLASSIFICATION, N_TRIALS)
    same = replace(trials, X=jnp.broadcast_to(trials.X[:, :1], trials.X.shape))
    for utility in (PredictiveEntropy(), OutputSensitivity()):
        found = learn_by_querying(NETWORK, CLASSIFICATION, same, SHORT, utility=utility, rule=Top(1), budget=6)
        assert (found.labels[-1] == 10).all() and (found.is_selected.sum(axis=1) == 10).all()
    kept = learn_selectively(NETWORK, CLASSIFICATION, same, SHORT, **SASLA)
    assert (kept.n_selected == 24).all()


def test_with_one_example_per_class_selection_keeps_each() -> None:
    trials = make_trials(CLASSIFICATION, N_TRIALS, n_examples=3, n_labelled=3)
    assert np.asarray(trials.targets).argmax(axis=2).tolist() == [[0, 1, 2]] * N_TRIALS
    found = learn_selectively(NETWORK, CLASSIFICATION, trials, SHORT, utility=OutputSensitivity(), rule=AboveMean(0.0))
    assert (found.n_selected == 3).all() and (found.presentations[-1] == 24).all()


def test_one_output_and_one_unit_are_a_network() -> None:
    """K = 1 and J = 1: Eq. 4 is o' w y' v, and committees vary in one number."""
    network, task = Network((1,)), TASKS["sigmoid outputs"]
    trials = make_trials(task, N_TRIALS, network=network)
    params, X = nth(trials.params, 0, 0), np.asarray(trials.X[0], dtype=np.float64)
    v, b = (np.asarray(params["hidden"][part], dtype=np.float64) for part in ("weights", "bias"))
    w, c = (np.asarray(params["output"][part], dtype=np.float64) for part in ("weights", "bias"))
    y = 1 / (1 + np.exp(-(X @ v + b)))
    o = 1 / (1 + np.exp(-(y @ w + c)))
    expected = (o * (1 - o) * y * (1 - y) * w.item()) * v.T
    np.testing.assert_allclose(input_sensitivity(network, params, trials.X[0], task)[:, 0], expected, rtol=1e-4)
    found = learn_by_querying(
        network, task, trials, SHORT, utility=EnsembleVariance(), rule=Top(5), n_members=3, budget=5
    )
    assert (found.labels[-1] == 9).all() and np.isfinite(found.mse).all()


# --- Settings at the edge --------------------------------------------------------------------------------------------


def test_a_batch_larger_than_the_data_is_the_full_batch() -> None:
    X, T = coded(CLASSIFICATION, n_examples=5)
    params, order = initial(3, leading=(2,)), keys(3, 2)
    by_size = [
        train_many(NETWORK, params, X, T, CLASSIFICATION, SGD(0.3, 0.5, batch_size=size, epochs=5), key=order)
        for size in (5, 1000, "full")
    ]
    for other in by_size[1:]:
        jax.tree.map(np.testing.assert_array_equal, by_size[0], other)


def test_a_query_larger_than_the_pool_takes_the_pool_and_a_larger_budget_is_refused() -> None:
    trials = make_trials(CLASSIFICATION, N_TRIALS, n_examples=8)
    found = learn_by_querying(NETWORK, CLASSIFICATION, trials, SHORT, utility=Random(), rule=Top(100))
    assert (found.labels[0] == 4).all() and (found.labels[-1] == 8).all()
    with pytest.raises(ValueError, match=r"`budget` must be in \[0, 4\], the pool size; got 5"):
        learn_by_querying(NETWORK, CLASSIFICATION, trials, SHORT, utility=Random(), rule=Top(1), budget=5)


def test_without_budget_and_epochs_a_run_is_its_initial_weights() -> None:
    trials = make_trials(CLASSIFICATION, N_TRIALS)
    still = replace(SHORT, epochs=0)
    for found in (
        learn_selectively(NETWORK, CLASSIFICATION, trials, still, **SASLA),
        learn_by_querying(NETWORK, CLASSIFICATION, trials, still, utility=Random(), rule=Top(1), budget=0),
    ):
        assert (found.presentations[-1] == 0).all() and (found.work[-1] == 0).all() and found.epoch[-1] == 0
        for one, other in zip(jax.tree.leaves(found.params), jax.tree.leaves(trials.params), strict=True):
            np.testing.assert_array_equal(np.asarray(one)[:, 0], np.asarray(other)[:, 0])
