"""Mean ranks against a count of who beats whom."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from eligo.statistics import mean_ranks

INF = float("inf")
# Whole numbers, so that ties occur and adding a constant is exact; infinities for diverged runs.
SCORES = arrays(
    np.float64,
    st.tuples(st.integers(1, 6), st.integers(2, 5)),
    elements=st.one_of(st.integers(-3, 3).map(float), st.just(INF)),
)
quick = settings(deadline=None, max_examples=60)


def ranks_by_counting(scores: np.ndarray) -> np.ndarray:
    """A method's rank is 1, plus the methods that beat it, plus half of the others that tie with it."""
    ranks = np.zeros(scores.shape)
    for block, row in enumerate(scores):
        for method, score in enumerate(row):
            beaten_by = sum(other < score for other in row)
            tied_with = sum(other == score for other in row) - 1
            ranks[block, method] = 1 + beaten_by + tied_with / 2
    return ranks.mean(axis=0)


@quick
@given(SCORES)
def test_ranks_equal_counting(scores: np.ndarray) -> None:
    np.testing.assert_allclose(mean_ranks(scores), ranks_by_counting(scores), rtol=1e-14)


@quick
@given(SCORES)
def test_ranks_sum_to_a_constant(scores: np.ndarray) -> None:
    n_methods = scores.shape[1]
    assert mean_ranks(scores).sum() == pytest.approx(n_methods * (n_methods + 1) / 2)


@quick
@given(SCORES, st.randoms(use_true_random=False))
def test_permuted_methods_have_permuted_ranks(scores: np.ndarray, random: Random) -> None:
    order = list(range(scores.shape[1]))
    random.shuffle(order)
    np.testing.assert_array_equal(mean_ranks(scores[:, order]), mean_ranks(scores)[order])


@quick
@given(SCORES, st.integers(-50, 50))
def test_a_constant_added_to_a_block_changes_nothing(scores: np.ndarray, constant: int) -> None:
    moved = scores.copy()
    moved[0] += constant
    np.testing.assert_array_equal(mean_ranks(moved), mean_ranks(scores))


@quick
@given(SCORES)
def test_higher_is_better_is_lower_is_better_of_the_negative(scores: np.ndarray) -> None:
    np.testing.assert_array_equal(mean_ranks(-scores, lower_is_better=False), mean_ranks(scores))


def test_published_ranks(demsar_scores: np.ndarray) -> None:
    # Demšar (2006), Table 6, last row.
    expected = [3.143, 2.000, 2.893, 1.964]
    np.testing.assert_allclose(mean_ranks(demsar_scores, lower_is_better=False), expected, atol=5e-4)


def test_diverged_runs_rank_last_and_tie() -> None:
    np.testing.assert_array_equal(mean_ranks([[INF, 0.1, INF, 0.2]]), [3.5, 1, 3.5, 2])
    np.testing.assert_array_equal(mean_ranks([[-INF, 0.1, 0.2]], lower_is_better=False), [3, 2, 1])


def test_whole_numbers_of_any_type_are_ranked() -> None:
    np.testing.assert_array_equal(mean_ranks(np.array([[0, 2, 1]], dtype=np.uint8), lower_is_better=False), [3, 1, 2])


def test_float_noise_ties() -> None:
    np.testing.assert_array_equal(mean_ranks([[0.1 + 0.2, 0.3, 0.4]]), [1.5, 1.5, 3])
    np.testing.assert_array_equal(mean_ranks([[-0.3, -(0.1 + 0.2), 0.4]], lower_is_better=False), [2.5, 2.5, 1])
    np.testing.assert_array_equal(mean_ranks([[1.0, 1.0 + 1e-10, 1e-200], [2e-200, 1e-200, 0.0]]), [2.5, 2.5, 1])


def test_one_run_that_blew_up_does_not_make_noise_of_the_others() -> None:
    np.testing.assert_array_equal(mean_ranks([[0.6, 0.5, 1e15, 1e-20, 2e-20]]), [4, 3, 5, 1, 2])
