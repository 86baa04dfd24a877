"""The order of presentation: a permutation with the members first, uniform and anew for every epoch and key."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from eligo.presentation import LARGEST_NETWORK, _sorted, members_first, presentation_order


@settings(max_examples=20, deadline=None)
@given(
    n_examples=st.sampled_from([1, 2, 3, 24, 100, 4096, 4097, 20_000, 40_000]),
    seed=st.integers(0, 2**31),
    data=st.data(),
)
def test_an_order_of_presentation_is_a_permutation_with_members_first(n_examples, seed, data) -> None:
    share = data.draw(st.floats(0, 1))
    member = np.random.default_rng(seed).uniform(size=n_examples) < share
    order = np.asarray(jax.jit(presentation_order)(jax.random.key(seed), jnp.asarray(member)))
    assert sorted(order.tolist()) == list(range(n_examples))
    assert member[order[: member.sum()]].all()


@pytest.mark.parametrize("n_examples", [8, 4104])
def test_every_member_is_as_likely_at_every_place(n_examples) -> None:
    """Chi-square on the places of 6 members over 6000 epochs, in both kinds of words."""
    members = np.linspace(0, n_examples - 1, 6).astype(int)
    member, n_epochs = jnp.zeros(n_examples, dtype=bool).at[members].set(True), 6000
    if n_examples > 4096:
        n_epochs = 1200
    keys = jax.vmap(jax.random.fold_in, (None, 0))(jax.random.key(3), jnp.arange(n_epochs))
    orders = jax.jit(lambda keys: jax.lax.map(lambda key: presentation_order(key, member)[:6], keys))(keys)
    counts = np.array([[(orders[:, place] == example).sum() for example in members] for place in range(6)])
    assert counts.sum() == 6 * n_epochs
    for of_place in counts:
        assert stats.chisquare(of_place).pvalue > 1e-4
    followers = np.array([[((orders[:, 0] == a) & (orders[:, 1] == b)).sum() for b in members] for a in members])
    assert np.diag(followers).sum() == 0
    assert stats.chisquare(followers[~np.eye(6, dtype=bool)]).pvalue > 1e-4


def test_the_order_differs_by_epoch_and_by_key() -> None:
    member = jnp.ones(50, dtype=bool)
    orders = {
        tuple(np.asarray(presentation_order(jax.random.fold_in(jax.random.key(seed), epoch), member)))
        for seed in range(3)
        for epoch in range(3)
    }
    assert len(orders) == 9


@pytest.mark.parametrize("n_words", [1, 2, 3, 5, 16, 120, 1000, LARGEST_NETWORK, LARGEST_NETWORK + 1])
def test_words_are_sorted_as_numpy_sorts_them(n_words) -> None:
    words = np.random.default_rng(n_words).integers(0, 2**32 - 1, (n_words, 3)).astype(np.uint32)
    words[: n_words // 2] %= 7  # with ties
    np.testing.assert_array_equal(jax.jit(_sorted)(words), np.sort(words, axis=0))


def test_members_of_a_full_batch_come_first_in_their_order() -> None:
    member = np.random.default_rng(0).uniform(size=(120, 5)) < [0.0, 0.1, 0.5, 0.9, 1.0]
    order = np.asarray(jax.jit(members_first)(member))
    for net, size in enumerate(member.sum(axis=0)):
        assert order[:size, net].tolist() == np.flatnonzero(member[:, net]).tolist()
        assert not order[size:, net].any()
