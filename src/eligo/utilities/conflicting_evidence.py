"""Conflicting evidence: unsure because much speaks for either class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from jax import Array

from eligo.mistakes import checked_count
from eligo.networks import AnyNetwork, Params
from eligo.tasks import Task
from eligo.utilities.evidence import among_most_uncertain, evidence
from eligo.utilities.protocol import Situation, Workload


@dataclass(frozen=True)
class ConflictingEvidence:
    """Of the t most uncertain examples, those with the most evidence for both classes: the largest product (UNC-CE).

    Examples with the same probabilities may have much evidence for both classes or little for either; see
    `eligo.utilities.evidence.evidence`. What it adds is seen against `UncertainByLot`, which draws among the same t.

    Parameters
    ----------
    t : int, default=10, at least 1, most uncertain candidates to choose among

    Raises
    ------
    ValueError
        If t is below 1.

    References
    ----------
    Sharma & Bilgic (2017), Evidence-based uncertainty sampling for active learning, Data Mining and Knowledge Discovery
    31(1):164-202. The product, and t = 10, are given from memory.

    Examples
    --------
    >>> ConflictingEvidence()
    ConflictingEvidence(t=10)
    """

    tasks: ClassVar[tuple[str, ...]] = ("classification",)
    t: int = 10

    def __post_init__(self) -> None:
        """Refuse to choose among none."""
        checked_count("t", self.t)

    def __call__(self, situation: Situation, *, key: Array) -> Array:
        """Scores (examples,), in [0, 2]."""
        del key
        return among_most_uncertain(situation, self.t, conflict)

    def work(self, load: Workload) -> float:
        """One forward pass for each example."""
        return load.n_scored


def conflict(network: AnyNetwork, params: Params, X: Array, task: Task) -> Array:
    """How much evidence there is for both classes, (examples,) in [0, 1): it rises with the product of the two."""
    one, other = evidence(network, params, X, task)
    product = one * other
    return product / (1 + product)
