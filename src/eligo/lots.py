"""Random numbers of many networks side by side: those of `jax.random`, by one kernel instead of a loop of kernels."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array


def folded(keys: Array, number: Array | int) -> Array:
    """`jax.random.fold_in` of every key.

    Parameters
    ----------
    keys : jax random keys (nets,), or one key
    number : int, at least 0

    Returns
    -------
    jax random keys (nets,), or one key

    Examples
    --------
    >>> key = jax.random.key(7)
    >>> bool(folded(key, 3) == jax.random.fold_in(key, 3)), bool(folded(key, 1) == jax.random.split(key)[1])
    (True, True)
    """
    if jax.random.key_impl(keys) != "threefry2x32":
        return jax.vmap(jax.random.fold_in, (0, None))(keys, number) if keys.ndim else jax.random.fold_in(keys, number)
    pair = _threefry(keys, jnp.uint32(0), jnp.asarray(number).astype(jnp.uint32))
    return jax.random.wrap_key_data(jnp.stack(pair, axis=-1), impl="threefry2x32")


def random_bits(keys: Array, n_examples: int) -> Array:
    """`jax.random.bits` of every key.

    Parameters
    ----------
    keys : jax random keys (nets,), or one key
    n_examples : int

    Returns
    -------
    uint32 array (examples, nets), or (examples,)

    Examples
    --------
    >>> key = jax.random.key(7)
    >>> bool((random_bits(key, 5) == jax.random.bits(key, (5,))).all())
    True
    """
    if jax.random.key_impl(keys) != "threefry2x32":

        def of_one(key: Array) -> Array:
            return jax.random.bits(key, (n_examples,), jnp.uint32)

        return jax.vmap(of_one, out_axes=1)(keys) if keys.ndim else of_one(keys)
    counts = jnp.arange(n_examples, dtype=jnp.uint32).reshape(-1, *[1] * keys.ndim)
    left, right = _threefry(keys, jnp.uint32(0), counts)
    return left ^ right


def _threefry(keys: Array, left: Array, right: Array) -> tuple[Array, Array]:
    """Threefry-2x32 of counts (..., nets) under keys (nets,): all rounds are one loop over whole rows of networks.

    jax's own is a loop of kernels, each of which takes longer to start than to run on a few networks.
    """
    first, second = jnp.moveaxis(jax.random.key_data(keys), -1, 0)
    schedule = (first, second, first ^ second ^ np.uint32(0x1BD11BDA))
    left, right = left + schedule[0], right + schedule[1]
    for group in range(5):
        for distance in (13, 15, 26, 6) if group % 2 == 0 else (17, 29, 16, 24):
            left = left + right
            right = left ^ ((right << distance) | (right >> (32 - distance)))
        left = left + schedule[(group + 1) % 3]
        right = right + schedule[(group + 2) % 3] + np.uint32(group + 1)
    return left, right
