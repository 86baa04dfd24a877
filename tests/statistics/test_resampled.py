"""Nadeau and Bengio's test against baycomp and the ordinary t-test."""

import baycomp
import numpy as np
import pytest
from scipy import stats

from eligo.statistics import nadeau_bengio


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
