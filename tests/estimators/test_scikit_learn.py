"""scikit-learn's own checks of an estimator, all of them."""

from collections.abc import Iterator
from typing import Any

import pytest
from sklearn.utils.estimator_checks import estimator_checks_generator

from eligo import ActiveClassifier, ActiveRegressor, SelectiveClassifier, SelectiveRegressor

# Full batches, since a weight of 2 is not two steps of online SGD; small, since each shape of data is compiled anew.
QUICK: dict[str, Any] = {"hidden": (8,), "batch_size": "full", "n_records": 1, "momentum": 0.9, "epochs": 100}
QUERYING: dict[str, Any] = QUICK | {"n_members": 2, "query_size": 25, "n_initial": 10}
ONE = SelectiveClassifier(**QUICK, interval=25, learning_rate=0.5)
# They take minutes, and share the shell of the one above, with a loop or a kind in its place.
THE_OTHERS = [
    ActiveRegressor(**QUERYING, learning_rate=0.1),
    SelectiveRegressor(**QUICK, interval=25, learning_rate=0.1),
    ActiveClassifier(**QUERYING, learning_rate=0.5),
]


def checks() -> Iterator[Any]:
    for estimator in (ONE, *THE_OTHERS):
        marks = () if estimator is ONE else pytest.mark.slow
        for made, check in estimator_checks_generator(estimator):
            inner = getattr(check, "func", check)
            name = getattr(inner, "func", inner).__name__
            yield pytest.param(made, check, marks=marks, id=f"{type(estimator).__name__}-{name}")


@pytest.mark.parametrize(("estimator", "check"), list(checks()))
def test_scikit_learn_s_check_passes(estimator, check, request) -> None:
    if "sample_weight_equivalence" in request.node.callspec.id:
        request.getfixturevalue("float64")  # it compares to 1e-7, which float32 does not have
    check(estimator)
