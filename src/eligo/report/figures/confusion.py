"""Which classes are taken for which: a square of shares for every method."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from eligo.study.results import base_method

from ..palette import INK, PAPER, SOFT, base_colour
from ..summaries import Confusion
from ..vocabulary import method_title
from .canvas import LETTER, WIDTH, bare, blank

MAX_NAME = 14  # letters of a class
LEAST = 0.005  # shares below are left empty: they would print as 0
MAX_CELL = 0.5  # inches
GAP = 0.25  # inches between panels
TITLE_LETTER, TITLE_ROW = 0.078, 0.145  # inches of a bold letter, and of a line of a title


def _cut(name: str) -> str:
    return name if len(name) <= MAX_NAME else f"{name[: MAX_NAME - 1]}…"


def draw_confusion(axes: Axes, own: Confusion, names: Sequence[str], colour: str, size: float) -> None:
    """A cell per pair of classes, as dark as its share; rows are actual classes and sum to 100."""
    n = len(names)
    for i, j in np.ndindex(n, n):
        share = own.mean[i, j]
        if np.isnan(share):
            continue
        # Mistakes are rare: the root shows a share of one in a hundred at a tenth of the full colour.
        axes.add_patch(Rectangle((j, i), 1, 1, facecolor=colour, alpha=float(np.sqrt(share)) * 0.9, linewidth=0))
        if share >= LEAST:
            text = f"{100 * share:.0f}"
            ink = PAPER.light if share > 0.5 else INK.light
            axes.text(j + 0.5, i + 0.52, text, ha="center", va="center", size=size, color=ink)
    for k in range(n + 1):
        axes.plot([0, n], [k, k], color=PAPER.light, linewidth=0.8)
        axes.plot([k, k], [0, n], color=PAPER.light, linewidth=0.8)
    axes.set(xlim=(0, n), ylim=(n, 0))


def broken(title: str) -> str:
    r"""A title with each of its settings on a line of its own.

    Examples
    --------
    >>> broken("SASLA, β = 0.5, τ = 10")
    'SASLA,\nβ = 0.5,\nτ = 10'
    """
    return title.replace(", ", ",\n")


def _columns(at_most: int, width: float, widest: float) -> tuple[int, float]:
    """As many panels side by side as leave the widest title its room, and the inches of each."""
    for n_across in range(at_most, 0, -1):
        room = (width - GAP * (n_across - 1)) / n_across
        if room >= widest:
            break
    return n_across, room


def confusion_figure(confusions: Sequence[Confusion], class_names: Sequence[str], methods: Sequence[str]) -> Figure:
    """A panel per method; names of classes stand once a row of panels."""
    names, n = [_cut(name) for name in class_names], len(class_names)
    titles = [broken(method_title(own.method)) for own in confusions]
    lines = [line for title in titles for line in title.split("\n")]
    widest, n_lines = TITLE_LETTER * max(map(len, lines)), max(title.count("\n") for title in titles) + 1
    longest = LETTER * max(map(len, names))
    left = 0.3 + longest
    n_across, room = _columns(min(len(confusions), 5 if n <= 5 else 3), WIDTH - left - 0.1, widest)
    cell = min(MAX_CELL, room / n)
    n_down, side = ceil(len(confusions) / n_across), cell * n
    above, below = 0.36 + TITLE_ROW * (n_lines - 1), 0.24 + longest
    height = n_down * (side + above) + below + 0.1
    figure = blank(WIDTH, height)
    size = 8.0 if cell >= 0.32 else 6.3
    for k, own in enumerate(confusions):
        row, column = divmod(k, n_across)
        x, y = left + column * (max(side, widest) + GAP), height - (row + 1) * (side + above)
        axes = figure.add_axes((x / WIDTH, y / height, side / WIDTH, side / height))
        bare(axes)
        draw_confusion(axes, own, names, base_colour(base_method(own.method), methods).light, size)
        axes.set_title(titles[k], size=8.5)
        if column == 0:
            axes.set_yticks(np.arange(n) + 0.5, names, size=7.5)
        if k + n_across >= len(confusions):
            axes.set_xticks(np.arange(n) + 0.5, names, size=7.5, rotation=90)
        axes.tick_params(length=0, pad=2, labelcolor=SOFT.light)
    return figure
