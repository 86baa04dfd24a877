"""Bootstrap intervals against scipy's formula on the same resamples, and against what they claim to cover."""

import numpy as np
import pytest
from scipy import stats

from eligo.statistics import Interval, interval_of_mean, paired_difference


def scipy_bca(values: np.ndarray, seed: int, confidence: float, n_resamples: int) -> tuple[float, float]:
    """The interval that scipy makes of the resampled means that this seed draws."""
    draws = np.random.default_rng(seed).multinomial(values.size, np.full(values.size, 1 / values.size), n_resamples)
    means = np.array([np.repeat(values, drawn).mean() for drawn in draws])
    given = stats.bootstrap((values,), np.mean, n_resamples=2, method="percentile", rng=0)
    given.bootstrap_distribution = means
    found = stats.bootstrap(
        (values,), np.mean, n_resamples=0, bootstrap_result=given, confidence_level=confidence, method="BCa"
    )
    return found.confidence_interval.low, found.confidence_interval.high


def skewed(seed: int, n_pairs: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    second = rng.normal(size=n_pairs)
    return second + rng.exponential(size=n_pairs) - 0.3, second


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.99])
@pytest.mark.parametrize("n_pairs", [8, 30])
def test_equal_to_scipy_on_the_same_resamples(n_pairs: int, confidence: float) -> None:
    first, second = skewed(n_pairs, n_pairs)
    low, high = scipy_bca(first - second, 5, confidence, 999)
    found = paired_difference(first, second, rng=5, confidence=confidence, n_resamples=999)
    assert found.estimate == pytest.approx((first - second).mean(), rel=1e-13)
    assert (found.low, found.high) == (pytest.approx(low, rel=1e-9), pytest.approx(high, rel=1e-9))
    assert found.confidence == confidence


def test_close_to_scipy_on_its_own_resamples() -> None:
    first, second = skewed(1, 40)
    expected = stats.bootstrap((first - second,), np.mean, n_resamples=20000, method="BCa", rng=1).confidence_interval
    found = paired_difference(first, second, rng=2, n_resamples=20000)
    width = expected.high - expected.low
    assert (found.low, found.high) == (
        pytest.approx(expected.low, abs=0.04 * width),
        pytest.approx(expected.high, abs=0.04 * width),
    )


def test_covers_the_mean_of_skewed_differences_about_as_often_as_it_says() -> None:
    # 800 samples of 40 exponentials as the points of one band: 95 % with a standard error of 0.8 %, less what
    # bootstrap intervals lack at this size (about 2 %).
    band = interval_of_mean(np.random.default_rng(0).exponential(size=(40, 800)), rng=1, n_resamples=2000)
    covered = ((band.low < 1) & (1 < band.high)).mean()
    assert 0.91 < covered < 0.96


def test_leans_to_the_longer_tail() -> None:
    found = paired_difference(np.r_[np.zeros(19), 1.0, 4.0], np.zeros(21), rng=0)
    assert found.high - found.estimate > 1.5 * (found.estimate - found.low)


def test_the_same_seed_gives_the_same_interval() -> None:
    first, second = skewed(4, 12)
    assert paired_difference(first, second, rng=7) == paired_difference(first, second, rng=np.random.default_rng(7))
    assert paired_difference(first, second, rng=7) != paired_difference(first, second, rng=8)


def test_swapping_turns_the_interval_over() -> None:
    first, second = skewed(4, 12)
    there, back = paired_difference(first, second, rng=3), paired_difference(second, first, rng=3)
    assert (back.estimate, back.low, back.high) == pytest.approx((-there.estimate, -there.high, -there.low))


def test_more_confidence_is_wider() -> None:
    first, second = skewed(4, 12)
    ends = [paired_difference(first, second, rng=3, confidence=c) for c in (0.5, 0.8, 0.95, 0.99)]
    assert [end.low for end in ends] == sorted((end.low for end in ends), reverse=True)
    assert [end.high for end in ends] == sorted(end.high for end in ends)


@pytest.mark.parametrize("difference", [0.0, 0.1, -3.0])
def test_constant_differences_have_an_interval_of_width_zero(difference: float) -> None:
    found = paired_difference(np.full(30, difference), np.zeros(30), rng=0)
    assert found == Interval(difference, difference, difference, 0.95)


def test_percentiles_where_the_acceleration_is_too_strong() -> None:
    # One pair of 200 differs: at a confidence of 1 - 1e-12 acceleration times quantile exceeds 1.
    values = np.r_[np.zeros(199), 1.0]
    found = paired_difference(values, np.zeros(200), rng=0, confidence=1 - 1e-12, n_resamples=500)
    draws = np.random.default_rng(0).multinomial(200, np.full(200, 1 / 200), 500)[:, -1] / 200
    assert (found.low, found.high) == (
        pytest.approx(draws.min(), abs=1e-9),
        pytest.approx(draws.max(), abs=1e-9),
    )


def test_a_mean_met_exactly_by_resamples_leaves_symmetric_data_symmetric() -> None:
    # Wins and losses in equal number: a quarter of all resamples has mean 0, counted half to either side.
    found = paired_difference(0.1 * np.array([1.0, -1.0] * 5), np.zeros(10), rng=0, n_resamples=20000)
    assert found.estimate == pytest.approx(0, abs=1e-16)
    assert found.low == pytest.approx(-found.high)


@pytest.mark.parametrize("unit", [1e-200, 1e-6, 1e150])
def test_the_unit_of_the_scores_is_the_unit_of_the_interval(unit: float) -> None:
    first, second = skewed(4, 12)
    here, there = (
        paired_difference(first, second, rng=3),
        paired_difference(first * unit, second * unit, rng=3),
    )
    assert (there.low / unit, there.high / unit) == pytest.approx((here.low, here.high), rel=1e-9)


def test_a_band_is_the_interval_of_each_of_its_points() -> None:
    curves = np.random.default_rng(6).exponential(size=(15, 4)) + np.arange(4)
    curves[:, 2] = 0.7
    band = interval_of_mean(curves, rng=9, confidence=0.9, n_resamples=500)
    for point in range(4):
        alone = paired_difference(curves[:, point], np.zeros(15), rng=9, confidence=0.9, n_resamples=500)
        assert band.estimate[point] == pytest.approx(alone.estimate, rel=1e-12)
        assert band.low[point] == pytest.approx(alone.low, rel=1e-9)
        assert band.high[point] == pytest.approx(alone.high, rel=1e-9)
    assert (band.low[2], band.estimate[2], band.high[2]) == (0.7, 0.7, 0.7)
    assert band.confidence == 0.9
