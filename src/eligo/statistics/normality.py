"""Are these numbers like draws from a normal distribution? Shapiro and Wilk's test."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from . import _ties
from ._arrays import as_numbers, refuse_infinite

MIN_VALUES, MAX_VALUES = 3, 5000  # between which Royston's approximation of p holds


@dataclass(frozen=True)
class ShapiroWilkResult:
    """Shapiro and Wilk's test of normality.

    Attributes
    ----------
    statistic : float in (0, 1], W, 1 for a perfect fit
    p_value : float in [0, 1]
    n_values : int
    n_distinct : int, different values among them; 1 if all are the same, and few if they were counted
    """

    statistic: float
    p_value: float
    n_values: int
    n_distinct: int


def shapiro_wilk(values: ArrayLike) -> ShapiroWilkResult:
    """Shapiro and Wilk's test that scores, or differences of pairs, come from a normal distribution.

    W compares the variance that the sorted values would have on a straight normal quantile plot with the
    variance that they have: 1 for a straight line, less for skewness, long tails and ties. For a paired t-test
    it is the differences that should be normal, not the scores of either method.

    With few values the test misses much and with many it finds deviations that do not matter. Accuracies on a
    small test set take few different values (`n_distinct`) and fail it by that alone. It describes; let it
    not choose the next test: a test that the data chose does not keep its level.

    Values that are all the same, to 12 significant digits, are a normal distribution of width zero, against
    which nothing speaks: W and p are 1, and `n_distinct` is 1.

    Parameters
    ----------
    values : float array (values,), 3 to 5000 of them, finite; in units of your choice, and any order

    Returns
    -------
    ShapiroWilkResult

    Raises
    ------
    ValueError
        If `values` is not one axis of 3 to 5000 finite numbers.

    References
    ----------
    Shapiro & Wilk (1965), An analysis of variance test for normality (complete samples), Biometrika 52.
    Royston (1995), Remark AS R94, Applied Statistics 44, whose approximation of p ends at 5000 values.

    Examples
    --------
    >>> from eligo.statistics import shapiro_wilk
    >>> result = shapiro_wilk([148, 154, 158, 160, 161, 162, 166, 170, 182, 195, 236])
    >>> round(result.statistic, 2), round(result.p_value, 4)
    (0.79, 0.0067)
    """
    array = as_numbers("values", values, ("values",))
    refuse_infinite("values", array)
    if not MIN_VALUES <= array.size <= MAX_VALUES:
        remedy = "Run more trials." if array.size < MIN_VALUES else "Test a random part, or look at a quantile plot."
        raise ValueError(f"`values` must hold {MIN_VALUES} to {MAX_VALUES} numbers; got {array.size}. {remedy}")
    n_distinct = np.unique(_ties.ranks(array, _ties.noise(array))).size
    if n_distinct == 1:
        return ShapiroWilkResult(1.0, 1.0, array.size, 1)
    found = stats.shapiro(array / np.abs(array).max())  # W is free of the unit; scipy's takes tiny ranges for none
    return ShapiroWilkResult(float(found.statistic), float(found.pvalue), array.size, n_distinct)
