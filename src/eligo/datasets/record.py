"""A data set as one value, checked once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eligo.tasks import Task


class DataError(ValueError):
    """Data that no network can learn from: the message is one line that says what and how to mend it."""


@dataclass(frozen=True)
class Dataset:
    """Examples with their targets.

    Attributes
    ----------
    name : str, how studies and the command line call it
    title : str, how prose calls it
    task : Task
    X : float array (examples, features), raw
    y : array (examples,): class indices for classification, numbers for function approximation
    feature_names : tuple of str
    class_names : tuple of str, name of each class index; empty for function approximation
    target_name : str
    source : str, where the data come from

    Raises
    ------
    DataError
        If shapes do not fit each other, there is no feature, a value is missing or infinite, or the target has only
        one class or value.
    """

    name: str
    title: str
    task: Task
    X: NDArray[np.float64]
    y: NDArray[Any]
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    target_name: str
    source: str

    def __post_init__(self) -> None:
        """Refuse data that no network can learn from."""
        if self.X.ndim != 2 or len(self.X) != len(self.y) or self.X.shape[1] != len(self.feature_names):
            shapes = f"X {self.X.shape}, y {self.y.shape}, {len(self.feature_names)} feature names"
            raise DataError(f"data set {self.name!r}: shapes do not fit each other: {shapes}.")
        if not self.X.shape[1]:
            raise DataError(
                f"data set {self.name!r}: there is no column besides the target to predict it from. Add one."
            )
        for values, name in [(self.X, None), (self.y[:, None], self.target_name)]:
            bad_rows, bad_columns = np.nonzero(~np.isfinite(values.astype(np.float64)))
            if len(bad_rows):
                column = name or self.feature_names[bad_columns[0]]
                raise DataError(
                    f"data set {self.name!r}: {len(bad_rows)} missing or infinite value(s), the first in column "
                    f"{column!r}, row {bad_rows[0]} of the data, counted from 0. Fill them in or drop the rows."
                )
        if self.task.has_classes and len(np.unique(self.y)) < 2:
            raise DataError(
                f"data set {self.name!r}: the target {self.target_name!r} has one class; classification needs "
                "at least 2. Check the column."
            )
        if not self.task.has_classes and len(self.y) and np.ptp(self.y) == 0:
            raise DataError(
                f"data set {self.name!r}: the target {self.target_name!r} is {self.y[0]:g} in every row; regression "
                "needs a target that varies. Check the column."
            )

    @property
    def n_outputs(self) -> int:
        """Output units of a network for these data."""
        return len(self.class_names) if self.task.has_classes else 1

    @property
    def strata(self) -> NDArray[Any] | None:
        """Class of each example for stratified splits; None for function approximation."""
        return self.y if self.task.has_classes else None
