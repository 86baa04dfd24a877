"""The answer of a comparison on a terminal."""

from __future__ import annotations

from rich import box
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table as Grid
from rich.text import Text

from eligo.study.results import StudyResults

from .advice import shown
from .answer import Answer, answer_of, cost_tables, ranking_table
from .curves import paths_of
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
    score, problem = score_of(answer.problem), answer.problem
    parts: list[RenderableType] = [
        _grid(ranking_table(answer, methods), f"{score[:1].upper()}{score[1:]} at equal cost")
    ]
    for table in cost_tables(answer, methods):
        axis = table.name.removeprefix("answer-").capitalize()
        parts.append(_grid(table, f"{axis} for a share of the full-data score, {shown(problem, answer.full)}"))
    advice = Panel(escape(answer.advice), box=box.ROUNDED, title="Advice", title_align="left", padding=(0, 1))
    return Group(Text(), *parts, advice)


def _grid(table: Table, title: str) -> Grid:
    grid = Grid(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        header_style="dim",
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    groups = [group if place == 0 else "" for group, span in table.groups for place in range(span)]
    for place, title_of in enumerate(table.columns):
        is_words = bool(table.rows) and table.rows[0][place].is_words
        header = f"{groups[place]}\n{title_of}" if groups else title_of
        grid.add_column(escape(header), justify="left" if is_words else "right", no_wrap=place == 0)
    for row in table.rows:
        grid.add_row(*map(_cell, row))
    return grid


def _cell(cell: Cell) -> Text:
    text = Text(cell.text, style="bold" if cell.is_strong else "")
    return text.append(f"\n{cell.below.replace('; ', chr(10))}", style="not bold dim") if cell.below else text
