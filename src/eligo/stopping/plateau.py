"""Performance plateau: the error has stopped falling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from eligo.mistakes import checked_count
from eligo.stopping.protocol import Check, refuse_threshold


def relative_fall(errors: ArrayLike) -> NDArray[np.float64]:
    """By which share the mean of the later half of some errors lies below that of the earlier half.

    Negative where errors rise; 0 where they are all 0.

    Parameters
    ----------
    errors : float array (checks, trials), an even number of checks, oldest first

    Returns
    -------
    float array (trials,), at most 1

    Examples
    --------
    >>> relative_fall([[0.5], [0.3], [0.3], [0.1]]).round(3).tolist()
    [0.5]
    """
    values = np.asarray(errors, dtype=np.float64)
    half = len(values) // 2
    earlier, later = values[:half].mean(axis=0), values[half:].mean(axis=0)
    return np.divide(earlier - later, earlier, out=np.zeros_like(earlier), where=earlier > 0)


@dataclass(frozen=True)
class Plateau:
    """Stop when the error over the labelled examples falls by less than a threshold from one window to the next.

    The error is that of the examples which are learnt from, as others would cost labels: a plateau of it says that there is
    nothing more to learn from these, and not how well they were chosen.

    Parameters
    ----------
    threshold : float, default=0.01, above 0, of the relative fall of the windows' mean error
    window : int, default=5, at least 1, checks of each of the two windows

    References
    ----------
    Laws & Schuetze (2008), Stopping criteria for active learning of named entity recognition, COLING: convergence of an
    estimated performance. Its estimate needs sure probabilities, so the error that is known stands here in its place.

    Examples
    --------
    >>> Plateau(window=5).n_checks
    10
    """

    threshold: float = 0.01
    window: int = 5
    needs_classes: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Refuse what would stop at once or never."""
        refuse_threshold(self.threshold)
        checked_count("window", self.window)

    @property
    def n_checks(self) -> int:
        """Two windows."""
        return 2 * self.window

    def __call__(self, checks: Sequence[Check]) -> NDArray[np.bool_]:
        """Trials whose error falls no longer."""
        return relative_fall([check.error for check in checks]) < self.threshold
