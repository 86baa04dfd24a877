"""From a store to results.csv: the study's order, whatever order the units ended in."""

import csv
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from eligo.study.design import HyperParameters, Study
from eligo.study.folder import open_store
from eligo.study.outcome import read_results, write_results
from eligo.study.problems import describe_problem
from eligo.study.reading import StudyError
from eligo.study.results import CURVE_COLUMNS, TRIAL_COLUMNS, WINNER_COLUMNS
from eligo.study.store import SQLiteStore
from eligo.study.units import Finished, TrialUnit, TuningUnit
from small_studies import FinishedStudy, n_units

VALUES = HyperParameters(4, 0.5, 0.0, 0.5)


def read_csv(path: Path) -> list[dict[str, str]]:
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def test_results_csv_has_one_row_per_problem_method_and_trial_in_the_study_s_order(finished: FinishedStudy):
    rows = read_csv(finished.folder / "results.csv")
    assert tuple(rows[0]) == TRIAL_COLUMNS
    assert [name for name in TRIAL_COLUMNS if name.startswith("seconds_")] == list(TRIAL_COLUMNS[-3:])
    assert [(row["problem"], row["method"], row["trial"]) for row in rows] == [
        (problem, method, str(trial))
        for problem in ("iris", "ramp")
        for method in ("passive", "sasla", "random_pool")
        for trial in range(4)
    ]
    for row in rows:
        is_iris = row["problem"] == "iris"
        assert (row["accuracy"] != "") == (row["macro_f1"] != "") == is_iris
        assert (row["mse"] == "") == (row["r2"] == "") == is_iris
        assert row["is_diverged"] == "False" and float(row["seconds_training"]) > 0


def test_iris_and_ramp_are_learnt_a_little(finished: FinishedStudy):
    trials = pd.read_csv(finished.folder / "results.csv").set_index("problem")
    assert trials.loc["iris", "accuracy"].mean() > 0.5  # chance is a third
    assert (trials.loc["iris", "presentations"].groupby(trials.loc["iris", "method"]).mean() > 0).all()
    passive = trials[trials["method"] == "passive"]
    assert (passive["presentations"] == [6 * 120] * 4 + [6 * 24] * 4).all()
    assert (trials[trials["method"] == "sasla"]["presentations"] <= passive["presentations"].to_numpy()).all()


def test_everything_of_the_store_is_in_the_record(finished: FinishedStudy):
    results = read_results(str(finished.folder))
    assert (results.name, results.methods) == ("small", ("passive", "sasla", "random_pool"))
    assert [problem.name for problem in results.problems] == ["iris", "ramp"]
    iris, ramp = results.problems
    assert (iris.n_examples, iris.n_train, iris.n_test, iris.n_features, iris.n_outputs) == (150, 120, 30, 4, 3)
    assert (ramp.n_examples, ramp.n_train, ramp.n_test, ramp.class_names) == (30, 24, 6, ())
    assert iris.class_names == ("setosa", "versicolor", "virginica")
    assert len(results.cells) == 2 * 8 and len(results.curves) == 2 * 3 * 4 * 4
    assert tuple(results.curves.columns) == CURVE_COLUMNS and tuple(results.winners.columns) == WINNER_COLUMNS
    assert results.stage_seconds["the whole run"] > 0
    assert results.environment["worker processes"] in ("1", "2")


def test_winners_are_the_cells_with_the_least_error(finished: FinishedStudy):
    results = read_results(finished.folder)
    for problem in ("iris", "ramp"):
        cells = results.cells[results.cells["problem"] == problem]
        (winner,) = results.winners[results.winners["problem"] == problem].to_dict("records")
        assert winner["cv_error"] == cells["cv_error"].min()
        assert winner["source"] == "the grid of this study"
        served = results.trials[results.trials["problem"] == problem]
        for name in ("hidden", "learning_rate", "weight_decay", "momentum"):
            assert set(served[name]) == {winner[name]}


def ended(problem: str, method: str, trials: tuple[int, ...]) -> Finished:
    facts = {"problem": problem, "method": method, "is_diverged": False}
    rows = [dict.fromkeys(TRIAL_COLUMNS, 0.5) | facts | {"trial": trial} for trial in trials]
    curves = [dict.fromkeys(CURVE_COLUMNS, 0.5) | facts | {"trial": trial, "epoch": 1} for trial in trials]
    return Finished(TrialUnit(problem, method, trials, VALUES), 1.0, trials=rows, curves=curves)


def test_units_may_end_in_any_order(study: Study, tmp_path: Path):
    store = open_store(study, tmp_path)
    store.note("problems", [asdict(describe_problem(study, name)) for name in ("iris", "ramp")])
    arrivals = [("ramp", "passive", (2, 3)), ("iris", "sasla", (0, 1)), ("iris", "passive", (2, 3))]
    arrivals += [("ramp", "passive", (0, 1)), ("iris", "passive", (0, 1))]
    for problem, method, trials in arrivals:
        store.add(ended(problem, method, trials))
    store.add(Finished(TuningUnit("ramp", 4, (VALUES,)), 1.0))
    store.close()
    results = read_results(tmp_path)
    assert results.problems == tuple(describe_problem(study, name) for name in ("iris", "ramp"))
    path = write_results(results, tmp_path)
    assert [(row["problem"], row["method"], row["trial"]) for row in read_csv(path)] == [
        *[("iris", "passive", str(trial)) for trial in range(4)],
        *[("iris", "sasla", str(trial)) for trial in range(2)],
        *[("ramp", "passive", str(trial)) for trial in range(4)],
    ]
    assert n_units(tmp_path) == 6 and read_results(tmp_path).winners.empty


def test_results_are_of_one_moment_though_a_run_goes_on(study: Study, tmp_path: Path, monkeypatch):
    with closing(open_store(study, tmp_path)) as run:
        run.note("problems", [asdict(describe_problem(study, name)) for name in ("iris", "ramp")])
        run.add(ended("iris", "passive", (0, 1)))
        rows = SQLiteStore.rows

        def rows_while_a_unit_ends(self: SQLiteStore, table: str, problem: str | None = None) -> list[dict[str, Any]]:
            if table == "curves":
                run.add(ended("iris", "passive", (2, 3)))
            return rows(self, table, problem)

        monkeypatch.setattr(SQLiteStore, "rows", rows_while_a_unit_ends)
        results = read_results(tmp_path)
        assert len(run.finished()) == 2
    assert len(results.trials) == len(results.curves) == len(results.criteria) == results.parts["units"].sum() * 2 == 2


def test_a_study_that_has_not_begun_says_so(study: Study, tmp_path: Path):
    open_store(study, tmp_path).close()
    with pytest.raises(StudyError, match=r"holds a study that has not begun\. Run it with `eligo study run`"):
        read_results(tmp_path)


def test_results_that_cannot_be_written_leave_what_was_there(finished: FinishedStudy, tmp_path: Path, monkeypatch):
    results = read_results(finished.folder)
    (tmp_path / "results.csv").write_text("before")

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("eligo.study.outcome.os.replace", full)
    with pytest.raises(StudyError, match=r"cannot write .*: No space left on device\. Make room"):
        write_results(results, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["results.csv"]
    assert (tmp_path / "results.csv").read_text() == "before"
