"""Subsets that a pilot chose, and what the pilot costs; InfoBatch and its full-data tail."""

from dataclasses import replace

import jax
import numpy as np
import pytest

import transcription as paper
from eligo import CLASSIFICATION, REGRESSION, SGD, learn_selectively, train_many
from eligo.learning import BY_EL2N, BY_FORGETTING, BY_GRAND, forgetting_events, learn_from_pilot
from eligo.learning.pilot import _draw_pilot
from eligo.rules import Share, SoftPrune, Top
from eligo.utilities import SquaredError
from problems import NETWORK, TASKS, assert_same_weights, hyper_of, make_trials, nth, one_trial, order_of

SHORT = SGD(learning_rate=0.3, momentum=0.5, weight_decay=0.001, epochs=20)


def length_of_error(net, z, t, is_linear) -> float:
    return float(np.sqrt(sum((t[k] - o) ** 2 for k, o in enumerate(paper.forward(net, z, is_linear)[1]))))


def length_of_gradient(net, z, t, is_linear) -> float:
    return float(np.sqrt(sum((slope**2).sum() for slope in paper.gradient(net, z, t, is_linear).values())))


def pilot_scores(trials, index, task, length, n_pilots, n_epochs) -> np.ndarray:
    """Mean over pilots that learn from everything, by the transcription; their weights and orders are handed in."""
    trial = one_trial(trials, index, task)
    is_linear, scores = task.output.name == "linear", []
    for number in range(n_pilots):
        params, keys = _draw_pilot(NETWORK, number, trials.selection_keys, 3, trial.T.shape[1])
        order = order_of(nth(keys, index, 0))
        learner = paper.learn_passively(
            paper.from_params(nth(params, index, 0)), trial.Z, trial.T, hyper_of(SHORT, task), n_epochs, order
        )
        scores.append([length(learner.net, z, t, is_linear) for z, t in zip(trial.Z, trial.T, strict=True)])
    return np.mean(scores, axis=0)


@pytest.mark.parametrize(
    ("task", "score", "length"),
    [
        (CLASSIFICATION, BY_EL2N, length_of_error),
        (CLASSIFICATION, BY_GRAND, length_of_gradient),
        (TASKS["linear outputs"], BY_GRAND, length_of_gradient),
    ],
    ids=["EL2N", "GraNd", "GraNd of a function"],
)
def test_the_hardest_share_for_pilots_is_the_transcription_s(float64, task, score, length) -> None:
    trials = make_trials(task)
    found = learn_from_pilot(NETWORK, task, trials, SHORT, score=score, rule=Share(0.25), n_pilots=2, pilot_epochs=3)
    for index in range(2):
        scores = pilot_scores(trials, index, task, length, 2, 3)
        assert np.flatnonzero(found.is_selected[index]).tolist() == sorted(np.argsort(-scores)[:6].tolist())
    subset, params = found.is_selected, nth(trials.params, slice(None), 0)
    expected = train_many(
        NETWORK, params, trials.X, trials.targets, task, SHORT, key=trials.order_keys[:, 0], subset=subset
    )
    jax.tree.map(np.testing.assert_array_equal, nth(found.params, slice(None), 0), expected)


I, J, K = 3, 5, 3  # the small problem's features, hidden units and outputs  # noqa: E741
FORWARD, PRESENTATION = J * (I + K), J * (2 * I + 3 * K)


@pytest.mark.parametrize(
    ("score", "per_example"), [(BY_EL2N, FORWARD), (BY_GRAND, PRESENTATION), (BY_FORGETTING, 2 * FORWARD)],
    ids=["EL2N", "GraNd", "forgetting"],
)  # fmt: skip
def test_what_a_pilot_does_is_counted(score, per_example) -> None:
    """3 pilots of 2 epochs, a tenth of 20; then 20 epochs on 12 of 24 examples. Forgetting scores after each epoch."""
    trials = make_trials(CLASSIFICATION)
    found = learn_from_pilot(NETWORK, CLASSIFICATION, trials, SHORT, score=score, rule=Share(0.5), n_pilots=3)
    pilots = 3 * 2 * 24
    assert found.presentations[0].tolist() == [pilots] * 2 and found.labels[0, 0] == 24
    assert found.presentations[-1].tolist() == [pilots + 20 * 12] * 2
    of_pilots = (pilots * PRESENTATION + 3 * 24 * per_example) / FORWARD
    np.testing.assert_allclose(found.selection_work[-1], of_pilots, rtol=1e-12)
    np.testing.assert_allclose(found.work[-1], of_pilots + 20 * 12 * PRESENTATION / FORWARD, rtol=1e-12)
    assert (found.n_selected == 12).all() and (found.seconds_selection[-1] > 0).all()


def test_forgetting_counts_what_was_right_and_then_wrong() -> None:
    """Against a loop over the history, and of random histories."""
    history = np.random.default_rng(0).random((9, 40)) < 0.5
    history[:, 0] = False
    expected = []
    for example in range(40):
        events = sum(history[t, example] and not history[t + 1, example] for t in range(8))
        expected.append(events if history[:, example].any() else 9)
    assert forgetting_events(history).tolist() == expected


def test_forgotten_examples_are_chosen_for_functions_too() -> None:
    trials = make_trials(REGRESSION)
    found = learn_from_pilot(NETWORK, REGRESSION, trials, SHORT, score=BY_FORGETTING, rule=Share(0.5), n_pilots=2)
    assert found.is_selected.sum(axis=1).tolist() == [12, 12]


# --- InfoBatch -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", [CLASSIFICATION, TASKS["linear outputs"]], ids=["classes", "linear outputs"])
def test_infobatch_gives_the_weights_of_the_transcription(float64, task) -> None:
    """Every 2 epochs those below the mean loss are dropped by lot or count double; the last 5 of 20 have everything."""
    trials, r = make_trials(task), 0.5
    found = learn_selectively(
        NETWORK, task, trials, SHORT, utility=SquaredError(), rule=SoftPrune(r), interval=2, tail=0.25
    )
    for index in range(2):
        trial, n_presentations = one_trial(trials, index, task), 0
        learner = paper.Learner(trial.nets[0], hyper_of(SHORT, task), np.ones(24))
        for epoch in range(20):
            if epoch in range(2, 15, 2):
                losses = np.array([length_of_error(learner.net, z, t, task.output.name == "linear") ** 2
                                   for z, t in zip(trial.Z, trial.T, strict=True)])  # fmt: skip
                step = jax.random.fold_in(trials.selection_keys[index], epoch // 2 - 1)
                lots = np.asarray(jax.random.uniform(jax.random.split(step)[1], (24,)))
                soft = np.where(lots < r, 0, 1 / (1 - r))
                learner.weights = np.where(losses < losses.mean(), soft, 1.0)
            elif epoch == 15:
                learner.weights = np.ones(24)
            learner.epoch(trial.Z, trial.T, trial.orders[0](epoch, learner.weights > 0))
            n_presentations += int((learner.weights > 0).sum())
        assert found.presentations[-1, index] == n_presentations < 20 * 24
        assert_same_weights(nth(found.params, index, 0), learner.net, rtol=1e-8)
    assert (found.n_selected[-1] == 24).all()


def test_infobatch_leaves_the_expected_gradient_as_it_is() -> None:
    """The mean weight over many draws is 1 for everybody."""
    scores, everyone = np.arange(8.0), np.ones(8, dtype=bool)
    keys = jax.random.split(jax.random.key(0), 4000)
    rule = jax.jit(jax.vmap(lambda key: SoftPrune(0.3)(scores, everyone, everyone[:, None], key=key)))
    weights = np.asarray(rule(keys))
    np.testing.assert_allclose(weights.mean(axis=0), 1, atol=5 * np.sqrt(0.3 / 0.7 / 4000))
    assert (weights[:, 4:] == 1).all()
    np.testing.assert_allclose(np.unique(weights[:, :4]), [0, 1 / 0.7], rtol=1e-6)


def test_a_tail_of_everything_is_passive_learning_and_none_is_the_loop_as_it_was() -> None:
    trials = make_trials(CLASSIFICATION)
    how = {"utility": SquaredError(), "rule": Share(0.5)}
    found = learn_selectively(NETWORK, CLASSIFICATION, trials, SHORT, **how, tail=1.0)
    assert (found.n_selected == 24).all() and (found.selection_work == 0).all() and found.epoch[0] == 0
    half = learn_selectively(NETWORK, CLASSIFICATION, trials, SHORT, **how, tail=0.5)
    assert half.n_selected[:, 0].tolist() == [24, 24, *[12] * 9, *[24] * 10]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_pilots": 0}, "`n_pilots` must be a whole number of at least 1; got 0."),
        ({"pilot_epochs": 0}, "`pilot_epochs` must be a whole number of at least 1; got 0."),
    ],
)
def test_what_makes_no_pilot_is_refused(changes, message) -> None:
    with pytest.raises(ValueError) as refusal:
        learn_from_pilot(
            NETWORK, CLASSIFICATION, make_trials(CLASSIFICATION), SHORT, score=BY_EL2N, rule=Top(3), **changes
        )
    assert str(refusal.value) == message


def test_a_tail_and_a_probability_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match=r"`tail` must be in \[0, 1\]; got 2\."):
        learn_selectively(
            NETWORK, CLASSIFICATION, make_trials(CLASSIFICATION), replace(SHORT, epochs=1),
            utility=SquaredError(), rule=Share(0.5), tail=2,
        )  # fmt: skip
    with pytest.raises(ValueError, match=r"`probability` must be in \[0, 1\); got 1\."):
        SoftPrune(1)
