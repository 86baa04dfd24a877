"""Which numbers count as equal: scores carry float noise, and 0.9 - 0.8 must tie with 0.8 - 0.7."""

import numpy as np
from scipy import stats

from ._arrays import FloatArray

# A score is taken to be right to this share of its size. Noise belongs to each score by itself: measured by the
# largest of all scores, one run that blew up would make every other difference look like noise.
RESOLUTION = 1e-12


def noise(scores: FloatArray) -> FloatArray:
    """Float noise that each score may carry; an infinite one carries none."""
    sizes = np.abs(scores)
    return np.where(np.isfinite(sizes), RESOLUTION * sizes, 0.0)


def ranks(values: FloatArray, slack: FloatArray) -> FloatArray:
    """Ranks along the last axis, from 1; neighbours in order tie where the slack of either spans the gap.

    Values that tie share the mean of their ranks. Equal infinities tie.
    """
    order = np.argsort(values, axis=-1, kind="stable")
    ordered, spans = np.take_along_axis(values, order, -1), np.take_along_axis(slack, order, -1)
    with np.errstate(invalid="ignore"):  # inf - inf is NaN, which is not apart
        is_apart = np.diff(ordered) > np.maximum(spans[..., 1:], spans[..., :-1])
    groups = np.zeros(values.shape)
    np.put_along_axis(groups, order[..., 1:], np.cumsum(is_apart, axis=-1, dtype=np.float64), -1)
    return np.asarray(stats.rankdata(groups, axis=-1), dtype=np.float64)


def differences(first: FloatArray, second: FloatArray) -> tuple[FloatArray, FloatArray]:
    """First minus second, and the float noise in each; inf - inf is 0, and so is what is no more than noise."""
    with np.errstate(invalid="ignore"):
        values = np.where(first == second, 0.0, first - second)
    slack = np.where(np.isfinite(values), np.maximum(noise(first), noise(second)), 0.0)
    return np.where(np.abs(values) <= slack, 0.0, values), slack
