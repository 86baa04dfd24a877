"""Two methods on resplits of one data set: the t-test that knows the trials share data."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from ._arrays import as_count, as_fraction, as_pairs, refuse_infinite


@dataclass(frozen=True)
class NadeauBengioResult:
    """The corrected resampled t-test of two methods.

    Attributes
    ----------
    statistic : float, t, positive when first is larger; infinite when all differences are the same but not 0
    p_value : float in [0, 1], two-sided
    degrees_of_freedom : int, ``n_trials - 1``
    mean_difference : float, first minus second
    low, high : float, ends of the confidence interval of the mean difference
    confidence : float in (0, 1)
    """

    statistic: float
    p_value: float
    degrees_of_freedom: int
    mean_difference: float
    low: float
    high: float
    confidence: float


def nadeau_bengio(
    first: ArrayLike, second: ArrayLike, *, n_train: int, n_test: int, confidence: float = 0.95
) -> NadeauBengioResult:
    """Nadeau and Bengio's corrected t-test of two methods over random resplits of one data set.

    ``t = mean(d) / sqrt((1 / n + n_test / n_train) * var(d))`` of the differences d over n trials, with n - 1
    degrees of freedom. Trials that resplit one data set overlap, and their mean is less certain than n
    independent ones would make it: the second term says by how much, and no number of trials removes it. A
    larger test share makes the test more cautious. The ordinary paired t-test, and `wilcoxon` over such
    trials, are too ready to see a difference.

    Differences that are all 0 give t = 0 and p = 1; differences that are all the same but not 0 give an
    infinite t and p = 0, as do those that differ only in float noise. The interval then has width zero.

    Parameters
    ----------
    first, second : float array (trials,), scores of two methods on the same splits, finite
    n_train, n_test : int, at least 1, examples trained on and tested on in each trial; for k-fold
        cross-validation, repeated or not, their ratio is k - 1 to 1
    confidence : float in (0, 1), default 0.95, of the interval; larger is wider

    Returns
    -------
    NadeauBengioResult

    Raises
    ------
    ValueError
        If the arrays differ in length, have fewer than two trials, are not finite, or an argument is out of
        range.

    References
    ----------
    Nadeau & Bengio (2003), Inference for the generalization error, Machine Learning 52.

    Examples
    --------
    >>> from eligo.statistics import nadeau_bengio
    >>> first, second = [0.31, 0.28, 0.35, 0.30, 0.33], [0.29, 0.27, 0.29, 0.31, 0.30]
    >>> result = nadeau_bengio(first, second, n_train=120, n_test=30)
    >>> round(result.statistic, 3), round(result.p_value, 3), round(result.low, 3), round(result.high, 3)
    (1.267, 0.274, -0.026, 0.07)
    """
    one, other = as_pairs(first, second, min_pairs=2)
    refuse_infinite("first", one)
    refuse_infinite("second", other)
    overlap = as_count("n_test", n_test, 1) / as_count("n_train", n_train, 1)
    level = as_fraction("confidence", confidence)
    differences = one - other
    is_constant = differences.max() == differences.min()
    mean = float(differences[0] if is_constant else differences.mean())
    variance = 0.0 if is_constant else float(differences.var(ddof=1))
    error, freedom = math.sqrt((1 / one.size + overlap) * variance), one.size - 1
    statistic = mean / error if error else math.copysign(math.inf, mean) if mean else 0.0
    margin = float(stats.t.isf((1 - level) / 2, freedom)) * error
    return NadeauBengioResult(
        statistic=statistic,
        p_value=float(2 * stats.t.sf(np.abs(statistic), freedom)),
        degrees_of_freedom=freedom,
        mean_difference=mean,
        low=mean - margin,
        high=mean + margin,
        confidence=level,
    )
