"""How probable it is that a difference matters: Bayesian verdicts, with a region of practical equivalence set beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd

from eligo.statistics import bayesian_signed_rank, correlated_t, shapiro_wilk
from eligo.statistics.normality import MAX_VALUES, MIN_VALUES
from eligo.study.results import Problem, StudyResults

from .summaries import SEED, Scores, rows_of

ROPE = 0.01
"""Differences up to this are taken for none: one percentage point of the examples misclassified, or of the target's
variance left unexplained (0.01 of R²). Fixed before anything was run, and the same on all problems."""
MIN_PROBLEMS = 3  # below, the prior says more than the problems
N_SAMPLES = 20_000  # a standard error of at most 0.005


def spread_of(results: StudyResults, problem: Problem) -> float:
    """What a loss of 1 is in units of the primary measure: 1 in classification, else the variance of the test targets.

    The variance is read off R², which is 1 − MSE / variance: a fact about the data, whatever the method. Median over
    trials; NaN where no trial knows it.
    """
    if problem.task == "classification":
        return 1.0
    rows = rows_of(results.trials, problem)
    unexplained = 1 - rows["r2"].to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        variances = rows["mse"].to_numpy(dtype=float) / unexplained
    known = variances[np.isfinite(variances) & (unexplained > 0)]
    return float(np.median(known)) if known.size else np.nan


def with_beliefs(pairs: pd.DataFrame, scores: Scores, problem: Problem, spread: float) -> pd.DataFrame:
    """Pairs of methods of one problem with what is believed of them after its trials.

    Parameters
    ----------
    pairs : frame, see `Comparison`
    scores : Scores
    problem : Problem
    spread : float, see `spread_of`

    Returns
    -------
    frame: `pairs` with p_first_better, p_equivalent, p_second_better (correlated t, ROPE times `spread`) and normality
    (p of Shapiro and Wilk on the differences); NaN where a trial of either diverged, and for too few trials or too many
    """
    rows = []
    for first, second in zip(pairs["first"], pairs["second"], strict=True):
        one, other = scores.blocks[[first, second]].to_numpy(dtype=float).T
        row = dict.fromkeys(("p_first_better", "p_equivalent", "p_second_better", "normality"), np.nan)
        if one.size > 1 and np.isfinite(one).all() and np.isfinite(other).all():
            if np.isfinite(spread):
                belief = correlated_t(one, other, n_train=problem.n_train, n_test=problem.n_test, rope=ROPE * spread)
                row["p_first_better"], row["p_equivalent"] = belief.p_first_lower, belief.p_equivalent
                row["p_second_better"] = belief.p_first_higher
            if MIN_VALUES <= one.size <= MAX_VALUES:
                row["normality"] = shapiro_wilk(one - other).p_value
        rows.append(row)
    return pd.concat([pairs, pd.DataFrame(rows, index=pairs.index)], axis=1)


def beliefs_across(scores: Mapping[str, Scores], spreads: Mapping[str, float]) -> pd.DataFrame:
    """Every pair of methods over problems: Bayesian signed-rank on mean losses, for methods that all problems have.

    A loss is the share of examples misclassified, or of the target's variance left unexplained, so that problems can be
    put side by side. Means are over the trials that all these methods have run, and infinite for a method that diverged in
    one of them: the rest are the trials that went well. A problem on which both of a pair diverged says nothing about it.

    Returns
    -------
    frame, one row per pair with enough problems: first, second, n_problems, p_first_better, p_equivalent,
    p_second_better; empty where no pair has
    """
    known = [name for name in scores if np.isfinite(spreads[name]) and spreads[name] > 0]
    if len(known) < MIN_PROBLEMS:
        return pd.DataFrame()
    shared = [name for name in scores[known[0]].matrix if all(name in scores[problem].methods for problem in known)]
    losses = {
        problem: blocks.mean() / spreads[problem]
        for problem in known
        if len(blocks := scores[problem].matrix[shared].dropna())
    }
    table, rows = pd.DataFrame(losses, index=shared).T, []
    for first, second in combinations(shared, 2):
        both = table.loc[np.isfinite(table[[first, second]].to_numpy()).any(axis=1)]
        if len(both) < MIN_PROBLEMS:
            continue
        belief = bayesian_signed_rank(both[first], both[second], rope=ROPE, rng=SEED, n_samples=N_SAMPLES)
        rows.append(
            {
                "first": first,
                "second": second,
                "n_problems": len(both),
                "p_first_better": belief.p_first_lower,
                "p_equivalent": belief.p_equivalent,
                "p_second_better": belief.p_first_higher,
            }
        )
    return pd.DataFrame(rows)
