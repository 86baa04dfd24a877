"""Coding of targets: how what a table holds becomes what output units should take; fitted on training rows only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray


class TargetCoding(Protocol):
    """How target values become the values that output units should take; fitted on training rows only."""

    @property
    def scale(self) -> NDArray[np.float64]:
        """Units of the target per coded unit, (outputs,), so that errors can be reported in them."""

    def encode(self, y: ArrayLike) -> NDArray[np.float64]:
        """Target values (examples,) or (examples, outputs) as coded targets (examples, outputs)."""

    def decode(self, outputs: ArrayLike) -> NDArray[Any]:
        """Values of output units (examples, outputs) in the units of the target."""


@dataclass(frozen=True)
class ClassCoding:
    """One output unit per class: ``high`` for the example's class, ``low`` for the others.

    Attributes
    ----------
    classes : array (classes,), sorted labels
    low, high : float
    """

    classes: NDArray[Any]
    low: float
    high: float

    @property
    def scale(self) -> NDArray[np.float64]:
        """Ones: the error of a classifier stays in coded units."""
        return np.ones(len(self.classes))

    def encode(self, y: ArrayLike) -> NDArray[np.float64]:
        """Labels (examples,) as coded targets (examples, classes)."""
        labels = np.asarray(y)
        unknown = np.setdiff1d(labels, self.classes)
        if len(unknown):
            raise ValueError(
                f"`y` holds the label {unknown.tolist()[0]!r}, which the coding was not fitted on; it knows "
                f"{self.classes.tolist()}."
            )
        return np.where(labels[:, None] == self.classes[None, :], self.high, self.low)

    def decode(self, outputs: ArrayLike) -> NDArray[Any]:
        """Label of the largest output unit, (examples,)."""
        decoded: NDArray[Any] = self.classes[np.argmax(np.asarray(outputs), axis=1)]
        return decoded


@dataclass(frozen=True)
class IntervalCoding:
    """Each target scaled linearly so that its training values span [``low``, ``high``].

    Attributes
    ----------
    minimum, maximum : arrays (outputs,), range of the training targets
    low, high : float
    is_flat : bool, whether targets came as (examples,) and predictions go back that way
    """

    minimum: NDArray[np.float64]
    maximum: NDArray[np.float64]
    low: float
    high: float
    is_flat: bool

    @property
    def scale(self) -> NDArray[np.float64]:
        """Units of the target per coded unit, (outputs,)."""
        scale: NDArray[np.float64] = (self.maximum - self.minimum) / (self.high - self.low)
        return scale

    def encode(self, y: ArrayLike) -> NDArray[np.float64]:
        """Values (examples,) or (examples, outputs) as coded targets (examples, outputs)."""
        values = np.asarray(y, dtype=np.float64)
        values = values.reshape(len(values), -1)
        coded: NDArray[np.float64] = self.low + (values - self.minimum) / self.scale
        return coded

    def decode(self, outputs: ArrayLike) -> NDArray[np.float64]:
        """Values in the units of the target, in the shape the targets came in."""
        values = self.minimum + (np.asarray(outputs, dtype=np.float64) - self.low) * self.scale
        decoded: NDArray[np.float64] = values[:, 0] if self.is_flat else values
        return decoded


@dataclass(frozen=True)
class RawCoding:
    """Targets as they are: an output unit takes the value of the target itself.

    Attributes
    ----------
    n_outputs : int
    is_flat : bool, whether targets came as (examples,) and predictions go back that way
    """

    n_outputs: int
    is_flat: bool

    @property
    def scale(self) -> NDArray[np.float64]:
        """Ones: a coded unit is a unit of the target."""
        return np.ones(self.n_outputs)

    def encode(self, y: ArrayLike) -> NDArray[np.float64]:
        """Values (examples,) or (examples, outputs) as (examples, outputs)."""
        values = np.asarray(y, dtype=np.float64)
        return values.reshape(len(values), -1)

    def decode(self, outputs: ArrayLike) -> NDArray[np.float64]:
        """The outputs, in the shape the targets came in."""
        values = np.asarray(outputs, dtype=np.float64)
        return values[:, 0] if self.is_flat else values


def code_classes(y: ArrayLike, low: float, high: float, classes: ArrayLike | None = None) -> ClassCoding:
    """Fit a `ClassCoding`: to the labels that occur in ``y``, or to ``classes`` where some may be missing from it."""
    labels = np.unique(np.asarray(y if classes is None else classes))
    if labels.dtype.kind == "f" and np.isnan(labels).any():
        raise ValueError("the target has missing labels, NaN; every example needs its own. Leave out rows without one.")
    if len(labels) < 2:
        raise ValueError(
            f"the target has one class, {labels.tolist()[0]!r}; classification needs at least 2. "
            "Check the target column."
        )
    return ClassCoding(labels, low, high)


def code_interval(y: ArrayLike, low: float, high: float) -> IntervalCoding:
    """Fit an `IntervalCoding` to training targets (examples,) or (examples, outputs)."""
    values, is_flat = _varying(y)
    return IntervalCoding(values.min(axis=0), values.max(axis=0), low, high, is_flat)


def code_raw(y: ArrayLike) -> RawCoding:
    """A `RawCoding` for targets like these, (examples,) or (examples, outputs)."""
    values, is_flat = _varying(y)
    return RawCoding(values.shape[1], is_flat)


def _varying(y: ArrayLike) -> tuple[NDArray[np.float64], bool]:
    """Targets (examples, outputs) and whether they came flat; refused where one of them is constant."""
    values = np.asarray(y, dtype=np.float64)
    is_flat = values.ndim == 1
    values = values.reshape(len(values), -1)
    constant = np.flatnonzero(values.min(axis=0) == values.max(axis=0))
    if len(constant):
        raise ValueError(
            f"target {constant[0]} is {values[0, constant[0]]:g} in every training row; function approximation needs "
            "a target that varies. Check the target column."
        )
    return values, is_flat
