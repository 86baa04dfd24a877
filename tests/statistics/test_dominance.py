"""Vargha-Delaney and Cliff against a comparison of every pair of runs, and Mann-Whitney's U."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from eligo.statistics import cliffs_delta, vargha_delaney

INF = float("inf")
RUNS = arrays(
    np.float64,
    st.integers(1, 8),
    elements=st.one_of(st.integers(-3, 3).map(float), st.sampled_from([INF, -INF])),
)
quick = settings(deadline=None, max_examples=80)


@quick
@given(RUNS, RUNS)
def test_equal_to_comparing_every_pair(first: np.ndarray, second: np.ndarray) -> None:
    larger = sum(a > b for a in first for b in second) / (first.size * second.size)
    smaller = sum(a < b for a in first for b in second) / (first.size * second.size)
    equal = sum(a == b for a in first for b in second) / (first.size * second.size)
    assert vargha_delaney(first, second) == pytest.approx(larger + equal / 2, abs=1e-14)
    assert cliffs_delta(first, second) == pytest.approx(larger - smaller, abs=1e-14)


@quick
@given(RUNS, RUNS)
def test_swapping_turns_them_over(first: np.ndarray, second: np.ndarray) -> None:
    assert cliffs_delta(second, first) == -cliffs_delta(first, second)
    assert vargha_delaney(second, first) == pytest.approx(1 - vargha_delaney(first, second), abs=1e-15)


def test_equal_to_mann_whitney() -> None:
    rng = np.random.default_rng(3)
    first, second = rng.normal(0.5, size=30), rng.normal(size=45)
    u = stats.mannwhitneyu(first, second).statistic
    assert vargha_delaney(first, second) == pytest.approx(u / (30 * 45), rel=1e-14)


def test_complete_dominance() -> None:
    assert (vargha_delaney([2, 3], [0, 1]), cliffs_delta([2, 3], [0, 1])) == (1, 1)
    assert (vargha_delaney([0, 1], [2, INF]), cliffs_delta([0, 1], [2, INF])) == (0, -1)
    assert (vargha_delaney([INF], [INF]), cliffs_delta([1], [1])) == (0.5, 0)


def test_float_noise_ties() -> None:
    assert vargha_delaney([0.1 + 0.2, 1e15], [0.3]) == 0.75
    assert cliffs_delta([0.1 + 0.2, 0.7], [0.3, 1e15]) == -0.25


def test_ties_draw_cliff_s_delta_to_zero() -> None:
    assert cliffs_delta([1, 1, 2], [1, 1, 1]) == pytest.approx(3 / 9)
