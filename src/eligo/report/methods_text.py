"""The methods paragraph of a paper, generated from the study itself: what was done, and nothing that was not."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from string import Formatter
from typing import Any

from eligo.study.results import StudyResults

from .citations import Cited, bibtex, shortly
from .digits import fixed, plain
from .escaping import escape
from .methods_facts import Run, runs_of
from .methods_prose import PARAGRAPHS
from .methods_setting import Statement
from .vocabulary import listing

NOTHING = "No trial of this study has finished, so there is nothing to describe."
CITED = re.compile(r" \[@([\w,]+)\]")
OPEN, CLOSE = "\ue000", "\ue001"  # around the keys of a citation; taken out of whatever comes from data
MARKED = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")


def methods_text(results: StudyResults) -> str:
    """The experimental set-up in plain text: paragraphs with blank lines between them, works cited by author and year.

    Says what the trials that were found have done; settings that only planned trials would have used are not said.

    Parameters
    ----------
    results : StudyResults, finished or not

    Returns
    -------
    str
    """
    return "\n\n".join(_cited(text, lambda keys: f" {shortly(keys)}") for text in _paragraphs(results))


def methods_latex(results: StudyResults) -> str:
    r"""The same in LaTeX, with ``\cite`` and the keys of `bibliography`; text from data is escaped.

    Parameters
    ----------
    results : StudyResults

    Returns
    -------
    str, paragraphs without a heading
    """
    paragraphs = []
    for text in _paragraphs(results):
        parts = MARKED.split(text)  # text and keys in turn
        cited = [f"~\\cite{{{part}}}" if i % 2 else escape(part) for i, part in enumerate(parts)]
        paragraphs.append("".join(cited))
    return "\n\n".join(paragraphs) + "\n"


def bibliography(results: StudyResults) -> str:
    """The works that the methods paragraph cites, as BibTeX; empty where it cites none."""
    return bibtex(key for text in _paragraphs(results) for keys in MARKED.findall(text) for key in keys.split(","))


def _cited(text: str, show: Callable[[Sequence[str]], str]) -> str:
    return MARKED.sub(lambda mark: show(mark[1].split(",")), text)


def _paragraphs(results: StudyResults) -> list[str]:
    runs = runs_of(results)
    if not runs:
        return [NOTHING]
    said = (" ".join(filter(None, (sentence(one, runs) for one in statements))) for statements in PARAGRAPHS)
    return [paragraph for paragraph in said if paragraph]


# --- From a statement and the runs it is about to a sentence ---------------------------------------------------------


def sentence(statement: Statement, runs: Sequence[Run]) -> str:
    """A statement as it is true of these runs; empty where it holds for none of those that it is about.

    Parameters
    ----------
    statement : Statement
    runs : sequence of Run

    Returns
    -------
    str; citations are marked

    Examples
    --------
    >>> iris, wine = Run("Iris", "SASLA", {"epochs": 10}), Run("Wine", "SASLA", {"epochs": 20})
    >>> sentence(Statement("A run trained for {epochs} epochs."), [iris, wine])
    'A run trained for 10 (Iris) and 20 (Wine) epochs.'
    >>> sentence(Statement("Training was short.", when=lambda r: r["epochs"] < 15), [iris, wine])
    'On Iris, training was short.'
    """
    concerned = [run for run in runs if statement.of(run)]
    holding = [run for run in concerned if statement.when(run)]
    if not holding:
        return ""
    template = CITED.sub(rf"{OPEN}\1{CLOSE}", statement.say)
    text = "".join(
        literal + ("" if name is None else _value(name, how or "", holding))
        for literal, name, how, _ in Formatter().parse(template)
    )
    if len(holding) == len(concerned):
        return text
    opening = text[0].lower() + text[1:] if not text[1].isupper() else text
    return f"{_where(holding, concerned, with_preposition=True)}, {opening}"


def _value(name: str, how: str, runs: Sequence[Run]) -> str:
    """What runs have under a name: once where they agree, else each value with where it holds."""
    held: dict[str, list[Run]] = {}
    for run in runs:
        held.setdefault(_shown(run.method if name == "method" else run[name]), []).append(run)
    if how == "in turn":
        return "; ".join(held)
    if how == "list" or len(held) < 2:
        return listing(list(held))
    by_problem: dict[str, set[str]] = {}
    for text, own in held.items():
        for run in own:
            by_problem.setdefault(run.problem, set()).add(text)
    if all(texts == set(held) for texts in by_problem.values()):  # varied alike on every problem
        return listing(list(held), last="or")
    placed = [f"{text} ({_where(own, runs, with_preposition=False)})" for text, own in held.items()]
    return "; ".join(placed) if how == "each" else listing(placed)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return fixed(value, 0)
    if isinstance(value, float):
        return plain(value)
    if isinstance(value, Cited):
        return _shown(value.text) + (f"{OPEN}{','.join(value.keys)}{CLOSE}" if value.keys else "")
    if isinstance(value, list | tuple):
        return listing([_shown(one) for one in value], last="or")
    return str(value).replace(OPEN, "").replace(CLOSE, "")


def _where(some: Sequence[Run], of: Sequence[Run], *, with_preposition: bool) -> str:
    """Some of these runs, named by their problems where that tells them apart, by their methods, or by both."""
    problems, methods = _unique(run.problem for run in some), _unique(run.method for run in some)
    on, with_ = ("On ", "With ") if with_preposition else ("", "")
    if {id(run) for run in of if run.problem in problems} == {id(run) for run in some}:
        return on + listing(problems)
    if {id(run) for run in of if run.method in methods} == {id(run) for run in some}:
        return with_ + listing(methods)
    of_problem: dict[tuple[str, ...], list[str]] = {}
    for problem in problems:
        of_problem.setdefault(tuple(run.method for run in some if run.problem == problem), []).append(problem)
    return with_ + listing([f"{listing(list(names))} on {listing(own)}" for names, own in of_problem.items()])


def _unique(names: Any) -> list[str]:
    return [_shown(name) for name in dict.fromkeys(names)]
