"""What a study found: the record that every table, figure and page of a report is made from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from eligo.datasets import Column
from eligo.learning.trajectory import MEASURES, SECONDS


@dataclass(frozen=True)
class Problem:
    """Facts about one problem of a study that a reader needs.

    Attributes
    ----------
    name, title : str, the problem's name in the study and its name in prose
    task : "classification" or "regression"
    n_examples, n_features, n_outputs : int, size of the whole data set and of the network's ends: features after
        categories are coded
    n_train, n_test : int, rows of a trial's training and test part
    class_names : tuple of str, empty for regression
    target_name : str
    source : str, where the data come from
    target_range : smallest and largest target of the whole data set; None for classification
    class_counts : tuple of int, examples of each class; empty for regression
    target_counts : tuple of int, targets in each of equal parts of `target_range`; empty for classification, and where
        they were not counted
    columns : tuple of Column, the raw features; empty where they were not recorded
    digest : str, sha256 of the data, so that other data under the same name are noticed
    """

    name: str
    title: str
    task: str
    n_examples: int
    n_features: int
    n_outputs: int
    n_train: int
    n_test: int
    class_names: tuple[str, ...]
    target_name: str
    source: str
    target_range: tuple[float, float] | None = None
    class_counts: tuple[int, ...] = ()
    target_counts: tuple[int, ...] = ()
    columns: tuple[Column, ...] = ()
    digest: str = ""


@dataclass(frozen=True)
class StudyResults:
    """Everything that a report is made from; a value, read from a store once.

    Attributes
    ----------
    name : str, the study's name
    settings : nested mapping of plain values, the whole design of the study as it was run
    problems : tuple of Problem, in the study's order
    methods : tuple of str, in the study's order
    trials : one row per problem, method and trial (the rows of ``results.csv``)
    curves : one row per problem, method, trial and recorded epoch
    cells : one row per problem and cell of the hyper-parameter grid; no rows when nothing was tuned
    winners : one row per problem: the hyper-parameters that served all methods, and where they came from
    confusion : one row per problem, method, trial, actual and predicted class: how many test examples, at the end
    criteria : one row per problem, method and trial: what `study.criteria` reads off its learning curve
    absent : mapping of problem name to the reason why its data could not be had; such a problem has no rows
    environment : mapping of str to str: machine, versions, date; "mixed" says what was not the same in all runs
    stage_seconds : mapping of stage name to wall-clock seconds
    parts : one row for tuning and for each method, `PART_COLUMNS`: what it took of all workers together
    failures : one row for each unit that failed and is not there, `FAILURE_COLUMNS`
    closed : mapping of problem name to the reason why it has no trials and gets none
    """

    name: str
    settings: Mapping[str, Any]
    problems: tuple[Problem, ...]
    methods: tuple[str, ...]
    trials: pd.DataFrame
    curves: pd.DataFrame
    cells: pd.DataFrame
    winners: pd.DataFrame
    confusion: pd.DataFrame
    criteria: pd.DataFrame
    absent: Mapping[str, str]
    environment: Mapping[str, str]
    stage_seconds: Mapping[str, float]
    parts: pd.DataFrame = field(default_factory=pd.DataFrame)
    failures: pd.DataFrame = field(default_factory=pd.DataFrame)
    closed: Mapping[str, str] = field(default_factory=dict)


REFERENCE = "passive"
"""The method that costs, gains and targets are relative to."""

ROW_LABEL = re.compile(r"(?P<base>[^\[\]]+)\[(?P<levels>\w+=[^\[\],=]+(?:,\w+=[^\[\],=]+)*)\]")
"""What `study.design.Study.rows` calls a method with values of factors."""


def base_method(label: str) -> str:
    """The method that a row is a variant of; a label without levels is its own.

    Examples
    --------
    >>> base_method("sasla[beta=0.5,interval=10]"), base_method("passive"), base_method("my [own] method")
    ('sasla', 'passive', 'my [own] method')
    """
    found = ROW_LABEL.fullmatch(label)
    return found["base"] if found else label


FINAL_MEASURES = (*MEASURES, "rmse", "generalisation_factor")
"""What a trial ends at. ``generalisation_factor`` is E_G / E_T, test error over training error; below 1 is better."""

INSIDE_MEASURES = ("inside_train_accuracy", "inside_train_error", "inside_accuracy", "inside_error")
"""Means over the folds of a cross-validation inside the trial's training part; NaN where there was none."""

TRIAL_COLUMNS = (
    "problem",
    "method",
    "trial",
    "hidden",
    "learning_rate",
    "weight_decay",
    "momentum",
    "epochs",
    "presentations",
    "work",
    "selection_work",
    "labels",
    "n_selected",
    *FINAL_MEASURES,
    *INSIDE_MEASURES,
    "plateau_epoch",
    "is_diverged",
    *SECONDS,
)
"""Columns of ``trials``. ``plateau_epoch`` is the first of ten consecutive epochs whose training errors (coded, mean over
outputs) have a standard deviation below 0.01; NaN if never, or where not every epoch was recorded."""

CURVE_COLUMNS = (
    "problem",
    "method",
    "trial",
    "epoch",
    "labels",
    "n_selected",
    "presentations",
    "work",
    "selection_work",
    "train_error",
    "test_error",
    "train_accuracy",
    "accuracy",
    "macro_f1",
    "mse",
    "r2",
    *SECONDS,
)

CONFUSION_COLUMNS = ("problem", "method", "trial", "actual", "predicted", "n_examples")

CHECKPOINTS = (25, 100, 200, 300, 500, 1000)
"""Epochs at which the size of the training subset is reported; a run records at them as far as it goes."""

CRITERIA_COLUMNS = (
    "problem",
    "method",
    "trial",
    "target",
    "is_target_reached",
    "epochs_to_target",
    "presentations_to_target",
    "work_to_target",
    "labels_to_target",
    "epochs_to_stable",
    "presentations_to_stable",
    "area_under_labels",
    "area_under_presentations",
    *(f"kept_{epoch}" for epoch in CHECKPOINTS),
)
"""Per trial, of the primary measure (misclassification rate, or MSE). ``target``: the study's, or passive learning's median
final error times 1.05. ``stable``: the first recorded epoch from which the error stays within 5 % of the way from its first
to its last value. Areas: mean error over a range of labels, or presentations, that all methods share, by trapezoids.
``kept_E``: share of the candidate set in the training subset of epoch E; of the training part in a pool's labelled set."""

CELL_COLUMNS = (
    "problem",
    "hidden",
    "learning_rate",
    "weight_decay",
    "momentum",
    "epochs",
    "cv_error",
    "cv_error_sd",
    "cv_score",
    "is_diverged",
)

PART_COLUMNS = ("part", "units", "seconds", "seconds_compiling", "n_compiled", "n_cached")
"""Columns of ``parts``: "tuning" or a method, its units, their seconds, and of these the seconds in which programs were
compiled or read from the cache, with how many of each; NaN where a release of eligo did not count them."""

FAILURE_COLUMNS = ("unit", "attempts", "error")
"""Columns of ``failures``: the unit in words, how often it was tried, and the last error, what it was in its first line."""

WINNER_COLUMNS = (
    "problem",
    "hidden",
    "learning_rate",
    "weight_decay",
    "momentum",
    "cv_error",
    "n_tied",
    "source",
)
