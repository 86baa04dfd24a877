"""SASLA where it keeps about half of the examples, against passive learning: does an epoch cost what its arithmetic says?

An epoch on a subset D_T of the candidate set D_C costs |D_T|/|D_C| of a passive one, and a selection every so many epochs
adds the sensitivity Phi of all candidates. With I features, J hidden units and K outputs, training takes about
J(2I + 3K) multiply-adds per example, and exact Phi about J(I + K + KI). So the predicted ratio of the times is

    |D_T|/|D_C| + r / interval,    r = (I + K + KI) / (2I + 3K).

which leaves out the rule, that networks side by side take as many steps as the largest subset among them, and what calls
cost. Both methods start from the same weights; seconds are those of training and selection in their trajectories.

    python benchmarks/selective.py [--quick]
"""

import argparse
from collections.abc import Callable
from functools import cache, partial
from typing import NamedTuple

from machine import machine_line
from sklearn.datasets import make_classification

import eligo
from eligo.datasets import Dataset, load
from eligo.rules import AboveMean, Everything
from eligo.study import TrialDesign, stack_trials
from eligo.utilities import OutputSensitivity

REACH = 1.3
"""How many times the predicted ratio the measured one may be."""

HIDDEN, INTERVALS = 64, (1, 10)
NEAR_HALF = (0.45, 0.55)
"""Shares of the examples that count as half."""

COLUMNS = ("problem", "batch", "interval", "beta", "kept", "predicted", "measured", "quotient", "reach")
COLUMNS += ("of it training", "of it selection", "passive, µs per epoch and trial")

Learn = Callable[[], eligo.Trajectory]


class Case(NamedTuple):
    """A problem to learn, with as many epochs as make it long enough to time."""

    name: str
    batch_size: int | str
    learning_rate: float
    n_trials: int
    epochs: int


CASES = (
    Case("iris", 1, 0.01, 50, 200),
    Case("iris", "full", 0.3, 50, 1000),
    Case("synthetic", 1, 0.01, 10, 30),
    Case("synthetic", "full", 1.0, 10, 200),
)


def synthetic() -> Dataset:
    """2500 examples of 30 features in two classes: a trial learns from 2000."""
    X, y = make_classification(2500, 30, n_informative=10, random_state=0)
    names = tuple(f"feature {number}" for number in range(1, 31))
    said = ("synthetic", "synthetic", eligo.CLASSIFICATION, X, y, names, ("no", "yes"), "class", "drawn at random")
    return Dataset(*said)


@cache
def draw_trials(name: str, n_trials: int) -> eligo.Trials:
    """Trials that learn from 80 % of the rows."""
    dataset = synthetic() if name == "synthetic" else load(name)
    return stack_trials(TrialDesign(seed=1, n_members=1), dataset, eligo.Network(hidden=(HIDDEN,)), range(n_trials))


def learner(case: Case, beta: float | None, interval: int) -> Learn:
    """Learning by SASLA, or passively without a beta."""
    return partial(
        eligo.learn_selectively,
        eligo.Network(hidden=(HIDDEN,)),
        eligo.CLASSIFICATION,
        draw_trials(case.name, case.n_trials),
        eligo.SGD(learning_rate=case.learning_rate, momentum=0.9, batch_size=case.batch_size, epochs=case.epochs),
        utility=OutputSensitivity(),
        rule=Everything() if beta is None else AboveMean(beta),
        interval=interval,
        first_selection=1,
        n_records=1,
    )


def share_kept(run: eligo.Trajectory) -> float:
    """|D_T|/|D_C|, the mean over epochs and trials."""
    return float(run.presentations[-1].mean() / run.epoch[-1] / run.is_selected.shape[1])


def beta_for_half(case: Case) -> float:
    """The beta that keeps about half of the examples, by bisection: a larger one keeps more; 0 where it keeps too many."""
    low, high = 0.0, 1.0
    for _ in range(7):
        beta = (low + high) / 2
        kept = share_kept(learner(case, beta, INTERVALS[0])())
        if NEAR_HALF[0] <= kept <= NEAR_HALF[1]:
            break
        low, high = (beta, high) if kept < NEAR_HALF[0] else (low, beta)
    return beta


def selection_ratio(trials: eligo.Trials) -> float:
    """Multiply-adds of Phi to those of training, both of one example: r of the prediction."""
    n_features, n_outputs = trials.X.shape[2], trials.targets.shape[2]
    return (n_features + n_outputs + n_outputs * n_features) / (2 * n_features + 3 * n_outputs)


def fastest(runs: dict[str, Learn], repeats: int) -> dict[str, eligo.Trajectory]:
    """Of each the run with the fewest seconds; they take turns, so that other work on the machine hits all."""
    turns = [{name: learn() for name, learn in runs.items()} for _ in range(repeats)]
    return {name: min((turn[name] for turn in turns), key=lambda run: sum(seconds(run))) for name in runs}


def seconds(run: eligo.Trajectory) -> tuple[float, float]:
    """Of a trial's training and of its selections."""
    return float(run.seconds_training[-1, 0]), float(run.seconds_selection[-1, 0])


def row(case: Case, interval: int, beta: float, runs: dict[str, eligo.Trajectory]) -> str:
    """A line of the table."""
    trials, run, passive = (
        draw_trials(case.name, case.n_trials),
        runs[f"sasla {interval}"],
        sum(seconds(runs["passive"])),
    )
    kept, (training, selection) = share_kept(run), (part / passive for part in seconds(run))
    predicted = kept + selection_ratio(trials) / interval
    shape = f"{trials.X.shape[2]}-{HIDDEN}-{trials.targets.shape[2]}"
    cells = [
        f"{case.name}, {shape}, {case.n_trials} × {trials.n_examples} examples",
        f"{case.batch_size}",
        f"{interval}",
    ]
    measured = training + selection
    numbers = (beta, kept, predicted, measured, measured / predicted, REACH, training, selection)
    cells += [f"{number:.2f}" for number in numbers] + [f"{passive / case.epochs * 1e6:.1f}"]
    return f"| {' | '.join(cells)} |"


def rows(case: Case, repeats: int) -> list[str]:
    """Lines of the table, one for each interval."""
    beta = beta_for_half(case)
    own = {f"sasla {interval}": learner(case, beta, interval) for interval in INTERVALS}
    runs = fastest({"passive": learner(case, None, 1)} | own, repeats)
    return [row(case, interval, beta, runs) for interval in INTERVALS]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="iris online only, few epochs and one turn: does it run?")
    is_quick = parser.parse_args().quick
    cases, repeats = ((CASES[0]._replace(n_trials=4, epochs=12),), 1) if is_quick else (CASES, 5)
    print(f"{machine_line()}\n\nTimes are ratios to passive learning's.\n")
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    for case in cases:
        print(*rows(case, repeats), sep="\n", flush=True)


if __name__ == "__main__":
    main()
