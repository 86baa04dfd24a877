"""Lifting a function of one network to many: blocks, padding and devices never show."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from eligo import nets
from eligo.nets import VMAPPED_BLOCKS, jit_nets, over_blocks, over_nets, parts_in_memory, spread, vmapped_block

BLOCK = VMAPPED_BLOCKS[-1]


@pytest.mark.parametrize("n_nets", [1, 2, 3, BLOCK, 2 * BLOCK, 2 * BLOCK + 1, 57])
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


def test_parts_keep_within_the_bound_and_leave_no_network_alone(monkeypatch) -> None:
    monkeypatch.setenv("ELIGO_MEMORY", str(10 * 100 / 2**30))  # ten networks of 100 bytes
    for n_nets in (1, 2, 9, 10, 11, 21, 57):
        parts = parts_in_memory(n_nets, bytes_of_each=100)
        sizes = [part.stop - part.start for part in parts]
        assert parts[0].start == 0 and parts[-1].stop == n_nets and sum(sizes) == n_nets
        assert max(sizes) <= 10 and min(sizes) >= min(2, n_nets) and max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("n_fitting", [0.5, 1, 2, 3, 4, 7])
@pytest.mark.parametrize("n_nets", range(1, 30))
def test_the_bound_is_exceeded_by_no_more_than_two_or_three_networks_ask_for(monkeypatch, n_nets, n_fitting) -> None:
    """Two at least, and three once where an odd number cannot be cut into twos: the docstring's promise, counted."""
    monkeypatch.setenv("ELIGO_MEMORY", str(n_fitting * 100 / 2**30))
    sizes = [part.stop - part.start for part in parts_in_memory(n_nets, bytes_of_each=100)]
    assert sum(sizes) == n_nets and min(sizes) >= min(2, n_nets)
    if n_fitting >= 3 or n_nets == 1:
        assert max(sizes) <= max(n_fitting, 1)
    else:
        assert max(sizes) <= 3 and sizes.count(3) == n_nets % 2


def test_blocks_of_a_leading_axis_are_work_for_every_device() -> None:
    n_devices = jax.local_device_count()
    for n_nets in range(1, 60):
        block = vmapped_block(n_nets, 5)
        assert block == 1 if n_nets == 1 else block in VMAPPED_BLOCKS and block <= 5
        assert block >= min(5, -(-n_nets // n_devices))


def test_what_is_spread_is_what_it_was() -> None:
    tree = {
        "even": jnp.arange(12.0).reshape(4, 3),
        "odd": jnp.arange(3),
        "keys": jax.random.split(jax.random.key(0), 4),
    }
    found = spread(tree)
    jax.tree.map(lambda a, b: np.testing.assert_array_equal(bits_of(a), bits_of(b)), found, tree)
    assert (
        len(found["even"].sharding.device_set) == jax.local_device_count()
        and len(found["odd"].sharding.device_set) == 1
    )


def bits_of(leaf):
    return jax.random.key_data(leaf) if jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key) else leaf


def test_programs_are_let_go_before_they_are_more_than_a_process_can_map(monkeypatch) -> None:
    traced, someone_elses = [], []

    def function(x):
        traced.append(x.shape)
        return x + 1

    @jax.jit
    def other(x):
        someone_elses.append(x.shape)
        return x + 1

    program = jit_nets(function, static_argnames=())
    for _ in range(3):
        program(jnp.zeros(2))
    other(jnp.zeros(2))
    assert len(traced) == 1
    most, counts = nets.MOST_MAPS, []
    monkeypatch.setattr(nets, "_n_maps", lambda: counts.pop(0))
    for _ in range(2):  # compiles, lets go, and compiles again
        counts[:] = [most + 1, most]
        np.testing.assert_array_equal(program(jnp.zeros(3)), np.ones(3))
    other(jnp.zeros(2))
    assert len(traced) == 3 and len(someone_elses) == 1
    counts[:] = [most + 1, most + 1]  # its own were not enough
    program(jnp.zeros(4))
    other(jnp.zeros(2))
    assert len(someone_elses) == 2
