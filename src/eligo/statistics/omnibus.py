"""Do the methods differ at all? Friedman's test, and the less conservative form of Iman and Davenport."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from ._arrays import FloatArray, as_scores, read_only
from .ranks import block_ranks


@dataclass(frozen=True, eq=False)
class FriedmanResult:
    """Friedman's chi-square of several methods over blocks.

    Attributes
    ----------
    statistic : float in [0, n_blocks * (n_methods - 1)], corrected for ties; largest when all blocks agree
    p_value : float in [0, 1]
    degrees_of_freedom : int, ``n_methods - 1``
    mean_ranks : float array (methods,), 1 is best
    n_blocks, n_methods : int
    tie_correction : float in [0, 1], 1 without ties; ``statistic * tie_correction`` is the statistic without
        the correction, which some texts print
    """

    statistic: float
    p_value: float
    degrees_of_freedom: int
    mean_ranks: FloatArray
    n_blocks: int
    n_methods: int
    tie_correction: float


@dataclass(frozen=True)
class ImanDavenportResult:
    """The F statistic of Iman and Davenport.

    Attributes
    ----------
    statistic : float in [0, inf], inf when all blocks agree
    p_value : float in [0, 1]
    degrees_of_freedom : tuple of two int, ``(n_methods - 1, (n_methods - 1) * (n_blocks - 1))``
    """

    statistic: float
    p_value: float
    degrees_of_freedom: tuple[int, int]


def _squares(ranks: FloatArray) -> tuple[float, float]:
    """Sums of squares of the ranks, between methods and in all, both times the number of blocks.

    Ranks are multiples of one half, so both sums are exact, and so is the comparison of one with the other.
    """
    n_blocks, n_methods = ranks.shape
    centre = n_blocks**2 * n_methods * (n_methods + 1) ** 2 / 4
    between = np.square(ranks.sum(axis=0)).sum() - centre
    total = n_blocks * np.square(ranks).sum() - centre
    return float(between), float(total)


def friedman(scores: ArrayLike, *, lower_is_better: bool = True) -> FriedmanResult:
    """Friedman's test that no method ranks better than another across the blocks.

    The statistic is 0 when all methods have the same mean rank and rises with the spread of mean ranks, up to
    ``n_blocks * (n_methods - 1)`` when every block orders the methods alike. It is corrected for ties. When
    every block is one large tie nothing speaks against equality: the statistic is 0 and p is 1. The p-value
    is that of chi-square, which is good for more than about 10 blocks; `iman_davenport` is the better test.

    Parameters
    ----------
    scores : float array (blocks, methods), +inf (or -inf if higher is better) for a diverged run
    lower_is_better : bool, default True; decides which end of `mean_ranks` is best, not the test

    Returns
    -------
    FriedmanResult

    Raises
    ------
    ValueError
        If `scores` is not (blocks, methods) with at least two of each, or contains NaN.

    References
    ----------
    Friedman (1937), The use of ranks to avoid the assumption of normality, JASA 32. The correction for ties:
    Conover (1999), Practical Nonparametric Statistics, section 5.8. Demšar (2006), JMLR 7, leaves it out.

    Examples
    --------
    >>> from eligo.statistics import friedman
    >>> result = friedman([[0.1, 0.2, 0.3], [0.1, 0.3, 0.2], [0.2, 0.3, 0.4], [0.0, 0.1, 0.2]])
    >>> result.mean_ranks
    array([1.  , 2.25, 2.75])
    >>> round(result.statistic, 3), round(result.p_value, 3)
    (6.5, 0.039)
    """
    ranks = block_ranks(as_scores(scores, min_blocks=2), lower_is_better)
    n_blocks, n_methods = ranks.shape
    between, total = _squares(ranks)
    statistic = n_blocks * (n_methods - 1) * between / total if total else 0.0
    return FriedmanResult(
        statistic=statistic,
        p_value=float(stats.chi2.sf(statistic, n_methods - 1)),
        degrees_of_freedom=n_methods - 1,
        mean_ranks=read_only(ranks.mean(axis=0)),
        n_blocks=n_blocks,
        n_methods=n_methods,
        tie_correction=total * 12 / (n_blocks**2 * n_methods * (n_methods**2 - 1)),
    )


def iman_davenport(scores: ArrayLike) -> ImanDavenportResult:
    """Iman and Davenport's test that no method ranks better than another across the blocks.

    ``F = (N - 1) * chi2 / (N * (k - 1) - chi2)`` of Friedman's chi2, corrected for ties, with N blocks and k
    methods: the F of a two-way analysis of variance of the ranks. It has more power than `friedman`. When
    every block orders the methods alike the statistic is inf and p is 0, which says no more than that the
    blocks agree: by chance they do so with probability ``k! ** (1 - N)``, one half for two methods on two
    blocks. When every block is one large tie the statistic is 0 and p is 1.

    Parameters
    ----------
    scores : float array (blocks, methods), +inf (or -inf if higher is better) for a diverged run

    Returns
    -------
    ImanDavenportResult

    Raises
    ------
    ValueError
        If `scores` is not (blocks, methods) with at least two of each, or contains NaN.

    References
    ----------
    Iman & Davenport (1980), Approximations of the critical region of the Friedman statistic, Communications
    in Statistics A 9.

    Examples
    --------
    >>> from eligo.statistics import iman_davenport
    >>> result = iman_davenport([[0.1, 0.2, 0.3], [0.1, 0.3, 0.2], [0.2, 0.3, 0.4], [0.0, 0.1, 0.2]])
    >>> round(result.statistic, 3), result.degrees_of_freedom, round(result.p_value, 4)
    (13.0, (2, 6), 0.0066)
    """
    ranks = block_ranks(as_scores(scores, min_blocks=2), lower_is_better=True)
    n_blocks, n_methods = ranks.shape
    between, total = _squares(ranks)
    degrees = (n_methods - 1, (n_methods - 1) * (n_blocks - 1))
    if between == 0:
        statistic = 0.0
    else:
        statistic = (n_blocks - 1) * between / (total - between) if between < total else np.inf
    return ImanDavenportResult(statistic, float(stats.f.sf(statistic, *degrees)), degrees)
