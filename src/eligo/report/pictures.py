"""The pictures of a report: which there are, and what is said below each."""

from __future__ import annotations

from collections.abc import Sequence

from eligo.statistics import CriticalDifference
from eligo.study.results import Problem, StudyResults

from .analysis import Analysis, ProblemAnalysis
from .digits import fixed
from .figures.canvas import Picture
from .figures.grid import grid_data, grid_figure
from .figures.learning import learning_data, learning_figure
from .figures.network import network_data, network_figure
from .figures.outcomes import outcome_data, outcome_figure
from .figures.overview import overview_figure, overview_panel
from .figures.ranking import ranking_figure
from .figures.spending import PANELS, spending_data, spending_figure
from .summaries import last_rung, rows_of
from .tables import slug
from .vocabulary import PRIMARY, counted, listing, method_title


def overview_picture(analysis: Analysis) -> Picture | None:
    """Error against work on every problem; none where no error is known."""
    panels = [
        overview_panel(own.problem.title, PRIMARY[own.problem.task], own.errors, own.costs) for own in analysis.problems
    ]
    panels = [panel for panel in panels if len(panel.points)]
    if not panels:
        return None
    reference = analysis.problems[0].reference
    return Picture(
        "overview",
        overview_figure(panels, analysis.results.methods, reference),
        "What each method ends at, and what it spent to get there. Down is less error, left is less work; the vertical "
        f"line is the work of {method_title(reference)}. Bars: 95 % bootstrap intervals of the mean over trials. Work "
        "counts every forward and backward pass, those for selection included, so a method that is lower but further "
        "right has paid for what it gained.",
        "Mean final error of each method against its total work, one panel per problem.",
    )


def grid_picture(results: StudyResults, problem: Problem) -> Picture | None:
    """The grid of one problem; none where nothing was tuned."""
    cells = last_rung(rows_of(results.cells, problem))
    if cells.empty:
        return None
    winners = rows_of(results.winners, problem)
    n_lost = int(cells["is_diverged"].sum())
    crosses = f" Crosses: training diverged ({n_lost} of {len(cells)})." if n_lost else ""
    return Picture(
        f"grid-{slug(problem.name)}",
        grid_figure(grid_data(cells, winners.iloc[0] if len(winners) else None)),
        f"{problem.title}: cross-validated error of {counted(len(cells), 'cell')}. Dark is low; the worst tenth of "
        f"cells shares one colour. The framed cell won.{crosses}",
        f"Heat map of cross-validated error over the hyper-parameter grid of {problem.title}.",
    )


def network_picture(results: StudyResults, problem: Problem) -> Picture | None:
    """The network of one problem; none before its hyper-parameters are known."""
    winners = rows_of(results.winners, problem)
    if winners.empty:
        return None
    hidden = int(winners.iloc[0]["hidden"])
    data = network_data(problem.n_features, hidden, problem.n_outputs, problem.class_names)
    return Picture(
        f"network-{slug(problem.name)}",
        network_figure(data),
        f"{problem.title}: {counted(problem.n_features, 'input')}, {counted(hidden, 'hidden unit')}, "
        f"{counted(problem.n_outputs, 'output')}; {fixed(data.n_parameters, 0)} weights and biases.",
        f"Network with {problem.n_features} inputs, {hidden} hidden units and {problem.n_outputs} outputs.",
    )


def outcome_picture(own: ProblemAnalysis, methods: Sequence[str]) -> Picture | None:
    """Final errors and differences; none where every trial diverged."""
    if own.errors["mean"].isna().all():
        return None
    data = outcome_data(own.scores, own.errors, own.comparison, PRIMARY[own.problem.task], methods)
    caption = (
        "Left: dots are trials, larger where several end alike; the coloured tick is the median, the diamond the mean "
        "with its 95 % bootstrap interval."
    )
    if data.differences:
        caption += (
            f" Right: mean difference to {method_title(own.reference)} over the same trials. The thick bar is the 95 % "
            "bootstrap interval, the thin line the interval that allows for the overlap of trials (Nadeau and Bengio); "
            "where the thin line crosses zero the trials do not tell the two apart, and where there is none, since a trial "
            "diverged, it has no answer."
        )
    return Picture(
        f"outcomes-{slug(own.problem.name)}",
        outcome_figure(data),
        caption,
        f"Final {data.title} of every trial of every method on {own.problem.title}.",
    )


def _left_out(own: ProblemAnalysis) -> str:
    lost = [f"{paths.n_left_out} of {method_title(paths.method)}" for paths in own.paths if paths.n_left_out]
    return f" Left out, since they diverged: {listing(lost)}." if lost else ""


def learning_picture(own: ProblemAnalysis, methods: Sequence[str]) -> Picture | None:
    """Learning curves; none without curves."""
    if not own.paths:
        return None
    data = learning_data(own.paths, PRIMARY[own.problem.task], methods)
    return Picture(
        f"learning-{slug(own.problem.name)}",
        learning_figure(data),
        f"{PRIMARY[own.problem.task].title.capitalize()} on the test part: mean over trials, with 95 % bootstrap "
        "bands for each point by itself. "
        "The same runs against what they cost in epochs, in examples presented and in labels. The axis of "
        f"presentations {'and that of errors are' if data.is_log else 'is'} logarithmic.{_left_out(own)}",
        f"Learning curves of every method on {own.problem.title} against {listing(list(data.panels))}.",
    )


def spending_picture(own: ProblemAnalysis, methods: Sequence[str]) -> Picture | None:
    """What was trained on and spent, epoch by epoch; none without curves."""
    if not own.paths:
        return None
    data = spending_data(own.paths, methods)
    logs = [PANELS[column].partition(",")[0] for column, floor in data.floors.items() if floor > 0]
    note = f" Logarithmic, since one method dwarfs the others: {listing(logs)}." if logs else ""
    return Picture(
        f"spending-{slug(own.problem.name)}",
        spending_figure(data),
        "What the methods trained on in each epoch, |D_T| for selective methods and |L| for pool methods, and what that "
        f"came to. Means over trials with 95 % bands.{note}{_left_out(own)}",
        f"Training subset, presentations and work over epochs on {own.problem.title}.",
    )


def ranking_picture(
    name: str, blocks: str, ranking: CriticalDifference | None, methods: Sequence[str]
) -> Picture | None:
    """A critical-difference diagram; none where nothing was tested."""
    if ranking is None:
        return None
    return Picture(
        f"ranking-{name}",
        ranking_figure(ranking, methods),
        f"Mean ranks over {counted(ranking.friedman.n_blocks, blocks)}; 1 is best. A bar joins methods no two of which "
        "differ by Wilcoxon’s test with Holm’s adjustment at 5 %. Nemenyi’s critical difference is drawn to scale for "
        "readers who expect it; the bars do not use it.",
        "Critical-difference diagram: "
        + ", ".join(
            f"{method_title(method)} {fixed(rank, 2)}"
            for method, rank in zip(ranking.names, ranking.mean_ranks, strict=True)
        ),
    )


def problem_pictures(own: ProblemAnalysis, methods: Sequence[str]) -> dict[str, Picture | None]:
    """The pictures of one problem, by the place they have in its section."""
    return {
        "outcomes": outcome_picture(own, methods),
        "spending": spending_picture(own, methods),
        "learning": learning_picture(own, methods),
        "ranking": ranking_picture(slug(own.problem.name), "trial", own.comparison.ranking, methods),
    }
