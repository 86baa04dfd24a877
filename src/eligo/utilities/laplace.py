"""Predictive variance of one network of function approximation by a linearised Laplace approximation.

The posterior of the parameters is a Gaussian around the trained ones; the network is linear in them near there. Its
precision is the Gauss-Newton matrix of Eq. 10 plus a prior, both exact. Computed between examples instead of between
parameters: an examples-by-examples system, whatever the number of hidden units.

References
----------
MacKay (1992), Information-based objective functions for active data selection, Neural Computation 4.
Immer, Korzepa & Bauer (2021), Improving predictions of Bayesian neural nets via local linearization, AISTATS.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import Array

from eligo.networks import Params, forward_work, presentation_work
from eligo.utilities.protocol import Situation, Workload

SMALLEST_NOISE = 1e-4
"""Least noise variance, in coded units: a deviation of about 1 % of the targets' range. A network that passes through
its few labelled examples would otherwise claim to know the function exactly, and the system below would be singular."""


def noise_variance(situation: Situation, params: Params) -> Array:
    """Mean squared residual of each output on the labelled examples, (outputs,), in squared coded units."""
    outputs = situation.network.apply(params, situation.X, situation.task)
    residuals = jnp.where(situation.is_labelled[:, None], situation.targets - outputs, 0)
    return jnp.maximum((residuals**2).sum(axis=0) / situation.is_labelled.sum(), SMALLEST_NOISE)


def laplace_variance(situation: Situation, params: Params) -> Array:
    """Variance of each output at each example, given the labelled ones.

    Large where the labelled examples say little about the function, zero where they fix it. The prior variance of a
    parameter is that of its initial value, and Eq. 10's penalty adds N lambda / noise to the precision of weights.

    Parameters
    ----------
    situation : Situation
    params : parameters of one network

    Returns
    -------
    float array (examples, outputs), in squared coded units, without the noise
    """
    noise = noise_variance(situation, params)
    penalty = situation.is_labelled.sum() * situation.weight_decay / noise.mean()
    spread = _prior_deviation(params, penalty)

    def scaled_gradients(x: Array) -> Array:
        jacobian = jax.jacrev(lambda params: situation.network.apply(params, x, situation.task))(params)
        scaled = jax.tree.map(lambda slopes, deviation: (slopes * deviation).reshape(len(slopes), -1), jacobian, spread)
        return jnp.concatenate(jax.tree.leaves(scaled), axis=1)

    gradients = jax.vmap(scaled_gradients)(situation.X)  # (examples, outputs, parameters)
    n_examples, n_outputs = gradients.shape[:2]
    known = jnp.repeat(situation.is_labelled, n_outputs).astype(gradients.dtype)
    rows = gradients.reshape(n_examples * n_outputs, -1)
    covariance = rows @ rows.T
    observed = covariance * known[:, None] * known + jnp.diag(jnp.tile(noise, n_examples))
    factor = jnp.linalg.cholesky(observed)
    explained = jax.scipy.linalg.solve_triangular(factor, covariance * known[:, None], lower=True)
    variance = jnp.diag(covariance) - (explained**2).sum(axis=0)
    return jnp.maximum(variance, 0).reshape(n_examples, n_outputs)


def _prior_deviation(params: Params, penalty: Array) -> Params:
    """Standard deviation that the prior allows each parameter; uniform in +-1/sqrt(n) has variance 1/(3 n)."""
    deviations = {}
    for name, layer in params.items():
        precision = 3.0 * len(layer["weights"])
        deviations[name] = {
            "weights": jnp.broadcast_to((precision + penalty) ** -0.5, layer["weights"].shape),
            "bias": jnp.full_like(layer["bias"], precision**-0.5),
        }
    return deviations


def laplace_work(load: Workload) -> float:
    """Forward-equivalents of one scoring: gradients of all rows, their products with the known, and the solution."""
    forward = forward_work(load.network, load.n_features, load.n_outputs)
    n_parameters = sum(
        (fan_in + 1) * fan_out for fan_in, fan_out in load.network.layer_sizes(load.n_features, load.n_outputs)
    )
    n_known, n_rows = load.n_labelled * load.n_outputs, load.n_examples * load.n_outputs
    gradients = n_rows * presentation_work(load.network, load.n_features, load.n_outputs)
    products = n_known * n_rows * n_parameters
    solution = n_known**3 / 6 + n_known**2 * load.n_scored * load.n_outputs / 2
    return gradients + (products + solution) / forward
