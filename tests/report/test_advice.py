"""The sentence of advice: never more than the intervals support."""

from dataclasses import replace

import numpy as np
import pytest

from eligo.report.advice import advice_on, missing_said, verdict_of
from eligo.report.digits import NO_BREAK
from eligo.report.savings import Outcome, Saving
from eligo.statistics import NadeauBengioResult
from eligo.study.results import Problem

FLATS = Problem("f", "F", "classification", 500, 3, 2, 400, 100, ("a", "b"), "kind", "made", class_counts=(300, 200))
RENTS = Problem("f", "F", "regression", 500, 3, 1, 400, 100, (), "rent", "made", target_range=(0.0, 1.0))
LEARNT = NadeauBengioResult(9.0, 0.0001, 19, 0.3, 0.25, 0.35, 0.95)


def gain(mean: float, low: float, high: float) -> NadeauBengioResult:
    return NadeauBengioResult(1.0, 0.5, 19, mean, low, high, 0.95)


def saving(share: float, cost: float, other: float, low: float, high: float) -> Saving:
    ratio = cost / min(other, 400.0)
    return Saving(share, 0.9 * share, cost, cost - 5, cost + 5, other, ratio, low, high, 20, 20, False, 400.0)


UNSURE = tuple(saving(share, 80, 100, 0.5, 1.3) for share in (0.9, 0.95, 0.99))


def outcome(method: str, of: NadeauBengioResult | None, p: float, **facts) -> Outcome:
    is_pool = method in ("entropy", "ensemble", "random_pool")
    usual = {
        "other": "random_pool" if is_pool else "passive",
        "axis": "labels" if is_pool else "presentations",
        "n_trials": 20,
        "n_diverged": 0,
        "diverged": (),
        "n_missing": 0,
        "n_planned": 20,
        "end": 0.9,
        "on_the_way": 0.85,
        "behind": gain(0.0, -0.01, 0.01),
        "scoring": 0.0 if is_pool else 0.25,
        "ahead": None,
        "savings": UNSURE,
    }
    return Outcome(method=method, gain=of, adjusted_p=p, **(usual | facts))


BETTER, WORSE, OPEN = gain(0.03, 0.01, 0.05), gain(-0.03, -0.05, -0.01), gain(0.01, -0.01, 0.03)
SURE = (saving(0.9, 30, 50, 0.4, 0.8), saving(0.95, 60, 120, 0.4, 0.7), saving(0.99, 150, 200, 0.6, 1.1))
CONTROL = outcome("random_pool", None, np.nan)
PASSIVE = outcome("passive", None, np.nan)


def advice(*outcomes: Outcome, problem: Problem = FLATS, beyond=LEARNT, n_trials: int = 20) -> str:
    text = advice_on(problem, (CONTROL, PASSIVE, *outcomes), 0.9, 0.6, beyond, n_trials)
    assert text.endswith(".") and text.count(". ") == 0 and "{" not in text
    return text.replace(NO_BREAK, " ")


def test_labels_are_saved():
    assert advice(
        outcome("entropy", BETTER, 0.001, savings=SURE, ahead=(40.0, 180.0)), outcome("ensemble", OPEN, 0.4)
    ) == (
        "Have labels chosen by entropy: 95 % of the full-data score takes 60 labels instead of 120 at random (0.50 times as "
        "many, 95 % interval 0.40 to 0.70), ahead between 40 and 180 labels."
    )


def test_the_share_that_is_surely_cheaper_is_quoted():
    only_99 = (UNSURE[0], UNSURE[1], saving(0.99, 150, 300, 0.3, 0.9))
    assert "99 % of the full-data score takes 150 labels" in advice(outcome("entropy", BETTER, 0.01, savings=only_99))
    never = (UNSURE[0], saving(0.95, 60, np.inf, 0.0, 0.4), UNSURE[2])
    assert (
        "takes 60 labels, and more than 400 at random (at most 0.15 times as many, 95 % interval up to 0.40)"
        in advice(outcome("entropy", BETTER, 0.01, savings=never))
    )


def test_an_interval_from_nothing_goes_up_to_its_end():
    open_below = (UNSURE[0], saving(0.95, 60, 120, 0.0, 0.7), UNSURE[2])
    text = advice(outcome("entropy", BETTER, 0.01, savings=open_below))
    assert "(0.50 times as many, 95 % interval up to 0.70)" in text


def test_a_gain_of_unknown_worth_in_labels_is_no_saving():
    text = advice(outcome("entropy", BETTER, 0.01))
    assert text == (
        "Have labels chosen by entropy: with as many labels its score differs from that at random by +3.0 percentage "
        "points (95 % interval +1.0 to +5.0), though how many labels that saves is not certain."
    )


def test_of_several_the_best_is_named():
    text = advice(outcome("entropy", BETTER, 0.01), outcome("ensemble", gain(0.05, 0.02, 0.08), 0.01))
    assert text.startswith("Have labels chosen by ensemble: ")


def test_presentations_are_saved_and_their_price_is_said():
    assert advice(outcome("sasla", BETTER, 0.01, savings=SURE)) == (
        "Let SASLA choose what to train on: 95 % of the full-data score takes 60 presentations instead of 120 of passive "
        "learning (0.50 times as many, 95 % interval 0.40 to 0.70), not counting its scoring, 25 % of its work."
    )
    text = advice(outcome("sasla", BETTER, 0.01, savings=SURE, behind=gain(-0.02, -0.03, -0.01)))
    assert text.endswith("25 % of its work, and at the end −2.0 percentage points from passive learning.")


def test_no_difference_was_found():
    assert advice(outcome("entropy", OPEN, 0.4), outcome("ensemble", gain(0.0, -0.02, 0.01), 0.9)) == (
        "No difference was found between choosing labels and drawing them at random (the 95 % intervals reach from −2.0 to "
        "+3.0 percentage points)."
    )
    both = advice(outcome("entropy", OPEN, 0.4), outcome("sasla", OPEN, 0.4))
    assert both.count("o difference was found") == 2 and "; no difference" in both


def test_worse_is_said_and_the_rest_stays_open():
    assert advice(outcome("entropy", WORSE, 0.01)) == "Have labels drawn at random, as entropy did worse."
    assert advice(outcome("sasla", WORSE, 0.01)) == "Train on everything, as SASLA did worse."
    text = advice(outcome("entropy", WORSE, 0.01), outcome("ensemble", OPEN, 0.5))
    assert text.startswith("Have labels drawn at random, as entropy did worse, and of the rest no difference was found")


def test_a_better_one_is_named_although_another_is_worse():
    assert advice(outcome("entropy", WORSE, 0.01), outcome("ensemble", BETTER, 0.01)).startswith(
        "Have labels chosen by ens"
    )


@pytest.mark.parametrize("n_trials", [2, 4])
def test_too_few_trials_tell_nothing(n_trials: int):
    said = advice(outcome("entropy", BETTER, 0.01, n_trials=n_trials), n_trials=n_trials)
    assert said == f"Too few trials to tell: {n_trials}, and at least 5 are needed."


def test_a_network_that_learns_nothing_cannot_be_helped():
    lost = gain(0.02, -0.01, 0.05)
    assert advice(outcome("entropy", BETTER, 0.01), beyond=lost) == (
        "Choosing cannot help yet: even with all labels the network is not surely better than guessing the most frequent "
        "class (accuracy 90.0 % against 60.0 %)."
    )
    assert "guessing the mean (R² 0.900 against 0.600)" in advice(beyond=lost, problem=RENTS)


def test_nothing_is_told_of_a_method_that_diverged():
    text = advice(outcome("entropy", BETTER, 0.001, savings=SURE, n_diverged=2, diverged=("entropy",)))
    assert text == "Nothing can be told of entropy, as entropy diverged in training."


def test_what_diverged_is_named_and_not_what_is_held_against_it():
    lost = {"n_diverged": 1, "diverged": ("random_pool",)}
    text = advice(outcome("entropy", BETTER, 0.001, **lost), outcome("ensemble", OPEN, 0.4, **lost))
    assert text == "Nothing can be told of entropy and ensemble, as random pool diverged in training."


def test_what_was_not_computed_is_said_and_is_no_divergence():
    half = outcome("entropy", BETTER, 0.001, savings=SURE, n_trials=10, n_missing=10)
    assert verdict_of(half) == "better"
    text = advice(half)
    assert text.startswith("Have labels chosen by entropy: 95 % of the full-data score takes 60 labels")
    assert text.endswith("; 10 of 20 trials of entropy were not computed.") and "diverged" not in text
    both = advice(half, outcome("ensemble", OPEN, 0.4, n_missing=10), outcome("sasla", OPEN, 0.4, n_missing=1))
    assert both.endswith("; 10 of 20 trials of entropy and ensemble and 1 of 20 trials of SASLA were not computed.")
    everyone = [replace(one, n_missing=10) for one in (CONTROL, PASSIVE, half)]
    assert missing_said(everyone) == "10 of 20 trials were not computed"
    assert missing_said([CONTROL, PASSIVE]) == ""


def test_function_approximation_counts_in_r2():
    text = advice(outcome("entropy", BETTER, 0.01), problem=RENTS)
    assert "by +0.030 of R² (95 % interval +0.010 to +0.050)" in text


@pytest.mark.parametrize(
    ("one", "verdict"),
    [
        (outcome("entropy", BETTER, 0.05), "better"),
        (outcome("entropy", WORSE, 0.05), "worse"),
        (outcome("entropy", BETTER, 0.0501), "no difference"),
        (outcome("entropy", BETTER, np.nan), "no difference"),
        (outcome("entropy", BETTER, 0.01, n_trials=4), "too few trials"),
        (outcome("entropy", None, np.nan), "too few trials"),
        (outcome("entropy", BETTER, 0.01, n_diverged=1, diverged=("entropy",)), "diverged"),
        (outcome("entropy", BETTER, 0.01, n_diverged=1, diverged=("random_pool",)), "reference diverged"),
        (outcome("random_pool", None, np.nan, other="random_pool"), "reference"),
    ],
)
def test_a_verdict_needs_holms_p(one: Outcome, verdict: str):
    assert verdict_of(one) == verdict
