"""Small studies: the paper's, cut down until it takes seconds, and the command line that runs them."""

import fcntl
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

ELIGO = str(Path(sys.executable).with_name("eligo"))

SMALL = {
    "name": "small",
    "seed": 7,
    "trials": 4,
    "problems": ["iris", "ramp"],
    "methods": ["passive", "sasla", "random_pool"],
    "epochs": 6,
    "records": 3,
    "trials_per_unit": 2,
    "tuning": {
        "folds": 3,
        "epochs": 4,
        "hidden": [4, 8],
        "learning_rate": [0.1, 0.5],
        "weight_decay": [0.0],
        "momentum": [0.0, 0.5],
    },
    "problem": {"wine": {"epochs": None}, "ramp": {"csv": "ramp.csv", "target": "height", "task": "regression"}},
}
"""One problem of classes, and one of the user's own; 4 units of tuning and 12 of trials."""
N_UNITS = 2 * 2 + 2 * 3 * 2  # problems x widths, and problems x methods x blocks of trials


def paper() -> dict[str, Any]:
    """The paper's study file as a table, read without eligo."""
    return tomllib.loads((resources.files("eligo") / "study" / "studies" / "paper.toml").read_text(encoding="utf-8"))


def changed(table: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The table with changes put in, tables inside it too; None takes a key away."""
    merged = dict(table)
    for key, value in changes.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = changed(merged[key], value)
        else:
            merged[key] = value
    return merged


def as_toml(table: dict[str, Any], path: str = "") -> str:
    """Nested plain values as TOML; JSON writes its texts, numbers and lists alike."""
    lines = [f"{key} = {json.dumps(value)}" for key, value in table.items() if not isinstance(value, dict)]
    for key, value in table.items():
        if isinstance(value, dict):
            lines += [f"\n[{path}{key}]", as_toml(value, f"{path}{key}.")]
    return "\n".join(lines)


def write_ramp(path: Path) -> None:
    """A noisy ramp over two features, 30 rows."""
    rng = np.random.default_rng(3)
    features = rng.uniform(-1, 1, (30, 2)).round(3)
    height = (2 * features[:, 0] - features[:, 1] + 0.1 * rng.normal(size=30)).round(3)
    pd.DataFrame({"slope": features[:, 0], "fall": features[:, 1], "height": height}).to_csv(path, index=False)


def write_study(folder: Path, **changes: Any) -> Path:
    """A small study as a file in a folder, with its table beside it; the changes are made to it last."""
    write_ramp(folder / "ramp.csv")
    path = folder / "small.toml"
    path.write_text(as_toml(changed(changed(paper(), SMALL), changes)), encoding="utf-8")
    return path


def run_eligo(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """`eligo` in a process of its own, to its end."""
    command = [ELIGO, *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)


def start_eligo(*arguments: object, cwd: Path) -> subprocess.Popen[str]:
    """`eligo` in a process group of its own, still running."""
    command = [ELIGO, *map(str, arguments)]
    pipes: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    # A shell starts what it puts into the background with SIGINT ignored, and that is handed down; a terminal does not.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(command, cwd=cwd, start_new_session=True, **pipes)
    finally:
        signal.signal(signal.SIGINT, before)


def wait_until(is_true: Callable[[], bool], seconds: float = 60) -> None:
    """Return as soon as something is true; fail if it does not become so."""
    end = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < end, f"nothing happened in {seconds} s"
        time.sleep(0.02)


def n_units(folder: Path) -> int:
    """Units that a study's store holds by now, read without eligo."""
    path = folder / "study.sqlite"
    if not path.is_file():
        return 0
    connection = sqlite3.connect(path)
    try:
        return int(connection.execute("SELECT count(*) FROM units").fetchone()[0])
    except sqlite3.OperationalError:  # no table yet
        return 0
    finally:
        connection.close()


def members_of_group(group: int) -> list[int]:
    """Processes of a process group that have not ended, from /proc."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, pgid = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:  # it ended while we looked
            continue
        if int(pgid) == group and state not in "ZX":
            found.append(int(stat.parent.name))
    return found


def workers_of(parent: int) -> list[int]:
    """Worker processes of a run: its children but multiprocessing's own tracker of resources."""
    found = []
    for pid in members_of_group(os.getpgid(parent)):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        if b"spawn_main" in command:
            found.append(pid)
    return found


def timeless(results_csv: Path) -> bytes:
    """The bytes of a results.csv but for its time columns, which are the last ones."""
    lines = results_csv.read_text(encoding="utf-8").split("\n")
    names = lines[0].split(",")
    n_kept = len([name for name in names if not name.startswith("seconds_")])
    assert all(name.startswith("seconds_") for name in names[n_kept:])
    return "\n".join(",".join(line.split(",")[:n_kept]) for line in lines).encode()


class FinishedStudy(NamedTuple):
    """The small study as the command line ran it, with two worker processes: its file, its folder and what it said."""

    file: Path
    folder: Path
    stdout: str


def finished_study(tmp_path_factory: pytest.TempPathFactory) -> FinishedStudy:
    """The small study, run once for all tests, also for those in other processes of pytest-xdist. Only to be read."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    place = base / "finished"
    place.mkdir(exist_ok=True)
    with open(base / "finished.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        log = place / "stdout"
        if not log.exists():
            ran = run_eligo("study", "run", write_study(place), "--out", "out", "--jobs", 2, cwd=place)
            assert (ran.returncode, ran.stderr) == (0, ""), ran.stderr
            log.write_text(ran.stdout)
    return FinishedStudy(place / "small.toml", place / "out", log.read_text())
