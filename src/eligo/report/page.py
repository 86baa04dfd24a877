"""The page: everything in the order in which a person wants to read it, written whole or not at all."""

from __future__ import annotations

import fcntl
import os
import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from eligo.study.results import Problem, StudyResults

from .analysis import BUDGET_SHARES, Analysis, ProblemAnalysis, analyse
from .digits import duration, fixed
from .figures.canvas import Picture, drawing_style, save
from .palette import COLOURS, colour_of
from .pictures import (
    grid_picture,
    network_picture,
    overview_picture,
    problem_pictures,
    ranking_picture,
)
from .prose import ACROSS, COSTS, DESIGN, DIFFERENCES, LABELS, LIMITS, TESTS, TUNING, VERDICTS, say
from .protocol import Protocol, look_up, split_in_words
from .summaries import planned_trials
from .tables import (
    Table,
    area_table,
    budget_table,
    cost_table,
    error_table,
    headline_table,
    listing_table,
    missing_table,
    pair_table,
    problem_table,
    rank_table,
    slug,
    winner_table,
)
from .vocabulary import CONTROL, PRIMARY, Measure, counted, listing, method_does, method_title


@dataclass
class Shelf:
    """Writes pictures and tables into their folders as the page takes them, and numbers the pictures."""

    folder: Path
    n_pictures: int = 0
    tables: list[str] = field(default_factory=list)

    def picture(self, picture: Picture | None) -> dict[str, Any] | None:
        """Write a picture; what the page shows of it."""
        if picture is None:
            return None
        self.n_pictures += 1
        svg = Markup(save(picture, self.folder / "figures"))
        width = picture.figure.get_figwidth() * 96
        return {"number": self.n_pictures, "name": picture.name, "svg": svg, "caption": picture.caption, "width": width}

    def table(self, table: Table) -> Table:
        """Write a table as CSV; the table again, for the page."""
        table.frame.to_csv(self.folder / "tables" / f"{table.name}.csv", index=False, lineterminator="\n")
        self.tables.append(table.name)
        return table


def _summary(analysis: Analysis) -> str:
    results = analysis.results
    methods = counted(len(results.methods), "method", is_spelt=True).capitalize()
    problems = counted(len(results.problems), "problem", is_spelt=True)
    titles = listing([problem.title for problem in results.problems])
    return f"{methods} on {problems} ({titles}), {counted(analysis.protocol.n_trials, 'trial')} each"


def _methods(analysis: Analysis) -> list[dict[str, str]]:
    methods = analysis.results.methods
    return [
        {"title": method_title(name), "does": method_does(name), "colour": colour_of(name, methods).variable}
        for name in methods
    ]


def _parameters(protocol: Protocol, methods: Sequence[str]) -> str:
    is_selective = bool({"sasla", "error"} & set(methods))
    known = {
        "β": protocol.beta if is_selective else None,
        "selection interval τ": protocol.interval if is_selective else None,
        "networks of the ensemble": protocol.members if "ensemble" in methods else None,
        "batch size": protocol.batch_size,
        "seed": protocol.seed,
    }
    return ", ".join(f"{name} = {value}" for name, value in known.items() if value is not None)


def _headline(analysis: Analysis, shelf: Shelf) -> dict[str, Any]:
    own = {one.problem.name: one for one in analysis.problems}
    table = None
    if own:
        table = shelf.table(
            headline_table(
                analysis.results,
                {name: one.errors for name, one in own.items()},
                {name: one.costs for name, one in own.items()},
                {name: one.comparison for name, one in own.items()},
            )
        )
    verdicts = [
        {"title": one.problem.title, "anchor": slug(name), "text": say(VERDICTS, one.finding)}
        for name, one in own.items()
    ]
    references = {method_title(one.reference) for one in analysis.problems}
    return {
        "table": table,
        "has_marks": table is not None and any(cell.mark for row in table.rows for cell in row),
        "verdicts": verdicts,
        "reference": " or ".join(sorted(references)),
        "overview": shelf.picture(overview_picture(analysis)),
    }


def _facts(problem: Problem) -> str:
    classes = f"{counted(len(problem.class_names), 'class', 'classes')}" if problem.class_names else "one number"
    target = f"{classes} of {problem.target_name}" if problem.class_names else problem.target_name
    return (
        f"{fixed(problem.n_examples, 0)} examples with {counted(problem.n_features, 'feature')} "
        f"({split_in_words(problem)}); predicted: {target}. Source: {problem.source}. "
        f"Methods are compared by {PRIMARY[problem.task].title} on the test part; lower is better."
    )


def _mean_error(measure: Measure) -> str:
    return f"{measure.title.capitalize()}, mean over trials{f' in {measure.unit}' if measure.unit else ''},"


def _section(own: ProblemAnalysis, results: StudyResults, shelf: Shelf) -> dict[str, Any]:
    problem, finding = own.problem, own.finding
    tables = {
        "errors": error_table(results, problem, own.errors, own.metrics),
        "costs": cost_table(results, problem, own.costs),
        "budgets": None if own.budgets.empty else budget_table(results, problem, own.budgets, BUDGET_SHARES),
        "areas": None if own.areas.empty else area_table(results, problem, own.areas, own.reference),
        "pairs": None if own.comparison.pairs.empty else pair_table(results, problem, own.comparison.pairs),
    }
    return {
        "title": problem.title,
        "anchor": slug(problem.name),
        "facts": _facts(problem),
        "mean_error": _mean_error(PRIMARY[problem.task]),
        "tests": say(TESTS, finding),
        "reference": method_title(own.reference),
        "control": method_title(CONTROL),
        "finding": finding,
        "differences": say(DIFFERENCES, finding),
        "limits": say(LIMITS, finding),
        "labels": say(LABELS, finding),
        "costs": " ".join(say(COSTS, spending) for spending in own.spendings),
        "tables": {name: shelf.table(table) if table else None for name, table in tables.items()},
        "pictures": {
            place: shelf.picture(picture) for place, picture in problem_pictures(own, results.methods).items()
        },
    }


def _across(analysis: Analysis, shelf: Shelf) -> dict[str, Any]:
    has_ranks = analysis.across.n_methods > 1 and len(analysis.ranks) > 0
    picture = ranking_picture("problems", "problem", analysis.ranking, analysis.results.methods)
    return {
        "text": say(ACROSS, analysis.across),
        "table": shelf.table(rank_table(analysis.results, analysis.ranks)) if has_ranks else None,
        "picture": shelf.picture(picture),
    }


def command_of(results: StudyResults) -> str:
    """The command line that runs the study again."""
    if "command" in results.environment:
        return results.environment["command"]
    options = {
        "--problems": ",".join(problem.name for problem in results.problems),
        "--methods": ",".join(results.methods),
        "--trials": planned_trials(results),
        "--seed": look_up(results.settings, "seed"),
    }
    given = [part for name, value in options.items() if value is not None for part in (name, str(value))]
    quick = ["--quick"] if look_up(results.settings, "is_quick") else []
    return shlex.join(["eligo", "study", "run", results.name, *given, *quick])


def _record(analysis: Analysis, shelf: Shelf) -> dict[str, Any]:
    results = analysis.results
    stages = {name: duration(float(value)) for name, value in results.stage_seconds.items()}
    seconds = pd.DataFrame(results.stage_seconds.items(), columns=["stage", "seconds"])
    return {
        "settings": shelf.table(listing_table("settings", ("setting", "value"), results.settings)),
        "environment": shelf.table(listing_table("environment", ("part", "version"), results.environment)),
        "stages": shelf.table(replace(listing_table("stages", ("stage", "took"), stages), frame=seconds)),
        "command": command_of(results),
        "files": shelf.tables,
    }


def page_of(analysis: Analysis, shelf: Shelf) -> Mapping[str, Any]:
    """Everything that the template shows, in its order, so that pictures are numbered as they are met."""
    results, protocol = analysis.results, analysis.protocol
    shelf.table(Table("cells", "", (), (), (), results.cells))
    return {
        "name": results.name,
        "title": look_up(results.settings, "title") or results.name,
        "summary": _summary(analysis),
        "missing": shelf.table(missing_table(results, analysis.missing)) if len(analysis.missing) else None,
        "unstarted": [problem.title for problem in analysis.unstarted],
        "headline": _headline(analysis, shelf),
        "methods": _methods(analysis),
        "design": say(DESIGN, protocol),
        "parameters": _parameters(protocol, results.methods),
        "problem_table": shelf.table(problem_table(results)),
        "tuning": say(TUNING, protocol),
        "winners": shelf.table(winner_table(results)) if len(results.winners) else None,
        "grids": [shown for p in results.problems if (shown := shelf.picture(grid_picture(results, p)))],
        "sections": [_section(own, results, shelf) for own in analysis.problems],
        "across": _across(analysis, shelf),
        "networks": [shown for p in results.problems if (shown := shelf.picture(network_picture(results, p)))],
        "record": _record(analysis, shelf),
        "colours": COLOURS,
    }


def render(page: Mapping[str, Any]) -> str:
    """The page as HTML; whatever comes from data is escaped."""
    environment = Environment(
        loader=PackageLoader("eligo.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("index.html.jinja").render(page).lstrip()


@contextmanager
def _replacing(folder: Path) -> Iterator[Path]:
    """A new folder that takes the place of `folder` at the end; where that is not reached, the old one stays."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone_in(folder.parent):
        yield from _swapped(folder)


@contextmanager
def _alone_in(parent: Path) -> Iterator[None]:
    """Wait until no other process writes a report beside this one."""
    descriptor = os.open(parent, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _swapped(folder: Path) -> Iterator[Path]:
    partial, previous = (folder.parent / f".{folder.name}.{word}" for word in ("partial", "previous"))
    if previous.exists() and not folder.exists():  # stopped between the two renames below
        os.replace(previous, folder)
    for rest in (partial, previous):
        shutil.rmtree(rest, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        if folder.exists():
            os.replace(folder, previous)
        os.replace(partial, folder)
    finally:
        for rest in (partial, previous):
            shutil.rmtree(rest, ignore_errors=True)


def write_report(results: StudyResults, folder: str | os.PathLike[str]) -> Path:
    """Write the report of a study: a self-contained page, its figures as PDF and PNG, its tables as CSV.

    The folder is replaced as a whole, once everything is written: a crash on the way leaves the report that was there.
    The same results give the same page, byte for byte.

    Parameters
    ----------
    results : StudyResults, finished or not; what is missing is said
    folder : path, made if it does not exist; everything in it is replaced

    Returns
    -------
    Path of ``index.html``; beside it are ``figures`` and ``tables``
    """
    target = Path(folder)
    with drawing_style(), _replacing(target) as fresh:
        for name in ("figures", "tables"):
            (fresh / name).mkdir()
        page = page_of(analyse(results), Shelf(fresh))
        (fresh / "index.html").write_text(render(page), encoding="utf-8")
    return target / "index.html"
