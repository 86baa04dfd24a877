"""Convergence, presentations, time and sizes of training sets, as published and as counted: sections 1.3 and 1.4."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from .published import METHODS, TITLES, of_problem
from .rows import Studies, ours
from .text import NONE, NOT_MEASURED, fixed, mean_of, mean_sd, pair, signed, table

MEMBERS = 3
WHOLE_EPOCHS = ("passive", "sasla")
"""Methods whose errors are recorded after each epoch where a study asks for it; pool methods have theirs after rounds."""

NO_COUNTERPART = "no counterpart"


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


def _epochs(values: pd.Series) -> str:
    """Mean, smallest and largest over trials."""
    return f"{fixed(float(values.mean()), 1)} ({fixed(float(values.min()), 0)} to {fixed(float(values.max()), 0)})"


def _flat(studies: Studies, study: str, problem: str, method: str) -> str:
    """The author's convergence epoch in one of our studies, or why there is none."""
    if not len(ours(studies, study, problem, method, "epochs")):
        return NOT_MEASURED
    if method not in WHOLE_EPOCHS:
        return NO_COUNTERPART
    values = plateau(studies, study, problem, method)
    return _epochs(values) if len(values) else f"{NOT_MEASURED} (coarse curve)"


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
            theirs = fixed(one["epoch"][method], 1)
            if "range" in one:
                theirs += " ({} to {})".format(*one["range"][method])
            flat = [_flat(studies, study, problem, method) for study in ("reference", "paper")]
            rows.append([names, theirs, *flat, *stable])
    header = ["Problem, method", "Published (range)", "Same definition, reference", "Same definition, paper"]
    return table([*header, "Stable, reference", "Stable, paper"], rows)


def rate_table(published: Mapping[str, Any], studies: Studies) -> str:
    """Share of trials that end at an accuracy of at least .95, the author's convergence rate."""
    rows = []
    for one in published["convergence"]:
        problem = one["problem"]
        for method in METHODS if "rate" in one else ():
            found = [ours(studies, study, problem, method, "accuracy") for study in ("reference", "paper")]
            shares = [
                f"{fixed(100 * float((accuracy >= 0.95).mean()), 0)} %" if len(accuracy) else NOT_MEASURED
                for accuracy in found
            ]
            rows.append([f"{TITLES[problem]}, {TITLES[method]}", f"{fixed(100 * one['rate'][method], 0)} %", *shares])
    return table(["Problem, method", "Published", "Ours, reference", "Ours, paper"], rows)


def until_convergence(one: Mapping[str, Any], schedule: Mapping[str, Any], method: str) -> int:
    """What a method's networks are shown until the reported convergence epoch, by the author's own schedule."""
    epoch = round(one["epoch"][method])
    if method == "passive":
        return int(schedule["n_train"] * one["epoch"][method])
    return pool_presentations(schedule, until=epoch) * (MEMBERS if method == "ensemble" else 1)


def presentations_table(published: Mapping[str, Any], studies: Studies) -> str:
    """Presentations until convergence, as reported and by the schedule, and of a whole run, by the schedule and counted."""
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
            reported = fixed(one["presentations"][method], 0)
            if "presentations_sd" in one:
                reported += f" ± {fixed(one['presentations_sd'][method], 0)}"
            until = NONE if method == "sasla" else fixed(until_convergence(one, schedule, method), 0)
            counted = [
                mean_sd(ours(studies, study, problem, method, "presentations"), 0) for study in ("reference", "paper")
            ]
            same = _as_reported(studies, problem, method)
            rows.append([f"{TITLES[problem]}, {TITLES[method]}", reported, same, until, derived[method], *counted])
    header = ["Problem, method", "As reported", "So counted, reference", "Until then, by its schedule"]
    return table([*header, "Whole run, by its schedule", "Counted, reference", "Counted, paper"], rows)


def _as_reported(studies: Studies, problem: str, method: str) -> str:
    """The author's count on our runs: the training part times the convergence epoch."""
    stored = studies.get("reference")
    facts = stored.problem(problem) if stored else None
    if facts is None:
        return NOT_MEASURED
    if method not in WHOLE_EPOCHS:
        return NO_COUNTERPART
    return mean_sd(facts["n_train"] * plateau(studies, "reference", problem, method), 0)


def efficiency_sentences(published: Mapping[str, Any], studies: Studies) -> str:
    """What entropy spends more than passive learning: as reported, by the author's schedule, and counted."""
    lines = []
    for one in published["convergence"]:
        problem, reported = one["problem"], one["presentations"]
        if not reported["passive"]:
            continue
        schedule = of_problem(published["schedule"], problem) or {}
        shares = [
            reported["entropy"] / reported["passive"],
            until_convergence(one, schedule, "entropy") / until_convergence(one, schedule, "passive"),
            schedule["pool_presentations"] / schedule["passive_presentations"],
        ]
        said = [f"{signed(100 * (share - 1), 0)} %" for share in shares]
        counted = [ours(studies, "reference", problem, method, "presentations") for method in ("entropy", "passive")]
        own = NOT_MEASURED
        if all(map(len, counted)):
            own = f"{signed(100 * (float(counted[0].mean()) / float(counted[1].mean()) - 1), 0)} %"
        lines.append(
            f"- {TITLES[problem]}: entropy's presentations against passive learning's are reported as {said[0]}; by their "
            f"schedule they are {said[1]} until the same epochs and {said[2]} in a whole run; counted by us in a whole run, "
            f"{own}."
        )
    return "\n".join(lines)


def _seconds(studies: Studies, study: str, problem: str, method: str) -> pd.Series:
    """Seconds of each trial, training and selection; empty where not measured."""
    parts = [ours(studies, study, problem, method, column) for column in ("seconds_training", "seconds_selection")]
    return sum((part for part in parts if len(part)), start=pd.Series(0.0, parts[0].index))


def time_table(published: Mapping[str, Any], studies: Studies) -> str:
    """Seconds of a trial, and the same relative to passive learning's, since those of different machines differ."""
    rows = []
    for one in published["convergence"]:
        problem = one["problem"]
        for method in METHODS:
            theirs = one["seconds"]
            cells = [f"{pair(theirs[method], 3)} ({fixed(theirs[method][0] / theirs['passive'][0], 2)})"]
            for study in ("reference", "paper"):
                own, passive = (_seconds(studies, study, problem, name) for name in (method, "passive"))
                ratio = f" ({fixed(float(own.mean() / passive.mean()), 2)})" if len(own) and len(passive) else ""
                cells.append(mean_sd(own, 3) + ratio)
            rows.append([f"{TITLES[problem]}, {TITLES[method]}", *cells])
    return table(["Seconds (over those of passive)", "Published", "Ours, reference", "Ours, paper"], rows)


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


def smallest_table(published: Mapping[str, Any], studies: Studies) -> str:
    """The smallest SASLA training set of any trial at the end of a run."""
    rows = []
    for one in published["training_set"]:
        problem, epoch = one["problem"], max(one["sasla"], key=int)
        theirs = str(one["smallest"][epoch]) if epoch in one.get("smallest", {}) else "not known"
        cells = []
        for study in ("reference", "paper"):
            stored = studies.get(study)
            facts = stored.problem(problem) if stored else None
            kept = ours(studies, study, problem, "sasla", f"kept_{epoch}")
            cells.append(fixed(float(kept.min()) * facts["n_train"], 0) if facts and len(kept) else NOT_MEASURED)
        rows.append([f"{TITLES[problem]}, epoch {epoch}", theirs, *cells])
    return table(["Smallest SASLA training set", "Published", "Ours, reference", "Ours, paper"], rows)
