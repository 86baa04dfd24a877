"""Grid search in the passive setting, once per problem, on rows that no compared trial uses as its own split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, astuple
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from eligo.datasets import DataError, Dataset
from eligo.learning.trials import draw_keys, draw_params
from eligo.nets import jit_nets, over_nets
from eligo.networks import AnyNetwork, Params
from eligo.study.design import HyperParameters, Study
from eligo.study.trials import (
    TUNING_TRIAL,
    Prepared,
    Split,
    folds_inside,
    prepare,
    seed_of,
    split_rows,
)
from eligo.tasks import Measures, Task
from eligo.training import is_diverged, train_many


def score_cells(study: Study, dataset: Dataset, cells: Sequence[HyperParameters], epochs: int) -> list[dict[str, Any]]:
    """Cross-validate cells that share their number of hidden units, all cells and folds as one program.

    Parameters
    ----------
    study : Study
    dataset : Dataset, with the study's task
    cells : sequence of HyperParameters, of one hidden size
    epochs : int, to train each fold for

    Returns
    -------
    list of dict, one per cell: its hyper-parameters, epochs, ``cv_error`` (Eq. 10's data term on the held-out
    folds, mean over folds), ``cv_error_sd`` over folds, ``cv_score`` (accuracy or R2) and ``is_diverged``
    """
    design = study.trial_design(dataset.name)
    folds = [prepare(design, dataset, fold) for fold in tuning_folds(study, dataset)]
    network = study.layers.network(cells[0].hidden)
    weight_keys, order_keys = (
        draw_keys(np.array([seed_of(study.seed, dataset.name, TUNING_TRIAL, stream)], dtype=np.uint32), len(folds))
        for stream in ("weights", "order")
    )
    drawn = draw_params(network, weight_keys, folds[0].X.shape[1], dataset.n_outputs), order_keys
    (params, keys), stacked = _for_cells(len(cells), drawn, _stack(folds))

    def per_net(name: str) -> NDArray[np.float64]:
        return np.repeat([getattr(cell, name) for cell in cells], len(folds))

    rates = {name: per_net(name) for name in ("learning_rate", "momentum", "weight_decay")}
    sgd = study.sgd(dataset.name, rates, epochs)
    X, targets, is_row, X_held, targets_held, is_held_row, scale = stacked
    subset = np.asarray(is_row)
    params = train_many(network, params, X, targets, dataset.task, sgd, key=keys, subset=subset)
    measures = _held_out(network, dataset.task, params, X_held, targets_held, is_held_row, scale)
    return _rows(cells, epochs, measures, is_diverged(params), dataset.task, len(folds))


def _rows(
    cells: Sequence[HyperParameters],
    epochs: int,
    measures: Measures,
    is_diverged: NDArray[np.bool_],
    task: Task,
    n_folds: int,
) -> list[dict[str, Any]]:
    errors = np.asarray(measures.error, dtype=np.float64).reshape(-1, n_folds)
    scores = np.asarray(measures.accuracy if task.has_classes else measures.r2, dtype=np.float64).reshape(-1, n_folds)
    lost = np.asarray((is_diverged.reshape(-1, n_folds) | ~np.isfinite(errors)).any(axis=1))
    return [
        asdict(cell)
        | {
            "epochs": epochs,
            "cv_error": None if lost[index] else float(errors[index].mean()),
            "cv_error_sd": None if lost[index] else float(errors[index].std(ddof=1)),
            "cv_score": None if lost[index] else float(scores[index].mean()),
            "is_diverged": bool(lost[index]),
        }
        for index, cell in enumerate(cells)
    ]


def tuning_folds(study: Study, dataset: Dataset) -> list[Split]:
    """Folds of the training rows of a split that no trial uses, or of a random subset of them.

    Raises
    ------
    DataError
        If the subset, what it leaves, or a fold of it is too small to hold every class.
    """
    design, tuning = study.trial_design(dataset.name), study.plan(dataset.name).tuning
    rows = split_rows(design, dataset, TUNING_TRIAL).train
    if tuning.examples is None or tuning.examples >= len(rows):
        return folds_inside(design, dataset, TUNING_TRIAL, rows, tuning.folds)
    strata = None if dataset.strata is None else dataset.strata[rows]
    seed = seed_of(study.seed, dataset.name, TUNING_TRIAL, "selection")
    try:
        rows, _ = train_test_split(rows, train_size=tuning.examples, stratify=strata, random_state=seed)
        return folds_inside(design, dataset, TUNING_TRIAL, np.sort(rows), tuning.folds)
    except ValueError as error:
        raise DataError(
            f"data set {dataset.name!r} cannot be tuned on {tuning.examples} of its examples: {str(error).rstrip('.')}. "
            "Set another `examples` in [tuning]."
        ) from None


@partial(jax.jit, static_argnums=0)
def _for_cells(n_cells: int, drawn: Any, stacked: Any) -> Any:
    """What each network of every cell gets, from what each fold has: every cell sees the same folds, weights and orders.

    ``drawn`` has leading axes (1, folds), ``stacked`` (folds,); what is given has (cells times folds,).
    """
    per_fold = jax.tree.map(lambda leaf: leaf[0], drawn), stacked
    return jax.tree.map(lambda leaf: jnp.tile(leaf, (n_cells,) + (1,) * (leaf.ndim - 1)), per_fold)


def _stack(folds: Sequence[Prepared]) -> tuple[Array, ...]:
    """Folds as arrays with a leading axis; shorter ones are filled up with rows that a mask leaves out."""

    def padded(parts: Sequence[NDArray[np.float64]]) -> tuple[Array, Array]:
        n_rows = max(map(len, parts))
        filled = [np.pad(part, ((0, n_rows - len(part)), (0, 0)), mode="edge") for part in parts]
        return jnp.asarray(np.stack(filled)), jnp.asarray([np.arange(n_rows) < len(part) for part in parts])

    X, targets, X_held, targets_held, scale = zip(*folds, strict=True)
    rows, is_row = padded(X)
    held_rows, is_held_row = padded(X_held)
    return (
        rows,
        padded(targets)[0],
        is_row,
        held_rows,
        padded(targets_held)[0],
        is_held_row,
        jnp.asarray(np.stack(scale)),
    )


@partial(jit_nets, static_argnames=("network", "task"))
def _held_out(network: AnyNetwork, task: Task, *per_net: Any) -> Measures:
    def one_net(params: Params, X: Array, T: Array, is_row: Array, scale: Array) -> Measures:
        net_inputs = network.net_inputs(params, X)[None]
        return task.measure(task.output(net_inputs), net_inputs, T, scale, is_row)

    measured: Measures = over_nets(one_net, *per_net)
    return measured


def survivors(rows: Sequence[dict[str, Any]], n: int) -> tuple[HyperParameters, ...]:
    """The n best cells of a rung; the same whatever the order of rows, as ties go as in `choose_winner`."""
    alive = [row for row in rows if not row["is_diverged"]]
    return tuple(sorted(map(hyper_parameters, sorted(alive, key=_standing)[:n]), key=astuple))


def hyper_parameters(row: Any) -> HyperParameters:
    """The cell that a row is about."""
    rates = (float(row[name]) for name in ("learning_rate", "weight_decay", "momentum"))
    return HyperParameters(int(row["hidden"]), *rates)


def _standing(row: dict[str, Any]) -> tuple[Any, ...]:
    return (float(row["cv_error"]), *astuple(hyper_parameters(row)))


def choose_winner(rows: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], int] | None:
    """The row with the smallest cross-validated error among those trained longest, and how many share it.

    Ties go to fewer hidden units, then to the smaller learning rate, weight decay and momentum. Cells that diverged
    never win; None if all did.
    """
    longest = max((row["epochs"] for row in rows), default=0)
    alive = [row for row in rows if row["epochs"] == longest and not row["is_diverged"]]
    if not alive:
        return None
    winner = min(alive, key=_standing)
    return winner, sum(row["cv_error"] == winner["cv_error"] for row in alive)
