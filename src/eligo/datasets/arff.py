"""Reader of ARFF, the format in which OpenML gives its data."""

from __future__ import annotations

import io
import re
from typing import Any

import pandas as pd

from eligo.datasets.record import DataError

_ATTRIBUTE = re.compile(
    r"""@attribute\s+(?:'(?P<single>(?:\\.|[^'\\])*)'|"(?P<double>(?:\\.|[^"\\])*)"|(?P<plain>[^\s{]+))\s*(?P<type>.+)""",
    re.IGNORECASE,
)
_CELL = re.compile(r"""\s*(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|([^,'"]*?))\s*(?:,|$)""")
_NUMBERS = ("numeric", "real", "integer")
_TEXTS = ("string", "date")


def read_arff(text: str, where: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    r"""A table from the text of an ARFF file.

    Parameters
    ----------
    text : str
    where : str, what messages call the file

    Returns
    -------
    frame : DataFrame, numbers of numeric attributes and texts of all others; missing where a cell is ``?``
    nominal : tuple of str, the attributes with a list of values

    Raises
    ------
    DataError
        If the file is no ARFF, is cut off, is sparse, or has a cell that its header does not allow.

    Examples
    --------
    >>> text = "@relation r\n@attribute 'a b' real\n@attribute kind {x,'y z'}\n@data\n1.5,x\n?,'y z'\n"
    >>> frame, nominal = read_arff(text, "r.arff")
    >>> frame.to_dict("list"), nominal
    ({'a b': [1.5, nan], 'kind': ['x', 'y z']}, ('kind',))
    """
    lines = text.splitlines()
    types, first = _header(lines, where)
    rows = [(number, line) for number, line in enumerate(lines[first:], first + 1) if line.strip()[:1] not in ("", "%")]
    cells = _cells(rows, list(types), where)
    frame = pd.DataFrame({name: _column(where, name, kind, cells[name]) for name, kind in types.items()})
    return frame, tuple(name for name, kind in types.items() if not isinstance(kind, str))


def _header(lines: list[str], where: str) -> tuple[dict[str, Any], int]:
    """Attributes with "number", "text" or a list of values, and the line on which data begin, counted from 0."""
    types: dict[str, Any] = {}
    for number, raw in enumerate(lines):
        line = raw.strip()
        if line.lower().startswith("@data"):
            if types:
                return types, number + 1
            break
        if not line.lower().startswith("@attribute"):
            continue
        found = _ATTRIBUTE.fullmatch(line)
        kind = None if found is None else _kind(found["type"].strip())
        if found is None or kind is None:
            raise DataError(
                f"cannot read {where!r} as ARFF: line {number + 1} is no attribute: {line!r}. Get it again."
            )
        name = _plain(found["single"], found["double"], found["plain"])
        types[name.strip()] = kind
    raise DataError(f"cannot read {where!r} as ARFF: it has no attributes followed by @data. Get it again.")


def _kind(declared: str) -> str | list[str] | None:
    if declared.startswith("{") and declared.endswith("}"):
        return [cell or "" for cell in _split(declared[1:-1].strip()) or ()]
    word = declared.split()[0].lower()
    return "number" if word in _NUMBERS else "text" if word in _TEXTS else None


def _plain(single: str | None, double: str | None, plain: str | None) -> str:
    """What a quoted or plain word says."""
    quoted = single if single is not None else double
    return re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain or ""


def _split(line: str) -> list[str | None] | None:
    """Cells of a line, None for a missing one; None where the line ends inside a quotation."""
    cells: list[str | None] = []
    at = 0
    while True:
        found = _CELL.match(line, at)
        if found is None:
            return None
        cells.append(None if found[3] == "?" else _plain(*found.groups()))
        at = found.end()
        if at == len(line) and not line[found.start() : at].endswith(","):
            return cells


def _cells(rows: list[tuple[int, str]], names: list[str], where: str) -> pd.DataFrame:
    """All cells as texts; each line has one for every attribute."""
    if rows and rows[0][1].lstrip().startswith("{"):
        raise DataError(f"cannot read {where!r}: it is a sparse ARFF. Save it as CSV.")
    is_quoted = any("'" in line or '"' in line for _, line in rows)
    split = [_split(line.strip()) for _, line in rows] if is_quoted else None
    counts = [line.count(",") + 1 for _, line in rows] if split is None else [len(cells or ()) for cells in split]
    for (number, _), count in zip(rows, counts, strict=True):
        if count != len(names):
            raise DataError(
                f"cannot read {where!r} as ARFF: line {number} has {count} cells, the header names {len(names)}. "
                "The file may be cut off; get it again."
            )
    if split is not None or not rows:
        return pd.DataFrame(split or [], columns=names, dtype=object)
    return pd.read_csv(
        io.StringIO("\n".join(line for _, line in rows)),
        header=None,
        names=names,
        index_col=False,
        dtype=object,
        na_values=["?"],
        keep_default_na=False,
        skipinitialspace=True,
    )


def _column(where: str, name: str, kind: str | list[str], cells: pd.Series) -> pd.Series:
    numbers: pd.Series
    texts: pd.Series = cells.astype(object).map(str.strip, na_action="ignore")
    if kind == "text":
        return texts
    if kind == "number":
        numbers = pd.to_numeric(texts, errors="coerce").astype(float)
        wrong = texts[numbers.isna() & texts.notna() & (texts.astype(str).str.lower() != "nan")]
    else:
        numbers = texts
        wrong = texts[texts.notna() & ~texts.isin([level.strip() for level in kind])]
    if len(wrong):
        raise DataError(
            f"cannot read {where!r} as ARFF: {name!r} is {wrong.iloc[0]!r} in row {wrong.index[0]} of the data, counted "
            "from 0, which its header does not allow. The file may be cut off; get it again."
        )
    return numbers
