"""Ways to query that have a name: each runs, is for its tasks alone, and others may add to them."""

import sys
import warnings
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from types import SimpleNamespace

import jax.numpy as jnp
import numpy as np
import pytest

from eligo import SGD, Settings, named_methods, recipes
from eligo.recipes import RECIPES
from eligo.rules import BatchRule
from eligo.study.files import load_study
from eligo.study.reading import StudyError
from eligo.utilities import Workload
from problems import NETWORK, TASKS, make_trials
from small_studies import run_eligo, write_study

SHORT = SGD(0.2, 0.5, epochs=6)
OF_CLASSES = (
    "least_confidence margin vote_entropy kl_disagreement bald conflicting_evidence insufficient_evidence uncertain_by_lot "
    "expected_gradient_length badge power_margin density_margin"
).split()
OF_FUNCTIONS = "laplace_variance gsy igs".split()
OF_BOTH = "core_set typiclust gsx lcmd".split()


def test_the_table_names_each_way_once_and_says_all_of_it() -> None:
    names = [recipe.name for recipe in RECIPES]
    assert sorted(names) == sorted([*OF_CLASSES, *OF_FUNCTIONS, *OF_BOTH])
    methods = named_methods()
    assert list(methods)[7 : 7 + len(names)] == names
    for name in names:
        method = methods[name]
        assert method.loop == "pool" and all(method.about) and "\n" not in method.summary
        is_for = ("classification",) * (name not in OF_FUNCTIONS) + ("regression",) * (name not in OF_CLASSES)
        assert method.tasks == is_for
    assert {name for name in names if methods[name].members == 3} == {"vote_entropy", "kl_disagreement", "bald"}


@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("margin", "classes"),
        ("bald", "classes"),
        ("badge", "classes"),
        pytest.param("core_set", "classes", marks=pytest.mark.slow),
        ("typiclust", "classes"),
        ("igs", "sigmoid outputs"),
        ("lcmd", "sigmoid outputs"),
    ],
)
def test_a_way_to_query_learns_and_its_choices_are_counted(name, task) -> None:
    """One of each kind: of predictions, committee, and each batch rule; 8 labels are asked for as 5 and 3."""
    task = TASKS[task]
    recipe = next(recipe for recipe in RECIPES if recipe.name == name)
    method = named_methods(Settings(query_size=5, budget=8, members=2))[name]
    found = method.learn(NETWORK, task, make_trials(task), SHORT)
    assert found.labels[-1].tolist() == [12, 12] and not found.is_diverged.any()
    n_outputs, n_members = (3 if task.has_classes else 1), (2 if name == "bald" else 1)
    expected = 0.0
    for size, n_labelled in ((5, 4), (3, 9)):
        load = Workload(NETWORK, task, 3, n_outputs, 24, 24 - n_labelled, n_labelled)
        rule = recipe.rule(size)
        expected += n_members * recipe.utility.work(load) + (rule.work(load) if isinstance(rule, BatchRule) else 0)
    np.testing.assert_allclose(found.selection_work[-1], expected, rtol=1e-12)
    assert expected > 0


@pytest.mark.parametrize(
    ("name", "task", "message"),
    [
        ("margin", "sigmoid outputs", "`utility` Margin is for classification only; the task is regression."),
        ("igs", "classes", "`utility` IGS is for regression only; the task is classification."),
        (
            "badge",
            "linear outputs",
            "`representation` GradientEmbedding of `rule` KMeansPlusPlus is not for regression.",
        ),
    ],
)
def test_a_way_to_query_is_refused_where_it_means_nothing(name, task, message) -> None:
    with pytest.raises(ValueError) as refusal:
        named_methods()[name].learn(NETWORK, TASKS[task], make_trials(TASKS[task]), SHORT)
    assert str(refusal.value) == message


def test_a_study_refuses_it_before_it_starts(tmp_path) -> None:
    small = {"tuning": {"hidden": [4], "learning_rate": [0.1], "momentum": [0.0]}, "trials": 2}
    how = {"problems": ["iris", "ramp"], "methods": ["random_pool", "bald"], **small}
    path = write_study(tmp_path, **how)
    with pytest.raises(
        StudyError, match="the method 'bald' is for classification only, and the problem 'ramp' is regression"
    ):
        load_study(str(path))


@pytest.mark.slow
def test_a_study_runs_it_where_it_can(tmp_path) -> None:
    small = {"tuning": {"hidden": [4], "learning_rate": [0.1], "momentum": [0.0]}, "trials": 2}
    how = {"problems": ["iris", "ramp"], "methods": ["random_pool", "bald"], **small}
    path = write_study(
        tmp_path, **(how | {"problems": ["iris"], "querying": {"query_size": 40}, "problem": {"ramp": None}})
    )
    ran = run_eligo("study", "run", path, "--out", tmp_path / "out", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert "bald" in (tmp_path / "out" / "results.csv").read_text(encoding="utf-8")


# --- Plug-ins --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Farthest:
    """Asks for the largest inputs."""

    def __call__(self, situation, *, key):
        return jnp.linalg.norm(situation.X, axis=1)

    def work(self, load) -> float:
        return 0.0


FARTHEST = Farthest()


@pytest.fixture
def installed(monkeypatch):
    """As if another package had declared these entry points."""

    def declare(**values: str) -> None:
        points = [EntryPoint(name, value, recipes.PLUG_INS) for name, value in values.items()]
        monkeypatch.setattr(recipes, "entry_points", lambda group: points if group == recipes.PLUG_INS else [])
        package = SimpleNamespace(Farthest=Farthest, FARTHEST=FARTHEST, broken=1)
        monkeypatch.setitem(sys.modules, "a_plug_in", package)
        recipes.plug_ins.cache_clear()

    yield declare
    recipes.plug_ins.cache_clear()


@pytest.mark.parametrize("attribute", ["Farthest", "FARTHEST"])
def test_a_utility_of_another_package_is_a_method_by_name(installed, attribute) -> None:
    installed(farthest=f"a_plug_in:{attribute}")
    method = named_methods(Settings(query_size=8, budget=8))["farthest"]
    assert method.summary == f"asks by the plug-in a_plug_in:{attribute}: Asks for the largest inputs"
    trials = make_trials(TASKS["classes"])
    found = method.learn(NETWORK, TASKS["classes"], trials, SHORT)
    lengths = np.linalg.norm(np.asarray(trials.X), axis=2)
    for trial in range(2):
        asked = np.flatnonzero(found.is_selected[trial] & ~np.asarray(trials.is_first_labelled[trial]))
        assert set(asked) == set(4 + np.argsort(lengths[trial, 4:])[-8:])


@pytest.mark.parametrize(
    ("declared", "why"),
    [
        ({"sasla": "a_plug_in:Farthest"}, "the plug-in 'sasla' (a_plug_in:Farthest) is left out: its name is taken"),
        ({"absent": "no_such_module:Utility"}, "No module named 'no_such_module'"),
        ({"broken": "a_plug_in:broken"}, "TypeError"),
    ],
)
def test_a_plug_in_that_cannot_be_had_keeps_nobody_from_running(installed, declared, why) -> None:
    installed(**declared, farthest="a_plug_in:FARTHEST")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        methods = named_methods()
    assert why in str(caught[0].message) and len(caught) == 1
    assert list(methods)[-1] == "farthest" and methods["sasla"].loop == "selective"
