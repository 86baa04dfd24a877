"""Features as networks want them, fitted on training rows only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.preprocessing import MinMaxScaler

FEATURE_RANGE = (-1.0, 1.0)


def scale_features(X_train: NDArray[np.float64], *others: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Scale each feature linearly so that its training values span [-1, 1]; a constant feature becomes -1.

    Parameters
    ----------
    X_train : float array (examples, features), whose minimum and maximum are taken
    others : float arrays (examples, features), scaled alike; they may leave [-1, 1]

    Returns
    -------
    tuple of float arrays, the training rows first

    Examples
    --------
    >>> import numpy as np
    >>> train, test = scale_features(np.array([[0.0], [4.0]]), np.array([[1.0], [6.0]]))
    >>> train.ravel().tolist(), test.ravel().tolist()
    ([-1.0, 1.0], [-0.5, 2.0])
    """
    scaler = MinMaxScaler(feature_range=FEATURE_RANGE).fit(X_train)
    return tuple(scaler.transform(X) for X in (X_train, *others))
