"""A store that a disk or a person damaged is refused, or reads as it was; what can be read of it can be exported."""

import csv
import json
import os
import random
import resource
import shutil
import sqlite3
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eligo.cli import export
from eligo.plain import spreadsheet_cell
from eligo.study import SQLiteStore
from eligo.study.compilation import Compilation
from eligo.study.export import _copy_elsewhere, export_store
from eligo.study.folder import claim_folder
from eligo.study.reading import StudyError
from eligo.study.schema import TABLES
from eligo.study.store import FILE_NAME
from eligo.study.units import unit_id
from stored_units import finished, tuned

UNITS = [
    replace(unit, compilation=Compilation(1 / 3, 2, 1))
    for unit in (
        tuned(),
        *(finished(problem, (trial, trial + 1), 6) for problem in ("iris", "wine") for trial in (0, 2, 4)),
    )
]

Contents = dict[str, Any]


def contents(store: SQLiteStore) -> Contents:
    """All that a study knows: facts, units and their rows, what compiling took, attempts and leases."""
    found: Contents = {table: store.rows(table) for table in TABLES}
    attempts = [tuple(row) for row in store._read("SELECT * FROM attempts ORDER BY rowid")]
    known = {"leases": store.leases(), "failures": store.failures(), "parts": store.parts(), "attempts": attempts}
    seconds = {"seconds": store.stage_seconds(), "settings": store.noted("settings")}
    return found | known | seconds | {"units": store.finished()}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of some units that was closed; only to be copied."""
    path = tmp_path_factory.mktemp("sound") / FILE_NAME
    with closing(SQLiteStore(path, is_new=True)) as store:
        store.note("settings", {"seed": 7, "methods": ["sasla"]})
        for unit in UNITS:
            assert store.begin(unit.unit, "a:1")
            store.add(unit)
        lost, begun = finished("sine", (0,)).unit, finished("sine", (1,)).unit
        for number in range(3):
            assert store.begin(lost, "a:1")
            store.fail(lost, "a:1", f"error {number}\nand where")
        assert store.begin(begun, "a:1") and store.renew("a:1") == {unit_id(begun)}
    return path


@pytest.fixture(scope="module")
def before(sound: Path) -> Contents:
    with closing(SQLiteStore(sound)) as store:
        return contents(store)


def opened(path: Path) -> Contents:
    """What a run or a report would read, after they have looked whether the store is sound."""
    with closing(SQLiteStore(path, is_new=True)) as store:
        store.check()
        return contents(store)


def refusal(path: Path) -> str | None:
    """The line in which a store is refused, or None."""
    try:
        opened(path)
    except StudyError as error:
        assert "\n" not in str(error) and str(path) in str(error), error
        assert any(
            remedy in str(error)
            for remedy in ("Restore a copy", "Update eligo", "Choose another", "with another --out")
        ), error
        return str(error)
    return None


def flip(path: Path, place: int, bits: int) -> None:
    with open(path, "r+b") as file:
        file.seek(place)
        (byte,) = file.read(1)
        file.seek(place)
        file.write(bytes([byte ^ bits]))


def rows_of(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def assert_exported(path: Path, out: Path, before: Contents) -> int:
    """Export a damaged store: what is said to be as it was stored is; how many units that are."""
    kept = path.read_bytes()
    try:
        export_store(path, out)
    except StudyError as error:
        assert "nothing of" in str(error) and "\n" not in str(error)
        return 0
    finally:
        assert path.read_bytes() == kept
    known = {str(row[name]) for row in before["trials"] for name in ("mse", "problem", "trial")} | {""}
    for row in rows_of(out / "trials.csv"):
        if row["is_as_stored"] == "yes":
            assert {row["mse"], row["problem"], row["trial"]} <= known
    for key, fact in json.loads((out / "facts.json").read_text(encoding="utf-8")).items():
        assert fact["is_as_stored"] == "no" or (key, fact["value"]) == ("settings", before["settings"])
    attempts = {tuple(map(spreadsheet_cell, row[:4])) for row in before["attempts"]}
    for row in rows_of(out / "attempts.csv"):
        assert (
            row["is_as_stored"] == "no"
            or tuple(row[name] for name in ("unit", "label", "owner", "began_at")) in attempts
        )
    units = rows_of(out / "units.csv")
    whole = {row["unit"] for row in units if row["is_as_stored"] == "yes"}
    assert whole <= before["units"]
    return len(whole)


# --- Bytes that changed -------------------------------------------------------------------------------------------------


CHANGED = [(seed, 60) for seed in range(4)] + [
    pytest.param(seed, 2000, marks=pytest.mark.slow) for seed in range(4, 12)
]


@pytest.mark.parametrize(("seed", "n_files"), CHANGED)
def test_bytes_that_changed_are_noticed_or_change_nothing(
    sound: Path, before: Contents, tmp_path: Path, seed: int, n_files: int
):
    rng = random.Random(seed)
    n_refused = 0
    for trial in range(n_files):
        path = tmp_path / str(trial) / FILE_NAME
        path.parent.mkdir()
        shutil.copyfile(sound, path)
        size = path.stat().st_size
        for _ in range(rng.choice((1, 1, 20))):
            flip(path, rng.randrange(size if seed else 100), rng.randrange(1, 256))  # the header alone, or anywhere
        damaged = path.read_bytes()
        if refusal(path) is None:
            with closing(SQLiteStore(path)) as store:
                assert contents(store) == before
        else:
            n_refused += 1
            if trial % 5 == 0:
                path.write_bytes(damaged)
                assert_exported(path, tmp_path / f"{trial}-export", before)
        shutil.rmtree(path.parent)
    assert n_refused > n_files / 4


def test_a_number_that_changed_in_a_row_is_noticed_although_sqlite_finds_nothing(sound: Path, tmp_path: Path):
    path = tmp_path / FILE_NAME
    shutil.copyfile(sound, path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE trials SET mse = 0.2 WHERE problem = 'wine' AND trial = 3")
        connection.commit()
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert "1 of its units are not what was stored" in str(refusal(path))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE trials SET mse = 0.1 WHERE problem = 'wine' AND trial = 3")
        connection.execute("UPDATE facts SET value = replace(value, '7', '8')")
        connection.commit()
    assert "the fact 'settings' is not what was stored" in str(refusal(path))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE compilation SET seconds = 0.25 WHERE rowid = 2", "1 of its units are"),
        ("UPDATE compilation SET n_cached = 'x' WHERE rowid = 2", "is damaged: required argument is not a float"),
        ("DELETE FROM compilation WHERE rowid = 2", "1 of its units are"),
        ("UPDATE units SET checksum = NULL WHERE rowid = 2", "1 of its units are"),
        ("UPDATE facts SET checksum = NULL", "the fact 'settings' is"),
        ("UPDATE attempts SET error = 'error' WHERE rowid > 8", "3 of its attempts are"),
        ("UPDATE attempts SET expires = expires + 1e-6 WHERE ended_at IS NULL", "1 of its attempts are"),
        ("UPDATE attempts SET checksum = NULL WHERE rowid = 1", "1 of its attempts are"),
    ],
)
def test_what_compiling_took_attempts_and_lost_checksums_are_looked_at_too(
    sound: Path, tmp_path: Path, change: str, said: str
):
    path = tmp_path / FILE_NAME
    shutil.copyfile(sound, path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute(change).rowcount > 0
        connection.commit()
    assert said in str(refusal(path))


def test_rows_that_are_missing_or_there_twice_are_noticed(sound: Path, tmp_path: Path):
    changes = (
        "DELETE FROM curves WHERE rowid = 5",
        "INSERT INTO trials SELECT * FROM trials WHERE rowid = 1",
        "DELETE FROM units WHERE rowid = 2",
    )
    for number, change in enumerate(changes):
        path = tmp_path / str(number) / FILE_NAME
        path.parent.mkdir()
        shutil.copyfile(sound, path)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(change)
            connection.commit()
        assert "1 of its units are not what was stored" in str(refusal(path))


# --- Files that were cut short ------------------------------------------------------------------------------------------


def test_a_file_that_was_cut_short_is_refused(sound: Path, before: Contents, tmp_path: Path):
    size = sound.stat().st_size
    rng = random.Random(0)
    for number, length in enumerate([*range(4096, size, 4096), *(rng.randrange(1, size) for _ in range(10))]):
        path = tmp_path / str(number) / FILE_NAME
        path.parent.mkdir()
        path.write_bytes(sound.read_bytes()[:length])
        assert refusal(path) is not None, length
        path.write_bytes(sound.read_bytes()[:length])
        assert_exported(path, tmp_path / f"{number}-export", before)


def test_an_emptied_file_beside_its_log_is_refused_and_the_log_stays(tmp_path: Path):
    path = tmp_path / FILE_NAME
    with closing(SQLiteStore(path, is_new=True)) as store:
        store.add(UNITS[0])
        copy = tmp_path / "copy" / FILE_NAME
        copy.parent.mkdir()
        copy.touch()
        log = copy.with_name(FILE_NAME + "-wal")
        shutil.copyfile(path.with_name(FILE_NAME + "-wal"), log)
    size = log.stat().st_size
    for is_new in (False, True):
        with pytest.raises(StudyError, match=r"was emptied: its log study\.sqlite-wal is not\. Restore a copy"):
            SQLiteStore(copy, is_new=is_new)
    assert log.stat().st_size == size > 0


def test_an_emptied_file_beside_results_is_refused(tmp_path: Path):
    (tmp_path / FILE_NAME).touch()
    claim_folder(tmp_path)  # what a crash leaves that fell before the first byte
    (tmp_path / "results.csv").write_text("problem\n")
    with pytest.raises(StudyError, match=r"was emptied: other files of its study are there\. Restore a copy"):
        claim_folder(tmp_path)


def test_a_store_is_sound_while_a_run_adds_to_it(tmp_path: Path):
    path = tmp_path / FILE_NAME
    SQLiteStore(path, is_new=True).close()

    def add_units() -> None:
        with closing(SQLiteStore(path)) as own:
            for trial in range(60):
                own.add(finished(trials=(trial,), n_records=10))

    run = threading.Thread(target=add_units)
    run.start()
    seen = set()
    with closing(SQLiteStore(path)) as store:
        while run.is_alive():
            store.check()
            seen.add(len(store.finished()))
        run.join()
        store.check()
        assert len(store.finished()) == 60 and len(seen) > 2


def test_a_torn_log_gives_back_whole_units_and_the_others_are_absent(before: Contents, tmp_path: Path):
    path = tmp_path / "whole" / FILE_NAME
    path.parent.mkdir()
    with closing(SQLiteStore(path, is_new=True)) as store:
        store.note("settings", {"seed": 7, "methods": ["sasla"]})
        for unit in UNITS:
            store.add(unit)
        files = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    rng = random.Random(1)
    seen = set()
    for trial in range(40):
        copy = tmp_path / str(trial) / FILE_NAME
        copy.parent.mkdir()
        copy.write_bytes(files[FILE_NAME])
        log = copy.with_name(FILE_NAME + "-wal")
        log.write_bytes(files[log.name])
        flip(log, rng.randrange(log.stat().st_size), rng.randrange(1, 256))
        found = opened(copy)
        assert found["units"] <= before["units"]
        assert found["trials"] == before["trials"][: len(found["trials"])]
        seen.add(len(found["units"]))
    assert len(seen) > 3


# --- What can be read of it ----------------------------------------------------------------------------------------------


def test_a_sound_store_is_exported_whole(sound: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    shutil.copyfile(sound, tmp_path / FILE_NAME)
    export(tmp_path, None)
    out = tmp_path / "export"
    said = capsys.readouterr().out.splitlines()
    assert said == ["facts: 1 rows", "units: 7 rows", "cells: 1 rows", "trials: 12 rows", "curves: 72 rows",
                    "confusion: 0 rows", "compilation: 7 rows", "attempts: 11 rows",
                    "7 units are as they were stored, 0 are not", f"exported: {out}"]  # fmt: skip
    rows = rows_of(out / "curves.csv")
    assert {row["is_as_stored"] for row in rows} == {"yes"} and {row["test_error"] for row in rows} == {str(1 / 3)}
    settings = {"is_as_stored": "yes", "value": {"seed": 7, "methods": ["sasla"]}}
    assert json.loads((out / "facts.json").read_text()) == {"settings": settings}
    attempts = rows_of(out / "attempts.csv")
    assert {row["is_as_stored"] for row in attempts} == {"yes"}
    assert [row["error"] for row in attempts[7:]] == [*(f"error {number}\\nand where" for number in range(3)), ""]
    assert {row["seconds"] for row in rows_of(out / "compilation.csv")} == {str(1 / 3)}
    with pytest.raises(StudyError, match="is not empty. Choose another --out"):
        export(tmp_path, None)


def test_an_export_says_which_facts_and_attempts_are_not_as_they_were_stored(sound: Path, tmp_path: Path):
    path = tmp_path / FILE_NAME
    shutil.copyfile(sound, path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO facts VALUES ('command', '\"x', 1)")
        connection.execute("UPDATE attempts SET owner = 'b:2', checksum = NULL WHERE rowid = 3")
        connection.commit()
    said = export_store(path, tmp_path / "out")
    assert said[0] == "facts: 2 rows, 1 of them not as they were stored"
    assert said[-2:] == [
        "attempts: 11 rows, 1 of them not as they were stored",
        "7 units are as they were stored, 0 are not",
    ]
    facts = json.loads((tmp_path / "out" / "facts.json").read_text())
    assert facts["command"] == {"is_as_stored": "no", "value": '"x'} and facts["settings"]["is_as_stored"] == "yes"


def test_a_page_that_is_lost_costs_its_rows_and_no_others(sound: Path, before: Contents, tmp_path: Path):
    with closing(sqlite3.connect(sound)) as connection:
        n_pages = connection.execute("PRAGMA page_count").fetchone()[0]
    counts = []
    for page in range(1, n_pages):
        path = tmp_path / str(page) / FILE_NAME
        path.parent.mkdir()
        content = bytearray(sound.read_bytes())
        content[page * 4096 : (page + 1) * 4096] = os.urandom(4096)
        path.write_bytes(content)
        counts.append(assert_exported(path, path.parent / "export", before))
    assert counts.count(0) < n_pages / 2 and max(counts) == len(UNITS) and min(counts) < len(UNITS)


def test_no_cell_of_an_export_is_a_formula(tmp_path: Path):
    with closing(SQLiteStore(tmp_path / FILE_NAME, is_new=True)) as store:
        store.add(finished('=HYPERLINK("x")\x1b'))
    export_store(tmp_path / FILE_NAME, tmp_path / "out")
    for table, n_rows in (("units", 1), ("trials", 2), ("curves", 6)):
        rows = rows_of(tmp_path / "out" / f"{table}.csv")
        assert [(row["problem"], row["is_as_stored"]) for row in rows] == [('\'=HYPERLINK("x")\\x1b', "yes")] * n_rows


def test_rows_behind_a_lost_page_are_read_from_the_log_too(tmp_path: Path):
    """More of them than the file alone could hold: reading row by row must not end before."""
    path = tmp_path / FILE_NAME
    with closing(SQLiteStore(path, is_new=True)) as store:
        store.add(finished("iris", n_records=60))
    content = bytearray(path.read_bytes())
    number = struct.pack(">d", 1 / 3)
    leaves = [place for place in range(0, len(content), 4096) if content[place : place + 4096].count(number) > 50]
    content[leaves[1] : leaves[1] + 4096] = b"\xff" * 4096
    path.write_bytes(content)
    n_in_log = len(content) // 64 + 100
    with closing(SQLiteStore(path)) as store:
        store.add(finished("wine", (0,), n_records=n_in_log))
        copy = tmp_path / "copy" / FILE_NAME
        copy.parent.mkdir()
        for name in (FILE_NAME, f"{FILE_NAME}-wal"):
            shutil.copyfile(tmp_path / name, copy.with_name(name))
    assert copy.stat().st_size // 64 < n_in_log
    export_store(copy, tmp_path / "out")
    of_problem = [row["problem"] for row in rows_of(tmp_path / "out" / "curves.csv")]
    assert of_problem.count("wine") == n_in_log and 60 < of_problem.count("iris") < 120


def test_an_export_is_of_one_moment_though_a_run_goes_on(tmp_path: Path, monkeypatch):
    """Between the copies of file and log, pages go from the one into the other, and the log is begun anew."""
    path, copy = tmp_path / FILE_NAME, _copy_elsewhere
    with closing(SQLiteStore(path, is_new=True)) as run:
        for unit in UNITS[:4]:
            run.add(unit)

        def copy_while_units_end(source: Path, target: Path) -> None:
            copy(source, target)
            if source == path:
                run._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
                for unit in UNITS[4:]:
                    run.add(unit)

        monkeypatch.setattr("eligo.study.export._copy_elsewhere", copy_while_units_end)
        said = export_store(path, tmp_path / "out")
        run.check()
    assert said[-1] == "7 units are as they were stored, 0 are not"


def test_a_run_that_ends_between_the_copies_takes_no_unit_along(tmp_path: Path, monkeypatch):
    """Its last connection would empty the log and remove it, but for the reader's lock, which copying must not drop."""
    path, copy = tmp_path / FILE_NAME, _copy_elsewhere
    run = SQLiteStore(path, is_new=True)
    for unit in UNITS:
        run.add(unit)

    def copy_and_end(source: Path, target: Path) -> None:
        copy(source, target)
        run.close()

    monkeypatch.setattr("eligo.study.export._copy_elsewhere", copy_and_end)
    assert export_store(path, tmp_path / "out")[-1] == f"{len(UNITS)} units are as they were stored, 0 are not"


# --- No room, and no leave to write ---------------------------------------------------------------------------------------


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Callable[[str], None]]:
    """A file system of so many bytes in memory; what is given mounts it anew with other options."""
    folder.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root may mount a small file system")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this machine does not let root mount a small file system")
    try:
        yield lambda options: subprocess.run(["mount", "-o", f"remount,{options}", folder], check=True) and None
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def fill(store: SQLiteStore) -> set[int]:
    """Add units until there is no room; the trials that were kept."""
    kept: set[int] = set()
    said = r"cannot be written: (database or disk is full|disk I/O error)\. What was finished is kept"
    with pytest.raises(StudyError, match=said):
        for trial in range(10_000):
            store.add(finished(trials=(trial,), n_records=20))
            kept.add(trial)
    return kept


def trials_of(store: SQLiteStore) -> list[int]:
    store.check()
    return [row["trial"] for row in store.rows("trials")]


def test_a_full_disk_keeps_what_was_finished_and_takes_the_rest_when_there_is_room(tmp_path: Path):
    with small_disk(tmp_path / "disk", "400k") as remount:
        store = SQLiteStore(tmp_path / "disk" / FILE_NAME, is_new=True)
        kept = fill(store)
        assert len(kept) > 3 and trials_of(store) == sorted(kept)
        store.close()
        with closing(SQLiteStore(tmp_path / "disk" / FILE_NAME)) as again:
            assert trials_of(again) == sorted(kept)
        remount("size=4m")
        with closing(SQLiteStore(tmp_path / "disk" / FILE_NAME, is_new=True)) as again:
            for trial in range(len(kept) + 5):
                again.add(finished(trials=(trial,), n_records=20))
            assert trials_of(again) == list(range(len(kept) + 5))


def test_a_limit_on_the_size_of_files_is_like_a_full_disk(tmp_path: Path):
    store = SQLiteStore(tmp_path / FILE_NAME, is_new=True)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, before[1]))
        kept = fill(store)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert len(kept) > 3 and trials_of(store) == sorted(kept)
    store.add(finished(trials=(20_000,)))
    assert trials_of(store) == [*sorted(kept), 20_000]
    store.close()


def test_a_folder_that_became_read_only_is_one_line_and_goes_on_when_it_is_not(tmp_path: Path):
    with small_disk(tmp_path / "disk", "4m") as remount:
        path = tmp_path / "disk" / FILE_NAME
        with closing(SQLiteStore(path, is_new=True)) as store:
            store.add(UNITS[1])
        remount("ro")
        with pytest.raises(StudyError, match=r"cannot be (read|written).*(read-?only|unable to open)"):
            with closing(SQLiteStore(path, is_new=True)) as store:
                store.add(UNITS[2])
        remount("rw")
        with closing(SQLiteStore(path, is_new=True)) as store:
            store.add(UNITS[2])
            store.check()
            assert len(store.finished()) == 2
