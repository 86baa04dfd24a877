"""Random numbers of many networks at once are those that jax gives each alone."""

import jax
import numpy as np
import pytest

from eligo.lots import folded, random_bits


@pytest.mark.parametrize("kind", ["threefry2x32", "rbg"])
@pytest.mark.parametrize("n_examples", [1, 5, 120])
def test_random_bits_are_those_of_jax(kind, n_examples) -> None:
    keys = jax.random.split(jax.random.key(3, impl=kind), 4)
    if kind == "rbg":  # depends on how many keys there are, so only the shape can be compared
        assert random_bits(keys, n_examples).shape == (n_examples, 4)
    else:
        expected = [jax.random.bits(key, (n_examples,), np.uint32) for key in keys]
        np.testing.assert_array_equal(random_bits(keys, n_examples), np.stack(expected, axis=1))


@pytest.mark.parametrize("kind", ["threefry2x32", "rbg"])
@pytest.mark.parametrize("number", [0, 1, 2**31 - 1])
def test_folded_keys_are_those_of_jax(kind, number) -> None:
    keys = jax.random.split(jax.random.key(3, impl=kind), 4)
    expected = jax.vmap(jax.random.fold_in, (0, None))(keys, number)
    found = jax.jit(folded)(keys, number)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(jax.random.key_data(found), jax.random.key_data(expected))


def test_one_key_gives_what_it_gives_among_others() -> None:
    keys = jax.random.split(jax.random.key(3), 4)
    np.testing.assert_array_equal(random_bits(keys[2], 7), random_bits(keys, 7)[:, 2])
    np.testing.assert_array_equal(jax.random.key_data(folded(keys[2], 7)), jax.random.key_data(folded(keys, 7)[2]))
    halves = jax.random.split(keys[1])
    for place in range(2):
        np.testing.assert_array_equal(*(jax.random.key_data(key) for key in (folded(keys[1], place), halves[place])))
