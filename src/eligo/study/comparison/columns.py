"""Which columns a network can learn from; the others are left out, each for a reason that is said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from eligo.datasets.tables import FEW_ROWS
from eligo.study.comparison.cells import Cells, understood

MOST_LEVELS = 50
"""A column with more different texts is free text, or would need more inputs than it is worth."""

FEWEST_VALUES = 15
"""A column with fewer values would sooner or later have none in a part that its gaps are filled from."""

MOST_NAMED = 8
"""Columns that a sentence names; of more it says how many."""

IDENTIFIER = re.compile(r"(.*[ _.-])?(id|ids|idx|index|key|no|nr|number|uuid|guid)|column \d+|.*[a-z]Id", re.IGNORECASE)


def useful_columns(frame: pd.DataFrame, target: str) -> tuple[pd.DataFrame, dict[str, str], list[str]]:
    """The columns that are worth learning from, as numbers and texts.

    Left out are columns of dates, identifiers, free text, one value throughout or hardly any.

    Parameters
    ----------
    frame : frame (rows, columns) as it was read
    target : str, the column to predict; it is not looked at and stays

    Returns
    -------
    frame of the columns that stay, their kinds ("number" or "category", without the target), and what was done, one
    sentence each

    Examples
    --------
    >>> rows = range(40)
    >>> frame = pd.DataFrame({"id": rows, "age": [row % 7 for row in rows], "land": "NL", "y": [row % 2 for row in rows]})
    >>> useful_columns(frame, "y")[1:]
    ({'age': 'number'}, ['Left out for one value throughout: land.', 'Left out as an identifier: id.'])
    """
    read = {str(name): understood(frame[name]) for name in frame if name != target}
    faults = {name: fault_of(name, cells) for name, cells in read.items()}
    kept = {name: cells for name, cells in read.items() if not faults[name]}
    kinds = {name: "number" if cells.kind == "number" else "category" for name, cells in kept.items()}
    values = {name: cells.values for name, cells in kept.items()} | {target: frame[target]}
    return pd.DataFrame(values, index=frame.index), kinds, [*_left_out(faults), *_unread(kept)]


def fault_of(name: str, cells: Cells) -> str:
    """Why a column is left out, as a sentence puts it after "Left out"; empty for one that stays."""
    known = cells.values.dropna()
    if known.empty:
        return "for lack of any value"
    if cells.kind == "date":
        return "as dates or times"
    n_different = known.nunique()
    if n_different == 1:
        return "for one value throughout"
    if len(known) < FEWEST_VALUES:
        return f"for values in fewer than {FEWEST_VALUES} rows"
    is_unique = n_different == len(cells.values) > FEW_ROWS
    if cells.kind == "number":
        is_whole = bool((known % 1 == 0).all())
        is_counted = known.max() - known.min() == len(known) - 1
        is_named = IDENTIFIER.fullmatch(name) is not None
        return "as an identifier" if is_unique and is_whole and (is_counted or is_named) else ""
    if is_unique:
        return "as an identifier"
    return f"for more than {MOST_LEVELS} different texts" if n_different > MOST_LEVELS else ""


def named(names: Sequence[str]) -> str:
    """Names in a sentence, the first of many.

    Examples
    --------
    >>> named(["a", "b"]), named([f"x{i}" for i in range(10)])
    ('a, b', 'x0, x1, x2, x3, x4, x5, x6, x7 and 2 more')
    """
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def _left_out(faults: Mapping[str, str]) -> list[str]:
    reasons = sorted(set(filter(None, faults.values())), reverse=True)
    grouped = {reason: [name for name, fault in faults.items() if fault == reason] for reason in reasons}
    return [f"Left out {reason}: {named(names)}." for reason, names in grouped.items()]


def _unread(kept: Mapping[str, Cells]) -> list[str]:
    return [
        f"{cells.n_unread} of {len(cells.values)} cells of {name} are no numbers and count as missing, "
        f"such as {cells.example!r}."
        for name, cells in kept.items()
        if cells.n_unread
    ]
