"""The page: everything in the order in which a person wants to read it, written whole or not at all."""

from __future__ import annotations

import fcntl
import os
import shlex
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from eligo.plain import visible
from eligo.study.results import StudyResults, base_method

from .analysis import Analysis, analyse
from .answer import answer_of, cost_caption, cost_tables, ranking_caption, ranking_table
from .digits import duration
from .figures.canvas import drawing_style
from .latex import write_latex
from .methods_text import methods_text
from .palette import colour_of, used_colours
from .pictures import (
    column_picture,
    grid_picture,
    network_picture,
    overview_picture,
    ranking_picture,
    sweep_picture,
)
from .problem_tables import belief_table
from .prose import ACROSS, VERDICTS
from .prose_design import DESIGN, TUNING
from .protocol import Protocol, look_up
from .sections import BELIEF_CAPTION, section_of
from .sentences import say
from .shelf import Shelf
from .study_tables import (
    class_table,
    column_table,
    failure_table,
    headline_table,
    listing_table,
    missing_table,
    part_table,
    problem_table,
    rank_table,
    reason_table,
    settings_table,
    sweep_table,
    sweep_title,
    winner_table,
)
from .summaries import planned_trials
from .tables import Table, slug
from .vocabulary import counted, listing, method_does, method_title, said


def _summary(analysis: Analysis) -> str:
    results = analysis.results
    bases = {base_method(name) for name in results.methods}
    methods = counted(len(bases), "method", is_spelt=True).capitalize()
    if len(bases) < len(results.methods):
        methods += f" in {len(results.methods)} variants"
    problems = counted(len(results.problems), "problem", is_spelt=True)
    titles = listing([problem.title for problem in results.problems])
    return f"{methods} on {problems} ({titles}), {counted(analysis.protocol.n_trials, 'trial')} each"


def _methods(analysis: Analysis) -> list[dict[str, Any]]:
    """Each method once, with the titles and colours of its rows."""
    methods = analysis.results.methods
    found: dict[str, dict[str, Any]] = {}
    for name in methods:
        own = found.setdefault(base_method(name), {"does": method_does(name), "rows": []})
        own["rows"].append({"title": method_title(name), "colour": colour_of(name, methods).variable})
    return [{"title": method_title(base), **own} for base, own in found.items()]


def _parameters(protocol: Protocol) -> str:
    known = {
        "β": protocol.beta,
        "selection interval τ": protocol.interval,
        "networks of the ensemble": protocol.members,
        "seed": protocol.seed,
    }
    return ", ".join(f"{name} = {value}" for name, value in known.items() if value not in (None, ""))


def _answer(analysis: Analysis, shelf: Shelf) -> dict[str, Any] | None:
    """What a study says that was made to answer whether choosing pays; None of any other."""
    asked = analysis.results.settings.get("comparison")
    if not asked:
        return None
    methods = analysis.results.methods
    answer = next((answer_of(own.problem, own.paths) for own in analysis.problems), None)
    if answer is None:
        return None
    return {
        "advice": answer.advice,
        "notes": list(asked["notes"]),
        "ranking": shelf.table(ranking_table(answer, methods), ranking_caption(answer)),
        "costs": [shelf.table(table, cost_caption(answer, table)) for table in cost_tables(answer, methods)],
    }


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
            ),
            "Final error on the test part. Mean ± sd over trials, and work relative to "
            f"{listing(sorted({said(one.reference) for one in analysis.problems}), last='or')}.",
        )
    verdicts = [
        {"title": one.problem.title, "anchor": slug(name), "text": say(VERDICTS, one.finding)}
        for name, one in own.items()
    ]
    return {
        "table": table,
        "has_marks": table is not None and any(cell.mark for row in table.rows for cell in row),
        "verdicts": verdicts,
        "overview": shelf.picture(overview_picture(analysis)),
    }


def _across(analysis: Analysis, shelf: Shelf) -> dict[str, Any]:
    has_ranks = analysis.across.n_methods > 1 and len(analysis.ranks) > 0
    picture = ranking_picture("problems", "problem", analysis.ranking, analysis.results.methods)
    ranks = rank_table(analysis.results, analysis.ranks) if has_ranks else None
    beliefs = belief_table("beliefs", analysis.beliefs) if len(analysis.beliefs) else None
    return {
        "text": say(ACROSS, analysis.across),
        "table": shelf.table(ranks, "Mean ranks over trials. 1 is best; bold: the best on a problem."),
        "picture": shelf.picture(picture),
        "beliefs": shelf.table(beliefs, BELIEF_CAPTION),
    }


def _sweeps(analysis: Analysis, shelf: Shelf) -> list[dict[str, Any]]:
    return [
        {
            "title": sweep_title(sweep),
            "picture": shelf.picture(sweep_picture(analysis, sweep)),
            "table": shelf.table(
                sweep_table(analysis.results, sweep),
                f"{sweep_title(sweep)} by the value of one setting. Mean error over trials, below it the 95 % interval; "
                "presentations and work relative to the reference.",
            ),
        }
        for sweep in analysis.sweeps
    ]


def _data(results: StudyResults, shelf: Shelf) -> dict[str, Any]:
    shelf.table(column_table(results))
    has_columns = any(problem.columns for problem in results.problems)
    return {
        "table": shelf.table(
            problem_table(results), "The data. Inputs are what columns become when categories are coded."
        ),
        "classes": shelf.table(
            class_table(results), "Examples of each class. The bar is half full where all classes are equally frequent."
        ),
        "absent": shelf.table(
            reason_table("absent", results.absent) if results.absent else None,
            "Problems of the study whose data could not be had.",
        ),
        "has_columns": has_columns,
        "histograms": [shown for p in results.problems if (shown := shelf.picture(column_picture(p)))],
    }


def command_of(results: StudyResults) -> str:
    """The command line that runs the study again."""
    if "command" in results.environment:
        return results.environment["command"]
    problems = [*(problem.name for problem in results.problems), *results.absent]
    options = {
        "--problems": ",".join(problems),
        "--methods": ",".join(dict.fromkeys(base_method(name) for name in results.methods)),
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
        "settings": shelf.table(settings_table(results.settings), "Every setting. A problem’s own follow its name."),
        "environment": shelf.table(listing_table("environment", ("part", "version"), results.environment)),
        "stages": shelf.table(replace(listing_table("stages", ("stage", "took"), stages), frame=seconds)),
        "parts": shelf.table(
            part_table(results) if len(results.parts) else None,
            "What the workers did, all together. Compiling is part of the time beside it; the cache had what an earlier "
            "run, or another worker, had compiled.",
        ),
        "command": command_of(results),
    }


def page_of(analysis: Analysis, shelf: Shelf) -> Mapping[str, Any]:
    """Everything that the template shows, in its order, so that pictures are numbered as they are met."""
    results, protocol = analysis.results, analysis.protocol
    shelf.table(Table("cells", "", (), (), (), results.cells))
    return {
        "name": results.name,
        "title": look_up(results.settings, "title") or results.name,
        "summary": _summary(analysis),
        "missing": shelf.table(
            missing_table(results, analysis.missing) if len(analysis.missing) else None,
            "Trials that are missing. Everything below is of the trials that were found.",
        ),
        "failures": shelf.table(
            failure_table(results) if len(results.failures) else None,
            "Parts of the study that failed. The same command tries them again.",
        ),
        "closed": shelf.table(
            reason_table("closed", results.closed) if results.closed else None,
            "Problems without trials, since none of what tuning trained to the end can be trained on them.",
        ),
        "unstarted": [problem.title for problem in analysis.unstarted],
        "absent": list(results.absent),
        "answer": _answer(analysis, shelf),
        "headline": _headline(analysis, shelf),
        "methods": _methods(analysis),
        "design": list(filter(None, (say(rules, protocol) for rules in DESIGN))),
        "parameters": _parameters(protocol),
        "data": _data(results, shelf),
        "tuning": say(TUNING, protocol),
        "winners": shelf.table(
            winner_table(results) if len(results.winners) else None,
            "The hyper-parameters that served all methods. “Cells tied” counts the cells with the winner’s error, itself "
            "included.",
        ),
        "grids": [shown for p in results.problems if (shown := shelf.picture(grid_picture(results, p)))],
        "sections": [section_of(own, results, shelf) for own in analysis.problems],
        "sweeps": _sweeps(analysis, shelf),
        "across": _across(analysis, shelf),
        "networks": [shown for p in results.problems if (shown := shelf.picture(network_picture(results, p)))],
        "is_laplace": "Laplace" in protocol.uncertainty,
        "paragraphs": methods_text(results).split("\n\n"),
        "record": _record(analysis, shelf),
        "colours": used_colours(results.methods),
    }


def render(page: Mapping[str, Any]) -> str:
    """The page as HTML; whatever comes from data is escaped, and its control characters written out."""
    environment = Environment(
        loader=PackageLoader("eligo.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: visible(value) if type(value) is str else value,
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
    """Write the report of a study: a self-contained page, figures as PDF and PNG, tables as CSV, and all of it as LaTeX.

    The folder is replaced as a whole, once everything is written: a crash on the way leaves the report that was there.
    The same results give the same page, byte for byte.

    Parameters
    ----------
    results : StudyResults, finished or not; what is missing is said
    folder : path, made if it does not exist; everything in it is replaced

    Returns
    -------
    Path of ``index.html``; beside it are ``figures``, ``tables`` and ``latex``
    """
    target = Path(folder)
    with drawing_style(), _replacing(target) as fresh:
        for name in ("figures", "tables", "latex"):
            (fresh / name).mkdir()
        shelf = Shelf(fresh)
        page = page_of(analyse(results), shelf)
        write_latex(shelf.tables, shelf.pictures, results, fresh / "latex")
        (fresh / "index.html").write_text(render(page), encoding="utf-8")
    return target / "index.html"
