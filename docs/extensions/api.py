"""The API from docstrings: one page for each part of the package, every public name on one of them."""

import importlib
import inspect
import pkgutil
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from docs.extensions.docstrings import claim, entries, markdown, paragraphs, sections

import eligo

TITLES = {
    "networks": "Networks",
    "foreign": "Networks of other libraries",
    "activations": "Activation functions",
    "tasks": "Tasks",
    "sgd": "Settings of training",
    "training": "Training",
    "sensitivity": "Output sensitivity",
    "utilities": "Utilities",
    "rules": "Rules",
    "representations": "Representations",
    "learning": "The two loops",
    "methods": "Named methods",
    "recipes": "Ways to query that have a name",
    "estimators": "scikit-learn estimators",
    "scoring": "Scoring a large pool",
    "datasets": "Data",
    "study": "Studies",
    "statistics": "Statistics",
    "testing": "Testing your own",
}
"""Parts in the order of the site. A part that is not here comes last, under its own name."""

PACKAGES = (
    "utilities",
    "rules",
    "representations",
    "learning",
    "recipes",
    "datasets",
    "study",
    "statistics",
    "estimators",
    "testing",
    "stopping",
)
"""Parts whose public names are public though `eligo` itself does not have them."""


class Name(NamedTuple):
    """A public name: where it is imported from, and what it is."""

    path: str
    thing: Any


def public_names() -> dict[str, list[Name]]:
    """Public names by the part of the package that they belong to; each once, by its shortest path."""
    found: dict[str, list[Name]] = defaultdict(list)
    seen: set[int] = set()
    for name in _exported(eligo):
        thing = getattr(eligo, name)
        if not inspect.ismodule(thing):
            found[_part_of(name, thing)].append(Name(f"eligo.{name}", thing))
            seen.add(id(thing))
    there = _parts()
    for part in PACKAGES:
        module = importlib.import_module(f"eligo.{part}") if part in there else None
        for name in _exported(module) if module else ():
            thing = getattr(module, name)
            if id(thing) not in seen and not inspect.ismodule(thing):
                found[part].append(Name(f"eligo.{part}.{name}", thing))
                seen.add(id(thing))
    order = [part for part in TITLES if part in found] + sorted(set(found) - set(TITLES))
    return {part: sorted(found[part], key=lambda name: name.path.rpartition(".")[2].lower()) for part in order}


def _exported(module: Any) -> list[str]:
    if hasattr(module, "__all__"):
        return sorted(module.__all__)
    own = inspect.getmembers(module, lambda thing: getattr(thing, "__module__", None) == module.__name__)
    return [name for name, _ in own if not name.startswith("_")]


def _parts() -> list[str]:
    return [module.name for module in pkgutil.iter_modules(eligo.__path__) if not module.name.startswith("_")]


def _part_of(name: str, thing: Any) -> str:
    """The part that a name of `eligo` was made in; a value does not know, so all are asked, the titled ones first."""
    module = getattr(thing, "__module__", "")
    if module.startswith("eligo.") and not _is_value(thing):
        return module.split(".")[1]
    parts = _parts()
    order = [*(part for part in TITLES if part in parts), *(part for part in parts if part not in TITLES)]
    return next(part for part in order if getattr(importlib.import_module(f"eligo.{part}"), name, None) is thing)


def anchor(path: str) -> str:
    """Where a name stands on its page; a class and its function, `Typicality` and `typicality`, stand apart."""
    kind = "" if path.rpartition(".")[2][:1].isupper() else "-function"
    return path.replace(".", "-").lower() + kind


def title_of(part: str) -> str:
    """Title of a part's page."""
    return TITLES.get(part, part.capitalize())


class Links:
    """From a name in backticks, long or short, to its place in the API."""

    def __init__(self, names: dict[str, list[Name]], folder: str = "") -> None:
        """Links from pages that lie beside the API's, or above it in ``folder``."""
        self.targets: dict[str, str] = {}
        for part, members in names.items():
            for name in members:
                target = f"{folder}{part}.md#{anchor(name.path)}"
                for known in (name.path, name.path.rpartition(".")[2], _defined_at(name.thing)):
                    self.targets.setdefault(known, target)

    def __call__(self, name: str) -> str | None:
        """Where a name leads, or nothing."""
        return self.targets.get(name.removesuffix("()"))


def _defined_at(thing: Any) -> str:
    return f"{getattr(thing, '__module__', '')}.{getattr(thing, '__qualname__', '')}"


def page(part: str, names: list[Name], link: Links) -> str:
    """One part as Markdown."""
    lines = [f"# {title_of(part)}", ""]
    module = importlib.import_module(f"eligo.{part}")
    lines += [*(markdown(text, link) + "\n" for text in paragraphs(sections(module)[""])), ""]
    lines += ["| name | |", "|---|---|"]
    for name in names:
        lines.append(f"| [`{name.path}`](#{anchor(name.path)}) | {markdown(_told(name.thing), link)} |")
    for name in names:
        lines += ["", f"({anchor(name.path)})=", f"## {name.path.rpartition('.')[2]}", "", *_described(name, link)]
    return "\n".join(lines) + "\n"


def _is_value(thing: Any) -> bool:
    return not (inspect.isclass(thing) or callable(thing))


def _told(thing: Any) -> str:
    return f"A `{type(thing).__name__}`." if _is_value(thing) else claim(thing)


def _described(name: Name, link: Links) -> Iterator[str]:
    thing = name.thing
    yield from ("```python", f"{name.path}{'' if _is_value(thing) else _signature(thing)}", "```", "")
    if _is_value(thing):
        yield from (f"A {markdown('`' + type(thing).__name__ + '`', link)}.", "")
        return
    yield from _docstring(thing, link)
    for member, method in _methods(thing):
        yield from (f"### {name.path.rpartition('.')[2]}.{member}", "")
        yield from ("```python", f"{member}{_signature(method)}", "```", "")
        yield from _docstring(method, link)


def _signature(thing: Any) -> str:
    try:
        signature = inspect.signature(thing)
    except (ValueError, TypeError):
        return ""
    plain = [_plain(argument) for argument in signature.parameters.values() if argument.name != "self"]
    whole = str(signature.replace(parameters=plain, return_annotation=inspect.Signature.empty))
    if len(whole) < 80:
        return whole
    listed = [str(argument) for argument in plain]
    by_name = [place for place, argument in enumerate(plain) if argument.kind is inspect.Parameter.KEYWORD_ONLY]
    if by_name and plain[by_name[0] - 1].kind is not inspect.Parameter.VAR_POSITIONAL:
        listed.insert(by_name[0], "*")
    return "(\n    " + ",\n    ".join(listed) + ",\n)"


class _Named(str):
    """What has a name only: a class, a function; three dots for what is made anew at each call."""

    __repr__ = str.__str__


def _plain(argument: inspect.Parameter) -> inspect.Parameter:
    """An argument without its annotation, with a default that reads as Python."""
    default = argument.default
    if default is not argument.empty and repr(default).startswith("<"):
        default = _Named(getattr(default, "__name__", "..."))
    return argument.replace(annotation=argument.empty, default=default)


def _methods(thing: Any) -> Iterator[tuple[str, Any]]:
    if not inspect.isclass(thing) or issubclass(thing, BaseException):
        return
    for name, member in vars(thing).items():
        if inspect.isfunction(member) and not name.startswith("_") and inspect.getdoc(member):
            yield name, member


def _docstring(thing: Any, link: Links) -> Iterator[str]:
    for title, lines in sections(thing).items():
        if not "".join(lines).strip():
            continue
        if title == "Examples":
            yield from _examples(lines, link)
        elif title in ("Parameters", "Attributes", "Raises"):
            yield from (f"**{title}**", "")
            for entry in entries(lines):
                yield from _definition(entry.head, " ".join(entry.text), link)
        else:
            if title:
                yield from (f"**{title}**", "")
            yield from (markdown(text, link) + "\n" for text in paragraphs(lines))


def _definition(head: str, text: str, link: Links) -> Iterator[str]:
    names, _, kind = (part.strip() for part in head.partition(" : "))
    named = ", ".join(f"`{name.strip()}`" for name in names.split(","))
    yield named
    yield f": {markdown(kind, link)}" if kind else f": {markdown(text, link)}"
    if kind and text:
        yield from ("", f"  {markdown(text, link)}")
    yield ""


def _examples(lines: list[str], link: Links) -> Iterator[str]:
    yield from ("**Examples**", "")
    for block in "\n".join(lines).strip("\n").split("\n\n"):
        is_code = block.lstrip().startswith(">>>")
        yield from (("```pycon", block, "```", "") if is_code else (markdown(" ".join(block.split()), link), ""))
