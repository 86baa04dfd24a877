"""The published numbers as they lie in `replication/published`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PUBLISHED = Path(__file__).parent / "published"
METHODS = ("passive", "sasla", "entropy", "ensemble")
PAIRS = {f"{a}-{b}": (one, other) for one, a, other, b in (
    ("passive", "P", "sasla", "S"), ("passive", "P", "entropy", "E"), ("passive", "P", "ensemble", "En"),
    ("sasla", "S", "entropy", "E"), ("sasla", "S", "ensemble", "En"), ("entropy", "E", "ensemble", "En"),
)}  # fmt: skip
TITLES = {
    "iris": "iris",
    "wine": "wine",
    "fashion_mnist": "Fashion-MNIST",
    "noisy_sine": "noisy sine",
    "california_housing": "California housing",
    "energy_efficiency": "energy efficiency",
    "breast_cancer": "breast cancer",
    "diabetes": "diabetes",
    "digits": "digits",
    "passive": "passive",
    "sasla": "SASLA",
    "entropy": "entropy",
    "ensemble": "ensemble",
    "random_pool": "random pool",
}
CLASSIFICATION = ("iris", "wine", "fashion_mnist")
REGRESSION = ("noisy_sine", "california_housing", "energy_efficiency")


def read_published(folder: Path = PUBLISHED) -> Mapping[str, Any]:
    """All tables of all files; no two files hold the same table."""
    found: dict[str, Any] = {}
    for file in sorted(folder.glob("*.toml")):
        for name, content in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if name in found:
                raise ValueError(f"{file.name}: the table `{name}` is in another file too. Keep one.")
            found[name] = content
    return found


def of_problem(tables: list[dict[str, Any]], problem: str) -> dict[str, Any] | None:
    """The table of a problem; None where nothing was published."""
    return next((one for one in tables if one["problem"] == problem), None)
