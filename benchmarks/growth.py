"""Time and peak memory against each thing that can grow, one at a time, each point in a fresh interpreter.

Around 50 networks 4-64-3 on 120 examples grow the networks, the hidden units, the examples and the features, trained by
`eligo.train_many` online and on the full batch; and the members of a committee that queries. Time is that of an epoch in
the long run, or of the whole querying run. Memory is the peak of the process beyond that of the smallest point's work, which
comes first; some tens of megabytes of it are the compiler's. "Over proportion" is by how much time grew more than what grew,
since the point before: 1 is linear, less is better than linear, and more than 1.5 is called a cliff.

    python benchmarks/growth.py [--quick] [--factors networks ...] [--figure docs/figures/growth.svg]
"""

import argparse
import json
import math
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib
from machine import machine_line
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from problem import draw_problem, train
from timing import seconds_of, steady

import eligo
from eligo.datasets import load
from eligo.rules import Top
from eligo.study import TrialDesign, stack_trials
from eligo.utilities import EnsembleVariance

CENTRE = {"networks": 50, "hidden": 64, "examples": 120, "features": 4}
FACTORS = {
    "networks": (1, 3, 10, 30, 100, 300, 1000),
    "hidden": (8, 16, 32, 64, 128, 256, 512, 1024),
    "examples": (100, 300, 1000, 3000, 10_000, 30_000),
    "features": (4, 10, 30, 100, 300, 1000),
    "members": (2, 3, 5, 7, 10),
}
N_OUTPUTS, N_TRIALS, N_QUERIES = 3, 10, 20
LEAST = {"seconds": 0.0, "megabytes": 1.0}
"""What a logarithm can show: below a megabyte, memory is noise."""

CLIFF = 1.5
"""Growth over proportion that is called a cliff."""


class Point(NamedTuple):
    """What was measured where one factor has one value.

    Attributes
    ----------
    value : int
    seconds : float, of an epoch, or of a querying run
    megabytes : float, peak beyond that of the smallest point
    """

    value: int
    seconds: float
    megabytes: float


def train_epochs(factor: str, value: int, batch_size: int | str) -> Callable[[int], Any]:
    """Training around the centre as a function of the number of epochs."""
    sizes = CENTRE | {factor: value}
    shape = (sizes["features"], sizes["hidden"], N_OUTPUTS)
    return partial(train, draw_problem(shape, sizes["networks"], sizes["examples"]), batch_size)


def query(n_members: int) -> Any:
    """Querying by the variance of a committee on iris, a label and 20 epochs at a time."""
    network = eligo.Network(hidden=(CENTRE["hidden"],))
    trials = stack_trials(TrialDesign(seed=1, n_members=n_members), load("iris"), network, range(N_TRIALS))
    return eligo.learn_by_querying(
        network,
        eligo.CLASSIFICATION,
        trials,
        eligo.SGD(learning_rate=0.01, momentum=0.9),
        utility=EnsembleVariance(),
        rule=Top(1),
        n_members=n_members,
        budget=N_QUERIES,
        epochs_per_query=20,
        n_records=1,
    )


def query_times(n_members: int, times: int) -> Any:
    """Query so many times."""
    for _ in range(times):
        query(n_members)


def peak_megabytes() -> float:
    """Most memory that the process held so far."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def measure(factor: str, value: int, batch: str, budget: float, turns: int) -> Point:
    """Measure one point in this process; the smallest one's work comes first, as compilers and imports take memory too."""
    batch_size = batch if batch == "full" else int(batch)
    work = query_times if factor == "members" else None
    smallest, own = (
        partial(work, size) if work else train_epochs(factor, size, batch_size) for size in (FACTORS[factor][0], value)
    )
    smallest(1)
    before = peak_megabytes()
    own(1)
    grown = peak_megabytes() - before
    if work:
        seconds = min(seconds_of(own, 1) for _ in range(turns))
    else:
        seconds = steady({"eligo": own}, budget, turns)["eligo"].per_epoch
    return Point(value, seconds, grown)


def measure_alone(factor: str, value: int, batch: str, is_quick: bool) -> Point:
    """Measure one point in an interpreter of its own."""
    command = [sys.executable, __file__, "--point", factor, str(value), batch, *["--quick"] * is_quick]
    finished = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
    return Point(*json.loads(finished.stdout.splitlines()[-1]))


def over_proportion(points: Sequence[Point]) -> list[float | None]:
    """By how much time grew more than the factor since the point before."""
    pairs = zip(points, points[1:], strict=False)
    return [None, *((b.seconds / a.seconds) / (b.value / a.value) for a, b in pairs)]


def print_table(factor: str, curves: dict[str, list[Point]]) -> None:
    """Print the points of one factor, a line for each value."""
    heads = [factor]
    for batch in curves:
        heads += [f"{batch}: ms", "over proportion", "MB"]
    print(f"\n| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for place, value in enumerate(point.value for point in next(iter(curves.values()))):
        cells = [f"{value}"]
        for points in curves.values():
            ratio = over_proportion(points)[place]
            said = "–" if ratio is None else f"**{ratio:.2f}, a cliff**" if ratio > CLIFF else f"{ratio:.2f}"
            cells += [f"{points[place].seconds * 1e3:.3g}", said, f"{points[place].megabytes:.0f}"]
        print(f"| {' | '.join(cells)} |", flush=True)


def draw_curves(axes: Axes, curves: dict[str, list[Point]], quantity: str) -> None:
    """Draw one quantity against one factor in logarithms, with a line of proportion through the end of each curve."""
    for name, points in curves.items():
        values = [point.value for point in points]
        heights = [max(getattr(point, quantity), LEAST[quantity]) for point in points]
        (line,) = axes.loglog(values, heights, "o-", markersize=3, label=name)
        ends = [heights[-1] * value / values[-1] for value in (values[0], values[-1])]
        axes.loglog([values[0], values[-1]], ends, ":", color=line.get_color(), linewidth=1)
    low, high = axes.get_ylim()
    axes.set_ylim(10.0 ** math.floor(math.log10(low)), 10.0 ** math.ceil(math.log10(high)))
    axes.minorticks_off()
    axes.set_xticks(values, [f"{value // 1000}k" if value >= 1000 else f"{value}" for value in values])


def save_figure(measured: dict[str, dict[str, list[Point]]], file: Path) -> None:
    """Write all curves as one small SVG that depends on nothing but the numbers."""
    with matplotlib.rc_context({"svg.hashsalt": "eligo", "svg.fonttype": "none", "font.size": 8}):
        figure = Figure(figsize=(2.6 * len(measured), 4.4), layout="constrained")
        grid = figure.subplots(2, len(measured), squeeze=False)
        for column, (factor, curves) in zip(grid.T, measured.items(), strict=True):
            for axes, quantity, name in zip(column, ("seconds", "megabytes"), ("seconds", "MB"), strict=True):
                draw_curves(axes, curves, quantity)
                axes.set(xlabel=factor, ylabel=name)
            column[0].legend(frameon=False)
        figure.savefig(file, metadata={"Date": None})


def main() -> None:
    """Measure all points and print a table for each factor; or be the process that measures one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--factors", nargs="+", choices=FACTORS, default=list(FACTORS))
    parser.add_argument("--figure", type=Path, help="an SVG file to draw all into")
    parser.add_argument("--quick", action="store_true", help="the two smallest points of each factor: does it run?")
    parser.add_argument("--point", nargs=3, metavar=("FACTOR", "VALUE", "BATCH"), help="print one point as JSON")
    chosen = parser.parse_args()
    if chosen.point:
        factor, value, batch = chosen.point
        budget, turns = (0.02, 2) if chosen.quick else (0.1, 3)
        print(json.dumps(measure(factor, int(value), batch, budget, turns)))
        return
    print(f"{machine_line()}\n\nms of an epoch, or of a querying run; in proportion is a ratio of 1")
    measured = {}
    for factor in chosen.factors:
        values = FACTORS[factor][:2] if chosen.quick else FACTORS[factor]
        batches = {"querying": "1"} if factor == "members" else {"online": "1", "full batch": "full"}
        measured[factor] = {
            name: [measure_alone(factor, value, batch, chosen.quick) for value in values]
            for name, batch in batches.items()
        }
        print_table(factor, measured[factor])
    if chosen.figure:
        save_figure(measured, chosen.figure)


if __name__ == "__main__":
    main()
