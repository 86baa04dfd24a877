"""Forgetting events: how often a network was right about an example and then wrong."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def forgetting_events(is_right: ArrayLike) -> NDArray[np.float64]:
    """Transitions from right to wrong between successive scorings; what was never right counts as forgotten most.

    0 for examples that are unforgettable: learnt once and never lost. An example that was never right gets as many as there
    are scorings, more than any other can have.

    Parameters
    ----------
    is_right : array (scorings, ...), 1 or True where a network was right

    Returns
    -------
    float array (...)

    References
    ----------
    Toneva et al. (2019), An empirical study of example forgetting during deep neural network learning, ICLR.

    Examples
    --------
    >>> forgetting_events([[0, 1, 0], [1, 0, 0], [1, 1, 0], [1, 0, 0]]).tolist()
    [0.0, 2.0, 4.0]
    """
    right = np.asarray(is_right).astype(bool)
    events = (right[:-1] & ~right[1:]).sum(axis=0)
    return np.where(right.any(axis=0), events, len(right)).astype(np.float64)
