"""Why a mean of ours lies outside a published bound: reasons that are tried one after the other, each by the same rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from .agreement import agreement
from .published import of_problem
from .rows import Row, Studies, all_rows, ours
from .text import fixed, mean_sd, signed, table

SEEDS = ("reference_seed_2", "reference_seed_3", "reference_seed_4")
"""Studies that are `reference` with other random numbers."""

FENCE = 3.0
"""Trials further above the third quartile than so many times the quartiles' distance went astray (Tukey's outer fence)."""

SAID = 4
"""Trials that went astray whose values are said, at most."""

CHANCE, UNEXPLAINED, OTHER_DATA = "chance of ours", "not explained", "other data"


@dataclass(frozen=True)
class Attempt:
    """A reason that was tried.

    Attributes
    ----------
    short : str, for a cell
    holds : bool, whether with it the difference lies within the bound that it exceeded
    said : str, what was found
    """

    short: str
    holds: bool
    said: str


@dataclass(frozen=True)
class Reason:
    """Why a row is outside a bound; ``short`` is a dash and ``attempts`` is empty where it is outside neither."""

    short: str
    attempts: tuple[Attempt, ...] = ()


def is_sound(errors: pd.Series) -> pd.Series:
    """Which trials did not go astray, by `FENCE`.

    Examples
    --------
    >>> is_sound(pd.Series([1.0, 1.1, 1.2, 1.3, 9.0])).tolist()
    [True, True, True, True, False]
    """
    low, high = np.percentile(errors, [25, 75]) if len(errors) else (0.0, 0.0)
    return errors <= high + FENCE * (high - low)


def median_interval(values: pd.Series) -> tuple[float, float]:
    """Interval of at least 95 % for the median, from order statistics: no distribution is assumed.

    Examples
    --------
    >>> median_interval(pd.Series(range(1, 51)))  # the tabulated ranks for 50 values
    (18.0, 33.0)
    """
    ordered = np.sort(values.to_numpy(dtype=float))
    below = max(int(stats.binom.ppf(0.025, len(ordered), 0.5)) - 1, 0)
    return float(ordered[below]), float(ordered[len(ordered) - 1 - below])


def without_largest(published: tuple[float, float], largest: float, n: int) -> tuple[float, float]:
    """Mean and standard deviation (divisor n) of a published sample when its largest value is taken out.

    Examples
    --------
    >>> without_largest((2.0, 2.0**0.5), 4.0, 3)  # 1, 1 and 4
    (1.0, 0.0)
    """
    mean, sd = published
    rest = (n * mean - largest) / (n - 1)
    square = (n * (sd**2 + mean**2) - largest**2) / (n - 1) - rest**2
    return rest, float(np.sqrt(max(square, 0.0)))


@dataclass(frozen=True)
class _Case:
    """A row outside a bound, and what it takes to be inside."""

    row: Row
    published: Mapping[str, Any]
    studies: Studies
    is_narrow: bool  # only the published mean's own bound is exceeded

    def ours(self, study: str = "reference", column: str = "", **settings: str) -> pd.Series:
        row = self.row
        return ours(self.studies, study, row.problem, row.method, column or row.column, **settings)

    def attempt(
        self, short: str, words: str, values: pd.Series, theirs: tuple[float, float] | None = None, n: int = 50
    ) -> Iterator[Attempt]:
        """The row with other values, or another published mean; none where it cannot be formed."""
        found = agreement(theirs or self.row.published, values, n)
        if found:
            holds = found.is_within_published if self.is_narrow else found.is_within
            yield Attempt(short, holds, f"{words}: {mean_sd(values, 4)}, {'within' if holds else 'outside'}")


def _astray(case: _Case) -> Iterator[Attempt]:
    """Leave out our trials that went astray, and the largest published one where it is known."""
    row, errors = case.row, case.ours(column="mse")
    sound = is_sound(errors)
    n_out, values = int((~sound).sum()), case.ours()
    if row.measure == "accuracy" or not len(errors):
        return
    is_left = values.index.isin(errors.index[sound])
    astray, values = values[~is_left], values[is_left]
    if n_out:
        which = f" ({', '.join(fixed(value, 2) for value in astray)})" if n_out <= SAID else ""
        words = f"without {n_out} trials that went astray{which}"
        yield from case.attempt(f"{n_out} of our trials went astray", words, values)
    largest = (of_problem(case.published["largest_mse"], row.problem) or {}).get(row.method)
    if largest and (row.measure, row.part) == ("mse", "test"):
        theirs = without_largest(row.published, largest, 50)
        words = f"these against the published without its largest, {fixed(theirs[0], 4)} ± {fixed(theirs[1], 4)}"
        yield from case.attempt("single trials, theirs and ours", words, values, theirs, 49)


def _medians(case: _Case) -> Iterator[Attempt]:
    """Means may differ where typical trials do not."""
    row, values = case.row, case.ours()
    if (row.measure, row.part) != ("mse", "test") or len(values) < 10:
        return
    theirs = (of_problem(case.published["median_mse"], row.problem) or {})[row.method]
    low, high = median_interval(values)
    middle = float(values.median())
    low, high = (middle + 2**0.5 * (end - middle) for end in (low, high))
    holds = low <= theirs <= high
    words = f"the published median, {fixed(theirs, 4)}, is {'within' if holds else 'outside'} what ours allows"
    yield Attempt("medians agree", holds, f"{words}, [{fixed(low, 4)}, {fixed(high, 4)}]")


def _definitions(case: _Case) -> Iterator[Attempt]:
    """What may have been measured on other examples there."""
    row = case.row
    if row.part != "train" or row.method not in ("entropy", "ensemble"):
        return
    if row.measure == "mse":
        words = "theirs is of the whole training part, ours of the labelled set; ours on rows that no query saw (test)"
        yield from case.attempt("other rows", words, case.ours(column="mse"))
        return
    words = "mean over the folds inside a trial"
    yield from case.attempt("mean over folds", words, case.ours(column="inside_train_accuracy"))


def _last_batch(case: _Case) -> Iterator[Attempt]:
    """The last batch that was bought there is counted in the training accuracy and was never trained on."""
    values, labels, row = case.ours(), case.ours(column="labels"), case.row
    schedule = of_problem(case.published["schedule"], row.problem) or {}
    is_counted = (row.measure, row.part) == ("accuracy", "train") and row.method in ("entropy", "ensemble")
    if not is_counted or not len(labels):
        return
    n, more = float(labels.mean()), schedule["query_size"]
    low, high = float(values.mean()) * n / (n + more), (float(values.mean()) * n + more) / (n + more)
    holds = low <= row.published[0] <= high
    words = f"with the last {more} labels, counted there and never trained on, from {fixed(low, 4)} to {fixed(high, 4)}"
    yield Attempt("last labels (possible)", holds, f"{words}, {'within' if holds else 'outside'}")


def _committee(case: _Case) -> Iterator[Attempt]:
    """What the ensemble says as one, and whether all trials share its initial networks."""
    row = case.row
    if row.method != "ensemble":
        return
    if row.measure == "r2" and row.problem != "energy_efficiency":  # whose published R2 is the first member's
        values = case.ours("ensemble_committee", committee="mean_of_outputs")
        yield from case.attempt("mean of members", "theirs is of the members' mean; so is this", values)
    words = "fresh initial networks in every trial (`ensemble_own_weights`)"
    yield from case.attempt("its initial networks", words, case.ours("ensemble_own_weights"))


def _seeds(case: _Case) -> Iterator[Attempt]:
    """Other random numbers: splits, weights, first labelled sets, and the ensemble's initial networks.

    One seed of several may come near by luck: most of them must.
    """
    tried = [
        attempt
        for study in SEEDS
        for attempt in case.attempt("its random numbers", f"seed {study.rpartition('_')[2]}", case.ours(study))
    ]
    if tried:
        n_held = sum(one.holds for one in tried)
        yield Attempt("its random numbers", 2 * n_held > len(tried), "; ".join(one.said for one in tried))


def _second_run(case: _Case) -> Iterator[Attempt]:
    """The author's own second run of passive learning."""
    row = case.row
    theirs = (of_problem(case.published["second_run"], row.problem) or {}).get(row.measure, ())
    if row.method == "passive" and row.part == "test" and len(theirs) == 2:
        words = f"the author's second run has {fixed(theirs[0], 4)} ± {fixed(theirs[1], 4)}; against it ours"
        yield from case.attempt("the author's second run", words, case.ours(), theirs)


TRIED = (_second_run, _astray, _medians, _definitions, _committee, _seeds, _last_batch)
"""In this order; the first that holds is named."""


def reason(published: Mapping[str, Any], studies: Studies, row: Row) -> Reason:
    """Why our mean under `reference` lies outside a bound of the published one.

    Parameters
    ----------
    published : mapping, as `read_published` gives it
    studies : mapping of study name to Stored
    row : Row

    Returns
    -------
    Reason
    """
    found = agreement(row.published, ours(studies, "reference", row.problem, row.method, row.column))
    if found is None or (found.is_within and found.is_within_published):
        return Reason("–")
    facts = studies["reference"].problem(row.problem) or {}
    theirs = (of_problem(published["schedule"], row.problem) or {})["n_train"]
    if facts["n_train"] != theirs:
        said = f"{facts['n_train']} training rows here, {theirs} there"
        return Reason(OTHER_DATA, (Attempt(OTHER_DATA, True, said),))
    case = _Case(row, published, studies, found.is_within)
    attempts = tuple(attempt for of in TRIED for attempt in of(case))
    named = next((attempt.short for attempt in attempts if attempt.holds), None)
    return Reason(named or (CHANCE if found.is_within else UNEXPLAINED), attempts)


MEASURES = {"accuracy": "accuracy", "mse": "MSE", "r2": "R²"}
PARTS = {"test": "test", "train": "training", "folds": "folds"}


def _outside(published: Mapping[str, Any], studies: Studies) -> list[tuple[Row, Reason]]:
    found = [(row, reason(published, studies, row)) for row in all_rows(published)] if "reference" in studies else []
    return [(row, why) for row, why in found if why.attempts or why.short in (CHANCE, UNEXPLAINED)]


def reasons_table(published: Mapping[str, Any], studies: Studies) -> str:
    """Every row outside a bound, the reason that holds, and all that were tried; rows of other data are in a sentence."""
    rows = []
    for row, why in _outside(published, studies):
        if why.short == OTHER_DATA:
            continue
        found = agreement(row.published, ours(studies, "reference", row.problem, row.method, row.column))
        bound = "both" if found and not found.is_within else "the published mean's alone"
        title = f"{row.title}, {PARTS[row.part]} {MEASURES[row.measure]}"
        tried = "; ".join(attempt.said for attempt in why.attempts) or "nothing could be"
        short = f"**{why.short}**" if why.short == UNEXPLAINED else why.short
        rows.append([title, signed(found.difference, 4) if found else "–", bound, short, tried])
    header = ["Row", "Difference", "Outside", "Why", "Tried"]
    return table(header, rows) if rows else "No row is outside a bound." if studies else ""


def reasons_sentence(published: Mapping[str, Any], studies: Studies) -> str:
    """How many rows are outside, and how many of them have a reason."""
    shorts = [why.short for _, why in _outside(published, studies)]
    if not shorts:
        return ""
    n_unexplained, n_chance, n_data = (shorts.count(word) for word in (UNEXPLAINED, CHANCE, OTHER_DATA))
    n_shown = len(shorts) - n_unexplained - n_chance - n_data
    return (
        f"Of {len(all_rows(published))} published means {len(shorts)} have a “no” at one bound or both: {n_data} of other "
        f"data, {n_shown} with a reason that was tried and holds, {n_chance} within as soon as the chance in our own mean "
        f"is allowed for, and {n_unexplained} not explained."
    )
