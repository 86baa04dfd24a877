"""A block of networks through its epochs: the inner loops of training, compiled once for each shape.

A step is written for ONE network. It is lifted in one of two ways (`eligo.layouts`): by `jax.vmap` over a leading axis, or
by broadcasting over a trailing one, since the units come first in every array of a step.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jax import Array

from eligo.lots import folded
from eligo.networks import AnyNetwork, Network, Params
from eligo.presentation import members_first, presentation_order
from eligo.products import backpropagate
from eligo.sgd import Rates, held_still_unless, optimiser
from eligo.tasks import Task

ROWS_PER_CHUNK = 64
"""Rows of a large batch that go through a network at once: the work of "full" follows the subset, not its room."""


class TrainingState(NamedTuple):
    """What the next step needs: parameters and the optimiser's memory (the velocity of momentum)."""

    params: Params
    memory: Any


class StepSettings(NamedTuple):
    """What is compiled into a training program."""

    network: AnyNetwork
    task: Task
    rows_per_step: int
    decay_biases: bool
    mean_over_outputs: bool
    gradient_clip: float | None


class Batch(NamedTuple):
    """Rows of one step, units first; one example has no axis of examples.

    Attributes
    ----------
    x : float array (features, examples)
    t : float array (outputs, examples), coded targets
    is_present : bool array (examples,), whether a row counts; others fill the batch up
    weight : float array (1, examples), what a row's error counts, or None where all count alike
    """

    x: Array
    t: Array
    is_present: Array
    weight: Array | None


# --- One network, or many with a trailing axis of nets -----------------------------------------------------------------


def _gradient(settings: StepSettings, params: Params, batch: Batch) -> Params:
    """Gradient of the squared errors summed over the rows of a batch."""

    def squared_errors(net_inputs: Array) -> Array:
        of_outputs = (batch.t - settings.task.output(net_inputs)) ** 2
        errors = of_outputs.mean(axis=0) if settings.mean_over_outputs else of_outputs.sum(axis=0)
        errors = errors if batch.weight is None else errors * batch.weight[0]
        return jnp.where(batch.is_present, errors, 0).sum()  # networks do not share parameters: each gets its own slope

    network = settings.network
    has_trailing_nets = any(part.ndim > 2 for part in jax.tree.leaves(params))
    # Not of a kind of Network that may compute something else.
    if type(network) is Network and batch.x.ndim == 2 and not has_trailing_nets:
        return backpropagate(network, params, batch.x, jax.grad(squared_errors))
    gradient: Params = jax.grad(lambda params: squared_errors(network.forward(params, batch.x)))(params)
    return gradient


def _decay(settings: StepSettings, params: Params, weight_decay: Array) -> Params:
    """Gradient of the penalty of Eq. 10, 2 lambda w; zero for biases unless they decay too."""

    def of_part(values: Array, is_weight: bool) -> Array:
        return 2 * weight_decay * values if is_weight or settings.decay_biases else jnp.zeros_like(values)

    decay: Params = jax.tree.map(of_part, params, settings.network.is_weight(params))
    return decay


def _shortened(gradient: Params, longest: float | None, n_axes: int) -> Params:
    """A gradient no longer than ``longest`` over all parameters of a network; the last ``n_axes`` axes are of nets."""
    if longest is None:
        return gradient
    squares = ((slope**2).sum(axis=tuple(range(slope.ndim - n_axes))) for slope in jax.tree.leaves(gradient))
    # PyTorch's 1e-6, so that trajectories agree; it keeps a gradient of zero from giving 0/0 as well.
    share = jnp.minimum(longest / (jnp.sqrt(sum(squares)) + 1e-6), 1)
    return jax.tree.map(lambda slope: slope * share, gradient)


def _update(settings: StepSettings, state: TrainingState, rates: Rates, summed: Params, n_rows: Array) -> TrainingState:
    """One step along the gradient of Eq. 10 from its sum over ``n_rows`` rows; a network without rows holds still."""
    has_rows = n_rows > 0
    mean = jax.tree.map(lambda slope: slope / jnp.maximum(n_rows, 1), summed) if settings.rows_per_step > 1 else summed
    gradient = _shortened(mean, settings.gradient_clip, jnp.ndim(rates.learning_rate))
    decay = _decay(settings, state.params, jnp.asarray(rates.weight_decay))
    gradient = jax.tree.map(lambda slope, pull: jnp.where(has_rows, slope + pull, 0), gradient, decay)
    updates, memory = optimiser(held_still_unless(has_rows, rates)).update(gradient, state.memory)
    return TrainingState(optax.apply_updates(state.params, updates), memory)


# --- A block of networks -----------------------------------------------------------------------------------------------


class Block(NamedTuple):
    """What a block of networks learns from, and how they lie in memory.

    Attributes
    ----------
    settings : StepSettings
    nets_axis : 0 or -1, where the axis of nets lies in parameters and batches, see `eligo.layouts.Layout`
    X : float array (examples, features) that all share, or (nets, examples, features)
    targets : float array (examples, outputs) or (nets, examples, outputs), coded
    member : bool array (examples, nets), the training subset of each
    sizes : int array (nets,), how many members each has
    rates : Rates, each (nets,)
    weights : float array (nets, examples, 1), what each example's error counts, or None where all count alike
    """

    settings: StepSettings
    nets_axis: int
    X: Array
    targets: Array
    member: Array
    sizes: Array
    rates: Rates
    weights: Array | None

    def lifted(self, one_net: Callable[..., Any]) -> Callable[..., Any]:
        """A function of one network as one of the block; over a trailing axis, it broadcasts as it is."""
        with_settings = partial(one_net, self.settings)
        return with_settings if self.nets_axis == -1 else jax.vmap(with_settings)

    def filled_up(self, order: Array, chunk: int) -> Array:
        """An order of presentation (examples, nets) in whole chunks, with members only."""
        # Rows past the last member weigh nothing; they must be finite all the same: 0 * NaN is NaN.
        order = jnp.where(jnp.arange(len(order))[:, None] < self.sizes, order, order[0])
        n_padding = -len(order) % self.settings.rows_per_step + -self.settings.rows_per_step % chunk
        return jnp.pad(order, ((0, n_padding), (0, 0)), mode="edge")

    def batch(self, order: Array, first: Array, n_rows: Array, size: int) -> Batch:
        """The rows from place ``first`` on, of which the first ``n_rows`` (nets,) count; one row has no axis of examples."""
        if size == 1:
            index, is_present = order[first], n_rows > 0
        else:
            index = jax.lax.dynamic_slice_in_dim(order, first, size)
            is_present = jnp.moveaxis(jnp.arange(size)[:, None] < n_rows, -1, self.nets_axis)
        weight = None if self.weights is None else self._rows(self.weights, index)
        return Batch(self._rows(self.X, index), self._rows(self.targets, index), is_present, weight)

    def _rows(self, values: Array, index: Array) -> Array:
        """Rows of (examples, units) or (nets, examples, units), units first, nets where they belong."""
        n_examples, n_units = values.shape[-2:]
        if values.ndim == 3:
            index = index + jnp.arange(len(values)) * n_examples
        places = index * n_units + jnp.arange(n_units).reshape(-1, *[1] * index.ndim)
        # Reading one flat array fuses into a loop, a gather of rows does not. And what comes next reads a row once per
        # weight: fused with that, every weight would look it up anew.
        return jax.lax.optimization_barrier(
            jnp.take(values.reshape(-1), jnp.moveaxis(places, -1, self.nets_axis), mode="clip")
        )

    def step(self, order: Array, index: Array, state: TrainingState) -> TrainingState:
        """The next batch of every network; one that has no rows left holds still."""
        batch = self.settings.rows_per_step
        first = index * batch
        n_rows = jnp.clip(self.sizes - first, 0, batch)
        if batch <= ROWS_PER_CHUNK:
            summed = self.lifted(_gradient)(state.params, self.batch(order, first, n_rows, batch))
        else:
            summed = self._in_chunks(order, first, n_rows, state.params)
        stepped: TrainingState = self.lifted(_update)(state, self.rates, summed, n_rows)
        return stepped

    def _in_chunks(self, order: Array, first: Array, n_rows: Array, params: Params) -> Params:
        """The gradient of a large batch, chunk after chunk: as many as the network with most rows needs."""

        def of_chunk(index: Array | int) -> Params:
            done = index * ROWS_PER_CHUNK
            chunk = self.batch(order, first + done, n_rows - done, ROWS_PER_CHUNK)
            gradient: Params = self.lifted(_gradient)(params, chunk)
            return gradient

        n_chunks = -(-n_rows.max() // ROWS_PER_CHUNK)
        total: Params = jax.lax.fori_loop(
            1, n_chunks, lambda index, total: jax.tree.map(jnp.add, total, of_chunk(index)), of_chunk(0)
        )
        return total


def train_block(
    settings: StepSettings,
    is_trailing: bool,
    state: TrainingState,
    member: Array,
    rates: Rates,
    keys: Array,
    data: tuple[Array, ...],
    weights: Array | None,
    first_epoch: Array,
    n_epochs: Array,
    shared: tuple[Array, ...],
) -> TrainingState:
    """Train a block of networks for some epochs on the members of their training subsets.

    The networks take as many steps as the largest subset among them needs. So the work follows the number of selected
    examples, without a new program for each size.

    Parameters
    ----------
    settings : StepSettings
    is_trailing : bool, see `eligo.layouts.Layout`
    state : TrainingState with a leading axis of nets
    member : bool array (nets, examples)
    rates : Rates, each (nets,)
    keys : jax random keys (nets,)
    data : X and targets with a leading axis of nets, or nothing
    weights : float array (nets, examples), what each example's error counts, or None where all count alike
    first_epoch, n_epochs : int scalars
    shared : X and targets of all networks, where ``data`` is nothing

    Returns
    -------
    TrainingState with a leading axis of nets
    """
    axis = -1 if is_trailing else 0
    X, targets = data or shared
    of_rows = None if weights is None else weights[:, :, None]
    block = Block(settings, axis, X, targets, member.T, member.sum(axis=1), rates, of_rows)
    batch, n_examples = settings.rows_per_step, member.shape[1]
    chunk = min(batch, ROWS_PER_CHUNK)
    n_steps = -(-block.sizes.max() // batch)
    # Nobody sees in which order the examples of a full batch are summed.
    lasting = block.filled_up(members_first(block.member), chunk) if batch >= n_examples else None

    def epoch(index: Array, state: TrainingState) -> TrainingState:
        order = lasting
        if order is None:
            of_epoch = folded(keys, first_epoch + index)
            order = block.filled_up(presentation_order(of_epoch, block.member), chunk)
        return jax.lax.fori_loop(0, n_steps, partial(block.step, order), state)

    lying = jax.tree.map(lambda leaf: jnp.moveaxis(leaf, 0, axis), state)
    trained = jax.lax.fori_loop(0, n_epochs, epoch, lying)
    return jax.tree.map(lambda leaf: jnp.moveaxis(leaf, axis, 0), trained)
