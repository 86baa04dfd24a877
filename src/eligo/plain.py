"""Text from data on its way to a terminal or a spreadsheet: it is read, and commands nothing."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import pandas as pd

_TURNS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Characters that change the direction of what follows, and so can hide what a line says."""

_SIGN = r"[=+\-@\uff1d\uff0b\uff0d\uff20]"
_FORMULA = re.compile(rf'^(?=\s*{_SIGN})|(?<=[;|])(?=[\s"]*{_SIGN})')
"""Where a formula begins in a spreadsheet; wide forms are read as their plain ones by some.

A cell begins anew after a semicolon, or a bar, where a spreadsheet splits there, as those do whose decimal sign is a comma;
quotes around a cell are no help, since the field that they are in began before them.
"""


def visible(text: str) -> str:
    r"""A text on one line, with every character that would control a terminal written out.

    Parameters
    ----------
    text : str, from anywhere

    Returns
    -------
    str without control characters, line separators and changes of direction

    Examples
    --------
    >>> print(visible("\x1b[31mred\r\n"))
    \x1b[31mred\r\n
    """
    return "".join(map(_shown, text))


def _shown(one: str) -> str:
    is_hidden = unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") or one in _TURNS
    return one.encode("unicode_escape").decode("ascii") if is_hidden else one


def spreadsheet_cell(value: Any) -> Any:
    r"""A cell of a CSV file that no spreadsheet takes for a formula.

    A text that begins like one gets an apostrophe before it, as OWASP's note on CSV injection says, and so does a part of it
    behind a semicolon or a bar; its control characters are written out. Numbers stay numbers.

    Parameters
    ----------
    value : anything

    Returns
    -------
    str for a text, else the value

    Examples
    --------
    >>> spreadsheet_cell("=1+1"), spreadsheet_cell("plain"), spreadsheet_cell("a;=1+1"), spreadsheet_cell(-1.5)
    ("'=1+1", 'plain', "a;'=1+1", -1.5)
    """
    if not isinstance(value, str):
        return value
    return _FORMULA.sub("'", visible(value))


def for_spreadsheets(frame: pd.DataFrame) -> pd.DataFrame:
    """A table whose texts, titles of columns among them, are no formulas.

    Parameters
    ----------
    frame : DataFrame, whose index is not written

    Returns
    -------
    DataFrame of the same shape and numbers
    """
    columns = [frame.iloc[:, place] for place in range(frame.shape[1])]
    safe = [own if pd.api.types.is_numeric_dtype(own) else own.map(spreadsheet_cell) for own in columns]
    titles = pd.Index([spreadsheet_cell(name) for name in frame.columns])
    return pd.concat(safe, axis=1).set_axis(titles, axis=1) if safe else frame
