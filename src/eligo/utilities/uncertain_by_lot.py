"""Any of the most uncertain examples: the control for methods that choose among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import jax
from jax import Array

from eligo.mistakes import checked_count
from eligo.utilities.evidence import among_most_uncertain
from eligo.utilities.protocol import Situation, Workload


@dataclass(frozen=True)
class UncertainByLot:
    """Of the t most uncertain examples, any (UNC-t): what `ConflictingEvidence` must beat to show that evidence matters.

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
    31(1):164-202. That it is their control is given from memory.

    Examples
    --------
    >>> UncertainByLot()
    UncertainByLot(t=10)
    """

    tasks: ClassVar[tuple[str, ...]] = ("classification",)
    t: int = 10

    def __post_init__(self) -> None:
        """Refuse to choose among none."""
        checked_count("t", self.t)

    def __call__(self, situation: Situation, *, key: Array) -> Array:
        """Scores (examples,), in [0, 2]."""
        lots = jax.random.uniform(key, (len(situation.X),), situation.X.dtype)
        return among_most_uncertain(situation, self.t, lambda *one_network: lots)

    def work(self, load: Workload) -> float:
        """One forward pass for each example."""
        return load.n_scored
