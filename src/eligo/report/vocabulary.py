"""The words of a report: what methods, measures and settings are called in prose, tables and figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

CONTROL = "random_pool"  # the method that pool methods are held against
REFERENCE = "passive"  # the method that costs and gains are relative to


@dataclass(frozen=True)
class MethodWords:
    """What a method is called and does, in one sentence.

    Attributes
    ----------
    title : str, as in "SASLA ranks first"
    does : str, a clause that completes "the method ..."
    """

    title: str
    does: str


METHODS = {
    "passive": MethodWords(
        "passive",
        "presents every labelled training example in every epoch; all others are measured against it",
    ),
    "sasla": MethodWords(
        "SASLA",
        "has all labels, and trains on the examples whose output sensitivity Φ (Eqs. 1–6) reaches "
        "(1 − β) times its mean, chosen anew from the whole candidate set at every selection interval",
    ),
    "entropy": MethodWords(
        "entropy",
        "starts from few labels and asks for the label of the example with the largest predictive entropy: Eq. 8 for "
        "classification; for function approximation that of a Gaussian, whose variance comes from a linearised Laplace "
        "approximation",
    ),
    "ensemble": MethodWords(
        "ensemble",
        "starts from few labels and asks for the label on which the networks of an ensemble disagree most (Eq. 9); "
        "the ensemble predicts together, and each member’s presentations count",
    ),
    "random_pool": MethodWords(
        "random pool",
        "starts from few labels and asks for labels at random: the control that shows what the other pool methods "
        "owe to choosing",
    ),
    "error": MethodWords(
        "error-selective",
        "has all labels, and trains on the examples whose present error |t − o| reaches (1 − β) times its mean",
    ),
    "random_subset": MethodWords(
        "random subset",
        "has all labels, and trains on a random share of them: the control that shows what selective methods owe to "
        "choosing",
    ),
}


def method_title(name: str) -> str:
    """Name of a method in prose; its own name when it came as a plug-in."""
    return METHODS[name].title if name in METHODS else name


def opening(name: str) -> str:
    """Name of a method at the beginning of a sentence; a plug-in keeps its own."""
    title = method_title(name)
    return title[0].upper() + title[1:] if name in METHODS else title


def method_does(name: str) -> str:
    """What a method does, in a clause."""
    return METHODS[name].does if name in METHODS else "is not one of the methods that come with this package"


@dataclass(frozen=True)
class Measure:
    """A number of a trial that tables and figures show.

    Attributes
    ----------
    key : str, name of its column in tables
    title : str, its name in prose
    column : str, the column of ``trials`` and ``curves`` that holds it
    of : callable, from values of that column to the measure, lower is better where it is primary
    scale : float, what a shown number is of the measure: 100 for percent
    unit : str, behind the number; empty when it has none
    difference_unit : str, behind the difference of two
    """

    key: str
    title: str
    column: str
    of: Callable[[NDArray[np.float64]], NDArray[np.float64]]
    scale: float = 1.0
    unit: str = ""
    difference_unit: str = ""

    def values(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        """The measure for every row of a frame with the measure's column, without the noise of its arithmetic."""
        return self.of(frame[self.column].to_numpy(dtype=np.float64))


def _as_is(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rounded to six significant digits, which is what float32 holds: noise beyond them must break no tie."""
    is_plain = np.isfinite(values) & (values != 0)
    unit = 10.0 ** (np.floor(np.log10(np.where(is_plain, np.abs(values), 1.0))) - 5)
    rounded: NDArray[np.float64] = np.where(is_plain, np.round(np.where(is_plain, values, 0) / unit) * unit, values)
    return rounded


def _missed(accuracy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares of whole examples, exact as they come: rounded, equal differences of counts would no longer tie."""
    return 1.0 - accuracy


SQUARED_ERROR = Measure("squared_error", "test", "test_error", _as_is)
TRAIN_ERROR = Measure("train_error", "training", "train_error", _as_is)

# The measure that methods are compared by, declared before anything was run; lower is better.
PRIMARY = {
    "classification": Measure(
        "misclassified",
        "misclassification rate",
        "accuracy",
        _missed,
        scale=100.0,
        unit="%",
        difference_unit="percentage points",
    ),
    "regression": Measure("mse", "mean squared error", "mse", _as_is),
}
SECONDARY = {
    "classification": (Measure("macro_f1", "macro F1", "macro_f1", _as_is), SQUARED_ERROR, TRAIN_ERROR),
    "regression": (Measure("r2", "R²", "r2", _as_is), SQUARED_ERROR, TRAIN_ERROR),
}

# What a trial spends: columns of ``trials`` (``seconds`` is the sum of its three) and their titles.
COSTS = {
    "presentations": "presentations",
    "work": "work",
    "labels": "labels",
    "n_selected": "in last epoch",
    "seconds_training": "s training",
    "seconds_selection": "s selection",
    "seconds_evaluation": "s evaluation",
    "seconds": "s in all",
}


def listing(words: list[str], last: str = "and") -> str:
    """Words as prose lists them.

    Examples
    --------
    >>> listing(["a"]), listing(["a", "b"]), listing(["a", "b", "c"], last="or")
    ('a', 'a and b', 'a, b or c')
    """
    return f" {last} ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


NUMBERS = "no one two three four five six seven eight nine ten eleven twelve".split()


def counted(n: int, noun: str, plural: str = "", *, is_spelt: bool = False) -> str:
    """A count with its noun, in digits or, up to twelve, spelt.

    Examples
    --------
    >>> counted(1, "trial"), counted(3, "trial"), counted(2, "query", "queries")
    ('1 trial', '3 trials', '2 queries')
    >>> counted(3, "problem", is_spelt=True), counted(50, "trial", is_spelt=True)
    ('three problems', '50 trials')
    """
    number = NUMBERS[n] if is_spelt and n < len(NUMBERS) else str(n)
    return f"{number} {noun if n == 1 else plural or noun + 's'}"
