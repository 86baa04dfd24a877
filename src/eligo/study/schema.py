"""The tables of a store in a SQLite file, their version, and how files of an earlier version become this one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from eligo.study.reading import StudyError
from eligo.study.results import CELL_COLUMNS, CONFUSION_COLUMNS, CURVE_COLUMNS, TRIAL_COLUMNS

SCHEMA_VERSION = 3
UNREADABLE = (sqlite3.Error, UnicodeError)
"""What a file that is no sound database raises: of names in it that are not UTF-8, not even `sqlite3` can make an error."""

TABLES = {"cells": CELL_COLUMNS, "trials": TRIAL_COLUMNS, "curves": CURVE_COLUMNS, "confusion": CONFUSION_COLUMNS}
"""What a unit finds, table by table."""

COMPILATION = (
    "CREATE TABLE IF NOT EXISTS compilation (unit TEXT PRIMARY KEY REFERENCES units (id), "
    "seconds REAL NOT NULL, n_compiled INTEGER NOT NULL, n_cached INTEGER NOT NULL)"
)
ATTEMPTS = (
    "CREATE TABLE attempts (unit TEXT NOT NULL, label TEXT NOT NULL, owner TEXT NOT NULL, began_at TEXT NOT NULL, "
    "expires REAL NOT NULL, ended_at TEXT, error TEXT)",
    "CREATE INDEX attempts_by_unit ON attempts (unit)",
    "CREATE UNIQUE INDEX one_lease ON attempts (unit) WHERE ended_at IS NULL",
)
"""One row each time that a unit is begun. One without an end is the unit's lease, and there can be only one."""


def prepare(connection: sqlite3.Connection, path: Path, is_new: bool) -> None:
    """Make the tables of a new store, or bring an old one to this version, in one transaction.

    It is looked at before anything is written: a file of something else stays as it is, to the byte.

    Raises
    ------
    StudyError
        If the file is no store, or of a version that cannot be brought to this one.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    n_tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if version == 0 and (n_tables or not is_new):
        raise StudyError(f"{path} is a SQLite file, but no study. Choose another folder.")
    if not (version in (0, SCHEMA_VERSION) or version in MIGRATIONS):
        remedy = "Update eligo." if version > SCHEMA_VERSION else "Run the study again with another --out."
        raise StudyError(f"{path} has store version {version}; this eligo reads version {SCHEMA_VERSION}. {remedy}")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    if version == SCHEMA_VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()  # another process may have been faster
        while version < SCHEMA_VERSION:
            version = _make(connection) if version == 0 else MIGRATIONS[version](connection)
            connection.execute(f"PRAGMA user_version={version}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _make(connection: sqlite3.Connection) -> int:
    connection.execute("CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL, checksum INTEGER)")
    connection.execute(
        "CREATE TABLE units (id TEXT PRIMARY KEY, stage TEXT NOT NULL, problem TEXT NOT NULL, "
        "seconds REAL NOT NULL, finished_at TEXT NOT NULL, checksum INTEGER)"
    )
    for name, columns in TABLES.items():
        connection.execute(f"CREATE TABLE {name} (unit TEXT NOT NULL REFERENCES units (id), {', '.join(columns)})")
    for statement in (COMPILATION, *ATTEMPTS):
        connection.execute(statement)
    return SCHEMA_VERSION


def _from_2(connection: sqlite3.Connection) -> int:
    """Version 2 knew no attempts and no checksums, and its first files not what compiling took; it had idle indexes."""
    for statement in (COMPILATION, *ATTEMPTS):
        connection.execute(statement)
    for table in ("facts", "units"):
        connection.execute(f"ALTER TABLE {table} ADD COLUMN checksum INTEGER")
    for table in TABLES:
        connection.execute(f"DROP INDEX IF EXISTS {table}_by_problem")
    return 3


MIGRATIONS: dict[int, Callable[[sqlite3.Connection], int]] = {2: _from_2}
"""By the version they begin at. Version 1 lacked measures, and nothing released wrote it."""
