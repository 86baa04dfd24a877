"""A unit that fails, or whose worker dies, is tried again, given up at last, and never takes others with it."""

import os
import re
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from eligo.cli import _refuse_failures, status
from eligo.datasets import DataError
from eligo.study import MemoryStore, SQLiteStore, Store
from eligo.study.design import Study
from eligo.study.display import Display
from eligo.study.folder import _free_units, open_store
from eligo.study.outcome import read_results
from eligo.study.problems import describe_problem
from eligo.study.reading import StudyError
from eligo.study.runner import Progress, run_study
from eligo.study.store import FILE_NAME
from eligo.study.units import Finished, TuningUnit, Unit, unit_id, unit_in_words
from eligo.study.workers import Workers
from small_studies import FinishedStudy
from stored_units import finished as made_up

N_TUNING, N_TRIALS = 4, 12


class Pretending(Executor):
    """Computes nothing: a unit's rows are made up, unless an error is due at its nth attempt; no cell may be any good."""

    def __init__(self, error_of: Callable[[Unit, int], BaseException | None], diverging: str = "") -> None:
        self.error_of, self.diverging = error_of, diverging
        self.attempts: Counter[str] = Counter()
        self.order: list[str] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        _, unit = args
        name = unit_in_words(unit)
        self.attempts[name] += 1
        self.order.append(name)
        future: Future[Any] = Future()
        if (error := self.error_of(unit, self.attempts[name])) is not None:
            future.set_exception(error)
        else:
            made_up = _made_up(unit)
            lost = {"is_diverged": True, "cv_error": None} if unit.problem == self.diverging else {}
            future.set_result(replace(made_up, cells=[row | lost for row in made_up.cells]))
        return future


def _made_up(unit: Unit) -> Finished:
    if not isinstance(unit, TuningUnit):
        return replace(made_up(unit.problem, unit.trials), unit=unit)
    facts = {"problem": unit.problem, "epochs": unit.epochs, "cv_error_sd": 0.0, "cv_score": 0.5, "is_diverged": False}
    rows = [vars(cell) | facts | {"cv_error": 1.0 + place} for place, cell in enumerate(unit.cells)]
    return Finished(unit, 1.0, cells=rows)


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, study: Study, tmp_path: Path) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    with closing(open_store(study, tmp_path / "out")) as opened:
        yield opened


def run(
    study: Study, store: Store, error_of: Callable[[Unit, int], BaseException | None]
) -> tuple[Pretending, list[str]]:
    """Run what is left of a study without computing; the executor, and what was said of failures."""
    executor, said = Pretending(error_of), []
    run_study(study, store, executor, 2, lambda progress: said.append(progress.failed or ""))
    assert store.leases() == []
    return executor, [text for text in said if text]


def never(unit: Unit, attempt: int) -> None:
    return None


BAD = "iris: sasla trials 2-3"


def test_a_unit_that_always_fails_is_tried_three_times_and_the_rest_goes_on(study: Study, store: Store):
    executor, said = run(
        study, store, lambda unit, _: ZeroDivisionError("by\nzero") if unit_in_words(unit) == BAD else None
    )
    assert executor.attempts[BAD] == 3 and len(store.finished()) == N_TUNING + N_TRIALS - 1
    assert executor.attempts.total() == N_TUNING + N_TRIALS + 2  # no other was computed twice
    assert [tuple(failure) for failure in store.failures()] == [(BAD, 3, "ZeroDivisionError: by zero")]
    assert said == [f"{BAD} failed, attempt {n} of 3: ZeroDivisionError: by zero" for n in (1, 2, 3)]
    first, second, third = (place for place, name in enumerate(executor.order) if name == BAD)
    assert second - first > 2  # what was ready has had its turn in between

    again, said = run(study, store, never)  # the next run tries it again, and nothing else
    assert dict(again.attempts) == {BAD: 1} and said == []
    assert len(store.finished()) == N_TUNING + N_TRIALS and store.failures() == []
    assert len(store.rows("trials")) == 4 * 6


def test_two_deaths_of_its_worker_do_not_cost_a_unit(study: Study, store: Store):
    executor, said = run(
        study, store, lambda unit, attempt: BrokenProcessPool() if unit_in_words(unit) == BAD and attempt < 3 else None
    )
    assert executor.attempts[BAD] == 3 and store.failures() == []
    assert len(store.finished()) == N_TUNING + N_TRIALS
    assert (
        said[1] == f"{BAD} failed, attempt 2 of 3: the worker process died: it was killed, or the memory was not enough"
    )


def test_trials_wait_for_a_tuning_that_failed_and_other_problems_go_on(study: Study, store: Store):
    def error_of(unit: Unit, attempt: int) -> BaseException | None:
        return MemoryError() if isinstance(unit, TuningUnit) and unit.problem == "iris" else None

    executor, _ = run(study, store, error_of)
    assert {row["problem"] for row in store.rows("trials")} == {"ramp"}
    assert len(store.failures()) == 2 and executor.attempts.total() == 2 * 3 + 2 + 6
    run(study, store, never)
    assert len(store.finished()) == N_TUNING + N_TRIALS


def test_a_problem_of_which_every_cell_diverges_is_closed_and_the_others_go_on(study: Study, store: Store):
    said: list[str | None] = []
    closed = {
        "iris": "all cells trained to the end diverged. Add smaller learning rates to [tuning], and choose another --out."
    }
    for n_units in (2 + 2 + 6, 0):  # the second run finds all as it is
        executor = Pretending(never, diverging="iris")
        seen: list[Progress] = []
        run_study(study, store, executor, 2, seen.append)
        assert executor.attempts.total() == n_units and seen[-1].share == pytest.approx(1.0)
        assert {row["problem"] for row in store.rows("trials")} == {"ramp"} and len(store.rows("cells")) == 2 * 8
        assert store.noted("closed") == closed and store.failures() == store.leases() == []
        said += [progress.failed for progress in seen if progress.failed]
    assert said == [f"iris: {closed['iris']}"]


@pytest.mark.parametrize("error", [StudyError("the grid is gone."), DataError("the data are gone.")])
def test_what_a_person_must_mend_ends_the_run_at_once(study: Study, store: Store, error: Exception):
    with pytest.raises(type(error), match=str(error)):
        run(study, store, lambda unit, attempt: error)
    assert store.leases() == [] and store.failures() == []


def test_ctrl_c_lets_go_of_what_was_begun_and_counts_as_no_failure(study: Study, store: Store):
    def press(progress: Progress) -> None:
        if progress.n_done == 3:
            raise KeyboardInterrupt

    for _ in range(4):
        with pytest.raises(KeyboardInterrupt):
            run_study(study, store, Pretending(never), 2, press)
    assert len(store.finished()) == 3 and store.leases() == [] and store.failures() == []


def test_a_unit_that_another_process_computes_is_not_computed_twice(study: Study, store: Store):
    taken: list[Unit] = []

    def take_the_next(progress: Progress) -> None:
        if not taken:
            unit = TuningUnit("iris", 4, tuple(cell for cell in study.plan("iris").tuning.cells() if cell.hidden == 8))
            assert store.begin(unit, "elsewhere:1")
            taken.append(unit)

    executor = Pretending(never)
    with pytest.raises(StudyError, match=r"another run computes iris: tuning 4 cells of 8 hidden units .* Wait"):
        run_study(study, store, executor, 1, take_the_next)
    assert [lease.owner for lease in store.leases()] == ["elsewhere:1"]
    # What nobody else has is done first: all but that unit, and the trials that wait for it.
    assert len(store.finished()) == N_TUNING - 1 + N_TRIALS // 2 == executor.attempts.total()


def test_units_that_another_run_finished_meanwhile_are_done_and_no_error(study: Study, store: Store):
    inner: list[Pretending] = []

    def be_faster(progress: Progress) -> None:
        if not inner:
            inner.append(Pretending(never))
            run_study(study, store, inner[0], 2, lambda progress: None)

    outer = Pretending(never)
    run_study(study, store, outer, 2, be_faster)
    assert inner[0].attempts.total() == len(store.finished()) == N_TUNING + N_TRIALS
    assert outer.attempts.total() == 0 and store.leases() == []


def test_a_second_run_of_one_process_ends_no_lease_of_the_first(study: Study, store: Store):
    def run_too(progress: Progress) -> None:
        if progress.n_done == 1 and len(store.finished()) == 1:
            (lease,) = store.leases()
            with pytest.raises(StudyError, match="another run computes"):
                run_study(study, store, Pretending(never), 1, lambda progress: None)
            assert store.leases() == [lease]

    run_study(study, store, Pretending(never), 2, run_too)
    assert len(store.finished()) == N_TUNING + N_TRIALS and store.leases() == []


def taken_over(store: Store, unit: Unit) -> None:
    """Another run begins a unit whose lease ran out, as if this one had slept meanwhile."""
    (owner,) = {lease.owner for lease in store.leases() if lease.unit == unit_id(unit)}
    store.renew(owner, -1.0)
    assert store.begin(unit, "elsewhere:1")


def test_a_failure_counts_nowhere_if_another_run_has_the_unit_by_then(study: Study, store: Store):
    def error_of(unit: Unit, attempt: int) -> BaseException | None:
        if unit_in_words(unit) != BAD:
            return None
        taken_over(store, unit)
        return MemoryError()

    with pytest.raises(StudyError, match=f"another run computes {BAD} of this study"):
        run(study, store, error_of)
    assert [lease.owner for lease in store.leases()] == ["elsewhere:1"] and store.failures() == []
    assert len(store.finished()) == N_TUNING + N_TRIALS - 1


def test_what_was_found_before_the_other_run_found_it_is_stored_once(study: Study, store: Store):
    bad: list[Unit] = []

    def error_of(unit: Unit, attempt: int) -> BaseException | None:
        if unit_in_words(unit) == BAD:
            taken_over(store, unit)
            bad.append(unit)
        return None

    run(study, store, error_of)
    assert len(store.finished()) == N_TUNING + N_TRIALS and store.failures() == []
    store.add(_made_up(bad[0]))  # the other run, later
    assert len(store.rows("trials")) == 4 * 6 and store.renew("elsewhere:1") == frozenset()


def test_a_lease_that_nobody_has_any_more_is_taken_again(study: Study, store: Store, monkeypatch):
    monkeypatch.setattr("eligo.study.runner.LEASE_SECONDS", 0.0)

    def error_of(unit: Unit, attempt: int) -> BaseException | None:
        if unit_in_words(unit) != BAD or attempt > 1:
            return None
        (owner,) = {lease.owner for lease in store.leases()}
        store.release(owner)
        return MemoryError()

    _, said = run(study, store, error_of)
    assert said == [f"{BAD} failed, attempt 1 of 3: MemoryError"]
    assert len(store.finished()) == N_TUNING + N_TRIALS


@pytest.mark.parametrize("error", [KeyboardInterrupt(), DataError("the data are gone.")])
def test_an_error_comes_out_as_what_it_is_although_the_last_write_fails(study: Study, error: BaseException):
    class Full(MemoryStore):
        def release(self, owner: str) -> None:
            raise StudyError("cannot be written: database or disk is full.")

    def stop(progress: Progress) -> None:
        if progress.n_done:
            raise error

    with pytest.raises(type(error)):
        run_study(study, Full(), Pretending(never), 1, stop)
    with pytest.raises(StudyError, match="disk is full"):
        run_study(study, Full(), Pretending(never), 1, lambda progress: None)


def test_leases_of_a_killed_run_are_freed_and_those_of_another_host_are_not(study: Study, store: Store, monkeypatch):
    here, there, late = (made_up("iris", (trial,)).unit for trial in range(3))
    monkeypatch.setattr("eligo.study.leases.socket.gethostname", lambda: "here")
    for unit, owner, seconds in ((here, "here:1:5e0cab71", 60.0), (late, "there:9", 0.0)):
        assert store.begin(unit, owner, seconds)
    with pytest.raises(StudyError, match=r"another process \(here:1:5e0cab71\) is running"):
        _free_units(store, Path("out"), is_locked=False)  # it may live: no lock says that it does not
    assert len(store.leases()) == 2
    _free_units(store, Path("out"), is_locked=True)
    assert store.leases() == []
    assert store.begin(there, "there:2", 60.0)
    with pytest.raises(StudyError, match=r"another process \(there:2\) is running the study in out.* wait (59|60) s"):
        _free_units(store, Path("out"), is_locked=True)
    assert len(store.leases()) == 1


# --- Workers ------------------------------------------------------------------------------------------------------------


def test_a_worker_that_dies_takes_its_work_alone_and_is_replaced():
    workers = Workers(2)
    doomed, other = workers.submit(os._exit, 3), workers.submit(time.sleep, 0.2)
    with pytest.raises(RuntimeError, match="all 2 workers are at work"):
        workers.submit(abs, -1)
    wait([doomed, other], timeout=60)
    assert isinstance(doomed.exception(), BrokenProcessPool) and other.exception() is None
    assert [workers.submit(abs, -number).result(timeout=60) for number in (4, 5)] == [4, 5]
    workers.shutdown()


# --- What is said --------------------------------------------------------------------------------------------------------


def test_failures_are_shown_by_status_and_the_end_of_a_run(finished: FinishedStudy, tmp_path: Path, capsys):
    folder = tmp_path / "out"
    folder.mkdir()
    with closing(sqlite3.connect(finished.folder / FILE_NAME)) as source:
        with closing(sqlite3.connect(folder / FILE_NAME)) as target:
            source.backup(target)
    with closing(SQLiteStore(folder / FILE_NAME)) as store:
        unit = made_up("iris", (98, 99)).unit
        for attempt in range(3):
            store.begin(unit, "a:1")
            store.fail(unit, "a:1", f"ValueError: <b>{attempt}</b>\nTraceback ...")
        assert unit_id(unit) not in store.finished()
    status(folder)
    said = "iris: sasla trials 98-99 (3 attempts, the last: ValueError: <b>2</b>)"
    assert f"  failed: {said}\n" in capsys.readouterr().out
    results = read_results(folder)
    with pytest.raises(
        StudyError, match=r"^1 units failed: .*98-99 .* Run the same command again to try them again\.$"
    ):
        _refuse_failures(results)


def test_closed_problems_are_shown_by_status_and_the_end_of_a_run(study: Study, tmp_path: Path, capsys):
    folder = tmp_path / "out"
    with closing(open_store(study, folder)) as store:
        store.note("problems", [asdict(describe_problem(study, name)) for name in ("iris", "ramp")])
        run_study(study, store, Pretending(never, diverging="iris"), 2, lambda progress: None)
    status(folder)
    said = "closed: all cells trained to the end diverged. Add smaller learning rates to [tuning], and choose another --out."
    assert f"  iris: {said}\n" in capsys.readouterr().out
    with pytest.raises(StudyError, match=f"^iris is {re.escape(said)}$"):
        _refuse_failures(read_results(folder))


def test_a_failure_is_one_line_on_a_screen_of_any_width(study: Study, capsys):
    said = f"{BAD} failed, attempt 1 of 3: ValueError: [red]" + "x" * 200
    with Display(study, Console(width=40)) as display:
        display.watch(Progress(None, 1, 16, 0.1, None, failed=said))
    assert capsys.readouterr().out == said + "\n"


def test_an_error_that_quotes_data_commands_no_terminal(study: Study, capsys):
    with Display(study, Console(width=40)) as display:
        display.watch(Progress(None, 1, 16, 0.1, None, failed="ValueError: \x1b]0;owned\x07\nmore"))
    assert capsys.readouterr().out == "ValueError: \\x1b]0;owned\\x07\\nmore\n"
