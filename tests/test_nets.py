"""Lifting a function of one network to many: blocks, padding and devices never show."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from eligo.nets import NETS_PER_BLOCK, jit_nets, over_blocks, over_nets


@pytest.mark.parametrize("n_nets", [1, 2, 3, NETS_PER_BLOCK, 2 * NETS_PER_BLOCK, 2 * NETS_PER_BLOCK + 1, 57])
def test_every_network_gets_its_own_result(n_nets) -> None:
    X, shift = jnp.arange(n_nets * 3.0).reshape(n_nets, 3), jnp.arange(n_nets)
    found = over_nets(lambda tree, shift: {"sum": tree["x"].sum() + shift, "x": tree["x"] * 2}, {"x": X}, shift)
    np.testing.assert_array_equal(found["sum"], X.sum(axis=1) + shift)
    np.testing.assert_array_equal(found["x"], X * 2)


def test_blocks_are_as_large_as_they_say_and_filled_up_with_copies_of_the_last() -> None:
    """Each network learns the largest number of its block, and how many are in it."""

    def block_of(values, shared):
        return jnp.broadcast_to(values.max() + shared, values.shape), jnp.full(values.shape, len(values))

    for n_nets, block in [(23, 5), (4, 4), (3, 7), (2, 1)]:
        largest, sizes = over_blocks(block_of, jnp.arange(n_nets), shared=(100,), block=block)
        assert sizes.tolist() == [block] * n_nets
        of_block = np.minimum(np.arange(n_nets) // block * block + block - 1, n_nets - 1)
        np.testing.assert_array_equal(largest, 100 + of_block)


def test_all_devices_are_used() -> None:
    assert jax.local_device_count() >= 2  # the tests' own setting
    found = over_nets(lambda value: value + jax.lax.axis_index("devices"), jnp.zeros(8, dtype=int))
    assert sorted(set(found.tolist())) == list(range(min(8, jax.local_device_count())))


def test_a_program_is_compiled_once_for_each_set_of_shapes() -> None:
    traced = []

    def function(x, *, power):
        traced.append((x.shape, power))
        return over_nets(lambda value: value**power, x)

    program = jit_nets(function, static_argnames=("power",))
    for n_nets, power in [(3, 2), (3, 2), (4, 2), (3, 3), (4, 2)]:
        np.testing.assert_array_equal(program(jnp.arange(n_nets), power=power), np.arange(n_nets) ** power)
    assert traced == [((3,), 2), ((4,), 2), ((3,), 3)]
