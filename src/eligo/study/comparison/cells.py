"""What a column's cells are: numbers, texts or dates; alike for columns to predict from and for the one to predict."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from eligo.datasets.tables import MISSING, as_numbers, is_number

MOSTLY = 0.95
"""A column of texts is one of numbers, or of dates, if so large a share of its cells are; the rest counts as missing."""

N_LOOKED_AT = 1000
"""Texts that are looked at before a column is taken for dates."""

DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ].*)?"  # 2024-03-31, with a time or without
    r"|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})([T ].*)?"  # 31.03.2024
    r"|\d{1,2}[- ][A-Za-z]{3,9}\.?,?[- ]\d{2,4}([T ].*)?|[A-Za-z]{3,9}\.? \d{1,2},? \d{4}([T ].*)?"  # 31 March 2024
    r"|\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?"  # 23:59
)


@dataclass(frozen=True, eq=False)
class Cells:
    """A column, understood.

    Attributes
    ----------
    kind : "number", "text" or "date"
    values : Series of float, of str, or of what was read; missing values are NaN
    n_unread : int, cells of a column of numbers that held a text or an infinite number; they are missing now
    example : str, one of them
    """

    kind: Literal["number", "text", "date"]
    values: pd.Series
    n_unread: int = 0
    example: str = ""


def understood(column: pd.Series) -> Cells:
    """Numbers, texts or dates.

    Parameters
    ----------
    column : Series as it was read

    Returns
    -------
    Cells

    Examples
    --------
    >>> understood(pd.Series(["31.03.2024", "01.04.2024"])).kind, understood(pd.Series([True, False])).kind
    ('date', 'text')
    >>> prices = understood(pd.Series([*map(str, range(50)), "on request"]))
    >>> prices.kind, prices.n_unread, prices.example
    ('number', 1, 'on request')
    """
    if is_number(column):
        return _numbers(column.astype(np.float64), column)
    if pd.api.types.is_datetime64_any_dtype(column) or pd.api.types.is_timedelta64_dtype(column):
        return Cells("date", column)
    texts = column.astype(object).map(lambda cell: str(cell).strip(), na_action="ignore")
    texts = texts.mask(texts.isin(MISSING), np.nan)
    if not (is_known := texts.notna()).any():
        return Cells("text", texts)
    numbers = as_numbers(texts).astype(np.float64)
    if numbers.notna().sum() >= MOSTLY * is_known.sum():
        return _numbers(numbers, texts)
    looked_at = texts[is_known].head(N_LOOKED_AT)
    if sum(DATE.fullmatch(text) is not None for text in looked_at) >= MOSTLY * len(looked_at):
        return Cells("date", texts)
    return Cells("text", texts)


def _numbers(numbers: pd.Series, cells: pd.Series) -> Cells:
    numbers = numbers.replace([np.inf, -np.inf], np.nan)
    unread = cells[numbers.isna() & cells.notna()]
    return Cells("number", numbers, len(unread), str(unread.iloc[0]) if len(unread) else "")
