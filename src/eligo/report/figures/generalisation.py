"""Test error over training error, while learning goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ..curves import Curve, Paths, generalisation_over_presentations, over_epochs
from ..palette import INK, SOFT, colour_of
from ..vocabulary import method_title
from .canvas import MAX_BANDS, WIDTH, blank, legend, legend_height, log_scale, method_line, plain_number

MIN_RANGE_FOR_LOG = 8.0
N_ACROSS = 5


@dataclass(frozen=True, eq=False)
class LossData:
    """Training and test error over epochs, a panel per method.

    Attributes
    ----------
    panels : (method, training error, test error) in shown units
    low, high : float, ends of the axis of errors
    is_log : bool
    methods : all methods of the study, for colours
    """

    panels: list[tuple[str, Curve, Curve]]
    low: float
    high: float
    is_log: bool
    methods: Sequence[str]


def loss_data(paths: Sequence[Paths], methods: Sequence[str], scale: float = 1.0) -> LossData:
    """Mean squared errors of Eq. 10 with their bands."""
    panels = []
    for own in paths:
        curves = (over_epochs(own, column) for column in ("train_error", "test_error"))
        train, test = (Curve(c.method, c.x, scale * c.mean, scale * c.low, scale * c.high) for c in curves)
        panels.append((own.method, train, test))
    means = np.concatenate([curve.mean for _, *curves in panels for curve in curves])
    known = means[np.isfinite(means)]
    smallest, largest = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    is_log = smallest > 0 and largest / smallest > MIN_RANGE_FOR_LOG
    return LossData(panels, 0.75 * smallest if is_log else 0.0, 1.15 * largest or 1.0, is_log, methods)


def draw_losses(axes: Axes, method: str, curves: Sequence[Curve], data: LossData) -> None:
    """Test error in the method's colour, training error in ink, over their bands."""
    colours = (INK.light, colour_of(method, data.methods).light)
    for curve, colour in zip(curves, colours, strict=True):
        floor = data.low if data.is_log else None
        low, high = np.clip(curve.low, floor, None), np.clip(curve.high, floor, None)
        axes.fill_between(curve.x, low, high, color=colour, alpha=0.16, linewidth=0)
        axes.plot(curve.x, curve.mean, color=colour, linewidth=1.3)
    axes.set_xlim(0, curves[0].x[-1])
    axes.xaxis.set_major_locator(MaxNLocator(3, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(plain_number))
    if data.is_log:
        log_scale(axes, "y", data.low, data.high)
    else:
        axes.set_ylim(data.low, data.high)
        axes.yaxis.set_major_formatter(FuncFormatter(plain_number))
    axes.set_title(method_title(method), size=8.5)


def loss_figure(data: LossData, axis_title: str) -> Figure:
    """A panel per method, five to a row, on one axis of errors."""
    n_across = min(N_ACROSS, len(data.panels))
    n_down = -(-len(data.panels) // n_across)
    figure = blank(
        WIDTH, 0.75 + 1.65 * n_down + 0.4 * (n_down - 1), left=0.6, top=0.3, bottom=0.45, wspace=0.1, hspace=0.3
    )
    for i, (method, *curves) in enumerate(data.panels):
        axes = figure.add_subplot(n_down, n_across, i + 1)
        draw_losses(axes, method, curves, data)
        if i % n_across:
            axes.tick_params(labelleft=False)
        else:
            axes.set_ylabel(axis_title)
        if i + n_across >= len(data.panels):
            axes.set_xlabel("epochs")
        else:
            axes.tick_params(labelbottom=False)
    return figure


def generalisation_data(paths: Sequence[Paths]) -> list[Curve]:
    """Median of E_G / E_T with its quartiles, for the methods that have any."""
    return [curve for own in paths if (curve := generalisation_over_presentations(own))]


def generalisation_figure(curves: Sequence[Curve], methods: Sequence[str]) -> Figure:
    """All methods against presentations; at 1 the test part is as easy as what was trained on."""
    shown = [curve.method for curve in curves]
    above = 0.25 + legend_height(shown)
    figure = blank(WIDTH, above + 2.9, left=0.6, top=above, bottom=0.5)
    axes = figure.add_subplot()
    axes.axhline(1.0, color=SOFT.light, linewidth=1.0)
    for curve in curves if len(curves) <= MAX_BANDS else ():
        style = method_line(curve.method, methods)
        axes.fill_between(curve.x, curve.low, curve.high, color=style["color"], alpha=0.12, linewidth=0)
    for curve in curves:
        axes.plot(curve.x, curve.mean, **method_line(curve.method, methods))
    first, last = min(curve.x[0] for curve in curves), max(curve.x[-1] for curve in curves)
    log_scale(axes, "x", first, max(1.05 * last, 1.01 * first))
    means = np.concatenate([curve.mean for curve in curves])
    low, high = min(0.9 * float(means.min()), 0.9), max(1.15 * float(means.max()), 1.15)
    if high / low > MIN_RANGE_FOR_LOG:
        log_scale(axes, "y", low, high)
    else:
        axes.set_ylim(low, high)
    axes.set_xlabel("presentations, × members")
    axes.set_ylabel("generalisation factor")
    legend(figure, shown, methods)
    return figure
