"""What learning curves come to: how soon a target was reached, what was held on the way, what labels and selection paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from eligo.statistics import proportion_interval, ratio_of_means
from eligo.study.results import CHECKPOINTS, Problem, StudyResults

from .comparisons import compare_areas
from .factors import control_of, levels_of
from .summaries import N_RESAMPLES, SEED, Scores, quantiles_of, rows_of

TO_TARGET = ("epochs_to_target", "presentations_to_target", "work_to_target", "labels_to_target")
RATIOS = ("labels_ratio", "deficiency")
TO_STABLE = ("epochs_to_stable", "presentations_to_stable")


@dataclass(frozen=True, eq=False)
class Criteria:
    """What is read off the learning curves of one problem; frames are empty where there are no curves.

    Attributes
    ----------
    target : float, the error that `convergence` counts to; NaN without curves, and where there is none
    convergence : frame (methods); see `convergence_of`
    label_areas, presentation_areas : frames (methods); see `compare_areas`; pool methods against their random pool,
        all methods against the reference
    efficiency : frame (pool methods); see `efficiency_of`
    reductions : frame (method, epoch); see `reductions_of`
    """

    target: float
    convergence: pd.DataFrame
    label_areas: pd.DataFrame
    presentation_areas: pd.DataFrame
    efficiency: pd.DataFrame
    reductions: pd.DataFrame


def criteria_of(results: StudyResults, problem: Problem, scores: Scores, reference: str) -> Criteria:
    """Collect the criteria of a problem."""
    rows, methods = rows_of(results.criteria, problem), scores.methods
    rows = rows[rows["method"].isin(methods)]
    against_control = {name: control_of(name, methods) for name in methods}
    label_areas = _by_trial(rows, "area_under_labels", methods)
    presentation_areas = _by_trial(rows, "area_under_presentations", methods)
    return Criteria(
        target=float(rows["target"].iloc[0]) if len(rows) else np.nan,
        convergence=convergence_of(rows, methods),
        label_areas=_compared(label_areas, scores, problem, against_control),
        presentation_areas=_compared(presentation_areas, scores, problem, dict.fromkeys(methods, reference)),
        efficiency=efficiency_of(rows, scores, label_areas, against_control),
        reductions=reductions_of(rows, methods),
    )


def _by_trial(rows: pd.DataFrame, column: str, methods: Sequence[str]) -> pd.DataFrame:
    """A criterion as a frame (trials, methods that have it)."""
    matrix = rows.pivot(index="trial", columns="method", values=column).reindex(columns=list(methods))
    return matrix.loc[:, matrix.notna().any()].astype(float)


def _compared(areas: pd.DataFrame, scores: Scores, problem: Problem, against: Mapping[str, str | None]) -> pd.DataFrame:
    """Areas against each other; a run that diverged has an infinite one, so that it is not better for being left out."""
    if areas.empty:
        return pd.DataFrame()
    ends = scores.matrix.reindex(index=areas.index, columns=areas.columns)
    return compare_areas(areas.mask(np.isinf(ends) | (areas.isna() & ends.notna()), np.inf), problem, against)


def convergence_of(rows: pd.DataFrame, methods: Sequence[str]) -> pd.DataFrame:
    """How many trials reached the target, and what it took.

    Medians and quartiles are over all trials; one that never reached the target took infinitely long, so that no method
    looks fast for having lost its slow trials. Where there is no target, what counts to it is NaN.

    Returns
    -------
    frame (methods): n_trials, n_reached, share, low, high (Wilson), and median, q25 and q75 of each of `TO_TARGET` and
    `TO_STABLE`, as ``<criterion>_median`` and so on
    """
    found = {}
    for name in methods:
        own = rows[rows["method"] == name]
        if own.empty:
            continue
        has_target = bool(own["target"].notna().all())
        row: dict[str, Any] = {"n_trials": len(own), **dict.fromkeys(("n_reached", "share", "low", "high"), np.nan)}
        if has_target:
            n_reached = int(own["is_target_reached"].sum())
            share = proportion_interval(n_reached, len(own))
            row |= {"n_reached": n_reached, "share": share.estimate, "low": share.low, "high": share.high}
        for criterion in (*TO_TARGET, *TO_STABLE):
            never = np.inf if has_target or criterion in TO_STABLE else np.nan
            quantiles = quantiles_of(own[criterion].fillna(never).to_numpy(dtype=float))
            row |= {f"{criterion}_{part}": quantiles[part] for part in ("median", "q25", "q75")}
        found[name] = row
    return pd.DataFrame.from_dict(found, orient="index")


def _ratio(first: pd.Series, second: pd.Series, name: str) -> dict[str, Any]:
    """Ratio of the means of two criteria over the trials that have both; nothing where the second's may well be 0."""
    both = pd.concat([first, second], axis=1).replace([np.inf, -np.inf], np.nan).dropna()
    counted = {f"{name}_trials": len(both)}
    if len(both) < 2 or both.iloc[:, 1].mean() <= 0:
        return counted
    try:
        ratio = ratio_of_means(
            both.iloc[:, 0].to_numpy(), both.iloc[:, 1].to_numpy(), rng=SEED, n_resamples=N_RESAMPLES
        )
    except ValueError:  # the interval of the denominator reaches 0
        return counted
    return counted | {name: ratio.estimate, f"{name}_low": ratio.low, f"{name}_high": ratio.high}


def efficiency_of(
    rows: pd.DataFrame, scores: Scores, areas: pd.DataFrame, control: Mapping[str, str | None]
) -> pd.DataFrame:
    """What choosing labels was worth, as ratios to random pool in the same trials; below 1 is better.

    ``labels_ratio``: labels to the target, over the trials in which both reached it. ``deficiency`` (Baram and others,
    2004): how far the error stood on the way above what random pool ends at in the same trial, a ratio of means. Trials are
    resampled whole, with both areas and the end. Where the interval of the denominator reaches 0 there is no ratio.

    Returns
    -------
    frame (pool methods): control, and of both ratios the estimate, low, high and trials; NaN for the control itself and
    where random pool was not run
    """
    labels = _by_trial(rows, "labels_to_target", scores.methods)
    found = {}
    for name in map(str, areas):
        other = control[name]
        row: dict[str, Any] = {"control": other or ""}
        if other is not None and other in areas:
            end = scores.matrix[other]
            row |= _ratio(areas[name] - end, areas[other] - end, "deficiency")
            if name in labels and other in labels:
                row |= _ratio(labels[name], labels[other], "labels_ratio")
        found[name] = row
    parts = ("", "_low", "_high", "_trials")
    columns = ["control", *(f"{ratio}{part}" for ratio in RATIOS for part in parts)]
    return pd.DataFrame.from_dict(found, orient="index").reindex(columns=columns)


def lacks_ratio(efficiency: pd.DataFrame) -> bool:
    """Whether a ratio is missing although there are trials to form it from: its denominator may well be 0."""
    return any(bool((efficiency[f"{name}_trials"].ge(2) & efficiency[name].isna()).any()) for name in RATIOS)


def reductions_of(rows: pd.DataFrame, methods: Sequence[str]) -> pd.DataFrame:
    """Share of the training part that was not trained on at the checkpoints.

    Left out by selection, or not yet bought. Checkpoints that no run reached are not there, nor are methods that always
    train on everything.

    Returns
    -------
    frame (method, epoch): mean, sd, min, max
    """
    found = {}
    for name in methods:
        own = rows[rows["method"] == name]
        removed = {epoch: 1 - own[f"kept_{epoch}"].dropna().to_numpy(dtype=float) for epoch in CHECKPOINTS}
        known = {epoch: values for epoch, values in removed.items() if values.size}
        if any((values > 0).any() for values in known.values()):
            for epoch, values in known.items():
                sd = values.std(ddof=1) if values.size > 1 else np.nan
                found[(name, epoch)] = {"mean": values.mean(), "sd": sd, "min": values.min(), "max": values.max()}
    frame = pd.DataFrame.from_dict(found, orient="index", columns=["mean", "sd", "min", "max"])
    if found:
        frame.index = pd.MultiIndex.from_tuples(found, names=["method", "epoch"])
    return frame


def payback_of(costs: pd.DataFrame, reference: str, spacings: Mapping[str, float]) -> pd.DataFrame:
    """Whether choosing examples saved more training than it cost.

    With selection costing r presentations for each candidate scored, and a share f of the candidates kept, selection
    every τ epochs saves work only if τ > τ* = r / (1 − f). All is measured: what was saved in training, what was spent on
    selection, and so τ* = s · spent / saved with one selection in s epochs, as selection costs less in proportion to its
    rarity. s is a little more than the interval, since nothing is selected at the end: see `spacing_of`.

    Parameters
    ----------
    costs : frame (methods), see `cost_summary`
    reference : str, whose training work is what the others save
    spacings : mapping of method to its s, for the methods that select at intervals

    Returns
    -------
    frame (methods besides the reference that spend work on selection): kept (f, presentations relative to the
    reference's), training and selection (work), saved (training work that the reference spent and this method did not),
    and for methods with an interval per_candidate (r) and, where something was saved, break_even (τ*)
    """
    base = costs.loc[reference]
    whole = base["work"] - base["selection_work"]
    found = {}
    for name, row in costs.drop(index=reference).iterrows():
        if not row["selection_work"] > 0 or not base["presentations"] > 0:
            continue
        training, kept = row["work"] - row["selection_work"], row["presentations"] / base["presentations"]
        facts = {"kept": kept, "training": training, "selection": row["selection_work"], "saved": whole - training}
        spacing = spacings.get(str(name))
        if spacing is not None and facts["saved"] > 0 and kept < 1:
            facts["break_even"] = spacing * row["selection_work"] / facts["saved"]
            facts["per_candidate"] = facts["break_even"] * (1 - kept)
        found[str(name)] = facts
    columns = ["kept", "training", "selection", "saved", "per_candidate", "break_even"]
    return pd.DataFrame.from_dict(found, orient="index").reindex(columns=columns)


def level_of(method: str, setting: str, default: float | None) -> float | None:
    """A row's own level of a setting that counts epochs, or the study's."""
    own = levels_of(method).get(setting)
    return float(own) if own is not None else default


def spacing_of(n_epochs: float, interval: float, first_selection: float | None = None) -> float:
    """Epochs of training per selection that was made; NaN where none was.

    Selections follow the first in steps of the interval, and none follows the last epoch.

    Examples
    --------
    >>> spacing_of(60, 1), spacing_of(60, 5), spacing_of(10, 10)
    (1.0169491525423728, 5.454545454545454, nan)
    """
    first = interval if first_selection is None else first_selection
    n_selections = np.arange(first, n_epochs, interval).size
    return n_epochs / n_selections if n_selections else np.nan
