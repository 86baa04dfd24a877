"""What the report says of results: templates as data, each with the case in which it holds."""

from __future__ import annotations

from .findings import Across, Finding, Spending
from .sentences import Rule

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
        lambda f: f.is_tested and not f.is_hopeless and f.n_significant > 0 and f.n_standing > 1,
        "{n_significant} of {n_pairs} pairs of methods differ; {among}{best} has the lowest {statistic}, {best_error}.",
    ),
    Rule(
        lambda f: f.is_tested and not f.is_hopeless and f.n_significant > 0 and f.n_standing <= 1,
        "{n_significant} of {n_pairs} pairs of methods differ.",
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
        "Measured by {measure}, {among}{best} has the lowest {statistic}, {best_error}, and {worst} the highest, "
        "{worst_error}.",
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
        "Compared with random pool’s, in the same trials and over the same numbers of labels, the area under the "
        "error–labels curve tells what choosing was worth: {areas}.",
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
        lambda a: a.is_tested and a.is_hopeless,
        "No pair of methods could differ significantly, whatever the results: over {n_problems} problems the smallest p "
        "that Wilcoxon’s test can give is {smallest_p}, and {smallest_adjusted_p} when adjusted for {n_pairs} pairs by "
        "Holm. That none does says nothing.",
    ),
    Rule(
        lambda a: a.is_tested and not a.is_hopeless and a.n_significant == 0,
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
    Rule(
        lambda a: a.n_believed > 0,
        "The Bayesian signed-rank test asks how probable a difference that matters is. It compares mean losses, the share "
        "of examples misclassified or of the target’s variance left unexplained, over {n_believed_problems} problems; two "
        "methods within one percentage point of each other are equivalent. That region was fixed beforehand. A method of "
        "which a trial diverged has an infinite loss on that problem.",
    ),
    Rule(lambda a: a.n_certain > 0, "At least 95 % probable: {certain}."),
    Rule(lambda a: a.n_believed > 0 and a.n_certain == 0, "For no pair is any of the three at least 95 % probable."),
)
