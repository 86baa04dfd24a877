"""Units of a study: what is computed as one program, stored in one transaction, and never lost once finished."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eligo.datasets import Dataset, n_inputs
from eligo.learning import Trajectory
from eligo.methods import named_methods
from eligo.study.compilation import Compilation
from eligo.study.design import HyperParameters, Study
from eligo.study.problems import dataset_of, n_train
from eligo.study.results import CHECKPOINTS, CURVE_COLUMNS, INSIDE_MEASURES, TRIAL_COLUMNS
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
    """Some trials of one row (a method) on one problem, with the hyper-parameters that serve all methods."""

    problem: str
    method: str
    trials: tuple[int, ...]
    values: HyperParameters
    stage: str = "trials"


Unit = TuningUnit | TrialUnit


@dataclass(frozen=True)
class Finished:
    """What a unit found: rows for the tables of the store; and its seconds, with what compiling took of them."""

    unit: Unit
    seconds: float
    cells: Sequence[dict[str, Any]] = ()
    trials: Sequence[dict[str, Any]] = ()
    curves: Sequence[dict[str, Any]] = ()
    confusion: Sequence[dict[str, Any]] = ()
    compilation: Compilation = Compilation()


def unit_id(unit: Unit) -> str:
    """Name of a unit in the store: a digest of what it computes."""
    return hashlib.sha256(json.dumps(asdict(unit), sort_keys=True).encode()).hexdigest()


def unit_in_words(unit: Unit) -> str:
    """A unit as a person is told of it.

    Examples
    --------
    >>> unit_in_words(TrialUnit("iris", "sasla", (0, 1, 2), HyperParameters(4, 0.1, 0.0, 0.9)))
    'iris: sasla trials 0-2'
    """
    if isinstance(unit, TuningUnit):
        return f"{unit.problem}: tuning {len(unit.cells)} cells of {unit.cells[0].hidden} hidden units"
    return f"{unit.problem}: {unit.method} trials {unit.trials[0]}-{unit.trials[-1]}"


ProgramGroup = tuple[str, str, int]


def program_group(study: Study, unit: Unit) -> ProgramGroup:
    """What units have in common whose programs are mostly the same: the problem, and the shape of their networks."""
    if isinstance(unit, TuningUnit):
        return unit.problem, unit.stage, unit.cells[0].hidden
    method = named_methods(study.settings_of(unit.problem, unit.method))[study.row(unit.method).method]
    return unit.problem, unit.stage, method.members


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
    return [TrialUnit(problem, row.label, block, values) for block in blocks for row in study.rows()]


def run_unit(study: Study, unit: Unit) -> Finished:
    """Compute a unit; its result depends on the study and the unit alone."""
    began = time.perf_counter()
    dataset = dataset_of(study, unit.problem)
    if isinstance(unit, TuningUnit):
        rows = score_cells(study, dataset, unit.cells, unit.epochs)
        cells = [{"problem": unit.problem} | row for row in rows]
        return Finished(unit, time.perf_counter() - began, cells=cells)
    trajectory = _learn(study, dataset, unit)
    inside = _cross_validate(study, dataset, unit)
    seconds = time.perf_counter() - began
    curves = _curve_rows(unit, trajectory)
    trials = _trial_rows(dataset, unit, trajectory, inside)
    return Finished(unit, seconds, trials=trials, curves=curves, confusion=_confusion_rows(unit, trajectory))


def _learn(study: Study, dataset: Dataset, unit: TrialUnit, fold: int | None = None) -> Trajectory:
    plan, row = study.plan(unit.problem), study.row(unit.method)
    method = named_methods(study.settings_of(unit.problem, unit.method))[row.method]
    network = study.layers.network(unit.values.hidden)
    shares_weights = plan.committee_weights == "shared" and method.members > 1
    inside = None if fold is None or plan.cross_validation is None else (fold, plan.cross_validation)
    design = study.trial_design(unit.problem)
    trials = stack_trials(design, dataset, network, unit.trials, fold=inside, shares_weights=shares_weights)
    rates = {name: value for name, value in asdict(unit.values).items() if name != "hidden"}
    sgd = study.sgd(unit.problem, rates, plan.epochs)
    n_records = study.records if fold is None else 1
    checkpoints = CHECKPOINTS if fold is None else ()
    return method.learn(network, dataset.task, trials, sgd, n_records=n_records, checkpoints=checkpoints)


def _cross_validate(study: Study, dataset: Dataset, unit: TrialUnit) -> dict[str, NDArray[np.float64]]:
    """Means over the folds inside each trial's training part, each (trials,); NaN where the study wants none."""
    n_folds = study.plan(unit.problem).cross_validation
    if n_folds is None:
        return {name: np.full(len(unit.trials), np.nan) for name in INSIDE_MEASURES}
    ends = [_learn(study, dataset, unit, fold) for fold in range(n_folds)]
    measures = ("train_accuracy", "train_error", "accuracy", "test_error")
    return {
        name: np.mean([getattr(end, measure)[-1] for end in ends], axis=0)
        for name, measure in zip(INSIDE_MEASURES, measures, strict=True)
    }


MOST_POINTS = 100
"""Points of a curve that are stored, besides its start and the checkpoints, however often the run was measured."""


def _stored_records(epochs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Which records of a run are stored: all of them, or about `MOST_POINTS` evenly with the checkpoints.

    Examples
    --------
    >>> _stored_records(np.arange(11)).tolist() == list(range(11)), len(_stored_records(np.arange(1001)))
    (True, 102)
    """
    if len(epochs) <= MOST_POINTS + 1 + len(CHECKPOINTS):
        return np.arange(len(epochs))
    even = np.round(np.linspace(0, len(epochs) - 1, MOST_POINTS + 1)).astype(np.int64)
    return np.union1d(even, np.flatnonzero(np.isin(epochs, CHECKPOINTS)))


def _curve_rows(unit: TrialUnit, trajectory: Trajectory) -> list[dict[str, Any]]:
    columns = [name for name in CURVE_COLUMNS if name not in ("problem", "method", "trial", "epoch")]
    records = _stored_records(trajectory.epoch)
    return [
        {"problem": unit.problem, "method": unit.method, "trial": trial, "epoch": int(trajectory.epoch[record])}
        | {name: float(getattr(trajectory, name)[record, index]) for name in columns}
        for index, trial in enumerate(unit.trials)
        for record in records
    ]


def _trial_rows(
    dataset: Dataset, unit: TrialUnit, trajectory: Trajectory, inside: dict[str, NDArray[np.float64]]
) -> list[dict[str, Any]]:
    known = [name for name in TRIAL_COLUMNS if hasattr(trajectory, name) and name != "is_diverged"]
    end = {name: getattr(trajectory, name)[-1] for name in known} | inside
    end["rmse"] = np.sqrt(end["mse"])
    with np.errstate(divide="ignore", invalid="ignore"):
        end["generalisation_factor"] = end["test_error"] / end["train_error"]
    end["plateau_epoch"] = plateau_epochs(trajectory.epoch, _coded_errors(dataset, trajectory))
    hyper = asdict(unit.values) | {"problem": unit.problem, "method": unit.method}
    epochs = np.where(np.isnan(trajectory.stopped_at), trajectory.epoch[-1], trajectory.stopped_at)
    rows = []
    for index, trial in enumerate(unit.trials):
        own = {name: float(values[index]) for name, values in end.items()}
        row = (
            own
            | hyper
            | {"trial": trial, "epochs": int(epochs[index]), "is_diverged": bool(trajectory.is_diverged[index])}
        )
        rows.append({name: row[name] for name in TRIAL_COLUMNS})
    return rows


def _coded_errors(dataset: Dataset, trajectory: Trajectory) -> NDArray[np.float64]:
    """Training errors (records, trials) as a mean over outputs, in coded units of the whole data set's coding."""
    scale = dataset.task.code(dataset.y).scale
    errors: NDArray[np.float64] = trajectory.train_error / (scale**2).sum()
    return errors


PLATEAU_EPOCHS = 10
PLATEAU_DEVIATION = 0.01


def plateau_epochs(epochs: NDArray[np.int64], errors: NDArray[np.float64]) -> NDArray[np.float64]:
    """First of ten consecutive epochs whose training errors barely differ, for each trial; NaN if there is none.

    A criterion of early stopping that the first flat stretch of a curve meets, also one before learning has begun:
    `epochs_to_stable` of `study.criteria` asks for the last.

    Parameters
    ----------
    epochs : int array (records,)
    errors : float array (records, trials), coded, mean over outputs

    Returns
    -------
    float array (trials,)

    Examples
    --------
    >>> falling = np.concatenate([np.linspace(1, 0, 11), np.zeros(10)])
    >>> plateau_epochs(np.arange(21), falling[:, None]).tolist()
    [10.0]
    """
    is_dense = bool((np.diff(epochs) == 1).all()) and len(epochs) >= PLATEAU_EPOCHS
    if not is_dense:
        return np.full(errors.shape[1], np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(errors, PLATEAU_EPOCHS, axis=0)
    is_flat = windows.std(axis=-1) < PLATEAU_DEVIATION
    return np.where(is_flat.any(axis=0), epochs[is_flat.argmax(axis=0)], np.nan)


def _confusion_rows(unit: TrialUnit, trajectory: Trajectory) -> list[dict[str, Any]]:
    if trajectory.confusion is None:
        return []
    return [
        {"problem": unit.problem, "method": unit.method, "trial": unit.trials[place]}
        | {"actual": int(actual), "predicted": int(predicted), "n_examples": int(n)}
        for (place, actual, predicted), n in np.ndenumerate(trajectory.confusion)
    ]


def estimated_cost(study: Study, unit: Unit) -> float:
    """Relative time that a unit takes, for the order of work and the time that is left."""
    dataset, plan = dataset_of(study, unit.problem), study.plan(unit.problem)
    rows, n_features = n_train(study, dataset), n_inputs(dataset, study.preparation)
    if isinstance(unit, TuningUnit):
        hidden, n_nets, epochs = unit.cells[0].hidden, len(unit.cells) * plan.tuning.folds, unit.epochs
        rows = min(rows, plan.tuning.examples or rows)
        rows, share = round(rows * (1 - 1 / plan.tuning.folds)), 1.0
    else:
        settings = study.settings_of(unit.problem, unit.method)
        method = named_methods(settings)[study.row(unit.method).method]
        hidden, epochs = unit.values.hidden, plan.epochs * (1 + (plan.cross_validation or 0))
        n_nets = len(unit.trials) * method.members
        share = 0.5 if method.loop == "pool" else 1.0
    work = study.layers.network(hidden).work(n_features, dataset.n_outputs).presentation
    # Measured, in multiply-adds of a step of one example: such a step costs its own and about 300 more; in a product of
    # matrices 8 cost as much as one, and the epoch 3e5 more; a unit's start costs about as much as 2e9 of them.
    epoch = rows * share * (work + 300) if plan.batch_size == 1 else rows * share * (work / 8 + 20) + 3e5
    return n_nets * epochs * epoch + 2e9
