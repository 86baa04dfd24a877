"""Running a study: finished units are stored at once, and running again goes on where it stopped."""

from __future__ import annotations

import fcntl
import multiprocessing
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from eligo.datasets import DataError, UnavailableError
from eligo.study.design import Study, changed_settings, completed
from eligo.study.environment import describe_environment
from eligo.study.problems import describe_problem
from eligo.study.reading import StudyError
from eligo.study.results import Problem
from eligo.study.schedule import Schedule
from eligo.study.store import FILE_NAME, SQLiteStore, Store
from eligo.study.units import Finished, Unit, unit_id
from eligo.study.worker import compute, ctrl_c_held_back, prepare_worker, worker_environment


@dataclass(frozen=True)
class Progress:
    """Where a run stands, after each unit.

    Attributes
    ----------
    finished : the unit that just ended; None at the start
    cells, trials : at the start, the rows that earlier runs stored
    n_done, n_known : int, units done and units known of so far, also those of earlier runs
    share : float in [0, 1], estimated part of the work that is done
    seconds_left : float or None, estimated
    """

    finished: Finished | None
    n_done: int
    n_known: int
    share: float
    seconds_left: float | None
    cells: Sequence[dict[str, Any]] = ()
    trials: Sequence[dict[str, Any]] = ()


Watch = Callable[[Progress], None]


MOST_CHANGES = 5
"""Of a design, that a message names."""


def open_store(study: Study, folder: Path) -> SQLiteStore:
    """The store of a study in a folder: a new one, or that of an earlier run of the same design.

    Raises
    ------
    StudyError
        If the folder holds something else, or a study of another design; nothing is changed then.
    """
    claim_folder(folder)
    store = SQLiteStore(folder / FILE_NAME, is_new=True)
    settings, before = _plain(study.to_settings()), store.noted("settings")
    if before is None:
        store.note("settings", settings)
    elif changes := changed_settings(completed(before), settings):
        store.close()
        if len(changes) > MOST_CHANGES:
            changes[MOST_CHANGES:] = [f"and {len(changes) - MOST_CHANGES} more"]
        raise StudyError(
            f"{folder} holds a study of another design ({'; '.join(changes)}). Choose another --out to run this one, or "
            "remove the folder."
        )
    return store


def claim_folder(folder: Path) -> None:
    """Make a study's folder, or accept one that is empty or holds a study.

    Raises
    ------
    StudyError
        If the folder cannot be made or read, or holds something else.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_empty = all(entry.name == LOCK_NAME for entry in folder.iterdir())
    except OSError as error:
        raise StudyError(f"cannot make the folder {folder}: {error.strerror}. Choose another --out.") from None
    if not is_empty and not (folder / FILE_NAME).exists():
        raise StudyError(f"{folder} is not empty and is no study. Choose another --out, or an empty folder.")


def _plain(value: Any) -> Any:
    """Nested plain values as JSON has them, so that designs compare equal after storage."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value


LOCK_NAME = ".lock"


@contextmanager
def only_run(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; a second run is refused instead of doing the same work twice."""
    try:
        lock = open(folder / LOCK_NAME, "w")
    except OSError as error:
        raise StudyError(f"cannot write in {folder}: {error.strerror}. Choose another --out.") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StudyError(
                f"another process is running the study in {folder}. Wait for it, or choose another --out."
            ) from None
        yield


def process_pool(jobs: int) -> ProcessPoolExecutor:
    """Worker processes on this machine."""
    return ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), initializer=prepare_worker)


def run_study(
    study: Study, store: Store, executor: Executor, n_parallel: int, watch: Watch, absent: Collection[str] = ()
) -> None:
    """Compute all units that are not stored yet, and store each as it ends.

    Parameters
    ----------
    study : Study
    store : Store
    executor : Executor, where units are computed
    n_parallel : int, units to compute at the same time
    watch : function of a Progress, called at the start and after each unit
    absent : problems whose data could not be had, default=(); they are left out

    Raises
    ------
    StudyError
        If the executor breaks, or every cell of a grid diverges. What is stored stays.
    """
    schedule, clock = Schedule(study, store, absent), _Clock()
    running: dict[Future[Finished], Unit] = {}
    watch(replace(_progress(schedule, None, clock), cells=store.rows("cells"), trials=store.rows("trials")))
    while schedule.ready or running:
        while schedule.ready and len(running) < n_parallel:
            unit = schedule.take(running.values())
            with _a_worker_may_die(), ctrl_c_held_back():
                running[executor.submit(compute, study, unit)] = unit
        ended, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in ended:
            unit = running.pop(future)
            with _a_worker_may_die():
                finished = future.result()
            store.add(finished)
            schedule.finish(unit)
            clock.add(schedule.known[unit_id(unit)])
            watch(_progress(schedule, finished, clock))


@contextmanager
def _a_worker_may_die() -> Iterator[None]:
    """Say what a broken pool means: out of memory, or killed; it shows where work is given or fetched."""
    try:
        yield
    except BrokenProcessPool:
        raise StudyError(
            "a worker process died; what was finished is kept. Run the same command again to go on."
        ) from None


class _Clock:
    """Work done per second in this run."""

    def __init__(self) -> None:
        self.began, self.cost = time.monotonic(), 0.0

    def add(self, cost: float) -> None:
        self.cost += cost

    def seconds_for(self, cost: float) -> float | None:
        return cost * (time.monotonic() - self.began) / self.cost if self.cost else None


def _progress(schedule: Schedule, finished: Finished | None, clock: _Clock) -> Progress:
    expected, done = schedule.expected_cost(), schedule.cost(schedule.done)
    n_done = sum(name in schedule.done for name in schedule.known)
    return Progress(
        finished, n_done, len(schedule.known), done / expected if expected else 1.0, clock.seconds_for(expected - done)
    )


def run_in_folder(
    study: Study, folder: Path, jobs: int, watch: Watch, command: str | None = None, *, needs_all: bool = True
) -> dict[str, str]:
    """Run a study in a folder with worker processes; what it found is in the folder's store afterwards.

    Parameters
    ----------
    study : Study
    folder : Path
    jobs : int, worker processes
    watch : function of a Progress
    command : str, default=None, what the report prints as the way to run it again
    needs_all : bool, default=True, whether data that cannot be had are an error; otherwise their problems are left out,
        unless none is left

    Returns
    -------
    mapping of problem name to the reason why it was left out

    Raises
    ------
    StudyError, DataError
        If data, folder or grid are not as they must be. What is stored stays.
    """
    problems, absent = _describe(study, needs_all)  # refuses bad data first
    claim_folder(folder)
    with only_run(folder), closing(open_store(study, folder)) as store:
        _note_problems(store, problems, absent, folder)
        _note_environment(store, describe_environment(jobs) | ({"command": command} if command else {}))
        began = time.monotonic()
        try:
            _run_with_workers(study, store, jobs, watch, absent)
        finally:
            spent = store.noted("seconds") or 0.0
            store.note("seconds", spent + time.monotonic() - began)
    return absent


def _describe(study: Study, needs_all: bool) -> tuple[list[Problem], dict[str, str]]:
    """Facts about the problems whose data are there, and why others are not."""
    problems, absent = [], {}
    for plan in study.plans:
        try:
            problems.append(describe_problem(study, plan.problem))
        except UnavailableError as error:
            if needs_all:
                raise
            absent[plan.problem] = str(error)
    if not problems:
        raise DataError(next(iter(absent.values())))
    return problems, absent


def _note_problems(store: Store, problems: Sequence[Problem], absent: Mapping[str, str], folder: Path) -> None:
    """Keep facts about the data; refuse to go on with other data under the same name.

    Raises
    ------
    StudyError
        If the data of a problem are not those that the study began with.
    """
    before = {facts["name"]: facts for facts in store.noted("problems") or []}
    now = {problem.name: _plain(asdict(problem)) for problem in problems}
    for name, facts in now.items():
        if name in before and before[name]["digest"] != facts["digest"]:
            raise StudyError(
                f"the data of {name!r} are not those that the study in {folder} was begun with "
                f"({before[name]['source']}; now {facts['source']}). Choose another --out, or bring the old data back."
            )
    store.note("problems", list((before | now).values()))
    store.note("absent", {name: reason for name, reason in absent.items() if name not in before})


def _note_environment(store: Store, now: dict[str, str]) -> None:
    """Keep where a study began, and add where it went on; refuse other versions, whose numbers would be mixed in.

    Raises
    ------
    StudyError
        If eligo, or what its numbers come from, is not of the version that the study began with.
    """
    begun = store.noted("environment")
    if begun is None:
        store.note("environment", now)
        return
    for package in ("eligo", "jax", "jaxlib", "numpy", "scikit-learn"):
        if begun[package] != now[package]:
            raise StudyError(
                f"the study was begun with {package} {begun[package]}, and this is {now[package]}; their numbers would be "
                "mixed. Choose another --out, or install that version."
            )
    store.note(
        "environment", begun | {"last run": f"{now['date']}, {now['processor']}, {now['worker processes']} workers"}
    )


def _run_with_workers(study: Study, store: Store, jobs: int, watch: Watch, absent: Collection[str]) -> None:
    """Run a study with worker processes, which are gone when this returns or raises."""
    others = multiprocessing.active_children()
    with worker_environment():
        pool = process_pool(jobs)
        try:
            run_study(study, store, pool, jobs, watch, absent)
        except BaseException:
            for process in multiprocessing.active_children():
                if process not in others:
                    process.terminate()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        pool.shutdown()
