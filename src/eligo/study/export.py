"""From a store that may be damaged to CSV and JSON files: every row that can be read, and what could not be."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from eligo.plain import spreadsheet_cell
from eligo.study.checksums import rows_checksum, text_checksum, values_checksum
from eligo.study.reading import StudyError
from eligo.study.schema import ATTEMPT_COLUMNS, NO_ROW, SCHEMA_VERSION, TABLES, UNIT_TABLES, UNREADABLE
from eligo.study.store import no_study

FACTS, UNITS, ATTEMPTS = "facts", "units", "attempts"
COLUMNS = {
    FACTS: ("key", "value"),
    UNITS: ("id", "stage", "problem", "seconds", "finished_at"),
    **{name: ("unit", *columns) for name, columns in UNIT_TABLES.items()},
    ATTEMPTS: ATTEMPT_COLUMNS,
}
"""All tables, and what of them is exported beside the state of their checksum."""

LATER = frozenset(COLUMNS) - {FACTS, UNITS, *TABLES}
"""Tables that early stores do not have."""

LEAST_ROW, LEAST_FACT = 64, 16
"""Bytes that a row takes at least: but for facts, every row has the id of its unit, 64 characters."""

Row = Sequence[Any]


class _Store(NamedTuple):
    """A copy of a store, open; for each of its tables, whether its rows have a checksum of their own; its version."""

    connection: sqlite3.Connection
    has_checksum: dict[str, bool]
    version: int

    @property
    def unit_tables(self) -> dict[str, tuple[str, ...]]:
        """Tables that a unit's checksum goes over."""
        return UNIT_TABLES if self.version >= SCHEMA_VERSION else TABLES

    def state(self, stored: int | None, found: int | None) -> str:
        """Whether something is as it was stored, by its checksum, which early versions did not always have."""
        if stored is None and self.version < SCHEMA_VERSION:
            return "unknown"
        return "yes" if stored is not None and stored == found else "no"


def export_store(path: Path, target: Path) -> list[str]:
    """Write what can be read of a store, each table to a CSV file of its name, and the facts about the study as JSON.

    The file itself is not touched: a copy is read, of one moment while a study runs. Each row has beside it whether all of
    its unit is as it was stored, by its checksum: "yes", "no", or "unknown", where a store of an earlier version has none.
    Facts and attempts have checksums of their own. A text that a spreadsheet would take for a formula begins with an
    apostrophe in a CSV file.

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
                store = _opened(connection, path)
                target.mkdir(parents=True, exist_ok=True)
                if any(target.iterdir()):
                    raise StudyError(f"{target} is not empty. Choose another --out.")
                return _write(store, target)
    except OSError as error:
        raise StudyError(f"cannot export to {target}: {error.strerror}. Choose another --out.") from None


def _copy(path: Path, folder: Path) -> None:
    """Copy a store's file and its log as they are, damage and all, though a run goes on in it.

    A reader that lasts as long as the copying keeps SQLite from moving pages that it may read out of the log, and from
    emptying it: the two files belong together, but for pages at the end of the log, which are whole units or ignored.
    A process of its own copies, for POSIX drops all locks that a process has on a file when it closes any descriptor of it.
    """
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as reader:
        try:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except UNREADABLE:  # so damaged that no run can go on in it
            pass
        for name in (path.name, f"{path.name}-wal"):
            if (source := path.with_name(name)).is_file():
                _copy_elsewhere(source, folder / name)


COPY = """
import shutil, sys
try:
    shutil.copyfile(*sys.argv[1:])
except OSError as error:
    sys.exit(error.errno)
"""


def _copy_elsewhere(source: Path, target: Path) -> None:
    """Copy a file in another process.

    Raises
    ------
    OSError
        If it cannot be read or written.
    """
    ended = subprocess.run([sys.executable, "-I", "-c", COPY, source, target], check=False)
    if ended.returncode:
        raise OSError(ended.returncode, os.strerror(ended.returncode))


def _opened(connection: sqlite3.Connection, path: Path) -> _Store:
    """What the store has.

    Raises
    ------
    StudyError
        If SQLite does not know the file at all, or a table of every version is not in it.
    """
    nothing = "nothing of {path} can be read: {why}. Restore a copy of it."
    try:
        found = {name: [row[1] for row in connection.execute(f"PRAGMA table_info({name})")] for name in COLUMNS}
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        _most_rows(connection, LEAST_ROW)
    except UNREADABLE as error:
        raise StudyError(nothing.format(path=path, why=" ".join(str(error).split()))) from None
    for name, columns in found.items():
        if not columns and name not in LATER:
            raise StudyError(nothing.format(path=path, why=f"it has no table {name!r}"))
    return _Store(connection, {name: "checksum" in columns for name, columns in found.items() if columns}, version)


def _rows(store: _Store, name: str) -> Iterator[Row | None]:
    """Rows of a table in order, each with its checksum or None last; None for each stretch that cannot be read."""
    wanted = ", ".join((*COLUMNS[name], "checksum" if store.has_checksum[name] else "NULL"))
    last = 0
    try:
        for rowid, *row in store.connection.execute(f"SELECT rowid, {wanted} FROM {name} ORDER BY rowid"):
            yield row
            last = rowid
    except UNREADABLE:  # row by row from here, as far as file and log could hold any
        query = f"SELECT {wanted} FROM {name} WHERE rowid = ?"
        was_broken = False
        for rowid in range(last + 1, _most_rows(store.connection, LEAST_FACT if name == FACTS else LEAST_ROW) + 1):
            found = _row(store.connection, query, rowid)
            if found is None and not was_broken:
                yield None
            was_broken = found is None
            yield from found or []


def _most_rows(connection: sqlite3.Connection, least: int) -> int:
    """How many rows a table has at most, of pages in the file and in its write-ahead log."""
    (n_pages,), (size,) = (connection.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size"))
    return int(n_pages * size) // least


def _row(connection: sqlite3.Connection, query: str, rowid: int) -> list[Row] | None:
    """The row of that number, in a list that is empty if there is none; None if it cannot be read."""
    try:
        return connection.execute(query, (rowid,)).fetchall()
    except UNREADABLE:
        return None


def _write(store: _Store, target: Path) -> list[str]:
    units = _unit_states(store)

    def of_unit(row: Row) -> str:
        return units.get(row[0], "no")

    def of_attempt(row: Row) -> str:
        return store.state(row[-1], values_checksum(row[:-1]))

    def not_known(row: Row) -> str:
        return "unknown"

    states = {ATTEMPTS: of_attempt} | dict.fromkeys((UNITS, *store.unit_tables), of_unit)
    said = [_write_facts(store, target)]
    for name in store.has_checksum:
        if name != FACTS:
            said.append(_write_table(store, name, target, states.get(name, not_known)))
    counts = Counter(units.values())
    whole = f"{counts['yes']} units are as they were stored, {counts['no']} are not"
    return [*said, whole + (f", of {counts['unknown']} it is not known" if counts["unknown"] else "")]


def _write_facts(store: _Store, target: Path) -> str:
    facts, states, n_broken = {}, Counter[str](), 0
    for row in _rows(store, FACTS):
        if row is None:
            n_broken += 1
            continue
        key, value, stored = row
        try:
            state = store.state(stored, text_checksum(key, value))
            plain = json.loads(value)
        except (TypeError, AttributeError, ValueError):
            state, plain = "no", str(value)
        facts[str(key)] = {"is_as_stored": state, "value": plain}
        states[state] += 1
    (target / f"{FACTS}.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    return _told(FACTS, states, n_broken)


def _write_table(store: _Store, name: str, target: Path, state_of: Callable[[Row], str]) -> str:
    states, n_broken = Counter[str](), 0
    with open(target / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("unit", "is_as_stored", *COLUMNS[name][1:]))
        for row in _rows(store, name):
            if row is None:
                n_broken += 1
                continue
            state = state_of(row)
            states[state] += 1
            writer.writerow(map(spreadsheet_cell, (row[0], state, *row[1:-1])))
    return _told(name, states if name == ATTEMPTS else Counter({"yes": states.total()}), n_broken)


def _told(name: str, states: Counter[str], n_broken: int) -> str:
    changed = f", {states['no']} of them not as they were stored" if states["no"] else ""
    lost = f", and {n_broken} stretches of it cannot be read" if n_broken else ""
    return f"{name}: {states.total()} rows{changed}{lost}"


def _unit_states(store: _Store) -> dict[str, str]:
    """Of each unit, whether it is whole and as it was stored: "yes", "no" or "unknown"."""
    found: dict[str, int | None] = {}
    stored: dict[str, int | None] = {}
    for row in filter(None, _rows(store, UNITS)):
        found[row[0]], stored[row[0]] = values_checksum(row[:-1]), row[-1]
    for name, columns in store.unit_tables.items():
        for row in filter(None, _rows(store, name) if name in store.has_checksum else ()):
            found[row[0]] = _gone_on(found.get(row[0]), columns, row[1:-1])
    return {unit: store.state(stored[unit], own) if unit in stored else "no" for unit, own in found.items()}


def _gone_on(begun: int | None, columns: Sequence[str], row: Row) -> int | None:
    """A checksum that goes on over a row; None, which equals none, once a row is not even of the right kind."""
    try:
        return None if begun is None else rows_checksum(columns, (row,), begun)
    except NO_ROW:
        return None
