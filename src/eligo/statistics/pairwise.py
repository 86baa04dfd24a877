"""Which methods differ? Every pair tested by Wilcoxon, adjusted for the number of pairs."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._arrays import BoolArray, FloatArray, IntArray, as_fraction, as_scores, read_only
from .adjustment import bonferroni, holm
from .signed_rank import wilcoxon


@dataclass(frozen=True, eq=False)
class PairwiseResult:
    """Wilcoxon's test of every pair of methods, adjusted for the number of pairs.

    Attributes
    ----------
    pairs : int array (pairs, 2), columns of the scores, the lower first
    p_values : float array (pairs,), two-sided
    adjusted_p_values : float array (pairs,), over all pairs
    is_significant : bool array (pairs,), adjusted p at most `alpha`
    rank_biserial : float array (pairs,), in [-1, 1], positive when the first of the pair has larger scores
    n_zero : int array (pairs,), blocks on which the two do not differ
    n_methods : int
    alpha : float in (0, 1)
    adjustment : {"Holm", "Bonferroni"}, how p-values were adjusted
    """

    pairs: IntArray
    p_values: FloatArray
    adjusted_p_values: FloatArray
    is_significant: BoolArray
    rank_biserial: FloatArray
    n_zero: IntArray
    n_methods: int
    alpha: float
    adjustment: str

    @property
    def adjusted_matrix(self) -> FloatArray:
        """Adjusted p-values (methods, methods), symmetric, with 1 on the diagonal."""
        matrix = np.ones((self.n_methods, self.n_methods))
        first, second = self.pairs.T
        matrix[first, second] = matrix[second, first] = self.adjusted_p_values
        return matrix


def _every_pair(
    scores: ArrayLike, alpha: float, adjust: Callable[[ArrayLike], FloatArray], adjustment: str
) -> PairwiseResult:
    """Test every pair and adjust."""
    array, level = as_scores(scores), as_fraction("alpha", alpha)
    n_methods = array.shape[1]
    pairs = np.stack(np.triu_indices(n_methods, k=1), axis=1).astype(np.int64)
    tests = [wilcoxon(array[:, first], array[:, second]) for first, second in pairs]
    p_values = np.array([test.p_value for test in tests])
    adjusted = adjust(p_values)
    return PairwiseResult(
        pairs=read_only(pairs),
        p_values=read_only(p_values),
        adjusted_p_values=read_only(adjusted),
        is_significant=read_only(adjusted <= level),
        rank_biserial=read_only(np.array([test.rank_biserial for test in tests])),
        n_zero=read_only(np.array([test.n_zero for test in tests], dtype=np.int64)),
        n_methods=n_methods,
        alpha=level,
        adjustment=adjustment,
    )


def wilcoxon_holm(scores: ArrayLike, *, alpha: float = 0.05) -> PairwiseResult:
    """Wilcoxon's two-sided test of every pair of methods, adjusted by Holm.

    A pair is significant when its adjusted p is at most alpha; the chance of any false one is then at most
    alpha. Unlike Nemenyi's, the p-value of a pair does not depend on the other methods' ranks; its adjusted
    p-value depends on the other p-values and their number. `wilcoxon` says how zeros, ties and infinite scores
    are treated.

    Parameters
    ----------
    scores : float array (blocks, methods), +inf (or -inf if higher is better) for a diverged run
    alpha : float in (0, 1), default 0.05, chance of any false difference; smaller is stricter

    Returns
    -------
    PairwiseResult

    Raises
    ------
    ValueError
        If `scores` is not (blocks, methods) with at least two methods or contains NaN, or if alpha is out of
        range.

    References
    ----------
    Benavoli, Corani & Mangili (2016), Should we really use post-hoc tests based on mean-ranks?, JMLR 17(5).

    Examples
    --------
    >>> import numpy as np
    >>> from eligo.statistics import wilcoxon_holm
    >>> block = np.arange(8.0)
    >>> result = wilcoxon_holm(np.stack([block, block + (-1) ** block, 1.1 * block + 2], axis=1))
    >>> result.pairs.tolist()
    [[0, 1], [0, 2], [1, 2]]
    >>> result.adjusted_p_values.round(3), result.is_significant
    (array([1.   , 0.023, 0.023]), array([False,  True,  True]))
    """
    return _every_pair(scores, alpha, holm, "Holm")


def wilcoxon_bonferroni(scores: ArrayLike, *, alpha: float = 0.05) -> PairwiseResult:
    """Wilcoxon's two-sided test of every pair of methods, adjusted by Bonferroni.

    As `wilcoxon_holm`, which keeps the same promise and finds at least as much: this one is for comparison with
    texts that use it. The adjusted p-value of a pair depends on the other methods by their number alone.

    Parameters
    ----------
    scores : float array (blocks, methods), +inf (or -inf if higher is better) for a diverged run
    alpha : float in (0, 1), default 0.05, chance of any false difference; smaller is stricter

    Returns
    -------
    PairwiseResult

    Raises
    ------
    ValueError
        If `scores` is not (blocks, methods) with at least two methods or contains NaN, or if alpha is out of
        range.

    References
    ----------
    Dunn (1961), Multiple comparisons among means, JASA 56.

    Examples
    --------
    >>> import numpy as np
    >>> from eligo.statistics import wilcoxon_bonferroni
    >>> block = np.arange(8.0)
    >>> result = wilcoxon_bonferroni(np.stack([block, block + (-1) ** block, 1.1 * block + 2], axis=1))
    >>> result.adjusted_p_values.round(3), result.is_significant
    (array([1.   , 0.023, 0.023]), array([False,  True,  True]))
    """
    return _every_pair(scores, alpha, bonferroni, "Bonferroni")
