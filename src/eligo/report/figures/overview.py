"""The question of the study in one picture: what error, for how much work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullFormatter, NullLocator

from ..palette import RULE, SOFT, colour_of
from ..vocabulary import Measure, method_title, with_unit
from .canvas import WIDTH, blank, legend, legend_height, plain_number

N_COLUMNS = 3


@dataclass(frozen=True, eq=False)
class OverviewPanel:
    """One problem: error and its interval in shown units, work relative to the reference.

    Attributes
    ----------
    title : str
    axis_title : str
    points : frame (methods), error, low, high, work
    """

    title: str
    axis_title: str
    points: pd.DataFrame


def overview_panel(title: str, measure: Measure, errors: pd.DataFrame, costs: pd.DataFrame) -> OverviewPanel:
    """Error against work for the methods that have both."""
    points = pd.DataFrame(
        {
            "error": measure.scale * errors["mean"],
            "low": measure.scale * errors["low"],
            "high": measure.scale * errors["high"],
            "work": costs["work_ratio"],
        }
    )
    return OverviewPanel(title, with_unit(measure), points.dropna(subset=["error", "work"]))


def _times_ticks(low: float, high: float) -> list[float]:
    powers = np.arange(np.floor(np.log2(low)), np.ceil(np.log2(high)) + 1)
    return [float(2.0**power) for power in powers[:: max(1, ceil(len(powers) / 6))]]


def draw_panel(axes: Axes, panel: OverviewPanel, methods: Sequence[str]) -> None:
    """A dot with its interval for each method; down and left is better."""
    axes.axvline(1.0, color=RULE.light, linewidth=1.4, zorder=0)
    for method, point in panel.points.iterrows():
        colour = colour_of(str(method), methods).light
        axes.plot([point["work"]] * 2, [point["low"], point["high"]], color=colour, linewidth=1.6)
        axes.plot(point["work"], point["error"], marker="o", markersize=6.5, color=colour)
    work = panel.points["work"]
    ticks = _times_ticks(0.8 * work.min(), 1.25 * work.max())
    axes.set(xscale="log", xlim=(0.78 * min(ticks[0], work.min()), 1.28 * max(ticks[-1], work.max())))
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{plain_number(value)}×"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())
    highest = panel.points[["error", "high"]].max().max()
    axes.set_ylim(0, 1.12 * highest if highest > 0 else 1.0)
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(plain_number))
    axes.set_title(panel.title)
    axes.set_ylabel(panel.axis_title, labelpad=3)


def overview_figure(panels: Sequence[OverviewPanel], methods: Sequence[str], reference: str) -> Figure:
    """A panel per problem, three to a row."""
    n_rows, n_columns = ceil(len(panels) / N_COLUMNS), min(len(panels), N_COLUMNS)
    shown = [name for name in methods if any(name in panel.points.index for panel in panels)]
    above = 0.46 + legend_height(shown)
    figure = blank(
        WIDTH, above + 0.52 + 1.95 * n_rows + 0.5 * (n_rows - 1), left=0.6, top=above, bottom=0.52, wspace=0.27
    )
    figure.subplots_adjust(hspace=0.75 / 1.75)
    for i, panel in enumerate(panels):
        axes = figure.add_subplot(n_rows, n_columns, i + 1)
        draw_panel(axes, panel, methods)
        if i >= len(panels) - n_columns:
            axes.set_xlabel(f"work relative to {method_title(reference)}", color=SOFT.light)
    legend(figure, shown, methods, marker="o", markersize=5)
    return figure
