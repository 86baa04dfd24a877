"""Bootstrap intervals against scipy's formula on the same resamples, and against what they claim to cover."""

import tracemalloc

import numpy as np
import pytest
from scipy import stats

from eligo.statistics import Interval, bootstrap, interval_of_mean, paired_difference, ratio_of_means


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


def test_float_noise_is_no_spread() -> None:
    # In decimals the differences are 0.1 throughout, and then 0 throughout; in floats they are not.
    found = paired_difference([0.9, 0.8, 0.7, 0.6], [0.8, 0.7, 0.6, 0.5], rng=0)
    assert found.low == found.estimate == found.high == pytest.approx(0.1, rel=1e-14)
    found = paired_difference([0.1 + 0.2, 0.3, 0.3], [0.3, 0.3, 0.3], rng=0)
    assert (found.low, found.estimate, found.high) == (0, 0, 0)
    band = interval_of_mean([[0.1 + 0.2], [0.3], [0.3]], rng=0)
    assert (band.high - band.low).tolist() == [0]


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


def costs(seed: int, n_pairs: int) -> tuple[np.ndarray, np.ndarray]:
    """Labels of two methods that share what makes a trial hard, the first taking about 0.6 of the second's."""
    rng = np.random.default_rng(seed)
    hardness = rng.lognormal(3, 0.4, n_pairs)
    return 0.6 * hardness * rng.lognormal(0, 0.2, n_pairs), hardness * rng.lognormal(0, 0.2, n_pairs)


def ratio(first: np.ndarray, second: np.ndarray, axis: int = -1) -> np.ndarray:
    return first.mean(axis=axis) / second.mean(axis=axis)


def bca_of_ratio(first: np.ndarray, second: np.ndarray, seed: int, confidence: float, n: int) -> np.ndarray:
    """Efron's formula, written out, on the resamples that this seed draws; quantiles by numpy."""
    draws = np.random.default_rng(seed).multinomial(first.size, np.full(first.size, 1 / first.size), n)
    ratios = np.array([np.repeat(first, drawn).mean() / np.repeat(second, drawn).mean() for drawn in draws])
    pulls = first / first.mean() - second / second.mean()
    estimate = ratio(first, second)
    # Nine pairs are at times resampled as they are: that one is half below its own ratio.
    below = np.where(np.isclose(ratios, estimate, rtol=1e-12), 0.5, ratios < estimate)
    z0, a = stats.norm.ppf(below.mean()), (pulls**3).sum() / (6 * (pulls**2).sum() ** 1.5)
    z = z0 + stats.norm.ppf([(1 - confidence) / 2, (1 + confidence) / 2])
    return np.quantile(ratios, stats.norm.cdf(z0 + z / (1 - a * z)))


@pytest.mark.parametrize("confidence", [0.5, 0.95])
@pytest.mark.parametrize("n_pairs", [9, 30])
def test_ratio_equals_the_formula_on_the_same_resamples(n_pairs: int, confidence: float) -> None:
    first, second = costs(n_pairs, n_pairs)
    found = ratio_of_means(first, second, rng=5, confidence=confidence, n_resamples=999)
    expected = bca_of_ratio(first, second, 5, confidence, 999)
    assert found.estimate == pytest.approx(first.sum() / second.sum(), rel=1e-13)
    assert (found.low, found.high) == pytest.approx(tuple(expected), rel=1e-9)
    assert found.confidence == confidence


def test_ratio_is_close_to_scipy() -> None:
    first, second = costs(1, 40)
    expected = stats.bootstrap((first, second), ratio, paired=True, n_resamples=20000, method="BCa", rng=1)
    low, high = expected.confidence_interval
    found = ratio_of_means(first, second, rng=2, n_resamples=20000)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.04 * (high - low))


def test_ratio_is_close_to_fieller_s_interval_of_normal_scores() -> None:
    # Fieller (1954): the ratios r for which first - r * second has a mean that a t-test does not reject.
    rng = np.random.default_rng(0)
    shared = rng.normal(size=150)
    first, second = 6 + shared + rng.normal(size=150), 10 + shared + rng.normal(size=150)
    t = stats.t.isf(0.025, 149)
    xx, xy, yy = np.cov(first, second)[[0, 0, 1], [0, 1, 1]] * t**2 / 150
    mx, my = first.mean(), second.mean()
    ends = np.sort(np.roots([my**2 - yy, -2 * (mx * my - xy), mx**2 - xx]))
    found = ratio_of_means(first, second, rng=1, n_resamples=20000)
    assert (found.low, found.high) == pytest.approx(tuple(ends), abs=0.06 * (ends[1] - ends[0]))


def test_ratio_covers_the_true_one_about_as_often_as_it_says() -> None:
    # 400 samples of 40 pairs: 95 % with a standard error of 1.1 %, less the 2 % that such intervals lack.
    found = [ratio_of_means(*costs(seed, 40), rng=1, n_resamples=1000) for seed in range(400)]
    assert 0.90 < np.mean([interval.low < 0.6 < interval.high for interval in found]) < 0.98


def test_pairing_narrows_the_ratio() -> None:
    first, second = costs(1, 40)
    paired, unpaired = (
        ratio_of_means(first, second, rng=0),
        ratio_of_means(np.sort(first)[::-1], np.sort(second), rng=0),
    )
    assert paired.estimate == pytest.approx(unpaired.estimate)
    assert paired.high - paired.low < 0.6 * (unpaired.high - unpaired.low)


@pytest.mark.parametrize("seed", range(4))
def test_swapping_takes_the_reciprocal(seed: int) -> None:
    first, second = costs(seed, 15)
    there, back = ratio_of_means(first, second, rng=3), ratio_of_means(second, first, rng=3)
    assert (back.estimate, back.low, back.high) == pytest.approx(
        (1 / there.estimate, 1 / there.high, 1 / there.low), rel=1e-4
    )


@pytest.mark.parametrize(("up", "down"), [(1e200, 1.0), (1.0, 1e200), (1e-200, 1e-200), (-1.0, 1.0), (1.0, -2.0)])
def test_units_divide(up: float, down: float) -> None:
    first, second = costs(4, 12)
    here, there = ratio_of_means(first, second, rng=3), ratio_of_means(first * up, second * down, rng=3)
    ends = sorted((here.low * (up / down), here.high * (up / down)))
    assert (there.estimate, there.low, there.high) == pytest.approx((here.estimate * (up / down), *ends), rel=1e-9)


@pytest.mark.parametrize("multiple", [0.0, 0.3, 1.0, -7.0, 1e15 / 3])
def test_a_constant_ratio_has_an_interval_of_width_zero(multiple: float) -> None:
    second = costs(2, 25)[1]
    found = ratio_of_means(multiple * second, second, rng=0)
    assert found.low == found.estimate == found.high == pytest.approx(multiple, rel=1e-14)


def test_small_departures_from_a_constant_ratio_are_kept() -> None:
    second = costs(2, 25)[1]
    wobble = np.random.default_rng(0).normal(size=25)
    wide = ratio_of_means(0.3 * second + 1e-2 * wobble, second, rng=0)
    narrow = ratio_of_means(0.3 * second + 1e-8 * wobble, second, rng=0)
    assert (narrow.high - narrow.low) * 1e6 == pytest.approx(wide.high - wide.low, rel=1e-3)


def test_the_same_seed_gives_the_same_ratio() -> None:
    first, second = costs(4, 12)
    assert ratio_of_means(first, second, rng=7) == ratio_of_means(first, second, rng=np.random.default_rng(7))
    assert ratio_of_means(first, second, rng=7) != ratio_of_means(first, second, rng=8)


@pytest.mark.parametrize("of", ["mean", "ratio"])
def test_resamples_are_held_in_parts_which_change_nothing(of: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = costs(4, 200)
    interval = paired_difference if of == "mean" else ratio_of_means
    whole = interval(first, second, rng=7)
    monkeypatch.setattr(bootstrap, "MOST_DRAWS", 2**14)
    monkeypatch.setattr(bootstrap, "MOST_KEPT", 0)
    parted = interval(first, second, rng=7)
    assert (parted.estimate, parted.low, parted.high) == pytest.approx(
        (whole.estimate, whole.low, whole.high), rel=1e-9
    )


@pytest.mark.parametrize("of", ["mean", "ratio"])
@pytest.mark.parametrize("n_pairs", [3_000, 40_000])
def test_memory_is_what_the_bounds_say(of: str, n_pairs: int) -> None:
    """Three arrays of draws, the bytes that are kept, and what is as long as the pairs."""
    first, second = costs(4, n_pairs)
    bootstrap._kept.cache_clear()
    tracemalloc.start()
    (paired_difference if of == "mean" else ratio_of_means)(first, second, rng=7, n_resamples=1000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    kept = n_pairs * 1000 if n_pairs * 1000 <= bootstrap.MOST_KEPT else 0
    assert peak < kept + 3 * 8 * bootstrap.MOST_DRAWS + 40 * 8 * n_pairs + 2**20


def test_draws_of_a_seed_are_kept_and_no_other() -> None:
    """A seed gives what a new generator of it does, whether for the first time or not, and whatever came between."""
    first, second = skewed(4, 12)
    bootstrap._kept.cache_clear()
    expected = [paired_difference(first, second, rng=np.random.default_rng(seed)) for seed in (7, 8, 7)]
    assert bootstrap._kept.cache_info().currsize == 0
    found = [paired_difference(first, second, rng=seed) for seed in (7, 8, 7)]
    assert found == expected and bootstrap._kept.cache_info().hits == 1
    half = paired_difference(first[:6], second[:6], rng=7)
    assert half == paired_difference(first[:6], second[:6], rng=np.random.default_rng(7))
    rng = np.random.default_rng(7)
    paired_difference(first, second, rng=rng)
    assert paired_difference(first, second, rng=rng) != expected[0]  # a generator goes on


def test_single_denominators_of_the_other_sign_are_resampled_like_any_other() -> None:
    # Four of 40 trials below 0, the mean 6 standard errors above: Efron's formula, written out, knows no difference.
    rng = np.random.default_rng(3)
    second = rng.normal(1.0, 0.9, 40)
    first = 0.5 * second + rng.normal(0.1, 0.2, 40)
    assert (second <= 0).sum() == 4
    found = ratio_of_means(first, second, rng=5, n_resamples=999)
    expected = bca_of_ratio(first, second, 5, 0.95, 999)
    assert (found.estimate, found.low, found.high) == pytest.approx((ratio(first, second), *expected), rel=1e-9)


def test_denominators_of_both_signs_come_close_to_fieller() -> None:
    # Normal scores of 100 pairs, a denominator 5 standard errors above 0, so that Fieller's interval is far from even.
    rng = np.random.default_rng(1)
    second = rng.normal(0.5, 1.0, 100)
    first = 0.4 * second + rng.normal(0.1, 0.3, 100)
    t = stats.t.isf(0.025, 99)
    xx, xy, yy = np.cov(first, second)[[0, 0, 1], [0, 1, 1]] * t**2 / 100
    mx, my = first.mean(), second.mean()
    ends = np.sort(np.roots([my**2 - yy, -2 * (mx * my - xy), mx**2 - xx]))
    found = ratio_of_means(first, second, rng=1, n_resamples=20000)
    assert (found.low, found.high) == pytest.approx(tuple(ends), abs=0.1 * (ends[1] - ends[0]))


def test_a_denominator_whose_interval_reaches_zero_is_refused() -> None:
    rng = np.random.default_rng(0)
    noise = rng.normal(size=50)
    noise = (noise - noise.mean()) / noise.std(ddof=1)
    for standard_errors, is_refused in ((1.0, True), (4.0, False), (-1.0, True), (-4.0, False)):
        second = standard_errors / np.sqrt(50) + noise
        if is_refused:
            with pytest.raises(ValueError, match=r"^`second` must have a mean that is clearly not 0"):
                ratio_of_means(np.full(50, 0.5), second, rng=0)
        else:
            found = ratio_of_means(np.full(50, 0.5), second, rng=0)
            assert np.isfinite([found.low, found.high]).all()


def test_zeros_may_be_divided_by_unless_they_are_nearly_all() -> None:
    second = np.zeros(30)
    second[:10] = 1
    found = ratio_of_means(np.full(30, 0.5), second, rng=0)
    assert found.estimate == pytest.approx(15 / 10)
    assert np.isfinite([found.low, found.high]).all()
    second[2:] = 0  # 13 % of all resamples hold nothing but zeros: (28 / 30) ** 30
    with pytest.raises(ValueError, match=r"^`second` must have a mean that is clearly not 0"):
        ratio_of_means(np.full(30, 0.5), second, rng=0)
