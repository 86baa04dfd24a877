"""The two kinds of task as scikit-learn knows them: what a classifier and a regressor take and give."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any, ClassVar, Self

import numpy as np
from jax import Array
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.utils import Tags
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import column_or_1d

from eligo.estimators.labels import class_labels, known_classes, refuse_unknown, target_values
from eligo.estimators.shell import NetworkEstimator, validated
from eligo.mistakes import several
from eligo.targets import ClassCoding, IntervalCoding
from eligo.tasks import (
    CLASSIFICATION,
    LINEAR_OUTPUT_REGRESSION,
    Committee,
    Task,
    mean_of_members,
    softmax_of_net_inputs,
)


def _mean_of_probabilities(outputs: Array, probabilities: Array) -> Array:
    del outputs
    return probabilities.mean(axis=0)


SOFT_VOTE = Committee("mean_of_probabilities", outputs=mean_of_members, vote=_mean_of_probabilities)
"""The members' mean probability decides on the class, so that `predict` is the most probable class of `predict_proba`."""


class NetworkClassifier(ClassifierMixin, NetworkEstimator):
    """A classifier: one sigmoid output unit per class, probabilities by the softmax of their net inputs.

    The paper's softmax of the outputs themselves cannot exceed e/(e + C - 1), 0.73 for two classes.
    """

    _task: ClassVar[Task] = replace(CLASSIFICATION, distribution=softmax_of_net_inputs, committee=SOFT_VOTE)

    def partial_fit(self, X: ArrayLike, y: ArrayLike, classes: ArrayLike | None = None) -> Self:
        """Learn for one epoch from what is chosen of some more examples.

        Parameters
        ----------
        X : float array or frame (examples, features)
        y : array (examples,), labels
        classes : array (classes,), default=None, all labels that will ever come; in the first call only, where None takes
            those of ``y``

        Returns
        -------
        the estimator itself
        """
        goes_on = hasattr(self, "params_")
        named = None if classes is None else known_classes(classes)
        if named is not None and not goes_on:
            self.classes_ = named
        if named is not None and not np.array_equal(self.classes_, named):
            raise ValueError(
                f"`classes` must be those of the first call, {self.classes_.tolist()}; got {named.tolist()}."
            )
        X, y = self._read(X, y, reset=not goes_on, knows_classes=goes_on or classes is not None)
        return self._learn_more(X, y, goes_on=goes_on)

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The most probable class of each example.

        Parameters
        ----------
        X : float array or frame (examples, features)

        Returns
        -------
        array (examples,), labels
        """
        places = self._predicted(X).argmax(axis=1)
        labels: NDArray[Any] = self.classes_[places]
        return labels

    def predict_proba(self, X: ArrayLike) -> NDArray[np.floating]:
        """Probability of each class, a committee's mean.

        Parameters
        ----------
        X : float array or frame (examples, features)

        Returns
        -------
        float array (examples, classes), rows sum to 1, classes in the order of ``classes_``
        """
        return self._predicted(X)

    def _read(
        self, X: ArrayLike, y: ArrayLike, *, reset: bool, knows_classes: bool = False
    ) -> tuple[NDArray[np.floating], NDArray[Any]]:
        X, y = validated(self, X, class_labels(y), reset=reset)
        y = np.asarray(column_or_1d(y, warn=True))
        check_classification_targets(y)
        if reset and not knows_classes:
            self.classes_ = np.unique(y)
        else:
            refuse_unknown(
                y, self.classes_, "Name all that will ever come by `classes` in the first `partial_fit`, or fit anew."
            )
        if reset:
            self._warn_of_mark(self.classes_)
        if len(self.classes_) < 2:
            raise ValueError(f"`y` has 1 class, {self.classes_.tolist()[0]!r}; a classifier needs at least 2.")
        return X, y

    @staticmethod
    def _warn_of_mark(classes: NDArray[Any]) -> None:
        """Say so where -1 stands among whole numbers from 0 on, as it does for examples without a label."""
        if classes.dtype.kind in "if" and len(classes) > 1 and (classes == np.arange(-1, len(classes) - 1)).all():
            warnings.warn(
                "`y` holds -1, which is taken for a class like the others. If it stands for a missing label, fit on the "
                "other rows; eligo.query(model, X, y, utility, missing_label=-1) says which to have labelled.",
                UserWarning,
                stacklevel=4,
            )

    def _coding_of(self, y: NDArray[Any]) -> ClassCoding:
        low, high = self._task.target_range
        return ClassCoding(self.classes_, low, high)


class NetworkRegressor(RegressorMixin, NetworkEstimator):
    """Function approximation: linear output units, one for each output, targets scaled to [-1, 1]."""

    _task: ClassVar[Task] = LINEAR_OUTPUT_REGRESSION

    def partial_fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Learn for one epoch from what is chosen of some more examples.

        Parameters
        ----------
        X : float array or frame (examples, features)
        y : float array (examples,) or (examples, outputs)

        Returns
        -------
        the estimator itself
        """
        goes_on = hasattr(self, "params_")
        return self._learn_more(*self._read(X, y, reset=not goes_on), goes_on=goes_on)

    def predict(self, X: ArrayLike) -> NDArray[np.float64]:
        """Value of each example, a committee's mean.

        Parameters
        ----------
        X : float array or frame (examples, features)

        Returns
        -------
        float array (examples,), or (examples, outputs) as the targets came
        """
        coded = self._predicted(X)
        values: NDArray[np.float64] = self.coding_.decode(coded)
        return values

    def _read(self, X: ArrayLike, y: ArrayLike, *, reset: bool) -> tuple[NDArray[np.floating], NDArray[Any]]:
        X, y = validated(self, X, target_values(y), reset=reset, multi_output=True, y_numeric=True)
        n_outputs = 1 if y.ndim == 1 else y.shape[1]
        if not reset and n_outputs != len(self.coding_.scale):
            raise ValueError(
                f"`y` must have {several(len(self.coding_.scale), 'output')}, as in the first call; got {n_outputs}. Fit "
                "anew for others."
            )
        return X, y.astype(np.float64)

    def _coding_of(self, y: NDArray[Any]) -> IntervalCoding:
        values, (low, high) = y.reshape(len(y), -1), self._task.target_range
        minimum, maximum = values.min(axis=0), values.max(axis=0)
        maximum = np.where(minimum == maximum, minimum + 2, maximum)  # a constant is scaled by 1
        return IntervalCoding(minimum, maximum, low, high, is_flat=y.ndim == 1)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
