"""Two methods on the same blocks: Wilcoxon's signed-rank test and its effect size."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from . import _ties
from ._arrays import FloatArray, as_count, as_pairs

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


def _ranks_and_signs(first: FloatArray, second: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Ranks of the sizes of the differences, from 1, zeros included, and the signs, 0 for a zero."""
    differences, noise = _ties.differences(first, second)
    return _ties.ranks(np.abs(differences), noise), np.sign(differences)


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
    A score is taken to be right to 12 significant digits, so that 0.9 - 0.8 ties with 0.8 - 0.7; scores
    computed in float32 should be rounded to 6 digits before. Of infinite scores (diverged runs), inf against
    a finite score is a difference of the largest rank, inf against inf is a zero.

    p is exact for up to 50 pairs without zeros or ties and for up to 13 pairs with them, normal without
    continuity correction otherwise: what ``scipy.stats.wilcoxon(d, zero_method="zsplit")`` gives. Many zeros
    make the normal p conservative. With n pairs p is never below ``2 ** (1 - n)``: five pairs cannot reach
    0.05 (`smallest_wilcoxon_p`). Without any difference p is 1.

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


def smallest_wilcoxon_p(n_blocks: int, n_tests: int = 1) -> float:
    """Smallest two-sided p that Wilcoxon's signed-rank test can give, adjusted for several tests.

    ``min(1, n_tests * 2 / 2 ** n_blocks)``: of all ways to sign the differences only two are as one-sided as
    one method ahead in every block. If this is above the level, no difference however large can be
    significant, and the absence of one says nothing. Five blocks give 0.0625; with six methods, 15 pairs, it
    takes ten blocks to get below 0.05. The normal approximation that `wilcoxon` takes for many blocks is
    never smaller.

    Parameters
    ----------
    n_blocks : int, at least 1, pairs that are compared; each further one halves it
    n_tests : int, at least 1, default 1, tests that `bonferroni` adjusts for, or `holm` in its first step

    Returns
    -------
    float in (0, 1]

    Raises
    ------
    ValueError
        If an argument is not an integer of at least 1.

    References
    ----------
    Wilcoxon (1945), Individual comparisons by ranking methods, Biometrics Bulletin 1.

    Examples
    --------
    >>> from eligo.statistics import smallest_wilcoxon_p
    >>> smallest_wilcoxon_p(5), smallest_wilcoxon_p(6), smallest_wilcoxon_p(6, n_tests=3)
    (0.0625, 0.03125, 0.09375)
    """
    blocks, tests = as_count("n_blocks", n_blocks, 1), as_count("n_tests", n_tests, 1)
    return min(1.0, math.ldexp(tests, 1 - blocks))
