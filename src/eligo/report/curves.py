"""Learning curves: what the error was at each epoch, presentation and label, averaged over trials."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eligo.statistics import interval_of_mean
from eligo.study.results import Problem, StudyResults

from .summaries import SEED, planned_trials, rows_of
from .vocabulary import PRIMARY, second_of

N_RESAMPLES = 1000  # for each band: its ends are drawn, not printed
N_POINTS = 100
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Curve:
    """Mean of a quantity over trials, along an axis of cost.

    Attributes
    ----------
    method : str
    x : float array (points,), rising
    mean, low, high : float array (points,); low and high are the ends of 95 % bootstrap intervals, and equal the
        mean for a single trial
    """

    method: str
    x: FloatArray
    mean: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, eq=False)
class Paths:
    """The recorded runs of one method on one problem, all trials side by side.

    Attributes
    ----------
    method : str
    trials : int array (trials,)
    columns : mapping of name to float array (trials, points); ``error`` is the primary measure, ``second`` macro F1 or
        R², ``generalisation`` E_G / E_T
    left_out : int array (trials,), those that diverged: whose error is not finite all the way
    n_missing : int, trials that the study planned and did not compute
    """

    method: str
    trials: NDArray[np.int64]
    columns: dict[str, FloatArray]
    left_out: NDArray[np.int64]
    n_missing: int = 0

    @property
    def is_pool(self) -> bool:
        """Whether labels were bought along the way."""
        labels = self.columns["labels"]
        return bool(labels.size and (labels[:, -1] > labels[:, 0]).any())


COSTS = ("epoch", "labels", "n_selected", "presentations", "work", "selection_work")
MEASURED = ("train_error", "test_error", "error", "second", "generalisation")


def _aligned(rows: pd.DataFrame) -> dict[str, FloatArray]:
    """Columns as (trials, points); trials that recorded other epochs are read off at those of the first trial.

    Rows stand trial by trial, epochs rising.
    """
    names = [*COSTS, *MEASURED]
    values = rows[names].to_numpy(dtype=float).T
    starts = np.flatnonzero(np.diff(rows["trial"].to_numpy(), prepend=-1))
    trials = np.split(values, starts[1:], axis=1)
    epochs = trials[0][0]
    if all(np.array_equal(own[0], epochs) for own in trials):
        stacked = values.reshape(len(names), len(trials), epochs.size)
    else:
        stacked = np.stack([[np.interp(epochs, own[0], column) for column in own] for own in trials], axis=1)
    return dict(zip(names, stacked, strict=True))


def _measured(results: StudyResults, problem: Problem) -> pd.DataFrame:
    """The curves of a problem, trial by trial, with what the report draws of them."""
    rows = rows_of(results.curves, problem)
    trained = rows["train_error"].where(rows["train_error"] > 0)  # no ratio to an error of nothing
    rows = rows.assign(
        error=PRIMARY[problem.task].values(rows),
        second=second_of(problem).values(rows),
        generalisation=rows["test_error"] / trained,
    )
    return rows.sort_values(["method", "trial", "epoch"], kind="stable")


def paths_of(results: StudyResults, problem: Problem) -> list[Paths]:
    """The runs of each method that has curves, in the study's order."""
    rows = _measured(results, problem)
    lost = rows_of(results.trials, problem)
    lost = lost[lost["is_diverged"].astype(bool)]
    lost_runs = set(zip(lost["method"], lost["trial"], strict=True))
    found, n_planned = [], planned_trials(results)
    for method in results.methods:
        own = rows[rows["method"] == method]
        is_finite = np.isfinite(own["error"]).groupby(own["trial"]).all()
        good = [trial for trial in is_finite.index[is_finite] if (method, trial) not in lost_runs]
        if good:
            kept = own[own["trial"].isin(good)]
            left_out = is_finite.index.difference(good).to_numpy(dtype=np.int64)
            n_missing = max(0, n_planned - len(is_finite))
            found.append(Paths(method, np.array(good), _aligned(kept), left_out, n_missing))
    return found


def _band(method: str, x: FloatArray, values: FloatArray) -> Curve:
    mean = values.mean(axis=0)
    if len(values) < 2:
        return Curve(method, x, mean, mean, mean)
    band = interval_of_mean(values, rng=SEED, n_resamples=N_RESAMPLES)
    return Curve(method, x, band.estimate, band.low, band.high)


def _read_off(x: FloatArray, y: FloatArray, grid: FloatArray) -> FloatArray:
    """One trial's y at the points of a grid; where x stays the same, its last y counts."""
    is_last = np.append(np.diff(x) > 0, True)
    return np.interp(grid, x[is_last], y[is_last])


def over_epochs(paths: Paths, column: str = "error") -> Curve:
    """Mean curve over epochs, at the recorded ones."""
    return _band(paths.method, paths.columns["epoch"][0], paths.columns[column])


def read_off_at(paths: Paths, axis: str, grid: FloatArray, column: str = "error") -> FloatArray:
    """A quantity (trials, points) at the points of a grid on another axis."""
    pairs = zip(paths.columns[axis], paths.columns[column], strict=True)
    return np.stack([_read_off(x, y, grid) for x, y in pairs])


def _presented(paths: Paths) -> FloatArray:
    """Numbers of presentations, even on a log scale, that every trial reached."""
    seen = paths.columns["presentations"]
    first = max(seen[:, 1].max(), 1.0) if seen.shape[1] > 1 else 1.0
    return np.geomspace(first, max(seen[:, -1].min(), first), N_POINTS)


def over_presentations(paths: Paths, column: str = "error") -> Curve:
    """Mean curve over presentations, at points even on a log scale that every trial reached."""
    grid = _presented(paths)
    return _band(paths.method, grid, read_off_at(paths, "presentations", grid, column))


@dataclass(frozen=True, eq=False)
class Traces:
    """A quantity along an axis of cost, trial by trial.

    Attributes
    ----------
    method : str
    x : float array (points,), rising
    values : float array (trials, points)
    """

    method: str
    x: FloatArray
    values: FloatArray


def traces_over_labels(paths: Paths, column: str = "error") -> Traces:
    """Single trials over labels bought, at the recorded ones that every trial came to."""
    labels = paths.columns["labels"]
    points = np.unique(labels)
    points = points[(points >= labels[:, 0].max()) & (points <= labels[:, -1].min())]
    return Traces(paths.method, points, read_off_at(paths, "labels", points, column))


def over_labels(paths: Paths, column: str = "error") -> Curve | None:
    """Mean curve over labels bought, at the recorded ones; none for a method that buys none."""
    if not paths.is_pool:
        return None
    traces = traces_over_labels(paths, column)
    return _band(paths.method, traces.x, traces.values)


AXES: dict[str, Callable[[Paths, str], Curve | None]] = {
    "epochs": over_epochs,
    "presentations": over_presentations,
    "labels": over_labels,
}


def generalisation_over_presentations(paths: Paths) -> Curve | None:
    """Median generalisation factor over presentations, with its quartiles; none where no training error is above 0."""
    grid = _presented(paths)
    values = read_off_at(paths, "presentations", grid, "generalisation")
    is_known = np.isfinite(values).all(axis=0)
    if not is_known.any():
        return None
    low, middle, high = np.quantile(values[:, is_known], [0.25, 0.5, 0.75], axis=0)
    return Curve(paths.method, grid[is_known], middle, low, high)


def errors_on_the_way(all_paths: list[Paths], budgets: FloatArray) -> pd.DataFrame:
    """Mean error of each method after a number of presentations; NaN once a method has ended or before it began.

    Returns
    -------
    frame (methods, budgets)
    """
    rows = {}
    for paths in all_paths:
        seen = paths.columns["presentations"]
        mean = read_off_at(paths, "presentations", budgets).mean(axis=0)
        # A run that ends within half a percent of the budget has spent it.
        is_inside = (budgets >= seen[:, 0].max()) & (budgets <= 1.005 * seen[:, -1].min())
        rows[paths.method] = np.where(is_inside, mean, np.nan)
    return pd.DataFrame.from_dict(rows, orient="index", columns=budgets)
