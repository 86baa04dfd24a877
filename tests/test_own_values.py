"""One table for each seam: all our utilities and rules against every guarantee of `eligo.testing`."""

from dataclasses import dataclass

import jax.numpy as jnp
import pytest

from eligo import REGRESSION, rules, utilities
from eligo.representations import Inputs, LastHidden, TangentKernel
from eligo.rules import KCentre, KMeansPlusPlus, LargestCluster, StochasticTop, Top, UncoveredClusters
from eligo.testing import CERTAIN, check_rule, check_utility
from eligo.utilities import DensityWeighted, Indifferent, Margin, Random, Typicality
from eligo.utilities.protocol import is_for

TASKS = {"classification": CERTAIN, "regression": REGRESSION}
PLAIN = [
    value()
    for name in utilities.__all__
    if isinstance(value := getattr(utilities, name), type)
    and hasattr(value, "work")
    and value not in (DensityWeighted, utilities.Utility, utilities.FromPredictions)
]
UTILITIES = [
    *PLAIN,
    utilities.OutputSensitivity("euclidean", "sum"),
    DensityWeighted(Margin()),
    DensityWeighted(Random(), representation=TangentKernel()),
    Typicality(3, Inputs()),
]
CASES = [(utility, name) for utility in UTILITIES for name, task in TASKS.items() if is_for(utility, task)]


def test_the_table_holds_every_utility_there_is() -> None:
    assert len(PLAIN) == 26


@pytest.mark.parametrize(("utility", "task"), CASES, ids=lambda value: repr(value))
def test_utilities_keep_what_the_loops_promise(utility, task) -> None:
    check_utility(utility, task=TASKS[task])


RULES = [
    rules.Everything(),
    rules.AboveMean(0.5),
    rules.Share(0.3),
    rules.SoftPrune(0.5),
    Top(1),
    Top(4),
    StochasticTop(3),
    StochasticTop(2, power=0),
    KCentre(3),
    KMeansPlusPlus(1),
    KMeansPlusPlus(4),
    LargestCluster(3, LastHidden()),
    UncoveredClusters(3),
    UncoveredClusters(2, most=3, smallest=0),
]


@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_rules_keep_what_the_loops_promise(rule) -> None:
    check_rule(rule)


# --- What the checks are there to catch ------------------------------------------------------------------------------


def bad_utility(score, work=lambda load: 1.0, frozen=True, **attributes):
    """A utility with this formula."""

    class Bad:
        def __call__(self, situation, *, key):
            return score(situation, key)

    Bad.work = lambda self, load: work(load)
    Bad.__repr__ = lambda self: "Bad()"
    for name, value in attributes.items():
        setattr(Bad, name, value)
    return dataclass(frozen=frozen, eq=True, repr=False)(Bad)()


def first_of(situation):
    return {name: {part: leaf[0] for part, leaf in layer.items()} for name, layer in situation.params.items()}


def inputs_of(situation):
    return situation.X[:, 0]


@pytest.mark.parametrize(
    ("utility", "broken"),
    [
        (bad_utility(lambda s, key: s.X), "must give floats (24,); got float32 (24, 3)"),
        (bad_utility(lambda s, key: s.targets[:, 0]), "has scores that are not finite for networks weights"),
        (bad_utility(lambda s, key: jnp.nan_to_num(s.targets[:, 0])), "looks at targets that are not labelled"),
        (bad_utility(lambda s, key: jnp.log(s.network.apply(first_of(s), s.X, s.task).min(axis=1))),
         "has scores that are not finite for networks of saturated weights"),
        (bad_utility(lambda s, key: jnp.cumsum(inputs_of(s))), "gives examples other scores when their order changes"),
        (bad_utility(lambda s, key: inputs_of(s) - inputs_of(s).mean(), is_pointwise=lambda self, task: True),
         "is not pointwise: other examples, labels or the key matter"),
        (bad_utility(lambda s, key: inputs_of(s), work=lambda load: float("nan")),
         "counts nan of work for 16 examples, nan for 32"),
        (bad_utility(lambda s, key: inputs_of(s), frozen=False),
         "is no hashable value; make it a frozen dataclass of hashable fields"),
        (bad_utility(lambda s, key: inputs_of(s), of_predictions=lambda self, predicted, *, key: predicted.X[:, 1],
                     is_from_predictions=lambda self, task: True),
         "scores predictions otherwise than the networks that make them"),
    ],
)  # fmt: skip
def test_a_utility_that_breaks_a_promise_is_told_which(utility, broken) -> None:
    with pytest.raises(AssertionError) as told:
        check_utility(utility)
    assert str(told.value).startswith(f"Bad() {broken}") and "\n" not in str(told.value)


@dataclass(frozen=True)
class Chooses:
    """A rule that does as it is told."""

    how: str
    n: int = 2

    def __call__(self, scores, is_candidate, strata, *, key):
        if self.how == "anyone":
            return jnp.arange(len(scores)) < self.n
        if self.how == "everyone":
            return is_candidate
        if self.how == "in order":
            return is_candidate & (jnp.cumsum(is_candidate) <= self.n)
        return jnp.zeros_like(is_candidate)


@pytest.mark.parametrize(
    ("how", "broken"),
    [
        ("anyone", "chooses examples that are no candidates"),
        ("everyone", "must choose 2 of 13 candidates; got 13 to 13"),
        ("in order", "breaks ties without the key: every key chooses the same"),
        ("nobody", "chooses nobody where there are candidates"),
    ],
)
def test_a_rule_that_breaks_a_promise_is_told_which(how, broken) -> None:
    with pytest.raises(AssertionError) as told:
        check_rule(Chooses(how))
    assert str(told.value) == f"{Chooses(how)!r} {broken}."


def test_a_utility_for_another_task_is_refused() -> None:
    with pytest.raises(ValueError, match="`utility` Margin is for classification only; the task is regression"):
        check_utility(Margin(), task=REGRESSION)
    check_utility(Indifferent(), task=REGRESSION, n_members=2)
