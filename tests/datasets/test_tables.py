"""A user's own CSV file becomes a data set, or one line says why not."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_iris

from eligo.datasets import DataError, Table, load_table
from eligo.datasets.tables import digest


def table(folder: Path, text: str, task: str = "classification", target: str = "kind") -> Table:
    path = folder / "data.csv"
    path.write_bytes(text.encode())
    return Table(str(path), target, task, digest(path))


def test_numbers_and_text_labels_are_read_as_they_stand(tmp_path: Path):
    text = "kind,a,b\nred,1,0.5\nblue,2,-1\nred,3,1e3\n"
    data = load_table("mine", table(tmp_path, text))
    assert data.X.tolist() == [[1.0, 0.5], [2.0, -1.0], [3.0, 1000.0]]
    assert data.feature_names == ("a", "b") and data.target_name == "kind"
    assert [data.class_names[label] for label in data.y] == ["red", "blue", "red"]
    assert data.n_outputs == 2 and data.task.name == "classification"
    assert hashlib.sha256(text.encode()).hexdigest()[:12] in data.source


def test_numbers_as_labels_keep_their_names(tmp_path: Path):
    data = load_table("mine", table(tmp_path, "a,kind\n1,7\n2,3\n3,7\n"))
    assert data.class_names == ("3", "7") and data.y.tolist() == [1, 0, 1]


def test_a_number_to_predict(tmp_path: Path):
    data = load_table("mine", table(tmp_path, "a,b,kind\n1,2,0.25\n3,4,-7\n", task="regression"))
    assert data.y.tolist() == [0.25, -7.0] and data.class_names == () and data.n_outputs == 1
    assert data.strata is None


def test_iris_as_a_table_is_iris(tmp_path: Path):
    bunch = load_iris()
    names = [bunch.target_names[label] for label in bunch.target]
    lines = [",".join([*map(str, row), name]) for row, name in zip(bunch.data, names, strict=True)]
    data = load_table("mine", table(tmp_path, "\n".join(["w,x,y,z,kind", *lines])))
    np.testing.assert_array_equal(data.X, bunch.data)
    np.testing.assert_array_equal(data.y, bunch.target)


@pytest.mark.parametrize(
    ("text", "task", "message"),
    [
        ("", "classification", r"as CSV: No columns to parse from file\. Check the file"),
        ("a,kind\n1,x\n2,y,3\n4,x\n", "classification", r"as CSV: .*line 3"),
        ("a,sort\n1,x\n2,y\n", "classification", r"no column 'kind' to predict; it has a, sort"),
        ("a,kind\n1,x\ntall,y\n3,x\n", "classification", r"column 'a' holds the text 'tall'; features must be numbers"),
        ("a,b,kind\n1,1,x\n2,,y\n,1,x\n", "classification", r"2 missing or infinite value.s., .* column 'b', row 1"),
        ("a,kind\n1,x\ninf,y\n", "classification", r"1 missing or infinite value.s., .* column 'a', row 1"),
        ("a,kind\n1,x\n2,\n3,y\n", "classification", r"the target 'kind' is missing in 1 rows\. Fill it in"),
        ("a,kind\n1,0.5\n2,\n", "regression", r"the target 'kind' is missing in 1 rows"),
        ("a,kind\n1,x\n2,x\n", "classification", r"'kind' has one class; classification needs at least 2"),
        ("a,kind\n1,low\n2,high\n", "regression", r"'kind' holds text; regression needs numbers"),
        ("a,kind\n1,5\n2,5\n3,5\n", "regression", r"'kind' is 5 in every row; regression needs a target that varies"),
        ("a,kind\n1,0.5\n2,inf\n", "regression", r"missing or infinite value.s., .* column 'kind', row 1"),
        ("kind\nx\ny\n", "classification", r"no column besides the target to predict it from"),
    ],
)
def test_a_table_that_cannot_be_learnt_is_refused_in_one_line(tmp_path: Path, text: str, task: str, message: str):
    with pytest.raises(DataError, match=message) as caught:
        load_table("mine", table(tmp_path, text, task))
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path):
    path = tmp_path / "data.csv"
    path.write_bytes(b"\xff\xfe\x00a,kind\n\x80")
    with pytest.raises(DataError, match="cannot read .* as CSV") as caught:
        load_table("mine", Table(str(path), "kind", "classification", digest(path)))
    assert "\n" not in str(caught.value)


def test_the_digest_is_that_of_the_content(tmp_path: Path):
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_bytes(b"a,kind\n1,2\n")
    second.write_bytes(b"a,kind\n1,3\n")
    assert digest(first) == hashlib.sha256(b"a,kind\n1,2\n").hexdigest() != digest(second)
    with pytest.raises(DataError, match=r"cannot read the table .*no\.csv': No such file"):
        digest(tmp_path / "no.csv")
