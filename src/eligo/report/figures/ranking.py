"""The critical-difference diagram: mean ranks on a line, bars over methods that no test tells apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eligo.statistics import CriticalDifference

from ..digits import fixed
from ..palette import INK, SOFT, colour_of
from ..vocabulary import method_title
from .canvas import LETTER, WIDTH, bare, blank

ROW = 0.24  # inches between names
BAR = 0.13  # inches between bars


def _y_of(row: int, n_bars: int) -> float:
    return -(0.16 + BAR * n_bars + ROW * (row + 1))


def draw_ranking(axes: Axes, diagram: CriticalDifference, methods: Sequence[str]) -> None:
    """Draw in units of one rank across and one inch up; the best is on the left."""
    n = len(diagram.names)
    axes.plot([1, n], [0, 0], color=INK.light, linewidth=1.0)
    for rank in range(1, n + 1):
        axes.plot([rank, rank], [0, 0.06], color=INK.light, linewidth=1.0)
        axes.text(rank, 0.1, str(rank), ha="center", va="bottom", color=SOFT.light, size=8)
    n_bars = len(diagram.cliques)
    n_left = (n + 1) // 2
    for place, (name, rank) in enumerate(zip(diagram.names, diagram.mean_ranks, strict=True)):
        is_left = place < n_left
        row = place if is_left else n - 1 - place
        y, end = _y_of(row, n_bars), (1 - 0.06 * (n - 1) if is_left else n + 0.06 * (n - 1))
        colour = colour_of(name, methods).light
        axes.plot([rank, rank, end], [0, y, y], color=colour, linewidth=1.2)
        axes.plot(rank, 0, marker="o", markersize=4.5, color=colour, zorder=4)
        pad = -0.012 * (n - 1) if is_left else 0.012 * (n - 1)
        text = f"{method_title(name)}  {fixed(rank, 2)}" if is_left else f"{fixed(rank, 2)}  {method_title(name)}"
        axes.text(end + pad, y, text, ha="right" if is_left else "left", va="center", color=colour)
    for i, clique in enumerate(diagram.cliques):
        ends = diagram.mean_ranks[[clique[0], clique[-1]]] + np.array([-0.02, 0.02]) * (n - 1) / 4
        axes.plot(ends, [-0.12 - BAR * i] * 2, color=INK.light, linewidth=3.6, solid_capstyle="butt", zorder=3)


def draw_ruler(axes: Axes, diagram: CriticalDifference) -> None:
    """Nemenyi's critical difference, to scale, above the line."""
    n, y = len(diagram.names), 0.42
    length = min(diagram.nemenyi_cd, n - 1.0)
    axes.plot([1, 1 + length], [y, y], color=SOFT.light, linewidth=1.2)
    for x in (1, 1 + length):
        axes.plot([x, x], [y - 0.04, y + 0.04], color=SOFT.light, linewidth=1.2)
    longer = " (longer than the line)" if diagram.nemenyi_cd > n - 1 else ""
    text = f"Nemenyi’s critical difference, {fixed(diagram.nemenyi_cd, 2)} ranks{longer}"
    axes.text(1 + length + 0.02 * (n - 1), y, text, ha="left", va="center", color=SOFT.light, size=7.5)


def ranking_figure(diagram: CriticalDifference, methods: Sequence[str]) -> Figure:
    """The diagram with its ruler."""
    n = len(diagram.names)
    below = -_y_of((n + 1) // 2 - 1, len(diagram.cliques)) + 0.15
    above = 0.55
    figure = blank(WIDTH, above + below, left=0.0, right=0.0, top=0.0, bottom=0.0)
    axes = figure.add_subplot()
    bare(axes)
    longest = max(len(method_title(name)) for name in diagram.names)
    needed = 0.45 + LETTER * longest  # inches beside the line, of which 0.06 of the line are the hooks
    side = max(0.42, (needed + 0.06 * WIDTH) / (WIDTH - 2 * needed))
    axes.set(xlim=(1 - side * (n - 1), n + side * (n - 1)), ylim=(-below, above))
    draw_ruler(axes, diagram)
    draw_ranking(axes, diagram, methods)
    return figure
