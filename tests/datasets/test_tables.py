"""A user's own CSV file becomes a data set, or one line says why not."""

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
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


def test_blanks_around_a_label_make_no_class(tmp_path: Path):
    # Labels "p" and "p " are one class; so are quoted ones with a blank before. The order of the rest is as ever.
    data = load_table("mine", table(tmp_path, 'a,kind\n1,p \n2,e\n3,p\n4," p"\n5,e\t\n'))
    assert data.class_names == ("e", "p")
    assert data.y.tolist() == [1, 0, 1, 1, 0]
    with pytest.raises(DataError, match=r"the target 'kind' is missing in 1 of 3 rows, the first row 1 of the data"):
        load_table("mine", table(tmp_path, "a,kind\n1,p\n2,NA \n3,e\n"))


def test_truth_values_to_predict_are_two_classes(tmp_path: Path):
    data = load_table("mine", table(tmp_path, "a,kind\n1,True\n2,False\n3,True\n"))
    assert data.class_names == ("False", "True") and data.y.tolist() == [1, 0, 1]


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


REFUSED = [
    ("", "classification", r"as CSV: it is empty\. Check the file"),
    ("a,kind\n", "classification", r"has a header but no rows"),
    (
        "a,kind\n1,x\n2,y,3\n4,x\n",
        "classification",
        r"as CSV: line 3 has 3 cells, the header has 2\. Get it again, or mend",
    ),
    (
        "a,b,kind\n1,2,x\n2,3",
        "classification",
        r"line 3 has 2 cells, the header has 3\. The file may be cut off; get it",
    ),
    ('a,kind\n1,x\n2,"y', "classification", r"as CSV: line 3: unexpected end of data\. The file may be cut off"),
    ('a,b,kind\n1,"2\n2",x\n3,y\n', "classification", r"line 4 has 2 cells, the header has 3"),
    ("a,kind,a\n1,x,2\n", "classification", r"has 2 columns named 'a'\. Rename all but one"),
    ("a, kind,a \n1,x,2\n", "classification", r"has 2 columns named 'a'\. Rename all but one"),
    (",a,kind\n0,1,x\n1,2,y\n", "classification", r"column 1 has no name; is it a saved index\? Name it, or drop it"),
    ("a,sort\n1,x\n2,y\n", "classification", r"no column 'kind' to predict\. It has a, sort"),
    (
        "a,kind\n1,x\ntall,y\n3,x\n",
        "classification",
        r"'a' holds numbers, and the text 'tall' in row 1 of the data.*decl",
    ),
    (
        "a,kind\n1,x\n,x\n1,y\n",
        "classification",
        r"column 'a' is 1 in every row that has a value; .*mark it \"ignore\"",
    ),
    ("a,b,kind\nred,1,x\nred,2,y\n", "classification", r"column 'a' is red in every row that has a value"),
    ("a,b,kind\n,1,x\nNA,2,y\n", "classification", r"column 'a' is missing in every row\. Drop it, or mark it"),
    ("a,b,kind\n1,1,x\ninf,2,y\n", "classification", r"column 'a' holds 1 infinite value.s., the first in row 1"),
    (
        "a,kind\n1,x\n2,\n3,y\n4,NA\n",
        "classification",
        r"'kind' is missing in 2 of 4 rows, the first row 1 .*Fill it in",
    ),
    ("a,kind\n1,0.5\n2,\n", "regression", r"the target 'kind' is missing in 1 of 2 rows, the first row 1"),
    ("a,kind\n1,x\n2,x\n", "classification", r"'kind' has one class; classification needs at least 2"),
    ("a,kind\n1,low\n2,high\n", "regression", r"'kind' holds text; regression needs numbers"),
    ("a,kind\n1,5\n2,5\n3,5\n", "regression", r"'kind' is 5 in every row; regression needs a target that varies"),
    ("a,kind\n1,0.5\n2,inf\n", "regression", r"'kind' is missing or infinite in 1 row.s., the first row 1"),
    ("kind\nx\ny\n", "classification", r"no column besides the target to predict it from"),
    (
        "a,kind\n" + "".join(f"Ann{i},{'xy'[i % 2]}\n" for i in range(21)),
        "classification",
        r"'a' holds another text in",
    ),
]


@pytest.mark.parametrize(("text", "task", "message"), REFUSED)
def test_a_table_that_cannot_be_learnt_is_refused_in_one_line(tmp_path: Path, text: str, task: str, message: str):
    with pytest.raises(DataError, match=message) as caught:
        load_table("mine", table(tmp_path, text, task))
    assert "\n" not in str(caught.value)


MIXED = "size,colour,code,id,kind\n1.5,red,1,7,x\n,blue,2,8,y\n2.5,NA,A,9,x\n3, red ,1,10,y\n"


def with_kinds(folder: Path, text: str = MIXED, **kinds: str) -> Table:
    return replace(table(folder, text), kinds=tuple(kinds.items()))


def test_columns_are_numbers_or_categories_as_declared_or_as_they_look(tmp_path: Path):
    data = load_table("mine", with_kinds(tmp_path, code="category", id="ignore"))
    assert data.feature_names == ("size", "colour", "code")
    assert data.categories == ((), ("blue", "red"), ("1", "2", "A"))
    nan = np.nan
    np.testing.assert_array_equal(data.X, [[1.5, 1, 0], [nan, 0, 1], [2.5, nan, 2], [3, 1, 0]])


def test_numbers_that_are_names_of_categories_are_read_as_written(tmp_path: Path):
    data = load_table("mine", with_kinds(tmp_path, "zip,kind\n01,x\n1,y\n10,x\n2,y\n", zip="category"))
    assert data.categories == (("01", "1", "10", "2"),)
    assert data.X.ravel().tolist() == [0, 1, 2, 3]


def test_truth_values_are_categories(tmp_path: Path):
    data = load_table("mine", table(tmp_path, "a,b,kind\nTrue,1,x\nFalse,2,y\nTrue,3,x\n"))
    assert data.categories == (("False", "True"), ()) and data.X[:, 0].tolist() == [1, 0, 1]


def test_names_may_be_a_category_if_declared(tmp_path: Path):
    text = "a,kind\n" + "".join(f"Ann{i},{'xy'[i % 2]}\n" for i in range(21))
    assert len(load_table("mine", with_kinds(tmp_path, text, a="category")).categories[0]) == 21


def test_a_constant_column_may_stay_if_it_is_ignored(tmp_path: Path):
    data = load_table("mine", with_kinds(tmp_path, "a,b,kind\n1,1,x\n1,2,y\n", a="ignore"))
    assert data.feature_names == ("b",)


@pytest.mark.parametrize(
    ("kinds", "message"),
    [
        (
            {"colour": "number", "code": "category"},
            r"'colour' holds the text 'red' in row 0 .* Mend the cell, or make it a",
        ),
        ({"code": "number"}, r"column 'code' holds the text 'A' in row 2 of the data, counted from 0; its kind is"),
        ({"color": "category"}, r"kinds names the column 'color', which is not there\. Did you mean 'colour'\?"),
        (
            {"weight": "number"},
            r"kinds names the column 'weight', which is not there\. It has size, colour, code, id, kind",
        ),
        ({"colour": "text"}, r"the kind of column 'colour' must be one of number, category, ignore; got 'text'"),
        ({"kind": "category"}, r"kinds names the target 'kind'\. Drop that line; the task says its kind"),
    ],
)
def test_kinds_that_do_not_fit_are_refused_in_one_line(tmp_path: Path, kinds: dict[str, str], message: str):
    with pytest.raises(DataError, match=message) as caught:
        load_table("mine", with_kinds(tmp_path, **kinds))
    assert "\n" not in str(caught.value)


def test_an_unknown_task_and_a_file_that_is_gone_are_refused(tmp_path: Path):
    whole = table(tmp_path, MIXED)
    with pytest.raises(DataError, match="task must be one of classification, regression; got 'ranking'"):
        load_table("mine", replace(whole, task="ranking"))
    Path(whole.csv).unlink()
    with pytest.raises(
        DataError, match=r"cannot read the table .*data\.csv': No such file or directory\. Check the path"
    ):
        load_table("mine", whole)


def test_a_table_that_changed_since_is_refused(tmp_path: Path):
    before = table(tmp_path, "a,kind\n1,x\n2,y\n")
    table(tmp_path, "a,kind\n1,x\n3,y\n")
    with pytest.raises(DataError, match="has changed since the study was read"):
        load_table("mine", before)


@given(numbers=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=20, unique=True))
def test_numbers_are_read_exactly(tmp_path_factory: pytest.TempPathFactory, numbers: list[float]):
    rows = [f"{number!r},{'xy'[row % 2]}" for row, number in enumerate(numbers)]
    data = load_table("mine", table(tmp_path_factory.mktemp("exact"), "\n".join(["a,kind", *rows])))
    assert data.X.ravel().tolist() == numbers


def test_a_file_that_is_no_text_is_refused(tmp_path: Path):
    path = tmp_path / "data.csv"
    path.write_bytes(b"\xff\xfe\x00a,kind\n\x80")
    with pytest.raises(DataError, match="cannot read .* as CSV: byte 0 is not UTF-8 text. Save the file") as caught:
        load_table("mine", Table(str(path), "kind", "classification", digest(path)))
    assert "\n" not in str(caught.value)


def test_the_digest_is_that_of_the_content(tmp_path: Path):
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_bytes(b"a,kind\n1,2\n")
    second.write_bytes(b"a,kind\n1,3\n")
    assert digest(first) == hashlib.sha256(b"a,kind\n1,2\n").hexdigest() != digest(second)
    with pytest.raises(DataError, match=r"cannot read the table .*no\.csv': No such file"):
        digest(tmp_path / "no.csv")
