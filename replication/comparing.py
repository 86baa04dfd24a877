"""Two rows of a study side by side: the paired difference, two intervals, and what a reader may conclude from them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from eligo.statistics import nadeau_bengio, paired_difference

from .stored import Stored

FEWEST = 10
"""Pairs of trials below which nothing is concluded."""

MARGINS = {"classification": 1.0, "regression": 10.0}
"""Differences that do not matter: one percentage point of test accuracy; a tenth of the second's mean squared error.

The first is the customary region of practical equivalence for accuracies; the second is about 5 % of the root of the error.
"""

KEPT_SHARE = "kept_share"

UNITS = {"classification": "points", "regression": "% of MSE"}


@dataclass(frozen=True)
class Comparison:
    """First minus second, over trials that both finished.

    Where a trial of either diverged nothing is sure: the rest are the trials that went well, and to conclude from them
    alone would favour the method that diverges.

    Attributes
    ----------
    problem, first, second : str
    effect : float, mean difference: percentage points, or percent of the second's mean error
    low, high : float, ends of the 95 % bootstrap interval over trials, as if these were independent
    cautious_low, cautious_high : float, of Nadeau and Bengio's interval, which knows that trials share data; conclusions
        are drawn from this one
    margin : float, a difference that does not matter, in the same unit
    unit : str
    n_pairs, n_left_out : int, trials compared, and trials that both began and one of the two did not finish
    n_lower : int, pairs in which the first is lower; says more than a mean where a few trials go astray
    """

    problem: str
    first: str
    second: str
    effect: float
    low: float
    high: float
    cautious_low: float
    cautious_high: float
    margin: float
    unit: str
    n_pairs: int
    n_left_out: int
    n_lower: int

    @property
    def is_lower(self) -> bool:
        """Whether the first is surely lower."""
        return self.is_whole and self.cautious_high < 0

    @property
    def is_higher(self) -> bool:
        """Whether the first is surely higher."""
        return self.is_whole and self.cautious_low > 0

    @property
    def is_equal(self) -> bool:
        """Whether the two surely differ by less than matters."""
        return self.excludes_gain and self.excludes_loss

    @property
    def excludes_gain(self) -> bool:
        """Whether the first is surely not lower by as much as matters."""
        return self.is_whole and self.cautious_low > -self.margin

    @property
    def excludes_loss(self) -> bool:
        """Whether the first is surely not higher by as much as matters."""
        return self.is_whole and self.cautious_high < self.margin

    @property
    def is_whole(self) -> bool:
        """Whether both finished every trial."""
        return self.n_left_out == 0


def paired(first: pd.Series, second: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Values of the trials that both have, in the same order."""
    both = pd.concat([first, second], axis=1, join="inner").sort_index().to_numpy(dtype=float)
    return both[:, 0], both[:, 1]


@dataclass(frozen=True)
class _Trials:
    """Values of two rows over the trials that both finished."""

    first: np.ndarray
    second: np.ndarray
    n_left_out: int


def _trials(
    stored: Stored, problem: str, first: str | None, second: str | None, column: str, other: Stored | None
) -> _Trials | None:
    """The pairs of two rows; None where fewer than `FEWEST` were measured."""
    if stored.problem(problem) is None or first is None or second is None:
        return None
    a, b = paired(stored.values(problem, first, column), (other or stored).values(problem, second, column))
    n_left_out = len(stored.begun(problem, first) & (other or stored).begun(problem, second)) - len(a)
    return _Trials(a, b, n_left_out) if len(a) >= FEWEST else None


def _comparison(
    facts: Mapping[str, Any],
    rows: tuple[str, str],
    trials: _Trials,
    of: Callable[[np.ndarray], np.ndarray],
    shown: Callable[[float], float],
    unit: str,
    margin: float,
) -> Comparison:
    """Both intervals of the mean difference of ``of`` the values, as ``shown`` puts them; ``shown`` must rise."""
    a, b = of(trials.first), of(trials.second)
    bootstrap = paired_difference(a, b, rng=0)
    cautious = nadeau_bengio(a, b, n_train=facts["n_train"], n_test=facts["n_test"])
    first, second = rows
    return Comparison(
        problem=facts["name"],
        first=first,
        second=second,
        effect=shown(bootstrap.estimate),
        low=shown(bootstrap.low),
        high=shown(bootstrap.high),
        cautious_low=shown(cautious.low),
        cautious_high=shown(cautious.high),
        margin=margin,
        unit=unit,
        n_pairs=len(a),
        n_left_out=trials.n_left_out,
        n_lower=int((trials.first < trials.second).sum()),
    )


def compare(
    stored: Stored,
    problem: str,
    first: str | None,
    second: str | None,
    *,
    column: str = "error",
    other: Stored | None = None,
) -> Comparison | None:
    """Compare two rows of a study on one problem; in function approximation the second's mean is 100 %.

    Parameters
    ----------
    stored : Stored
    problem : str
    first, second : str, rows; None where the study has no such row
    column : str, default="error", in the unit of the error, or `KEPT_SHARE`
    other : Stored, default=None, study that ``second`` is taken from; None is the same

    Returns
    -------
    Comparison, or None where fewer than `FEWEST` pairs of trials were measured
    """
    facts, trials = stored.problem(problem), _trials(stored, problem, first, second, column, other)
    if facts is None or trials is None:
        return None
    kind = "classification" if column == KEPT_SHARE else facts["task"]
    scale = 100.0 if kind == "classification" else 100.0 / float(trials.second.mean())
    return _comparison(
        facts,
        (str(first), str(second)),
        trials,
        lambda values: scale * values,
        float,
        UNITS[kind],
        MARGINS[kind],
    )


def compare_typical(
    stored: Stored, problem: str, first: str | None, second: str | None, other: Stored | None = None
) -> Comparison | None:
    """As `compare`, but in function approximation of the mean log ratio of errors: of typical trials.

    A few trials that went astray carry a mean squared error, and hardly its logarithm. The effect is the change of the
    geometric mean in percent.
    """
    facts, trials = stored.problem(problem), _trials(stored, problem, first, second, "error", other)
    if facts is None or trials is None or facts["task"] == "classification":
        return compare(stored, problem, first, second, other=other)
    rows = (str(first), str(second))
    return _comparison(
        facts,
        rows,
        trials,
        np.log,
        lambda end: 100 * math.expm1(end),
        "% of typical MSE",
        MARGINS["regression"],
    )


def compare_all(
    stored: Stored | None, wanted: Sequence[tuple[str, str, str]], *, column: str = "error"
) -> list[Comparison]:
    """Comparisons of (problem, first method, second method) that the study can make.

    One that divergence left with too few pairs stays, without numbers: it leaves every claim open, where a comparison that
    vanished would let the others decide. None at all if no comparison has numbers.
    """
    if stored is None:
        return []
    found = []
    for problem, *methods in wanted:
        first, second = (stored.row(problem, method) for method in methods)
        one = compare(stored, problem, first, second, column=column)
        if one is None and first and second and stored.n_diverged(problem, first) + stored.n_diverged(problem, second):
            one = _without_numbers(stored, problem, first, second)
        found.append(one)
    made = [one for one in found if one is not None]
    return made if any(one.n_pairs for one in made) else []


def _without_numbers(stored: Stored, problem: str, first: str, second: str) -> Comparison:
    facts = stored.problem(problem) or {}
    n_begun, unknown = len(stored.begun(problem, first) & stored.begun(problem, second)), math.nan
    kind = facts["task"]
    return Comparison(problem, first, second, *[unknown] * 5, MARGINS[kind], UNITS[kind], 0, n_begun, 0)
