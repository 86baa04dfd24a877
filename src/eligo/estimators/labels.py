"""Labels as people give them: of which type they are, which are missing and by which mark, and what is no label."""

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


def class_labels(y: Any, name: str = "y") -> Any:
    """Labels of classes, with numbers that came as objects made numbers; None as it is.

    Parameters
    ----------
    y : array (examples,)
    name : str, default="y", how messages call them

    Returns
    -------
    array (examples,), or what came where it is one that scikit-learn reads

    Raises
    ------
    ValueError
        If a label is missing, is a number with a fraction, or is neither number nor text; if labels are of several types;
        or if there is not one for each example.

    Examples
    --------
    >>> class_labels(np.array([0, 1, True], dtype=object))
    array([0, 1, 1])
    >>> class_labels([np.array(0), np.array(1)])
    array([0, 1])
    """
    if y is None:
        return None
    refuse_missing_labels(y)
    values = np.asarray(y, dtype=object)
    refuse_columns(values, y, name)
    refuse_complex(y, name)
    labels = [label.item() if getattr(label, "shape", None) == () else label for label in values.ravel().tolist()]
    if labels and (isinstance(y, list | tuple) or _kind(y) == "O"):
        if _one_type(labels, name) not in (str, float):
            raise ValueError(f"`{name}` must hold labels that are numbers or text; got {told(labels[0])}.")
        y = np.array(values.tolist())
    fractions = _fractions(np.asarray(y))
    if len(fractions):
        raise ValueError(  # scikit-learn's checks ask for three of these words
            f"`{name}` must hold labels of classes; got {told(fractions[0])}. Unknown label type: continuous. Fit a "
            "regressor to numbers with fractions; if they are labels, make text of them."
        )
    return y


def _one_type(labels: list[Any], name: str) -> type:
    """The type that labels have; refused where there are several."""
    first = _type_of(labels[0])
    for label in labels:
        if _type_of(label) is not first:
            raise ValueError(
                f"`{name}` must hold labels of one type; got {told(labels[0])} and {told(label)}. Make them alike, by "
                f"[str(label) for label in {name}] for instance."
            )
    return first


def refuse_columns(values: NDArray[Any], y: object, name: str = "y") -> None:
    """Refuse labels of classes that are not one for each example, given as they came and as an array of objects.

    Raises
    ------
    ValueError
        If they are several for each, or none.
    """
    if values.ndim == 1 or (values.ndim == 2 and values.shape[1] == 1):
        return
    got = told(values) if values.ndim else told(y)
    remedy = f" If it has a column for each class, pass {name}.argmax(axis=1)." if values.ndim == 2 else ""
    raise ValueError(f"`{name}` must be an array (examples,) of labels; got {got}.{remedy}")


def refuse_complex(values: object, name: str) -> None:
    """Refuse complex numbers, of which scikit-learn would print all.

    Raises
    ------
    ValueError
        If there are any.
    """
    if _kind(values) == "c":
        raise ValueError(  # scikit-learn's checks ask for three of these words
            f"`{name}` must hold real numbers; got complex ones. Complex data not supported. Take real and imaginary parts "
            "apart."
        )


def _kind(values: object) -> str:
    """NumPy's letter for the type of what an array or a column holds; O where that is not said."""
    return str(getattr(getattr(values, "dtype", None), "kind", "O"))


def _type_of(label: object) -> type:
    """Text and numbers, truth values among them, are a type each."""
    if isinstance(label, str):
        return str
    return float if isinstance(label, bool | int | float | np.number | np.bool_) else type(label)


def _fractions(labels: NDArray[Any]) -> NDArray[Any]:
    """The numbers that are not whole, if all are finite."""
    if labels.dtype.kind != "f" or not np.isfinite(labels).all():
        return labels[:0]
    fractions: NDArray[Any] = labels[labels != np.floor(labels)]
    return fractions


def target_values(y: Any) -> Any:
    """Values of a function as they came; None as it is.

    Raises
    ------
    ValueError
        If one is missing, or no number.
    """
    if y is None:
        return None
    refuse_missing_labels(y)
    values = np.asarray(y, dtype=object)
    refuse_unless("y", y, lambda _: values.ndim in (1, 2), "an array (examples,) or (examples, outputs)")
    refuse_complex(y, "y")
    cells = [] if _kind(y) in "biuf" else values.ravel().tolist()
    strange = [one for one in cells if _kind(y) in "mM" or not _is_read_as_number(one)]
    if strange:
        raise ValueError(f"`y` must hold numbers; got {told(strange[0])}. Fit a classifier to labels.")
    return y


def _is_read_as_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def known_classes(classes: Any) -> NDArray[Any]:
    """All classes that will ever come, sorted.

    Raises
    ------
    ValueError
        If they are not at least two labels of one type.

    Examples
    --------
    >>> known_classes(["b", "a", "b"]).tolist()
    ['a', 'b']
    """
    values = np.asarray(classes, dtype=object)
    is_list = values.ndim == 1 and len(values) > 1 and not pd.isna(values).any()
    refuse_unless("classes", classes, lambda _: is_list, "an array of at least 2 labels, none of them NaN or None")
    return np.unique(class_labels(classes, "classes"))


def refuse_unknown(y: NDArray[Any], classes: NDArray[Any], remedy: str) -> None:
    """Refuse labels that are no class of a network that has begun to learn.

    Raises
    ------
    ValueError
        If there are any.
    """
    known = classes.tolist()
    for label in np.unique(y).tolist():
        if label not in known:
            raise ValueError(
                f"`y` holds the label {told(label)}, and the classes of the network are {told(known)}. {remedy}"
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
        If there are such labels, a classifier knows none of the labels, or they are not of one type.
    """
    everything = np.asarray(y, dtype=object)
    values = everything[~is_missing]
    marks = [None if mark is None else np.nan for mark in values[pd.isna(values)]]
    known = getattr(model[0] if isinstance(model, list | tuple) else model, "classes_", None)
    if not marks:
        if isinstance(known, np.ndarray):
            refuse_columns(everything, y)
        unlearnt = _minus_ones(values.ravel().tolist()) if known is None else _unlearnt(known, values.ravel().tolist())
        marks = [] if is_missing.any() else unlearnt
    if marks:
        n_rows = sum(mark is marks[0] or mark == marks[0] for mark in marks)
        raise ValueError(
            f"`y` holds {told(marks[0])} in {n_rows} rows, which is no label that `model` can have learnt, and "
            f"`missing_label` is {told(missing_label)}. Pass missing_label={told(marks[0])} to ask for these rows."
        )
    if isinstance(known, np.ndarray) and len(values):
        _one_type(values.ravel().tolist(), "y")


def _unlearnt(known: Any, labels: list[Any]) -> list[Any]:
    """Labels that a classifier does not know; refused where it knows none."""
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
