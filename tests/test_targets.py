"""Coding of targets: what a table holds, what output units take, and back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from eligo import CLASSIFICATION, LINEAR_OUTPUT_REGRESSION, RAW_OUTPUT_REGRESSION, REGRESSION


def test_classes_are_coded_as_0_1_and_0_9() -> None:
    coding = CLASSIFICATION.code(["b", "a", "b", "c"])
    np.testing.assert_array_equal(coding.encode(["c", "a"]), [[0.1, 0.1, 0.9], [0.9, 0.1, 0.1]])
    assert coding.decode([[0.2, 0.7, 0.3]]).tolist() == ["b"]
    np.testing.assert_array_equal(coding.scale, np.ones(3))


def test_classes_that_training_rows_lack_may_be_named() -> None:
    coding = CLASSIFICATION.code([0, 2], classes=[0, 1, 2])
    np.testing.assert_array_equal(coding.encode([1]), [[0.1, 0.9, 0.1]])


@pytest.mark.parametrize(("task", "low", "high"), [(REGRESSION, 0.1, 0.9), (LINEAR_OUTPUT_REGRESSION, -1.0, 1.0)])
@settings(max_examples=25, deadline=None)
@given(
    y=arrays.arrays(
        np.float64, st.tuples(st.integers(2, 8), st.integers(1, 3)), elements=st.floats(-1e6, 1e6, width=32)
    )
)
def test_coded_values_span_the_range_and_decode_to_what_they_were(task, low, high, y) -> None:
    y[0] -= 1 + np.abs(y).max()  # no target is constant
    coding = task.code(y)
    coded = coding.encode(y)
    np.testing.assert_allclose(coded.min(axis=0), low, atol=1e-12)
    np.testing.assert_allclose(coded.max(axis=0), high, atol=1e-12)
    np.testing.assert_allclose(coding.decode(coded), y, atol=1e-9 * np.abs(y).max())
    # One coded unit is `scale` units of the target.
    np.testing.assert_allclose(coding.decode(coded + 1) - coding.decode(coded), np.tile(coding.scale, (len(y), 1)))


def test_a_flat_target_decodes_flat() -> None:
    coding = REGRESSION.code([1.0, 3.0, 2.0])
    assert coding.encode([2.0]).shape == (1, 1)
    np.testing.assert_allclose(coding.decode([[0.5]]), [2.0])


@pytest.mark.parametrize("y", [np.array([1.5, -300.0, 2.0]), np.array([[1.5, 7.0], [-300.0, 8.0], [2.0, 9.0]])])
def test_raw_targets_are_taken_as_they_are(y) -> None:
    coding = RAW_OUTPUT_REGRESSION.code(y)
    n_outputs = y.size // 3
    np.testing.assert_array_equal(coding.encode(y), y.reshape(3, n_outputs))
    np.testing.assert_array_equal(coding.decode(coding.encode(y)), y)
    np.testing.assert_array_equal(coding.scale, np.ones(n_outputs))
    assert RAW_OUTPUT_REGRESSION.output.name == "linear"


def test_coding_is_fitted_on_training_rows_alone() -> None:
    coding = REGRESSION.code([0.0, 1.0])
    np.testing.assert_allclose(coding.encode([2.0, -1.0]).ravel(), [1.7, -0.7])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: CLASSIFICATION.code(["a", "a"]),
            "the target has one class, 'a'; classification needs at least 2. Check the target column.",
        ),
        (
            lambda: CLASSIFICATION.code([0, 1]).encode([1, 2]),
            "`y` holds the label 2, which the coding was not fitted on; it knows [0, 1].",
        ),
        (
            lambda: REGRESSION.code(np.array([[1.0, 5.0], [2.0, 5.0]])),
            "target 1 is 5 in every training row; function approximation needs a target that varies. "
            "Check the target column.",
        ),
        (
            lambda: RAW_OUTPUT_REGRESSION.code([3.0, 3.0]),
            "target 0 is 3 in every training row; function approximation needs a target that varies. "
            "Check the target column.",
        ),
    ],
    ids=["one class", "unknown label", "constant target", "constant raw target"],
)
def test_targets_that_cannot_be_learnt_are_refused(make, message) -> None:
    with pytest.raises(ValueError) as refusal:
        make()
    assert str(refusal.value) == message
