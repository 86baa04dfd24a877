"""What the trials of a study come to: arrays and small frames, computed once and shown by tables and figures."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eligo.statistics import interval_of_mean
from eligo.study.results import Problem, StudyResults

from .vocabulary import COSTS, PRIMARY, REFERENCE, SECONDARY, Measure

SEED = 0  # of every bootstrap: the same results give the same intervals
N_RESAMPLES = 2000


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
    """The same results with numbers as floats and flags as booleans, whatever a store made of missing ones."""

    def clean(frame: pd.DataFrame, words: set[str]) -> pd.DataFrame:
        types = {name: bool if name == "is_diverged" else float for name in frame if name not in words}
        return frame.astype(types)

    words = {"problem", "method", "trial", "source"}
    return replace(
        results,
        trials=clean(results.trials, words),
        curves=clean(results.curves, words),
        cells=clean(results.cells, words),
        winners=clean(results.winners, words),
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


def summary_of(values: NDArray[np.float64]) -> dict[str, float]:
    """Mean, sd (divisor n − 1), median and 95 % interval of the mean; infinite values count in the median only."""
    present = values[~np.isnan(values)]
    finite = present[np.isfinite(present)]
    low, high = _interval(finite)
    return {
        "mean": float(finite.mean()) if finite.size else np.nan,
        "sd": float(finite.std(ddof=1)) if finite.size > 1 else np.nan,
        "median": float(np.median(present)) if present.size else np.nan,
        "low": low,
        "high": high,
    }


def error_summary(scores: Scores) -> pd.DataFrame:
    """Primary measure per method.

    Returns
    -------
    frame, one row per method with a trial: n_trials, n_diverged, mean, sd, median, low, high
    """
    rows = []
    for name in scores.methods:
        values = scores.matrix[name].to_numpy()
        counts = {"n_trials": int((~np.isnan(values)).sum()), "n_diverged": int(np.isinf(values).sum())}
        rows.append({"method": name, **counts, **summary_of(values)})
    return pd.DataFrame(rows).set_index("method")


def _measure_summary(rows: pd.DataFrame, measure: Measure, methods: list[str]) -> pd.DataFrame:
    values = pd.Series(measure.values(rows), index=rows.index)
    values = values.where(np.isfinite(values) & ~rows["is_diverged"].astype(bool))
    grouped = values.groupby(rows["method"])
    columns = {f"{measure.key}_mean": grouped.mean(), f"{measure.key}_sd": grouped.std()}
    return pd.DataFrame(columns).reindex(methods)


def metric_summary(results: StudyResults, problem: Problem, methods: list[str]) -> pd.DataFrame:
    """Secondary measures per method, mean and sd over trials that did not diverge: ``<key>_mean``, ``<key>_sd``."""
    rows = rows_of(results.trials, problem)
    return pd.concat([_measure_summary(rows, measure, methods) for measure in SECONDARY[problem.task]], axis=1)


def reference_of(methods: list[str]) -> str:
    """The method that costs are relative to: passive, or the first when passive was not run."""
    return REFERENCE if REFERENCE in methods else methods[0]


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
