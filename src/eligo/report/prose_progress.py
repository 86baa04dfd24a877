"""What the report says of targets, beliefs and the price of selection: templates, each with the case in which it holds."""

from __future__ import annotations

from .progress import Payback, Progress
from .sentences import Rule

TARGET: tuple[Rule[Progress], ...] = (
    Rule(
        lambda p: bool(p.target),
        "The target is a test error of {target}, {source}. A trial has reached it at the first record at which its error "
        "is no larger. Medians count a trial that never reached it as infinitely slow.",
    ),
    Rule(
        lambda p: p.is_out_of_reach,
        "There is no target to reach: it would be taken from {reference}’s median at the end, which is infinite, as half of "
        "its trials or more diverged. Set one with `target_error`.",
    ),
    Rule(
        lambda p: p.n_methods > 0 and p.n_everywhere == p.n_methods,
        "Every method reached it in every trial.",
    ),
    Rule(
        lambda p: 0 < p.n_everywhere < p.n_methods,
        "In every trial it was reached by {everywhere}.",
    ),
    Rule(lambda p: p.n_nowhere > 0, "In no trial was it reached by {nowhere}."),
)

LABELS_TO_TARGET: tuple[Rule[Progress], ...] = (
    Rule(
        lambda p: bool(p.fewer_labels),
        "Fewer labels than random pool to the target, over the trials in which both reached it, by a bootstrap interval "
        "that leaves 1 out (each by itself, as if trials did not overlap): {fewer_labels}.",
    ),
    Rule(
        lambda p: bool(p.more_labels),
        "More labels than random pool to the target, over the trials in which both reached it, by a bootstrap interval "
        "that leaves 1 out (each by itself, as if trials did not overlap): {more_labels}.",
    ),
)

BELIEFS: tuple[Rule[Progress], ...] = (
    Rule(
        lambda p: p.n_believed > 0,
        "How probable is it that a difference matters? Fixed beforehand: two methods are equivalent in practice if their "
        "mean errors differ by no more than {rope}. The correlated Bayesian t-test, which allows for the overlap of trials, "
        "gives each pair the probabilities of being equivalent and of either being better.",
    ),
    Rule(
        lambda p: p.n_equivalent == 1,
        "With a probability of at least 95 % one pair is equivalent: {equivalent}.",
    ),
    Rule(
        lambda p: p.n_equivalent > 1,
        "With a probability of at least 95 % each, {n_equivalent} pairs are equivalent: {equivalent}.",
    ),
    Rule(
        lambda p: p.n_ahead > 0,
        "With a probability of at least 95 % each, one is better by more than that in {n_ahead} of {n_believed} pairs: "
        "{ahead}.",
    ),
    Rule(
        lambda p: p.n_believed > 0 and p.n_equivalent == 0 and p.n_ahead == 0,
        "No pair gets 95 % for either: what the trials leave open, they leave open.",
    ),
    Rule(
        lambda p: p.n_checked > 0,
        "Shapiro and Wilk’s test rejects normality for {n_abnormal} of {n_checked} differences (p ≤ 0.05, each by itself). "
        "That describes them; it chooses no test here.",
    ),
)

PAYBACK: tuple[Rule[Payback], ...] = (
    Rule(
        lambda p: p.saved_share <= 0 and p.saved_share > -0.0005,
        "{method} saved no training and spent {spent} of {reference}’s training work on selection: it did not pay.",
    ),
    Rule(
        lambda p: p.saved_share <= -0.0005,
        "{method} trained more than {reference}, by {saved}, and besides spent {spent} of {reference}’s training work on "
        "selection.",
    ),
    Rule(
        lambda p: p.saved_share > 0 and p.is_paid,
        "{method} saved {saved} of {reference}’s training work and spent {spent} of it on selection: selection paid for "
        "itself, in work.",
    ),
    Rule(
        lambda p: p.saved_share > 0 and not p.is_paid,
        "{method} saved {saved} of {reference}’s training work and spent {spent} of it on selection: selection did not pay "
        "for itself.",
    ),
    Rule(
        lambda p: p.has_break_even,
        "A candidate’s score costs {per_candidate} presentations and {kept} of the presentations remain, so that selection "
        "pays if it is rarer than every {break_even} epochs; it took place every {interval}.",
    ),
)
