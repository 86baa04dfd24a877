"""The column to predict: which rows have it, and whether it is a class or a number."""

from __future__ import annotations

import numpy as np
import pandas as pd

from eligo.datasets import DataError
from eligo.datasets.tables import TASKS, as_numbers, check_target
from eligo.mistakes import several
from eligo.study.comparison.cells import understood
from eligo.study.comparison.columns import named

MOST_CLASSES = 100
MOST_WHOLE_NUMBERS = 20
"""Whole numbers with no more different values are taken for classes, if each is that of some rows."""

LEAST_OF_CLASS = 5
"""A class with fewer rows would be missing in parts that are tested on."""


def with_target(where: str, frame: pd.DataFrame, target: str, task: str | None) -> tuple[pd.DataFrame, str, list[str]]:
    """The rows that have a target, and what it is.

    Parameters
    ----------
    where : str, how messages call the file
    frame : frame (rows, columns)
    target : str, the column to predict
    task : "classification", "regression", or None: texts, truth values, two values and few whole numbers are classes

    Returns
    -------
    frame (rows with a target, columns), the task, and what was done and guessed, one sentence each

    Raises
    ------
    DataError
        If there is no such column, no row has a value in it, one is infinite, or it suits no task.

    Examples
    --------
    >>> frame = pd.DataFrame({"rent": [700.5, 900, None, 950]})
    >>> with_target("flats.csv", frame, "rent", None)[1:]
    ('regression', ['Left out 1 of 4 rows, which has no rent.', 'rent holds 3 different numbers: taken for regression.'])
    """
    check_target(where, target, list(map(str, frame.columns)))
    cells = understood(frame[target])
    if cells.kind == "date":
        raise DataError(f"{where!r}: the target {target!r} holds dates or times, which no task predicts. Name another.")
    is_known = cells.values.notna()
    _refuse_infinite(where, target, frame[target])
    if not is_known.any():
        raise DataError(f"{where!r}: the target {target!r} is missing in all {len(frame)} rows. Name another column.")
    values = cells.values[is_known]
    guess = _guess(values, cells.kind == "number")
    if values.nunique() == 1:
        only = f"{_as_classes(values).iloc[0]} in every row that has one"
        raise DataError(f"{where!r}: the target {target!r} is {only}. Name another column.")
    if task == "regression" and cells.kind != "number":
        are_classes = int((values.value_counts() >= LEAST_OF_CLASS).sum()) > 1
        remedy = "Leave --task out to predict its classes." if are_classes else "Name another column."
        raise DataError(
            f"{where!r}: the target {target!r} holds text, such as {values.iloc[0]!r}; regression needs numbers. {remedy}"
        )
    notes = _left_out(int((~is_known).sum()), len(frame), target)
    notes.append(_said(target, values, task or guess, is_asked=task is not None))
    return (
        frame[is_known].assign(**{target: _as_classes(values) if "class" in (task or guess) else values}),
        (task or guess),
        notes,
    )


def _refuse_infinite(where: str, target: str, column: pd.Series) -> None:
    """Refuse infinite numbers, which are neither missing nor anything to learn."""
    is_infinite = as_numbers(column.astype(object)).isin([np.inf, -np.inf])
    if is_infinite.any():
        raise DataError(
            f"{where!r}: the target {target!r} is infinite in {several(int(is_infinite.sum()), 'row')}. Drop these rows, or "
            "write what was measured."
        )


def _guess(values: pd.Series, is_numeric: bool) -> str:
    n = values.nunique()
    if not is_numeric or n <= 2:
        return "classification"
    is_few = n <= MOST_WHOLE_NUMBERS and len(values) >= LEAST_OF_CLASS * n
    return "classification" if is_few and bool((values % 1 == 0).all()) else "regression"


def _as_classes(values: pd.Series) -> pd.Series:
    """Labels; whole numbers without decimals."""
    is_whole = pd.api.types.is_numeric_dtype(values) and bool((values % 1 == 0).all())
    return values.astype("int64") if is_whole and values.abs().max() < 2**53 else values


def _left_out(n: int, of: int, target: str) -> list[str]:
    return [f"Left out {n} of {of} rows, which {'has' if n == 1 else 'have'} no {target}."] if n else []


def _said(target: str, values: pd.Series, task: str, *, is_asked: bool) -> str:
    what = several(values.nunique(), "different number" if pd.api.types.is_numeric_dtype(values) else "different text")
    how = "as asked, " if is_asked else "taken for "
    return f"{target} holds {what}: {how}{task}."


def without_rare_classes(where: str, frame: pd.DataFrame, target: str, share: float) -> tuple[pd.DataFrame, list[str]]:
    """The rows of classes that are frequent enough to be learnt and tested.

    Parameters
    ----------
    where : str, how messages call the file
    frame : frame (rows, columns)
    target : str, its column of classes
    share : float in (0, 1], of the rows that will be used

    Returns
    -------
    frame, and what was done, one sentence at most

    Raises
    ------
    DataError
        If fewer than two classes are left, or more than `MOST_CLASSES`.
    """
    counts = frame[target].value_counts()
    rare = sorted(map(str, counts.index[counts * share < LEAST_OF_CLASS]))
    kept = frame[frame[target].isin(counts.index[counts * share >= LEAST_OF_CLASS])]
    n_left = len(counts) - len(rare)
    if n_left < 2:
        other = ", or say --task regression" if pd.api.types.is_numeric_dtype(frame[target]) else ""
        classes, have = several(len(counts), "class"), "has" if n_left == 1 else "have"
        raise DataError(
            f"{where!r}: of the {classes} of the target {target!r} {n_left} {have} at least {LEAST_OF_CLASS} rows; "
            f"classification needs 2. Name another column{other}."
        )
    if n_left > MOST_CLASSES:
        raise DataError(
            f"{where!r}: the target {target!r} has {n_left} classes; at most {MOST_CLASSES} are compared. Merge classes."
        )
    if not rare:
        return kept, []
    n, least = len(frame) - len(kept), f"{LEAST_OF_CLASS} of the rows that are used"
    classes = "a class" if len(rare) == 1 else f"{len(rare)} classes"
    return kept, [f"Left out {n} of {len(frame)} rows, of {classes} with fewer than {least}: {named(rare)}."]


def checked_task(task: str | None) -> str | None:
    """A task as a user names it.

    Raises
    ------
    DataError
        If there is none of that name.
    """
    if task is not None and task not in TASKS:
        raise DataError(f"--task must be one of {', '.join(TASKS)}; got {task!r}.")
    return task
