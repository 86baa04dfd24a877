"""Many tests, one error rate: p-values adjusted for the number of tests."""

import numpy as np
from numpy.typing import ArrayLike

from ._arrays import FloatArray, as_numbers


def as_p_values(name: str, values: ArrayLike, axes: tuple[str, ...] | None = None) -> FloatArray:
    """Check p-values: numbers in [0, 1]."""
    array = as_numbers(name, values, axes)
    outside = array[(array < 0) | (array > 1)]
    if outside.size:
        raise ValueError(f"`{name}` must be in [0, 1]; got {outside[0]}. Pass p-values, not statistics or percentages.")
    return array


def bonferroni(p_values: ArrayLike) -> FloatArray:
    """P-values times their number, at most 1.

    Rejecting what is at most alpha keeps the chance of any false rejection at alpha, however the tests
    depend on each other. `holm` does the same and rejects at least as much.

    Parameters
    ----------
    p_values : float array of any shape, in [0, 1]

    Returns
    -------
    float array of the same shape, in [0, 1]

    Raises
    ------
    ValueError
        If an entry is NaN or not in [0, 1].

    References
    ----------
    Dunn (1961), Multiple comparisons among means, JASA 56.

    Examples
    --------
    >>> from eligo.statistics import bonferroni
    >>> bonferroni([0.01, 0.04, 0.5])
    array([0.03, 0.12, 1.  ])
    """
    array = as_p_values("p_values", p_values)
    return np.minimum(array * array.size, 1.0)


def holm(p_values: ArrayLike) -> FloatArray:
    """P-values adjusted by Holm's step-down procedure, at most 1.

    The smallest p-value is multiplied by their number, the next by one less, and so on; an adjusted value is
    never below that of a smaller p-value. Rejecting what is at most alpha keeps the chance of any false
    rejection at alpha, however the tests depend on each other.

    Parameters
    ----------
    p_values : float array of any shape, in [0, 1]

    Returns
    -------
    float array of the same shape, in [0, 1], in the order of `p_values`; never below `p_values`

    Raises
    ------
    ValueError
        If an entry is NaN or not in [0, 1].

    References
    ----------
    Holm (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of
    Statistics 6.

    Examples
    --------
    >>> from eligo.statistics import holm
    >>> holm([0.04, 0.01, 0.03])
    array([0.06, 0.03, 0.06])
    """
    array = as_p_values("p_values", p_values)
    order = np.argsort(array, axis=None, kind="stable")
    multiples = array.ravel()[order] * np.arange(array.size, 0, -1)
    adjusted = np.empty(array.size)
    adjusted[order] = np.minimum(np.maximum.accumulate(multiples), 1.0)
    return adjusted.reshape(array.shape)
