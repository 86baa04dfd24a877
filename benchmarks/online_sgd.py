"""Online SGD (batch size 1, momentum) on 120 examples: what a step costs per network, and what the engine's choices bring.

Every row is a ratio taken in this run: the engine as it is, against the same programs without its compiler option, and with
blocks of other sizes.

    python benchmarks/online_sgd.py [--epochs 50]
"""

import argparse
import os
import time

os.environ.setdefault("ELIGO_HOST_DEVICES", "1")

import jax
import numpy as np

import eligo
from eligo import nets, training

N_EXAMPLES, N_FEATURES, N_OUTPUTS = 120, 4, 3


def nanoseconds_per_step(hidden: int, n_nets: int, epochs: int) -> float:
    """Best of three, compilation excluded."""
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, (N_EXAMPLES, N_FEATURES))
    targets = rng.uniform(0.1, 0.9, (N_EXAMPLES, N_OUTPUTS))
    network = eligo.Network(hidden=(hidden,))
    keys = jax.random.split(jax.random.key(0), n_nets)
    params = jax.vmap(network.init, (0, None, None))(keys, N_FEATURES, N_OUTPUTS)

    def seconds(n_epochs: int) -> float:
        began = time.perf_counter()
        sgd = eligo.SGD(learning_rate=0.1, momentum=0.9, epochs=n_epochs)
        jax.block_until_ready(eligo.train_many(network, params, X, targets, eligo.CLASSIFICATION, sgd, key=keys))
        return time.perf_counter() - began

    seconds(1)
    best = min(seconds(epochs) for _ in range(3))
    return best / epochs / N_EXAMPLES / n_nets * 1e9


def fresh_programs(block: int, is_fused: bool) -> None:
    """Forget compiled programs, and compile the next ones for this block size, with or without the option."""
    nets.NETS_PER_BLOCK = block
    options = nets._compiler_options() if is_fused else {}
    training._advance = nets.jit_nets(
        training._advance.__wrapped__, static_argnames=("recipe",), compiler_options=options
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=50)
    epochs = parser.parse_args().epochs
    print(
        f"{jax.local_device_count()} device(s), {epochs} epochs; ns per network-step, and ratio to the engine as it is"
    )
    names = ("unfused", "ratio", "block 5", "ratio", "block 25", "ratio")
    heads = "".join(f"{name:>{width}}" for name, width in zip(names, (10, 7) * 3, strict=True))
    print(f"{'network':>10}{'nets':>6}{'engine':>9}{heads}")
    for hidden in (64, 512):
        for n_nets in (10, 50):
            row = []
            for block, is_fused in ((10, True), (10, False), (5, True), (25, True)):
                fresh_programs(block, is_fused)
                row.append(nanoseconds_per_step(hidden, n_nets, epochs))
            engine, *others = row
            ratios = "".join(f"{other:10.0f}{other / engine:7.2f}" for other in others)
            print(f"{f'4-{hidden}-3':>10}{n_nets:6d}{engine:9.0f}{ratios}")


if __name__ == "__main__":
    main()
