"""Learning curves: the error against what it cost, in epochs, presentations and labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from ..curves import AXES, Curve, Paths, Traces, traces_over_labels
from ..vocabulary import Measure, said, with_unit
from .canvas import MAX_BANDS, WIDTH, blank, legend, legend_height, log_scale, method_line, plain_number

AXIS_TITLES = {
    "epochs": "epochs",
    "presentations": "presentations, × members",
    "labels": "labels bought",
}
FloatArray = NDArray[np.float64]
MAX_TRACES = 10  # of single trials of a method
MIN_RANGE_FOR_LOG = 8.0  # below this ratio of highest to lowest error a linear axis shows as much, and more plainly


@dataclass(frozen=True, eq=False)
class LearningData:
    """Curves of one problem along each axis of cost, in shown units.

    Attributes
    ----------
    panels : mapping of axis to curves
    traces : single trials along the axis of labels, of the methods that buy any; none for errors
    ends : (method, error) of the methods that have all labels from the start: levels in the panel of labels
    low, high : float, ends of the axis of errors
    is_log : bool
    is_score : bool, higher is better
    methods : all methods of the study, for colours
    title : str, of the axis of errors
    """

    panels: dict[str, list[Curve]]
    traces: list[Traces]
    ends: list[tuple[str, float]]
    low: float
    high: float
    is_log: bool
    is_score: bool
    methods: Sequence[str]
    title: str


def _scaled(curve: Curve, scale: float) -> Curve:
    return Curve(curve.method, curve.x, scale * curve.mean, scale * curve.low, scale * curve.high)


def _limits(means: FloatArray, is_score: bool) -> tuple[float, float, bool]:
    """Ends of the axis, and whether it is logarithmic: errors from 0 or by ratios, scores up to their best, 1."""
    smallest, largest = float(means.min()), float(means.max())
    if is_score:  # that of a run that has hardly begun may lie far below all others
        low = min(float(np.quantile(means, 0.02)), 0.99)
        return low - 0.04 * (1.0 - low), 1.0 + 0.02 * (1.0 - low), False
    is_log = smallest > 0 and largest / smallest > MIN_RANGE_FOR_LOG
    return 0.75 * smallest if is_log else 0.0, 1.15 * largest if largest > 0 else 1.0, is_log


def learning_data(paths: list[Paths], measure: Measure, methods: Sequence[str], column: str = "error") -> LearningData:
    """Mean curves of an error or a score, with bands along every axis, and the range that shows them all.

    Parameters
    ----------
    paths : list of Paths
    measure : Measure, in its shown units
    methods : all methods of the study, for colours
    column : "error", lower is better, or "second", a score of at most 1
    """
    panels = {
        axis: [_scaled(curve, measure.scale) for own in paths if (curve := over(own, column))]
        for axis, over in AXES.items()
    }
    ends = [(own.method, measure.scale * own.columns[column][:, -1].mean()) for own in paths if not own.is_pool]
    means = np.concatenate([curve.mean for curves in panels.values() for curve in curves])
    traces = [traces_over_labels(own, column) for own in paths if own.is_pool] if column != "error" else []
    return LearningData(
        {axis: curves for axis, curves in panels.items() if curves},
        [Traces(own.method, own.x, measure.scale * own.values[:MAX_TRACES]) for own in traces],
        ends,
        *_limits(means, column != "error"),
        column != "error",
        methods,
        with_unit(measure),
    )


def draw_curves(axes: Axes, curves: list[Curve], data: LearningData) -> None:
    """Mean lines over their bands."""
    floor = data.low if data.is_log else None
    for curve in curves if len(curves) <= MAX_BANDS else ():
        style = method_line(curve.method, data.methods)
        low, high = np.clip(curve.low, floor, None), np.clip(curve.high, floor, None)
        axes.fill_between(curve.x, low, high, color=style["color"], alpha=0.14, linewidth=0)
    for curve in curves:
        axes.plot(curve.x, curve.mean, **method_line(curve.method, data.methods))


def draw_levels(axes: Axes, data: LearningData) -> None:
    """Where the methods that have all labels end, as thin lines across the panel."""
    for method, error in data.ends:
        axes.axhline(error, **method_line(method, data.methods, linewidth=0.9, alpha=0.9), zorder=1)


def note_on_levels(data: LearningData) -> str:
    """What the thin lines are, for below the axis: within the panel it would lie on curves."""
    if not data.ends:
        return ""
    names = " and ".join(said(method) for method, _ in data.ends[:2])
    if len(data.ends) > 2:
        names = "methods that have all labels"
    return f"\nthin lines: where {names} end" + ("s" if len(data.ends) == 1 else "")


def draw_traces(axes: Axes, data: LearningData) -> None:
    """The first trials of each method by themselves, behind the means."""
    for trace in data.traces:
        colour = method_line(trace.method, data.methods)["color"]
        axes.plot(trace.x, trace.values.T, color=colour, alpha=0.22, linewidth=0.5, zorder=1)


def _scale_axes(axes: Axes, axis: str, curves: list[Curve], data: LearningData) -> None:
    if axis == "presentations":
        log_scale(axes, "x", min(curve.x[0] for curve in curves), max(curve.x[-1] for curve in curves) * 1.05)
    else:
        axes.set_xlim(0, max(curve.x[-1] for curve in curves) * 1.02)
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.xaxis.set_major_formatter(FuncFormatter(plain_number))
    if data.is_log:
        log_scale(axes, "y", data.low, data.high)
    else:
        axes.set_ylim(data.low, data.high)
        axes.yaxis.set_major_formatter(FuncFormatter(plain_number))


def learning_figure(data: LearningData) -> Figure:
    """All panels side by side on one axis of errors."""
    shown = [curve.method for curve in data.panels["epochs"]]
    above = 0.46 + legend_height(shown)
    below = 0.64 if "labels" in data.panels and data.ends else 0.5
    figure = blank(WIDTH, above + 2.55 + below, left=0.6, top=above, bottom=below, wspace=0.08)
    for i, (axis, curves) in enumerate(data.panels.items()):
        axes = figure.add_subplot(1, len(data.panels), i + 1)
        draw_curves(axes, curves, data)
        if axis == "labels":
            draw_levels(axes, data)
            draw_traces(axes, data)
        _scale_axes(axes, axis, curves, data)
        axes.set_xlabel(AXIS_TITLES[axis] + (note_on_levels(data) if axis == "labels" else ""))
        axes.set_title(f"against {axis}")
        if i:
            axes.tick_params(labelleft=False)
        else:
            axes.set_ylabel(data.title)
    legend(figure, shown, data.methods)
    return figure
