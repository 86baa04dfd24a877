"""The order in which an epoch presents its examples."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from eligo.lots import random_bits

LARGEST_NETWORK = 8192
"""Examples up to which the words are sorted by a sorting network: compare and exchange, whole rows of networks at a time.
Eight times as fast as the library's sort for 105 examples and five times for 500; beyond, it takes long to compile."""


def presentation_order(keys: Array, member: Array) -> Array:
    """Random order in which an epoch presents its examples; those that are not members come last.

    Parameters
    ----------
    keys : jax random keys of this epoch (nets,), or one key
    member : bool array (examples, nets), whether an example belongs to the training subset; (examples,) for one key

    Returns
    -------
    int array (examples, nets), indices; (examples,) for one key

    Examples
    --------
    >>> order = presentation_order(jax.random.key(0), jnp.array([True, False, True, True]))
    >>> sorted(order[:3].tolist()), int(order[3])
    ([0, 2, 3], 1)
    """
    if keys.ndim == 0:
        return presentation_order(keys[None], member[:, None])[:, 0]
    n_examples = len(member)
    index_bits = max(1, (n_examples - 1).bit_length())
    bits = random_bits(keys, n_examples) >> 1
    if index_bits > 15:  # too few random bits would be left below: equal ones would stand in the order of indices
        return jnp.lexsort((bits, ~member), axis=0)
    # One word per example, (is left out | at least 16 random bits | index): sorting words is several times faster than
    # sorting pairs, and this happens every epoch. Of two examples that tie in the random bits, the mask decides at
    # random which goes first; below 4096 examples that happens once in 500 000 times, and there is no mask.
    mask = jnp.zeros((), jnp.uint32)
    if index_bits > 12:
        mask = jax.vmap(lambda key: jax.random.bits(jax.random.fold_in(key, 1), (), jnp.uint32))(keys)
        mask = mask >> (32 - index_bits)
    left_out = jnp.where(member, jnp.uint32(0), jnp.uint32(1 << 31))
    index = jnp.arange(n_examples, dtype=jnp.uint32)[:, None] ^ mask
    words = _sorted(left_out | ((bits >> index_bits) << index_bits) | index)
    return ((words & ((1 << index_bits) - 1)) ^ mask).astype(jnp.int32)


def members_first(member: Array) -> Array:
    """Members in the order of their indices, then zeros.

    Parameters
    ----------
    member : bool array (examples, nets)

    Returns
    -------
    int array (examples, nets), indices

    Examples
    --------
    >>> members_first(jnp.array([[True], [False], [True]]))[:, 0].tolist()
    [0, 2, 0]
    """
    n_examples, n_nets = member.shape
    place = jnp.where(member, jnp.cumsum(member, axis=0, dtype=jnp.int32) - 1, n_examples)
    index = jnp.broadcast_to(jnp.arange(n_examples, dtype=jnp.int32)[:, None], member.shape)
    return jnp.zeros_like(index).at[place, jnp.arange(n_nets)].set(index, mode="drop")


def _sorted(words: Array) -> Array:
    """Each column in ascending order; uint32 array (examples, nets) that holds no word of all ones twice.

    Batcher's bitonic sorter. Its stages are whole-array minima and maxima, so that many short columns are sorted at the
    speed of memory; a library compares one pair of words after the other.
    """
    n_words, n_nets = words.shape
    if n_words > LARGEST_NETWORK or jax.default_backend() != "cpu":
        return jnp.sort(words, axis=0)
    n_padded = 1 << (n_words - 1).bit_length()
    padding = jnp.full((n_padded - n_words, n_nets), np.iinfo(np.uint32).max, jnp.uint32)
    words, size = jnp.concatenate([words, padding]), 2
    while size <= n_padded:
        words = _merged(words, size)
        size *= 2
    return words[:n_words]


def _merged(words: Array, size: int) -> Array:
    """Every run of ``size`` words in ascending order, whose halves are so before: two stages of exchanges at a time.

    One stage alone is read and written as often, and takes four times as long.
    """
    n_words, n_nets = words.shape
    is_bitonic = False
    while size > 1:
        n_parts = min(4, size)
        runs = words.reshape(-1, n_parts, size // n_parts, n_nets)
        parts = [runs[:, place] for place in range(n_parts)]
        half = n_parts // 2
        if not is_bitonic:  # two ascending halves are, with the second read backwards
            parts[half:] = [part[:, ::-1] for part in reversed(parts[half:])]
        for distance in (2, 1)[-half:]:
            for low in range(n_parts):
                if not low & distance:
                    pair = parts[low], parts[low + distance]
                    parts[low], parts[low + distance] = jnp.minimum(*pair), jnp.maximum(*pair)
        # Fused with the next stages, each word would be computed once for every later word that depends on it.
        words = jax.lax.optimization_barrier(jnp.stack(parts, axis=1).reshape(n_words, n_nets))
        is_bitonic, size = True, size // n_parts
    return words
