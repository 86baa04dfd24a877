"""Distance of a prediction from the pool's mean prediction: extreme values first."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax import Array

from eligo.utilities.protocol import Situation, Workload


@dataclass(frozen=True)
class ExtremePrediction:
    """How far an example's prediction lies from the mean prediction of all candidates, summed over outputs.

    Large where the function is predicted to be extreme, however sure the network is there: no measure of uncertainty,
    though it has been used as one.

    Examples
    --------
    >>> ExtremePrediction()
    ExtremePrediction()
    """

    def __call__(self, situation: Situation, *, key: Array) -> Array:
        """Scores (examples,), at least 0."""
        del key
        params = jax.tree.map(lambda leaf: leaf[0], situation.params)
        predictions = situation.network.predict_distribution(params, situation.X, situation.task)
        candidates = situation.is_candidate[:, None]
        mean = jnp.where(candidates, predictions, 0).sum(axis=0) / jnp.maximum(candidates.sum(), 1)
        return jnp.abs(predictions - mean).sum(axis=1)

    def work(self, load: Workload) -> float:
        """One forward pass each."""
        return load.n_scored
