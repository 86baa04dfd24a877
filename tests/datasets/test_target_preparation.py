"""The coding of targets as a transformer: scikit-learn's own checks, its scaler and binarizer as oracles."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import Ridge
from sklearn.preprocessing import LabelBinarizer, MinMaxScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from eligo import CLASSIFICATION, REGRESSION
from eligo.datasets import TargetPreparation
from eligo.tasks import RAW_OUTPUT_REGRESSION

FLAT = "targets of one output are flat, where scikit-learn wants features refused"


@parametrize_with_checks(
    [TargetPreparation(), TargetPreparation(RAW_OUTPUT_REGRESSION)],
    expected_failed_checks=lambda estimator: {"check_fit1d": FLAT, "check_fit2d_predict1d": FLAT},
)
def test_it_is_a_transformer_as_scikit_learn_wants_it(estimator, check):
    check(estimator)


def test_numbers_are_scaled_as_by_scikit_learn_and_back():
    rng = np.random.default_rng(0)
    train, test = rng.normal(5, 3, (30, 2)), rng.normal(5, 3, (9, 2))
    oracle, found = MinMaxScaler((0.1, 0.9)).fit(train), TargetPreparation().fit(train)
    np.testing.assert_allclose(found.transform(test), oracle.transform(test), rtol=1e-12)
    np.testing.assert_allclose(found.inverse_transform(oracle.transform(test)), test, rtol=1e-12)
    assert TargetPreparation().fit(train[:, 0]).inverse_transform([[0.0]]).shape == (1,)  # flat, as it came


def test_classes_are_coded_as_by_scikit_learn_and_back():
    labels = np.array(["b", "a", "c", "b", "a"])
    coded = TargetPreparation(CLASSIFICATION).fit_transform(labels)
    np.testing.assert_allclose(coded, LabelBinarizer(neg_label=0, pos_label=1).fit_transform(labels) * 0.8 + 0.1)
    assert TargetPreparation(CLASSIFICATION).fit(labels).inverse_transform(coded).tolist() == labels.tolist()


def test_it_is_the_coding_of_the_task():
    y = np.random.default_rng(1).normal(size=20)
    np.testing.assert_array_equal(TargetPreparation(REGRESSION).fit_transform(y), REGRESSION.code(y).encode(y))


def test_any_regressor_learns_scaled_targets():
    rng = np.random.default_rng(2)
    X, y = rng.normal(size=(40, 3)), rng.normal(100, 30, 40)
    mine, theirs = (
        TransformedTargetRegressor(Ridge(), transformer=transformer).fit(X, y).predict(X)
        for transformer in (TargetPreparation(), MinMaxScaler((0.1, 0.9)))
    )
    np.testing.assert_allclose(mine, theirs, rtol=1e-10)


def test_what_training_rows_do_not_say_is_refused():
    with pytest.raises(ValueError, match="target 0 is 2 in every training row"):
        TargetPreparation().fit([2.0, 2.0])
    with pytest.raises(ValueError, match="`y` holds the label 'z', which the coding was not fitted on"):
        clone(TargetPreparation(CLASSIFICATION)).fit(["a", "b"]).transform(["z"])
