"""Rules of selective learning that weigh examples, or are told how much to keep."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from eligo.rules import AdaptiveMean, SoftPrune

EVERYONE = jnp.ones(12, dtype=bool)
RNG = np.random.default_rng(0)
CLASSES = jnp.asarray(RNG.integers(0, 3, 12)[:, None] == np.arange(3))


def adaptive(scores, share, is_candidate=EVERYONE, strata=CLASSES) -> np.ndarray:
    key = jax.random.key(1)
    return np.asarray(AdaptiveMean()(jnp.asarray(scores), is_candidate, strata, key=key, share=share))


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.8, 1.0])
@pytest.mark.parametrize("is_tied", [False, True], ids=["", "tied"])
def test_an_adaptive_mean_keeps_its_share_and_every_class(share, is_tied) -> None:
    """Exactly: also where scores are equal, and never fewer than there are classes."""
    for _ in range(5):
        scores = np.ones(12) if is_tied else RNG.exponential(size=12)
        chosen = adaptive(scores, share)
        assert chosen.sum() == max(round(12 * share), 3)
        assert (np.asarray(CLASSES) & chosen[:, None]).any(axis=0).all()


def test_an_adaptive_mean_is_a_threshold_where_every_class_reaches_it() -> None:
    scores = RNG.exponential(size=12)
    one_class = jnp.ones((12, 1), dtype=bool)
    for n in range(1, 13):
        threshold = np.sort(scores)[-n]
        np.testing.assert_array_equal(adaptive(scores, n / 12, strata=one_class), scores >= threshold)


def test_what_is_no_candidate_or_no_number_is_kept_last() -> None:
    scores, is_candidate = np.array([9.0, 1, np.nan, 2, *[0.5] * 8]), jnp.asarray([False, *[True] * 11])
    chosen = adaptive(scores, 2 / 11, is_candidate, jnp.ones((12, 1), dtype=bool))
    assert np.flatnonzero(chosen).tolist() == [1, 3]


@pytest.mark.parametrize("probability", [0.0, 0.5, 0.9])
def test_soft_pruning_touches_only_what_lies_below_the_mean(probability) -> None:
    scores, is_candidate = RNG.exponential(size=12), np.arange(12) != 5
    below = (scores < scores[is_candidate].mean()) & is_candidate
    given = (jnp.asarray(scores), jnp.asarray(is_candidate), CLASSES)
    weights = np.asarray(SoftPrune(probability)(*given, key=jax.random.key(2)))
    assert (weights[is_candidate & ~below] == 1).all() and weights[5] == 0
    kept = weights[below]
    np.testing.assert_allclose(kept[kept > 0], 1 / (1 - probability), rtol=1e-6)
    assert probability > 0 or (kept == 1).all()


def test_a_score_that_blew_up_prunes_nobody_else() -> None:
    """The mean is of the others, and what has no number stays."""
    scores = jnp.asarray([np.inf, np.nan, 1.0, 3.0])
    everyone = jnp.ones(4, dtype=bool)
    weights = SoftPrune(0.999)(scores, everyone, everyone[:, None], key=jax.random.key(0))
    assert weights.tolist()[:2] == [1, 1] and weights[3] == 1
