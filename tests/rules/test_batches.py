"""Batch rules against plain NumPy, one example after the other, and against the laws of their lotteries."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from eligo.representations import GradientEmbedding, Inputs, LastHidden, Vectors
from eligo.representations.gradient_embedding import OuterProducts
from eligo.rules import KCentre, KMeansPlusPlus, LargestCluster, StochasticTop, UncoveredClusters
from eligo.rules.uncovered_clusters import clusters

N = 30
RNG = np.random.default_rng(0)
POINTS = RNG.normal(size=(N, 3)).astype(np.float32) * [1, 3, 1]
WEIGHTS = RNG.uniform(0.1, 1, N)
IS_LABELLED = RNG.permutation(N) < 6
IS_CANDIDATE = ~IS_LABELLED & (RNG.uniform(size=N) < 0.8)
NOBODY = np.zeros(N, dtype=bool)


def choose(rule, scores=None, is_labelled=IS_LABELLED, is_candidate=IS_CANDIDATE, points=POINTS, key=0) -> np.ndarray:
    scores = np.ones(len(points)) if scores is None else scores
    strata = jnp.ones((len(points), 1), dtype=bool)
    arrays = (jnp.asarray(scores, dtype=float), jnp.asarray(is_candidate), strata)
    embedding = Vectors(jnp.asarray(points))
    is_labelled = jnp.asarray(is_labelled)
    return np.asarray(rule(*arrays, key=jax.random.key(key), embedding=embedding, is_labelled=is_labelled))


def squared(points: np.ndarray, index: int) -> np.ndarray:
    return ((points - points[index]) ** 2).sum(axis=1)


def k_centre(weights: np.ndarray, is_labelled: np.ndarray, n: int) -> list[int]:
    centres, chosen = list(np.flatnonzero(is_labelled)), []
    for _ in range(n):
        if centres:
            nearest = np.min([np.sqrt(squared(POINTS, centre)) for centre in centres], axis=0)
        else:
            nearest = np.linalg.norm(POINTS, axis=1)
        left = [i for i in np.flatnonzero(IS_CANDIDATE) if i not in chosen]
        best = max(left, key=lambda i: weights[i] * nearest[i])
        chosen.append(int(best))
        centres.append(best)
    return sorted(chosen)


def largest_cluster(weights: np.ndarray, is_labelled: np.ndarray, n: int) -> list[int]:
    centres, chosen = list(np.flatnonzero(is_labelled)), []
    for _ in range(n):
        left = [i for i in np.flatnonzero(IS_CANDIDATE) if i not in chosen]
        if not centres:
            best = max(left, key=lambda i: weights[i] * (POINTS[i] ** 2).sum())
        else:
            between = np.array([squared(POINTS, centre) for centre in centres])
            mass, cluster = weights * between.min(axis=0), between.argmin(axis=0)
            size = {c: sum(mass[i] for i in left if cluster[i] == c) for c in range(len(centres))}
            largest = max(size, key=size.__getitem__)
            best = max((i for i in left if cluster[i] == largest), key=lambda i: mass[i])
        chosen.append(int(best))
        centres.append(best)
    return sorted(chosen)


@pytest.mark.parametrize("is_labelled", [IS_LABELLED, NOBODY], ids=["labels", "none"])
@pytest.mark.parametrize("weights", [np.ones(N), WEIGHTS], ids=["equal", "scores"])
@pytest.mark.parametrize(("rule", "written"), [(KCentre, k_centre), (LargestCluster, largest_cluster)])
def test_each_choice_is_the_farthest_from_those_before(rule, written, weights, is_labelled) -> None:
    found = choose(rule(7, Inputs()), weights, is_labelled)
    assert np.flatnonzero(found).tolist() == written(weights, is_labelled, 7)


def test_a_smaller_batch_is_the_beginning_of_a_larger_one() -> None:
    for rule in (KCentre, LargestCluster, KMeansPlusPlus):
        chosen = [choose(rule(n, Inputs())) for n in (1, 2, 5)]
        assert not (chosen[0] & ~chosen[1]).any() and not (chosen[1] & ~chosen[2]).any()


def test_k_means_starts_with_the_longest_and_draws_by_squared_distance() -> None:
    """Of four points the longest is 10; the others are then drawn as 1 : 16 : 100 when weighed by their distance from it."""
    points = np.array([[10.0], [9.0], [6.0], [0.0]], dtype=np.float32)
    everyone, keys = jnp.ones(4, dtype=bool), jax.random.split(jax.random.key(5), 3000)
    rule = KMeansPlusPlus(2, Inputs())

    def draw(key):
        where = {"embedding": Vectors(jnp.asarray(points)), "is_labelled": ~everyone}
        return rule(jnp.ones(4), everyone, everyone[:, None], key=key, **where)

    counts = np.asarray(jax.vmap(draw)(keys).sum(axis=0))
    assert counts[0] == 3000
    expected = 3000 * np.array([1, 16, 100]) / 117
    assert stats.chisquare(counts[1:], expected).pvalue > 1e-3


def test_copies_of_what_is_chosen_are_drawn_last() -> None:
    points = np.array([[5.0], [5.0], [5.0], [1.0]], dtype=np.float32)
    for key in range(5):
        chosen = choose(
            KMeansPlusPlus(2, Inputs()), is_labelled=[False] * 4, is_candidate=[True] * 4, points=points, key=key
        )
        assert chosen[3] and chosen.sum() == 2


@pytest.mark.parametrize("power", [0.0, 1.0, 2.0])
def test_the_stochastic_top_draws_in_proportion_to_a_power_of_the_scores(power) -> None:
    scores, everyone = jnp.array([1.0, 2.0, 4.0, 0.0]), jnp.array([True, True, True, False])
    keys = jax.random.split(jax.random.key(7), 4000)
    rule = StochasticTop(1, power)
    counts = np.asarray(jax.vmap(lambda key: rule(scores, everyone, everyone[:, None], key=key))(keys).sum(axis=0))
    expected = np.array([1.0, 2.0, 4.0]) ** power
    assert counts[3] == 0 and stats.chisquare(counts[:3], 4000 * expected / expected.sum()).pvalue > 1e-3


def test_scores_of_nothing_come_last() -> None:
    scores, everyone = jnp.array([0.0, 0.5, jnp.nan, 0.1, -1.0]), jnp.ones(5, dtype=bool)
    for seed in range(5):
        chosen = StochasticTop(2)(scores, everyone, everyone[:, None], key=jax.random.key(seed))
        assert chosen.tolist() == [False, True, False, True, False]


BLOBS = np.repeat([[0, 0], [20, 0], [0, 20]], [12, 8, 6], axis=0) + np.random.default_rng(2).normal(size=(26, 2))
BLOBS = BLOBS.astype(np.float32)


def test_k_means_finds_groups_that_are_apart() -> None:
    """However it is seeded; the share of seeds that start one in each group is what k-means++ is for."""
    rightly = 0
    for seed in range(10):
        found = np.asarray(clusters(Vectors(jnp.asarray(BLOBS)), jnp.ones(26, dtype=bool), 3, key=jax.random.key(seed)))
        groups = [set(found[part].tolist()) for part in (slice(12), slice(12, 20), slice(20, 26))]
        rightly += all(len(group) == 1 for group in groups) and len(set.union(*groups)) == 3
    assert rightly >= 9


def test_the_best_of_the_largest_clusters_without_a_label_is_asked_for() -> None:
    is_labelled, scores = np.arange(26) == 3, np.random.default_rng(3).uniform(size=26)
    for n, groups in ((1, [slice(12, 20)]), (2, [slice(12, 20), slice(20, 26)])):
        rule = UncoveredClusters(n, most=3)
        # The number of clusters is labels + n: with n = 1 two clusters are made, so one of them may hold two groups.
        chosen = choose(rule, scores, is_labelled, ~is_labelled, BLOBS)
        assert chosen.sum() == n
        if n == 2:
            assert [int(chosen[group].sum()) for group in groups] == [1, 1]
            assert all(scores[group][chosen[group]] == scores[group].max() for group in groups)


def test_small_clusters_wait() -> None:
    """Six examples far away are no cluster to ask about where clusters of six or fewer come last."""
    is_labelled, scores = np.arange(26) == 3, np.arange(26.0)
    chosen = choose(UncoveredClusters(2, smallest=6), scores, is_labelled, ~is_labelled, BLOBS)
    assert not chosen[20:].any() and chosen[19]


def test_clusters_need_vectors() -> None:
    outer = OuterProducts(jnp.ones((4, 2)), jnp.ones((4, 3)))
    everyone = jnp.ones(4, dtype=bool)
    where = {"key": jax.random.key(0), "embedding": outer, "is_labelled": ~everyone}
    with pytest.raises(ValueError) as refusal:
        UncoveredClusters(1, GradientEmbedding())(jnp.ones(4), everyone, everyone[:, None], **where)
    assert str(refusal.value) == (
        "`representation` GradientEmbedding() has no vectors to take means of. Use LastHidden() or Inputs()."
    )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: KCentre(0), "`n` must be a whole number of at least 1; got 0."),
        (lambda: KMeansPlusPlus(0), "`n` must be a whole number of at least 1; got 0."),
        (lambda: LargestCluster(-1, LastHidden()), "`n` must be a whole number of at least 1; got -1."),
        (lambda: StochasticTop(0), "`n` must be a whole number of at least 1; got 0."),
        (
            lambda: StochasticTop(power=-1),
            "`power` must be at least 0; got -1. Larger follows the scores more closely.",
        ),
        (lambda: UncoveredClusters(0), "`n` must be a whole number of at least 1; got 0."),
        (lambda: UncoveredClusters(most=0), "`most` must be a whole number of at least 1; got 0."),
        (lambda: UncoveredClusters(smallest=-1), "`smallest` must be a whole number of at least 0; got -1."),
    ],
)
def test_settings_outside_their_range_are_refused(make, message) -> None:
    with pytest.raises(ValueError) as refusal:
        make()
    assert str(refusal.value) == message
