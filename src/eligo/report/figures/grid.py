"""The hyper-parameter grid: the cross-validated error of every cell at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ..digits import plain, short
from ..palette import INK, SOFT
from .canvas import bare, blank, log_ticks

# Outer and inner factor across and down: a block for every pair of outer levels, cells for the inner ones.
ACROSS = ("hidden", "momentum")
DOWN = ("weight_decay", "learning_rate")
GAP = 0.6  # between blocks, in cells
HALF_WIDTH, LEFT, RIGHT, MAX_CELL = 6.3, 0.75, 1.5, 0.4  # inches
COLOURS = colormaps["cividis"]  # even steps of lightness, for all eyes and for grey print


class GridCell(NamedTuple):
    """A cell: its place, its cross-validated error (NaN where training diverged), whether it won."""

    column: float
    row: float
    error: float
    is_winner: bool


@dataclass(frozen=True, eq=False)
class GridData:
    """The cells of one problem, laid out.

    Attributes
    ----------
    levels : mapping of factor to its levels, rising
    cells : tuple of GridCell
    low, high : float, range of the colour scale; the worst tenth of cells shares its end
    """

    levels: dict[str, list[float]]
    cells: tuple[GridCell, ...]
    low: float
    high: float


def _positions(cells: pd.DataFrame, factors: tuple[str, str], levels: dict[str, list[float]]) -> list[float]:
    outer, inner = ([levels[name].index(value) for value in cells[name]] for name in factors)
    block = len(levels[factors[1]]) + GAP
    return [i * block + j for i, j in zip(outer, inner, strict=True)]


def grid_data(cells: pd.DataFrame, winner: pd.Series | None) -> GridData:
    """Lay the cells of one problem out and mark the winner and the diverged."""
    factors = [*ACROSS, *DOWN]
    levels = {name: sorted(cells[name].unique()) for name in factors}
    won = [winner is not None and all(cell[name] == winner[name] for name in factors) for _, cell in cells.iterrows()]
    error = cells["cv_error"].where(~cells["is_diverged"] & np.isfinite(cells["cv_error"]))
    places = (_positions(cells, ACROSS, levels), _positions(cells, DOWN, levels))
    known = error.dropna()
    low, high = (float(known.min()), float(known.quantile(0.9))) if len(known) else (0.0, 1.0)
    laid_out = tuple(GridCell(*cell) for cell in zip(*places, error.tolist(), won, strict=True))
    return GridData(levels, laid_out, low, high if high > low else low + max(abs(low), 1e-6))


def _norm(data: GridData) -> Normalize:
    return (LogNorm if data.low > 0 else Normalize)(data.low, data.high, clip=True)


def _colour(share: float) -> str:
    """Colour of the scale at a share of its length, as hexadecimal."""
    return to_hex(COLOURS(share))


def draw_cells(axes: Axes, data: GridData) -> None:
    """A square per cell: dark is low error; a cross where training diverged; a frame around the winner."""
    norm = _norm(data)
    for cell in data.cells:
        x, y = cell.column, cell.row
        if np.isnan(cell.error):
            axes.add_patch(Rectangle((x + 0.03, y + 0.03), 0.94, 0.94, fill=False, edgecolor=SOFT.light, linewidth=0.5))
            axes.plot(x + 0.5, y + 0.5, marker="x", markersize=4, color=SOFT.light, markeredgewidth=0.9)
        else:
            colour = _colour(float(norm(cell.error)))
            axes.add_patch(Rectangle((x + 0.03, y + 0.03), 0.94, 0.94, facecolor=colour, linewidth=0))
        if cell.is_winner:
            frame = Rectangle(
                (x - 0.06, y - 0.06), 1.12, 1.12, fill=False, edgecolor=INK.light, linewidth=2.0, zorder=6
            )
            axes.add_patch(frame)
            axes.plot(x + 0.5, y + 0.5, marker="o", markersize=5, color="#ffffff", zorder=5)


def draw_labels(axes: Axes, data: GridData) -> None:
    """Levels of the inner factors along the edges, of the outer ones above and beside the blocks."""
    across, down = data.levels[ACROSS[1]], data.levels[DOWN[1]]
    width, height = len(across) + GAP, len(down) + GAP
    end = width * len(data.levels[ACROSS[0]]) - GAP
    floor = height * len(data.levels[DOWN[0]]) - GAP
    small: dict[str, Any] = {"size": 7.5, "color": SOFT.light}
    for i, hidden in enumerate(data.levels[ACROSS[0]]):
        middle, unit = i * width + len(across) / 2, "" if i else " hidden"
        axes.text(middle, -0.35, f"{plain(hidden)}{unit}", ha="center", va="bottom", size=8.5)
        for j, momentum in enumerate(across):
            axes.text(
                i * width + j + 0.5,
                floor + 0.3,
                plain(momentum).removeprefix("0") or "0",
                ha="center",
                va="top",
                **small,
            )
    for i, decay in enumerate(data.levels[DOWN[0]]):
        middle = i * height + len(down) / 2
        axes.text(end + 0.4, middle, f"λ = {plain(decay)}", ha="left", va="center", size=8.5)
        for j, rate in enumerate(down):
            axes.text(-0.25, i * height + j + 0.5, plain(rate), ha="right", va="center", **small)
    axes.text(end / 2, floor + 1.7, "momentum", ha="center", va="top", size=8.5, color=SOFT.light)
    axes.text(-2.1, floor / 2, "learning rate", ha="right", va="center", size=8.5, color=SOFT.light, rotation=90)


def draw_scale(axes: Axes, data: GridData) -> None:
    """The colours and the errors they stand for, as a bar of narrow steps."""
    n_steps = 48
    for i in range(n_steps):
        axes.add_patch(Rectangle((0, i), 1, 1.05, facecolor=_colour((i + 0.5) / n_steps), linewidth=0))
    norm = _norm(data)
    between = [value for value in log_ticks(data.low, data.high) if 0.12 < norm(value) < 0.88] if data.low > 0 else []
    for value in [data.low, *between, data.high]:
        text = ("≥ " if value == data.high else "") + short(value, 2)
        axes.text(1.5, n_steps * float(norm(value)), text, ha="left", va="center", size=7.5, color=SOFT.light)
    axes.set(xlim=(0, 6), ylim=(-1, n_steps + 1))


def grid_figure(data: GridData) -> Figure:
    """All cells, at half the width of the page."""
    n_across = (len(data.levels[ACROSS[1]]) + GAP) * len(data.levels[ACROSS[0]]) - GAP
    n_down = (len(data.levels[DOWN[1]]) + GAP) * len(data.levels[DOWN[0]]) - GAP
    cell = min(MAX_CELL, (HALF_WIDTH - LEFT - RIGHT) / n_across)
    width, height = cell * n_across, 0.74 * cell * n_down
    above, below = 0.3, 0.55
    full = height + above + below
    figure = blank(HALF_WIDTH, full)
    bottom, tall = below / full, height / full
    axes = figure.add_axes((LEFT / HALF_WIDTH, bottom, width / HALF_WIDTH, tall))
    scale = figure.add_axes(((LEFT + width + 0.85) / HALF_WIDTH, bottom, 0.6 / HALF_WIDTH, tall))
    bare(axes)
    bare(scale)
    axes.set(xlim=(0, n_across), ylim=(n_down, 0))
    draw_cells(axes, data)
    draw_labels(axes, data)
    draw_scale(scale, data)
    return figure
