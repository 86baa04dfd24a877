"""Colours, one per method everywhere, after Okabe and Ito: told apart by all eyes, on light and on dark paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eligo.study.results import base_method

from .factors import siblings


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
CONTROLS = {"random_pool", "random_subset"}  # drawn dashed

N_STEPS = 9  # of a ramp; more levels than that share neighbouring steps
LIGHT_ENDS, DARK_ENDS = (0.68, 0.36), (0.54, 0.90)  # OKLab lightness of a ramp, from the paper away
TURN = 0.55  # radians by which the hue turns along a ramp, so that neighbours differ in more than lightness

# Ottosson's OKLab: equal steps look equal.
TO_CONE = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
FloatArray = NDArray[np.float64]


def _linear(code: str) -> FloatArray:
    part = np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.asarray(np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4), dtype=np.float64)


def _as_lab(code: str) -> FloatArray:
    return np.asarray(TO_LAB @ np.cbrt(TO_CONE @ _linear(code)), dtype=np.float64)


def _as_code(lab: FloatArray) -> str:
    """The nearest colour that a screen has: chroma is taken back until all three lights are in range."""
    for chroma in np.linspace(1, 0, 41):
        inside = np.linalg.solve(TO_CONE, np.linalg.solve(TO_LAB, lab * [1, chroma, chroma]) ** 3)
        if inside.min() >= -1e-6 and inside.max() <= 1 + 1e-6:
            break
    inside = np.clip(inside, 0, 1)
    part = np.where(inside <= 0.0031308, 12.92 * inside, 1.055 * inside ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(255 * value):02x}" for value in part)


def _steps(code: str, ends: tuple[float, float]) -> list[str]:
    _, a, b = _as_lab(code)
    hue, chroma = np.arctan2(b, a), max(np.hypot(a, b), 0.02)
    turns = hue + TURN * np.linspace(0.5, -0.5, N_STEPS)
    levels = np.linspace(*ends, N_STEPS)
    return [
        _as_code(np.array([level, chroma * np.cos(turn), chroma * np.sin(turn)]))
        for level, turn in zip(levels, turns, strict=True)
    ]


def ramp_of(colour: Colour) -> tuple[Colour, ...]:
    """Shades of a colour, from near the paper to far from it, on light and on dark paper alike."""
    shades = zip(_steps(colour.light, LIGHT_ENDS), _steps(colour.dark, DARK_ENDS), strict=True)
    return tuple(Colour(f"{colour.name}-{i + 1}", light, dark) for i, (light, dark) in enumerate(shades))


RAMPS = {colour.name: ramp_of(colour) for colour in (*OF_METHOD.values(), *SPARE)}
COLOURS = (*CHROME, *OF_METHOD.values(), *SPARE)
EVERY = (*COLOURS, *(shade for ramp in RAMPS.values() for shade in ramp))


def base_colour(base: str, methods: Sequence[str]) -> Colour:
    """Colour of a method, whatever rows of it there are."""
    if base in OF_METHOD:
        return OF_METHOD[base]
    others = list(dict.fromkeys(found for name in methods if (found := base_method(name)) not in OF_METHOD))
    return SPARE[others.index(base) % len(SPARE)]


def colour_of(method: str, methods: Sequence[str]) -> Colour:
    """Colour of a method; one that came as a plug-in takes the spare colour of its place among such methods.

    Where a study has several rows of a method, each takes its step of a ramp of the method's colour.
    """
    colour, rows = base_colour(base_method(method), methods), siblings(method, methods)
    if len(rows) < 2:
        return colour
    step = round(rows.index(method) * (N_STEPS - 1) / (len(rows) - 1))
    return RAMPS[colour.name][step]


def used_colours(methods: Sequence[str]) -> tuple[Colour, ...]:
    """The colours that a page of these methods needs, each once."""
    return tuple(dict.fromkeys([*COLOURS, *(colour_of(name, methods) for name in methods)]))


def dash_of(method: str) -> str | tuple[float, tuple[float, float]]:
    """Line style of a method: controls are dashed, so that they are told apart without colour too."""
    return (0, (4.0, 1.6)) if base_method(method) in CONTROLS else "solid"
