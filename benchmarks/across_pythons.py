"""Is a study the same on every Python? `python benchmarks/across_pythons.py PYTHON ...`, interpreters with eligo's lock.

Runs a quick study with this interpreter and with each of those, and compares their results.csv: what was selected and what
it cost must be equal, errors within 1e-5. Exits with 1 if they are not.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

STUDY = ["study", "run", "paper", "--quick", "--problems", "iris,noisy_sine", "--trials", "2"]
COUNTS = [
    "problem",
    "method",
    "trial",
    "epochs",
    "labels",
    "n_selected",
    "presentations",
    "work",
    "selection_work",
    "is_diverged",
]
ERRORS = ["train_error", "test_error", "accuracy", "macro_f1", "mcc", "mse", "mae", "r2"]
WITHIN = 1e-5
SOURCE = Path(__file__).resolve().parents[1] / "src"


def results_of(python: str, folder: Path) -> tuple[str, pd.DataFrame]:
    """The version of an interpreter and the results that it comes to."""
    environment = os.environ | {"PYTHONPATH": str(SOURCE)}
    version = subprocess.run([python, "-VV"], capture_output=True, text=True, check=True).stdout.split()[1]
    out = folder / f"out-{version}"
    main = "from eligo.cli import main; main()"
    subprocess.run(
        [python, "-c", main, *STUDY, "--out", str(out)], env=environment, check=True, stdout=subprocess.DEVNULL
    )
    return version, pd.read_csv(out / "results.csv")


def main(pythons: list[str]) -> int:
    """Compare the first interpreter's results with the others'; 1 if any differ by more than is promised."""
    with tempfile.TemporaryDirectory() as folder:
        (version, expected), *others = (results_of(python, Path(folder)) for python in [sys.executable, *pythons])
    is_same = True
    for other, found in others:
        counts = found[COUNTS].equals(expected[COUNTS])
        apart = float(np.nanmax(np.abs(found[ERRORS].to_numpy() - expected[ERRORS].to_numpy())))
        print(
            f"{version} and {other}, {len(found)} trials: selections and costs {'equal' if counts else 'DIFFER'}, "
            f"errors {apart:.1e} apart at most"
        )
        is_same &= counts and apart <= WITHIN
    return int(not is_same)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python benchmarks/across_pythons.py PYTHON [PYTHON ...]")
    sys.exit(main(sys.argv[1:]))
