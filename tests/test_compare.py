"""`eligo compare` as a newcomer types it: an answer, or one line on stderr, exit code 2 and nothing written."""

import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import stored_units
from eligo.cli import compare
from eligo.study import SQLiteStore
from eligo.study.reading import StudyError
from outline import Outline
from small_studies import ELIGO, run_eligo, timeless

HOSTILE = "=\x1b]0;owned\x07HYPERLINK(A1)"
"""Name of a column that would set a terminal's title, and be a formula of a spreadsheet."""


def write_flats(folder: Path, n: int = 60) -> None:
    """A table of which `dear` can be told from `size` and `side`, with gaps, an index, and a class of one row."""
    rng = np.random.default_rng(0)
    size, side = rng.uniform(20, 120, n).round(1), rng.choice(["north", "south"], n)
    kind = np.where(size + 20 * (side == "south") > 80, "dear", "cheap")
    frame = pd.DataFrame({"id": range(n), "size": size, "side": side, "seen": "2024-05-01", "kind": kind})
    frame[HOSTILE] = np.where(np.arange(n) % 3, "[red]\x1b[31m", "</svg><script>alert(1)</script>")
    frame.loc[3, "kind"], frame.loc[5, "kind"], frame.loc[::9, "size"] = "palace", None, np.nan
    frame.to_csv(folder / "flats.csv", index=False)


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The folder in which a small comparison ran, and what it said; only to be read."""
    folder = tmp_path_factory.mktemp("compared")
    write_flats(folder)
    options = ("--trials", 2, "--methods", "random_pool", "--jobs", 2)
    return folder, run_eligo("compare", "flats.csv", "--target", "kind", *options, cwd=folder)


def test_an_answer_is_on_the_terminal_and_in_the_report(compared):
    folder, ran = compared
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stderr
    out = ran.stdout
    assert "Left out 1 of 60 rows, which has no kind." in out
    assert "kind holds 3 different texts: taken for classification." in out
    assert "Left out as dates or times: seen." in out and "Left out as an identifier: id." in out
    assert "Left out 1 of 59 rows, of a class with fewer than 5 of the rows that are used: palace." in out
    assert "Too few trials to tell: 2, and at least 5 are needed." in out
    study = folder / "eligo-studies" / "compare-flats-kind"
    assert {path.name for path in study.iterdir()} >= {"study.sqlite", "results.csv", "report"}
    page = (study / "report" / "index.html").read_text(encoding="utf-8")
    assert "Does choosing pay?" in page and "Too few trials to tell" in page and "of a class with fewer than 5" in page
    assert (study / "report" / "tables" / "answer-ranking.csv").is_file()
    assert "58 of 60 rows" in page and str(folder) not in page


def test_the_same_command_goes_on_and_the_folder_is_a_study(compared):
    folder, _ = compared
    study = folder / "eligo-studies" / "compare-flats-kind"
    before = timeless(study / "results.csv")
    options = ("--trials", 2, "--methods", "random_pool", "--jobs", 1)
    again = run_eligo("compare", "flats.csv", "--target", "kind", *options, cwd=folder)
    assert again.returncode == 0 and "3 of 3 units are done already" in again.stdout
    assert timeless(study / "results.csv") == before
    status = run_eligo("study", "status", study, cwd=folder)
    assert status.stdout.startswith("compare-flats: 4 of 4 trials, 6 cells of the grid")
    other = run_eligo("compare", "flats.csv", "--target", "kind", "--trials", 3, "--methods", "random_pool", cwd=folder)
    assert other.returncode == 2 and "trials was 2, now 3" in other.stderr and other.stderr.count("\n") == 1


def test_a_hostile_table_commands_neither_page_nor_terminal_nor_spreadsheet(compared):
    folder, ran = compared
    assert "\x1b" not in ran.stdout and "\x07" not in ran.stdout
    report = folder / "eligo-studies" / "compare-flats-kind" / "report"
    page = (report / "index.html").read_text(encoding="utf-8")
    assert not {"script", "img"} & {tag for tag, _ in Outline(page).tags} and "\x1b" not in page
    columns = (report / "tables" / "columns.csv").read_text(encoding="utf-8")
    assert "'=\\x1b]0;owned\\x07HYPERLINK(A1)" in columns and "\x1b" not in columns


def test_a_unit_that_failed_keeps_back_neither_answer_nor_report(compared, tmp_path: Path, monkeypatch, capsys):
    shutil.copytree(compared[0], tmp_path, dirs_exist_ok=True)
    folder = Path("eligo-studies") / "compare-flats-kind"
    monkeypatch.chdir(tmp_path)
    shutil.rmtree(folder / "report")
    with closing(SQLiteStore(folder / "study.sqlite")) as store:
        unit = stored_units.finished("flats", (98, 99)).unit
        for _ in range(3):
            store.begin(unit, "a:1")
            store.fail(unit, "a:1", "MemoryError")
    with pytest.raises(StudyError, match=r"1 units failed: flats: sasla trials 98-99 \(3 attempts"):
        compare(Path("flats.csv"), "kind", methods="random_pool", trials=2, jobs=1)
    out = capsys.readouterr().out
    assert "Too few trials to tell" in out and "report: " in out
    assert (folder / "report" / "index.html").is_file()


MISTAKES = {
    "no file": (("nothing.csv", "--target", "y"), "cannot read the table 'nothing.csv': No such file or directory."),
    "a folder": ((".", "--target", "y"), "cannot read the table '.': Is a directory. Check the path."),
    "no target": (("flats.csv",), "Missing option '--target'"),
    "no file and no target": ((), "See `eligo compare --help`."),
    "a slip": (("flats.csv", "--target", "knid"), "has no column 'knid' to predict. Did you mean 'kind'?"),
    "a method": (
        ("flats.csv", "--target", "kind", "--methods", "sassla"),
        "no method has the name 'sassla'. Did you mean",
    ),
    "a method for numbers": (
        ("flats.csv", "--target", "kind", "--methods", "gsy"),
        "--methods: 'gsy' is for regression only, and predicting 'kind' is classification. Choose others.",
    ),
    "no method": (("flats.csv", "--target", "kind", "--methods", ","), "--methods must name at least one; got ','"),
    "several methods": (
        ("flats.csv", "--target", "kind", "--methods", "passive,slsa"),
        "no method has the name 'slsa'. Did you mean sasla?",
    ),
    "infinite": (("infinite.csv", "--target", "y"), "the target 'y' is infinite in 2 rows. Drop these rows, or"),
    "three rows": (
        ("three.csv", "--target", "y"),
        "has 3 rows to learn from; a comparison needs at least 20. Add rows.",
    ),
    "ten trials": (
        ("flats.csv", "--target", "kind", "--trials", "ten"),
        "`--trials` must be a whole number; got 'ten'. See `eligo compare --help`.",
    ),
    "trials": (("flats.csv", "--target", "kind", "--trials", "1"), "--trials must be at least 2; got 1."),
    "jobs": (("flats.csv", "--target", "kind", "--jobs", "0"), "--jobs must be at least 1; got 0."),
    "a task": (
        ("flats.csv", "--target", "kind", "--task", "sorting"),
        "--task must be one of classification, regression",
    ),
    "text as numbers": (("flats.csv", "--target", "kind", "--task", "regression"), "regression needs numbers"),
    "empty": (("empty.csv", "--target", "y"), "as CSV: it is empty. Check the file."),
    "a header": (("header.csv", "--target", "y"), "has a header but no rows. Check the file."),
    "latin": (("latin.csv", "--target", "y"), "is not UTF-8 text. Save the file as UTF-8."),
    "one class": (("one.csv", "--target", "y"), "is 1 in every row"),
    "no labels": (
        ("unlabelled.csv", "--target", "y"),
        "the target 'y' is missing in all 30 rows. Name another column.",
    ),
    "twice": (("twice.csv", "--target", "y"), "has 2 columns named 'a'. Rename all but one."),
}


@pytest.fixture(scope="module")
def bad_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bad")
    write_flats(folder)
    contents = {
        "empty": b"",
        "header": b"a,y\n",
        "latin": "a,y\nn\u00e9,1\n".encode("latin-1"),
        "one": b"a,y\n" + b"1,1\n2,1\n" * 20,
        "unlabelled": b"a,y\n" + b"1,\n2,NA\n" * 15,
        "infinite": b"a,y\n" + b"".join(b"%d,%d\n" % (n, n * n) for n in range(40)) + b"1,inf\n2,-inf\n",
        "three": b"a,y\n1,x\n2,z\n3,x\n",
        "twice": b"a,a,y\n1,2,3\n",
    }
    for name, content in contents.items():
        (folder / f"{name}.csv").write_bytes(content)
    return folder


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_line_and_nothing_is_written(
    name: str, bad_files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    from eligo.cli import main

    arguments, said = MISTAKES[name]
    before = sorted(bad_files.iterdir())
    monkeypatch.chdir(bad_files)
    monkeypatch.setattr("sys.argv", [ELIGO, "compare", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    err = capsys.readouterr().err
    assert ended.value.code == 2 and said in err and err.count("\n") == 1 and err.startswith("eligo: ")
    assert sorted(bad_files.iterdir()) == before


def test_columns_of_neighbours_and_of_the_largest_numbers_are_legal(tmp_path: Path):
    """No histogram has 20 edges between 0.3 and 0.1 + 0.2, and the range of the other column is no number."""
    rows = [(0.3 if row % 2 else 0.1 + 0.2, (-1) ** row * 1.7e308, row % 10) for row in range(60)]
    frame = pd.DataFrame(rows, columns=["close", "far", "digit"]).assign(kind=lambda all_: all_["digit"] > 4)
    frame.to_csv(tmp_path / "edges.csv", index=False)
    ran = run_eligo("compare", "edges.csv", "--target", "kind", "--trials", 2, "--methods", "random_pool", cwd=tmp_path)
    assert ran.returncode == 0 and "Traceback" not in ran.stderr, ran.stderr
    columns = pd.read_csv(tmp_path / "eligo-studies" / "compare-edges-kind" / "report" / "tables" / "columns.csv")
    assert columns["counts"].tolist()[:2] == ["; ".join(["30", *["0"] * 18, "30"])] * 2


@pytest.mark.slow
@pytest.mark.parametrize("target", ["kind", "rent"])
def test_a_table_of_200_000_rows_is_cut_to_2_000(tmp_path: Path, target: str):
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.normal(size=(200_000, 8)).round(4)).add_prefix("x")
    frame["rent"] = (frame["x0"] * 2 + np.sin(3 * frame["x1"])).round(4)
    frame["kind"] = np.where(frame["rent"] > 0, "dear", "cheap")
    frame.to_csv(tmp_path / "big.csv", index=False)
    options = ("--target", target, "--trials", 5, "--methods", "entropy", "--out", "out")
    ran = run_eligo("compare", "big.csv", *options, cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "A random subset of 2000 of 200000 rows takes their place." in ran.stdout
    assert "╭─ Advice" in ran.stdout
