"""Cells of a CSV or Parquet file as they are, and a word about what was not as usual."""

from __future__ import annotations

import io
import re
from collections import Counter
from pathlib import Path

import pandas as pd

from eligo.datasets import DataError
from eligo.datasets.tables import EXACTLY, MISSING, csv_header, csv_text

PARQUET = (".parquet", ".pq")
SPREADSHEETS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".numbers")
OTHER_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}
DECIMAL_COMMA = re.compile(r"(?:^|;)\s*-?\d+,\d+\s*(?:;|$)", re.MULTILINE)


def read_cells(path: Path) -> tuple[pd.DataFrame, list[str]]:
    r"""The cells of a table, numbers where a column holds nothing else.

    A CSV file whose header has no comma may have semicolons, tabs or bars between its cells, and decimal commas with
    semicolons. A column without a name is called by its place.

    Parameters
    ----------
    path : Path of a CSV file in UTF-8, or of a Parquet file if its name ends in .parquet or .pq

    Returns
    -------
    frame with at least one row; and what to tell of it, one sentence each

    Raises
    ------
    DataError
        If the file cannot be read, has no rows, or two of its columns have one name.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "flats.csv"
    >>> _ = file.write_text("side;rent\nnorth;700,5\nsouth;\n")
    >>> cells, notes = read_cells(file)
    >>> cells["rent"].tolist(), notes
    ([700.5, nan], ['Read with semicolons between cells and decimal commas.'])
    """
    if path.suffix.lower() in SPREADSHEETS:
        raise DataError(f"cannot read {str(path)!r}: it is a spreadsheet. Export the sheet as CSV, and give that file.")
    is_parquet = path.suffix.lower() in PARQUET
    frame, notes = _parquet(path) if is_parquet else _csv(path)
    names, unnamed = _names(list(map(str, frame.columns)))
    twice = [name for name, n in Counter(names).items() if n > 1]
    if twice:
        raise DataError(f"{str(path)!r} has {names.count(twice[0])} columns named {twice[0]!r}. Rename all but one.")
    if frame.empty:
        raise DataError(f"{str(path)!r} has a header but no rows. Check the file.")
    return frame.set_axis(names, axis=1).reset_index(drop=True), notes + unnamed


def _names(columns: list[str]) -> tuple[list[str], list[str]]:
    """Names of all columns, and a word about those that had none."""
    names = [name.strip() or f"column {place}" for place, name in enumerate(columns, start=1)]
    made = [name for name, was in zip(names, columns, strict=True) if not was.strip()]
    return names, [f"{_capital(name)} has no name." for name in made]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _csv(path: Path) -> tuple[pd.DataFrame, list[str]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot read the table {str(path)!r}: {error.strerror}. Check the path.") from None
    text = csv_text(str(path), content)
    delimiter, decimal, notes = _dialect(text)
    header = csv_header(str(path), text, delimiter)
    try:
        frame = pd.read_csv(
            io.StringIO(text),
            header=0,
            names=list(range(len(header))),
            index_col=False,
            sep=delimiter,
            decimal=decimal,
            na_values=list(MISSING),
            keep_default_na=False,
            skipinitialspace=True,
            **EXACTLY,
            low_memory=False,
        )
    except ValueError as error:  # pandas' own errors are ValueErrors, some of several lines
        reason = (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
        raise DataError(f"cannot read {str(path)!r} as CSV: {reason}. Check the file.") from None
    if all(_is_number(name) for name in header):
        notes.append(
            f"All names of columns are numbers, {header[0]} first: the first line was taken for names, not for a row."
        )
    return frame.set_axis(header, axis=1), notes


def _is_number(text: str) -> bool:
    """Whether a cell is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def _dialect(text: str) -> tuple[str, str, list[str]]:
    """What stands between cells and before decimals, and a word about it where it is unusual."""
    first = next((line for line in io.StringIO(text) if line.strip()), "")
    counts = {delimiter: first.count(delimiter) for delimiter in OTHER_DELIMITERS}
    delimiter = max(counts, key=counts.__getitem__)
    if "," in first or not counts[delimiter]:
        return ",", ".", []
    decimal = "," if delimiter == ";" and DECIMAL_COMMA.search(text) else "."
    commas = " and decimal commas" if decimal == "," else ""
    return delimiter, decimal, [f"Read with {OTHER_DELIMITERS[delimiter]} between cells{commas}."]


def _parquet(path: Path) -> tuple[pd.DataFrame, list[str]]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise DataError(
            f"cannot read {str(path)!r}: Parquet files need pyarrow, which is not installed. Install it with `pip install "
            "'eligo[parquet]'`, or save the table as CSV."
        ) from None
    try:
        with open(path, "rb") as file:
            cells = pyarrow.parquet.ParquetFile(file).read()
    except OSError as error:  # Arrow's own among them
        reason = error.strerror or (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
        raise DataError(f"cannot read the table {str(path)!r}: {reason}. Check the file.") from None
    except pyarrow.ArrowException as error:
        reason = (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
        raise DataError(f"cannot read {str(path)!r} as Parquet: {reason}. Check the file.") from None
    names = cells.column_names
    frame: pd.DataFrame = cells.rename_columns(list(map(str, range(len(names))))).to_pandas(ignore_metadata=True)
    return frame.set_axis(names, axis=1), []
