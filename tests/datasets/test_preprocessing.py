"""Gaps, categories and scales come from training rows alone, and a network always gets the same inputs."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from eligo import REGRESSION
from eligo.datasets import (
    DataError,
    Dataset,
    FeaturePreparation,
    Preparation,
    input_names,
    load,
    n_inputs,
    prepare_features,
)

NAN = np.nan
LEVELS = ("hot", "mild", "cold")
WEATHER = Dataset(
    name="weather",
    title="Weather",
    task=REGRESSION,
    X=np.array([[1.0, 0, 10], [NAN, 1, 20], [3, NAN, 30], [8, 1, NAN], [100, 2, 50], [NAN, NAN, NAN]]),
    y=np.arange(6.0),
    feature_names=("wind", "air", "rain"),
    class_names=(),
    target_name="walks",
    source="made up",
    categories=((), LEVELS, ()),
)
TRAIN, TEST = np.array([0, 1, 2, 3]), np.array([4, 5])


def test_rows_are_prepared_as_by_hand() -> None:
    """Medians of the training rows: wind 3, rain 20; the most frequent air is mild; nobody trained on cold."""
    X, X_test = prepare_features(WEATHER, Preparation(), TRAIN, TEST)
    wind, rain = [-1, 2 / 7 * 2 - 1, 2 / 7 * 2 - 1, 1], [-1, 0, 1, 0]
    hot, mild, cold = [1, -1, -1, -1], [-1, 1, 1, 1], [-1, -1, -1, -1]
    np.testing.assert_allclose(X, np.column_stack([wind, rain, hot, mild, cold]), atol=1e-12)
    far = (100 - 1) / 7 * 2 - 1
    np.testing.assert_allclose(X_test, [[far, 3, -1, -1, 1], [2 / 7 * 2 - 1, 0, -1, 1, -1]], atol=1e-12)


@pytest.mark.parametrize(
    ("preparation", "names"),
    [
        (Preparation(), ("wind", "rain", "air=hot", "air=mild", "air=cold")),
        (Preparation(drop_first_category=True), ("wind", "rain", "air=mild", "air=cold")),
        (Preparation(scale_categories=False), ("wind", "rain", "air=hot", "air=mild", "air=cold")),
    ],
)
def test_the_inputs_do_not_depend_on_the_rows(preparation, names) -> None:
    assert input_names(WEATHER, preparation) == names and n_inputs(WEATHER, preparation) == len(names)
    for rows in (TRAIN, TEST, np.array([4])):
        assert prepare_features(WEATHER, preparation, rows)[0].shape == (len(rows), len(names))


def test_categories_may_stay_zeros_and_ones_and_go_without_their_first_level() -> None:
    zero_one = prepare_features(WEATHER, Preparation(scale_categories=False), TRAIN, TEST)
    np.testing.assert_array_equal(zero_one[0][:, 2:], [[1, 0, 0], [0, 1, 0], [0, 1, 0], [0, 1, 0]])
    np.testing.assert_array_equal(zero_one[1][:, 2:], [[0, 0, 1], [0, 1, 0]])
    both = prepare_features(WEATHER, Preparation(drop_first_category=True, scale_categories=False), TRAIN, TEST)
    for whole, shorter in zip(zero_one, both, strict=True):
        np.testing.assert_array_equal(np.delete(whole, 2, axis=1), shorter)


def test_test_rows_have_a_say_only_if_all_rows_are_fitted_on() -> None:
    changed = replace(WEATHER, X=np.vstack([WEATHER.X[:4], [[1e6, 0, -1e6], [-1e6, 2, 1e6]]]))
    np.testing.assert_array_equal(
        prepare_features(WEATHER, Preparation(), TRAIN)[0], prepare_features(changed, Preparation(), TRAIN)[0]
    )
    wind = prepare_features(WEATHER, Preparation(fitted_on="all"), TRAIN)[0][:, 0]
    median = np.nanmedian(WEATHER.X[:, 0])
    np.testing.assert_allclose(wind, (np.array([1, median, 3, 8]) - 1) / 99 * 2 - 1)


def test_a_column_without_a_value_to_fill_gaps_from_is_refused() -> None:
    with pytest.raises(DataError) as refusal:
        prepare_features(WEATHER, Preparation(), np.array([5]), TRAIN)
    assert str(refusal.value) == (
        "data set 'weather': column 'wind' is missing in all 1 rows that its gaps would be filled from. Drop the column, or "
        "fit on more rows."
    )


def test_a_preparation_is_a_value() -> None:
    assert hash(Preparation()) == hash(Preparation("training", False, True)) and Preparation() != Preparation("all")
    with pytest.raises(DataError, match='`fitted_on` must be "training" or "all"; got \'test\''):
        Preparation(fitted_on="test")


@settings(max_examples=25, deadline=None)
@given(X=arrays.arrays(np.float64, (6, 2), elements=st.floats(-1e3, 1e3, width=16)), seed=st.integers(0, 99))
def test_training_rows_span_minus_one_to_one_and_nothing_else_decides(X, seed) -> None:
    X[0] = X[1] - 1  # no feature is constant
    other = np.random.default_rng(seed).normal(0, 1e4, (3, 2))
    transformer = FeaturePreparation().fit(X)
    train, test = transformer.transform(X), transformer.transform(other)
    np.testing.assert_allclose(train.min(axis=0), -1, atol=1e-9)
    np.testing.assert_allclose(train.max(axis=0), 1, atol=1e-9)
    low, high = X.min(axis=0), X.max(axis=0)
    np.testing.assert_allclose(test, -1 + 2 * (other - low) / (high - low), rtol=1e-6, atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(X=arrays.arrays(np.float64, (7, 3), elements=st.floats(-50, 50, width=16)), holes=st.integers(0, 2**12 - 1))
def test_gaps_are_filled_with_the_median_that_numpy_finds(X, holes) -> None:
    gaps = X.copy()
    gaps[1:5].flat[[bit for bit in range(12) if holes >> bit & 1]] = NAN
    filled = np.where(np.isnan(gaps), np.nanmedian(gaps, axis=0), gaps)
    expected = FeaturePreparation(may_miss=False).fit_transform(filled)
    np.testing.assert_allclose(FeaturePreparation().fit_transform(gaps), expected, atol=1e-9)


def test_a_constant_column_becomes_minus_one() -> None:
    train = FeaturePreparation().fit_transform(np.array([[5.0, 0.0], [5.0, 1.0]]))
    np.testing.assert_array_equal(train, [[-1, -1], [-1, 1]])


def test_images_stay_in_single_precision() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (9, 4)).astype(np.float32)
    prepared = FeaturePreparation(may_miss=False).fit_transform(pixels)
    assert prepared.dtype == np.float32
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    np.testing.assert_allclose(prepared, (pixels - low) / (high - low) * 2 - 1, atol=1e-6)


# --- As a scikit-learn transformer ------------------------------------------------------------------------------------


@parametrize_with_checks(
    [FeaturePreparation(), FeaturePreparation(may_miss=False), FeaturePreparation(scaling="z-score")]
)
def test_it_keeps_what_scikit_learn_asks_of_a_transformer(estimator, check) -> None:
    if "array_api" in str(check):
        pytest.skip("not checked unless SCIPY_ARRAY_API is set")
    check(estimator)


FRAME = pd.DataFrame({"wind": [1.0, 3.0, np.nan], "air": ["hot", "mild", "hot"]})


def test_a_frame_with_text_is_prepared_and_named() -> None:
    transformer = FeaturePreparation(categories=((), LEVELS)).fit(FRAME)
    assert transformer.get_feature_names_out().tolist() == ["wind", "air=hot", "air=mild", "air=cold"]
    np.testing.assert_array_equal(transformer.transform(FRAME), [[-1, 1, -1, -1], [1, -1, 1, -1], [0, 1, -1, -1]])
    framed = clone(transformer).set_output(transform="pandas").fit_transform(FRAME)
    assert framed.columns.tolist() == ["wind", "air=hot", "air=mild", "air=cold"] and framed["wind"].tolist() == [
        -1,
        1,
        0,
    ]


def test_a_missing_text_is_the_most_frequent_one() -> None:
    transformer = FeaturePreparation(categories=((), LEVELS), scale_categories=False).fit(FRAME)
    gap = pd.DataFrame({"wind": [2.0], "air": [np.nan]}, dtype=object)
    np.testing.assert_array_equal(transformer.transform(gap), [[0, 1, 0, 0]])


@pytest.mark.parametrize("when", ["fit", "transform"])
def test_a_level_that_is_not_declared_is_refused_in_one_line(when) -> None:
    transformer = FeaturePreparation(categories=((), LEVELS))
    with pytest.raises(DataError) as refusal:
        getattr(transformer.fit(FRAME) if when == "transform" else transformer, when)(FRAME.replace("mild", "foggy"))
    assert str(refusal.value) == (
        "column 'air' holds 'foggy', which is no level of it; allowed are 'hot', 'mild', 'cold'. Declare the level in "
        "`categories`, or mend the row."
    )


def test_an_index_that_is_not_declared_is_refused_in_one_line() -> None:
    transformer = FeaturePreparation(categories=((0, 1), ())).fit([[0, 1.0], [1, 2.0]])
    with pytest.raises(
        DataError, match=r"^column 'x0' holds 2\.0, which is no level of it; allowed are 0, 1\. Declare"
    ):
        transformer.transform([[2, 1.0]])


def test_categories_of_other_columns_are_refused() -> None:
    with pytest.raises(DataError, match="an entry per column, .* got 2 for 3 columns"):
        FeaturePreparation(categories=((), LEVELS)).fit(np.zeros((2, 3)))


def test_bundled_data_are_only_scaled() -> None:
    iris = load("iris")
    rows = np.arange(0, 150, 3)
    (X,) = prepare_features(iris, Preparation(), rows)
    low, high = iris.X[rows].min(axis=0), iris.X[rows].max(axis=0)
    np.testing.assert_allclose(X, (iris.X[rows] - low) / (high - low) * 2 - 1, atol=1e-12)


def test_z_scores_have_mean_0_and_standard_deviation_1_on_the_rows_that_were_fitted_on():
    train, test = np.arange(100), np.arange(100, 150)
    X, X_test = prepare_features(load("iris"), Preparation(scaling="z-score"), train, test)
    raw = load("iris").X
    expected = (raw[test] - raw[train].mean(axis=0)) / raw[train].std(axis=0)  # ddof 0, as scikit-learn
    np.testing.assert_allclose(X_test, expected, rtol=1e-10)
    np.testing.assert_allclose(X.mean(axis=0), 0, atol=1e-12)


def test_z_scores_leave_categories_as_they_are():
    mixed = FeaturePreparation(categories=((), (0, 1)), scaling="z-score").fit([[1.0, 0], [3.0, 1], [NAN, 0]])
    np.testing.assert_allclose(mixed.transform([[2.0, 1]]), [[0.0, -1.0, 1.0]], atol=1e-12)


def test_an_unknown_scaling_is_refused():
    for make in (lambda: Preparation(scaling="log"), lambda: FeaturePreparation(scaling="log").fit([[1.0], [2.0]])):
        with pytest.raises(DataError, match=r'^`scaling` must be "range" or "z-score"; got \'log\'\.'):
            make()
