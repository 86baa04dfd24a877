"""From a store that may be damaged to CSV files: every row that can be read, and what could not be."""

from __future__ import annotations

import csv
import shutil
import sqlite3
import struct
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from eligo.plain import spreadsheet_cell
from eligo.study.checksums import rows_checksum, text_checksum
from eligo.study.reading import StudyError
from eligo.study.schema import SCHEMA_VERSION, TABLES, UNIT_TABLES, UNREADABLE
from eligo.study.store import no_study

UNIT_COLUMNS = ("id", "stage", "problem", "seconds", "finished_at")
LEAST_ROW = 64
"""Bytes that a row takes at least: every row has the id of its unit, 64 characters."""

Row = Sequence[Any]


def export_store(path: Path, target: Path) -> list[str]:
    """Write what can be read of a store's tables, each to a CSV file of its name.

    The file itself is not touched: a copy is read, of one moment while a study runs. Each row begins with its unit and
    whether all of that unit is as it was stored, by its checksum: "yes", "no", or "unknown" for units of old stores. A
    text that a spreadsheet would take for a formula begins with an apostrophe.

    Parameters
    ----------
    path : Path of the store's file
    target : Path of a folder that does not exist, or is empty

    Returns
    -------
    list of str, a line for each table about what was written and what could not be read

    Raises
    ------
    StudyError
        If nothing can be read, or the files cannot be written.
    """
    if not path.is_file():
        raise StudyError(no_study(path.parent))
    try:
        with tempfile.TemporaryDirectory() as folder:
            _copy(path, Path(folder))
            with closing(sqlite3.connect(Path(folder) / path.name)) as connection:
                wanted = _wanted(_version(connection, path))
                tables = {name: _readable(connection, name, columns, path) for name, columns in wanted.items()}
        target.mkdir(parents=True, exist_ok=True)
        if any(target.iterdir()):
            raise StudyError(f"{target} is not empty. Choose another --out.")
        return _write(tables, wanted, target)
    except OSError as error:
        raise StudyError(f"cannot export to {target}: {error.strerror}. Choose another --out.") from None


def _copy(path: Path, folder: Path) -> None:
    """Copy a store's file and its log as they are, damage and all, though a run goes on in it.

    A reader that lasts as long as the copying keeps SQLite from moving pages that it may read out of the log, and from
    emptying it: the two files belong together, but for pages at the end of the log, which are whole units or ignored.
    """
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as reader:
        try:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except UNREADABLE:  # so damaged that no run can go on in it
            pass
        for name in (path.name, f"{path.name}-wal"):
            if (source := path.with_name(name)).is_file():
                shutil.copyfile(source, folder / name)


def _version(connection: sqlite3.Connection, path: Path) -> int:
    try:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
    except UNREADABLE as error:
        raise _nothing(path, " ".join(str(error).split())) from None


def _nothing(path: Path, why: str) -> StudyError:
    return StudyError(f"nothing of {path} can be read: {why}. Restore a copy of it.")


def _wanted(version: int) -> dict[str, tuple[str, ...]]:
    """Tables of a store of that version whose rows a unit's checksum goes over, and their columns."""
    of_unit = UNIT_TABLES if version >= SCHEMA_VERSION else TABLES
    return {"units": UNIT_COLUMNS} | {name: ("unit", *columns) for name, columns in of_unit.items()}


def _readable(connection: sqlite3.Connection, name: str, columns: Sequence[str], path: Path) -> tuple[list[Row], int]:
    """Rows of a table in order, and how many pieces of it could not be read.

    Raises
    ------
    StudyError
        If SQLite does not know the file, or the table in it, at all.
    """
    try:
        has_checksum = "checksum" in [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
        wanted = ", ".join((*columns, "checksum" if has_checksum else "NULL") if name == "units" else columns)
        known = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0]
        most = _most_rows(connection)
    except UNREADABLE as error:
        raise _nothing(path, " ".join(str(error).split())) from None
    if not known:
        raise _nothing(path, f"it has no table {name!r}")
    rows: list[Row] = []
    last, n_broken = 0, 0
    try:
        for rowid, *row in connection.execute(f"SELECT rowid, {wanted} FROM {name} ORDER BY rowid"):
            rows.append(row)
            last = rowid
    except UNREADABLE:  # row by row from here, as far as file and log could hold any
        query = f"SELECT {wanted} FROM {name} WHERE rowid = ?"
        was_broken = False
        for rowid in range(last + 1, most + 1):
            found = _row(connection, query, rowid)
            n_broken += found is None and not was_broken
            was_broken = found is None
            rows += found or []
    return rows, n_broken


def _most_rows(connection: sqlite3.Connection) -> int:
    """How many rows a table has at most, of pages in the file and in its write-ahead log."""
    (n_pages,), (size,) = (connection.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size"))
    return int(n_pages * size) // LEAST_ROW


def _row(connection: sqlite3.Connection, query: str, rowid: int) -> list[Row] | None:
    """The row of that number, in a list that is empty if there is none; None if it cannot be read."""
    try:
        return connection.execute(query, (rowid,)).fetchall()
    except UNREADABLE:
        return None


def _write(tables: dict[str, tuple[list[Row], int]], wanted: dict[str, tuple[str, ...]], target: Path) -> list[str]:
    states = _states({name: rows for name, (rows, _) in tables.items()})
    said = []
    for name, (rows, n_broken) in tables.items():
        columns = wanted[name]
        marked = ((row[0], states.get(row[0], "no"), *row[1 : len(columns)]) for row in rows)
        safe = (map(spreadsheet_cell, row) for row in marked)
        with open(target / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("unit", "is_as_stored", *columns[1:]))
            writer.writerows(safe)
        lost = f", and {n_broken} stretches of it cannot be read" if n_broken else ""
        said.append(f"{name}: {len(rows)} rows{lost}")
    counts = {state: list(states.values()).count(state) for state in ("yes", "no", "unknown")}
    whole = f"{counts['yes']} units are as they were stored, {counts['no']} are not"
    return [*said, whole + (f", of {counts['unknown']} it is not known" if counts["unknown"] else "")]


def _states(tables: dict[str, list[Row]]) -> dict[str, str]:
    """Of each unit, whether it is whole and as it was stored: "yes", "no" or "unknown"."""
    found: dict[str, int | None] = {row[0]: text_checksum(*map(str, row[:-1])) for row in tables["units"]}
    for name, columns in UNIT_TABLES.items():
        for unit, *row in tables.get(name, ()):
            found[unit] = _checksum(columns, row, found.get(unit))
    stored = {row[0]: row[-1] for row in tables["units"]}
    return {
        unit: "no" if unit not in stored else "unknown" if stored[unit] is None else _word(stored[unit] == checksum)
        for unit, checksum in found.items()
    }


def _checksum(columns: Sequence[str], row: Row, begun: int | None) -> int | None:
    """A checksum that goes on over a row; None, which equals none, once a row is not even of the right kind."""
    try:
        return None if begun is None else rows_checksum(columns, (row,), begun)
    except (struct.error, TypeError):
        return None


def _word(is_true: bool) -> str:
    return "yes" if is_true else "no"
