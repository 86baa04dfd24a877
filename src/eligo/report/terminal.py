"""The answer of a comparison on a terminal."""

from __future__ import annotations

import re

from rich import box
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table as Grid
from rich.text import Text

from eligo.plain import visible
from eligo.study.results import StudyResults

from .advice import shown
from .answer import Answer, answer_of, cost_tables, full_score, ranking_table
from .curves import paths_of
from .digits import NARROW_SPACE, NONE
from .savings import score_of
from .summaries import typed
from .tables import Cell, Table


def print_answer(results: StudyResults, console: Console) -> None:
    """Print what a comparison found: a ranking, what shares of the full-data score took, and the advice.

    Parameters
    ----------
    results : StudyResults of `eligo compare`
    console : rich Console
    """
    results = typed(results)
    for problem in results.problems:
        if (answer := answer_of(problem, paths_of(results, problem))) is not None:
            console.print(answer_shown(answer, results.methods))


def answer_shown(answer: Answer, methods: tuple[str, ...]) -> RenderableType:
    """The answer as rich shows it."""
    score = score_of(answer.problem)
    parts: list[RenderableType] = [
        Text(),
        _ranking(ranking_table(answer, methods), f"{score[:1].upper()}{score[1:]} at equal cost"),
    ]
    for table in cost_tables(answer, methods):
        axis = table.name.removeprefix("answer-").capitalize()
        full = shown(answer.problem, full_score(table))
        parts.append(_costs(table, f"{axis} for a share of the full-data score, {full}"))
    advice = Panel(_text(answer.advice), box=box.ROUNDED, title="Advice", title_align="left", padding=(0, 1))
    return Group(*parts, advice)


BESIDE_SCORE = ("on the way", "at the end")
"""What columns say beside the score, which the title names: that the ranking fits into 80 characters."""


def _text(words: str) -> Text:
    """Words as they are: no markup is read in them, and nothing in them controls the terminal."""
    return Text(visible(words))


def _grid(title: str) -> Grid:
    return Grid(
        title=_text(title),
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        header_style="dim",
        padding=(0, 1, 0, 0),
    )


def _ranking(table: Table, title: str) -> Grid:
    """The ranking in its order, with a line between methods that save labels and methods that save training."""
    grid, axis = _grid(title), table.columns.index("saves")
    places = [place for place, name in enumerate(table.columns) if name not in ("saves", "rank")]
    for place in places:
        name, is_words = table.columns[place], table.rows[0][place].is_words
        short = next((part for part in BESIDE_SCORE if name.endswith(part)), name)
        grid.add_column(_text(short), justify="left" if is_words else "right", no_wrap=not is_words or not place)
    for row, after in zip(table.rows, [*table.rows[1:], table.rows[-1]], strict=True):
        grid.add_row(*(_cell(row[place]) for place in places), end_section=row[axis].text != after[axis].text)
    return grid


def _costs(table: Table, title: str) -> Grid:
    """Costs, each with its ratio below it."""
    grid = _grid(title)
    for place, (group, _) in enumerate(table.groups):
        grid.add_column(_text(group or table.columns[0]), justify="right" if place else "left", no_wrap=not place)
    for row in table.rows:
        pairs = zip(row[1::2], row[2::2], strict=True)
        grid.add_row(_cell(row[0]), *(_cost(needed, ratio) for needed, ratio in pairs))
    return grid


def _cost(needed: Cell, ratio: Cell) -> Text:
    parts = needed.below.replace(NARROW_SPACE, "").split("; ")
    never = parts.pop() if parts[-1].endswith("never") else ""
    interval = "".join(parts)
    text = Text(needed.text.replace(NARROW_SPACE, ""), style="bold" if ratio.is_strong else "")
    text.append(_bracketed(interval), style="not bold dim")
    if ratio.text != NONE:
        text.append(f"\n× {ratio.text}").append(_bracketed(ratio.below), style="not bold dim")
    return text.append(f"\n{never}", style="not bold dim") if never else text


def _bracketed(interval: str) -> str:
    short = re.sub(r"(\d) to (\d)", r"\1–\2", interval)
    return f" ({short})" if short else ""


def _cell(cell: Cell) -> Text:
    text = Text(visible(cell.text), style="bold" if cell.is_strong else "")
    return text.append(f"\n{visible(cell.below)}", style="not bold dim") if cell.below else text
