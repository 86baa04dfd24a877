"""IDX files, the format of MNIST and its kin: a magic number, dimensions, then the values."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eligo.datasets.record import DataError

# The third byte of the file says what the values are; all are big-endian.
DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
GZIP_MAGIC = b"\x1f\x8b"


def read_idx(path: Path) -> NDArray[Any]:
    """Read an IDX file, gzipped or not.

    Parameters
    ----------
    path : Path; whether it is gzipped is read from its content, not from its name

    Returns
    -------
    array of the dimensions and the type that the file declares, in this machine's byte order

    Raises
    ------
    DataError
        If the file cannot be read, is no IDX file, or holds fewer or more bytes than its dimensions say.

    References
    ----------
    LeCun, Cortes & Burges, The MNIST database of handwritten digits, section "File formats".

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "labels-idx1-ubyte"
    >>> _ = file.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9]))
    >>> read_idx(file)
    array([7, 8, 9], dtype=uint8)
    """
    content = _content(path)
    n_dimensions = content[3] if len(content) >= 4 else 0
    start = 4 + 4 * n_dimensions
    if content[:2] != b"\0\0" or len(content) < 4 or content[2] not in DTYPES or not n_dimensions:
        raise DataError(
            f"{str(path)!r} is no IDX file: it begins with {content[:4].hex(' ') or 'nothing'}, not with 00 00, a type "
            f"({', '.join(f'{code:02x}' for code in DTYPES)}) and a number of dimensions. Get it again."
        )
    if len(content) < start:
        raise DataError(f"{str(path)!r} ends inside its header; the file is cut off. Get it again.")
    shape = struct.unpack(f">{n_dimensions}I", content[4:start])
    dtype = np.dtype(DTYPES[content[2]])
    expected, found = math.prod(shape) * dtype.itemsize, len(content) - start
    if found != expected:
        fault = "the file is cut off" if found < expected else f"{found - expected} bytes too many follow them"
        raise DataError(
            f"{str(path)!r} must hold {expected} bytes of values, as its dimensions {' x '.join(map(str, shape))} say; "
            f"it holds {found}: {fault}. Get it again."
        )
    try:
        values = np.frombuffer(content, dtype, offset=start).reshape(shape)
    except ValueError:  # empty, or of more dimensions than arrays have
        raise DataError(
            f"{str(path)!r} declares {n_dimensions} dimensions, {' x '.join(map(str, shape))}, which no array can have. "
            "Get it again."
        ) from None
    return values.astype(dtype.newbyteorder("="))


def _content(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
        return gzip.decompress(raw) if raw[:2] == GZIP_MAGIC else raw
    except EOFError:
        raise DataError(f"{str(path)!r} ends inside its gzip stream; the file is cut off. Get it again.") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{str(path)!r} is a damaged gzip file: {error}. Get it again.") from None
    except OSError as error:
        raise DataError(f"cannot read {str(path)!r}: {error.strerror}. Check the path.") from None
