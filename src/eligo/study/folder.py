"""A study in a folder: whose folder it is, what of it is noted, and a run in it with worker processes."""

from __future__ import annotations

import errno
import fcntl
import multiprocessing
import time
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from eligo.datasets import DataError, UnavailableError
from eligo.study.design import Study, changed_settings, completed
from eligo.study.environment import SAME, describe_environment
from eligo.study.leases import host_of, this_host
from eligo.study.problems import describe_problem
from eligo.study.reading import StudyError, StudyWarning
from eligo.study.results import Problem
from eligo.study.runner import Progress, Watch, done_last, run_study
from eligo.study.store import FILE_NAME, SQLiteStore, Store
from eligo.study.worker import worker_environment
from eligo.study.workers import Workers

MOST_CHANGES = 5
"""Of a design, that a message names."""

ASKED = ("seed", "trials")
"""Settings for which a command has an option that takes any value a design may have."""


def open_store(study: Study, folder: Path) -> SQLiteStore:
    """The store of a study in a folder: a new one, or that of an earlier run of the same design.

    Raises
    ------
    StudyError
        If the folder holds something else, a study of another design, or a damaged one; nothing is changed then.
    """
    claim_folder(folder)
    store = SQLiteStore(folder / FILE_NAME, is_new=True)
    try:
        store.check()
        _note_settings(study, store, folder)
    except BaseException:
        store.close()
        raise
    return store


def _note_settings(study: Study, store: Store, folder: Path) -> None:
    settings, before = _plain(study.to_settings()), store.noted("settings")
    if before is None:
        store.note("settings", settings)
    elif changes := changed_settings(completed(before), settings):
        if before["name"] != settings["name"]:
            raise StudyError(
                f"{folder} holds the study {before['name']!r}, not {settings['name']!r}. Choose another --out, or remove "
                "the folder."
            )
        changes = [_of_table(change, settings) for change in changes]
        if len(changes) > MOST_CHANGES:
            changes[MOST_CHANGES:] = [f"and {len(changes) - MOST_CHANGES} more"]
        raise StudyError(
            f"{folder} holds a study of another design ({'; '.join(changes)}). Choose another --out to run this one, "
            f"{_way_back(before, settings)}or remove the folder."
        )


def _way_back(before: Mapping[str, Any], settings: Mapping[str, Any]) -> str:
    """How the command goes on with the study that is there, where it differs by what a command says."""
    asked = [name for name in ASKED if before[name] != settings[name]]
    if any(changed_settings(completed(before) | {name: settings[name] for name in asked}, settings)):
        return ""
    return f"pass {' '.join(f'--{name} {before[name]}' for name in asked)} to go on with that one, "


def _of_table(change: str, settings: Mapping[str, Any]) -> str:
    """A change of a table's digest in words that a reader can do something with."""
    for plan in settings["plans"]:
        if plan["table"] and change.startswith(f"plans.{plan['problem']}.table.sha256 was "):
            return f"{plan['table']['csv']} has changed since"
    return change


def claim_folder(folder: Path) -> None:
    """Make a study's folder, or accept one that is empty or holds a study.

    Raises
    ------
    StudyError
        If the folder cannot be made or read, or holds something else.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = {entry.name for entry in folder.iterdir()} - {LOCK_NAME}
        others = [name for name in names if not name.startswith(FILE_NAME)]
        is_emptied = bool(others) and FILE_NAME in names and not (folder / FILE_NAME).stat().st_size
    except OSError as error:
        raise StudyError(f"cannot make the folder {folder}: {error.strerror}. Choose another --out.") from None
    if is_emptied:
        raise StudyError(
            f"{folder / FILE_NAME} was emptied: other files of its study are there. Restore a copy of it, or choose another "
            "--out."
        )
    if names and FILE_NAME not in names:
        raise StudyError(f"{folder} is not empty and is no study. Choose another --out, or an empty folder.")


def _plain(value: Any) -> Any:
    """Nested plain values as JSON has them, so that designs compare equal after storage."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value


LOCK_NAME = ".lock"
NO_LOCKS = frozenset({errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP})
"""What a file system says that knows no locks, such as Lustre that was mounted without."""


@contextmanager
def only_run(folder: Path) -> Iterator[bool]:
    """Hold the folder's lock; a second run is refused instead of doing the same work twice.

    Gives False, with a warning, where the file system knows no locks: then leases alone keep runs apart.
    """
    try:
        lock = open(folder / LOCK_NAME, "w")
    except OSError as error:
        raise StudyError(f"cannot write in {folder}: {error.strerror}. Choose another --out.") from None
    with lock:
        yield _is_locked(lock, folder)


def _is_locked(lock: IO[str], folder: Path) -> bool:
    """Take the lock, or find out that there is none to be had."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if isinstance(error, BlockingIOError) or error.errno == errno.EACCES:
            told = f"another process is running the study in {folder}. Wait for it, or choose another --out."
            raise StudyError(told) from None
        if error.errno not in NO_LOCKS:
            raise StudyError(f"cannot lock {folder / LOCK_NAME}: {error.strerror}. Choose another --out.") from None
        told = f"{folder} lies on a file system without locks: a second run in it is noticed by the units it computes alone."
        warnings.warn(told, StudyWarning, stacklevel=2)
        return False
    return True


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
        If data, folder, grid or ``ELIGO_MEMORY`` are not as they must be. What is stored stays.
    """
    problems, absent = _describe(study, needs_all)  # refuses bad data first
    with worker_environment(jobs):
        now = describe_environment(jobs)  # with the workers' flags, not this process's
    claim_folder(folder)
    with only_run(folder) as is_locked, closing(open_store(study, folder)) as store:
        _free_units(store, folder, is_locked)
        _note_problems(store, problems, absent, folder)
        now |= {"command": command} if command else {}
        _note_environment(store, now)
        began = time.monotonic()
        with done_last(lambda: store.note("seconds", (store.noted("seconds") or 0.0) + time.monotonic() - began)):
            _run_with_workers(study, store, jobs, _noting(store, now, watch), absent)
    return absent


def _noting(store: Store, now: dict[str, str], watch: Watch) -> Watch:
    """A watch that notes the run as soon as it shows that there is something to compute."""
    is_first = iter((True,))

    def noted(progress: Progress) -> None:
        if next(is_first, False) and progress.n_done < progress.n_known:
            _note_run(store, now)
        watch(progress)

    return noted


def _free_units(store: Store, folder: Path, is_locked: bool) -> None:
    """End the leases of runs that were killed: this run holds the folder's lock, so they are gone from this host.

    Raises
    ------
    StudyError
        If a process of another host has a lease, as locks of files may not reach across hosts; or of any, without a lock.
    """
    here = this_host()
    for lease in store.leases():
        is_gone = is_locked and host_of(lease.owner) == here
        if not is_gone and lease.expires > time.time():
            raise StudyError(
                f"another process ({lease.owner}) is running the study in {folder}. Wait for it, or choose another --out; "
                f"if it was killed, wait {max(1, round(lease.expires - time.time()))} s."
            )
        store.release(lease.owner)


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
    """Keep where a study began; refuse other versions, whose numbers would be mixed in.

    Raises
    ------
    StudyError
        If eligo, or what its numbers come from, is not of the version that the study began with.
    """
    begun = store.noted("environment")
    for package in SAME:
        if begun is not None and begun[package] != now[package]:
            raise StudyError(
                f"the study was begun with {package} {begun[package]}, and this is {now[package]}; their numbers would be "
                "mixed. Choose another --out, or install that version."
            )
    if begun is None:
        store.note("environment", now)


def _note_run(store: Store, now: dict[str, str]) -> None:
    """Keep where a run is that computes something."""
    before = store.noted("runs")
    if before:
        last = {"last run": f"{now['date']}, {now['processor']}, {now['worker processes']} workers"}
        store.note("environment", store.noted("environment") | last)
    store.note("runs", [*(before or ()), now])


def _run_with_workers(study: Study, store: Store, jobs: int, watch: Watch, absent: Collection[str]) -> None:
    """Run a study with worker processes, which are gone when this returns or raises."""
    others = multiprocessing.active_children()
    with worker_environment(jobs):
        pool = Workers(jobs)
        try:
            run_study(study, store, pool, jobs, watch, absent)
        except BaseException:
            for process in multiprocessing.active_children():
                if process not in others:
                    process.kill()  # what it computes nobody waits for, and it ignores gentler signals
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        pool.shutdown()
