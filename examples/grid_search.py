"""A grid search as one program: every cell of the grid on every fold is a network, and `train_many` trains all side by side.

It is what scikit-learn does with ``GridSearchCV(MLPClassifier(...), grid, cv=folds)``, one network after the other: a hidden
layer of sigmoid units, trained by stochastic gradient descent for some epochs, for every learning rate, momentum, weight
decay and seed. Here data are shared by all networks, and all else has a leading axis of networks.

    python examples/grid_search.py                       # 8 cells, some seconds, most of which compile
    python examples/grid_search.py --full                # 120 cells on 5 folds = 600 networks, and minutes for scikit-learn
    python examples/grid_search.py --full --data digits  # wider: 64 inputs and 1797 examples, 20 epochs instead of 100

Both search one grid on the same folds, epochs and batches. Each library keeps its own outputs and errors: here sigmoid units
with squared errors, there softmax with cross-entropy. So scores are near each other, and the best cells may differ.
"""

import argparse
import itertools
import time
import warnings
from collections.abc import Callable
from typing import NamedTuple

import jax
import numpy as np
from sklearn.datasets import load_digits, load_wine
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import minmax_scale

import eligo

HIDDEN, BATCH_SIZE = 32, 8

Grid = dict[str, list[float]]
SMALL: Grid = {"learning_rate": [0.1, 0.5], "momentum": [0.5, 0.9], "weight_decay": [0.0, 1e-4], "seed": [0]}
FULL: Grid = {
    "learning_rate": [0.01, 0.05, 0.1, 0.5],
    "momentum": [0.0, 0.5, 0.9],
    "weight_decay": [0.0, 1e-4],
    "seed": [0, 1, 2, 3, 4],
}
DATA = {"wine": (load_wine, 100), "digits": (load_digits, 20)}
"""Data and the epochs of a full search."""
Folds = list[tuple[np.ndarray, np.ndarray]]


class Found(NamedTuple):
    """The best cell of a grid and its accuracy, a mean over the folds that were held out."""

    cell: dict[str, float]
    accuracy: float


def search_with_eligo(X: np.ndarray, y: np.ndarray, folds: Folds, grid: Grid, epochs: int) -> Found:
    """Train all cells on all folds as one program; the folds of a cell lie beside each other."""
    cells = [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]
    rate = {name: np.repeat([cell[name] for cell in cells], len(folds)) for name in grid}  # each (nets,)
    is_held = np.array([np.isin(np.arange(len(y)), held) for _, held in folds])
    is_held = np.tile(is_held, (len(cells), 1))  # (nets, examples)

    task = eligo.CLASSIFICATION
    targets = task.code(y).encode(y)
    network = eligo.Network(hidden=(HIDDEN,))
    keys = jax.vmap(jax.random.key)(rate.pop("seed").astype(int))
    params = jax.vmap(network.init, (0, None, None))(keys, X.shape[1], targets.shape[1])
    sgd = eligo.SGD(**rate, batch_size=BATCH_SIZE, epochs=epochs)
    params = eligo.train_many(network, params, X, targets, task, sgd, key=keys, subset=~is_held)

    outputs = jax.vmap(network.apply, (0, None, None))(params, X, task)  # (nets, examples, classes)
    is_right = np.asarray(outputs).argmax(axis=2) == y
    accuracy = (is_right & is_held).sum(axis=1) / is_held.sum(axis=1)
    mean = accuracy.reshape(len(cells), len(folds)).mean(axis=1)
    return Found(cells[mean.argmax()], mean.max())


def search_with_sklearn(X: np.ndarray, y: np.ndarray, folds: Folds, grid: Grid, epochs: int, n_jobs: int) -> Found:
    """The same grid with GridSearchCV, in its own names."""
    decay = 2 * BATCH_SIZE  # alpha is halved and divided by the batch
    ours = {
        "learning_rate_init": grid["learning_rate"],
        "momentum": grid["momentum"],
        "alpha": [decay * value for value in grid["weight_decay"]],
        "random_state": grid["seed"],
    }
    classifier = MLPClassifier(
        hidden_layer_sizes=(HIDDEN,),
        activation="logistic",
        solver="sgd",
        nesterovs_momentum=False,
        batch_size=BATCH_SIZE,
        max_iter=epochs,
        tol=0.0,
        n_iter_no_change=epochs + 1,  # all epochs, whatever happens
    )
    with warnings.catch_warnings():  # all networks say that they did not stop early
        warnings.simplefilter("ignore", ConvergenceWarning)
        search = GridSearchCV(classifier, ours, cv=folds, refit=False, n_jobs=n_jobs).fit(X, y)
    cell = dict(zip(grid, (search.best_params_[name] for name in ours), strict=True))
    return Found(cell | {"weight_decay": cell["weight_decay"] / decay}, search.best_score_)


def report(name: str, search: Callable[[], Found]) -> float:
    """Run a search and print what it found; its seconds, compilation and all."""
    began = time.perf_counter()
    found = search()
    seconds = time.perf_counter() - began
    cell = ", ".join(f"{setting} {value:g}" for setting, value in found.cell.items())
    print(f"{name:34}{seconds:6.1f} s   accuracy {found.accuracy:.4f} with {cell}", flush=True)
    return seconds


def main() -> None:
    """Search with both, and say how they compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--data", choices=DATA, default="wine")
    asked = parser.parse_args()
    load, epochs = DATA[asked.data]
    grid, n_folds, epochs = (FULL, 5, epochs) if asked.full else (SMALL, 3, 5)

    X, y = load(return_X_y=True)
    X = minmax_scale(X, (-1, 1))
    folds = list(StratifiedKFold(n_folds, shuffle=True, random_state=0).split(X, y))
    n_cells = len(list(itertools.product(*grid.values())))
    shape = f"{X.shape[1]}-{HIDDEN}-{y.max() + 1}"
    print(f"{n_cells} cells x {n_folds} folds = {n_cells * n_folds} networks {shape}, {epochs} epochs")
    first = report("eligo.train_many", lambda: search_with_eligo(X, y, folds, grid, epochs))
    again = report("the same again, compiled before", lambda: search_with_eligo(X, y, folds, grid, epochs))
    for n_jobs in (1, 2) if asked.full else (1,):
        name = f"GridSearchCV, n_jobs={n_jobs}"
        seconds = report(name, lambda n_jobs=n_jobs: search_with_sklearn(X, y, folds, grid, epochs, n_jobs))
        print(f"    {seconds / first:.1f} times as long, {seconds / again:.1f} with everything compiled before")


if __name__ == "__main__":
    main()
