"""A random problem for many networks of one shape, and eligo's training on it: what several benchmarks time."""

import argparse
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from machine import machine_line

import eligo

N_NETS, N_EXAMPLES = 512, 120

LEARNING_RATE, MOMENTUM = 0.001, 0.9
"""A rate so small that 512 hidden units do not magnify rounding: others must come to the same weights."""


class Problem(NamedTuple):
    """Data that all networks share, and where each starts.

    Attributes
    ----------
    shape : tuple of int, features, hidden units and outputs
    X : float array (examples, features)
    targets : float array (examples, outputs)
    params : initial parameters with a leading axis of nets
    keys : jax random keys (nets,), for the order of presentation
    """

    shape: tuple[int, int, int]
    X: jax.Array
    targets: jax.Array
    params: Any
    keys: jax.Array

    @property
    def name(self) -> str:
        """Units of each layer, as "4-10-3"."""
        return "-".join(map(str, self.shape))

    @property
    def network(self) -> eligo.Network:
        """The network that all are."""
        return eligo.Network(hidden=(self.shape[1],))


def draw_problem(shape: tuple[int, int, int], n_nets: int, n_examples: int = N_EXAMPLES) -> Problem:
    """Uniform inputs and targets, and eligo's initial weights."""
    n_features, hidden, n_outputs = shape
    rng = np.random.default_rng(0)
    X = jnp.asarray(rng.uniform(-1, 1, (n_examples, n_features)), dtype=float)
    targets = jnp.asarray(rng.uniform(0.1, 0.9, (n_examples, n_outputs)), dtype=float)
    keys = jax.random.split(jax.random.key(0), n_nets)
    params = jax.vmap(eligo.Network(hidden=(hidden,)).init, (0, None, None))(keys, n_features, n_outputs)
    return Problem(shape, X, targets, params, keys)


def settings(batch_size: int | str, epochs: int) -> eligo.SGD:
    """SGD as every benchmark has it."""
    return eligo.SGD(learning_rate=LEARNING_RATE, momentum=MOMENTUM, batch_size=batch_size, epochs=epochs)


def train(problem: Problem, batch_size: int | str, epochs: int) -> Any:
    """Train all networks with `eligo.train_many` on all devices, and wait until that is done."""
    sgd = settings(batch_size, epochs)
    data = (problem.params, problem.X, problem.targets)
    return jax.block_until_ready(eligo.train_many(problem.network, *data, eligo.CLASSIFICATION, sgd, key=problem.keys))


class Contest(NamedTuple):
    """How large a contest is: the networks, and what `timing.steady` takes."""

    n_nets: int
    budget: float
    turns: int


def open_contest(description: str, unit: str) -> Contest:
    """Read the command line, and print what stands above the table."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few networks and one turn: does it run?")
    contest = Contest(16, 0.05, 2) if parser.parse_args().quick else Contest(N_NETS, 0.4, 7)
    print(f"{machine_line()}\n\n{contest.n_nets} networks, {N_EXAMPLES} examples; {unit}\n")
    return contest


def print_table(columns: Sequence[str], rows: Sequence[str]) -> None:
    """Print a table in Markdown."""
    print(f"\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}", *rows, sep="\n")
