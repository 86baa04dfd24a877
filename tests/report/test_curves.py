"""Learning curves, against hands and plain interpolation."""

import dataclasses

import numpy as np
import pytest

from eligo.report.curves import (
    Paths,
    errors_on_the_way,
    generalisation_over_presentations,
    over_epochs,
    over_labels,
    over_presentations,
    paths_of,
    traces_over_labels,
)


def paths(labels, presentations, error, method="entropy"):
    """Two axes of cost and the error of some trials, as a method's paths."""
    columns = {
        "labels": np.array(labels, dtype=float),
        "presentations": np.array(presentations, dtype=float),
        "error": np.array(error, dtype=float),
    }
    columns["epoch"] = np.tile(np.arange(columns["error"].shape[1], dtype=float), (len(columns["error"]), 1))
    return Paths(method, np.arange(len(columns["error"])), columns, left_out=np.array([], dtype=np.int64))


POOL = paths([[2, 2, 3, 4]], [[0, 20, 50, 90]], [[0.9, 0.4, 0.2, 0.1]])
FULL = paths([[4, 4, 4, 4]] * 2, [[0, 40, 80, 120], [0, 30, 60, 90]], [[0.9, 0.3, 0.2, 0.1]] * 2, "passive")


def test_paths_hold_every_trial_as_it_was_recorded(results, sine):
    for own in paths_of(results, sine):
        rows = results.curves.query("problem == 'sine' and method == @own.method and trial == 7")
        np.testing.assert_allclose(own.columns["error"][7], rows["mse"], rtol=1e-5)
        np.testing.assert_array_equal(own.columns["work"][7], rows["work"])
        assert own.is_pool == (own.method in ("entropy", "ensemble", "random_pool"))


def test_a_diverged_trial_is_left_out_and_counted(study, sine):
    results = study(problems=(sine,), methods=("passive",), n_trials=4)
    curves = results.curves.copy()
    curves.loc[(curves.trial == 2) & (curves.epoch > 500), "mse"] = np.inf
    (own,) = paths_of(dataclasses.replace(results, curves=curves), sine)
    assert own.trials.tolist() == [0, 1, 3]
    assert own.left_out.tolist() == [2]


def test_trials_that_recorded_other_epochs_are_read_off_at_those_of_the_first(study, sine):
    results = study(problems=(sine,), methods=("passive",), n_trials=2)
    curves = results.curves[~((results.curves.trial == 1) & (results.curves.epoch == 500))]
    (own,) = paths_of(dataclasses.replace(results, curves=curves), sine)
    at = own.columns["epoch"][1].tolist().index(500)
    errors = curves[curves.trial == 1].set_index("epoch")["mse"]
    assert own.columns["error"][1, at] == pytest.approx((errors[490] + errors[510]) / 2, rel=1e-4)


def test_curves_over_epochs_are_means_within_their_bands(results, sine):
    own = paths_of(results, sine)[0]
    curve = over_epochs(own)
    expected = results.curves.query("problem == 'sine' and method == 'passive'").groupby("epoch")["mse"].mean()
    np.testing.assert_allclose(curve.mean, expected, rtol=1e-4)
    np.testing.assert_array_equal(curve.x, expected.index)
    assert (curve.low <= curve.mean).all() and (curve.mean <= curve.high).all()


def test_one_trial_has_no_band():
    curve = over_epochs(POOL)
    np.testing.assert_array_equal(curve.low, curve.mean)
    np.testing.assert_array_equal(curve.high, curve.mean)


def test_presentations_cover_what_every_trial_reached():
    curve = over_presentations(FULL)
    assert curve.x[0] == 40 and curve.x[-1] == pytest.approx(90)
    # At 60 presentations the first trial is half way from 0.3 to 0.2, the second at 0.2.
    assert np.interp(60, curve.x, curve.mean) == pytest.approx((0.25 + 0.2) / 2, abs=1e-3)


def test_over_labels_the_last_error_at_a_number_of_labels_counts():
    curve = over_labels(POOL)
    assert curve.x.tolist() == [2, 3, 4]
    np.testing.assert_allclose(curve.mean, [0.4, 0.2, 0.1])
    assert over_labels(FULL) is None


def test_the_generalisation_factor_is_a_median_between_quartiles():
    own = paths([[4, 4, 4]] * 3, [[0, 40, 80]] * 3, [[0.9, 0.3, 0.2]] * 3, "passive")
    own.columns["generalisation"] = np.array([[1.0, 1.0, 2.0], [1.0, 1.5, 4.0], [1.0, 2.0, 3.0]])
    curve = generalisation_over_presentations(own)
    assert (curve.mean[0], curve.mean[-1]) == pytest.approx((1.5, 3.0))
    assert (curve.low[-1], curve.high[-1]) == pytest.approx((2.5, 3.5))
    own.columns["generalisation"][:] = np.nan
    assert generalisation_over_presentations(own) is None


def test_the_generalisation_factor_is_test_error_over_training_error(results, sine):
    own = paths_of(results, sine)[0]
    rows = results.curves.query("problem == 'sine' and method == 'passive' and trial == 3")
    np.testing.assert_allclose(own.columns["generalisation"][3], rows["test_error"] / rows["train_error"])


def test_errors_on_the_way_are_read_off_at_equal_presentations():
    errors = errors_on_the_way([POOL, FULL], np.array([35.0, 90.0, 120.0]))
    assert errors.loc["entropy", 35.0] == pytest.approx(0.3)
    assert errors.loc["entropy", 90.0] == pytest.approx(0.1)
    assert np.isnan(errors.loc["entropy", 120.0])
    assert errors.loc["passive", 90.0] == pytest.approx((0.175 + 0.1) / 2)


def test_traces_are_the_trials_that_the_mean_over_labels_is_of():
    own = paths([[2, 2, 3, 4], [2, 3, 4, 5]], [[0, 20, 50, 90]] * 2, [[0.9, 0.4, 0.2, 0.1], [0.8, 0.6, 0.5, 0.3]])
    traces = traces_over_labels(own)
    assert traces.x.tolist() == [2, 3, 4]
    np.testing.assert_allclose(traces.values, [[0.4, 0.2, 0.1], [0.8, 0.6, 0.5]])
    np.testing.assert_allclose(over_labels(own).mean, traces.values.mean(axis=0))
