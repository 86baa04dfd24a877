"""SAILA against its transcription, and each of its four criteria alone."""

import itertools
import math

import numpy as np
import pytest

import transcription as paper
from eligo import CLASSIFICATION, SGD
from eligo.learning import SubsetTermination, learn_incrementally
from eligo.learning.incremental import SubsetProgress
from eligo.utilities import OutputSensitivity
from problems import NETWORK, TASKS, assert_same_weights, hyper_of, make_trials, nth, one_trial

SGD_40 = SGD(learning_rate=0.3, momentum=0.5, weight_decay=0.0005, epochs=40)


def mean_of(errors: list[float]) -> float:
    return sum(errors) / len(errors) if errors else math.nan


def learn_by_loops(trials, index, task, growth, most_epochs) -> tuple[paper.Learner, list[int]]:
    """SAILA for one trial, and how large the subset was in each epoch."""
    trial, is_linear = one_trial(trials, index, task), task.output.name == "linear"
    learner, subset, sizes, seen = paper.Learner(trial.nets[0], hyper_of(SGD_40, task)), [], [], []

    def errors() -> list[float]:
        outputs = [paper.forward(learner.net, z, is_linear)[1] for z in trial.Z]
        return [mean_of([(t[k] - o[k]) ** 2 for k in range(len(t))]) for t, o in zip(trial.T, outputs, strict=True)]

    def both(of_all: list[float]) -> tuple[float, float]:
        return mean_of([of_all[p] for p in subset]), mean_of([e for p, e in enumerate(of_all) if p not in subset])

    def grow() -> None:
        phi = {p: paper.informativeness(paper.sensitivity(learner.net, trial.Z[p], is_linear)) for p in range(24)}
        subset.extend(sorted((p for p in phi if p not in subset), key=lambda p: -phi[p])[:growth])

    grow()
    first = last = both(errors())
    n_epochs = 0
    for epoch in range(40):
        sizes.append(len(subset))
        member = np.isin(np.arange(24), subset)
        learner.epoch(trial.Z, trial.T, trial.orders[0](epoch, member))
        if len(subset) == 24 or epoch == 39:
            continue
        of_all = errors()
        now = both(of_all)
        n_epochs += 1
        seen.append(now[1])
        mean = mean_of(seen)
        deviation = math.sqrt(mean_of([(value - mean) ** 2 for value in seen]))
        least = 0.001 if now[0] >= first[0] / 10 else 0.0001
        if (
            n_epochs >= most_epochs
            or now[0] < 0.2 * first[0]
            or now[1] < 0.2 * first[1]
            or 0 < last[0] - now[0] < least
            or now[1] > (mean + deviation) * (1 + 1e-9)  # of two epochs the later is exactly there
        ):
            grow()
            n_epochs, first = 0, both(of_all)
            last = first
        else:
            last = now
    return learner, sizes


@pytest.mark.parametrize(
    ("task", "growth", "most_epochs"),
    [(CLASSIFICATION, 1, 100), (CLASSIFICATION, 7, 5), (TASKS["linear outputs"], 2, 100)],
    ids=["classes", "by seven", "function"],
)
def test_saila_gives_the_weights_subsets_and_counts_of_the_transcription(float64, task, growth, most_epochs) -> None:
    trials = make_trials(task)
    found = learn_incrementally(
        NETWORK, task, trials, SGD_40, utility=OutputSensitivity(), growth=growth,
        termination=SubsetTermination(most_epochs),
    )  # fmt: skip
    for index in range(2):
        learner, sizes = learn_by_loops(trials, index, task, growth, most_epochs)
        assert sizes[0] == growth and len(set(sizes)) > 3
        assert found.n_selected[1:, index].tolist() == sizes
        assert found.presentations[-1, index] == learner.n_presentations == sum(sizes)
        assert_same_weights(nth(found.params, index, 0), learner.net, rtol=1e-8)


I, J, K = 3, 5, 3  # the small problem's features, hidden units and outputs  # noqa: E741


def test_errors_and_scores_are_counted() -> None:
    """A forward pass of every example in each epoch but the last, and the scores of those outside at each growth."""
    found = learn_incrementally(
        NETWORK, CLASSIFICATION, make_trials(CLASSIFICATION), SGD_40, utility=OutputSensitivity()
    )
    forward, sensitivity = J * (I + K), J * (I + K + K * I)
    for index in range(2):
        sizes = found.n_selected[1:, index].tolist()
        n_scored = 24 + sum(24 - before for before, after in itertools.pairwise(sizes) if after > before)
        expected = 24 * 40 + n_scored * sensitivity / forward  # at the start and after 39 epochs
        np.testing.assert_allclose(found.selection_work[-1, index], expected, rtol=1e-12)


def ended(history, subset=(True, False), **rules) -> list[bool]:
    """Whether a subset ends at each epoch, for errors of two examples of which the first is learnt from."""
    members = np.array([subset])
    progress = SubsetProgress(SubsetTermination(**rules), np.array([history[0]]), members, np.ones_like(members))
    return [bool(progress.has_ended(np.array([errors]), members)[0]) for errors in history[1:]]


def test_each_criterion_ends_a_subset_alone() -> None:
    steady = [(1.0 - 0.01 * epoch, 1.0) for epoch in range(8)]
    assert ended(steady) == [False] * 7
    assert ended(steady, most_epochs=4)[:4] == [False, False, False, True]
    assert ended([(1.0, 1.0), (0.21, 1.0), (0.19, 1.0)]) == [False, True]
    assert ended([(1.0, 1.0), (0.9, 0.5), (0.8, 0.19)]) == [False, True]  # of what is not learnt from, too
    assert ended([(1.0, 1.0), (0.9991, 1.0)]) == [True]
    assert ended([(1.0, 1.0), (1.0001, 1.0)]) == [False]  # a rise is no small fall
    assert ended([(1.0, 1.0), (0.5, 1.0), (0.4, 1.0), (0.3, 1.2)]) == [False, False, True]
    assert ended([(1.0, 1.0), (0.5, 1.0), (0.4, 1.0), (0.3, 1.2)], n_deviations=2.0) == [False, False, False]


def test_a_small_error_has_a_smaller_least_decrease() -> None:
    """Below a tenth of the start, which a fall of 80 % would end before: here it takes 95 %."""
    history = [(1.0, 1.0), (0.0900, 1.0), (0.0895, 1.0)]
    assert ended(history, fall=0.95) == [False, False]
    assert ended([(1.0, 1.0), (0.2000, 1.0), (0.1995, 1.0)], fall=0.95) == [False, True]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"most_epochs": 0}, "`most_epochs` must be at least 1; got 0."),
        ({"fall": 1.0}, "`fall` must be in (0, 1); got 1."),
        ({"least_decrease": 0}, "`least_decrease` must be above 0; got 0."),
    ],
)
def test_what_would_end_before_it_learns_is_refused(arguments, message) -> None:
    with pytest.raises(ValueError) as refusal:
        SubsetTermination(**arguments)
    assert str(refusal.value) == message
