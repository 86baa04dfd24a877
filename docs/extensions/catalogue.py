"""The method catalogue, from the registry and the docstrings of utilities and rules: nothing in it is typed twice."""

import inspect
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from docs.extensions.api import Links, Name, anchor
from docs.extensions.docstrings import claim, markdown, paragraphs, sections

import eligo
import eligo.rules
from eligo.utilities import Workload

LOOPS = {
    "selective": "Which labelled examples to train on",
    "pool": "Which unlabelled examples to have labelled",
}
TASKS = {
    "classification": ("classes", eligo.CLASSIFICATION),
    "regression": ("functions", eligo.REGRESSION),
}
EXAMPLES, FEATURES, HIDDEN, CLASSES, LABELLED = 500, 30, 64, 2, 100

INTRODUCTION = f"""# The catalogue

Every method is a loop, a utility and a rule ([the idea](../idea.md)). This page is written from the package itself: what it
says of a method is what its docstring says, and what it says a score costs is what the engine counts.

Costs are *forward-equivalents per example scored*: 1 is one forward pass of one network for one example. They are given for
{EXAMPLES} examples of {FEATURES} features, {LABELLED} of them labelled, a network of {HIDDEN} hidden units and
{CLASSES} outputs, and one network of a committee.
"""


def page(names: dict[str, list[Name]], link: Links) -> str:
    """The catalogue as Markdown."""
    lines = [INTRODUCTION, *_methods(link), *_utilities(names["utilities"], link), *_rules(names["rules"], link)]
    return "\n".join(lines) + "\n"


def _methods(link: Links) -> Iterator[str]:
    yield from ("## Methods", "")
    for loop, question in LOOPS.items():
        methods = [method for method in eligo.named_methods().values() if method.loop == loop]
        yield from (f"### {question}", "", "| method | what it does | utility, rule |", "|---|---|---|")
        for method in methods:
            parts = "<br>".join(_values(method, link))
            yield f"| [`{method.name}`](#method-{method.name}) | {markdown(method.summary, link)} | {parts} |"
        for method in methods:
            yield from ("", f"(method-{method.name})=", f"#### {method.name}", "", *_facts(method, link))
        yield ""


def _facts(method: Any, link: Links) -> Iterator[str]:
    """What the registry knows of a method, one line each."""
    defaults, about = eligo.Settings(), getattr(method, "about", None)
    yield f"It {markdown(method.summary, link)}.\n"
    if about is not None:
        told = {"Cost": about.cost, "Good when": about.good_when, "Reference": about.reference}
        yield from (["```text", about.formula, "```", ""] if about.formula else [])
        yield from (f"- *{label}.* {markdown(text, link)}" for label, text in told.items() if text)
    tasks = getattr(method, "tasks", ())
    yield from ([f"- *For.* {', '.join(tasks)}"] if tasks else [])
    settings = ", ".join(f"`{name}={_shown(getattr(defaults, name))}`" for name in method.settings)
    yield f"- *Settings and their defaults.* {settings or 'none'}"


def _shown(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _values(method: Any, link: Links) -> Iterator[str]:
    """The utility and the rule that are bound into a method's loop."""
    bound, inside = method.learn.keywords, method.learn.func.__code__.co_names
    rule = bound.get("rule")
    if not isinstance(rule, eligo.rules.Everything):  # which nothing needs to be scored for
        of_pilots = [getattr(value, "utility", None) for value in bound.values()]
        bound_values = [type(value).__name__ for value in (*bound.values(), *of_pilots)]
        named = [name for name in (*inside, *bound_values) if name in eligo.utilities.__all__]
        yield from (markdown(f"`{name}`", link) for name in dict.fromkeys(named))
    if rule is not None:  # a subset that grows takes the best, and keeps them
        yield markdown(f"`{type(rule).__name__}`", link)


def _utilities(names: list[Name], link: Links) -> Iterator[str]:
    scoring = [name for name in names if inspect.isclass(name.thing) and _is_utility(name.thing)]
    yield from (
        "## Utilities",
        "",
        "A score per example. Any goes into either loop, unless it needs what is not there.",
    )
    yield from ("", "| utility | score | needs | cost |", "|---|---|---|---|")
    for name in scoring:
        short = name.path.rpartition(".")[2]
        yield f"| [`{short}`](#{_place(name)}) | {_lead(name.thing, link)} | {_needs(name.thing)} | {_cost(name.thing)} |"
    for name in scoring:
        yield from _entry(name, link, cost=True)


def _rules(names: list[Name], link: Links) -> Iterator[str]:
    classes = [name for name in names if inspect.isclass(name.thing) and not _is_protocol(name.thing)]
    choosing = [name for name in classes if "__call__" in vars(name.thing)]
    yield from ("## Rules", "", "Scores to chosen examples.", "", "| rule | what it chooses |", "|---|---|")
    for name in choosing:
        yield f"| [`{name.path.rpartition('.')[2]}`](#{_place(name)}) | {_lead(name.thing, link)} |"
    for name in choosing:
        yield from _entry(name, link, cost=False)


def _is_protocol(thing: Any) -> bool:
    return bool(getattr(thing, "_is_protocol", False))


def _is_utility(thing: Any) -> bool:
    return (
        not _is_protocol(thing) and hasattr(thing, "work") and any("__call__" in vars(kind) for kind in thing.__mro__)
    )


def _place(name: Name) -> str:
    return f"about-{anchor(name.path)}"


def _lead(thing: Any, link: Links) -> str:
    return markdown(claim(thing), link)


def _needs(thing: Any) -> str:
    fixed = {name: value for name, value in inspect.getmembers(thing) if not isinstance(value, property)}
    tasks, least = fixed.get("tasks", ()), fixed.get("min_members", 1)  # properties where another utility decides
    needs = [TASKS[kind][0] for kind in tasks] if len(tasks) == 1 else []
    needs += ["labels"] if fixed.get("needs_labels", False) else []
    return ", ".join(needs + ([f"{least} networks or more"] if least > 1 else [])) or "–"


def _cost(thing: Any) -> str:
    try:
        utility = thing()
    except TypeError:  # it needs an argument, such as the utility that it weighs
        return "depends"
    known = getattr(utility, "tasks", tuple(TASKS))
    costs = {said: _cost_of(utility, task) for kind, (said, task) in TASKS.items() if kind in known}
    if len(set(costs.values())) == 1:
        return next(iter(costs.values()))
    return ", ".join(f"{said} {cost}" for said, cost in costs.items())


def _cost_of(utility: Any, task: Any) -> str:
    sizes = {"network": eligo.Network(hidden=(HIDDEN,)), "task": task, "n_features": FEATURES, "n_outputs": CLASSES}
    sizes |= {"n_examples": EXAMPLES, "n_scored": EXAMPLES - LABELLED, "n_labelled": LABELLED}
    per_example = utility.work(Workload(**sizes)) / sizes["n_scored"]
    return f"{per_example:.2g}" if per_example < 100 else f"{per_example:,.0f}".replace(",", " ")


def _entry(name: Name, link: Links, *, cost: bool) -> Iterator[str]:
    thing, told = name.thing, sections(name.thing)
    short = name.path.rpartition(".")[2]
    yield from ("", f"({_place(name)})=", f"### {short}", "")
    yield from (markdown(text, link) + "\n" for text in paragraphs(told[""]))
    yield f"`{short}({', '.join(_arguments(thing))})` · {markdown(f'`{name.path}`', link)}\n"
    if cost:
        said = claim(vars(thing)["work"]) if "work" in vars(thing) else ""
        yield f"*Cost.* {_cost(thing)} per example. {markdown(said, link)}\n"
        yield f"*In chunks.* {_chunks(thing)}\n"
    for title, label in (("Notes", "Notes"), ("References", "Reference")):
        if told.get(title):
            yield from (f"*{label}.* {markdown(text, link)}\n" for text in paragraphs(told[title]))


def _arguments(thing: Any) -> Iterator[str]:
    for argument in inspect.signature(thing).parameters.values():
        has_default = argument.default is not inspect.Parameter.empty
        yield f"{argument.name}={argument.default!r}" if has_default else argument.name


def _chunks(thing: Any) -> str:
    said = claim(thing.is_pointwise) if "is_pointwise" in vars(thing) else ""
    return f"Pools of any size, by `score_pool`. {said}" if said else "It needs the whole pool at once."


def settings_without_method() -> list[str]:
    """Settings that no named method depends on; there should be none."""
    used = {name for method in eligo.named_methods().values() for name in method.settings}
    return [field.name for field in fields(eligo.Settings) if field.name not in used]
