"""Units of a study: what is computed as one program, stored in one transaction, and never lost once finished."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eligo.datasets import Dataset
from eligo.learning import Trajectory
from eligo.methods import named_methods
from eligo.networks import Network, presentation_work
from eligo.sgd import SGD
from eligo.study.design import HyperParameters, Study
from eligo.study.problems import dataset_of, n_train
from eligo.study.results import CURVE_COLUMNS, TRIAL_COLUMNS
from eligo.study.trials import stack_trials
from eligo.study.tuning import score_cells

CELLS_PER_UNIT = 16
"""Cells of one hidden size that are cross-validated as one program."""


@dataclass(frozen=True)
class TuningUnit:
    """Some cells of one problem's grid, all of one hidden size, on one rung of the search."""

    problem: str
    epochs: int
    cells: tuple[HyperParameters, ...]
    stage: str = "tuning"


@dataclass(frozen=True)
class TrialUnit:
    """Some trials of one method on one problem, with the hyper-parameters that serve all methods."""

    problem: str
    method: str
    trials: tuple[int, ...]
    values: HyperParameters
    stage: str = "trials"


Unit = TuningUnit | TrialUnit


@dataclass(frozen=True)
class Finished:
    """What a unit found: rows for the tables of the store."""

    unit: Unit
    seconds: float
    cells: Sequence[dict[str, Any]] = ()
    trials: Sequence[dict[str, Any]] = ()
    curves: Sequence[dict[str, Any]] = ()


def unit_id(unit: Unit) -> str:
    """Name of a unit in the store: a digest of what it computes."""
    return hashlib.sha256(json.dumps(asdict(unit), sort_keys=True).encode()).hexdigest()


def tuning_units(problem: str, cells: Sequence[HyperParameters], epochs: int) -> list[TuningUnit]:
    """Cut a rung into units; the widest networks, which take longest, first."""
    units = []
    for hidden in sorted({cell.hidden for cell in cells}, reverse=True):
        alike = [cell for cell in cells if cell.hidden == hidden]
        units += [
            TuningUnit(problem, epochs, tuple(alike[start : start + CELLS_PER_UNIT]))
            for start in range(0, len(alike), CELLS_PER_UNIT)
        ]
    return units


def trial_units(study: Study, problem: str, values: HyperParameters) -> list[TrialUnit]:
    """Cut a problem's trials into units, all methods of the same trials after each other."""
    size = study.trials_per_unit
    blocks = [tuple(range(start, min(start + size, study.trials))) for start in range(0, study.trials, size)]
    return [TrialUnit(problem, method, block, values) for block in blocks for method in study.methods]


def run_unit(study: Study, unit: Unit) -> Finished:
    """Compute a unit; its result depends on the study and the unit alone."""
    began = time.perf_counter()
    dataset = dataset_of(study, unit.problem)
    if isinstance(unit, TuningUnit):
        rows = score_cells(study, dataset, unit.cells, unit.epochs)
        cells = [{"problem": unit.problem} | row for row in rows]
        return Finished(unit, time.perf_counter() - began, cells=cells)
    trajectory = _learn(study, dataset, unit)
    curves = _curve_rows(unit, trajectory)
    trials = _trial_rows(study, unit, trajectory, curves)
    return Finished(unit, time.perf_counter() - began, trials=trials, curves=curves)


def _learn(study: Study, dataset: Dataset, unit: TrialUnit) -> Trajectory:
    method = named_methods(study.settings)[unit.method]
    network = Network(hidden=(unit.values.hidden,))
    trials = stack_trials(
        dataset,
        network,
        study.seed,
        unit.trials,
        test_fraction=study.test_fraction,
        n_first_labelled=study.n_first_labelled(n_train(study, dataset)),
        n_members=study.settings.members,
    )
    sgd = SGD(
        learning_rate=unit.values.learning_rate,
        momentum=unit.values.momentum,
        weight_decay=unit.values.weight_decay,
        batch_size=study.batch_size,
        epochs=study.plan(unit.problem).epochs,
        decay_biases=study.decay_biases,
    )
    return method.learn(network, dataset.task, trials, sgd, n_records=study.records)


def _curve_rows(unit: TrialUnit, trajectory: Trajectory) -> list[dict[str, Any]]:
    columns = [name for name in CURVE_COLUMNS if name not in ("problem", "method", "trial", "epoch")]
    return [
        {"problem": unit.problem, "method": unit.method, "trial": trial, "epoch": int(epoch)}
        | {name: float(getattr(trajectory, name)[record, index]) for name in columns}
        for index, trial in enumerate(unit.trials)
        for record, epoch in enumerate(trajectory.epoch)
    ]


def _trial_rows(
    study: Study, unit: TrialUnit, trajectory: Trajectory, curves: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    last = {row["trial"]: row for row in curves}
    hyper = asdict(unit.values)
    rows = []
    for index, trial in enumerate(unit.trials):
        end = last[trial] | hyper | {"epochs": last[trial]["epoch"], "is_diverged": bool(trajectory.is_diverged[index])}
        rows.append({name: end[name] for name in TRIAL_COLUMNS})
    return rows


def estimated_cost(study: Study, unit: Unit) -> float:
    """Relative time that a unit takes, for the order of work and the time that is left."""
    dataset = dataset_of(study, unit.problem)
    rows, n_features = n_train(study, dataset), dataset.X.shape[1]
    if isinstance(unit, TuningUnit):
        hidden, n_nets, epochs = unit.cells[0].hidden, len(unit.cells) * study.tuning.folds, unit.epochs
        rows, share = round(rows * (1 - 1 / study.tuning.folds)), 1.0
    else:
        method = named_methods(study.settings)[unit.method]
        hidden, n_nets, epochs = unit.values.hidden, len(unit.trials) * method.members, study.plan(unit.problem).epochs
        share = 0.5 if method.loop == "pool" else 1.0
    multiply_adds = hidden * (n_features + dataset.n_outputs)
    per_presentation = presentation_work(Network(hidden=(hidden,)), n_features, dataset.n_outputs)
    # Measured: a step costs its multiply-adds and about 300 more; a unit's start costs about as much as 2e9 of them.
    return n_nets * epochs * rows * share * (multiply_adds * per_presentation + 300) + 2e9
