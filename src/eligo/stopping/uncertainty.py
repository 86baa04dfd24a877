"""Overall uncertainty: nothing that is left is uncertain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import entr

from eligo.stopping.protocol import Check, mean_where, refuse_threshold


def mean_uncertainty(probabilities: ArrayLike, is_open: ArrayLike) -> NDArray[np.float64]:
    """Mean normalised entropy of what may be chosen next.

    0 when every example has one sure class, 1 when all classes are equally probable everywhere.

    Parameters
    ----------
    probabilities : float array (trials, examples, classes)
    is_open : bool array (trials, examples)

    Returns
    -------
    float array (trials,), in [0, 1]; NaN where nothing is left

    Examples
    --------
    >>> mean_uncertainty([[[1.0, 0.0], [0.5, 0.5]]], [[True, True]]).tolist()
    [0.5]
    """
    p = np.asarray(probabilities, dtype=np.float64)
    return mean_where(entr(p).sum(axis=-1) / np.log(p.shape[-1]), np.asarray(is_open))


@dataclass(frozen=True)
class OverallUncertainty:
    """Stop when the mean uncertainty of what may be chosen next falls below a threshold.

    Softmax probabilities of sigmoid outputs are never sure (`eligo.tasks.softmax_of_outputs`): with them no threshold near
    0 is ever met.

    Parameters
    ----------
    threshold : float, default=0.01, above 0

    References
    ----------
    Zhu, Wang & Hovy (2008), Multi-criteria-based strategy to stop active learning for data annotation, COLING.

    Examples
    --------
    >>> OverallUncertainty().n_checks
    1
    """

    threshold: float = 0.01
    needs_classes: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Refuse what nothing falls below."""
        refuse_threshold(self.threshold)

    @property
    def n_checks(self) -> int:
        """The latest."""
        return 1

    def __call__(self, checks: Sequence[Check]) -> NDArray[np.bool_]:
        """Trials with little uncertainty left."""
        return mean_uncertainty(checks[-1].predictions, checks[-1].is_open) < self.threshold
