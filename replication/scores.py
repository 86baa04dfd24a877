"""Published accuracies and errors beside ours: sections 1.1 and 1.2 of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from .agreement import agreement
from .published import CLASSIFICATION, METHODS, REGRESSION, TITLES, of_problem
from .reasons import MEASURES, reason
from .rows import Studies, ours, rows_of
from .text import NOT_MEASURED, fixed, mean_sd, pair, signed, table, yes

HEADER = [
    "Problem, method",
    "Published",
    "Ours, reference",
    "Difference",
    "Bound, both means",
    "Within",
    "Bound, published mean",
    "Within",
    "Why (1.6)",
    "Ours, paper",
]


def mean_table(published: Mapping[str, Any], studies: Studies, measure: str, part: str = "test") -> str:
    """Published means of a measure beside ours, with both bounds, and why where one of them is exceeded."""
    rows = []
    for row in rows_of(published, measure, part):
        reference = ours(studies, "reference", row.problem, row.method, row.column)
        paper = ours(studies, "paper", row.problem, row.method, row.paper_column)
        found = agreement(row.published, reference)
        compared = ["–"] * 6
        if found:
            compared = [
                signed(found.difference, 4),
                fixed(found.bound, 4),
                yes(found.is_within),
                fixed(found.bound_of_published, 4),
                yes(found.is_within_published),
                reason(published, studies, row).short,
            ]
        cells = [pair(row.published, 4), mean_sd(reference, 4), *compared, mean_sd(paper, 4)]
        rows.append([row.title, *cells])
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


def largest_table(published: Mapping[str, Any], studies: Studies) -> str:
    """Largest test MSE over trials."""
    rows = []
    for problem in REGRESSION:
        one = of_problem(published["largest_mse"], problem) or {}
        for method in METHODS:
            found = [ours(studies, study, problem, method, "mse") for study in ("reference", "paper")]
            cells = [fixed(float(values.max()), 4) if len(values) else NOT_MEASURED for values in found]
            theirs = fixed(one[method], 4) if method in one else "not known"
            rows.append([f"{TITLES[problem]}, {TITLES[method]}", theirs, *cells])
    return table(["Problem, method", "Published", "Ours, reference", "Ours, paper"], rows)


def other_table(published: Mapping[str, Any], studies: Studies) -> str:
    """Published numbers that stand beside the tables: the author's second runs, and the mean of an ensemble's members."""
    rows = []
    for one in published["second_run"]:
        for measure in ("accuracy", "mse", "r2"):
            if measure in one:
                found = [ours(studies, study, one["problem"], "passive", measure) for study in ("reference", "paper")]
                title = f"{TITLES[one['problem']]}, passive, second run, test {MEASURES[measure]}"
                rows.append([title, pair(one[measure], 4), *(mean_sd(values, 4) for values in found)])
    for one in published["mean_of_members"]:
        problem, measure = one["problem"], "mse" if "mse" in one else "r2"
        values = ours(studies, "ensemble_committee", problem, "ensemble", measure, committee="mean_of_outputs")
        paper = ours(studies, "paper", problem, "ensemble", measure)
        title = f"{TITLES[problem]}, ensemble, mean of members, "
        if measure == "mse":
            said, theirs = "test MSE (published: derived from R²)", fixed(one["mse"], 3)
        else:
            said, theirs = "R² (published: on inner folds; ours: on the test part)", fixed(one["r2_folds"], 3)
        rows.append([title + said, theirs, mean_sd(values, 4), mean_sd(paper, 4)])
    return table(["Number", "Published", "Ours, reference", "Ours, paper"], rows)


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
