"""Long work: whether memory stays flat, and whether a large store is read in seconds.

    python benchmarks/soak.py memory [--trials 1000]     memory of a study of so many trials of each method
    python benchmarks/soak.py memory --minutes 60        the same for so long: a soak, of as many trials as it can do
    python benchmarks/soak.py store [--units 100000]     seconds of all that reads a store of so many made-up units

Memory is the resident set of the run and of its workers, as the kernel counts it, once a second. Its slope is that of a line
through the second half of it; a leak shows there. Made-up units are of one trial each, with three classes and six records.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from machine import machine_line

from eligo.report import write_report
from eligo.study import SQLiteStore, Study, load_study, read_results
from eligo.study.environment import describe_environment
from eligo.study.export import export_store
from eligo.study.folder import open_store, run_in_folder
from eligo.study.outcome import write_results
from eligo.study.problems import describe_problem
from eligo.study.results import CONFUSION_COLUMNS, CURVE_COLUMNS, TRIAL_COLUMNS
from eligo.study.schedule import Schedule
from eligo.study.store import FILE_NAME
from eligo.study.units import Finished, Unit

METHODS = ("passive", "sasla", "random_pool", "entropy")
MEBIBYTE = 2**20
A_MINUTE = 3000
"""Trials of each method that a minute cannot do. A study looks at the splits of all its trials before it begins."""


def design(trials: int, trials_per_unit: int = 10) -> Study:
    """The paper's study on iris with recorded hyper-parameters, cut down until a trial takes milliseconds."""
    study = load_study("paper", problems=["iris"], methods=list(METHODS), trials=trials, quick=True)
    plans = tuple(replace(plan, epochs=10) for plan in study.plans)
    return replace(study, plans=plans, records=5, trials_per_unit=trials_per_unit)


# --- Memory -------------------------------------------------------------------------------------------------------------


def resident(pid: int) -> float:
    """MiB that a process holds in memory; 0 if it has ended."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / MEBIBYTE


def workers_of(pid: int) -> list[int]:
    """Worker processes of a run."""
    found = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
            found.append(int(child))
    return found


def watch_memory(trials: int, seconds: float, folder: Path) -> list[tuple[float, float, float]]:
    """Run a study until it ends or the time is over: at each second, the time, and MiB of the run and of its workers."""
    process = subprocess.Popen([sys.executable, __file__, "run", "--trials", str(trials), "--out", str(folder)])
    began, seen = time.monotonic(), []
    while process.poll() is None and time.monotonic() - began < seconds:
        time.sleep(1)
        try:
            workers = [resident(worker) for worker in workers_of(process.pid)]
        except OSError:  # one of them ended while we looked
            continue
        if len(workers) == 2:  # not while they start, and not when one has nothing left to do
            seen.append((time.monotonic() - began, resident(process.pid), sum(workers)))
    process.send_signal(signal.SIGINT)
    process.wait()
    return seen


def memory(trials: int, minutes: float | None) -> None:
    """Print how memory went."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "out"
        seen = watch_memory(round(A_MINUTE * minutes) if minutes else trials, 60 * (minutes or np.inf), folder)
        with closing(SQLiteStore(folder / FILE_NAME)) as store:
            n_units = len(store.finished())
    at, main, workers = np.array(seen).T
    print(f"{n_units} units, {10 * n_units} trials in {at[-1] / 60:.1f} min\n")
    print("| MiB | a tenth of the way | half-way | at the end | most | second half, MiB an hour |")
    print("|---|---|---|---|---|---|")
    for name, values in (("the run", main), ("its two workers", workers)):
        points = [values[int(share * (len(values) - 1))] for share in (0.1, 0.5, 1.0)]
        half = len(values) // 2
        slope = 3600 * np.polyfit(at[half:], values[half:], 1)[0]
        print(f"| {name} | {' | '.join(f'{value:.0f}' for value in (*points, values.max()))} | {slope:+.1f} |")


def run(trials: int, folder: Path) -> None:
    """What is watched: a run with two workers."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        run_in_folder(design(trials), folder, 2, lambda progress: None)
    except KeyboardInterrupt:
        pass


# --- A large store ------------------------------------------------------------------------------------------------------


def made_up(unit: Unit, rng: np.random.Generator) -> Finished:
    """A unit of one trial that nobody computed."""
    (trial,), places = unit.trials, np.linspace(0, 10, 6).round()
    named = {"problem": "iris", "method": unit.method, "trial": trial}
    wrong = float(rng.beta(2, 20))
    curves = []
    for epoch in places:
        cost = {"presentations": 120.0 * epoch, "work": 400.0 * epoch, "selection_work": 40.0 * epoch}
        size = {"labels": 12.0 + epoch * ("pool" in unit.method), "n_selected": 120.0, "epoch": int(epoch)}
        measured = dict.fromkeys(CURVE_COLUMNS, wrong) | {"accuracy": 1 - wrong * (1 + 1 / (1 + epoch))}
        curves.append(measured | named | cost | size)
    last = {name: value for name, value in curves[-1].items() if name in TRIAL_COLUMNS}
    ends = dict.fromkeys(TRIAL_COLUMNS, wrong) | asdict(unit.values) | last | {"is_diverged": False, "epochs": 10}
    confusion = [
        dict(zip(CONFUSION_COLUMNS, (*named.values(), actual, predicted, 10 * (actual == predicted)), strict=True))
        for actual in range(3)
        for predicted in range(3)
    ]
    return Finished(unit, 1.0, trials=[ends], curves=curves, confusion=confusion)


def fill(folder: Path, n_units: int) -> None:
    """Make a study of so many units, each of one trial."""
    study, rng = design(n_units // len(METHODS), trials_per_unit=1), np.random.default_rng(0)
    with closing(open_store(study, folder)) as store:
        store.note("problems", [asdict(describe_problem(replace(study, trials=1), "iris"))])
        store.note("environment", describe_environment(jobs=2))
        for unit in Schedule(study, store).ready:
            store.add(made_up(unit, rng))


def timed(what: str, function: Callable[[], Any]) -> Any:
    """Call a function and print a row of the table."""
    began = time.perf_counter()
    found = function()
    print(f"| {what} | {time.perf_counter() - began:.1f} |", flush=True)
    return found


def store(n_units: int) -> None:
    """Print what reading a large store takes."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as place:
        folder = Path(place) / "out"
        print("| | s |\n|---|---|")
        timed(f"adding {n_units} units, a transaction each", lambda: fill(folder, n_units))
        with closing(SQLiteStore(folder / FILE_NAME)) as opened:
            timed("looking whether it is sound", opened.check)
            timed("what is there already, for a run to go on", lambda: Schedule(design(n_units // 4, 1), opened))
        results = timed("reading results (status)", lambda: read_results(folder))
        timed("results.csv and criteria.csv", lambda: write_results(results, folder))
        timed("the report", lambda: write_report(results, folder / "report"))
        timed("exporting", lambda: export_store(folder / FILE_NAME, folder / "export"))
        print(f"\n{(folder / FILE_NAME).stat().st_size / MEBIBYTE:.0f} MiB, {len(results.curves)} records of curves")


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("memory", "store", "run"), help="run is what memory starts")
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--units", type=int, default=100_000)
    parser.add_argument("--out", type=Path)
    known = parser.parse_args()
    if known.what == "run":
        run(known.trials, known.out)
        return
    print(f"{machine_line()}\n", flush=True)
    if known.what == "memory":
        memory(known.trials, known.minutes)
    else:
        store(known.units)


if __name__ == "__main__":
    main()
