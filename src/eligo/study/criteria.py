"""What a learning curve tells about one trial: when it was good enough, when it settled, and what it held on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eligo.study.results import CHECKPOINTS, CRITERIA_COLUMNS, REFERENCE, Problem, base_method

TARGET_FACTOR = 1.05
"""A trial has reached the target when its error is at most so many times what passive learning ends at (the median)."""

TOLERANCE = 0.05
"""A trial is stable from where its error stays this close to its last, as a share of the way from first to last."""

FloatArray = NDArray[np.float64]


def primary_error(problem: Problem, rows: pd.DataFrame) -> FloatArray:
    """What methods are compared by, for each row: misclassification rate, or mean squared error; lower is better."""
    if problem.task == "classification":
        return 1.0 - rows["accuracy"].to_numpy(dtype=np.float64)
    return rows["mse"].to_numpy(dtype=np.float64)


def criteria_of(
    trials: pd.DataFrame,
    curves: pd.DataFrame,
    problems: Sequence[Problem],
    targets: Mapping[str, float | None],
    is_end: NDArray[np.bool_] | None = None,
) -> pd.DataFrame:
    """The criteria of every trial.

    Parameters
    ----------
    trials, curves : frames of `StudyResults`
    problems : sequence of Problem
    targets : mapping of problem name to the error that the study wants reached, or None for that of passive learning
    is_end : bool array (rows of curves,), default=None: see `ends_of_rounds`; all other rows tell sizes of subsets alone

    Returns
    -------
    frame, one row per problem, method and trial, with `CRITERIA_COLUMNS`
    """
    rows: list[dict[str, Any]] = []
    curves = curves.assign(is_end=True if is_end is None else is_end)
    for problem in problems:
        own, ends = (frame[frame["problem"] == problem.name] for frame in (curves, trials))
        if own.empty or ends.empty:
            continue
        wanted = targets.get(problem.name)
        target = default_target(problem, ends) if wanted is None else wanted
        columns = {name: own[name].to_numpy() for name in ("method", "trial", "is_end", *RUN_COLUMNS)}
        columns["error"] = primary_error(problem, own)
        run_of = own.groupby(["method", "trial"], sort=False).ngroup().to_numpy()
        order = np.argsort(run_of, kind="stable")
        pieces = np.split(order, np.flatnonzero(np.diff(run_of[order])) + 1)
        runs = [_Run(problem, {name: values[piece] for name, values in columns.items()}, target) for piece in pieces]
        labels, presentations = _shared_range(runs, "labels"), _shared_range(runs, "presentations")
        rows += [run.criteria(labels, presentations) for run in runs]
    return pd.DataFrame(rows, columns=list(CRITERIA_COLUMNS))


def default_target(problem: Problem, trials: pd.DataFrame) -> float:
    """1.05 times the median final error of passive learning, or of the first method where passive was not run.

    A diverged trial counts as infinite, as in every median. NaN where the median is: what nobody can end at is no target.
    """
    base = trials["method"].map(base_method)
    reference = REFERENCE if (base == REFERENCE).any() else base.iloc[0]
    own = trials[base == reference]
    errors = primary_error(problem, own)
    is_lost = own["is_diverged"].to_numpy(dtype=bool) | ~np.isfinite(errors)
    median = float(np.median(np.where(is_lost, np.inf, errors)))
    return TARGET_FACTOR * median if np.isfinite(median) else np.nan


RUN_COLUMNS = ("epoch", "labels", "presentations", "work", "n_selected")


class _Run:
    """The curve of one trial; frames are too slow for as many as a study has."""

    def __init__(self, problem: Problem, rows: Mapping[str, NDArray[Any]], target: float) -> None:
        self.method, self.trial = rows["method"][0], rows["trial"][0]
        self.problem, self.target = problem, target
        self.sizes = dict(
            zip(rows["epoch"].astype(int).tolist(), rows["n_selected"].astype(float).tolist(), strict=True)
        )
        is_end = rows["is_end"].astype(bool)
        self.error = rows["error"][is_end]
        self.columns = {name: rows[name][is_end].astype(np.float64) for name in RUN_COLUMNS[:-1]}

    @property
    def is_pool(self) -> bool:
        """Whether labels were bought on the way."""
        labels = self.columns["labels"]
        return bool(labels[-1] > labels[0])

    def criteria(self, labels: tuple[float, float] | None, presentations: tuple[float, float] | None) -> dict[str, Any]:
        """All criteria; ``labels`` and ``presentations`` are the ranges of the areas."""
        reached = np.flatnonzero(self.error <= self.target)
        stable = stable_from(self.error)
        found: dict[str, Any] = {
            "problem": self.problem.name,
            "method": self.method,
            "trial": self.trial,
            "target": self.target,
            "is_target_reached": bool(reached.size),
            "area_under_labels": self._area("labels", labels) if self.is_pool else np.nan,
            "area_under_presentations": self._area("presentations", presentations),
        }
        for name, column in (
            ("epochs", "epoch"),
            ("presentations", "presentations"),
            ("work", "work"),
            ("labels", "labels"),
        ):
            values = self.columns[column]
            found[f"{name}_to_target"] = values[reached[0]] if reached.size else np.nan
            found[f"{name}_to_stable"] = values[stable] if stable is not None else np.nan
        for epoch in CHECKPOINTS:
            found[f"kept_{epoch}"] = self.sizes.get(epoch, np.nan) / self.problem.n_train
        return {name: found[name] for name in CRITERIA_COLUMNS}

    def _area(self, axis: str, limits: tuple[float, float] | None) -> float:
        """Mean error over a range of an axis, by trapezoids between records."""
        if limits is None or not np.isfinite(self.error).all():
            return np.nan
        x = self.columns[axis]
        is_last = np.append(np.diff(x) > 0, True)  # where an axis stays the same, its last error counts
        x, error = x[is_last], self.error[is_last]
        low, high = limits
        points = np.union1d(x[(x > low) & (x < high)], limits)
        return float(np.trapezoid(np.interp(points, x, error), points) / (high - low))


def _shared_range(runs: Sequence[_Run], axis: str) -> tuple[float, float] | None:
    """Range of an axis that every run passed through; of labels, every run that bought any."""
    own = [run for run in runs if axis != "labels" or run.is_pool]
    if not own:
        return None
    first = 1 if axis == "presentations" else 0  # nothing is presented before the first epoch
    starts = [run.columns[axis][min(first, len(run.error) - 1)] for run in own]
    low, high = max(starts), min(run.columns[axis][-1] for run in own)
    return (float(low), float(high)) if high > low else None


def stable_from(error: FloatArray) -> int | None:
    """First record from which an error stays close to its last value; None where it is not finite.

    Close is 5 % of the way from the first error to the last.

    Examples
    --------
    >>> stable_from(np.array([1.0, 0.5, 0.02, 0.2, 0.04, 0.0]))
    4
    """
    if not np.isfinite(error).all():
        return None
    is_far = np.abs(error - error[-1]) > TOLERANCE * abs(error[0] - error[-1])
    return int(np.flatnonzero(is_far)[-1] + 1) if is_far.any() else 0
