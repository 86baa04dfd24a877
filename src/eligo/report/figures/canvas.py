"""What every figure is drawn on, and how a drawing becomes files and a piece of the page."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator

from ..palette import EVERY, INK, PAPER, RULE, SOFT, colour_of, dash_of
from ..vocabulary import method_title

VARIABLES = {colour.light: colour.variable for colour in EVERY}
WIDTH = 10.0  # inches of a full figure: the text block of the page at its natural size
PNG_DPI = 160
MAX_BANDS = 7  # curves in a panel; more of them are drawn without their bands, which would hide each other

STYLE: dict[str, Any] = {
    "font.family": ["sans-serif", "DejaVu Sans"],  # the second for signs that the first lacks: see IN_A_PAPER
    "font.sans-serif": ["DejaVu Sans"],  # comes with matplotlib, so figures do not depend on a machine's fonts
    "font.size": 8.5,
    "axes.titlesize": 9.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 7.0,
    "axes.titlecolor": INK.light,
    "axes.labelsize": 8.5,
    "axes.labelcolor": SOFT.light,
    "axes.edgecolor": SOFT.light,
    "axes.linewidth": 0.7,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": RULE.light,
    "grid.linewidth": 0.6,
    "text.color": INK.light,
    "xtick.color": SOFT.light,
    "ytick.color": SOFT.light,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "xtick.major.size": 3.0,
    "ytick.major.size": 0.0,
    "xtick.major.width": 0.7,
    "lines.linewidth": 1.6,
    "lines.solid_capstyle": "round",
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "figure.facecolor": "none",
    "svg.fonttype": "none",  # text stays text: it is searched, read aloud, and set in the page's own type
    "pdf.fonttype": 42,
    "path.simplify": True,
    "text.parse_math": False,  # a method or a class may have a dollar sign in its name
}


IN_A_PAPER: Any = {"font.sans-serif": ["STIXGeneral"]}
"""The face of PDFs, which go into an IEEE paper: a Times that comes with matplotlib."""


@contextmanager
def drawing_style() -> Iterator[None]:
    """Draw as this report does, whatever a user's own matplotlib settings say."""
    with mpl.rc_context():
        mpl.rcdefaults()
        parameters: Any = mpl.rcParams  # its stubs know every name, and differ between versions
        parameters.update(STYLE)
        yield


@dataclass(frozen=True)
class Picture:
    """A drawing and what is said of it.

    Attributes
    ----------
    name : str, of its files
    figure : matplotlib Figure
    caption : str, below it
    alt : str, for those who cannot see it
    """

    name: str
    figure: Figure
    caption: str
    alt: str


def blank(width: float, height: float, **margins: float) -> Figure:
    """An empty figure with its margins in inches: left, right, top, bottom, wspace and hspace."""
    figure = Figure(figsize=(width, height))
    figure.subplots_adjust(
        left=margins.get("left", 0.7) / width,
        right=1 - margins.get("right", 0.15) / width,
        top=1 - margins.get("top", 0.35) / height,
        bottom=margins.get("bottom", 0.5) / height,
        wspace=margins.get("wspace", 0.12),
        hspace=margins.get("hspace", 0.3),
    )
    return figure


def method_line(method: str, methods: Sequence[str], **more: Any) -> dict[str, Any]:
    """Colour and line style of a method, as keywords of a line."""
    return {"color": colour_of(method, methods).light, "linestyle": dash_of(method), **more}


LETTER, HANDLE, LEGEND_ROW = 0.067, 0.52, 0.19  # inches of a letter, of a line with its gaps, of a row


def _legend_columns(shown: Sequence[str], width: float) -> int:
    """As many columns as leave the longest title of each room."""
    titles = [method_title(name) for name in shown]
    for n_columns in range(len(titles), 1, -1):
        n_rows = -(-len(titles) // n_columns)
        columns = [titles[i : i + n_rows] for i in range(0, len(titles), n_rows)]
        if sum(LETTER * max(map(len, column)) + HANDLE for column in columns) <= width:
            return n_columns
    return 1


def legend_height(shown: Sequence[str], width: float = WIDTH) -> float:
    """Inches that the rows of a legend take above a figure."""
    return LEGEND_ROW * -(-len(shown) // _legend_columns(shown, width))


def legend(figure: Figure, shown: Sequence[str], methods: Sequence[str], **more: Any) -> None:
    """The methods with their lines, in as few rows as fit along the top left."""
    handles: list[Artist] = [
        Line2D([], [], label=method_title(name), **{"linewidth": 2.0, **method_line(name, methods), **more})
        for name in shown
    ]
    place_legend(figure, handles, _legend_columns(shown, float(figure.get_figwidth())))


def place_legend(figure: Figure, handles: Sequence[Artist], n_columns: int) -> None:
    """A legend along the top left of a figure."""
    height = float(figure.get_figheight())
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0.0, 1 - 0.02 / height),
        ncols=n_columns,
        handlelength=1.8,
        columnspacing=1.6,
        labelspacing=0.35,
        borderaxespad=0.0,
    )


def plain_number(value: float, _position: int = 0) -> str:
    """A tick as a person writes it: 0.02, 5, 20k, 1.5M."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:g}{letter}"
    return f"{value:.6g}"


def log_ticks(low: float, high: float) -> list[float]:
    """Round numbers within a range: 1, 2 and 5 of each decade, or powers of ten where those would crowd."""
    decades = np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
    steps = (1, 2, 5) if np.log10(high / low) < 2.6 else (1,)
    ticks = [step * 10.0**decade for decade in decades for step in steps]
    return [float(f"{tick:.6g}") for tick in ticks if low <= tick <= high]


def log_scale(axes: Axes, which: str, low: float, high: float) -> None:
    """A log scale with round, plainly written ticks along one axis."""
    axes.set(**{f"{which}scale": "log", f"{which}lim": (low, high)})
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(FixedLocator(log_ticks(low, high)))
    axis.set_major_formatter(FuncFormatter(plain_number))
    axis.set_minor_locator(NullLocator())
    axis.set_minor_formatter(NullFormatter())


def bare(axes: Axes) -> None:
    """Take away everything that is not drawn on purpose."""
    axes.grid(False)
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set_visible(False)


def _rounded(path: re.Match[str]) -> str:
    return re.sub(r"-?\d+\.\d+", lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), path[0])


def inline_svg(svg: str, name: str, alt: str) -> str:
    """A drawing as a piece of the page: no header, own ids, colours that follow the page's."""
    text = svg[svg.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>|<style[^>]*>.*?</style>|<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r' (xmlns(:\w+)?|version)="[^"]*"', "", text).replace("xlink:href", "href")
    text = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", text)
    text = re.sub(r'\bd="[^"]*"', _rounded, text)
    text = re.sub("#[0-9a-f]{6}", lambda found: VARIABLES.get(found[0], found[0]), text)
    return text.replace("<svg", f'<svg role="img" aria-label="{escape(alt)}"', 1).strip()


def save(picture: Picture, folder: Path) -> str:
    """Write a picture as PDF in a paper's type and as PNG, and give it back as SVG for the page."""
    with mpl.rc_context(IN_A_PAPER):
        picture.figure.savefig(folder / f"{picture.name}.pdf", facecolor="white", metadata={"CreationDate": None})
    picture.figure.savefig(
        folder / f"{picture.name}.png", dpi=PNG_DPI, facecolor=PAPER.light, metadata={"Software": None}
    )
    written = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": picture.name}):
        picture.figure.savefig(written, format="svg", facecolor="none", metadata={"Date": None, "Creator": None})
    return inline_svg(written.getvalue(), picture.name, picture.alt)
