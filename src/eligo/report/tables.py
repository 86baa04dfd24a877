"""Tables: the same numbers twice, as a reader wants to see them and as a CSV file holds them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .digits import NONE, decimals_of, fixed
from .palette import colour_of
from .vocabulary import method_title


@dataclass(frozen=True)
class Cell:
    """What stands in one place of a table.

    Attributes
    ----------
    text : str
    colour : str, of the swatch before it, as style sheets name it; empty for none
    is_strong : bool, the best of its column
    is_words : bool, set to the left
    mark : str, raised behind the text
    below : str, small, under the text
    bar : float in [0, 1], length of a bar beside the text; None for none
    """

    text: str
    colour: str = ""
    is_strong: bool = False
    is_words: bool = False
    mark: str = ""
    below: str = ""
    bar: float | None = None


@dataclass(frozen=True, eq=False)
class Table:
    """A table of the page and of a file.

    Attributes
    ----------
    name : str, of its CSV file
    caption : str
    groups : (title, number of columns) over the columns, empty for none
    columns : titles
    rows : tuple of rows of cells; the first cell of a row names it
    frame : what the CSV file holds, at full precision
    """

    name: str
    caption: str
    groups: tuple[tuple[str, int], ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    frame: pd.DataFrame


def slug(name: str) -> str:
    """A name that is safe in files and addresses: letters, digits, dots and dashes.

    Examples
    --------
    >>> slug("noisy sine"), slug("<script>"), slug("../..")
    ('noisy-sine', 'script', 'x')
    """
    return re.sub(r"[^\w.-]+", "-", name).strip("-.").lower() or "x"


def words(text: object) -> Cell:
    """A cell of words."""
    return Cell(str(text), is_words=True)


def method_cell(name: str, methods: Sequence[str]) -> Cell:
    """A method's name with its colour."""
    return Cell(method_title(name), colour=colour_of(name, methods).variable, is_words=True)


def plus_minus(means: Sequence[float], sds: Sequence[float]) -> list[str]:
    """Means with their sds, all to the decimals that suit the typical mean.

    Examples
    --------
    >>> plus_minus([0.0112, 0.0131], [0.0021, float("nan")])
    ['0.0112 ± 0.0021', '0.0131']
    """
    decimals = decimals_of(means)
    return [
        fixed(mean, decimals) + ("" if np.isnan(sd) else f" ± {fixed(sd, decimals)}")
        for mean, sd in zip(means, sds, strict=True)
    ]


def interval_text(low: float, high: float, decimals: int) -> str:
    """An interval in words; a dash where there is none."""
    return NONE if np.isnan(low) else f"{fixed(low, decimals)} to {fixed(high, decimals)}"


def lowest(values: pd.Series) -> set[str]:
    """Methods with the lowest value, all of them where they tie."""
    return {str(name) for name, value in values.items() if np.isclose(value, values.min(), rtol=1e-9, atol=0)}
