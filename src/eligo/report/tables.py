"""Tables: the same numbers twice, as a reader wants to see them and as a CSV file holds them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from eligo.study.results import Problem, StudyResults

from .comparisons import ALPHA, Comparison
from .digits import NONE, decimals_of, fixed, p_value, plain, times
from .palette import colour_of
from .vocabulary import COSTS, PRIMARY, SECONDARY, Measure, method_title

# Columns in units of the measure, which tables show scaled.
AREA_SIZES = ("mean", "sd", "difference", "low", "high")
PAIR_SIZES = ("estimate", "low", "high", "corrected_low", "corrected_high")


@dataclass(frozen=True)
class Cell:
    """What stands in one place of a table.

    Attributes
    ----------
    text : str
    colour : str, of the swatch before it, as style sheets name it; empty for none
    is_strong : bool, the best of its column
    is_words : bool, set to the left
    mark : str, raised behind the text
    below : str, small, under the text
    """

    text: str
    colour: str = ""
    is_strong: bool = False
    is_words: bool = False
    mark: str = ""
    below: str = ""


@dataclass(frozen=True, eq=False)
class Table:
    """A table of the page and of a file.

    Attributes
    ----------
    name : str, of its CSV file
    caption : str
    groups : (title, number of columns) over the columns, empty for none
    columns : titles
    rows : tuple of rows of cells; the first cell of a row names it
    frame : what the CSV file holds, at full precision
    """

    name: str
    caption: str
    groups: tuple[tuple[str, int], ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    frame: pd.DataFrame


def slug(name: str) -> str:
    """A name that is safe in files and addresses: letters, digits, dots and dashes.

    Examples
    --------
    >>> slug("noisy sine"), slug("<script>"), slug("../..")
    ('noisy-sine', 'script', 'x')
    """
    return re.sub(r"[^\w.-]+", "-", name).strip("-.").lower() or "x"


def words(text: object) -> Cell:
    """A cell of words."""
    return Cell(str(text), is_words=True)


def method_cell(name: str, methods: Sequence[str]) -> Cell:
    """A method's name with its colour."""
    return Cell(method_title(name), colour=colour_of(name, methods).variable, is_words=True)


def with_unit(measure: Measure) -> str:
    """Title of a measure's column."""
    return f"{measure.title}, {measure.unit}" if measure.unit else measure.title


def _plus_minus(means: Sequence[float], sds: Sequence[float]) -> list[str]:
    decimals = decimals_of(means)
    return [
        fixed(mean, decimals) + ("" if np.isnan(sd) else f" ± {fixed(sd, decimals)}")
        for mean, sd in zip(means, sds, strict=True)
    ]


def _range(low: float, high: float, decimals: int) -> str:
    return NONE if np.isnan(low) else f"{fixed(low, decimals)} to {fixed(high, decimals)}"


def _lowest(values: pd.Series) -> set[str]:
    """Methods with the lowest value, all of them where they tie."""
    return {str(name) for name, value in values.items() if np.isclose(value, values.min(), rtol=1e-9, atol=0)}


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
    """Error and work of every method on every problem that has any."""
    columns, groups, cells, frames = (
        ["method"],
        [("", 1)],
        [[method_cell(m, results.methods)] for m in results.methods],
        [],
    )
    for problem in (problem for problem in results.problems if problem.name in errors):
        measure, summary = PRIMARY[problem.task], errors[problem.name].reindex(results.methods)
        shown = _plus_minus(list(measure.scale * summary["mean"]), list(measure.scale * summary["sd"]))
        work = costs[problem.name]["work_ratio"].reindex(results.methods)
        best = _lowest(summary["mean"])
        alike = {name for one in best for name in not_worse_than_best(comparisons[problem.name], one)} - best
        for row, method in enumerate(results.methods):
            mark = "†" if method in alike and shown[row] != NONE else ""
            cells[row] += [Cell(shown[row], is_strong=method in best, mark=mark), Cell(times(work[method]))]
        columns += [f"error, {measure.unit}" if measure.unit else "error", "work"]
        groups.append((problem.title, 2))
        frames.append(summary.reset_index().assign(problem=problem.name, work_ratio=work.to_numpy()))
    frame = pd.concat(frames)[["problem", "method", "n_trials", "n_diverged", "mean", "sd", "median", "work_ratio"]]
    return Table("headline", "", tuple(groups), tuple(columns), tuple(map(tuple, cells)), frame)


def error_table(results: StudyResults, problem: Problem, summary: pd.DataFrame, metrics: pd.DataFrame) -> Table:
    """Primary and secondary measures of one problem."""
    measure, secondary = PRIMARY[problem.task], SECONDARY[problem.task]
    scaled = summary[["mean", "sd", "median", "low", "high"]] * measure.scale
    decimals = decimals_of(scaled["mean"])
    best = _lowest(scaled["mean"])
    mean_sd = _plus_minus(list(scaled["mean"]), list(scaled["sd"]))
    others = [_plus_minus(list(metrics[f"{m.key}_mean"]), list(metrics[f"{m.key}_sd"])) for m in secondary]
    rows = []
    for i, (method, row) in enumerate(scaled.to_dict("index").items()):
        n_lost = int(summary["n_diverged"].iloc[i])
        rows.append(
            (
                method_cell(str(method), results.methods),
                Cell(str(summary["n_trials"].iloc[i])),
                Cell(mean_sd[i], is_strong=method in best, below=f"{n_lost} diverged" if n_lost else ""),
                Cell(_range(row["low"], row["high"], decimals)),
                Cell(fixed(row["median"], decimals)),
                *(Cell(column[i]) for column in others),
            )
        )
    groups = (("", 2), (with_unit(measure), 3), ("", 1), ("squared error", 2))
    columns = ("method", "trials", "mean ± sd", "95 % interval of the mean", "median", *(m.title for m in secondary))
    frame = pd.concat([summary, metrics], axis=1).reset_index()
    return Table(f"errors-{slug(problem.name)}", "", groups, columns, tuple(rows), frame)


def cost_table(results: StudyResults, problem: Problem, costs: pd.DataFrame) -> Table:
    """What each method spent, absolutely and relative to the reference."""
    decimals = {name: decimals_of(costs[name]) if name.startswith("seconds") else 0 for name in COSTS}
    rows = []
    for method, row in costs.iterrows():
        cells = [method_cell(str(method), results.methods)]
        cells += [Cell(fixed(row[name], decimals[name]), below=times(row[f"{name}_ratio"])) for name in COSTS]
        rows.append(tuple(cells))
    return Table(f"costs-{slug(problem.name)}", "", (), ("method", *COSTS.values()), tuple(rows), costs.reset_index())


def budget_table(results: StudyResults, problem: Problem, errors: pd.DataFrame, shares: Sequence[float]) -> Table:
    """Mean error at equal numbers of presentations."""
    measure = PRIMARY[problem.task]
    shown = errors * measure.scale
    decimals, budgets = decimals_of(shown.to_numpy().ravel()), [float(n) for n in errors.columns.to_numpy()]
    best = shown.min().tolist()
    rows = [
        (
            method_cell(str(method), results.methods),
            *(Cell(fixed(value, decimals), is_strong=value == least) for value, least in zip(row, best, strict=True)),
        )
        for method, row in zip(shown.index, shown.to_numpy().tolist(), strict=True)
    ]
    columns = (
        "method",
        *(f"{fixed(n, 0)} ({share:.0%})".replace("%", " %") for n, share in zip(budgets, shares, strict=True)),
    )
    frame = errors.rename_axis("method").rename(columns=lambda budget: f"presentations_{budget:.0f}").reset_index()
    return Table(f"budgets-{slug(problem.name)}", "", (), columns, tuple(rows), frame)


def area_table(results: StudyResults, problem: Problem, areas: pd.DataFrame, reference: str) -> Table:
    """Area under the error–labels curve, and labels to the reference's final error."""
    measure = PRIMARY[problem.task]
    scaled = areas.assign(**{name: areas[name] * measure.scale for name in AREA_SIZES})
    shown, decimals = _plus_minus(list(scaled["mean"]), list(scaled["sd"])), decimals_of(scaled["mean"])
    best = _lowest(scaled["mean"])
    rows = [
        (
            method_cell(str(method), results.methods),
            Cell(shown[i], is_strong=method in best),
            Cell(fixed(row["difference"], decimals)),
            Cell(_range(row["low"], row["high"], decimals)),
            Cell(p_value(row["p_value"])),
            Cell(p_value(row["adjusted_p"]), is_strong=row["adjusted_p"] <= ALPHA),
            Cell(p_value(row["corrected_adjusted_p"]), is_strong=row["corrected_adjusted_p"] <= ALPHA),
            Cell(fixed(row["labels_to_reach"], 0)),
        )
        for i, (method, row) in enumerate(scaled.to_dict("index").items())
    ]
    columns = (
        "method",
        "area: mean ± sd",
        "difference",
        "95 % interval",
        "p",
        "p, Holm",
        "corrected p, Holm",
        f"labels to {method_title(reference)}’s error",
    )
    groups = (("", 1), (with_unit(measure), 1), ("to random pool, same trials", 5), ("", 1))
    return Table(f"areas-{slug(problem.name)}", "", groups, columns, tuple(rows), areas.reset_index())


def pair_table(results: StudyResults, problem: Problem, pairs: pd.DataFrame) -> Table:
    """Every pair of methods: size of the difference and tests."""
    measure = PRIMARY[problem.task]
    scaled = pairs.assign(**{name: pairs[name] * measure.scale for name in PAIR_SIZES})
    decimals = decimals_of(scaled["estimate"], digits=2)
    rows = [
        (
            Cell(f"{method_title(pair['first'])} − {method_title(pair['second'])}", is_words=True),
            Cell(fixed(pair["estimate"], decimals)),
            Cell(_range(pair["low"], pair["high"], decimals)),
            Cell(_range(pair["corrected_low"], pair["corrected_high"], decimals)),
            Cell(p_value(pair["p_value"])),
            Cell(p_value(pair["adjusted_p"]), is_strong=bool(pair["adjusted_p"] <= ALPHA)),
            Cell(p_value(pair["corrected_adjusted_p"]), is_strong=bool(pair["corrected_adjusted_p"] <= ALPHA)),
            Cell(fixed(pair["rank_biserial"], 2)),
            Cell(fixed(pair["a12"], 2)),
            Cell(str(pair["n_zero"])),
        )
        for pair in scaled.to_dict("records")
    ]
    sizes = f"mean difference, {measure.difference_unit}".rstrip(", ")
    groups = (("", 1), (sizes, 3), ("Wilcoxon", 2), ("corrected t", 1), ("effect size", 2), ("", 1))
    intervals = ("95 % bootstrap", "95 % corrected")
    columns = ("pair", "estimate", *intervals, "p", "p, Holm", "p, Holm", "rank-biserial", "A12", "ties")
    return Table(f"pairs-{slug(problem.name)}", "", groups, columns, tuple(rows), pairs)


def problem_table(results: StudyResults) -> Table:
    """Facts about the data."""
    rows = [
        (
            words(p.title),
            words(p.task),
            Cell(fixed(p.n_examples, 0)),
            Cell(str(p.n_features)),
            Cell(str(p.n_outputs)),
            Cell(f"{fixed(p.n_train, 0)} / {fixed(p.n_test, 0)}"),
            words(p.target_name),
            words(p.source),
        )
        for p in results.problems
    ]
    columns = ("problem", "task", "examples", "features", "outputs", "training / test", "target", "source")
    frame = pd.DataFrame([{**vars(p), "class_names": "; ".join(p.class_names)} for p in results.problems])
    return Table("problems", "", (), columns, tuple(rows), frame)


def winner_table(results: StudyResults) -> Table:
    """The hyper-parameters that served all methods."""
    titles = {problem.name: problem.title for problem in results.problems}
    winners = results.winners.astype({"cv_error": float})
    decimals = decimals_of(winners["cv_error"])
    rows = [
        (
            words(titles.get(row["problem"], row["problem"])),
            *(Cell(plain(float(row[name]))) for name in ("hidden", "learning_rate", "weight_decay", "momentum")),
            Cell(fixed(float(row["cv_error"]), decimals)),
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
    """Mean ranks of methods on every problem, and over all."""
    titles = {problem.name: problem.title for problem in results.problems}
    rows = [
        (words(titles[str(name)]), *(Cell(fixed(rank, 2), is_strong=rank == row.min()) for rank in row))
        for name, row in ranks.iterrows()
    ]
    if len(ranks) > 1:
        mean = ranks.mean()
        rows.append((words("all problems"), *(Cell(fixed(rank, 2), is_strong=rank == mean.min()) for rank in mean)))
    columns = ("problem", *(method_title(str(name)) for name in ranks))
    return Table("ranks", "", (), columns, tuple(rows), ranks.rename_axis("problem").reset_index())


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
    return f"{value:g}" if isinstance(value, float) else str(value)


def listing_table(name: str, columns: tuple[str, str], values: Mapping[str, Any]) -> Table:
    """Names and values, nested ones by their path."""
    flat = _flat(values)
    rows = tuple((words(key), words(text)) for key, text in flat)
    return Table(name, "", (), columns, rows, pd.DataFrame(flat, columns=list(columns)))


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
