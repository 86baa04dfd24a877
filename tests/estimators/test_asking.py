"""`eligo.query`: which unlabelled rows any model would have labelled."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.svm import LinearSVC

import eligo
from eligo.rules import KCentre, Share
from eligo.utilities import (
    AbsoluteError,
    EnsembleVariance,
    GSx,
    Indifferent,
    OutputSensitivity,
    PredictiveEntropy,
    Random,
)

X, CODES = load_iris(return_X_y=True)
Y = CODES.astype(float)
KNOWN = np.arange(150) % 15 == 0
PARTIAL = np.where(KNOWN, Y, np.nan)
HOLED = np.where(np.arange(150)[:, None] == 3, np.nan, X)
NAMES = np.array(["setosa", "versicolor", "virginica"])[CODES]


@pytest.fixture(scope="module")
def logistic() -> LogisticRegression:
    return LogisticRegression(max_iter=1000).fit(X[KNOWN], CODES[KNOWN])


@pytest.fixture(scope="module")
def ours() -> eligo.ActiveClassifier:
    return eligo.ActiveClassifier(hidden=(4,), n_members=2, budget=0, n_initial=10, epochs=30, random_state=0).fit(
        X[KNOWN], NAMES[KNOWN]
    )


def entropies(probabilities: np.ndarray) -> np.ndarray:
    """Eq. 8 as written."""
    return -(probabilities * np.log(probabilities)).sum(axis=1) / np.log(probabilities.shape[1])


# --- Models of scikit-learn ----------------------------------------------------------------------------------------------


def test_the_most_uncertain_unlabelled_rows_come_best_first(logistic) -> None:
    expected = np.where(KNOWN, -np.inf, entropies(logistic.predict_proba(X)))
    rows, scores = eligo.query(logistic, X, PARTIAL, PredictiveEntropy(), 7, return_scores=True)
    assert rows.tolist() == np.argsort(-expected, kind="stable")[:7].tolist()
    assert np.isnan(scores[KNOWN]).all()
    np.testing.assert_allclose(scores[~KNOWN], expected[~KNOWN], rtol=1e-4)


@pytest.mark.parametrize(
    ("y", "missing_label"),
    [
        (PARTIAL, np.nan),
        (np.where(KNOWN, CODES, -1), -1),
        (np.where(KNOWN, NAMES, None), None),
        (np.where(KNOWN, NAMES.astype(object), np.nan), np.nan),
        (pd.Series(np.where(KNOWN, NAMES, None)), np.nan),
        (pd.Series(PARTIAL).astype("Int64"), None),
        ([name if known else "?" for name, known in zip(NAMES.tolist(), KNOWN, strict=True)], "?"),
        ([label if known else None for label, known in zip(CODES.tolist(), KNOWN, strict=True)], np.nan),
    ],
)
def test_missing_labels_are_what_they_are_declared_to_be(logistic, y, missing_label) -> None:
    expected = eligo.query(logistic, X, PARTIAL, PredictiveEntropy(), 3)
    model = clone(logistic).fit(X[KNOWN], NAMES[KNOWN]) if isinstance(y[0], str) else logistic
    found = eligo.query(model, X, y, PredictiveEntropy(), 3, missing_label=missing_label)
    assert found.tolist() == expected.tolist()


def test_a_list_of_models_is_a_committee() -> None:
    models = [LinearRegression().fit(X[:, :3], X[:, 3]), KNeighborsRegressor(3).fit(X[:, :3], X[:, 3])]
    predicted = np.stack([model.predict(X[:, :3]) for model in models])
    _, scores = eligo.query(models, X[:, :3], PARTIAL, EnsembleVariance(), return_scores=True)
    np.testing.assert_allclose(scores[~KNOWN], predicted.var(axis=0)[~KNOWN], rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("forest", [RandomForestClassifier, RandomForestRegressor])
def test_a_forest_is_the_committee_of_its_trees(forest) -> None:
    model = forest(5, random_state=0).fit(X[KNOWN], CODES[KNOWN])
    ask = "predict_proba" if forest is RandomForestClassifier else "predict"
    values = np.stack([getattr(tree, ask)(X.astype(np.float32)) for tree in model.estimators_])
    expected = values.reshape(5, 150, -1).var(axis=0).sum(axis=1)
    _, scores = eligo.query(model, X, PARTIAL, EnsembleVariance(), return_scores=True)
    np.testing.assert_allclose(scores[~KNOWN], expected[~KNOWN], rtol=1e-4, atol=1e-6)


def test_columns_that_are_no_numbers_are_the_model_s_own_business() -> None:
    frame = pd.DataFrame({"colour": np.resize(["red", "green", "blue"], 12)})
    y = np.where(np.arange(12) < 8, np.arange(12) % 2, -1)
    model = make_pipeline(OneHotEncoder(), LogisticRegression()).fit(frame[:8], y[:8])
    assert eligo.query(model, frame, y, PredictiveEntropy(), 2, missing_label=-1).min() >= 8


# --- Functions -----------------------------------------------------------------------------------------------------------


def test_functions_give_probabilities_predictions_or_a_committee_s(logistic) -> None:
    by_model = eligo.query(logistic, X, PARTIAL, PredictiveEntropy(), 5)
    assert eligo.query(logistic.predict_proba, X, PARTIAL, PredictiveEntropy(), 5).tolist() == by_model.tolist()
    members = np.stack([X[:, 0], X[:, 0] + np.where(np.arange(150) == 44, 1.0, 0.0)])[:, :, None]
    assert eligo.query(lambda rows: members, X, PARTIAL, EnsembleVariance()).tolist() == [44]
    with pytest.raises(ValueError, match="looks at the network itself for regression"):
        eligo.query(lambda rows: rows[:, 0], X, PARTIAL, PredictiveEntropy())


# --- Batches that are diverse --------------------------------------------------------------------------------------------


def farthest_first(Z: np.ndarray, known: np.ndarray, n: int) -> list[int]:
    """Greedy k-centre as written: always the example that is farthest from all that are labelled or chosen."""
    centres, chosen = np.flatnonzero(known).tolist(), []
    for _ in range(n):
        distances = ((Z[:, None] - Z[centres]) ** 2).sum(axis=2).min(axis=1)
        chosen.append(int(distances.argmax()))
        centres.append(chosen[-1])
    return chosen


def test_a_batch_rule_spreads_a_query_of_any_model(logistic, ours) -> None:
    scaled = 2 * (X - X.min(axis=0)) / (X.max(axis=0) - X.min(axis=0)) - 1
    expected = farthest_first(scaled, KNOWN, 6)
    found = eligo.query(logistic, X, PARTIAL, Indifferent(), 6, rule=KCentre())
    assert sorted(found.tolist()) == sorted(expected)
    y = np.where(KNOWN, NAMES, None)
    rows = eligo.query(ours, X, y, Indifferent(), 6, rule=KCentre())
    assert len(set(rows.tolist())) == 6 and not KNOWN[rows].any()


# --- Our estimators ------------------------------------------------------------------------------------------------------


def test_our_estimators_score_what_the_utility_scores(ours) -> None:
    y = np.where(KNOWN, NAMES, None)
    _, scores = eligo.query(ours, X, y, PredictiveEntropy(), return_scores=True)
    first = eligo.score_pool(ours.network_, {k: {p: v[0] for p, v in of.items()} for k, of in ours.params_.items()},
                             ours.scaling_(X).astype(np.float32), ours._task, PredictiveEntropy())  # fmt: skip
    np.testing.assert_allclose(scores[~KNOWN], first[~KNOWN], rtol=1e-4)
    for utility in (EnsembleVariance(), OutputSensitivity()):
        (row,) = eligo.query(ours, X, y, utility)
        assert not KNOWN[row]


def test_the_loop_of_query_label_and_fit_reaches_all_labels() -> None:
    y = np.where(np.arange(150) % 75 == 0, CODES, -1)
    y[100] = 2
    model = eligo.SelectiveClassifier(hidden=(4,), epochs=2, n_records=1, random_state=0)
    for _ in range(3):
        model.fit(X[y >= 0], y[y >= 0])
        rows = eligo.query(model, X, y, PredictiveEntropy(), 49, missing_label=-1)
        y[rows] = CODES[rows]
    assert (y == CODES).all()
    assert eligo.query(model, X, y, PredictiveEntropy(), missing_label=-1).tolist() == []


# --- Edges ---------------------------------------------------------------------------------------------------------------


def test_all_that_is_left_is_asked_for(logistic) -> None:
    y = np.where(np.arange(150) < 147, Y, np.nan)
    assert sorted(eligo.query(logistic, X, y, PredictiveEntropy(), 99).tolist()) == [147, 148, 149]
    rows, scores = eligo.query(logistic, X, Y, PredictiveEntropy(), 99, return_scores=True)
    assert rows.tolist() == [] and rows.dtype == np.int64 and np.isnan(scores).all()
    nothing = np.full(150, np.nan)
    assert len(eligo.query(logistic, X, nothing, PredictiveEntropy(), 99)) == 99


def test_lots_follow_the_seed(logistic) -> None:
    def ask(seed: int) -> list[int]:
        return eligo.query(logistic, X, PARTIAL, Random(), 5, random_state=seed).tolist()

    assert ask(0) == ask(0) != ask(1)
    flat = [
        eligo.query(lambda rows: np.full((150, 2), 0.5), X, PARTIAL, PredictiveEntropy(), random_state=seed)[0]
        for seed in range(8)
    ]
    assert len(set(flat)) > 4  # ties are broken by lot, and not by place


@pytest.mark.parametrize(
    ("model", "utility", "changes", "message"),
    [
        ("logistic", PredictiveEntropy(), {"n": 0}, "`n` must be a whole number of at least 1; got 0."),
        ("logistic", PredictiveEntropy(), {"y": Y[:9]}, "for each of the 150 rows of `X`; got 9."),
        ("logistic", OutputSensitivity(), {}, "`utility` OutputSensitivity looks at the network itself"),
        ("logistic", AbsoluteError(), {}, "`utility` AbsoluteError looks at the network itself"),
        ("logistic", EnsembleVariance(), {}, "compares at least 2 members; got 1"),
        ("ours", AbsoluteError(), {"y": np.where(KNOWN, NAMES, None)}, "AbsoluteError needs labels"),
        ("ours", PredictiveEntropy(), {"y": np.where(KNOWN, "rosa", None)}, "`y` holds 'rosa', and none of the labels"),
        (
            "ours",
            PredictiveEntropy(),
            {"y": np.where(KNOWN, np.where(CODES == 2, "rosa", NAMES), None)},
            "`y` holds the label 'rosa', and the classes of the network are ['setosa', 'versicolor', 'virginica'].",
        ),
        ("ours", PredictiveEntropy(), {"y": np.where(KNOWN, CODES, np.nan)}, "`y` holds 0.0, and none of the labels"),
        (LinearSVC().fit(X, CODES), PredictiveEntropy(), {}, "`model` LinearSVC gives no class probabilities"),
        ([], PredictiveEntropy(), {}, "a list of at least one"),
        (lambda rows: np.full((3, 2), 0.5), PredictiveEntropy(), {}, "must predict each of the 150 rows of `X`; got 3"),
        (lambda rows: np.full((150, 2), np.nan), Random(), {}, "`model` gives NaN in 150 rows of `X`"),
        (lambda rows: np.full((150, 2), 0.5), Indifferent(), {"X": HOLED, "rule": KCentre()}, "`X` has missing values"),
        (lambda rows: np.full((150, 2), 0.5), GSx(), {"X": HOLED}, "GSx looks at where examples lie, and `X` has missing"),
        ("logistic", Random(), {"rule": Share()}, "`rule` must choose n examples"),
    ],
)  # fmt: skip
def test_questions_without_an_answer_are_refused(request, model, utility, changes, message) -> None:
    model = request.getfixturevalue(model) if isinstance(model, str) else model
    asked = {"X": X, "y": PARTIAL, "n": 1} | changes
    with pytest.raises(ValueError) as refusal:
        eligo.query(model, utility=utility, **asked)
    assert message in str(refusal.value)
