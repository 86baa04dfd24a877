"""Every pair by Wilcoxon, adjusted by Holm and Bonferroni, against scikit-posthocs."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import scikit_posthocs

from eligo.statistics import PairwiseResult, rank_biserial, wilcoxon, wilcoxon_bonferroni, wilcoxon_holm

INF = float("inf")


def trials(seed: int, n_blocks: int, n_methods: int, decimals: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(size=(n_blocks, n_methods))
    return np.round(noise + 0.4 * np.arange(n_methods), decimals)


# With two decimals the 30 blocks tie. Of so few scores float noise would tie some, so they are whole numbers.
@pytest.mark.parametrize(("n_blocks", "decimals"), [(8, 12), (50, 12), (60, 12), (30, 0)])
@pytest.mark.parametrize(("compare", "adjustment"), [(wilcoxon_holm, "Holm"), (wilcoxon_bonferroni, "Bonferroni")])
def test_equal_to_scikit_posthocs(
    compare: Callable[..., PairwiseResult], adjustment: str, n_blocks: int, decimals: int
) -> None:
    scores = trials(n_blocks, n_blocks, 5, decimals)
    melted = pd.DataFrame(scores).melt(var_name="method", value_name="score")
    expected = scikit_posthocs.posthoc_wilcoxon(
        melted, val_col="score", group_col="method", zero_method="zsplit", p_adjust=adjustment.lower()
    )
    found = compare(scores)
    np.testing.assert_allclose(found.adjusted_matrix, expected.to_numpy(), rtol=1e-10)
    assert (found.n_zero.sum() > 0) == (decimals == 0)
    assert found.adjustment == adjustment


def test_each_row_is_the_test_of_its_pair() -> None:
    scores = trials(0, 20, 4, 0)
    found = wilcoxon_holm(scores)
    assert found.pairs.tolist() == [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]
    for row, (first, second) in enumerate(found.pairs):
        alone = wilcoxon(scores[:, first], scores[:, second])
        assert found.p_values[row] == alone.p_value
        assert found.n_zero[row] == alone.n_zero
        assert found.rank_biserial[row] == pytest.approx(rank_biserial(scores[:, first], scores[:, second]))
    # Later methods have larger scores, so the first of each pair is the smaller.
    assert (found.rank_biserial < 0).all()


def test_significant_is_at_most_alpha() -> None:
    # Six blocks, all one way: p is 2 / 2^6 for the one pair, exactly.
    scores = np.array([[0.0, float(block)] for block in range(1, 7)])
    assert wilcoxon_holm(scores).adjusted_p_values.tolist() == [0.03125]
    assert wilcoxon_holm(scores, alpha=0.03125).is_significant.tolist() == [True]
    assert wilcoxon_holm(scores, alpha=0.03124).is_significant.tolist() == [False]
    assert wilcoxon_holm(scores).alpha == 0.05


def test_significant_after_adjustment() -> None:
    # Six blocks give p = 0.03125 at best, which three pairs lift above 0.05.
    scores = np.arange(1.0, 7.0)[:, None] * [1, 2, 4]
    found = wilcoxon_holm(scores)
    assert found.p_values.tolist() == [0.03125] * 3
    assert not found.is_significant.any()


def test_matrix_is_symmetric_with_ones_on_the_diagonal() -> None:
    found = wilcoxon_holm(trials(1, 12, 6, 12))
    matrix = found.adjusted_matrix
    np.testing.assert_array_equal(matrix, matrix.T)
    np.testing.assert_array_equal(matrix.diagonal(), 1)
    np.testing.assert_array_equal(matrix[tuple(found.pairs.T)], found.adjusted_p_values)
    assert (matrix.shape, found.n_methods) == ((6, 6), 6)


def test_permuted_methods_have_a_permuted_matrix() -> None:
    scores, order = trials(2, 12, 5, 12), [3, 0, 4, 2, 1]
    expected = wilcoxon_holm(scores).adjusted_matrix[np.ix_(order, order)]
    np.testing.assert_array_equal(wilcoxon_holm(scores[:, order]).adjusted_matrix, expected)


def test_a_method_that_diverges_always_is_told_apart() -> None:
    scores = trials(3, 10, 3, 12)
    scores[:, 1] = INF
    found = wilcoxon_holm(scores)
    assert found.rank_biserial[[0, 2]].tolist() == [-1, 1]
    assert found.is_significant[[0, 2]].all()


def test_one_block_decides_nothing() -> None:
    assert wilcoxon_holm([[0.1, 0.2, 0.9]]).adjusted_p_values.tolist() == [1, 1, 1]


def test_bonferroni_finds_at_most_what_holm_finds() -> None:
    # Nine blocks: 2 / 2^9 times 10 pairs is 0.039, so that some pairs are found by both.
    scores = trials(4, 9, 5, 12) + 0.7 * np.arange(5)
    step_down, single = wilcoxon_holm(scores), wilcoxon_bonferroni(scores)
    np.testing.assert_array_equal(single.p_values, step_down.p_values)
    assert (single.adjusted_p_values >= step_down.adjusted_p_values).all()
    assert (single.adjusted_p_values > step_down.adjusted_p_values).any()
    assert step_down.is_significant[single.is_significant].all()
    assert single.is_significant.any()
