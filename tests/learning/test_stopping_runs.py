"""Criteria in the two loops: trials that have stopped hold still, and nothing more of them is counted."""

from dataclasses import dataclass, replace
from typing import ClassVar

import jax
import numpy as np
import pytest

from eligo import CLASSIFICATION, REGRESSION, SGD, learn_by_querying, learn_selectively
from eligo.rules import AboveMean, Top
from eligo.stopping import OverallUncertainty
from eligo.utilities import OutputSensitivity, PredictiveEntropy
from problems import NETWORK, make_trials, nth

SHORT = SGD(learning_rate=0.3, momentum=0.5, epochs=42)
TRIALS = make_trials(CLASSIFICATION)


@dataclass(frozen=True)
class FirstTrialAt:
    """Stops the first trial at the nth check, and every trial at another."""

    n_checks: int
    needs_classes: ClassVar[bool] = False

    def __call__(self, checks):
        return np.arange(len(checks[-1].error)) == 0


def query(trials=TRIALS, **settings):
    return learn_by_querying(
        NETWORK, CLASSIFICATION, trials, SHORT, utility=PredictiveEntropy(), rule=Top(1), n_records=42, **settings
    )


def select(trials=TRIALS, **settings):
    how = {"utility": OutputSensitivity(), "rule": AboveMean(0.2), "interval": 5, "check_interval": 7, "n_records": 42}
    return learn_selectively(NETWORK, CLASSIFICATION, trials, SHORT, **how | settings)


@pytest.mark.parametrize(
    ("run", "how", "at"),
    [(query, {}, 6), (query, {"retraining": "cold", "epochs_per_query": 2}, 6), (select, {}, 21)],
    ids=["warm querying", "cold querying", "selection"],
)
def test_a_trial_that_stops_is_the_trial_so_far_and_others_go_on(run, how, at) -> None:
    """Three checks: three rounds of 2 epochs, or 3 times 7 epochs."""
    whole, stopped = run(**how), run(**how, stopping=FirstTrialAt(3))
    assert stopped.stopped_at[0] == at and np.isnan(stopped.stopped_at[1]) and np.isnan(whole.stopped_at).all()
    record = whole.epoch.tolist().index(at)
    for name in ("labels", "presentations", "n_selected", "test_error", "accuracy"):
        values = getattr(stopped, name)
        np.testing.assert_array_equal(values[: record + 1, 0], getattr(whole, name)[: record + 1, 0], err_msg=name)
        np.testing.assert_array_equal(values[:, 1], getattr(whole, name)[:, 1], err_msg=name)
        if name != "n_selected":
            assert (values[record:, 0] == values[record, 0]).all(), name
    jax.tree.map(np.testing.assert_array_equal, nth(stopped.params, 1), nth(whole.params, 1))


def test_looking_costs_a_forward_pass_of_every_example_and_no_more_once_stopped() -> None:
    whole, watched = select(), select(stopping=FirstTrialAt(3))
    n_checks = 5  # at 7, 14, ..., 35 of 42 epochs
    extra = watched.selection_work[-1] - whole.selection_work[-1]
    assert extra[1] == pytest.approx(n_checks * 24)
    record = whole.epoch.tolist().index(22)
    assert (np.diff(watched.work[record:, 0]) == 0).all()


def test_a_run_whose_trials_have_all_stopped_stands_still() -> None:
    found = query(stopping=OverallUncertainty(2.0))  # always below
    assert found.stopped_at.tolist() == [2, 2] and found.epoch[-1] == 42
    assert (found.labels == 4).all() and (found.presentations[-1] == 2 * 4).all()


def test_stopping_does_not_depend_on_what_fits_into_memory(monkeypatch) -> None:
    trials = make_trials(CLASSIFICATION, n_trials=4)
    whole = select(trials, stopping=FirstTrialAt(3))
    monkeypatch.setenv("ELIGO_MEMORY", "1e-5")
    parts = select(trials, stopping=FirstTrialAt(3))
    assert np.isnan(whole.stopped_at).tolist() == [False, True, True, True]
    assert np.isnan(parts.stopped_at).tolist() == [False, True, False, True]  # the first of each part
    np.testing.assert_array_equal(parts.test_error[:, 1], whole.test_error[:, 1])


def test_certainty_needs_classes() -> None:
    trials = make_trials(REGRESSION)
    with pytest.raises(ValueError) as refusal:
        learn_by_querying(
            NETWORK, REGRESSION, trials, replace(SHORT, epochs=2), utility=OutputSensitivity(), rule=Top(1),
            stopping=OverallUncertainty(),
        )  # fmt: skip
    assert str(refusal.value) == (
        "stopping by OverallUncertainty needs class probabilities, which regression does not have; use "
        "StabilisingPredictions or Plateau."
    )
