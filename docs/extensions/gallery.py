"""The gallery: examples are run where they are, and what they print and draw becomes a page."""

import ast
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import copy, rmtree

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
CACHE = ROOT / "build" / "gallery"


@dataclass(frozen=True)
class Shown:
    """An example that ran: what it is for, what it printed, what it drew; or why it could not run."""

    script: Path
    printed: str
    pictures: tuple[Path, ...]
    missing: str | None

    @property
    def name(self) -> str:
        """Its name on the site."""
        return self.script.stem

    @property
    def told(self) -> list[str]:
        """Paragraphs of its docstring; the first is one line."""
        text = ast.get_docstring(ast.parse(self.script.read_text(encoding="utf-8"))) or ""
        return text.split("\n\n")

    @property
    def title(self) -> str:
        """What it shows: its first sentence up to a colon."""
        return " ".join(re.split(r"[:.](?=\s|$)", self.told[0])[0].split())


def missing_module(script: Path) -> str | None:
    """The first module that an example imports and that is not installed."""
    from importlib.util import find_spec

    for node in ast.walk(ast.parse(script.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            if find_spec(name.partition(".")[0]) is None:
                return name.partition(".")[0]
    return None


def _digest(script: Path) -> str:
    """What its results follow from: the example and the package."""
    sources = [script, *sorted((ROOT / "src").rglob("*.py"))]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()


def run(script: Path) -> Shown:
    """Run an example in a folder of its own, unless it and the package are as they were when it ran last."""
    missing = missing_module(script)
    if missing is not None:
        return Shown(script, "", (), missing)
    folder, stamp = CACHE / script.stem, _digest(script)
    if not (folder / "stamp").exists() or (folder / "stamp").read_text() != stamp:
        rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        environment = os.environ | {"MPLBACKEND": "Agg", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        command = [sys.executable, str(script)]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{script.name} failed:\n{done.stderr}")
        (folder / "printed.txt").write_text(done.stdout, encoding="utf-8")
        (folder / "stamp").write_text(stamp)
    printed = (folder / "printed.txt").read_text(encoding="utf-8")
    return Shown(script, printed, tuple(sorted(folder.glob("*.png"))), None)


def write(folder: Path) -> list[Shown]:
    """Write the gallery's pages and pictures into a folder."""
    shown = [run(script) for script in sorted(EXAMPLES.glob("*.py"))]
    shown.sort(key=lambda example: (not example.pictures, example.name))
    for example in shown:
        for picture in example.pictures:
            copy(picture, folder / picture.name)
        (folder / f"{example.name}.md").write_text("\n".join(_page(example)) + "\n", encoding="utf-8")
    (folder / "index.md").write_text("\n".join(_index(shown)) + "\n", encoding="utf-8")
    return shown


def _index(shown: list[Shown]) -> Iterator[str]:
    yield from (
        "# Gallery",
        "",
        "Programs that run as they stand: `python examples/NAME.py`. Pictures are what they draw.",
    )
    yield from ("", "::::{grid} 1 2 2 2", ":gutter: 3", "")
    for example in shown:
        yield from (f":::{{grid-item-card}} {example.title}", f":link: {example.name}", ":link-type: doc")
        if example.pictures:
            yield f":img-bottom: {example.pictures[0].name}"
        yield from ("", f"`{example.script.name}`", ":::", "")
    yield from ("::::", "", "```{toctree}", ":hidden:", "")
    yield from (example.name for example in shown)
    yield "```"


def _page(example: Shown) -> Iterator[str]:
    yield from (f"# {example.title}", "")
    yield from (f"```text\n{text}\n```\n" if text.startswith("    ") else text + "\n" for text in example.told)
    yield from (f"![{example.title}]({picture.name})\n" for picture in example.pictures)
    if example.missing:
        yield from (f"It was not run for this page: `{example.missing}` is not installed.", "")
    if example.printed.strip():
        yield from ("It prints", "", "```text", example.printed.rstrip(), "```", "")
    yield from (f"`examples/{example.script.name}`", "", "```python", _code(example.script), "```")


def _code(script: Path) -> str:
    """The program without its docstring, which the page tells."""
    text = script.read_text(encoding="utf-8")
    first = ast.parse(text).body[0]
    return "\n".join(text.splitlines()[first.end_lineno :]).strip("\n")
