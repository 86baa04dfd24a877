"""EL2N: how wrong a network is about an example early in training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import jax
import jax.numpy as jnp
from jax import Array

from eligo.utilities.protocol import Situation, Workload


@dataclass(frozen=True)
class EL2N:
    """Euclidean length of an example's error, ||t - o||_2; needs labels.

    Large for examples that are hard early in training, which is when it is meant to be taken, as a mean over several
    networks (`eligo.learning.learn_from_pilot`). Paul et al. have softmax outputs and targets of 0 and 1; here the error is
    that of the output units which training itself works on, so that function approximation has it too.

    References
    ----------
    Paul, Ganguli & Dziugaite (2021), Deep learning on a data diet: finding important examples early in training, NeurIPS.

    Examples
    --------
    >>> EL2N()
    EL2N()
    """

    needs_labels: ClassVar[bool] = True

    def __call__(self, situation: Situation, *, key: Array) -> Array:
        """Scores (examples,), at least 0; NaN where an example has no label."""
        del key
        params = jax.tree.map(lambda leaf: leaf[0], situation.params)
        outputs = situation.network.apply(params, situation.X, situation.task)
        return jnp.linalg.norm(situation.targets - outputs, axis=1)

    def work(self, load: Workload) -> float:
        """One forward pass each."""
        return load.n_scored
