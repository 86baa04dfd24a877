"""GraNd: how strongly an example pulls at the parameters early in training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import jax
import jax.numpy as jnp
from jax import Array

from eligo.networks import Params, presentation_work
from eligo.utilities.protocol import Situation, Workload

EXAMPLES_AT_ONCE = 256
"""Examples whose gradients are held at a time: each is as large as all parameters."""


@dataclass(frozen=True)
class GraNd:
    """Euclidean length of the gradient of an example's squared error, over all parameters; needs labels.

    The expected length over initial weights bounds how much an example can change what the network says of others. It is
    meant to be taken early in training, as a mean over several networks (`eligo.learning.learn_from_pilot`).

    References
    ----------
    Paul, Ganguli & Dziugaite (2021), Deep learning on a data diet: finding important examples early in training, NeurIPS.

    Examples
    --------
    >>> GraNd()
    GraNd()
    """

    needs_labels: ClassVar[bool] = True

    def __call__(self, situation: Situation, *, key: Array) -> Array:
        """Scores (examples,), at least 0; NaN where an example has no label."""
        del key
        params = jax.tree.map(lambda leaf: leaf[0], situation.params)

        def length(row: tuple[Array, Array]) -> Array:
            def loss(params: Params) -> Array:
                return ((row[1] - situation.network.apply(params, row[0], situation.task)) ** 2).sum()

            squares = [(slope**2).sum() for slope in jax.tree.leaves(jax.grad(loss)(params))]
            return jnp.sqrt(sum(squares))

        lengths: Array = jax.lax.map(length, (situation.X, situation.targets), batch_size=EXAMPLES_AT_ONCE)
        return lengths

    def work(self, load: Workload) -> float:
        """A forward and a backward pass each, as of a presentation."""
        return load.n_scored * presentation_work(load.network, load.n_features, load.n_outputs)
