"""Independent work beside ours: 30 seeds, the sweep of beta, and the area under the curve against labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from .agreement import agreement
from .comparing import KEPT_SHARE, compare
from .published import TITLES
from .rows import Studies
from .stored import Stored
from .text import NONE, NOT_MEASURED, fixed, interval, mean_of, mean_sd, pair, signed, table, yes

STUDIES = {
    "iris": "independent",
    "breast_cancer": "independent",
    "diabetes": "independent",
    "digits": "independent_digits",
}
BETAS = ("0.1", "0.3", "0.5", "0.7", "0.9")
N_SEEDS = 30
CODED_RANGE = 0.8
"""Width of [0.1, 0.9], the range of the scaled targets."""


def coded_mse(stored: Stored, problem: str, row: str) -> pd.Series:
    """Test MSE in the unit of the published ones: of targets in [0.1, 0.9], mean over outputs.

    Classification errors are coded, and summed over outputs. Those of function approximation are raw, and are scaled by the
    range of all rows, where the original has that of each trial's training rows.
    """
    facts = stored.problem(problem)
    if facts is None:
        return pd.Series(dtype=float)
    if facts["task"] == "classification":
        return stored.values(problem, row, "test_error") / facts["n_outputs"]
    low, high = facts["target_range"]
    return stored.values(problem, row, "mse") * (CODED_RANGE / (high - low)) ** 2


def _row(studies: Studies, problem: str, method: str, beta: str = "") -> tuple[Stored, str] | None:
    stored = studies.get(STUDIES[problem])
    settings = {"beta": beta} if method == "sasla" else {}
    row = stored.row(problem, method, **settings) if stored else None
    return (stored, row) if stored and row else None


NO_COUNTERPART = "no counterpart"


def _seeds_row(studies: Studies, one: Mapping[str, Any], method: str) -> list[str]:
    """A method of one problem: published and ours, in turn."""
    problem, beta = one["problem"], f"{one['beta']:g}"
    title = one.get("title") or TITLES[problem]
    name = f"{title}, {TITLES.get(method, method)}" + (f", β = {beta}" if method == "sasla" else "")
    decimals = 2 if one["score"] == "rmse" else 4
    theirs = one["mse"][method]
    presented = fixed(100.0 if method == "passive" else 100 * one["presentations"][method], 1)
    mse = agrees = score = share = NOT_MEASURED
    if method == "uncertainty" or problem not in STUDIES:
        mse = agrees = score = share = NO_COUNTERPART
    elif found := _row(studies, problem, method, beta):
        stored, row = found
        errors = coded_mse(stored, problem, row)
        near = agreement(theirs, errors, N_SEEDS)
        mse, agrees = mean_sd(errors, 5), f"{signed(near.difference, 5)} ({yes(near.is_within)})" if near else NONE
        score = mean_sd(stored.values(problem, row, one["score"]), decimals)
        share = mean_of(100 * stored.values(problem, row, "kept_share"), 1)
    return [name, pair(theirs, 5), mse, agrees, fixed(one["scores"][method], decimals), score, presented, share]


def seeds_table(published: Mapping[str, Any], studies: Studies) -> str:
    """The 30-seed figures: MSE, score, and presentations as a share of passive learning's."""
    methods = ("passive", "sasla", "uncertainty")
    rows = [_seeds_row(studies, one, method) for one in published["seeds_30"] for method in methods]
    header = ["Problem, method", "MSE, published", "ours", "Difference (within)", "F1 or RMSE, published", "ours"]
    return table([*header, "Presentations %, published", "ours"], rows)


def friedman_sentence(published: Mapping[str, Any]) -> str:
    """The published test over six problems, which has no counterpart."""
    one = published["seeds_30_friedman"]
    return (
        f"Friedman's test over its six problems and three methods: p = {one['quality']:g} for quality and {one['cost']:g} "
        f"for cost, nothing significant; {NO_COUNTERPART}, since two of the problems and one of the methods have none."
    )


def phi_share(stored: Stored, problem: str, row: str) -> pd.Series:
    """Share of the training part left out by a selection before the last epoch: what that epoch did not present."""
    facts = stored.problem(problem)
    if facts is None:
        return pd.Series(dtype=float)
    epochs = stored.values(problem, row, "epochs")
    return epochs - stored.values(problem, row, "presentations") / facts["n_train"]


PHI_STUDIES = {problem: study.replace("independent", "independent_phi") for problem, study in STUDIES.items()}


def phi_table(published: Mapping[str, Any], studies: Studies) -> str:
    """Examples with less than a tenth of the mean informativeness in converged passive networks."""
    rows = []
    for one in published["phi_share"]:
        problem = one["problem"]
        own = NO_COUNTERPART
        if problem in PHI_STUDIES:
            stored = studies.get(PHI_STUDIES[problem])
            row = stored.row(problem, "sasla") if stored else None
            own = mean_sd(100 * phi_share(stored, problem, row), 2) if stored and row else NOT_MEASURED
        rows.append([one.get("title") or TITLES[problem], pair([100 * part for part in one["share"]], 2), own])
    return table(["Problem", "Published, %", "Ours, %"], rows)


def decay_table(published: Mapping[str, Any], studies: Studies) -> str:
    """What SASLA keeps at beta 0.9 with weight decay and without."""
    rows = []
    for one in published["decay_effect"]:
        problem = one["problem"]
        found = {"with": _row(studies, problem, "sasla", "0.9"), "without": None}
        without = studies.get("independent_decay")
        if without and (row := without.row(problem, "sasla")):
            found["without"] = (without, row)
        own = {
            key: mean_sd(100 * place[0].values(problem, place[1], "kept_share"), 1) if place else NOT_MEASURED
            for key, place in found.items()
        }
        theirs = {key: fixed(100 * one["kept"][key], 1) for key in found}
        title = one.get("title") or TITLES[problem]
        rows.append([title, theirs["with"], own["with"], theirs["without"], own["without"], _less(found, problem)])
    header = ["Problem", "Kept with decay %, published", "ours", "without, published", "ours"]
    return table([*header, "Ours, without − with"], rows)


def _less(found: Mapping[str, tuple[Stored, str] | None], problem: str) -> str:
    """The paired difference of the kept shares, with its cautious interval."""
    first, second = found["without"], found["with"]
    if not first or not second:
        return NOT_MEASURED
    made = compare(first[0], problem, first[1], second[1], column=KEPT_SHARE, other=second[0])
    if made is None:
        return NOT_MEASURED
    return f"{signed(made.effect, 1)} points {interval(made.cautious_low, made.cautious_high, 1)}"


def beta_table(published: Mapping[str, Any], studies: Studies) -> str:
    """Share of the candidates kept and score at each beta."""
    rows = []
    for one in published["beta_sweep"]:
        problem = one["problem"]
        decimals = 4 if one["score"] == "mse" else 3
        for beta in BETAS:
            found = _row(studies, problem, "sasla", beta)
            kept = score = NOT_MEASURED
            if found:
                stored, row = found
                values = (
                    coded_mse(stored, problem, row)
                    if one["score"] == "mse"
                    else stored.values(problem, row, "accuracy")
                )
                kept = mean_sd(stored.values(problem, row, "kept_share"), 3)
                score = mean_sd(values, decimals)
            title = f"{one.get('title', TITLES[problem])}, β = {beta}"
            measure = "MSE" if one["score"] == "mse" else "accuracy"
            theirs = [fixed(one["kept"][beta], 3), f"{fixed(one['scores'][beta], decimals)} {measure}"]
            rows.append([title, theirs[0], kept, theirs[1], score])
    return table(["Problem", "Kept, published", "Kept, ours", "Score, published", "Score, ours"], rows)


def _kept(studies: Studies, problem: str) -> list[float]:
    found = [_row(studies, problem, "sasla", beta) for beta in BETAS]
    return [float(one[0].values(problem, one[1], "kept_share").mean()) if one else float("nan") for one in found]


def shape_sentences(published: Mapping[str, Any], studies: Studies) -> str:
    """Whether the shape of the published sweep is ours too: does what is kept rise with beta, and the collapse."""
    lines = []
    for one in published["beta_sweep"]:
        ours, theirs = _kept(studies, one["problem"]), [one["kept"][beta] for beta in BETAS]
        if np.isnan(ours).any():
            lines.append(f"- {TITLES[one['problem']]}: {NOT_MEASURED}.")
            continue
        rises = (
            "rises" if all(b >= a - 0.005 for a, b in zip(ours, ours[1:], strict=False)) else "does not rise throughout"
        )
        away = float(np.abs(np.array(ours) - theirs).max())
        lines.append(
            f"- {TITLES[one['problem']]}: what our SASLA keeps {rises} with β; it is at most {fixed(away, 2)} away from "
            "what the other implementation keeps."
        )
    return "\n".join([*lines, _collapse(studies)])


def _collapse(studies: Studies) -> str:
    accuracy = {}
    for beta in ("0.3", "0.9"):
        found = _row(studies, "iris", "sasla", beta)
        values = found[0].values("iris", found[1], "accuracy") if found else ()
        if not len(values):
            return f"- The collapse on iris at β of 0.3 and below: {NOT_MEASURED}."
        accuracy[beta] = float(np.mean(values))
    is_lost = accuracy["0.9"] - accuracy["0.3"] >= 0.15
    said = "collapses here too" if is_lost else "does not collapse here"
    return (
        f"- On iris the other implementation loses a third of its accuracy at β = 0.3. Ours {said}: "
        f"{fixed(accuracy['0.3'], 3)} against {fixed(accuracy['0.9'], 3)} at β = 0.9 (a collapse loses at least 0.15)."
    )


def aubc_factor(facts: Mapping[str, Any], first: int = 20) -> float:
    """The benchmark divides the trapezoids by the number of labels plus one; a mean over the curve, by their number.

    Examples
    --------
    >>> round(aubc_factor({"n_train": 341}), 5)
    0.99689
    """
    n_labels = facts["n_train"] - first
    return float(n_labels / (n_labels + 1))


def aubc_table(published: Mapping[str, Any], studies: Studies) -> str:
    """Area under the curve of accuracy against labels, published for an SVM and ours for a network."""
    one, stored = published["aubc"], studies.get("breast_cancer_labels")
    rows = [[f"{one['model']}, uniform", pair(one["uniform"], 4), "–"]]
    rows += [[f"{one['model']}, {name}", pair(values, 4), "–"] for name, values in one["queried"].items()]
    facts = stored.problem("breast_cancer") if stored else None
    for method in ("random_pool", "entropy", "ensemble"):
        row = stored.row("breast_cancer", method) if stored else None
        area = NOT_MEASURED
        if stored and facts and row:
            area = mean_sd(aubc_factor(facts) * (1 - stored.values("breast_cancer", row, "area_under_labels")), 4)
        rows.append([f"network, {TITLES[method]}", "–", area])
    return table(["Model, query", "Published", "Ours"], rows)


def aubc_sentence(published: Mapping[str, Any], studies: Studies) -> str:
    """Gain over random querying, published and ours."""
    one, stored = published["aubc"], studies.get("breast_cancer_labels")
    theirs = one["queried"]["US-C (margin)"][0] - one["uniform"][0]
    said = [f"Published gain of margin sampling over uniform: {signed(theirs, 4)}."]
    for method in ("entropy", "ensemble"):
        found = None
        if stored:
            rows = stored.row("breast_cancer", method), stored.row("breast_cancer", "random_pool")
            found = compare(stored, "breast_cancer", *rows, column="area_under_labels")
        facts = stored.problem("breast_cancer") if stored else None
        if found is None or facts is None:
            said.append(f"Our gain of {TITLES[method]} over random querying: {NOT_MEASURED}.")
            continue
        scale = -aubc_factor(facts) / 100
        ends = [interval(scale * high, scale * low, 4) for low, high in _intervals(found)]
        said.append(
            f"Our gain of {TITLES[method]} over random querying: {signed(scale * found.effect, 4)}, bootstrap interval "
            f"{ends[0]}, cautious interval {ends[1]}, {found.n_pairs} pairs of trials."
        )
    return " ".join(said)


def _intervals(found: Any) -> tuple[tuple[float, float], tuple[float, float]]:
    return (found.low, found.high), (found.cautious_low, found.cautious_high)
