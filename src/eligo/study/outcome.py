"""From a store to results: what was found, as one value and as one table."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd

from eligo.datasets import Column
from eligo.plain import for_spreadsheets
from eligo.study.criteria import criteria_of
from eligo.study.environment import mixed_environment
from eligo.study.reading import StudyError
from eligo.study.results import (
    CRITERIA_COLUMNS,
    FAILURE_COLUMNS,
    PART_COLUMNS,
    TRIAL_COLUMNS,
    WINNER_COLUMNS,
    Problem,
    StudyResults,
)
from eligo.study.rounds import ends_of_rounds
from eligo.study.schema import TABLES
from eligo.study.store import FILE_NAME, SQLiteStore
from eligo.study.tuning import choose_winner

RESULTS_NAME = "results.csv"
CRITERIA_NAME = "criteria.csv"
MIXED = "mixed"
"""In a study's environment: that its numbers are not all from one machine, commit or set of flags, and which differs."""


def read_results(folder: str | os.PathLike[str]) -> StudyResults:
    """What the study in a folder has found so far.

    Parameters
    ----------
    folder : str or path

    Returns
    -------
    StudyResults

    Raises
    ------
    StudyError
        If the folder holds no study, one that has not begun, or a damaged one.
    """
    folder = Path(folder)
    with closing(SQLiteStore(folder / FILE_NAME)) as store, store.reading() as state:
        state.check()
        return _results(state, folder)


def _results(store: SQLiteStore, folder: Path) -> StudyResults:
    settings = store.noted("settings")
    if settings is None or store.noted("problems") is None:
        raise StudyError(f"{folder} holds a study that has not begun. Run it with `eligo study run`.")
    problems = tuple(plan["problem"] for plan in settings["plans"])
    methods = tuple(settings["rows"])
    found = {table: _frame(table, store.rows(table)) for table in TABLES}
    cells = _in_order(found["cells"], problems, ())
    curves = _in_order(found["curves"], problems, methods)
    trials = _in_order(found["trials"], problems, methods)
    is_end = ends_of_rounds(settings, curves)
    described = sorted(map(_problem, store.noted("problems")), key=lambda own: problems.index(own.name))
    targets = {plan["problem"]: plan["target_error"] for plan in settings["plans"]}
    return StudyResults(
        name=settings["name"],
        settings=settings,
        problems=tuple(described),
        methods=methods,
        trials=trials,
        curves=curves[is_end].reset_index(drop=True),
        cells=cells,
        confusion=_in_order(found["confusion"], problems, methods),
        criteria=criteria_of(trials, curves, described, targets, is_end),
        absent=store.noted("absent") or {},
        winners=_winners(settings, cells),
        environment=_environment(store),
        stage_seconds=_seconds(store),
        parts=_parts(store, methods),
        failures=pd.DataFrame(store.failures(), columns=list(FAILURE_COLUMNS)),
        closed=store.noted("closed") or {},
    )


def _problem(facts: dict[str, Any]) -> Problem:
    """A problem as it was noted, lists turned back into tuples."""
    columns = tuple(Column(**_in_tuples(column)) for column in facts["columns"])
    return Problem(**(_in_tuples(facts) | {"columns": columns}))


def _in_tuples(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in facts.items()}


def _environment(store: SQLiteStore) -> dict[str, str]:
    """Where the study was begun; of what was not the same in all runs, all, and a mark."""
    begun, runs = store.noted("environment") or {}, store.noted("runs") or []
    mixed = mixed_environment([begun, *runs])
    mark = {MIXED: f"computed under more than one {' and more than one '.join(mixed)}"} if mixed else {}
    return {**begun, **mixed, **mark}


REPORT = "the report, when last written"


def _seconds(store: SQLiteStore) -> dict[str, float]:
    reported = store.noted("report_seconds")
    return (
        {"the whole run": store.noted("seconds") or 0.0}
        | {f"{stage}, all workers together": seconds for stage, seconds in store.stage_seconds().items()}
        | ({} if reported is None else {REPORT: reported})
    )


def note_report(folder: Path, seconds: float) -> None:
    """Keep how long it took to read the results of a study and to write its report."""
    with closing(SQLiteStore(folder / FILE_NAME)) as store:
        store.note("report_seconds", seconds)


def _parts(store: SQLiteStore, methods: tuple[str, ...]) -> pd.DataFrame:
    """What each part took, tuning first, then methods in the study's order."""
    found = {row["part"]: row for row in store.parts()}
    rows = [found[part] for part in dict.fromkeys(("tuning", *methods, *found)) if part in found]
    return pd.DataFrame(rows, columns=list(PART_COLUMNS)).astype(dict.fromkeys(PART_COLUMNS[2:], float))


def _frame(table: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as a frame in which every column but names holds numbers; what was NULL is NaN."""
    frame = pd.DataFrame(rows, columns=list(TABLES[table]))
    for column in frame.columns.difference(["problem", "method", "is_diverged"]):
        frame[column] = pd.to_numeric(frame[column])
    return frame.astype({"is_diverged": bool}) if "is_diverged" in frame else frame


def _rows(cells: pd.DataFrame, problem: str) -> list[dict[str, Any]]:
    of_problem = cells[cells["problem"] == problem]
    return [{str(name): value for name, value in row.items()} for row in of_problem.to_dict("records")]


RUN_ORDER = ("trial", "epoch", "actual", "predicted")
CELL_ORDER = ("hidden", "learning_rate", "weight_decay", "momentum", "epochs")


def _in_order(frame: pd.DataFrame, problems: tuple[str, ...], methods: tuple[str, ...]) -> pd.DataFrame:
    """Rows in the study's order, whatever the order in which units ended."""
    keys = {"problem": problems.index} | ({"method": methods.index} if methods else {})
    rank = pd.DataFrame({name: frame[name].map(place) for name, place in keys.items()})
    rank = rank.join(frame[[name for name in (RUN_ORDER if methods else CELL_ORDER) if name in frame]])
    order = rank.sort_values(list(rank.columns), kind="stable").index
    return frame.loc[order].reset_index(drop=True)


def _winners(settings: dict[str, Any], cells: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for plan in settings["plans"]:
        recorded = plan["recorded"]
        is_recorded = settings["is_quick"] or settings["hyper_parameters"] == "recorded"
        if is_recorded and recorded is not None:
            row = recorded["values"] | {"cv_error": None, "n_tied": 1, "source": recorded["source"]}
        else:
            chosen = choose_winner(_rows(cells, plan["problem"]))
            if chosen is None:
                continue
            row = chosen[0] | {"n_tied": chosen[1], "source": "the grid of this study"}
        rows.append({"problem": plan["problem"]} | {name: row[name] for name in WINNER_COLUMNS[1:]})
    return pd.DataFrame(rows, columns=list(WINNER_COLUMNS))


def write_results(results: StudyResults, folder: Path) -> Path:
    """Write ``results.csv``, one row per problem, method and trial, times in the last columns; and ``criteria.csv``.

    Each file is replaced whole; equal results give equal bytes but for the ``seconds_`` columns. A name that a spreadsheet
    would take for a formula is written as a text.

    Raises
    ------
    StudyError
        If a file cannot be written; what was there stays.
    """
    _replace(results.criteria, folder / CRITERIA_NAME, CRITERIA_COLUMNS)
    return _replace(results.trials, folder / RESULTS_NAME, TRIAL_COLUMNS)


def _replace(frame: pd.DataFrame, path: Path, columns: Sequence[str]) -> Path:
    draft = path.with_suffix(".csv.draft")
    try:
        for_spreadsheets(frame[list(columns)]).to_csv(draft, index=False, lineterminator="\n")
        os.replace(draft, path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise StudyError(f"cannot write {path}: {error.strerror}. Make room, and run `eligo study report`.") from None
    return path
