"""The named methods: each runs on both tasks, and all of a trial start from the same."""

from dataclasses import fields, replace

import jax
import numpy as np
import pytest

from eligo import COMMITTEES, SGD, Settings, learn_by_querying, named_methods
from eligo.learning import BY_EL2N, BY_FORGETTING, BY_GRAND, Diversity, SubsetTermination
from eligo.rules import AboveMean, AdaptiveMean, Everything, Share, SoftPrune, Top
from eligo.stopping import StabilisingPredictions
from eligo.utilities import (
    AbsoluteError,
    DirectionalSensitivity,
    EnsembleVariance,
    ExtremePrediction,
    OutputSensitivity,
    PredictiveEntropy,
    Random,
    SquaredError,
)
from problems import NETWORK, TASKS, make_trials, nth

# The table of the design: loop, utility, rule, members. What entropy and the ensemble score by is seen in their runs.
TABLE = {
    "passive": ("selective", None, Everything(), 1),
    "sasla": ("selective", OutputSensitivity(), AboveMean(0.9), 1),
    "entropy": ("pool", None, Top(1), 1),
    "ensemble": ("pool", None, Top(1), 3),
    "random_pool": ("pool", Random(), Top(1), 1),
    "error": ("selective", AbsoluteError(), AboveMean(0.9), 1),
    "random_subset": ("selective", Random(), Share(0.5), 1),
    "loss": ("selective", SquaredError(), SoftPrune(0.5), 1),
    "el2n": ("selective", None, Share(0.5), 1),
    "grand": ("selective", None, Share(0.5), 1),
    "forgetting": ("selective", None, Share(0.5), 1),
    "saila": ("selective", OutputSensitivity(), None, 1),
}
SHORT = SGD(0.2, 0.5, epochs=6)


def test_methods_are_those_of_the_design() -> None:
    methods = named_methods()
    assert [name for name in methods if name in TABLE] == list(TABLE)  # ways to query: `test_recipes.py`
    for name, (loop, utility, rule, members) in TABLE.items():
        method = methods[name]
        bound = bound_to(method)
        assert (method.name, method.loop, method.members) == (name, loop, members)
        assert bound.get("rule") == rule and bound.get("n_members", 1) == members
        assert utility is None or bound["utility"] == utility
        assert method.summary and "\n" not in method.summary


def bound_to(method) -> dict:
    """The keywords that the method's loop is called with."""
    bound, learn = {}, method.learn
    while hasattr(learn, "keywords"):
        bound, learn = learn.keywords | bound, learn.func
    return bound


# Every method on classes; for function approximation, where entropy is another formula, one of each kind.
RUNS = {
    "classes": tuple(TABLE),
    "sigmoid outputs": ("passive", "entropy", "random_pool", "ensemble", "forgetting", "saila"),
}


@pytest.fixture(scope="module", params=RUNS)
def runs(request):
    """Methods on the same trials."""
    task = TASKS[request.param]
    trials = make_trials(task)
    methods = {
        name: method for name, method in named_methods(Settings(query_size=10)).items() if name in RUNS[request.param]
    }
    return task, trials, {name: method.learn(NETWORK, task, trials, SHORT) for name, method in methods.items()}


def test_every_method_learns_and_is_counted(runs) -> None:
    task, _, trajectories = runs
    for name, found in trajectories.items():
        loop, members = TABLE[name][0], TABLE[name][3]
        assert (found.epoch[0], found.epoch[-1]) == (0, 6), name
        assert not found.is_diverged.any() and found.is_selected.shape == (2, 24)
        assert found.params["hidden"]["weights"].shape[:2] == (2, members)
        for cost in ("presentations", "work", "labels"):
            costs = getattr(found, cost)
            assert costs.shape == (len(found.epoch), 2) and (np.diff(costs, axis=0) >= 0).all(), (name, cost)
        is_asked_first = name in ("el2n", "grand", "forgetting", "saila")  # a pilot, or the first subset
        assert is_asked_first or ((found.presentations[0] == 0).all() and (found.work[0] == 0).all())
        assert (found.labels == 24).all() == (loop == "selective")
        measured, absent = ("accuracy", "mse") if task.has_classes else ("mse", "accuracy")
        assert np.isfinite(getattr(found, measured)).all() and np.isnan(getattr(found, absent)).all()
    assert (trajectories["passive"].presentations[-1] == 6 * 24).all()
    np.testing.assert_array_equal(trajectories["ensemble"].presentations, 3 * trajectories["random_pool"].presentations)


def test_all_methods_of_a_trial_start_from_the_same_and_trials_from_others(runs) -> None:
    """The first record is of the untrained network on the trial's own test part."""
    _, _, trajectories = runs
    starts = np.array([found.test_error[0] for name, found in trajectories.items() if name != "ensemble"])
    np.testing.assert_array_equal(starts, np.tile(starts[0], (len(starts), 1)))
    assert starts[0, 0] != starts[0, 1]
    first_labels = [trajectories[name].labels[0] for name in ("entropy", "ensemble", "random_pool")]
    np.testing.assert_array_equal(first_labels, np.full((3, 2), 4))


def test_without_a_query_all_pool_methods_are_the_same_network(runs) -> None:
    """Same weights, same first labels, same order of presentation: nothing differs before the first choice."""
    task, trials, _ = runs
    methods = named_methods(Settings(budget=0))
    trained = {
        name: nth(methods[name].learn(NETWORK, task, trials, SHORT).params, slice(None), 0)
        for name in ("entropy", "random_pool", "ensemble")
    }
    jax.tree.map(np.testing.assert_array_equal, trained["entropy"], trained["random_pool"])
    for found, expected in zip(jax.tree.leaves(trained["ensemble"]), jax.tree.leaves(trained["entropy"]), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def assert_same_run(found, expected) -> None:
    jax.tree.map(np.testing.assert_array_equal, found.params, expected.params)
    for name in ("is_selected", "presentations", "work", "test_error", "accuracy", "mse"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), err_msg=name)


@pytest.mark.parametrize(
    ("task", "uncertainty", "utility"),
    [
        ("classes", "laplace", PredictiveEntropy()),
        ("classes", "extreme_prediction", PredictiveEntropy()),
        ("sigmoid outputs", "laplace", PredictiveEntropy()),
        ("sigmoid outputs", "extreme_prediction", ExtremePrediction()),
    ],
)
def test_entropy_asks_about_classes_by_eq_8_and_about_functions_by_the_setting(task, uncertainty, utility) -> None:
    task, trials = TASKS[task], make_trials(TASKS[task])
    method = named_methods(Settings(query_size=10, regression_uncertainty=uncertainty))["entropy"]
    expected = learn_by_querying(NETWORK, task, trials, SHORT, utility=utility, rule=Top(10))
    assert_same_run(method.learn(NETWORK, task, trials, SHORT), expected)


@pytest.mark.parametrize("committee", COMMITTEES)
@pytest.mark.parametrize("task", ["classes", "sigmoid outputs"])
def test_the_ensemble_is_measured_by_its_committee(task, committee) -> None:
    task, trials = TASKS[task], make_trials(TASKS[task])
    method = named_methods(Settings(query_size=10, committee=committee))["ensemble"]
    expected = learn_by_querying(
        NETWORK, replace(task, committee=COMMITTEES[committee]), trials, SHORT,
        utility=EnsembleVariance(), rule=Top(10), n_members=3,
    )  # fmt: skip
    assert_same_run(method.learn(NETWORK, task, trials, SHORT), expected)


OTHER = Settings(
    beta=0.4, interval=3, first_selection=2, candidates="current", input_norm="max", output_norm="sum", share=0.2,
    floor=5, floor_share=0.3, members=2, committee="first_member", query_size=5, budget=7, retraining="cold",
    epochs_per_query=9, stop="epochs", regression_uncertainty="extreme_prediction", target_work=0.7, tail=0.3,
    prune_probability=0.2, pilots=4, pilot_epochs=5, growth=3, subset_epochs=50, early_stopping="stabilising_predictions",
    early_stopping_threshold=0.9, check_interval=4, diversity="bootstrap+features", feature_share=0.7,
    stopping="stabilising_predictions", stopping_threshold=0.8,
)  # fmt: skip


def test_settings_reach_the_loops() -> None:
    methods = named_methods(OTHER)
    sasla, ensemble = bound_to(methods["sasla"]), bound_to(methods["ensemble"])
    assert sasla["utility"] == OutputSensitivity("max", "sum") and sasla["rule"] == AdaptiveMean(0.7, of="work")
    by_beta = bound_to(named_methods(replace(OTHER, target_work=None))["sasla"])
    assert by_beta["rule"] == AboveMean(0.4, 5, 0.3)
    by_share = bound_to(named_methods(replace(OTHER, target_work=None, target_share=0.6))["error"])
    assert by_share["rule"] == AdaptiveMean(0.6)
    assert (sasla["stopping"], sasla["check_interval"]) == (StabilisingPredictions(0.9), 4)
    assert (sasla["interval"], sasla["first_selection"], sasla["candidates"]) == (3, 2, "current")
    assert bound_to(methods["random_subset"])["rule"] == Share(0.2)
    expected = {"n_members": 2, "rule": Top(5), "budget": 7, "retraining": "cold", "epochs_per_query": 9}
    assert {name: ensemble[name] for name in expected} == expected
    assert ensemble["stop"] == "epochs"
    assert methods["ensemble"].members == 2
    assert ensemble["diversity"] == Diversity(weights=False, bootstrap=True, feature_share=0.7)
    assert ensemble["stopping"] == StabilisingPredictions(0.8)
    loss, saila = bound_to(methods["loss"]), bound_to(methods["saila"])
    assert (loss["rule"], loss["tail"], loss["interval"]) == (SoftPrune(0.2), 0.3, 3)
    assert (saila["growth"], saila["termination"]) == (3, SubsetTermination(most_epochs=50))
    for name, score in (("el2n", BY_EL2N), ("grand", BY_GRAND), ("forgetting", BY_FORGETTING)):
        pilot = bound_to(methods[name])
        assert (pilot["score"], pilot["rule"]) == (score, Share(0.2))
        assert (pilot["n_pilots"], pilot["pilot_epochs"]) == (4, 5)
    along = named_methods(replace(OTHER, informativeness="directional"))["sasla"]
    assert bound_to(along)["utility"] == DirectionalSensitivity("sum")


def test_a_method_names_the_settings_that_change_it_and_no_others() -> None:
    """Each setting is changed alone; what a method is bound to changes where it says so."""
    changed = {field.name: getattr(OTHER, field.name) for field in fields(Settings)}
    changed |= {"informativeness": "directional", "target_share": 0.6}
    assert {field.name for field in fields(Settings)} == {name for m in named_methods().values() for name in m.settings}
    # The stop "epochs" needs the first; thresholds and a share of features mean something with the others.
    base = Settings(epochs_per_query=4, stopping="plateau", early_stopping="plateau", diversity="features")
    for name, value in changed.items():
        methods, others = named_methods(base), named_methods(replace(base, **{name: value}))
        for method, other in zip(methods.values(), others.values(), strict=True):
            assert (bound_to(method) != bound_to(other)) == (name in method.settings), (method.name, name)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"beta": 1.5}, "`beta` must be in [0, 1]; got 1.5."),
        ({"share": 0}, "`share` must be in (0, 1]; got 0."),
        ({"floor": 0}, "`floor` must be a whole number of at least 1; got 0."),
        ({"floor_share": 1.1}, "`floor_share` must be in [0, 1]; got 1.1."),
        ({"interval": 0}, "`interval` must be a whole number of at least 1; got 0."),
        ({"first_selection": 0}, "`first_selection` must be a whole number of at least 1, or None; got 0."),
        ({"members": 0}, "`members` must be a whole number of at least 1; got 0."),
        ({"query_size": 0}, "`query_size` must be a whole number of at least 1; got 0."),
        ({"budget": -1}, "`budget` must be a whole number of at least 0, or None; got -1."),
        ({"epochs_per_query": 0}, "`epochs_per_query` must be a whole number of at least 1, or None; got 0."),
        ({"candidates": "some"}, "`candidates` must be one of 'all', 'current'; got 'some'."),
        ({"informativeness": "slope"}, "`informativeness` must be one of 'gradient', 'directional'; got 'slope'."),
        ({"input_norm": "L1"}, "`input_norm` must be one of 'sum', 'euclidean', 'max'; got 'L1'."),
        ({"output_norm": ["max"]}, "`output_norm` must be one of 'sum', 'euclidean', 'max'; got ['max']."),
        ({"committee": "all"}, "`committee` must be one of 'vote', 'mean_of_outputs', 'first_member'; got 'all'."),
        ({"retraining": "hot"}, "`retraining` must be one of 'warm', 'warm_at_rest', 'cold'; got 'hot'."),
        ({"stop": "never"}, "`stop` must be one of 'budget', 'epochs'; got 'never'."),
        ({"stop": "epochs"}, '`stop` "epochs" needs `epochs_per_query`; got None.'),
        ({"target_work": 0}, "`target_work` must be in (0, 1], or None; got 0."),
        (
            {"target_share": 0.5, "target_work": 0.5},
            "one of `target_share` and `target_work` must be None; got 0.5 and 0.5.",
        ),
        ({"pilots": 0}, "`pilots` must be a whole number of at least 1; got 0."),
        ({"prune_probability": 1.0}, "`prune_probability` must be in [0, 1); got 1.0."),
        ({"stopping_threshold": 0}, "`stopping_threshold` must be above 0, or None; got 0."),
        (
            {"regression_uncertainty": "eq 8"},
            "`regression_uncertainty` must be one of 'laplace', 'extreme_prediction'; got 'eq 8'.",
        ),
    ],
)
def test_settings_outside_their_range_are_refused_in_one_line(arguments, message) -> None:
    with pytest.raises(ValueError) as refusal:
        Settings(**arguments)
    assert str(refusal.value) == message


def test_a_seed_gives_the_same_numbers_again() -> None:
    for name in ("sasla", "random_subset", "entropy"):
        method = named_methods(Settings(query_size=10))[name]
        once, again = (method.learn(NETWORK, TASKS["classes"], make_trials(TASKS["classes"]), SHORT) for _ in range(2))
        jax.tree.map(np.testing.assert_array_equal, once.params, again.params)
        np.testing.assert_array_equal(once.is_selected, again.is_selected)
        np.testing.assert_array_equal(once.test_error, again.test_error)
