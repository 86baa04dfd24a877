"""Eq. 8 against scipy and the transcription."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

import transcription as paper
from eligo import entropy
from eligo.utilities import PredictiveEntropy, Situation
from problems import NETWORK, TASKS, coded, initial, keys, nth

POSITIVE = arrays.arrays(np.float64, st.tuples(st.just(5), st.integers(2, 6)), elements=st.floats(1e-6, 1))


@settings(max_examples=25, deadline=None)
@given(masses=POSITIVE)
def test_entropy_equals_scipy_s(masses) -> None:
    p = masses / masses.sum(axis=1, keepdims=True)
    expected = stats.entropy(p, axis=1)
    np.testing.assert_allclose(entropy(p, normalised=False), expected, atol=1e-6)
    np.testing.assert_allclose(entropy(p), expected / np.log(p.shape[1]), atol=1e-6)
    np.testing.assert_allclose(entropy(p), [paper.entropy(of_example.tolist()) for of_example in p], atol=1e-6)


@pytest.mark.parametrize("n_classes", [2, 3, 10])
def test_certainty_is_zero_and_ignorance_is_one(n_classes) -> None:
    found = entropy(np.stack([np.eye(n_classes)[0], np.full(n_classes, 1 / n_classes)]))
    np.testing.assert_allclose(found, [0, 1], atol=1e-6)
    assert entropy(np.full(n_classes, 1 / n_classes), normalised=False) == pytest.approx(np.log(n_classes))


def test_leading_axes_are_kept_and_one_class_is_certain() -> None:
    assert entropy(np.full((2, 3, 4), 0.25)).shape == (2, 3)
    assert entropy(np.ones((2, 1))).tolist() == [0, 0]


def test_a_network_s_entropy_is_that_of_the_softmax_of_its_outputs(float64) -> None:
    X, T = coded(TASKS["classes"])
    params = initial(3, leading=(1,))
    situation = Situation(NETWORK, TASKS["classes"], params, X, T, *np.ones((2, 24), dtype=bool), 0.0)
    net = paper.from_params(nth(params, 0))
    expected = [paper.entropy_utility([net], z, is_linear=False) for z in X]
    np.testing.assert_allclose(PredictiveEntropy()(situation, key=keys(0)), expected, rtol=1e-12)
