"""Learning curves: what the error was at each epoch, presentation and label, averaged over trials."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eligo.statistics import interval_of_mean
from eligo.study.results import Problem, StudyResults

from .summaries import SEED, rows_of
from .vocabulary import PRIMARY

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
    columns : mapping of name to float array (trials, points); ``error`` is the primary measure
    n_left_out : int, trials whose error is not finite all the way
    """

    method: str
    trials: NDArray[np.int64]
    columns: dict[str, FloatArray]
    n_left_out: int

    @property
    def is_pool(self) -> bool:
        """Whether labels were bought along the way."""
        labels = self.columns["labels"]
        return bool(labels.size and (labels[:, -1] > labels[:, 0]).any())


COLUMNS = ("epoch", "labels", "n_selected", "presentations", "work")


def _aligned(rows: pd.DataFrame) -> dict[str, FloatArray]:
    """Columns as (trials, points); trials that recorded other epochs are read off at those of the first trial."""
    trials = [trial for _, trial in rows.groupby("trial", sort=True)]
    epochs = trials[0]["epoch"].to_numpy(dtype=float)
    names = [*COLUMNS, "error"]
    stacked = np.empty((len(names), len(trials), epochs.size))
    for i, trial in enumerate(trials):
        own = trial["epoch"].to_numpy(dtype=float)
        is_same = own.shape == epochs.shape and bool((own == epochs).all())
        for j, name in enumerate(names):
            values = trial[name].to_numpy(dtype=float)
            stacked[j, i] = values if is_same else np.interp(epochs, own, values)
    return dict(zip(names, stacked, strict=True))


def paths_of(results: StudyResults, problem: Problem) -> list[Paths]:
    """The runs of each method that has curves, in the study's order."""
    rows = rows_of(results.curves, problem)
    rows = rows.assign(error=PRIMARY[problem.task].values(rows)).sort_values(["method", "trial", "epoch"])
    lost = rows_of(results.trials, problem)
    lost = lost[lost["is_diverged"].astype(bool)]
    lost_runs = set(zip(lost["method"], lost["trial"], strict=True))
    found = []
    for method in results.methods:
        own = rows[rows["method"] == method]
        is_finite = np.isfinite(own["error"]).groupby(own["trial"]).all()
        good = [trial for trial in is_finite.index[is_finite] if (method, trial) not in lost_runs]
        if good:
            kept = own[own["trial"].isin(good)]
            found.append(Paths(method, np.array(good), _aligned(kept), len(is_finite) - len(good)))
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


def _over(paths: Paths, axis: str, grid: FloatArray) -> FloatArray:
    """Errors (trials, points) at the points of a grid on another axis."""
    pairs = zip(paths.columns[axis], paths.columns["error"], strict=True)
    return np.stack([_read_off(x, y, grid) for x, y in pairs])


def over_presentations(paths: Paths) -> Curve:
    """Mean curve over presentations, at points even on a log scale that every trial reached."""
    seen = paths.columns["presentations"]
    first = max(seen[:, 1].max(), 1.0) if seen.shape[1] > 1 else 1.0
    grid = np.geomspace(first, max(seen[:, -1].min(), first), N_POINTS)
    return _band(paths.method, grid, _over(paths, "presentations", grid))


def over_labels(paths: Paths, grid: FloatArray | None = None) -> Curve | None:
    """Mean curve over labels bought, at the recorded ones unless a grid is given; none for a method that buys none."""
    if not paths.is_pool:
        return None
    labels = paths.columns["labels"]
    points = np.unique(labels[:, :]) if grid is None else grid
    points = points[(points >= labels[:, 0].max()) & (points <= labels[:, -1].min())]
    return _band(paths.method, points, _over(paths, "labels", points))


AXES: dict[str, Callable[[Paths], Curve | None]] = {
    "epochs": over_epochs,
    "presentations": over_presentations,
    "labels": over_labels,
}


def areas_under_labels(all_paths: list[Paths]) -> pd.DataFrame:
    """Area under each trial's error–labels curve, divided by the range of labels: the mean error on the way.

    Pool methods only, over the labels that all of their trials passed through, so that they are comparable; the
    trapezoid rule on every number of labels.

    Returns
    -------
    frame (trials, pool methods); empty when no method buys labels
    """
    pool = [paths for paths in all_paths if paths.is_pool]
    if not pool:
        return pd.DataFrame()
    low = max(paths.columns["labels"][:, 0].max() for paths in pool)
    high = min(paths.columns["labels"][:, -1].min() for paths in pool)
    if high <= low:
        return pd.DataFrame()
    grid = np.arange(low, high + 1)
    areas = {
        paths.method: pd.Series(
            np.trapezoid(_over(paths, "labels", grid), grid, axis=1) / (high - low), index=paths.trials
        )
        for paths in pool
    }
    return pd.DataFrame(areas)


def labels_to_reach(paths: Paths, error: float) -> float:
    """Labels at which a pool method's mean curve first is at or below an error; NaN if it never is."""
    curve = over_labels(paths)
    if curve is None or not (curve.mean <= error).any():
        return np.nan
    return float(curve.x[np.argmax(curve.mean <= error)])


def errors_on_the_way(all_paths: list[Paths], budgets: FloatArray) -> pd.DataFrame:
    """Mean error of each method after a number of presentations; NaN once a method has ended or before it began.

    Returns
    -------
    frame (methods, budgets)
    """
    rows = {}
    for paths in all_paths:
        seen = paths.columns["presentations"]
        mean = _over(paths, "presentations", budgets).mean(axis=0)
        # A run that ends within half a percent of the budget has spent it.
        is_inside = (budgets >= seen[:, 0].max()) & (budgets <= 1.005 * seen[:, -1].min())
        rows[paths.method] = np.where(is_inside, mean, np.nan)
    return pd.DataFrame.from_dict(rows, orient="index", columns=budgets)
