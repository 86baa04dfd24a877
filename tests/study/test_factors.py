"""Settings that a study varies, and what a problem may have of its own."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eligo import RELU, SIGMOID, TANH, Network, named_methods
from eligo.datasets import DataError
from eligo.study import stack_trials
from eligo.study.design import HyperParameters, Study
from eligo.study.files import load_study
from eligo.study.problems import check_splits, dataset_of
from eligo.study.reading import StudyError
from eligo.study.tuning import score_cells, tuning_folds
from eligo.study.units import TrialUnit, run_unit
from small_studies import write_study


def read(folder: Path, **changes: Any) -> Study:
    return load_study(str(write_study(folder, **changes)))


def labels(study: Study) -> list[str]:
    return [row.label for row in study.rows()]


def test_a_list_gives_a_row_for_each_value_to_the_methods_that_it_concerns(tmp_path: Path):
    study = read(tmp_path, selection={"beta": [0.1, 0.5, 1.0]})
    assert labels(study) == ["passive", "sasla[beta=0.1]", "sasla[beta=0.5]", "sasla[beta=1.0]", "random_pool"]
    assert [study.settings_of("iris", label).beta for label in labels(study)[1:4]] == [0.1, 0.5, 1.0]


def test_two_lists_give_every_combination(tmp_path: Path):
    study = read(
        tmp_path,
        methods=["sasla", "error", "ensemble"],
        selection={"interval": [1, 5], "input_norm": ["sum", "euclidean"]},
        querying={"members": [2, 4]},
    )
    assert labels(study) == [
        "sasla[interval=1,input_norm=sum]",
        "sasla[interval=1,input_norm=euclidean]",
        "sasla[interval=5,input_norm=sum]",
        "sasla[interval=5,input_norm=euclidean]",
        "error[interval=1]",  # it has no norm
        "error[interval=5]",
        "ensemble[members=2]",
        "ensemble[members=4]",
    ]
    assert study.trial_design("iris").n_members == 4  # so that both committees share their first two
    assert study.to_settings()["rows"] == labels(study)


@pytest.mark.parametrize(
    ("section", "key", "values", "methods"),
    [
        ("selection", "informativeness", ["gradient", "directional"], ["sasla"]),
        ("selection", "candidates", ["all", "current"], ["sasla"]),
        ("querying", "query_size", [1, 5], ["random_pool", "entropy"]),
        ("querying", "retraining", ["warm", "warm_at_rest", "cold"], ["entropy"]),
        ("querying", "committee", ["vote", "first_member"], ["ensemble"]),
        ("querying", "diversity", ["weights", "bootstrap+features"], ["ensemble"]),
        ("querying", "stopping", ["never", "plateau"], ["entropy", "random_pool"]),
        ("selection", "early_stopping", ["never", "stabilising_predictions"], ["sasla", "loss"]),
        ("selection", "target_share", [0.25, 0.5], ["sasla", "error"]),
        ("selection", "pilots", [1, 5], ["el2n", "grand", "forgetting"]),
        ("selection", "growth", [1, 10], ["saila"]),
    ],
)
def test_every_setting_can_be_a_factor(tmp_path: Path, section: str, key: str, values: list[Any], methods: list[str]):
    study = read(tmp_path, methods=["passive", *methods], **{section: {key: values}})
    assert labels(study) == ["passive", *[f"{method}[{key}={value}]" for method in methods for value in values]]
    assert [getattr(study.settings_of("ramp", label), key) for label in labels(study)[1:]] == values * len(methods)


def test_a_problem_may_say_otherwise(tmp_path: Path):
    own = {
        "epochs": 9,
        "batch_size": "full",
        "gradient_clip": 0.5,
        "mean_over_outputs": True,
        "examples": 60,
        "cross_validation": 4,
        "target_error": 0.1,
        "selection": {"beta": 0.3},
        "querying": {"query_size": 7, "first_labelled": 20, "first_labelled_choice": "larger"},
        "tuning": {"hidden": [3], "examples": 30},
    }
    iris, ramp = read(tmp_path, problem={"iris": own}).plans
    assert (iris.epochs, iris.batch_size, iris.gradient_clip, iris.mean_over_outputs) == (9, "full", 0.5, True)
    assert (iris.examples, iris.cross_validation, iris.target_error) == (60, 4, 0.1)
    assert (iris.settings.beta, iris.settings.query_size, iris.tuning.hidden, iris.tuning.examples) == (
        0.3,
        7,
        (3,),
        30,
    )
    assert iris.first_labelled.of(48) == 20
    assert (ramp.epochs, ramp.batch_size, ramp.gradient_clip, ramp.mean_over_outputs) == (6, 1, None, False)
    assert (ramp.examples, ramp.cross_validation, ramp.target_error) == (None, None, None)
    assert (ramp.settings.beta, ramp.settings.query_size, ramp.tuning.hidden) == (0.9, 1, (4, 8))


def test_networks_are_as_deep_as_the_study_says(tmp_path: Path):
    assert read(tmp_path).layers.network(8) == Network((8,), SIGMOID)
    deep = read(tmp_path, network={"layers": [1, 0.5, 0.01], "activation": "tanh"})
    assert deep.layers.network(8) == Network((8, 4, 1), TANH)
    assert read(tmp_path, network={"activation": "relu"}).layers.network(3) == Network((3,), RELU)
    for network, message in (
        ({"layers": []}, r"\[network\]: `layers` must be a list with at least one number; got \[\]"),
        ({"layers": [1, 0]}, r"\[network\]: `layers` must be a number above 0; got 0"),
        ({"activation": "swish"}, r"\[network\]: `activation` must be one of sigmoid, linear, tanh, relu; got 'swish'"),
    ):
        with pytest.raises(StudyError, match=message):
            read(tmp_path, network=network)


def test_a_deep_study_tunes_and_learns_with_its_own_networks(tmp_path: Path):
    """Its hidden units are the grid's; what it learns is what `Network` of those layers learns."""
    study = read(tmp_path, network={"layers": [1, 0.5], "activation": "tanh"}, methods=["passive"])
    plain, dataset = read(tmp_path, methods=["passive"]), dataset_of(study, "iris")
    values = HyperParameters(hidden=4, learning_rate=0.1, weight_decay=0.0, momentum=0.5)
    deep, flat = (score_cells(one, dataset, [values, values], 2) for one in (study, plain))
    assert [row["hidden"] for row in deep] == [4, 4] and deep[0]["cv_error"] != flat[0]["cv_error"]
    unit = TrialUnit("iris", "passive", (0, 1), values)
    trials, sgd = (
        stack_trials(study.trial_design("iris"), dataset, Network((4, 2), TANH), (0, 1)),
        study.sgd("iris", {"learning_rate": 0.1, "weight_decay": 0.0, "momentum": 0.5}, study.plan("iris").epochs),
    )
    learnt = named_methods()["passive"].learn(Network((4, 2), TANH), dataset.task, trials, sgd)
    found = [row["test_error"] for row in run_unit(study, unit).trials]
    np.testing.assert_allclose(found, learnt.test_error[-1], rtol=1e-6)


MISTAKES: list[tuple[dict[str, Any], str]] = [
    (
        {"selection": {"beta": [0.5]}},
        r"\[selection\]: `beta` must be one value, or a list of two or more .* got \[0\.5\]",
    ),
    ({"selection": {"beta": [0.5, 0.5]}}, r"`beta` must be a list that names each value once"),
    ({"selection": {"beta": [0.5, 2]}}, r"`beta` must be a number at least 0 and at most 1; got 2"),
    (
        {"querying": {"first_labelled": [5, 10]}},
        r"`first_labelled` must be a whole number of at least 1; got \[5, 10\]",
    ),
    (
        {"selection": {"informativeness": "slope"}},
        r"`informativeness` must be one of gradient, directional; got 'slope'",
    ),
    (
        {"querying": {"committee": "jury"}},
        r"`committee` must be one of vote, mean_of_outputs, first_member; got 'jury'",
    ),
    ({"querying": {"stop": "never"}}, r"`stop` must be one of budget, epochs; got 'never'"),
    ({"querying": {"stop": "epochs"}}, r"`epochs_per_query`"),
    (
        {"querying": {"stop": ["budget", "epochs"]}},
        r"\[stop=epochs\]: `stop` \"epochs\" needs `epochs_per_query`",
    ),
    ({"preparation": {"fitted_on": "test"}}, r"\[preparation\]: `fitted_on` must be one of training, all; got 'test'"),
    ({"preparation": {"fited_on": "all"}}, r"\[preparation\]: unknown key `fited_on`\. Did you mean `fitted_on`\?"),
    ({"hyper_parameters": "best"}, r"`hyper_parameters` must be one of grid, recorded; got 'best'"),
    ({"hyper_parameters": "recorded"}, r"needs recorded hyper-parameters, and the study has none for 'ramp'"),
    ({"train_fraction": 0.9}, r"`train_fraction` and `test_fraction` must add up to at most 1; got 0\.9 and 0\.2"),
    ({"gradient_clip": 0}, r"`gradient_clip` must be a number above 0; got 0"),
    (
        {"problem": {"iris": {"selection": {"bta": 0.1}}}},
        r"\[iris\], \[selection\]: unknown key `bta`\. Did you mean `beta`\?",
    ),
    ({"problem": {"iris": {"selection": {"beta": [0.1, 0.2]}}}}, r"\[iris\], \[selection\]: `beta` must be a number"),
    (
        {"problem": {"iris": {"tuning": {"folds": 0}}}},
        r"\[iris\], \[tuning\]: `folds` must be a whole number of at least 2",
    ),
    (
        {"problem": {"ramp": {"kinds": {"slope": "text"}}}},
        r"\[kinds\]: `slope` must be one of number, category, ignore",
    ),
]


@pytest.mark.parametrize(("changes", "message"), MISTAKES, ids=[message for _, message in MISTAKES])
def test_a_mistake_is_one_line_that_says_where_what_and_how(tmp_path: Path, changes: dict[str, Any], message: str):
    with pytest.raises(StudyError, match=message) as caught:
        read(tmp_path, **changes)
    assert "\n" not in str(caught.value)


def test_a_problem_cannot_have_its_own_value_of_a_factor(tmp_path: Path):
    with pytest.raises(StudyError, match=r"\[iris\], \[selection\]: `beta` is a factor of the study"):
        read(tmp_path, selection={"beta": [0.1, 0.9]}, problem={"iris": {"selection": {"beta": 0.5}}})


@pytest.mark.parametrize(
    ("own", "budget", "pool"),
    [
        ({}, [5, 200], r"\[0, 110\], the pool size"),
        ({"cross_validation": 5}, 100, r"\[0, 87\], the pool size of a fold"),
    ],
)
def test_a_budget_that_some_pool_cannot_meet_is_refused_before_anything_runs(
    tmp_path: Path, own: dict[str, Any], budget: int | list[int], pool: str
):
    querying = {"first_labelled": 10, "first_labelled_fraction": 0.1, "first_labelled_choice": "smaller"}
    study = read(tmp_path, problems=["iris"], querying=querying | {"budget": budget}, problem={"iris": own})
    with pytest.raises(DataError, match=rf"`budget` must be in {pool}; got \d+\. Set a smaller one\.$"):
        check_splits(study, dataset_of(study, "iris"))


@pytest.mark.parametrize("n", [15, 75])  # too few for folds; leaves fewer than there are classes
def test_tuning_on_examples_that_cannot_hold_every_class_is_a_mistake(tmp_path: Path, n: int):
    own = {"examples": 100, "tuning": {"examples": n, "folds": 5}}
    study = read(tmp_path, problems=["digits"], problem={"digits": own})
    with pytest.raises(
        DataError, match=rf"cannot be tuned on {n} of its examples: .*\. Set another `examples` in \[tuning\]"
    ):
        tuning_folds(study, dataset_of(study, "digits"))


def test_recorded_values_can_take_the_place_of_the_grid_for_good(tmp_path: Path):
    study = read(tmp_path, problems=["iris"], hyper_parameters="recorded")
    assert not study.is_tuned and not study.is_quick and study.trials == 4
