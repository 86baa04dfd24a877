"""Measures of how well a network does, against scikit-learn."""

import warnings

import jax.numpy as jnp
import numpy as np
import pytest
from sklearn import metrics

from eligo import CLASSIFICATION, REGRESSION
from problems import TASKS

OF_CLASSES = ("accuracy", "macro_f1", "macro_precision", "macro_recall", "mcc")
OF_VALUES = ("mse", "mae", "r2")


def measure(task, outputs, targets, scale=None, present=None):
    """Measures of an ensemble (members, examples, outputs); net inputs only matter where a distribution asks for them."""
    scale = np.ones(targets.shape[1]) if scale is None else scale
    present = np.ones(len(targets), dtype=bool) if present is None else present
    return task.measure(*map(jnp.asarray, (outputs, outputs, targets, scale, present)))


def coded_labels(labels: np.ndarray, n_classes: int) -> np.ndarray:
    return np.where(labels[:, None] == np.arange(n_classes), 0.9, 0.1)


def by_scikit_learn(labels: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    macro = {"average": "macro", "zero_division": 0}
    with warnings.catch_warnings(action="ignore"):  # a class that is never predicted, a single class: that is the point
        return {
            "accuracy": metrics.accuracy_score(labels, predicted),
            "macro_f1": metrics.f1_score(labels, predicted, **macro),
            "macro_precision": metrics.precision_score(labels, predicted, **macro),
            "macro_recall": metrics.recall_score(labels, predicted, **macro),
            "mcc": metrics.matthews_corrcoef(labels, predicted),
        }


# Actual labels and predicted ones, of 4 classes.
RNG = np.random.default_rng(0)
SOME = RNG.integers(0, 4, 50)
LABELS = {
    "at random": (SOME, RNG.integers(0, 4, 50)),
    "mostly right": (SOME, np.where(RNG.uniform(size=50) < 0.8, SOME, RNG.integers(0, 4, 50))),
    "all right": (SOME, SOME),
    "two classes neither occur nor are predicted": (RNG.integers(0, 2, 50), RNG.integers(0, 2, 50)),
    "a class is never predicted": (SOME, np.minimum(SOME, 2)),
    "a class never occurs": (np.minimum(SOME, 2), RNG.integers(0, 4, 50)),
    "one class is predicted": (SOME, np.full(50, 1)),
    "one class occurs": (np.full(50, 1), SOME),
    "one class occurs and is predicted": (np.full(50, 1), np.full(50, 1)),
}


@pytest.mark.parametrize("case", LABELS)
def test_measures_of_classes_equal_scikit_learn(case) -> None:
    labels, predicted = LABELS[case]
    T, outputs = coded_labels(labels, 4), np.eye(4, dtype=np.float32)[predicted][None]
    found = measure(CLASSIFICATION, outputs, T)
    for name, expected in by_scikit_learn(labels, predicted).items():
        assert getattr(found, name) == pytest.approx(expected, abs=1e-6), name
    assert found.error == pytest.approx(((outputs[0] - T) ** 2).sum(axis=1).mean(), rel=1e-5)
    assert all(np.isnan(getattr(found, name)) for name in OF_VALUES)
    counts = CLASSIFICATION.confusion(outputs, outputs, jnp.asarray(T), np.ones(50, dtype=bool))
    np.testing.assert_array_equal(counts, metrics.confusion_matrix(labels, predicted, labels=range(4)))


@pytest.mark.parametrize("n_outputs", [1, 2])
def test_measures_of_values_equal_scikit_learn_in_the_units_of_the_target(n_outputs) -> None:
    rng = np.random.default_rng(4)
    y = rng.normal(5, 20, (50, n_outputs))
    coding = REGRESSION.code(y)
    members = (coding.encode(y) + 0.1 * rng.normal(size=(3, 50, n_outputs))).astype(np.float32)
    predicted = coding.decode(members.mean(axis=0)).reshape(50, n_outputs)
    found = measure(REGRESSION, members, coding.encode(y), coding.scale)
    assert found.mse == pytest.approx(metrics.mean_squared_error(y, predicted), rel=1e-4)
    assert found.mae == pytest.approx(metrics.mean_absolute_error(y, predicted), rel=1e-4)
    assert found.r2 == pytest.approx(metrics.r2_score(y, predicted), rel=1e-4)
    assert found.error == pytest.approx(((y - predicted) ** 2).sum(axis=1).mean(), rel=1e-4)
    assert all(np.isnan(getattr(found, name)) for name in OF_CLASSES)
    assert REGRESSION.confusion(members, members, jnp.asarray(y), np.ones(50, dtype=bool)) is None


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_examples_that_are_absent_do_not_count(task) -> None:
    rng = np.random.default_rng(1)
    outputs, present = rng.uniform(size=(2, 30, 3)).astype(np.float32), np.arange(30) % 3 > 0
    T = np.where(rng.integers(0, 3, 30)[:, None] == np.arange(3), 0.9, 0.1)
    found = measure(task, outputs, T, present=present)
    expected = measure(task, outputs[:, present], T[present])
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    if task.has_classes:
        rows = (jnp.asarray(T), jnp.asarray(present))
        counts = task.confusion(outputs, outputs, *rows)
        expected = task.confusion(outputs[:, present], outputs[:, present], jnp.asarray(T[present]), present[present])
        np.testing.assert_array_equal(counts, expected)
        assert counts.sum() == 20


def test_a_target_without_spread_has_no_r2() -> None:
    found = measure(REGRESSION, np.zeros((1, 5, 1), dtype=np.float32), np.full((5, 1), 0.5))
    assert np.isnan(found.r2) and found.mse == pytest.approx(0.25)
