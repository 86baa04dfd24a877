"""Features as a network of an estimator takes them: each scaled to [-1, 1]."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LOW, HIGH = -1.0, 1.0


@dataclass(frozen=True)
class FeatureScaling:
    """Each feature scaled linearly, so that the rows it was fitted on span [-1, 1]; other rows may leave that range.

    Attributes
    ----------
    minimum : float array (features,), becomes -1
    span : float array (features,), range of the rows it was fitted on; 1 for a constant feature

    Examples
    --------
    >>> scaling = FeatureScaling.fitted_on(np.array([[0.0, 5.0], [10.0, 5.0]]))
    >>> scaling(np.array([[5.0, 5.0], [20.0, 6.0]])).tolist()
    [[0.0, -1.0], [3.0, 1.0]]
    """

    minimum: NDArray[np.float64]
    span: NDArray[np.float64]

    @classmethod
    def fitted_on(cls, X: NDArray[np.floating]) -> FeatureScaling:
        """The scaling of these rows, (examples, features)."""
        minimum = X.min(axis=0).astype(np.float64)
        span = X.max(axis=0) - minimum
        return cls(minimum, np.where(span > 0, span, 1.0))

    def __call__(self, X: NDArray[np.floating]) -> NDArray[np.float64]:
        """Rows scaled, (examples, features)."""
        scaled: NDArray[np.float64] = LOW + (HIGH - LOW) * ((X - self.minimum) / self.span)
        return scaled
