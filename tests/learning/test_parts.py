"""Trials that learn one part after the other, as memory allows, come to what they come to side by side."""

import itertools
from dataclasses import fields

import jax
import numpy as np
import pytest

from eligo import CLASSIFICATION, LINEAR_OUTPUT_REGRESSION, SGD, Network, Trajectory
from eligo.methods import named_methods
from problems import make_trials

TIMES = ("seconds_training", "seconds_selection", "seconds_evaluation")


TASKS = {"classes": CLASSIFICATION, "numbers": LINEAR_OUTPUT_REGRESSION}
LAYOUTS = {"nets last": 4, "nets first": 70}
# Every method, task and layout; the other pairs of them are slow.
AT_ONCE = {
    ("sasla", "classes", "nets last"),
    ("entropy", "numbers", "nets first"),
    ("ensemble", "numbers", "nets last"),
}
CASES = [
    pytest.param(
        name,
        TASKS[task],
        LAYOUTS[layout],
        id=f"{name}-{task}-{layout}",
        marks=() if (name, task, layout) in AT_ONCE else pytest.mark.slow,
    )
    for name, task, layout in itertools.product(("sasla", "entropy", "ensemble"), TASKS, LAYOUTS)
]


@pytest.mark.parametrize(("name", "task", "hidden"), CASES)
def test_a_bound_on_memory_changes_no_bit(monkeypatch, name, task, hidden) -> None:
    network = Network((hidden,))
    trials = make_trials(task, 7, network=network)
    sgd = SGD(0.1, 0.5, 1e-3, epochs=12)

    def run() -> Trajectory:
        return named_methods()[name].learn(network, task, trials, sgd)

    together = run()
    monkeypatch.setenv("ELIGO_MEMORY", "1e-6")
    apart = run()
    for field in fields(Trajectory):
        if field.name not in TIMES:
            jax.tree.map(np.testing.assert_array_equal, getattr(apart, field.name), getattr(together, field.name))
