"""A unit that was added is there for good, whole, or not at all."""

import shutil
import sqlite3
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eligo.study.compilation import Compilation
from eligo.study.reading import StudyError
from eligo.study.results import CURVE_COLUMNS
from eligo.study.schema import SCHEMA_VERSION
from eligo.study.store import FILE_NAME, SQLiteStore
from eligo.study.units import unit_id
from stored_units import finished, tuned


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / FILE_NAME


@pytest.fixture
def store(path: Path) -> Any:
    opened = SQLiteStore(path, is_new=True)
    yield opened
    opened.close()


def counts(path: Path) -> dict[str, int]:
    """Rows of each table, read without eligo."""
    connection = sqlite3.connect(path)
    try:
        return {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("units", "cells", "trials", "curves")
        }
    finally:
        connection.close()


# --- What comes back ---------------------------------------------------------------------------------------------------


def test_what_was_added_comes_back_after_reopening(path: Path, store: SQLiteStore):
    for unit in (finished(), finished("wine", (2,)), tuned()):
        store.add(unit)
    store.note("settings", {"seed": 1, "hidden": [4, 8]})
    store.close()
    again = SQLiteStore(path)
    assert again.finished() == {unit_id(unit.unit) for unit in (finished(), finished("wine", (2,)), tuned())}
    assert [(row["problem"], row["trial"]) for row in again.rows("trials")] == [("iris", 0), ("iris", 1), ("wine", 2)]
    assert [row["trial"] for row in again.rows("trials", "wine")] == [2]
    (cell,) = again.rows("cells")
    assert cell["is_diverged"] is True and cell["cv_error"] is None and cell["momentum"] == 0.25
    (first, *_) = again.rows("curves")
    assert first["test_error"] == 1 / 3  # floats to the last bit
    assert first["accuracy"] is None  # NaN has no place in SQL
    assert tuple(first) == CURVE_COLUMNS and again.rows("trials")[0]["is_diverged"] is False
    assert again.noted("settings") == {"seed": 1, "hidden": [4, 8]} and again.noted("nothing") is None
    assert again.stage_seconds() == {"tuning": 2.0, "trials": 3.0}
    again.close()


def test_adding_twice_changes_nothing(path: Path, store: SQLiteStore):
    store.add(finished())
    before = (counts(path), store.rows("curves"), store.stage_seconds())
    store.add(replace(finished(), seconds=99.0, trials=(), curves=()))
    assert (counts(path), store.rows("curves"), store.stage_seconds()) == before


def test_seconds_that_are_a_whole_number_are_as_they_were_stored(store: SQLiteStore):
    store.add(replace(finished(), seconds=2))
    store.check()


def test_a_fact_is_replaced(store: SQLiteStore):
    store.note("seconds", 1.0)
    store.note("seconds", 2.5)
    assert store.noted("seconds") == 2.5


# --- All or nothing ----------------------------------------------------------------------------------------------------


def test_a_failure_inside_add_leaves_nothing(path: Path, store: SQLiteStore):
    store.add(finished())
    before = counts(path)
    whole = finished("wine")
    broken = replace(whole, curves=[*whole.curves[:-1], {"problem": "wine"}])  # the last row lacks its columns
    with pytest.raises(KeyError):
        store.add(broken)
    assert counts(path) == before
    assert unit_id(whole.unit) not in store.finished()
    store.add(whole)  # and the unit can be added whole afterwards
    assert counts(path)["curves"] == before["curves"] + 6


class Interrupted:
    """A connection during which Ctrl-C falls just after a transaction has begun."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        done = self.connection.execute(statement, *values)
        if statement.startswith("BEGIN"):
            raise KeyboardInterrupt
        return done

    def __getattr__(self, name: str) -> Any:
        return getattr(self.connection, name)


def test_ctrl_c_when_a_transaction_has_begun_leaves_none_open(path: Path, store: SQLiteStore):
    own = store._connection
    store._connection = Interrupted(own)  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        store.note("seconds", 1.0)
    store._connection = own
    store.note("seconds", 2.0)
    store.add(finished())
    assert store.noted("seconds") == 2.0 and counts(path)["units"] == 1


def crashes(path: Path, folder: Path) -> list[Path]:
    """Copies of a store as a crash would leave it after each page that was written to its log."""
    log = path.with_name(path.name + "-wal")
    content = log.read_bytes()
    page_size = struct.unpack(">I", content[8:12])[0]
    copies = []
    for end in range(32, len(content) + 1, 24 + page_size):  # a header of 32 bytes, then frames
        copy = folder / str(end) / FILE_NAME
        copy.parent.mkdir(parents=True)
        shutil.copy(path, copy)
        copy.with_name(log.name).write_bytes(content[:end])
        copies.append(copy)
    return copies


def test_a_crash_while_a_store_is_made_leaves_one_that_works(path: Path, store: SQLiteStore, tmp_path: Path):
    copies = crashes(path, tmp_path / "crashed")
    assert len(copies) > 5
    for copy in copies:
        again = SQLiteStore(copy, is_new=True)
        again.add(finished())
        assert len(again.rows("trials")) == 2
        again.close()


def test_a_crash_while_a_unit_is_added_leaves_it_whole_or_absent(path: Path, store: SQLiteStore, tmp_path: Path):
    store.add(finished("wine"))
    store.add(finished(trials=tuple(range(40)), n_records=20))
    found = set()
    for copy in crashes(path, tmp_path / "crashed"):
        again = SQLiteStore(copy, is_new=True)
        n_of = (len(again.finished()), len(again.rows("trials")), len(again.rows("curves")))
        found.add(n_of)
        again.close()
    assert found == {(0, 0, 0), (1, 2, 6), (2, 42, 806)}


def test_two_connections_see_each_other_s_units(path: Path, store: SQLiteStore):
    other = SQLiteStore(path)
    store.add(finished())
    assert other.finished() == store.finished() != frozenset()
    other.add(finished("wine"))
    other.add(finished())  # added by the other already
    assert counts(path)["units"] == 2 and len(store.rows("trials")) == 4
    other.close()


# --- What is no store --------------------------------------------------------------------------------------------------


def refused(path: Path, message: str) -> None:
    """Opening is refused in one line, to read and to write, and changes no byte in the folder."""
    before = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    for is_new in (False, True):
        with pytest.raises(StudyError, match=message) as caught:
            SQLiteStore(path, is_new=is_new)
        assert "\n" not in str(caught.value) and str(path) in str(caught.value)
        assert {file.name: file.read_bytes() for file in path.parent.iterdir()} == before


def test_a_folder_without_a_store_is_no_study(path: Path):
    with pytest.raises(
        StudyError, match=r"is not a study: it is empty and has no study\.sqlite\. `eligo study run` makes one"
    ):
        SQLiteStore(path)
    assert list(path.parent.iterdir()) == []


def test_a_text_file_in_its_place_is_refused(path: Path):
    path.write_text("not a database, but long enough to be looked at " * 20)
    refused(path, "cannot be read as a study: file is not a database")


def test_a_database_of_something_else_is_refused_and_untouched(path: Path):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE wines (name TEXT)")
    connection.commit()
    connection.close()
    refused(path, "is a SQLite file, but no study")


def test_a_store_of_a_newer_version_is_refused_and_untouched(path: Path):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE units (id TEXT)")
    connection.execute(f"PRAGMA user_version={SCHEMA_VERSION + 1}")
    connection.commit()
    connection.close()
    refused(path, f"has store version {SCHEMA_VERSION + 1}; this eligo reads version {SCHEMA_VERSION}. Update eligo")


def test_an_empty_file_becomes_a_store_only_for_a_run(path: Path):
    path.touch()
    with pytest.raises(StudyError, match="no study"):
        SQLiteStore(path)
    assert path.read_bytes() == b""
    SQLiteStore(path, is_new=True).close()
    assert counts(path)["units"] == 0


# --- What compiling took ------------------------------------------------------------------------------------------------


def test_parts_add_up_units_and_what_compiling_took_of_them(store: SQLiteStore):
    store.add(replace(finished(), compilation=Compilation(0.5, 3, 1)))
    store.add(replace(finished("wine"), compilation=Compilation(0.25, 0, 4)))
    store.add(tuned())
    parts = {row.pop("part"): row for row in store.parts()}
    assert parts["sasla"] == {"units": 2, "seconds": 3.0, "seconds_compiling": 0.75, "n_compiled": 3, "n_cached": 5}
    assert parts["tuning"] == {"units": 1, "seconds": 2.0, "seconds_compiling": 0.0, "n_compiled": 0, "n_cached": 0}
