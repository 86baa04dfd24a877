"""From a file to the table that a comparison learns from: cleaned, small enough, and every step of it said."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

from eligo.datasets import DataError, Table
from eligo.datasets.tables import digest
from eligo.mistakes import several
from eligo.study.comparison.columns import useful_columns
from eligo.study.comparison.reading import read_cells
from eligo.study.comparison.target import with_target, without_rare_classes

MOST_ROWS = 2000
MOST_CELLS = 128_000
"""Rows times inputs of the table, unless it has no more than `FEW_ROWS`; a run takes about a minute then."""

FEW_ROWS = 300
FEWEST_ROWS = 20


@dataclass(frozen=True, eq=False)
class Prepared:
    """A table to learn from.

    Attributes
    ----------
    name : str, what the problem is called: the file's name without its ending
    file : str, the file's name
    frame : frame (rows, columns), the target among them
    target : str
    task : "classification" or "regression"
    kinds : tuple of (column, "number" or "category"), without the target
    n_rows : int, of the file
    notes : tuple of str, what was done and guessed, one sentence each
    """

    name: str
    file: str
    frame: pd.DataFrame
    target: str
    task: str
    kinds: tuple[tuple[str, str], ...]
    n_rows: int
    notes: tuple[str, ...]

    @property
    def n_inputs(self) -> int:
        """Inputs of a network: one per number, one per text of a category."""
        return _n_inputs(self.frame, dict(self.kinds))


def prepared(path: Path, target: str, task: str | None, seed: int) -> Prepared:
    """Read a file, and make a table of it that a small study can learn from.

    Parameters
    ----------
    path : Path of a CSV or Parquet file
    target : str, the column to predict
    task : "classification", "regression", or None to guess
    seed : int, of the random subset of a large table's rows

    Returns
    -------
    Prepared

    Raises
    ------
    DataError
        If there is nothing to learn, or nothing to learn it from; the message is one line.
    """
    where = str(path)
    whole, notes = read_cells(path)
    rows, task, said = with_target(where, whole, target, task)
    _refuse_few(where, rows)
    notes += said
    columns, kinds, said = useful_columns(rows, target)
    notes += said
    n_most = _most_rows(_n_inputs(columns, kinds))
    if task == "classification":
        columns, said = without_rare_classes(where, columns, target, min(1.0, n_most / len(columns)))
        notes += said
    if len(columns) > n_most:
        notes.append(f"A random subset of {n_most} of {len(columns)} rows takes their place.")
        columns = _subset(columns, n_most, columns[target] if task == "classification" else None, seed)
    columns, kinds, said = useful_columns(columns, target)  # in fewer rows there may be fewer values
    notes += said
    _check(where, columns, kinds, target)
    return Prepared(
        path.stem or "table", path.name, columns, target, task, tuple(kinds.items()), len(whole), tuple(notes)
    )


def _n_inputs(frame: pd.DataFrame, kinds: dict[str, str]) -> int:
    return sum(1 if kind == "number" else int(frame[name].nunique()) for name, kind in kinds.items())


def _most_rows(n_inputs: int) -> int:
    return min(MOST_ROWS, max(FEW_ROWS, MOST_CELLS // max(n_inputs, 1)))


def _subset(frame: pd.DataFrame, n: int, classes: pd.Series | None, seed: int) -> pd.DataFrame:
    kept, _ = train_test_split(np.arange(len(frame)), train_size=n, stratify=classes, random_state=seed % 2**32)
    return frame.iloc[np.sort(kept)]


def _check(where: str, frame: pd.DataFrame, kinds: dict[str, str], target: str) -> None:
    if not kinds:
        raise DataError(
            f"{where!r} has no column left to predict {target!r} from. Add columns of numbers or categories."
        )
    _refuse_few(where, frame)


def _refuse_few(where: str, frame: pd.DataFrame) -> None:
    if len(frame) < FEWEST_ROWS:
        raise DataError(
            f"{where!r} has {several(len(frame), 'row')} to learn from; a comparison needs at least {FEWEST_ROWS}. Add rows."
        )


@contextmanager
def as_study_table(one: Prepared) -> Iterator[Table]:
    """The table as a study reads it, in a file that is there as long as this lasts."""
    with tempfile.TemporaryDirectory(prefix="eligo-compare-") as folder:
        path = Path(folder) / f"{one.name}.csv"
        one.frame.to_csv(path, index=False, lineterminator="\n")
        source = f"{one.file}, {len(one.frame)} of {one.n_rows} rows"
        yield Table(str(path), one.target, one.task, digest(path), one.kinds, source)
