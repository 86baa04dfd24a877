"""What the trials of a study come to: arrays and small frames, computed once and shown by tables and figures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eligo.plain import visible
from eligo.statistics import interval_of_mean
from eligo.study.results import Problem, StudyResults

from .factors import reference_of
from .vocabulary import COSTS, GENERALISATION, PRIMARY, Measure, inside_of, secondary_of

SEED = 0  # of every bootstrap: the same results give the same intervals
N_RESAMPLES = 2000
WORDS = {"problem", "method", "trial", "source"}  # columns that hold no measured number


@dataclass(frozen=True)
class Scores:
    """The primary measure of one problem: the matrix that all its comparisons start from.

    Attributes
    ----------
    matrix : frame (trials, methods), methods in the study's order; +inf where the run diverged, NaN where there is
        no run
    n_planned : int, trials that the study asked for
    """

    matrix: pd.DataFrame
    n_planned: int

    @property
    def methods(self) -> list[str]:
        """Methods with at least one trial, in the study's order."""
        return [str(name) for name in self.matrix if self.matrix[name].notna().any()]

    @property
    def blocks(self) -> pd.DataFrame:
        """The trials that every one of `methods` has run: what can be compared, pair by pair."""
        return self.matrix[self.methods].dropna()


def typed(results: StudyResults) -> StudyResults:
    """The same results with numbers as floats and flags as booleans, whatever a store made of missing ones.

    Texts from data get their control characters written out: no font has them, and no drawing may hold them.
    """

    def clean(frame: pd.DataFrame) -> pd.DataFrame:
        types = {name: bool if str(name).startswith("is_") else float for name in frame if name not in WORDS}
        return frame.astype(types)

    return replace(
        results,
        problems=tuple(map(_readable, results.problems)),
        trials=clean(results.trials),
        curves=clean(results.curves),
        cells=clean(results.cells),
        winners=clean(results.winners),
        criteria=clean(results.criteria),
    )


def _readable(problem: Problem) -> Problem:
    columns = (
        replace(column, name=visible(column.name), levels=tuple(map(visible, column.levels)))
        for column in problem.columns
    )
    return replace(
        problem,
        title=visible(problem.title),
        target_name=visible(problem.target_name),
        source=visible(problem.source),
        class_names=tuple(map(visible, problem.class_names)),
        columns=tuple(columns),
    )


def planned_trials(results: StudyResults) -> int:
    """Trials that the study asked for, or the most that any method has where its settings do not say."""
    found = [results.trials["trial"].nunique()]
    sections = [results.settings, *(part for part in results.settings.values() if isinstance(part, dict))]
    asked = [part[name] for part in sections for name in ("trials", "n_trials") if name in part]
    return max([n for n in asked if isinstance(n, int)] + found)


def rows_of(frame: pd.DataFrame, problem: Problem) -> pd.DataFrame:
    """Rows of one problem."""
    return frame[frame["problem"] == problem.name]


def last_rung(cells: pd.DataFrame) -> pd.DataFrame:
    """Cells of a grid, each once.

    Successive halving trains some of them several times, and the longest training counts.
    """
    factors = ["problem", "hidden", "learning_rate", "weight_decay", "momentum"]
    return cells.sort_values("epochs", kind="stable").drop_duplicates(factors, keep="last").sort_index()


def scores_of(results: StudyResults, problem: Problem) -> Scores:
    """Primary measure of every trial of a problem, lower is better."""
    rows = rows_of(results.trials, problem)
    values = PRIMARY[problem.task].values(rows)
    is_lost = rows["is_diverged"].to_numpy(dtype=bool) | ~np.isfinite(values)
    long = rows[["trial", "method"]].assign(score=np.where(is_lost, np.inf, values))
    matrix = long.pivot(index="trial", columns="method", values="score")
    return Scores(matrix.reindex(columns=list(results.methods)).astype(float), planned_trials(results))


def _interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """Ends of the bootstrap interval of a mean; NaN for fewer than two values."""
    if values.size < 2:
        return np.nan, np.nan
    band = interval_of_mean(values[:, None], rng=SEED, n_resamples=N_RESAMPLES)
    return float(band.low[0]), float(band.high[0])


def quantiles_of(values: NDArray[np.float64]) -> dict[str, float]:
    """Least, lower quartile, median, upper quartile and largest; infinite values count, NaN does not."""
    present = np.sort(values[~np.isnan(values)])
    if not present.size:
        return dict.fromkeys(("min", "q25", "median", "q75", "max"), np.nan)
    low, high = np.quantile(present, [0.25, 0.75], method="inverted_cdf")  # no way between a number and infinity
    ends = {"min": present[0], "q25": low, "median": np.median(present), "q75": high, "max": present[-1]}
    return {name: float(value) for name, value in ends.items()}


def summary_of(values: NDArray[np.float64]) -> dict[str, float]:
    """Mean, sd (divisor n − 1) and 95 % interval of the mean of what is finite, and `quantiles_of` all that is known."""
    finite = values[np.isfinite(values)]
    low, high = _interval(finite)
    return {
        "mean": float(finite.mean()) if finite.size else np.nan,
        "sd": float(finite.std(ddof=1)) if finite.size > 1 else np.nan,
        "low": low,
        "high": high,
        **quantiles_of(values),
    }


def error_summary(scores: Scores) -> pd.DataFrame:
    """Primary measure per method.

    Returns
    -------
    frame, one row per method with a trial: n_trials, n_missing (trials that another method has run and this one has not),
    n_diverged, share_diverged, mean, sd, low, high, min, q25, median, q75, max, and best_trial, the first with the least
    error
    """
    rows = []
    for name in scores.methods:
        values = scores.matrix[name].to_numpy()
        n_missing, n_diverged = int(np.isnan(values).sum()), int(np.isinf(values).sum())
        counts = {"n_trials": values.size - n_missing, "n_missing": n_missing, "n_diverged": n_diverged}
        share = counts["n_diverged"] / counts["n_trials"]
        best = scores.matrix.index[int(np.nanargmin(values))]
        rows.append({"method": name, **counts, "share_diverged": share, **summary_of(values), "best_trial": best})
    return pd.DataFrame(rows).set_index("method")


class Standing(NamedTuple):
    """By what the methods of a problem may be called the best or the worst.

    Attributes
    ----------
    statistic : "mean" or "median"
    values : Series (methods,), NaN for a method that has no part in it
    """

    statistic: str
    values: pd.Series


def complete_in(summary: pd.DataFrame) -> pd.Series:
    """Which methods have run every trial that any method has: means over other trials say nothing about who is better.

    None where that is one of several, since nothing is left to compare it with. Trials that no method has run are missed by
    nobody, as in a study that was stopped.

    Parameters
    ----------
    summary : frame (methods), with n_missing, NaN for a method without a trial

    Returns
    -------
    bool Series (methods,)
    """
    is_complete = summary["n_missing"].eq(0)
    is_alone = is_complete.sum() == 1 and summary["n_missing"].notna().sum() > 1
    return is_complete & (not is_alone)


def whole_in(summary: pd.DataFrame) -> pd.Series:
    """Which methods lost no trial: those of `complete_in` of which none diverged; bool Series (methods,)."""
    return complete_in(summary) & summary["n_diverged"].eq(0)


def standing_of(summary: pd.DataFrame) -> Standing:
    """Means of the methods that lost no trial, or medians where every complete method had one that diverged.

    The mean of what is left of a method that lost its worst trials would be too good, and so would be that of one which ran
    easier trials than others. In a median a diverged trial counts as infinite; a method that lost half of them has no finite
    one, and cannot win.

    Parameters
    ----------
    summary : frame (methods), with n_missing, n_diverged, mean and median, as of `error_summary`

    Returns
    -------
    Standing

    Examples
    --------
    >>> lucky, sound = {"n_diverged": 29, "mean": 0.01, "median": np.inf}, {"n_diverged": 1, "mean": 0.1, "median": 0.1}
    >>> standing_of(pd.DataFrame([lucky, sound], index=["lucky", "sound"]).assign(n_missing=0)).values.idxmin()
    'sound'
    """
    is_whole = whole_in(summary)
    if is_whole.any():
        return Standing("mean", summary["mean"].where(is_whole))
    return Standing("median", summary["median"].where(np.isfinite(summary["median"]) & complete_in(summary)))


def _known(rows: pd.DataFrame, measure: Measure) -> pd.Series:
    """A measure of every trial; NaN where the trial diverged."""
    values = pd.Series(measure.values(rows), index=rows.index)
    return values.where(np.isfinite(values) & ~rows["is_diverged"].astype(bool))


def _of_methods(values: pd.Series, rows: pd.DataFrame, methods: list[str]) -> pd.DataFrame:
    own = {name: summary_of(values[rows["method"] == name].to_numpy(dtype=float)) for name in methods}
    return pd.DataFrame.from_dict(own, orient="index")


def metric_summary(results: StudyResults, problem: Problem, methods: list[str]) -> pd.DataFrame:
    """Secondary measures per method, over trials that did not diverge: ``<key>_mean``, ``<key>_sd`` and so on.

    Those of a cross-validation inside the trials come last, where there was one.

    Returns
    -------
    frame (methods): for every measure, as `summary_of`
    """
    rows = rows_of(results.trials, problem)
    inside = inside_of(problem) if rows["inside_error"].notna().any() else ()
    measures = (*secondary_of(problem), *inside)
    return pd.concat([_of_methods(_known(rows, m), rows, methods).add_prefix(f"{m.key}_") for m in measures], axis=1)


def generalisation_summary(results: StudyResults, problem: Problem, methods: list[str]) -> pd.DataFrame:
    """Generalisation factor E_G / E_T per method, over trials that did not diverge.

    Returns
    -------
    frame (methods): as `summary_of`
    """
    rows = rows_of(results.trials, problem)
    return _of_methods(_known(rows, GENERALISATION), rows, methods)


def cost_summary(results: StudyResults, problem: Problem, methods: list[str]) -> pd.DataFrame:
    """What each method spent: mean over trials, and that mean relative to the reference's.

    Returns
    -------
    frame, one row per method: a column for each of `COSTS` and one ``<cost>_ratio``; NaN where the reference
    spent nothing
    """
    rows = rows_of(results.trials, problem)
    seconds = ["seconds_training", "seconds_selection", "seconds_evaluation"]
    rows = rows.assign(seconds=rows[seconds].sum(axis=1))
    means = rows.groupby("method")[list(COSTS)].mean().reindex(methods).astype(float)
    reference = means.loc[[reference_of(methods)]].to_numpy()
    ratios = means.div(np.where(reference > 0, reference, np.nan)).add_suffix("_ratio")
    return pd.concat([means, ratios], axis=1)


def missing_runs(results: StudyResults) -> pd.DataFrame:
    """Problems and methods with fewer trials than planned: problem, method, n_found, n_planned."""
    planned = planned_trials(results)
    found = results.trials.groupby(["problem", "method"])["trial"].nunique()
    rows = [
        (problem.name, method, int(found.get((problem.name, method), 0)), planned)
        for problem in results.problems
        for method in results.methods
    ]
    frame = pd.DataFrame(rows, columns=["problem", "method", "n_found", "n_planned"])
    return frame[frame["n_found"] < frame["n_planned"]].reset_index(drop=True)


def mean_rank_table(scores: dict[str, Scores]) -> pd.DataFrame:
    """Mean rank over trials of each method (columns) on each problem (rows), for methods that all have.

    Over the trials that every one of these methods has run; a problem without such a trial is left out.
    """
    if not scores:
        return pd.DataFrame()
    shared = [
        name for name in next(iter(scores.values())).matrix if all(name in score.methods for score in scores.values())
    ]
    ranks = {
        problem: score.matrix[shared].dropna().rank(axis=1, method="average").mean()
        for problem, score in scores.items()
    }
    return pd.DataFrame(ranks).T.reindex(columns=shared).dropna(how="all")


@dataclass(frozen=True, eq=False)
class Confusion:
    """How one method takes classes for each other, as shares of the actual class, at the end.

    Attributes
    ----------
    method : str
    mean, sd : float array (actual, predicted); rows of `mean` sum to 1, NaN for a class that no trial tested
    n_trials : int
    """

    method: str
    mean: NDArray[np.float64]
    sd: NDArray[np.float64]
    n_trials: int


def confusions_of(results: StudyResults, problem: Problem, methods: list[str]) -> list[Confusion]:
    """Confusion matrices of the methods that have one: means over the trials that did not diverge."""
    rows = rows_of(results.confusion, problem)
    n_classes = len(problem.class_names)
    ended = rows_of(results.trials, problem)
    good = set(ended.loc[~ended["is_diverged"].astype(bool), ["method", "trial"]].itertuples(index=False, name=None))
    found = []
    for name in methods:
        own = rows[rows["method"] == name]
        trials = [trial for trial in dict.fromkeys(own["trial"]) if (name, trial) in good]
        if not trials or n_classes == 0:
            continue
        counts = np.zeros((len(trials), n_classes, n_classes))
        own = own[own["trial"].isin(trials)]
        place = own["trial"].map({trial: i for i, trial in enumerate(trials)}).to_numpy()
        actual, predicted = (own[column].to_numpy(dtype=int) for column in ("actual", "predicted"))
        counts[place, actual, predicted] = own["n_examples"].to_numpy(dtype=float)
        totals = counts.sum(axis=2, keepdims=True)
        shares = np.divide(counts, totals, out=np.full_like(counts, np.nan), where=totals > 0)
        n_known = (~np.isnan(shares)).sum(axis=0)
        mean = np.nansum(shares, axis=0) / np.where(n_known > 0, n_known, np.nan)
        squares = np.nansum((shares - mean) ** 2, axis=0)
        sd = np.sqrt(squares / np.where(n_known > 1, n_known - 1, np.nan))
        found.append(Confusion(name, mean, sd, len(trials)))
    return found
