"""An adaptive beta meets a stated share of passive learning's presentations, or of its work."""

import numpy as np
import pytest

from eligo import CLASSIFICATION, SGD, learn_selectively
from eligo.rules import AdaptiveMean
from eligo.utilities import AbsoluteError, OutputSensitivity
from problems import NETWORK, TASKS, make_trials

SGD_60 = SGD(learning_rate=0.3, momentum=0.5, epochs=60)
I, J, K = 3, 5, 3  # the small problem's features, hidden units and outputs  # noqa: E741
PRESENTATION = (2 * I + 3 * K) / (I + K)  # forward-equivalents


def select(task=CLASSIFICATION, rule=None, utility=None, **settings):
    rule, utility = rule or AdaptiveMean(0.5), utility or OutputSensitivity()
    return learn_selectively(NETWORK, task, make_trials(task), SGD_60, utility=utility, rule=rule, **settings)


@pytest.mark.parametrize(
    ("task", "target", "interval", "tail"),
    [("classes", 0.5, 1, 0.0), ("classes", 0.3, 7, 0.0), ("classes", 0.8, 1, 0.25), ("linear outputs", 0.4, 3, 0.1)],
)
def test_presentations_meet_the_target(task, target, interval, tail) -> None:
    """Within half an example in each epoch of the last interval: what a selection cannot divide."""
    found = select(TASKS[task], AdaptiveMean(target), interval=interval, tail=tail)
    np.testing.assert_allclose(found.presentations[-1], target * 60 * 24, atol=interval / 2 + 1e-6)


@pytest.mark.parametrize(("target", "interval"), [(0.6, 10), (0.9, 4)])
def test_work_meets_the_target_with_that_of_the_selections(target, interval) -> None:
    found = select(rule=AdaptiveMean(target, of="work"), interval=interval)
    assert (found.selection_work[-1] > 0).all()
    np.testing.assert_allclose(
        found.work[-1], target * 60 * 24 * PRESENTATION, atol=PRESENTATION * (interval / 2 + 1e-6)
    )


def test_every_class_stays_and_the_target_is_met_all_the_same() -> None:
    """The best example of a class that errors alone would drop takes the place of another."""
    found = select(rule=AdaptiveMean(0.25), utility=AbsoluteError(), interval=2)
    classes = np.asarray(make_trials(CLASSIFICATION).targets).argmax(axis=2)
    for of_trial, chosen in zip(classes, found.is_selected, strict=True):
        assert set(of_trial[chosen]) == {0, 1, 2}
    np.testing.assert_allclose(found.presentations[-1], 0.25 * 60 * 24, atol=2 / 2 + 1e-6)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"rule": AdaptiveMean(0.3), "interval": 30},
            "an adaptive beta cannot meet a target of 0.3 of passive learning's presentations: epochs on all examples and "
            "selections alone take 0.5. Raise the target or `interval`.",
        ),
        (
            {"rule": AdaptiveMean(0.5, of="work")},
            "an adaptive beta cannot meet a target of 0.5 of passive learning's work: epochs on all examples and "
            "selections alone take 1. Raise the target or `interval`.",
        ),
        (
            {"rule": AdaptiveMean(0.5), "candidates": "current"},
            "an adaptive beta needs `candidates` \"all\"; got 'current'.",
        ),
    ],
)
def test_what_cannot_be_met_is_refused_before_it_is_tried(settings, message) -> None:
    with pytest.raises(ValueError) as refusal:
        select(**settings)
    assert str(refusal.value) == message


def test_a_target_that_is_no_share_is_refused() -> None:
    with pytest.raises(ValueError, match=r"`target` must be in \(0, 1\]; got 0\."):
        AdaptiveMean(0)
    with pytest.raises(ValueError, match="`of` must be one of 'presentations', 'work'; got 'time'"):
        AdaptiveMean(0.5, of="time")
