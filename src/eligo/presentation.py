"""The order in which an epoch presents its examples."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import Array


def presentation_order(key: Array, member: Array) -> Array:
    """Random order in which an epoch presents its examples; those that are not members come last.

    Parameters
    ----------
    key : jax random key of this network and epoch
    member : bool array (examples,), whether an example belongs to the training subset

    Returns
    -------
    int array (examples,), indices

    Examples
    --------
    >>> order = presentation_order(jax.random.key(0), jnp.array([True, False, True, True]))
    >>> sorted(order[:3].tolist()), int(order[3])
    ([0, 2, 3], 1)
    """
    n_examples = len(member)
    index_bits = max(1, (n_examples - 1).bit_length())
    bits = jax.random.bits(key, (n_examples,), jnp.uint32) >> 1
    if index_bits > 15:  # too few random bits would be left below: equal ones would stand in the order of indices
        return jnp.lexsort((bits, ~member))
    # One word per example, (is left out | at least 16 random bits | index): sorting words is several times faster than
    # sorting pairs, and this happens every epoch. Of two examples that tie in the random bits, the mask decides at
    # random which goes first; below 4096 examples that happens once in 500 000 times, and there is no mask.
    mask = jax.random.bits(jax.random.fold_in(key, 1), (), jnp.uint32) >> (32 - index_bits) if index_bits > 12 else 0
    left_out = jnp.where(member, jnp.uint32(0), jnp.uint32(1 << 31))
    index = jnp.arange(n_examples, dtype=jnp.uint32) ^ jnp.uint32(mask)
    words = jnp.sort(left_out | ((bits >> index_bits) << index_bits) | index)
    return ((words & ((1 << index_bits) - 1)) ^ jnp.uint32(mask)).astype(jnp.int32)
