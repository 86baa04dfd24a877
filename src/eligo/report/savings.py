"""What choosing saved on one problem: scores at equal cost, and what shares of the full-data score cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import isotonic_regression

from eligo.statistics import NadeauBengioResult, holm, nadeau_bengio
from eligo.study.results import REFERENCE, Problem

from .curves import Paths, read_off_at
from .factors import CONTROL
from .summaries import SEED

FloatArray = NDArray[np.float64]

SHARES = (0.9, 0.95, 0.99)
"""Of the score that passive learning ends at, with all labels."""

AXES = ("labels", "presentations")
N_RESAMPLES = 2000
N_POINTS = 60  # between the first epoch and the last, even on a log scale


@dataclass(frozen=True)
class Saving:
    """What a share of the full-data score cost a method, and the method that it is held against.

    Costs are labels or presentations at which the mean learning curve reaches the score, infinite if it does not; a ratio
    below 1 is a saving. Intervals are at 95 %.

    Attributes
    ----------
    share, target : float, the share, and the score that it comes to
    cost, low, high : float, of the method
    other : float, cost of the other
    ratio, ratio_low, ratio_high : float, cost over other; at most so much where the other does not reach the score within
        what was spent on it
    n_reached, n_trials : int, trials whose own curve reaches the score, of all that count
    is_at_start : bool, whether the curve begins there, so that the cost is at most so much
    spent : float, where the curve ends, so that a cost that is not reached is more than that
    """

    share: float
    target: float
    cost: float
    low: float
    high: float
    other: float
    ratio: float
    ratio_low: float
    ratio_high: float
    n_reached: int
    n_trials: int
    is_at_start: bool
    spent: float


@dataclass(frozen=True, eq=False)
class Outcome:
    """A method held against its reference: random pool for one that queries, else passive learning.

    Attributes
    ----------
    method : str
    other : str, the reference; the method itself where it is one
    axis : "labels" or "presentations"
    n_trials : int, that method, reference and passive learning all have run, and in which none of them diverged
    n_diverged : int, trials in which one of them diverged
    diverged : tuple of str, which of them
    n_missing, n_planned : int, the method's own trials that were not computed, of so many
    end : float, mean score at the end
    on_the_way : float, mean score over the part of the axis that all methods on it passed through
    behind : NadeauBengioResult or None, score at the end minus that of passive learning
    gain : NadeauBengioResult or None, score on the way minus that of the reference
    adjusted_p : float, of the gain, by Holm over all methods; NaN where there is none
    scoring : float in [0, 1], share of the method's work that went into choosing
    ahead : (from, to) or None, the longest stretch of the axis on which every pointwise interval of the gain is above 0
    savings : tuple of Saving, one per share
    """

    method: str
    other: str
    axis: str
    n_trials: int
    n_diverged: int
    diverged: tuple[str, ...]
    n_missing: int
    n_planned: int
    end: float
    on_the_way: float
    behind: NadeauBengioResult | None
    gain: NadeauBengioResult | None
    adjusted_p: float
    scoring: float
    ahead: tuple[float, float] | None
    savings: tuple[Saving, ...]


@dataclass(frozen=True, eq=False)
class _Runs:
    """Scores of a method's trials along its axis."""

    method: str
    axis: str
    trials: pd.Index
    grid: FloatArray
    scores: FloatArray
    left_out: pd.Index
    n_missing: int
    scoring: float

    @property
    def n_planned(self) -> int:
        """Trials that the study asked for."""
        return len(self.trials) + len(self.left_out) + self.n_missing

    def of(self, trials: pd.Index) -> FloatArray:
        """Scores (trials, points) of some of the trials."""
        return self.scores[self.trials.get_indexer(trials)]


def score_of(problem: Problem) -> str:
    """Name of the score: accuracy, or R², the share of the target's variance that is explained."""
    return "accuracy" if problem.task == "classification" else "R²"


def outcomes_of(problem: Problem, all_paths: list[Paths]) -> tuple[Outcome, ...]:
    """Every method against its reference, methods that query first, then by the score on the way.

    A method that has not all trials of its reference comes after those that have: its score is one of other trials.

    Parameters
    ----------
    problem : Problem
    all_paths : list of Paths, see `paths_of`

    Returns
    -------
    tuple of Outcome; empty where passive learning has no run
    """
    runs = {paths.method: _runs(problem, paths) for paths in all_paths}
    if REFERENCE not in runs:
        return ()
    grids = {axis: _shared_grid([own for own in runs.values() if own.axis == axis]) for axis in AXES}
    found = [
        _outcome(problem, own, runs[other], runs[REFERENCE], grids[own.axis])
        for own in runs.values()
        if (other := CONTROL if own.axis == "labels" else REFERENCE) in runs
    ]
    known = [place for place, one in enumerate(found) if one.gain is not None]
    adjusted = holm([one.gain.p_value for one in found if one.gain is not None]) if known else np.empty(0)
    for place, p_value in zip(known, adjusted.tolist(), strict=True):
        found[place] = replace(found[place], adjusted_p=p_value)
    alike = ranked(found)
    return tuple(sorted(found, key=lambda one: (one.axis, one not in alike, -one.on_the_way)))


def ranked(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Those whose score is over as many trials as that of any method on their axis: all that their reference has."""
    most = {axis: max((one.n_trials for one in outcomes if one.axis == axis), default=0) for axis in AXES}
    return [one for one in outcomes if one.n_trials == most[one.axis]]


def _runs(problem: Problem, paths: Paths) -> _Runs:
    axis = "labels" if paths.is_pool else "presentations"
    costs = paths.columns[axis]
    if axis == "labels":
        grid = np.unique(costs)
        grid = grid[(grid >= costs[:, 0].max()) & (grid <= costs[:, -1].min())]
    else:
        first = costs[:, min(1, costs.shape[1] - 1)].max()
        grid = np.geomspace(first, max(costs[:, -1].min(), first), N_POINTS)
    is_classified = problem.task == "classification"
    errors = read_off_at(paths, axis, grid, "error" if is_classified else "second")
    scores = 1.0 - errors if is_classified else errors
    scoring = float(paths.columns["selection_work"][:, -1].sum() / paths.columns["work"][:, -1].sum())
    trials, left_out = pd.Index(paths.trials), pd.Index(paths.left_out)
    return _Runs(paths.method, axis, trials, grid, scores, left_out, paths.n_missing, scoring)


def _shared_grid(runs: list[_Runs]) -> FloatArray:
    """The points of an axis between where the last of some methods begins and the first of them ends."""
    if not runs:
        return np.empty(0)
    low, high = max(own.grid[0] for own in runs), min(own.grid[-1] for own in runs)
    points = np.concatenate([own.grid for own in runs if own.method in (CONTROL, REFERENCE)] or [runs[0].grid])
    return np.unique(np.concatenate([[low], points[(points > low) & (points < high)], [high]]))


def _outcome(problem: Problem, own: _Runs, other: _Runs, passive: _Runs, grid: FloatArray) -> Outcome:
    trials = own.trials.intersection(other.trials).intersection(passive.trials)
    scores, others, full = own.of(trials), other.of(trials), passive.of(trials)[:, -1]
    way, other_way = _at(grid, own.grid, scores), _at(grid, other.grid, others)
    is_testable, is_compared = len(trials) > 1, len(trials) > 1 and own is not other
    sizes = {"n_train": problem.n_train, "n_test": problem.n_test}
    overlap = problem.n_test / problem.n_train
    x = grid if own.axis == "labels" else np.log(grid)
    areas, other_areas = _mean_over(x, way), _mean_over(x, other_way)
    return Outcome(
        method=own.method,
        other=other.method,
        axis=own.axis,
        n_trials=len(trials),
        n_diverged=len(own.left_out.union(other.left_out).union(passive.left_out)),
        diverged=tuple(dict.fromkeys(runs.method for runs in (own, other, passive) if len(runs.left_out))),
        n_missing=own.n_missing,
        n_planned=own.n_planned,
        end=float(scores[:, -1].mean()) if len(trials) else np.nan,
        on_the_way=float(areas.mean()) if len(trials) else np.nan,
        behind=nadeau_bengio(scores[:, -1], full, **sizes) if is_testable and own is not passive else None,
        gain=nadeau_bengio(areas, other_areas, **sizes) if is_compared else None,
        adjusted_p=np.nan,
        scoring=own.scoring,
        ahead=_ahead(grid, way - other_way, overlap) if is_compared else None,
        savings=_savings(own, scores, other, others, full, overlap) if is_testable else (),
    )


def _at(grid: FloatArray, x: FloatArray, scores: FloatArray) -> FloatArray:
    """Curves (trials, points of x) at the points of a grid."""
    return np.array([np.interp(grid, x, row) for row in scores]).reshape(len(scores), len(grid))


def _mean_over(x: FloatArray, scores: FloatArray) -> FloatArray:
    """Mean of every trial's curve over an axis, by trapezoids; (trials,)."""
    if x[-1] == x[0]:
        return scores[:, -1]
    means: FloatArray = np.trapezoid(scores, x, axis=1) / (x[-1] - x[0])
    return means


def _ahead(grid: FloatArray, gains: FloatArray, overlap: float) -> tuple[float, float] | None:
    """The longest stretch of at least two points on which Nadeau and Bengio's intervals of the gain are above 0."""
    n = len(gains)
    margin = stats.t.isf(0.025, n - 1) * np.sqrt((1 / n + overlap) * gains.var(axis=0, ddof=1))
    is_above = np.concatenate([[False], gains.mean(axis=0) - margin > 0, [False]])
    starts = np.flatnonzero(is_above[1:] & ~is_above[:-1])
    ends = np.flatnonzero(~is_above[1:] & is_above[:-1]) - 1
    if not len(starts) or (ends - starts).max() < 1:
        return None
    longest = int(np.argmax(ends - starts))
    return float(grid[starts[longest]]), float(grid[ends[longest]])


def _savings(
    own: _Runs, scores: FloatArray, other: _Runs, others: FloatArray, full: FloatArray, overlap: float
) -> tuple[Saving, ...]:
    """Costs of each share of the full-data score, with bootstrap intervals that know that trials overlap.

    Trials are resampled whole, the same for both methods and for the full-data score. What a resample's means differ from
    those of all trials is widened by sqrt(1 + n · n_test / n_train), as Nadeau and Bengio widen the error of a mean.
    """
    n = len(full)
    draws = np.random.default_rng(SEED).multinomial(n, np.full(n, 1 / n), size=N_RESAMPLES) / n
    widening = np.sqrt(1 + n * overlap)

    def resampled(values: FloatArray) -> FloatArray:
        """The mean over trials, and below it those of the resamples."""
        mean = values.mean(axis=0)
        return np.concatenate([mean[None], mean + widening * (draws @ values - mean)])

    curves, other_curves = (
        np.array([isotonic_regression(row).x for row in resampled(part)]) for part in (scores, others)
    )
    fulls = resampled(full[:, None])[:, 0]
    found = []
    for share in SHARES:
        cost, other_cost = costs_of(own.grid, curves, share * fulls), costs_of(other.grid, other_curves, share * fulls)
        ratio, at_least = _ratios(cost, other_cost, other.grid[-1])
        target = float(share * fulls[0])
        found.append(
            Saving(
                share,
                target,
                float(cost[0]),
                *_ends(cost[1:], cost[1:]),
                float(other_cost[0]),
                float(ratio[0]),
                *_ends(at_least[1:], ratio[1:]),
                int((scores.max(axis=1) >= target).sum()),
                n,
                bool(curves[0, 0] >= target),
                float(own.grid[-1]),
            )
        )
    return tuple(found)


def _ratios(cost: FloatArray, other: FloatArray, end: float) -> tuple[FloatArray, FloatArray]:
    """The largest and the smallest ratio that costs allow: what was not reached may have taken any more than ``end``."""
    largest = cost / np.minimum(other, end)
    return largest, np.where(np.isinf(other), 0.0, largest)


def costs_of(grid: FloatArray, curves: FloatArray, targets: FloatArray) -> FloatArray:
    """Where rising curves reach their targets, between the points of the grid; infinite where they do not.

    Parameters
    ----------
    grid : float array (points,), rising
    curves : float array (curves, points), none falling
    targets : float array (curves,)

    Returns
    -------
    float array (curves,)

    Examples
    --------
    >>> costs_of(np.array([10.0, 20.0, 30.0]), np.array([[0.5, 0.7, 0.9], [0.5, 0.5, 0.6]]), np.array([0.8, 0.8]))
    array([25., inf])
    """
    is_there = curves >= targets[:, None]
    first = is_there.argmax(axis=1)
    before, rows = np.maximum(first - 1, 0), np.arange(len(curves))
    low, high = curves[rows, before], curves[rows, first]
    step = np.where(high > low, (targets - low) / np.where(high > low, high - low, 1.0), 0.0)
    cost = grid[before] + np.where(first > 0, step, 0.0) * (grid[first] - grid[before])
    return np.where(is_there.any(axis=1), cost, np.inf)


def _ends(for_low: FloatArray, for_high: FloatArray) -> tuple[float, float]:
    """Ends of a percentile interval of costs that may be infinite."""
    low = np.quantile(for_low, 0.025, method="inverted_cdf")
    return float(low), float(np.quantile(for_high, 0.975, method="inverted_cdf"))
