"""How the values of each column and of the target are distributed: a small histogram for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eligo.datasets import Column
from eligo.study.results import Problem

from ..digits import fixed, recorded
from ..palette import INK, SOFT
from .canvas import WIDTH, bare, blank

MAX_COLUMNS = 24  # of a problem: where there are more, numbers are drawn together
MAX_ROWS = 10  # levels of a panel, the rarest of more as one
MAX_TITLE, MAX_LEVEL = 25, 24  # letters that a panel has room for
N_ACROSS = 5
PANEL_WIDTH, PANEL_HEIGHT, BETWEEN, BELOW = WIDTH / N_ACROSS, 0.95, 0.52, 0.22  # inches


@dataclass(frozen=True)
class ColumnPanel:
    """One histogram.

    Attributes
    ----------
    title : str
    counts : tuple of int, of equal parts of a range, or one per level
    ends : two str, written at the ends of the range; empty for levels
    levels : tuple of str, the levels, most frequent first; empty for a range
    n_missing : int, values that are not there
    is_target : bool
    """

    title: str
    counts: tuple[int, ...]
    ends: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    n_missing: int = 0
    is_target: bool = False


def _by_level(title: str, levels: Sequence[str], counts: Sequence[int], n_missing: int, is_target: bool) -> ColumnPanel:
    order = np.argsort(np.negative(counts), kind="stable")
    names, sizes = [levels[i] for i in order], [counts[i] for i in order]
    if len(names) > MAX_ROWS:
        n_alone = MAX_ROWS - 1
        names = [*names[:n_alone], f"{len(names) - n_alone} others"]
        sizes = [*sizes[:n_alone], sum(sizes[n_alone:])]
    return ColumnPanel(title, tuple(sizes), (), tuple(names), n_missing, is_target)


def _of_column(column: Column) -> ColumnPanel:
    if column.ends is None:
        return _by_level(column.name, column.levels, column.counts, column.n_missing, False)
    low, high = map(recorded, column.ends)
    return ColumnPanel(column.name, column.counts, (low, high) if low != high else (low,), (), column.n_missing)


def _together(numbers: Sequence[Column]) -> ColumnPanel:
    varied = [column for column in numbers if len(column.counts) > 1]
    counts = np.sum([column.counts for column in varied], axis=0)
    n_missing = sum(column.n_missing for column in varied)
    title = f"{fixed(len(varied), 0)} columns together"
    return ColumnPanel(title, tuple(counts.tolist()), ("least of each", "largest"), (), n_missing)


def column_panels(problem: Problem) -> list[ColumnPanel]:
    """Panels of the columns that were counted, and of the target last.

    Of more than `MAX_COLUMNS`, those of numbers that vary make one panel, each with the parts of its own range; of
    categories, the first `MAX_COLUMNS` are drawn.
    """
    known = [column for column in problem.columns if column.counts]
    if len(known) > MAX_COLUMNS:
        varied = [column for column in known if len(column.counts) > 1 and column.ends]
        panels = [_together(varied)] if varied else []
        panels += [_of_column(column) for column in known if not column.ends][:MAX_COLUMNS]
    else:
        panels = [_of_column(column) for column in known]
    if not panels:
        return []
    if problem.class_counts:
        panels.append(_by_level(problem.target_name, problem.class_names, problem.class_counts, 0, True))
    elif problem.target_counts and problem.target_range:
        low, high = map(recorded, problem.target_range)
        panels.append(ColumnPanel(problem.target_name, problem.target_counts, (low, high), is_target=True))
    return panels


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1]}…"


def draw_range(axes: Axes, panel: ColumnPanel, colour: str) -> None:
    """Bars over the parts of a range, the tallest as high as the panel."""
    n = len(panel.counts)
    axes.bar(np.arange(n) + 0.5, panel.counts, width=0.86 if n > 1 else 0.06, color=colour, linewidth=0)
    axes.set(xlim=(0, n), ylim=(0, 1.04 * max(panel.counts)))
    axes.plot([0, n], [0, 0], color=SOFT.light, linewidth=0.7, clip_on=False)
    places = [(0.0, "left"), (1.0, "right")] if len(panel.ends) > 1 else [(0.5, "center")]
    for (place, side), end in zip(places, panel.ends, strict=True):
        axes.text(place, -0.05, end, transform=axes.transAxes, ha=side, va="top", size=7.0, color=SOFT.light)


def draw_levels(axes: Axes, panel: ColumnPanel, colour: str) -> None:
    """A bar to the right for every level, with its name and count on it."""
    n = max(len(panel.levels), 5)  # few levels leave room below, so that bars look alike
    for row, (level, count) in enumerate(zip(panel.levels, panel.counts, strict=True)):
        axes.barh(row, count, height=0.8, color=colour, alpha=0.35, linewidth=0)
        text = f"{_cut(level, MAX_LEVEL)}  {fixed(count, 0)}"
        axes.text(0.03 * max(panel.counts), row, text, va="center", size=6.5, color=INK.light)
    axes.plot([0, 0], [-0.5, len(panel.levels) - 0.5], color=SOFT.light, linewidth=0.7, clip_on=False)
    axes.set(xlim=(0, max(panel.counts)), ylim=(n - 0.4, -0.6))


def draw_column(axes: Axes, panel: ColumnPanel) -> None:
    """One histogram; that of the target is darker."""
    colour = INK.light if panel.is_target else SOFT.light
    (draw_levels if panel.levels else draw_range)(axes, panel, colour)
    bare(axes)
    axes.set_title(_cut(panel.title, MAX_TITLE), size=8.0, weight="bold" if panel.is_target else "normal", pad=4.0)
    if panel.n_missing:
        note = f"{fixed(panel.n_missing, 0)} missing"
        axes.text(1.0, 0.97, note, transform=axes.transAxes, ha="right", va="top", size=7.0, color=INK.light)


def column_figure(panels: Sequence[ColumnPanel]) -> Figure:
    """The panels, five to a row."""
    n_across, n_down = min(len(panels), N_ACROSS), ceil(len(panels) / N_ACROSS)
    width, height = n_across * PANEL_WIDTH, n_down * (PANEL_HEIGHT + BETWEEN)
    figure = blank(width, height)
    for i, panel in enumerate(panels):
        down, across = divmod(i, N_ACROSS)
        x, y = across * PANEL_WIDTH + 0.1, height - (down + 1) * (PANEL_HEIGHT + BETWEEN) + 0.22
        draw_column(figure.add_axes((x / width, y / height, (PANEL_WIDTH - 0.3) / width, PANEL_HEIGHT / height)), panel)
    return figure
