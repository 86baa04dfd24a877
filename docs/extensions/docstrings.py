"""Docstrings in numpydoc's form, taken apart and written as Markdown."""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

LISTS = ("Parameters", "Attributes", "Returns", "Yields", "Raises")


@dataclass
class Entry:
    """A line of a section that names something, and what is said below it."""

    head: str
    text: list[str] = field(default_factory=list)


def sections(thing: Any) -> dict[str, list[str]]:
    """Lines of each section of a docstring by its title; what stands before the first has the title ''."""
    lines = (inspect.getdoc(thing) or "").splitlines()
    found: dict[str, list[str]] = {"": []}
    title = ""
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        if line and re.fullmatch(r"-{3,}", below.strip()):
            title = line.strip()
            found[title] = []
        elif not re.fullmatch(r"-{3,}", line.strip()):
            found[title].append(line)
    return found


def claim(thing: Any) -> str:
    """The first sentence or line."""
    return " ".join(paragraphs(sections(thing)[""])[:1])


def paragraphs(lines: list[str]) -> list[str]:
    """Paragraphs, each as one line."""
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", "\n".join(lines)) if part.strip()]


def entries(lines: list[str]) -> list[Entry]:
    """The entries of a section that lists things."""
    found: list[Entry] = []
    for line in lines:
        if line.strip() and not line.startswith(" "):
            found.append(Entry(line.strip()))
        elif found and line.strip():
            found[-1].text.append(line.strip())
    return found


def markdown(text: str, link: Callable[[str], str | None]) -> str:
    """Prose of a docstring: one or two backticks are code, and become links where they name something public.

    What would mean something to Markdown alone is escaped, as docstrings are plain text.
    """
    pieces = re.split(r"(``.+?``|`[^`]+`)", text)
    return "".join(_code(piece, link) if piece.startswith("`") else _escaped(piece) for piece in pieces)


def _code(piece: str, link: Callable[[str], str | None]) -> str:
    name = piece.strip("`")
    target = link(name)
    return f"[`{name}`]({target})" if target else f"`{name}`"


def _escaped(text: str) -> str:
    pieces = re.split(r"(?<!\w)(\*\w[^*]*\w\*)(?!\w)", text)  # emphasis is Markdown's as it stands
    return "".join(piece if index % 2 else _plain(piece) for index, piece in enumerate(pieces))


def _plain(text: str) -> str:
    return re.sub(r"([\\*_<>\[\]$|{}])", r"\\\1", text)
