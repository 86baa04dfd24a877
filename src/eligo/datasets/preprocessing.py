"""Raw columns as networks want them: gaps filled, categories coded, numbers scaled, fitted on training rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, OneHotEncoder, StandardScaler
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted, validate_data

from eligo.datasets.record import DataError, Dataset

FEATURE_RANGE = (-1.0, 1.0)

SCALERS: Mapping[str, Callable[[], Any]] = MappingProxyType(
    {"range": lambda: MinMaxScaler(feature_range=FEATURE_RANGE), "z-score": StandardScaler}
)
"""How numbers may be scaled."""

_ONE_OF_SCALINGS = " or ".join(f'"{name}"' for name in SCALERS)


@dataclass(frozen=True)
class Preparation:
    """How raw columns become inputs of a network.

    Attributes
    ----------
    fitted_on : "training" or "all", default="training": the rows that medians and ranges come from, in studies
        those of the targets too. With "all" a trial's test rows have a say in how they are scaled
    drop_first_category : bool, default=False: the first level of a category gets no input, and is all others absent
    scale_categories : bool, default=True: levels are coded as -1 and 1; otherwise as 0 and 1
    scaling : "range" or "z-score", default="range": numbers span [-1, 1], or have mean 0 and standard deviation 1

    Raises
    ------
    DataError
        If ``fitted_on`` or ``scaling`` is none of those.
    """

    fitted_on: Literal["training", "all"] = "training"
    drop_first_category: bool = False
    scale_categories: bool = True
    scaling: Literal["range", "z-score"] = "range"

    def __post_init__(self) -> None:
        """Refuse rows and scales that there are none of."""
        if self.scaling not in SCALERS:
            raise DataError(f"`scaling` must be {_ONE_OF_SCALINGS}; got {self.scaling!r}. Choose one of them.")
        if self.fitted_on not in ("training", "all"):
            raise DataError(f'`fitted_on` must be "training" or "all"; got {self.fitted_on!r}. Choose one of them.')


def _zero_one_to_range(X: NDArray[np.floating]) -> NDArray[np.floating]:
    """Move [0, 1] to [-1, 1], whatever values occur: a level that no training row has is -1 there, not a constant."""
    low, high = FEATURE_RANGE
    return X * (high - low) + low


class FeaturePreparation(TransformerMixin, BaseEstimator):
    """Fill gaps, code categories, scale numbers: a scikit-learn transformer, fitted on training rows.

    Numbers: a missing value becomes the median of the rows that were fitted on; then each column is scaled linearly so
    that these rows span [-1, 1] (a constant one becomes -1), and other rows may leave it; or so that they have mean 0 and
    standard deviation 1 (a constant one becomes 0). Categories: a missing value
    becomes the most frequent level; then every declared level is one column, also where the rows that were fitted on
    lack it. Numbers come first, then categories, each in the order of the columns.

    Parameters
    ----------
    categories : tuple of tuples, default=(): per column the allowed levels, as they stand in X, or () for a number;
        () as a whole if all columns are numbers
    drop_first_category : bool, default=False, no column for the first level of each category
    scale_categories : bool, default=True, levels as -1 and 1 instead of 0 and 1
    may_miss : bool, default=True; False is faster, and refuses missing values
    scaling : "range" or "z-score", default="range", of numbers

    Attributes
    ----------
    transformer_ : ColumnTransformer of SimpleImputer, MinMaxScaler and OneHotEncoder, fitted
    n_features_in_ : int, columns
    feature_names_in_ : array of str, names of the columns, where X had names

    Raises
    ------
    DataError
        On fitting or transforming: a value is no declared level of its column. On fitting: a column is missing in
        every row, or ``categories`` does not fit the columns.

    Examples
    --------
    >>> import numpy as np
    >>> train = np.array([[1.0, 0], [np.nan, 1], [3.0, 0], [5.0, 0]])
    >>> preparation = FeaturePreparation(categories=((), (0, 1, 2))).fit(train)
    >>> preparation.transform([[np.nan, 2], [7.0, 0]])
    array([[ 0., -1., -1.,  1.],
           [ 2.,  1., -1., -1.]])
    >>> preparation.get_feature_names_out().tolist()
    ['x0', 'x1=0', 'x1=1', 'x1=2']
    """

    def __init__(
        self,
        categories: Sequence[Sequence[Any]] = (),
        drop_first_category: bool = False,
        scale_categories: bool = True,
        may_miss: bool = True,
        scaling: str = "range",
    ) -> None:
        """Nothing is fitted yet."""
        self.categories = categories
        self.drop_first_category = drop_first_category
        self.scale_categories = scale_categories
        self.may_miss = may_miss
        self.scaling = scaling

    def fit(self, X: ArrayLike, y: object = None) -> FeaturePreparation:
        """Take medians, most frequent levels and ranges from these rows.

        Parameters
        ----------
        X : array or frame (examples, columns)
        y : ignored

        Returns
        -------
        FeaturePreparation, this one
        """
        rows = self._validated(X, reset=True)
        if self.scaling not in SCALERS:
            raise DataError(f"`scaling` must be {_ONE_OF_SCALINGS}; got {self.scaling!r}. Choose one of them.")
        if len(self._levels()) != self.n_features_in_:
            raise DataError(
                f"`categories` must have an entry per column, () for a number; got {len(self.categories)} for "
                f"{self.n_features_in_} columns. Add or drop entries."
            )
        self._check_levels(rows)
        _check_gaps(rows, self._column_names())
        self.transformer_ = self._build().fit(rows)
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.floating]:
        """Inputs of a network for these rows.

        Parameters
        ----------
        X : array or frame (examples, columns)

        Returns
        -------
        float array (examples, inputs)
        """
        check_is_fitted(self)
        rows = self._validated(X, reset=False)
        self._check_levels(rows)
        return np.asarray(self.transformer_.transform(rows))

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[np.object_]:
        """Names of the inputs: a number keeps its column's name, a level is ``column=level``.

        Parameters
        ----------
        input_features : sequence of str, default=None, names of the columns; None means those of the frame that was
            fitted on, or x0, x1, ...

        Returns
        -------
        array of str (inputs,)
        """
        check_is_fitted(self)
        names = [str(name) for name in _check_feature_names_in(self, input_features)]
        return np.array(_names(names, self._levels(), self.drop_first_category), dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = self.may_miss
        return tags

    def _column_names(self) -> list[str]:
        return [str(name) for name in _check_feature_names_in(self)]

    def _levels(self) -> tuple[Sequence[Any], ...]:
        return tuple(self.categories) or ((),) * self.n_features_in_

    def _validated(self, X: ArrayLike, reset: bool) -> NDArray[Any]:
        kinds = {type(level) for levels in self.categories for level in levels}
        has_text = bool(kinds) and not all(issubclass(kind, (int, float, np.number)) for kind in kinds)
        is_finite = "allow-nan" if self.may_miss else True
        dtype = None if has_text else [np.float64, np.float32]
        try:
            return validate_data(self, X, reset=reset, dtype=dtype, ensure_all_finite=is_finite)
        except ValueError as error:
            if has_text or "could not convert string" not in str(error):
                raise
            raise DataError(
                f"X has a column of text ({error}), and `categories` declares no levels of text. Give it an entry per "
                "column: the levels of a category, () for a number."
            ) from error

    def _build(self) -> ColumnTransformer:
        levels = self._levels()
        numbers = [column for column, allowed in enumerate(levels) if not len(allowed)]
        coded = [column for column, allowed in enumerate(levels) if len(allowed)]
        encoder = OneHotEncoder(
            categories=[np.array(levels[column], dtype=_dtype(levels[column])) for column in coded],
            drop="first" if self.drop_first_category else None,
            sparse_output=False,
        )
        scaler = SCALERS[self.scaling]()
        to_range = [FunctionTransformer(_zero_one_to_range)] if self.scale_categories else []
        medians = [SimpleImputer(strategy="median")] if self.may_miss else []
        most_frequent = [SimpleImputer(strategy="most_frequent")] if self.may_miss else []
        parts = [
            ("numbers", make_pipeline(*medians, scaler), numbers),
            ("categories", make_pipeline(*most_frequent, encoder, *to_range), coded),
        ]
        return ColumnTransformer([part for part in parts if part[2]], sparse_threshold=0)

    def _check_levels(self, X: NDArray[Any]) -> None:
        names = self._column_names()
        for column, allowed in enumerate(self._levels()):
            if not len(allowed):
                continue
            values = X[:, column]
            is_known = np.isin(values, np.array(allowed, dtype=_dtype(allowed))) | _is_missing(values)
            if not is_known.all():
                value = values[np.argmin(is_known)]
                raise DataError(
                    f"column {names[column]!r} holds {_plain(value)!r}, which is no level of it; allowed are "
                    f"{', '.join(repr(level) for level in allowed)}. Declare the level in `categories`, or mend the row."
                )


def _check_gaps(X: NDArray[Any], names: Sequence[str]) -> None:
    for column in np.flatnonzero(_is_missing(X).all(axis=0)).tolist():
        raise DataError(
            f"column {names[column]!r} is missing in all {len(X)} rows that its gaps would be filled from. "
            "Drop the column, or fit on more rows."
        )


def _dtype(levels: Sequence[Any]) -> type:
    return float if all(isinstance(level, (int, float, np.number)) for level in levels) else object


def _is_missing(X: NDArray[Any]) -> NDArray[np.bool_]:
    return np.isnan(X) if X.dtype.kind == "f" else np.asarray(X != X)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _names(columns: Sequence[str], levels: Sequence[Sequence[Any]], drop_first: bool) -> list[str]:
    pairs = list(zip(columns, levels, strict=True))
    numbers = [name for name, allowed in pairs if not len(allowed)]
    return numbers + [f"{name}={level}" for name, allowed in pairs for level in list(allowed)[int(drop_first) :]]


def prepare_features(
    dataset: Dataset, preparation: Preparation, train_rows: NDArray[np.integer], *other_rows: NDArray[np.integer]
) -> tuple[NDArray[np.floating], ...]:
    """Inputs of a network for some rows, with medians and ranges of the training rows.

    Parameters
    ----------
    dataset : Dataset
    preparation : Preparation
    train_rows : int array (examples,), rows that are fitted on, unless the preparation is fitted on all
    other_rows : int arrays (examples,), rows to be prepared alike

    Returns
    -------
    tuple of float arrays (examples, inputs), the training rows first

    Raises
    ------
    DataError
        If a column is missing in all rows that are fitted on.

    Examples
    --------
    >>> from eligo.datasets import load
    >>> X, X_test = prepare_features(load("iris"), Preparation(), np.arange(0, 150, 2), np.arange(1, 150, 2))
    >>> X.shape, X.min().round(9).item(), X.max().round(9).item()
    ((75, 4), -1.0, 1.0)
    """
    fitted = dataset.X if preparation.fitted_on == "all" else dataset.X[train_rows]
    may_miss = bool(np.isnan(dataset.X).any())
    try:
        _check_gaps(fitted, dataset.feature_names)
    except DataError as error:
        raise DataError(f"data set {dataset.name!r}: {error}") from None
    transformer = FeaturePreparation(
        categories=tuple(tuple(range(len(levels))) for levels in dataset.categories),
        drop_first_category=preparation.drop_first_category,
        scale_categories=preparation.scale_categories,
        may_miss=may_miss,
        scaling=preparation.scaling,
    ).fit(fitted)
    return tuple(transformer.transform(dataset.X[rows]) for rows in (train_rows, *other_rows))


def input_names(dataset: Dataset, preparation: Preparation) -> tuple[str, ...]:
    """Names of the inputs that a network gets: numbers by their column, levels as ``column=level``.

    Parameters
    ----------
    dataset : Dataset
    preparation : Preparation

    Returns
    -------
    tuple of str, in the order of the columns of `prepare_features`

    Examples
    --------
    >>> from eligo.datasets import load
    >>> input_names(load("noisy_sine"), Preparation())
    ('x',)
    """
    return tuple(_names(dataset.feature_names, dataset.levels, preparation.drop_first_category))


def n_inputs(dataset: Dataset, preparation: Preparation) -> int:
    """How many inputs a network gets; it does not depend on the rows.

    Parameters
    ----------
    dataset : Dataset
    preparation : Preparation

    Returns
    -------
    int

    Examples
    --------
    >>> from eligo.datasets import load
    >>> n_inputs(load("iris"), Preparation())
    4
    """
    return len(input_names(dataset, preparation))
