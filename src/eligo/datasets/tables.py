"""A user's own table: a CSV file with a column to predict and columns of numbers to predict it from."""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from eligo.datasets.record import DataError, Dataset
from eligo.tasks import CLASSIFICATION, REGRESSION

TASKS = {task.name: task for task in (CLASSIFICATION, REGRESSION)}


@dataclass(frozen=True)
class Table:
    """Where a user's data are, and what to predict.

    Attributes
    ----------
    csv : str, path of the file
    target : str, name of the column to predict
    task : "classification" or "regression"
    sha256 : str, digest of the file's content, so that a changed file is a changed problem
    """

    csv: str
    target: str
    task: str
    sha256: str


def digest(path: Path) -> str:
    """SHA-256 of a file's content.

    Raises
    ------
    DataError
        If the file cannot be read.
    """
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise DataError(f"cannot read the table {str(path)!r}: {error.strerror}. Check the path.") from None


def _content(table: Table) -> bytes:
    """Bytes of the file, as they were when the study was read."""
    content = Path(table.csv).read_bytes()
    if hashlib.sha256(content).hexdigest() != table.sha256:
        raise DataError(f"{table.csv!r} has changed since the study was read. Start the study again.")
    return content


def load_table(name: str, table: Table) -> Dataset:
    """Read a user's table as a data set.

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
        If the file is no table, lacks the target, or holds something that is no number or missing.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # rows longer than the header
            frame = pd.read_csv(io.BytesIO(_content(table)), index_col=False)
    except DataError:
        raise
    except (
        ValueError,
        OSError,
        pd.errors.ParserWarning,
    ) as error:  # pandas' own errors are ValueErrors, some of several lines
        reason = (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
        raise DataError(f"cannot read {table.csv!r} as CSV: {reason}. Check the file.") from None
    if table.target not in frame:
        names = ", ".join(map(str, frame.columns))
        raise DataError(f"{table.csv!r} has no column {table.target!r} to predict; it has {names}.")
    if frame.empty:
        raise DataError(f"{table.csv!r} has a header but no rows. Check the file.")
    features = frame.drop(columns=table.target)
    for column in features:
        text = features[column][pd.to_numeric(features[column], errors="coerce").isna() & features[column].notna()]
        if len(text):
            raise DataError(
                f"{table.csv!r}: column {column!r} holds the text {str(text.iloc[0])!r}; features must be numbers. "
                "Encode or drop the column."
            )
    y, class_names = _target(frame[table.target], table)
    return Dataset(
        name=name,
        title=name,
        task=TASKS[table.task],
        X=features.to_numpy(dtype=np.float64),
        y=y,
        feature_names=tuple(map(str, features.columns)),
        class_names=class_names,
        target_name=table.target,
        source=f"{Path(table.csv).name}, sha256 {table.sha256[:12]}",
    )


def _target(column: pd.Series, table: Table) -> tuple[np.ndarray, tuple[str, ...]]:
    if column.isna().any():
        raise DataError(
            f"{table.csv!r}: the target {table.target!r} is missing in {column.isna().sum()} rows. Fill it in."
        )
    if table.task == "classification":
        labels, y = np.unique(column.to_numpy(), return_inverse=True)
        return y, tuple(map(str, labels))
    if not pd.api.types.is_numeric_dtype(column):
        raise DataError(
            f"{table.csv!r}: the target {table.target!r} holds text; regression needs numbers. Set its task."
        )
    return column.to_numpy(dtype=np.float64), ()
