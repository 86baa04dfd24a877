"""The tables of one problem: errors, measures, costs, and the tests and beliefs about them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from eligo.study.results import Problem, StudyResults

from .comparisons import ALPHA
from .digits import NONE, decimals_of, fixed, p_value, percent, times
from .summaries import Confusion, standing_of, whole_in
from .tables import Cell, Table, interval_text, lowest, method_cell, plus_minus, slug
from .vocabulary import COSTS, inside_of, primary_of, said, secondary_of, with_unit

# Columns in units of the measure, which tables show scaled.
ERROR_SIZES = ("mean", "sd", "low", "high", "min", "q25", "median", "q75", "max")
AREA_SIZES = ("mean", "sd", "difference", "low", "high")
PAIR_SIZES = ("estimate", "low", "high", "corrected_low", "corrected_high")


def error_table(results: StudyResults, problem: Problem, summary: pd.DataFrame) -> Table:
    """How the primary measure is distributed over trials."""
    measure = primary_of(problem)
    scaled = summary[list(ERROR_SIZES)] * measure.scale
    decimals = decimals_of(scaled["mean"])
    standing, mean_sd = standing_of(summary), plus_minus(list(scaled["mean"]), list(scaled["sd"]))
    best = {(name, standing.statistic) for name in lowest(standing.values)}
    rows = []
    for i, (method, row) in enumerate(scaled.to_dict("index").items()):
        n_lost, share = int(summary["n_diverged"].iloc[i]), float(summary["share_diverged"].iloc[i])
        n_missing = int(summary["n_missing"].iloc[i])
        rows.append(
            (
                method_cell(str(method), results.methods),
                Cell(str(summary["n_trials"].iloc[i]), below=f"{n_missing} missing" if n_missing else ""),
                Cell(
                    mean_sd[i],
                    is_strong=(method, "mean") in best,
                    below=f"{n_lost} diverged ({percent(share)})" if n_lost else "",
                ),
                Cell(interval_text(row["low"], row["high"], decimals)),
                Cell(fixed(row["median"], decimals), is_strong=(method, "median") in best),
                Cell(interval_text(row["q25"], row["q75"], decimals)),
                Cell(fixed(row["min"], decimals), below=f"trial {summary['best_trial'].iloc[i]}"),
                Cell(fixed(row["max"], decimals)),
            )
        )
    groups = (("", 2), (with_unit(measure), 6))
    columns = ("method", "trials", "mean ± sd", "95 % interval of the mean", "median", "quartiles", "least", "largest")
    return Table(f"errors-{slug(problem.name)}", "", groups, columns, tuple(rows), summary.reset_index())


def _with_sd(means: pd.Series, sds: pd.Series) -> list[Cell]:
    decimals = decimals_of(means)
    return [
        Cell(fixed(mean, decimals), below="" if np.isnan(sd) else f"± {fixed(sd, decimals)}")
        for mean, sd in zip(means, sds, strict=True)
    ]


def measure_table(
    results: StudyResults, problem: Problem, metrics: pd.DataFrame, generalisation: pd.DataFrame
) -> Table:
    """All other measures that a trial ends at, mean and sd."""
    shown = [m for m in (*secondary_of(problem), *inside_of(problem)) if f"{m.key}_mean" in metrics]
    columns = [_with_sd(m.scale * metrics[f"{m.key}_mean"], m.scale * metrics[f"{m.key}_sd"]) for m in shown]
    ratios = _with_sd(generalisation["mean"], generalisation["sd"])
    decimals = decimals_of(generalisation["mean"])
    rows = [
        (
            method_cell(str(method), results.methods),
            *(column[i] for column in columns),
            ratios[i],
            Cell(interval_text(row["low"], row["high"], decimals)),
            Cell(fixed(row["median"], decimals)),
        )
        for i, (method, row) in enumerate(generalisation.to_dict("index").items())
    ]
    titles = ("method", *(with_unit(m) for m in shown), "mean ± sd", "95 % interval", "median")
    factor = generalisation.add_prefix("generalisation_factor_")
    frame = pd.concat([metrics, factor], axis=1).rename_axis("method").reset_index()
    groups = (("", 1), ("at the end of training, mean ± sd", len(shown)), ("generalisation factor", 3))
    return Table(f"measures-{slug(problem.name)}", "", groups, titles, tuple(rows), frame)


def cost_table(results: StudyResults, problem: Problem, costs: pd.DataFrame) -> Table:
    """What each method spent, absolutely and relative to the reference."""
    decimals = {name: decimals_of(costs[name]) if name.startswith("seconds") else 0 for name in COSTS}
    rows = []
    for method, row in costs.iterrows():
        cells = [method_cell(str(method), results.methods)]
        cells += [Cell(fixed(row[name], decimals[name]), below=times(row[f"{name}_ratio"])) for name in COSTS]
        rows.append(tuple(cells))
    return Table(f"costs-{slug(problem.name)}", "", (), ("method", *COSTS.values()), tuple(rows), costs.reset_index())


def payback_table(results: StudyResults, problem: Problem, payback: pd.DataFrame) -> Table:
    """What selection saved in training and cost, and from which interval on it would pay."""
    whole = payback["training"] + payback["saved"]
    rows = [
        (
            method_cell(str(method), results.methods),
            Cell(percent(row["kept"])),
            Cell(percent(row["saved"] / total)),
            Cell(percent(row["selection"] / total)),
            Cell(percent((row["saved"] - row["selection"]) / total), is_strong=row["saved"] > row["selection"]),
            Cell(fixed(row["per_candidate"], 2)),
            Cell(fixed(row["break_even"], 1)),
        )
        for (method, row), total in zip(payback.to_dict("index").items(), whole, strict=True)
    ]
    columns = ("method", "presentations, f", "saved", "spent", "net", "score, r", "break-even, τ*")
    groups = (("", 2), ("share of the reference’s training work", 3), ("", 2))
    frame = payback.rename_axis("method").reset_index()
    return Table(f"payback-{slug(problem.name)}", "", groups, columns, tuple(rows), frame)


def budget_table(
    results: StudyResults, problem: Problem, errors: pd.DataFrame, shares: Sequence[float], summary: pd.DataFrame
) -> Table:
    """Mean error at equal numbers of presentations; the best is one of the methods that lost no trial."""
    shown = errors * primary_of(problem).scale
    decimals, budgets = decimals_of(shown.to_numpy().ravel()), [float(n) for n in errors.columns.to_numpy()]
    whole = shown[whole_in(summary).reindex(shown.index, fill_value=False)]
    is_best = whole.eq(whole.min()).reindex(shown.index, fill_value=False).to_numpy()
    rows = [
        (
            method_cell(str(method), results.methods),
            *(Cell(fixed(value, decimals), is_strong=strong) for value, strong in zip(row, are_strong, strict=True)),
        )
        for method, row, are_strong in zip(shown.index, shown.to_numpy().tolist(), is_best.tolist(), strict=True)
    ]
    columns = (
        "method",
        *(f"{fixed(n, 0)} ({share:.0%})".replace("%", " %") for n, share in zip(budgets, shares, strict=True)),
    )
    frame = errors.rename_axis("method").rename(columns=lambda budget: f"presentations_{budget:.0f}").reset_index()
    return Table(f"budgets-{slug(problem.name)}", "", (), columns, tuple(rows), frame)


def area_table(results: StudyResults, problem: Problem, areas: pd.DataFrame, axis: str, against: str) -> Table:
    """Area under the learning curve along one axis, held against another method's."""
    measure = primary_of(problem)
    scaled = areas.assign(**{name: areas[name] * measure.scale for name in AREA_SIZES})
    shown, decimals = plus_minus(list(scaled["mean"]), list(scaled["sd"])), decimals_of(scaled["mean"])
    best = lowest(standing_of(areas).values)
    rows = [
        (
            method_cell(str(method), results.methods),
            Cell(shown[i], is_strong=method in best),
            Cell(fixed(row["difference"], decimals)),
            Cell(interval_text(row["low"], row["high"], decimals)),
            Cell(p_value(row["p_value"])),
            Cell(p_value(row["adjusted_p"]), is_strong=row["adjusted_p"] <= ALPHA),
            Cell(p_value(row["corrected_adjusted_p"]), is_strong=row["corrected_adjusted_p"] <= ALPHA),
        )
        for i, (method, row) in enumerate(scaled.to_dict("index").items())
    ]
    columns = ("method", "area: mean ± sd", "difference", "95 % interval", "p", "p, Holm", "corrected p, Holm")
    groups = (("", 1), (with_unit(measure), 1), (f"to {against}, same trials", 5))
    return Table(f"areas-{axis}-{slug(problem.name)}", "", groups, columns, tuple(rows), areas.reset_index())


def _taken(row: pd.Series, criterion: str) -> Cell:
    median, low, high = (float(row[f"{criterion}_{part}"]) for part in ("median", "q25", "q75"))
    if np.isinf(median):
        return Cell(NONE, below="" if np.isinf(low) else f"from {fixed(low, 0)}")
    return Cell(fixed(median, 0), below=interval_text(low, high, 0))


def _reached(row: pd.Series) -> tuple[Cell, Cell]:
    if np.isnan(row["share"]):
        return Cell(NONE), Cell(NONE)
    share = Cell(percent(row["share"]), below=f"{percent(row['low'])} to {percent(row['high'])}")
    return Cell(f"{row['n_reached']:.0f} of {row['n_trials']:.0f}"), share


def convergence_table(results: StudyResults, problem: Problem, convergence: pd.DataFrame) -> Table:
    """How many trials reached the target, what it took, and from where on they stayed close to their end."""
    rows = [
        (
            method_cell(str(method), results.methods),
            *_reached(row),
            *(_taken(row, f"{axis}_to_target") for axis in ("epochs", "presentations", "work", "labels")),
            *(_taken(row, f"{axis}_to_stable") for axis in ("epochs", "presentations")),
        )
        for method, row in convergence.iterrows()
    ]
    columns = ("method", "trials", "share", "epochs", "presentations", "work", "labels", "epochs", "presentations")
    groups = (("", 1), ("reached the target", 2), ("median to the target", 4), ("median to stay near the end", 2))
    frame = convergence.rename_axis("method").reset_index()
    return Table(f"convergence-{slug(problem.name)}", "", groups, columns, tuple(rows), frame)


def _ratio(row: pd.Series, name: str) -> tuple[Cell, Cell, Cell]:
    estimate, low, high = (float(row[f"{name}{end}"]) for end in ("", "_low", "_high"))
    text = NONE if np.isnan(low) else f"{times(low)} to {times(high)}"
    n = row[f"{name}_trials"]
    return Cell(times(estimate), is_strong=high < 1), Cell(text), Cell(NONE if np.isnan(n) else fixed(n, 0))


def efficiency_table(results: StudyResults, problem: Problem, efficiency: pd.DataFrame) -> Table:
    """Labels to the target and deficiency, relative to random pool."""
    rows = [
        (method_cell(str(method), results.methods), *_ratio(row, "labels_ratio"), *_ratio(row, "deficiency"))
        for method, row in efficiency.iterrows()
    ]
    columns = ("method", *("ratio", "95 % interval", "trials") * 2)
    groups = (("", 1), ("labels to the target", 3), ("deficiency", 3))
    frame = efficiency.rename_axis("method").reset_index()
    return Table(f"efficiency-{slug(problem.name)}", "", groups, columns, tuple(rows), frame)


def reduction_table(results: StudyResults, problem: Problem, reductions: pd.DataFrame) -> Table:
    """Share of the training part that was not trained on, at the checkpoints."""
    epochs = list(dict.fromkeys(reductions.index.get_level_values("epoch")))
    methods = list(dict.fromkeys(reductions.index.get_level_values("method")))
    known = reductions.to_dict("index")
    rows = []
    for method in methods:
        cells = [method_cell(str(method), results.methods)]
        for epoch in epochs:
            row = known.get((method, epoch))
            if row is None:
                cells.append(Cell(NONE))
                continue
            text = f"{100 * row['mean']:.1f}" + ("" if np.isnan(row["sd"]) else f" ± {100 * row['sd']:.1f}")
            cells.append(Cell(text, below=f"{100 * row['min']:.1f} to {100 * row['max']:.1f}"))
        rows.append(tuple(cells))
    columns = ("method", *(f"epoch {epoch}" for epoch in epochs))
    groups = (("", 1), ("not trained on, % of the training part", len(epochs)))
    return Table(f"reductions-{slug(problem.name)}", "", groups, columns, tuple(rows), reductions.reset_index())


def confusion_frame(problem: Problem, confusions: Sequence[Confusion]) -> pd.DataFrame:
    """Every cell of every method's confusion matrix: method, actual, predicted, mean and sd of shares of the class."""
    names = problem.class_names
    return pd.DataFrame(
        [
            (own.method, names[i], names[j], own.mean[i, j], own.sd[i, j])
            for own in confusions
            for i in range(len(names))
            for j in range(len(names))
        ],
        columns=["method", "actual", "predicted", "mean", "sd"],
    )


def pair_table(results: StudyResults, problem: Problem, pairs: pd.DataFrame) -> Table:
    """Every pair of methods: size of the difference and tests."""
    measure = primary_of(problem)
    scaled = pairs.assign(**{name: pairs[name] * measure.scale for name in PAIR_SIZES})
    decimals = decimals_of(scaled["estimate"], digits=2)
    rows = [
        (
            Cell(f"{said(pair['first'])} − {said(pair['second'])}", is_words=True),
            Cell(fixed(pair["estimate"], decimals)),
            Cell(interval_text(pair["low"], pair["high"], decimals)),
            Cell(interval_text(pair["corrected_low"], pair["corrected_high"], decimals)),
            Cell(p_value(pair["p_value"])),
            Cell(p_value(pair["adjusted_p"]), is_strong=bool(pair["adjusted_p"] <= ALPHA)),
            Cell(p_value(pair["corrected_adjusted_p"]), is_strong=bool(pair["corrected_adjusted_p"] <= ALPHA)),
            Cell(fixed(pair["rank_biserial"], 2)),
            Cell(fixed(pair["a12"], 2)),
            Cell(str(pair["n_zero"])),
        )
        for pair in scaled.to_dict("records")
    ]
    sizes = f"mean difference, {measure.difference_unit.replace('× ', 'in ')}".rstrip(", ")
    groups = (("", 1), (sizes, 3), ("Wilcoxon", 2), ("corrected t", 1), ("effect size", 2), ("", 1))
    intervals = ("95 % bootstrap", "95 % corrected")
    columns = ("pair", "estimate", *intervals, "p", "p, Holm", "p, Holm", "rank-biserial", "A12", "ties")
    return Table(f"pairs-{slug(problem.name)}", "", groups, columns, tuple(rows), pairs)


def belief_table(name: str, pairs: pd.DataFrame) -> Table:
    """Every pair of methods: probabilities of being better and of being equivalent, and normality where it is known."""
    has_normality = "normality" in pairs
    rows = [
        (
            Cell(f"{said(pair['first'])}, {said(pair['second'])}", is_words=True),
            *(
                Cell(NONE if np.isnan(pair[part]) else fixed(pair[part], 3), is_strong=pair[part] >= 1 - ALPHA)
                for part in ("p_first_better", "p_equivalent", "p_second_better")
            ),
            *((Cell(p_value(pair["normality"])),) if has_normality else ()),
        )
        for pair in pairs.to_dict("records")
    ]
    columns = ("pair", "first is better", "equivalent", "second is better", *(("p, normality",) * has_normality))
    groups = (("", 1), ("probability", 3), *((("Shapiro–Wilk", 1),) * has_normality))
    kept = ["first", "second", "p_first_better", "p_equivalent", "p_second_better", *(["normality"] * has_normality)]
    return Table(name, "", groups, columns, tuple(rows), pairs[kept])
