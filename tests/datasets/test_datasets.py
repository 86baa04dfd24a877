"""Data sets by name, what is refused, and preparation that never sees a test row."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from eligo import CLASSIFICATION, REGRESSION
from eligo.datasets import DATASETS, load, scale_features
from eligo.datasets.generators import make_friedman, make_noisy_sine

# Shape of X, number of classes (0: function approximation) and examples in the smallest class, as published.
KNOWN = {
    "iris": (150, 4, 3, 50),
    "wine": (178, 13, 3, 48),
    "noisy_sine": (500, 1, 0, None),
    "breast_cancer": (569, 30, 2, 212),
    "digits": (1797, 64, 10, 174),
    "diabetes": (442, 10, 0, None),
    "friedman1": (500, 10, 0, None),
}


@pytest.mark.parametrize("name", KNOWN)
def test_data_sets_are_what_they_are_known_to_be(name) -> None:
    dataset, (n_examples, n_features, n_classes, n_smallest) = load(name), KNOWN[name]
    assert dataset.name == name
    assert dataset.X.shape == (n_examples, n_features) and dataset.X.dtype == np.float64
    assert dataset.y.shape == (n_examples,)
    assert len(set(dataset.feature_names)) == n_features
    assert dataset.title and dataset.source and dataset.target_name
    if n_classes:
        assert dataset.task is CLASSIFICATION
        assert dataset.n_outputs == len(dataset.class_names) == n_classes
        counts = np.bincount(dataset.y)
        assert len(counts) == n_classes and counts.min() == n_smallest
        np.testing.assert_array_equal(dataset.strata, dataset.y)
    else:
        assert dataset.task is REGRESSION
        assert (dataset.n_outputs, dataset.class_names, dataset.strata) == (1, (), None)
        assert dataset.y.dtype == np.float64


def test_every_named_data_set_is_known() -> None:
    assert set(DATASETS) == set(KNOWN)
    with pytest.raises(ValueError, match=r"^unknown problem 'irsi'; there are iris, wine, .*friedman1\.$"):
        load("irsi")


def test_a_name_stands_for_the_same_numbers() -> None:
    for name in ("noisy_sine", "friedman1"):
        np.testing.assert_array_equal(load(name).y, load(name).y)
    assert not np.array_equal(make_noisy_sine(seed=1).y, make_noisy_sine(seed=2).y)


def test_noisy_sine_is_a_sine_with_noise_of_a_hundredth() -> None:
    """Residuals from sin(2 pi x): mean 0, variance 0.01 (a 99.9 % interval for 500 draws), normal, white in x."""
    dataset = load("noisy_sine")
    x = dataset.X[:, 0]
    residuals = dataset.y - np.sin(2 * np.pi * x)
    assert x.min() >= 0 and x.max() <= 1 and 0.45 < x.mean() < 0.55
    assert abs(residuals.mean()) < 3.3 * 0.1 / np.sqrt(500)
    assert 0.0080 < residuals.var() < 0.0122
    assert abs(np.corrcoef(x, residuals)[0, 1]) < 0.15
    assert make_noisy_sine(noise=0).y == pytest.approx(np.sin(2 * np.pi * make_noisy_sine(noise=0).X[:, 0]))


def test_friedman_is_its_formula_without_noise() -> None:
    dataset = make_friedman(n_examples=50, noise=0)
    x = dataset.X.T
    expected = 10 * np.sin(np.pi * x[0] * x[1]) + 20 * (x[2] - 0.5) ** 2 + 10 * x[3] + 5 * x[4]
    np.testing.assert_allclose(dataset.y, expected)


# --- What is refused -------------------------------------------------------------------------------------------------


def with_value(values: np.ndarray, row: int, column: int, value: float) -> np.ndarray:
    changed = values.copy()
    changed[row, column] = value
    return changed


IRIS, SINE = load("iris"), load("noisy_sine")


@pytest.mark.parametrize(
    ("dataset", "changes", "message"),
    [
        (
            IRIS,
            {"X": with_value(IRIS.X, 7, 1, np.nan)},
            "data set 'iris': 1 missing or infinite value(s), the first in column 'sepal width (cm)', row 7 of the data, "
            "counted from 0. Fill them in or drop the rows.",
        ),
        (
            IRIS,
            {"X": with_value(with_value(IRIS.X, 9, 0, np.inf), 12, 3, -np.inf)},
            "data set 'iris': 2 missing or infinite value(s), the first in column 'sepal length (cm)', row 9 of the data, "
            "counted from 0. Fill them in or drop the rows.",
        ),
        (
            SINE,
            {"y": with_value(SINE.y[:, None], 3, 0, np.nan)[:, 0]},
            "data set 'noisy_sine': 1 missing or infinite value(s), the first in column 'y', row 3 of the data, "
            "counted from 0. Fill them in or drop the rows.",
        ),
        (
            IRIS,
            {"y": np.zeros(150, dtype=int)},
            "data set 'iris': the target 'species' has one class; classification needs at least 2. Check the column.",
        ),
        (
            SINE,
            {"y": np.full(500, 2.5)},
            "data set 'noisy_sine': the target 'y' is 2.5 in every row; regression needs a target that varies. "
            "Check the column.",
        ),
        (
            IRIS,
            {"y": IRIS.y[:100]},
            "data set 'iris': shapes do not fit each other: X (150, 4), y (100,), 4 feature names.",
        ),
        (
            IRIS,
            {"feature_names": ("a", "b")},
            "data set 'iris': shapes do not fit each other: X (150, 4), y (150,), 2 feature names.",
        ),
        (
            SINE,
            {"X": SINE.X[:, :0], "feature_names": ()},
            "data set 'noisy_sine': there is no column besides the target to predict it from. Add one.",
        ),
    ],
    ids=["NaN", "infinite", "NaN target", "one class", "constant", "rows", "columns", "no column"],
)
def test_data_that_cannot_be_learnt_from_are_refused_in_one_line(dataset, changes, message) -> None:
    with pytest.raises(ValueError) as refusal:
        replace(dataset, **changes)
    assert str(refusal.value) == message


# --- Preparation -----------------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(X=arrays.arrays(np.float64, (6, 2), elements=st.floats(-1e3, 1e3, width=16)), seed=st.integers(0, 99))
def test_training_rows_span_minus_one_to_one_and_nothing_else_decides(X, seed) -> None:
    X[0] = X[1] - 1  # no feature is constant
    other = np.random.default_rng(seed).normal(0, 1e4, (3, 2))
    train, test = scale_features(X, other)
    np.testing.assert_allclose(train.min(axis=0), -1, atol=1e-9)
    np.testing.assert_allclose(train.max(axis=0), 1, atol=1e-9)
    low, high = X.min(axis=0), X.max(axis=0)
    np.testing.assert_allclose(test, -1 + 2 * (other - low) / (high - low), rtol=1e-6, atol=1e-6)
    np.testing.assert_array_equal(scale_features(X)[0], train)


def test_a_constant_feature_becomes_minus_one() -> None:
    (train,) = scale_features(np.array([[5.0, 0.0], [5.0, 1.0]]))
    np.testing.assert_array_equal(train, [[-1, -1], [-1, 1]])
