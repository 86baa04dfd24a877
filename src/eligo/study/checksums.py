"""Checksums of what is stored: SQLite has none, and would read a byte that a disk changed as another number."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

TEXT_COLUMNS = frozenset({"problem", "method"})


def text_checksum(*texts: str) -> int:
    """Checksum of some texts in order."""
    return zlib.crc32("\0".join(texts).encode())


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
