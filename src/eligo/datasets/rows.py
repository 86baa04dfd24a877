"""Rows of numbers, block by block: from memory, or from a file that need not fit there."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
from numpy.lib.format import MAGIC_PREFIX
from numpy.typing import ArrayLike, NDArray

from eligo.datasets.record import DataError
from eligo.datasets.tables import MISSING

Rows = NDArray[Any]
Source = str | os.PathLike[str] | ArrayLike | Iterable[ArrayLike]

NUMERIC = "biuf"
"""Kinds of NumPy's types that are numbers: bool, int, unsigned int, float."""

BYTES_PER_READ = 2**18
"""What is read of a Parquet column at a time; unbuffered, whole row groups would come into memory."""


def row_blocks(source: Source, n_rows: int) -> Iterator[Rows]:
    """The rows of an array or a file in their order, at most so many at a time.

    What is in memory at once follows from ``n_rows``, whatever the size of the file. Arrays and ``.npy`` files are not
    copied: a block is a view of the array, or a memory map of its part of the file.

    Parameters
    ----------
    source : array (rows, columns), also a memory map; or path of a file that ends in .npy, .csv (the first line names
        the columns, every column is read) or .parquet (needs pyarrow); or a list of rows; or an iterable of arrays (rows,
        columns)
    n_rows : int, at least 1

    Yields
    ------
    array (rows, columns) of numbers; NaN where a file has no value

    Raises
    ------
    DataError
        If a file cannot be read, or has a column that does not hold numbers or truth values.
    ValueError
        If an array has another number of axes, or does not hold numbers or truth values.

    Examples
    --------
    >>> [len(block) for block in row_blocks(np.zeros((10, 2)), n_rows=4)]
    [4, 4, 2]
    """
    if isinstance(source, str | os.PathLike):
        yield from _file_blocks(Path(source), n_rows)
        return
    for block in _blocks_in_memory(source):
        rows = np.asarray(block)
        if rows.ndim != 2 or rows.dtype.kind not in NUMERIC:
            raise ValueError(
                f"rows must come as arrays (rows, columns) of numbers; got {rows.dtype} of shape {rows.shape}. Pass an "
                "array, an iterable of such arrays, or the path of a file."
            )
        yield from _slices(rows, n_rows)


def _blocks_in_memory(source: Any) -> Iterable[Any]:
    """Arrays of rows; a list of rows is one."""
    is_rows = isinstance(source, list | tuple) and all(np.ndim(row) == 1 for row in source[:1])
    if hasattr(source, "__array__") or not isinstance(source, Iterable) or isinstance(source, bytes):
        return (source,)
    return (np.asarray(source),) if is_rows and source else source


def _slices(rows: Rows, n_rows: int) -> Iterator[Rows]:
    for start in range(0, len(rows), n_rows):
        yield rows[start : start + n_rows]


def _file_blocks(path: Path, n_rows: int) -> Iterator[Rows]:
    read = FORMATS.get(path.suffix.lower())
    if read is None:
        raise DataError(
            f"cannot read {str(path)!r}: its name must end in {', '.join(FORMATS)}. Save it as one of these."
        )
    try:
        yield from read(path, n_rows)
    except DataError:
        raise
    except OSError as error:
        reason = error.strerror or _first_line(error)
        raise DataError(f"cannot read {str(path)!r}: {reason}. Check the file.") from None
    except (ValueError, EOFError, pd.errors.ParserWarning) as error:  # NumPy's, pandas' and Arrow's own
        raise DataError(f"cannot read {str(path)!r}: {_first_line(error)}. Check the file.") from None


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0].rstrip(".")


def _npy_blocks(path: Path, n_rows: int) -> Iterator[Rows]:
    """A memory map for each block: what was read leaves the memory with it."""
    with open(path, "rb") as file:
        if file.read(len(MAGIC_PREFIX)) != MAGIC_PREFIX:
            raise DataError(f"{str(path)!r} is no NumPy file, whatever its name. Save the rows by numpy.save.")
    whole = np.load(path, mmap_mode="r", allow_pickle=False)
    if whole.ndim != 2 or whole.dtype.kind not in NUMERIC:
        raise DataError(
            f"{str(path)!r} must hold an array (rows, columns) of numbers; it holds {whole.dtype} of shape {whole.shape}. "
            "Save another."
        )
    if not whole.flags.c_contiguous:
        yield from _slices(whole, n_rows)
        return
    for start in range(0, len(whole), n_rows):
        shape = (min(n_rows, len(whole) - start), whole.shape[1])
        yield np.memmap(path, whole.dtype, "r", whole.offset + start * whole.strides[0], shape)


def _csv_blocks(path: Path, n_rows: int) -> Iterator[Rows]:
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)  # rows longer than the header
        frames = pd.read_csv(
            path,
            chunksize=n_rows,
            index_col=False,
            na_values=list(MISSING),
            keep_default_na=False,
            skipinitialspace=True,
            low_memory=False,
        )
        with frames:
            for frame in frames:
                yield _numbers(path, frame)


def _numbers(path: Path, frame: pd.DataFrame) -> Rows:
    for name, cells in frame.items():
        if cells.dtype.kind not in NUMERIC:
            is_text = pd.to_numeric(cells.astype(object).map(str, "ignore"), errors="coerce").isna() & cells.notna()
            row = cells.index[is_text][0]
            raise DataError(
                f"{str(path)!r}: column {name!r} holds the text {str(cells[row])!r} in row {row} of the data, counted from "
                "0; columns must hold numbers. Mend the cell, or drop the column."
            )
    return frame.to_numpy(dtype=np.float64)


def _parquet_blocks(path: Path, n_rows: int) -> Iterator[Rows]:
    arrow = _arrow(path)
    with arrow.parquet.ParquetFile(path, buffer_size=BYTES_PER_READ, pre_buffer=False) as file:
        fields = []
        for field in file.schema_arrow:
            if arrow.types.is_boolean(field.type):
                field = field.with_type(arrow.uint8())
            if not (arrow.types.is_integer(field.type) or arrow.types.is_floating(field.type)):
                raise DataError(
                    f"{str(path)!r}: column {field.name!r} is of type {field.type}; columns must be integers, floating "
                    "point or bool. Write it as numbers, or drop the column."
                )
            fields.append(field)
        for batch in file.iter_batches(batch_size=n_rows):
            yield batch.cast(arrow.schema(fields)).to_tensor(null_to_nan=True, row_major=True).to_numpy()


def _arrow(path: Path) -> ModuleType:
    """PyArrow, which is optional."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise DataError(
            f"cannot read {str(path)!r}: Parquet files need pyarrow, which is not installed. Install it with `pip install "
            "'eligo[parquet]'`, or save the rows as .npy."
        ) from None
    return pyarrow


FORMATS: dict[str, Callable[[Path, int], Iterator[Rows]]] = {
    ".npy": _npy_blocks,
    ".csv": _csv_blocks,
    ".parquet": _parquet_blocks,
}
