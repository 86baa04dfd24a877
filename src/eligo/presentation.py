"""The order in which an epoch presents its examples."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

LARGEST_NETWORK = 2048
"""Examples up to which the words are sorted by a sorting network: compare and exchange, whole rows of networks at a time.
Eight times as fast as the library's sort for 120 examples and four times for 1000; beyond, it takes long to compile."""


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
    bits = _random_bits(keys, n_examples) >> 1
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
    """Members in the order of their indices, then the others.

    Parameters
    ----------
    member : bool array (examples, nets)

    Returns
    -------
    int array (examples, nets), indices

    Examples
    --------
    >>> members_first(jnp.array([[True], [False], [True]]))[:, 0].tolist()
    [0, 2, 1]
    """
    left_out = jnp.where(member, jnp.uint32(0), jnp.uint32(1 << 31))
    words = _sorted(left_out | jnp.arange(len(member), dtype=jnp.uint32)[:, None])
    return (words & jnp.uint32((1 << 31) - 1)).astype(jnp.int32)


def _random_bits(keys: Array, n_examples: int) -> Array:
    """`jax.random.bits` of every key, uint32 (examples, nets): Threefry-2x32, counted along the examples.

    The same numbers in a third of the time: all rounds are one loop over whole rows of networks.
    """
    if jax.random.key_impl(keys) != "threefry2x32":
        return jax.vmap(lambda key: jax.random.bits(key, (n_examples,), jnp.uint32), out_axes=1)(keys)
    first, second = jnp.moveaxis(jax.random.key_data(keys), -1, 0)
    schedule = (first, second, first ^ second ^ np.uint32(0x1BD11BDA))
    left, right = schedule[0], jnp.arange(n_examples, dtype=jnp.uint32)[:, None] + schedule[1]
    for group in range(5):
        for distance in (13, 15, 26, 6) if group % 2 == 0 else (17, 29, 16, 24):
            left = left + right
            right = left ^ ((right << distance) | (right >> (32 - distance)))
        left = left + schedule[(group + 1) % 3]
        right = right + schedule[(group + 2) % 3] + np.uint32(group + 1)
    return left ^ right


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
    words = jnp.concatenate([words, padding])
    size = 2
    while size <= n_padded:
        words = _exchanged(words, size, is_mirrored=True)  # two ascending runs, the second read backwards, are bitonic
        distance = size // 2
        while distance >= 2:
            words = _exchanged(words, distance, is_mirrored=False)
            distance //= 2
        size *= 2
    return words[:n_words]


def _exchanged(words: Array, size: int, *, is_mirrored: bool) -> Array:
    """In every run of ``size`` words, the smaller word of each pair first: the pairs of a run are its halves."""
    n_words, n_nets = words.shape
    halves = words.reshape(-1, 2, size // 2, n_nets)
    low, high = halves[:, 0], halves[:, 1]
    high = high[:, ::-1] if is_mirrored else high
    exchanged = jnp.stack([jnp.minimum(low, high), jnp.maximum(low, high)], axis=1).reshape(n_words, n_nets)
    # Fused stages would compute each word once for every later word that depends on it.
    return jax.lax.optimization_barrier(exchanged)
