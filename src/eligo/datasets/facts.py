"""What a reader wants to know of a data set, and smaller data sets made from it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from eligo.datasets.record import DataError, Dataset

_ROWS_AT_ONCE = 4096
N_BINS = 20
"""Equal parts of a number's range in which its values are counted."""

_ON_AN_EDGE = 1e-9  # of a part: so close below an edge, a value lies on it but for rounding


@dataclass(frozen=True)
class Column:
    """A raw column of a data set.

    Attributes
    ----------
    name : str
    kind : "number" or "category"
    n_missing : int, rows without a value
    levels : tuple of str, those of a category; empty for a number
    ends : smallest and largest value of a number; None for a category
    counts : tuple of int, how many values lie in each of `N_BINS` equal parts between the ends of a number, or how many
        rows have each level of a category; empty where they were not counted
    """

    name: str
    kind: str
    n_missing: int
    levels: tuple[str, ...] = ()
    ends: tuple[float, float] | None = None
    counts: tuple[int, ...] = ()


def count_values(values: NDArray[np.floating]) -> tuple[int, ...]:
    """How many values lie in each of `N_BINS` equal parts of their range, the largest value in the last.

    A value on the edge of two parts counts in the upper one, whichever way its last digit was rounded.

    Parameters
    ----------
    values : float array (examples,); what is NaN or infinite is not counted

    Returns
    -------
    tuple of int, `N_BINS` of them, one where all values are equal, and none where there are none

    Examples
    --------
    >>> count_values(np.array([0.0, 0.1, 9.9, 10.0]))
    (2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2)
    >>> count_values(np.array([7.0, 7.0, np.nan]))
    (2,)
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    if not known.size or known.min() == known.max():
        return (known.size,) * bool(known.size)
    # np.histogram asks for edges that can be told apart, and for a range that is a number; neither need be.
    known = known * (0.5 if np.abs(known).max() > 1 else 1.0)  # so that no range overflows
    place = (known - known.min()) / (known.max() - known.min()) * N_BINS
    parts = np.minimum(place + _ON_AN_EDGE, N_BINS - 1).astype(np.intp)
    return tuple(np.bincount(parts, minlength=N_BINS).tolist())


def describe_columns(dataset: Dataset) -> tuple[Column, ...]:
    """Kind, missing values, levels and distribution of each raw column.

    Parameters
    ----------
    dataset : Dataset

    Returns
    -------
    tuple of Column, in the order of ``dataset.feature_names``

    Examples
    --------
    >>> from eligo.datasets import load
    >>> length = describe_columns(load("iris"))[0]
    >>> length.name, length.kind, length.n_missing, length.ends
    ('sepal length (cm)', 'number', 0, (4.3, 7.9))
    """
    return tuple(
        _described(name, dataset.X[:, column], levels)
        for column, (name, levels) in enumerate(zip(dataset.feature_names, dataset.levels, strict=True))
    )


def _described(name: str, values: NDArray[np.floating], levels: tuple[str, ...]) -> Column:
    is_known = ~np.isnan(values)
    n_missing = int(np.sum(~is_known))
    if levels:
        counts = np.bincount(values[is_known].astype(np.intp), minlength=len(levels))
        return Column(name, "category", n_missing, levels, counts=tuple(counts.tolist()))
    ends = (float(values[is_known].min()), float(values[is_known].max()))
    return Column(name, "number", n_missing, ends=ends, counts=count_values(values))


def class_counts(dataset: Dataset) -> tuple[int, ...]:
    """Examples of each class, in the order of ``dataset.class_names``; empty for function approximation.

    Parameters
    ----------
    dataset : Dataset

    Returns
    -------
    tuple of int, one per class

    Examples
    --------
    >>> from eligo.datasets import load
    >>> class_counts(load("iris"))
    (50, 50, 50)
    """
    if not dataset.task.has_classes:
        return ()
    return tuple(np.bincount(dataset.y.astype(np.intp), minlength=len(dataset.class_names)).tolist())


def data_digest(dataset: Dataset) -> str:
    """SHA-256 of the numbers and names of a data set, so that other data under the same name are noticed.

    It is the same on all machines, and for values that are equal whatever their type; title and source do not count.

    Parameters
    ----------
    dataset : Dataset

    Returns
    -------
    str, 64 hexadecimal digits

    Examples
    --------
    >>> from eligo.datasets import load
    >>> data_digest(load("iris")) == data_digest(load("wine"))
    False
    """
    names = (dataset.feature_names, dataset.class_names, dataset.target_name, dataset.levels, dataset.X.shape)
    digest = hashlib.sha256(repr((dataset.task.has_classes, *names)).encode())
    for start in range(0, len(dataset.y), _ROWS_AT_ONCE):
        for values in (dataset.X, dataset.y):
            part = values[start : start + _ROWS_AT_ONCE].astype("<f8")
            digest.update(np.where(np.isnan(part), np.nan, part + 0.0).tobytes())  # one NaN, one zero
    return digest.hexdigest()


def subsample(dataset: Dataset, n: int, seed: int) -> Dataset:
    """A random subset of the examples, stratified by class; its source says so.

    Parameters
    ----------
    dataset : Dataset
    n : int, examples to keep, at least 2 and at least one per class
    seed : int, of the choice of rows

    Returns
    -------
    Dataset, the same one where it has no more than ``n`` examples; rows keep their order

    Raises
    ------
    DataError
        If ``n`` is too small, or a class has a single example.

    Examples
    --------
    >>> from eligo.datasets import load
    >>> class_counts(subsample(load("iris"), 30, seed=1))
    (10, 10, 10)
    """
    n_classes = len(dataset.class_names)
    if n < max(2, n_classes):
        raise DataError(
            f"data set {dataset.name!r}: `examples` must be at least {max(2, n_classes)}"
            f"{', one per class' if n_classes > 2 else ''}; got {n}. Keep more."
        )
    if n >= len(dataset.y):
        return dataset
    rows = _stratified_rows(dataset, n, seed)
    how = ", stratified by class" if dataset.task.has_classes else ""
    return replace(
        dataset,
        X=dataset.X[rows],
        y=dataset.y[rows],
        source=f"{dataset.source}; a random subset of {n} of its {len(dataset.y)} examples{how}, seed {seed}",
    )


def _stratified_rows(dataset: Dataset, n: int, seed: int) -> NDArray[np.intp]:
    rows = np.arange(len(dataset.y))
    n_left_out = len(rows) - n
    if n_left_out < len(dataset.class_names):  # too few to stratify: one of each of the largest classes
        order = np.random.default_rng(seed).permutation(len(rows))
        largest = np.argsort(class_counts(dataset), kind="stable")[::-1][:n_left_out]
        return np.setdiff1d(rows, [order[dataset.y[order] == label][0] for label in largest])
    try:
        kept, _ = train_test_split(rows, train_size=n, stratify=dataset.strata, random_state=seed)
    except ValueError as error:
        reason = str(error).rstrip(".")
        raise DataError(f"data set {dataset.name!r} cannot be cut to {n} examples: {reason}. Keep more.") from None
    return np.sort(kept)
