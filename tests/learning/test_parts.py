"""Trials come to the same one part after the other, as memory allows, and on any number of devices."""

import itertools
from dataclasses import fields
from pathlib import Path

import jax
import numpy as np
import pytest

from devices import found_on_other_devices
from eligo import (
    CLASSIFICATION,
    LINEAR_OUTPUT_REGRESSION,
    SGD,
    Network,
    Trajectory,
    learn_by_querying,
    learn_selectively,
)
from eligo.methods import named_methods
from eligo.rules import AboveMean, Top
from eligo.utilities import OutputSensitivity, PredictiveEntropy
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


def learn_on_devices(hidden: int) -> dict[str, np.ndarray]:
    """All that 33 trials of either loop find; a stretch of selective learning has several selections."""
    network, sgd = Network((hidden,)), SGD(0.1, 0.5, 1e-3, epochs=12)
    trials = make_trials(CLASSIFICATION, 33, network=network)
    given = (network, CLASSIFICATION, trials, sgd)
    loops = {
        "selective": learn_selectively(
            *given, utility=OutputSensitivity(), rule=AboveMean(0.2), interval=2, n_records=2
        ),
        "pool": learn_by_querying(*given, utility=PredictiveEntropy(), rule=Top(1), budget=6, n_records=2),
    }
    return {
        f"{loop} {field.name} {place}": np.asarray(leaf)
        for loop, found in loops.items()
        for field in fields(Trajectory)
        if field.name not in TIMES
        for place, leaf in enumerate(jax.tree.leaves(getattr(found, field.name)))
    }


@pytest.mark.slow
@pytest.mark.parametrize("hidden", LAYOUTS.values(), ids=LAYOUTS)
def test_another_number_of_devices_changes_no_bit(tmp_path: Path, hidden: int) -> None:
    """Of blocks of the size that the trials of either number fill; `tests/test_training.py` has others."""
    found = found_on_other_devices(learn_on_devices, tmp_path, hidden)
    expected = learn_on_devices(hidden)
    assert set(found) == set(expected)
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values, err_msg=name)
    n_selected = expected["selective n_selected 0"]
    assert n_selected.min() < 24 == n_selected.max()
