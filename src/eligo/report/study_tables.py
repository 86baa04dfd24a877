"""The tables of a whole study: what all methods end at, data, hyper-parameters, ranks, sweeps and settings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from eligo.study.results import Problem, StudyResults

from .comparisons import ALPHA, Comparison
from .digits import NONE, decimals_of, duration, fixed, percent, plain, recorded, short, times
from .factors import factor_title, value_words
from .summaries import standing_of
from .sweeps import Sweep
from .tables import Cell, Table, interval_text, lowest, method_cell, plus_minus, slug, words
from .vocabulary import counted, listing, method_title, primary_of


def not_worse_than_best(comparison: Comparison, best: str) -> set[str]:
    """Methods that no test tells apart from the best one; none where no test could tell anything apart."""
    if comparison.ranking is None or comparison.smallest_p > ALPHA:
        return set()
    pairs = comparison.pairs
    own = pairs[((pairs["first"] == best) | (pairs["second"] == best)) & ~pairs["is_significant"]]
    return set(own["first"]) | set(own["second"])


def headline_table(
    results: StudyResults,
    errors: Mapping[str, pd.DataFrame],
    costs: Mapping[str, pd.DataFrame],
    comparisons: Mapping[str, Comparison],
) -> Table:
    """Error and work of every method on every problem that has any; problems stand across, or down where there are many."""
    shown, frames = [], []
    for problem in (problem for problem in results.problems if problem.name in errors):
        summary = errors[problem.name].reindex(results.methods)
        work = costs[problem.name]["work_ratio"].reindex(results.methods)
        shown.append((problem, _headline_errors(problem, summary, comparisons[problem.name]), list(map(times, work))))
        frames.append(summary.reset_index().assign(problem=problem.name, work_ratio=work.to_numpy()))
    counts = ["n_trials", "n_missing", "n_diverged"]
    frame = pd.concat(frames)[["problem", "method", *counts, "mean", "sd", "median", "work_ratio"]]
    if len(shown) > MOST_PROBLEMS_ACROSS and len(results.methods) <= MOST_METHODS_ACROSS:
        columns = ("problem", *map(method_title, results.methods))
        down = tuple(
            (replace(words(problem.title), below=_error_in(problem)), *map(_above, own, work))
            for problem, own, work in shown
        )
        return Table("headline", "", (), columns, down, frame)
    rows = tuple(
        (
            method_cell(method, results.methods),
            *(cell for _, own, work in shown for cell in (own[row], Cell(work[row]))),
        )
        for row, method in enumerate(results.methods)
    )
    titles = [title for problem, _, _ in shown for title in (_error_in(problem), "work")]
    groups = (("", 1), *((problem.title, 2) for problem, _, _ in shown))
    return Table("headline", "", groups, ("method", *titles), rows, frame)


MOST_PROBLEMS_ACROSS, MOST_METHODS_ACROSS = 3, 7
"""Problems, or methods, that stand side by side on a page."""


def _above(error: Cell, work: str) -> Cell:
    return replace(error, below=work)


def _error_in(problem: Problem) -> str:
    unit = primary_of(problem).unit
    return f"error, {unit}".replace("× ", "in ") if unit else "error"


def _headline_errors(problem: Problem, summary: pd.DataFrame, comparison: Comparison) -> list[Cell]:
    """Mean error of every method with its spread; the lowest is strong, and what no test tells from it is marked."""
    measure = primary_of(problem)
    shown = plus_minus(list(measure.scale * summary["mean"]), list(measure.scale * summary["sd"]))
    best = lowest(standing_of(summary).values)
    alike = {name for one in best for name in not_worse_than_best(comparison, one)} - best
    return [
        Cell(text, is_strong=method in best, mark="†" if method in alike and text != NONE else "")
        for method, text in zip(map(str, summary.index), shown, strict=True)
    ]


def _columns_in_words(problem: Problem) -> str:
    numbers = sum(column.kind == "number" for column in problem.columns)
    categories = [column for column in problem.columns if column.kind == "category"]
    parts = [counted(numbers, "number")] if numbers else []
    parts += [f"{column.name} ({counted(len(column.levels), 'category', 'categories')})" for column in categories[:3]]
    parts += [f"{len(categories) - 3} more of categories"] if len(categories) > 3 else []
    return listing(parts) or NONE


def _missing_in_words(problem: Problem) -> str:
    missing = [column for column in problem.columns if column.n_missing]
    parts = [f"{fixed(column.n_missing, 0)} of {column.name}" for column in missing[:3]]
    more = sum(column.n_missing for column in missing[3:])
    return listing([*parts, f"{fixed(more, 0)} of others"] if more else parts) or "none"


def target_in_words(problem: Problem) -> str:
    """What is predicted, with the range of a number.

    Examples
    --------
    >>> target_in_words(Problem("p", "P", "regression", 9, 1, 1, 8, 1, (), "load", "made", target_range=(6.01, 43.1)))
    'load, 6.01 to 43.1'
    """
    if problem.target_range is None:
        n_classes = len(problem.class_names)
        return f"{problem.target_name}, {counted(n_classes, 'class', 'classes')}" if n_classes else problem.target_name
    low, high = map(recorded, problem.target_range)
    return f"{problem.target_name}, {low} to {high}"


def problem_table(results: StudyResults) -> Table:
    """Facts about the data; where they come from is said with each problem, and in the file."""
    has_missing = any(column.n_missing for problem in results.problems for column in problem.columns)
    rows = []
    for p in results.problems:
        cells = [words(p.title), words(p.task), Cell(fixed(p.n_examples, 0)), words(_columns_in_words(p))]
        cells += [words(_missing_in_words(p))] if has_missing else []
        cells += [Cell(str(p.n_features)), Cell(str(p.n_outputs))]
        cells += [Cell(f"{fixed(p.n_train, 0)} / {fixed(p.n_test, 0)}"), words(target_in_words(p))]
        rows.append(tuple(cells))
    columns = ["problem", "task", "examples", "columns", "inputs", "outputs", "training / test", "target"]
    if has_missing:
        columns.insert(4, "missing")
    return Table("problems", "", (), tuple(columns), tuple(rows), pd.DataFrame([_facts(p) for p in results.problems]))


def _facts(problem: Problem) -> dict[str, Any]:
    names = ("name", "title", "task", "n_examples", "n_features", "n_outputs", "n_train", "n_test", "target_name")
    facts = {name: getattr(problem, name) for name in names}
    low, high = problem.target_range or (None, None)
    return facts | {
        "target_low": low,
        "target_high": high,
        "class_names": "; ".join(problem.class_names),
        "class_counts": "; ".join(map(str, problem.class_counts)),
        "n_missing": sum(column.n_missing for column in problem.columns),
        "source": problem.source,
        "digest": problem.digest,
    }


def class_table(results: StudyResults) -> Table | None:
    """How many examples each class has; none where no classes were counted."""
    known = [problem for problem in results.problems if problem.class_counts]
    rows, facts = [], []
    for problem in known:
        total = sum(problem.class_counts)
        for i, (name, n) in enumerate(zip(problem.class_names, problem.class_counts, strict=True)):
            share = n / total if total else 0.0
            rows.append(
                (
                    words("" if i else problem.title),
                    words(name),
                    Cell(fixed(n, 0)),
                    Cell(percent(share)),
                    Cell("", bar=share * len(problem.class_counts) / 2, is_words=True),
                )
            )
            facts.append((problem.name, name, n, share))
    if not rows:
        return None
    frame = pd.DataFrame(facts, columns=["problem", "class", "n_examples", "share"])
    return Table("classes", "", (), ("problem", "class", "examples", "share", ""), tuple(rows), frame)


def column_table(results: StudyResults) -> Table | None:
    """The raw columns of every problem; none where none were recorded. Only its file holds every one."""
    facts = [
        (problem.name, column.name, column.kind, len(column.levels), "; ".join(column.levels), column.n_missing)
        + (column.ends or (None, None))
        + ("; ".join(map(str, column.counts)),)
        for problem in results.problems
        for column in problem.columns
    ]
    names = ["problem", "column", "kind", "n_levels", "levels", "n_missing", "least", "largest", "counts"]
    frame = pd.DataFrame(facts, columns=names)
    return Table("columns", "", (), (), (), frame) if facts else None


def reason_table(name: str, reasons: Mapping[str, str]) -> Table:
    """Problems that have no trials, and why."""
    rows = tuple((words(problem), words(reason)) for problem, reason in reasons.items())
    return Table(
        name, "", (), ("problem", "reason"), rows, pd.DataFrame(reasons.items(), columns=["problem", "reason"])
    )


def failure_table(results: StudyResults) -> Table:
    """Units that were tried and could not be computed, and why."""
    said = results.failures.assign(error=results.failures["error"].str.partition("\n")[0])
    rows = tuple((words(unit), Cell(str(attempts)), words(error)) for unit, attempts, error in said.to_numpy().tolist())
    return Table("failures", "", (), ("unit", "attempts", "last error"), rows, results.failures)


def winner_table(results: StudyResults) -> Table:
    """The hyper-parameters that served all methods."""
    titles = {problem.name: problem.title for problem in results.problems}
    winners = results.winners.astype({"cv_error": float})
    rows = [
        (
            words(titles.get(row["problem"], row["problem"])),
            *(Cell(plain(float(row[name]))) for name in ("hidden", "learning_rate", "weight_decay", "momentum")),
            Cell(short(float(row["cv_error"]))),
            Cell(plain(float(row["n_tied"]))),
            words(row["source"]),
        )
        for _, row in winners.iterrows()
    ]
    columns = (
        "problem",
        "hidden units",
        "learning rate",
        "weight decay λ",
        "momentum",
        "CV error",
        "cells tied",
        "source",
    )
    return Table("winners", "", (), columns, tuple(rows), winners)


def rank_table(results: StudyResults, ranks: pd.DataFrame) -> Table:
    """Mean ranks of methods on every problem, and over all; a row per method."""
    titles = {problem.name: problem.title for problem in results.problems}
    best, mean = ranks.min(axis=1), ranks.mean()
    rows = []
    for name in map(str, ranks):
        cells = [method_cell(name, results.methods)]
        cells += [Cell(fixed(rank, 2), is_strong=rank == least) for rank, least in zip(ranks[name], best, strict=True)]
        cells += [Cell(fixed(mean[name], 2), is_strong=mean[name] == mean.min())] if len(ranks) > 1 else []
        rows.append(tuple(cells))
    columns = ("method", *(titles[str(name)] for name in ranks.index), *(("all problems",) if len(ranks) > 1 else ()))
    return Table("ranks", "", (), columns, tuple(rows), ranks.rename_axis("problem").reset_index())


def sweep_table(results: StudyResults, sweep: Sweep) -> Table:
    """What each value of a varied setting came to on each problem."""
    problems = [problem for problem in results.problems if problem.name in set(sweep.table["problem"])]
    known = {(row["problem"], row["value"]): row for row in sweep.table.to_dict("records")}
    measures = {problem.name: primary_of(problem) for problem in problems}
    decimals = {
        name: decimals_of(measure.scale * sweep.table.loc[sweep.table["problem"] == name, "mean"])
        for name, measure in measures.items()
    }
    rows = []
    for value in sweep.values:
        cells = [words(value_words(sweep.setting, value))]
        for problem in problems:
            row, scale = known.get((problem.name, value)), measures[problem.name].scale
            if row is None:
                cells += [Cell(NONE)] * 3
                continue
            mean, ends = fixed(scale * row["mean"], decimals[problem.name]), (scale * row["low"], scale * row["high"])
            cells += [
                Cell(mean, below=interval_text(*ends, decimals[problem.name])),
                Cell(times(row["presentations_ratio"])),
                Cell(times(row["work_ratio"])),
            ]
        rows.append(tuple(cells))
    columns = [factor_title(sweep.setting)]
    for measure in measures.values():
        columns += [f"error, {measure.unit}".replace("× ", "in ") if measure.unit else "error", "presented", "work"]
    groups = (("", 1), *((problem.title, 3) for problem in problems))
    return Table(sweep_name(sweep), "", groups, tuple(columns), tuple(rows), sweep.table)


def sweep_name(sweep: Sweep) -> str:
    """Name of a sweep's files."""
    return "-".join(["sweep", *map(slug, (sweep.base, sweep.setting, *(f"{k}-{v}" for k, v in sweep.others)))])


def sweep_title(sweep: Sweep) -> str:
    """A sweep in words: the method, with what its rows share."""
    shared = ",".join(f"{key}={value}" for key, value in sweep.others)
    return method_title(f"{sweep.base}[{shared}]" if shared else sweep.base)


def _flat(settings: Mapping[str, Any], above: str = "") -> list[tuple[str, str]]:
    found = []
    for name, value in settings.items():
        path = f"{above}{name}"
        if isinstance(value, Mapping):
            found += _flat(value, f"{path}.")
        elif isinstance(value, list | tuple) and value and all(isinstance(item, Mapping) for item in value):
            for i, item in enumerate(value):
                found += _flat(item, f"{path}[{item.get('problem', i)}].")
        elif isinstance(value, list | tuple):
            found.append((path, ", ".join(_setting(item) for item in value)))
        else:
            found.append((path, _setting(value)))
    return found


def _setting(value: object) -> str:
    if value is None:
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_setting(item) for item in value)}]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def listing_table(name: str, columns: tuple[str, str], values: Mapping[str, Any]) -> Table:
    """Names and values, nested ones by their path."""
    flat = _flat(values)
    rows = tuple((words(key), words(text)) for key, text in flat)
    return Table(name, "", (), columns, rows, pd.DataFrame(flat, columns=list(columns)))


def settings_table(settings: Mapping[str, Any]) -> Table:
    """Every setting of a study; those that a problem shares with all others stand once."""
    plans = [dict(_flat(plan)) for plan in settings.get("plans", ())]
    names = [plan.pop("problem", "") for plan in plans]
    found = [(key, text) for key, text in _flat({k: v for k, v in settings.items() if k != "plans"})]
    for key in dict.fromkeys(key for plan in plans for key in plan):
        values = {name: plan[key] for name, plan in zip(names, plans, strict=True) if key in plan}
        if len(set(values.values())) == 1 and len(values) == len(plans):
            found.append((key, next(iter(values.values()))))
        else:
            found += [(f"{name}: {key}", text) for name, text in values.items()]
    rows = tuple((words(key), words(text)) for key, text in found)
    return Table("settings", "", (), ("setting", "value"), rows, pd.DataFrame(found, columns=["setting", "value"]))


def missing_table(results: StudyResults, missing: pd.DataFrame) -> Table:
    """Problems and methods with fewer trials than planned."""
    titles = {problem.name: problem.title for problem in results.problems}
    rows = tuple(
        (
            words(titles[row["problem"]]),
            method_cell(row["method"], results.methods),
            Cell(str(row["n_found"])),
            Cell(str(row["n_planned"])),
        )
        for _, row in missing.iterrows()
    )
    return Table("missing", "", (), ("problem", "method", "trials found", "trials planned"), rows, missing)


def part_table(results: StudyResults) -> Table:
    """What tuning and each method took of the workers' time, and how much of it was compiling."""
    rows = []
    for row in results.parts.to_dict("records"):
        name = words(row["part"]) if row["part"] not in results.methods else method_cell(row["part"], results.methods)
        counts = (NONE if math.isnan(row[count]) else f"{row[count]:.0f}" for count in ("n_compiled", "n_cached"))
        compiling = NONE if math.isnan(row["seconds_compiling"]) else duration(row["seconds_compiling"])
        cells = (str(row["units"]), duration(row["seconds"]), compiling, *counts)
        rows.append((name, *map(Cell, cells)))
    columns = ("part", "units", "took", "of it compiling", "programs compiled", "from the cache")
    return Table("parts", "", (), columns, tuple(rows), results.parts)
