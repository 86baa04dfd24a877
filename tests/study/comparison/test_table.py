"""From a file to the table and the study that a comparison runs."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from eligo.datasets import DataError, load_table
from eligo.study.comparison.design import compared_methods, comparison_study
from eligo.study.comparison.reading import read_cells
from eligo.study.comparison.table import as_study_table, prepared
from eligo.study.problems import describe_problem
from eligo.study.reading import StudyError


def flats(n: int = 120, seed: int = 0) -> pd.DataFrame:
    """A table as people have them: an index, gaps, texts, dates, and a constant."""
    rng = np.random.default_rng(seed)
    size = rng.uniform(20, 120, n).round(1)
    side = rng.choice(["north", "south", "east, upper"], n)
    frame = pd.DataFrame({"": range(n), "size": size, "side": side, "seen": "2024-05-01", "land": "NL"})
    frame["is_new"] = rng.random(n) < 0.5
    frame["rent"] = (8 * size + 100 * (side == "south") + rng.normal(0, 20, n)).round(2)
    frame["kind"] = np.where(frame["rent"] > 600, "dear", "cheap")
    frame.loc[::7, "size"] = np.nan
    return frame


def write(folder: Path, frame: pd.DataFrame, name: str = "flats.csv", **how) -> Path:
    path = folder / name
    frame.to_csv(path, index=False, **how)
    return path


def test_a_table_comes_out_clean_and_every_step_is_said(tmp_path: Path):
    one = prepared(write(tmp_path, flats()), "rent", None, seed=1)
    assert one.notes == (
        "Column 1 has no name.",
        "rent holds 120 different numbers: taken for regression.",
        "Left out for one value throughout: land.",
        "Left out as dates or times: seen.",
        "Left out as an identifier: column 1.",
    )
    assert one.kinds == (("size", "number"), ("side", "category"), ("is_new", "category"), ("kind", "category"))
    assert (one.name, one.file, one.task, one.n_rows, len(one.frame)) == ("flats", "flats.csv", "regression", 120, 120)
    assert one.n_inputs == 1 + 3 + 2 + 2


@pytest.mark.parametrize(("target", "task"), [("rent", "regression"), ("kind", "classification")])
def test_a_study_reads_the_table_as_it_was(tmp_path: Path, target: str, task: str):
    whole = flats()
    one = prepared(write(tmp_path, whole), target, None, seed=1)
    with as_study_table(one) as table:
        data = load_table("flats", table)
        place = Path(table.csv)
    assert not place.parent.exists()
    assert data.task.name == task and data.source == "flats.csv, 120 of 120 rows"
    np.testing.assert_array_equal(data.X[:, 0], whole["size"])
    levels = data.categories[1]
    assert levels == ("east, upper", "north", "south")
    assert [levels[int(index)] for index in data.X[:, 1]] == whole["side"].tolist()
    known = data.y if task == "regression" else np.array(data.class_names)[data.y]
    assert known.tolist() == whole[target].tolist()


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters_are_seen(tmp_path: Path, delimiter: str):
    frame = flats()[["size", "side", "rent"]]
    cells, notes = read_cells(write(tmp_path, frame, sep=delimiter, decimal="," if delimiter == ";" else "."))
    np.testing.assert_allclose(cells["size"], frame["size"])
    assert cells["side"].tolist() == frame["side"].tolist()
    (note,) = notes
    assert note.startswith("Read with ") and note.endswith(
        "and decimal commas." if delimiter == ";" else "between cells."
    )


def test_parquet_gives_the_same_table(tmp_path: Path):
    pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")
    frame = flats().rename(columns={"": "row"}).assign(seen=pd.Timestamp("2024-05-01"))
    frame["side"] = frame["side"].astype("category")
    frame.to_parquet(tmp_path / "flats.parquet")
    one = prepared(tmp_path / "flats.parquet", "rent", None, seed=1)
    other = prepared(write(tmp_path, frame), "rent", None, seed=1)
    assert one.kinds == other.kinds and one.notes == other.notes
    pd.testing.assert_frame_equal(one.frame, other.frame, check_dtype=False)


def test_a_large_table_is_cut_and_it_is_said(tmp_path: Path):
    path = write(tmp_path, flats(5000))
    one, same, other = (prepared(path, "kind", None, seed) for seed in (1, 1, 2))
    assert len(one.frame) == 2000 and "A random subset of 2000 of 5000 rows takes their place." in one.notes
    assert one.frame.index.equals(same.frame.index) and not one.frame.index.equals(other.frame.index)
    share = flats(5000)["kind"].eq("dear").mean()
    assert one.frame["kind"].eq("dear").mean() == pytest.approx(share, abs=1e-3)  # stratified


def test_a_wide_table_has_fewer_rows(tmp_path: Path):
    wide = pd.DataFrame(np.random.default_rng(0).normal(size=(800, 300))).add_prefix("x").assign(y=[0, 1] * 400)
    one = prepared(write(tmp_path, wide), "y", None, seed=1)
    assert one.n_inputs == 300 and len(one.frame) == 128_000 // 300


REFUSED = {
    "empty": (b"", "as CSV: it is empty"),
    "header only": (b"a,y\n", "has a header but no rows"),
    "not UTF-8": ("a,y\né,1\n".encode("latin-1"), "is not UTF-8 text. Save the file as UTF-8."),
    "duplicates": (b"a,a,y\n1,2,3\n", "has 2 columns named 'a'. Rename all but one."),
    "cut off": (b"a,y\n1,2\n3\n", "line 3 has 1 cells, the header has 2"),
    "no features": (b"y\n" + b"1.5\n2.5\n3.5\n" * 10, "has no column left to predict 'y' from"),
    "constant": (b"a,y\n" + b"1,2\n2,2\n" * 20, "is 2 in every row that has one"),
    "few rows": (
        b"a,y\n" + b"1,2.5\n2,3.5\n7,1.5\n3,3\n" * 4,
        "has 16 rows to learn from; a comparison needs at least 20",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_no_table_is_refused_in_one_line(tmp_path: Path, name: str):
    content, said = REFUSED[name]
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(DataError) as refused:
        prepared(path, "y", None, seed=1)
    assert said in str(refused.value) and "\n" not in str(refused.value) and str(path) in str(refused.value)


@pytest.mark.parametrize(("name", "said"), [("missing.csv", "No such file"), (".", "Is a directory")])
@pytest.mark.parametrize("ending", ["", ".parquet"])
def test_what_is_no_file_is_refused_in_one_line(tmp_path: Path, name: str, said: str, ending: str):
    path = tmp_path / f"{name}{ending}" if name != "." else tmp_path / f"folder{ending}"
    if name == ".":
        path.mkdir()
    with pytest.raises(DataError) as refused:
        read_cells(path)
    assert said in str(refused.value) and "\n" not in str(refused.value)


def test_parquet_needs_pyarrow_and_a_parquet_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "flats.parquet"
    path.write_bytes(b"no parquet")
    with pytest.raises(DataError, match="as Parquet: "):
        read_cells(path)
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(DataError, match=r"need pyarrow, which is not installed\. Install it with"):
        read_cells(path)


@pytest.mark.parametrize("n", [24, 120, 260, 900])
@pytest.mark.parametrize("target", ["rent", "kind"])
def test_the_study_of_a_table_is_one_that_can_run(tmp_path: Path, n: int, target: str):
    one = prepared(write(tmp_path, flats(n)), target, None, seed=1)
    with as_study_table(one) as table:
        study = comparison_study(one, table, compared_methods([]), 4, 1)
        problem = describe_problem(study, "flats")  # refuses budgets and splits that cannot be
        (plan,) = study.plans
        first = plan.first_labelled.of(problem.n_train)
        assert problem.n_train + problem.n_test == n
        assert 0 < plan.settings.budget <= problem.n_train - first
        assert -(-plan.settings.budget // plan.settings.query_size) <= 48
        json.dumps(study.to_settings())  # the store keeps it
    assert study.comparison is not None and study.comparison.notes == one.notes


def test_methods_are_named_and_always_held_against_the_two_references():
    assert compared_methods(["sasla", "passive"]) == ("passive", "random_pool", "sasla")
    with pytest.raises(StudyError, match=r"^--methods: no method has the name 'entrpy'\. Did you mean entropy\?$"):
        compared_methods(["entrpy"])


def test_too_few_trials_are_refused(tmp_path: Path):
    one = prepared(write(tmp_path, flats()), "rent", None, seed=1)
    with as_study_table(one) as table:
        with pytest.raises(StudyError, match=r"^--trials must be at least 2; got 1\.$"):
            comparison_study(one, table, compared_methods([]), 1, 1)
        with pytest.raises(StudyError, match=r"^--seed must be at least 0; got -1\.$"):
            comparison_study(one, table, compared_methods([]), 2, -1)


@pytest.mark.parametrize(("text", "is_told"), [("1,2.5\n2,3\n", True), ("1;2\n2;3,5\n", True), ("1,y\n2,3\n", False)])
def test_a_first_line_of_numbers_is_told(tmp_path: Path, text: str, is_told: bool):
    (tmp_path / "bare.csv").write_text(text)
    _, notes = read_cells(tmp_path / "bare.csv")
    assert any("the first line was taken for names" in note for note in notes) == is_told
