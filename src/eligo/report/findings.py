"""Facts about one problem's comparison, ready for prose: which sentences hold, and the numbers in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from eligo.statistics import CriticalDifference, FriedmanResult, ImanDavenportResult, smallest_wilcoxon_p
from eligo.study.results import Problem, base_method

from .comparisons import ALPHA, Comparison
from .curves import Paths
from .digits import NO_BREAK, decimals_of, fixed, p_clause, percent, short, times
from .factors import CONTROL, control_of
from .summaries import Scores, standing_of
from .vocabulary import all_said, counted, listing, opening, primary_of, said

MAX_NAMED = 12  # pairs in a sentence
MAX_CLAUSES = 4  # of areas


@dataclass(frozen=True)
class Finding:
    """What the templates of `prose` speak of; words and numbers as they will stand there.

    The names are those of the templates' fields; counts decide which templates apply.
    """

    measure: str
    reference: str
    methods: str
    n_methods: int
    n_blocks: int
    n_examples: str
    n_train: str
    n_test: str
    n_dropped: int
    dropped: str
    is_tested: bool
    is_hopeless: bool
    smallest_p: str
    friedman: str
    friedman_in_full: str
    iman_in_full: str
    is_different: bool
    n_pairs: int
    n_significant: int
    better: str
    n_corrected: int
    corrected: str
    n_answered: int
    n_unanswered: int
    unanswered: str
    best: str
    best_error: str
    worst: str
    worst_error: str
    statistic: str
    n_standing: int
    among: str
    is_level: bool
    possible: str
    largest: str
    pool: str
    n_pool: int
    full: str
    n_full: int
    is_exhausted: bool
    end_labels: str
    has_control: bool
    areas: str
    diverged: str
    n_diverged: int
    n_cells: int
    tuned_share: str


def better_than(pairs: pd.DataFrame, names: Sequence[str]) -> str:
    """Who errs less than whom, winners by rank: "a errs less than b and c; b errs less than c".

    More pairs than a sentence holds are left to the table.
    """
    if len(pairs) > MAX_NAMED:
        return "the table of pairs names them"
    losers: dict[str, list[str]] = {name: [] for name in names}
    for _, pair in pairs.iterrows():
        ends = (pair["first"], pair["second"])
        winner, loser = ends if pair["rank_biserial"] < 0 else ends[::-1]
        losers[winner].append(loser)
    return "; ".join(f"{said(name)} errs less than {all_said(others)}" for name, others in losers.items() if others)


def _with_unit(value: float, problem: Problem) -> str:
    measure = primary_of(problem)
    text = short(value * measure.scale)
    return f"{text}{NO_BREAK}{measure.unit}" if measure.unit else text


def _difference(value: float, problem: Problem, decimals: int | None = None) -> str:
    measure = primary_of(problem)
    scaled = value * measure.scale
    text = short(scaled, 2) if decimals is None else fixed(scaled, decimals)
    return f"{text} {measure.difference_unit}".rstrip()


def possible_range(comparison: Comparison, problem: Problem) -> str:
    """The widest range of differences to the reference that the corrected intervals allow."""
    lows = [size.corrected_low for size in comparison.differences if not np.isnan(size.corrected_low)]
    highs = [size.corrected_high for size in comparison.differences if not np.isnan(size.corrected_high)]
    if not lows or min(lows) == max(highs):
        return ""
    scale = primary_of(problem).scale
    decimals = decimals_of([scale * min(lows), scale * max(highs)], digits=2)
    return f"from {fixed(scale * min(lows), decimals)} to {_difference(max(highs), problem, decimals)}"


def largest_difference(comparison: Comparison, problem: Problem, reference_error: float) -> str:
    """The largest mean difference to the reference, and what it is worth."""
    known = [size for size in comparison.differences if not np.isnan(size.estimate)]
    size = max(known, key=lambda one: abs(one.estimate), default=None)
    if size is None or size.estimate == 0:
        return ""
    direction = "less" if size.estimate < 0 else "more"
    worth = (
        f", {short(abs(size.estimate) * problem.n_test, 2)} of the {problem.n_test} test examples"
        if problem.task == "classification"
        else f", {percent(abs(size.estimate) / reference_error)} of {said(comparison.reference)}’s"
        if reference_error > 0
        else ""
    )
    amount = _difference(abs(size.estimate), problem)
    return f"{said(size.first)}’s, {amount} {direction}{worth}"


def _areas_counted(known: pd.DataFrame) -> str:
    """The same of more methods than a sentence holds."""
    found = known[known["adjusted_p"] <= ALPHA]
    n_lower, n_left = int((found["difference"] < 0).sum()), int((found["corrected_adjusted_p"] <= ALPHA).sum())
    return (
        f"of {len(known)} rows it is lower in {n_lower} and higher in {len(found) - n_lower} by Wilcoxon’s test with "
        f"Holm’s adjustment; with the overlap of trials allowed for, {n_left} of these remain"
    )


def areas_in_words(areas: pd.DataFrame) -> str:
    """How each pool method's area under the error–labels curve compares with the control's."""
    if "difference" not in areas:
        return ""
    known = areas.dropna(subset=["difference"])
    if len(known) > MAX_CLAUSES:
        return _areas_counted(known)
    clauses = []
    for method, row in known.iterrows():
        if row["adjusted_p"] > ALPHA:
            clauses.append(f"{said(str(method))}’s does not differ detectably ({p_clause(row['adjusted_p'])})")
            continue
        if row["difference"] * row.get("rank_biserial", row["difference"]) < 0:
            clauses.append(f"{said(str(method))}’s differs, but by ranks and by means in opposite directions")
            continue
        direction = "lower" if row["difference"] < 0 else "higher"
        share = abs(row["difference"]) / areas["mean"][str(control_of(str(method), list(areas.index)))]
        p = row["corrected_adjusted_p"]
        corrected = "no answer is left, since a trial diverged" if np.isnan(p) else p_clause(p)
        clauses.append(
            f"{said(str(method))}’s is {percent(share)} {direction} ({p_clause(row['adjusted_p'])}; with the "
            f"overlap of trials allowed for, {corrected})"
        )
    return listing(clauses)


@dataclass(frozen=True)
class Spending:
    """What one method spent against the reference; counts decide which template applies."""

    method: str
    reference: str
    presentations: str
    fewer: str
    work: str
    presentations_ratio: float
    work_ratio: float


def spendings(costs: pd.DataFrame, reference: str) -> list[Spending]:
    """Presentations and work of every other method, against the reference's."""
    found = []
    for name, row in costs.drop(index=reference).iterrows():
        presented, worked = float(row["presentations_ratio"]), float(row["work_ratio"])
        if not np.isnan(presented + worked):
            texts = (times(presented), percent(abs(1 - presented)), times(worked))
            found.append(Spending(opening(str(name)), said(reference), *texts, presented, worked))
    return found


def _friedman(test: FriedmanResult) -> str:
    return f"Friedman: χ²({test.degrees_of_freedom}) = {fixed(test.statistic, 2)}, {p_clause(test.p_value)}"


def _iman(test: ImanDavenportResult) -> str:
    first, second = test.degrees_of_freedom
    return f"Iman and Davenport: F({first}, {second}) = {fixed(test.statistic, 2)}, {p_clause(test.p_value)}"


def _end_labels(pool: list[Paths]) -> str:
    ends = sorted({int(end) for own in pool for end in own.columns["labels"][:, -1]})
    return " to ".join(dict.fromkeys(fixed(end, 0) for end in (ends[0], ends[-1]))) if ends else ""


def _diverged(summary: pd.DataFrame) -> str:
    lost = summary[summary["n_diverged"] > 0].to_dict("index")
    return listing(
        [
            f"{row['n_diverged']} of {row['n_trials']} trials of {said(str(name))} ({percent(row['share_diverged'])})"
            for name, row in lost.items()
        ]
    )


def _about_tests(comparison: Comparison) -> dict[str, Any]:
    ranking, pairs = comparison.ranking, comparison.pairs
    if ranking is None:
        words = ("friedman", "friedman_in_full", "iman_in_full", "better", "corrected", "unanswered")
        counts = ("is_tested", "is_different", "n_pairs", "n_significant", "n_corrected", "n_answered", "n_unanswered")
        return dict.fromkeys(words, "") | dict.fromkeys(counts, 0)
    significant = pairs[pairs["is_significant"]]
    corrected = significant[significant["is_corrected"]]
    unanswered = significant[significant["n_diverged"] > 0]
    ends = zip(unanswered["first"], unanswered["second"], strict=True)
    return {
        "is_tested": True,
        "friedman": p_clause(ranking.friedman.p_value),
        "friedman_in_full": _friedman(ranking.friedman),
        "iman_in_full": _iman(ranking.iman_davenport),
        "is_different": ranking.friedman.p_value <= ALPHA,
        "n_pairs": len(pairs),
        "n_significant": len(significant),
        "better": better_than(significant, ranking.names),
        "n_corrected": len(corrected),
        "corrected": better_than(corrected, ranking.names),
        "n_answered": len(significant) - len(unanswered),
        "n_unanswered": len(unanswered),
        "unanswered": "; ".join(f"{said(first)} and {said(second)}" for first, second in ends),
    }


_AMONG = {
    ("mean", False): "of the methods that lost no trial ",
    ("mean", True): "of the methods of which no trial diverged or is missing ",
    ("median", False): "of the methods that lost fewer than half of their trials ",
    ("median", True): "of the methods of which no trial is missing and fewer than half diverged ",
}
"""Who has part in a standing that not all have part in, by its statistic and by whether any method lacks a trial."""


def _about_errors(problem: Problem, summary: pd.DataFrame, comparison: Comparison) -> dict[str, Any]:
    standing = standing_of(summary)
    known = standing.values.dropna()
    best, worst = (str(known.idxmin()), str(known.idxmax())) if len(known) else ("", "")
    reference_error = float(summary["mean"].get(comparison.reference, np.nan))
    return {
        "measure": primary_of(problem).title,
        "best": said(best),
        "best_error": _with_unit(float(known.get(best, np.nan)), problem),
        "worst": said(worst),
        "worst_error": _with_unit(float(known.get(worst, np.nan)), problem),
        "statistic": standing.statistic,
        "n_standing": len(known),
        "among": "" if len(known) == len(summary) else _AMONG[standing.statistic, bool(summary["n_missing"].any())],
        "is_level": len(known) < 2 or float(known.max()) == float(known.min()),
        "possible": possible_range(comparison, problem),
        "largest": largest_difference(comparison, problem, reference_error),
        "diverged": _diverged(summary),
        "n_diverged": int(summary["n_diverged"].sum()),
    }


def _about_labels(problem: Problem, areas: pd.DataFrame, paths: list[Paths]) -> dict[str, Any]:
    pool = [own for own in paths if own.is_pool]
    full = [own for own in paths if not own.is_pool]
    return {
        "pool": all_said(list(dict.fromkeys(base_method(own.method) for own in pool))),
        "n_pool": len(pool),
        "full": all_said(list(dict.fromkeys(base_method(own.method) for own in full))),
        "n_full": len(full),
        "is_exhausted": bool(pool) and all((own.columns["labels"][:, -1] >= problem.n_train).all() for own in pool),
        "end_labels": _end_labels(pool),
        "has_control": any(base_method(own.method) == CONTROL for own in pool),
        "areas": areas_in_words(areas),
    }


def finding_of(
    problem: Problem,
    scores: Scores,
    summary: pd.DataFrame,
    comparison: Comparison,
    areas: pd.DataFrame,
    paths: list[Paths],
    n_cells: int,
) -> Finding:
    """Collect what the prose of one problem needs; `n_cells` is the size of its grid, 0 when nothing was tuned."""
    n_dropped = len(scores.matrix) - comparison.n_blocks
    return Finding(
        reference=said(comparison.reference),
        methods=all_said(scores.methods),
        n_methods=len(scores.methods),
        n_blocks=comparison.n_blocks,
        n_examples=fixed(problem.n_examples, 0),
        n_train=fixed(problem.n_train, 0),
        n_test=fixed(problem.n_test, 0),
        n_dropped=n_dropped,
        dropped=counted(n_dropped, "trial"),
        is_hopeless=comparison.smallest_p > ALPHA,
        smallest_p=short(comparison.smallest_p, 2),
        n_cells=n_cells,
        tuned_share=percent(problem.n_train / problem.n_examples),
        **_about_tests(comparison),
        **_about_errors(problem, summary, comparison),
        **_about_labels(problem, areas, paths),
    )


@dataclass(frozen=True)
class Across:
    """What can be said over problems."""

    n_problems: int
    n_methods: int
    n_pairs: int
    is_tested: bool
    smallest_p: str
    smallest_adjusted_p: str
    friedman: str
    iman: str
    n_significant: int
    better: str
    is_hopeless: bool
    n_left_out: int
    left_out: str
    n_believed: int
    n_believed_problems: str
    n_certain: int
    certain: str


def _certain(beliefs: pd.DataFrame) -> list[str]:
    """Pairs of which one of the three possibilities has at least 95 %."""
    found = []
    for _, pair in beliefs.iterrows():
        first, second = said(pair["first"]), said(pair["second"])
        texts = {
            "p_first_better": f"{first} is better than {second}",
            "p_equivalent": f"{first} and {second} are equivalent",
            "p_second_better": f"{second} is better than {first}",
        }
        found += [f"{text} ({percent(pair[name])})" for name, text in texts.items() if pair[name] >= 1 - ALPHA]
    return found


def across_problems(
    ranks: pd.DataFrame, ranking: CriticalDifference | None, beliefs: pd.DataFrame, methods: Sequence[str]
) -> Across:
    """Collect what the prose over all problems needs."""
    n_problems, n_methods = ranks.shape
    n_pairs = n_methods * (n_methods - 1) // 2
    smallest = [smallest_wilcoxon_p(max(n_problems, 1), n_tests) for n_tests in (1, max(n_pairs, 1))]
    certain = _certain(beliefs)
    counts = [int(n) for n in beliefs["n_problems"]] if len(beliefs) else []
    left_out = [name for name in methods if name not in ranks]
    pairs = pd.DataFrame()
    if ranking:
        first, second = ranking.pairwise.pairs.T
        names = np.array(ranking.names)
        pairs = pd.DataFrame(
            {"first": names[first], "second": names[second], "rank_biserial": ranking.pairwise.rank_biserial}
        )[ranking.pairwise.is_significant]
    return Across(
        n_problems=n_problems,
        n_methods=n_methods,
        n_pairs=n_pairs,
        is_tested=ranking is not None,
        smallest_p=short(smallest[0], 2),
        smallest_adjusted_p=short(smallest[1], 2),
        is_hopeless=smallest[1] > ALPHA,
        friedman=p_clause(ranking.friedman.p_value) if ranking else "",
        iman=p_clause(ranking.iman_davenport.p_value) if ranking else "",
        n_significant=len(pairs),
        better=better_than(pairs, ranking.names) if ranking else "",
        n_left_out=len(left_out),
        left_out=all_said(left_out),
        n_believed=len(beliefs),
        n_believed_problems=" to ".join(dict.fromkeys(str(n) for n in (min(counts), max(counts)))) if counts else "",
        n_certain=len(certain),
        certain="; ".join(certain) if len(certain) <= MAX_NAMED else "the table names them",
    )
