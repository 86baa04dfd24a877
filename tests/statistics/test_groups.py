"""Groups of methods that no test tells apart, against a search over all runs of neighbours."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eligo.statistics import cliques


def symmetric(n_methods: int, significant: set[tuple[int, int]]) -> np.ndarray:
    matrix = np.ones((n_methods, n_methods))
    for first, second in significant:
        matrix[first, second] = matrix[second, first] = 0.001
    return matrix


def maximal_runs(order: list[int], matrix: np.ndarray, alpha: float) -> list[tuple[int, ...]]:
    """All runs of neighbours without a significant pair, less those inside another."""
    runs = [
        tuple(order[start:end])
        for start in range(len(order))
        for end in range(start + 2, len(order) + 1)
        if all(matrix[a, b] > alpha for a, b in combinations(order[start:end], 2))
    ]
    return [run for run in runs if not any(set(run) < set(other) for other in runs)]


@st.composite
def diagrams(draw: st.DrawFn) -> tuple[list[int], np.ndarray]:
    n_methods = draw(st.integers(2, 7))
    ranks = draw(st.permutations(range(1, n_methods + 1)))
    pairs = list(combinations(range(n_methods), 2))
    return ranks, symmetric(n_methods, draw(st.sets(st.sampled_from(pairs))))


@settings(deadline=None, max_examples=200)
@given(diagrams())
def test_equal_to_a_search_over_all_runs(diagram: tuple[list[int], np.ndarray]) -> None:
    ranks, matrix = diagram
    order = sorted(range(len(ranks)), key=lambda method: ranks[method])
    assert list(cliques(ranks, matrix)) == maximal_runs(order, matrix, 0.05)


@pytest.mark.parametrize(
    ("significant", "expected"),
    [
        (set(), ((0, 1, 2, 3),)),
        (set(combinations(range(4), 2)), ()),
        ({(0, 3)}, ((0, 1, 2), (1, 2, 3))),
        ({(1, 2)}, ((0, 1), (2, 3))),
        # 0 is like 2 and 3, and 1 like 3, yet no two neighbours are alike.
        ({(0, 1), (1, 2), (2, 3)}, ()),
        ({(0, 2)}, ((0, 1), (1, 2, 3))),
    ],
)
def test_small_cases(significant: set[tuple[int, int]], expected: tuple[tuple[int, ...], ...]) -> None:
    assert cliques([1.1, 2.2, 2.9, 3.8], symmetric(4, significant)) == expected


def test_methods_are_named_by_index_in_order_of_rank() -> None:
    # Ranks order the methods 2, 0, 1; only 2 and 1 differ.
    assert cliques([2.0, 2.8, 1.2], symmetric(3, {(1, 2)})) == ((2, 0), (0, 1))


def test_a_group_needs_p_above_alpha() -> None:
    matrix = np.array([[1.0, 0.05], [0.05, 1.0]])
    assert cliques([1.4, 1.6], matrix, alpha=0.05) == ()
    assert cliques([1.4, 1.6], matrix, alpha=0.049) == ((0, 1),)


def test_equal_ranks_are_ordered_by_index_and_the_diagonal_is_not_read() -> None:
    matrix = symmetric(4, {(0, 3)})
    np.fill_diagonal(matrix, 0.0)
    assert cliques([2.5, 2.5, 2.5, 2.5], matrix) == ((0, 1, 2), (1, 2, 3))
    assert cliques([1.0], [[1.0]]) == ()
