"""Finished units that nobody computed, for tests of stores."""

from eligo.study.design import HyperParameters
from eligo.study.results import CELL_COLUMNS, CURVE_COLUMNS, TRIAL_COLUMNS
from eligo.study.units import Finished, TrialUnit, TuningUnit

VALUES = HyperParameters(4, 0.5, 0.0, 0.5)


def finished(problem: str = "iris", trials: tuple[int, ...] = (0, 1), n_records: int = 3) -> Finished:
    facts = {"problem": problem, "method": "sasla", "is_diverged": False, "accuracy": float("nan")}
    ends = [dict.fromkeys(TRIAL_COLUMNS, 0.1) | facts | {"trial": trial} for trial in trials]
    curves = [
        dict.fromkeys(CURVE_COLUMNS, 1 / 3) | facts | {"trial": trial, "epoch": epoch}
        for trial in trials
        for epoch in range(n_records)
    ]
    return Finished(TrialUnit(problem, "sasla", trials, VALUES), 1.5, trials=ends, curves=curves)


def tuned() -> Finished:
    cell = dict.fromkeys(CELL_COLUMNS, 0.25) | {"problem": "wine", "cv_error": None, "is_diverged": True}
    return Finished(TuningUnit("wine", 4, (VALUES,)), 2.0, cells=[cell])
