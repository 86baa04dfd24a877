"""Maximum confidence: even what was chosen last was certain already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import entr

from eligo.stopping.protocol import Check, refuse_threshold


def largest_uncertainty(probabilities: ArrayLike, is_chosen: ArrayLike) -> NDArray[np.float64]:
    """Largest normalised entropy among the examples that were chosen last.

    Parameters
    ----------
    probabilities : float array (trials, examples, classes)
    is_chosen : bool array (trials, examples)

    Returns
    -------
    float array (trials,), in [0, 1]; NaN where nothing was chosen

    Examples
    --------
    >>> largest_uncertainty([[[1.0, 0.0], [0.5, 0.5]]], [[True, False]]).tolist()
    [0.0]
    """
    p, chosen = np.asarray(probabilities, dtype=np.float64), np.asarray(is_chosen)
    entropies = entr(p).sum(axis=-1) / np.log(p.shape[-1])
    return np.where(chosen.any(axis=1), np.where(chosen, entropies, 0).max(axis=1), np.nan)


@dataclass(frozen=True)
class MaximumConfidence:
    """Stop when the network was certain about every example that was chosen last, by its entropy before it learnt it.

    Softmax probabilities of sigmoid outputs are never sure (`eligo.tasks.softmax_of_outputs`): with them no threshold near
    0 is ever met.

    Parameters
    ----------
    threshold : float, default=0.001, above 0, of the normalised entropy

    References
    ----------
    Zhu & Hovy (2007), Active learning for word sense disambiguation with methods for addressing the class imbalance
    problem, EMNLP.

    Examples
    --------
    >>> MaximumConfidence().n_checks
    2
    """

    threshold: float = 0.001
    needs_classes: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Refuse what nothing falls below."""
        refuse_threshold(self.threshold)

    @property
    def n_checks(self) -> int:
        """What was chosen by now, and what the network said before."""
        return 2

    def __call__(self, checks: Sequence[Check]) -> NDArray[np.bool_]:
        """Trials that were certain of all they chose."""
        before, now = checks
        return largest_uncertainty(before.predictions, now.is_chosen) < self.threshold
