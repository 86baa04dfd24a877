"""Convergence, presentations, time and sizes of training sets, as published and as counted: sections 1.3 and 1.4."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from .published import METHODS, TITLES, of_problem
from .scores import Studies, ours
from .text import NONE, NOT_MEASURED, fixed, mean_of, mean_sd, table

MEMBERS = 3


def pool_presentations(schedule: Mapping[str, Any], until: int | None = None) -> int:
    """Presentations of one network under a query schedule: training comes before each query.

    Examples
    --------
    >>> iris = {"epochs": 1000, "first_labelled": 12, "query_size": 2, "epochs_per_query": 20}
    >>> pool_presentations(iris), pool_presentations(iris, until=40)
    (61000, 520)
    """
    epochs = schedule["epochs"] if until is None else until
    return sum(
        schedule["first_labelled"] + schedule["query_size"] * (epoch // schedule["epochs_per_query"])
        for epoch in range(epochs)
    )


def labelled_at(schedule: Mapping[str, Any], epoch: int) -> int:
    """Labels that the network of that epoch, counted from 1, trains on.

    Examples
    --------
    >>> iris = {"first_labelled": 12, "query_size": 2, "epochs_per_query": 20}
    >>> labelled_at(iris, 25), labelled_at(iris, 1000)
    (14, 110)
    """
    return int(schedule["first_labelled"] + schedule["query_size"] * ((epoch - 1) // schedule["epochs_per_query"]))


def plateau(studies: Studies, study: str, problem: str, method: str) -> pd.Series:
    """The author's convergence epoch: start of the first flat window of training loss, or the last epoch without one."""
    epochs = ours(studies, study, problem, method, "epochs")
    found = ours(studies, study, problem, method, "plateau_epoch")
    return found.reindex(epochs.index).fillna(epochs) if len(found) else found


def convergence_table(published: Mapping[str, Any], studies: Studies) -> str:
    """Epochs to convergence: by the author's definition, and to stay within 5 % of the way to the final error."""
    rows = []
    for one in published["convergence"]:
        for method in METHODS:
            problem = one["problem"]
            names = f"{TITLES[problem]}, {TITLES[method]}"
            stable = [
                mean_of(ours(studies, study, problem, method, "epochs_to_stable"), 1)
                for study in ("reference", "paper")
            ]
            flat = mean_of(plateau(studies, "reference", problem, method), 1)
            rate = NONE
            if "rate" in one:
                accuracy = ours(studies, "reference", problem, method, "accuracy")
                reached = f"{fixed(100 * float((accuracy >= 0.95).mean()), 0)} %" if len(accuracy) else NOT_MEASURED
                rate = f"{fixed(100 * one['rate'][method], 0)} % / {reached}"
            rows.append([names, fixed(one["epoch"][method], 1), flat, *stable, rate])
    header = ["Problem, method", "Published", "Ours, same definition", "Stable, reference", "Stable, paper"]
    return table([*header, "Trials at accuracy ≥ 0.95, published / ours"], rows)


def presentations_table(published: Mapping[str, Any], studies: Studies) -> str:
    """Presentations of a whole run as reported, as they follow from the schedule, and as counted by us."""
    rows = []
    for one in published["convergence"]:
        problem = one["problem"]
        schedule = of_problem(published["schedule"], problem) or {}
        derived = {
            "passive": fixed(schedule["passive_presentations"], 0),
            "sasla": NONE,
            "entropy": fixed(schedule["pool_presentations"], 0),
            "ensemble": fixed(MEMBERS * schedule["pool_presentations"], 0),
        }
        for method in METHODS:
            counted = (
                mean_of(ours(studies, study, problem, method, "presentations"), 0) for study in ("reference", "paper")
            )
            reported = fixed(one["presentations"][method], 0)
            rows.append([f"{TITLES[problem]}, {TITLES[method]}", reported, derived[method], *counted])
    header = ["Problem, method", "As reported", "As its schedule gives", "Counted, reference", "Counted, paper"]
    return table(header, rows)


def _seconds(studies: Studies, study: str, problem: str, method: str) -> float:
    """Mean seconds of a trial, training and selection; NaN where not measured."""
    parts = [ours(studies, study, problem, method, column) for column in ("seconds_training", "seconds_selection")]
    return float(sum(part.mean() for part in parts if len(part))) if any(len(part) for part in parts) else float("nan")


def time_table(published: Mapping[str, Any], studies: Studies) -> str:
    """Time of a trial relative to passive learning's: seconds of different machines cannot be compared."""
    rows = []
    for one in published["convergence"]:
        problem = one["problem"]
        for method in METHODS[1:]:
            found = []
            for study in ("reference", "paper"):
                ratio = _seconds(studies, study, problem, method) / _seconds(studies, study, problem, "passive")
                found.append(NOT_MEASURED if pd.isna(ratio) else fixed(ratio, 2))
            theirs = one["seconds"][method][0] / one["seconds"]["passive"][0]
            rows.append([f"{TITLES[problem]}, {TITLES[method]}", fixed(theirs, 2), *found])
    return table(["Seconds over those of passive", "Published", "Ours, reference", "Ours, paper"], rows)


def _sizes(studies: Studies, study: str, problem: str, method: str, epoch: int) -> str:
    """Size of the training subset at an epoch, mean and sd over trials."""
    stored = studies.get(study)
    facts = stored.problem(problem) if stored else None
    kept = ours(studies, study, problem, method, f"kept_{epoch}")
    return mean_sd(kept * facts["n_train"], 1) if facts and len(kept) else NOT_MEASURED


def sizes_table(published: Mapping[str, Any], studies: Studies) -> str:
    """SASLA's training subset and the labelled set of querying at the checkpoints."""
    rows = []
    for one in published["training_set"]:
        problem = one["problem"]
        for epoch, (mean, sd, removed) in one["sasla"].items():
            theirs = f"{fixed(mean, 1)} ± {fixed(sd, 1)} ({fixed(removed, 1)} %)"
            found = (_sizes(studies, study, problem, "sasla", int(epoch)) for study in ("reference", "paper"))
            labels = _sizes(studies, "reference", problem, "entropy", int(epoch))
            rows.append([f"{TITLES[problem]}, {epoch}", theirs, *found, str(one["labelled"][epoch]), labels])
    header = ["Problem, epoch", "SASLA, published (removed)", "SASLA, reference", "SASLA, paper"]
    return table([*header, "Labelled, published", "Labelled, reference"], rows)
