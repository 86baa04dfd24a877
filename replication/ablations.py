"""Why our numbers and the published ones are what they are: one setting changed at a time, everything else the same."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from eligo.report.factors import levels_of, value_words

from .comparing import Comparison, compare_typical
from .published import TITLES
from .reasons import SEEDS
from .rows import Studies, all_rows, ours
from .stored import Stored, squared_unit
from .text import NONE, NOT_MEASURED, fixed, interval, mean_sd, pair, signed, table

EXPLAINS, EXPLAINS_PART = 0.25, 0.75
"""Shares of the gap to passive learning that may be left where a change is said to explain it, or part of it.

A change counts as sure by its typical effect, and gaps are of medians: means are carried by trials that went astray.
"""


@dataclass(frozen=True)
class Change:
    """A row of a study, before and after a change.

    Attributes
    ----------
    title : str, what is changed
    method : str
    problems : tuple of str
    study, settings : study that the changed row is in, and the levels of its factors
    base_study, base_settings : the same of the row that it is held against
    """

    title: str
    method: str
    problems: tuple[str, ...]
    study: str
    settings: Mapping[str, str] = field(default_factory=dict)
    base_study: str = ""
    base_settings: Mapping[str, str] = field(default_factory=dict)


SINE_LIKE = ("noisy_sine", "energy_efficiency", "iris")
TABLES = ("noisy_sine", "california_housing", "energy_efficiency")
PASSIVE = ("wine", *TABLES)
AS_CODED = {"informativeness": "directional", "candidates": "current"}
QUERIED = {"regression_uncertainty": "extreme_prediction", "stop": "epochs"}


def _sasla(title: str, **settings: str) -> tuple[Change, ...]:
    housing = ("california_housing",)
    return tuple(
        Change(title, "sasla", problems, study, AS_CODED | settings, study, AS_CODED)
        for problems, study in ((SINE_LIKE, "sasla_informativeness"), (housing, "sasla_informativeness_housing"))
    )


CHANGES = (
    *_sasla("SASLA: gradient instead of x · gradient", informativeness="gradient"),
    *_sasla("SASLA: what was left out can come back", candidates="all"),
    *_sasla("SASLA: both", informativeness="gradient", candidates="all"),
    *(
        Change(title, "entropy", TABLES[::2], "entropy_regression", QUERIED | settings, "entropy_regression", QUERIED)
        for title, settings in (
            ("entropy: Laplace variance instead of extreme predictions", {"regression_uncertainty": "laplace"}),
            ("entropy: until all labels are bought", {"stop": "budget"}),
            ("entropy: both", {"regression_uncertainty": "laplace", "stop": "budget"}),
        )
    ),
    Change(
        "ensemble: mean of outputs instead of the first network’s",
        "ensemble",
        TABLES,
        "ensemble_committee",
        {"committee": "mean_of_outputs"},
        "ensemble_committee",
        {"committee": "first_member"},
    ),
    Change(
        "ensemble: own initial weights in every trial",
        "ensemble",
        ("iris", "wine", *TABLES[::2]),
        "ensemble_own_weights",
        {},
        "reference",
    ),
    *(
        Change(f"passive: {title}", "passive", problems, study, {}, "reference")
        for title, problems, study in (
            ("one example at a time instead of the full batch", PASSIVE, "passive_batch"),
            ("hyper-parameters of `paper`’s grid", PASSIVE, "passive_hyper_parameters"),
            ("sigmoid output units", TABLES, "passive_output"),
            ("one example at a time and those hyper-parameters", PASSIVE, "passive_batch_and_hyper_parameters"),
        )
    ),
    Change(
        "passive: from both to all of `paper` (epochs, sum over outputs, output units, scaling, no clipping)",
        "passive",
        PASSIVE,
        "paper",
        {},
        "passive_batch_and_hyper_parameters",
    ),
    Change("passive: all of `paper` instead of `reference`", "passive", ("iris", *PASSIVE), "paper", {}, "reference"),
)


def _compared(studies: Studies, change: Change, problem: str) -> Comparison | None:
    """Changed row minus the row it is held against."""
    stored, base = studies.get(change.study), studies.get(change.base_study)
    if stored is None or base is None:
        return None
    rows = (
        stored.row(problem, change.method, **change.settings),
        base.row(problem, change.method, **change.base_settings),
    )
    return compare_typical(stored, problem, *rows, other=base)


def _passive(stored: Stored, problem: str) -> float:
    row = stored.row(problem, "passive")
    return float(stored.values(problem, row, "error").median()) if row else float("nan")


def gap_left(studies: Studies, change: Change, problem: str) -> float:
    """Share of the base row's excess over passive learning, in median error, that is left after the change.

    NaN where the base row has none; below 0 where the changed row is better than passive learning.
    """
    stored, base = studies.get(change.study), studies.get(change.base_study)
    if stored is None or base is None or change.method == "passive":
        return float("nan")
    medians = []
    for study, settings in ((stored, change.settings), (base, change.base_settings)):
        row = study.row(problem, change.method, **settings)
        medians.append(float(study.values(problem, row, "error").median()) if row else float("nan"))
    gap = medians[1] - _passive(base, problem)
    return (medians[0] - _passive(stored, problem)) / gap if gap > 0 else float("nan")


def _errors(studies: Studies, study: str, problem: str, method: str, settings: Mapping[str, str]) -> str:
    """Error of a row, mean, sd and median: accuracy's complement, or MSE in the units of the published tables."""
    stored = studies.get(study)
    facts = stored.problem(problem) if stored else None
    row = stored.row(problem, method, **settings) if stored and facts else None
    if stored is None or facts is None or row is None:
        return NOT_MEASURED
    values = stored.values(problem, row, "error") / (squared_unit(facts) if facts["task"] == "regression" else 1.0)
    return f"{mean_sd(values, 4)} ({fixed(float(values.median()), 4)})" if len(values) else NOT_MEASURED


def changes_table(studies: Studies) -> str:
    """Every change on every problem: error before and after, the difference, and what is left of the gap to passive."""
    rows = []
    for change in CHANGES:
        for problem in change.problems:
            before = _errors(studies, change.base_study, problem, change.method, change.base_settings)
            after = _errors(studies, change.study, problem, change.method, change.settings)
            found, left = _compared(studies, change, problem), gap_left(studies, change, problem)
            effect = [NOT_MEASURED] * 4
            if found:
                effect = [
                    f"{signed(found.effect, 1)} {found.unit}",
                    interval(found.low, found.high, 1),
                    interval(found.cautious_low, found.cautious_high, 1),
                    f"{found.n_lower} of {found.n_pairs}",
                ]
            is_open = math.isnan(left) or not _has_gap(studies, change, problem)
            share = NONE if is_open else f"{fixed(100 * left, 0)} %"
            rows.append([f"{change.title}: {TITLES[problem]}", before, after, *effect, share])
    header = ["Change: problem", "Test error before (median)", "after", "Difference", "Bootstrap interval"]
    return table([*header, "Cautious interval", "Lower in", "Gap to passive left"], rows)


def _has_gap(studies: Studies, change: Change, problem: str) -> bool:
    """Whether the base row is surely worse than passive learning: else its gap may be chance."""
    base = studies[change.base_study]
    row = base.row(problem, change.method, **change.base_settings)
    gap = compare_typical(base, problem, row, base.row(problem, "passive"))
    return gap is not None and gap.is_higher


def explanation(studies: Studies, change: Change, problem: str) -> str:
    """Whether a change explains why a method does worse than passive learning on a problem, in a sentence."""
    found, left = _compared(studies, change, problem), gap_left(studies, change, problem)
    where = f"{change.title}, on {TITLES[problem]}"
    if found is None:
        return f"{where}: {NOT_MEASURED}."
    ends = interval(found.cautious_low, found.cautious_high, 1)
    numbers = (
        f"{signed(found.effect, 1)} {found.unit}, bootstrap interval {interval(found.low, found.high, 1)}, cautious "
        f"interval {ends}, lower in {found.n_lower} of {found.n_pairs} trials"
    )
    if math.isnan(left):
        return f"{where}: {numbers}; there was no gap to passive learning to explain."
    if not _has_gap(studies, change, problem):
        return f"{where}: {numbers}; whether there was a gap to passive learning to explain cannot be told."
    share = f"{fixed(100 * left, 0)} % of the gap to passive learning is left"
    if not (found.is_lower or found.is_higher):
        alone = "; the bootstrap interval alone excludes 0" if found.low > 0 or found.high < 0 else ""
        return f"{where}: {numbers}; {share}. Whether the change matters cannot be told{alone}."
    if found.is_higher:
        return f"{where}: {numbers}; it makes matters worse, so it is not the explanation."
    word = (
        "explains it" if left <= EXPLAINS else "explains part of it" if left <= EXPLAINS_PART else "hardly explains it"
    )
    return f"{where}: {numbers}; {share}: the change {word}."


def sine_answer(studies: Studies) -> str:
    """Whether x · ∇o is why SASLA does badly on the sine: a sentence for each change."""
    asked = [change for change in CHANGES if change.method == "sasla" and "noisy_sine" in change.problems]
    return "\n".join(f"- {explanation(studies, change, 'noisy_sine')}" for change in asked)


def passive_sentences(studies: Studies) -> str:
    """What of `paper` changes passive learning, a sentence for each problem: only changes that are sure are named."""
    lines = []
    for problem in PASSIVE:
        surely, unsure, missing = [], [], []
        for change in (one for one in CHANGES if one.method == "passive" and problem in one.problems):
            title = change.title.removeprefix("passive: ")
            found = _compared(studies, change, problem)
            if found is None:
                missing.append(title)
            elif found.is_lower or found.is_higher:
                surely.append(f"{title} ({signed(found.effect, 1)} {found.unit})")
            else:
                unsure.append(title)
        said = [f"surely changes the error: {'; '.join(surely) or 'nothing'}"]
        said += [f"cannot be told: {'; '.join(unsure)}"] * bool(unsure)
        said += [f"{NOT_MEASURED}: {'; '.join(missing)}"] * bool(missing)
        lines.append(f"- {TITLES[problem]}: {'. '.join(word[0].upper() + word[1:] for word in said)}.")
    return "\n".join(lines)


SEEDED = ("iris", "wine", "noisy_sine", "energy_efficiency")


def seeds_table(published: Mapping[str, Any], studies: Studies) -> str:
    """Final test accuracy or MSE under `reference` by seed: how far means move with the random numbers."""
    rows = []
    for row in (row for row in all_rows(published) if row.part == "test" and row.measure != "r2"):
        if row.problem not in SEEDED:
            continue
        found = [ours(studies, study, row.problem, row.method, row.column) for study in ("reference", *SEEDS)]
        means = [float(values.mean()) for values in found if len(values)]
        spread = NOT_MEASURED
        if len(means) == len(found):
            spread = yes_or_no(min(means) <= row.published[0] <= max(means))
        title = f"{row.title}, {'accuracy' if row.measure == 'accuracy' else 'MSE'}"
        rows.append([title, pair(row.published, 4), *(mean_sd(values, 4) for values in found), spread])
    header = ["Problem, method", "Published", "Seed 1 (`reference`)", *(f"Seed {one[-1]}" for one in SEEDS)]
    return table([*header, "Published between ours"], rows)


def yes_or_no(is_so: bool) -> str:
    """A truth without a judgement."""
    return "yes" if is_so else "no"


def _level_means(stored: Stored, problem: str, base: str, setting: str, column: str) -> list[tuple[str, str]]:
    """Mean of a column at each level of a setting, over all rows of the method that have it."""
    levels: dict[str, list[float]] = {}
    for row in stored.methods(problem):
        if row.split("[")[0] == base and setting in (own := levels_of(row)):
            values = stored.values(problem, row, column)
            levels.setdefault(own[setting], []).append(float(values.mean()) if len(values) else float("nan"))
    return [(level, fixed(float(pd.Series(means).mean()), 4)) for level, means in levels.items()]


SWEPT = (
    ("sasla", "interval", "error", "final error"),
    ("sasla", "interval", "kept_share", "share presented"),
    ("sasla", "input_norm", "error", "final error"),
    ("sasla", "input_norm", "kept_share", "share presented"),
    *(
        (method, "query_size", "area_under_labels", "mean error over labels")
        for method in ("entropy", "ensemble", "random_pool")
    ),
    *(
        (method, "retraining", "area_under_labels", "mean error over labels")
        for method in ("entropy", "ensemble", "random_pool")
    ),
    ("ensemble", "members", "area_under_labels", "mean error over labels"),
)


def sweeps_table(studies: Studies) -> str:
    """Main effects of the settings that the paper leaves open: means over all rows with that level."""
    stored = studies.get("sweeps")
    if stored is None:
        return f"The study `sweeps`: {NOT_MEASURED}."
    rows = []
    for method, setting, column, title in SWEPT:
        for problem in ("iris", "noisy_sine"):
            found = _level_means(stored, problem, method, setting, column)
            said = " · ".join(f"{value_words(setting, level)}: {mean}" for level, mean in found) or NOT_MEASURED
            rows.append([f"{TITLES[method]}, {setting.replace('_', ' ')}", TITLES[problem], title, said])
    return table(["Setting", "Problem", "Measure", "Mean at each level"], rows)
