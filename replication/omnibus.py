"""The published tests over 50 trials of one problem, run again on ours: section 1.5."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from eligo.statistics import friedman, nemenyi_cd, shapiro_wilk, wilcoxon

from .published import METHODS, PAIRS, TITLES
from .rows import Studies
from .text import NONE, NOT_MEASURED, fixed, table

LEVEL = 0.05 / len(PAIRS)
"""Bonferroni over six pairs, as published."""


def scores_of(studies: Studies, study: str, problem: str) -> pd.DataFrame | None:
    """Errors (trials, methods) of the four published methods, lower is better; diverged trials are infinite.

    None where a method has no trials.
    """
    stored = studies.get(study)
    if stored is None or stored.problem(problem) is None:
        return None
    rows = stored.trials[stored.trials["problem"] == problem]
    error = rows["error"].where(~rows["is_diverged"].astype(bool) & np.isfinite(rows["error"]), np.inf)
    wide = rows.assign(error=error).pivot(index="trial", columns="method", values="error")
    names = [stored.row(problem, method) for method in METHODS]
    if any(name is None for name in names):
        return None
    return wide[names].set_axis(list(METHODS), axis=1).dropna()


def cohens_d(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Difference of means over the pooled standard deviation, pairing ignored; positive where second is larger.

    Examples
    --------
    >>> round(cohens_d(np.array([1.0, 2.0, 3.0]), np.array([2.0, 3.0, 4.0])), 3)
    1.0
    """
    pooled = np.sqrt((first.var(ddof=1) + second.var(ddof=1)) / 2)
    return float((second.mean() - first.mean()) / pooled) if pooled else float("nan")


def _second(scores: pd.DataFrame, name: str) -> tuple[float, float]:
    """Statistic and p of the author's second omnibus test, which ignores the pairing."""
    columns = [scores[method].to_numpy() for method in METHODS]
    found = (stats.f_oneway if name == "ANOVA" else stats.kruskal)(*columns)
    return float(found.statistic), float(found.pvalue)


def _not_significant(scores: pd.DataFrame) -> list[str]:
    return [name for name, (a, b) in PAIRS.items() if wilcoxon(scores[a], scores[b]).p_value > LEVEL]


def _numbers(scores: pd.DataFrame, second: str) -> list[str]:
    """The cells of one study."""
    omnibus = friedman(scores.to_numpy())
    finite = scores.loc[np.isfinite(scores.to_numpy()).all(axis=1)]
    effects = " / ".join(fixed(cohens_d(finite[a].to_numpy(), finite[b].to_numpy()), 2) for a, b in PAIRS.values())
    return [
        fixed(omnibus.statistic, 2),
        _p(omnibus.p_value),
        fixed(_second(finite, second)[0], 2),
        " / ".join(fixed(rank, 2) for rank in omnibus.mean_ranks),
        ", ".join(_not_significant(scores)) or "none",
        effects,
    ]


def _p(value: float) -> str:
    return "< .001" if value < 0.001 else fixed(value, 4)


def _published(one: Mapping[str, Any]) -> list[str]:
    return [
        fixed(one["chi2"], 2),
        _p(one["p"]) if isinstance(one.get("p"), float) else one.get("p", NONE),
        f"{fixed(one['second_statistic'], 2)} ({one['second']})",
        " / ".join(fixed(rank, 2) for rank in one["ranks"]),
        ", ".join(one["not_significant"]) or "none",
        " / ".join(fixed(effect, 2) for effect in one["cohens_d"]),
    ]


def statistics_table(published: Mapping[str, Any], studies: Studies) -> str:
    """Friedman, the second omnibus test, mean ranks, pairs without a difference and Cohen's d, by problem."""
    rows = []
    for one in [*published["statistics"], {"problem": "wine", "second": "Kruskal-Wallis"}]:
        problem = one["problem"]
        rows.append([f"{TITLES[problem]}, published", *(_published(one) if "chi2" in one else ["never run"] * 6)])
        for study in ("reference", "paper"):
            scores = scores_of(studies, study, problem)
            cells = [NOT_MEASURED] * 6 if scores is None or len(scores) < 2 else _numbers(scores, one["second"])
            rows.append([f"{TITLES[problem]}, {study}", *cells])
    header = ["Problem", "Friedman χ²", "p", "Second test", "Mean ranks P / S / E / En", "Pairs without a difference"]
    return table([*header, f"Cohen’s d {' / '.join(PAIRS)}"], rows)


def _are_normal(scores: pd.DataFrame) -> bool:
    """Whether Shapiro and Wilk's test lets the trials of every method pass; trials that are all alike are not normal."""
    return all(
        scores[method].nunique() > 1 and shapiro_wilk(scores[method].to_numpy()).p_value > 0.05 for method in METHODS
    )


def _apart(scores: pd.DataFrame) -> list[str]:
    """Pairs on which Nemenyi's and Wilcoxon's tests disagree."""
    ranks = dict(zip(METHODS, friedman(scores.to_numpy()).mean_ranks, strict=True))
    critical, alike = nemenyi_cd(len(METHODS), len(scores)), _not_significant(scores)
    return [name for name, (a, b) in PAIRS.items() if (abs(ranks[a] - ranks[b]) < critical) != (name in alike)]


def _further(scores: pd.DataFrame, one: Mapping[str, Any]) -> list[str]:
    """Cells of one study in the table of what else the tests gave."""
    finite = scores.loc[np.isfinite(scores.to_numpy()).all(axis=1)]
    asked = one.get("wilcoxon_p", {})
    found = [f"{name} {_p(wilcoxon(scores[PAIRS[name][0]], scores[PAIRS[name][1]]).p_value)}" for name in asked]
    return [
        _p(_second(finite, one["second"])[1]),
        "yes" if _are_normal(finite) else "no",
        ", ".join(found) or NONE,
        ", ".join(_apart(scores)) or "none",
    ]


def further_table(published: Mapping[str, Any], studies: Studies) -> str:
    """The second test's p, normality, p of the pairs for which it was printed, and where Nemenyi and Wilcoxon disagree."""
    rows = []
    for one in [*published["statistics"], {"problem": "wine", "second": "Kruskal-Wallis"}]:
        problem, theirs = one["problem"], ["never run"] * 4
        if "chi2" in one:
            theirs = [
                _p(one["second_p"]) if "second_p" in one else "not known",
                "yes" if one["normal"] else "no",
                ", ".join(f"{name} {_p(value)}" for name, value in one.get("wilcoxon_p", {}).items()) or NONE,
                ", ".join(one.get("nemenyi_apart", [])) or "none",
            ]
        rows.append([f"{TITLES[problem]}, published", *theirs])
        for study in ("reference", "paper"):
            scores = scores_of(studies, study, problem)
            cells = [NOT_MEASURED] * 4 if scores is None or len(scores) < 3 else _further(scores, one)
            rows.append([f"{TITLES[problem]}, {study}", *cells])
    header = ["Problem", "p of the second test", "All four normal", "Wilcoxon’s p where printed"]
    return table([*header, "Nemenyi and Wilcoxon disagree on"], rows)


def cd_sentence(published: Mapping[str, Any]) -> str:
    """Nemenyi's critical difference, published and computed."""
    theirs, trials = published["author"]["nemenyi_cd"], published["author"]["trials"]
    computed = nemenyi_cd(len(METHODS), trials)
    return (
        f"Nemenyi’s critical difference, {trials} blocks of 4 methods: published {theirs:.3f}, computed {computed:.3f}."
    )
