"""Bayesian verdicts: the region is fixed beforehand and means the same on every problem."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from eligo.report.beliefs import ROPE, beliefs_across, spread_of, with_beliefs
from eligo.report.comparisons import compare
from eligo.report.summaries import Scores
from eligo.study.results import Problem

PROBLEM = Problem("p", "P", "regression", 100, 2, 1, 80, 20, (), "y", "made up")


def scores(**columns):
    return Scores(pd.DataFrame(columns, dtype=float), len(next(iter(columns.values()))))


def test_one_unit_of_loss_is_the_variance_of_the_targets(results, iris, sine):
    assert spread_of(results, iris) == 1
    # The fixtures' R² is 1 - MSE / 0.51.
    assert spread_of(results, sine) == pytest.approx(0.51)
    unknown = dataclasses.replace(results, trials=results.trials.assign(r2=np.nan))
    assert np.isnan(spread_of(unknown, sine))


def test_beliefs_are_those_of_the_correlated_t():
    rng = np.random.default_rng(0)
    one = rng.uniform(1, 2, 20)
    other = one + rng.normal(0.03, 0.05, 20)
    own = scores(a=one, b=other)
    (pair,) = with_beliefs(compare(own, PROBLEM).pairs, own, PROBLEM, spread=2.0).to_dict("records")
    differences = one - other
    error = np.sqrt((1 / 20 + 20 / 80) * differences.var(ddof=1))
    posterior = stats.t(19, differences.mean(), error)
    assert pair["p_first_better"] == pytest.approx(posterior.cdf(-ROPE * 2))
    assert pair["p_second_better"] == pytest.approx(posterior.sf(ROPE * 2))
    assert pair["p_first_better"] + pair["p_equivalent"] + pair["p_second_better"] == pytest.approx(1)
    assert pair["normality"] == pytest.approx(stats.shapiro(differences).pvalue)


def test_a_pair_that_diverged_is_not_believed_anything():
    own = scores(a=[1, 2, 3, 4], b=[1, 2, 3, np.inf])
    (pair,) = with_beliefs(compare(own, PROBLEM).pairs, own, PROBLEM, spread=1.0).to_dict("records")
    assert np.isnan([pair[name] for name in ("p_first_better", "p_equivalent", "p_second_better", "normality")]).all()


def test_of_more_trials_than_the_test_of_normality_takes_all_else_is_told():
    one = np.random.default_rng(1).uniform(1, 2, 5001)
    own = scores(a=one, b=one + 1)
    pairs = pd.DataFrame({"first": ["a"], "second": ["b"]})
    (pair,) = with_beliefs(pairs, own, PROBLEM, spread=1.0).to_dict("records")
    assert pair["p_first_better"] == pytest.approx(1) and np.isnan(pair["normality"])


def test_over_problems_losses_count_in_shares():
    # b is worse by 3 percentage points everywhere; c by a tenth of one.
    level = {f"p{i}": np.full(5, 0.1 + 0.02 * i) for i in range(6)}
    spreads = {name: 10.0**i for i, name in enumerate(level)}
    every = {
        name: scores(a=spreads[name] * own, b=spreads[name] * (own + 0.03), c=spreads[name] * (own + 0.001))
        for name, own in level.items()
    }
    table = beliefs_across(every, spreads).set_index(["first", "second"])
    assert table.loc[("a", "b"), "p_first_better"] > 0.95
    assert table.loc[("a", "c"), "p_equivalent"] > 0.95
    assert (table["n_problems"] == 6).all()


def test_divergence_is_no_advantage_over_problems():
    # Without its one diverged trial a would be better by 10 percentage points everywhere.
    every = {f"p{i}": scores(a=[0.1] * 9 + [np.inf], b=[0.2] * 10) for i in range(6)}
    (pair,) = beliefs_across(every, dict.fromkeys(every, 1.0)).to_dict("records")
    assert pair["p_second_better"] > 0.95
    every["p0"] = scores(a=[np.inf, 0.1], b=[0.1, np.inf])  # says nothing about the two, not that they are equivalent
    (pair,) = beliefs_across(every, dict.fromkeys(every, 1.0)).to_dict("records")
    assert pair["n_problems"] == 5 and pair["p_equivalent"] < 0.05


def test_too_few_problems_are_no_ground_for_belief():
    every = {name: scores(a=[1, 2], b=[2, 3]) for name in ("p", "q")}
    assert beliefs_across(every, dict.fromkeys(every, 1.0)).empty
    three = {name: scores(a=[1, 2], b=[2, 3]) for name in ("p", "q", "r")}
    assert beliefs_across(three, {"p": 1.0, "q": 1.0, "r": np.nan}).empty
    assert len(beliefs_across(three, dict.fromkeys(three, 1.0))) == 1
