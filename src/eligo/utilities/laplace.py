"""Predictive variance of one network of function approximation by a linearised Laplace approximation.

The posterior of the parameters is a Gaussian around the trained ones; the network is linear in them near there. Its
precision is the Gauss-Newton matrix of Eq. 10 plus a prior, both exact. The same variance comes from a system between
examples or from one between parameters; the smaller is solved, for the examples alone that are labelled or scored.

References
----------
MacKay (1992), Information-based objective functions for active data selection, Neural Computation 4.
Immer, Korzepa & Bauer (2021), Improving predictions of Bayesian neural nets via local linearization, AISTATS.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from eligo.gradients import GradientsOf, gradients_of
from eligo.networks import Params, forward_work, is_one_layered, presentation_work
from eligo.utilities.protocol import Situation, Workload

SMALLEST_NOISE = 1e-4
"""Least noise variance, in coded units: a deviation of about 1 % of the targets' range. A network that passes through
its few labelled examples would otherwise claim to know the function exactly, and the systems below would be singular."""

ROWS_BETWEEN_EXAMPLES, ROWS_BETWEEN_PARAMETERS = 64, 512
"""Rows (an example's outputs) that are taken in at once."""


def noise_variance(situation: Situation, params: Params) -> Array:
    """Mean squared residual of each output on the labelled examples, (outputs,), in squared coded units."""
    outputs = situation.network.apply(params, situation.X, situation.task)
    residuals = jnp.where(situation.is_labelled[:, None], situation.targets - outputs, 0)
    return jnp.maximum((residuals**2).sum(axis=0) / situation.is_labelled.sum(), SMALLEST_NOISE)


def laplace_variance(situation: Situation, params: Params) -> Array:
    """Variance of each output at each candidate, given the labelled examples.

    Large where the labelled examples say little about the function, zero where they fix it. The prior variance of a
    parameter is that of its initial value, and Eq. 10's penalty adds N lambda / noise to the precision of weights.

    Parameters
    ----------
    situation : Situation
    params : parameters of one network

    Returns
    -------
    float array (examples, outputs), in squared coded units, without the noise; NaN for examples that are no candidates
    """

    def of_one(params: Params, *arrays: Any) -> Array:
        return _variance(Situation(situation.network, situation.task, *arrays), params)

    # One trial after another: products of one network's matrices are fast, and each loop ends when its own labels do.
    one_by_one = jax.custom_batching.sequential_vmap(of_one)
    variance: Array = one_by_one(params, *situation[2:])
    return variance


def _variance(situation: Situation, params: Params) -> Array:
    noise = noise_variance(situation, params)
    penalty = situation.is_labelled.sum() * situation.weight_decay / noise.mean()
    gradients = gradients_of(situation.network, params, situation.task, _prior_deviation(situation, params, penalty))
    n_parameters = sum(leaf.size for leaf in jax.tree.leaves(params))
    between = _between_examples if _fewer_rows(situation.targets.size, n_parameters) else _between_parameters
    variance = between(gradients, situation.X, situation.is_labelled, situation.is_candidate, noise)
    return jnp.where(situation.is_candidate[:, None], jnp.maximum(variance, 0), jnp.nan)


def _fewer_rows(n_rows: int, n_parameters: int) -> bool:
    """Whether the system between examples is the smaller; it meets fewer than all rows until everything is labelled."""
    return n_rows <= 2 * n_parameters


def _prior_deviation(situation: Situation, params: Params, penalty: Array) -> Params:
    """Standard deviation that the prior allows each part."""
    network = situation.network
    precision = network.prior_precision(params, situation.X.shape[1], situation.targets.shape[1])
    deviation: Params = jax.tree.map(
        lambda precision, is_weight: (precision + penalty if is_weight else precision) ** -0.5,
        *(precision, network.is_weight(params)),
    )
    return deviation


def _first(is_member: Array, size: int) -> tuple[Array, Array, Array]:
    """Indices with the members first, filled up to whole chunks; how many members; how many chunks hold all of them."""
    order = jnp.argsort(~is_member, stable=True)
    n_members = is_member.sum()
    n_chunks = -(-n_members // size)
    return jnp.pad(order, (0, -len(order) % size), mode="edge"), n_members, n_chunks


def _between_examples(gradients: GradientsOf, X: Array, is_labelled: Array, is_candidate: Array, noise: Array) -> Array:
    """Condition the outputs at all examples on the labelled ones: a Cholesky factor, block of rows by block of rows."""
    del is_candidate  # they are among the columns, whatever is scored
    n_outputs = len(noise)
    size = max(1, ROWS_BETWEEN_EXAMPLES // n_outputs)  # examples of a block
    order, n_known, n_blocks = _first(is_labelled, size)
    n_rows = size * n_outputs
    everyone = gradients(X[order])

    def condition(index: Array, state: tuple[Array, Array]) -> tuple[Array, Array]:
        explained, variance = state
        block = jax.tree.map(lambda part: jax.lax.dynamic_slice_in_dim(part, index * size, size), everyone)
        is_known = jnp.repeat(index * size + jnp.arange(size) < n_known, n_outputs)

        def subtract(before: Array, rows: Array) -> Array:
            earlier = jax.lax.dynamic_slice_in_dim(explained, before * n_rows, n_rows)
            return rows - jax.lax.dynamic_slice_in_dim(earlier, index * n_rows, n_rows, axis=1).T @ earlier

        rows = jax.lax.fori_loop(0, index, subtract, block.products(everyone))
        rows = jnp.where(is_known[:, None], rows, 0)
        own = jax.lax.dynamic_slice_in_dim(rows, index * n_rows, n_rows, axis=1)
        own = jnp.where(is_known, own, 0) + jnp.diag(jnp.where(is_known, jnp.tile(noise, size), 1))
        rows = _inverse_root(own) @ rows
        explained = jax.lax.dynamic_update_slice_in_dim(explained, rows, index * n_rows, axis=0)
        return explained, variance - (rows**2).sum(axis=0)

    prior = everyone.squared_lengths()
    _, variance = jax.lax.fori_loop(0, n_blocks, condition, (jnp.zeros((len(prior), len(prior))), prior))
    return _in_place(variance.reshape(-1, n_outputs), order, len(X))


def _between_parameters(
    gradients: GradientsOf, X: Array, is_labelled: Array, is_candidate: Array, noise: Array
) -> Array:
    """Invert the precision of the parameters, and see what it leaves open along each candidate's gradient."""
    n_outputs = len(noise)
    size = max(1, ROWS_BETWEEN_PARAMETERS // n_outputs)  # examples of a chunk
    labelled, n_known, n_known_chunks = _first(is_labelled, size)
    scored, _, n_scored_chunks = _first(is_candidate, size)

    def rows_of(order: Array, index: Array) -> Array:
        return gradients(X[jax.lax.dynamic_slice_in_dim(order, index * size, size)]).rows()

    def add(index: Array, precision: Array) -> Array:
        is_known = jnp.repeat(index * size + jnp.arange(size) < n_known, n_outputs)
        weight = jnp.where(is_known, jnp.tile(noise, size) ** -0.5, 0)
        rows = rows_of(labelled, index) * weight[:, None]
        return precision + rows.T @ rows

    n_parameters = jax.eval_shape(lambda: rows_of(scored, jnp.zeros((), int))).shape[1]
    # Each parameter is measured in its prior deviation, so the prior's precision is one, and no other is smaller.
    precision = jax.lax.fori_loop(0, n_known_chunks, add, jnp.eye(n_parameters))
    root = _inverse_root(precision)

    def score(index: Array, variance: Array) -> Array:
        left_open = ((rows_of(scored, index) @ root.T) ** 2).sum(axis=1).reshape(size, n_outputs)
        return jax.lax.dynamic_update_slice_in_dim(variance, left_open, index * size, axis=0)

    variance = jax.lax.fori_loop(0, n_scored_chunks, score, jnp.zeros((len(scored), n_outputs)))
    return _in_place(variance, scored, len(X))


def _inverse_root(matrix: Array) -> Array:
    """Inverse of the Cholesky factor: several times faster to multiply with than to solve for, row by row."""
    return jax.scipy.linalg.solve_triangular(jnp.linalg.cholesky(matrix), jnp.eye(len(matrix)), lower=True)


def _in_place(values: Array, order: Array, n_examples: int) -> Array:
    """Values (places, outputs) of examples in this order, back in the order of the examples."""
    return jnp.zeros((n_examples, values.shape[1])).at[order[:n_examples]].set(values[:n_examples])


def laplace_work(load: Workload) -> float:
    """Forward-equivalents of one scoring: outputs for the noise, gradients, and the system that is solved."""
    forward = forward_work(load.network, load.n_features, load.n_outputs)
    n_parameters = load.network.n_parameters(load.n_features, load.n_outputs)
    n_known, n_rows = load.n_labelled * load.n_outputs, load.n_examples * load.n_outputs
    of_gradient, of_pair = _work_of_gradients(load, n_parameters)
    if not _fewer_rows(n_rows, n_parameters):
        n_met = load.n_labelled + load.n_scored
        system = n_met * load.n_outputs * n_parameters**2 + 2 * n_parameters**3 / 3
        return load.n_examples + n_met * of_gradient + system / forward
    system = load.n_labelled * load.n_examples * of_pair + n_known**2 * n_rows / 2
    return load.n_examples * (1 + of_gradient) + system / forward


def _work_of_gradients(load: Workload, n_parameters: int) -> tuple[float, float]:
    """Of an example's gradients in forward-equivalents, and of the products between two examples in multiply-adds."""
    if is_one_layered(load.network):
        (n_inputs, n_hidden), _ = load.network.layer_sizes(load.n_features, load.n_outputs)
        return 1, n_hidden * load.n_outputs**2 + n_inputs + n_hidden + 2
    of_gradient = load.n_outputs * presentation_work(load.network, load.n_features, load.n_outputs)
    return of_gradient, n_parameters * load.n_outputs**2
