"""Wilcoxon's test against scipy, enumeration and published examples."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from eligo.statistics import rank_biserial, smallest_wilcoxon_p, wilcoxon

INF = float("inf")
quick = settings(deadline=None, max_examples=60)
WHOLE = st.integers(-4, 4).map(float)
PAIRS = st.integers(1, 9).flatmap(lambda n: arrays(np.float64, (2, n), elements=WHOLE))


def rank_sums(differences: np.ndarray) -> tuple[float, float]:
    """W+ and W- by counting, each zero giving half of its rank to either."""
    sizes = [abs(d) for d in differences]
    above = below = 0.0
    for d, size in zip(differences, sizes, strict=True):
        rank = sum(other < size for other in sizes) + (sum(other == size for other in sizes) + 1) / 2
        above += rank if d > 0 else rank / 2 if d == 0 else 0
        below += rank if d < 0 else rank / 2 if d == 0 else 0
    return above, below


def p_by_enumeration(differences: np.ndarray) -> float:
    """Share of all assignments of signs whose W+ is as far from its mean as the observed one, or farther."""
    centre = sum(rank_sums(differences)) / 2
    observed = abs(rank_sums(differences)[0] - centre)
    sizes = np.abs(differences)
    extreme = [abs(rank_sums(sizes * signs)[0] - centre) >= observed for signs in product([1, -1], repeat=len(sizes))]
    return sum(extreme) / len(extreme)


def decided(seed: int, n_pairs: int, shift: float) -> tuple[np.ndarray, np.ndarray]:
    first, second = np.random.default_rng(seed).normal(size=(2, n_pairs))
    return first + shift, second


def tied(seed: int, n_pairs: int) -> tuple[np.ndarray, np.ndarray]:
    first, second = np.random.default_rng(seed).integers(0, 5, (2, n_pairs)).astype(float)
    return first + (np.arange(n_pairs) % 3 == 0), second


@pytest.mark.parametrize("n_pairs", [1, 2, 3, 7, 20, 50])
@pytest.mark.parametrize("shift", [0.0, 0.6, -0.6])
def test_exact_p_equals_scipy(n_pairs: int, shift: float) -> None:
    first, second = decided(n_pairs, n_pairs, shift)
    expected = stats.wilcoxon(first, second, zero_method="zsplit", method="exact")
    found = wilcoxon(first, second)
    assert found.method == "exact"
    assert found.statistic == expected.statistic
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-12)


@pytest.mark.parametrize("n_pairs", [51, 200])
@pytest.mark.parametrize("shift", [0.0, 0.3])
def test_normal_p_equals_scipy(n_pairs: int, shift: float) -> None:
    first, second = decided(n_pairs, n_pairs, shift)
    expected = stats.wilcoxon(first, second, zero_method="zsplit")
    found = wilcoxon(first, second)
    assert found.method == "normal"
    assert found.statistic == expected.statistic
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-12)


@pytest.mark.parametrize("n_pairs", [14, 30, 50, 80])
@pytest.mark.parametrize("seed", range(3))
def test_normal_p_with_zeros_and_ties_equals_scipy(n_pairs: int, seed: int) -> None:
    first, second = tied(seed, n_pairs)
    expected = stats.wilcoxon(first, second, zero_method="zsplit")
    found = wilcoxon(first, second)
    assert found.method == "normal"
    assert found.n_zero == (first == second).sum() > 0
    assert found.statistic == expected.statistic
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-12)


def test_a_single_zero_is_a_tie() -> None:
    first, second = decided(0, 20, 0.6)
    first[4] = second[4]
    expected = stats.wilcoxon(first, second, zero_method="zsplit")
    found = wilcoxon(first, second)
    assert (found.method, found.n_zero) == ("normal", 1)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_exact_p_with_zeros_and_ties_equals_scipy(seed: int) -> None:
    first, second = tied(seed, 10)
    expected = stats.wilcoxon(first, second, zero_method="zsplit")
    found = wilcoxon(first, second)
    assert found.method == "exact"
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-12)


@settings(deadline=None, max_examples=40)
@given(PAIRS)
def test_small_samples_equal_enumeration(pairs: np.ndarray) -> None:
    first, second = pairs
    found, (above, below) = wilcoxon(first, second), rank_sums(first - second)
    assert found.method == "exact"
    assert found.statistic == min(above, below)
    assert found.rank_biserial == pytest.approx((above - below) / (above + below), abs=1e-14)
    assert found.p_value == pytest.approx(p_by_enumeration(first - second), rel=1e-12)
    assert (found.n_pairs, found.n_zero) == (first.size, (first == second).sum())


@quick
@given(PAIRS)
def test_swapping_flips_the_sign_alone(pairs: np.ndarray) -> None:
    there, back = wilcoxon(*pairs), wilcoxon(*pairs[::-1])
    assert (there.statistic, there.p_value, there.n_zero) == (back.statistic, back.p_value, back.n_zero)
    assert there.rank_biserial == -back.rank_biserial
    assert rank_biserial(*pairs) == pytest.approx(there.rank_biserial, abs=1e-15)


@quick
@given(PAIRS, st.sampled_from([1e-300, 1e-9, 0.1, 1 / 3, 7.0, 1e300]))
def test_the_unit_of_the_scores_does_not_matter(pairs: np.ndarray, unit: float) -> None:
    assert wilcoxon(*(pairs * unit)) == wilcoxon(*pairs)


def test_published_example_with_zeros(demsar_scores: np.ndarray) -> None:
    # Demšar (2006), Table 2 and section 3.1.3: R+ = 93 for C4.5+m, R- = 12; at 0.05 the critical value is 21.
    found = wilcoxon(demsar_scores[:, 1], demsar_scores[:, 0])
    assert found.statistic == 12
    assert found.rank_biserial == pytest.approx((93 - 12) / 105)
    assert (found.n_pairs, found.n_zero) == (14, 2)
    assert found.p_value < 0.05


def test_published_examples() -> None:
    # R, ?wilcox.test, depression scale (Hollander & Wolfe 1973, p. 29): V = 40, one-sided p-value = 0.01953.
    before = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
    after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
    found = wilcoxon(before, after)
    assert (found.statistic, found.n_pairs) == (45 - 40, 9)
    assert found.p_value == pytest.approx(2 * 0.01953, abs=1e-5)
    # Darwin's maize, in the documentation of scipy.stats.wilcoxon: statistic 24, p 0.041259765625.
    heights = np.array([6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75])
    found = wilcoxon(heights, np.zeros(15))
    assert (found.statistic, found.p_value) == (24, 0.041259765625)


def test_float_noise_makes_no_difference() -> None:
    # In decimals the differences are 0.1, 0.1, 0.1, -0.2 and 0.0; in floats no two of them tie.
    first, second = [0.9, 0.8, 0.3, 0.1, 0.1 + 0.2], [0.8, 0.7, 0.2, 0.3, 0.3]
    assert np.unique(np.abs(np.subtract(first, second))).size > 3
    found, expected = wilcoxon(first, second), wilcoxon([1, 1, 1, -2, 0], np.zeros(5))
    assert found == expected
    assert found.n_zero == 1


def test_small_true_differences_are_kept() -> None:
    assert wilcoxon([1.0 + 1e-10, 1.0], [1.0, 1.0]).n_zero == 1
    assert wilcoxon([1e-200, 2e-200], [3e-200, 3e-200]).n_zero == 0


def test_infinite_scores() -> None:
    # inf - inf is a zero; inf against a finite score ranks above every finite difference.
    first, second = [INF, INF, 3.0, 1.0, -INF, 2.0], [INF, 5.0, 1.0, 2.0, -INF, INF]
    found = wilcoxon(first, second)
    assert found == wilcoxon([0, 9, 2, -1, 0, -9], np.zeros(6))
    assert found.n_zero == 2
    assert wilcoxon([INF] * 4, [INF] * 4).p_value == 1
    assert wilcoxon([INF] * 6, [-INF] * 6).p_value == pytest.approx(2 / 2**6)


@pytest.mark.parametrize("n_pairs", [1, 2, 13, 14, 50, 51])
def test_no_difference_is_p_one(n_pairs: int) -> None:
    found = wilcoxon(np.arange(n_pairs), np.arange(n_pairs))
    assert (found.p_value, found.rank_biserial, found.n_zero) == (1, 0, n_pairs)


@pytest.mark.parametrize("n_pairs", range(1, 9))
def test_the_smallest_p(n_pairs: int) -> None:
    found = wilcoxon(np.arange(1, n_pairs + 1), np.zeros(n_pairs))
    assert found.p_value == 2.0 ** (1 - n_pairs)
    assert found.rank_biserial == 1
    assert smallest_wilcoxon_p(n_pairs) == found.p_value


def test_one_run_that_blew_up_does_not_make_noise_of_the_others() -> None:
    first, second = decided(1, 20, 1.5)
    first[3] = 1e13
    as_rank = first.copy()
    as_rank[3] = second[3] + 100
    assert wilcoxon(first, second) == wilcoxon(as_rank, second)
    first[3] = INF
    assert wilcoxon(first, second) == wilcoxon(as_rank, second)


@pytest.mark.parametrize("n_pairs", range(1, 41))
def test_the_smallest_p_equals_scipy_s(n_pairs: int) -> None:
    expected = stats.wilcoxon(np.arange(1.0, n_pairs + 1), method="exact").pvalue
    assert smallest_wilcoxon_p(n_pairs) == pytest.approx(expected, rel=1e-12)
    assert smallest_wilcoxon_p(n_pairs, n_tests=6) == pytest.approx(min(1, 6 * expected), rel=1e-12)


@pytest.mark.parametrize("n_pairs", [14, 20, 50, 51, 60, 100, 200])
def test_no_p_is_below_the_smallest(n_pairs: int) -> None:
    for differences in (np.arange(1.0, n_pairs + 1), np.ones(n_pairs), np.r_[0, np.ones(n_pairs - 1)]):
        assert wilcoxon(differences, np.zeros(n_pairs)).p_value >= smallest_wilcoxon_p(n_pairs)


def test_how_many_blocks_it_takes() -> None:
    # Demšar (2006), Table of critical values for Wilcoxon's T: none at 0.05 for five data sets, 0 for six.
    assert (smallest_wilcoxon_p(5), smallest_wilcoxon_p(6)) == (0.0625, 0.03125)
    assert smallest_wilcoxon_p(7, n_tests=6) > 0.05 > smallest_wilcoxon_p(8, n_tests=6)
    assert smallest_wilcoxon_p(9, n_tests=15) > 0.05 > smallest_wilcoxon_p(10, n_tests=15)
