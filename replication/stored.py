"""Results of our studies as they lie in `replication/results`: one row a trial, and the facts about the study."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from eligo.report.factors import levels_of
from eligo.study.results import base_method

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Stored:
    """What one study found.

    Attributes
    ----------
    name : str
    facts : mapping, see `collect`
    trials : frame, one row per problem, method and trial; ``error`` is what methods are compared by: misclassification
        rate, or MSE in squared units of the target; ``kept_share`` the share of the training part presented per epoch
    """

    name: str
    facts: Mapping[str, Any]
    trials: pd.DataFrame

    @cached_property
    def _rows(self) -> Mapping[tuple[str, str], pd.DataFrame]:
        """Trials by problem and method."""
        return {
            (str(one), str(other)): rows
            for (one, other), rows in self.trials.groupby(["problem", "method"], sort=False)
        }

    def problem(self, name: str) -> Mapping[str, Any] | None:
        """Facts about a problem; None where the study has no results for it."""
        if not any(problem == name for problem, _ in self._rows):
            return None
        return next((problem for problem in self.facts["problems"] if problem["name"] == name), None)

    def values(self, problem: str, method: str, column: str) -> pd.Series:
        """A column of the finished trials of a row, by trial; without those that diverged or have no number."""
        rows = self._rows.get((problem, method))
        if rows is None or column not in rows:
            return pd.Series(dtype=float)
        sound = rows[~rows["is_diverged"].astype(bool)].set_index("trial")[column].astype(float)
        return sound[np.isfinite(sound)]

    def methods(self, problem: str) -> list[str]:
        """Rows that a problem has, in the study's order."""
        return [method for one, method in self._rows if one == problem]

    def row(self, problem: str, method: str, **settings: str) -> str | None:
        """The row of a method whose factors have these values; None where there is no such row."""
        for name in self.methods(problem):
            own = levels_of(name)
            if base_method(name) == method and all(own.get(key) == value for key, value in settings.items()):
                return name
        return None

    def begun(self, problem: str, method: str) -> set[int]:
        """Trials that a row ran, whatever became of them."""
        rows = self.trials[(self.trials["problem"] == problem) & (self.trials["method"] == method)]
        return set(rows["trial"])

    def n_diverged(self, problem: str, method: str) -> int:
        """Trials that ran away."""
        rows = self.trials[(self.trials["problem"] == problem) & (self.trials["method"] == method)]
        return int(rows["is_diverged"].astype(bool).sum())


def completed(trials: pd.DataFrame, problems: list[dict[str, Any]]) -> pd.DataFrame:
    """Trials with the columns ``error`` and ``kept_share``, and accuracies that are shares of whole examples again.

    Six digits are stored; equal differences of counts must tie, so accuracies are put back onto the grid of counts.
    """
    made = trials.copy()
    n_test = made["problem"].map({problem["name"]: problem["n_test"] for problem in problems})
    for column in ("accuracy", "mse"):
        if column not in made:
            made[column] = np.nan
    made["accuracy"] = np.round(made["accuracy"] * n_test) / n_test
    missed = np.round((1 - made["accuracy"]) * n_test) / n_test
    candidates = made["problem"].map({problem["name"]: problem["n_train"] for problem in problems})
    return made.assign(
        error=missed.where(missed.notna(), made["mse"]),
        kept_share=made["presentations"] / (made["epochs"] * candidates),
    )


def read_stored(folder: Path = RESULTS) -> dict[str, Stored]:
    """All stored studies by name."""
    found = {}
    for file in sorted(folder.glob("*.json")):
        facts = json.loads(file.read_text(encoding="utf-8"))
        trials = pd.read_csv(file.with_suffix(".csv"))
        found[file.stem] = Stored(file.stem, facts, completed(trials, facts["problems"]))
    return found


def squared_unit(facts: Mapping[str, Any]) -> float:
    """Squared units of the raw target in one squared unit in which the author printed errors.

    The sine's targets were left as they are; those of the two tables were scaled to [-1, 1] over all rows.
    """
    if facts["name"] == "noisy_sine":
        return 1.0
    low, high = facts["target_range"]
    return ((high - low) / 2) ** 2
