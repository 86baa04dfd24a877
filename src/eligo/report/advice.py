"""One sentence for someone who asks whether choosing pays: what the intervals support, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eligo.statistics import NadeauBengioResult
from eligo.study.results import Problem

from .comparisons import ALPHA
from .digits import MINUS, NO_BREAK, fixed, percent
from .savings import Outcome, Saving, score_of
from .vocabulary import all_said, listing, said

FEWEST_TRIALS = 5
"""Below, no interval is worth its name."""

QUOTED = (0.95, 0.99, 0.9)
"""The share of the full-data score that the sentence speaks of: the first of these that is surely cheaper."""

VERDICTS = ("better", "worse", "no difference", "diverged", "reference diverged", "too few trials", "reference")


def verdict_of(outcome: Outcome) -> str:
    """One of `VERDICTS`: whether a method's score on the way differs from its reference's, after Holm's adjustment."""
    if outcome.diverged:
        return "diverged" if outcome.method in outcome.diverged else "reference diverged"
    if outcome.method == outcome.other:
        return "reference"
    if outcome.gain is None or outcome.n_trials < FEWEST_TRIALS:
        return "too few trials"
    if not outcome.adjusted_p <= ALPHA:
        return "no difference"
    return "better" if outcome.gain.mean_difference > 0 else "worse"


@dataclass(frozen=True)
class _Words:
    """How the sentence speaks of one axis; "{}" is a method."""

    choose: str
    keep: str
    open: str
    equal: str
    other: str


WORDS = {
    "labels": _Words(
        choose="have labels chosen by {}",
        keep="have labels drawn at random",
        open="no difference was found between choosing labels and drawing them at random",
        equal="with as many labels",
        other="at random",
    ),
    "presentations": _Words(
        choose="let {} choose what to train on",
        keep="train on everything",
        open="no difference was found between choosing what to train on and training on everything",
        equal="after as many presentations",
        other="of passive learning",
    ),
}


def advice_on(
    problem: Problem,
    outcomes: Sequence[Outcome],
    full: float,
    guess: float,
    beyond_guess: NadeauBengioResult | None,
    n_trials: int,
) -> str:
    """The sentence.

    Parameters
    ----------
    problem : Problem
    outcomes : sequence of Outcome
    full, guess : float, mean score with all labels, and without learning
    beyond_guess : NadeauBengioResult or None, of the first minus the second
    n_trials : int, of passive learning

    Returns
    -------
    str
    """
    if beyond_guess is None or n_trials < FEWEST_TRIALS:
        return f"Too few trials to tell: {n_trials}, and at least {FEWEST_TRIALS} are needed."
    if beyond_guess.low <= 0:
        what = "the most frequent class" if problem.task == "classification" else "the mean"
        return (
            f"Choosing cannot help yet: even with all labels the network is not surely better than guessing {what} "
            f"({score_of(problem)} {shown(problem, full)} against {shown(problem, guess)})."
        )
    told = [_on_axis(problem, axis, [one for one in outcomes if one.axis == axis]) for axis in WORDS]
    lost = [one.method for one in outcomes if one.diverged]
    at_fault = list(dict.fromkeys(method for one in outcomes for method in one.diverged))
    told.append(
        f"nothing can be told of {all_said(lost)}, as {all_said(at_fault)} diverged in training" if lost else ""
    )
    told.append(missing_said(outcomes))
    text = "; ".join(filter(None, told)) or "Nothing was compared"
    return f"{text[:1].upper()}{text[1:]}."


def missing_said(outcomes: Sequence[Outcome]) -> str:
    """How many trials were not computed, and of which methods; empty where all were."""
    methods: dict[str, list[str]] = {}
    for one in outcomes:
        if one.n_missing:
            methods.setdefault(f"{one.n_missing} of {one.n_planned} trials", []).append(one.method)
    parts = [count + (f" of {all_said(own)}" if len(own) < len(outcomes) else "") for count, own in methods.items()]
    return f"{listing(parts)} were not computed" if parts else ""


def shown(problem: Problem, score: float) -> str:
    """A score in words: a percentage of right answers, or R².

    Examples
    --------
    >>> flats = Problem("f", "F", "classification", 9, 1, 2, 8, 1, ("a", "b"), "kind", "made")
    >>> shown(flats, 0.8931).replace(NO_BREAK, " ")
    '89.3 %'
    """
    return f"{fixed(100 * score, 1)}{NO_BREAK}%" if problem.task == "classification" else fixed(score, 3)


def points(problem: Problem, gain: float) -> str:
    """A difference of scores with its sign: percentage points, or of R².

    Examples
    --------
    >>> flats = Problem("f", "F", "regression", 9, 1, 1, 8, 1, (), "rent", "made")
    >>> points(flats, 0.0213), points(flats, -0.0213), points(flats, -0.0001)
    ('+0.021', '−0.021', '0.000')
    """
    text = fixed(
        abs(gain) * (100 if problem.task == "classification" else 1), 1 if problem.task == "classification" else 3
    )
    return text if not text.strip("0.") else f"{MINUS if gain < 0 else '+'}{text}"


def unit_of(problem: Problem) -> str:
    """What `points` counts."""
    return "percentage points" if problem.task == "classification" else "of R²"


def _on_axis(problem: Problem, axis: str, outcomes: Sequence[Outcome]) -> str:
    """What holds for the methods that save on one axis; empty where there are none."""
    words, found = WORDS[axis], {name: [one for one in outcomes if verdict_of(one) == name] for name in VERDICTS}
    if found["better"]:
        return _on_best(problem, words, max(found["better"], key=lambda one: _gain(one).mean_difference))
    room = _room(problem, found["no difference"])
    if found["worse"]:
        names = all_said([one.method for one in found["worse"]])
        return f"{words.keep}, as {names} did worse" + (f", and of the rest {words.open}{room}" if room else "")
    return f"{words.open}{room}" if room else ""


def _gain(outcome: Outcome) -> NadeauBengioResult:
    if outcome.gain is None:
        raise ValueError(f"{outcome.method} was compared with nothing.")
    return outcome.gain


def _on_best(problem: Problem, words: _Words, best: Outcome) -> str:
    text = words.choose.format(said(best.method)) + ": "
    if (saving := _quoted(best)) is not None:
        text += _saving_said(words, best.axis, saving)
    else:
        gain = _gain(best)
        text += (
            f"{words.equal} its score differs from that {words.other} by {points(problem, gain.mean_difference)} "
            f"{unit_of(problem)} (95{NO_BREAK}% interval {points(problem, gain.low)} to {points(problem, gain.high)}), "
            f"though how many {best.axis} that saves is not certain"
        )
    if best.axis == "labels" and best.ahead is not None:
        text += f", ahead between {count(best.ahead[0])} and {count(best.ahead[1])} labels"
    if best.axis == "presentations" and best.scoring > 0:
        text += f", not counting its scoring, {percent(best.scoring)} of its work"
    if best.axis == "presentations" and best.behind is not None and best.behind.high < 0:
        text += (
            f", and at the end {points(problem, best.behind.mean_difference)} {unit_of(problem)} from passive learning"
        )
    return text


def _saving_said(words: _Words, axis: str, saving: Saving) -> str:
    share = f"{saving.share:.0%}".replace("%", f"{NO_BREAK}%")
    text = f"{share} of the full-data score takes {count(saving.cost)} {axis}"
    low = fixed(saving.ratio_low, 2) if saving.ratio_low > 0 else "up"
    ends = f"95{NO_BREAK}% interval {low} to {fixed(saving.ratio_high, 2)}"
    if np.isfinite(saving.other):
        return f"{text} instead of {count(saving.other)} {words.other} ({fixed(saving.ratio, 2)} times as many, {ends})"
    most = f"at most {fixed(saving.ratio, 2)} times as many"
    return f"{text}, and more than {count(saving.cost / saving.ratio)} {words.other} ({most}, {ends})"


def _quoted(outcome: Outcome) -> Saving | None:
    """The saving that the sentence speaks of: the method reaches the score, and the interval of the ratio leaves 1 out."""
    by_share = {saving.share: saving for saving in outcome.savings}
    sure = [by_share[share] for share in QUOTED if share in by_share and by_share[share].ratio_high < 1]
    return sure[0] if sure else None


def count(cost: float) -> str:
    """A number of labels or presentations, whole and rounded up.

    Examples
    --------
    >>> count(41.2), count(float("inf"))
    ('42', '∞')
    """
    return fixed(float(np.ceil(cost - 1e-9)), 0)


def _room(problem: Problem, open_: Sequence[Outcome]) -> str:
    """How large a difference the intervals leave possible; empty where nothing is open."""
    if not open_:
        return ""
    low, high = (pick(getattr(_gain(one), end) for one in open_) for pick, end in ((min, "low"), (max, "high")))
    return f" (the 95{NO_BREAK}% intervals reach from {points(problem, low)} to {points(problem, high)} {unit_of(problem)})"
