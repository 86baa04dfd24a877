"""What a study found: the record that every table, figure and page of a report is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Problem:
    """Facts about one problem of a study that a reader needs.

    Attributes
    ----------
    name, title : str, the problem's name in the study and its name in prose
    task : "classification" or "regression"
    n_examples, n_features, n_outputs : int, size of the whole data set and of the network's ends
    n_train, n_test : int, rows of a trial's training and test part
    class_names : tuple of str, empty for regression
    target_name : str
    source : str, where the data come from
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
    environment : mapping of str to str: machine, versions, date
    stage_seconds : mapping of stage name to wall-clock seconds
    """

    name: str
    settings: Mapping[str, Any]
    problems: tuple[Problem, ...]
    methods: tuple[str, ...]
    trials: pd.DataFrame
    curves: pd.DataFrame
    cells: pd.DataFrame
    winners: pd.DataFrame
    environment: Mapping[str, str]
    stage_seconds: Mapping[str, float]


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
    "labels",
    "n_selected",
    "train_error",
    "test_error",
    "accuracy",
    "macro_f1",
    "mse",
    "r2",
    "is_diverged",
    "seconds_training",
    "seconds_selection",
    "seconds_evaluation",
)

CURVE_COLUMNS = (
    "problem",
    "method",
    "trial",
    "epoch",
    "labels",
    "n_selected",
    "presentations",
    "work",
    "train_error",
    "test_error",
    "accuracy",
    "macro_f1",
    "mse",
    "r2",
    "seconds_training",
    "seconds_selection",
    "seconds_evaluation",
)

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
