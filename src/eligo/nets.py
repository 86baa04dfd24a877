"""Lifting a function of ONE network to a leading axis of nets: blocks that fit the cache, sharded over local devices.

The one place that chooses how many networks run side by side.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.sharding import Mesh, PartitionSpec

NETS_PER_BLOCK = 5
"""Networks whose leading axis is mapped over at a time, where nothing else is said.

Few enough for what they compute to stay in the cache, and for 10 networks to be work for two devices. The number does not
depend on the machine: neither do results.
"""


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
    block = min(NETS_PER_BLOCK, n_nets) if jax.default_backend() == "cpu" else n_nets
    return over_blocks(jax.vmap(one_net), *arguments, block=block)


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
        mesh = Mesh(np.array(jax.local_devices()), ("devices",))
        split, whole = PartitionSpec("devices"), PartitionSpec()
        block_by_block = jax.shard_map(
            block_by_block, mesh=mesh, in_specs=(split, whole), out_specs=split, check_vma=False
        )
    result = block_by_block(blocked, tuple(shared))
    return jax.tree.map(lambda leaf: leaf.reshape(-1, *leaf.shape[2:])[:n_nets], result)


def _pad(leaf: Array, n_padded: int) -> Array:
    """Fill the last block with copies of the last network; their results are dropped."""
    n_missing = n_padded - len(leaf)
    return jnp.concatenate([leaf, jnp.repeat(leaf[-1:], n_missing, axis=0)]) if n_missing else leaf


def jit_nets(
    function: Callable[..., Any],
    static_argnames: tuple[str, ...],
    *,
    is_fused: bool = True,
) -> Callable[..., Any]:
    """`jax.jit` with the compiler options of the engine; compiles at the first call for each set of shapes.

    Parameters
    ----------
    function : Callable
    static_argnames : tuple of str
    is_fused : bool, default=True, whether sums stay in the loops around them; or go to XLA's library of kernels, which is
        faster where layers are products of matrices
    """

    @functools.cache
    def compiled() -> Callable[..., Any]:
        options = _fusing_options() if is_fused else {}
        return jax.jit(function, static_argnames=static_argnames, compiler_options=options)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        return compiled()(*args, **kwargs)

    return call


@functools.cache
def _fusing_options() -> dict[str, str]:
    """Keep XLA's CPU compiler from handing the small sums of a network to a library call.

    A library call cannot be fused with the arithmetic around it: a step of online SGD on 512 hidden units takes 3 to 4
    times as long with it (``benchmarks/online_sgd.py``). Releases of jaxlib that do not know the option run without it.
    """
    if jax.default_backend() != "cpu":
        return {}
    options = {"xla_cpu_experimental_ynn_fusion_type": ""}
    try:
        jax.jit(lambda: jnp.zeros(()), compiler_options=options)()
    except jax.errors.JaxRuntimeError:
        return {}
    return options
