"""Two methods on the same blocks: Wilcoxon's signed-rank test and its effect size."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from ._arrays import FloatArray, as_pairs

# Differences are rounded to this many significant digits of the largest score: 0.9 - 0.8 and 0.8 - 0.7 differ
# in the 16th, and must tie.
DIGITS = 12
# Up to here the null distribution is counted out, with and without ties: the choice of scipy.stats.wilcoxon,
# so that its default and this module agree.
MAX_PAIRS_EXACT = 50
MAX_PAIRS_EXACT_WITH_TIES = 13


@dataclass(frozen=True)
class WilcoxonResult:
    """Wilcoxon's signed-rank test of two paired samples.

    Attributes
    ----------
    statistic : float, the smaller of the two rank sums, W+ (first larger) and W- (second larger)
    p_value : float in [0, 1], two-sided
    n_pairs : int, zero differences included
    n_zero : int, pairs without a difference
    rank_biserial : float in [-1, 1], ``(W+ - W-) / (W+ + W-)``: positive when first is larger
    method : {"exact", "normal"}, how p was computed
    """

    statistic: float
    p_value: float
    n_pairs: int
    n_zero: int
    rank_biserial: float
    method: str


def _rounded_differences(first: FloatArray, second: FloatArray) -> FloatArray:
    """First minus second in units of the largest finite score, without float noise; inf - inf is 0."""
    both = np.abs(np.concatenate([first, second]))
    largest = float(both[np.isfinite(both)].max(initial=0.0))
    # A power of ten keeps decimal scores on the grid; the bound keeps its own power from underflow.
    unit = 10.0 ** math.floor(math.log10(max(largest, np.finfo(np.float64).tiny)))
    with np.errstate(invalid="ignore"):
        differences = np.where(first == second, 0.0, first / unit - second / unit)
    return np.asarray(np.round(differences, DIGITS - 1), dtype=np.float64)


def _ranks_and_signs(first: FloatArray, second: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Ranks of the sizes of the differences, from 1, zeros included, and the signs, 0 for a zero."""
    differences = _rounded_differences(first, second)
    return np.asarray(stats.rankdata(np.abs(differences)), dtype=np.float64), np.sign(differences)


def _exact_p_value(ranks: FloatArray, signs: FloatArray) -> float:
    """Two-sided p over all ways to sign the ranks of the non-zero differences, each equally likely."""
    doubled = np.rint(2 * ranks[signs != 0]).astype(np.int64)  # mean ranks are halves
    ways = np.zeros(doubled.sum() + 1)  # ways[s]: subsets of the ranks with sum s / 2
    ways[0] = 1
    for rank in doubled:
        ways[rank:] = ways[rank:] + ways[:-rank]
    smaller = round(2 * min(ranks[signs > 0].sum(), ranks[signs < 0].sum()))
    return float(min(1.0, 2 * ways[: smaller + 1].sum() / ways.sum()))


def _normal_p_value(ranks: FloatArray, signs: FloatArray) -> float:
    """Two-sided p of W+ as a normal variable; the sum of squared mean ranks holds the correction for ties."""
    z = abs(ranks @ signs) / math.sqrt(ranks @ ranks)
    return float(2 * stats.norm.sf(z))


def wilcoxon(first: ArrayLike, second: ArrayLike) -> WilcoxonResult:
    """Wilcoxon's two-sided signed-rank test that differences of pairs are symmetric about zero.

    Zero differences keep their ranks and give half of them to either side ("zsplit"): ties support equality.
    Differences are rounded to 12 significant digits of the largest score, so that 0.9 - 0.8 ties with
    0.8 - 0.7; scores computed in float32 should be rounded to 6 digits before. Of infinite scores (diverged
    runs), inf against a finite score is a difference of the largest rank, inf against inf is a zero.

    p is exact for up to 50 pairs without zeros or ties and for up to 13 pairs with them, normal without
    continuity correction otherwise: what ``scipy.stats.wilcoxon(d, zero_method="zsplit")`` gives. Many zeros
    make the normal p conservative. With n pairs p is never below ``2 ** (1 - n)``: five pairs cannot reach
    0.05. Without any difference p is 1.

    Parameters
    ----------
    first, second : float array (pairs,), scores of two methods on the same blocks; may be infinite

    Returns
    -------
    WilcoxonResult

    Raises
    ------
    ValueError
        If the arrays are empty, differ in length or contain NaN.

    References
    ----------
    Wilcoxon (1945), Individual comparisons by ranking methods, Biometrics Bulletin 1. Zeros: Demšar (2006),
    Statistical comparisons of classifiers over multiple data sets, JMLR 7, section 3.1.3.

    Examples
    --------
    >>> from eligo.statistics import wilcoxon
    >>> result = wilcoxon([0.12, 0.15, 0.11, 0.18, 0.16, 0.13], [0.10, 0.12, 0.12, 0.11, 0.10, 0.09])
    >>> result.statistic, result.p_value, round(result.rank_biserial, 3), result.method
    (1.0, 0.0625, 0.905, 'exact')
    """
    ranks, signs = _ranks_and_signs(*as_pairs(first, second))
    n_pairs, n_zero = ranks.size, int((signs == 0).sum())
    has_ties = n_zero > 0 or np.unique(ranks).size < n_pairs
    is_exact = n_pairs <= (MAX_PAIRS_EXACT_WITH_TIES if has_ties else MAX_PAIRS_EXACT)
    rank_sum = n_pairs * (n_pairs + 1) / 2  # W+ + W-
    balance = float(ranks @ signs)  # W+ - W-: halves of the zeros cancel
    return WilcoxonResult(
        statistic=(rank_sum - abs(balance)) / 2,
        p_value=(_exact_p_value if is_exact else _normal_p_value)(ranks, signs),
        n_pairs=n_pairs,
        n_zero=n_zero,
        rank_biserial=balance / rank_sum,
        method="exact" if is_exact else "normal",
    )


def rank_biserial(first: ArrayLike, second: ArrayLike) -> float:
    """Matched-pairs rank-biserial correlation: how one-sided the differences of pairs are.

    ``(W+ - W-) / (W+ + W-)`` of the rank sums of `wilcoxon`: 1 when first is larger in every pair, -1 when
    second is, 0 when they balance or never differ. Zero differences count half for either side and draw the
    value to 0; texts that drop them get a larger one.

    Parameters
    ----------
    first, second : float array (pairs,), scores of two methods on the same blocks; may be infinite

    Returns
    -------
    float in [-1, 1], positive when first is larger

    Raises
    ------
    ValueError
        If the arrays are empty, differ in length or contain NaN.

    References
    ----------
    Kerby (2014), The simple difference formula, Comprehensive Psychology 3.

    Examples
    --------
    >>> from eligo.statistics import rank_biserial
    >>> round(rank_biserial([3, 5, 4, 9], [1, 2, 5, 4]), 3)
    0.8
    """
    ranks, signs = _ranks_and_signs(*as_pairs(first, second))
    return float(ranks @ signs / ranks.sum())
