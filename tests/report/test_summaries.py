"""What trials come to, against pandas and hands."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from eligo.report.summaries import (
    Scores,
    confusions_of,
    cost_summary,
    error_summary,
    generalisation_summary,
    last_rung,
    mean_rank_table,
    metric_summary,
    missing_runs,
    planned_trials,
    scores_of,
    typed,
)
from eligo.report.vocabulary import COSTS, PRIMARY
from eligo.statistics import rank_biserial


def test_scores_are_the_primary_measure_of_each_trial(results, iris, sine):
    for problem, column, of in ((iris, "accuracy", lambda a: 1 - a), (sine, "mse", lambda m: m)):
        scores = scores_of(results, problem)
        rows = results.trials[results.trials.problem == problem.name]
        for row in rows.itertuples():
            expected = of(getattr(row, column))
            assert scores.matrix.loc[row.trial, row.method] == pytest.approx(expected, rel=1e-5, abs=1e-6)
        assert list(scores.matrix) == list(results.methods)


def test_float_noise_breaks_no_tie():
    errors = PRIMARY["regression"].values(pd.DataFrame({"mse": [0.0112345678, 0.0112345701, 1234567.8, 0.0]}))
    assert errors[0] == errors[1]
    assert errors[2:].tolist() == [1234570.0, 0.0]


def test_a_diverged_trial_is_infinite_and_a_missing_one_is_not_a_number(study, iris):
    results = study(problems=(iris,), methods=("passive", "sasla"), n_trials=3)
    trials = results.trials.copy()
    trials.loc[(trials.method == "sasla") & (trials.trial == 1), "is_diverged"] = True
    trials = trials[~((trials.method == "passive") & (trials.trial == 2))]
    scores = scores_of(dataclasses.replace(results, trials=trials), iris)
    assert scores.matrix.loc[1, "sasla"] == np.inf
    assert np.isnan(scores.matrix.loc[2, "passive"])
    assert scores.blocks.index.tolist() == [0, 1]


def test_means_leave_diverged_trials_out_and_medians_count_them():
    matrix = pd.DataFrame({"a": [1.0, 2.0, 3.0, np.inf], "b": [5.0, np.nan, np.nan, np.nan], "c": [np.nan] * 4})
    summary = error_summary(Scores(matrix, 4))
    assert list(summary.index) == ["a", "b"]
    assert summary.loc["a", ["n_trials", "n_diverged", "mean", "sd", "median"]].tolist() == [4, 1, 2, 1, 2.5]
    assert 1 <= summary.loc["a", "low"] < 2 < summary.loc["a", "high"] <= 3
    assert summary.loc["b", ["n_trials", "mean"]].tolist() == [1, 5]
    assert summary.loc["b", ["sd", "low", "high"]].isna().all()
    assert summary.loc["a", ["min", "q25", "q75", "max", "best_trial"]].tolist() == [1, 1, 3, np.inf, 0]


def test_error_summary_equals_pandas(results, sine):
    summary = error_summary(scores_of(results, sine))
    grouped = results.trials[results.trials.problem == "sine"].groupby("method")["mse"]
    for name, expected in {"mean": grouped.mean(), "sd": grouped.std(), "median": grouped.median()}.items():
        np.testing.assert_allclose(summary[name], expected[summary.index], rtol=1e-4)


def test_metric_summary_equals_pandas(results, iris):
    methods = list(results.methods)
    grouped = results.trials[results.trials.problem == "iris"].groupby("method")["macro_f1"]
    metrics = metric_summary(results, iris, methods)
    np.testing.assert_allclose(metrics["macro_f1_mean"], grouped.mean()[methods], rtol=1e-5)
    np.testing.assert_allclose(metrics["macro_f1_sd"], grouped.std()[methods], rtol=1e-3)


def test_costs_are_means_and_ratios_to_passive(results, iris):
    rows = results.trials[results.trials.problem == "iris"]
    costs = cost_summary(results, iris, list(results.methods))
    assert set(costs) == {*COSTS, *(f"{name}_ratio" for name in COSTS)}
    means = rows.groupby("method")["work"].mean()
    for method in results.methods:
        assert costs.loc[method, "work"] == pytest.approx(means[method])
        assert costs.loc[method, "work_ratio"] == pytest.approx(means[method] / means["passive"])
    seconds = rows.groupby("method")[["seconds_training", "seconds_selection", "seconds_evaluation"]].mean().sum(axis=1)
    np.testing.assert_allclose(costs["seconds"], seconds[costs.index])
    assert costs["seconds_selection_ratio"].isna().all()  # passive spends nothing on it


def test_missing_runs_are_those_with_fewer_trials_than_planned(results):
    trials = results.trials
    kept = trials[(trials.problem != "wine") & ~((trials.method == "sasla") & (trials.trial >= 10))]
    unfinished = dataclasses.replace(results, trials=kept)
    assert planned_trials(unfinished) == 12
    missing = missing_runs(unfinished).set_index(["problem", "method"])
    assert len(missing) == 5 + 2
    assert missing.loc[("iris", "sasla")].tolist() == [10, 12]
    assert (missing.loc["wine", "n_found"] == 0).all()
    assert missing_runs(results).empty


def test_mean_ranks_average_ties_and_leave_out_methods_that_a_problem_lacks():
    one = Scores(pd.DataFrame({"a": [1.0, 1.0], "b": [2.0, 1.0], "c": [np.nan, np.nan]}), 2)
    two = Scores(pd.DataFrame({"a": [2.0, np.inf], "b": [1.0, 3.0], "c": [0.0, 1.0]}), 2)
    ranks = mean_rank_table({"one": one, "two": two})
    assert ranks.to_dict("index") == {"one": {"a": 1.25, "b": 1.75}, "two": {"a": 2.0, "b": 1.0}}


def test_of_a_cell_trained_twice_the_longer_training_counts(results):
    cells = results.cells.iloc[:3]
    again = cells.iloc[[1]].assign(epochs=800, cv_error=0.5)
    last = last_rung(pd.concat([again, cells]))
    assert len(last) == 3
    assert last["epochs"].max() == 800
    assert set(last["cv_error"]) == {cells.cv_error.iloc[0], 0.5, cells.cv_error.iloc[2]}


def test_numbers_that_a_store_gives_back_as_none_become_nan(results):
    winners = results.winners.astype({"cv_error": object}).assign(cv_error=None)
    trials = results.trials.assign(is_diverged=0)
    clean = typed(dataclasses.replace(results, winners=winners, trials=trials))
    assert clean.winners["cv_error"].isna().all()
    assert clean.trials["is_diverged"].dtype == bool


def test_equal_counts_of_misclassified_examples_tie_exactly() -> None:
    first, second = (pd.DataFrame({"accuracy": np.array(counts) / 36}) for counts in ([35, 33], [33, 31]))
    measure = PRIMARY["classification"]
    differences = measure.values(second) - measure.values(first)
    assert differences == pytest.approx(2 / 36, abs=1e-12)
    other = pd.DataFrame({"accuracy": np.array([32, 35, 35, 33, 36]) / 36})
    passive = pd.DataFrame({"accuracy": np.array([32, 35, 35, 34, 35]) / 36})
    assert rank_biserial(measure.values(passive), measure.values(other)) == 0


def test_every_measure_of_the_trials_is_summed_up(results, iris, sine):
    for problem, names in (
        (iris, {"accuracy", "macro_f1", "macro_precision", "macro_recall", "mcc", "squared_error", "train_accuracy"}),
        (sine, {"rmse", "mae", "r2", "train_error"}),
    ):
        metrics = metric_summary(results, problem, list(results.methods))
        assert {f"{name}_mean" for name in names} <= set(metrics)
        assert not [name for name in metrics if name.startswith("inside")]
    grouped = results.trials[results.trials.problem == "sine"].groupby("method")["rmse"]
    np.testing.assert_allclose(metrics["rmse_mean"], grouped.mean()[metrics.index], rtol=1e-4)


def test_cross_validation_inside_the_trials_is_shown_where_there_was_one(results, iris):
    trials = results.trials.assign(inside_error=np.where(results.trials.problem == "iris", 0.25, np.nan))
    metrics = metric_summary(dataclasses.replace(results, trials=trials), iris, ["passive"])
    assert metrics.loc["passive", "inside_error_mean"] == 0.25


def test_the_generalisation_factor_is_averaged_over_trials_that_did_not_diverge(study, sine):
    results = study(problems=(sine,), methods=("passive",), n_trials=4)
    trials = results.trials.assign(
        generalisation_factor=[1.0, 2.0, 6.0, 500.0], is_diverged=[False, False, False, True]
    )
    row = generalisation_summary(dataclasses.replace(results, trials=trials), sine, ["passive"]).loc["passive"]
    assert row[["mean", "median"]].tolist() == pytest.approx([3.0, 2.0])


def test_confusion_is_the_mean_over_trials_of_shares_of_the_actual_class(study, iris):
    results = study(problems=(iris,), methods=("passive",), n_trials=2)
    counts = {0: [[10, 0, 0], [2, 6, 2], [0, 0, 10]], 1: [[5, 5, 0], [0, 10, 0], [0, 1, 9]]}
    rows = [
        ("iris", "passive", trial, i, j, counts[trial][i][j]) for trial in counts for i in range(3) for j in range(3)
    ]
    confusion = pd.DataFrame(rows, columns=results.confusion.columns)
    (own,) = confusions_of(dataclasses.replace(results, confusion=confusion), iris, ["passive"])
    np.testing.assert_allclose(own.mean, [[0.75, 0.25, 0], [0.1, 0.8, 0.1], [0, 0.05, 0.95]])
    np.testing.assert_allclose(own.sd[0], [np.sqrt(0.125), np.sqrt(0.125), 0])
    trials = results.trials.assign(is_diverged=[False, True])
    (own,) = confusions_of(dataclasses.replace(results, confusion=confusion, trials=trials), iris, ["passive"])
    np.testing.assert_allclose(own.mean[1], [0.2, 0.6, 0.2])
    assert own.n_trials == 1 and np.isnan(own.sd).all()


def test_a_class_that_was_never_tested_has_no_shares(study, iris):
    results = study(problems=(iris,), methods=("passive",), n_trials=2)
    confusion = results.confusion.assign(n_examples=results.confusion.n_examples * (results.confusion.actual != 1))
    (own,) = confusions_of(dataclasses.replace(results, confusion=confusion), iris, ["passive"])
    assert np.isnan(own.mean[1]).all() and np.isfinite(own.mean[[0, 2]]).all()
