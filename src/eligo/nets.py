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

AXIS = "nets"

NETS_PER_BLOCK = 10
"""Networks that run side by side on one device.

Small networks take any number; wide ones fall out of the cache when there are more: with 50 networks of 512 hidden units,
blocks of 25 take 1.2 times as long (``benchmarks/online_sgd.py``).
"""


def over_nets(one_net: Callable[..., Any], *arguments: Any) -> Any:
    """Apply a function of one network to every entry of the leading axis of its arguments.

    Inside ``one_net`` the networks of a block form the named axis ``"nets"``, so that ``jax.lax.pmax(x, "nets")`` is
    the largest value in the block. To be called under `jit_nets`.

    Parameters
    ----------
    one_net : function of pytrees of one network, giving a pytree
    arguments : pytrees with a leading axis of nets

    Returns
    -------
    pytree with a leading axis of nets
    """
    n_nets = len(jax.tree.leaves(arguments)[0])
    n_shards = min(jax.local_device_count(), n_nets)
    n_blocks = -(-n_nets // (n_shards * NETS_PER_BLOCK))
    block = -(-n_nets // (n_shards * n_blocks))
    run: Callable[..., Any] = jax.vmap(one_net, axis_name=AXIS)
    if n_shards == n_blocks == 1:
        return run(*arguments)

    n_padded = n_shards * n_blocks * block
    blocked = jax.tree.map(lambda leaf: _pad(leaf, n_padded).reshape(-1, block, *leaf.shape[1:]), arguments)
    block_by_block = functools.partial(jax.lax.map, lambda one_block: run(*one_block))
    if n_shards > 1:
        mesh = Mesh(np.array(jax.local_devices()[:n_shards]), ("devices",))
        spec = PartitionSpec("devices")
        block_by_block = jax.shard_map(block_by_block, mesh=mesh, in_specs=(spec,), out_specs=spec, check_vma=False)
    result = block_by_block(blocked)
    return jax.tree.map(lambda leaf: leaf.reshape(n_padded, *leaf.shape[2:])[:n_nets], result)


def _pad(leaf: Array, n_padded: int) -> Array:
    """Fill the last block with copies of the last network; their results are dropped."""
    n_missing = n_padded - len(leaf)
    return jnp.concatenate([leaf, jnp.repeat(leaf[-1:], n_missing, axis=0)]) if n_missing else leaf


def jit_nets(
    function: Callable[..., Any],
    static_argnames: tuple[str, ...],
    compiler_options: dict[str, str] | None = None,
) -> Callable[..., Any]:
    """`jax.jit` with the compiler options of the engine, or others; compiles at the first call for each set of shapes."""

    @functools.cache
    def compiled() -> Callable[..., Any]:
        options = _compiler_options() if compiler_options is None else compiler_options
        return jax.jit(function, static_argnames=static_argnames, compiler_options=options)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        return compiled()(*args, **kwargs)

    return call


@functools.cache
def _compiler_options() -> dict[str, str]:
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
