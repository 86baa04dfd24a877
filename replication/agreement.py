"""Does our mean agree with the published one? A rule that was fixed before anything was run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Agreement:
    """A published mean beside ours.

    Attributes
    ----------
    difference : float, ours minus published
    bound : float, two standard errors of the difference of the two means
    bound_of_published : float, two standard errors of the published mean alone, which is narrower
    """

    difference: float
    bound: float
    bound_of_published: float

    @property
    def is_within(self) -> bool:
        """Whether the difference is no larger than two standard errors of a difference of two means."""
        return abs(self.difference) <= self.bound

    @property
    def is_within_published(self) -> bool:
        """Whether it is no larger than two standard errors of the published mean."""
        return abs(self.difference) <= self.bound_of_published


def agreement(published: Sequence[float], ours: pd.Series, n_published: int = 50) -> Agreement | None:
    """Compare a published mean with the mean of our trials.

    The published standard deviation has the divisor n, so its mean has the standard error sd / sqrt(n - 1).

    Parameters
    ----------
    published : (mean, standard deviation)
    ours : float series (trials,)
    n_published : int, default=50, trials behind the published mean

    Returns
    -------
    Agreement, or None for fewer than two trials

    Examples
    --------
    >>> found = agreement([0.5, 0.7], pd.Series([0.6, 0.8]))
    >>> round(found.difference, 3), round(found.bound_of_published, 3), round(found.bound, 3), found.is_within
    (0.2, 0.2, 0.283, True)
    """
    if len(ours) < 2 or len(published) < 2:
        return None
    mean, sd = published
    theirs = sd**2 / (n_published - 1)
    own = float(ours.var(ddof=1)) / len(ours)
    return Agreement(float(ours.mean()) - mean, 2 * float(np.sqrt(theirs + own)), 2 * float(np.sqrt(theirs)))
