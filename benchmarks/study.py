"""Where the time of a study goes: a first run, whose cache of compiled programs is empty, and a second that finds them.

    python benchmarks/study.py [STUDY, otherwise "paper"] [--jobs 2] [any other argument of `eligo study run`]

    python benchmarks/study.py paper --quick
    python benchmarks/study.py paper --problems iris,wine,noisy_sine     (what `make study` does where no data lie)

Both runs begin in an empty folder and write their report. Seconds of tuning and of the methods are those of all workers
together, with what compiling took of them; its share is of the time of all workers in the whole command.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from machine import machine_line

from eligo.study.outcome import REPORT, read_results
from eligo.study.results import StudyResults


class Measured(NamedTuple):
    """A run of the command: its seconds on the wall, and what it found."""

    seconds: float
    results: StudyResults


def run(arguments: Sequence[str], jobs: int, cache: Path) -> Measured:
    """Run a study in an empty folder, with this cache of compiled programs."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", "from eligo.cli import main; main()", "study", "run", *arguments]
        environment = os.environ | {"JAX_COMPILATION_CACHE_DIR": str(cache)}
        began = time.perf_counter()
        subprocess.run(
            [*command, "--out", folder, "--jobs", str(jobs)],
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return Measured(time.perf_counter() - began, read_results(Path(folder)))


def lines_of(measured: Measured, jobs: int) -> dict[str, float]:
    """Every line of the table for one run."""
    parts, stages = measured.results.parts, measured.results.stage_seconds
    busy, compiling = parts["seconds"].sum(), parts["seconds_compiling"].sum()
    return {
        "the whole command, s": measured.seconds,
        "its units, s": stages["the whole run"],
        "its report, s": stages[REPORT],
        "its start and end, s": measured.seconds - stages["the whole run"] - stages[REPORT],
        **{f"workers: {part}, s": seconds for part, seconds in zip(parts["part"], parts["seconds"], strict=True)},
        "workers: starting and waiting, s": jobs * stages["the whole run"] - busy,
        "workers: compiling (part of the above), s": compiling,
        "programs compiled": parts["n_compiled"].sum(),
        "programs from the cache": parts["n_cached"].sum(),
        "share of compiling, %": 100 * compiling / (jobs * measured.seconds),
    }


def main() -> None:
    """Run the study twice and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2)
    known, others = parser.parse_known_args()
    arguments = others or ["--quick"]
    arguments = ["paper", *arguments] if arguments[0].startswith("-") else arguments
    print(f"{machine_line()}\n\n`eligo study run {' '.join(arguments)}` with {known.jobs} workers\n", flush=True)
    with tempfile.TemporaryDirectory() as cache:
        first, second = (lines_of(run(arguments, known.jobs, Path(cache)), known.jobs) for _ in range(2))
    print("|  | first run | second run | ratio |\n|---|---|---|---|")
    for line, value in first.items():
        ratio = f"{value / second[line]:.2f}" if second[line] else "–"
        print(f"| {line} | {value:.1f} | {second[line]:.1f} | {ratio} |".replace(".0 |", " |"))


if __name__ == "__main__":
    main()
