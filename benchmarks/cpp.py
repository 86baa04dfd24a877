"""The same training as a plain loop in C++ (anchors/sgd.cpp), built where a compiler is present and called by ctypes."""

import ctypes
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import jax
import numpy as np
from problem import LEARNING_RATE, MOMENTUM, Problem, train

from eligo.presentation import presentation_order

SOURCE = Path(__file__).parent / "anchors" / "sgd.cpp"
FLAGS = ("-O3", "-march=native", "-ffast-math", "-fopenmp", "-shared", "-fPIC")
VARIANTS = {"plain C++": False, "tuned C++": True}
"""Whether the output weights are transposed, by name."""

ALLOWED_DIFFERENCE = 1e-4
"""Of trained weights, relative to how far training moved them: rounding, and no more."""

CHECKED_EPOCHS = {1: 3, "full": 100}
"""Epochs after which weights are compared, by batch size: 360 steps and 100."""


def build() -> ctypes.CDLL | None:
    """The library, built into a folder that is gone afterwards; None where there is no compiler."""
    compiler = shutil.which(os.environ.get("CXX", "g++"))
    if compiler is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "sgd.so"
        subprocess.run([compiler, *FLAGS, str(SOURCE), "-o", str(library)], check=True)
        return ctypes.CDLL(str(library))


def flat_parameters(params: dict, is_tuned: bool) -> np.ndarray:
    """Parameters with a leading axis of nets as C++ has them, (nets, parameters)."""
    weights = np.asarray(params["output"]["weights"])
    parts = [
        params["hidden"]["weights"],
        params["hidden"]["bias"],
        weights.swapaxes(1, 2) if is_tuned else weights,
        params["output"]["bias"],
    ]
    return np.concatenate([np.asarray(part).reshape(len(part), -1) for part in parts], axis=1, dtype=np.float32)


def trainer(
    library: ctypes.CDLL, problem: Problem, is_full: bool, is_tuned: bool, order: np.ndarray | None = None
) -> Callable[[int], np.ndarray]:
    """Training in C++ as a function of the number of epochs; gives the trained parameters (nets, parameters)."""
    start = flat_parameters(problem.params, is_tuned)
    X, targets = (np.ascontiguousarray(part, dtype=np.float32) for part in (problem.X, problem.targets))
    rates = (ctypes.c_float(LEARNING_RATE), ctypes.c_float(MOMENTUM))

    def train_in_place(epochs: int) -> np.ndarray:
        params = start.copy()
        pointers = [ctypes.c_void_p(part.ctypes.data) for part in (X, targets, params)]
        given = None if order is None else ctypes.c_void_p(order.ctypes.data)
        library.train(len(start), *problem.shape, len(X), epochs, is_full, is_tuned, *rates, *pointers, given)
        return params

    return train_in_place


def orders_of(problem: Problem, epochs: int) -> np.ndarray:
    """In which order eligo presents the examples to each network, int (nets, epochs, examples)."""
    everyone = np.ones((len(problem.X), len(problem.keys)), dtype=bool)
    of_epochs = [jax.vmap(jax.random.fold_in, (0, None))(problem.keys, epoch) for epoch in range(epochs)]
    orders = np.stack([np.asarray(presentation_order(keys, everyone)) for keys in of_epochs])
    return np.ascontiguousarray(orders.transpose(2, 0, 1), dtype=np.int32)


def agreement(problem: Problem, name: str, trained: np.ndarray, found: np.ndarray, start: np.ndarray) -> str:
    """Say how far somebody's weights are from eligo's; an error where that is more than rounding."""
    difference = np.abs(found - trained).max() / np.abs(trained - start).max()
    said = f"{problem.name}: weights of {name} differ from eligo's by {difference:.0e} of what training moved them."
    if not difference <= ALLOWED_DIFFERENCE:
        raise SystemExit(f"{said} That is more than {ALLOWED_DIFFERENCE:.0e}: they do not compute the same.")
    return said


def check(library: ctypes.CDLL, problem: Problem, batch_size: int | str) -> list[str]:
    """Say that C++ computes what eligo computes, from the same weights in the same order; an error where it does not."""
    epochs, is_full = CHECKED_EPOCHS[batch_size], batch_size == "full"
    trained = train(problem, batch_size, epochs)
    order = None if is_full else orders_of(problem, epochs)
    said = []
    for name, is_tuned in VARIANTS.items():
        found = trainer(library, problem, is_full, is_tuned, order)(epochs)
        expected, start = (flat_parameters(params, is_tuned) for params in (trained, problem.params))
        said.append(agreement(problem, name, expected, found, start))
    return said
