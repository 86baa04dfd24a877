"""Ranks of methods within blocks: what every rank test starts from."""

from numpy.typing import ArrayLike

from . import _ties
from ._arrays import FloatArray, as_scores


def block_ranks(scores: FloatArray, lower_is_better: bool) -> FloatArray:
    """Rank the methods of each block from 1, the best; equal scores share the mean of their ranks."""
    return _ties.ranks(scores if lower_is_better else -scores, _ties.noise(scores))


def mean_ranks(scores: ArrayLike, *, lower_is_better: bool = True) -> FloatArray:
    """Rank of each method, averaged over blocks; 1 is a method that is best everywhere.

    A rank rises with every method that does better in the block, whatever the distance. Methods with equal
    scores share the mean of their ranks, so ranks sum to ``n_methods * (n_methods + 1) / 2`` in every block.
    Scores are equal if they agree to 12 significant digits: what lies beyond is float noise.

    Parameters
    ----------
    scores : float array (blocks, methods), +inf (or -inf if higher is better) for a diverged run, which ranks
        last; several diverged runs of a block tie
    lower_is_better : bool, default True, as for errors; False for accuracies

    Returns
    -------
    float array (methods,), each in [1, n_methods]

    Raises
    ------
    ValueError
        If `scores` is not (blocks, methods) with at least two methods, or contains NaN.

    References
    ----------
    Demšar (2006), Statistical comparisons of classifiers over multiple data sets, JMLR 7, section 3.2.2.

    Examples
    --------
    >>> from eligo.statistics import mean_ranks
    >>> mean_ranks([[0.1, 0.3, 0.2], [0.2, 0.2, float("inf")]])
    array([1.25, 2.25, 2.5 ])
    """
    means: FloatArray = block_ranks(as_scores(scores), lower_is_better).mean(axis=0)
    return means
