"""A study that is killed again and again, at any moment, ends as if nobody had: the real command, real signals."""

import os
import random
import resource
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from eligo.nets import parts_in_memory
from eligo.study import SQLiteStore
from eligo.study.store import FILE_NAME
from eligo.study.worker import worker_environment
from small_studies import (
    N_UNITS,
    FinishedStudy,
    members_of_group,
    run_eligo,
    start_eligo,
    timeless,
    wait_until,
    write_study,
)

LONGEST = 6.0
"""Seconds from a run's start in which a signal falls: workers start, compute and store about a third of the study in it."""

ENDS = {signal.SIGKILL: (-signal.SIGKILL,), signal.SIGTERM: (143, 0), signal.SIGINT: (130, 0)}
"""What a run ends with, if it did not end before."""

KEYS = {"trials": ("problem", "method", "trial"), "cells": ("problem", "hidden", "learning_rate", "momentum")}
"""What tells the rows of a table apart."""


def ids_of(folder: Path) -> set[str]:
    """Units in a store as SQLite gives them after a crash; none of them is there twice, and all are whole."""
    if not (folder / FILE_NAME).is_file():
        return set()
    with closing(SQLiteStore(folder / FILE_NAME, is_new=True)) as store:
        store.check()
        for table, names in KEYS.items():
            keys = [tuple(row[name] for name in names) for row in store.rows(table)]
            assert len(keys) == len(set(keys))
        return set(store.finished())


def begin(file: Path, folder: Path) -> "subprocess.Popen[str]":
    return start_eligo("study", "run", file, "--out", folder, "--jobs", 2, cwd=file.parent)


def crash(file: Path, folder: Path, stop: signal.Signals, rng: random.Random) -> None:
    """Run the command, and stop it at a random moment; all processes of the run are gone afterwards."""
    before = ids_of(folder)
    lock = folder / ".lock"
    lock.unlink(missing_ok=True)  # so that its coming back tells that the run has begun
    process = begin(file, folder)
    group = os.getpgid(process.pid)
    if stop is not signal.SIGKILL or rng.random() < 0.9:
        wait_until(lambda: lock.exists() or process.poll() is not None)
    time.sleep(rng.uniform(0, LONGEST))
    process.send_signal(stop)
    _, said = process.communicate(timeout=60)
    assert process.returncode in (*ENDS[stop], 0), said
    stopped = "eligo: stopped; what was finished is kept. Run the same command again to go on.\n"
    if process.returncode >= 0:  # of one that was killed, Python tells on its way out which semaphores it left
        assert said == (stopped if process.returncode else ""), said
    wait_until(lambda: not members_of_group(group), seconds=20)
    assert before <= ids_of(folder)


def finish(file: Path, folder: Path, finished: FinishedStudy) -> None:
    ended = run_eligo("study", "run", file, "--out", folder, "--jobs", 2, cwd=file.parent)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert len(ids_of(folder)) == N_UNITS
    assert timeless(folder / "results.csv") == timeless(finished.folder / "results.csv")
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        count = "SELECT count(*) FROM attempts WHERE"
        assert connection.execute(f"{count} error IS NOT NULL OR ended_at IS NULL").fetchone() == (0,)


def kill_and_go_on(finished: FinishedStudy, place: Path, stops: list[signal.Signals], seed: int) -> None:
    """Stop runs one after the other, each going on where the last one was; a study that is complete makes room for a new."""
    rng, number = random.Random(seed), 0
    for stop in stops:
        folder = place / str(number)
        crash(finished.file, folder, stop, rng)
        if len(ids_of(folder)) == N_UNITS:
            finish(finished.file, folder, finished)
            number += 1
    finish(finished.file, place / str(number), finished)


def test_five_kills_at_random_moments_lose_nothing_and_count_nothing_twice(finished: FinishedStudy, tmp_path: Path):
    kill_and_go_on(finished, tmp_path, [signal.SIGKILL] * 5, seed=5)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_a_hundred_kills_lose_nothing_and_count_nothing_twice(finished: FinishedStudy, tmp_path: Path, seed: int):
    stops = [signal.SIGKILL] * 25 + [signal.SIGTERM, signal.SIGINT] * 4
    random.Random(seed).shuffle(stops)
    kill_and_go_on(finished, tmp_path, stops, seed)


@pytest.mark.slow
def test_a_disk_that_fills_up_half_way_ends_a_run_in_one_line_and_it_goes_on(finished: FinishedStudy, tmp_path: Path):
    """The limit on the size of files falls on the run while it computes, as a disk fills up."""
    folder = tmp_path / "out"
    process = begin(finished.file, folder)
    wait_until(lambda: len(ids_of(folder)) >= 2 or process.poll() is not None)
    kept = ids_of(folder)
    limit = (folder / FILE_NAME).stat().st_size // 2
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    _, said = process.communicate(timeout=60)
    assert process.returncode == 2 and said.count("\n") == 1, said
    assert "study.sqlite cannot be written" in said and "What was finished is kept" in said
    assert kept <= ids_of(folder) and len(ids_of(folder)) < N_UNITS
    finish(finished.file, folder, finished)


@pytest.mark.slow
def test_a_bound_on_memory_changes_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Six trials a unit learn side by side, or two after two; a worker has half of the bound."""
    file = write_study(tmp_path, trials=6, trials_per_unit=6, problems=["iris"])
    results = []
    for out, bound, n_parts in (("whole", "1", 1), ("cut", "1e-6", 3)):
        monkeypatch.setenv("ELIGO_MEMORY", bound)
        with worker_environment(2):
            assert (
                len(parts_in_memory(6, 120 * 4 * np.dtype(np.float32).itemsize)) == n_parts
            )  # for the data of iris alone
        ended = run_eligo("study", "run", file, "--out", tmp_path / out, "--jobs", 2, cwd=tmp_path)
        assert (ended.returncode, ended.stderr) == (0, "")
        results.append(timeless(tmp_path / out / "results.csv"))
    assert results[0] == results[1] and results[0].count(b"\n") == 3 * 6 + 1
