"""How far apart two mean ranks must be: the ruler of a critical-difference diagram."""

import math

import numpy as np
from scipy import stats

from ._arrays import as_count, as_fraction


def nemenyi_cd(n_methods: int, n_blocks: int, alpha: float = 0.05) -> float:
    """Nemenyi's critical difference of mean ranks.

    Two mean ranks that differ by at least this much differ significantly, all pairs of methods considered. It
    falls as the square root of the number of blocks and rises with the number of methods. A verdict on two
    methods depends on which others were ranked with them (Benavoli et al. 2016): `wilcoxon_holm` is free of
    that.

    Parameters
    ----------
    n_methods : int, at least 2
    n_blocks : int, at least 1
    alpha : float in (0, 1), default 0.05, chance of any false difference; smaller is stricter

    Returns
    -------
    float, in ranks

    Raises
    ------
    ValueError
        If an argument is out of its range.

    References
    ----------
    Demšar (2006), JMLR 7, section 3.2.2 and Table 5(a): the studentised range over the square root of 2.
    Benavoli, Corani & Mangili (2016), Should we really use post-hoc tests based on mean-ranks?, JMLR 17(5).

    Examples
    --------
    >>> from eligo.statistics import nemenyi_cd
    >>> round(nemenyi_cd(n_methods=4, n_blocks=50), 3)
    0.663
    """
    k, n = as_count("n_methods", n_methods, 2), as_count("n_blocks", n_blocks, 1)
    # The studentised range refers a range to the error of ONE mean, a difference of two has sqrt(2) of it.
    quantile = stats.studentized_range.isf(as_fraction("alpha", alpha), k, np.inf) / math.sqrt(2)
    return float(quantile * math.sqrt(k * (k + 1) / (6 * n)))
