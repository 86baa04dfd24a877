"""A trial that diverged is never dropped where methods are ranked: every statistic against its plain transcription."""

import dataclasses

import numpy as np
import pytest
from scipy import stats

from eligo.report.analysis import BUDGET_SHARES, analyse_problem
from eligo.report.comparisons import compare
from eligo.report.criteria import criteria_of
from eligo.report.problem_tables import area_table, budget_table, error_table
from eligo.report.prose import DIFFERENCES
from eligo.report.sentences import say
from eligo.report.summaries import error_summary, scores_of

METHODS = ("passive", "sasla", "error")
LOST = {("sasla", 0), ("sasla", 1), ("passive", 1), ("error", 5)}
HUGE = 1e9
"""Stands for a diverged trial in what knows no infinity: worse than all others, and as bad as another."""


@pytest.fixture(scope="module")
def lost(study, sine):
    """Ten trials of three methods; some diverged, with errors that are NaN, or that look as good as any."""
    results = study(problems=(sine,), methods=METHODS, n_trials=10, has_cells=False)
    trials = results.trials.copy()
    is_lost = np.array([key in LOST for key in zip(trials["method"], trials["trial"], strict=True)])
    trials["is_diverged"] = is_lost
    trials.loc[is_lost & (trials["trial"] == 0), "mse"] = np.nan
    trials.loc[is_lost & (trials["trial"] != 0), "mse"] = 1e-9  # what a broken network happens to answer
    return dataclasses.replace(results, trials=trials)


@pytest.fixture(scope="module")
def plain(lost):
    """Scores (trials, methods) read off by hand."""
    found = np.empty((10, 3))
    for row in lost.trials.itertuples():
        error = HUGE if (row.method, row.trial) in LOST else float(f"{row.mse:.6g}")
        found[int(row.trial), METHODS.index(row.method)] = error
    return found


def test_a_diverged_trial_has_the_worst_rank_of_its_block(lost, sine, plain):
    ranking = compare(scores_of(lost, sine), sine).ranking
    ranks = [
        [1 + sum(other < own for other in row) + (sum(other == own for other in row) - 1) / 2 for own in row]
        for row in plain
    ]
    expected = dict(zip(METHODS, np.mean(ranks, axis=0), strict=True))
    assert dict(zip(ranking.names, ranking.mean_ranks, strict=True)) == pytest.approx(expected)
    friedman = stats.friedmanchisquare(*plain.T)
    assert (ranking.friedman.statistic, ranking.friedman.p_value) == pytest.approx(tuple(friedman))


def test_pairs_are_tested_over_all_trials(lost, sine, plain):
    pairs = compare(scores_of(lost, sine), sine).pairs.set_index(["first", "second"])
    for (first, second), pair in pairs.iterrows():
        one, other = (plain[:, METHODS.index(name)] for name in (first, second))
        # Infinity against a number is the largest difference, and several such are as large as each other.
        differences = np.clip(one - other, -HUGE / 2, HUGE / 2)
        test = stats.wilcoxon(differences, zero_method="zsplit")
        assert pair["p_value"] == pytest.approx(test.pvalue), (first, second)
        wins = [(a > b) + 0.5 * (a == b) for a in one for b in other]
        assert pair["a12"] == pytest.approx(np.mean(wins))
        assert np.isnan(pair["corrected_p"])  # no mean answers where a trial is infinite


def test_medians_count_it_and_means_say_of_how_many_they_are(lost, sine, plain):
    summary = error_summary(scores_of(lost, sine))
    for place, name in enumerate(METHODS):
        own, n_lost = plain[:, place], sum(method == name for method, _ in LOST)
        row = summary.loc[name]
        assert row["n_trials"] == 10 and row["n_diverged"] == n_lost and row["share_diverged"] == n_lost / 10
        assert row["median"] == pytest.approx(np.median(own), rel=1e-6)
        assert row["max"] == np.inf and row["mean"] == pytest.approx(own[own < HUGE].mean(), rel=1e-6)
    text = [row[2].below for row in error_table(lost, sine, summary).rows]
    assert [words.replace("\u00a0", " ") for words in text] == [
        "1 diverged (10 %)",
        "2 diverged (20 %)",
        "1 diverged (10 %)",
    ]


def with_lost(results, sine, n_lost, errors):
    """The same study where each method lost so many trials, and the others ended at its error, all along the way."""
    trials, criteria = results.trials.copy(), results.criteria.copy()
    is_lost = trials["trial"].to_numpy() < trials["method"].map(n_lost).to_numpy()
    trials = trials.assign(is_diverged=is_lost, mse=trials["method"].map(errors))
    criteria = criteria.assign(area_under_presentations=criteria["method"].map(errors))
    curves = results.curves.assign(mse=results.curves["method"].map(errors))
    return dataclasses.replace(results, trials=trials, criteria=criteria, curves=curves)


ERRORS = {"passive": 0.1, "sasla": 0.01, "error": 0.2}
"""What is left of sasla is best everywhere."""
WINNERS = [
    # Of those that lost none the lowest mean; where all lost one the lowest median, to which a lost trial is infinite.
    ({"passive": 0, "sasla": 0, "error": 0}, "sasla", "mean"),
    ({"passive": 0, "sasla": 1, "error": 0}, "passive", "mean"),
    ({"passive": 1, "sasla": 9, "error": 1}, "passive", "median"),
    ({"passive": 1, "sasla": 1, "error": 1}, "sasla", "median"),
    ({"passive": 5, "sasla": 9, "error": 10}, None, "median"),
]


def assert_called_best_everywhere(results, sine, winner, statistic):
    """In the tables of areas and budgets, of which the latter have means alone, and in words."""
    own, strong = analyse_problem(results, sine, scores_of(results, sine)), {winner} - {None}
    areas = own.criteria.presentation_areas
    assert bold_of(area_table(results, sine, areas, "presentations", "passive"), 1) == strong
    budgets = budget_table(results, sine, own.budgets, BUDGET_SHARES, own.errors)
    assert bold_of(budgets, 1) == (strong if statistic == "mean" else set())
    said = say(DIFFERENCES, own.finding)
    titles = {"passive": "passive", "sasla": "SASLA", "error": "error-selective"}
    for name, title in titles.items():
        assert (f"{title} has the lowest {statistic}" in said) == (name == winner), said


@pytest.mark.parametrize(("n_lost", "winner", "statistic"), WINNERS)
def test_who_lost_its_worst_trials_is_not_called_the_best(lost, sine, n_lost, winner, statistic):
    results = with_lost(lost, sine, n_lost, ERRORS)
    summary = error_summary(scores_of(results, sine))
    mean, median = 2, 4
    strong = bold_of(error_table(results, sine, summary), mean if statistic == "mean" else median)
    assert strong == ({winner} if winner else set())
    assert bold_of(error_table(results, sine, summary), median if statistic == "mean" else mean) == set()
    assert_called_best_everywhere(results, sine, winner, statistic)


def without(results, n_kept):
    """The same study where each method has run so many of its trials, the first ones, and no more."""

    def kept(frame):
        return frame[frame["trial"] < frame["method"].map(n_kept)]

    parts = {name: kept(getattr(results, name)) for name in ("trials", "curves", "criteria")}
    return dataclasses.replace(results, **parts)


NONE_LOST = {"passive": 0, "sasla": 0, "error": 0}
MISSING = [
    # Who has run fewer trials than another is left out; with one complete method there is nobody to hold it against.
    ({"passive": 10, "sasla": 3, "error": 10}, NONE_LOST, "passive", "mean"),
    ({"passive": 10, "sasla": 3, "error": 10}, {"passive": 1, "sasla": 0, "error": 2}, "passive", "median"),
    ({"passive": 10, "sasla": 3, "error": 5}, NONE_LOST, None, "mean"),
    ({"passive": 3, "sasla": 10, "error": 10}, NONE_LOST, "sasla", "mean"),
    # A study that was stopped, with as many trials of each.
    ({"passive": 5, "sasla": 5, "error": 5}, NONE_LOST, "sasla", "mean"),
]


@pytest.mark.parametrize(("n_kept", "n_lost", "winner", "statistic"), MISSING)
def test_who_has_not_run_every_trial_is_not_called_the_best(lost, sine, n_kept, n_lost, winner, statistic):
    results = without(with_lost(lost, sine, n_lost, ERRORS), n_kept)
    summary = error_summary(scores_of(results, sine))
    assert summary["n_missing"].to_dict() == {name: max(n_kept.values()) - n for name, n in n_kept.items()}
    table, strong = error_table(results, sine, summary), {winner} - {None}
    assert bold_of(table, 2 if statistic == "mean" else 4) == strong
    assert bold_of(table, 4 if statistic == "mean" else 2) == set()
    assert [row[1].below for row in table.rows] == [f"{n} missing" * bool(n) for n in summary["n_missing"]]
    assert_called_best_everywhere(results, sine, winner, statistic)


def test_the_prose_says_that_methods_without_all_trials_have_no_part(lost, sine):
    results = without(with_lost(lost, sine, NONE_LOST, ERRORS), {"passive": 10, "sasla": 3, "error": 10})
    said = say(DIFFERENCES, analyse_problem(results, sine, scores_of(results, sine)).finding)
    assert "of the methods of which no trial diverged or is missing passive has the lowest mean" in said


def bold_of(table, column):
    """Methods whose cell in a column is strong."""
    return {METHODS[place] for place, row in enumerate(table.rows) if row[column].is_strong}


def test_the_prose_says_whom_it_compares(lost, sine):
    results = with_lost(lost, sine, {"passive": 0, "sasla": 9, "error": 0}, ERRORS)
    finding = analyse_problem(results, sine, scores_of(results, sine)).finding
    assert "of the methods that lost no trial passive has the lowest mean" in say(DIFFERENCES, finding)
    results = with_lost(lost, sine, {"passive": 1, "sasla": 9, "error": 1}, ERRORS)
    finding = analyse_problem(results, sine, scores_of(results, sine)).finding
    assert "of the methods that lost fewer than half of their trials passive has the lowest median" in say(
        DIFFERENCES, finding
    )


def test_its_area_under_the_curve_is_infinite(lost, sine):
    scores = scores_of(lost, sine)
    areas = criteria_of(lost, sine, scores, "passive").presentation_areas
    rows = lost.criteria.pivot(index="trial", columns="method", values="area_under_presentations")
    for name in METHODS[1:]:
        one, other = (
            np.array([HUGE if (method, trial) in LOST else rows.loc[trial, method] for trial in rows.index])
            for method in (name, "passive")
        )
        test = stats.wilcoxon(np.clip(one - other, -HUGE / 2, HUGE / 2), zero_method="zsplit")
        assert areas.loc[name, "p_value"] == pytest.approx(test.pvalue), name
