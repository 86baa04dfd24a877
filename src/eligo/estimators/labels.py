"""Labels as people give them: which are missing, by which mark, and what cannot be learnt from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from eligo.mistakes import refuse_unless, told


def refuse_missing_labels(y: object) -> None:
    """Refuse to learn from labels that are not there.

    Raises
    ------
    ValueError
        If any is NaN or None.
    """
    n_missing = 0 if y is None else int(np.sum(pd.isna(np.asarray(y, dtype=object))))
    if n_missing:
        raise ValueError(
            f"`y` must have a label for every row of `X`; got {n_missing} that are missing, NaN or None. Fit on the rows "
            "that have one; eligo.query(model, X, y, utility) says which others to have labelled."
        )


def missing(y: ArrayLike, missing_label: Any) -> NDArray[np.bool_]:
    """Which labels are missing, (examples,); of several outputs, if any is.

    Examples
    --------
    >>> missing([1.0, np.nan], np.nan).tolist(), missing(["a", None], None).tolist(), missing([0, -1], -1).tolist()
    ([False, True], [False, True], [False, True])
    """
    remedy = "Say what stands in `y` for a missing label."
    refuse_unless("missing_label", missing_label, lambda mark: np.ndim(mark) == 0, "one value", remedy)
    values = np.asarray(y, dtype=object)
    refuse_unless("y", y, lambda _: values.ndim in (1, 2), "an array (examples,) or (examples, outputs)")
    is_missing = pd.isna(values) if pd.isna(missing_label) else values == missing_label
    found: NDArray[np.bool_] = np.asarray(is_missing, dtype=bool).reshape(len(values), -1)
    return np.logical_or.reduce(found, axis=1)


def refuse_other_mark(model: Any, y: ArrayLike, is_missing: NDArray[np.bool_], missing_label: Any) -> None:
    """Refuse labels that stand for missing ones, where ``missing_label`` says that others do.

    NaN and None are no labels whatever else is missing. Where nothing is missing, neither is a label that a classifier does
    not know; nor, for another model, the -1 that several rows have whose other labels are 0 and above.

    Raises
    ------
    ValueError
        If there are such labels.
    """
    values = np.asarray(y, dtype=object)[~is_missing]
    marks = [None if mark is None else np.nan for mark in values[pd.isna(values)]]
    if not marks and not is_missing.any():
        marks = _unlearnt(model, values.ravel().tolist())
    if marks:
        n_rows = sum(mark is marks[0] or mark == marks[0] for mark in marks)
        raise ValueError(
            f"`y` holds {told(marks[0])} in {n_rows} rows, which is no label that `model` can have learnt, and "
            f"`missing_label` is {told(missing_label)}. Pass missing_label={told(marks[0])} to ask for these rows."
        )


def _unlearnt(model: Any, labels: list[Any]) -> list[Any]:
    """Labels that are likely to be marks: what a classifier does not know; a repeated -1 below all others."""
    known = getattr(model[0] if isinstance(model, list | tuple) else model, "classes_", None)
    if known is None:
        return _minus_ones(labels)
    known = np.ravel(np.asarray(known, dtype=object)).tolist()
    unknown = [label for label in labels if label not in known]
    if labels and len(unknown) == len(labels):
        raise ValueError(
            f"`y` holds {told(labels[0])}, and none of the labels that `model` has learnt, {told(known)}. Fit the model on "
            "labels of `y`."
        )
    return unknown


def _minus_ones(labels: list[Any]) -> list[Any]:
    """Every -1 among labels, if it is likely to be a mark."""
    if not all(isinstance(label, int | float | np.number) for label in labels):
        return []
    others = [label for label in labels if label != -1]
    is_mark = len(labels) - len(others) > 1 and min(others, default=0) >= 0 and set(others) != {1}
    return [label for label in labels if label == -1] if is_mark else []
