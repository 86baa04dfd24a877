"""Two methods on resplits of one data set: a t-test, and a posterior, that know the trials share data."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from . import _ties
from ._arrays import FloatArray, as_amount, as_count, as_fraction, as_numbers, as_pairs, refuse_infinite


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


@dataclass(frozen=True)
class CorrelatedTResult:
    """Posterior of the mean difference: a Student t that knows the trials share data.

    Attributes
    ----------
    p_first_lower : float in [0, 1], that the mean of first is lower than that of second by more than `rope`
    p_equivalent : float in [0, 1], that the means differ by at most `rope`
    p_first_higher : float in [0, 1], that the mean of first is higher than that of second by more than `rope`
    mean_difference : float, first minus second; centre of the posterior
    scale : float, of the t; 0 for a point mass
    degrees_of_freedom : int, ``n_trials - 1``
    low, high : float, ends of the central credible interval of the mean difference
    confidence : float in (0, 1), of that interval
    rope : float, half the width of the region of practical equivalence
    """

    p_first_lower: float
    p_equivalent: float
    p_first_higher: float
    mean_difference: float
    scale: float
    degrees_of_freedom: int
    low: float
    high: float
    confidence: float
    rope: float

    def quantile(self, probabilities: ArrayLike) -> FloatArray:
        """Mean differences below which the posterior has these probabilities, of the same shape, in (0, 1)."""
        levels = as_numbers("probabilities", probabilities)
        if not ((levels > 0) & (levels < 1)).all():
            raise ValueError(f"`probabilities` must be in (0, 1); got {probabilities!r}. Write 5 % as 0.05.")
        quantiles: FloatArray = self.mean_difference + self.scale * stats.t.ppf(levels, self.degrees_of_freedom)
        return quantiles


def _mean_and_error(first: ArrayLike, second: ArrayLike, n_train: int, n_test: int) -> tuple[float, float, int]:
    """Mean difference, its standard error with the overlap of the trials, and degrees of freedom.

    The error is 0 exactly when the differences are the same but for float noise.
    """
    one, other = as_pairs(first, second, min_pairs=2)
    refuse_infinite("first", one)
    refuse_infinite("second", other)
    overlap = as_count("n_test", n_test, 1) / as_count("n_train", n_train, 1)
    differences, noise = _ties.differences(one, other)
    if np.ptp(differences) <= noise.max():
        return float(differences[0]), 0.0, one.size - 1
    scale = float(np.abs(differences).max())  # so that squares neither overflow nor vanish
    scaled = differences / scale
    error = math.sqrt((1 / one.size + overlap) * float(scaled.var(ddof=1)))
    return scale * float(scaled.mean()), scale * error, one.size - 1


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
    infinite t and p = 0. The interval then has width zero. What lies beyond the 12th significant digit of the
    scores is float noise and counts as the same.

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
    level = as_fraction("confidence", confidence)
    mean, error, freedom = _mean_and_error(first, second, n_train, n_test)
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


def correlated_t(
    first: ArrayLike,
    second: ArrayLike,
    *,
    n_train: int,
    n_test: int,
    rope: float,
    confidence: float = 0.95,
) -> CorrelatedTResult:
    """How probable a difference that matters is, over random resplits of one data set: the correlated t-test.

    Under a flat prior the mean difference has a Student t posterior with the centre, the scale and the degrees
    of freedom of `nadeau_bengio`, so its central interval is that test's. Beyond a p-value it says how
    probable it is that the methods are equivalent for practical purposes, within `rope` of each other. The
    three probabilities sum to 1. Decide what difference would matter before looking: one example in a hundred
    is the custom for accuracies, 0.01.

    Differences that are all the same, up to float noise, leave a point mass: one of the three is 1. A point
    mass on the edge of the region is equivalent, and so are methods that never differ, with any `rope`.

    Parameters
    ----------
    first, second : float array (trials,), scores of two methods on the same splits, finite
    n_train, n_test : int, at least 1, examples trained on and tested on in each trial; for k-fold
        cross-validation, repeated or not, their ratio is k - 1 to 1
    rope : float, at least 0, half the width of the region of practical equivalence, in units of the scores; a
        larger one makes equivalence more probable, 0 leaves it no probability
    confidence : float in (0, 1), default 0.95, of the interval; larger is wider

    Returns
    -------
    CorrelatedTResult

    Raises
    ------
    ValueError
        If the arrays differ in length, have fewer than two trials, are not finite, or an argument is out of
        range.

    References
    ----------
    Corani & Benavoli (2015), A Bayesian approach for comparing cross-validated algorithms on multiple data
    sets, Machine Learning 100. Benavoli, Corani, Demšar & Zaffalon (2017), Time for a change: a tutorial for
    comparing multiple classifiers through Bayesian analysis, JMLR 18(77).

    Examples
    --------
    >>> from eligo.statistics import correlated_t
    >>> first, second = [0.31, 0.28, 0.35, 0.30, 0.33], [0.29, 0.27, 0.29, 0.31, 0.30]
    >>> result = correlated_t(first, second, n_train=120, n_test=30, rope=0.01)
    >>> round(result.p_first_lower, 3), round(result.p_equivalent, 3), round(result.p_first_higher, 3)
    (0.07, 0.194, 0.736)
    >>> round(result.low, 3), round(result.high, 3), result.quantile([0.1, 0.9]).round(3)
    (-0.026, 0.07, array([-0.005,  0.049]))
    """
    level, half_width = as_fraction("confidence", confidence), as_amount("rope", rope)
    mean, error, freedom = _mean_and_error(first, second, n_train, n_test)
    size = abs(mean)
    if error:
        # Both from the tail beyond the region, so that a small probability of equivalence is not lost to rounding.
        ahead, behind = (float(stats.t.sf(end / error, freedom)) for end in (half_width - size, half_width + size))
        equivalent = float(stats.t.sf((size - half_width) / error, freedom)) - behind
    else:
        equivalent = float(size <= half_width or math.isclose(size, half_width, rel_tol=1e-9))
        ahead, behind = 1.0 - equivalent, 0.0
    margin = float(stats.t.isf((1 - level) / 2, freedom)) * error
    return CorrelatedTResult(
        p_first_lower=behind if mean > 0 else ahead,
        p_equivalent=equivalent,
        p_first_higher=ahead if mean > 0 else behind,
        mean_difference=mean,
        scale=error,
        degrees_of_freedom=freedom,
        low=mean - margin,
        high=mean + margin,
        confidence=level,
        rope=half_width,
    )
