"""A study file is read once, checked whole, and a value from then on."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from eligo import LINEAR_OUTPUT_REGRESSION, REGRESSION, normalised_outputs
from eligo.study.design import HyperParameters, Study, changed_settings
from eligo.study.files import load_study, study_names, study_text
from eligo.study.problems import dataset_of, n_train
from eligo.study.reading import StudyError
from small_studies import as_toml, changed, paper, write_ramp, write_study

PROBLEMS = ["iris", "wine", "fashion_mnist", "noisy_sine", "california_housing", "energy_efficiency"]


def stored(study: Study) -> dict[str, Any]:
    """A design as a store gives it back."""
    settings: dict[str, Any] = json.loads(json.dumps(study.to_settings()))
    return settings


# --- The paper's study -------------------------------------------------------------------------------------------------


def test_paper_study_is_what_the_paper_and_the_issue_say():
    study = load_study("paper")
    assert "paper" in study_names()
    assert [plan.problem for plan in study.plans] == PROBLEMS
    assert study.methods == ("passive", "sasla", "entropy", "ensemble", "random_pool")
    assert (study.trials, study.test_fraction) == (50, 0.2)
    assert {plan.problem: plan.epochs for plan in study.plans[:4]} == {
        "iris": 1000,
        "wine": 2000,
        "fashion_mnist": 50,
        "noisy_sine": 1000,
    }
    for plan in study.plans:
        settings = plan.settings
        assert (settings.beta, settings.interval, settings.candidates) == (0.9, 1, "all")
        assert (settings.informativeness, settings.input_norm, settings.output_norm) == ("gradient", "sum", "max")
        assert (settings.members, settings.committee, settings.retraining) == (3, "vote", "warm")
        assert settings.epochs_per_query is None and settings.budget is None
        assert plan.batch_size == 1 and plan.gradient_clip is None and not plan.mean_over_outputs
    one_at_a_time = {plan.problem for plan in study.plans if plan.settings.query_size == 1}
    assert one_at_a_time == {"iris", "wine", "noisy_sine", "energy_efficiency"}
    assert not study.decay_biases and not study.is_quick


def test_paper_grid_is_the_paper_s():
    tuning = load_study("paper").plan("iris").tuning
    assert tuning.hidden == (64, 128, 256, 512)
    assert tuning.learning_rate == (0.01, 0.05, 0.1, 0.5)
    assert tuning.weight_decay == (0.0, 0.001, 0.01, 0.1)
    assert tuning.momentum == (0.0, 0.5, 0.9, 0.95)
    assert len(set(tuning.cells())) == 256
    assert (tuning.folds, tuning.epochs, tuning.successive_halving) == (5, 200, False)


@pytest.mark.parametrize(
    ("n_rows", "n_labelled"),
    # the smaller of 10 % and 10, and at least one to start from
    [(120, 10), (99, 9), (100, 10), (400, 10), (30, 3), (5, 1)],
)
def test_querying_starts_from_the_smaller_of_a_tenth_and_ten(n_rows: int, n_labelled: int):
    assert load_study("paper").plan("iris").first_labelled.of(n_rows) == n_labelled


def test_quick_takes_the_recorded_values_and_five_trials():
    study = load_study("paper", quick=True)
    assert study.is_quick and study.trials == 5
    assert [plan.problem for plan in study.plans] == PROBLEMS
    for name, own in paper()["problem"].items():
        recorded = study.plan(name).recorded
        assert recorded is not None
        assert recorded.values == HyperParameters(
            **{key: own["recorded"][key] for key in ("hidden", "learning_rate", "weight_decay", "momentum")}
        )
        assert recorded.source == own["recorded"]["source"] != ""
    assert load_study("paper", quick=True, trials=2).trials == 2


def test_what_the_user_asks_for_replaces_what_the_file_says():
    study = load_study("paper", problems=["wine"], methods=["sasla", "error"], trials=3, seed=0)
    assert [plan.problem for plan in study.plans] == ["wine"] and study.plans[0].epochs == 2000
    assert (study.methods, study.trials, study.seed) == (("sasla", "error"), 3, 0)
    assert load_study("paper", problems=[], methods=[]) == load_study("paper")


def test_a_file_is_read_as_the_study_of_that_name_is(tmp_path: Path):
    path = tmp_path / "copy.toml"
    path.write_text(as_toml(paper()))
    assert load_study(str(path)) == load_study("paper")


def test_every_setting_of_the_file_reaches_the_study(tmp_path: Path):
    study = load_study(
        str(
            write_study(
                tmp_path,
                output="linear",
                probabilities="normalised_outputs",
                batch_size="full",
                decay_biases=True,
                test_fraction=0.25,
                selection={"beta": 0.5, "interval": 3, "candidates": "current", "share": 0.2, "input_norm": "max"},
                querying={"members": 4, "query_size": 2, "budget": 7, "retraining": "cold", "epochs_per_query": 9},
            )
        )
    )
    assert study.task_of("ramp", REGRESSION) == LINEAR_OUTPUT_REGRESSION
    assert dataset_of(study, "iris").task.distribution is normalised_outputs
    assert (study.plans[0].batch_size, study.decay_biases, study.test_fraction) == ("full", True, 0.25)
    settings = study.plans[0].settings
    assert (settings.beta, settings.interval, settings.candidates) == (0.5, 3, "current")
    assert (settings.share, settings.input_norm, settings.output_norm) == (0.2, "max", "max")
    assert (settings.members, settings.query_size, settings.budget) == (4, 2, 7)
    assert (settings.retraining, settings.epochs_per_query) == ("cold", 9)
    assert n_train(study, dataset_of(study, "iris")) == 112  # scikit-learn rounds the test part of 150 rows up to 38


def test_successive_halving_ends_with_all_epochs_and_names_each_rung_once(tmp_path: Path):
    def rungs(epochs: int) -> tuple[int, ...]:
        return (
            load_study(str(write_study(tmp_path, tuning={"epochs": epochs, "successive_halving": True})))
            .plans[0]
            .tuning.rungs()
        )

    assert rungs(200) == (12, 50, 200)
    assert rungs(4) == (1, 4)  # a sixteenth and a quarter are both one epoch
    assert rungs(1) == (1,)


def test_settings_are_plain_values_that_json_keeps(study: Study):
    settings = stored(study)
    assert changed_settings(settings, stored(study)) == []
    assert settings["plans"][0]["tuning"]["hidden"] == [4, 8] and settings["plans"][0]["settings"]["beta"] == 0.9


# --- Mistakes ----------------------------------------------------------------------------------------------------------

MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"problems": ["irsi"]}, r"unknown problem 'irsi'\. Did you mean iris\?"),
    ({"methods": ["passive", "salsa"]}, r"unknown method 'salsa'\. Did you mean sasla\?"),
    ({"problems": ["iris", "iris"]}, r"`problems` names 'iris' twice\. Name each once"),
    ({"methods": ["sasla", "sasla"]}, r"`methods` names 'sasla' twice"),
    ({"problems": []}, r"`problems` must be a list with at least one name; got \[\]"),
    ({"methods": "passive"}, r"`methods` must be a list .* got 'passive'"),
    ({"problems": [3]}, r"unknown problem 3"),
    ({"trails": 9}, r"unknown key `trails`\. Did you mean `trials`\?"),
    ({"trials": None, "trails": 9}, r"`trials` is missing\. Is `trails` meant for it\?"),
    ({"zzz": 1}, r"unknown key `zzz`\. There are"),
    ({"problems": None}, r"`problems` is missing\. Add it"),
    ({"methods": ["SASLA"]}, r"unknown method 'SASLA'\. Did you mean sasla\?"),
    ({"methods": ["sasla", 1]}, r"unknown method 1\. There are passive"),
    ({"problem": {"iris": 3}}, r"\[problem\]: `iris` must be a table; got 3"),
    ({"selection": {"beta": []}}, r"`beta` must be one value, or a list of two or more to compare; got \[\]"),
    ({"selection": {"beta": [0.5, "a"]}}, r"`beta` must be a number at least 0 and at most 1; got 'a'"),
    ({"selection": {"beta": [0.5, 0.5]}}, r"`beta` must be a list that names each value once; got \[0\.5, 0\.5\]"),
    ({"tuning": {"momentum": [0.5, 0.5]}}, r"\[tuning\]: `momentum` must be a list that names each value once; got"),
    (
        {"tuning": {"hidden": [4, 8, 4]}},
        r"\[tuning\]: `hidden` must be a list that names each value once; got \[4, 8, 4\]",
    ),
    ({"tuning": {"hidden": [4, "8"]}}, r"\[tuning\]: `hidden` must be a whole number of at least 1; got '8'"),
    ({"trials": "4"}, r"`trials` must be a whole number of at least 1; got '4'"),
    ({"querying": {"budget": -1}}, r"\[querying\]: `budget` must be a whole number of at least 0; got -1"),
    ({"querying": {"query_size": [1, 0]}}, r"\[querying\]: `query_size` must be a whole number of at least 1; got 0"),
    (
        {"hyper_parameters": "recorded", "problem": {"iris": {"recorded": None}}},
        r"none for 'iris'\. Add \[problem\.iris",
    ),
    ({"problem": {"ramp": {"csv": None}}}, r"has the name 'ramp'\. Add `csv` or `openml`, `target` and `task`"),
    ({"problem": {"ramp": {"csv": None, "cvs": "ramp.csv"}}}, r"\[ramp\]: .* 'ramp'\. Is `cvs` meant for `csv`\?"),
    ({"problem": {"ramp": {"openml": 61}}}, r"\[ramp\]: `csv` and `openml` both name the data\. Take one of them out"),
    ({"problem": {"ramp": {"csv": 3}}}, r"\[ramp\]: `csv` must be a text; got 3"),
    (
        {"problem": {"ramp": {"sha256": "abc"}}},
        r"`sha256` must be 64 hexadecimal digits, as `sha256sum` prints them; got",
    ),
    ({"problem": {"ramp": {"target": None, "targt": "height"}}}, r"`target` is missing\. Is `targt` meant for it\?"),
    (
        {"problem": {"ramp": {"kinds": {"slope": "numbr"}}}},
        r"`slope` must be one of number, category, ignore; got 'numbr'",
    ),
    ({"selection": {"betta": 1}}, r"\[selection\]: unknown key `betta`\. Did you mean `beta`\?"),
    ({"tuning": {"lerning_rate": [1]}}, r"\[tuning\]: unknown key `lerning_rate`\. Did you mean `learning_rate`\?"),
    ({"querying": None}, r"the table \[querying\] is missing\. Add it"),
    (
        {"querying": None, "quering": {"budget": 5}},
        r"the table \[querying\] is missing\. Is \[quering\] meant for it\?",
    ),
    ({"tuning": None}, r"the table \[tuning\] is missing"),
    ({"tuning": 3}, r"`tuning` must be a table; got 3"),
    ({"seed": None}, r"`seed` is missing"),
    ({"seed": -1}, r"`seed` must be a whole number of at least 0; got -1"),
    ({"trials": 0}, r"`trials` must be a whole number of at least 1; got 0"),
    ({"trials": 2.5}, r"`trials` must be a whole number .* got 2\.5"),
    ({"trials": True}, r"`trials` must be a whole number .* got True"),
    ({"epochs": "many"}, r"`epochs` must be a whole number .* got 'many'"),
    ({"test_fraction": 1.0}, r"`test_fraction` must be a number above 0 and below 1; got 1\.0"),
    ({"test_fraction": False}, r"`test_fraction` must be a number .* got False"),
    ({"decay_biases": 1}, r"`decay_biases` must be true or false; got 1"),
    ({"batch_size": "half"}, r"`batch_size` must be .* got 'half'"),
    ({"batch_size": 0}, r"`batch_size` must be .* got 0"),
    ({"output": "softmax"}, r"`output` must be one of sigmoid, linear, raw; got 'softmax'"),
    ({"probabilities": "softmax"}, r"`probabilities` must be one of softmax_of_outputs, .* got 'softmax'"),
    ({"name": ""}, r"`name` must be a text; got ''"),
    ({"selection": {"beta": 1.5}}, r"`beta` must be a number at least 0 and at most 1; got 1\.5"),
    ({"selection": {"candidates": "some"}}, r"`candidates` must be one of all, current; got 'some'"),
    ({"querying": {"members": 1}}, r"`members` must be a whole number of at least 2; got 1"),
    ({"querying": {"retraining": "hot"}}, r"`retraining` must be one of warm, warm_at_rest, cold; got 'hot'"),
    ({"tuning": {"learning_rate": [0.1, -0.1]}}, r"`learning_rate` must be a number above 0; got -0\.1"),
    ({"tuning": {"learning_rate": 0.1}}, r"`learning_rate` must be a list with at least one number; got 0\.1"),
    ({"tuning": {"weight_decay": [-1]}}, r"`weight_decay` must be a number at least 0; got -1"),
    ({"tuning": {"momentum": [1.0]}}, r"`momentum` must be a number at least 0 and below 1; got 1\.0"),
    ({"tuning": {"hidden": [0]}}, r"`hidden` must be a whole number of at least 1; got 0"),
    ({"tuning": {"hidden": []}}, r"`hidden` must be a list with at least one number; got \[\]"),
    ({"tuning": {"folds": 1}}, r"`folds` must be a whole number of at least 2; got 1"),
    ({"problem": {"iris": {"epoch": 3}}}, r"\[iris\]: unknown key `epoch`\. Did you mean `epochs`\?"),
    ({"problem": {"iris": {"epochs": 0}}}, r"\[iris\]: `epochs` must be a whole number of at least 1; got 0"),
    ({"problem": {"iris": {"csv": "a.csv"}}}, r"\[iris\]: unknown key `csv`"),
    ({"problem": {"iris": {"recorded": {"learning_rate": -0.1}}}}, r"\[recorded\]: `learning_rate` .* got -0\.1"),
    ({"problem": {"iris": {"recorded": {"source": None}}}}, r"\[recorded\]: `source` is missing"),
    ({"problem": {"irsi": {"epochs": 9}}}, r"no data set has the name 'irsi'\. Did you mean \[problem\.iris\]\?"),
    ({"problem": {"ramp": {"csv": "none.csv"}}}, r"cannot read the table '.*none\.csv': No such file.*Check the path"),
    ({"problem": {"ramp": {"target": None}}}, r"\[ramp\]: `target` is missing"),
    ({"problem": {"ramp": {"task": "ranking"}}}, r"`task` must be one of classification, regression; got 'ranking'"),
]


@pytest.mark.parametrize(("changes", "message"), MISTAKES, ids=[message for _, message in MISTAKES])
def test_a_mistake_is_one_line_that_says_where_what_and_how(tmp_path: Path, changes: dict[str, Any], message: str):
    path = write_study(tmp_path, **changes)
    with pytest.raises(StudyError, match=message) as caught:
        load_study(str(path))
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [("name = 'a'\ntrials = = 3\n", 2), ("[tuning\n", 1), ("a = 1\nb = 2\na = 3\n", 3), ("\n\n\nseed = \n", 4)],
)
def test_malformed_toml_names_the_line(tmp_path: Path, text: str, line: int):
    path = tmp_path / "broken.toml"
    path.write_text(text)
    with pytest.raises(StudyError, match=rf"broken\.toml is not valid TOML: .*line {line}\b") as caught:
        load_study(str(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_a_rate_that_is_no_number_is_refused(tmp_path: Path, value: str):
    path = write_study(tmp_path)
    path.write_text(path.read_text().replace("learning_rate = [0.1, 0.5]", f"learning_rate = [0.1, {value}]"))
    with pytest.raises(StudyError, match=f"`learning_rate` must be a number above 0; got {value}"):
        load_study(str(path))


def test_a_study_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(
        StudyError, match=r"unknown study 'papper'\. Did you mean paper\? A file of your own ends in \.toml"
    ):
        load_study("papper")
    with pytest.raises(StudyError, match=r"cannot read the study file .*no\.toml': No such file.*Check the path"):
        load_study(str(tmp_path / "no.toml"))
    with pytest.raises(StudyError, match="cannot read the study file"):
        load_study(str(tmp_path))
    (tmp_path / "picture.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(StudyError, match="it is not UTF-8 text"):
        load_study(str(tmp_path / "picture.toml"))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"problems": ["moon"]}, "unknown problem 'moon'"),
        ({"methods": ["magic"]}, "unknown method 'magic'"),
        ({"trials": -1}, "`trials` must be a whole number of at least 1; got -1"),
        ({"seed": -1}, "`seed` must be a whole number of at least 0; got -1"),
        ({"problems": ["digits"], "quick": True}, r"none for 'digits'\. Add \[problem\.digits\.recorded\]"),
    ],
)
def test_what_the_user_asks_for_is_checked_too(asked: dict[str, Any], message: str):
    with pytest.raises(StudyError, match=message):
        load_study("paper", **asked)


# --- What makes two designs differ -------------------------------------------------------------------------------------


def test_a_changed_table_is_a_changed_design_wherever_it_lies(tmp_path: Path):
    folders = [tmp_path / name for name in ("here", "there")]
    for folder in folders:
        folder.mkdir()
    here, there = (stored(load_study(str(write_study(folder)))) for folder in folders)
    assert changed_settings(here, there) == []
    with open(folders[1] / "ramp.csv", "a") as file:
        file.write("0.5,0.5,0.5\n")
    (change,) = changed_settings(here, stored(load_study(str(folders[1] / "small.toml"))))
    assert change.startswith("plans.ramp.table.sha256 was ")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"seed": 8}, ["seed was 7, now 8"]),
        ({"tuning": {"folds": 4}}, [f"plans.{name}.tuning.folds was 3, now 4" for name in ("iris", "ramp")]),
        ({"selection": {"beta": 0.8}}, [f"plans.{name}.settings.beta was 0.9, now 0.8" for name in ("iris", "ramp")]),
        ({"problem": {"iris": {"epochs": 9}}}, ["plans.iris.epochs was 6, now 9"]),
    ],
)
def test_changes_are_said_one_by_one(tmp_path: Path, changes: dict[str, Any], said: list[str]):
    before = stored(load_study(str(write_study(tmp_path))))
    after = stored(load_study(str(write_study(tmp_path, **changes))))
    assert changed_settings(before, after) == said
    assert changed_settings(before, before) == []


def test_the_example_table_of_the_tests_is_read_as_written(tmp_path: Path):
    write_ramp(tmp_path / "ramp.csv")
    study = load_study(str(write_study(tmp_path)))
    assert dataset_of(study, "ramp").X.shape == (30, 2)
    assert changed({"a": {"b": 1, "c": 2}}, {"a": {"b": None}}) == {"a": {"c": 2}}


@pytest.mark.parametrize("name", ["../../evil", "a/b", ".hidden", "two words", ""])
def test_a_name_that_would_leave_the_folder_is_refused(tmp_path: Path, name: str):
    with pytest.raises(StudyError, match="`name` must be"):
        load_study(str(write_study(tmp_path, name=name)))


def test_a_shipped_study_is_printed_as_it_is_read(tmp_path: Path):
    (tmp_path / "mine.toml").write_text(study_text("paper"), encoding="utf-8")
    assert load_study(str(tmp_path / "mine.toml")) == load_study("paper")
    with pytest.raises(StudyError, match="unknown study 'nope'. There are paper"):
        study_text("nope")


def test_a_pinned_table_that_was_cut_inside_its_last_cell_is_refused(tmp_path: Path):
    whole = "a,b,y\n" + "".join(f"{i},{i % 3},{i}.5\n" for i in range(40))
    text = study_text("paper").partition("[problem.")[0]
    text = re.sub(r"(?m)^problems = .*$", 'problems = ["ramp"]', text)
    own = '[problem.ramp]\ncsv = "ramp.csv"\ntarget = "y"\ntask = "regression"\n'
    (tmp_path / "own.toml").write_text(f'{text}{own}sha256 = "{hashlib.sha256(whole.encode()).hexdigest()}"\n')
    (tmp_path / "ramp.csv").write_text(whole)
    table = load_study(str(tmp_path / "own.toml")).plan("ramp").table
    assert table is not None and table.csv == str(tmp_path / "ramp.csv")
    (tmp_path / "ramp.csv").write_text(whole[:-2])  # 39.5 has become 39.
    with pytest.raises(StudyError, match=r"ramp\.csv' holds other data than its name says: its sha256 is"):
        load_study(str(tmp_path / "own.toml"))


def test_a_scaling_is_a_setting_and_studies_from_before_it_go_on(tmp_path: Path):
    before = load_study("paper")
    assert "scaling" not in stored(before)["preparation"]
    (tmp_path / "own.toml").write_text(
        study_text("paper").replace("scale_categories = true", 'scaling = "z-score"\nscale_categories = true')
    )
    now = load_study(str(tmp_path / "own.toml"))
    assert now.preparation.scaling == "z-score"
    assert changed_settings(stored(before), stored(now)) == ["preparation.scaling was None, now 'z-score'"]
