"""The network of a problem, drawn layer by layer with its real numbers of units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from ..palette import BLUE, INK, PAPER, RULE, SOFT, VERMILLION
from .canvas import bare, blank

MAX_SHOWN = 5  # units of a layer; more are an ellipsis
MAX_NAME = 12  # letters of an output's name
WIDTH, HEIGHT = 3.6, 3.2
RADIUS = 0.15


@dataclass(frozen=True)
class Unit:
    """A drawn unit: its place, and its index as a label; a bias unit has none, an ellipsis is no unit."""

    x: float
    y: float
    index: str
    kind: str


@dataclass(frozen=True)
class Layer:
    """A layer: its symbol, its real number of units and the units drawn, from the top; names of outputs."""

    symbol: str
    n_units: int
    units: tuple[Unit, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class NetworkData:
    """Three layers, and the number of weights and biases between them."""

    layers: tuple[Layer, ...]
    n_parameters: int


def _indices(n: int) -> list[str]:
    """Labels of the units drawn of n: all, or the first ones, an ellipsis and the last."""
    if n <= MAX_SHOWN:
        return [str(i + 1) for i in range(n)]
    return [*(str(i + 1) for i in range(MAX_SHOWN - 2)), "…", str(n)]


def _cut(name: str) -> str:
    return name if len(name) <= MAX_NAME else f"{name[: MAX_NAME - 1]}…"


def _layer(symbol: str, x: float, n: int, has_bias: bool, names: Sequence[str] = ()) -> Layer:
    labels = _indices(n)
    kinds = ["ellipsis" if label == "…" else "unit" for label in labels]
    if has_bias:
        labels, kinds = [*labels, ""], [*kinds, "bias"]
    step = min(0.46, (HEIGHT - 1.0) / max(len(labels) - 1, 1))
    top = HEIGHT / 2 + step * (len(labels) - 1) / 2 - 0.02
    units = [Unit(x, top - i * step, label, kind) for i, (label, kind) in enumerate(zip(labels, kinds, strict=True))]
    shown = [_cut(names[int(label) - 1]) if names and label.isdigit() else "" for label in labels]
    return Layer(symbol, n, tuple(units), tuple(shown))


def network_data(n_features: int, n_hidden: int, n_outputs: int, output_names: Sequence[str]) -> NetworkData:
    """Lay out a network with one hidden layer."""
    names = output_names if len(output_names) == n_outputs else ()
    layers = (
        _layer("z", 0.42, n_features, True),
        _layer("y", 1.6, n_hidden, True),
        _layer("o", 2.6, n_outputs, False, names),
    )
    return NetworkData(layers, n_hidden * (n_features + 1) + n_outputs * (n_hidden + 1))


def draw_symbol(axes: Axes, x: float, y: float, base: str, index: str, size: float, color: str) -> None:
    """A letter with its index below it to the right."""
    axes.text(x, y, base, ha="right", va="center", style="italic", size=size, color=color)
    axes.text(x + 0.01, y - 0.035 * size / 9, index, ha="left", va="center", size=0.72 * size, color=color)


def draw_links(axes: Axes, first: Layer, second: Layer) -> None:
    """A line from every unit of a layer, its bias included, to every unit of the next that takes input."""
    sources = [unit for unit in first.units if unit.kind != "ellipsis"]
    targets = [unit for unit in second.units if unit.kind == "unit"]
    for source in sources:
        for target in targets:
            is_bias = source.kind == "bias"
            axes.plot(
                [source.x, target.x],
                [source.y, target.y],
                color=RULE.light if is_bias else SOFT.light,
                linewidth=0.6,
                alpha=1.0 if is_bias else 0.55,
                zorder=1,
            )


def draw_units(axes: Axes, layer: Layer, colour: str) -> None:
    """Circles with their symbols; bias units carry their constant, 1."""
    for unit, name in zip(layer.units, layer.names, strict=True):
        if unit.kind == "ellipsis":
            for offset in (-0.09, 0.0, 0.09):
                axes.plot(unit.x, unit.y + offset, marker="o", markersize=1.8, color=SOFT.light)
            continue
        edge = SOFT.light if unit.kind == "bias" else colour
        axes.add_patch(
            Circle(
                (unit.x, unit.y),
                RADIUS,
                facecolor=PAPER.light,
                edgecolor=edge,
                linewidth=1.3,
                zorder=3,
                linestyle=(0, (2.2, 1.6)) if unit.kind == "bias" else "solid",
            )
        )
        if unit.kind == "bias":
            axes.text(unit.x, unit.y - 0.005, "1", ha="center", va="center", size=8, color=SOFT.light, zorder=4)
            continue
        text_size = 9.0 if len(unit.index) < 3 else 8.0
        shift = 0.008 + 0.016 * (len(unit.index) - 1)
        _draw_inside(axes, unit, layer.symbol, text_size, shift)
        if name:
            axes.text(unit.x + RADIUS + 0.08, unit.y, name, ha="left", va="center", size=7.5, color=SOFT.light)


def _draw_inside(axes: Axes, unit: Unit, symbol: str, size: float, shift: float) -> None:
    axes.text(unit.x - shift, unit.y + 0.01, symbol, ha="right", va="center", style="italic", size=size, zorder=4)
    axes.text(unit.x - shift, unit.y - 0.04, unit.index, ha="left", va="center", size=0.68 * size, zorder=4)


def draw_network(axes: Axes, data: NetworkData) -> None:
    """Layers from left to right, weights between them, what each is called above and how many below."""
    colours = (BLUE.light, INK.light, VERMILLION.light)
    titles = ("input", "hidden", "output")
    for first, second, (base, index) in zip(data.layers, data.layers[1:], (("v", "ji"), ("w", "kj")), strict=False):
        draw_links(axes, first, second)
        middle = (first.units[0].x + second.units[0].x) / 2
        draw_symbol(axes, middle, HEIGHT - 0.34, base, index, 10.5, INK.light)
    for layer, colour, title in zip(data.layers, colours, titles, strict=True):
        draw_units(axes, layer, colour)
        x = layer.units[0].x
        axes.text(x, HEIGHT - 0.12, title, ha="center", va="center", size=8.5, weight="bold")
        bias = " + bias" if any(unit.kind == "bias" for unit in layer.units) else ""
        axes.text(x, 0.12, f"{layer.n_units}{bias}", ha="center", va="center", size=8, color=SOFT.light)


def network_figure(data: NetworkData) -> Figure:
    """The network at a third of the page's width."""
    figure = blank(WIDTH, HEIGHT, left=0, right=0, top=0, bottom=0)
    axes = figure.add_subplot()
    bare(axes)
    axes.set(xlim=(0, WIDTH), ylim=(0, HEIGHT))
    draw_network(axes, data)
    return figure
