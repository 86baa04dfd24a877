"""Facts about data sets: columns, classes, a digest of the data, random subsets."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from eligo.datasets import (
    Column,
    DataError,
    class_counts,
    count_values,
    data_digest,
    describe_columns,
    load,
    subsample,
)
from eligo.datasets.facts import N_BINS

IRIS, WINE, SINE = load("iris"), load("wine"), load("noisy_sine")
GAPS = IRIS.X.copy()
GAPS[3:10, 1] = np.nan
GAPS[:, 3] = np.arange(150) % 2
IRIS_WITH_GAPS = replace(IRIS, X=GAPS, categories=((), (), (), ("narrow", "wide")))


def test_columns_say_their_kind_gaps_and_levels() -> None:
    assert [replace(column, ends=None, counts=()) for column in describe_columns(IRIS_WITH_GAPS)] == [
        Column("sepal length (cm)", "number", 0),
        Column("sepal width (cm)", "number", 7),
        Column("petal length (cm)", "number", 0),
        Column("petal width (cm)", "category", 0, ("narrow", "wide")),
    ]


def test_columns_say_how_their_values_are_distributed() -> None:
    length, width, _, kind = describe_columns(IRIS_WITH_GAPS)
    known = IRIS.X[:, 0].astype(np.float64)
    place = (known - known.min()) / np.ptp(known) * N_BINS + 1e-9  # a value on an edge belongs above it
    parts = np.minimum(place, N_BINS - 1).astype(int)
    assert length.counts == tuple(int((parts == part).sum()) for part in range(N_BINS))
    assert length.ends == (4.3, 7.9) and width.ends == (2.0, 4.4)  # Fisher (1936), Table I
    assert sum(length.counts) == 150 and sum(width.counts) == 150 - 7
    assert kind.counts == (75, 75) and kind.ends is None


def test_a_column_without_two_values_has_one_part() -> None:
    assert count_values(np.array([np.nan, 3.0, 3.0])) == (2,)


ANY_FLOATS = st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=30)
CLOSE = st.lists(st.integers(0, 40).map(lambda steps: 0.3 + steps * np.spacing(0.3)), min_size=2, max_size=30)
PLAIN = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30)


def exact_places(values: list[float]) -> list[Fraction]:
    """Where values lie in their range, in parts, without rounding."""
    low, high = Fraction(min(values)), Fraction(max(values))
    return [(Fraction(value) - low) / (high - low) * N_BINS for value in values]


@given(st.one_of(ANY_FLOATS, CLOSE, PLAIN))
def test_any_numbers_are_counted_where_they_lie(values: list[float]) -> None:
    """Beside exact fractions: subnormal numbers, neighbours, and a range beyond the largest number among them."""
    assume(min(values) < max(values))
    places = exact_places(values)
    counts = count_values(np.array(values))
    assert len(counts) == N_BINS and sum(counts) == len(values) and min(counts[0], counts[-1]) > 0
    for part in range(N_BINS):  # a value within a rounding error of an edge may be on either side of it
        surely = sum(part + 1e-6 < place < part + 1 - 1e-6 for place in places)
        perhaps = sum(part - 1e-6 <= place <= part + 1 + 1e-6 for place in places)
        assert surely <= counts[part] <= perhaps


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30))
def test_counts_are_those_of_numpy_where_it_has_any(values: list[float]) -> None:
    """Where no value is so close to an edge that rounding decides."""
    assume(max(values) - min(values) > 1e-3)
    inner = [place for place in exact_places(values) if 0 < place < N_BINS]
    assume(all(abs(place - round(place)) > 1e-6 for place in inner))
    assert count_values(np.array(values)) == tuple(np.histogram(values, bins=N_BINS)[0].tolist())


@pytest.mark.parametrize("step", [1e-300, 0.1, 0.7, 3.0, 1e300])
def test_a_value_on_an_edge_counts_above_it(step: float) -> None:
    counts = count_values(np.arange(N_BINS + 1) * step)
    assert counts == (1,) * (N_BINS - 1) + (2,)


def test_only_finite_values_are_counted() -> None:
    assert count_values(np.array([np.inf, 1.0, 3.0, -np.inf, np.nan])) == (1, *[0] * (N_BINS - 2), 1)
    assert count_values(np.array([np.nan])) == count_values(np.empty(0)) == ()


def test_classes_are_counted() -> None:
    assert class_counts(WINE) == (59, 71, 48) and class_counts(SINE) == ()  # Forina et al., as UCI states
    lost = replace(IRIS, X=IRIS.X[50:], y=IRIS.y[50:])
    assert class_counts(lost) == (0, 50, 50)


@pytest.mark.parametrize(
    "other",
    [
        replace(IRIS, X=IRIS.X + np.eye(150, 4) * 1e-9),
        replace(IRIS, y=IRIS.y[::-1]),
        replace(IRIS, X=IRIS.X[::-1], y=IRIS.y[::-1]),
        replace(IRIS, X=IRIS.X[1:], y=IRIS.y[1:]),
        replace(IRIS, feature_names=IRIS.feature_names[::-1]),
        replace(IRIS, class_names=IRIS.class_names[::-1]),
        replace(IRIS, target_name="kind"),
        IRIS_WITH_GAPS,
        replace(IRIS_WITH_GAPS, categories=((), (), (), ("wide", "narrow"))),
    ],
)
def test_other_data_have_another_digest(other) -> None:
    assert data_digest(other) != data_digest(IRIS)


def test_the_same_data_have_the_same_digest() -> None:
    whole = replace(IRIS, X=np.round(IRIS.X))
    assert data_digest(replace(IRIS, X=np.asfortranarray(IRIS.X), source="elsewhere", title="Irises")) == data_digest(
        IRIS
    )
    assert data_digest(replace(whole, X=whole.X.astype(np.float32))) == data_digest(whole)
    negative = np.where(np.isnan(GAPS), -GAPS, GAPS)  # a NaN of another sign
    assert data_digest(replace(IRIS_WITH_GAPS, X=negative)) == data_digest(IRIS_WITH_GAPS)


def test_a_subset_keeps_the_shares_of_the_classes_and_says_so() -> None:
    part = subsample(WINE, 89, seed=5)
    for n, whole in zip(class_counts(part), (59, 71, 48), strict=True):
        assert abs(n - whole / 2) <= 1
    assert part.source == f"{WINE.source}; a random subset of 89 of its 178 examples, stratified by class, seed 5"
    rows = [int(np.flatnonzero((WINE.X == row).all(axis=1))[0]) for row in part.X]
    assert rows == sorted(set(rows)) and len(rows) == 89
    np.testing.assert_array_equal(part.y, WINE.y[rows])
    assert data_digest(subsample(WINE, 89, seed=5)) == data_digest(part) != data_digest(subsample(WINE, 89, seed=6))


@pytest.mark.parametrize("n", [3, 17, 120, 147, 148, 149])
def test_a_subset_has_as_many_examples_as_asked_for(n) -> None:
    counts = class_counts(subsample(IRIS, n, seed=1))
    assert sum(counts) == n and max(counts) - min(counts) <= 1


def test_a_subset_of_numbers_is_random() -> None:
    part = subsample(SINE, 20, seed=1)
    assert part.X.shape == (20, 1) and part.source.endswith("; a random subset of 20 of its 500 examples, seed 1")
    assert set(part.y) < set(SINE.y)


def test_a_subset_of_all_is_the_same() -> None:
    assert subsample(IRIS, 150, seed=1) is IRIS and subsample(IRIS, 1000, seed=1) is IRIS


@pytest.mark.parametrize(
    ("dataset", "n", "message"),
    [
        (IRIS, 2, "data set 'iris': `examples` must be at least 3, one per class; got 2. Keep more."),
        (SINE, 1, "data set 'noisy_sine': `examples` must be at least 2; got 1. Keep more."),
    ],
)
def test_a_subset_that_is_too_small_is_refused(dataset, n, message) -> None:
    with pytest.raises(DataError) as refusal:
        subsample(dataset, n, seed=1)
    assert str(refusal.value) == message


def test_a_class_of_one_cannot_be_stratified() -> None:
    with pytest.raises(DataError, match="^data set 'iris' cannot be cut to 20 examples: .*least populated class"):
        subsample(replace(IRIS, X=IRIS.X[49:], y=IRIS.y[49:]), 20, seed=1)
