"""Where finished units lie: one SQLite file, one transaction per unit."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from eligo.study.checksums import rows_checksum, text_checksum, unit_checksums, values_checksum
from eligo.study.leases import LEASE_SECONDS, MOST_ATTEMPTS, Failure, Lease
from eligo.study.reading import StudyError
from eligo.study.schema import ATTEMPT_COLUMNS, NO_ROW, TABLES, UNIT_TABLES, UNREADABLE, prepare
from eligo.study.units import Finished, Unit, unit_id, unit_in_words

FILE_NAME = "study.sqlite"
PARTS = """
    SELECT coalesce(method, stage) AS part, count(*) AS units, sum(units.seconds) AS seconds,
        sum(compilation.seconds) AS seconds_compiling, sum(n_compiled) AS n_compiled, sum(n_cached) AS n_cached
    FROM units LEFT JOIN (SELECT DISTINCT unit, method FROM trials) AS named ON named.unit = id
        LEFT JOIN compilation ON compilation.unit = id
    GROUP BY part"""
TAKEN = """
    SELECT 1 FROM units WHERE id = ?
    UNION SELECT 1 FROM attempts WHERE unit = ? AND ended_at IS NULL AND expires > ?"""
FAILURES = """
    SELECT label, attempts, error FROM (
        SELECT label, count(*) AS attempts, error, max(rowid) AS last FROM attempts
        WHERE error IS NOT NULL AND unit NOT IN (SELECT id FROM units) GROUP BY unit)
    WHERE attempts >= ? ORDER BY last"""
"""Of each group, SQLite takes what is no aggregate from the row that `max` found."""


def no_study(folder: Path) -> str:
    """What to say of a folder without a study: what it is, and what to do."""
    if folder.name == FILE_NAME and folder.is_file():
        return f"{folder} is a study's file; name its folder, {folder.parent}."
    if not folder.exists():
        return f"there is no folder {folder}. Check the path; `eligo study run` makes one."
    if not folder.is_dir():
        return f"{folder} is a file and no study's folder. Name the folder that has the {FILE_NAME}."
    if inside := sorted(file.parent.name for file in folder.glob(f"*/{FILE_NAME}")):
        return f"{folder} is not a study: it has no {FILE_NAME}, but holds {', '.join(inside)}. Name one of these."
    what = "it has no" if any(folder.iterdir()) else "it is empty and has no"
    return f"{folder} is not a study: {what} {FILE_NAME}. `eligo study run` makes one."


class Store(Protocol):
    """What the runner needs: a unit that was added is there for good, whole, or not at all."""

    def reading(self) -> AbstractContextManager[Store]:
        """The store as it is at this moment, only to be read, while the context lasts: others may go on adding to it."""

    def finished(self) -> frozenset[str]:
        """Ids of all units that are there."""

    def add(self, finished: Finished) -> None:
        """Keep a finished unit, and end its lease, whoever has it; adding one twice changes nothing.

        What a unit finds follows from the unit alone. So of two runs that both computed one, since the lease of the first
        ran out, either may add it, and the other's is ignored.
        """

    def rows(self, table: str, problem: str | None = None) -> list[dict[str, Any]]:
        """Rows of "cells", "trials", "curves" or "confusion" in the order they came, of one problem or of all."""

    def note(self, key: str, value: Any) -> None:
        """Keep a fact about the study, any plain value; a new one replaces an old one."""

    def noted(self, key: str) -> Any:
        """A fact about the study, or None."""

    def begin(self, unit: Unit, owner: str, seconds: float = LEASE_SECONDS) -> bool:
        """Lease a unit for so long; False if it is finished already, or leased by a lease that has not run out."""

    def renew(self, owner: str, seconds: float = LEASE_SECONDS) -> frozenset[str]:
        """Let all leases that an owner still has last so long from now; the ids of their units.

        One that ran out is still its owner's until somebody else begins the unit.
        """

    def fail(self, unit: Unit, owner: str, error: str) -> None:
        """End the owner's lease of a unit that could not be computed, and keep why; nothing if it has none any more."""

    def release(self, owner: str) -> None:
        """End all leases of an owner, as if its units had not been begun."""

    def leases(self) -> list[Lease]:
        """Leases that nobody ended, also those that have run out."""

    def failures(self) -> list[Failure]:
        """Units that are not finished although they were tried `MOST_ATTEMPTS` times, in the order of their last error."""


class SQLiteStore:
    """A store in one SQLite file.

    Parameters
    ----------
    path : Path of the file
    is_new : bool, default=False, whether the file may be made when it is not there

    Raises
    ------
    StudyError
        If the file is not there, or is no store of this version; and from every method, if the file cannot be read or
        written. What was added before stays.
    """

    def __init__(self, path: Path, is_new: bool = False) -> None:
        """Open the file; make its tables if it is new, bring it to this version if it is old."""
        self.path = path
        if not is_new and not path.is_file():
            raise StudyError(no_study(path.parent))
        _refuse_emptied(path)
        unreadable = "{path} cannot be read as a study: {error}. Restore a copy, or choose another folder."
        try:
            self._connection = sqlite3.connect(path, timeout=30, isolation_level=None)
        except UNREADABLE as error:
            raise StudyError(unreadable.format(path=path, error=_one_line(error))) from None
        self._connection.row_factory = sqlite3.Row
        try:
            prepare(self._connection, path, is_new)
        except NO_ROW as error:
            self.close()
            raise StudyError(unreadable.format(path=path, error=_one_line(error))) from None
        except StudyError:
            self.close()
            raise

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """All that is written in it, or nothing; other processes write before it or after."""
        connection = self._connection
        try:
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        except UNREADABLE as error:
            raise StudyError(
                f"{self.path} cannot be written: {_one_line(error)}. What was finished is kept: mend that, and run the "
                "same command again."
            ) from None

    def _read(self, query: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        try:
            return self._connection.execute(query, values).fetchall()
        except UNREADABLE as error:
            raise self._damaged(_one_line(error)) from None

    def _damaged(self, how: str) -> StudyError:
        return StudyError(
            f"{self.path} is damaged: {how}. Restore a copy of it, or save what can be read by "
            f"`eligo study export {self.path.parent}` and run the study again with another --out."
        )

    def check(self) -> None:
        """Look whether the file is sound, every row of it.

        Raises
        ------
        StudyError
            If it is not: SQLite finds its own structure broken, or a unit, fact or attempt is not what was stored.
        """
        with self._one_state():
            (first, *_) = self._read("PRAGMA integrity_check(1)")
            if first[0] != "ok":
                raise self._damaged(_one_line(first[0]))
            broken = [
                row["key"] for row in self._read("SELECT key, value, checksum FROM facts") if not _is_fact_sound(row)
            ]
            if broken:
                raise self._damaged(f"the fact {broken[0]!r} is not what was stored")
            if changed := self.changed_units():
                raise self._damaged(f"{len(changed)} of its units are not what was stored")
            attempts = self._read(f"SELECT {', '.join(ATTEMPT_COLUMNS)}, checksum FROM attempts")
            if n_changed := sum(row["checksum"] != values_checksum(tuple(row)[:-1]) for row in attempts):
                raise self._damaged(f"{n_changed} of its attempts are not what was stored")

    @contextmanager
    def _one_state(self) -> Iterator[None]:
        """All that is read in it is of one state of the file, that of the outermost one, though a run goes on in it."""
        is_inside = self._connection.in_transaction
        if is_inside:
            yield
            return
        self._read("BEGIN")
        try:
            self._read("SELECT 1 FROM facts LIMIT 1")  # the state is that of the first read
            yield
        finally:
            if self._connection.in_transaction:
                self._connection.rollback()

    @contextmanager
    def reading(self) -> Iterator[SQLiteStore]:
        """The store as it is at this moment, only to be read, while the context lasts: others may go on adding to it.

        It has a connection of its own, so that this store may be written meanwhile.
        """
        with closing(SQLiteStore(self.path)) as store, store._one_state():
            yield store

    def changed_units(self) -> set[str]:
        """Ids of units whose rows are not those that were added, by their checksums."""
        stored = {row["id"]: row["checksum"] for row in self._read("SELECT id, checksum FROM units")}
        try:
            found = unit_checksums(self._connection, UNIT_TABLES)
        except NO_ROW as error:
            raise self._damaged(_one_line(error)) from None
        return {unit for unit, checksum in found.items() if stored.get(unit) != checksum}

    def finished(self) -> frozenset[str]:
        """Ids of all units that are there."""
        return frozenset(row["id"] for row in self._read("SELECT id FROM units"))

    def add(self, finished: Finished) -> None:
        """Keep a finished unit in one transaction, and end its lease, whoever has it; adding one twice changes nothing."""
        name = unit_id(finished.unit)
        unit = (name, finished.unit.stage, finished.unit.problem, float(finished.seconds), _now())
        checksum = values_checksum(unit)
        with self._transaction() as connection:
            if connection.execute("SELECT 1 FROM units WHERE id = ?", (name,)).fetchone():
                return
            for table, columns in TABLES.items():
                rows = [[row[column] for column in columns] for row in getattr(finished, table)]
                marks = ", ".join("?" * (len(columns) + 1))
                names = ", ".join(("unit", *columns))
                connection.executemany(
                    f"INSERT INTO {table} ({names}) VALUES ({marks})", ([name, *row] for row in rows)
                )
                checksum = rows_checksum(columns, rows, checksum)
            checksum = rows_checksum(UNIT_TABLES["compilation"], (finished.compilation,), checksum)
            connection.execute("INSERT INTO units VALUES (?, ?, ?, ?, ?, ?)", (*unit, checksum))
            connection.execute("INSERT INTO compilation VALUES (?, ?, ?, ?)", (name, *finished.compilation))
            _change_leases(connection, "unit = ?", (name,), ended_at=_now())

    def rows(self, table: str, problem: str | None = None) -> list[dict[str, Any]]:
        """Rows of "cells", "trials", "curves" or "confusion" in the order they came, of one problem or of all."""
        columns, values = ", ".join(TABLES[table]), (problem, problem)
        query = f"SELECT {columns} FROM {table} WHERE ? IS NULL OR problem = ? ORDER BY rowid"
        found = [dict(zip(TABLES[table], row, strict=True)) for row in self._read(query, values)]
        for row in found:
            if "is_diverged" in row:
                row["is_diverged"] = bool(row["is_diverged"])
        return found

    def note(self, key: str, value: Any) -> None:
        """Keep a fact about the study, any plain value; a new one replaces an old one."""
        text = json.dumps(value)
        with self._transaction() as connection:
            fact = (key, text, text_checksum(key, text))
            connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?, ?)", fact)

    def noted(self, key: str) -> Any:
        """A fact about the study, or None."""
        found = self._read("SELECT value FROM facts WHERE key = ?", (key,))
        return json.loads(found[0]["value"]) if found else None

    def begin(self, unit: Unit, owner: str, seconds: float = LEASE_SECONDS) -> bool:
        """Lease a unit for so long; False if it is finished already, or leased by a lease that has not run out."""
        name, now = unit_id(unit), time.time()
        with self._transaction() as connection:
            if connection.execute(TAKEN, (name, name, now)).fetchone():
                return False
            _change_leases(connection, "unit = ?", (name,), ended_at=_now())
            lease = (name, unit_in_words(unit), owner, _now(), now + seconds, None, None)
            connection.execute("INSERT INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*lease, values_checksum(lease)))
        return True

    def renew(self, owner: str, seconds: float = LEASE_SECONDS) -> frozenset[str]:
        """Let all leases that an owner still has last so long from now; the ids of their units."""
        with self._transaction() as connection:
            return _change_leases(connection, "owner = ?", (owner,), expires=time.time() + seconds)

    def fail(self, unit: Unit, owner: str, error: str) -> None:
        """End the owner's lease of a unit that could not be computed, and keep why; nothing if it has none any more."""
        own = (unit_id(unit), owner)
        with self._transaction() as connection:
            _change_leases(connection, "unit = ? AND owner = ?", own, ended_at=_now(), error=error)

    def release(self, owner: str) -> None:
        """End all leases of an owner, as if its units had not been begun."""
        with self._transaction() as connection:
            _change_leases(connection, "owner = ?", (owner,), ended_at=_now())

    def leases(self) -> list[Lease]:
        """Leases that nobody ended, also those that have run out."""
        query = "SELECT unit, owner, expires FROM attempts WHERE ended_at IS NULL ORDER BY rowid"
        return [Lease(*row) for row in self._read(query)]

    def failures(self) -> list[Failure]:
        """Units that are not finished although they were tried `MOST_ATTEMPTS` times, in the order of their last error."""
        return [Failure(*row) for row in self._read(FAILURES, (MOST_ATTEMPTS,))]

    def stage_seconds(self) -> dict[str, float]:
        """Seconds that the finished units of each stage took, added up."""
        rows = self._read("SELECT stage, sum(seconds) AS seconds FROM units GROUP BY stage ORDER BY stage DESC")
        return {row["stage"]: row["seconds"] for row in rows}

    def parts(self) -> list[dict[str, Any]]:
        """What "tuning" and each method took: units, their seconds, and what compiling cost of it; None if not counted."""
        return [dict(row) for row in self._read(PARTS)]

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


def _one_line(error: object) -> str:
    """What SQLite says, which may quote what it found in a damaged file."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in str(error)).split())


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _change_leases(connection: sqlite3.Connection, which: str, values: Sequence[Any], **changes: Any) -> frozenset[str]:
    """Change attempts that have no end, with their checksums; the units that they are of."""
    query = f"SELECT rowid, {', '.join(ATTEMPT_COLUMNS)} FROM attempts WHERE ended_at IS NULL AND {which}"
    rows = connection.execute(query, values).fetchall()
    named = ", ".join(f"{name} = ?" for name in (*changes, "checksum"))
    for row in rows:
        checksum = values_checksum(changes.get(name, row[name]) for name in ATTEMPT_COLUMNS)
        new = (*changes.values(), checksum, row["rowid"])
        connection.execute(f"UPDATE attempts SET {named} WHERE rowid = ?", new)
    return frozenset(row["unit"] for row in rows)


def _is_fact_sound(row: sqlite3.Row) -> bool:
    return bool(row["checksum"] == text_checksum(str(row["key"]), str(row["value"])))


def _refuse_emptied(path: Path) -> None:
    """Refuse an empty file beside a log: SQLite would throw the log away, and a new store is never like that."""
    log = path.with_name(path.name + "-wal")
    if path.is_file() and not path.stat().st_size and log.is_file() and log.stat().st_size:
        raise StudyError(f"{path} was emptied: its log {log.name} is not. Restore a copy, or choose another folder.")
