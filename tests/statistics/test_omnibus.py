"""Friedman and Iman-Davenport against scipy, an analysis of variance, and published numbers."""

import numpy as np
import pytest
from scipy import stats

from eligo.statistics import friedman, iman_davenport

INF = float("inf")


def tied_scores(seed: int, n_blocks: int, n_methods: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 4, (n_blocks, n_methods)).astype(float)


def f_of_ranks(scores: np.ndarray) -> float:
    """F of methods in a two-way analysis of variance of the ranks, by its definition."""
    ranks = np.array([stats.rankdata(row) for row in scores])
    n_blocks, n_methods = ranks.shape
    grand = ranks.mean()
    between = sum(n_blocks * (column.mean() - grand) ** 2 for column in ranks.T)
    residual = sum(
        (ranks[i, j] - ranks[i].mean() - ranks[:, j].mean() + grand) ** 2
        for i in range(n_blocks)
        for j in range(n_methods)
    )
    return (between / (n_methods - 1)) / (residual / ((n_methods - 1) * (n_blocks - 1)))


@pytest.mark.parametrize(("n_blocks", "n_methods"), [(2, 3), (6, 4), (50, 7)])
@pytest.mark.parametrize("seed", range(3))
def test_friedman_equals_scipy(seed: int, n_blocks: int, n_methods: int) -> None:
    scores = tied_scores(seed, n_blocks, n_methods)
    expected = stats.friedmanchisquare(*scores.T)
    found = friedman(scores)
    assert found.statistic == pytest.approx(expected.statistic, rel=1e-12)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-10)
    assert (found.n_blocks, found.n_methods, found.degrees_of_freedom) == (n_blocks, n_methods, n_methods - 1)


@pytest.mark.parametrize(("n_blocks", "n_methods"), [(3, 2), (6, 4), (50, 7)])
@pytest.mark.parametrize("seed", range(3))
def test_iman_davenport_is_the_analysis_of_variance_of_ranks(seed: int, n_blocks: int, n_methods: int) -> None:
    scores = tied_scores(seed, n_blocks, n_methods)
    scores[0] = range(n_methods)
    scores[1] = range(n_methods, 0, -1)
    found = iman_davenport(scores)
    degrees = (n_methods - 1, (n_methods - 1) * (n_blocks - 1))
    assert found.statistic == pytest.approx(f_of_ranks(scores), rel=1e-10)
    assert found.degrees_of_freedom == degrees
    assert found.p_value == pytest.approx(1 - stats.f.cdf(found.statistic, *degrees), abs=1e-12)


def test_two_methods_make_mcnemar_s_test() -> None:
    # 9 wins, 3 losses and 4 ties: (9 - 3)^2 / (9 + 3), ties without weight.
    scores = np.array([[0, 1]] * 9 + [[1, 0]] * 3 + [[1, 1]] * 4)
    found = friedman(scores)
    assert found.statistic == pytest.approx(36 / 12)
    assert found.p_value == pytest.approx(stats.chi2.sf(3.0, 1))


def test_published_friedman_with_ties(rounding_times: np.ndarray) -> None:
    # R, ?friedman.test: "Friedman chi-squared = 11.143, df = 2, p-value = 0.003805".
    found = friedman(rounding_times)
    assert found.statistic == pytest.approx(11.143, abs=5e-4)
    assert found.degrees_of_freedom == 2
    assert found.p_value == pytest.approx(0.003805, abs=5e-7)


def test_published_statistics_without_correction_for_ties(demsar_scores: np.ndarray) -> None:
    # Demšar (2006), section 3.2.2, computed without the correction from ranks of three decimals.
    found = friedman(demsar_scores, lower_is_better=False)
    uncorrected = found.statistic * found.tie_correction
    assert uncorrected == pytest.approx(9.28, abs=0.01)
    assert 13 * uncorrected / (14 * 3 - uncorrected) == pytest.approx(3.69, abs=0.01)
    assert found.tie_correction == pytest.approx(1 - (6 + 6 + 60 + 6) / (14 * (4**3 - 4)))
    np.testing.assert_allclose(found.mean_ranks, [3.143, 2.000, 2.893, 1.964], atol=5e-4)


def test_published_statistics_without_ties() -> None:
    # R package scmamp on 9 methods and 2 data sets, as printed in a question on Cross Validated (March 2018):
    # "Friedman's chi-squared = 11.733, df = 8, p-value = 0.1635",
    # "Corrected Friedman's chi-squared = 2.75, df1 = 8, df2 = 8, p-value = 0.08697".
    ranks = [[1, 8, 6, 4, 7, 2, 5, 3, 9], [1, 6, 3, 9, 7, 2, 8, 4, 5]]
    plain, corrected = friedman(ranks), iman_davenport(ranks)
    assert plain.statistic == pytest.approx(11.733, abs=5e-4)
    assert plain.p_value == pytest.approx(0.1635, abs=5e-5)
    assert plain.tie_correction == 1
    assert corrected.statistic == pytest.approx(2.75, abs=5e-3)
    assert corrected.p_value == pytest.approx(0.08697, abs=5e-6)
    assert corrected.degrees_of_freedom == (8, 8)


def test_an_infinite_score_counts_as_the_largest() -> None:
    scores = tied_scores(0, 12, 4)
    diverged, large = scores.copy(), scores.copy()
    diverged[[0, 3, 3], [1, 0, 2]] = INF
    large[[0, 3, 3], [1, 0, 2]] = 1e9
    assert friedman(diverged).statistic == friedman(large).statistic
    assert iman_davenport(diverged) == iman_davenport(large)


@pytest.mark.parametrize("value", [0.5, INF])
def test_identical_methods_differ_in_nothing(value: float) -> None:
    scores = np.full((5, 3), value)
    assert (friedman(scores).statistic, friedman(scores).p_value) == (0, 1)
    assert friedman(scores).tie_correction == 0
    assert (iman_davenport(scores).statistic, iman_davenport(scores).p_value) == (0, 1)


def test_balanced_blocks_give_zero() -> None:
    cyclic = [[1, 2, 3], [2, 3, 1], [3, 1, 2]]
    assert (friedman(cyclic).statistic, friedman(cyclic).p_value) == (0, 1)
    assert (iman_davenport(cyclic).statistic, iman_davenport(cyclic).p_value) == (0, 1)


@pytest.mark.parametrize("block", [[0.1, 0.2, 0.3], [0.1, 0.2, 0.2], [0.1, 0.7]])
def test_blocks_that_agree_reach_the_maximum(block: list[float]) -> None:
    scores = np.array([block] * 7)
    assert friedman(scores).statistic == pytest.approx(7 * (len(block) - 1), rel=1e-14)
    assert (iman_davenport(scores).statistic, iman_davenport(scores).p_value) == (INF, 0)


def test_direction_turns_the_ranks_and_not_the_test(demsar_scores: np.ndarray) -> None:
    lower, higher = friedman(demsar_scores), friedman(demsar_scores, lower_is_better=False)
    assert lower.statistic == pytest.approx(higher.statistic, rel=1e-14)
    np.testing.assert_allclose(lower.mean_ranks + higher.mean_ranks, 5, rtol=1e-14)
