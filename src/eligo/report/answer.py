"""What a comparison found on one problem, and the tables that show it, for the page and for the terminal alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from eligo.statistics import NadeauBengioResult, nadeau_bengio
from eligo.study.results import REFERENCE, Problem

from .advice import advice_on, count, missing_said, points, shown, unit_of, verdict_of
from .curves import Paths
from .digits import NO_BREAK, NONE, fixed, p_value
from .savings import Outcome, Saving, outcomes_of, ranked, score_of
from .tables import Cell, Table, method_cell


@dataclass(frozen=True, eq=False)
class Answer:
    """What a comparison found.

    Attributes
    ----------
    problem : Problem
    outcomes : tuple of Outcome
    full : float, mean score of passive learning with all labels
    guess : float, the score without learning: of the most frequent class, or of the mean
    beyond_guess : NadeauBengioResult or None, of the first minus the second
    n_trials : int, of passive learning
    advice : str, one sentence
    """

    problem: Problem
    outcomes: tuple[Outcome, ...]
    full: float
    guess: float
    beyond_guess: NadeauBengioResult | None
    n_trials: int
    advice: str


def answer_of(problem: Problem, all_paths: list[Paths]) -> Answer | None:
    """The answer that the runs of one problem give, see `paths_of`; None where passive learning has none."""
    outcomes = outcomes_of(problem, all_paths)
    passive = [paths for paths in all_paths if paths.method == REFERENCE]
    if not outcomes or not passive:
        return None
    is_classified = problem.task == "classification"
    ends = passive[0].columns["error" if is_classified else "second"][:, -1]
    ends = 1.0 - ends if is_classified else ends
    guess = max(problem.class_counts) / sum(problem.class_counts) if is_classified else 0.0
    sizes = {"n_train": problem.n_train, "n_test": problem.n_test}
    beyond = nadeau_bengio(ends, np.full(len(ends), guess), **sizes) if len(ends) > 1 else None
    facts = (float(ends.mean()), guess, beyond, len(ends))
    return Answer(problem, outcomes, *facts, advice_on(problem, outcomes, *facts))


def ranking_table(answer: Answer, methods: Sequence[str]) -> Table:
    """Methods that query by their score on the way, then those that choose what to train on."""
    problem, rows, place = answer.problem, [], {"labels": 0, "presentations": 0}
    alike = ranked(answer.outcomes)
    best = {axis: max((one.on_the_way for one in alike if one.axis == axis), default=0.0) for axis in place}
    for one in answer.outcomes:
        place[one.axis] += 1
        rows.append(
            (
                method_cell(one.method, methods),
                Cell(str(place[one.axis]) if one in alike else NONE),
                Cell(SAVED[one.axis], is_words=True),
                Cell(shown(problem, one.on_the_way), is_strong=one in alike and one.on_the_way == best[one.axis]),
                _difference(problem, one.gain),
                Cell(p_value(one.adjusted_p) if one.gain else NONE),
                Cell(shown(problem, one.end)),
                Cell(verdict_of(one), is_words=True),
            )
        )
    score = score_of(problem)
    columns = (
        "method",
        "rank",
        "saves",
        f"{score} on the way",
        "difference",
        "p, Holm",
        f"{score} at the end",
        "verdict",
    )
    return Table("answer-ranking", "", (), columns, tuple(rows), _ranking_frame(answer))


SAVED = {"labels": "labels", "presentations": "training"}


def _difference(problem: Problem, gain: NadeauBengioResult | None) -> Cell:
    if gain is None:
        return Cell(NONE)
    interval = f"{points(problem, gain.low)} to {points(problem, gain.high)}"
    return Cell(points(problem, gain.mean_difference), below=interval)


def _ranking_frame(answer: Answer) -> pd.DataFrame:
    counts = ("n_trials", "n_diverged", "n_missing", "n_planned")
    names = ("method", "other", "axis", *counts, "end", "on_the_way", "scoring", "adjusted_p")
    rows = []
    for one in answer.outcomes:
        row = {name: getattr(one, name) for name in names} | {"verdict": verdict_of(one)}
        if one.gain is not None:
            row |= {"gain": one.gain.mean_difference, "low": one.gain.low, "high": one.gain.high, "p": one.gain.p_value}
        if one.ahead is not None:
            row |= {"ahead_from": one.ahead[0], "ahead_to": one.ahead[1]}
        rows.append(row)
    extra = ["gain", "low", "high", "p", "ahead_from", "ahead_to", "verdict"]
    return pd.DataFrame(rows, columns=[*names, *extra])


def cost_tables(answer: Answer, methods: Sequence[str]) -> tuple[Table, ...]:
    """Labels that each share of the full-data score took, and presentations; a table for each that was compared."""
    found = []
    for axis in SAVED:
        outcomes = [one for one in answer.outcomes if one.axis == axis and one.savings]
        if len(outcomes) > 1:
            found.append(_cost_table(answer.problem, axis, outcomes, methods))
    return tuple(found)


def _cost_table(problem: Problem, axis: str, outcomes: Sequence[Outcome], methods: Sequence[str]) -> Table:
    savings = outcomes[0].savings
    shares = [
        f"{saving.share:.0%}: {shown(problem, saving.target)}".replace("%:", f"{NO_BREAK}%:") for saving in savings
    ]
    rows = [
        (method_cell(one.method, methods), *(cell for saving in one.savings for cell in _cost_cells(one, saving)))
        for one in outcomes
    ]
    frame = pd.DataFrame([{"method": one.method} | vars(saving) for one in outcomes for saving in one.savings])
    groups = (("", 1), *((share, 2) for share in shares))
    return Table(f"answer-{axis}", "", groups, ("method", *((axis, "ratio") * len(shares))), tuple(rows), frame)


def _cost_cells(one: Outcome, saving: Saving) -> tuple[Cell, Cell]:
    missed = saving.n_trials - saving.n_reached
    never = [f"{missed} of {saving.n_trials} never"] if missed else []
    if np.isfinite(saving.cost):
        text = f"{'≤ ' if saving.is_at_start else ''}{count(saving.cost)}"
    else:
        text = f"> {count(saving.spent)}"
    needed = Cell(text, below="; ".join(filter(None, [_from_to(count(saving.low), count(saving.high)), *never])))
    is_known = one.method != one.other and np.isfinite(saving.ratio) and not (saving.is_at_start and saving.ratio == 1)
    if not is_known:
        return needed, Cell(NONE)
    ratio = f"{'< ' if np.isinf(saving.other) else ''}{fixed(saving.ratio, 2)}"
    is_open = saving.ratio_low == 0 and np.isinf(saving.ratio_high)
    high = fixed(saving.ratio_high, 2)
    ends = (
        "no bounds" if is_open else _from_to(fixed(saving.ratio_low, 2), high) if saving.ratio_low else f"up to {high}"
    )
    return needed, Cell(ratio, below=ends, is_strong=saving.ratio_high < 1)


def _from_to(low: str, high: str) -> str:
    """An interval whose ends may be infinite; nothing where they tell nothing."""
    if low in ("∞", high):
        return ""
    return f"from {low}" if high == "∞" else f"{low} to {high}"


def ranking_caption(answer: Answer) -> str:
    """What the ranking shows."""
    is_short = len(ranked(answer.outcomes)) < len(answer.outcomes)
    missing = missing_said(answer.outcomes)
    return (
        f"Methods ranked. {score_of(answer.problem)[:1].upper()}{score_of(answer.problem)[1:]} on the way: the mean of the "
        "learning curve over labels, or, for methods that choose what to train on, over presentations on a log scale. "
        f"Difference, in {unit_of(answer.problem)}: to random pool, or to passive learning, in the same trials, with Nadeau "
        "and Bengio’s interval and p-value; Holm’s adjustment is over all of them."
        + (" Scores are over the trials that a method shares with its reference." if is_short else "")
        + (" Without a rank: a method that lacks some of its reference’s trials." if is_short else "")
        + (f" {missing[:1].upper()}{missing[1:]}." if missing else "")
    )


def full_score(table: Table) -> float:
    """The full-data score that a table of costs takes its shares of: over the trials that the compared methods share."""
    first = table.frame.iloc[0]
    return float(first["target"] / first["share"])


def cost_caption(answer: Answer, table: Table) -> str:
    """What a table of costs shows."""
    axis, other = ("labels", "random pool") if table.name.endswith("labels") else ("presentations", "passive learning")
    full, guess = shown(answer.problem, full_score(table)), shown(answer.problem, answer.guess)
    return (
        f"{axis.capitalize()} needed for a share of the full-data score. That is {full}, what passive learning ends at with "
        f"all labels, in the trials that are compared; guessing gives {guess}. Needed: where the mean learning curve, made "
        "not to fall, reaches the share; below, the 95 % bootstrap interval over trials, widened for their overlap, and how "
        f"many trials never reached it by themselves. Ratio: to {other}; bold: surely below 1."
    )
