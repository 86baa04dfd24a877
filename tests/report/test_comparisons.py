"""Tests and differences point the way they say, and are those of scipy."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from eligo.report.comparisons import compare, compare_areas, compare_problems
from eligo.report.summaries import Scores, scores_of
from eligo.study.results import Problem

PROBLEM = Problem("p", "P", "regression", 100, 2, 1, 80, 20, (), "y", "made up")


def scores(**columns):
    return Scores(pd.DataFrame(columns, dtype=float), len(next(iter(columns.values()))))


def test_a_method_that_is_always_better_is_found_in_either_order():
    rng = np.random.default_rng(0)
    worse = rng.uniform(1, 2, 20)
    better = worse - rng.uniform(0.1, 0.2, 20)
    for columns, sign in (({"a": better, "b": worse}, -1), ({"a": worse, "b": better}, 1)):
        (pair,) = compare(scores(**columns), PROBLEM).pairs.to_dict("records")
        assert (pair["first"], pair["second"]) == ("a", "b")
        assert pair["is_significant"]
        assert pair["rank_biserial"] == sign
        assert sign * pair["estimate"] > 0
        assert sign * (pair["a12"] - 0.5) > 0
        assert pair["low"] <= pair["estimate"] <= pair["high"]


def test_pairs_stand_in_the_order_of_the_study_whatever_their_ranks():
    values = np.arange(12.0)
    pairs = compare(scores(z=values, a=values + 1, m=values - 1), PROBLEM).pairs
    assert list(zip(pairs["first"], pairs["second"], strict=True)) == [("z", "a"), ("z", "m"), ("a", "m")]
    assert pairs["estimate"].tolist() == [-1, 1, 2]


def test_p_values_are_scipys_and_holms(results, sine):
    own = scores_of(results, sine)
    pairs = compare(own, sine).pairs
    for pair in pairs.itertuples():
        expected = stats.wilcoxon(own.matrix[pair.first] - own.matrix[pair.second], zero_method="zsplit").pvalue
        assert pair.p_value == pytest.approx(expected)
    ordered = pairs.sort_values("p_value")
    holm = np.minimum(1, np.maximum.accumulate(ordered["p_value"] * np.arange(len(pairs), 0, -1)))
    np.testing.assert_allclose(ordered["adjusted_p"], holm)


def test_differences_are_to_the_reference_over_the_same_trials():
    comparison = compare(scores(entropy=[3, 5, 4, np.nan], passive=[1, 2, np.inf, 7]), PROBLEM)
    assert comparison.n_blocks == 3
    assert comparison.reference == "passive"
    (difference,) = comparison.differences
    assert (difference.first, difference.second) == ("entropy", "passive")
    assert difference.estimate == pytest.approx((2 + 3) / 2)  # the diverged trial has no difference
    assert difference.scaled(100).estimate == pytest.approx(250)
    assert np.isnan(difference.scaled(100).corrected_p)
    whole = compare(scores(entropy=[3, 5, 4], passive=[1, 2, 2]), PROBLEM).differences[0]
    assert whole.scaled(100).corrected_p == whole.corrected_p


def better_where_it_does_not_diverge():
    """Passive errs less in 20 trials, by about 0.3, and diverges in 30."""
    passive = np.random.default_rng(0).uniform(0.1, 0.11, 50)
    sasla = passive + np.random.default_rng(1).uniform(0.29, 0.31, 50)
    passive[20:] = np.inf
    return scores(passive=passive, sasla=sasla)


def test_a_diverged_pair_has_no_corrected_answer():
    (pair,) = compare(better_where_it_does_not_diverge(), PROBLEM).pairs.to_dict("records")
    assert pair["estimate"] == pytest.approx(-0.3, abs=0.01)  # of the trials that went well
    # Of all, where to diverge is to err without bound: 30 tied ranks of 35.5 against 1 to 20, of a sum of 1275.
    assert pair["rank_biserial"] == pytest.approx((30 * 35.5 - 210) / 1275)
    assert pair["is_significant"]
    assert pair["n_diverged"] == 30
    assert np.isnan([pair[name] for name in ("corrected_low", "corrected_high", "corrected_p")]).all()
    assert not pair["is_corrected"]


def test_a_mean_that_points_the_other_way_corrects_nothing():
    passive = np.linspace(0.1, 0.11, 50)
    sasla = passive - np.linspace(0.010, 0.011, 50)
    sasla[:6] += 100.0
    problem = dataclasses.replace(PROBLEM, n_train=10**6)  # hardly any overlap to allow for
    (pair,) = compare(scores(passive=passive, sasla=sasla), problem).pairs.to_dict("records")
    assert pair["is_significant"] and pair["rank_biserial"] > 0 > pair["estimate"]
    assert pair["corrected_adjusted_p"] < 0.05
    assert not pair["is_corrected"]


def test_a_pair_without_an_answer_is_still_adjusted_for():
    rng = np.random.default_rng(2)
    level = rng.uniform(1, 2, 20)
    b, c = (level + rng.normal(shift, 0.1, 20) for shift in (0.05, np.inf))
    pairs = compare(scores(a=level, b=b, c=c), PROBLEM).pairs
    known = pairs.dropna(subset=["corrected_p"])
    assert known[["first", "second"]].to_numpy().tolist() == [["a", "b"]]
    assert known["corrected_adjusted_p"].item() == pytest.approx(min(1, 3 * known["corrected_p"].item()))


def test_the_corrected_interval_is_wider(results, iris):
    for difference in compare(scores_of(results, iris), iris).differences:
        assert difference.corrected_high - difference.corrected_low >= difference.high - difference.low


@pytest.mark.parametrize("columns", [{"a": [1, 2, 3]}, {"a": [1], "b": [2]}])
def test_nothing_is_tested_where_there_is_nothing_to_test(columns):
    comparison = compare(scores(**columns), PROBLEM)
    assert comparison.ranking is None
    assert comparison.pairs.empty


def test_a_method_that_always_diverges_ranks_last():
    comparison = compare(scores(a=[1, 2, 3], b=[np.inf] * 3), PROBLEM)
    assert comparison.ranking.names == ("a", "b")
    assert np.isnan(comparison.differences[0].estimate)
    assert np.isnan(comparison.pairs["corrected_adjusted_p"]).all()


def test_problems_are_compared_only_when_there_are_enough():
    ranks = pd.DataFrame({"a": [1.0] * 6, "b": [2.0] * 6})
    assert compare_problems(ranks.iloc[:5]) is None
    assert compare_problems(ranks[["a"]]) is None
    assert compare_problems(ranks).pairwise.p_values.tolist() == [2.0**-5]


def test_areas_are_held_against_the_control():
    rng = np.random.default_rng(1)
    control = rng.uniform(0.2, 0.3, 15)
    areas = pd.DataFrame(
        {"entropy": control - np.linspace(0.04, 0.06, 15), "ensemble": control + 0.01 * rng.standard_normal(15)}
    )
    against = {"entropy": "random_pool", "ensemble": "random_pool", "random_pool": None}
    table = compare_areas(areas.assign(random_pool=control), PROBLEM, against)
    assert table.loc["entropy", "difference"] == pytest.approx(-0.05)
    assert table.loc["entropy", "p_value"] == pytest.approx(2.0**-14)
    assert table.loc["entropy", "adjusted_p"] == pytest.approx(2.0**-13)
    differences = areas["entropy"] - control
    error = np.sqrt((1 / 15 + 20 / 80) * differences.var())
    corrected = 2 * stats.t.sf(abs(differences.mean() / error), 14)
    assert table.loc["entropy", "corrected_adjusted_p"] == pytest.approx(2 * corrected)
    assert table.loc["random_pool", ["difference", "p_value"]].isna().all()
    assert compare_areas(areas, PROBLEM, against)["difference"].isna().all()


def test_an_area_that_a_diverged_trial_lacks_leaves_no_corrected_answer():
    areas = pd.DataFrame({"a": [0.2, 0.3, 0.4, np.inf], "b": [0.1, 0.1, 0.1, 0.1]})
    table = compare_areas(areas, PROBLEM, {"a": "b", "b": None})
    assert table.loc["a", "difference"] == pytest.approx(0.2)
    assert np.isnan(table.loc["a", "corrected_adjusted_p"])
    assert table.loc["a", "n_trials"] == 3
    assert table.loc["a", "p_value"] == 2.0**-3  # four pairs on one side: the diverged trial counts as infinitely bad
    unbegun = compare_areas(areas.replace(np.inf, np.nan), PROBLEM, {"a": "b", "b": None})
    assert unbegun.loc["a", "p_value"] == 2.0**-2  # a trial that was not run says nothing
    assert np.isfinite(unbegun.loc["a", "corrected_adjusted_p"])


def test_an_area_without_a_corrected_answer_stays_a_hypothesis():
    base = np.linspace(0.1, 0.2, 12)
    areas = pd.DataFrame({"a": base + np.linspace(0.01, 0.05, 12), "c": np.r_[base[:-1], np.inf], "b": base})
    alone = compare_areas(areas[["a", "b"]], PROBLEM, {"a": "b", "b": None}).loc["a", "corrected_adjusted_p"]
    table = compare_areas(areas, PROBLEM, {"a": "b", "c": "b", "b": None})
    assert table.loc["a", "corrected_adjusted_p"] == pytest.approx(2 * alone)
