"""A data set as one value, checked once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eligo.plain import visible
from eligo.tasks import Task


class DataError(ValueError):
    """Data that cannot be had, or that no network can learn from: one line that says what and how to mend it."""

    def __init__(self, message: str) -> None:
        """Keep the message on one line, whatever it quotes."""
        super().__init__(visible(message))


class UnavailableError(DataError):
    """Data that cannot be had here and now: they are not on this machine, and cannot be fetched or kept."""


@dataclass(frozen=True)
class Dataset:
    """Examples with their targets.

    Attributes
    ----------
    name : str, how studies and the command line call it
    title : str, how prose calls it
    task : Task
    X : float array (examples, columns), raw: numbers, and the index of the level in a column of categories; NaN where
        a value is missing
    y : array (examples,): class indices for classification, numbers for function approximation
    feature_names : tuple of str, one per column
    class_names : tuple of str, name of each class index; empty for function approximation
    target_name : str
    source : str, where the data come from
    categories : tuple of tuples of str, default=(): per column the levels of a category, and () for a number; () as a
        whole if all columns are numbers

    Raises
    ------
    DataError
        If shapes do not fit each other, there is no column, a column is missing in every row, a value is infinite or
        no level of its column, a target is missing, or the target has only one class or value.
    """

    name: str
    title: str
    task: Task
    X: NDArray[np.floating]
    y: NDArray[Any]
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    target_name: str
    source: str
    categories: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        """Refuse data that no network can learn from."""
        self._check_shapes()
        for column, name in enumerate(self.feature_names):
            self._check_column(name, self.X[:, column], self.levels[column])
        self._check_target()

    def _check_shapes(self) -> None:
        columns = {len(self.feature_names), len(self.categories) or len(self.feature_names)}
        if self.X.ndim != 2 or len(self.X) != len(self.y) or columns != {self.X.shape[1]}:
            shapes = f"X {self.X.shape}, y {self.y.shape}, {len(self.feature_names)} feature names"
            levels = f", categories of {len(self.categories)} columns" if self.categories else ""
            raise DataError(f"data set {self.name!r}: shapes do not fit each other: {shapes}{levels}.")
        if not self.X.shape[1]:
            raise DataError(
                f"data set {self.name!r}: there is no column besides the target to predict it from. Add one."
            )

    def _check_column(self, name: str, values: NDArray[np.floating], levels: tuple[str, ...]) -> None:
        where = f"data set {self.name!r}: column {name!r}"
        if len(infinite := np.flatnonzero(np.isinf(values))):
            raise DataError(
                f"{where} holds {len(infinite)} infinite value(s), the first in row {infinite[0]} of the data, counted "
                "from 0. Put numbers in their place, or drop the rows."
            )
        if len(values) and np.isnan(values).all():
            raise DataError(f"{where} is missing in every row. Drop the column.")
        if levels:
            is_level = np.isnan(values) | np.isin(values, np.arange(len(levels)))
            if len(wrong := np.flatnonzero(~is_level)):
                raise DataError(
                    f"{where} holds {values[wrong[0]]:g} in row {wrong[0]} of the data, counted from 0; allowed are "
                    f"indices in [0, {len(levels) - 1}], one per level. Declare the level, or mend the row."
                )

    def _check_target(self) -> None:
        where = f"data set {self.name!r}: the target {self.target_name!r}"
        if len(wrong := np.flatnonzero(~np.isfinite(self.y.astype(np.float64)))):
            raise DataError(
                f"{where} is missing or infinite in {len(wrong)} row(s), the first row {wrong[0]} of the data, counted "
                "from 0. Fill it in, or drop the rows."
            )
        if self.task.has_classes and len(np.unique(self.y)) < 2:
            raise DataError(f"{where} has one class; classification needs at least 2. Check the column.")
        if not self.task.has_classes and len(self.y) and np.ptp(self.y) == 0:
            raise DataError(
                f"{where} is {self.y[0]:g} in every row; regression needs a target that varies. Check the column."
            )

    @property
    def levels(self) -> tuple[tuple[str, ...], ...]:
        """Levels of every column, () for a number."""
        return self.categories or ((),) * len(self.feature_names)

    @property
    def n_outputs(self) -> int:
        """Output units of a network for these data."""
        return len(self.class_names) if self.task.has_classes else 1

    @property
    def strata(self) -> NDArray[Any] | None:
        """Class of each example for stratified splits; None for function approximation."""
        return self.y if self.task.has_classes else None
