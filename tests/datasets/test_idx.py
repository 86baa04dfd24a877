"""IDX files, gzipped or not, are read as their format says; damaged ones are refused in one line."""

import gzip
import re
import struct
from pathlib import Path

import numpy as np
import pytest

from eligo.datasets import DataError, read_idx

# From the format's description: type code and what it stands for, written by struct, not by numpy.
TYPES = {0x08: "B", 0x09: "b", 0x0B: "h", 0x0C: "i", 0x0D: "f", 0x0E: "d"}


def idx(code: int, shape: tuple[int, ...], values: list) -> bytes:
    header = struct.pack(f">BBBB{len(shape)}I", 0, 0, code, len(shape), *shape)
    return header + struct.pack(f">{len(values)}{TYPES[code]}", *values)


@pytest.mark.parametrize("code", TYPES)
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
def test_values_are_read_as_they_were_written(tmp_path: Path, code: int, pack):
    (file := tmp_path / "values").write_bytes(pack(idx(code, (2, 3), [1, 2, 3, 4, 5, 100])))
    values = read_idx(file)
    assert values.tolist() == [[1, 2, 3], [4, 5, 100]]
    assert values.dtype == np.dtype(f"={TYPES[code]}") and values.dtype.isnative


@pytest.mark.parametrize("shape", [(), (4,), (2, 1, 2), (0,), (0, 28, 28)])
def test_dimensions_are_those_of_the_header(tmp_path: Path, shape: tuple[int, ...]):
    size = int(np.prod(shape)) if shape else 0
    (file := tmp_path / "values").write_bytes(idx(8, shape, list(range(size))))
    if not shape:
        with pytest.raises(DataError, match="is no IDX file"):
            read_idx(file)
    else:
        assert read_idx(file).shape == shape


WHOLE = idx(8, (3, 2), [1, 2, 3, 4, 5, 6])
ZIPPED = gzip.compress(WHOLE, mtime=0)
DAMAGED = [
    (b"", "is no IDX file: it begins with nothing, not with 00 00, a type (08, 09, 0b, 0c, 0d, 0e)"),
    (b"a,b\n1,2\n", "is no IDX file: it begins with 61 2c 62 0a, not with 00 00"),
    (b"\0\0\x07\x01" + WHOLE[4:], "is no IDX file: it begins with 00 00 07 01"),
    (WHOLE[:3], "is no IDX file: it begins with 00 00 08,"),
    (WHOLE[:10], "ends inside its header; the file is cut off. Get it again."),
    (
        WHOLE[:-1],
        "must hold 6 bytes of values, as its dimensions 3 x 2 say; it holds 5: the file is cut off. Get it again.",
    ),
    (WHOLE[:12], "it holds 0: the file is cut off"),
    (
        WHOLE + b"7",
        "must hold 6 bytes of values, as its dimensions 3 x 2 say; it holds 7: 1 bytes too many follow them.",
    ),
    (gzip.compress(WHOLE[:-2], mtime=0), "it holds 4: the file is cut off"),
    (ZIPPED[:-4], "ends inside its gzip stream; the file is cut off. Get it again."),
    (ZIPPED[:12], "ends inside its gzip stream; the file is cut off. Get it again."),
    (ZIPPED + b"more", "is a damaged gzip file: Not a gzipped file"),
    (ZIPPED[:-6] + b"\0\0" + ZIPPED[-4:], "is a damaged gzip file: CRC check failed"),
    (ZIPPED[:10] + b"\xff" * 8 + ZIPPED[18:], "is a damaged gzip file: "),
]


@pytest.mark.parametrize(("content", "message"), DAMAGED)
def test_a_damaged_file_is_refused_in_one_line(tmp_path: Path, content: bytes, message: str):
    (file := tmp_path / "values").write_bytes(content)
    with pytest.raises(DataError, match=re.escape(message)) as caught:
        read_idx(file)
    assert str(caught.value).startswith(repr(str(file))) and "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(DataError, match=r"cannot read .*none': No such file or directory\. Check the path\."):
        read_idx(tmp_path / "none")
