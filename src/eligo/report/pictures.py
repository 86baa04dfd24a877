"""The pictures of a report: which there are, and what is said below each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eligo.statistics import CriticalDifference
from eligo.study.results import Problem, StudyResults

from .analysis import Analysis, ProblemAnalysis
from .digits import fixed
from .figures.canvas import MAX_BANDS, Picture
from .figures.columns import MAX_COLUMNS, column_figure, column_panels
from .figures.confusion import confusion_figure
from .figures.distributions import DistributionData, distribution_figure
from .figures.generalisation import generalisation_data, generalisation_figure, loss_data, loss_figure
from .figures.grid import grid_data, grid_figure
from .figures.learning import LearningData, learning_data, learning_figure
from .figures.network import network_data, network_figure
from .figures.outcomes import outcome_data, outcome_figure
from .figures.overview import overview_figure, overview_panel
from .figures.ranking import ranking_figure
from .figures.spending import PANELS, spending_data, spending_figure
from .figures.sweep import sweep_data, sweep_figure
from .study_tables import sweep_name, sweep_title
from .summaries import last_rung, rows_of
from .sweeps import Sweep
from .tables import slug
from .vocabulary import TRAIN_ERROR, counted, listing, method_title, on_scale, primary_of, said, second_of, with_unit


def overview_picture(analysis: Analysis) -> Picture | None:
    """Error against work on every problem; none where no error is known."""
    panels = [
        overview_panel(own.problem.title, primary_of(own.problem), own.errors, own.costs) for own in analysis.problems
    ]
    panels = [panel for panel in panels if len(panel.points)]
    if not panels:
        return None
    reference = analysis.problems[0].reference
    return Picture(
        "overview",
        overview_figure(panels, analysis.results.methods, reference),
        "What each method ends at, and what it spent to get there. Down is less error, left is less work; the vertical "
        f"line is the work of {said(reference)}. Bars: 95 % bootstrap intervals of the mean over trials. Work "
        "counts every forward and backward pass, those for selection included, so a method that is lower but further "
        "right has paid for what it gained.",
        "Mean final error of each method against its total work, one panel per problem.",
    )


def _drawn_together(problem: Problem) -> str:
    """What is said of the columns where there are too many for a panel each."""
    known = [column for column in problem.columns if column.counts]
    if len(known) <= MAX_COLUMNS:
        return ""
    numbers = [column for column in known if column.ends]
    constant, categories = sum(len(column.counts) == 1 for column in numbers), len(known) - len(numbers)
    say = " So many columns of numbers are drawn together, each over its own range." if numbers else ""
    if constant:
        say += f" Left out: {counted(constant, 'column')} with a single value."
    if categories > MAX_COLUMNS:
        say += f" Of {categories} columns of categories the first {MAX_COLUMNS} are drawn."
    return say


def column_picture(problem: Problem) -> Picture | None:
    """Histograms of the columns and of the target; none where they were not counted."""
    panels = column_panels(problem)
    if not panels:
        return None
    return Picture(
        f"data-{slug(problem.name)}",
        column_figure(panels),
        f"{problem.title}: how the values of each column are distributed, and those of the target (dark). All "
        f"{fixed(problem.n_examples, 0)} examples, before any preparation. Each panel has its own height; below a range "
        f"stand its ends.{_drawn_together(problem)}",
        f"Histograms of the columns of {problem.title}, and of {problem.target_name}.",
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
    """The network of one problem; none before its hyper-parameters are known, or where it is not the paper's Fig. 1."""
    winners = rows_of(results.winners, problem)
    layers = results.settings.get("layers", {})
    is_the_paper_s = len(layers.get("shares", [1])) == 1 and layers.get("activation", "sigmoid") == "sigmoid"
    if winners.empty or not is_the_paper_s:
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
    data = outcome_data(own.scores, own.errors, own.comparison, primary_of(own.problem), methods)
    caption = (
        "Left: dots are trials, larger where several end alike; the coloured tick is the median, the diamond the mean "
        "with its 95 % bootstrap interval."
    )
    if data.differences:
        caption += (
            f" Right: mean difference to {said(own.reference)} over the same trials. The thick bar is the 95 % "
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
    lost = [f"{len(paths.left_out)} of {said(paths.method)}" for paths in own.paths if len(paths.left_out)]
    return f" Left out, since they diverged: {listing(lost)}." if lost else ""


def _banded(own: ProblemAnalysis, words: str) -> str:
    """What is said of bands, where there are few enough methods to draw them."""
    return words if len(own.paths) <= MAX_BANDS else ""


def learning_picture(own: ProblemAnalysis, methods: Sequence[str]) -> Picture | None:
    """Learning curves; none without curves."""
    if not own.paths:
        return None
    data = learning_data(own.paths, primary_of(own.problem), methods)
    return Picture(
        f"learning-{slug(own.problem.name)}",
        learning_figure(data),
        f"{primary_of(own.problem).title.capitalize()} on the test part: mean over trials"
        f"{_banded(own, ', with 95 % bootstrap bands for each point by itself')}. "
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
        f"came to. Means over trials{_banded(own, ' with 95 % bands')}.{note}{_left_out(own)}",
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


def confusion_picture(own: ProblemAnalysis, methods: Sequence[str]) -> Picture | None:
    """Confusion matrices; none where nothing was classified."""
    if not own.confusions:
        return None
    return Picture(
        f"confusion-{slug(own.problem.name)}",
        confusion_figure(own.confusions, own.problem.class_names, methods),
        "Which classes are taken for which: of the test examples of each actual class (rows), the per cent that were put "
        "into each class (columns), mean over trials. The deeper the colour, the larger the share, on a scale that shows "
        "rare mistakes too; below half a per cent no number is printed.",
        f"Confusion matrix of every method on {own.problem.title}.",
    )


def _traced(data: LearningData) -> str:
    n_shown = max((len(own.values) for own in data.traces), default=0)
    return f" Faint against labels: the first {n_shown} trials of each method." if n_shown > 1 else ""


def second_picture(own: ProblemAnalysis, methods: Sequence[str]) -> Picture | None:
    """Curves of macro F1 or R²; none without curves."""
    if not own.paths:
        return None
    measure = second_of(own.problem)
    data = learning_data(own.paths, measure, methods, "second")
    return Picture(
        f"score-{slug(own.problem.name)}",
        learning_figure(data),
        f"{measure.title[0].upper()}{measure.title[1:]} on the test part: mean over trials"
        f"{_banded(own, ', with 95 % bootstrap bands for each point by itself')}; higher is better. The lowest parts of the "
        f"curves may lie below the figure.{_traced(data)}{_left_out(own)}",
        f"Curves of {measure.title} of every method on {own.problem.title}.",
    )


def loss_picture(own: ProblemAnalysis, methods: Sequence[str]) -> Picture | None:
    """Squared error on training and test examples over epochs; none without curves."""
    if not own.paths:
        return None
    measure = on_scale(TRAIN_ERROR, own.problem)
    data = loss_data(own.paths, methods, measure.scale)
    return Picture(
        f"loss-{slug(own.problem.name)}",
        loss_figure(data, with_unit(measure).replace(", training", "")),
        "Squared error (the data term of Eq. 10) while training goes on: on the test part in colour, on the labelled "
        f"training examples in grey. Means over trials with 95 % bands; one axis for all methods.{_left_out(own)}",
        f"Training and test error of every method on {own.problem.title} over epochs.",
    )


def generalisation_picture(own: ProblemAnalysis, methods: Sequence[str]) -> Picture | None:
    """Generalisation factor against presentations; none where it is not known."""
    curves = generalisation_data(own.paths)
    if not curves:
        return None
    return Picture(
        f"generalisation-{slug(own.problem.name)}",
        generalisation_figure(curves, methods),
        "Generalisation factor E_G / E_T, test error over the error on the labelled training examples, against what was "
        f"presented: median over trials{_banded(own, ', with quartiles')}. Below 1 the test part is the easier one. A pool "
        f"method that has bought few labels fits them soon; its factor is high for that reason alone.{_left_out(own)}",
        f"Generalisation factor of every method on {own.problem.title} against presentations.",
    )


def distribution_picture(own: ProblemAnalysis, results: StudyResults) -> Picture | None:
    """What trials came to, besides the error; none where every trial diverged."""
    shown = own.scores.methods
    trials, criteria = rows_of(results.trials, own.problem), rows_of(results.criteria, own.problem)
    trials = trials[~trials["is_diverged"].astype(bool)]
    measure = on_scale(TRAIN_ERROR, own.problem)
    seconds = trials[["seconds_training", "seconds_selection", "seconds_evaluation"]].sum(axis=1)
    columns = {
        with_unit(measure): (trials["method"], measure.scale * trials["train_error"]),
        "generalisation factor": (trials["method"], trials["generalisation_factor"]),
        "epochs to the target": (criteria["method"], criteria["epochs_to_target"]),
        "seconds": (trials["method"], seconds),
    }
    known = {title: (of[np.isfinite(values)], values[np.isfinite(values)]) for title, (of, values) in columns.items()}
    panels = {
        title: [values[of == name].to_numpy(dtype=float) for name in shown] for title, (of, values) in known.items()
    }
    if not any(values.size for panel in panels.values() for values in panel):
        return None
    return Picture(
        f"distributions-{slug(own.problem.name)}",
        distribution_figure(DistributionData(shown, panels, results.methods)),
        "How much trials differ, besides their error: a dot per trial, larger where several are alike; the coloured tick is "
        "the median, the line below spans the quartiles. Trials that never reached the target have no dot there; diverged "
        "trials have none at all. Seconds are a trial’s share of the program that trains many.",
        f"Training error, generalisation factor, epochs to the target and seconds of every trial on {own.problem.title}.",
    )


def sweep_picture(analysis: Analysis, sweep: Sweep) -> Picture:
    """Error and cost while one setting is varied."""
    titles = {problem.name: problem.title for problem in analysis.results.problems}
    reference = analysis.problems[0].reference
    return Picture(
        sweep_name(sweep),
        sweep_figure(sweep_data(sweep, titles), method_title(reference)),
        f"{sweep_title(sweep)} while one setting is varied: mean error over trials with its 95 % bootstrap interval, "
        f"presentations and work, each relative to {said(reference)}’s mean on the same problem. Work includes selection.",
        f"Error, presentations and work of {method_title(sweep.base)} on every problem by {sweep.setting}.",
    )
