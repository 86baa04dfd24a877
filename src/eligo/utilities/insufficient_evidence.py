"""Insufficient evidence: unsure because little speaks for either class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from jax import Array

from eligo.mistakes import checked_count
from eligo.utilities.conflicting_evidence import conflict
from eligo.utilities.evidence import among_most_uncertain
from eligo.utilities.protocol import Situation, Workload


@dataclass(frozen=True)
class InsufficientEvidence:
    """Of the t most uncertain examples, those with the least evidence for both classes: the smallest product (UNC-IE).

    The opposite of `ConflictingEvidence`, and reported to be worse than plain uncertainty: a control.

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
    31(1):164-202. The product, t = 10 and the result are given from memory.

    Examples
    --------
    >>> InsufficientEvidence(t=5)
    InsufficientEvidence(t=5)
    """

    tasks: ClassVar[tuple[str, ...]] = ("classification",)
    t: int = 10

    def __post_init__(self) -> None:
        """Refuse to choose among none."""
        checked_count("t", self.t)

    def __call__(self, situation: Situation, *, key: Array) -> Array:
        """Scores (examples,), in [0, 2]."""
        del key
        return among_most_uncertain(situation, self.t, lambda *one_network: 1 - conflict(*one_network))

    def work(self, load: Workload) -> float:
        """One forward pass for each example."""
        return load.n_scored
