"""How networks lie in memory while they train: every way gives the weights of the transcription, and blocks never show."""

from functools import cache

import jax
import numpy as np
import pytest

import transcription as paper
from eligo import CLASSIFICATION, SGD, Network
from eligo.layouts import TRAILING_BLOCK, Layout, layout_for
from eligo.nets import VMAPPED_BLOCKS
from eligo.training import advance, start
from problems import assert_same_weights, coded, hyper_of, initial, keys, nth, order_of

N_NETS = 11
SETTINGS = {
    "online": {},
    "clipped": {"gradient_clip": 0.05, "decay_biases": True},
    "batches": {"batch_size": 5, "mean_over_outputs": True},
    "batches clipped": {"batch_size": 8, "gradient_clip": 0.02},
    "full": {"batch_size": "full"},
}


def trained(layout, dtype, *, shared: bool = False, n_nets: int = N_NETS, n_epochs: int = 12, **settings):
    """Networks that differ in data, subsets, rates and weights, after some epochs."""
    drawn = [coded(CLASSIFICATION, seed=net) for net in range(N_NETS)]
    X, T = (np.stack([part[place] for part in drawn]).astype(dtype) for place in (0, 1))
    member = np.random.default_rng(5).uniform(size=(N_NETS, 24)) < np.linspace(0.2, 1, N_NETS)[:, None]
    member[:, 3] = True
    rates = (np.linspace(0.05, 0.5, N_NETS), np.linspace(0, 0.9, N_NETS), np.linspace(0, 0.01, N_NETS))
    sgd = SGD(*(rate[:n_nets] for rate in rates), epochs=n_epochs, **settings)
    params = jax.tree.map(lambda leaf: np.asarray(leaf)[:n_nets].astype(dtype), initial(3, leading=(N_NETS,)))
    data = (X[0], T[0]) if shared else (X[:n_nets], T[:n_nets])
    given = {"key": keys(7, N_NETS)[:n_nets], "member": member[:n_nets], "first_epoch": 0, "n_epochs": n_epochs}
    state = advance(NETWORK, start(params, sgd), *data, CLASSIFICATION, sgd, layout=layout, **given)
    return sgd, params, data, given, jax.tree.map(np.asarray, state.params)


NETWORK = Network((5,))


@pytest.mark.parametrize("layout", [Layout(True, 4), Layout(False, 5)], ids=["nets last", "nets first"])
@pytest.mark.parametrize("name", SETTINGS)
def test_every_layout_gives_the_weights_of_the_transcription(float64, layout, name) -> None:
    shared = name in ("clipped", "batches")  # by all networks
    sgd, params, data, given, found = trained(layout, np.float64, shared=shared, **SETTINGS[name])
    for net in (0, 6, N_NETS - 1):
        X, T = data if shared else (part[net] for part in data)
        one = SGD(
            *(getattr(sgd, rate)[net] for rate in ("learning_rate", "momentum", "weight_decay")), **SETTINGS[name]
        )
        expected = paper.Learner(paper.from_params(nth(params, net)), hyper_of(one, CLASSIFICATION))
        order = order_of(given["key"][net])
        for epoch in range(given["n_epochs"]):
            expected.epoch(X, T, order(epoch, given["member"][net]))
        assert_same_weights(nth(found, net), expected.net, rtol=1e-9)


@cache
def in_blocks(is_trailing: bool, block: int, name: str):
    return trained(Layout(is_trailing, block), np.float32, **SETTINGS[name])[-1]


@pytest.mark.parametrize("name", ["online", "batches clipped"])
@pytest.mark.parametrize("block", [pytest.param(2, marks=pytest.mark.slow), N_NETS, TRAILING_BLOCK])
def test_a_network_is_a_lane_of_its_block_bit_for_bit(name, block) -> None:
    """With the nets last, no size of a block, no padding and no neighbour changes a bit."""
    jax.tree.map(np.testing.assert_array_equal, in_blocks(True, block, name), in_blocks(True, 4, name))
    *_, fewer = trained(Layout(True, 2), np.float32, n_nets=3, **SETTINGS[name])
    jax.tree.map(lambda few, many: np.testing.assert_array_equal(few, many[:3]), fewer, in_blocks(True, block, name))


@pytest.mark.parametrize("name", ["online", "full"])
@pytest.mark.parametrize(
    "block", [pytest.param(size, marks=pytest.mark.slow if size == 3 else ()) for size in VMAPPED_BLOCKS if size != 5]
)
def test_blocks_with_the_nets_first_are_equal_bit_for_bit(name, block) -> None:
    jax.tree.map(np.testing.assert_array_equal, in_blocks(False, block, name), in_blocks(False, 5, name))


def in_chunks(block: int, outside: float):
    """Weights of 10 networks of 13-20-3 on subsets of 130 rows, in chunks; rows of no subset hold ``outside``."""
    draw, network, n_rows = np.random.default_rng(8), Network((20,)), 130
    X = draw.normal(size=(n_rows, 13)).astype(np.float32)
    targets = np.eye(3, dtype=np.float32)[draw.integers(3, size=n_rows)] * 0.8 + 0.1
    member = draw.uniform(size=(10, n_rows)) < np.linspace(0, 1, 10)[:, None]
    member[:, -1] = False
    X[-1] = outside
    params = jax.vmap(lambda key: network.init(key, 13, 3))(keys(3, 10))
    sgd = SGD(learning_rate=0.1, momentum=0.5, batch_size="full", epochs=5)
    given = {"key": keys(7, 10), "member": member, "first_epoch": 0, "n_epochs": 5}
    return advance(
        network, start(params, sgd), X, targets, CLASSIFICATION, sgd, layout=Layout(False, block), **given
    ).params


@pytest.mark.parametrize("block", [2, 3, 10])
def test_chunks_of_a_large_batch_are_equal_bit_for_bit_and_nobody_sees_what_is_outside(block) -> None:
    jax.tree.map(np.testing.assert_array_equal, in_chunks(block, 0.0), in_chunks(5, np.nan))


@pytest.mark.parametrize("hidden", [8, 20, 64, 512])
@pytest.mark.parametrize("rows", [1, 8, 16, 32, 120])
def test_what_is_chosen_follows_from_the_shape_and_blocks_are_those_that_are_compared(hidden, rows) -> None:
    chosen = [layout_for(Network((hidden,)), 4, 3, rows, n_nets) for n_nets in (2, 3, 10, 50, 1000)]
    assert len({layout.is_trailing for layout in chosen}) == 1
    for layout in chosen:
        assert layout.block in ((16, 32, 48, TRAILING_BLOCK) if layout.is_trailing else VMAPPED_BLOCKS)
    assert chosen[0].is_trailing == (rows <= 16 and (hidden <= 20 or (hidden == 64 and rows > 1)))


@pytest.mark.parametrize(
    ("shape", "rows", "block"),
    [((4, 20, 3), 120, 10), ((4, 64, 3), 64, 10), ((4, 64, 3), 65, 5), ((4, 1024, 3), 8, 5)],
)
def test_what_leaves_the_cache_lies_five_side_by_side(shape, rows, block) -> None:
    n_features, n_hidden, n_outputs = shape
    chosen = layout_for(Network((n_hidden,)), n_features, n_outputs, rows, 1000)
    assert chosen == Layout(is_trailing=False, block=block)


def test_one_large_network_has_no_copy_beside_it() -> None:
    assert layout_for(Network((512,)), 784, 10, 32, 1) == Layout(is_trailing=False, block=1)
