"""Density weighting: what a utility says, times how much of the pool is like the example."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jax import Array

from eligo.mistakes import refuse_unless_number
from eligo.representations import Embedding, Inputs, Representation, Vectors
from eligo.representations.protocol import refuse_no_representation
from eligo.tasks import Task
from eligo.utilities.protocol import TASKS, FromPredictions, Predicted, Situation, Utility, Workload, refuse_no_utility
from eligo.utilities.typicality import ROWS_AT_ONCE, pairs_work


def density(embedding: Embedding, is_candidate: Array) -> Array:
    """Mean similarity of each example to the candidates, ``1 / (1 + distance)``.

    Parameters
    ----------
    embedding : Embedding
    is_candidate : bool array (examples,), the pool

    Returns
    -------
    float array (examples,), in (0, 1]; of a candidate, itself is counted

    Examples
    --------
    >>> from eligo.representations import Vectors
    >>> density(Vectors(jnp.array([[0.0], [1.0], [3.0]])), jnp.array([True, True, False])).round(2)
    Array([0.75, 0.75, 0.29], dtype=float32)
    """
    n_examples = len(is_candidate)
    places = jnp.pad(jnp.arange(n_examples), (0, -n_examples % ROWS_AT_ONCE)).reshape(-1, ROWS_AT_ONCE)

    def of_rows(picked: Array) -> Array:
        similarity = 1 / (1 + jnp.sqrt(embedding.squared_distances(picked)))
        return jnp.where(is_candidate, similarity, 0).sum(axis=1)

    total = jax.lax.map(of_rows, places).reshape(-1)[:n_examples]
    return total / jnp.maximum(is_candidate.sum(), 1)


@dataclass(frozen=True)
class DensityWeighted:
    """Scores of another utility times a power of the density of the pool around an example: no lonely outliers.

    ``score * (mean similarity to the candidates) ** power``. With power 0 it is the other utility, whose scores should be
    at least 0.

    Parameters
    ----------
    utility : Utility
    power : float, default=1.0, at least 0
    representation : Representation, default=Inputs(), where examples are alike

    Raises
    ------
    ValueError
        If it is of no utility, or the power is negative.

    References
    ----------
    Settles & Craven (2008), An analysis of active learning strategies for sequence labeling tasks, EMNLP ("information
    density"; their similarity is the cosine, of vectors that have no negative entries).

    Examples
    --------
    >>> from eligo.utilities import Margin
    >>> DensityWeighted(Margin(), power=0.5)
    DensityWeighted(utility=Margin(), power=0.5, representation=Inputs())
    """

    looks_at_inputs: ClassVar[bool] = True

    utility: Utility
    power: float = 1.0
    representation: Representation = field(default=Inputs())

    def __post_init__(self) -> None:
        """Refuse to prefer outliers."""
        refuse_no_utility(self.utility)
        refuse_no_representation(self.representation)
        remedy = "Larger keeps closer to the pool's bulk."
        refuse_unless_number("power", self.power, lambda power: power >= 0, "at least 0", remedy)

    @property
    def tasks(self) -> tuple[str, ...]:
        """Those of the utility."""
        tasks: tuple[str, ...] = getattr(self.utility, "tasks", TASKS)
        return tasks

    @property
    def min_members(self) -> int:
        """As many as the utility compares."""
        return getattr(self.utility, "min_members", 1)

    @property
    def needs_labels(self) -> bool:
        """Whether the utility does."""
        return getattr(self.utility, "needs_labels", False)

    def __call__(self, situation: Situation, *, key: Array) -> Array:
        """Scores (examples,)."""
        params = jax.tree.map(lambda leaf: leaf[0], situation.params)
        embedding = self.representation(situation.network, params, situation.X, situation.task)
        return self.utility(situation, key=key) * density(embedding, situation.is_candidate) ** self.power

    def of_predictions(self, predicted: Predicted, *, key: Array) -> Array:
        """Scores (examples,) of what any model predicts, weighted by the density of inputs."""
        inner: Any = self.utility
        scores: Array = inner.of_predictions(predicted, key=key)
        return scores * density(Vectors(predicted.X), predicted.is_candidate) ** self.power

    def is_from_predictions(self, task: Task) -> bool:
        """Where the utility is, and examples are alike by their inputs."""
        is_inner = isinstance(self.utility, FromPredictions) and self.utility.is_from_predictions(task)
        return is_inner and self.representation == Inputs()

    def work(self, load: Workload) -> float:
        """The utility's, embedding all examples, and the distances between all."""
        return self.utility.work(load) + pairs_work(self.representation, load)
