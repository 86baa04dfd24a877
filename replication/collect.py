"""From the folder of a finished study to a small text in the repository: NAME.csv, one row a trial, and NAME.json."""

from __future__ import annotations

import hashlib
import json
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from eligo.study.criteria import primary_error
from eligo.study.outcome import read_results
from eligo.study.results import CHECKPOINTS, Problem, StudyResults

KEYS = ["problem", "method", "trial"]
TRIALS = [
    *("labels", "presentations", "work", "selection_work", "epochs", "train_error", "test_error", "train_accuracy"),
    *("accuracy", "macro_f1", "macro_precision", "macro_recall", "mcc", "mse", "rmse", "r2"),
    *("inside_train_accuracy", "inside_accuracy", "inside_train_error", "inside_error", "plateau_epoch"),
    *("is_diverged", "seconds_training", "seconds_selection"),
]
CRITERIA = [
    *("epochs_to_stable", "labels_to_target", "presentations_to_target"),
    *("area_under_labels", "area_under_presentations", *(f"kept_{epoch}" for epoch in CHECKPOINTS)),
]
ENVIRONMENT = ("date", "system", "processor", "cores", "worker processes", "Python", "eligo", "jax", "numpy")
EARLY = 0.25
"""The early part of querying: until this share of the first pool is labelled."""


def early_error(problem: Problem, run: pd.DataFrame) -> float:
    """Mean error of a pool method while the first quarter of the pool is bought, by trapezoids over labels.

    NaN for a method that buys no labels, or that stops before.
    """
    rows = run.sort_values("epoch")
    labels, error = rows["labels"].to_numpy(dtype=float), primary_error(problem, rows)
    is_last = np.append(np.diff(labels) > 0, True)  # of each number of labels, what its training ended at
    labels, error = labels[is_last], error[is_last]
    end = labels[0] + EARLY * (problem.n_train - labels[0])
    if labels[-1] < end or len(labels) < 2 or not np.isfinite(error).all():
        return np.nan
    points = np.union1d(labels[labels < end], [end])
    return float(np.trapezoid(np.interp(points, labels, error), points) / (end - labels[0]))


def along_the_curves(results: StudyResults) -> pd.DataFrame:
    """What is read off the learning curves here: the early error, and macro F1 at the start and near 25 labels."""
    rows: list[dict[str, Any]] = []
    for problem in results.problems:
        own = results.curves[results.curves["problem"] == problem.name]
        for (method, trial), run in own.groupby(["method", "trial"], sort=False):
            few = run[run["labels"] <= 25]
            rows.append(
                {
                    "problem": problem.name,
                    "method": method,
                    "trial": trial,
                    "early_error": early_error(problem, run),
                    "first_macro_f1": run.sort_values("epoch")["macro_f1"].iloc[0],
                    "macro_f1_near_25": np.nan if few.empty else few.sort_values("epoch")["macro_f1"].iloc[-1],
                }
            )
    return pd.DataFrame(rows)


def facts_of(results: StudyResults) -> dict[str, Any]:
    """What a reader of the page must know about the study."""
    settings = json.dumps(results.settings, sort_keys=True, default=str)
    problems = [
        {key: value for key, value in asdict(problem).items() if key not in ("columns", "class_names", "class_counts")}
        for problem in results.problems
    ]
    return {
        "study": results.name,
        "title": results.settings["title"],
        "trials": results.settings["trials"],
        "settings_sha256": hashlib.sha256(settings.encode()).hexdigest(),
        "environment": {key: results.environment[key] for key in ENVIRONMENT if key in results.environment},
        "stage_seconds": {stage: round(seconds, 1) for stage, seconds in results.stage_seconds.items()},
        "problems": problems,
        "hyper_parameters": json.loads(results.winners.to_json(orient="records")),
        "absent": dict(results.absent),
        "commit": commit_here(),
    }


def commit_here() -> str:
    """The commit of the working tree that results are collected in; "" outside of one.

    A "+" says that what computes results, the package or the study files, had been changed since.
    """
    git = ["git", "-C", str(Path(__file__).parent)]
    computing = [":(top)src", ":(top)replication/studies"]
    try:
        commit = subprocess.run([*git, "rev-parse", "--short=10", "HEAD"], capture_output=True, text=True, check=True)
        changes = subprocess.run(
            [*git, "status", "--porcelain", "--", *computing], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return commit.stdout.strip() + "+" * bool(changes.stdout.strip())


def rows_of(results: StudyResults) -> pd.DataFrame:
    """One row per problem, method and trial; a column without any number is left out."""
    trials = results.trials[KEYS + TRIALS].merge(results.criteria[KEYS + CRITERIA], on=KEYS, how="left")
    return trials.merge(along_the_curves(results), on=KEYS, how="left").dropna(axis="columns", how="all")


def collect(folder: Path, into: Path) -> Path:
    """Keep the results of the study in ``folder``; see `keep`.

    Raises
    ------
    StudyError
        If the folder holds no study that has results.
    """
    return keep(read_results(folder), into)


def keep(results: StudyResults, into: Path) -> Path:
    """Write results as ``into``/NAME.csv and NAME.json, six significant digits.

    Returns
    -------
    Path of the CSV file
    """
    into.mkdir(parents=True, exist_ok=True)
    path = into / f"{results.name}.csv"
    facts = json.dumps(facts_of(results), indent=1, sort_keys=True, ensure_ascii=False)
    rows_of(results).to_csv(path, index=False, float_format="%.6g", lineterminator="\n")
    path.with_suffix(".json").write_text(facts + "\n", encoding="utf-8")
    return path
