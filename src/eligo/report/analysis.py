"""Everything that a report knows, computed once: one record per problem, one for all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from eligo.statistics import CriticalDifference
from eligo.study.results import Problem, StudyResults, base_method

from .beliefs import beliefs_across, spread_of, with_beliefs
from .choices import methods_with
from .comparisons import Comparison, compare, compare_problems
from .criteria import Criteria, criteria_of, level_of, payback_of, spacing_of
from .curves import Paths, errors_on_the_way, paths_of
from .factors import reference_of
from .findings import Across, Finding, Spending, across_problems, finding_of, spendings
from .progress import Payback, Progress, paybacks, progress_of
from .protocol import Protocol, plan_of, protocol_of, setting_of
from .summaries import (
    Confusion,
    Scores,
    confusions_of,
    cost_summary,
    error_summary,
    generalisation_summary,
    mean_rank_table,
    metric_summary,
    missing_runs,
    rows_of,
    scores_of,
    typed,
)
from .sweeps import Sweep, sweeps_of

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
    generalisation : frame (methods), see `generalisation_summary`
    confusions : list of Confusion, empty for regression
    criteria : Criteria, what is read off the learning curves
    budgets : frame (methods, presentations), mean error on the way; empty without curves
    spread : float, see `spread_of`
    finding : Finding
    progress : Progress
    spendings : list of Spending, one per method besides the reference
    payback : frame (methods), see `payback_of`; and paybacks, the same for prose
    """

    problem: Problem
    reference: str
    scores: Scores
    errors: pd.DataFrame
    metrics: pd.DataFrame
    costs: pd.DataFrame
    paths: list[Paths]
    comparison: Comparison
    generalisation: pd.DataFrame
    confusions: list[Confusion]
    criteria: Criteria
    budgets: pd.DataFrame
    spread: float
    finding: Finding
    progress: Progress
    spendings: list[Spending]
    payback: pd.DataFrame
    paybacks: list[Payback]


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
    beliefs : frame (pairs of methods), see `beliefs_across`
    across : Across
    sweeps : tuple of Sweep, settings that were varied over three values or more
    protocol : Protocol
    missing : frame, see `missing_runs`
    """

    results: StudyResults
    problems: tuple[ProblemAnalysis, ...]
    unstarted: tuple[Problem, ...]
    ranks: pd.DataFrame
    ranking: CriticalDifference | None
    beliefs: pd.DataFrame
    across: Across
    sweeps: tuple[Sweep, ...]
    protocol: Protocol
    missing: pd.DataFrame


def _budgets(paths: list[Paths], costs: pd.DataFrame, reference: str) -> pd.DataFrame:
    total = float(costs["presentations"][reference])
    if not paths or not total > 0:
        return pd.DataFrame()
    return errors_on_the_way(paths, np.array([share * total for share in BUDGET_SHARES]))


def _intervals(results: StudyResults, problem: Problem, methods: list[str]) -> dict[str, float]:
    """Epochs between selections, for the rows that have such."""
    default = setting_of(results, problem.name, "interval")
    own = {
        name: level_of(name, "interval", default) for name in methods if base_method(name) in methods_with("interval")
    }
    return {name: float(value) for name, value in own.items() if value is not None}


def _spacings(results: StudyResults, problem: Problem, intervals: Mapping[str, float]) -> dict[str, float]:
    """Epochs of training per selection made, for the same rows."""
    epochs = rows_of(results.trials, problem).groupby("method")["epochs"].max()
    shared = setting_of(results, problem.name, "first_selection")
    return {
        name: spacing_of(float(epochs[name]), interval, level_of(name, "first_selection", shared))
        for name, interval in intervals.items()
    }


def analyse_problem(results: StudyResults, problem: Problem, scores: Scores) -> ProblemAnalysis:
    """All numbers of one problem."""
    methods = scores.methods
    reference, spread = reference_of(methods), spread_of(results, problem)
    errors, costs = error_summary(scores), cost_summary(results, problem, methods)
    paths, compared = paths_of(results, problem), compare(scores, problem)
    if len(compared.pairs):
        compared = replace(compared, pairs=with_beliefs(compared.pairs, scores, problem, spread))
    criteria = criteria_of(results, problem, scores, reference)
    intervals = _intervals(results, problem, methods)
    payback = payback_of(costs, reference, _spacings(results, problem, intervals))
    target = plan_of(results, problem.name).get("target_error")
    n_cells = len(rows_of(results.cells, problem))
    return ProblemAnalysis(
        problem=problem,
        reference=reference,
        scores=scores,
        errors=errors,
        metrics=metric_summary(results, problem, methods),
        costs=costs,
        paths=paths,
        comparison=compared,
        generalisation=generalisation_summary(results, problem, methods),
        confusions=confusions_of(results, problem, methods),
        criteria=criteria,
        budgets=_budgets(paths, costs, reference),
        spread=spread,
        finding=finding_of(problem, scores, errors, compared, criteria.label_areas, paths, n_cells),
        progress=progress_of(problem, criteria, compared.pairs, spread, target, reference),
        spendings=spendings(costs, reference),
        payback=payback,
        paybacks=paybacks(payback, reference, intervals),
    )


def analyse(results: StudyResults) -> Analysis:
    """All numbers of a study."""
    results = typed(results)
    scores = {problem.name: scores_of(results, problem) for problem in results.problems}
    begun = [problem for problem in results.problems if scores[problem.name].methods]
    problems = tuple(analyse_problem(results, problem, scores[problem.name]) for problem in begun)
    ranks = mean_rank_table({problem.name: scores[problem.name] for problem in begun})
    ranking = compare_problems(ranks)
    beliefs = beliefs_across(
        {own.problem.name: own.scores for own in problems}, {own.problem.name: own.spread for own in problems}
    )
    return Analysis(
        results=results,
        problems=problems,
        unstarted=tuple(problem for problem in results.problems if problem not in begun),
        ranks=ranks,
        ranking=ranking,
        beliefs=beliefs,
        across=across_problems(ranks, ranking, beliefs, results.methods),
        sweeps=sweeps_of(
            {own.problem.name: (own.errors, own.costs, own.reference) for own in problems}, results.methods
        ),
        protocol=protocol_of(results, {own.problem.name: own.paths for own in problems}),
        missing=missing_runs(results),
    )
