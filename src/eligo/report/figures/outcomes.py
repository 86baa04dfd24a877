"""Where the trials ended: every trial's error, its mean, and how it differs from the reference's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from ..comparisons import Comparison, Difference
from ..palette import INK, SOFT, colour_of
from ..summaries import Scores
from ..vocabulary import Measure, method_title, with_unit
from .canvas import LETTER, WIDTH, blank, log_scale, plain_number

FloatArray = NDArray[np.float64]
MIN_RANGE_FOR_LOG = 20.0
DOT, MAX_DOT = 9.0, 170.0  # areas of a dot for one trial, and of the largest, in square points
GOLDEN = 0.6180339887
MAX_REPEATS = 3  # of one value, for dots to be spread
MAX_DOTS = 500  # in a row; values that agree in fewer digits share a dot when there are more


@dataclass(frozen=True, eq=False)
class OutcomeData:
    """Final errors of one problem, in shown units; one row per method, from the top.

    Attributes
    ----------
    shown : methods, in the order of rows
    errors : finite errors of each method's trials
    n_diverged : trials of each method that have none
    summary : frame (methods), mean, median, low, high
    differences : each method's difference to the reference; none for the reference itself
    reference : str
    is_log : bool
    title, axis_title : str
    methods : all methods of the study, for colours
    """

    shown: list[str]
    errors: list[FloatArray]
    n_diverged: list[int]
    summary: pd.DataFrame
    differences: dict[str, Difference]
    reference: str
    is_log: bool
    title: str
    axis_title: str
    methods: Sequence[str]


def outcome_data(
    scores: Scores, summary: pd.DataFrame, comparison: Comparison, measure: Measure, methods: Sequence[str]
) -> OutcomeData:
    """Final errors and their differences, scaled to shown units."""
    matrix = scores.matrix[scores.methods] * measure.scale
    errors = [column[np.isfinite(column)].to_numpy() for _, column in matrix.items()]
    every = np.concatenate([*errors, [np.inf]])
    is_log = bool(every.min() > 0 and every[np.isfinite(every)].max(initial=0) > MIN_RANGE_FOR_LOG * every.min())
    scaled = {size.first: size.scaled(measure.scale) for size in comparison.differences}
    return OutcomeData(
        scores.methods,
        errors,
        [int(np.isinf(column).sum()) for _, column in matrix.items()],
        summary[["mean", "median", "low", "high"]] * measure.scale,
        scaled,
        comparison.reference,
        is_log,
        measure.title,
        with_unit(measure),
        methods,
    )


def dots(errors: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Places, heights within the row and areas of dots: one per value, as large as it is frequent.

    More than `MAX_DOTS` values are rounded to as many significant digits as leave so few, at least to two. Where values
    hardly repeat, dots are spread over the height of the row, by multiples of the golden ratio.
    """
    values, counts = np.unique(errors, return_counts=True)
    for digits in (4, 3, 2):
        if values.size > MAX_DOTS:
            unit = 10.0 ** (np.floor(np.log10(np.maximum(np.abs(errors), np.finfo(float).tiny))) - digits + 1)
            values, counts = np.unique(np.round(errors / unit) * unit, return_counts=True)
    areas = np.minimum(DOT * counts, DOT * counts * MAX_DOT / max(DOT * counts.max(initial=1), MAX_DOT))
    if counts.max(initial=1) > MAX_REPEATS:
        return values, np.zeros(values.size), areas
    shares = np.arange(values.size, dtype=np.float64) * GOLDEN % 1.0
    return values, 0.42 * (shares - 0.5), areas


def draw_dots(axes: Axes, values: FloatArray, row: float, colour: str, size: float = 1.0) -> None:
    """A dot per value around a row; those of one size share one mark, so that drawings stay small."""
    places, heights, areas = dots(values)
    for area in np.unique(areas):
        own = areas == area
        style: dict[str, Any] = {
            "markersize": np.sqrt(size * area),
            "color": colour,
            "alpha": 0.45,
            "markeredgewidth": 0,
        }
        axes.plot(places[own], row + heights[own], linestyle="none", marker="o", **style)


def draw_errors(axes: Axes, data: OutcomeData) -> None:
    """A dot per trial, the median as a tick, the mean as a diamond with its interval."""
    for row, (method, errors) in enumerate(zip(data.shown, data.errors, strict=True)):
        colour = colour_of(method, data.methods).light
        draw_dots(axes, errors, row + 0.12, colour)
        at = data.summary.loc[method]
        axes.plot([at["median"]] * 2, [row - 0.12, row + 0.36], color=colour, linewidth=1.4)
        axes.plot([at["low"], at["high"]], [row - 0.28] * 2, color=INK.light, linewidth=1.6)
        axes.plot(at["mean"], row - 0.28, marker="D", markersize=4, color=INK.light)
        if data.n_diverged[row]:
            text = f"{data.n_diverged[row]} diverged"
            axes.text(1.0, row - 0.28, text, transform=axes.get_yaxis_transform(), ha="right", va="center", size=7.5)


def draw_differences(axes: Axes, data: OutcomeData) -> None:
    """Mean difference to the reference: bootstrap interval thick, the corrected one thin."""
    axes.axvline(0, color=SOFT.light, linewidth=1.0)
    for row, method in enumerate(data.shown):
        size = data.differences.get(method)
        if size is None:
            continue
        colour = colour_of(method, data.methods).light
        axes.plot([size.corrected_low, size.corrected_high], [row] * 2, color=colour, linewidth=1.0)
        axes.plot([size.low, size.high], [row] * 2, color=colour, linewidth=3.4, alpha=0.55)
        axes.plot(size.estimate, row, marker="D", markersize=4.5, color=colour)
    if data.reference in data.shown:
        row = data.shown.index(data.reference)
        label = method_title(data.reference)
        axes.annotate(label, (0, row), (5, 0), textcoords="offset points", va="center", color=SOFT.light, size=7.5)


def _label_rows(axes: Axes, data: OutcomeData) -> None:
    axes.set_ylim(len(data.shown) - 0.5, -0.55)
    axes.set_yticks(range(len(data.shown)), [method_title(name) for name in data.shown])
    for label, method in zip(axes.get_yticklabels(), data.shown, strict=True):
        label.set_color(colour_of(method, data.methods).light)
    axes.grid(False, axis="y")
    axes.spines["left"].set_visible(False)


def outcome_figure(data: OutcomeData) -> Figure:
    """Errors on the left; differences to the reference, where there are any, on the right."""
    longest = max(len(method_title(name)) for name in data.shown)
    figure = blank(WIDTH, 1.0 + 0.42 * len(data.shown), left=0.3 + LETTER * longest, top=0.35, bottom=0.5, wspace=0.06)
    n_panels = 2 if data.differences else 1
    axes = figure.add_subplot(1, n_panels, 1)
    draw_errors(axes, data)
    _label_rows(axes, data)
    every = np.concatenate([*data.errors, data.summary["mean"].dropna().to_numpy()])
    if data.is_log:
        log_scale(axes, "x", 0.85 * every.min(), 1.15 * every.max())
    else:
        axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        axes.xaxis.set_major_formatter(FuncFormatter(plain_number))
    axes.set_title(f"{data.title} of every trial")
    axes.set_xlabel(data.axis_title)
    if n_panels > 1:
        other = figure.add_subplot(1, 2, 2)
        draw_differences(other, data)
        _label_rows(other, data)
        other.tick_params(labelleft=False)
        other.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        other.xaxis.set_major_formatter(FuncFormatter(plain_number))
        other.set_title(f"mean difference to {method_title(data.reference)}, same trials")
        other.set_xlabel(f"← better than {method_title(data.reference)}\u2003\u2003worse →")
    return figure
