"""Examples and benchmarks are programs that people copy: they run as they stand."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from docs.extensions.gallery import missing_module

ROOT = Path(__file__).parent.parent


def run(script: Path, *arguments: str, folder: Path | None = None) -> str:
    command = [sys.executable, "-W", "error", str(script), *arguments]
    finished = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.mark.parametrize("script", sorted((ROOT / "examples").glob("*.py")), ids=lambda script: script.stem)
def test_example_runs_says_something_and_draws_what_it_names(script: Path, tmp_path: Path) -> None:
    missing = missing_module(script)
    if missing is not None:
        pytest.skip(f"{missing} is not installed; `pip install {missing}` runs this example")
    assert run(script, folder=tmp_path).strip()
    drawn = {picture.name for picture in tmp_path.glob("*.png")}
    assert drawn == set(re.findall(r'savefig\("(.+?)"', script.read_text(encoding="utf-8")))


def test_probability_forms_are_told_apart_as_the_documentation_says(tmp_path: Path) -> None:
    printed = run(ROOT / "examples" / "probability_forms.py", folder=tmp_path)
    table = [line.split() for line in printed.splitlines()[1:]]
    documented = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
    for name, *numbers in table:
        row = next(line for line in documented.splitlines() if line.startswith(f"| `{name}`"))
        stated = [float(cell.strip()) for cell in row.split("|")[2:-1]]
        assert stated == pytest.approx([float(number) for number in numbers], abs=0.01)


PARTS_OF_BENCHMARKS = {"cpp.py", "machine.py", "peers_querying.py", "problem.py", "timing.py"}
BENCHMARKS = sorted(script for script in (ROOT / "benchmarks").glob("*.py") if script.name not in PARTS_OF_BENCHMARKS)
QUICK = {
    "across_pythons": (sys.executable,),
    "soak": ("store", "--units", "400"),
    "querying": ("--epochs", "1"),
    "scoring": ("--rows", "20000"),
    "study": ("--problems", "iris", "--methods", "passive", "--trials", "2", "--quick"),
}
"""What makes a benchmark short, where it is not --quick."""

SAID = {"across_pythons": "selections and costs equal", "soak": "| the report |"}
"""What a benchmark without ratios says."""


@pytest.mark.slow
@pytest.mark.parametrize("script", BENCHMARKS, ids=lambda script: script.stem)
def test_benchmark_prints_its_table(script: Path) -> None:
    table = run(script, *QUICK.get(script.stem, ("--quick",)))
    assert any(word in table for word in (SAID.get(script.stem, "ratio"), "over proportion", "share"))
