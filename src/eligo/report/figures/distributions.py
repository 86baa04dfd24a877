"""How trials differ: four things that a trial comes to, a dot for every trial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from ..palette import INK, colour_of
from ..vocabulary import method_title
from .canvas import LETTER, WIDTH, blank, log_scale, plain_number
from .outcomes import draw_dots

FloatArray = NDArray[np.float64]
MIN_RANGE_FOR_LOG = 20.0


@dataclass(frozen=True, eq=False)
class DistributionData:
    """What trials came to.

    Attributes
    ----------
    shown : methods, in the order of rows
    panels : mapping of title to one array of known values per method
    methods : all methods of the study, for colours
    """

    shown: list[str]
    panels: dict[str, list[FloatArray]]
    methods: Sequence[str]


def draw_distribution(axes: Axes, values: Sequence[FloatArray], data: DistributionData) -> None:
    """A dot per trial, the median as a tick, the quartiles as a line below."""
    for row, (method, own) in enumerate(zip(data.shown, values, strict=True)):
        if not own.size:
            continue
        colour = colour_of(method, data.methods).light
        draw_dots(axes, own, row, colour, size=0.6)
        low, middle, high = np.quantile(own, [0.25, 0.5, 0.75])
        axes.plot([low, high], [row + 0.36] * 2, color=INK.light, linewidth=1.2)
        axes.plot([middle] * 2, [row - 0.26, row + 0.42], color=colour, linewidth=1.4)
    every = np.concatenate(list(values))
    if every.size and every.min() > 0 and every.max() > MIN_RANGE_FOR_LOG * every.min():
        log_scale(axes, "x", 0.85 * every.min(), 1.15 * every.max())
    else:
        axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
        axes.xaxis.set_major_formatter(FuncFormatter(plain_number))
    axes.set_ylim(len(data.shown) - 0.4, -0.55)
    axes.grid(False, axis="y")
    axes.spines["left"].set_visible(False)


def distribution_figure(data: DistributionData) -> Figure:
    """The panels side by side, methods from the top."""
    longest = max(len(method_title(name)) for name in data.shown)
    left = 0.3 + LETTER * longest
    figure = blank(WIDTH, 0.75 + 0.34 * len(data.shown), left=left, top=0.35, bottom=0.35, wspace=0.1)
    for i, (title, values) in enumerate(data.panels.items()):
        axes = figure.add_subplot(1, len(data.panels), i + 1)
        draw_distribution(axes, values, data)
        axes.set_yticks(range(len(data.shown)), [method_title(name) if i == 0 else "" for name in data.shown])
        for label, method in zip(axes.get_yticklabels(), data.shown, strict=True):
            label.set_color(colour_of(method, data.methods).light)
        axes.set_title(title, size=8.5)
    return figure
