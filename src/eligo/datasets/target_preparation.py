"""Coding of targets as a scikit-learn transformer; the coding itself is the task's."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_array, check_is_fitted, column_or_1d, validate_data

from eligo.tasks import REGRESSION, Task


class TargetPreparation(TransformerMixin, BaseEstimator):
    """Targets as output units should take them, and back: a scikit-learn transformer, fitted on training rows.

    Classes become one column each, 0.9 for the class and 0.1 for all others. Numbers are scaled so that the rows that were
    fitted on span [0.1, 0.9], or the target range of another task, and predictions are scaled back. In a
    `sklearn.compose.TransformedTargetRegressor` any regressor learns scaled targets.

    Parameters
    ----------
    task : Task, default=None for `REGRESSION`; a variant with another target range or coding is a task too

    Attributes
    ----------
    coding_ : TargetCoding, fitted
    n_features_in_ : int, columns of the targets, where they were (examples, outputs)

    Raises
    ------
    ValueError
        On fitting: a target is constant, or there is a single class. On transforming: a class is not known.

    Examples
    --------
    >>> from eligo import CLASSIFICATION
    >>> preparation = TargetPreparation(CLASSIFICATION).fit(["no", "yes", "no"])
    >>> preparation.transform(["yes"])
    array([[0.1, 0.9]])
    >>> preparation.inverse_transform([[0.8, 0.3]])
    array(['no'], dtype='<U3')
    >>> TargetPreparation().fit_transform([10.0, 20.0, 15.0]).ravel()
    array([0.1, 0.9, 0.5])
    """

    def __init__(self, task: Task | None = None) -> None:
        """Nothing is fitted yet."""
        self.task = task

    def fit(self, X: ArrayLike, y: object = None) -> TargetPreparation:
        """Take the classes, or the ranges, from these targets.

        Parameters
        ----------
        X : array (examples,) or (examples, outputs), targets
        y : ignored

        Returns
        -------
        TargetPreparation, this one
        """
        self.coding_ = self._task().code(self._checked(X, reset=True))
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """Coded targets (examples, output units)."""
        check_is_fitted(self)
        return self.coding_.encode(self._checked(X, reset=False))

    def inverse_transform(self, X: ArrayLike) -> NDArray[Any]:
        """Values of output units (examples, output units) in the units of the target, in the shape it came in."""
        check_is_fitted(self)
        return self.coding_.decode(check_array(X, dtype=np.float64))

    def _task(self) -> Task:
        return REGRESSION if self.task is None else self.task

    def _checked(self, X: ArrayLike, reset: bool) -> NDArray[Any]:
        if self._task().has_classes:
            return np.asarray(column_or_1d(X))
        if check_array(X, ensure_2d=False, dtype=None).ndim == 1:
            return np.asarray(check_array(X, ensure_2d=False, dtype=np.float64))
        return np.asarray(validate_data(self, X, reset=reset, dtype=np.float64, ensure_min_samples=2 if reset else 1))
