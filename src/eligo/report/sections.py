"""The section of one problem: what a reader wants first, and everything else in parts that open."""

from __future__ import annotations

from typing import Any

from eligo.study.results import Problem, StudyResults

from .analysis import BUDGET_SHARES, ProblemAnalysis
from .criteria import lacks_ratio
from .digits import fixed
from .factors import CONTROL
from .pictures import (
    confusion_picture,
    distribution_picture,
    generalisation_picture,
    learning_picture,
    loss_picture,
    outcome_picture,
    ranking_picture,
    second_picture,
    spending_picture,
)
from .problem_tables import (
    area_table,
    belief_table,
    budget_table,
    confusion_frame,
    convergence_table,
    cost_table,
    efficiency_table,
    error_table,
    measure_table,
    pair_table,
    payback_table,
    reduction_table,
)
from .prose import COSTS, DIFFERENCES, LABELS, LIMITS, TESTS
from .prose_progress import BELIEFS, LABELS_TO_TARGET, PAYBACK, TARGET
from .protocol import split_in_words
from .sentences import say
from .shelf import Shelf
from .study_tables import target_in_words
from .tables import Table, slug
from .vocabulary import counted, method_title, primary_of, said

MAX_SENTENCES = 6  # of the same form, before a table says it better

COST_CAPTION = (
    "What a trial cost. Mean over trials, and below it how many times what {reference} spent. “In last epoch” is the "
    "number of examples trained on at the end. Of methods that choose what to train on between epochs, “s training” and “s "
    "selection” are no two measurements: their sum is measured, and divided in the proportion of what an epoch on all "
    "examples and a selection take alone."
)
ERROR_CAPTION = (
    "How the {measure} of trials is distributed at the end of training. A diverged trial counts as infinite in medians, "
    "quartiles and the largest value; means, their sd and interval are of the other trials, and the share that diverged "
    "stands beside them. Missing: trials that another method has run. Bold: the lowest mean, of methods of which no trial "
    "diverged or is missing; where every method had one that diverged, the lowest median."
)
MEASURE_CAPTION = (
    "Every other measure at the end of training. On the test part where nothing else is said. Squared errors (Eq. 10) are "
    "summed over outputs; those on training examples are of the labelled ones. The generalisation factor E_G / E_T is test "
    "error over training error: below 1 the network errs less on the test part than on what it was trained on. The file has "
    "the 95 % interval, the median, the quartiles and the ends of each."
)
CONVERGENCE_CAPTION = (
    "How soon the target was reached. Share with Wilson’s 95 % interval; medians over all trials, below them the "
    "quartiles; a dash: half of the trials or more never reached it. The end is near from the first record on from which "
    "the error stays within 5 % of the way from its first to its last value."
)
AREA_CAPTION = (
    "Area under each trial’s curve of error against {axis}. Divided by the range that all {whose} share, so that it is the "
    "mean error {when}; lower is better. Bold: the lowest mean, of methods of which no trial diverged or is missing; where "
    "every method had one that diverged, that of the lowest median."
)
EFFICIENCY_CAPTION = (
    "What choosing labels was worth, as ratios to random pool in the same trials. Below 1 is better; bold: the interval "
    "does, too. Labels to the target: of the trials in which both reached it, so that trials that failed are not in it. "
    "Deficiency: how far the error stood, on the way, above what random pool ends at. Bootstrap intervals of whole trials."
)
NO_RATIO = " A dash: the interval of what would be divided by reaches 0."
REDUCTION_CAPTION = (
    "Share of the training part that was not trained on. Left out by selection, or not yet bought: mean ± sd over trials, "
    "below it the least and the largest."
)
PAYBACK_CAPTION = (
    "Whether selection paid for itself in work. f: presentations relative to {reference}’s. Saved: training work that "
    "{reference} spent and the method did not; spent: work of selection; bold: more was saved than spent. r: what scoring "
    "a candidate costs, in presentations. τ* = r / (1 − f): selection pays if it is rarer than every τ* epochs, all else "
    "alike."
)
BUDGET_CAPTION = (
    "{measure}, mean over trials, after equal numbers of presentations. In per cent of those that {reference} made. A "
    "dash: the method ended before. Bold: the lowest, of methods of which no trial diverged or is missing."
)
PAIR_CAPTION = (
    "Every pair of methods. A negative difference favours the first of the pair, and so does a negative rank-biserial "
    "correlation; A12 is the chance that a trial of the first has the larger error. “Corrected” allows for the overlap of "
    "trials (Nadeau and Bengio); a dash there: a trial of the pair diverged, and the test has no answer. Bold: at most "
    "0.05. Ties: trials in which the two do not differ."
)
BELIEF_CAPTION = (
    "How probable a difference that matters is. By more than the region of equivalence; bold: at least 0.95. A dash: a "
    "trial of the pair diverged."
)


def facts_of(problem: Problem) -> str:
    """A problem in a few sentences."""
    return (
        f"{fixed(problem.n_examples, 0)} examples with {counted(problem.n_features, 'input')} "
        f"({split_in_words(problem)}); predicted: {target_in_words(problem)}. Source: {problem.source}. "
        f"Methods are compared by {primary_of(problem).title} on the test part; lower is better."
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _area_tables(own: ProblemAnalysis, results: StudyResults, shelf: Shelf) -> dict[str, Table | None]:
    found: dict[str, Table | None] = {"label_areas": None, "presentation_areas": None}
    if len(own.criteria.label_areas):
        caption = AREA_CAPTION.format(axis="labels", whose="pool methods", when="while labels are bought")
        table = area_table(results, own.problem, own.criteria.label_areas, "labels", method_title(CONTROL))
        found["label_areas"] = shelf.table(table, caption)
    if len(own.criteria.presentation_areas):
        caption = AREA_CAPTION.format(axis="presentations", whose="methods", when="while examples are presented")
        areas, reference = own.criteria.presentation_areas, method_title(own.reference)
        found["presentation_areas"] = shelf.table(
            area_table(results, own.problem, areas, "presentations", reference), caption
        )
    return found


def _main_tables(own: ProblemAnalysis, results: StudyResults, shelf: Shelf) -> dict[str, Table | None]:
    problem, reference = own.problem, said(own.reference)
    efficiency = own.criteria.efficiency
    has_control = len(efficiency) > 0 and bool((efficiency["control"] != "").any())
    error_caption = ERROR_CAPTION.format(measure=primary_of(problem).title)
    efficiency_caption = EFFICIENCY_CAPTION + (NO_RATIO if lacks_ratio(efficiency) else "")
    return {
        "errors": shelf.table(error_table(results, problem, own.errors), error_caption),
        "costs": shelf.table(cost_table(results, problem, own.costs), COST_CAPTION.format(reference=reference)),
        "efficiency": shelf.table(
            efficiency_table(results, problem, efficiency) if has_control else None, efficiency_caption
        ),
    }


def _further_tables(own: ProblemAnalysis, results: StudyResults, shelf: Shelf) -> dict[str, Table | None]:
    problem, criteria, pairs = own.problem, own.criteria, own.comparison.pairs
    reference, measure = said(own.reference), _capital(primary_of(problem).title)
    budget_caption = BUDGET_CAPTION.format(measure=measure, reference=reference)
    measures = measure_table(results, problem, own.metrics, own.generalisation)
    if own.confusions:
        file = Table(f"confusion-{slug(problem.name)}", "", (), (), (), confusion_frame(problem, own.confusions))
        shelf.table(file)
    return {
        "measures": shelf.table(measures, MEASURE_CAPTION),
        "payback": shelf.table(
            payback_table(results, problem, own.payback) if len(own.payback) else None,
            PAYBACK_CAPTION.format(reference=reference),
        ),
        "convergence": shelf.table(
            convergence_table(results, problem, criteria.convergence) if len(criteria.convergence) else None,
            CONVERGENCE_CAPTION,
        ),
        **_area_tables(own, results, shelf),
        "budgets": shelf.table(
            None if own.budgets.empty else budget_table(results, problem, own.budgets, BUDGET_SHARES, own.errors),
            budget_caption,
        ),
        "reductions": shelf.table(
            reduction_table(results, problem, criteria.reductions) if len(criteria.reductions) else None,
            REDUCTION_CAPTION,
        ),
        "pairs": shelf.table(None if pairs.empty else pair_table(results, problem, pairs), PAIR_CAPTION),
        "beliefs": shelf.table(
            belief_table(f"beliefs-{slug(problem.name)}", pairs) if own.progress.n_believed else None, BELIEF_CAPTION
        ),
    }


def _pictures(own: ProblemAnalysis, results: StudyResults, shelf: Shelf) -> dict[str, dict[str, Any] | None]:
    methods = results.methods
    made = {
        "outcomes": outcome_picture(own, methods),
        "spending": spending_picture(own, methods),
        "learning": learning_picture(own, methods),
        "ranking": ranking_picture(slug(own.problem.name), "trial", own.comparison.ranking, methods),
        "confusion": confusion_picture(own, methods),
        "second": second_picture(own, methods),
        "loss": loss_picture(own, methods),
        "generalisation": generalisation_picture(own, methods),
        "distributions": distribution_picture(own, results),
    }
    return {place: shelf.picture(picture) for place, picture in made.items()}


def section_of(own: ProblemAnalysis, results: StudyResults, shelf: Shelf) -> dict[str, Any]:
    """Everything that the template shows of one problem."""
    is_short = len(own.spendings) <= MAX_SENTENCES
    return {
        "title": own.problem.title,
        "anchor": slug(own.problem.name),
        "facts": facts_of(own.problem),
        "differences": say(DIFFERENCES, own.finding),
        "limits": say(LIMITS, own.finding),
        "tests": say(TESTS, own.finding),
        "beliefs": say(BELIEFS, own.progress),
        "labels": " ".join(filter(None, (say(LABELS, own.finding), say(LABELS_TO_TARGET, own.progress)))),
        "costs": " ".join(say(COSTS, spending) for spending in own.spendings) if is_short else "",
        "payback": " ".join(say(PAYBACK, one) for one in own.paybacks) if is_short else "",
        "target": say(TARGET, own.progress),
        "pictures": _pictures(own, results, shelf),
        "tables": {**_main_tables(own, results, shelf), **_further_tables(own, results, shelf)},
    }
