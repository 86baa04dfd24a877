"""Informativeness by output sensitivity (Eqs. 1-6): what SASLA selects by."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax import Array

from eligo.networks import forward_work, is_one_layered
from eligo.sensitivity import informativeness, input_sensitivity, norm_named, rotated_sensitivity
from eligo.tasks import Task
from eligo.utilities.protocol import Situation, Workload

LARGEST_AT_ONCE, EXAMPLES_AT_ONCE = 2**22, 256
"""Sensitivities (examples x outputs x features) that are held at a time; of more, those of some examples after others."""


@dataclass(frozen=True)
class OutputSensitivity:
    """Informativeness of an example: a norm of the derivatives of the outputs with respect to the inputs.

    Large near decision boundaries and on steep parts of a function. It needs no label, so it can query a pool too.

    Parameters
    ----------
    input_norm : {"sum", "euclidean", "max"}, default="sum", over the features (Eq. 5, Eq. 6)
    output_norm : {"sum", "euclidean", "max"}, default="max", over the outputs (Eq. 2)

    References
    ----------
    Engelbrecht (2001), Sensitivity analysis for selective learning by feedforward neural networks, Fundamenta
    Informaticae 45.

    Examples
    --------
    >>> OutputSensitivity(input_norm="euclidean")
    OutputSensitivity(input_norm='euclidean', output_norm='max')
    """

    input_norm: str = "sum"
    output_norm: str = "max"

    def __post_init__(self) -> None:
        """Refuse norms that have no meaning here."""
        norm_named("input_norm", self.input_norm)
        norm_named("output_norm", self.output_norm)

    def __call__(self, situation: Situation, *, key: Array) -> Array:
        """Scores (examples,), at least 0."""
        del key
        params, X = jax.tree.map(lambda leaf: leaf[0], situation.params), situation.X

        def score(X: Array) -> Array:
            sensitivity = rotated_sensitivity if self.input_norm == "euclidean" else input_sensitivity
            S = sensitivity(situation.network, params, X, situation.task)
            return informativeness(S, self.input_norm, self.output_norm)

        if X.size * situation.targets.shape[1] <= LARGEST_AT_ONCE:
            return score(X)
        filled = jnp.pad(X, ((0, -len(X) % EXAMPLES_AT_ONCE), (0, 0)), mode="edge")
        scores: Array = jax.lax.map(score, filled.reshape(-1, EXAMPLES_AT_ONCE, X.shape[1]))
        return scores.reshape(-1)[: len(X)]

    def is_pointwise(self, task: Task) -> bool:
        """Whatever the task: one example's derivatives."""
        del task
        return True

    def work(self, load: Workload) -> float:
        """A forward pass and, per pair of output and input, one sum over hidden units: J(I + K + KI) multiply-adds.

        Other networks carry each output's derivative back through every layer.
        """
        forward = forward_work(load.network, load.n_features, load.n_outputs)
        if is_one_layered(load.network):
            derivatives: float = load.n_outputs * load.n_features * load.network.hidden[0]
        else:
            derivatives = load.n_outputs * forward
        return load.n_scored * (forward + derivatives) / forward
