"""Data sets that come with eligo, by name, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest

from eligo import CLASSIFICATION, REGRESSION
from eligo.datasets import DATASETS, DataError, load
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

FETCHED = {"california_housing", "energy_efficiency", "fashion_mnist"}
"""Data sets with tests of their own, in test_fetched.py."""


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
    assert set(DATASETS) == set(KNOWN) | FETCHED
    message = r"^unknown data set 'irsi'; there are iris, wine, .*friedman1\. Did you mean iris\?$"
    with pytest.raises(ValueError, match=message):
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
            {"X": with_value(with_value(IRIS.X, 9, 0, np.inf), 12, 0, -np.inf)},
            "data set 'iris': column 'sepal length (cm)' holds 2 infinite value(s), the first in row 9 of the data, counted "
            "from 0. Put numbers in their place, or drop the rows.",
        ),
        (
            IRIS,
            {"X": np.where([False, True, False, False], np.nan, IRIS.X)},
            "data set 'iris': column 'sepal width (cm)' is missing in every row. Drop the column.",
        ),
        (
            IRIS,
            {"X": with_value(np.zeros((150, 4)), 5, 3, 2), "categories": ((), (), (), ("narrow", "wide"))},
            "data set 'iris': column 'petal width (cm)' holds 2 in row 5 of the data, counted from 0; allowed are indices "
            "in [0, 1], one per level. Declare the level, or mend the row.",
        ),
        (
            IRIS,
            {"X": with_value(np.zeros((150, 4)), 5, 3, 0.5), "categories": ((), (), (), ("narrow", "wide"))},
            "data set 'iris': column 'petal width (cm)' holds 0.5 in row 5 of the data, counted from 0; allowed are indices "
            "in [0, 1], one per level. Declare the level, or mend the row.",
        ),
        (
            IRIS,
            {"categories": ((), ("narrow", "wide"))},
            "data set 'iris': shapes do not fit each other: X (150, 4), y (150,), 4 feature names, categories of 2 columns.",
        ),
        (
            SINE,
            {"y": with_value(SINE.y[:, None], 3, 0, np.nan)[:, 0]},
            "data set 'noisy_sine': the target 'y' is missing or infinite in 1 row(s), the first row 3 of the data, counted "
            "from 0. Fill it in, or drop the rows.",
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
    ids=["infinite", "empty column", "no level", "half a level", "levels", "NaN target", "one class"]
    + ["constant", "rows", "columns", "no column"],
)
def test_data_that_cannot_be_learnt_from_are_refused_in_one_line(dataset, changes, message) -> None:
    with pytest.raises(DataError) as refusal:
        replace(dataset, **changes)
    assert str(refusal.value) == message


def test_missing_values_are_data() -> None:
    gaps = with_value(with_value(IRIS.X, 0, 0, np.nan), 149, 3, np.nan)
    assert np.isnan(replace(IRIS, X=gaps).X).sum() == 2
    assert IRIS.levels == ((), (), (), ())
