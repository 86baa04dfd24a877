"""Nadeau and Bengio's test and the correlated t against baycomp, scipy and the ordinary t-test."""

from random import Random

import baycomp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from eligo.statistics import CorrelatedTResult, correlated_t, nadeau_bengio

SPLIT = {"n_train": 60, "n_test": 20}
quick = settings(deadline=None, max_examples=60)
PAIRS = st.integers(2, 8).flatmap(lambda n: arrays(np.float64, (2, n), elements=st.integers(-4, 4).map(float)))


def accuracies(seed: int, n_trials: int) -> tuple[np.ndarray, np.ndarray]:
    first, second = np.random.default_rng(seed).normal(0.8, 0.03, size=(2, n_trials))
    return first + 0.02, second


@pytest.mark.parametrize(("n_runs", "n_folds"), [(1, 5), (1, 10), (10, 10), (5, 2)])
def test_equal_to_baycomp(n_runs: int, n_folds: int) -> None:
    # Under its flat prior baycomp's posterior of the mean difference is this test's t-distribution.
    first, second = accuracies(n_folds, n_runs * n_folds)
    left, right = baycomp.CorrelatedTTest.probs(second, first, runs=n_runs)
    mean, variance, degrees = baycomp.CorrelatedTTest.compute_statistics(second, first, n_runs)
    found = nadeau_bengio(first, second, n_train=30 * (n_folds - 1), n_test=30, confidence=0.9)
    assert found.mean_difference == pytest.approx(mean, rel=1e-12)
    assert found.statistic == pytest.approx(mean / np.sqrt(variance), rel=1e-12)
    assert found.degrees_of_freedom == degrees
    assert found.p_value == pytest.approx(2 * min(left, right), rel=1e-9)
    ends = stats.t.interval(0.9, degrees, mean, np.sqrt(variance))
    assert (found.low, found.high) == (pytest.approx(ends[0]), pytest.approx(ends[1]))
    assert found.confidence == 0.9


def test_without_overlap_it_is_the_paired_t_test() -> None:
    first, second = accuracies(0, 25)
    expected = stats.ttest_rel(first, second)
    found = nadeau_bengio(first, second, n_train=10**12, n_test=1)
    assert found.statistic == pytest.approx(expected.statistic, rel=1e-9)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-9)
    ends = expected.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high), rel=1e-9)


def test_a_larger_test_share_is_more_cautious() -> None:
    first, second = accuracies(0, 25)
    p_values = [nadeau_bengio(first, second, n_train=100, n_test=n_test).p_value for n_test in (5, 20, 80)]
    assert p_values == sorted(p_values)
    assert p_values[0] < p_values[-1]


def test_interval_excludes_zero_exactly_when_p_is_below_its_complement() -> None:
    first, second = accuracies(3, 12)
    p = nadeau_bengio(first, second, n_train=60, n_test=20).p_value
    for confidence, is_excluded in ((1 - 1.01 * p, True), (1 - 0.99 * p, False)):
        found = nadeau_bengio(first, second, n_train=60, n_test=20, confidence=confidence)
        assert (found.low > 0 or found.high < 0) == is_excluded


def test_swapping_flips_the_sign() -> None:
    first, second = accuracies(1, 10)
    there = nadeau_bengio(first, second, n_train=60, n_test=20)
    back = nadeau_bengio(second, first, n_train=60, n_test=20)
    assert there.statistic > 0
    assert (back.statistic, back.p_value) == pytest.approx((-there.statistic, there.p_value))
    assert (back.mean_difference, back.low, back.high) == pytest.approx(
        (-there.mean_difference, -there.high, -there.low)
    )


def test_no_difference_is_p_one() -> None:
    found = nadeau_bengio([0.9] * 4, [0.9] * 4, n_train=60, n_test=20)
    assert (found.statistic, found.p_value, found.low, found.high) == (0, 1, 0, 0)


@pytest.mark.parametrize("difference", [0.1, -0.25])
def test_a_constant_difference_is_infinitely_significant(difference: float) -> None:
    # The mean of twelve times 0.1 is not quite 0.1 in floats: the variance must be 0 all the same.
    found = nadeau_bengio([difference] * 12, [0.0] * 12, n_train=60, n_test=20)
    assert (found.statistic, found.p_value) == (np.copysign(np.inf, difference), 0)
    assert (found.mean_difference, found.low, found.high) == (difference, difference, difference)


def test_float_noise_is_no_variance() -> None:
    # In decimals the differences are 0.1 throughout, and then 0 throughout; in floats they are not.
    found = nadeau_bengio([0.9, 0.8, 0.7, 0.6], [0.8, 0.7, 0.6, 0.5], **SPLIT)
    assert (found.statistic, found.p_value, found.low) == (np.inf, 0, found.high)
    assert found.mean_difference == pytest.approx(0.1, rel=1e-14)
    found = nadeau_bengio([0.1 + 0.2, 0.3, 0.3], [0.3, 0.3, 0.3], **SPLIT)
    assert (found.statistic, found.p_value, found.mean_difference, found.high) == (0, 1, 0, 0)


@pytest.mark.parametrize("unit", [1e-200, 1e-9, 1e200])
def test_the_unit_of_the_scores_does_not_matter(unit: float) -> None:
    first, second = accuracies(5, 12)
    here, there = nadeau_bengio(first, second, **SPLIT), nadeau_bengio(first * unit, second * unit, **SPLIT)
    assert (there.statistic, there.p_value) == pytest.approx((here.statistic, here.p_value), rel=1e-9)
    assert (there.low / unit, there.high / unit) == pytest.approx((here.low, here.high), rel=1e-9)


def triple(found: CorrelatedTResult) -> tuple[float, float, float]:
    return found.p_first_lower, found.p_equivalent, found.p_first_higher


@pytest.mark.parametrize(("n_runs", "n_folds"), [(1, 5), (1, 10), (10, 10), (5, 2)])
@pytest.mark.parametrize("rope", [0.0, 0.01, 0.1])
def test_correlated_t_equals_baycomp(n_runs: int, n_folds: int, rope: float) -> None:
    first, second = accuracies(n_folds, n_runs * n_folds)
    expected = baycomp.CorrelatedTTest.probs(second, first, rope=rope, runs=n_runs)
    expected = (expected[0], 0.0, expected[1]) if rope == 0 else expected
    found = correlated_t(first, second, n_train=30 * (n_folds - 1), n_test=30, rope=rope)
    assert triple(found) == pytest.approx(tuple(expected), abs=1e-12)
    assert found.rope == rope


@pytest.mark.parametrize("seed", range(3))
def test_correlated_t_is_scipy_s_student_t_with_a_correlation(seed: int) -> None:
    # Corani & Benavoli (2015): scale^2 = (1 / n + rho / (1 - rho)) s^2, rho the share that is tested on.
    first, second = accuracies(seed, 15)
    d, rho = first - second, 20 / 80
    posterior = stats.t(14, d.mean(), np.sqrt((1 / 15 + rho / (1 - rho)) * d.var(ddof=1)))
    found = correlated_t(first, second, **SPLIT, rope=0.02, confidence=0.9)
    expected = (posterior.cdf(-0.02), posterior.cdf(0.02) - posterior.cdf(-0.02), posterior.sf(0.02))
    assert triple(found) == pytest.approx(expected, rel=1e-9)
    assert (found.low, found.high) == pytest.approx(posterior.interval(0.9), rel=1e-9)
    levels = [[0.01, 0.3], [0.5, 0.99]]
    np.testing.assert_allclose(found.quantile(levels), posterior.ppf(levels), rtol=1e-9)
    assert found.confidence == 0.9


@pytest.mark.parametrize("seed", range(3))
def test_correlated_t_and_nadeau_bengio_are_one_distribution(seed: int) -> None:
    first, second = accuracies(seed, 12)
    test, posterior = nadeau_bengio(first, second, **SPLIT), correlated_t(first, second, **SPLIT, rope=0)
    assert posterior.mean_difference == test.mean_difference
    assert posterior.mean_difference / posterior.scale == test.statistic
    assert posterior.degrees_of_freedom == test.degrees_of_freedom
    assert (posterior.low, posterior.high) == (test.low, test.high)
    assert 2 * min(posterior.p_first_lower, posterior.p_first_higher) == pytest.approx(test.p_value, rel=1e-12)


def test_a_small_probability_of_equivalence_is_not_lost() -> None:
    # Far from the region its probability is its width times the density in its middle.
    noise = np.array([1.0, -1.0] * 15)
    found = correlated_t(10 + 0.5 * noise, np.zeros(30), n_train=10**6, n_test=1, rope=1e-6)
    density = stats.t(29, found.mean_difference, found.scale).pdf(0)
    assert density < 1e-30
    assert found.p_equivalent == pytest.approx(2e-6 * density, rel=1e-3)


@pytest.mark.parametrize(
    ("difference", "rope", "expected"),
    [
        (0.1, 0.05, (0, 0, 1)),
        (-0.25, 0.05, (1, 0, 0)),
        (0.1, 0.2, (0, 1, 0)),
        (0.1, 0.1, (0, 1, 0)),
        (-0.1, 0.0, (1, 0, 0)),
        (0.0, 0.0, (0, 1, 0)),
    ],
)
def test_a_constant_difference_is_a_point_mass(
    difference: float, rope: float, expected: tuple[float, float, float]
) -> None:
    # 0.9 - 0.8 is not 0.1 in floats, nor are all such differences the same.
    second = np.array([0.8, 0.7, 0.6, 0.5])
    found = correlated_t(second + difference, second, **SPLIT, rope=rope)
    assert triple(found) == expected
    assert found.scale == 0
    assert found.low == found.mean_difference == found.high == found.quantile(0.1)
    assert found.mean_difference == pytest.approx(difference, rel=1e-14)


def test_float_noise_does_not_move_a_point_mass_off_the_edge() -> None:
    # In floats 0.91 - 0.90 is above 0.01.
    assert 0.91 - 0.90 > 0.01
    assert triple(correlated_t([0.91] * 3, [0.90] * 3, **SPLIT, rope=0.01)) == (0, 1, 0)


@quick
@given(PAIRS, st.sampled_from([0.0, 0.5, 1.0]))
def test_swapping_swaps_the_probabilities_and_all_sum_to_one(pairs: np.ndarray, rope: float) -> None:
    there, back = correlated_t(*pairs, **SPLIT, rope=rope), correlated_t(*pairs[::-1], **SPLIT, rope=rope)
    assert triple(back) == pytest.approx(triple(there)[::-1], abs=1e-15)
    assert sum(triple(there)) == pytest.approx(1, rel=1e-12)
    assert min(triple(there)) >= 0
    assert (back.low, back.high) == pytest.approx((-there.high, -there.low))


@quick
@given(PAIRS, st.lists(st.floats(0, 10), min_size=2, max_size=5))
def test_a_wider_region_takes_from_both_sides(pairs: np.ndarray, ropes: list[float]) -> None:
    found = [correlated_t(*pairs, **SPLIT, rope=rope) for rope in sorted(ropes)]
    for one, wider in zip(found, found[1:], strict=False):
        assert wider.p_equivalent >= one.p_equivalent
        assert wider.p_first_lower <= one.p_first_lower
        assert wider.p_first_higher <= one.p_first_higher


@quick
@given(PAIRS, st.sampled_from([1e-200, 0.1, 1 / 3, 1e200]), st.randoms(use_true_random=False))
def test_unit_and_order_of_the_trials_do_not_matter(pairs: np.ndarray, unit: float, random: Random) -> None:
    order = list(range(pairs.shape[1]))
    random.shuffle(order)
    here = correlated_t(*pairs, **SPLIT, rope=1.0)
    there = correlated_t(*(pairs[:, order] * unit), **SPLIT, rope=unit)
    assert triple(there) == pytest.approx(triple(here), abs=1e-12)


@pytest.mark.parametrize("level", [0, 1, -0.1, 50])
def test_a_quantile_needs_a_probability(level: float) -> None:
    found = correlated_t(*accuracies(0, 5), **SPLIT, rope=0)
    with pytest.raises(ValueError, match=r"^`probabilities` must be in \(0, 1\); got .*\. Write 5 % as 0\.05\.$"):
        found.quantile([0.5, level])
