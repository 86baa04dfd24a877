"""The command line: what it says, and that a mistake is one line on stderr and exit code 2."""

import shutil
import sqlite3
import sys
import warnings
from contextlib import closing
from pathlib import Path

import pytest

from eligo.cli import main
from eligo.datasets import DATASETS
from eligo.study.reading import StudyWarning
from small_studies import FinishedStudy, finished_study, run_eligo, start_eligo, timeless, write_study


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> FinishedStudy:
    """The small study after an uninterrupted run of the command line; only to be read."""
    return finished_study(tmp_path_factory)


@pytest.fixture
def eligo(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """`eligo ARGUMENTS` in this process, in an empty folder; exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["eligo", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert ended.value.code is None or isinstance(ended.value.code, int)
        return ended.value.code or 0, said.out, said.err

    return call


def files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


# --- What it says ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [(), ("study",), ("study", "run"), ("study", "status"), ("data",)])
def test_help_is_there_for_every_command(eligo, arguments):
    code, out, err = eligo(*arguments, "--help")
    assert (code, err) == (0, "") and "Usage:" in out and "--help" in out


def test_studies_and_data_are_listed(eligo):
    code, out, err = eligo("study", "list")
    assert (code, err) == (0, "")
    assert (
        out.startswith("paper: ")
        and "iris, wine, fashion_mnist, noisy_sine, california_housing, energy_efficiency; passive, sasla" in out
        and "50 trials" in out
    )
    code, out, err = eligo("data", "list")
    assert (code, err) == (0, "")
    assert [line.partition(":")[0] for line in out.splitlines()] == list(DATASETS)
    assert "150 examples, 4 features" in out and "1797 examples, 64 features" in out


def test_a_run_says_line_by_line_what_it_does_and_ends_with_the_report(finished: FinishedStudy):
    lines = finished.stdout.splitlines()
    assert lines[0] == "4 units to begin with"
    assert len(lines) == 1 + 16 + 2 and "\x1b" not in finished.stdout
    assert all(line.startswith("[") and " left] " in line for line in lines[1:-2])
    assert lines[-2:] == ["results: out/results.csv", "report: out/report/index.html"]
    assert (finished.folder / "results.csv").is_file()
    page = (finished.folder / "report" / "index.html").read_text(encoding="utf-8")
    assert "<html" in page and (finished.folder / "report" / "figures").is_dir()
    assert (finished.folder / "report" / "tables").is_dir()


def test_status_counts_what_is_there(eligo, finished: FinishedStudy):
    code, out, err = eligo("study", "status", finished.folder)
    assert (code, err) == (0, "")
    assert out.splitlines()[:3] == [
        "small: 24 of 24 trials, 16 cells of the grid",
        "  iris: passive 4, sasla 4, random_pool 4",
        "  ramp: passive 4, sasla 4, random_pool 4",
    ]


def test_running_a_finished_study_again_computes_nothing(eligo, finished: FinishedStudy, tmp_path: Path):
    shutil.copytree(finished.folder, tmp_path / "copy")
    code, out, err = eligo("study", "run", finished.file, "--out", "copy", "--jobs", 1)
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "16 of 16 units are done already" and len(out.splitlines()) == 3
    assert timeless(tmp_path / "copy" / "results.csv") == timeless(finished.folder / "results.csv")


def without_units(folder: Path, which: str) -> None:
    """A store as it was before some units were finished, by a query for their ids."""
    with closing(sqlite3.connect(folder / "study.sqlite")) as connection, connection:
        connection.execute(f"CREATE TEMPORARY TABLE lost AS {which}")
        for table in ("trials", "curves", "confusion", "compilation"):
            connection.execute(f"DELETE FROM {table} WHERE unit IN (SELECT unit FROM lost)")
        connection.execute("DELETE FROM units WHERE id IN (SELECT unit FROM lost)")


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        ("problem = 'ramp' OR method = 'sasla'", "small: 8 of 24 trials"),  # a problem and a method that have not begun
        # fewer trials of some methods than of others
        pytest.param("trial >= 2 AND method != 'passive'", "small: 16 of 24 trials", marks=pytest.mark.slow),
    ],
)
def test_an_unfinished_study_has_a_status_and_a_report(
    eligo, finished: FinishedStudy, tmp_path: Path, lost: str, said: str
):
    shutil.copytree(finished.folder, tmp_path / "part", ignore=shutil.ignore_patterns("report", "results.csv"))
    without_units(tmp_path / "part", f"SELECT unit FROM trials WHERE {lost}")
    code, out, err = eligo("study", "status", "part")
    assert (code, err) == (0, "") and out.startswith(said)
    code, out, err = eligo("study", "report", "part")
    assert (code, err) == (0, "")
    assert out.splitlines() == ["results: part/results.csv", "report: part/report/index.html"]
    assert (tmp_path / "part" / "report" / "index.html").is_file()
    whole = (finished.folder / "results.csv").read_text().splitlines()
    assert [line for line in whole if line in (tmp_path / "part" / "results.csv").read_text().splitlines()] == (
        (tmp_path / "part" / "results.csv").read_text().splitlines()
    )


def test_a_study_without_a_finished_trial_has_no_report(eligo, finished: FinishedStudy, tmp_path: Path):
    (tmp_path / "part").mkdir()
    shutil.copy(finished.folder / "study.sqlite", tmp_path / "part")
    without_units(tmp_path / "part", "SELECT unit FROM trials")
    code, out, err = eligo("study", "report", "part")
    assert (code, out) == (2, "")
    assert err == (
        "eligo: part holds no finished trial yet, so there is nothing to report. Let `eligo study run` go on.\n"
    )


# --- Mistakes ----------------------------------------------------------------------------------------------------------

WRONG = [
    (("study", "run", "papper"), "unknown study 'papper'. Did you mean paper?"),
    (("study", "run", "paper", "--problems", "irsi"), "unknown problem 'irsi'. Did you mean iris?"),
    (("study", "run", "paper", "--methods", "passive,salsa"), "unknown method 'salsa'. Did you mean sasla?"),
    (("study", "run", "paper", "--trials", "0"), "`trials` must be a whole number of at least 1; got 0"),
    (("study", "run", "paper", "--trials", "some"), "`--trials` must be a whole number; got 'some'. See"),
    (("study", "run", "paper", "--seed", "-1"), "`seed` must be a whole number of at least 0; got -1"),
    (("study", "run", "paper", "--jobs", "0"), "--jobs must be at least 1; got 0"),
    (("study", "run", "paper", "--trails", "3"), "--trails"),
    (("study", "run", "paper", "--quick", "--problems", "digits"), "[problem.digits.recorded]"),
    (("study", "run", "none.toml"), "cannot read the study file 'none.toml': No such file"),
    (("study", "run"), "NAME|FILE.toml"),
    (("study", "run", "broken.toml"), "broken.toml is not valid TOML"),
    (("study", "run", "negative.toml"), "`learning_rate` must be a number above 0; got -0.1"),
    (("study", "run", "missing.toml"), "column 'a' is 1 in every row that has a value"),
    (("study", "run", "oneclass.toml"), "'kind' has one class; classification needs at least 2"),
    (("study", "run", "paper", "--problems", "iris", "--out", "letters"), "letters is not empty and is no study"),
    (("study", "run", "paper", "--problems", "iris", "--out", "broken.toml"), "cannot make the folder broken.toml"),
    (("study", "status", "letters"), "letters is not a study: it has no study.sqlite. `eligo study run` makes one."),
    (("study", "report", "letters"), "letters is not a study: it has no study.sqlite. `eligo study run` makes one."),
    (("study", "report", "nowhere"), "there is no folder nowhere. Check the path; `eligo study run` makes one."),
    (("study", "status", "."), "holds fake. Name one of these."),
    (("study", "status", "fake/study.sqlite"), "fake/study.sqlite is a study's file; name its folder, fake."),
    (("study", "export", "letters/one.txt"), "letters/one.txt is a file and no study's folder."),
    (
        ("study", "run", "flats.csv"),
        "is a table and no study file. Compare methods on it: `eligo compare flats.csv --target C",
    ),
    (("study", "run", "paper", "--frials", "3"), "See `eligo study run --help`."),
    (("study", "status", "fake"), "cannot be read as a study: file is not a database"),
    (("study", "begin"), "begin"),
    (("studdy",), "studdy"),
]


@pytest.fixture
def mistakes(tmp_path: Path) -> Path:
    """A folder with files that no study can be made from."""
    (tmp_path / "broken.toml").write_text("name = 'a'\ntrials = = 3\n")
    own = {"target": "kind", "task": "classification"}
    for name, rows in {"missing": "a,kind\n1,x\n,y\n", "oneclass": "a,kind\n1,x\n2,x\n"}.items():
        (tmp_path / f"{name}.csv").write_text(rows)
        problem = {"own": own | {"csv": f"{name}.csv"}}
        write_study(tmp_path, problems=["own"], problem=problem).rename(tmp_path / f"{name}.toml")
    write_study(tmp_path, tuning={"learning_rate": [-0.1]}).rename(tmp_path / "negative.toml")
    for name, text in {"letters/one.txt": "dear", "fake/study.sqlite": "no database " * 100}.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(("arguments", "message"), WRONG, ids=[" ".join(arguments) for arguments, _ in WRONG])
def test_a_mistake_is_one_line_and_changes_nothing(eligo, mistakes: Path, arguments: tuple[str, ...], message: str):
    before = files(mistakes)
    code, out, err = eligo(*arguments)
    assert (code, out) == (2, "")
    assert message in err and err.startswith("eligo: ") and err.endswith("\n") and err.count("\n") == 1
    assert files(mistakes) == before
    assert sorted(entry.name for entry in mistakes.iterdir() if entry.is_dir()) == ["fake", "letters"]


def test_broken_toml_names_the_line(eligo, mistakes: Path):
    assert "line 2" in eligo("study", "run", "broken.toml")[2]


def test_another_design_is_refused(eligo, finished: FinishedStudy):
    before = lasting_files(finished.folder)
    code, out, err = eligo("study", "run", finished.file, "--out", finished.folder, "--seed", 8)
    assert (code, out) == (2, "") and err.count("\n") == 1
    assert "holds a study of another design (seed was 7, now 8). Choose another --out" in err
    assert lasting_files(finished.folder) == before


def lasting_files(folder: Path) -> dict[str, bytes]:
    """All but what SQLite keeps beside its file while somebody reads, which other tests may do at the same time."""
    return {name: content for name, content in files(folder).items() if not name.endswith(("-shm", "-wal"))}


def test_a_warning_for_users_is_one_line_and_others_are_python_s(eligo, monkeypatch):
    monkeypatch.setattr("warnings.formatwarning", warnings.formatwarning)  # as it was, afterwards
    assert eligo("study", "list")[0] == 0
    assert warnings.formatwarning("no\x1blocks.", StudyWarning, "folder.py", 3) == "eligo: no\\x1blocks.\n"
    assert "folder.py:3: UserWarning: too old.\n" in warnings.formatwarning("too old.", UserWarning, "folder.py", 3)


@pytest.mark.parametrize("is_unbuffered", ["", "1"])
def test_a_pipe_that_nobody_reads_is_no_error_in_words(tmp_path: Path, monkeypatch, is_unbuffered: str):
    """`eligo study list | head -0`: what is written comes at once, or all at the end."""
    monkeypatch.setenv("PYTHONUNBUFFERED", is_unbuffered)
    process = start_eligo("study", "list", cwd=tmp_path)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert (process.wait(timeout=60), process.stderr.read()) == (141, "")
    process.stderr.close()


def test_the_installed_command_leaves_with_the_same_code(tmp_path: Path):
    ran = run_eligo("study", "run", "paper", "--methods", "magic", cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.count("\n") == 1 and "unknown method 'magic'" in ran.stderr
    assert list(tmp_path.iterdir()) == []
