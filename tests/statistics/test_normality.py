"""Shapiro and Wilk's test against published results, scipy, and the closed form for three values."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from eligo.statistics import shapiro_wilk


def test_published_results() -> None:
    # Shapiro & Wilk (1965), example 3: weights in pounds of 11 men, W = 0.79, p below 0.01.
    weights = [148, 154, 158, 160, 161, 162, 166, 170, 182, 195, 236]
    found = shapiro_wilk(weights)
    assert found.statistic == pytest.approx(0.79, abs=5e-3)
    assert found.p_value < 0.01
    # R, shapiro.test(mtcars$wt): "W = 0.94326, p-value = 0.09265".
    cars = (
        "2.620 2.875 2.320 3.215 3.440 3.460 3.570 3.190 3.150 3.440 3.440 4.070 3.730 3.780 5.250 5.424 "
        "5.345 2.200 1.615 1.835 2.465 3.520 3.435 3.840 3.845 1.935 2.140 1.513 3.170 2.770 3.570 2.780"
    )
    found = shapiro_wilk([float(weight) for weight in cars.split()])
    assert found.statistic == pytest.approx(0.94326, abs=5e-6)
    assert found.p_value == pytest.approx(0.09265, abs=5e-6)
    assert (found.n_values, found.n_distinct) == (32, 29)


@settings(deadline=None, max_examples=50)
@given(st.floats(0.01, 0.99))
def test_three_values_by_hand(middle: float) -> None:
    # The weights are -1, 0 and 1 over the square root of 2, and the distribution of W is an arcsine.
    values = np.array([0.0, middle, 1.0])
    w = 0.5 / np.square(values - values.mean()).sum()
    p = 6 / np.pi * (np.arcsin(np.sqrt(w)) - np.arcsin(np.sqrt(0.75)))
    found = shapiro_wilk(values)
    assert found.statistic == pytest.approx(w, rel=1e-9)
    assert found.p_value == pytest.approx(p, abs=1e-7)


@pytest.mark.parametrize("n_values", [3, 4, 11, 12, 50, 5000])
def test_equal_to_scipy(n_values: int) -> None:
    values = np.random.default_rng(n_values).exponential(size=n_values)
    expected, found = stats.shapiro(values), shapiro_wilk(values)
    assert found.statistic == pytest.approx(expected.statistic, rel=1e-9)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-6)


@pytest.mark.parametrize(("unit", "origin"), [(1e-200, 0.0), (1e300, 0.0), (-1.0, 0.0), (0.001, 100.0)])
def test_unit_origin_and_order_do_not_matter(unit: float, origin: float) -> None:
    values = np.random.default_rng(1).exponential(size=20)
    here, there = shapiro_wilk(values), shapiro_wilk(origin + unit * values[::-1])
    assert there.statistic == pytest.approx(here.statistic, rel=1e-8)
    assert there.p_value == pytest.approx(here.p_value, rel=1e-6)


@pytest.mark.parametrize("values", [[0.7] * 9, [0.0] * 3, [0.9 - 0.8, 0.8 - 0.7, 0.1, 0.1]])
def test_equal_values_are_a_normal_distribution_of_width_zero(values: list[float]) -> None:
    found = shapiro_wilk(values)
    assert (found.statistic, found.p_value, found.n_distinct) == (1, 1, 1)


def test_few_different_values_are_counted() -> None:
    found = shapiro_wilk([0.9, 0.9, 0.9, 0.8, 0.8, 0.7, 0.1 + 0.2, 0.3])
    assert found.n_distinct == 4


def test_normal_values_are_refused_as_often_as_the_level_says() -> None:
    # 1000 samples: 5 % with a standard error of 0.7 %.
    samples = np.random.default_rng(0).normal(size=(1000, 20))
    assert 0.03 < np.mean([shapiro_wilk(sample).p_value <= 0.05 for sample in samples]) < 0.07
