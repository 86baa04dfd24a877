"""What `eligo.layouts` chooses from: every layout timed for every shape, on one device.

python benchmarks/layouts.py [--quick]
"""

import argparse
import os
import time
from itertools import product

os.environ["ELIGO_HOST_DEVICES"] = "1"

import jax
import numpy as np

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
SHAPES = [(4, 10, 3), (4, 20, 3), (13, 20, 3), (4, 64, 3), (13, 64, 3), (30, 64, 2), (4, 128, 3), (4, 512, 3)]
ROWS = (1, 4, 8, 16, 32, "full")
NETS = (10, 16, 32, 50, 128)
N_EXAMPLES = 120


def seconds_per_step(shape, rows, n_nets: int, budget: float) -> float:
    """Best of three, compilation and what a call costs excluded."""
    n_features, hidden, n_outputs = shape
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, (N_EXAMPLES, n_features))
    targets = rng.uniform(0.1, 0.9, (N_EXAMPLES, n_outputs))
    network = eligo.Network(hidden=(hidden,))
    keys = jax.random.split(jax.random.key(0), n_nets)
    params = jax.vmap(network.init, (0, None, None))(keys, n_features, n_outputs)

    def seconds(epochs: int) -> float:
        began = time.perf_counter()
        sgd = eligo.SGD(learning_rate=0.1, momentum=0.9, batch_size=rows, epochs=epochs)
        jax.block_until_ready(eligo.train_many(network, params, X, targets, eligo.CLASSIFICATION, sgd, key=keys))
        return time.perf_counter() - began

    seconds(1)
    of_call = min(seconds(0) for _ in range(3))
    epochs = max(2, int(budget / max(seconds(3) - of_call, 1e-4) * 3))
    steps = epochs * (1 if rows == "full" else -(-N_EXAMPLES // rows))
    return (min(seconds(epochs) for _ in range(3)) - of_call) / steps


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--budget", type=float, default=0.05)
    parser.add_argument("--shapes", nargs="*", default=None)
    parser.add_argument("--rows", nargs="*", default=None)
    parser.add_argument("--nets", nargs="*", type=int, default=NETS)
    args = parser.parse_args()
    budget = args.budget
    print("| network | rows | nets | chosen | ns per net-step |", " | ".join(LAYOUTS), "|")
    print("|---" * (5 + len(LAYOUTS)) + "|")
    for shape, rows, n_nets in product(SHAPES, ROWS, args.nets):
        if args.shapes and "-".join(map(str, shape)) not in args.shapes:
            continue
        if args.rows and str(rows) not in args.rows:
            continue
        times = {}
        for name, layout in LAYOUTS.items():
            if layout.is_trailing and rows == "full":
                continue
            training.layout_for = lambda *_, layout=layout: layout
            times[name] = seconds_per_step(shape, rows, n_nets, budget) / n_nets * 1e9
        network = eligo.Network(hidden=(shape[1],))
        n_rows = N_EXAMPLES if rows == "full" else rows
        choice = layout_for(network, shape[0], shape[2], n_rows, n_nets)
        chosen = next((name for name, layout in LAYOUTS.items() if layout == choice), str(choice))
        best = min(times.values())
        ratios = " | ".join(f"{times[n] / best:.2f}" if n in times else "–" for n in LAYOUTS)
        print(f"| {'-'.join(map(str, shape))} | {rows} | {n_nets} | {chosen} | {best:.0f} | {ratios} |", flush=True)


if __name__ == "__main__":
    main()
