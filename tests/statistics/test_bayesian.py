"""The Bayesian signed-rank test against baycomp, closed forms of small cases, and what swapping must do."""

import tracemalloc
from random import Random

import baycomp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from eligo.statistics import BayesianSignedRankResult, bayesian_signed_rank

INF = float("inf")
SAMPLES = 20_000
quick = settings(deadline=None, max_examples=40)
PAIRS = st.integers(1, 8).flatmap(lambda n: arrays(np.float64, (2, n), elements=st.integers(-4, 4).map(float)))


def triple(found: BayesianSignedRankResult) -> tuple[float, float, float]:
    return found.p_first_lower, found.p_equivalent, found.p_first_higher


def within_error(expected: float, n_samples: int = SAMPLES) -> object:
    """Five standard errors of a share of samples that are drawn in antithetic pairs."""
    return pytest.approx(expected, abs=5 * np.sqrt(2 * expected * (1 - expected) / n_samples) + 1e-12)


@pytest.mark.parametrize("n_pairs", [4, 10, 25])
@pytest.mark.parametrize("rope", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("shift", [0.0, 0.3])
def test_equal_to_baycomp(n_pairs: int, rope: float, shift: float) -> None:
    first, second = np.random.default_rng(n_pairs).normal(size=(2, n_pairs))
    first += shift
    # Baycomp's left is that its first argument is larger.
    expected = baycomp.SignedRankTest.probs(second, first, rope=rope, nsamples=10_000, random_state=1)
    expected = np.insert(expected, 1, 0.0) if rope == 0 else np.array(expected)
    found = bayesian_signed_rank(first, second, rope=rope, rng=0, n_samples=SAMPLES)
    error = np.sqrt(expected * (1 - expected) * (1 / 10_000 + 2 / SAMPLES)) + 1 / 10_000
    assert (np.abs(triple(found) - expected) < 5 * error).all()
    assert (found.n_pairs, found.n_samples, found.rope) == (n_pairs, SAMPLES, rope)


@pytest.mark.parametrize("strength", [0.1, 2.0])
def test_prior_strength_equals_baycomp_s(strength: float) -> None:
    first, second = np.random.default_rng(3).normal(size=(2, 6))
    expected = np.array(
        baycomp.SignedRankTest.probs(second, first, rope=0.3, prior=strength, nsamples=10_000, random_state=1)
    )
    found = bayesian_signed_rank(first, second, rope=0.3, rng=0, n_samples=SAMPLES, prior_strength=strength)
    error = np.sqrt(expected * (1 - expected) * (1 / 10_000 + 2 / SAMPLES)) + 1 / 10_000
    assert (np.abs(triple(found) - expected) < 5 * error).all()


@pytest.mark.parametrize(("strength", "n_pairs"), [(0.5, 1), (0.5, 2), (2.0, 1), (3.0, 4)])
def test_one_difference_by_hand(strength: float, n_pairs: int) -> None:
    # All differences are 1; u, the weight of the pseudo-observation, is Beta(strength, n_pairs).
    weight = stats.beta(strength, n_pairs)
    ones, zeros = np.ones(n_pairs), np.zeros(n_pairs)
    for rope, expected in (
        (0.0, 1.0),  # lower has u^2 / 2 at most, always less than one half
        (0.4, weight.cdf(np.sqrt(0.5))),  # means 1 and 1/2 are beyond: 1 - u^2 > u^2
        (0.5, weight.cdf(0.5)),  # 1/2 is on the edge: (1 - u)^2 + (1 - u) u > u
        (0.9, weight.cdf(1 - np.sqrt(0.5))),  # only 1 is beyond: (1 - u)^2 > 1/2
        (1.1, 0.0),
    ):
        found = bayesian_signed_rank(ones, zeros, rope=rope, rng=0, n_samples=SAMPLES, prior_strength=strength)
        assert found.p_first_higher == within_error(expected)
        assert found.p_equivalent == within_error(1 - expected)
        assert found.p_first_lower == 0


def test_without_a_prior_one_pair_decides() -> None:
    assert triple(bayesian_signed_rank([2.0], [1.0], rope=0.5, rng=0, prior_strength=0)) == (0, 0, 1)
    # On the edge: half of all means for equivalent, half for higher.
    assert triple(bayesian_signed_rank([2.0], [1.0], rope=1.0, rng=0, prior_strength=0)) == (0, 0.5, 0.5)
    # The same with seven pairs, whose weights sum to 1 but for rounding.
    assert triple(bayesian_signed_rank([2.0] * 7, [1.0] * 7, rope=1.0, rng=0, prior_strength=0)) == (0, 0.5, 0.5)


def test_methods_that_never_differ() -> None:
    same = [0.9, 0.8, 0.7]
    assert triple(bayesian_signed_rank(same, same, rope=0.01, rng=0)) == (0, 1, 0)
    assert triple(bayesian_signed_rank(same, same, rope=0, rng=0)) == (0.5, 0, 0.5)
    assert triple(bayesian_signed_rank([INF, INF], [INF, INF], rope=0.01, rng=0)) == (0, 1, 0)


def test_differences_that_balance_favour_neither() -> None:
    found = bayesian_signed_rank([1.0, 0.0, 3.0, 0.0], [0.0, 1.0, 0.0, 3.0], rope=0.5, rng=0)
    assert found.p_first_lower == found.p_first_higher > 0.1


@quick
@given(PAIRS, st.sampled_from([0.0, 0.5, 1.0, 1.7]), st.integers(0, 5))
def test_swapping_swaps_and_all_sum_to_one(pairs: np.ndarray, rope: float, seed: int) -> None:
    there = triple(bayesian_signed_rank(*pairs, rope=rope, rng=seed, n_samples=400))
    back = triple(bayesian_signed_rank(*pairs[::-1], rope=rope, rng=seed, n_samples=400))
    assert back == there[::-1]
    assert sum(there) == pytest.approx(1)
    assert min(there) >= 0


@quick
@given(PAIRS, st.randoms(use_true_random=False))
def test_the_order_of_the_blocks_does_not_matter(pairs: np.ndarray, random: Random) -> None:
    order = list(range(pairs.shape[1]))
    random.shuffle(order)
    here = bayesian_signed_rank(*pairs, rope=0.5, rng=3, n_samples=400)
    assert bayesian_signed_rank(*pairs[:, order], rope=0.5, rng=3, n_samples=400) == here


@quick
@given(PAIRS, st.lists(st.integers(0, 10), min_size=2, max_size=4))
def test_a_wider_region_makes_equivalence_more_probable(pairs: np.ndarray, halves: list[int]) -> None:
    ropes = [half / 2 for half in sorted(halves)]
    found = [bayesian_signed_rank(*pairs, rope=rope, rng=1, n_samples=400).p_equivalent for rope in ropes]
    assert found == sorted(found)
    assert bayesian_signed_rank(*pairs, rope=8.5, rng=1, n_samples=400).p_equivalent == 1


@quick
@given(PAIRS, st.sampled_from([1e-300, 1e-9, 0.1, 1 / 3, 7.0, 1e300]))
def test_the_unit_of_the_scores_does_not_matter(pairs: np.ndarray, unit: float) -> None:
    here = bayesian_signed_rank(*pairs, rope=1.0, rng=1, n_samples=400)
    there = bayesian_signed_rank(*(pairs * unit), rope=unit, rng=1, n_samples=400)
    assert triple(there) == triple(here)


def test_more_pairs_ahead_make_it_surer() -> None:
    found = [bayesian_signed_rank(np.ones(n), np.zeros(n), rope=0.9, rng=0).p_first_higher for n in (1, 3, 9, 27)]
    assert found == sorted(found)
    assert found[0] < 0.6 < 0.95 < found[-1]


def test_the_same_seed_gives_the_same_probabilities() -> None:
    pairs = np.random.default_rng(0).normal(size=(2, 9))
    here = bayesian_signed_rank(*pairs, rope=0.1, rng=7)
    assert bayesian_signed_rank(*pairs, rope=0.1, rng=np.random.default_rng(7)) == here
    assert bayesian_signed_rank(*pairs, rope=0.1, rng=8) != here


def test_an_odd_number_of_samples_is_rounded_up() -> None:
    assert bayesian_signed_rank([1.0, 0.3], [0.5, 0.4], rope=0.1, rng=7, n_samples=101).n_samples == 102


def test_float_noise_does_not_move_a_mean_off_the_edge() -> None:
    # Accuracies of 100 examples, one point apart or more: in floats 0.91 - 0.90 is not 0.01.
    first, second = np.array([91, 84, 77, 95, 88, 69]), np.array([90, 80, 78, 91, 85, 66])
    whole = bayesian_signed_rank(first, second, rope=1, rng=0, n_samples=2000)
    assert triple(bayesian_signed_rank(first / 100, second / 100, rope=0.01, rng=0, n_samples=2000)) == triple(whole)


def test_infinite_scores_are_beyond_any_region() -> None:
    first, second = np.array([INF, 0.2, 0.4, -INF, 0.3]), np.array([0.1, INF, 0.1, 0.2, INF])
    # As differences that exceed all others and cancel each other.
    large = np.array([1e6, -1e6, 0.3, -1e6, -1e6])
    found = bayesian_signed_rank(first, second, rope=0.05, rng=0, n_samples=2000)
    assert triple(found) == triple(bayesian_signed_rank(large, np.zeros(5), rope=0.05, rng=0, n_samples=2000))
    assert triple(bayesian_signed_rank([INF] * 3, [0.0] * 3, rope=1e300, rng=0, prior_strength=0)) == (0, 0, 1)


def test_memory_does_not_grow_with_the_samples() -> None:
    pairs = np.random.default_rng(0).normal(size=(2, 200))
    tracemalloc.start()
    bayesian_signed_rank(*pairs, rope=0.1, rng=0, n_samples=40_000)  # weights alone: 32 MiB
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30 * 2**20
