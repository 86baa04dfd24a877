"""What the methods trained on and what it cost, epoch by epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ..curves import Curve, Paths, over_epochs
from .canvas import MAX_BANDS, WIDTH, blank, legend, legend_height, log_scale, method_line, plain_number

PANELS = {
    "n_selected": "examples trained on, |D_T| or |L|",
    "presentations": "presentations so far, × members",
    "work": "work so far, forward-equivalents",
}


MIN_RANGE_FOR_LOG = 12.0  # of the ends of the curves


@dataclass(frozen=True, eq=False)
class SpendingData:
    """Curves over epochs for each quantity of `PANELS`.

    Attributes
    ----------
    panels : mapping of quantity to curves
    floors : mapping of quantity to the lower end of its axis: 0, or above 0 where one method dwarfs the others and a
        logarithmic axis shows them all
    methods : all methods of the study, for colours
    """

    panels: dict[str, list[Curve]]
    floors: dict[str, float]
    methods: Sequence[str]


def _floor(curves: list[Curve]) -> float:
    ends = [float(curve.mean[-1]) for curve in curves]
    first = [float(curve.mean[min(1, curve.mean.size - 1)]) for curve in curves]
    is_log = min([*ends, *first]) > 0 and max(ends) > MIN_RANGE_FOR_LOG * min(ends)
    return min(first) if is_log else 0.0


def spending_data(paths: list[Paths], methods: Sequence[str]) -> SpendingData:
    """Mean of each quantity over trials at every recorded epoch."""
    panels = {column: [over_epochs(own, column) for own in paths] for column in PANELS}
    return SpendingData(panels, {column: _floor(curves) for column, curves in panels.items()}, methods)


def draw_spending(axes: Axes, curves: list[Curve], methods: Sequence[str], has_steps: bool) -> None:
    """Mean lines over their bands; in steps what stays the same from one record back to the last."""
    step: Literal["pre"] | None = "pre" if has_steps else None
    for curve in curves:
        style = method_line(curve.method, methods)
        if len(curves) <= MAX_BANDS:
            axes.fill_between(curve.x, curve.low, curve.high, color=style["color"], alpha=0.14, linewidth=0, step=step)
        axes.plot(curve.x, curve.mean, drawstyle="steps-pre" if has_steps else "default", **style)
    axes.set_xlim(0, max(curve.x[-1] for curve in curves) * 1.02)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(plain_number))
    axes.set_xlabel("epochs")


def _scale_cost(axes: Axes, curves: list[Curve], floor: float) -> None:
    highest = max(curve.high.max() for curve in curves)
    if floor > 0:
        log_scale(axes, "y", floor, 1.5 * highest)
        return
    axes.set_ylim(0, max(highest * 1.06, 1))
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(plain_number))


def spending_figure(data: SpendingData) -> Figure:
    """One panel per quantity."""
    shown = [curve.method for curve in data.panels["work"]]
    above = 0.46 + legend_height(shown)
    figure = blank(WIDTH, above + 2.45, left=0.45, top=above, bottom=0.5, wspace=0.17)
    for i, (column, curves) in enumerate(data.panels.items()):
        axes = figure.add_subplot(1, len(data.panels), i + 1)
        draw_spending(axes, curves, data.methods, column == "n_selected")
        _scale_cost(axes, curves, data.floors[column])
        axes.set_title(PANELS[column])
    legend(figure, shown, data.methods)
    return figure
