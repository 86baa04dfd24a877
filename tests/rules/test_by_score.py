"""Rules: what a set of scores chooses."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

import transcription as paper
from eligo.rules import AboveMean, Everything, Share, Top
from eligo.rules.by_score import best_one, ranking

KEY = jax.random.key(0)
RULES = [Everything(), AboveMean(0.9), AboveMean(0.0), AboveMean(0.5, 4, 0.25), Top(1), Top(3), Share(0.5), Share(0.01)]
# XLA may count subnormal numbers as zero, so that they tie with it.
SCORES = arrays.arrays(np.float32, 12, elements=st.floats(0, 100, width=32, allow_subnormal=False))
MASKS = arrays.arrays(bool, 12).filter(np.any)


def choose(rule, scores, is_candidate=None, strata=None, key=KEY) -> np.ndarray:
    is_candidate = np.ones(len(scores), dtype=bool) if is_candidate is None else is_candidate
    strata = np.ones((len(scores), 1), dtype=bool) if strata is None else strata
    return np.asarray(rule(jnp.asarray(scores), jnp.asarray(is_candidate), jnp.asarray(strata), key=key))


@pytest.mark.parametrize("rule", RULES, ids=str)
@settings(max_examples=20, deadline=None)
@given(scores=SCORES, is_candidate=MASKS)
def test_only_candidates_are_chosen_and_always_one(rule, scores, is_candidate) -> None:
    chosen = choose(rule, scores, is_candidate)
    assert chosen.dtype == bool and chosen.shape == (12,)
    assert chosen.any()
    assert not (chosen & ~is_candidate).any()


@pytest.mark.parametrize("rule", [Top(1), Top(3), Share(0.3)], ids=str)
@settings(max_examples=20, deadline=None)
@given(scores=SCORES, is_candidate=MASKS)
def test_no_candidate_left_out_beats_one_that_is_chosen(rule, scores, is_candidate) -> None:
    chosen = choose(rule, scores, is_candidate)
    left_out = is_candidate & ~chosen
    assert not left_out.any() or scores[chosen].min() >= scores[left_out].max()
    n_candidates = is_candidate.sum()
    expected = min(rule.n, n_candidates) if isinstance(rule, Top) else max(1, round(0.3 * n_candidates))
    assert chosen.sum() == expected


@pytest.mark.parametrize("beta", [0.0, 0.3, 0.9, 1.0])
def test_above_mean_equals_the_transcription(beta) -> None:
    rng = np.random.default_rng(int(100 * beta))
    for _ in range(20):
        scores, labels = rng.exponential(size=30) ** 3, rng.integers(0, 4, 30)
        is_candidate = rng.uniform(size=30) < 0.7
        chosen = choose(AboveMean(beta), scores, is_candidate, labels[:, None] == np.arange(4))
        expected = paper.above_mean({int(p): scores[p] for p in np.flatnonzero(is_candidate)}, beta, labels)
        assert np.flatnonzero(chosen).tolist() == expected.tolist()


@pytest.mark.parametrize("rule", [AboveMean(0.0, 12), AboveMean(0.3, 1, 0.8), AboveMean(0.9, 3, 0.5)], ids=str)
def test_a_floor_is_filled_up_as_in_the_transcription(rule) -> None:
    rng, n_filled = np.random.default_rng(5), 0
    for _ in range(20):
        scores, labels = rng.exponential(size=30) ** 3, rng.integers(0, 4, 30)
        is_candidate = rng.uniform(size=30) < 0.7
        chosen = choose(rule, scores, is_candidate, labels[:, None] == np.arange(4))
        of_candidates = {int(p): scores[p] for p in np.flatnonzero(is_candidate)}
        expected = paper.above_mean(of_candidates, rule.beta, labels, rule.floor, rule.floor_share)
        assert np.flatnonzero(chosen).tolist() == expected.tolist()
        n_filled += len(expected) > len(paper.above_mean(of_candidates, rule.beta, labels))
    assert n_filled > 0


def test_a_floor_above_the_candidates_keeps_them_all() -> None:
    is_candidate = np.arange(10) < 6
    np.testing.assert_array_equal(choose(AboveMean(0.0, 8), np.arange(10.0), is_candidate), is_candidate)


def test_ties_for_the_floor_are_broken_uniformly() -> None:
    """One stays for its score, one more by lot among three equal ones, and the worst never does."""
    scores, everyone = jnp.array([9.0, 0.5, 0.5, 0.5, 0.1]), jnp.ones(5, dtype=bool)
    keys = jax.random.split(jax.random.key(13), 3000)
    rule = AboveMean(0.0, floor=2)
    counts = np.asarray(jax.vmap(lambda key: rule(scores, everyone, everyone[:, None], key=key))(keys).sum(axis=0))
    assert counts[0] == 3000 and counts[4] == 0 and counts.sum() == 6000
    assert stats.chisquare(counts[1:4]).pvalue > 1e-3


def test_an_example_at_the_threshold_stays() -> None:
    assert choose(AboveMean(0.5), [1.0, 3.0, 0.5, 3.5]).tolist() == [True, True, False, True]  # mean 2, threshold 1


def test_a_larger_beta_keeps_more() -> None:
    scores = np.random.default_rng(0).exponential(size=50)
    kept = [choose(AboveMean(beta), scores) for beta in (0, 0.25, 0.5, 0.75, 0.9, 1)]
    for fewer, more in zip(kept[:-1], kept[1:], strict=True):
        assert fewer.sum() < more.sum() and not (fewer & ~more).any()
    assert kept[-1].all()


def test_the_best_of_every_class_stays() -> None:
    strata = np.eye(3, dtype=bool)[[0, 0, 1, 1, 2, 2]]
    chosen = choose(AboveMean(0.0), [9.0, 8.0, 0.1, 0.2, 0.0, 0.0], strata=strata)
    assert chosen[:4].tolist() == [True, True, False, True]
    assert chosen[4:].sum() == 1


def test_a_class_without_candidates_stays_empty() -> None:
    strata = np.eye(2, dtype=bool)[[0, 0, 1]]
    assert choose(AboveMean(0.0), [1.0, 3.0, 9.0], np.array([True, True, False]), strata).tolist() == [
        False, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize("rule", [Top(1), Top(2), AboveMean(0.0), Share(0.25)], ids=str)
def test_scores_of_nan_come_last(rule) -> None:
    """They neither win nor spoil the mean."""
    scores = np.array([0.1, np.nan, 0.9, np.nan, 0.8, np.nan, 0.7, 0.75])
    assert not np.isnan(scores[choose(rule, scores)]).any()
    assert choose(AboveMean(0.0), scores).sum() == 4


@pytest.mark.parametrize(("rule", "expected"), [(Top(2), 2), (AboveMean(0.5), 1), (Share(0.5), 2)], ids=str)
def test_scores_that_are_all_nan_still_choose(rule, expected) -> None:
    is_candidate = np.array([True, True, False, True, True])
    chosen = choose(rule, np.full(5, np.nan), is_candidate)
    assert chosen.sum() == expected and not chosen[2]


def test_infinite_scores_keep_their_order() -> None:
    assert choose(Top(1), [1.0, np.inf, -np.inf]).tolist() == [False, True, False]
    assert choose(Top(2), [1.0, np.inf, -np.inf]).tolist() == [True, True, False]


def test_even_the_lowest_candidate_goes_before_those_that_are_none() -> None:
    is_candidate = np.array([True, False, True])
    assert choose(Top(2), [-np.inf, 5.0, np.nan], is_candidate).tolist() == [True, False, True]


@pytest.mark.parametrize("n", [1, 3])
def test_ties_are_broken_uniformly(n) -> None:
    """Chi-square over 4000 keys: of 8 equal candidates beside a worse one, each is chosen as often."""
    scores = np.array([1.0] * 4 + [0.0] + [1.0] * 4)
    keys = jax.random.split(jax.random.key(11), 4000)
    everyone = jnp.ones(9, dtype=bool)
    chosen = jax.vmap(lambda key: Top(n)(jnp.asarray(scores), everyone, everyone[:, None], key=key))(keys)
    counts = np.asarray(chosen.sum(axis=0))
    assert counts[4] == 0 and counts.sum() == 4000 * n
    assert stats.chisquare(np.delete(counts, 4)).pvalue > 1e-3


def test_a_class_s_last_example_is_drawn_uniformly_too() -> None:
    """Equal scores below the threshold: which of them keeps its class is left to the key."""
    scores, strata = np.array([9.0, 0.0, 0.0, 0.0]), np.eye(2, dtype=bool)[[0, 1, 1, 1]]
    keys = jax.random.split(jax.random.key(12), 3000)
    everyone = jnp.ones(4, dtype=bool)
    chosen = jax.vmap(lambda key: AboveMean(0.5)(jnp.asarray(scores), everyone, jnp.asarray(strata), key=key))(keys)
    counts = np.asarray(chosen.sum(axis=0))
    assert counts[0] == 3000 and counts[1:].sum() == 3000
    assert stats.chisquare(counts[1:]).pvalue > 1e-3


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: AboveMean(1.5), "`beta` must be in [0, 1]; got 1.5. Larger keeps more examples."),
        (lambda: AboveMean(-0.1), "`beta` must be in [0, 1]; got -0.1. Larger keeps more examples."),
        (lambda: AboveMean(float("nan")), "`beta` must be in [0, 1]; got nan. Larger keeps more examples."),
        (lambda: AboveMean(floor=0), "`floor` must be a whole number of at least 1; got 0."),
        (lambda: AboveMean(floor_share=1.5), "`floor_share` must be in [0, 1]; got 1.5."),
        (lambda: Top(0), "`n` must be a whole number of at least 1; got 0."),
        (lambda: Share(0.0), "`share` must be in (0, 1]; got 0.0."),
        (lambda: Share(1.1), "`share` must be in (0, 1]; got 1.1."),
    ],
)
def test_settings_outside_their_range_are_refused(make, message) -> None:
    with pytest.raises(ValueError) as refusal:
        make()
    assert str(refusal.value) == message


@settings(max_examples=60, deadline=None)
@given(data=st.data(), seed=st.integers(0, 2**31))
def test_the_best_alone_is_the_first_of_the_ranking(data, seed) -> None:
    values = st.sampled_from([0.0, -0.0, 0.5, 1.0, -2.0, np.inf, -np.inf, np.nan])
    scores = jnp.asarray(data.draw(st.lists(values, min_size=6, max_size=6)))
    is_candidate = jnp.asarray(data.draw(st.lists(st.booleans(), min_size=6, max_size=6)))
    key = jax.random.key(seed)
    expected = is_candidate & (ranking(scores, is_candidate, key) == 0)
    np.testing.assert_array_equal(best_one(scores, is_candidate, key), expected)
