"""How often one sample exceeds another: effect sizes that ignore pairing."""

import numpy as np
from numpy.typing import ArrayLike

from . import _ties
from ._arrays import as_numbers


def _wins_and_pairs(first: ArrayLike, second: ArrayLike) -> tuple[float, int]:
    """Pairs of one entry each in which first is larger, ties counted half, and all pairs."""
    one, other = as_numbers("first", first, ("runs",)), as_numbers("second", second, ("runs",))
    # Mann and Whitney's U, by ranks: comparing every run with every other would need a table of all pairs.
    both = np.concatenate([one, other])
    rank_sum = _ties.ranks(both, _ties.noise(both))[: one.size].sum()
    return float(rank_sum - one.size * (one.size + 1) / 2), one.size * other.size


def vargha_delaney(first: ArrayLike, second: ArrayLike) -> float:
    """Chance that a run of first exceeds a run of second, ties counted half: Vargha and Delaney's A12.

    0.5 when neither tends to be larger, 1 when every run of first exceeds every run of second. By convention
    0.56, 0.64 and 0.71 are a small, a medium and a large effect. Runs tie if they agree to 12 significant
    digits. Pairing is ignored: for paired trials `rank_biserial` says more.

    Parameters
    ----------
    first, second : float array (runs,), lengths may differ; may be infinite, equal infinities tie

    Returns
    -------
    float in [0, 1]; ``1 - vargha_delaney(second, first)``

    Raises
    ------
    ValueError
        If an array is empty or contains NaN.

    References
    ----------
    Vargha & Delaney (2000), A critique and improvement of the CL common language effect size statistics of
    McGraw and Wong, Journal of Educational and Behavioral Statistics 25.

    Examples
    --------
    >>> from eligo.statistics import vargha_delaney
    >>> vargha_delaney([3, 4, 5], [1, 3])
    0.9166666666666666
    """
    wins, n_pairs = _wins_and_pairs(first, second)
    return wins / n_pairs


def cliffs_delta(first: ArrayLike, second: ArrayLike) -> float:
    """Chance that a run of first exceeds a run of second, less the chance of the reverse: Cliff's delta.

    ``2 * A12 - 1`` of `vargha_delaney`: 0 when neither tends to be larger, 1 when every run of first exceeds
    every run of second, -1 in the reverse case. By convention 0.147, 0.33 and 0.474 are a small, a medium and
    a large effect. Ties count for neither side and draw the value to 0. Pairing is ignored: for paired trials
    `rank_biserial` says more.

    Parameters
    ----------
    first, second : float array (runs,), lengths may differ; may be infinite, equal infinities tie

    Returns
    -------
    float in [-1, 1], positive when first tends to be larger

    Raises
    ------
    ValueError
        If an array is empty or contains NaN.

    References
    ----------
    Cliff (1993), Dominance statistics: ordinal analyses to answer ordinal questions, Psychological
    Bulletin 114.

    Examples
    --------
    >>> from eligo.statistics import cliffs_delta
    >>> cliffs_delta([1, 2, 3, 4], [0, 2, 9, 9])
    -0.1875
    """
    wins, n_pairs = _wins_and_pairs(first, second)
    return (2 * wins - n_pairs) / n_pairs
