"""The words of a report: what methods, measures and settings are called in prose, tables and figures."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eligo.recipes import RECIPES
from eligo.study.results import Problem, base_method

from .factors import level_words, levels_of


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
        "(1 − β) times its mean, chosen anew at every selection interval",
    ),
    "entropy": MethodWords(
        "entropy",
        "starts from few labels and asks for the label of the example about which one network is least certain: by "
        "its predictive entropy (Eq. 8) in classification",
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
    "loss": MethodWords(
        "InfoBatch",
        "has all labels, leaves out at random some of the examples below the mean loss, lets the others of them count "
        "more instead, and ends on everything",
    ),
    "el2n": MethodWords(
        "EL2N",
        "has all labels, and trains on the examples with the largest errors early in the training of some pilot "
        "networks, whose presentations count",
    ),
    "grand": MethodWords(
        "GraNd",
        "has all labels, and trains on the examples with the largest gradients early in the training of some pilot "
        "networks, whose presentations count",
    ),
    "forgetting": MethodWords(
        "forgetting",
        "has all labels, and trains on the examples that some pilot networks most often got right and then wrong; "
        "their presentations count",
    ),
    "saila": MethodWords(
        "SAILA",
        "has all labels, and trains on a subset that takes in the example of largest output sensitivity Φ whenever "
        "there is little left to learn from it",
    ),
}

QUERIES = {recipe.name: MethodWords(recipe.title, f"starts from few labels and {recipe.summary}") for recipe in RECIPES}
"""The other ways to query that have a name, in the words of their own table."""


def method_title(name: str) -> str:
    """Name of a method in prose, with the settings that make its row; its own name when it came as a plug-in.

    Examples
    --------
    >>> method_title("sasla[beta=0.5]"), method_title("igs"), method_title("mine")
    ('SASLA, β = 0.5', 'iGS', 'mine')
    """
    base = base_method(name)
    words = METHODS.get(base) or QUERIES.get(base)
    title = words.title if words else base
    return ", ".join([title, *(level_words(setting, value) for setting, value in levels_of(name).items())])


def said(name: str) -> str:
    """Name of a method within a sentence, where a comma would be misread.

    Examples
    --------
    >>> said("sasla[beta=0.5,interval=10]"), said("random_pool")
    ('SASLA (β = 0.5, τ = 10)', 'random pool')
    """
    title, comma, rest = method_title(name).partition(", ") if levels_of(name) else (method_title(name), "", "")
    return f"{title} ({rest})" if comma else title


def opening(name: str) -> str:
    """Name of a method at the beginning of a sentence; one with capitals of its own keeps them, and a plug-in its name.

    Examples
    --------
    >>> opening("core_set"), opening("random_pool[query_size=5]"), opening("igs"), opening("mine")
    ('Core-set', 'Random pool (5 per query)', 'iGS', 'mine')
    """
    title, base = said(name), base_method(name)
    is_plain = (base in METHODS or base in QUERIES) and method_title(base).islower()
    return title[0].upper() + title[1:] if is_plain else title


def all_said(names: Sequence[str]) -> str:
    """Methods as prose lists them.

    Examples
    --------
    >>> all_said(["passive", "sasla[beta=0.5]", "entropy"])
    'passive, SASLA (β = 0.5) and entropy'
    """
    return listing([said(name) for name in names])


def method_does(name: str) -> str:
    """What a method does, in a clause."""
    base = base_method(name)
    words = METHODS.get(base) or QUERIES.get(base)
    return words.does if words else "is not one of the methods that come with this package"


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


SQUARED_ERROR = Measure("squared_error", "squared error, test", "test_error", _as_is)
TRAIN_ERROR = Measure("train_error", "squared error, training", "train_error", _as_is)
GENERALISATION = Measure("generalisation_factor", "E_G / E_T", "generalisation_factor", _as_is)

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
# What else a trial ends at, on the test part where nothing else is said.
SECONDARY = {
    "classification": (
        Measure("accuracy", "accuracy", "accuracy", _as_is),
        Measure("macro_f1", "macro F1", "macro_f1", _as_is),
        Measure("macro_precision", "macro precision", "macro_precision", _as_is),
        Measure("macro_recall", "macro recall", "macro_recall", _as_is),
        Measure("mcc", "Matthews’ correlation", "mcc", _as_is),
        SQUARED_ERROR,
        Measure("train_accuracy", "accuracy, training", "train_accuracy", _as_is),
        TRAIN_ERROR,
    ),
    "regression": (
        Measure("rmse", "root of MSE", "rmse", _as_is),
        Measure("mae", "mean absolute error", "mae", _as_is),
        Measure("r2", "R²", "r2", _as_is),
        TRAIN_ERROR,
    ),
}
INSIDE = {
    "classification": (
        Measure("inside_accuracy", "accuracy, left-out folds", "inside_accuracy", _as_is),
        Measure("inside_error", "squared error, left-out folds", "inside_error", _as_is),
        Measure("inside_train_accuracy", "accuracy, other folds", "inside_train_accuracy", _as_is),
        Measure("inside_train_error", "squared error, other folds", "inside_train_error", _as_is),
    ),
    "regression": (
        Measure("inside_error", "squared error, left-out folds", "inside_error", _as_is),
        Measure("inside_train_error", "squared error, other folds", "inside_train_error", _as_is),
    ),
}
SECOND = {"classification": "macro_f1", "regression": "r2"}  # whose learning curve is drawn besides the primary one's
SQUARED = {
    "mse",
    "squared_error",
    "train_error",
    "inside_error",
    "inside_train_error",
}  # in squared units of the target
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
EXPECTED_SHARE = 0.02  # of the squared range of targets: what an ordinary mean squared error is about


def power_of(problem: Problem) -> int:
    """The power of ten, a multiple of three, that squared errors of a problem are shown in.

    From the range of its targets alone, so that all tables and figures share it: 0 where they can be read as they are.
    """
    if problem.target_range is None or problem.task == "classification":
        return 0
    size = EXPECTED_SHARE * (problem.target_range[1] - problem.target_range[0]) ** 2
    return 0 if size == 0 or 1e-5 <= size < 1e5 else 3 * math.floor(math.log10(size) / 3)


def on_scale(measure: Measure, problem: Problem) -> Measure:
    """A measure in the units in which it is shown for a problem.

    Examples
    --------
    >>> house = Problem("h", "H", "regression", 9, 1, 1, 8, 1, (), "price", "made", target_range=(0.0, 500000.0))
    >>> measure = on_scale(PRIMARY["regression"], house)
    >>> measure.scale, measure.unit
    (1e-09, '× 10⁹')
    """
    power = power_of(problem)
    if power == 0 or measure.key not in SQUARED:
        return measure
    unit = f"× 10{str(power).translate(SUPERSCRIPTS)}"
    return replace(measure, scale=10.0**-power, unit=unit, difference_unit=unit)


def primary_of(problem: Problem) -> Measure:
    """The measure that methods are compared by on a problem, in its shown units."""
    return on_scale(PRIMARY[problem.task], problem)


def secondary_of(problem: Problem) -> tuple[Measure, ...]:
    """The other measures of a problem's trials, in their shown units."""
    return tuple(on_scale(measure, problem) for measure in SECONDARY[problem.task])


def inside_of(problem: Problem) -> tuple[Measure, ...]:
    """The measures of a cross-validation inside each trial, in their shown units."""
    return tuple(on_scale(measure, problem) for measure in INSIDE[problem.task])


def second_of(problem: Problem) -> Measure:
    """The measure whose learning curve is drawn besides the primary one's: macro F1, or R²."""
    return next(measure for measure in SECONDARY[problem.task] if measure.key == SECOND[problem.task])


def with_unit(measure: Measure) -> str:
    """Title of a measure's column or axis.

    Examples
    --------
    >>> with_unit(PRIMARY["classification"]), with_unit(PRIMARY["regression"])
    ('misclassification rate, %', 'mean squared error')
    """
    if measure.unit.startswith("×"):
        return f"{measure.title}, in {measure.unit[2:]}"
    return f"{measure.title}, {measure.unit}" if measure.unit else measure.title


# What a trial spends: columns of ``trials`` (``seconds`` is the sum of its three) and their titles.
COSTS = {
    "presentations": "presentations",
    "work": "work",
    "selection_work": "of it selection",
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
