"""Published accuracies and errors beside ours: sections 1.1 and 1.2 of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from .agreement import agreement
from .published import CLASSIFICATION, METHODS, REGRESSION, TITLES, of_problem
from .stored import Stored, squared_unit
from .text import NOT_MEASURED, fixed, mean_sd, pair, signed, table, yes

Studies = Mapping[str, Stored]
HEADER = [
    "Problem, method",
    "Published",
    "Ours, reference",
    "Difference",
    "Bound, both means",
    "Within",
    "Bound, published mean",
    "Within",
    "Ours, paper",
]


def ours(studies: Studies, study: str, problem: str, method: str, column: str) -> pd.Series:
    """Trials of a method in a study, in the units in which errors were published; empty where not measured."""
    stored = studies.get(study)
    facts = stored.problem(problem) if stored else None
    if stored is None or facts is None:
        return pd.Series(dtype=float)
    row = stored.row(problem, method)
    values = stored.values(problem, row, column) if row else pd.Series(dtype=float)
    is_error = facts["task"] == "regression" and column in ("mse", "train_error", "inside_train_error")
    return values / squared_unit(facts) if is_error else values


def _row(studies: Studies, problem: str, method: str, published: list[float], columns: tuple[str, str]) -> list[str]:
    """One cell of a published table: the first column is what the reference study has, the second the paper's."""
    decimals = 4
    reference = ours(studies, "reference", problem, method, columns[0])
    found = agreement(published, reference)
    compared = ["–"] * 5
    if found:
        compared = [
            signed(found.difference, decimals),
            fixed(found.bound, decimals),
            yes(found.is_within),
            fixed(found.bound_of_published, decimals),
            yes(found.is_within_published),
        ]
    paper = ours(studies, "paper", problem, method, columns[1])
    name = f"{TITLES[problem]}, {TITLES[method]}"
    return [name, pair(published, decimals), mean_sd(reference, decimals), *compared, mean_sd(paper, decimals)]


def _accuracy_columns(problem: str, method: str, part: str) -> tuple[str, str]:
    """Our columns that hold what the author's column holds: under reference, and under paper."""
    if part == "test":
        return "accuracy", "accuracy"
    if part == "folds":
        return "inside_accuracy", "inside_accuracy"
    has_folds = problem in ("iris", "wine") and method == "passive"
    return ("inside_train_accuracy" if has_folds else "train_accuracy"), "train_accuracy"


def accuracy_table(published: Mapping[str, Any], studies: Studies, part: str) -> str:
    """Accuracies on the test part, the training part ("train") or held-out folds ("folds")."""
    rows = [
        _row(studies, one["problem"], method, one[method], _accuracy_columns(one["problem"], method, part))
        for one in published["accuracy"]
        if one["part"] == part
        for method in METHODS
        if method in one
    ]
    return table(HEADER, rows)


def mse_table(published: Mapping[str, Any], studies: Studies, part: str) -> str:
    """Mean squared errors on the test or training part, in the units of the published tables."""
    rows = []
    for one in published["mse"]:
        if one["part"] != part:
            continue
        for method in METHODS:
            is_of_folds = one["problem"] == "energy_efficiency" and method == "passive"
            train = "inside_train_error" if is_of_folds else "train_error"
            columns = ("mse", "mse") if part == "test" else (train, "train_error")
            rows.append(_row(studies, one["problem"], method, one[method], columns))
    return table(HEADER, rows)


def r2_table(published: Mapping[str, Any], studies: Studies) -> str:
    """R2 on the test part."""
    rows = [
        _row(studies, one["problem"], method, one[method], ("r2", "r2"))
        for one in published["r2"]
        for method in METHODS
    ]
    return table(HEADER, rows)


def _median(values: pd.Series) -> str:
    return fixed(float(values.median()), 4) if len(values) else NOT_MEASURED


def median_table(published: Mapping[str, Any], studies: Studies) -> str:
    """Median test MSE: means are carried by a few trials that went astray."""
    rows = []
    for problem in REGRESSION:
        one = of_problem(published["median_mse"], problem) or {}
        for method in METHODS:
            found = [_median(ours(studies, study, problem, method, "mse")) for study in ("reference", "paper")]
            rows.append([f"{TITLES[problem]}, {TITLES[method]}", fixed(one[method], 4), *found])
    return table(["Problem, method", "Published", "Ours, reference", "Ours, paper"], rows)


def macro_table(published: Mapping[str, Any], studies: Studies) -> str:
    """Macro measures of passive learning, which alone were published."""
    names = {"macro_f1": "F1", "macro_precision": "precision", "macro_recall": "recall", "mcc": "MCC"}
    rows = [
        [
            f"{TITLES[problem]}, {title}",
            fixed(one[column], 4),
            *(mean_sd(ours(studies, study, problem, "passive", column), 4) for study in ("reference", "paper")),
        ]
        for problem in CLASSIFICATION
        if (one := of_problem(published["macro"], problem))
        for column, title in names.items()
    ]
    return table(["Passive learning", "Published", "Ours, reference", "Ours, paper"], rows)


def f1_table(published: Mapping[str, Any], studies: Studies) -> str:
    """Macro F1 of querying by entropy before training and at the end."""
    rows = []
    for one in published["f1_against_labels"]:
        problem = one["problem"]
        where = {
            f"{one['first_labels']} labels, untrained": ("first_macro_f1", pair(one["first"], 3)),
            f"{one['last_labels']} labels": ("macro_f1", pair(one["last"], 3)),
        }
        if "near_25" in one:
            where["near 25 labels"] = ("macro_f1_near_25", f"about {fixed(one['near_25'], 2)}")
        for title, (column, theirs) in where.items():
            values = (ours(studies, study, problem, "entropy", column) for study in ("reference", "paper"))
            rows.append([f"{TITLES[problem]}, {title}", theirs, *(mean_sd(found, 3) for found in values)])
    return table(["Entropy", "Published", "Ours, reference", "Ours, paper"], rows)


MUST_SHOW = tuple(
    (p, m) for p in ("iris", "wine", "energy_efficiency", "california_housing") for m in ("passive", "sasla")
)
"""Test means that are to lie within two standard errors of the published ones, or to have a shown reason."""


def agreement_sentence(published: Mapping[str, Any], studies: Studies) -> str:
    """How many of `MUST_SHOW` agree, and which do not."""
    outside, missing = [], []
    n_within = n_within_published = 0
    for problem, method in MUST_SHOW:
        tables, column = ("accuracy", "accuracy") if problem in CLASSIFICATION else ("mse", "mse")
        one = next(one for one in published[tables] if one["problem"] == problem and one["part"] == "test")
        found = agreement(one[method], ours(studies, "reference", problem, method, column))
        name = f"{TITLES[method]} on {TITLES[problem]}"
        if found is None:
            missing.append(name)
        elif found.is_within:
            n_within += 1
            n_within_published += found.is_within_published
        else:
            outside.append(f"{name} ({signed(found.difference, 4)}, bound {fixed(found.bound, 4)})")
    n = len(MUST_SHOW) - len(missing)
    if not n:
        return f"Test means of passive learning and SASLA under `reference`: {NOT_MEASURED}."
    said = [
        f"Of {n} test means of passive learning and SASLA on iris, wine, energy efficiency and California housing, "
        f"{n_within} lie within two standard errors of the difference, and {n_within_published} within the narrower bound "
        "of the published mean's own two standard errors."
    ]
    if outside:
        said.append(f"Outside: {'; '.join(outside)}.")
    if missing:
        said.append(f"Not measured: {', '.join(missing)}.")
    return " ".join(said)
