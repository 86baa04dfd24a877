"""A study ends alike however often it was stopped, however many workers it had, and whatever stopped it."""

import errno
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from eligo.datasets import DataError, Dataset, UnavailableError, load
from eligo.study.design import HyperParameters, Study
from eligo.study.files import load_study
from eligo.study.folder import only_run, open_store, run_in_folder
from eligo.study.outcome import read_results, write_results
from eligo.study.problems import dataset_of
from eligo.study.reading import StudyError, StudyWarning
from eligo.study.runner import Progress
from eligo.study.schedule import Schedule
from eligo.study.store import FILE_NAME, SQLiteStore
from eligo.study.units import Finished, TrialUnit, TuningUnit, Unit
from small_studies import (
    N_UNITS,
    FinishedStudy,
    members_of_group,
    n_units,
    start_eligo,
    timeless,
    wait_until,
    workers_of,
    write_study,
)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def finish(file: Path, folder: Path, jobs: int) -> list[Progress]:
    """Run a study, or what is left of it, with real workers in this process's name; what was seen on the way."""
    seen: list[Progress] = []
    run_in_folder(load_study(str(file)), folder, jobs, seen.append)
    write_results(read_results(folder), folder)
    return seen


# --- A whole run -------------------------------------------------------------------------------------------------------


def test_a_run_finishes_and_running_again_does_nothing(finished: FinishedStudy):
    assert n_units(finished.folder) == N_UNITS
    before = {name: found for name, found in contents(finished.folder).items() if name == "results.csv"}
    (at_start,) = finish(finished.file, finished.folder, jobs=1)
    assert (at_start.finished, at_start.n_done, at_start.n_known) == (None, N_UNITS, N_UNITS)
    assert at_start.share == pytest.approx(1.0)
    assert contents(finished.folder)["results.csv"] == before["results.csv"]


def test_one_worker_finds_what_two_find(finished: FinishedStudy, tmp_path: Path):
    seen = finish(finished.file, tmp_path / "again", jobs=1)
    assert timeless(tmp_path / "again" / "results.csv") == timeless(finished.folder / "results.csv")
    assert [progress.n_done for progress in seen] == list(range(N_UNITS + 1))
    shares = [progress.share for progress in seen]
    assert shares[0] == 0 and shares[-1] == pytest.approx(1.0) and all(0 <= share <= 1 for share in shares)
    assert seen[0].seconds_left is None and seen[-1].seconds_left == pytest.approx(0.0, abs=1e-6)
    assert seen[-1].n_known == N_UNITS


# --- Stopped on the way ------------------------------------------------------------------------------------------------


def started(file: Path, folder: Path, after: int) -> "subprocess.Popen[str]":
    """A run on the command line that has stored this many units, and has more to do."""
    process = start_eligo("study", "run", file, "--out", folder, "--jobs", 2, cwd=file.parent)
    wait_until(lambda: n_units(folder) >= after or process.poll() is not None)
    assert process.poll() is None, process.communicate()
    return process


def interrupt(process: "subprocess.Popen[str]") -> None:
    group = os.getpgid(process.pid)
    os.killpg(group, signal.SIGINT)  # as a terminal does: everyone in the group gets it
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert said == "eligo: stopped; what was finished is kept. Run the same command again to go on.\n"
    wait_until(lambda: not members_of_group(group), seconds=10)


def terminate(process: "subprocess.Popen[str]") -> None:
    group = os.getpgid(process.pid)
    os.killpg(group, signal.SIGTERM)  # as a system does that shuts down
    _, said = process.communicate(timeout=20)
    assert process.returncode == 143
    assert said == "eligo: stopped; what was finished is kept. Run the same command again to go on.\n"
    wait_until(lambda: not members_of_group(group), seconds=10)


def errors_of(folder: Path) -> list[str]:
    """Errors of all attempts, read without eligo."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        return [row[0] for row in connection.execute("SELECT error FROM attempts WHERE error IS NOT NULL")]


def test_a_run_that_was_stopped_in_every_way_goes_on_and_ends_alike(finished: FinishedStudy, tmp_path: Path):
    folder, kept = tmp_path / "out", 0
    for stop in (interrupt, terminate):
        stop(started(finished.file, folder, after=kept + 1))
        kept = n_units(folder)
        assert kept < N_UNITS
    assert errors_of(folder) == []  # being stopped is no failure
    process = started(finished.file, folder, after=kept + 1)
    os.kill(workers_of(process.pid)[0], signal.SIGKILL)
    out, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, "")  # a worker's death costs its unit, which is computed again
    assert out.count("failed, attempt 1 of 3: the worker process died") == len(errors_of(folder)) <= 1
    assert out.startswith(f"{kept} of ")
    assert timeless(folder / "results.csv") == timeless(finished.folder / "results.csv")


def test_a_run_whose_output_nobody_reads_any_more_ends_without_a_word_and_goes_on(
    finished: FinishedStudy, tmp_path: Path
):
    """`eligo study run ... | head -2`"""
    folder = tmp_path / "out"
    process = start_eligo("study", "run", finished.file, "--out", folder, "--jobs", 2, cwd=tmp_path)
    group = os.getpgid(process.pid)
    assert process.stdout is not None and process.stderr is not None
    assert process.stdout.readline() == "4 units to begin with\n" and process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=60) == 141 and process.stderr.read() == ""
    process.stderr.close()
    wait_until(lambda: not members_of_group(group), seconds=10)
    assert 1 <= n_units(folder) < N_UNITS and errors_of(folder) == []
    with closing(SQLiteStore(folder / FILE_NAME)) as store:
        assert store.leases() == []
    finish(finished.file, folder, jobs=2)
    assert timeless(folder / "results.csv") == timeless(finished.folder / "results.csv")


def test_ctrl_c_while_workers_start_is_one_line_too(finished: FinishedStudy, tmp_path: Path):
    process = start_eligo("study", "run", finished.file, "--out", tmp_path / "out", cwd=tmp_path)
    wait_until(lambda: len(workers_of(process.pid)) > 0)
    interrupt(process)


def test_workers_leave_if_their_parent_dies_before_they_are_ready(finished: FinishedStudy, tmp_path: Path):
    process = start_eligo("study", "run", finished.file, "--out", tmp_path / "out", cwd=tmp_path)
    group = os.getpgid(process.pid)
    wait_until(lambda: len(workers_of(process.pid)) > 0)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=20)
    wait_until(lambda: not members_of_group(group), seconds=15)


# --- What is refused ---------------------------------------------------------------------------------------------------


def test_another_design_is_refused_and_nothing_is_overwritten(finished: FinishedStudy, tmp_path: Path):
    folder = tmp_path / "out"
    shutil.copytree(finished.folder, folder)
    before = contents(folder)
    for changes, said, back in [
        ({"seed": 8}, "seed was 7, now 8", "pass --seed 7 to go on with that one, "),
        ({"trials": 5}, "trials was 4, now 5", "pass --trials 4 to go on with that one, "),
        ({"trials": 5, "methods": ["sasla"]}, "trials was 4, now 5; methods was .* now sasla", ""),
    ]:
        design = load_study(str(finished.file), **changes)
        way = rf"Choose another --out to run this one, {back}or remove the folder\.$"
        with pytest.raises(StudyError, match=rf"another design \({said}\)\. {way}"):
            run_in_folder(design, folder, 1, lambda progress: None)
        assert contents(folder) == before


def test_a_folder_of_another_study_and_a_changed_table_are_told(finished: FinishedStudy, tmp_path: Path):
    folder = tmp_path / "out"
    shutil.copytree(finished.folder, folder)
    design = load_study(str(finished.file))
    with pytest.raises(StudyError, match=r"out holds the study 'small', not 'other'\. Choose another --out"):
        run_in_folder(replace(design, name="other"), folder, 1, lambda progress: None)
    with closing(SQLiteStore(folder / FILE_NAME)) as store:
        noted = store.noted("settings")
        (own,) = (plan for plan in noted["plans"] if plan["problem"] == "ramp")
        own["table"]["sha256"] = "0" * 64
        store.note("settings", noted)
    with pytest.raises(StudyError, match=r"another design \(ramp\.csv has changed since\)\. Choose another --out"):
        run_in_folder(design, folder, 1, lambda progress: None)


def test_a_study_from_before_a_setting_existed_goes_on(finished: FinishedStudy, tmp_path: Path):
    """Methods get settings of their own as time goes on; their defaults are what an older study ran with."""
    folder = tmp_path / "out"
    shutil.copytree(finished.folder, folder)
    with closing(SQLiteStore(folder / FILE_NAME)) as store:
        noted = store.noted("settings")
        for plan in noted["plans"]:
            del plan["settings"]["diversity"], plan["settings"]["stopping"]
        store.note("settings", noted)
    (at_start,) = finish(finished.file, folder, jobs=1)
    assert at_start.n_done == N_UNITS
    with closing(SQLiteStore(folder / FILE_NAME)) as store:
        noted = store.noted("settings")
        noted["plans"][0]["settings"]["stop"] = "epochs"
        store.note("settings", noted)
    with pytest.raises(StudyError, match="stop was 'epochs', now 'budget'"):
        run_in_folder(load_study(str(finished.file)), folder, 1, lambda progress: None)


def test_ctrl_c_stays_ctrl_c_when_the_time_spent_cannot_be_written(study: Study, tmp_path: Path, monkeypatch):
    note = SQLiteStore.note

    def note_but_no_seconds(self: SQLiteStore, key: str, value: object) -> None:
        if key == "seconds":
            raise StudyError("cannot be written: database or disk is full.")
        note(self, key, value)

    def stop(progress: Progress) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(SQLiteStore, "note", note_but_no_seconds)
    with pytest.raises(KeyboardInterrupt):
        run_in_folder(study, tmp_path / "out", 1, stop)


def test_a_run_notes_the_flags_of_its_workers(study: Study, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("ELIGO_MEMORY", "3")
    monkeypatch.setenv("JAX_ENABLE_X64", "1")

    def stop(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_in_folder(study, tmp_path / "out", 2, stop)
    with closing(SQLiteStore(tmp_path / "out" / FILE_NAME)) as store:
        (run,) = store.noted("runs")
        assert run == store.noted("environment")
    flags = run["flags"].split()
    assert {"ELIGO_MEMORY=1.5", "JAX_ENABLE_X64=0", "JAX_PLATFORMS=cpu"} <= set(flags)
    assert "--xla_force_host_platform_device_count=1" in run["flags"]
    assert os.environ["ELIGO_MEMORY"] == "3" and os.environ["JAX_ENABLE_X64"] == "1"


def test_a_bound_on_memory_that_is_none_is_refused_before_a_folder_is_made(study: Study, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("ELIGO_MEMORY", "lots")
    with pytest.raises(StudyError, match=r"^ELIGO_MEMORY must be a number of GiB above 0; got 'lots'\. Unset it"):
        run_in_folder(study, tmp_path / "out", 1, lambda progress: None)
    assert not (tmp_path / "out").exists()


def test_another_version_s_numbers_are_not_mixed_in(finished: FinishedStudy, tmp_path: Path):
    folder = tmp_path / "out"
    shutil.copytree(finished.folder, folder)
    with closing(SQLiteStore(folder / FILE_NAME)) as store:
        store.note("environment", store.noted("environment") | {"jaxlib": "0.0.1"})
    with pytest.raises(StudyError, match="begun with jaxlib 0.0.1, and this is .* Choose another --out"):
        run_in_folder(load_study(str(finished.file)), folder, 1, lambda progress: None)


def test_a_folder_with_other_things_is_refused_and_left_alone(finished: FinishedStudy, tmp_path: Path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(StudyError, match=r"is not empty and is no study\. Choose another --out, or an empty folder"):
        run_in_folder(load_study(str(finished.file)), tmp_path, 1, lambda progress: None)
    assert contents(tmp_path) == {"letter.txt": b"dear"}


def test_a_file_in_the_folder_s_place_is_refused(finished: FinishedStudy, tmp_path: Path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(StudyError, match=r"cannot make the folder .*out: .*Choose another --out"):
        run_in_folder(load_study(str(finished.file)), tmp_path / "out", 1, lambda progress: None)
    assert (tmp_path / "out").read_text() == "mine"


def test_a_second_run_in_a_folder_is_refused(finished: FinishedStudy, tmp_path: Path):
    design = load_study(str(finished.file))
    open_store(design, tmp_path / "out").close()
    with only_run(tmp_path / "out"):
        refused = start_eligo("study", "run", finished.file, "--out", tmp_path / "out", cwd=tmp_path)
        _, said = refused.communicate(timeout=30)
        assert refused.returncode == 2
        assert said.startswith("eligo: another process is running the study in") and said.count("\n") == 1
    with only_run(tmp_path / "out") as is_locked:  # and the folder is free afterwards
        assert is_locked
    assert n_units(tmp_path / "out") == 0


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_warned_of_and_leases_are_left(tmp_path: Path, monkeypatch, number: int):
    monkeypatch.setattr("eligo.study.folder.fcntl.flock", raising(OSError(number, os.strerror(number))))
    with pytest.warns(StudyWarning, match="lies on a file system without locks"):
        with only_run(tmp_path) as is_locked:
            assert not is_locked


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EWOULDBLOCK, "another process is running the study in .* Wait for it"),
        (errno.EACCES, "another process is running the study in .* Wait for it"),
        (errno.EIO, r"cannot lock .*\.lock: Input/output error\. Choose another --out"),
    ],
)
def test_a_lock_that_cannot_be_had_is_told_from_one_that_another_has(
    tmp_path: Path, monkeypatch, number: int, said: str
):
    monkeypatch.setattr("eligo.study.folder.fcntl.flock", raising(OSError(number, os.strerror(number))))
    with pytest.raises(StudyError, match=said), only_run(tmp_path):
        pass


def raising(error: OSError) -> Callable[..., None]:
    def flock(*arguments: object) -> None:
        raise error

    return flock


def test_bad_data_are_refused_before_a_folder_is_made(tmp_path: Path):
    file = write_study(tmp_path)
    (tmp_path / "ramp.csv").write_text("slope,fall,height\n1,2,0.5\n3,4,\n5,7,0.1\n")
    with pytest.raises(ValueError, match="target 'height'"):
        run_in_folder(load_study(str(file)), tmp_path / "out", 1, lambda progress: None)
    assert not (tmp_path / "out").exists()


def absent(name: str) -> Dataset:
    raise UnavailableError(f"data set {name!r} is not here. Fetch it.")


def test_data_that_cannot_be_had_leave_their_problem_out_and_come_in_later(tmp_path: Path, monkeypatch):
    """`eligo study run paper` on a machine without the data does what it can, and says what it could not."""
    study = replace(load_study(str(write_study(tmp_path, problems=["iris", "wine"], trials=2))), methods=("passive",))
    plans = tuple(replace(plan, tuning=replace(plan.tuning, hidden=(4,))) for plan in study.plans)
    study = replace(study, plans=plans)

    def run(**how: bool) -> dict[str, str]:
        dataset_of.cache_clear()
        return run_in_folder(study, tmp_path / "out", 1, lambda progress: None, **how)

    with monkeypatch.context() as without:
        without.setattr("eligo.study.problems.load", lambda name: absent(name) if name == "wine" else load(name))
        with pytest.raises(UnavailableError, match="'wine' is not here"):
            run()
        assert not (tmp_path / "out").exists()
        assert run(needs_all=False) == {"wine": "data set 'wine' is not here. Fetch it."}
        results = read_results(tmp_path / "out")
        assert [problem.name for problem in results.problems] == ["iris"] and set(results.absent) == {"wine"}
        assert set(results.trials["problem"]) == {"iris"}
        without.setattr("eligo.study.problems.load", absent)
        with pytest.raises(DataError, match="'iris' is not here"):  # nothing is left to run
            run(needs_all=False)
    assert run(needs_all=False) == {}
    results = read_results(tmp_path / "out")
    assert [problem.name for problem in results.problems] == ["iris", "wine"] and not results.absent
    assert results.trials.groupby("problem")["trial"].count().tolist() == [2, 2]


def test_other_data_under_the_same_name_are_refused(tmp_path: Path, monkeypatch):
    study = one_problem(load_study(str(write_study(tmp_path, problems=["iris"], trials=1))), hidden=(4,))
    run_in_folder(study, tmp_path / "out", 1, lambda progress: None)
    iris = load("iris")
    monkeypatch.setattr("eligo.study.problems.load", lambda name: replace(iris, X=iris.X + 1e-9))
    dataset_of.cache_clear()
    with pytest.raises(StudyError, match=r"the data of 'iris' are not those .* begun with .*Choose another --out"):
        run_in_folder(study, tmp_path / "out", 1, lambda progress: None)
    dataset_of.cache_clear()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["1,a"] * 20 + ["2,b"], r"class 'b' has 1 examples"),
        (
            ["1,a"] * 20 + ["2,b"] * 3,
            r"class 'b' has 3 examples; .* leaves 2 to train on, and 3 folds need one each\. .*, or set fewer folds\.",
        ),
        ([f"{row},{row}" for row in range(20)], r"class '0' has 1 examples.*Add examples, or merge the class"),
    ],
)
def test_too_few_examples_of_a_class_are_refused(tmp_path: Path, rows: list[str], message: str):
    own = {"csv": "few.csv", "target": "kind", "task": "classification"}
    (tmp_path / "few.csv").write_text("\n".join(["a,kind", *rows]) + "\n")
    design = load_study(str(write_study(tmp_path, problems=["few"], problem={"few": own})))
    with pytest.raises(ValueError, match=message):
        run_in_folder(design, tmp_path / "out", 1, lambda progress: None)
    assert not (tmp_path / "out").exists()


# --- What is ready next ------------------------------------------------------------------------------------------------


def scored(unit: TuningUnit, errors: dict[HyperParameters, float | None]) -> Finished:
    rows = [
        {"problem": unit.problem}
        | vars(cell)
        | {
            "epochs": unit.epochs,
            "cv_error": errors[cell],
            "cv_error_sd": 0.0,
            "cv_score": 0.5,
            "is_diverged": errors[cell] is None,
        }
        for cell in unit.cells
    ]
    return Finished(unit, 1.0, cells=rows)


def tune(study: Study, folder: Path, errors: dict[HyperParameters, float | None]) -> tuple[list[Unit], list[Unit]]:
    """Give every tuning unit these errors; the tuning units in order, and the trials that they open."""
    store = open_store(study, folder)
    schedule = Schedule(study, store)
    tuned: list[Unit] = []
    try:
        while schedule.ready and isinstance(unit := schedule.ready[0], TuningUnit):
            schedule.ready.pop(0)
            store.add(scored(unit, errors))
            schedule.finish(unit)
            tuned.append(unit)
        return tuned, schedule.ready
    finally:
        store.close()


def one_problem(study: Study, **tuning: object) -> Study:
    plan = study.plans[0]
    return replace(study, plans=(replace(plan, tuning=replace(plan.tuning, **tuning)),))


def test_the_winning_cell_serves_all_methods_and_the_whole_grid_is_stored(study: Study, tmp_path: Path):
    study = one_problem(study)
    cells = study.plans[0].tuning.cells()
    errors: dict[HyperParameters, float | None] = {cell: 1.0 + place for place, cell in enumerate(cells)}
    errors[cells[6]] = errors[cells[1]] = 0.5  # a tie of 8 with 4 hidden units
    errors[cells[0]] = None
    _, trials = tune(study, tmp_path, errors)
    assert {unit.values for unit in trials if isinstance(unit, TrialUnit)} == {cells[1]} and cells[1].hidden == 4
    assert {unit.method for unit in trials if isinstance(unit, TrialUnit)} == set(study.methods)
    store = SQLiteStore(tmp_path / "study.sqlite")
    assert {tuple(row[name] for name in vars(cells[0])) for row in store.rows("cells")} == {
        tuple(vars(cell).values()) for cell in cells
    }
    store.close()


def test_successive_halving_keeps_a_quarter_per_rung(study: Study, tmp_path: Path):
    study = one_problem(study, learning_rate=(0.1, 0.2, 0.3, 0.4), epochs=64, successive_halving=True)
    cells = study.plans[0].tuning.cells()
    assert len(cells) == 16
    errors: dict[HyperParameters, float | None] = {cell: 16.0 - place for place, cell in enumerate(cells)}
    tuned, trials = tune(study, tmp_path, errors)
    n_cells: dict[int, int] = {}
    for unit in tuned:
        assert isinstance(unit, TuningUnit)
        n_cells[unit.epochs] = n_cells.get(unit.epochs, 0) + len(unit.cells)
    assert n_cells == {4: 16, 16: 4, 64: 1}
    assert {unit.values for unit in trials if isinstance(unit, TrialUnit)} == {cells[-1]}


@pytest.mark.parametrize("is_halved", [False, True])
def test_a_grid_of_which_every_cell_diverges_closes_its_problem(study: Study, tmp_path: Path, is_halved: bool):
    study = one_problem(study, epochs=64, successive_halving=is_halved)
    tuned, trials = tune(study, tmp_path, dict.fromkeys(study.plans[0].tuning.cells()))
    assert len(tuned) == 2 and trials == []
    with closing(SQLiteStore(tmp_path / FILE_NAME)) as store:
        schedule = Schedule(study, store)  # and so it stays
        assert schedule.ready == [] and list(schedule.closed) == ["iris"]
        assert schedule.expected_cost() == schedule.cost_done > 0


def test_quick_studies_have_nothing_to_tune(study: Study, tmp_path: Path):
    quick = replace(one_problem(study), is_quick=True)
    tuned, trials = tune(quick, tmp_path, {})
    recorded = quick.plans[0].recorded
    assert not tuned and recorded is not None
    assert {unit.values for unit in trials if isinstance(unit, TrialUnit)} == {recorded.values}
    assert len(trials) == 2 * 3


def test_time_spent_counts_runs_that_were_stopped(study: Study, tmp_path: Path):
    def stop(progress: Progress) -> None:
        time.sleep(0.2)
        raise KeyboardInterrupt

    for times in (1, 2):
        with pytest.raises(KeyboardInterrupt):
            run_in_folder(study, tmp_path / "out", 1, stop)
        store = SQLiteStore(tmp_path / "out" / "study.sqlite")
        assert store.noted("seconds") >= 0.2 * times
        store.close()
