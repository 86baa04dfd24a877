"""Where finished units lie: one SQLite file, one transaction per unit."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from eligo.study.reading import StudyError
from eligo.study.results import CELL_COLUMNS, CONFUSION_COLUMNS, CURVE_COLUMNS, TRIAL_COLUMNS
from eligo.study.units import Finished, unit_id

SCHEMA_VERSION = 2
FILE_NAME = "study.sqlite"
COMPILATION = (
    "CREATE TABLE IF NOT EXISTS compilation (unit TEXT PRIMARY KEY REFERENCES units (id), "
    "seconds REAL NOT NULL, n_compiled INTEGER NOT NULL, n_cached INTEGER NOT NULL)"
)
"""A table beside that of units: stores of this version that were made before it was counted lack it until they go on."""
PARTS = """
    SELECT coalesce(method, stage) AS part, count(*) AS units, sum(units.seconds) AS seconds,
        sum(compilation.seconds) AS seconds_compiling, sum(n_compiled) AS n_compiled, sum(n_cached) AS n_cached
    FROM units LEFT JOIN (SELECT DISTINCT unit, method FROM trials) AS named ON named.unit = id
        LEFT JOIN compilation ON compilation.unit = id
    GROUP BY part"""
TABLES = {"cells": CELL_COLUMNS, "trials": TRIAL_COLUMNS, "curves": CURVE_COLUMNS, "confusion": CONFUSION_COLUMNS}


class Store(Protocol):
    """What the runner needs: a unit that was added is there for good, whole, or not at all."""

    def finished(self) -> frozenset[str]:
        """Ids of all units that are there."""

    def add(self, finished: Finished) -> None:
        """Keep a finished unit; adding one twice changes nothing."""

    def rows(self, table: str, problem: str | None = None) -> list[dict[str, Any]]:
        """Rows of "cells", "trials", "curves" or "confusion" in the order they came, of one problem or of all."""

    def note(self, key: str, value: Any) -> None:
        """Keep a fact about the study, any plain value; a new one replaces an old one."""

    def noted(self, key: str) -> Any:
        """A fact about the study, or None."""


class SQLiteStore:
    """A store in one SQLite file.

    Parameters
    ----------
    path : Path of the file
    is_new : bool, default=False, whether the file may be made when it is not there

    Raises
    ------
    StudyError
        If the file is not there, or is no store of this version.
    """

    def __init__(self, path: Path, is_new: bool = False) -> None:
        """Open the file, and make its tables if it is new."""
        self.path = path
        if not is_new and not path.is_file():
            raise StudyError(f"{path.parent} is not a study: it has no {path.name}. `eligo study run` makes one.")
        unreadable = "{path} cannot be read as a study: {error}. Restore a copy, or choose another folder."
        try:
            self._connection = sqlite3.connect(path, timeout=30)
        except sqlite3.DatabaseError as error:
            raise StudyError(unreadable.format(path=path, error=error)) from None
        self._connection.row_factory = sqlite3.Row
        try:
            self._prepare(is_new)
        except sqlite3.DatabaseError as error:
            self.close()
            raise StudyError(unreadable.format(path=path, error=error)) from None
        except StudyError:
            self.close()
            raise

    def _prepare(self, is_new: bool) -> None:
        """Look before anything is written: a file of something else stays as it is, to the byte."""
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        n_tables = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if version == 0 and (n_tables or not is_new):
            raise StudyError(f"{self.path} is a SQLite file, but no study. Choose another folder.")
        if version not in (0, SCHEMA_VERSION):
            remedy = "Update eligo." if version > SCHEMA_VERSION else "Run the study again with another --out."
            raise StudyError(
                f"{self.path} has store version {version}; this eligo reads version {SCHEMA_VERSION}. {remedy}"
            )
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        if version == 0:
            with self._connection:
                self._make_tables()
        if is_new:
            self._connection.execute(COMPILATION)

    def _make_tables(self) -> None:
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")  # sqlite3 begins no transaction of its own for CREATE
        if connection.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION:
            return  # another process was faster
        connection.execute("CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
        connection.execute(
            "CREATE TABLE units (id TEXT PRIMARY KEY, stage TEXT NOT NULL, problem TEXT NOT NULL, "
            "seconds REAL NOT NULL, finished_at TEXT NOT NULL)"
        )
        for name, columns in TABLES.items():
            connection.execute(f"CREATE TABLE {name} (unit TEXT NOT NULL REFERENCES units (id), {', '.join(columns)})")
            connection.execute(f"CREATE INDEX {name}_by_problem ON {name} (problem)")
        connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")

    def finished(self) -> frozenset[str]:
        """Ids of all units that are there."""
        return frozenset(row["id"] for row in self._connection.execute("SELECT id FROM units"))

    def add(self, finished: Finished) -> None:
        """Keep a finished unit in one transaction; adding one twice changes nothing."""
        name = unit_id(finished.unit)
        unit = (name, finished.unit.stage, finished.unit.problem, finished.seconds, datetime.now(UTC).isoformat())
        with self._connection:
            if self._connection.execute("SELECT 1 FROM units WHERE id = ?", (name,)).fetchone():
                return
            self._connection.execute("INSERT INTO units VALUES (?, ?, ?, ?, ?)", unit)
            self._connection.execute("INSERT INTO compilation VALUES (?, ?, ?, ?)", (name, *finished.compilation))
            for table, columns in TABLES.items():
                self._insert(table, columns, name, getattr(finished, table))

    def _insert(self, table: str, columns: Sequence[str], unit: str, rows: Sequence[Mapping[str, Any]]) -> None:
        names, marks = ", ".join(("unit", *columns)), ", ".join("?" * (len(columns) + 1))
        values = ([unit, *(row[column] for column in columns)] for row in rows)
        self._connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)

    def rows(self, table: str, problem: str | None = None) -> list[dict[str, Any]]:
        """Rows of "cells", "trials", "curves" or "confusion" in the order they came, of one problem or of all."""
        columns, values = ", ".join(TABLES[table]), (problem, problem)
        query = f"SELECT {columns} FROM {table} WHERE ? IS NULL OR problem = ? ORDER BY rowid"
        found = [dict(row) for row in self._connection.execute(query, values)]
        for row in found:
            if "is_diverged" in row:
                row["is_diverged"] = bool(row["is_diverged"])
        return found

    def note(self, key: str, value: Any) -> None:
        """Keep a fact about the study, any plain value; a new one replaces an old one."""
        with self._connection:
            self._connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (key, json.dumps(value)))

    def noted(self, key: str) -> Any:
        """A fact about the study, or None."""
        row = self._connection.execute("SELECT value FROM facts WHERE key = ?", (key,)).fetchone()
        return None if row is None else json.loads(row["value"])

    def stage_seconds(self) -> dict[str, float]:
        """Seconds that the finished units of each stage took, added up."""
        rows = self._connection.execute(
            "SELECT stage, sum(seconds) AS seconds FROM units GROUP BY stage ORDER BY stage DESC"
        )
        return {row["stage"]: row["seconds"] for row in rows}

    def parts(self) -> list[dict[str, Any]]:
        """What "tuning" and each method took: units, their seconds, and what compiling cost of it; None if not counted."""
        known = "SELECT 1 FROM sqlite_master WHERE name = 'compilation'"
        if self._connection.execute(known).fetchone() is None:  # made before it was counted, and only read
            self._connection.execute(COMPILATION.replace("TABLE", "TEMPORARY TABLE"))
        return [dict(row) for row in self._connection.execute(PARTS)]

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()
