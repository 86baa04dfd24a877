"""Holm and Bonferroni against statsmodels and the definition of a step-down procedure."""

import gc
from collections.abc import Callable
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from statsmodels.stats.multitest import multipletests

from eligo.statistics import bonferroni, holm

# Multiples of 0.005, so that equal p-values and products at the levels occur.
P_VALUES = arrays(np.float64, st.integers(1, 12), elements=st.integers(0, 200).map(lambda n: n / 200))
quick = settings(deadline=None, max_examples=100)


@pytest.fixture
def nothing_to_collect() -> None:
    """statsmodels looks for garbage at every call, among all that earlier tests left."""
    gc.collect()
    gc.freeze()


@pytest.mark.usefixtures("nothing_to_collect")
@quick
@given(P_VALUES)
def test_equal_to_statsmodels(p_values: np.ndarray) -> None:
    np.testing.assert_allclose(holm(p_values), multipletests(p_values, method="holm")[1], rtol=1e-13)
    np.testing.assert_allclose(bonferroni(p_values), multipletests(p_values, method="bonferroni")[1], rtol=1e-13)


def holm_rejects(p_values: np.ndarray, alpha: float) -> list[bool]:
    """Holm (1979): from the smallest p-value on, reject while p is at most alpha over the tests left."""
    rejected = [False] * len(p_values)
    for step, test in enumerate(sorted(range(len(p_values)), key=lambda test: p_values[test])):
        if p_values[test] > alpha / (len(p_values) - step):
            break
        rejected[test] = True
    return rejected


@quick
@given(P_VALUES, st.sampled_from([0.0333, 0.0517, 0.1234]))
def test_holm_rejects_what_the_procedure_rejects(p_values: np.ndarray, alpha: float) -> None:
    assert (holm(p_values) <= alpha).tolist() == holm_rejects(p_values, alpha)


@quick
@given(P_VALUES)
def test_raw_holm_and_bonferroni_are_in_order(p_values: np.ndarray) -> None:
    raw, step_down, single = p_values, holm(p_values), bonferroni(p_values)
    assert (raw <= step_down).all()
    assert (step_down <= single).all()
    assert single.max() <= 1
    order = np.argsort(raw)
    assert (np.diff(step_down[order]) >= 0).all()


@quick
@given(P_VALUES, st.randoms(use_true_random=False))
def test_permuted_p_values_are_adjusted_alike(p_values: np.ndarray, random: Random) -> None:
    order = list(range(len(p_values)))
    random.shuffle(order)
    np.testing.assert_array_equal(holm(p_values[order]), holm(p_values)[order])


def test_published_verdicts() -> None:
    # Demšar (2006), section 3.2.2: at 0.05 Holm rejects the first and the second of three hypotheses.
    adjusted = holm([0.016, 0.019, 0.607])
    np.testing.assert_allclose(adjusted, [0.048, 0.048, 0.607])
    assert (adjusted <= 0.05).tolist() == [True, True, False]


@pytest.mark.parametrize("adjust", [holm, bonferroni])
def test_shape_is_kept_and_the_argument_is_not_changed(adjust: Callable[..., np.ndarray]) -> None:
    p_values = np.array([[0.04, 0.01], [0.5, 0.03]])
    before = p_values.copy()
    np.testing.assert_array_equal(adjust(p_values).ravel(), adjust(p_values.ravel()))
    assert adjust(p_values).shape == (2, 2)
    np.testing.assert_array_equal(p_values, before)
    assert adjust([]).shape == (0,)
    assert adjust(0.3) == 0.3
