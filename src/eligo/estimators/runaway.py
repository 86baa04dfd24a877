"""Training that has run away although its weights are finite: what tells it from training that has not come far yet."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FACTOR, LEAST_RECORDS = 1.25, 6
"""How many times the error of the best constant is no accident where half of the records show it. Measured by fits without
divergence: it warns of none of 48 to noise and to skewed targets, of 20 to 200 epochs at the default rate, of which the last
two records alone would warn of 13; and of all 30 of 30 epochs at rates of 10 or 30 to iris, wine and breast_cancer, which
know them no better than by their commonest class."""


def error_of_constant(targets: NDArray[np.floating], scale: ArrayLike) -> float:
    """Error of the network that puts out the mean of the targets whatever comes, as a `Trajectory` counts errors.

    Parameters
    ----------
    targets : float array (examples, outputs), coded
    scale : float array (outputs,), units of the target per coded unit

    Returns
    -------
    float, squared error summed over outputs, mean over examples; in squared units of the target

    Examples
    --------
    >>> error_of_constant(np.array([[0.0], [2.0]]), [3.0])
    9.0
    """
    return float(targets.var(axis=0) @ np.square(scale))


def has_run_away(errors: NDArray[np.floating], of_constant: float) -> bool:
    """Whether training has been clearly worse than a constant for half of its records, and gets no better.

    What is slow falls from record to record, and what chooses among noise swings, so that neither has run away. Too few
    records cannot tell.

    Parameters
    ----------
    errors : float array (records,), on the same examples; the first of the untrained network
    of_constant : float, what `error_of_constant` gives

    Returns
    -------
    bool

    Examples
    --------
    >>> has_run_away(np.array([1.6, 1.5, 1.5, 1.5, 1.5, 1.5]), 0.5)
    True
    >>> has_run_away(np.array([1.6, 1.5, 1.4, 1.3, 1.2, 1.1]), 0.5)
    False
    """
    if len(errors) < LEAST_RECORDS:
        return False
    latest = errors[-((len(errors) + 1) // 2) :]
    return bool(latest.min() > FACTOR * of_constant > 0 and errors[-1] >= errors[:-1].min())
