"""Rows in blocks: what a file holds, in its order, whatever the format; and what is refused."""

import importlib.util
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from eligo.datasets import DataError, row_blocks

N_ROWS, SUFFIXES = 25, (".npy", ".csv", ".parquet")
needs_pyarrow = pytest.mark.skipif(importlib.util.find_spec("pyarrow") is None, reason="pyarrow is optional")
FORMATS = [".npy", ".csv", pytest.param(".parquet", marks=needs_pyarrow)]


def numbers(dtype=np.float32) -> np.ndarray:
    return np.random.default_rng(0).uniform(-9, 9, (N_ROWS, 3)).astype(dtype)


def save(folder: Path, suffix: str, rows: np.ndarray | pd.DataFrame) -> Path:
    file = folder / f"pool{suffix}"
    frame = pd.DataFrame(rows)
    frame.columns = [str(name) for name in frame]
    if suffix == ".npy":
        np.save(file, rows)
    elif suffix == ".csv":
        frame.to_csv(file, index=False)
    else:
        frame.to_parquet(file, row_group_size=10)
    return file


@pytest.mark.parametrize("n_rows", [1, 7, 25, 100])
@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int16, np.bool_])
def test_a_file_s_rows_come_in_order_and_a_few_at_a_time(tmp_path, suffix, dtype, n_rows) -> None:
    rows = numbers(dtype)
    blocks = list(row_blocks(save(tmp_path, suffix, rows), n_rows))
    assert max(map(len, blocks)) <= n_rows
    np.testing.assert_array_equal(np.concatenate(blocks).astype(dtype), rows)


@pytest.mark.parametrize("suffix", [".CSV", ".npy"])
def test_a_path_may_be_a_text_and_its_ending_in_capitals(tmp_path, suffix) -> None:
    file = save(tmp_path, suffix.lower(), numbers()).rename(tmp_path / f"pool{suffix}")
    np.testing.assert_array_equal(np.concatenate([*row_blocks(str(file), 10)]).astype(np.float32), numbers())


@needs_pyarrow
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_columns_of_several_types_become_numbers_and_what_is_missing_nan(tmp_path, suffix) -> None:
    frame = pd.DataFrame({"a": [1, 2, 3], "b": [0.5, None, -1e30], "c": [True, False, True]})
    found = np.concatenate([*row_blocks(save(tmp_path, suffix, frame), 2)])
    np.testing.assert_array_equal(found, [[1, 0.5, 1], [2, np.nan, 0], [3, -1e30, 1]])


def test_arrays_and_iterables_of_arrays_are_cut_and_not_copied() -> None:
    rows = numbers()
    blocks = list(row_blocks(rows, 10))
    assert [len(block) for block in blocks] == [10, 10, 5] and all(block.base is rows for block in blocks)
    assert [len(block) for block in row_blocks(iter([rows[:3], rows[3:16]]), 10)] == [3, 10, 3]


def test_fortran_s_order_is_read_too(tmp_path) -> None:
    file = save(tmp_path, ".npy", np.asfortranarray(numbers()))
    np.testing.assert_array_equal(np.concatenate([*row_blocks(file, 4)]), numbers())


@pytest.mark.parametrize("suffix", FORMATS)
def test_memory_is_that_of_a_block(tmp_path, suffix) -> None:
    """40 000 rows of 16 numbers are 5 MB; Python's own memory holds a block of them at a time."""
    file = save(tmp_path, suffix, np.random.default_rng(0).uniform(size=(40_000, 16)))
    next(row_blocks(file, 500))  # imports
    tracemalloc.start()
    n_read = sum(len(block) for block in row_blocks(file, 500))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert n_read == 40_000 and peak < 2e6


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (np.zeros(3), "rows must come as arrays (rows, columns) of numbers; got float64 of shape (3,)."),
        (np.array([["a"]]), "rows must come as arrays (rows, columns) of numbers; got <U1 of shape (1, 1)."),
        (
            [np.zeros((2, 2)), [1.0, 2.0]],
            "rows must come as arrays (rows, columns) of numbers; got float64 of shape (2,).",
        ),
    ],
)
def test_what_is_no_table_of_numbers_is_refused(rows, told) -> None:
    with pytest.raises(ValueError) as refusal:
        list(row_blocks(rows, 10))
    assert str(refusal.value).startswith(told)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("pool.csv", "a,b\n1,2\n1,2\n3,x\n", "column 'b' holds the text 'x' in row 2 of the data, counted from 0;"),
        ("pool.csv", "a,b\n1,2,3\n", "Length of header or names does not match length of data."),
        ("pool.csv", "a,b\n1,2\n1,2\n1,2,3\n", "Expected 2 fields in line 4, saw 3"),
        ("pool.csv", "", "No columns to parse from file."),
        ("pool.npy", "1,2", ""),
        ("pool.txt", "1 2", "its name must end in .npy, .csv, .parquet."),
        pytest.param("pool.parquet", "1,2", "", marks=needs_pyarrow),
        ("none.npy", None, "No such file or directory."),
        ("none.csv", None, "No such file or directory."),
        pytest.param("none.parquet", None, "", marks=needs_pyarrow),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_line(tmp_path, name, content, told) -> None:
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(DataError) as refusal:
        list(row_blocks(tmp_path / name, 2))
    message = str(refusal.value)
    assert repr(str(tmp_path / name)) in message and told in message and "\n" not in message


@pytest.mark.parametrize(
    "rows", [np.array([[None]], dtype=object), np.zeros(3), np.array([["a"]]), np.zeros((2, 2), complex)]
)
def test_an_npy_file_of_anything_else_is_refused(tmp_path, rows) -> None:
    file = tmp_path / "pool.npy"
    np.save(file, rows, allow_pickle=True)
    with pytest.raises(DataError, match="pool.npy"):
        list(row_blocks(file, 2))


def test_an_npy_file_that_is_cut_off_is_refused(tmp_path) -> None:
    file = save(tmp_path, ".npy", numbers())
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(DataError, match="pool.npy"):
        list(row_blocks(file, 2))


@needs_pyarrow
def test_a_parquet_column_of_text_is_refused(tmp_path) -> None:
    file = save(tmp_path, ".parquet", pd.DataFrame({"a": [1.0], "name": ["x"]}))
    with pytest.raises(
        DataError, match=r"column 'name' is of type .*string; columns must be integers, floating point or bool"
    ):
        list(row_blocks(file, 2))


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch) -> None:
    for name in ("pyarrow", "pyarrow.parquet"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(
        DataError, match=r"need pyarrow, which is not installed. Install it with `pip install 'eligo\[parquet\]'`"
    ):
        list(row_blocks(tmp_path / "pool.parquet", 2))
