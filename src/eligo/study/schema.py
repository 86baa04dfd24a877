"""The tables of a store in a SQLite file, their version, and how files of an earlier version become this one."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Callable
from pathlib import Path

from eligo.study.checksums import rows_checksum, text_checksum, unit_checksums, values_checksum
from eligo.study.reading import StudyError
from eligo.study.results import CELL_COLUMNS, CONFUSION_COLUMNS, CURVE_COLUMNS, TRIAL_COLUMNS

SCHEMA_VERSION = 4
UNREADABLE = (sqlite3.Error, UnicodeError)
"""What a file that is no sound database raises: of names in it that are not UTF-8, not even `sqlite3` can make an error."""
NO_ROW = (*UNREADABLE, struct.error, TypeError)
"""What reading rows to their checksum raises besides, if they are of another kind."""

TABLES = {"cells": CELL_COLUMNS, "trials": TRIAL_COLUMNS, "curves": CURVE_COLUMNS, "confusion": CONFUSION_COLUMNS}
"""What a unit finds, table by table."""

UNIT_TABLES = TABLES | {"compilation": ("seconds", "n_compiled", "n_cached")}
"""All tables that a unit's checksum goes over, in this order."""

ATTEMPT_COLUMNS = ("unit", "label", "owner", "began_at", "expires", "ended_at", "error")
"""What the checksum of an attempt goes over."""

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
ATTEMPTS_CHECKSUM = "ALTER TABLE attempts ADD COLUMN checksum INTEGER"


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
    for statement in (COMPILATION, *ATTEMPTS, ATTEMPTS_CHECKSUM):
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


def _from_3(connection: sqlite3.Connection) -> int:
    """Version 3 had no checksums of attempts, of what compiling took, and of what had come from version 2.

    A unit's old checksum is gone on with over what compiling took, not made anew: one that was wrong stays wrong.
    """
    connection.execute(ATTEMPTS_CHECKSUM)
    attempts = connection.execute(f"SELECT rowid, {', '.join(ATTEMPT_COLUMNS)} FROM attempts").fetchall()
    sums = [(values_checksum(row[1:]), row[0]) for row in attempts]
    connection.executemany("UPDATE attempts SET checksum = ? WHERE rowid = ?", sums)
    facts = connection.execute("SELECT key, value FROM facts WHERE checksum IS NULL").fetchall()
    connection.executemany(
        "UPDATE facts SET checksum = ? WHERE key = ?", [(text_checksum(*row), row[0]) for row in facts]
    )
    old = dict(connection.execute("SELECT id, checksum FROM units").fetchall())
    if None in old.values():
        found = unit_checksums(connection, TABLES)
        old = {unit: found[unit] if checksum is None else checksum for unit, checksum in old.items()}
    columns = UNIT_TABLES["compilation"]
    for unit, *row in connection.execute(f"SELECT unit, {', '.join(columns)} FROM compilation").fetchall():
        old[unit] = rows_checksum(columns, (row,), old.get(unit, 0))
    connection.executemany("UPDATE units SET checksum = ? WHERE id = ?", [(value, key) for key, value in old.items()])
    return 4


MIGRATIONS: dict[int, Callable[[sqlite3.Connection], int]] = {2: _from_2, 3: _from_3}
"""By the version they begin at. Version 1 lacked measures, and nothing released wrote it."""
