"""What the estimators promise beside scikit-learn's checks."""

import re

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import accuracy_score, mean_squared_error
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from eligo import ActiveClassifier, ActiveRegressor, SelectionDisplay, SelectiveClassifier, SelectiveRegressor
from eligo.estimators.shell import capacity_for
from eligo.rules import AboveMean, Everything
from eligo.utilities import AbsoluteError, EnsembleVariance, PredictiveEntropy

X, CODES = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])[CODES]
SMALL = {"hidden": (6,), "n_records": 2, "random_state": 0, "batch_size": 4}
SELECTIVE = SelectiveClassifier(**SMALL, epochs=40, interval=10, learning_rate=0.2, momentum=0.9)
ACTIVE = ActiveClassifier(**SMALL, epochs=40, budget=20, query_size=10, n_members=2, learning_rate=0.2, momentum=0.9)
REGRESSOR = {**SMALL, "epochs": 40, "learning_rate": 0.05, "momentum": 0.9}


@pytest.fixture(scope="module")
def selective() -> SelectiveClassifier:
    return clone(SELECTIVE).fit(X, NAMES)


@pytest.fixture(scope="module")
def active() -> ActiveClassifier:
    return clone(ACTIVE).fit(X, NAMES)


# --- What is learnt, and what is told of it ----------------------------------------------------------------------------


def test_strings_come_back_with_probabilities_that_agree(selective, active) -> None:
    for model in (selective, active):
        assert model.classes_.tolist() == ["setosa", "versicolor", "virginica"]
        probabilities = model.predict_proba(X)
        assert (model.classes_[probabilities.argmax(axis=1)] == model.predict(X)).all()
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
        assert model.score(X, NAMES) > 0.85


def test_what_a_selection_cost_is_told(selective) -> None:
    trajectory = selective.trajectory_
    assert selective.n_iter_ == trajectory.epoch[-1] == 40
    assert selective.selected_.shape == (150,)
    assert selective.selected_.sum() == trajectory.n_selected[-1, 0]
    assert selective.presentations_ == trajectory.presentations[-1, 0] <= 40 * 150
    assert selective.work_ == trajectory.work[-1, 0]
    assert selective.loss_curve_ == trajectory.train_error[:, 0].tolist()
    assert selective.loss_curve_[-1] < selective.loss_curve_[0] / 2
    assert np.isnan(trajectory.accuracy).all()  # there is no test part


def test_everything_in_every_epoch_is_passive_learning() -> None:
    model = clone(SELECTIVE).set_params(rule=Everything()).fit(X, NAMES)
    assert model.selected_.all()
    assert model.presentations_ == 40 * 150


def test_a_stricter_rule_presents_less(selective) -> None:
    strict = clone(SELECTIVE).set_params(rule=AboveMean(0.0)).fit(X, NAMES)
    assert strict.presentations_ < selective.presentations_
    assert strict.selected_.sum() < 75


def test_the_budget_is_what_is_labelled(active) -> None:
    assert active.selected_.sum() == 10 + 20
    assert active.trajectory_.labels[-1, 0] == 30
    assert active.presentations_ == 2 * (14 * 30 + 13 * 20 + 13 * 10)  # two members, 40 epochs over three rounds


@pytest.mark.parametrize(("budget", "labels"), [(0.5, 10 + 70), (None, 150), (140, 150), (0, 10)])
def test_budgets_are_numbers_or_shares(budget, labels) -> None:
    model = clone(ACTIVE).set_params(budget=budget, query_size=35, epochs=4).fit(X, NAMES)
    assert model.selected_.sum() == labels


def test_a_budget_that_the_pool_does_not_hold_is_told() -> None:
    model = clone(ACTIVE).set_params(budget=141, query_size=35, epochs=4)
    with pytest.warns(UserWarning) as told:
        model.fit(X, NAMES)
    assert [str(one.message) for one in told] == [
        "`budget` is 141, and the pool holds 140 examples beside the first ones; all are asked for. Lower it, or pass "
        "budget=None for all."
    ]
    assert told[0].filename == __file__
    assert model.selected_.all()


def test_a_default_budget_is_at_most_what_the_pool_holds() -> None:
    model = clone(ACTIVE).set_params(budget=ActiveClassifier().budget, query_size=35, epochs=4).fit(X[50:], NAMES[50:])
    assert model.selected_.all()


def test_labels_that_were_not_asked_for_are_not_looked_at(active) -> None:
    """Others in their place change no bit of what is learnt, and of what is asked."""
    y = np.where(active.selected_, NAMES, "setosa")
    other = clone(ACTIVE).fit(X, y)
    assert (other.selected_ == active.selected_).all()
    assert (other.predict_proba(X) == active.predict_proba(X)).all()


def test_values_that_were_not_asked_for_are_not_looked_at() -> None:
    model = ActiveRegressor(**REGRESSOR, budget=20, query_size=10, n_members=2).fit(X[:, :3], X[:, 3])
    y = np.where(model.selected_, X[:, 3], 1e6)
    other = clone(model).fit(X[:, :3], y)
    assert (other.selected_ == model.selected_).all()
    assert (other.predict(X[:, :3]) == model.predict(X[:, :3])).all()


def test_several_outputs_keep_their_shape_and_their_units() -> None:
    model = SelectiveRegressor(**REGRESSOR, interval=10).fit(X[:, :2], X[:, 2:] * [1000, 1] + [0, 1e6])
    predicted = model.predict(X[:, :2])
    assert predicted.shape == (150, 2)
    assert model.score(X[:, :2], X[:, 2:] * [1000, 1] + [0, 1e6]) > 0.7
    assert predicted.mean(axis=0) == pytest.approx(X[:, 2:].mean(axis=0) * [1000, 1] + [0, 1e6], rel=0.1)


def test_a_target_that_is_constant_is_learnt() -> None:
    """A fold of a cross-validation may hold one value only."""
    model = SelectiveRegressor(**REGRESSOR, interval=10).fit(X[:, :2], np.column_stack([X[:, 2], np.full(150, 7.0)]))
    assert model.predict(X[:, :2])[:, 1] == pytest.approx(np.full(150, 7.0), abs=0.1)


def test_units_of_features_do_not_matter(selective) -> None:
    other = clone(SELECTIVE).fit(X * [1e-3, 1, 1e3, 1e6] + [0, 5, 0, 1e9], NAMES)
    assert (other.predict(X * [1e-3, 1, 1e3, 1e6] + [0, 5, 0, 1e9]) == selective.predict(X)).all()


def test_a_prediction_does_not_depend_on_the_rows_beside_it(active) -> None:
    many = active.predict_proba(np.concatenate([X, X, X]))
    assert (many[:150] == many[150:300]).all()
    assert (active.predict_proba(X[7:8]) == many[7]).all()


def test_the_same_seed_gives_the_same_bits_and_another_does_not(selective) -> None:
    assert (clone(SELECTIVE).fit(X, NAMES).predict_proba(X) == selective.predict_proba(X)).all()
    assert (
        clone(SELECTIVE).set_params(random_state=1).fit(X, NAMES).predict_proba(X) != selective.predict_proba(X)
    ).any()


# --- Weights -----------------------------------------------------------------------------------------------------------


def test_a_weight_of_zero_leaves_out(selective) -> None:
    """Sooner or later: no row of weight zero has a say in scales, and none is presented."""
    model = clone(SELECTIVE).set_params(rule=Everything(), epochs=8)
    weight = (np.arange(150) % 2).astype(float)
    other = np.where(weight[:, None] > 0, X, 1e9)
    weighted = clone(model).fit(other, NAMES, sample_weight=weight)
    assert weighted.presentations_ == 8 * 75
    assert (weighted.selected_ == (weight > 0)).all()
    assert np.abs(weighted.scaling_(X)).max() < 2


def test_what_weighs_more_is_fitted_better() -> None:
    model = SelectiveRegressor(**REGRESSOR, rule=Everything())
    same, y = np.zeros((20, 1)), np.repeat([0.0, 1.0], 10)
    weight = np.repeat([3.0, 1.0], 10)
    assert model.fit(same, y, sample_weight=weight).predict([[0.0]]) == pytest.approx(
        0.25, abs=0.1
    )  # the weighted mean


# --- Going on ----------------------------------------------------------------------------------------------------------


def test_partial_fit_goes_on_and_adds_up() -> None:
    model = clone(SELECTIVE)
    order = np.random.default_rng(0).permutation(150)
    for _ in range(8):
        for batch in np.array_split(order, 3):
            model.partial_fit(X[batch], NAMES[batch], classes=np.unique(NAMES))
    assert model.n_iter_ == 24
    assert model.presentations_ <= 8 * 150
    assert model.score(X, NAMES) > 0.7
    with pytest.raises(ValueError, match="`classes` must be those of the first call"):
        model.partial_fit(X, NAMES, classes=["other", "setosa"])


def test_partial_fit_of_an_active_learner_asks_for_some_of_each_batch() -> None:
    model = clone(ACTIVE)
    model.partial_fit(X[:100], NAMES[:100], classes=np.unique(NAMES))
    assert model.selected_.sum() == 10
    model.partial_fit(X[100:], NAMES[100:])
    assert model.selected_.shape == (50,) and model.selected_.sum() == 10
    assert model.presentations_ == 2 * (10 + 10)


def test_a_warm_start_goes_on_from_the_weights(selective) -> None:
    model = clone(SELECTIVE).set_params(warm_start=True).fit(X, NAMES)
    assert model.fit(X, NAMES).loss_curve_[0] == pytest.approx(selective.loss_curve_[-1])


# --- Among others ------------------------------------------------------------------------------------------------------


def test_frames_tell_names_and_pipelines_set_output() -> None:
    frame = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    pipeline = make_pipeline(StandardScaler(), clone(SELECTIVE)).set_output(transform="pandas").fit(frame, NAMES)
    assert pipeline[-1].feature_names_in_.tolist() == ["a", "b", "c", "d"]
    with pytest.raises(ValueError, match="feature names should match"):
        pipeline[-1].predict(frame[["b", "a", "c", "d"]])


def test_a_grid_search_tries_rules_and_utilities() -> None:
    grid = {"rule": [AboveMean(0.9), AboveMean(0.2)], "utility": [None, AbsoluteError()]}
    search = GridSearchCV(clone(SELECTIVE), grid, cv=2, error_score="raise").fit(X, NAMES)
    assert search.best_score_ > 0.8
    assert cross_val_score(clone(ACTIVE), X, NAMES, cv=2, error_score="raise").mean() > 0.7


def test_progress_is_printed(capsys) -> None:
    clone(SELECTIVE).set_params(verbose=1).fit(X, NAMES)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == [f"[SelectiveClassifier] epoch {epoch}" for epoch in (0, 20, 40)]
    assert lines[0].startswith(
        "[SelectiveClassifier] epoch 0: 150 of 150 labelled examples selected, 0 presentations, error "
    )


def test_a_display_shows_what_was_selected(active) -> None:
    display = SelectionDisplay.from_estimator(active, X)
    selected, out = display.ax_.collections[1], display.ax_.collections[0]
    assert len(selected.get_offsets()) == 30 and len(out.get_offsets()) == 120
    axes = plt.figure().add_subplot()
    assert SelectionDisplay.from_estimator(active, X, features=(1, 3), ax=axes).ax_ is axes
    assert axes.get_ylabel() == "feature 3"
    np.testing.assert_allclose(axes.collections[1].get_offsets(), X[active.selected_][:, [1, 3]])
    with pytest.raises(ValueError, match=r"`features` must be in \[0, 3\]; got 9"):
        SelectionDisplay.from_estimator(active, X, features=(0, 9))
    with pytest.raises(ValueError, match="must have the 150 examples"):
        SelectionDisplay.from_estimator(active, X[:7])
    plt.close("all")


# --- What is refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("estimator", "changes", "message"),
    [
        (SELECTIVE, {"activation": "swish"}, "`activation` must be one of 'sigmoid', "),
        (SELECTIVE, {"hidden": (0,)}, "`hidden` must be a tuple of whole numbers"),
        (SELECTIVE, {"interval": 0}, "`interval` must be a whole number of at least 1; got 0"),
        (SELECTIVE, {"learning_rate": -1.0}, "`learning_rate` must be above 0; got -1"),
        (SELECTIVE, {"utility": EnsembleVariance()}, "compares at least 2 members"),
        (ACTIVE, {"utility": AbsoluteError()}, "AbsoluteError needs labels, which a pool does not have"),
        (ACTIVE, {"n_members": 0}, "`n_members` must be a whole number of at least 1; got 0"),
        (ACTIVE, {"n_initial": 0.5}, "`n_initial` must be a whole number of at least 1; got 0.5"),
        (ACTIVE, {"budget": 1.5}, "`budget` must be a whole number of at least 0, a share in [0.0, 1.0], or None"),
        (ACTIVE, {"budget": -1}, "`budget` must be a whole number of at least 0, a share in [0.0, 1.0], or None"),
        (ACTIVE, {"retraining": "hot"}, "`retraining` must be one of"),
    ],
)
def test_settings_that_mean_nothing_are_refused(estimator, changes, message) -> None:
    with pytest.raises(ValueError) as refusal:
        clone(estimator).set_params(**changes).fit(X, NAMES)
    assert message in str(refusal.value)


def test_numbers_that_came_as_objects_are_numbers() -> None:
    """As those of `y` are once the rows whose label was None are left out."""
    model = clone(SELECTIVE).set_params(epochs=3)
    of_objects = clone(model).fit(X, CODES.astype(object))
    assert of_objects.classes_.dtype == CODES.dtype
    assert (of_objects.predict_proba(X) == model.fit(X, CODES).predict_proba(X)).all()


def test_other_outputs_than_in_the_first_call_are_refused() -> None:
    model = SelectiveRegressor(**REGRESSOR).partial_fit(X, X[:, 0])
    with pytest.raises(
        ValueError, match=r"^`y` must have 1 output, as in the first call; got 2\. Fit anew for others\.$"
    ):
        model.partial_fit(X, X[:, :2])


def test_one_class_is_said() -> None:
    with pytest.raises(ValueError, match="`y` has 1 class, 'setosa'; a classifier needs at least 2"):
        clone(SELECTIVE).fit(X[:50], NAMES[:50])


def test_training_that_runs_away_is_said() -> None:
    model = SelectiveRegressor(**(REGRESSOR | {"learning_rate": 1e4}), rule=Everything())
    with pytest.warns(ConvergenceWarning, match="training ran away with `learning_rate` 10000 and `momentum` 0.9"):
        model.fit(X[:, :3], X[:, 3])


def coded_error(y: np.ndarray, low: float, high: float) -> float:
    """Squared error, summed over classes, of scikit-learn's share of each class as the answer to every example."""
    shares = DummyClassifier(strategy="prior").fit(X, y).predict_proba(X)
    coded = low + (high - low) * np.eye(3)[np.unique(y, return_inverse=True)[1]]
    return float(((coded - low - (high - low) * shares) ** 2).sum(axis=1).mean())


@pytest.mark.parametrize("rule", [None, Everything()])
def test_training_that_ends_worse_than_a_constant_is_said(rule) -> None:
    model = SelectiveClassifier(learning_rate=10, epochs=5, random_state=0, rule=rule)
    of_constant = coded_error(NAMES, 0.1, 0.9)
    with pytest.warns(
        ConvergenceWarning, match=f"where a constant has {of_constant:.4g}, and it does not fall"
    ) as told:
        model.fit(X, NAMES)
    assert told[0].filename == __file__ and len(told) == 1
    assert "Lower `learning_rate`, 10, or let `rule` keep more examples." in str(told[0].message)
    assert max(abs(leaf).max() for layer in model.params_.values() for leaf in layer.values()) < 1e6
    assert accuracy_score(NAMES, model.predict(X)) <= accuracy_score(NAMES, DummyClassifier().fit(X, NAMES).predict(X))


def test_values_that_end_worse_than_a_constant_are_said() -> None:
    y = 1e3 * X[:, 3]
    of_constant = mean_squared_error(y, DummyRegressor().fit(X, y).predict(X))
    with pytest.warns(ConvergenceWarning, match=re.escape(f"where a constant has {of_constant:.4g}, and it")):
        SelectiveRegressor(hidden=(8,), learning_rate=2, batch_size="full", epochs=6, random_state=0).fit(X[:, :3], y)


@pytest.mark.parametrize("epochs", [1, 2, 5])
@pytest.mark.parametrize("rate", [0.001, 0.02, 0.1])
def test_training_that_has_not_come_far_is_no_reason_to_warn(epochs, rate) -> None:
    how = {"hidden": (8,), "epochs": epochs, "learning_rate": rate, "random_state": 0}
    SelectiveClassifier(**how).fit(X, NAMES)  # a warning is an error here
    SelectiveRegressor(**how).fit(X[:, :3], X[:, 3])


@pytest.mark.parametrize("seed", range(4))
def test_swings_of_choosing_among_noise_are_no_reason_to_warn(seed) -> None:
    """The last two errors of some of these are above 1.25 times that of a constant; earlier ones are not."""
    X, y = np.random.default_rng(seed).standard_normal((60, 3)), np.random.default_rng(100 + seed).standard_normal(60)
    SelectiveRegressor(random_state=seed, epochs=20).fit(X, y)


def test_a_single_network_asks_by_entropy() -> None:
    model = clone(ACTIVE).set_params(n_members=1, epochs=3)
    named = clone(model).set_params(utility=PredictiveEntropy())
    assert (model.fit(X, NAMES).selected_ == named.fit(X, NAMES).selected_).all()


def test_capacities_hold_and_are_few() -> None:
    sizes = {n: capacity_for(n) for n in range(1, 5000)}
    assert all(n <= size <= max(n + 63, 1.25 * n) for n, size in sizes.items())
    assert len(set(sizes.values())) < 25
