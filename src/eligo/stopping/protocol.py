"""What a stopping criterion is, and what it may look at: of all trials side by side, NumPy arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from eligo.mistakes import refuse_unless_number


class Check(NamedTuple):
    """Where the trials stand when it is asked whether they should stop: after a round of querying, or every few epochs.

    Attributes
    ----------
    predictions : float array (trials, examples, outputs), class probabilities or outputs, the mean over members
    has_classes : bool, whether they are probabilities
    is_reference : bool array (trials, examples), a set that stays the same through a run: what had no label at the start of
        querying, or the whole candidate set of selective learning
    is_open : bool array (trials, examples), what may be chosen next: the pool, or the whole candidate set
    is_chosen : bool array (trials, examples), what was chosen last: the latest query, or the training subset
    error : float array (trials,), the data term of Eq. 10 over the labelled examples, in coded units
    """

    predictions: NDArray[np.float64]
    has_classes: bool
    is_reference: NDArray[np.bool_]
    is_open: NDArray[np.bool_]
    is_chosen: NDArray[np.bool_]
    error: NDArray[np.float64]


class Criterion(Protocol):
    """The last checks of a run -> which trials should stop; a frozen dataclass.

    ``n_checks`` is how many checks it looks at; before there are so many, nobody stops. A class attribute
    ``needs_classes`` says whether it needs class probabilities.
    """

    needs_classes: ClassVar[bool]

    @property
    def n_checks(self) -> int:
        """Checks that it looks back on, the latest included."""

    def __call__(self, checks: Sequence[Check]) -> NDArray[np.bool_]:
        """Which trials should stop, bool (trials,), from the last ``n_checks`` checks, oldest first."""


def mean_where(values: NDArray[np.float64], mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Mean of each row over a mask, (trials,); NaN where the mask is empty.

    Examples
    --------
    >>> mean_where(np.array([[1.0, 2.0, 6.0]]), np.array([[True, False, True]])).tolist()
    [3.5]
    """
    counts = mask.sum(axis=1)
    sums = np.where(mask, values, 0).sum(axis=1)
    return np.divide(sums, counts, out=np.full(len(sums), np.nan), where=counts > 0)


def refuse_threshold(threshold: float) -> None:
    """Refuse what nothing falls below.

    Raises
    ------
    ValueError
        If the threshold is not above 0.
    """
    refuse_unless_number("threshold", threshold, lambda one: one > 0, "above 0")
