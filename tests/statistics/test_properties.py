"""What holds of every statistic whatever the scores: ties, constants, diverged runs and few blocks among them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

from eligo.statistics import (
    bayesian_signed_rank,
    cliffs_delta,
    correlated_t,
    critical_difference,
    friedman,
    iman_davenport,
    interval_of_mean,
    nadeau_bengio,
    paired_difference,
    rank_biserial,
    vargha_delaney,
    wilcoxon,
    wilcoxon_holm,
)

GRID = st.integers(-6, 6).map(lambda n: n / 4)  # exact in floats, and full of ties
SCORES = st.tuples(st.integers(2, 14), st.integers(2, 5)).flatmap(
    lambda shape: arrays.arrays(np.float64, shape, elements=st.one_of(GRID, st.just(np.inf)))
)
FINITE = st.tuples(st.integers(2, 14), st.integers(2, 4)).flatmap(
    lambda shape: arrays.arrays(np.float64, shape, elements=GRID)
)
SHUFFLES = st.randoms(use_true_random=False)


def shuffled(rows: np.ndarray, shuffle) -> np.ndarray:
    order = list(range(len(rows)))
    shuffle.shuffle(order)
    return rows[order]


@given(SCORES, SHUFFLES)
def test_the_order_of_blocks_does_not_matter(scores: np.ndarray, shuffle) -> None:
    again = shuffled(scores, shuffle)
    for test in (friedman, iman_davenport):
        assert test(again).statistic == test(scores).statistic and test(again).p_value == test(scores).p_value
    one, other = wilcoxon_holm(scores), wilcoxon_holm(again)
    np.testing.assert_allclose(one.p_values, other.p_values, rtol=1e-12)
    np.testing.assert_allclose(one.adjusted_p_values, other.adjusted_p_values, rtol=1e-12)


@given(SCORES)
def test_rank_tests_over_blocks_see_the_order_alone(scores: np.ndarray) -> None:
    """Any rising function of a block leaves Friedman's test as it is; infinity stays the worst."""
    risen = np.where(np.isinf(scores), np.inf, np.exp(np.where(np.isinf(scores), 0, scores)) * 3 + 1)
    assert friedman(risen).statistic == friedman(scores).statistic
    assert iman_davenport(risen).p_value == iman_davenport(scores).p_value


@given(SCORES)
def test_every_p_is_a_probability_and_adjusting_never_lowers_it(scores: np.ndarray) -> None:
    for test in (friedman(scores), iman_davenport(scores)):
        assert 0 <= test.p_value <= 1 and test.statistic >= 0
    pairs = wilcoxon_holm(scores)
    assert ((pairs.p_values >= 0) & (pairs.p_values <= pairs.adjusted_p_values) & (pairs.adjusted_p_values <= 1)).all()
    assert (np.abs(pairs.rank_biserial) <= 1).all()


@given(SCORES)
def test_swapping_two_methods_turns_signs_and_leaves_p(scores: np.ndarray) -> None:
    first, second = scores[:, 0], scores[:, 1]
    one, other = wilcoxon(first, second), wilcoxon(second, first)
    assert one.p_value == other.p_value and one.rank_biserial == -other.rank_biserial
    assert rank_biserial(first, second) == -rank_biserial(second, first)
    assert cliffs_delta(first, second) == -cliffs_delta(second, first)
    assert vargha_delaney(first, second) + vargha_delaney(second, first) == pytest.approx(1)
    turned = [
        bayesian_signed_rank(*pair, rope=0.25, rng=3, n_samples=200) for pair in ((first, second), (second, first))
    ]
    assert turned[0].p_first_lower == turned[1].p_first_higher and turned[0].p_equivalent == turned[1].p_equivalent


@given(FINITE)
def test_friedman_and_wilcoxon_equal_scipy_with_ties(scores: np.ndarray) -> None:
    if scores.shape[1] > 2 and np.ptp(scores, axis=1).any():
        expected = stats.friedmanchisquare(*scores.T)
        found = friedman(scores)
        assert (found.statistic, found.p_value) == pytest.approx(tuple(expected), rel=1e-9, abs=1e-12)
    differences = scores[:, 0] - scores[:, 1]
    if differences.any():
        method = wilcoxon(scores[:, 0], scores[:, 1]).method
        if method == "normal":
            expected = stats.wilcoxon(differences, zero_method="zsplit", method="asymptotic", correction=False)
            assert wilcoxon(scores[:, 0], scores[:, 1]).p_value == pytest.approx(expected.pvalue, rel=1e-9)


@given(FINITE)
def test_effects_without_pairs_equal_scipy_s_rank_sums(scores: np.ndarray) -> None:
    first, second = scores[:, 0], scores[:, 1]
    u = (
        stats.mannwhitneyu(first, second, method="asymptotic").statistic
        if np.ptp(scores[:, :2])
        else len(first) ** 2 / 2
    )
    assert vargha_delaney(first, second) == pytest.approx(u / (first.size * second.size))


@settings(max_examples=25 if settings().derandomize else 100)
@given(FINITE, st.sampled_from([0.5, 0.9, 0.99]))
def test_intervals_hold_their_estimate_and_grow_with_confidence(scores: np.ndarray, confidence: float) -> None:
    first, second = scores[:, 0], scores[:, 1]
    boot = paired_difference(first, second, rng=0, n_resamples=200, confidence=confidence)
    assert boot.low <= boot.estimate <= boot.high and boot.estimate == pytest.approx((first - second).mean())
    band = interval_of_mean(scores, rng=0, n_resamples=200, confidence=confidence)
    assert (band.low <= band.estimate + 1e-12).all() and (band.estimate <= band.high + 1e-12).all()
    test = nadeau_bengio(first, second, n_train=40, n_test=10, confidence=confidence)
    wider = nadeau_bengio(first, second, n_train=40, n_test=10, confidence=(1 + confidence) / 2)
    assert wider.low <= test.low <= test.mean_difference <= test.high <= wider.high and 0 <= test.p_value <= 1
    belief = correlated_t(first, second, n_train=40, n_test=10, rope=0.1)
    assert belief.p_first_lower + belief.p_equivalent + belief.p_first_higher == pytest.approx(1)


@given(FINITE, st.integers(-8, 8), st.sampled_from([0.25, 2.0, 1024.0]))
def test_tests_of_differences_do_not_depend_on_units(scores: np.ndarray, shift: int, scale: float) -> None:
    moved = scores * scale + shift
    for test in (wilcoxon, lambda a, b: nadeau_bengio(a, b, n_train=40, n_test=10)):
        one, other = test(*scores[:, :2].T), test(*moved[:, :2].T)
        assert one.p_value == pytest.approx(other.p_value, rel=1e-9, abs=1e-300)


@given(SCORES, SHUFFLES)
def test_a_diagram_names_the_same_groups_whatever_the_order_of_methods(scores: np.ndarray, shuffle) -> None:
    names = [f"m{place}" for place in range(scores.shape[1])]
    columns = list(range(scores.shape[1]))
    shuffle.shuffle(columns)
    one = critical_difference(scores, names=names)
    other = critical_difference(scores[:, columns], names=[names[place] for place in columns])
    found = [dict(zip(own.names, own.mean_ranks, strict=True)) for own in (one, other)]
    assert found[0] == pytest.approx(found[1])
    if len(set(one.mean_ranks)) == len(columns):  # ties of mean ranks stand in the order of the columns
        groups = [{frozenset(own.names[place] for place in clique) for clique in own.cliques} for own in (one, other)]
        assert groups[0] == groups[1]
