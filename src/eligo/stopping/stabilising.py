"""Stabilising predictions: successive networks say the same of examples that nobody labels."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from eligo.mistakes import checked_count, refuse_unless_number
from eligo.stopping.protocol import Check


def cohen_kappa(first: ArrayLike, second: ArrayLike, n_classes: int) -> float:
    """Agreement of two classifications beyond that of chance.

    1 when all examples get the same class twice, 0 for the agreement that the frequencies of the classes give by chance
    alone. Where both put everything into one class chance explains all of it: 0.

    Parameters
    ----------
    first, second : int arrays (examples,), class indices
    n_classes : int

    Returns
    -------
    float in [-1, 1]

    References
    ----------
    Cohen (1960), A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20.

    Examples
    --------
    >>> cohen_kappa([0, 0, 1, 1], [0, 1, 1, 1], n_classes=2)
    0.5
    """
    counts = np.zeros((n_classes, n_classes))
    np.add.at(counts, (np.asarray(first), np.asarray(second)), 1)
    shares = counts / counts.sum()
    observed, chance = np.trace(shares), float(shares.sum(axis=0) @ shares.sum(axis=1))
    return 0.0 if chance == 1 else float((observed - chance) / (1 - chance))


def concordance(first: ArrayLike, second: ArrayLike) -> float:
    """Lin's concordance of two predictions of the same values: kappa for numbers.

    1 when they are equal, less for any difference in order, location or scale; 0 where one of them is constant.

    Parameters
    ----------
    first, second : float arrays (examples,) or (examples, outputs)

    Returns
    -------
    float in [-1, 1], the smallest over outputs

    References
    ----------
    Lin (1989), A concordance correlation coefficient to evaluate reproducibility, Biometrics 45.

    Examples
    --------
    >>> round(concordance([0.0, 1.0, 2.0], [1.0, 2.0, 3.0]), 3)  # shifted by more than the spread
    0.571
    """
    a, b = (np.asarray(values, dtype=np.float64) for values in (first, second))
    a, b = a.reshape(len(a), -1), b.reshape(len(b), -1)
    covariance = ((a - a.mean(axis=0)) * (b - b.mean(axis=0))).mean(axis=0)
    distance = a.var(axis=0) + b.var(axis=0) + (a.mean(axis=0) - b.mean(axis=0)) ** 2
    return float(np.divide(2 * covariance, distance, out=np.zeros_like(distance), where=distance > 0).min())


@dataclass(frozen=True)
class StabilisingPredictions:
    """Stop when the mean agreement of successive checks reaches a threshold.

    Agreement is Cohen's kappa of the predicted classes, over the reference examples. For function approximation, which the
    paper does not have, it is Lin's concordance of the outputs.

    Parameters
    ----------
    threshold : float, default=0.99, in (0, 1]
    window : int, default=3, at least 1, agreements to average

    References
    ----------
    Bloodgood & Vijay-Shanker (2009), A method for stopping active learning based on stabilizing predictions and the need
    for user-adjustable stopping, CoNLL.

    Examples
    --------
    >>> StabilisingPredictions(window=3).n_checks
    4
    """

    threshold: float = 0.99
    window: int = 3
    needs_classes: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Refuse what would stop at once or never."""
        refuse_unless_number("threshold", self.threshold, lambda threshold: 0 < threshold <= 1, "in (0, 1]")
        checked_count("window", self.window)

    @property
    def n_checks(self) -> int:
        """One more than there are agreements."""
        return self.window + 1

    def __call__(self, checks: Sequence[Check]) -> NDArray[np.bool_]:
        """Trials whose predictions have settled."""
        agreements = [
            [_agreement(before, after, trial) for trial in range(len(after.error))]
            for before, after in itertools.pairwise(checks)
        ]
        settled: NDArray[np.bool_] = np.mean(agreements, axis=0) >= self.threshold
        return settled


def _agreement(before: Check, after: Check, trial: int) -> float:
    rows = after.is_reference[trial]
    first, second = (check.predictions[trial][rows] for check in (before, after))
    if len(first) == 0:
        return 0.0
    if after.has_classes:
        return cohen_kappa(first.argmax(axis=1), second.argmax(axis=1), first.shape[1])
    return concordance(first, second)
