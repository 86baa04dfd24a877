"""What the report says: templates as data, each with the case in which it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

from .findings import Across, Finding, Spending
from .protocol import Protocol

Facts = TypeVar("Facts")


@dataclass(frozen=True)
class Rule(Generic[Facts]):
    """A sentence and when to say it; fields in braces are attributes of the facts."""

    when: Callable[[Facts], bool]
    say: str


def say(rules: Iterable[Rule[Facts]], facts: Facts) -> str:
    """The sentences whose case holds, in order."""
    record: Any = facts
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return " ".join(rule.say.format(**values) for rule in rules if rule.when(facts))


VERDICTS: tuple[Rule[Finding], ...] = (
    Rule(lambda f: f.n_methods == 0, "no trial has finished."),
    Rule(lambda f: f.n_methods == 1, "{methods} alone was run."),
    Rule(lambda f: f.n_methods > 1 and not f.is_tested, "too few trials to test anything."),
    Rule(lambda f: f.is_tested and f.is_hopeless, "too few trials to tell any pair of methods apart."),
    Rule(
        lambda f: f.is_tested and not f.is_hopeless and f.n_significant == 0 and not f.is_different,
        "no difference between the methods was found (Friedman, {friedman}).",
    ),
    Rule(
        lambda f: f.is_tested and not f.is_hopeless and f.n_significant == 0 and f.is_different,
        "the methods differ together (Friedman, {friedman}), no single pair does.",
    ),
    Rule(
        lambda f: f.is_tested and not f.is_hopeless and f.n_significant > 0,
        "{n_significant} of {n_pairs} pairs of methods differ; {best} has the lowest mean, {best_error}.",
    ),
    Rule(
        lambda f: 0 < f.n_corrected < f.n_significant,
        "{n_corrected} of these differences remain when the overlap of trials is allowed for.",
    ),
    Rule(
        lambda f: f.n_answered > 0 and f.n_corrected == 0 and f.n_unanswered == 0,
        "None remains when the overlap of trials is allowed for.",
    ),
    Rule(
        lambda f: f.n_answered > 0 and f.n_corrected == 0 and f.n_unanswered > 0,
        "Where no training diverged, none remains when the overlap of trials is allowed for.",
    ),
    Rule(
        lambda f: f.n_unanswered > 0,
        "For {n_unanswered} of these differences the overlap of trials cannot be allowed for, since training diverged.",
    ),
    Rule(lambda f: f.n_diverged > 0, "Training diverged in {diverged}."),
)

DIFFERENCES: tuple[Rule[Finding], ...] = (
    Rule(lambda f: f.n_methods == 0, "No trial of this problem has finished."),
    Rule(lambda f: f.n_methods == 1, "Only {methods} was run on this problem, so there is nothing to compare it with."),
    Rule(
        lambda f: f.n_methods > 1 and not f.is_tested,
        "Fewer than two trials have been run by every method, so nothing can be tested. What is shown is what happened "
        "once, and says nothing about what would happen again.",
    ),
    Rule(
        lambda f: f.is_tested and f.is_hopeless,
        "With {n_blocks} trials and {n_pairs} pairs of methods no pair can be told apart, whatever the results: the "
        "smallest p that Wilcoxon’s test can give, adjusted by Holm, is {smallest_p}. Take this as a first look. "
        "Friedman’s test of all methods together gives {friedman}.",
    ),
    Rule(
        lambda f: f.is_tested and not f.is_hopeless and not f.is_different and f.n_significant == 0,
        "No difference between the methods was found: Friedman’s test gives {friedman}, and no pair differs by "
        "Wilcoxon’s test with Holm’s adjustment. That is a result, but it is no proof that they are equal.",
    ),
    Rule(
        lambda f: f.is_tested and not f.is_hopeless and not f.is_different and f.n_significant > 0,
        "Friedman’s test finds no difference between the methods together ({friedman}), though of the {n_pairs} pairs "
        "{n_significant} differ by Wilcoxon’s test with Holm’s adjustment: {better}. The two tests ask different "
        "questions; where they disagree the evidence is weak.",
    ),
    Rule(
        lambda f: f.is_tested and not f.is_hopeless and f.is_different and f.n_significant == 0,
        "The methods differ taken together (Friedman, {friedman}), but the trials do not say which: no pair differs by "
        "Wilcoxon’s test with Holm’s adjustment.",
    ),
    Rule(
        lambda f: f.is_tested and not f.is_hopeless and f.is_different and 0 < f.n_significant < f.n_pairs,
        "The methods differ (Friedman, {friedman}). Of {n_pairs} pairs, {n_significant} do by Wilcoxon’s test with "
        "Holm’s adjustment: {better}.",
    ),
    Rule(
        lambda f: f.is_tested and not f.is_hopeless and f.is_different and f.n_significant == f.n_pairs,
        "The methods differ (Friedman, {friedman}), every pair of them by Wilcoxon’s test with Holm’s adjustment: "
        "{better}.",
    ),
    Rule(
        lambda f: f.n_methods > 1 and not f.is_level,
        "Measured by {measure}, {best} has the lowest mean, {best_error}, and {worst} the highest, {worst_error}.",
    ),
    Rule(lambda f: bool(f.largest), "The largest mean difference to {reference} is {largest}."),
)

LIMITS: tuple[Rule[Finding], ...] = (
    Rule(
        lambda f: f.is_tested,
        "The {n_blocks} trials split the same {n_examples} examples again and again, and overlap. The p-values speak "
        "about these methods, with these settings, on this data set; they do not say what would happen on other data.",
    ),
    Rule(
        lambda f: f.n_significant == 1 and f.n_corrected == 1,
        "The one difference remains when the overlap is allowed for (Nadeau and Bengio’s corrected t-test, Holm).",
    ),
    Rule(
        lambda f: f.n_significant > 1 and f.n_corrected == f.n_significant,
        "All {n_significant} differences remain when the overlap is allowed for (Nadeau and Bengio’s corrected t-test, "
        "Holm).",
    ),
    Rule(
        lambda f: 0 < f.n_corrected < f.n_significant,
        "When the overlap is allowed for (Nadeau and Bengio’s corrected t-test, Holm), {n_corrected} of the "
        "{n_significant} differences remain: {corrected}.",
    ),
    Rule(
        lambda f: f.n_significant == 1 and f.n_corrected == 0 and f.n_unanswered == 0,
        "The one difference does not remain when the overlap is allowed for (Nadeau and Bengio’s corrected t-test, "
        "Holm), so read it as a property of these splits.",
    ),
    Rule(
        lambda f: f.n_significant > 1 and f.n_corrected == 0 and f.n_unanswered == 0,
        "None of the {n_significant} differences remains when the overlap is allowed for (Nadeau and Bengio’s "
        "corrected t-test, Holm), so read them as properties of these splits.",
    ),
    Rule(
        lambda f: f.n_answered > 0 and f.n_corrected == 0 and f.n_unanswered > 0,
        "Of the {n_significant} differences, {n_answered} are of methods of which no trial diverged; none of these "
        "remains when the overlap is allowed for (Nadeau and Bengio’s corrected t-test, Holm), so read them as "
        "properties of these splits.",
    ),
    Rule(
        lambda f: f.n_unanswered > 0,
        "The corrected test (Nadeau and Bengio), which allows for the overlap, has no answer for {unanswered}: it needs "
        "a mean over all trials, and in some of them training diverged. Wilcoxon’s test counts these as infinitely bad, "
        "so that what it finds may be about divergence more than about error.",
    ),
    Rule(
        lambda f: f.is_tested and bool(f.possible),
        "With the overlap allowed for, differences to {reference} {possible} are compatible with the trials, each by "
        "itself: the range spans one 95 % interval per method, not adjusted for their number.",
    ),
    Rule(
        lambda f: f.is_tested and f.n_blocks < 10,
        "Bootstrap intervals from so few trials are too narrow.",
    ),
    Rule(
        lambda f: f.n_diverged > 0,
        "Training diverged in {diverged}. A diverged trial is not dropped: it has the worst rank, and counts as "
        "infinite in the median; means and intervals are of the others.",
    ),
    Rule(
        lambda f: f.n_methods > 0 and f.n_cells > 0,
        "Hyper-parameters were tuned on the training rows of a split of its own, but of the same data set: about "
        "{tuned_share} of a trial’s test rows were among the tuning rows. Absolute errors are therefore optimistic, "
        "most for passive, the method that was tuned for; comparisons at the same hyper-parameters share that.",
    ),
    Rule(
        lambda f: f.n_dropped > 0 and f.n_methods > 1,
        "Tests and differences leave out {dropped} that not every method has run.",
    ),
)

LABELS: tuple[Rule[Finding], ...] = (
    Rule(
        lambda f: f.is_exhausted and f.n_full > 0,
        "At the end the pool methods have bought all {n_train} labels, as many as {full} had from the start. Their "
        "final errors therefore say little about how well labels were chosen; the error on the way does.",
    ),
    Rule(
        lambda f: f.is_exhausted and f.n_full == 0,
        "At the end every method has bought all {n_train} labels. The final errors therefore say little about how well "
        "labels were chosen; the error on the way does.",
    ),
    Rule(
        lambda f: f.n_pool > 0 and not f.is_exhausted and f.n_full > 0,
        "The pool methods end with {end_labels} of {n_train} labels, while {full} had all of them from the start: the "
        "final errors compare different numbers of labels.",
    ),
    Rule(
        lambda f: bool(f.areas),
        "Compared with random pool’s, which bought as many labels in the same trials, the area under the error–labels "
        "curve tells what choosing was worth: {areas}.",
    ),
    Rule(
        lambda f: f.n_pool > 0 and not f.has_control,
        "Random pool was not run, so nothing here separates what choosing labels gains from what any few labels would "
        "give.",
    ),
    Rule(
        lambda f: f.n_pool > 0 and f.n_full > 0,
        "To hold a pool method against {reference} at the same epoch is to hold few labels against all of them.",
    ),
)

TESTS: tuple[Rule[Finding], ...] = (
    Rule(lambda f: f.is_tested, "Over {n_blocks} trials, {friedman_in_full}; {iman_in_full}."),
)

COSTS: tuple[Rule[Spending], ...] = (
    Rule(
        lambda s: s.presentations_ratio < 0.995 and s.work_ratio > 1.005,
        "{method} presented {fewer} fewer examples than {reference}, but choosing them cost more than that saved: its "
        "work is {work} {reference}’s.",
    ),
    Rule(
        lambda s: s.presentations_ratio < 0.995 and 0.995 <= s.work_ratio <= 1.005,
        "{method} presented {fewer} fewer examples than {reference}; choosing them cost what that saved.",
    ),
    Rule(
        lambda s: s.presentations_ratio < 0.995 and s.work_ratio < 0.995,
        "{method} needed {presentations} the presentations and {work} the work of {reference}, selection included.",
    ),
    Rule(
        lambda s: s.presentations_ratio > 1.005,
        "{method} presented {presentations} as many examples as {reference}, at {work} its work.",
    ),
    Rule(
        lambda s: 0.995 <= s.presentations_ratio <= 1.005 and s.work_ratio > 1.005,
        "{method} presented as many examples as {reference}, and paid for choosing them: its work is {work} "
        "{reference}’s.",
    ),
    Rule(
        lambda s: 0.995 <= s.presentations_ratio <= 1.005 and s.work_ratio < 0.995,
        "{method} presented as many examples as {reference}, and chose them for less: {work} its work.",
    ),
    Rule(
        lambda s: 0.995 <= s.presentations_ratio <= 1.005 and 0.995 <= s.work_ratio <= 1.005,
        "{method} cost as much as {reference}.",
    ),
)

DESIGN: tuple[Rule[Protocol], ...] = (
    Rule(
        lambda _: True,
        "A trial splits the data anew into a training and a test part. All methods of a trial start from the same "
        "split, the same initial weights and the same streams of randomness, so every comparison is paired. Features "
        "are scaled with what the training part alone tells.",
    ),
    Rule(
        lambda p: p.has_numbers,
        "Targets of function approximation are scaled with the range of the targets of all training rows of the trial.",
    ),
    Rule(
        lambda p: p.has_numbers and bool(p.start),
        "For pool methods this includes labels not yet asked for: a small leak, which the scale of the outputs carries.",
    ),
    Rule(lambda p: bool(p.epochs), "Each run trains for {epochs} epochs."),
    Rule(
        lambda p: bool(p.start),
        "Pool methods start from {start} labelled examples, the same for all of them, and buy more until the budget is "
        "spent. These first examples are drawn at random.",
    ),
    Rule(
        lambda p: bool(p.start) and p.has_classes,
        "In classification they are drawn from the classes in turn, so that every class is there if their number "
        "allows. This uses their labels before they count, and does so alike for all pool methods, the random control "
        "included.",
    ),
    Rule(
        lambda p: bool(p.start) and p.query_size is not None and p.query_size > 1,
        "They buy {query_size} labels at a time.",
    ),
    Rule(lambda p: bool(p.start) and p.query_size == 1, "They buy one label at a time."),
    Rule(
        lambda p: bool(p.start) and p.retraining == "warm",
        "After each purchase training goes on from the present weights.",
    ),
    Rule(
        lambda p: bool(p.start) and p.retraining == "cold",
        "After each purchase the network is trained again from its initial weights.",
    ),
)

TUNING: tuple[Rule[Protocol], ...] = (
    Rule(lambda p: p.n_cells == 0 and not p.has_winners, "No hyper-parameters are known yet."),
    Rule(
        lambda p: p.n_cells == 0 and p.has_winners,
        "Nothing was tuned in this study: the hyper-parameters were recorded beforehand, and the table says where they "
        "come from. If that was the same data, absolute errors are optimistic.",
    ),
    Rule(
        lambda p: p.n_cells > 0,
        "The hyper-parameters were chosen once per problem, by cross-validated error of passive learning over "
        "{n_cells} cells of a grid, on the training rows of a split of its own that no trial uses. The winner "
        "serves all methods, so that the comparison is of methods and not of settings. What suits passive learning "
        "best need not suit the others.",
    ),
    Rule(
        lambda p: p.n_cells > 0 and p.n_folds is not None,
        "Each cell was judged by {n_folds}-fold cross-validation.",
    ),
    Rule(
        lambda p: p.n_cells > 0 and not p.is_halved,
        "A cell trains for {tuning_epochs} epochs, a run of the comparison for {epochs}: the ranking of cells is that "
        "of the shorter training.",
    ),
    Rule(
        lambda p: p.is_halved,
        "By successive halving most cells were dropped after few epochs and some were trained longer, for "
        "{tuning_epochs}; a cell’s error is that of its longest training. A run of the comparison trains for {epochs}.",
    ),
    Rule(lambda p: p.n_cells > 0, "Of cells with the same error the one with the fewest hidden units wins."),
    Rule(
        lambda p: p.n_diverged_cells > 0,
        "In {diverged_cells} of all problems together training diverged; such a cell is recorded and cannot win.",
    ),
)

ACROSS: tuple[Rule[Across], ...] = (
    Rule(lambda a: a.n_methods < 2, "No two methods were run on every problem, so there are no ranks to compare."),
    Rule(
        lambda a: a.n_methods > 1 and a.n_problems == 1,
        "There is one problem, so nothing can be said across problems.",
    ),
    Rule(
        lambda a: a.n_methods > 1 and a.n_problems > 1 and not a.is_tested,
        "Each number is a mean rank over the trials of a problem; 1 is best. A statement about problems in general "
        "needs problems, not trials: with {n_problems} of them the smallest p that Wilcoxon’s test can give is "
        "{smallest_p}, before any adjustment for {n_pairs} pairs, so no test is made.",
    ),
    Rule(
        lambda a: a.is_tested,
        "Each number is a mean rank over the trials of a problem; 1 is best. With the problem as the block, Friedman’s "
        "test gives {friedman} and Iman and Davenport’s {iman}.",
    ),
    Rule(
        lambda a: a.is_tested and a.n_significant == 0,
        "No pair of methods differs by Wilcoxon’s test with Holm’s adjustment; over {n_problems} problems its smallest "
        "possible adjusted p is {smallest_adjusted_p}.",
    ),
    Rule(
        lambda a: a.is_tested and a.n_significant > 0,
        "By Wilcoxon’s test with Holm’s adjustment {n_significant} of {n_pairs} pairs differ: {better}.",
    ),
    Rule(
        lambda a: a.n_left_out > 0 and a.n_methods > 1,
        "Methods that some problem lacks are left out: {left_out}.",
    ),
)
