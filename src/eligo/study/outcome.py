"""From a store to results: what was found, as one value and as one table."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pandas as pd

from eligo.study.reading import StudyError
from eligo.study.results import TRIAL_COLUMNS, WINNER_COLUMNS, Problem, StudyResults
from eligo.study.store import FILE_NAME, TABLES, SQLiteStore
from eligo.study.tuning import choose_winner

RESULTS_NAME = "results.csv"


def read_results(folder: Path) -> StudyResults:
    """What the study in a folder has found so far.

    Raises
    ------
    StudyError
        If the folder holds no study, or one that has not finished a unit of trials.
    """
    store = SQLiteStore(folder / FILE_NAME)
    try:
        settings = store.noted("settings")
        if settings is None or store.noted("problems") is None:
            raise StudyError(f"{folder} holds a study that has not begun. Run it with `eligo study run`.")
        problems = tuple(plan["problem"] for plan in settings["plans"])
        methods = tuple(settings["methods"])
        found = {table: _frame(table, store.rows(table)) for table in TABLES}
        cells = _in_order(found["cells"], problems, ())
        return StudyResults(
            name=settings["name"],
            settings=settings,
            problems=tuple(
                Problem(**(facts | {"class_names": tuple(facts["class_names"])})) for facts in store.noted("problems")
            ),
            methods=methods,
            trials=_in_order(found["trials"], problems, methods),
            curves=_in_order(found["curves"], problems, methods),
            cells=cells,
            winners=_winners(settings, cells),
            environment=store.noted("environment") or {},
            stage_seconds=_seconds(store),
        )
    finally:
        store.close()


def _seconds(store: SQLiteStore) -> dict[str, float]:
    return {"the whole run": store.noted("seconds") or 0.0} | {
        f"{stage}, all workers together": seconds for stage, seconds in store.stage_seconds().items()
    }


def _frame(table: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as a frame in which every column but names holds numbers; what was NULL is NaN."""
    frame = pd.DataFrame(rows, columns=list(TABLES[table]))
    for column in frame.columns.difference(["problem", "method", "is_diverged"]):
        frame[column] = pd.to_numeric(frame[column])
    return frame.astype({"is_diverged": bool}) if "is_diverged" in frame else frame


def _rows(cells: pd.DataFrame, problem: str) -> list[dict[str, Any]]:
    of_problem = cells[cells["problem"] == problem]
    return [{str(name): value for name, value in row.items()} for row in of_problem.to_dict("records")]


def _in_order(frame: pd.DataFrame, problems: tuple[str, ...], methods: tuple[str, ...]) -> pd.DataFrame:
    """Rows in the study's order, whatever the order in which units ended."""
    keys = {"problem": problems.index} | ({"method": methods.index} if methods else {})
    rank = pd.DataFrame({name: frame[name].map(place) for name, place in keys.items()})
    others = ["trial", "epoch"] if methods else ["hidden", "learning_rate", "weight_decay", "momentum", "epochs"]
    rank = rank.join(frame[[name for name in others if name in frame]])
    order = rank.sort_values(list(rank.columns), kind="stable").index
    return frame.loc[order].reset_index(drop=True)


def _winners(settings: dict[str, Any], cells: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for plan in settings["plans"]:
        recorded = plan["recorded"]
        if settings["is_quick"] and recorded is not None:
            row = recorded["values"] | {"cv_error": None, "n_tied": 1, "source": recorded["source"]}
        else:
            chosen = choose_winner(_rows(cells, plan["problem"]))
            if chosen is None:
                continue
            row = chosen[0] | {"n_tied": chosen[1], "source": "the grid of this study"}
        rows.append({"problem": plan["problem"]} | {name: row[name] for name in WINNER_COLUMNS[1:]})
    return pd.DataFrame(rows, columns=list(WINNER_COLUMNS))


def write_results(results: StudyResults, folder: Path) -> Path:
    """Write ``results.csv``: one row per problem, method and trial, times in the last columns.

    The file is replaced whole; equal results give equal bytes but for the ``seconds_`` columns.
    """
    path = folder / RESULTS_NAME
    draft = path.with_suffix(".csv.draft")
    results.trials.to_csv(draft, index=False, columns=list(TRIAL_COLUMNS), lineterminator="\n")
    os.replace(draft, path)
    return path
