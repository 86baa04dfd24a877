"""What becomes of a method when one of its settings is varied and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from eligo.study.results import base_method

from .factors import as_number, levels_of

MIN_LEVELS = 3  # fewer are a comparison, not a sweep


@dataclass(frozen=True, eq=False)
class Sweep:
    """Rows of one method that differ in one setting alone.

    Attributes
    ----------
    base : str, the method
    setting : str, what is varied
    others : tuple of (setting, value) that these rows share
    rows : tuple of str, the methods' names, by rising value where values are numbers
    values : tuple of str
    is_numeric : bool
    table : frame, one row per problem and value: problem, value, method, mean, low, high (error), error_ratio,
        error_ratio_low, error_ratio_high, presentations_ratio, work_ratio; ratios to the reference, whose error counts
        as known; NaN where it has none
    """

    base: str
    setting: str
    others: tuple[tuple[str, str], ...]
    rows: tuple[str, ...]
    values: tuple[str, ...]
    is_numeric: bool
    table: pd.DataFrame


Outcome = tuple[pd.DataFrame, pd.DataFrame, str]  # errors, costs and reference of a problem


def _groups(methods: Sequence[str]) -> dict[tuple[str, str, tuple[tuple[str, str], ...]], dict[str, str]]:
    """Rows by method, varied setting and the settings that stay; each a mapping of value to row."""
    groups: dict[tuple[str, str, tuple[tuple[str, str], ...]], dict[str, str]] = {}
    for name in methods:
        levels = levels_of(name)
        for setting, value in levels.items():
            others = tuple((key, other) for key, other in levels.items() if key != setting)
            groups.setdefault((base_method(name), setting, others), {})[value] = name
    return groups


def _table(rows: Mapping[str, str], outcomes: Mapping[str, Outcome]) -> pd.DataFrame:
    found = []
    for problem, (errors, costs, reference) in outcomes.items():
        base = float(errors["mean"].get(reference, np.nan))
        scale = 1 / base if base > 0 else np.nan
        for value, name in rows.items():
            if name not in errors.index:
                continue
            error, cost = errors.loc[name], costs.loc[name]
            row: dict[str, Any] = {"problem": problem, "value": value, "method": name}
            row |= {part: error[part] for part in ("mean", "low", "high")}
            row |= {"error_ratio": scale * error["mean"]}
            row |= {f"error_ratio_{end}": scale * error[end] for end in ("low", "high")}
            row |= {f"{spent}_ratio": cost[f"{spent}_ratio"] for spent in ("presentations", "work")}
            found.append(row)
    return pd.DataFrame(found)


def sweeps_of(outcomes: Mapping[str, Outcome], methods: Sequence[str]) -> tuple[Sweep, ...]:
    """The sweeps that a study holds: settings of a method with at least three values, all else alike.

    Parameters
    ----------
    outcomes : mapping of problem to errors (see `error_summary`), costs (see `cost_summary`) and reference
    methods : the study's rows
    """
    found = []
    for (base, setting, others), rows in _groups(methods).items():
        numbers = {value: as_number(value) for value in rows}
        is_numeric = all(number is not None for number in numbers.values())
        ordered = dict(sorted(rows.items(), key=lambda item: numbers[item[0]] or 0.0)) if is_numeric else rows
        table = _table(ordered, outcomes)
        if len(rows) >= MIN_LEVELS and len(table):
            found.append(Sweep(base, setting, others, tuple(ordered.values()), tuple(ordered), is_numeric, table))
    return tuple(found)
