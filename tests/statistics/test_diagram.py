"""A critical-difference diagram holds what the single functions say, in the order of ranks."""

import numpy as np
import pytest

from eligo.statistics import cliques, critical_difference, friedman, iman_davenport, nemenyi_cd, wilcoxon_holm

NAMES = ["C4.5", "C4.5+m", "C4.5+cf", "C4.5+m+cf"]


def test_published_diagram(demsar_scores: np.ndarray) -> None:
    # Demšar (2006), Table 6 and Figure 1.
    found = critical_difference(demsar_scores, names=NAMES, lower_is_better=False)
    assert found.names == ("C4.5+m+cf", "C4.5+m", "C4.5+cf", "C4.5")
    assert found.order.tolist() == [3, 1, 2, 0]
    np.testing.assert_allclose(found.mean_ranks, [1.964, 2.000, 2.893, 3.143], atol=5e-4)
    assert found.nemenyi_cd == pytest.approx(1.25, abs=0.01)


def test_every_part_is_in_the_order_of_ranks(demsar_scores: np.ndarray) -> None:
    found = critical_difference(demsar_scores, names=NAMES, alpha=0.1, lower_is_better=False)
    ordered = demsar_scores[:, [3, 1, 2, 0]]
    pairwise = wilcoxon_holm(ordered, alpha=0.1)
    np.testing.assert_array_equal(found.pairwise.adjusted_matrix, pairwise.adjusted_matrix)
    np.testing.assert_array_equal(found.pairwise.rank_biserial, pairwise.rank_biserial)
    np.testing.assert_array_equal(found.friedman.mean_ranks, found.mean_ranks)
    assert found.friedman.statistic == pytest.approx(friedman(demsar_scores).statistic, rel=1e-14)
    assert found.iman_davenport == iman_davenport(demsar_scores)
    assert found.nemenyi_cd == nemenyi_cd(4, 14, alpha=0.1)
    assert found.cliques == cliques(found.mean_ranks, pairwise.adjusted_matrix, alpha=0.1)
    assert (found.alpha, found.pairwise.alpha) == (0.1, 0.1)


def test_three_groups_of_methods() -> None:
    # Methods 1 and 3 are alike and best, 0 is alone, 4 and 2 are alike and worst; 40 blocks decide the rest.
    rng = np.random.default_rng(0)
    level = np.array([3.0, 0.0, 6.0, 0.0, 6.0])
    scores = level + rng.normal(size=(40, 5))
    found = critical_difference(scores, names=["a", "b", "c", "d", "e"])
    groups = [{found.names[position] for position in clique} for clique in found.cliques]
    assert groups == [{"b", "d"}, {"c", "e"}]
    assert found.names[2] == "a"


def test_the_order_of_the_columns_does_not_matter() -> None:
    scores, names = (
        np.random.default_rng(2).normal(size=(9, 4)) + [0, 1, 2, 3],
        np.array(["a", "b", "c", "d"]),
    )
    order = [2, 0, 3, 1]
    here = critical_difference(scores, names=list(names))
    there = critical_difference(scores[:, order], names=list(names[order]))
    assert (here.names, here.cliques) == (there.names, there.cliques)
    np.testing.assert_array_equal(here.pairwise.p_values, there.pairwise.p_values)


def test_equal_ranks_keep_the_order_of_the_columns() -> None:
    found = critical_difference(np.ones((3, 3)), names=["z", "a", "m"])
    assert (found.names, found.cliques) == (("z", "a", "m"), ((0, 1, 2),))
    assert found.friedman.p_value == 1


def test_a_diverged_method_comes_last() -> None:
    scores = np.array([[np.inf, 0.2, 0.3]] * 4)
    assert critical_difference(scores, names=["a", "b", "c"]).names == ("b", "c", "a")
    assert critical_difference(-scores, names=["a", "b", "c"], lower_is_better=False).names == ("b", "c", "a")
