"""Stochastic gradient descent with momentum and weight decay on Eq. 10, for a leading axis of nets; knows no method."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array
from numpy.typing import ArrayLike, NDArray

from eligo.nets import AXIS, jit_nets, over_nets
from eligo.networks import Network, Params
from eligo.presentation import presentation_order
from eligo.sgd import SGD, Rates, held_still_unless, optimiser
from eligo.tasks import Task

ROWS_PER_CHUNK = 128
"""Rows of a large batch that go through a network at once: the work of "full" follows the subset, not its room."""


class TrainingState(NamedTuple):
    """What the next step needs: parameters and the optimiser's memory (the velocity of momentum)."""

    params: Params
    memory: Any


class _Recipe(NamedTuple):
    """What is compiled into a training program."""

    network: Network
    task: Task
    rows_per_step: int
    decay_biases: bool
    mean_over_outputs: bool
    gradient_clip: float | None


# --- One network -----------------------------------------------------------------------------------------------------


def _gradient(recipe: _Recipe, params: Params, X: Array, T: Array, present: Array) -> Params:
    """Gradient of the squared errors summed over the rows of one chunk; ``X`` (features,) is a chunk of one row."""

    def squared_errors(params: Params) -> Array:
        of_outputs = (T - recipe.network.apply(params, X, recipe.task)) ** 2
        errors = of_outputs.mean(axis=-1) if recipe.mean_over_outputs else of_outputs.sum(axis=-1)
        return (errors * present).sum()

    gradient: Params = jax.grad(squared_errors)(params)
    return gradient


def _decay(params: Params, weight_decay: Array, decay_biases: bool) -> Params:
    """Gradient of the penalty of Eq. 10, 2 lambda w; zero for biases unless they decay too."""
    return {
        name: {
            part: 2 * weight_decay * values if part == "weights" or decay_biases else jnp.zeros_like(values)
            for part, values in layer.items()
        }
        for name, layer in params.items()
    }


def _batch_gradient(recipe: _Recipe, params: Params, rows: tuple[Array, Array], start: Array, count: Array) -> Params:
    """Gradient of Eq. 10's data term over the batch that starts at row ``start`` of the first ``count`` rows."""
    batch = recipe.rows_per_step
    if batch == 1:
        return _gradient(recipe, params, rows[0][start], rows[1][start], jnp.ones(()))

    chunk = min(batch, ROWS_PER_CHUNK)
    stop = jnp.minimum(start + batch, count)

    def add_chunk(index: Array, total: Params) -> Params:
        first = start + index * chunk
        X, T = (jax.lax.dynamic_slice_in_dim(part, first, chunk) for part in rows)
        present = first + jnp.arange(chunk) < stop
        return jax.tree.map(jnp.add, total, _gradient(recipe, params, X, T, present))

    n_chunks = jax.lax.pmax(-(-jnp.maximum(stop - start, 0) // chunk), AXIS)
    total = jax.lax.fori_loop(0, n_chunks, add_chunk, jax.tree.map(jnp.zeros_like, params))
    return jax.tree.map(lambda gradient: gradient / jnp.maximum(stop - start, 1), total)


def _shortened(gradient: Params, longest: float | None) -> Params:
    """A gradient no longer than ``longest`` over all parameters together."""
    if longest is None:
        return gradient
    length = jnp.sqrt(sum((slope**2).sum() for slope in jax.tree.leaves(gradient)))
    # PyTorch's 1e-6, so that trajectories agree; it keeps a gradient of zero from giving 0/0 as well.
    share = jnp.minimum(longest / (length + 1e-6), 1)
    return jax.tree.map(lambda slope: slope * share, gradient)


def _train_one(
    recipe: _Recipe,
    first_epoch: Array,
    n_epochs: Array,
    state: TrainingState,
    X: Array,
    targets: Array,
    member: Array,
    rates: Rates,
    key: Array,
) -> TrainingState:
    """Train one network for some epochs on the members of a training subset.

    Networks of a block take as many steps as the largest subset among them needs; one that has no rows left holds
    still. So the work follows the number of selected examples, without a new program for each size.
    """
    batch = recipe.rows_per_step
    count = member.sum()
    n_steps = jax.lax.pmax(-(-count // batch), AXIS)
    n_padding = -len(X) % batch + (-batch % min(batch, ROWS_PER_CHUNK))

    def epoch(index: Array, state: TrainingState) -> TrainingState:
        order = presentation_order(jax.random.fold_in(key, first_epoch + index), member)
        # Rows past the last member fill up chunks and weigh nothing; they must be finite all the same: 0 * NaN is NaN.
        order = jnp.where(jnp.arange(len(X)) < count, order, order[0])
        order = jnp.pad(order, (0, n_padding), mode="edge")
        rows = (X[order], targets[order])

        def step(index: Array, state: TrainingState) -> TrainingState:
            params, memory = state
            has_rows = index * batch < count
            gradient = _shortened(_batch_gradient(recipe, params, rows, index * batch, count), recipe.gradient_clip)
            gradient = jax.tree.map(
                jnp.add, gradient, _decay(params, jnp.asarray(rates.weight_decay), recipe.decay_biases)
            )
            gradient = jax.tree.map(lambda slope: jnp.where(has_rows, slope, 0), gradient)
            updates, memory = optimiser(held_still_unless(has_rows, rates)).update(gradient, memory)
            return TrainingState(optax.apply_updates(params, updates), memory)

        return jax.lax.fori_loop(0, n_steps, step, state)

    return jax.lax.fori_loop(0, n_epochs, epoch, state)


# --- Many networks ---------------------------------------------------------------------------------------------------


@partial(jit_nets, static_argnames=("recipe",))
def _advance(recipe: _Recipe, first_epoch: Array, n_epochs: Array, *per_net: Any) -> TrainingState:
    advanced: TrainingState = over_nets(partial(_train_one, recipe, first_epoch, n_epochs), *per_net)
    return advanced


def start(params: Params, sgd: SGD) -> TrainingState:
    """State of networks before their first epoch.

    Parameters
    ----------
    params : parameters with a leading axis of nets
    sgd : SGD
    """
    n_nets = len(jax.tree.leaves(params)[0])
    return TrainingState(
        params, jax.vmap(lambda params, rates: optimiser(rates).init(params))(params, sgd.rates(n_nets))
    )


LARGEST_WEIGHT = 1e6
"""Beyond this a network has diverged, though its saturated sigmoids still give finite outputs; trained weights stay far
below it."""


def is_diverged(params: Params) -> NDArray[np.bool_]:
    """Whether training ran away: any parameter that is NaN, infinite or beyond `LARGEST_WEIGHT`.

    Parameters
    ----------
    params : parameters with a leading axis of nets

    Returns
    -------
    bool array (nets,)
    """
    leaves = [np.asarray(leaf).reshape(len(leaf), -1) for leaf in jax.tree.leaves(params)]
    within: NDArray[np.bool_] = (np.abs(np.concatenate(leaves, axis=1)) <= LARGEST_WEIGHT).all(axis=1)
    return ~within


def advance(
    network: Network,
    state: TrainingState,
    X: Array,
    targets: Array,
    task: Task,
    sgd: SGD,
    *,
    key: Array,
    member: ArrayLike,
    first_epoch: int,
    n_epochs: int,
) -> TrainingState:
    """Train networks for some more epochs; nothing restarts, so that two calls in a row equal one.

    Parameters
    ----------
    network : Network
    state : TrainingState with a leading axis of nets
    X : float array (nets, examples, features)
    targets : float array (nets, examples, outputs), coded
    task : Task
    sgd : SGD; its ``epochs`` is not used
    key : jax random keys (nets,); the order of epoch e comes from key and e alone
    member : bool array (nets, examples), the training subset of each network
    first_epoch : int, epochs trained before
    n_epochs : int, epochs to train now

    Returns
    -------
    TrainingState
    """
    rows_per_step = sgd.rows_per_step(X.shape[1])
    recipe = _Recipe(network, task, rows_per_step, sgd.decay_biases, sgd.mean_over_outputs, sgd.gradient_clip)
    rates = sgd.rates(len(X))
    advanced: TrainingState = _advance(recipe, first_epoch, n_epochs, state, X, targets, member, rates, key)
    return advanced


def train(
    network: Network,
    params: Params,
    X: ArrayLike,
    targets: ArrayLike,
    task: Task,
    sgd: SGD,
    *,
    key: Array,
    subset: ArrayLike | None = None,
) -> Params:
    """Train one network.

    Parameters
    ----------
    network : Network
    params : parameters of one network, from ``network.init``
    X : float array (examples, features)
    targets : float array (examples, outputs), coded: ``task.code(y).encode(y)``
    task : Task
    sgd : SGD
    key : jax random key, for the order of presentation
    subset : int array of indices, or bool array (examples,), default=None, the examples to train on; None is all

    Returns
    -------
    params : parameters of the trained network

    Raises
    ------
    ValueError
        If shapes do not fit each other or the subset is empty.

    Examples
    --------
    >>> import numpy as np
    >>> from eligo.tasks import CLASSIFICATION
    >>> X, y = np.array([[-1.0], [-0.5], [0.5], [1.0]]), np.array([0, 0, 1, 1])
    >>> targets = CLASSIFICATION.code(y).encode(y)
    >>> network = Network(hidden=(4,))
    >>> params = network.init(jax.random.key(0), n_features=1, n_outputs=2)
    >>> sgd = SGD(learning_rate=0.5, momentum=0.5, epochs=200)
    >>> params = train(network, params, X, targets, CLASSIFICATION, sgd, key=jax.random.key(1))
    >>> network.apply(params, X, CLASSIFICATION).argmax(axis=1).tolist()
    [0, 0, 1, 1]
    """
    many = jax.tree.map(lambda leaf: jnp.asarray(leaf)[None], params)
    trained = train_many(network, many, X, targets, task, sgd, key=key, subset=subset)
    return jax.tree.map(lambda leaf: leaf[0], trained)


def train_many(
    network: Network,
    params: Params,
    X: ArrayLike,
    targets: ArrayLike,
    task: Task,
    sgd: SGD,
    *,
    key: Array,
    subset: ArrayLike | None = None,
) -> Params:
    """Train many networks of one shape as one program, sharded over the local devices.

    Whatever has a leading axis of nets differs between networks; whatever has none is shared by all.

    Parameters
    ----------
    network : Network
    params : parameters with a leading axis of nets, e.g. from ``jax.vmap(network.init, (0, None, None))``
    X : float array (examples, features) or (nets, examples, features)
    targets : float array (examples, outputs) or (nets, examples, outputs), coded
    task : Task
    sgd : SGD, whose learning rate, momentum and weight decay may be arrays (nets,)
    key : jax random key, or keys (nets,), for the order of presentation
    subset : default=None, the examples to train on: int array of indices or bool array (examples,) for all networks, or
        bool array (nets, examples); None is all

    Returns
    -------
    params : trained parameters with a leading axis of nets

    Raises
    ------
    ValueError
        If shapes do not fit each other or a subset is empty.

    Examples
    --------
    >>> import numpy as np
    >>> from eligo.tasks import CLASSIFICATION
    >>> X, y = np.array([[-1.0], [-0.5], [0.5], [1.0]]), np.array([0, 0, 1, 1])
    >>> targets = CLASSIFICATION.code(y).encode(y)
    >>> network = Network(hidden=(4,))
    >>> keys = jax.random.split(jax.random.key(0), 3)
    >>> params = jax.vmap(network.init, (0, None, None))(keys, 1, 2)
    >>> sgd = SGD(learning_rate=np.array([0.1, 0.5, 1.0]), epochs=100)
    >>> params = train_many(network, params, X, targets, CLASSIFICATION, sgd, key=keys)
    >>> params["hidden"]["weights"].shape
    (3, 1, 4)
    """
    params = jax.tree.map(lambda leaf: jnp.asarray(leaf, dtype=float), params)
    n_nets = len(jax.tree.leaves(params)[0])
    X, targets, member = _per_net(n_nets, X, targets, subset)
    _check_widths(network, params, X, targets)
    if key.shape not in ((), (n_nets,)):
        raise ValueError(
            f"`key` must be one jax random key or ({n_nets},) of them, as `params` hold {n_nets} networks; "
            f"got shape {key.shape}."
        )
    keys = jnp.broadcast_to(key, (n_nets,))
    epochs = {"first_epoch": 0, "n_epochs": sgd.epochs}
    return advance(network, start(params, sgd), X, targets, task, sgd, key=keys, member=member, **epochs).params


def _per_net(n_nets: int, X: ArrayLike, targets: ArrayLike, subset: ArrayLike | None) -> tuple[Array, Array, Array]:
    """Data with a leading axis of nets, checked against each other."""
    data = []
    for name, values in (("X", jnp.asarray(X, dtype=float)), ("targets", jnp.asarray(targets, dtype=float))):
        if values.ndim not in (2, 3) or (values.ndim == 3 and len(values) != n_nets):
            shape = f"(examples, ...) or ({n_nets}, examples, ...)"
            raise ValueError(f"`{name}` must be {shape}, as `params` hold {n_nets} networks; got shape {values.shape}.")
        _check_finite(name, values)
        data.append(jnp.broadcast_to(values, (n_nets, *values.shape[-2:])))
    n_examples = data[0].shape[1]
    if data[1].shape[1] != n_examples:
        raise ValueError(f"`targets` must have the {n_examples} examples of `X`; got {data[1].shape[1]}.")
    return data[0], data[1], _membership(subset, n_nets, n_examples)


def _check_finite(name: str, values: Array) -> None:
    """Refuse data that would turn every weight into NaN."""
    bad = np.argwhere(~np.isfinite(np.asarray(values)))
    if len(bad):
        place = ", ".join(map(str, bad[0]))
        raise ValueError(f"`{name}` must be finite; got {len(bad)} missing or infinite values, the first at [{place}].")


def _check_widths(network: Network, params: Params, X: Array, targets: Array) -> None:
    """Refuse data that the weights would broadcast against."""
    n_features = params[network.layer_names[0]]["weights"].shape[-2]
    n_outputs = params[network.layer_names[-1]]["weights"].shape[-1]
    for name, found, expected, what in (
        ("X", X.shape[2], n_features, "features"),
        ("targets", targets.shape[2], n_outputs, "outputs"),
    ):
        if found != expected:
            raise ValueError(f"`{name}` must have {expected} {what}, as `params` do; got {found}.")


def _membership(subset: ArrayLike | None, n_nets: int, n_examples: int) -> Array:
    """A training subset as bool (nets, examples)."""
    chosen = np.arange(n_examples) if subset is None else np.asarray(subset)
    if chosen.dtype == bool:
        if chosen.shape not in ((n_examples,), (n_nets, n_examples)):
            raise ValueError(
                f"`subset` as a mask must be ({n_examples},) or ({n_nets}, {n_examples}); got {chosen.shape}."
            )
        member = np.broadcast_to(chosen, (n_nets, n_examples))
    else:
        outside = chosen[~np.isin(chosen, np.arange(n_examples))]
        if chosen.ndim != 1 or len(outside):
            got = outside[0] if len(outside) else f"shape {chosen.shape}"
            raise ValueError(f"`subset` must hold indices in [0, {n_examples - 1}] or be a mask; got {got}.")
        member = np.zeros((n_nets, n_examples), dtype=bool)
        member[:, chosen.astype(int)] = True
    if not member.any(axis=1).all():
        raise ValueError("`subset` is empty; a network needs at least 1 example to train on.")
    return jnp.asarray(member)
