"""Everything that a report knows, computed once: one record per problem, one for all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from eligo.statistics import CriticalDifference
from eligo.study.results import Problem, StudyResults

from .comparisons import Comparison, compare, compare_areas, compare_problems
from .curves import Paths, areas_under_labels, errors_on_the_way, labels_to_reach, paths_of
from .findings import Across, Finding, Spending, across_problems, finding_of, spendings
from .protocol import Protocol, protocol_of
from .summaries import (
    Scores,
    cost_summary,
    error_summary,
    mean_rank_table,
    metric_summary,
    missing_runs,
    reference_of,
    rows_of,
    scores_of,
    typed,
)

BUDGET_SHARES = (0.1, 0.25, 0.5, 1.0)  # of the reference's presentations: where errors are read off on the way


@dataclass(frozen=True, eq=False)
class ProblemAnalysis:
    """One problem, with at least one finished trial.

    Attributes
    ----------
    problem : Problem
    reference : str, the method that the others are held against
    scores : Scores
    errors, metrics, costs : frames (methods); see `summaries`
    paths : list of Paths, one per method with curves
    comparison : Comparison
    areas : frame (pool methods); empty where none buys labels
    budgets : frame (methods, presentations), mean error on the way; empty without curves
    finding : Finding
    spendings : list of Spending, one per method besides the reference
    """

    problem: Problem
    reference: str
    scores: Scores
    errors: pd.DataFrame
    metrics: pd.DataFrame
    costs: pd.DataFrame
    paths: list[Paths]
    comparison: Comparison
    areas: pd.DataFrame
    budgets: pd.DataFrame
    finding: Finding
    spendings: list[Spending]


@dataclass(frozen=True, eq=False)
class Analysis:
    """The whole study: its problems in order, and what holds for all of them.

    Attributes
    ----------
    results : StudyResults
    problems : tuple of ProblemAnalysis, those with a finished trial
    unstarted : tuple of Problem, those without
    ranks : frame (problems, methods), mean ranks
    ranking : CriticalDifference over problems, or None with too few of them
    across : Across
    protocol : Protocol
    missing : frame, see `missing_runs`
    """

    results: StudyResults
    problems: tuple[ProblemAnalysis, ...]
    unstarted: tuple[Problem, ...]
    ranks: pd.DataFrame
    ranking: CriticalDifference | None
    across: Across
    protocol: Protocol
    missing: pd.DataFrame


def _areas(paths: list[Paths], problem: Problem, reference_error: float) -> pd.DataFrame:
    per_trial = areas_under_labels(paths)
    if per_trial.empty:
        return pd.DataFrame()
    areas = compare_areas(per_trial, problem)
    reach = {own.method: labels_to_reach(own, reference_error) for own in paths if own.is_pool}
    return areas.assign(labels_to_reach=areas.index.map(reach))


def _budgets(paths: list[Paths], costs: pd.DataFrame, reference: str) -> pd.DataFrame:
    total = float(costs["presentations"][reference])
    if not paths or not total > 0:
        return pd.DataFrame()
    return errors_on_the_way(paths, np.array([share * total for share in BUDGET_SHARES]))


def analyse_problem(results: StudyResults, problem: Problem, scores: Scores) -> ProblemAnalysis:
    """All numbers of one problem."""
    reference = reference_of(scores.methods)
    errors = error_summary(scores)
    costs = cost_summary(results, problem, scores.methods)
    paths = paths_of(results, problem)
    comparison = compare(scores, problem)
    areas = _areas(paths, problem, float(errors["mean"][reference]))
    return ProblemAnalysis(
        problem=problem,
        reference=reference,
        scores=scores,
        errors=errors,
        metrics=metric_summary(results, problem, scores.methods),
        costs=costs,
        paths=paths,
        comparison=comparison,
        areas=areas,
        budgets=_budgets(paths, costs, reference),
        finding=finding_of(problem, scores, errors, comparison, areas, paths, len(rows_of(results.cells, problem))),
        spendings=spendings(costs, reference),
    )


def analyse(results: StudyResults) -> Analysis:
    """All numbers of a study."""
    results = typed(results)
    scores = {problem.name: scores_of(results, problem) for problem in results.problems}
    begun = [problem for problem in results.problems if scores[problem.name].methods]
    problems = tuple(analyse_problem(results, problem, scores[problem.name]) for problem in begun)
    ranks = mean_rank_table({problem.name: scores[problem.name] for problem in begun})
    ranking = compare_problems(ranks)
    return Analysis(
        results=results,
        problems=problems,
        unstarted=tuple(problem for problem in results.problems if problem not in begun),
        ranks=ranks,
        ranking=ranking,
        across=across_problems(ranks, ranking, results.methods),
        protocol=protocol_of(results, {own.problem.name: own.paths for own in problems}),
        missing=missing_runs(results),
    )
