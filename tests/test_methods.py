"""The named methods: each runs on both tasks, and all of a trial start from the same."""

import jax
import numpy as np
import pytest

from eligo import SGD, Settings, named_methods
from eligo.rules import AboveMean, Everything, Share, Top
from eligo.utilities import AbsoluteError, EnsembleVariance, OutputSensitivity, PredictiveEntropy, Random
from problems import NETWORK, TASKS, make_trials, nth

# The table of the design: loop, utility, rule, members.
TABLE = {
    "passive": ("selective", None, Everything(), 1),
    "sasla": ("selective", OutputSensitivity(), AboveMean(0.9), 1),
    "entropy": ("pool", PredictiveEntropy(), Top(1), 1),
    "ensemble": ("pool", EnsembleVariance(), Top(1), 3),
    "random_pool": ("pool", Random(), Top(1), 1),
    "error": ("selective", AbsoluteError(), AboveMean(0.9), 1),
    "random_subset": ("selective", Random(), Share(0.5), 1),
}
SHORT = SGD(0.2, 0.5, epochs=6)


def test_methods_are_those_of_the_design() -> None:
    methods = named_methods()
    assert list(methods) == list(TABLE)
    for name, (loop, utility, rule, members) in TABLE.items():
        method = methods[name]
        bound = {}
        learn = method.learn
        while hasattr(learn, "keywords"):
            bound = learn.keywords | bound
            learn = learn.func
        assert (method.name, method.loop, method.members) == (name, loop, members)
        assert bound["rule"] == rule and bound.get("n_members", 1) == members
        assert utility is None or bound["utility"] == utility
        assert learn.__name__ == {"selective": "learn_selectively", "pool": "learn_by_querying"}[loop]
        assert method.summary and "\n" not in method.summary


# Every method on classes; for function approximation, where entropy is another formula, one of each kind.
RUNS = {"classes": tuple(TABLE), "sigmoid outputs": ("passive", "entropy", "random_pool", "ensemble")}


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
        assert (found.presentations[0] == 0).all() and (found.work[0] == 0).all()
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


def test_settings_reach_the_loops() -> None:
    settings = Settings(
        beta=0.4, interval=3, candidates="current", input_norm="max", output_norm="sum", share=0.2, members=2,
        query_size=5, budget=7, retraining="cold", epochs_per_query=9,
    )  # fmt: skip
    methods = named_methods(settings)
    sasla, ensemble = methods["sasla"].learn.keywords, methods["ensemble"].learn.keywords
    assert sasla["utility"] == OutputSensitivity("max", "sum") and sasla["rule"] == AboveMean(0.4)
    assert (sasla["interval"], sasla["candidates"]) == (3, "current")
    assert methods["random_subset"].learn.keywords["rule"] == Share(0.2)
    expected = {"n_members": 2, "rule": Top(5), "budget": 7, "retraining": "cold", "epochs_per_query": 9}
    assert {name: ensemble[name] for name in expected} == expected
    assert methods["ensemble"].members == 2


def test_a_seed_gives_the_same_numbers_again() -> None:
    for name in ("sasla", "random_subset", "entropy"):
        method = named_methods(Settings(query_size=10))[name]
        once, again = (method.learn(NETWORK, TASKS["classes"], make_trials(TASKS["classes"]), SHORT) for _ in range(2))
        jax.tree.map(np.testing.assert_array_equal, once.params, again.params)
        np.testing.assert_array_equal(once.is_selected, again.is_selected)
        np.testing.assert_array_equal(once.test_error, again.test_error)
