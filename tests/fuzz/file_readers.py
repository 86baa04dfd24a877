"""The readers of files from outside, each as a function of bytes that may fail in one way: with a line for its user."""

import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eligo.datasets import DataError
from eligo.datasets.arff import read_arff
from eligo.datasets.idx import read_idx
from eligo.datasets.tables import Table, csv_text, digest, load_table
from eligo.estimators.loading import load
from eligo.study.comparison.table import prepared
from eligo.study.files import load_study
from eligo.study.reading import StudyError

TARGET = "y"
"""The column that tables of a corpus are asked to predict."""


@dataclass(frozen=True)
class FileReader:
    """A reader of files.

    Attributes
    ----------
    read : function of a path, which returns anything or raises
    refusals : exceptions that tell a user what is wrong
    suffix : str, of the file's name
    words : tuple of bytes, what a file of this kind is made of; spares a fuzzer finding it
    """

    read: Callable[[Path], Any]
    refusals: tuple[type[Exception], ...]
    suffix: str
    words: tuple[bytes, ...]


def _study(path: Path) -> None:
    study = load_study(str(path))
    for row in study.rows():
        study.settings_of(study.plans[0].problem, row.label)


def _table(path: Path) -> None:
    """As both kinds of task, so that one file tries both."""
    faults: list[DataError] = []
    for task in ("classification", "regression"):
        try:
            load_table("own", Table(str(path), TARGET, task, digest(path)))
        except DataError as fault:
            faults.append(fault)
    if faults:
        raise faults[0]


READERS = {
    "toml": FileReader(
        _study,
        (StudyError,),
        ".toml",
        (b"[selection]", b"[querying]", b"[tuning]", b"[problem.iris]", b"[network]", b"[preparation]", b" = ", b"true",
         b"beta", b"interval", b"hidden", b"[problem.own]", b'csv = "own.csv"', b"inf", b"nan", b"1e400", b"-1"),
    ),
    "csv": FileReader(_table, (DataError,), ".csv", (b",", b"\n", b'"', b"y", b"NA", b"1e400", b"\xef\xbb\xbf", b"-0.0")),
    "compare": FileReader(
        lambda path: prepared(path, TARGET, None, 0),
        (DataError,),
        ".csv",
        (b",", b";", b"\t", b"|", b"\n", b'"', b"y", b"NA", b"1,5", b"2020-01-01", b"true", b"1e400", b"$", b"%"),
    ),
    "idx": FileReader(read_idx, (DataError,), "", (b"\x00\x00\x08\x01", b"\x00\x00\x0e\x03", b"\x1f\x8b", b"\xff" * 4)),
    "arff": FileReader(
        lambda path: read_arff(csv_text(str(path), path.read_bytes()), str(path)),
        (DataError,),
        ".arff",
        (b"@relation", b"@attribute", b"@data", b"numeric", b"string", b"{a,b}", b"'", b'"', b"\\", b"?", b"%", b"{0 1}"),
    ),
    "safetensors": FileReader(
        load,
        (ValueError,),
        ".safetensors",
        (b"__metadata__", b"eligo", b"data_offsets", b"shape", b"dtype", b"F32", b"I64", b"BOOL", b"value", b"fields",
         b"[1e999]", b"null", b"estimator", b"SelectiveRegressor", b"classes"),
    ),
}  # fmt: skip


def check(reader: FileReader, content: bytes, folder: Path) -> Exception | None:
    """Let a reader read this content; how it was refused, or None.

    Raises
    ------
    AssertionError
        If the refusal is not one line.
    Exception
        Whatever else the reader raises: a fault of the reader. A warning is one too.
    """
    path = folder / f"file{reader.suffix}"
    path.write_bytes(content)
    before = os.environ.get("ELIGO_DATA")
    os.environ["ELIGO_DATA"] = str(folder)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            reader.read(path)
    except reader.refusals as refusal:
        message = str(refusal)
        assert message.strip() and "\n" not in message and "\r" not in message, f"not one line: {message!r}"
        return refusal
    finally:
        path.unlink()
        if before is None:
            del os.environ["ELIGO_DATA"]
        else:
            os.environ["ELIGO_DATA"] = before
    return None
