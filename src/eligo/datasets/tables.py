"""A user's own table: a CSV file with a column to predict, and columns of numbers and categories to predict it from."""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eligo.datasets.arff import read_arff
from eligo.datasets.fetching import sha256_of
from eligo.datasets.record import DataError, Dataset
from eligo.mistakes import refuse_unless
from eligo.tasks import CLASSIFICATION, REGRESSION

# From pandas 3.1 on, numbers are read as Python reads them, unasked.
_IS_EXACT = tuple(map(int, pd.__version__.split(".")[:2])) >= (3, 1)
EXACTLY: dict[str, Any] = {} if _IS_EXACT else {"float_precision": "round_trip"}
"""What `pandas.read_csv` is told, so that numbers are read to the last bit."""

TASKS = {task.name: task for task in (CLASSIFICATION, REGRESSION)}
KINDS = ("number", "category", "ignore")
MISSING = ("", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "?")
"""Cells that stand for a value that is not there."""

MOST_NAMED = 20
"""Columns that a message names."""

_NO_LEVELS: tuple[str, ...] = ()

FEW_ROWS = 20
"""In tables of no more rows, texts that are all different may be a category; in longer ones they are taken for names."""


@dataclass(frozen=True)
class Table:
    """Where a user's data are, and what to predict.

    Attributes
    ----------
    csv : str, path of the file; one that ends in ``.arff`` is read as such
    target : str, name of the column to predict
    task : "classification" or "regression"
    sha256 : str, digest of the file's content, so that a changed file is a changed problem
    kinds : tuple of (column, "number", "category" or "ignore"), default=(): columns that are not named are numbers if
        they hold numbers, and categories if they hold text
    source : str, default=None, where the data come from, for a reader; None is the file's name with its digest
    """

    csv: str
    target: str
    task: str
    sha256: str
    kinds: tuple[tuple[str, str], ...] = ()
    source: str | None = None


def digest(path: Path) -> str:
    """SHA-256 of a file's content.

    Raises
    ------
    DataError
        If the file cannot be read.
    """
    try:
        return sha256_of(path)
    except OSError as error:
        raise DataError(f"cannot read the table {str(path)!r}: {error.strerror}. Check the path.") from None


def load_table(name: str, table: Table) -> Dataset:
    r"""Read a user's table as a data set.

    Parameters
    ----------
    name : str, how to call it
    table : Table

    Returns
    -------
    Dataset

    Raises
    ------
    DataError
        If the file is no table or cut off, lacks the target anywhere, or has a column that is constant or of no kind.
    ValueError
        If ``table`` is no Table.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "flats.csv"
    >>> _ = file.write_text("rooms,side,rent\n2,north,700\n,south,900\n3,south,950\n")
    >>> flats = load_table("flats", Table(str(file), "rent", "regression", digest(file)))
    >>> flats.X
    array([[ 2.,  0.],
           [nan,  1.],
           [ 3.,  1.]])
    >>> flats.categories
    ((), ('north', 'south'))
    """
    remedy = "Write e.g. Table(path, target, task, digest(Path(path)))."
    refuse_unless("table", table, lambda one: isinstance(one, Table), "an eligo.datasets.Table", remedy)
    if table.task not in TASKS:
        raise DataError(f"{table.csv!r}: the task must be one of {', '.join(TASKS)}; got {table.task!r}. Correct it.")
    path = Path(table.csv)
    text = _decoded(table)
    source = table.source or f"{path.name}, sha256 {table.sha256[:12]}"
    if path.suffix == ".arff":
        frame, nominal = read_arff(text, table.csv)
        stated = {column: "category" for column in nominal if column != table.target}
        return dataset_of_frame(name, frame, replace(table, kinds=tuple((stated | dict(table.kinds)).items())), source)
    header = csv_header(table.csv, text)
    _check_names(table.csv, header)
    kinds = _checked_kinds(table, header)
    frame = _frame(table.csv, text, header, [column for column, kind in kinds.items() if kind == "category"])
    return dataset_of_frame(name, frame, table, source)


def dataset_of_frame(name: str, frame: pd.DataFrame, table: Table, source: str) -> Dataset:
    """A data set from cells that were read, for whatever they were read from.

    Parameters
    ----------
    name : str, how to call it
    frame : DataFrame of numbers and texts
    table : Table, what to predict and the kinds of columns; its ``csv`` is how messages call the frame
    source : str

    Returns
    -------
    Dataset

    Raises
    ------
    DataError
        As `load_table`.
    """
    if frame.empty:
        raise DataError(f"{table.csv!r} has a header but no rows. Check the file.")
    kinds = _checked_kinds(table, list(frame.columns))
    columns = [column for column in frame.columns if column != table.target and kinds.get(column) != "ignore"]
    read = {column: _column(table.csv, column, frame[column], kinds.get(column)) for column in columns}
    y, class_names = _target(frame[table.target], table)
    levels = tuple(levels for _, levels in read.values())
    return Dataset(
        name=name,
        title=name,
        task=TASKS[table.task],
        X=np.column_stack([values for values, _ in read.values()]) if read else np.empty((len(frame), 0)),
        y=y,
        feature_names=tuple(columns),
        class_names=class_names,
        target_name=table.target,
        source=source,
        categories=levels if any(levels) else (),
    )


def _decoded(table: Table) -> str:
    """Text of the file, as it was when the study was read."""
    try:
        content = Path(table.csv).read_bytes()
    except OSError as error:
        raise DataError(f"cannot read the table {table.csv!r}: {error.strerror}. Check the path.") from None
    if hashlib.sha256(content).hexdigest() != table.sha256:
        raise DataError(f"{table.csv!r} has changed since the study was read. Start the study again.")
    return csv_text(table.csv, content)


def csv_text(where: str, content: bytes) -> str:
    """Text of a CSV file's content, which must be UTF-8; ``where`` is how a `DataError` calls the file."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"cannot read {where!r} as CSV: byte {error.start} is not UTF-8 text. Save the file as UTF-8."
        ) from None


def csv_header(where: str, text: str, delimiter: str = ",") -> list[str]:
    """Names of the columns, which may be empty or alike; a `DataError` if a row has more or fewer cells."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True, delimiter=delimiter)
    header: list[str] = []
    try:
        for cells in reader:
            if not cells:  # an empty line
                continue
            if not header:
                header = [cell.strip() for cell in cells]
            elif len(cells) != len(header):
                fault = "The file may be cut off; get" if len(cells) < len(header) else "Get"
                raise DataError(
                    f"cannot read {where!r} as CSV: line {reader.line_num} has {len(cells)} cells, the header has "
                    f"{len(header)}. {fault} it again, or mend the line."
                )
    except csv.Error as error:
        raise DataError(
            f"cannot read {where!r} as CSV: line {reader.line_num}: {error}. The file may be cut off; get it again, or "
            "mend the line."
        ) from None
    if not header:
        raise DataError(f"cannot read {where!r} as CSV: it is empty. Check the file.")
    return header


def _check_names(where: str, header: list[str]) -> None:
    for number, name in enumerate(header, start=1):
        if not name:
            raise DataError(f"{where!r}: column {number} has no name; is it a saved index? Name it, or drop it.")
        if header.count(name) > 1:
            raise DataError(f"{where!r} has {header.count(name)} columns named {name!r}. Rename all but one.")


def check_target(where: str, target: str, header: list[str]) -> None:
    """Refuse a target that is no column, with a `DataError` that says which is close to it, or which there are."""
    if target not in header:
        close = difflib.get_close_matches(target, header, n=1)
        rest = f" and {len(header) - MOST_NAMED} more" if len(header) > MOST_NAMED else ""
        hint = f"Did you mean {close[0]!r}?" if close else f"It has {', '.join(header[:MOST_NAMED])}{rest}."
        raise DataError(f"{where!r} has no column {target!r} to predict. {hint}")


def _checked_kinds(table: Table, header: list[str]) -> Mapping[str, str]:
    check_target(table.csv, table.target, header)
    for column, kind in table.kinds:
        if column not in header:
            close = difflib.get_close_matches(column, header, n=1)
            hint = f"Did you mean {close[0]!r}?" if close else f"It has {', '.join(header)}."
            raise DataError(f"{table.csv!r}: kinds names the column {column!r}, which is not there. {hint}")
        if column == table.target:
            raise DataError(
                f"{table.csv!r}: kinds names the target {column!r}. Drop that line; the task says its kind."
            )
        if kind not in KINDS:
            raise DataError(
                f"{table.csv!r}: the kind of column {column!r} must be one of {', '.join(KINDS)}; got {kind!r}."
            )
    return dict(table.kinds)


def _frame(where: str, text: str, header: list[str], categories: list[str]) -> pd.DataFrame:
    """The cells, numbers where a column holds nothing else; cells of categories as they are written."""
    try:
        return pd.read_csv(
            io.StringIO(text),
            header=0,
            names=header,
            index_col=False,
            dtype=dict.fromkeys(categories, object),
            na_values=list(MISSING),
            keep_default_na=False,
            skipinitialspace=True,
            **EXACTLY,
            low_memory=False,
        )
    except ValueError as error:  # pandas' own errors are ValueErrors, some of several lines
        reason = (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
        raise DataError(f"cannot read {where!r} as CSV: {reason}. Check the file.") from None


def _column(where: str, name: str, cells: pd.Series, kind: str | None) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Values of a column and its levels: numbers, or the index of each cell's level; NaN where missing."""
    if kind is None and not is_number(cells) and (as_numbers(cells).notna() == cells.notna()).all():
        cells = as_numbers(
            cells
        )  # whole numbers of more digits than an integer has, or numbers that were called a text
    if kind == "number" or (kind is None and is_number(cells)):
        values, levels = _numbers(where, name, cells), _NO_LEVELS
        is_constant = len(np.unique(values[~np.isnan(values)])) == 1
    else:
        if kind is None:
            _check_text(where, name, cells)
        values, levels = _levels(cells)
        is_constant = len(levels) == 1
    if cells.isna().all():
        raise DataError(f'{where!r}: column {name!r} is missing in every row. Drop it, or mark it "ignore".')
    if is_constant:
        value = levels[0] if levels else f"{values[~np.isnan(values)][0]:g}"
        raise DataError(
            f"{where!r}: column {name!r} is {value} in every row that has a value; nothing can be learnt from it. Drop it, "
            'or mark it "ignore".'
        )
    return values, levels


def is_number(cells: pd.Series) -> bool:
    """Whether a column was read as numbers; truth values are a category."""
    return pd.api.types.is_numeric_dtype(cells) and not pd.api.types.is_bool_dtype(cells)


def as_numbers(cells: pd.Series) -> pd.Series:
    """A column as numbers, NaN where a cell is none."""
    return cells if is_number(cells) else pd.to_numeric(cells.astype(object).map(str, "ignore"), errors="coerce")


def _numbers(where: str, name: str, cells: pd.Series) -> NDArray[np.float64]:
    numbers = as_numbers(cells)
    if len(wrong := np.flatnonzero(numbers.isna() & cells.notna())):
        raise DataError(
            f"{where!r}: column {name!r} holds the text {str(cells.iloc[wrong[0]])!r} in row {wrong[0]} of the data, "
            'counted from 0; its kind is "number". Mend the cell, or make it a "category".'
        )
    return numbers.to_numpy(dtype=np.float64)


def _check_text(where: str, name: str, cells: pd.Series) -> None:
    """A column that nobody declared is a category only if it looks like one."""
    is_numeric = (as_numbers(cells).notna() & cells.notna()).to_numpy()
    if is_numeric.any():
        row = np.flatnonzero(~is_numeric & cells.notna().to_numpy())[0]
        raise DataError(
            f"{where!r}: column {name!r} holds numbers, and the text {str(cells.iloc[row])!r} in row {row} of the data, "
            'counted from 0. Mend the cell, or declare the kind of the column: "category" or "ignore".'
        )
    n_values = int(cells.notna().sum())
    if n_values > FEW_ROWS and cells.nunique() == n_values:
        raise DataError(
            f'{where!r}: column {name!r} holds another text in every row, like names do. Mark it "ignore", or declare it a '
            '"category" if it is one.'
        )


def _levels(cells: pd.Series) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    texts = cells.astype(object).map(lambda cell: str(cell).strip(), na_action="ignore")
    levels = tuple(sorted(texts.dropna().unique()))
    index = texts.map({level: float(number) for number, level in enumerate(levels)})
    return index.to_numpy(dtype=np.float64, na_value=np.nan), levels


def _stripped(cell: Any) -> Any:
    """A text without the blanks around it, None where that leaves one of `MISSING`; other values as they are."""
    if not isinstance(cell, str) or cell == cell.strip():
        return cell
    return None if cell.strip() in MISSING else cell.strip()


def _target(column: pd.Series, table: Table) -> tuple[NDArray[Any], tuple[str, ...]]:
    if table.task == "classification" and not is_number(column):
        column = column.astype(object).map(_stripped)  # "p" and "p " are one class
    if column.isna().any():
        raise DataError(
            f"{table.csv!r}: the target {table.target!r} is missing in {column.isna().sum()} of {len(column)} rows, the "
            f"first row {np.argmax(column.isna())} of the data, counted from 0. Fill it in, or drop the rows."
        )
    if table.task == "classification":
        labels, y = np.unique(column.to_numpy(), return_inverse=True)
        return y, tuple(map(str, labels))
    if not is_number(column):
        raise DataError(
            f"{table.csv!r}: the target {table.target!r} holds text; regression needs numbers. Set its task."
        )
    return column.to_numpy(dtype=np.float64), ()
