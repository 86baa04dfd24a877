"""Colours, one per method everywhere, after Okabe and Ito: told apart by all eyes, on light and on dark paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Colour:
    """A colour on light and on dark paper.

    Figures are drawn with `light`; in the page, `light` is replaced by the style sheet's variable `name`, so that
    one drawing serves both.
    """

    name: str
    light: str
    dark: str

    @property
    def variable(self) -> str:
        """The colour as style sheets refer to it."""
        return f"var(--{self.name})"


# No two of these may share a `light`: it is how a drawing's colours are recognised.
INK = Colour("ink", "#1d1f24", "#e6e4df")
SOFT = Colour("soft", "#5f636b", "#a2a5ab")
RULE = Colour("rule", "#d9d8d4", "#3a3d43")
PAPER = Colour("paper", "#fffefc", "#17191d")
CHROME = (INK, SOFT, RULE, PAPER)

PASSIVE = Colour("passive", "#2b2d33", "#d4d2cc")
BLUE = Colour("blue", "#0072b2", "#4aa8e0")
VERMILLION = Colour("vermillion", "#d55e00", "#f0823a")
GREEN = Colour("green", "#009e73", "#2fc79b")
PURPLE = Colour("purple", "#b8558f", "#dd8fbd")
SKY = Colour("sky", "#3a96c9", "#7cc5ee")
ORANGE = Colour("orange", "#c78500", "#eab23c")

OF_METHOD = {
    "passive": PASSIVE,
    "sasla": BLUE,
    "entropy": VERMILLION,
    "ensemble": GREEN,
    "random_pool": PURPLE,
    "error": SKY,
    "random_subset": ORANGE,
}
SPARE = (
    Colour("olive", "#7a7a1f", "#bdbd5c"),
    Colour("brick", "#9a3b34", "#d9857e"),
    Colour("violet", "#6a51a3", "#a994dd"),
    Colour("teal", "#1b6f78", "#5fb6bf"),
)
COLOURS = (*CHROME, *OF_METHOD.values(), *SPARE)
CONTROLS = {"random_pool", "random_subset"}  # drawn dashed


def colour_of(method: str, methods: Sequence[str]) -> Colour:
    """Colour of a method; one that came as a plug-in takes the spare colour of its place among such methods."""
    if method in OF_METHOD:
        return OF_METHOD[method]
    others = [name for name in methods if name not in OF_METHOD]
    return SPARE[others.index(method) % len(SPARE)]


def dash_of(method: str) -> str | tuple[float, tuple[float, float]]:
    """Line style of a method: controls are dashed, so that they are told apart without colour too."""
    return (0, (4.0, 1.6)) if method in CONTROLS else "solid"
