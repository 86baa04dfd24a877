"""Lifting functions of ONE network to a leading axis of nets: in blocks, sharded over the local devices, within memory."""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from eligo._devices import memory_bound

VMAPPED_BLOCKS = (2, 3, 5, 10)
"""Networks of a block with the nets first: few enough for what they compute to stay in the cache. XLA vectorises other
sizes, 4 and 8 among them, in another way, and they round in another way (`tests/test_layouts.py` compares these)."""

LARGEST_BLOCK = 5
"""Networks of a block where nothing else is said: 10 of them are work for two devices."""


def vmapped_block(n_nets: int, largest: int) -> int:
    """Size of the blocks of a leading axis: work for every device, and results that do not depend on their number."""
    per_device = -(-n_nets // jax.local_device_count())
    if n_nets == 1 or jax.default_backend() != "cpu":
        return per_device
    return next(size for size in VMAPPED_BLOCKS if size >= min(per_device, largest))


def parts_in_memory(n_nets: int, bytes_of_each: int) -> list[slice]:
    """Cut an axis of nets, or of trials, into parts that learn one after the other, within the bound on memory if they can.

    Parts are about equal, and none is one network alone, which would round in another way than among others. So two learn
    together where one or none fits, and where two or fewer fit an odd number has one part of three: by as much the bound is
    exceeded then. From three on, no part is larger than what fits.

    Examples
    --------
    >>> parts_in_memory(10, bytes_of_each=1)
    [slice(0, 10, None)]
    """
    at_once = max(2, memory_bound() // max(1, bytes_of_each))
    n_parts = max(1, min(-(-n_nets // at_once), n_nets // 2))
    edges = [n_nets * part // n_parts for part in range(n_parts + 1)]
    return [slice(first, last) for first, last in zip(edges[:-1], edges[1:], strict=True)]


def bytes_of_each(tree: Any) -> int:
    """Bytes of a pytree with a leading axis of nets, per network."""
    return sum(leaf.nbytes // len(leaf) for leaf in jax.tree.leaves(tree))


def over_nets(one_net: Callable[..., Any], *arguments: Any) -> Any:
    """Apply a function of one network to every entry of the leading axis of its arguments.

    To be called under `jit_nets`.

    Parameters
    ----------
    one_net : function of pytrees of one network, giving a pytree
    arguments : pytrees with a leading axis of nets

    Returns
    -------
    pytree with a leading axis of nets
    """
    n_nets = len(jax.tree.leaves(arguments)[0])
    return over_blocks(jax.vmap(one_net), *arguments, block=vmapped_block(n_nets, LARGEST_BLOCK))


def over_blocks(run_block: Callable[..., Any], *arguments: Any, shared: Any = (), block: int) -> Any:
    """Apply a function of a block of networks to one block after the other, sharded over the local devices.

    Every block has the same size and goes the same way, however many there are, so that a network among others comes out
    the same whatever their number. (Alone it has no copies beside it.) To be called under `jit_nets`.

    Parameters
    ----------
    run_block : function of pytrees with a leading axis of nets, then of the leaves of ``shared``, giving a pytree with a
        leading axis of nets
    arguments : pytrees with a leading axis of nets
    shared : sequence of pytrees that all networks have in common, default=()
    block : int, networks of a block; the last block is filled up with copies

    Returns
    -------
    pytree with a leading axis of nets
    """
    n_nets = len(jax.tree.leaves(arguments)[0])
    n_shards = jax.local_device_count()
    n_blocks = -(-n_nets // (block * n_shards)) * n_shards
    if n_nets == 1:
        return run_block(*arguments, *shared)

    def block_by_block(blocked: Any, shared: Any) -> Any:
        return jax.lax.map(lambda one_block: run_block(*one_block, *shared), blocked)

    blocked = jax.tree.map(lambda leaf: _pad(leaf, n_blocks * block).reshape(-1, block, *leaf.shape[1:]), arguments)
    if n_shards > 1:
        block_by_block = jax.shard_map(
            block_by_block, mesh=_mesh(), in_specs=(_SPLIT, PartitionSpec()), out_specs=_SPLIT, check_vma=False
        )
    result = block_by_block(blocked, tuple(shared))
    return jax.tree.map(lambda leaf: leaf.reshape(-1, *leaf.shape[2:])[:n_nets], result)


_SPLIT = PartitionSpec("devices")


@functools.cache
def _mesh() -> Mesh:
    return Mesh(np.array(jax.local_devices()), ("devices",))


def spread(tree: Any) -> Any:
    """A pytree with a leading axis of nets on the local devices: spread once instead of at every call of a program.

    Leaves whose axis the devices do not divide lie on the first.
    """
    n_devices = jax.local_device_count()
    sharding = NamedSharding(_mesh(), _SPLIT)

    def one(leaf: Any) -> Array:
        if not jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key):
            leaf = np.asarray(leaf)  # to cut an array of the host compiles nothing
        return jax.device_put(leaf, sharding if n_devices > 1 and len(leaf) % n_devices == 0 else None)

    return jax.tree.map(one, tree)


def _pad(leaf: Array, n_padded: int) -> Array:
    """Fill the last block with copies of the last network; their results are dropped."""
    n_missing = n_padded - len(leaf)
    return jnp.concatenate([leaf, jnp.repeat(leaf[-1:], n_missing, axis=0)]) if n_missing else leaf


def jit_nets(
    function: Callable[..., Any],
    static_argnames: tuple[str, ...],
    *,
    is_fused: bool = True,
    is_wide: bool = False,
) -> Callable[..., Any]:
    """`jax.jit` with the compiler options of the engine; compiles at the first call for each set of shapes.

    Parameters
    ----------
    function : Callable
    static_argnames : tuple of str
    is_fused : bool, default=True, whether sums stay in the loops around them; or go to XLA's library of kernels, which is
        faster where layers are products of matrices
    is_wide : bool, default=False, whether vectors are as wide as the processor has them
    """

    @functools.cache
    def compiled() -> Any:
        options = known_options((_FUSING if is_fused else {}) | (WIDE_VECTORS if is_wide else {}))
        _COMPILED.append(jax.jit(function, static_argnames=static_argnames, compiler_options=options))
        return _COMPILED[-1]

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        program = compiled()
        n_before = program._cache_size()
        result = program(*args, **kwargs)
        if program._cache_size() > n_before:
            _let_go_of_programs()
        return result

    return call


MOST_MAPS = 40_000
"""Memory maps of a process, by Linux's count, from which on compiled programs are let go. Each takes some hundreds, and at
65 530 the system gives no more: the next program that XLA compiles crashes the process."""


_COMPILED: list[Any] = []
"""All that `jit_nets` has jitted."""


def _let_go_of_programs() -> None:
    """Forget compiled programs when they are near what the system allows; what is used again compiles again.

    The engine's own go first; all of the process only if they were not enough, for the alternative is a crash.
    """
    if _n_maps() <= MOST_MAPS:
        return
    for program in _COMPILED:
        program.clear_cache()
    gc.collect()
    if _n_maps() > MOST_MAPS:
        jax.clear_caches()


def _n_maps() -> int:
    """Memory maps of this process, where the system tells."""
    maps = Path("/proc/self/maps")
    return maps.read_bytes().count(b"\n") if maps.exists() else 0


WIDE_VECTORS: dict[str, bool | str] = {"xla_cpu_prefer_vector_width": "512"}
"""The compiler keeps vectors to 256 bits unless told. With 512, where they are, training takes 0.7 to 0.97 of the time."""

_FUSING: dict[str, bool | str] = {"xla_cpu_experimental_ynn_fusion_type": ""}
"""Keeps XLA's CPU compiler from handing the small sums of a network to a library call, which cannot be fused with the
arithmetic around it: a step of online SGD on 512 hidden units takes 3 times as long with it (`benchmarks/online_sgd.py`)."""


def known_options(wanted: dict[str, bool | str]) -> dict[str, bool | str]:
    """Those compiler options for the CPU that this release of jaxlib knows; none elsewhere."""
    if jax.default_backend() != "cpu":
        return {}
    return {option: value for option, value in wanted.items() if _is_known(option, value)}


@functools.cache
def _is_known(option: str, value: bool | str) -> bool:
    try:
        jax.jit(lambda: jnp.zeros(()), compiler_options={option: value})()
    except jax.errors.JaxRuntimeError:
        return False
    return True
