"""Minimum expected error: the network itself expects to be wrong about next to nothing that is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from eligo.stopping.protocol import Check, mean_where, refuse_threshold


def expected_error(probabilities: ArrayLike, is_open: ArrayLike) -> NDArray[np.float64]:
    """Share of what may be chosen next about which the network expects to be wrong: the mean of 1 - max_c p_c.

    Parameters
    ----------
    probabilities : float array (trials, examples, classes)
    is_open : bool array (trials, examples)

    Returns
    -------
    float array (trials,), in [0, 1); NaN where nothing is left

    Examples
    --------
    >>> expected_error([[[1.0, 0.0], [0.5, 0.5]]], [[True, True]]).tolist()
    [0.25]
    """
    return mean_where(1 - np.asarray(probabilities, dtype=np.float64).max(axis=-1), np.asarray(is_open))


@dataclass(frozen=True)
class MinimumExpectedError:
    """Stop when the expected error over what may be chosen next falls below a threshold.

    Softmax probabilities of sigmoid outputs are never sure (`eligo.tasks.softmax_of_outputs`): with them no threshold near
    0 is ever met.

    Parameters
    ----------
    threshold : float, default=0.01, above 0

    References
    ----------
    Zhu, Wang & Hovy (2008), Learning a stopping criterion for active learning for word sense disambiguation and text
    classification, IJCNLP.

    Examples
    --------
    >>> MinimumExpectedError().n_checks
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
        """Trials that expect next to no error."""
        return expected_error(checks[-1].predictions, checks[-1].is_open) < self.threshold
