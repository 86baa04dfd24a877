"""How large is the difference, and how sure is that? Bootstrap confidence intervals of means and their ratio."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from . import _ties
from ._arrays import (
    FloatArray,
    as_count,
    as_fraction,
    as_generator,
    as_numbers,
    as_pairs,
    read_only,
    refuse_infinite,
)


@dataclass(frozen=True)
class Interval:
    """An estimate and its confidence interval.

    Attributes
    ----------
    estimate : float
    low, high : float, ends of the interval
    confidence : float in (0, 1)
    """

    estimate: float
    low: float
    high: float
    confidence: float


@dataclass(frozen=True, eq=False)
class Band:
    """A mean curve and the confidence interval of each of its points.

    Attributes
    ----------
    estimate : float array (points,), the mean
    low, high : float array (points,), ends of the intervals
    confidence : float in (0, 1), of each point by itself, not of the whole curve
    """

    estimate: FloatArray
    low: FloatArray
    high: FloatArray
    confidence: float


def _bca_levels(centred: FloatArray, deviations: FloatArray, confidence: float) -> FloatArray:
    """Quantiles of the resampled estimates that end the interval (2, points): Efron (1987).

    `deviations` (trials, points) say how far each trial draws the estimate: for a mean, its distance from it.
    The acceleration is left out where it is too strong for the confidence, and the formula has no meaning.
    """
    tails = stats.norm.ppf([[(1 - confidence) / 2], [(1 + confidence) / 2]])
    bias = stats.norm.ppf((centred < 0).mean(axis=0) + (centred == 0).mean(axis=0) / 2)
    squares = np.square(deviations).sum(axis=0)
    # For a mean this is the skewness over 6 sqrt(n).
    acceleration = (deviations**3).sum(axis=0) / (6 * np.where(squares > 0, squares, 1.0) ** 1.5)
    shifted = bias + tails
    shrinkage = 1 - acceleration * shifted
    is_defined = (shrinkage > 0).all(axis=0)
    levels: FloatArray = stats.norm.cdf(bias + shifted / np.where(is_defined, shrinkage, 1.0))
    return levels


def _quantiles(values: FloatArray, levels: FloatArray) -> FloatArray:
    """Quantiles along the first axis, linear between neighbours, with levels (2, points) of each column."""
    ordered = np.sort(values, axis=0)
    position = levels * (len(values) - 1)
    below = np.floor(position).astype(np.int64)
    above = np.minimum(below + 1, len(values) - 1)
    low, high = np.take_along_axis(ordered, below, axis=0), np.take_along_axis(ordered, above, axis=0)
    between: FloatArray = low + (position - below) * (high - low)
    return between


MOST_DRAWS = 2**21
"""Resampled trials that are worked on at once: up to three arrays of 16 MiB, the one that is multiplied, the next as it is
drawn, and as numbers. The draws are the same however many are; one resample is held whole."""

MOST_KEPT = 2**26
"""Resampled trials of one seed that are kept for the next interval, 64 MiB as bytes."""

N_KEPT = 2
"""Seeds, or numbers of trials, of which they are: 128 MiB at most."""


def _drawn(n_trials: int, n_resamples: int, rng: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """How often each resample has each trial (some of the resamples, trials), part after part."""
    shares = np.full(n_trials, 1 / n_trials)
    at_once = max(1, MOST_DRAWS // n_trials)
    for begun in range(0, n_resamples, at_once):
        yield rng.multinomial(n_trials, shares, size=min(at_once, n_resamples - begun))


@lru_cache(maxsize=N_KEPT)
def _kept(n_trials: int, n_resamples: int, seed: int) -> NDArray[np.uint8]:
    """The same of a seed, all of them: drawing takes longer than all that follows, and a report has a hundred intervals.

    A byte holds a count: that a trial is drawn more than 255 times has a probability below 1e-500.
    """
    counts = np.empty((n_resamples, n_trials), dtype=np.uint8)
    begun = 0
    for draws in _drawn(n_trials, n_resamples, as_generator(seed)):
        counts[begun : begun + len(draws)] = draws
        begun += len(draws)
    counts.flags.writeable = False
    return counts


def _draws(n_trials: int, n_resamples: int, rng: np.random.Generator | int) -> Iterator[FloatArray]:
    """How often each resample has each trial (some of the resamples, trials), part after part, to be multiplied.

    The same numbers for a seed and for a new generator of it. All intervals of a seed and a number of trials are of the same
    resamples, so that those of methods over the same trials are paired.
    """
    generator = as_generator(rng)
    if isinstance(rng, np.random.Generator) or n_trials * n_resamples > MOST_KEPT:
        for draws in _drawn(n_trials, n_resamples, generator):
            yield draws.astype(np.float64)
        return
    counts, at_once = _kept(n_trials, n_resamples, int(rng)), max(1, MOST_DRAWS // n_trials)
    for begun in range(0, n_resamples, at_once):
        yield counts[begun : begun + at_once].astype(np.float64)


def _mean_and_ends(
    values: FloatArray, noise: FloatArray, rng: np.random.Generator | int, confidence: float, n_resamples: int
) -> tuple[FloatArray, FloatArray]:
    """Mean (points,) and ends of its interval (2, points); every point sees the same resampled trials."""
    n_trials = len(values)
    # Numbers that are the same but for float noise have no spread, and their mean may miss them in the last bit.
    is_constant = np.ptp(values, axis=0) <= noise.max(axis=0)
    estimate = np.where(is_constant, values[0], values.mean(axis=0))
    deviations = np.where(is_constant, 0.0, values - estimate)
    largest = np.abs(deviations).max(axis=0)
    scale = np.where(largest > 0, largest, 1.0)
    deviations = deviations / scale
    means = [draws @ deviations / n_trials for draws in _draws(n_trials, n_resamples, rng)]
    # Rounded, so that a resample whose mean equals the estimate is not pushed to one side by float noise.
    centred: FloatArray = np.concatenate(means).round(12)
    levels = _bca_levels(centred, deviations, confidence)
    return estimate, estimate + scale * _quantiles(centred, levels)


def paired_difference(
    first: ArrayLike,
    second: ArrayLike,
    *,
    rng: np.random.Generator | int,
    confidence: float = 0.95,
    n_resamples: int = 10000,
) -> Interval:
    """Mean of first minus second over pairs, with its bias-corrected and accelerated bootstrap interval.

    The interval narrows as the square root of the number of pairs and leans to the side of a longer tail.
    Pairs are resampled whole. Differences that are all the same, to 12 significant digits of the scores, give
    an interval of width zero. Where the
    acceleration is too strong for the confidence (one pair far from all others, confidence beyond 0.999) it
    is left out, and the ends are percentiles corrected for bias alone. Intervals from fewer than about 10
    pairs are too narrow, and so are those over trials on one problem, which share data: `nadeau_bengio`
    corrects for that.

    Parameters
    ----------
    first, second : float array (pairs,), scores of two methods on the same blocks, finite
    rng : numpy Generator, or int, the seed of a new one; the same seed gives the same interval
    confidence : float in (0, 1), default 0.95; larger is wider
    n_resamples : int, at least 100, default 10000

    Returns
    -------
    Interval, in units of the scores, positive when first is larger

    Raises
    ------
    ValueError
        If the arrays differ in length, have fewer than two pairs, are not finite, or an argument is out of
        range.

    References
    ----------
    Efron (1987), Better bootstrap confidence intervals, JASA 82.

    Examples
    --------
    >>> from eligo.statistics import paired_difference
    >>> interval = paired_difference([0.31, 0.28, 0.35, 0.30, 0.33], [0.29, 0.27, 0.29, 0.31, 0.30], rng=0)
    >>> round(interval.estimate, 3), round(interval.low, 3), round(interval.high, 3)
    (0.022, 0.004, 0.044)
    """
    one, other = as_pairs(first, second, min_pairs=2)
    refuse_infinite("first", one)
    refuse_infinite("second", other)
    level, n_draws = as_fraction("confidence", confidence), as_count("n_resamples", n_resamples, 100)
    differences, noise = _ties.differences(one, other)
    mean, ends = _mean_and_ends(differences[:, None], noise[:, None], rng, level, n_draws)
    return Interval(float(mean[0]), float(ends[0, 0]), float(ends[1, 0]), level)


def interval_of_mean(
    values: ArrayLike,
    *,
    rng: np.random.Generator | int,
    confidence: float = 0.95,
    n_resamples: int = 10000,
) -> Band:
    """Mean over trials at each point of a curve, with its bias-corrected and accelerated bootstrap interval.

    As `paired_difference`, for every point of a learning curve. Trials are resampled whole, the same for all
    points, so that the band is as smooth as the curves. It covers each point with the given confidence, the
    whole curve with less. A point at which all trials agree has an interval of width zero.

    Parameters
    ----------
    values : float array (trials, points), finite, at least two trials
    rng : numpy Generator, or int, the seed of a new one; the same seed gives the same band
    confidence : float in (0, 1), default 0.95; larger is wider
    n_resamples : int, at least 100, default 10000

    Returns
    -------
    Band

    Raises
    ------
    ValueError
        If `values` is not (trials, points) with at least two trials, is not finite, or an argument is out of
        range.

    References
    ----------
    Efron (1987), Better bootstrap confidence intervals, JASA 82.

    Examples
    --------
    >>> from eligo.statistics import interval_of_mean
    >>> band = interval_of_mean([[0.9, 0.5], [0.9, 0.3], [0.9, 0.4], [0.9, 0.2]], rng=0)
    >>> band.estimate, band.low.round(3), band.high.round(3)
    (array([0.9 , 0.35]), array([0.9 , 0.25]), array([0.9 , 0.45]))
    """
    array = as_numbers("values", values, ("trials", "points"))
    refuse_infinite("values", array)
    if len(array) < 2:
        raise ValueError(
            f"`values` must have at least 2 rows, one per trial; got shape {array.shape}. "
            "Run more trials, or draw the one curve without a band."
        )
    level, n_draws = as_fraction("confidence", confidence), as_count("n_resamples", n_resamples, 100)
    mean, (low, high) = _mean_and_ends(array, _ties.noise(array), rng, level, n_draws)
    return Band(read_only(mean), read_only(low), read_only(high), level)


def _near_zero(second: FloatArray) -> ValueError:
    return ValueError(
        f"`second` must have a mean that is clearly not 0, since it is divided by; got {second.size} entries from "
        f"{second.min():g} to {second.max():g}, and an interval of their mean that reaches 0. "
        "Ask for `paired_difference`, or run more trials."
    )


def _deviations_of_ratio(draws: FloatArray, influence: FloatArray, one: FloatArray, other: FloatArray) -> FloatArray:
    """Resampled ratios less the ratio (resamples,), in the units of the influences, whose mean is 0: no digits are lost.

    A resample in which the denominator has left its sign stands for a ratio that went through infinity.
    """
    sums, sign = draws @ other, np.sign(other.mean())
    is_lost = sign * sums <= 0
    centred = np.round((draws @ influence) / np.where(is_lost, sign, sums) * other.mean(), 11)
    return np.where(is_lost, np.where(sign * (draws @ one) < 0, -np.inf, np.inf), centred)


def ratio_of_means(
    first: ArrayLike,
    second: ArrayLike,
    *,
    rng: np.random.Generator | int,
    confidence: float = 0.95,
    n_resamples: int = 10000,
) -> Interval:
    """Mean of first over mean of second, with its bias-corrected and accelerated bootstrap interval.

    Below 1 where first is smaller: the share of the labels, or of the error area, that one method takes of
    another's. Pairs are resampled whole, so what makes a trial hard for both cancels. It is the ratio of what
    many trials cost in all, not the mean of the trials' ratios, which one small denominator can carry off.
    Swapping the methods turns ratio and interval into their reciprocals, up to the interpolation between
    resamples. Where first is the same multiple of second in all pairs the interval has width zero.

    The denominator must not come near 0: single entries of `second` may be 0 or of the other sign, but not so many
    that the interval of their mean reaches 0, where that of the ratio has no end (Fieller, 1954). A resample whose
    denominator has lost its sign counts as a ratio beyond all others. Fewer than about 10 pairs, and trials on one
    problem, make the interval too narrow, as for `paired_difference`.

    Parameters
    ----------
    first : float array (pairs,), finite
    second : float array (pairs,), finite, with a mean clearly above or below 0
    rng : numpy Generator, or int, the seed of a new one; the same seed gives the same interval
    confidence : float in (0, 1), default 0.95; larger is wider
    n_resamples : int, at least 100, default 10000

    Returns
    -------
    Interval

    Raises
    ------
    ValueError
        If the arrays differ in length, have fewer than two pairs, are not finite, if the mean of `second` may
        well be 0, or an argument is out of range.

    References
    ----------
    Efron (1987), Better bootstrap confidence intervals, JASA 82: the acceleration is that of the empirical
    influence of each pair, ``first / mean(first) - second / mean(second)``, the same for a ratio as for its
    logarithm. Fieller (1954), Some problems in interval estimation, JRSS B 16.

    Examples
    --------
    >>> from eligo.statistics import ratio_of_means
    >>> interval = ratio_of_means([31, 28, 35, 30, 33, 29], [62, 50, 74, 71, 60, 58], rng=0)
    >>> round(interval.estimate, 3), round(interval.low, 3), round(interval.high, 3)
    (0.496, 0.455, 0.53)
    """
    one, other = as_pairs(first, second, min_pairs=2)
    refuse_infinite("first", one)
    refuse_infinite("second", other)
    level, n_draws = as_fraction("confidence", confidence), as_count("n_resamples", n_resamples, 100)
    if abs(other.mean()) <= _ties.RESOLUTION * np.abs(other).max():
        raise _near_zero(other)
    ratio = one.mean() / other.mean()
    influence = (one - ratio * other) / other.mean()
    largest = np.abs(influence).max()
    scale = largest if largest > _ties.RESOLUTION * np.abs(ratio) else np.abs(ratio) or 1.0  # else it is float noise
    influence = influence / scale
    parts = _draws(one.size, n_draws, rng)
    centred = np.concatenate([_deviations_of_ratio(draws, influence, one, other) for draws in parts])[:, None]
    levels = _bca_levels(centred, influence[:, None], level)
    # The neighbours that an end lies between: none may be a ratio that went through infinity.
    ends = np.quantile(centred, levels[:, 0], method="lower"), np.quantile(centred, levels[:, 0], method="higher")
    if np.isinf(ends).any():
        raise _near_zero(other)
    low, high = ratio + scale * _quantiles(centred, levels)[:, 0]
    return Interval(float(ratio), float(low), float(high), level)
