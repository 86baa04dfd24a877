"""Every store keeps the same promises, and a store that breaks one is found out."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from eligo.study import MemoryStore, SQLiteStore, Store
from eligo.study.export import export_store
from eligo.study.outcome import read_results, write_results
from eligo.study.reading import StudyError
from eligo.study.store import FILE_NAME
from eligo.study.units import Finished, Unit, unit_id
from eligo.testing import check_store
from stored_units import finished

MakeStore = Callable[[], Store]


@pytest.fixture(params=["memory", "file"])
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeStore]:
    if request.param == "memory":
        yield MemoryStore
        return
    numbers = count()

    def make() -> SQLiteStore:
        folder = tmp_path / str(next(numbers))
        folder.mkdir()
        return SQLiteStore(folder / FILE_NAME, is_new=True)

    yield make


def test_every_store_passes_the_check(make_store: MakeStore):
    check_store(make_store)


class Forgets(MemoryStore):
    def finished(self) -> frozenset[str]:
        return frozenset()


class CountsTwice(MemoryStore):
    def add(self, finished: Finished) -> None:
        self._units.clear()
        super().add(finished)


class KeepsHalf(MemoryStore):
    def add(self, finished: Finished) -> None:
        try:
            super().add(finished)
        except KeyError:
            self._tables["trials"].append(dict(finished.trials[0]))
            raise


class ReadsOn(MemoryStore):
    @contextmanager
    def reading(self) -> Iterator[MemoryStore]:
        yield self


class SharesFacts(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self.own: dict[str, Any] = {}

    def note(self, key: str, value: Any) -> None:
        self.own[key] = value

    def noted(self, key: str) -> Any:
        return self.own.get(key)


class LeasesToAll(MemoryStore):
    def begin(self, unit: Unit, owner: str, seconds: float = 1.0) -> bool:
        self._leases.clear()
        return super().begin(unit, owner, seconds)


class NeverFrees(MemoryStore):
    def release(self, owner: str) -> None:
        pass


class LosesSoundness(MemoryStore):
    def check(self) -> None:
        if self._units:
            raise StudyError("one unit is not what was stored.")


class GivesUpAtOnce(MemoryStore):
    def fail(self, unit: Unit, owner: str, error: str) -> None:
        for _ in range(3):
            self.begin(unit, owner)
            super().fail(unit, owner, error)


class AnybodyFails(MemoryStore):
    def fail(self, unit: Unit, owner: str, error: str) -> None:
        holders = [lease.owner for lease in self._leases.values() if lease.unit == unit_id(unit)]
        super().fail(unit, holders[0] if holders else owner, error)


class RenewsBlindly(MemoryStore):
    def begin(self, unit: Unit, owner: str, seconds: float = 60.0) -> bool:
        self.begun = self.__dict__.get("begun", frozenset()) | {unit_id(unit)}
        return super().begin(unit, owner, seconds)

    def renew(self, owner: str, seconds: float = 60.0) -> frozenset[str]:
        super().renew(owner, seconds)
        return self.begun


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (Forgets, "does not name the units that were added as finished"),
        (CountsTwice, "does not name the units|counts a unit twice"),
        (KeepsHalf, "keeps a part of a unit"),
        (ReadsOn, "lets what is read at one moment change"),
        (SharesFacts, "for the fact"),
        (LeasesToAll, "leases a unit twice"),
        (NeverFrees, "does not release the leases of one owner"),
        (LosesSoundness, r"says that it is damaged, and nobody did it: one unit is not what was stored\.$"),
        (AnybodyFails, "lets one who has lost a lease end that of another"),
        (RenewsBlindly, "renewed a lease that is another's by now"),
        (GivesUpAtOnce, "gives a unit up after 1 attempts"),
    ],
)
def test_a_store_that_breaks_a_promise_is_found_out(broken: MakeStore, said: str):
    with pytest.raises(AssertionError, match=said) as caught:
        check_store(broken)
    assert "\n" not in str(caught.value) and str(caught.value).startswith(broken.__name__)


# --- Files of earlier versions -----------------------------------------------------------------------------------------

STORES = Path(__file__).parent / "stores"


def old_store(folder: Path, changes: str = "", version: int = 2) -> Path:
    """A study of that version as eligo 0.2.0 of November 2026 left it, complete, with its results beside it."""
    folder.mkdir(parents=True)
    connection = sqlite3.connect(folder / FILE_NAME)
    connection.executescript((STORES / f"version_{version}.sql").read_text(encoding="utf-8") + changes)
    connection.close()
    return folder / FILE_NAME


def tables_of(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every column that version 2 had, read without eligo."""
    connection = sqlite3.connect(path)
    columns = {"units": "id, stage, problem, seconds, finished_at", "facts": "key, value"}
    names = ("facts", "units", "cells", "trials", "curves", "confusion")
    try:
        return {name: connection.execute(f"SELECT {columns.get(name, '*')} FROM {name}").fetchall() for name in names}
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("version", "changes"),
    [
        pytest.param(2, "", id="2, last"),
        pytest.param(2, "DROP TABLE compilation;", id="2, first"),
        pytest.param(3, "", id="3"),
        pytest.param(3, "UPDATE units SET checksum = NULL; UPDATE facts SET checksum = NULL;", id="3, which was 2"),
    ],
)
def test_a_store_of_an_earlier_version_is_brought_to_this_one_and_loses_nothing(
    tmp_path: Path, version: int, changes: str
):
    path = old_store(tmp_path / "out", changes, version)
    before = tables_of(path)
    assert len(before["units"]) == 4 and len(before["curves"]) > 8
    store = SQLiteStore(path)
    store.check()
    assert store.finished() == {row[0] for row in before["units"]}
    assert {row["part"] for row in store.parts()} == {"tuning", "passive", "random_pool"}
    unit = finished("wine")
    assert store.begin(unit.unit, "a:1")
    store.add(unit)
    assert len(store.finished()) == 5 and store.changed_units() == set()
    store.close()
    after = tables_of(path)
    assert {name: rows[: len(before[name])] for name, rows in after.items()} == before
    SQLiteStore(path).close()  # and once is enough
    with closing(sqlite3.connect(path)) as connection:
        for table in ("facts", "units", "attempts"):
            assert connection.execute(f"SELECT count(*) FROM {table} WHERE checksum IS NULL").fetchone() == (0,)
        names = "unit, label, owner, began_at, expires, ended_at, error"
        attempts = connection.execute(f"SELECT {names} FROM attempts ORDER BY rowid").fetchall()
    assert (
        len(attempts) == (6 if version == 3 else 1)
        and [row[-1] for row in attempts].count("MemoryError") == version - 2
    )


@pytest.mark.parametrize("version", [2, 3])
def test_results_of_a_store_of_an_earlier_version_are_what_they_were(tmp_path: Path, version: int):
    path = old_store(tmp_path / "out", version=version)
    write_results(read_results(path.parent), path.parent)
    assert (path.parent / "results.csv").read_bytes() == (STORES / f"version_{version}.csv").read_bytes()


def test_a_unit_that_was_damaged_before_the_store_was_brought_to_this_version_stays_so(tmp_path: Path):
    path = old_store(tmp_path / "out", "UPDATE trials SET mse = 0.5 WHERE trial = 1 AND method = 'passive';", 3)
    with closing(SQLiteStore(path)) as store, pytest.raises(StudyError, match="1 of its units are not what was stored"):
        store.check()


def test_a_store_of_an_earlier_version_is_exported_as_it_is(tmp_path: Path):
    path = old_store(tmp_path / "out", version=3)
    before = path.read_bytes()
    said = export_store(path, tmp_path / "csv")
    assert said[-1] == "4 units are as they were stored, 0 are not" and "attempts: 5 rows" in said
    assert path.read_bytes() == before
    for name in ("compilation", "attempts"):
        assert ",unknown," in (tmp_path / "csv" / f"{name}.csv").read_text()
    assert json.loads((tmp_path / "csv" / "facts.json").read_text())["settings"]["is_as_stored"] == "yes"
    early = old_store(tmp_path / "early", "DROP TABLE compilation;")
    said = export_store(early, tmp_path / "early" / "csv")
    assert said[-1].endswith("of 4 it is not known") and [line.split(":")[0] for line in said[:-1]] == [
        *("facts", "units", "cells", "trials", "curves", "confusion")
    ]


def test_a_crash_while_a_store_is_brought_to_this_version_leaves_the_old_one(tmp_path: Path):
    path = old_store(tmp_path / "out", "CREATE TABLE attempts (mine TEXT);")  # the migration fails half-way
    before = path.read_bytes()
    with pytest.raises(StudyError, match="table attempts already exists"):
        SQLiteStore(path)
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (2,)
    assert len(connection.execute("PRAGMA table_info(units)").fetchall()) == 5
    connection.close()
    assert tables_of(path)["units"] and len(path.read_bytes()) == len(before)


def test_a_store_of_version_1_is_refused_with_the_remedy(tmp_path: Path):
    path = old_store(tmp_path / "out", "PRAGMA user_version=1;")
    with pytest.raises(StudyError, match=r"has store version 1; .* Run the study again with another --out"):
        SQLiteStore(path)
