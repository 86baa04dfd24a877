"""Pool-based querying by entropy on iris: 50 trials of eligo as one program, against other libraries.

Everyone asks for 92 labels, one at a time, and trains again from the initial weights after each: 20 sigmoid hidden units,
batch size 8, learning rate 0.1, momentum 0.9, 200 epochs. The peers get the arrays of eligo's first trial and run it on one
thread, one after another. `make peers` installs them into an environment of their own; without it eligo is measured alone.
Outputs and errors are each library's own: eligo has sigmoid units and squared errors, the others softmax and cross-entropy.

    python benchmarks/querying.py [--epochs 200] [--repeats 1]

With repeats, everyone's seconds are the fewest of so many runs: other work on the machine only adds to them.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from machine import machine_line
from peers_querying import BATCH_SIZE, LEARNING_RATE, MOMENTUM, N_FIRST, N_HIDDEN, N_QUERIES, PEERS, fastest

import eligo
from eligo.datasets import load
from eligo.rules import Top
from eligo.study import FirstLabelled, TrialDesign, stack_trials
from eligo.utilities import PredictiveEntropy

FOLDER = Path(__file__).parent
PEERS_PYTHON = FOLDER.parent / ".venv-peers" / "bin" / "python"

N_TRIALS = 50
LABELS = (13, 20, 30, 50, 105)
"""Sizes of the labelled set at which accuracies are shown."""


class Row(NamedTuple):
    """A line of the table; what is empty was not measured.

    Attributes
    ----------
    name : str
    seconds : float or None, of a trial
    accuracy : sequence of float, on the test part with 13, 14, ... labels
    """

    name: str
    seconds: float | None = None
    accuracy: Sequence[float] = ()


def draw_trials() -> eligo.Trials:
    """50 trials: 45 examples to test on, 105 to learn from, 13 of them labelled at first."""
    design = TrialDesign(seed=1, test_fraction=0.3, first_labelled=FirstLabelled(N_FIRST, fraction=1.0), n_members=1)
    return stack_trials(design, load("iris"), eligo.Network(hidden=(N_HIDDEN,)), range(N_TRIALS))


def learn(trials: eligo.Trials, epochs: int) -> eligo.Trajectory:
    """Ask for the whole pool, measuring after every query as the peers do."""
    return eligo.learn_by_querying(
        eligo.Network(hidden=(N_HIDDEN,)),
        eligo.CLASSIFICATION,
        trials,
        eligo.SGD(learning_rate=LEARNING_RATE, momentum=MOMENTUM, batch_size=BATCH_SIZE, epochs=epochs),
        utility=PredictiveEntropy(),
        rule=Top(1),
        budget=N_QUERIES,
        retraining="cold",
        epochs_per_query=epochs,
        n_records=N_QUERIES + 1,
    )


def count_steps(epochs: int) -> int:
    """Steps of SGD in a trial, the same for everyone."""
    return epochs * sum(-(-n_labelled // BATCH_SIZE) for n_labelled in range(N_FIRST, N_FIRST + N_QUERIES + 1))


def run_job(epochs: int) -> None:
    """eligo's 50 trials in an interpreter of their own, with nothing compiled before."""
    with tempfile.TemporaryDirectory() as empty:
        environment = os.environ | {"JAX_COMPILATION_CACHE_DIR": empty}
        subprocess.run([sys.executable, __file__, "--job", "--epochs", str(epochs)], env=environment, check=True)


def save_first_trial(trials: eligo.Trials, file: Path) -> None:
    """The first trial as arrays that any library takes."""
    np.savez(
        file,
        X=trials.X[0],
        y=np.asarray(trials.targets[0]).argmax(axis=1),
        X_test=trials.X_test[0],
        y_test=np.asarray(trials.targets_test[0]).argmax(axis=1),
        first=np.flatnonzero(trials.is_first_labelled[0]),
    )


def run_peer(name: str, file: Path, epochs: int, repeats: int) -> tuple[Row, dict[str, str]]:
    """What a peer measured on one thread and its versions, or the last line that it said instead."""
    command = [str(PEERS_PYTHON), str(FOLDER / "peers_querying.py"), name, str(file)]
    command += ["--epochs", str(epochs), "--repeats", str(repeats)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if finished.returncode:
        said = finished.stderr.splitlines() or [f"exit status {finished.returncode}"]
        return Row(f"{name}: {said[-1]}"), {}
    measured = json.loads(finished.stdout.splitlines()[-1])
    return Row(name, measured["seconds"], measured["accuracy"]), measured["versions"]


def run_peers(trials: eligo.Trials, epochs: int, repeats: int) -> tuple[list[Row], dict[str, str]]:
    """Rows of all peers, measured one after another, and their versions; none where they are not installed."""
    if not PEERS_PYTHON.exists():
        print("The peers are not installed, so eligo is measured alone: `make peers` installs them.\n")
        return [], {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "trial.npz"
        save_first_trial(trials, file)
        outcomes = [run_peer(name, file, epochs, repeats) for name in PEERS]
    return [row for row, _ in outcomes], {name: number for _, versions in outcomes for name, number in versions.items()}


def print_row(row: Row, n_steps: int, ratios: Sequence[float] = ()) -> None:
    """Print a line of the table with a peer's ratios to eligo."""
    timed = ["–", "–"]
    if row.seconds is not None:
        timed = [f"{row.seconds:.3g}", f"{n_steps / row.seconds:,.0f}".replace(",", " ")]
    compared = [f"{ratio:.1f}" for ratio in ratios] or ["–"] * 4
    accuracies = [f"{row.accuracy[n - N_FIRST]:.3f}" if len(row.accuracy) else "–" for n in LABELS]
    print(f"| {' | '.join([row.name, *timed, *compared, *accuracies])} |")


def print_table(own: Sequence[Row], peers: Sequence[Row], n_steps: int) -> None:
    """Print all rows; peers are compared with the first two of eligo's own, compiled before and from a cold start."""
    n_cores = os.cpu_count() or 1
    heads = ["", "s per trial", "steps per s", "ratio", f"{n_cores} at once", "ratio, whole job", f"{n_cores} at once"]
    heads += [f"accuracy: {LABELS[0]} labels", *map(str, LABELS[1:])]
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for row in own:
        print_row(row, n_steps)
    for row in peers:
        pairs = [(reference.seconds, at_once) for reference in own[:2] for at_once in (1, n_cores)]
        print_row(row, n_steps, [row.seconds / seconds / at_once for seconds, at_once in pairs] if row.seconds else ())


def best_line(own: Sequence[Row], peers: Sequence[Row]) -> str:
    """How eligo stands to the fastest of the peers that ran."""
    best = min((row for row in peers if row.seconds is not None), key=lambda row: row.seconds)
    compiled, job = (best.seconds / row.seconds for row in own[:2])
    return f"The fastest peer is {best.name}: ratio {compiled:.1f} per trial, {job:.1f} for the whole job."


def measure(epochs: int, repeats: int) -> None:
    """Measure everyone and print the table."""
    print(f"{machine_line()}\n", flush=True)
    job_seconds, _ = fastest(lambda: run_job(epochs), repeats)
    trials = draw_trials()
    learn(trials, epochs)  # compiles
    seconds, run = fastest(lambda: learn(trials, epochs), repeats)
    accuracy = run.accuracy[1:]  # the first record is the untrained network
    peers, versions = run_peers(trials, epochs, repeats)
    own = (
        Row("**eligo**, 50 trials, compiled before", seconds / N_TRIALS, accuracy.mean(axis=1)),
        Row("**eligo**, 50 trials, cold start", job_seconds / N_TRIALS),
        Row("eligo in the peers' trial", accuracy=accuracy[:, 0]),
    )
    n_steps = count_steps(epochs)
    print(f"{n_steps} steps a trial; eligo's 50 trials took {seconds:.1f} s, from a cold start {job_seconds:.1f} s.\n")
    print_table(own, peers, n_steps)
    if versions:
        print(f"\n{best_line(own, peers)} Versions: {', '.join(map(' '.join, versions.items()))}.")


def main() -> None:
    """Measure, or be the job that is measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--job", action="store_true", help="run eligo's 50 trials once and print nothing")
    arguments = parser.parse_args()
    if arguments.job:
        learn(draw_trials(), arguments.epochs)
    else:
        measure(arguments.epochs, arguments.repeats)


if __name__ == "__main__":
    main()
