"""What becomes of error and cost when one setting is varied: a line per problem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullFormatter, NullLocator

from ..factors import as_number, factor_title
from ..palette import BLUE, GREEN, ORANGE, PURPLE, SKY, SOFT, SPARE, VERMILLION
from ..sweeps import Sweep
from .canvas import HANDLE, LEGEND_ROW, LETTER, WIDTH, blank, place_legend, plain_number

OF_PROBLEM = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, *SPARE)  # by place in the study
PANELS = {
    "error_ratio": "error relative to {}",
    "presentations_ratio": "presentations relative to {}",
    "work_ratio": "work relative to {}",
}
MIN_RANGE_FOR_LOG = 8.0  # of ratios
MIN_LEVELS_FOR_LOG = 15.0  # largest by least value: β from 0.1 to 0.9 stays linear, τ from 1 to 50 does not


@dataclass(frozen=True, eq=False)
class SweepData:
    """Ratios to the reference by value of a setting.

    Attributes
    ----------
    axis_title : str
    lines : mapping of a problem's title to its frame, rising by x: x and the columns of `PANELS`, low and high
    """

    axis_title: str
    lines: dict[str, pd.DataFrame]


def sweep_data(sweep: Sweep, titles: Mapping[str, str]) -> SweepData:
    """The points of every problem; values that are words are placed side by side."""
    numbers = {value: as_number(value) for value in sweep.values} if sweep.is_numeric else {}
    place = {value: numbers.get(value, float(i)) for i, value in enumerate(sweep.values)}
    table = sweep.table.assign(x=sweep.table["value"].map(place).astype(float))
    names = ["x", *PANELS, "error_ratio_low", "error_ratio_high"]
    lines = {titles[str(problem)]: own[names].sort_values("x") for problem, own in table.groupby("problem", sort=False)}
    return SweepData(factor_title(sweep.setting), lines)


def draw_ratio(axes: Axes, data: SweepData, column: str, colours: Mapping[str, str]) -> None:
    """A line with its dots for each problem; of errors also the intervals."""
    axes.axhline(1.0, color=SOFT.light, linewidth=1.0)
    for title, own in data.lines.items():
        if column == "error_ratio":
            axes.vlines(own["x"], own["error_ratio_low"], own["error_ratio_high"], color=colours[title], linewidth=1.0)
        axes.plot(own["x"], own[column], marker="o", markersize=4, linewidth=1.3, color=colours[title])


def _scale(axes: Axes, data: SweepData, column: str) -> None:
    every = pd.concat(list(data.lines.values()))
    x = np.unique(every["x"])
    if x[0] > 0 and x[-1] / x[0] > MIN_LEVELS_FOR_LOG:
        axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator([float(value) for value in x]))
    axes.xaxis.set_major_formatter(FuncFormatter(plain_number))
    axes.xaxis.set_minor_locator(NullLocator())
    values = every[column].to_numpy(dtype=float)
    known = values[np.isfinite(values)]
    if known.size and known.min() > 0 and known.max() / known.min() > MIN_RANGE_FOR_LOG:
        axes.set_yscale("log")
        axes.yaxis.set_minor_formatter(NullFormatter())
    else:
        axes.set_ylim(0, 1.1 * max(known.max(), 1.0) if known.size else 1.1)
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{plain_number(value)}×"))


def sweep_figure(data: SweepData, reference: str) -> Figure:
    """Error, presentations and work side by side."""
    colours = {title: OF_PROBLEM[i % len(OF_PROBLEM)].light for i, title in enumerate(data.lines)}
    longest = max(map(len, data.lines))
    n_columns = max(1, min(len(colours), int(WIDTH / (LETTER * longest + HANDLE))))
    above = 0.46 + LEGEND_ROW * -(-len(colours) // n_columns)
    figure = blank(WIDTH, above + 2.6, left=0.5, top=above, bottom=0.5, wspace=0.2)
    for i, (column, title) in enumerate(PANELS.items()):
        axes = figure.add_subplot(1, len(PANELS), i + 1)
        draw_ratio(axes, data, column, colours)
        _scale(axes, data, column)
        axes.set_title(title.format(reference), size=8.5)
        axes.set_xlabel(data.axis_title)
    handles = [Line2D([], [], label=title, color=colour, marker="o", markersize=4) for title, colour in colours.items()]
    place_legend(figure, handles, n_columns)
    return figure
