"""Disagreement of an ensemble (Eq. 9): the total predictive variance of its members."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import jax
import jax.numpy as jnp
from jax import Array
from numpy.typing import ArrayLike

from eligo.tasks import Task
from eligo.utilities.protocol import Situation, Workload


def ensemble_variance(probabilities: ArrayLike) -> Array:
    """Variance of members' predictions (Eq. 9), summed over classes or outputs.

    Zero when all members predict the same, however unsure they are.

    Parameters
    ----------
    probabilities : float array (members, examples, classes), or predictions (members, examples, outputs)

    Returns
    -------
    float array (examples,), at least 0; the variance divides by the number of members

    Examples
    --------
    >>> import numpy as np
    >>> ensemble_variance(np.array([[[1.0, 0.0]], [[0.0, 1.0]]])).tolist()
    [0.5]
    """
    return jnp.var(jnp.asarray(probabilities, dtype=float), axis=0).sum(axis=-1)


@dataclass(frozen=True)
class EnsembleVariance:
    """Total predictive variance of the members of a committee (Eq. 9).

    Examples
    --------
    >>> EnsembleVariance()
    EnsembleVariance()
    """

    min_members: ClassVar[int] = 2

    def __call__(self, situation: Situation, *, key: Array) -> Array:
        """Scores (examples,), at least 0."""
        del key
        predict = jax.vmap(situation.network.predict_distribution, (0, None, None))
        return ensemble_variance(predict(situation.params, situation.X, situation.task))

    def is_pointwise(self, task: Task) -> bool:
        """Whatever the task: the members look at one example."""
        del task
        return True

    def work(self, load: Workload) -> float:
        """One forward pass of every member for each example; the loop multiplies by the members."""
        return load.n_scored
