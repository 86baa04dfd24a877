"""Facts about what curves came to, ready for prose: the target, selection's price, equivalence and normality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from eligo.study.results import Problem

from .beliefs import ROPE
from .comparisons import ALPHA
from .criteria import Criteria
from .digits import NO_BREAK, percent, plain, short, times
from .vocabulary import all_said, opening, primary_of, said

MIN_TRIALS = 10  # below, bootstrap intervals are too narrow to be quoted
TARGET_FACTOR = "1.05"  # of the reference's median, where the study sets no target


@dataclass(frozen=True)
class Progress:
    """What the templates about criteria and beliefs speak of; counts decide which apply."""

    target: str
    is_out_of_reach: bool
    reference: str
    source: str
    n_methods: int
    everywhere: str
    n_everywhere: int
    nowhere: str
    n_nowhere: int
    fewer_labels: str
    more_labels: str
    rope: str
    n_believed: int
    n_equivalent: int
    equivalent: str
    n_ahead: int
    ahead: str
    n_checked: int
    n_abnormal: int


@dataclass(frozen=True)
class Payback:
    """Whether one method's selection paid for itself; numbers decide which template applies."""

    method: str
    reference: str
    saved_share: float
    saved: str
    spent: str
    is_paid: bool
    has_break_even: bool
    interval: str
    break_even: str
    per_candidate: str
    kept: str


def _decided(efficiency: pd.DataFrame, is_below: bool) -> list[str]:
    """Methods whose interval of labels to the target, relative to random pool's, lies on one side of 1."""
    known = efficiency.dropna(subset=["labels_ratio_low", "labels_ratio_high"])
    known = known[known["labels_ratio_trials"] >= MIN_TRIALS]
    side = known["labels_ratio_high"] < 1 if is_below else known["labels_ratio_low"] > 1
    return list(map(str, known.index[side]))


def _with_ratio(names: Sequence[str], efficiency: pd.DataFrame) -> str:
    return (
        all_said(names)
        if len(names) > 3
        else ", ".join(f"{said(name)} ({times(efficiency['labels_ratio'][name])})" for name in names)
    )


def _pairs_named(pairs: pd.DataFrame, between: str = "and") -> str:
    ends = zip(pairs["first"], pairs["second"], strict=True)
    named = [f"{said(first)} {between} {said(second)}" for first, second in ends]
    return "; ".join(named) if len(named) <= 6 else "the table of pairs names them"


def _better_first(pairs: pd.DataFrame) -> pd.DataFrame:
    """Pairs turned so that the first is the one that is probably better."""
    is_turned = pairs["p_second_better"] > pairs["p_first_better"]
    first, second = (pairs[name] for name in ("first", "second"))
    return pairs.assign(first=first.mask(is_turned, second), second=second.mask(is_turned, first))


def progress_of(
    problem: Problem, criteria: Criteria, pairs: pd.DataFrame, spread: float, target_error: float | None, reference: str
) -> Progress:
    """Collect what the prose on criteria and beliefs needs."""
    measure, reached = primary_of(problem), criteria.convergence
    unit = f"{NO_BREAK}{measure.unit}" if measure.unit else ""
    target = "" if np.isnan(criteria.target) else f"{short(measure.scale * criteria.target)}{unit}"
    shares = reached["share"] if target and len(reached) else pd.Series(dtype=float)
    everywhere, nowhere = (list(map(str, shares.index[shares == share])) for share in (1.0, 0.0))
    believed = pairs.dropna(subset=["p_equivalent"]) if "p_equivalent" in pairs else pairs.iloc[:0]
    checked = pairs.dropna(subset=["normality"]) if "normality" in pairs else pairs.iloc[:0]
    equivalent = believed[believed["p_equivalent"] >= 1 - ALPHA] if len(believed) else believed
    ahead = (
        believed[believed[["p_first_better", "p_second_better"]].max(axis=1) >= 1 - ALPHA]
        if len(believed)
        else believed
    )
    fewer, more = (_decided(criteria.efficiency, is_below) for is_below in (True, False))
    return Progress(
        target=target,
        is_out_of_reach=not target and len(reached) > 0,
        reference=said(reference),
        source="set by the study"
        if target_error is not None
        else f"{TARGET_FACTOR} times {reference}’s median at the end",
        n_methods=len(shares),
        everywhere=all_said(everywhere),
        n_everywhere=len(everywhere),
        nowhere=all_said(nowhere),
        n_nowhere=len(nowhere),
        fewer_labels=_with_ratio(fewer, criteria.efficiency),
        more_labels=_with_ratio(more, criteria.efficiency),
        rope=rope_in_words(problem, spread),
        n_believed=len(believed),
        n_equivalent=len(equivalent),
        equivalent=_pairs_named(equivalent) if len(equivalent) else "",
        n_ahead=len(ahead),
        ahead=_pairs_named(_better_first(ahead), "ahead of") if len(ahead) else "",
        n_checked=len(checked),
        n_abnormal=int((checked["normality"] <= ALPHA).sum()) if len(checked) else 0,
    )


def rope_in_words(problem: Problem, spread: float) -> str:
    """The region of practical equivalence in units of a problem.

    Examples
    --------
    >>> sine = Problem("s", "S", "regression", 500, 1, 1, 400, 100, (), "y", "made")
    >>> rope_in_words(sine, 0.5).replace(NO_BREAK, " ")
    '1 % of the variance of the test targets, a mean squared error of 0.0050'
    """
    if np.isnan(spread):
        return ""
    measure = primary_of(problem)
    if problem.task == "classification":
        return "one percentage point of the examples misclassified"
    size = short(ROPE * spread * measure.scale, 2)
    unit = f" {measure.unit}" if measure.unit else ""
    return f"1{NO_BREAK}% of the variance of the test targets, a {measure.title} of {size}{unit}"


def paybacks(payback: pd.DataFrame, reference: str, intervals: Mapping[str, float | None]) -> list[Payback]:
    """Facts of each method that spent work on selection."""
    found = []
    for name, row in payback.iterrows():
        whole = row["training"] + row["saved"]
        saved, interval = row["saved"] / whole, intervals.get(str(name))
        has_break_even = not np.isnan(row["break_even"])
        found.append(
            Payback(
                method=opening(str(name)),
                reference=said(reference),
                saved_share=saved,
                saved=percent(abs(saved)),
                spent=percent(row["selection"] / whole),
                is_paid=bool(row["selection"] < row["saved"]),
                has_break_even=has_break_even,
                interval="" if interval is None else "epoch" if interval == 1 else f"{plain(interval)} epochs",
                break_even=short(row["break_even"], 2) if has_break_even else "",
                per_candidate=short(row["per_candidate"], 2) if has_break_even else "",
                kept=percent(row["kept"]),
            )
        )
    return found
