"""What is written about the package is true: documented arguments, their defaults, the README's code."""

import ast
import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
GENERATED = ROOT / "docs" / "generated"
PAGES = [ROOT / "README.md", *(page for page in sorted((ROOT / "docs").rglob("*.md")) if GENERATED not in page.parents)]


def sections(thing: Any) -> dict[str, list[str]]:
    """Lines of each numpydoc section by its title; what stands before the first has the title ''."""
    lines = (inspect.getdoc(thing) or "").splitlines()
    found: dict[str, list[str]] = {"": []}
    title = ""
    for line, below in zip(lines, [*lines[1:], ""], strict=False):
        if line and set(below) == {"-"} and len(below) >= 3:
            title = line.strip()
            found[title] = []
        elif not (set(line) == {"-"} and title and not found[title]):
            found[title].append(line)
    return found


def documented(thing: Any) -> dict[str, str]:
    """What the sections Parameters and Attributes say of each name, on the line that names it."""
    found = sections(thing)
    lines = [line for title in ("Parameters", "Other Parameters", "Attributes") for line in found.get(title, [])]
    entries = [re.fullmatch(r"([\w*]+(?:, [\w*]+)*)(?: *: *(.*))?", line) for line in lines]
    return {name.lstrip("*"): entry[2] or "" for entry in entries if entry is not None for name in entry[1].split(", ")}


def arguments(thing: Any) -> dict[str, inspect.Parameter]:
    """What a function or a class takes; a class that takes just anything (a protocol, an error) has none."""
    try:
        takes = inspect.signature(thing).parameters
    except ValueError:  # a class of the interpreter's own making
        return {}
    anything = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD} if inspect.isclass(thing) else set()
    return {name: argument for name, argument in takes.items() if argument.kind not in anything}


def says_default(text: str, default: Any, module: ModuleType) -> bool:
    """Whether text that begins with a value, such as ``0.5, in [0, 1]``, begins with this one."""
    for end in [len(text), *(cut.start() for cut in reversed(list(re.finditer(r"[,;.:)\s]", text))))]:
        try:
            value = ast.literal_eval(text[:end].rstrip(",;. ").strip("`"))
        except (ValueError, SyntaxError):
            continue
        return bool(value == default) and isinstance(value, bool) == isinstance(default, bool)
    word = re.split(r"[,;\s]", text)[0].strip("`")
    names = (str(default), repr(default), getattr(default, "__name__", None))
    return word in names or getattr(module, word, inspect.Parameter.empty) is default


def faults(thing: Any, module: ModuleType) -> Iterator[str]:
    """What the docstring of a function or class leaves out or gets wrong."""
    takes, told, titles = arguments(thing), documented(thing), sections(thing)
    if not any(titles[""]):
        yield "has no docstring"
        return
    for name, argument in takes.items():
        if name not in told:
            yield f"does not document `{name}`"
            continue
        said = re.search(r"\bdefaults?(?: to| *=|:)? *(.+)", told[name])
        if said and argument.default is inspect.Parameter.empty:
            yield f"documents a default of `{name}`, which has none"
        elif said and not says_default(said[1], argument.default, module):
            yield f"documents the default of `{name}` as {said[1]}, and it is {argument.default!r}"
    if not inspect.isclass(thing):
        yield from (f"documents `{name}`, which it does not take" for name in told if name not in takes)
        returns = inspect.signature(thing).return_annotation
        if takes and returns not in (None, "None") and not {"Returns", "Yields"} & set(titles):
            yield "has no section Returns"


def documentation_faults(module: ModuleType) -> list[str]:
    public = {name: getattr(module, name) for name in module.__all__}
    return [
        f"{module.__name__}.{name} {fault}"
        for name, thing in public.items()
        if inspect.isclass(thing) or inspect.isroutine(inspect.unwrap(thing))
        for fault in faults(thing, module)
    ]


def python_blocks(text: str) -> list[tuple[int, str]]:
    """Line and text of each block fenced as ``python``."""
    return [
        (text[: block.start(1)].count("\n") + 1, block[1])
        for block in re.finditer(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    ]


@pytest.mark.parametrize("name", ["eligo", "eligo.statistics"])
def test_public_names_are_documented_as_they_are(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__all__
    assert documentation_faults(module) == []


def well_told(scores: Any, alpha: float = 0.05, norm: str = "sum", shape: tuple[int, ...] = (64,)) -> float:
    """Claim something.

    Parameters
    ----------
    scores : float array (blocks, methods)
    alpha : float in (0, 1), default 0.05, the level; smaller is stricter
        Not read: default 3.
    norm : {"sum", "max"}, default="sum"
    shape : tuple of int, default ``(64,)``

    Returns
    -------
    float
    """
    return alpha


def ill_told(scores: Any, alpha: float = 0.05, norm: str = "sum", *, budget: int) -> float:
    """Claim something.

    Parameters
    ----------
    alpha : float in (0, 1), default 0.1
    norm : {"sum", "max"}, default: "max"
    budget : int, default 1
    seed : int
    """
    return alpha


def untold(scores: Any) -> None:
    pass


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (well_told, []),
        (
            ill_told,
            [
                "does not document `scores`",
                "documents the default of `alpha` as 0.1, and it is 0.05",
                "documents the default of `norm` as \"max\", and it is 'sum'",
                "documents a default of `budget`, which has none",
                "documents `seed`, which it does not take",
                "has no section Returns",
            ],
        ),
        (untold, ["has no docstring"]),
    ],
)
def test_a_wrong_docstring_is_found(thing: Callable[..., Any], expected: list[str]) -> None:
    assert list(faults(thing, ModuleType("empty"))) == expected


WITH_CODE = [page for page in PAGES if python_blocks(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: str(page.relative_to(ROOT)))
def test_code_of_pages_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The blocks of a page are one program, and none needs a file that it does not write."""
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, Any] = {"__name__": page.stem}
    for line, block in python_blocks(page.read_text(encoding="utf-8")):
        exec(compile("\n" * (line - 1) + block, str(page), "exec"), namespace)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_of_pages_lead_somewhere(page: Path) -> None:
    """Those that lead to files; what the site generates exists when it is built, and Sphinx asserts it."""
    targets = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
    places = [(page.parent / target).resolve() for target in targets]
    assert [str(place) for place in places if GENERATED not in place.parents and not place.exists()] == []
