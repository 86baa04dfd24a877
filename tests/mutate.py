"""Does the suite notice? Each change of `mutations.toml`, made in a copy of the tree: `python tests/mutate.py [WORD ...]`.

Prints whether the named tests fail, as they should, and exits with 1 if a change survives or its line is no longer there.
The same tests pass before on the unchanged copy: else nothing would follow from their failing.
Words pick the changes whose meaning or file has one of them.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
NEEDED = ("src", "tests", "pyproject.toml")
FAILED = 1  # pytest's code for tests that ran and failed; all others say that they did not run


class Mutation(NamedTuple):
    """A change of one line of `src/eligo` and the arguments of pytest that should then fail."""

    means: str
    file: str
    line: str
    becomes: str
    tests: tuple[str, ...]


def mutations() -> list[Mutation]:
    """All that are listed."""
    listed = tomllib.loads(Path(__file__).with_name("mutations.toml").read_text(encoding="utf-8"))["mutation"]
    return [Mutation(**(entry | {"tests": tuple(entry["tests"])})) for entry in listed]


def places(mutation: Mutation, root: Path = ROOT) -> list[int]:
    """Where the line stands in its file, counted from 0."""
    lines = (root / "src" / "eligo" / mutation.file).read_text(encoding="utf-8").split("\n")
    return [place for place, line in enumerate(lines) if line.strip() == mutation.line]


def mutated(mutation: Mutation, root: Path) -> str:
    """The file with the change made, its indentation kept."""
    lines = (root / "src" / "eligo" / mutation.file).read_text(encoding="utf-8").split("\n")
    (place,) = places(mutation, root)
    lines[place] = lines[place].replace(mutation.line, mutation.becomes)
    return "\n".join(lines)


def exit_code(tests: tuple[str, ...], copy: Path) -> tuple[int, str]:
    """Pytest's exit code for tests of a copy of the tree, and its last line."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    environment = os.environ | {"PYTHONPATH": str(copy / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    return ended.returncode, "".join(ended.stdout.strip().splitlines()[-1:])


exit_code_unchanged = cache(exit_code)


def outcome(mutation: Mutation, copy: Path) -> str:
    """Run the tests in a copy of the tree, make the change, run them again, take it back."""
    code, last_line = exit_code_unchanged(mutation.tests, copy)
    if code != 0:
        return f"NOT RUN: its tests fail without it, {last_line}"
    file = copy / "src" / "eligo" / mutation.file
    before = file.read_text(encoding="utf-8")
    file.write_text(mutated(mutation, copy), encoding="utf-8")
    try:
        code, last_line = exit_code(mutation.tests, copy)
    finally:
        file.write_text(before, encoding="utf-8")
    if code == FAILED:
        return "caught"
    return "SURVIVED" if code == 0 else f"NOT RUN: {last_line}"


def main(words: list[str]) -> int:
    """Make the changes one after the other; how many were not caught, as an exit code."""
    picked = [own for own in mutations() if not words or any(word in own.means + own.file for word in words)]
    n_missed = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "eligo"
        for name in NEEDED:
            source = ROOT / name
            (shutil.copytree if source.is_dir() else shutil.copyfile)(source, _made(copy) / name)
        for own in picked:
            began = time.monotonic()
            result = outcome(own, copy) if len(places(own)) == 1 else "NOT RUN: its line is not there once"
            n_missed += result != "caught"
            print(f"{result:<9} {time.monotonic() - began:5.1f} s  {own.file}: {own.means}", flush=True)
    print(f"{len(picked) - n_missed} of {len(picked)} caught")
    return int(n_missed > 0)


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
