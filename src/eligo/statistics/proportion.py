"""How sure is a share of trials? Wilson's interval."""

import math

from scipy import stats

from ._arrays import as_count, as_fraction
from .bootstrap import Interval


def proportion_interval(n_successes: int, n_trials: int, *, confidence: float = 0.95) -> Interval:
    """Share of trials that succeed, with Wilson's score interval of the chance of success.

    For shares such as the trials that reach a target error. The interval holds the chances that a test would
    not reject; unlike the estimate plus or minus its standard error it stays within [0, 1] and has a width
    where all trials succeed or none does. Trials on one problem share data, so that its width tells of new
    trials on this problem, not of new data.

    Parameters
    ----------
    n_successes : int, in [0, n_trials]
    n_trials : int, at least 1; the width falls as its square root
    confidence : float in (0, 1), default 0.95; larger is wider

    Returns
    -------
    Interval, all of it in [0, 1]

    Raises
    ------
    ValueError
        If a count or the confidence is out of its range.

    References
    ----------
    Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22. Newcombe
    (1998), Two-sided confidence intervals for the single proportion, Statistics in Medicine 17, method 3.

    Examples
    --------
    >>> from eligo.statistics import proportion_interval
    >>> interval = proportion_interval(0, 20)
    >>> interval.estimate, interval.low, round(interval.high, 4)
    (0.0, 0.0, 0.1611)
    """
    n, k = as_count("n_trials", n_trials, 1), as_count("n_successes", n_successes, 0)
    if k > n:
        raise ValueError(
            f"`n_successes` must be at most `n_trials`, {n}; got {n_successes!r}. Count the trials that succeed."
        )
    level = as_fraction("confidence", confidence)
    z = float(stats.norm.isf((1 - level) / 2))
    centre, width = k + z**2 / 2, z * math.sqrt(k * (n - k) / n + z**2 / 4)
    # At the ends the formula gives 0 and 1 but for rounding.
    low = (centre - width) / (n + z**2) if k > 0 else 0.0
    high = (centre + width) / (n + z**2) if k < n else 1.0
    return Interval(k / n, low, high, level)
