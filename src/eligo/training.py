"""Stochastic gradient descent with momentum and weight decay on Eq. 10, for a leading axis of nets; knows no method."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import ArrayLike, NDArray

from eligo.foreign import ForeignNetwork
from eligo.layouts import Layout, layout_for
from eligo.mistakes import refuse_unless, several, told
from eligo.nets import bytes_of_each, jit_nets, over_blocks, parts_in_memory
from eligo.networks import AnyNetwork, Network, Params, refuse_no_network
from eligo.sgd import SGD, Rates, optimiser, refuse_no_sgd
from eligo.steps import StepSettings, TrainingState, train_block
from eligo.tasks import Task, refuse_no_task


def _advance(
    settings: StepSettings,
    layout: Layout,
    first_epoch: Array,
    n_epochs: Array,
    state: TrainingState,
    member: Array,
    rates: Rates,
    keys: Array,
    X: Array,
    targets: Array,
    weights: Array | None,
) -> TrainingState:
    data, shared = ((), (X, targets)) if X.ndim == 2 else ((X, targets), ())
    advanced: TrainingState = over_blocks(
        partial(train_block, settings, layout.is_trailing),
        *(state, member, rates, keys, data, weights),
        shared=(first_epoch, n_epochs, shared),
        block=layout.block,
    )
    return advanced


_advance_online = jit_nets(_advance, static_argnames=("settings", "layout"), is_wide=True)
_advance_batches = jit_nets(_advance, static_argnames=("settings", "layout"), is_fused=False, is_wide=True)


class Plan(NamedTuple):
    """How networks of one shape are trained.

    Attributes
    ----------
    settings : StepSettings
    layout : Layout
    is_fused : bool, see `eligo.nets.jit_nets`
    """

    settings: StepSettings
    layout: Layout
    is_fused: bool


def plan_for(
    network: AnyNetwork, task: Task, sgd: SGD, X: Array, targets: Array, n_nets: int, layout: Layout | None = None
) -> Plan:
    """The settings for data of one shape, (..., examples, features) and (..., examples, outputs), and its fastest layout."""
    rows_per_step = sgd.rows_per_step(X.shape[-2])
    settings = StepSettings(network, task, rows_per_step, sgd.decay_biases, sgd.mean_over_outputs, sgd.gradient_clip)
    if layout is None:
        layout = layout_for(network, X.shape[-1], targets.shape[-1], rows_per_step, n_nets)
    return Plan(settings, layout, rows_per_step == 1 or layout.is_trailing)


def start(params: Params, sgd: SGD) -> TrainingState:
    """State of networks before their first epoch.

    Parameters
    ----------
    params : parameters with a leading axis of nets
    sgd : SGD
    """
    return _start(params, sgd.rates(len(jax.tree.leaves(params)[0])))


@jax.jit
def _start(params: Params, rates: Rates) -> TrainingState:
    return TrainingState(params, jax.vmap(lambda params, rates: optimiser(rates).init(params))(params, rates))


COPIES_IN_MEMORY = 6
"""What training takes of memory, in copies of its weights and of data that networks do not share: before and after, the
velocity, and both again in blocks."""

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
    network: AnyNetwork,
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
    sample_weight: ArrayLike | None = None,
    layout: Layout | None = None,
) -> TrainingState:
    """Train networks for some more epochs; nothing restarts, so that two calls in a row equal one.

    Parameters
    ----------
    network : Network or ForeignNetwork
    state : TrainingState with a leading axis of nets
    X : float array (nets, examples, features), or (examples, features) that all networks share
    targets : float array (nets, examples, outputs) or (examples, outputs), coded; as ``X``
    task : Task
    sgd : SGD; its ``epochs`` is not used
    key : jax random keys (nets,); the order of epoch e comes from key and e alone
    member : bool array (nets, examples), the training subset of each network
    first_epoch : int, epochs trained before
    n_epochs : int, epochs to train now
    sample_weight : float array (nets, examples), default=None, see `train_many`
    layout : Layout, default=None, how the networks lie in memory; None takes the fastest for their shape

    Returns
    -------
    TrainingState
    """
    plan = plan_for(network, task, sgd, X, targets, len(key), layout)
    program = _advance_online if plan.is_fused else _advance_batches
    of_nets = (state, member, sgd.rates(len(key)), key, X, targets, sample_weight)
    advanced: TrainingState = program(plan.settings, plan.layout, first_epoch, n_epochs, *of_nets)
    return advanced


def train(
    network: AnyNetwork,
    params: Params,
    X: ArrayLike,
    targets: ArrayLike,
    task: Task,
    sgd: SGD,
    *,
    key: Array,
    subset: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
) -> Params:
    """Train one network.

    Parameters
    ----------
    network : Network or ForeignNetwork
    params : parameters of one network, from ``network.init``
    X : float array (examples, features)
    targets : float array (examples, outputs), coded: ``task.code(y).encode(y)``
    task : Task
    sgd : SGD
    key : jax random key, for the order of presentation
    subset : int array of indices, or bool array (examples,), default=None, the examples to train on; None is all
    sample_weight : float array (examples,), at least 0, default=None, what each example's error counts; see `train_many`

    Returns
    -------
    params : parameters of the trained network

    Raises
    ------
    ValueError
        If an argument is not of its kind, parameters are not those of the network, shapes do not fit each other, the
        subset is empty, or a weight is negative or not finite.

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
    refuse_no_network(network)
    if isinstance(network, Network):
        network.sizes_of(params)
    many = jax.tree.map(lambda leaf: jnp.asarray(leaf)[None], params)
    trained = train_many(network, many, X, targets, task, sgd, key=key, subset=subset, sample_weight=sample_weight)
    return jax.tree.map(lambda leaf: leaf[0], trained)


def train_many(
    network: AnyNetwork,
    params: Params,
    X: ArrayLike,
    targets: ArrayLike,
    task: Task,
    sgd: SGD,
    *,
    key: Array,
    subset: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
) -> Params:
    """Train many networks of one shape as one program, sharded over the local devices.

    Whatever has a leading axis of nets differs between networks; whatever has none is shared by all. More networks than
    fit into the bound on memory (``ELIGO_MEMORY`` in GiB, by default a quarter of it) are trained one part after the other,
    of two networks or three where no more than two fit.

    Parameters
    ----------
    network : Network or ForeignNetwork
    params : parameters with a leading axis of nets, e.g. from ``jax.vmap(network.init, (0, None, None))``
    X : float array (examples, features) or (nets, examples, features)
    targets : float array (examples, outputs) or (nets, examples, outputs), coded
    task : Task
    sgd : SGD, whose learning rate, momentum and weight decay may be arrays (nets,)
    key : jax random key, or keys (nets,), for the order of presentation
    subset : default=None, the examples to train on: int array of indices or bool array (examples,) for all networks, or
        bool array (nets, examples); None is all
    sample_weight : float array (examples,) or (nets, examples), at least 0, default=None, what each example's error
        counts: a step follows ``(1/N) sum_i weight_i * error_i`` over the N examples of its batch, whatever their
        weights add up to, so weights with a mean of 1 leave the learning rate its meaning. An example of weight 0 is
        presented all the same; leave it out of ``subset`` to spare that. None is 1 for all, and costs nothing

    Returns
    -------
    params : trained parameters with a leading axis of nets

    Raises
    ------
    ValueError
        If an argument is not of its kind, parameters are not those of the network, shapes do not fit each other, a
        subset is empty, or a weight is negative or not finite.

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
    _refuse_unfit(network, params, task, sgd, key)
    params = jax.tree.map(lambda leaf: jnp.asarray(leaf, dtype=float), params)
    n_nets = len(jax.tree.leaves(params)[0])
    X, targets, member = _per_net(n_nets, X, targets, subset)
    weights = None if sample_weight is None else _weights(sample_weight, *member.shape)
    _check_widths(network, params, X, targets)
    if key.shape not in ((), (n_nets,)):
        raise ValueError(
            f"`key` must be one jax random key or ({n_nets},) of them, as `params` hold {several(n_nets, 'network')}; "
            f"got shape {key.shape}."
        )
    keys = jnp.broadcast_to(key, (n_nets,))
    of_nets = (params, member, keys, weights, *([X, targets] if X.ndim == 3 else []))
    trained = []
    for part in parts_in_memory(n_nets, COPIES_IN_MEMORY * bytes_of_each(of_nets)):
        few, few_members, few_keys, few_weights, *data = jax.tree.map(lambda leaf, part=part: leaf[part], of_nets)
        sgd_of_few = sgd.of_nets(part, n_nets)
        state = advance(
            *(network, start(few, sgd_of_few), *(data or (X, targets)), task, sgd_of_few),
            **{"key": few_keys, "member": few_members, "first_epoch": 0, "n_epochs": sgd.epochs},
            sample_weight=few_weights,
        )
        trained.append(state.params)
    return trained[0] if len(trained) == 1 else jax.tree.map(lambda *leaves: jnp.concatenate(leaves), *trained)


def _per_net(n_nets: int, X: ArrayLike, targets: ArrayLike, subset: ArrayLike | None) -> tuple[Array, Array, Array]:
    """Data with a leading axis of nets, or without one where all share them, checked against each other."""
    data = []
    for name, units, given in (("X", "features", X), ("targets", "outputs", targets)):
        values = _numbers(name, given)
        if values.ndim not in (2, 3) or (values.ndim == 3 and len(values) != n_nets):
            shape = f"(examples, {units}) or ({n_nets}, examples, {units})"
            remedy = " Code labels with task.code(y).encode(y)." if name == "targets" and values.ndim == 1 else ""
            raise ValueError(
                f"`{name}` must be {shape}, as `params` hold {several(n_nets, 'network')}; got shape {values.shape}.{remedy}"
            )
        _check_finite(name, values)
        data.append(values)
    n_examples = data[0].shape[-2]
    if data[1].shape[-2] != n_examples:
        raise ValueError(f"`targets` must have the {n_examples} examples of `X`; got {data[1].shape[-2]}.")
    if data[0].ndim != data[1].ndim:
        data = [jnp.broadcast_to(values, (n_nets, *values.shape[-2:])) for values in data]
    return data[0], data[1], _membership(subset, n_nets, n_examples)


def _refuse_unfit(network: AnyNetwork, params: Params, task: Task, sgd: SGD, key: Array) -> None:
    """Refuse arguments that are not of their kind, and parameters that are of another network."""
    refuse_no_network(network)
    refuse_no_task(task)
    refuse_no_sgd(sgd)
    refuse_unless("key", key, _is_key, "a jax random key", "Write jax.random.key(0).")
    if isinstance(network, Network):
        network.sizes_of(params, n_axes=1)
    remedy = "Take them from `network.init`, lifted by jax.vmap."
    refuse_unless("params", params, _has_nets, "arrays with a leading axis of nets", remedy)


def _is_key(key: Array) -> bool:
    return jnp.issubdtype(key.dtype, jax.dtypes.prng_key) if hasattr(key, "dtype") else False


def _has_nets(params: Params) -> bool:
    leaves = jax.tree.leaves(params)
    return all(np.ndim(leaf) for leaf in leaves) and len({len(leaf) for leaf in leaves}) == 1


def _numbers(name: str, given: ArrayLike) -> Array:
    """Data as an array of numbers."""
    try:
        return jnp.asarray(np.asarray(given) if isinstance(given, list | tuple) else given, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(
            f"`{name}` must be an array of numbers, of rows that are equally long; got {told(given)}."
        ) from None


def _check_finite(name: str, values: Array) -> None:
    """Refuse data that would turn every weight into NaN."""
    bad = np.argwhere(~np.isfinite(np.asarray(values)))
    if len(bad):
        place = ", ".join(map(str, bad[0]))
        raise ValueError(f"`{name}` must be finite; got {len(bad)} missing or infinite values, the first at [{place}].")


def _check_widths(network: AnyNetwork, params: Params, X: Array, targets: Array) -> None:
    """Refuse data that the weights would broadcast against."""
    if isinstance(network, ForeignNetwork):
        network.check(jax.tree.map(lambda leaf: leaf[0], params), X.shape[-1], targets.shape[-1])
    if not isinstance(network, Network):
        return
    n_features, n_outputs = network.sizes_of(params, n_axes=1)
    for name, found, expected, what in (
        ("X", X.shape[-1], n_features, "features"),
        ("targets", targets.shape[-1], n_outputs, "outputs"),
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


def _weights(sample_weight: ArrayLike, n_nets: int, n_examples: int) -> Array:
    """What each example's error counts, as float (nets, examples)."""
    weights = jnp.asarray(sample_weight, dtype=float)
    if weights.shape not in ((n_examples,), (n_nets, n_examples)):
        raise ValueError(
            f"`sample_weight` must be ({n_examples},) or ({n_nets}, {n_examples}); got shape {weights.shape}."
        )
    bad = np.asarray(weights)[~(np.isfinite(weights) & (np.asarray(weights) >= 0))]
    if len(bad):
        raise ValueError(f"`sample_weight` must be finite and at least 0; got {bad[0]:g}.")
    return jnp.broadcast_to(weights, (n_nets, n_examples))
