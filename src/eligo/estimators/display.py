"""A picture of what an estimator selected."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted, validate_data

from eligo.estimators.shell import FLOATS, NetworkEstimator
from eligo.mistakes import meant, refuse_unless

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass
class SelectionDisplay:
    """Which examples an estimator trained on or had labelled, among all that it was given, in a plane.

    A Display as scikit-learn has them: make it with `from_estimator`, draw it again with `plot`.

    Parameters
    ----------
    positions : float array (examples, 2), where each example stands
    is_selected : bool array (examples,)
    labels : (str, str), default=("", ""), of the axes

    Attributes
    ----------
    ax_ : matplotlib axes, once plotted
    figure_ : matplotlib figure, once plotted

    Examples
    --------
    >>> import numpy as np, eligo
    >>> X = np.random.default_rng(0).uniform(-1, 1, (30, 3))
    >>> model = eligo.SelectiveRegressor(hidden=(4,), epochs=5, random_state=0).fit(X, X[:, 0] ** 2)
    >>> display = SelectionDisplay.from_estimator(model, X, features=(0, 2))
    >>> display.ax_.get_xlabel(), display.is_selected.shape
    ('feature 0', (30,))
    """

    positions: NDArray[np.float64]
    is_selected: NDArray[np.bool_]
    labels: tuple[str, str] = ("", "")
    ax_: Axes = field(init=False, repr=False)
    figure_: Figure = field(init=False, repr=False)

    @classmethod
    def from_estimator(
        cls,
        estimator: NetworkEstimator,
        X: ArrayLike,
        *,
        features: tuple[int | str, int | str] | None = None,
        ax: Axes | None = None,
    ) -> Self:
        """Draw what a fitted estimator selected of the examples that it was fitted on.

        Parameters
        ----------
        estimator : fitted estimator of eligo
        X : float array or frame (examples, features), those of the last fit, in the same order
        features : two indices or names, default=None, the features of the axes; None takes the first two principal
            components of the scaled features, or the one feature that there is against its order
        ax : matplotlib axes, default=None, where to draw; None makes a figure

        Returns
        -------
        SelectionDisplay

        Raises
        ------
        ValueError
            If the estimator is not one of eligo, or X does not have the examples that were fitted on, or lacks a feature.
        """
        remedy = "Others train on all rows that they are given."
        is_ours = "a fitted estimator of eligo"
        refuse_unless("estimator", estimator, lambda one: isinstance(one, NetworkEstimator), is_ours, remedy)
        check_is_fitted(estimator, "params_")
        rows = np.asarray(validate_data(estimator, X, reset=False, dtype=FLOATS))
        if len(rows) != len(estimator.selected_):
            raise ValueError(
                f"`X` must have the {len(estimator.selected_)} examples that the estimator was fitted on; got {len(rows)}."
            )
        if features is None:
            positions, labels = _principal(estimator.scaling_(rows))
        else:
            refuse_unless("features", features, lambda both: len(both) == 2, "two indices or names of columns")
            first, second = (_column(estimator, feature) for feature in features)
            positions, labels = rows[:, [first, second]], (_name(estimator, first), _name(estimator, second))
        return cls(positions, estimator.selected_, labels).plot(ax)

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw it.

        Parameters
        ----------
        ax : matplotlib axes, default=None; None makes a figure

        Returns
        -------
        SelectionDisplay, this one
        """
        from matplotlib import pyplot as plt  # a second of import that only pictures need

        self.ax_ = plt.subplots()[1] if ax is None else ax
        figure: Any = self.ax_.figure
        self.figure_ = figure
        looks: tuple[tuple[NDArray[np.bool_], str, dict[str, Any]], ...] = (
            (~self.is_selected, "left out", {"facecolors": "none", "edgecolors": "0.6"}),
            (self.is_selected, "selected", {"color": "C0"}),
        )
        for which, name, look in looks:
            x, y = self.positions[which].T
            self.ax_.scatter(x, y, s=18, label=f"{name} ({which.sum()})", **look)
        self.ax_.set(xlabel=self.labels[0], ylabel=self.labels[1])
        self.ax_.legend()
        return self


def _principal(X: NDArray[np.float64]) -> tuple[NDArray[np.float64], tuple[str, str]]:
    """The first two principal components of examples, and what to call them."""
    centred = X - X.mean(axis=0)
    if X.shape[1] == 1:
        return np.column_stack([centred[:, 0], np.arange(len(X))]), ("feature 0, scaled", "example")
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    positions = centred @ directions[:2].T
    filled = np.pad(positions, ((0, 0), (0, 2 - positions.shape[1])))
    return filled, ("first principal component", "second principal component")


def _column(estimator: Any, feature: int | str) -> int:
    """The index of a feature."""
    if isinstance(feature, str):
        names = getattr(estimator, "feature_names_in_", np.array([])).tolist()
        if feature not in names:
            hint = meant(feature, names) if names else "`X` had no names when it was fitted; give indices."
            raise ValueError(f"`features` must be columns of `X`; got {feature!r}. {hint}")
        return int(names.index(feature))
    if not 0 <= feature < estimator.n_features_in_:
        raise ValueError(f"`features` must be in [0, {estimator.n_features_in_ - 1}]; got {feature}.")
    return feature


def _name(estimator: Any, column: int) -> str:
    names = getattr(estimator, "feature_names_in_", None)
    return f"feature {column}" if names is None else str(names[column])
