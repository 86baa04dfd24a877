"""Examples and benchmarks are programs that people copy: they run as they stand."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(script: Path, *arguments: str) -> str:
    command = [sys.executable, "-W", "error", str(script), *arguments]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.mark.parametrize("script", sorted((ROOT / "examples").glob("*.py")), ids=lambda script: script.stem)
def test_example_runs_and_says_something(script: Path) -> None:
    assert run(script).strip()


def test_probability_forms_are_told_apart_as_the_documentation_says() -> None:
    table = [line.split() for line in run(ROOT / "examples" / "probability_forms.py").splitlines()[1:]]
    documented = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
    for name, *numbers in table:
        row = next(line for line in documented.splitlines() if line.startswith(f"| `{name}`"))
        stated = [float(cell.strip()) for cell in row.split("|")[2:-1]]
        assert stated == pytest.approx([float(number) for number in numbers], abs=0.01)


QUICK = {
    "online_sgd": ("--quick",),
    "full_batch": ("--quick",),
    "selective": ("--quick",),
    "growth": ("--quick",),
    "layouts": ("--quick",),
    "querying": ("--epochs", "1"),
    "scoring": ("--rows", "20000"),
}
"""Benchmarks, and what makes them short."""


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_benchmark_prints_its_table(name: str) -> None:
    assert "ratio" in run(ROOT / "benchmarks" / f"{name}.py", *QUICK[name])
