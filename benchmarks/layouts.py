"""What `eligo.layouts` chooses from: every layout timed for every shape, on one device.

The constants of that module are read from this table: the shapes and batches where the smallest ratio, 1.00, goes from the
layouts with the nets last ("trailing", with so many networks side by side) to those with the nets first ("leading").

    python benchmarks/layouts.py [--shapes 4-10-3 ...] [--batches 1 8 full ...] [--nets 10 ...] [--quick]
"""

import argparse
import os
from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Any

os.environ["ELIGO_HOST_DEVICES"] = "1"

import jax
import numpy as np
from machine import machine_line
from problem import Problem, draw_problem, settings
from timing import steady

import eligo
from eligo import training
from eligo.layouts import Layout, layout_for

LAYOUTS = {
    "leading 5": Layout(is_trailing=False, block=5),
    "leading 10": Layout(is_trailing=False, block=10),
    "trailing 32": Layout(is_trailing=True, block=32),
    "trailing 64": Layout(is_trailing=True, block=64),
    "trailing 128": Layout(is_trailing=True, block=128),
}
SHAPES = ("4-10-3", "4-20-3", "13-20-3", "4-64-3", "13-64-3", "30-64-2", "4-128-3", "4-512-3")
BATCHES = ("1", "4", "8", "16", "32", "full")
NETS = (10, 16, 32, 50, 128)

COLUMNS = ("network", "batch", "nets", "chosen", "ratio of the chosen", "best, ns per net-step", *LAYOUTS)


def trainer(problem: Problem, batch_size: int | str, layout: Layout) -> Callable[[int], Any]:
    """Training in a given layout as a function of the number of epochs."""
    sgd = settings(batch_size, epochs=0)
    state = training.start(problem.params, sgd)
    member = np.ones((len(problem.keys), len(problem.X)), dtype=bool)
    fixed = (problem.network, state, problem.X, problem.targets, eligo.CLASSIFICATION, sgd)
    advance = partial(training.advance, *fixed, key=problem.keys, member=member, first_epoch=0, layout=layout)
    return lambda epochs: jax.block_until_ready(advance(n_epochs=epochs))


def name_of(layout: Layout) -> str:
    """A layout as the columns are called."""
    return f"{'trailing' if layout.is_trailing else 'leading'} {layout.block}"


def chosen_layout(problem: Problem, rows_per_step: int) -> Layout:
    """What `eligo.layouts` chooses."""
    n_features, _, n_outputs = problem.shape
    return layout_for(problem.network, n_features, n_outputs, rows_per_step, len(problem.keys))


def row(problem: Problem, batch_size: int | str, budget: float, turns: int) -> str:
    """A line of the table: what each layout takes relative to the best; a full batch is tried with the nets first only."""
    rows_per_step = settings(batch_size, epochs=0).rows_per_step(len(problem.X))
    chosen = chosen_layout(problem, rows_per_step)
    tried = LAYOUTS | {name_of(chosen): chosen}
    if batch_size == "full":
        tried = {name: layout for name, layout in tried.items() if not layout.is_trailing}
    times = steady({name: trainer(problem, batch_size, layout) for name, layout in tried.items()}, budget, turns)
    per_step = {name: time.per_epoch / -(-len(problem.X) // rows_per_step) for name, time in times.items()}
    best = min(per_step.values())
    cells = [problem.name, f"{batch_size}", f"{len(problem.keys)}", name_of(chosen)]
    cells += [f"{per_step[name_of(chosen)] / best:.2f}", f"{best / len(problem.keys) * 1e9:.0f}"]
    cells += [f"{per_step[name] / best:.2f}" if name in per_step else "–" for name in LAYOUTS]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shapes", nargs="+", default=SHAPES)
    parser.add_argument("--batches", nargs="+", default=BATCHES)
    parser.add_argument("--nets", nargs="+", type=int, default=NETS)
    parser.add_argument("--quick", action="store_true", help="one shape and little time each: does it run?")
    chosen = parser.parse_args()
    shapes, batches, nets = chosen.shapes, chosen.batches, chosen.nets
    budget, turns = 0.05, 5
    if chosen.quick:
        shapes, batches, nets, budget, turns = SHAPES[:1], ("1", "full"), NETS[:1], 0.02, 2
    print(f"{machine_line()}\n\n| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    for shape, batch, n_nets in product(shapes, batches, nets):
        problem = draw_problem(tuple(map(int, shape.split("-"))), n_nets)
        print(row(problem, batch if batch == "full" else int(batch), budget, turns), flush=True)


if __name__ == "__main__":
    main()
