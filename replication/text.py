"""How numbers and tables look on the page."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from eligo.report.digits import NONE, fixed

NOT_MEASURED = "not measured"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown; the first column is text, the others are numbers.

    Examples
    --------
    >>> print(table(["a", "b"], [["x", "1"]]))
    | a | b |
    |:--|--:|
    | x | 1 |
    """
    rule = "|" + "|".join([":--", *["--:"] * (len(header) - 1)]) + "|"
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(["| " + " | ".join(header) + " |", rule, *lines])


def mean_sd(values: Sequence[float] | pd.Series, decimals: int) -> str:
    """Mean and standard deviation (divisor n - 1) of trials.

    Examples
    --------
    >>> mean_sd([1.0, 2.0, 3.0], 2), mean_sd([], 2)
    ('2.00 ± 1.00', 'not measured')
    """
    array = np.asarray(values, dtype=float)
    if not array.size:
        return NOT_MEASURED
    spread = f" ± {fixed(float(array.std(ddof=1)), decimals)}" if array.size > 1 else ""
    return fixed(float(array.mean()), decimals) + spread


def pair(published: Sequence[float] | None, decimals: int) -> str:
    """A published mean, and its standard deviation where there is one.

    Examples
    --------
    >>> pair([0.5, 0.1], 2), pair([0.5], 2), pair(None, 2)
    ('0.50 ± 0.10', '0.50', '–')
    """
    return NONE if published is None else " ± ".join(fixed(float(number), decimals) for number in published)


def signed(value: float, decimals: int) -> str:
    """A difference, with its sign.

    Examples
    --------
    >>> signed(0.5, 1), signed(-0.5, 1), signed(0.0, 1)
    ('+0.5', '−0.5', '0.0')
    """
    text = fixed(value, decimals)
    return f"+{text}" if value > 0 and text.strip("0.") else text


def interval(low: float, high: float, decimals: int) -> str:
    """Both ends of an interval.

    Examples
    --------
    >>> interval(-0.1, 0.25, 2)
    '[−0.10, +0.25]'
    """
    return NONE if math.isnan(low) else f"[{signed(low, decimals)}, {signed(high, decimals)}]"


def mean_of(values: pd.Series, decimals: int) -> str:
    """Mean of trials alone."""
    return fixed(float(values.mean()), decimals) if len(values) else NOT_MEASURED


def yes(is_so: bool) -> str:
    """A truth in a cell."""
    return "yes" if is_so else "**no**"


__all__ = [
    "NONE",
    "NOT_MEASURED",
    "fixed",
    "interval",
    "mean_of",
    "mean_sd",
    "pair",
    "signed",
    "table",
    "yes",
]
