"""Every published accuracy, error and R2 of a method as a row: what was printed, and our column that it is held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from .published import METHODS, TITLES
from .stored import Stored, squared_unit

Studies = Mapping[str, Stored]


@dataclass(frozen=True)
class Row:
    """A published mean.

    Attributes
    ----------
    measure : "accuracy", "mse" or "r2"
    part : "test", "train" or "folds"
    problem, method : str
    published : (mean, standard deviation)
    column, paper_column : str, columns of the studies `reference` and `paper` that hold the same
    """

    measure: str
    part: str
    problem: str
    method: str
    published: tuple[float, float]
    column: str
    paper_column: str

    @property
    def title(self) -> str:
        """Problem and method, for a cell."""
        return f"{TITLES[self.problem]}, {TITLES[self.method]}"


def ours(studies: Studies, study: str, problem: str, method: str, column: str, **settings: str) -> pd.Series:
    """Trials of a method in a study, in the units in which errors were published; empty where not measured.

    ``settings`` are levels of the study's factors.
    """
    stored = studies.get(study)
    facts = stored.problem(problem) if stored else None
    if stored is None or facts is None:
        return pd.Series(dtype=float)
    row = stored.row(problem, method, **settings)
    values = stored.values(problem, row, column) if row else pd.Series(dtype=float)
    is_error = facts["task"] == "regression" and column in ("mse", "train_error", "inside_train_error")
    return values / squared_unit(facts) if is_error else values


def _columns(measure: str, part: str, problem: str, method: str) -> tuple[str, str]:
    """Our columns that hold what the author's column holds: under reference, and under paper."""
    if part == "test":
        return measure, measure
    if part == "folds":
        return "inside_accuracy", "inside_accuracy"
    own = "train_accuracy" if measure == "accuracy" else "train_error"
    has_folds = method == "passive" and problem in ("iris", "wine", "energy_efficiency")
    return (f"inside_{own}" if has_folds else own), own


def rows_of(published: Mapping[str, Any], measure: str, part: str = "test") -> list[Row]:
    """The rows of one published table, in its order."""
    return [
        Row(measure, part, one["problem"], method, one[method], *_columns(measure, part, one["problem"], method))
        for one in published[measure]
        if one.get("part", "test") == part
        for method in METHODS
        if method in one
    ]


PARTS = (
    ("accuracy", "test"),
    ("accuracy", "train"),
    ("accuracy", "folds"),
    ("mse", "test"),
    ("r2", "test"),
    ("mse", "train"),
)
"""The published tables with a standard deviation, in the page's order."""


def all_rows(published: Mapping[str, Any]) -> list[Row]:
    """Every row of every such table."""
    return [row for measure, part in PARTS for row in rows_of(published, measure, part)]
