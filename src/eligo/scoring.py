"""Scoring a pool of any size: chunk by chunk, the rows of a chunk split over the local devices."""

from __future__ import annotations

import functools
import itertools
import math
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, cast

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from numpy.typing import ArrayLike, NDArray

from eligo.datasets.rows import NUMERIC, Rows, Source, row_blocks
from eligo.foreign import ForeignNetwork
from eligo.mistakes import checked_count, refuse_unless
from eligo.nets import WIDE_VECTORS, known_options
from eligo.networks import AnyNetwork, Network, Params, refuse_no_network
from eligo.tasks import Task
from eligo.utilities import Situation, Utility
from eligo.utilities.predictions import refuse_few_members, refuse_other_task

NUMBERS_PER_DEVICE = 2**21
"""Numbers of a chunk on each device: 8 MiB as float32. The calls for smaller chunks cost more than they compute."""

NUMBERS_PER_BLOCK = 2**16
"""Features and values of hidden units that a CPU has at a time, so that what lies between two layers never leaves its
cache. In blocks of twice as many, XLA parts a product of matrices between threads, which then wait for each other."""

CHUNKS_AT_ONCE = 2
"""One is computed while the next is read."""

ALIGNMENT = 64
"""Bytes at whose multiples memory must begin to be computed on where it lies, not on a copy."""


def score_pool(
    network: AnyNetwork,
    params: Params,
    X: Source,
    task: Task,
    utility: Utility,
    *,
    rows_per_chunk: int | None = None,
) -> NDArray[np.floating[Any]]:
    """Score of every example of a pool, which may be larger than the memory.

    The scores are those that the utility gives for the whole pool at once, to rounding, whatever the chunks. What is in
    memory follows from the size of a chunk; the scores themselves take 4 bytes a row.

    Parameters
    ----------
    network : Network or ForeignNetwork
    params : parameters of one network, or of the members of a committee with a leading axis of members
    X : float array (examples, features), also a memory map; path of a .npy, .csv or .parquet file, whose columns are the
        features in order (see `eligo.datasets.row_blocks`); or an iterable of arrays (examples, features)
    task : Task
    utility : Utility that scores each example by itself: `Utility.is_pointwise`
    rows_per_chunk : int or None, default=None, examples that are held at a time, rounded up to whole blocks; None takes as
        many as make 2 million numbers for each device

    Returns
    -------
    float array (examples,), of the type of the parameters; NaN for an example with a missing or infinite value

    Raises
    ------
    DataError
        If a file cannot be read, or has a column that does not hold numbers.
    ValueError
        If an argument is not of its kind, the parameters are not those of the network, the utility is for another kind of
        task, does not score each example by itself or compares more members than there are, or the columns of X are not
        the features of the parameters.

    Examples
    --------
    >>> import eligo
    >>> from eligo.utilities import PredictiveEntropy
    >>> network = eligo.Network(hidden=(8,))
    >>> params = network.init(jax.random.key(0), n_features=4, n_outputs=3)
    >>> pool = np.random.default_rng(0).uniform(-1, 1, (10_000, 4))
    >>> scores = score_pool(network, params, pool, eligo.CLASSIFICATION, PredictiveEntropy())
    >>> best = scores.argsort()[-5:]  # the five to have labelled
    >>> bool(scores[best].min() >= np.delete(scores, best).max())
    True
    """
    refuse_no_network(network)
    refuse_other_task(utility, task)
    if isinstance(network, Network):
        shape = _shape_of(network, params)
    else:
        remedy = "Wrap it: eligo.ForeignNetwork(network.init, network.net_inputs)."
        refuse_unless(
            "network", network, lambda one: isinstance(one, ForeignNetwork), "an eligo.ForeignNetwork", remedy
        )
        n_features, X = _counted_features(X)
        if n_features is None:
            return np.empty(0, jax.tree.leaves(params)[0].dtype)
        shape = _shape_of_foreign(network, params, n_features)
    members = params if shape.has_members else jax.tree.map(lambda leaf: leaf[None], params)
    members = jax.device_put(members, NamedSharding(_mesh(), PartitionSpec()))  # once, and not with every chunk
    n_members = len(jax.tree.leaves(members)[0])
    _refuse_unfit(task, utility, n_members)
    chunk = _chunk_of(shape.n_features, shape.n_features + n_members * shape.n_signals, rows_per_chunk)
    score = functools.partial(_program(), network, task, utility, shape.n_outputs, chunk.rows_per_block, members)
    dtype = np.dtype(jax.tree.leaves(members)[0].dtype)
    blocks = row_blocks(_in_parts(np.asarray(X)) if hasattr(X, "__array__") else X, chunk.n_rows)
    return np.concatenate([np.empty(0, dtype), *_scores(score, _filled(blocks, chunk, dtype))])


def _refuse_unfit(task: Task, utility: Utility, n_members: int) -> None:
    """Refuse a utility whose scores would be others than for the whole pool, or mean nothing."""
    name = type(utility).__name__
    is_pointwise = getattr(utility, "is_pointwise", None)
    if is_pointwise is None or not is_pointwise(task):
        raise ValueError(
            f"`utility` {name} does not score each example by itself for {task.name}, so chunks of a pool would be scored "
            "otherwise than the pool. Call it on a `Situation` of the whole pool."
        )
    refuse_few_members(utility, n_members, "Give the parameters a leading axis of members.")


# --- What the parameters tell ------------------------------------------------------------------------------------------


class _Shape(NamedTuple):
    """Sizes of one network; ``n_signals`` lie between its layers for one example."""

    n_features: int
    n_outputs: int
    n_signals: int
    has_members: bool


def _shape_of(network: Network, params: Params) -> _Shape:
    has_members = np.ndim(next(iter(jax.tree.leaves(params)), 0)) > 1  # of the first bias
    n_features, n_outputs = network.sizes_of(params, n_axes=int(has_members))
    return _Shape(n_features, n_outputs, sum(network.hidden), has_members)


def _shape_of_foreign(network: Any, params: Params, n_features: int) -> _Shape:
    """The same of a network whose parameters tell by the number of their axes alone whether they are of many."""
    remedy = "Take them from `network.init`."
    refuse_unless("params", params, jax.tree.leaves, "parameters of the network, arrays all", remedy)
    one = network.shapes(n_features, n_outputs=1)
    has_members = jax.tree.leaves(params)[0].ndim > jax.tree.leaves(one)[0].ndim
    n_outputs = network.n_outputs(jax.tree.map(lambda leaf: leaf[0], params) if has_members else params, n_features)
    return _Shape(n_features, n_outputs, int(network.work(n_features, n_outputs).forward) // n_features, has_members)


def _counted_features(X: Source) -> tuple[int | None, Source]:
    """How many columns a pool has, None without any row; and the pool, of which an iterator has lost nothing."""
    first: Source = X
    if not isinstance(X, str | os.PathLike) and not hasattr(X, "__array__"):
        blocks = iter(cast(Iterable[ArrayLike], X))
        first = list(itertools.islice(blocks, 1))
        X = itertools.chain(first, blocks)
    return next((rows.shape[1] for rows in row_blocks(first, 1)), None), X


# --- Chunks ----------------------------------------------------------------------------------------------------------


class _Chunk(NamedTuple):
    """The shape in which rows are handed over, all together and to one step on one device."""

    n_rows: int
    n_features: int
    rows_per_block: int


def _chunk_of(n_features: int, width: int, rows_per_chunk: int | None) -> _Chunk:
    """A chunk of whole blocks on each device; a block is what is carried through all layers before the next begins.

    ``width`` is the number of features and hidden units, of all members together.
    """
    if rows_per_chunk is not None:
        checked_count("rows_per_chunk", rows_per_chunk, remedy="Leave it out for a good size.")
    n_devices = jax.local_device_count()
    if rows_per_chunk is None:
        rows_per_device = _power_of_2_below(NUMBERS_PER_DEVICE // n_features)
    else:
        rows_per_device = -(-rows_per_chunk // n_devices)
    is_cached = jax.default_backend() == "cpu"
    size = min(rows_per_device, _power_of_2_below(NUMBERS_PER_BLOCK // width)) if is_cached else rows_per_device
    return _Chunk(-(-rows_per_device // size) * size * n_devices, n_features, size)


def _power_of_2_below(number: int) -> int:
    """The largest power of 2 up to the number; 64 for less, since a product of so few rows wastes the arithmetic."""
    return max(64, 1 << (number.bit_length() - 1)) if number > 0 else 64


def _in_parts(rows: Rows) -> tuple[Rows, ...]:
    """A few rows, and the others from the first on that lies where it can be computed on without a copy."""
    if rows.ndim != 2 or rows.dtype.kind not in NUMERIC or not rows.flags.c_contiguous:
        return (rows,)
    first = next((row for row in range(ALIGNMENT) if (rows.ctypes.data + row * rows.strides[0]) % ALIGNMENT == 0), 0)
    return rows[:first], rows[first:]


def _filled(blocks: Iterator[Rows], chunk: _Chunk, dtype: np.dtype[Any]) -> Iterator[tuple[Rows, int]]:
    """Chunks, and how many of their rows count: a block where it fills one, else what is gathered from several.

    A chunk holds until as many have followed as are computed at once.
    """
    buffers = itertools.cycle([_aligned(chunk, dtype) for _ in range(CHUNKS_AT_ONCE)])
    buffer, n_held = next(buffers), 0
    for block in blocks:
        if block.shape[1] != chunk.n_features:
            raise ValueError(
                f"`X` must have {chunk.n_features} columns, the features that `params` take; got {block.shape[1]}. Keep "
                "those columns alone, in their order."
            )
        if _is_chunk(block, chunk, dtype):
            if n_held:
                yield buffer, n_held
                buffer, n_held = next(buffers), 0
            yield block, len(block)
            continue
        while len(block):
            taken = block[: chunk.n_rows - n_held]
            with np.errstate(over="ignore"):  # what is too large for the type is infinite, and scores NaN
                np.copyto(buffer[n_held : n_held + len(taken)], taken, casting="same_kind")
            block, n_held = block[len(taken) :], n_held + len(taken)
            if n_held == chunk.n_rows:
                yield buffer, n_held
                buffer, n_held = next(buffers), 0
    if n_held:
        yield buffer, n_held


def _aligned(chunk: _Chunk, dtype: np.dtype[Any]) -> Rows:
    shape = (chunk.n_rows, chunk.n_features)
    raw = np.empty(chunk.n_rows * chunk.n_features * dtype.itemsize + ALIGNMENT, np.uint8)
    first = -raw.ctypes.data % ALIGNMENT
    return raw[first : first + len(raw) - ALIGNMENT].view(dtype).reshape(shape)


def _is_chunk(block: Rows, chunk: _Chunk, dtype: np.dtype[Any]) -> bool:
    is_whole = len(block) == chunk.n_rows and block.dtype == dtype
    return is_whole and block.flags.c_contiguous and block.ctypes.data % ALIGNMENT == 0


# --- Scores ----------------------------------------------------------------------------------------------------------


def _scores(score: Callable[..., Array], chunks: Iterator[tuple[Rows, int]]) -> Iterator[NDArray[np.floating[Any]]]:
    """Scores of chunk after chunk; a chunk is read while the one before is computed."""
    sharding = NamedSharding(_mesh(), PartitionSpec("rows"))
    waiting: deque[tuple[Array, int]] = deque()
    for rows, n_rows in chunks:
        waiting.append((score(jax.device_put(rows, sharding), n_rows), n_rows))
        if len(waiting) == CHUNKS_AT_ONCE:
            scores, n_scored = waiting.popleft()
            yield np.asarray(scores)[:n_scored]
    for scores, n_scored in waiting:
        yield np.asarray(scores)[:n_scored]


def _mesh() -> Mesh:
    return Mesh(np.array(jax.local_devices()), ("rows",))


@functools.cache
def _program() -> Callable[..., Array]:
    """`_score_chunk`, compiled once for each shape."""
    return jax.jit(_score_chunk, static_argnums=range(5), compiler_options=known_options(_OPTIONS))


def _score_chunk(
    network: AnyNetwork,
    task: Task,
    utility: Utility,
    n_outputs: int,
    rows_per_block: int,
    members: Params,
    X: Array,
    n_rows: Array,
) -> Array:
    """Scores (rows,) of a chunk of which the first ``n_rows`` count: as many blocks are computed as hold them."""

    def score(members: Params, X: Array) -> Array:
        unknown, everyone = jnp.full((len(X), n_outputs), jnp.nan, X.dtype), jnp.ones(len(X), dtype=bool)
        situation = Situation(network, task, members, X, unknown, ~everyone, everyone, jnp.zeros((), X.dtype))
        scores = utility(situation, key=jax.random.key(0))  # which a pointwise utility does not look at
        return _nan_without_values(X, scores.astype(X.dtype))

    def on_one_device(members: Params, X: Array, n_rows: Array) -> Array:
        n_own = jnp.clip(n_rows - jax.lax.axis_index("rows") * len(X), 0, len(X))

        def one_block(index: Array, scores: Array) -> Array:
            first = index * rows_per_block
            rows = jax.lax.dynamic_slice_in_dim(X, first, rows_per_block)
            return jax.lax.dynamic_update_slice_in_dim(scores, score(members, rows), first, axis=0)

        return jax.lax.fori_loop(0, -(-n_own // rows_per_block), one_block, jnp.zeros(len(X), X.dtype))

    split, whole = PartitionSpec("rows"), PartitionSpec()
    over_devices = jax.shard_map(
        on_one_device, mesh=_mesh(), in_specs=(whole, split, whole), out_specs=split, check_vma=False
    )
    scores: Array = over_devices(members, X, n_rows)
    return scores


def _nan_without_values(X: Array, scores: Array) -> Array:
    """NaN for the examples that have a missing or infinite value, which rectified or saturated units would swallow.

    One sum tells whether there is any: of several rows side by side, so that it fills the widest vectors.
    """
    n_beside = math.gcd(len(X), 16)
    columns = X.reshape(len(X) // n_beside, -1).sum(axis=0)
    masked: Array = jax.lax.cond(
        jnp.isfinite(columns).all(),
        lambda: scores,
        lambda: jnp.where(jnp.isfinite(X).all(axis=1), scores, jnp.nan),
    )
    return masked


_OPTIONS: dict[str, bool | str] = WIDE_VECTORS | {
    "xla_cpu_experimental_ynn_fusion_type": "LIBRARY_FUSION_TYPE_INDIVIDUAL_DOT"
}
"""Library calls for products of matrices alone. The default, library calls for whole chains of operations, takes 1.1 to 1.8
times as long; none at all up to 1.2 times, for products with few columns."""
