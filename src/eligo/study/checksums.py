"""Checksums of what is stored: SQLite has none, and would read a byte that a disk changed as another number."""

from __future__ import annotations

import math
import sqlite3
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

TEXT_COLUMNS = frozenset({"problem", "method"})


def text_checksum(*texts: str) -> int:
    """Checksum of some texts in order."""
    return zlib.crc32("\0".join(texts).encode())


def values_checksum(values: Iterable[Any]) -> int:
    """Checksum of a row of few values, each as Python writes it."""
    return text_checksum(*map(str, values))


def unit_checksums(connection: sqlite3.Connection, tables: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Checksum of each unit of a store, over its own row and those of some tables, in the order of the tables.

    Raises
    ------
    sqlite3.Error, UnicodeError, struct.error, TypeError
        If a row cannot be read, or is not even of the right kind.
    """
    units = connection.execute("SELECT id, stage, problem, seconds, finished_at FROM units")
    found = {row[0]: values_checksum(row) for row in units}
    for table, columns in tables.items():
        for unit, *row in connection.execute(f"SELECT unit, {', '.join(columns)} FROM {table} ORDER BY rowid"):
            found[unit] = rows_checksum(columns, (row,), found.get(unit, 0))
    return found


def rows_checksum(columns: Sequence[str], rows: Iterable[Sequence[Any]], begun: int = 0) -> int:
    """Checksum of rows of one table, going on from that of what came before.

    Numbers count by their value as a float of 64 bits, and what is missing as NaN: how SQLite gives back what it was given.

    Examples
    --------
    >>> columns = ("problem", "trial", "mse")
    >>> rows_checksum(columns, [("iris", 3, None)]) == rows_checksum(columns, [("iris", 3.0, float("nan"))])
    True
    >>> rows_checksum(columns, [("iris", 3, 0.5)]) == rows_checksum(columns, [("iris", 3, 0.5000000000000001)])
    False
    """
    n_texts = sum(column in TEXT_COLUMNS for column in columns)  # they come first
    pack = struct.Struct(f"<{len(columns) - n_texts}d").pack
    checksum = begun
    for row in rows:
        checksum = zlib.crc32("\0".join(row[:n_texts]).encode(), checksum)
        numbers = [math.nan if value is None or value != value else value for value in row[n_texts:]]
        checksum = zlib.crc32(pack(*numbers), checksum)
    return checksum
