"""Selective learning against its transcription, and the guarantees of its loop."""

import itertools
from dataclasses import dataclass, replace

import jax
import numpy as np
import pytest
from sklearn import metrics

import transcription as paper
from eligo import CLASSIFICATION, REGRESSION, SGD, learn_selectively, train_many
from eligo.learning.trajectory import ROWS_AT_ONCE
from eligo.rules import AboveMean, Everything, KCentre, Share
from eligo.utilities import AbsoluteError, Indifferent, OutputSensitivity, PredictiveEntropy, Random
from problems import NETWORK, TASKS, assert_same_weights, hyper_of, make_trials, nth, one_trial

SGD_100 = SGD(learning_rate=0.2, momentum=0.5, weight_decay=0.0005, epochs=100)
SASLA = {"utility": OutputSensitivity(), "rule": AboveMean(0.2)}


def by_loops(trials, index, task, sgd, **settings) -> paper.Selective:
    """The transcription of one trial."""
    trial = one_trial(trials, index, task)
    given = (trial.nets[0], trial.Z, trial.T, hyper_of(sgd, task), sgd.epochs, trial.orders[0])
    return paper.learn_by_sensitivity(*given, classes=trial.classes, **settings)


def returns(subsets: list[np.ndarray]) -> int:
    """How often an example that had left comes back."""
    return sum(int((later & ~earlier).sum()) for earlier, later in itertools.pairwise(subsets))


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_sasla_gives_the_weights_subsets_and_counts_of_the_transcription(float64, task) -> None:
    trials = make_trials(task)
    found = learn_selectively(NETWORK, task, trials, SGD_100, **SASLA)
    assert found.epoch.tolist() == list(range(101))
    for index in range(2):
        expected = by_loops(trials, index, task, SGD_100, beta=0.2)
        sizes = [int(subset.sum()) for subset in expected.subsets]
        assert returns(expected.subsets) > 0 and min(sizes) < 20  # examples left, and some came back
        assert found.n_selected[:, index].tolist() == [24, *sizes]
        assert found.is_selected[index].tolist() == expected.subsets[-1].tolist()
        assert found.presentations[:, index].tolist() == np.cumsum([0, *sizes]).tolist()
        assert found.presentations[-1, index] == expected.learner.n_presentations
        assert_same_weights(nth(found.params, index, 0), expected.learner.net, rtol=1e-8)


@pytest.mark.parametrize(
    ("interval", "candidates", "first"), [(7, "all", None), (1, "current", 2), (30, "current", None), (7, "all", 3)]
)
def test_the_interval_and_the_candidates_are_the_transcription_s(float64, interval, candidates, first) -> None:
    trials, is_for_good = make_trials(CLASSIFICATION), candidates == "current"
    where = {"interval": interval, "candidates": candidates, "first_selection": first}
    found = learn_selectively(NETWORK, CLASSIFICATION, trials, SGD_100, **SASLA, **where)
    for index in range(2):
        expected = by_loops(
            trials, index, CLASSIFICATION, SGD_100,
            beta=0.2, interval=interval, first_selection=first, is_for_good=is_for_good,
        )  # fmt: skip
        assert (returns(expected.subsets) == 0) == is_for_good
        assert expected.n_selections == 1 + (99 - (first or interval)) // interval
        assert found.n_selected[1:, index].tolist() == [int(subset.sum()) for subset in expected.subsets]
        assert found.is_selected[index].tolist() == expected.subsets[-1].tolist()
        assert_same_weights(nth(found.params, index, 0), expected.learner.net, rtol=1e-8)


def test_a_short_run_in_float32_chooses_as_the_transcription_does() -> None:
    trials, sgd = make_trials(CLASSIFICATION), replace(SGD_100, epochs=10)
    found = learn_selectively(NETWORK, CLASSIFICATION, trials, sgd, **SASLA)
    for index in range(2):
        expected = by_loops(trials, index, CLASSIFICATION, sgd, beta=0.2)
        assert found.n_selected[1:, index].tolist() == [int(subset.sum()) for subset in expected.subsets]
        assert_same_weights(nth(found.params, index, 0), expected.learner.net, rtol=1e-5)


@pytest.mark.parametrize("utility", [OutputSensitivity("euclidean", "sum"), AbsoluteError()], ids=str)
def test_a_beta_of_one_is_passive_learning_bit_for_bit(utility) -> None:
    trials, sgd = make_trials(CLASSIFICATION), replace(SGD_100, epochs=20)
    passive = learn_selectively(NETWORK, CLASSIFICATION, trials, sgd, utility=Random(), rule=Everything())
    kept = learn_selectively(NETWORK, CLASSIFICATION, trials, sgd, utility=utility, rule=AboveMean(1.0))
    jax.tree.map(np.testing.assert_array_equal, kept.params, passive.params)
    np.testing.assert_array_equal(kept.presentations, passive.presentations)
    np.testing.assert_array_equal(kept.test_error, passive.test_error)
    assert (kept.work[-1] > passive.work[-1]).all()


def test_passive_learning_is_train_on_everything() -> None:
    trials, sgd = make_trials(CLASSIFICATION), replace(SGD_100, epochs=20)
    found = learn_selectively(NETWORK, CLASSIFICATION, trials, sgd, utility=Random(), rule=Everything(), n_records=3)
    params = nth(trials.params, slice(None), 0)
    expected = train_many(NETWORK, params, trials.X, trials.targets, CLASSIFICATION, sgd, key=trials.order_keys[:, 0])
    jax.tree.map(np.testing.assert_array_equal, nth(found.params, slice(None), 0), expected)
    assert found.is_selected.all()


def test_how_often_one_records_changes_nothing_else() -> None:
    trials, sgd = make_trials(CLASSIFICATION), replace(SGD_100, epochs=20)
    often, seldom = (
        learn_selectively(NETWORK, CLASSIFICATION, trials, sgd, **SASLA, interval=3, n_records=n) for n in (20, 4)
    )
    assert seldom.epoch.tolist() == [0, 5, 10, 15, 20]
    jax.tree.map(np.testing.assert_array_equal, often.params, seldom.params)
    for name in ("n_selected", "presentations", "work", "train_error", "test_error", "accuracy", "macro_f1"):
        np.testing.assert_array_equal(getattr(often, name)[::5], getattr(seldom, name), err_msg=name)


def test_checkpoints_are_recorded_besides_and_change_nothing_else() -> None:
    """As far as the run goes: there is no epoch 500."""
    trials, sgd = make_trials(CLASSIFICATION), replace(SGD_100, epochs=20)
    every, some = (
        learn_selectively(NETWORK, CLASSIFICATION, trials, sgd, **SASLA, interval=3, **how)
        for how in ({"n_records": 20}, {"n_records": 2, "checkpoints": (3, 13, 20, 500)})
    )
    assert some.epoch.tolist() == [0, 3, 10, 13, 20]
    jax.tree.map(np.testing.assert_array_equal, every.params, some.params)
    for name in ("n_selected", "presentations", "work", "selection_work", "train_error", "train_accuracy", "mcc"):
        np.testing.assert_array_equal(getattr(every, name)[some.epoch], getattr(some, name), err_msg=name)


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_what_is_measured_is_what_scikit_learn_finds_in_the_outputs(task) -> None:
    trials, sgd = make_trials(task, n_test=40), replace(SGD_100, epochs=30)
    found = learn_selectively(NETWORK, task, trials, sgd, **SASLA)
    for index in range(2):
        net, trial = paper.from_params(nth(found.params, index, 0)), one_trial(trials, index, task)
        X, T = np.asarray(trials.X_test[index], dtype=np.float64), np.asarray(trials.targets_test[index])
        outputs, on_train = (
            np.array([paper.forward(net, z, task.output.name == "linear")[1] for z in Z]) for Z in (X, trial.Z)
        )
        if not task.has_classes:
            scale = float(trials.scale[index, 0])
            assert found.mae[-1, index] == pytest.approx(scale * metrics.mean_absolute_error(T, outputs), rel=1e-4)
            assert found.r2[-1, index] == pytest.approx(metrics.r2_score(T, outputs), rel=1e-3)
            assert np.isnan(found.train_accuracy).all() and np.isnan(found.mcc).all() and found.confusion is None
            continue
        labels, predicted = T.argmax(axis=1), outputs.argmax(axis=1)
        macro = {"average": "macro", "zero_division": 0}
        for name, expected in {
            "accuracy": metrics.accuracy_score(labels, predicted),
            "macro_f1": metrics.f1_score(labels, predicted, **macro),
            "macro_precision": metrics.precision_score(labels, predicted, **macro),
            "macro_recall": metrics.recall_score(labels, predicted, **macro),
            "mcc": metrics.matthews_corrcoef(labels, predicted),
            "train_accuracy": metrics.accuracy_score(trial.classes, on_train.argmax(axis=1)),
        }.items():
            assert getattr(found, name)[-1, index] == pytest.approx(expected, abs=1e-6), name
        assert found.confusion.dtype == np.int64
        np.testing.assert_array_equal(found.confusion[index], metrics.confusion_matrix(labels, predicted))
        assert np.isnan(found.mae).all()


def test_parts_too_large_for_the_cache_are_measured_alike() -> None:
    """A few rows over two full chunks, against all rows at once in NumPy."""
    task, n_test = TASKS["linear outputs"], 2 * ROWS_AT_ONCE + 5
    trials = make_trials(task, n_test=n_test)
    found = learn_selectively(NETWORK, task, trials, SGD(0.1, epochs=1), utility=Random(), rule=Everything())
    for index in range(2):
        net = paper.from_params(nth(found.params, index, 0))
        y = 1 / (1 + np.exp(-(np.asarray(trials.X_test[index]) @ net["v"].T + net["v_bias"])))
        errors = y @ net["w"].T + net["w_bias"] - np.asarray(trials.targets_test[index])
        expected = (errors**2).mean() * float(trials.scale[index, 0]) ** 2
        assert found.mse[-1, index] == pytest.approx(expected, rel=1e-4)


def test_every_class_keeps_an_example() -> None:
    """With beta 0 about half go at once; saturated classes would go whole."""
    trials, sgd = make_trials(CLASSIFICATION), SGD(0.5, 0.9, epochs=60)
    found = learn_selectively(
        NETWORK, CLASSIFICATION, trials, sgd, utility=OutputSensitivity(), rule=AboveMean(0.0), n_records=6
    )
    classes = np.asarray(trials.targets).argmax(axis=2)
    for of_trial, chosen in zip(classes, found.is_selected, strict=True):
        assert set(of_trial[chosen]) == {0, 1, 2}
        assert chosen.sum() < 15


@dataclass(frozen=True)
class OnlyThatClass:
    """Informativeness 1 for one class and 0 for all others."""

    label: int

    def __call__(self, situation, *, key):
        return (situation.targets.argmax(axis=1) == self.label).astype(float)

    def work(self, load) -> float:
        return 0.0


def test_classes_without_any_informative_example_keep_exactly_one() -> None:
    trials, sgd = make_trials(CLASSIFICATION), SGD(0.1, epochs=4)
    found = learn_selectively(
        NETWORK, CLASSIFICATION, trials, sgd, utility=OnlyThatClass(1), rule=AboveMean(0.9), n_records=4
    )
    classes = np.asarray(trials.targets).argmax(axis=2)
    for index in range(2):
        assert np.bincount(classes[index][found.is_selected[index]]).tolist() == [1, (classes[index] == 1).sum(), 1]


def test_function_approximation_has_no_classes_to_keep() -> None:
    trials = make_trials(REGRESSION)
    found = learn_selectively(NETWORK, REGRESSION, trials, SGD(0.1, epochs=4), utility=Random(), rule=Share(1e-9))
    assert found.n_selected[2:].tolist() == [[1, 1]] * 3


def test_a_random_share_is_drawn_anew_for_every_trial_and_epoch() -> None:
    trials = make_trials(CLASSIFICATION)
    subsets = [
        learn_selectively(
            NETWORK, CLASSIFICATION, trials, SGD(0.1, epochs=epochs), utility=Random(), rule=Share(0.25), n_records=1
        ).is_selected
        for epochs in (2, 3, 4, 5)
    ]
    assert all((subset.sum(axis=1) == 6).all() for subset in subsets)
    assert len({tuple(of_trial) for subset in subsets for of_trial in subset.tolist()}) == 8


def test_a_trial_among_many_equals_it_alone() -> None:
    trials, sgd = make_trials(CLASSIFICATION), replace(SGD_100, epochs=15)
    many = learn_selectively(NETWORK, CLASSIFICATION, trials, sgd, **SASLA, n_records=5)
    for index in range(2):
        alone = learn_selectively(NETWORK, CLASSIFICATION, nth_trials(trials, index), sgd, **SASLA, n_records=5)
        np.testing.assert_array_equal(alone.n_selected[:, 0], many.n_selected[:, index])
        np.testing.assert_allclose(alone.test_error[:, 0], many.test_error[:, index], rtol=1e-5)


def nth_trials(trials, index: int):
    return replace(trials, **{name: nth(part, slice(index, index + 1)) for name, part in vars(trials).items()})


# --- Work ------------------------------------------------------------------------------------------------------------

I, J, K = 3, 5, 3  # the small problem's features, hidden units and outputs  # noqa: E741
FORWARD = J * (I + K)
PRESENTATION = J * (2 * I + 3 * K)


@pytest.mark.parametrize(
    ("utility", "per_example"),
    [
        (OutputSensitivity(), J * (I + K + K * I)),
        (PredictiveEntropy(), FORWARD),
        (AbsoluteError(), FORWARD),
        (Random(), 0),
    ],
    ids=lambda value: getattr(type(value), "__name__", value),
)
@pytest.mark.parametrize("candidates", ["all", "current"])
def test_work_is_counted_by_the_literature_s_formulas(utility, per_example, candidates) -> None:
    """J(2I + 3K) multiply-adds a presentation; each selection scores D_C, or what is left of it."""
    trials, sgd = make_trials(CLASSIFICATION), SGD(0.3, epochs=12)
    found = learn_selectively(
        NETWORK, CLASSIFICATION, trials, sgd, utility=utility, rule=AboveMean(0.5), interval=5, candidates=candidates
    )
    scored = np.zeros((13, 2))
    for epoch in (5, 10):  # counted after the record at that epoch
        scored[epoch + 1 :] += 24 if candidates == "all" else found.n_selected[epoch]
    expected = (PRESENTATION * found.presentations + per_example * scored) / FORWARD
    np.testing.assert_allclose(found.work, expected, rtol=1e-12)
    np.testing.assert_allclose(found.selection_work, per_example * scored / FORWARD, rtol=1e-12)


def test_seconds_only_grow_and_passive_learning_selects_nothing() -> None:
    trials, sgd = make_trials(CLASSIFICATION), replace(SGD_100, epochs=20)
    sasla = learn_selectively(NETWORK, CLASSIFICATION, trials, sgd, **SASLA)
    passive = learn_selectively(NETWORK, CLASSIFICATION, trials, sgd, utility=Random(), rule=Everything())
    for name in ("seconds_training", "seconds_selection", "seconds_evaluation"):
        seconds = getattr(sasla, name)
        assert (np.diff(seconds, axis=0) >= 0).all() and (seconds[-1] > 0).all(), name
        assert (seconds[0] == 0).all() or name == "seconds_evaluation"
    assert (passive.seconds_selection == 0).all()
    assert sasla.seconds_training[-1].sum() < 1  # no compilation among them


def test_divergence_is_seen_in_the_trial_where_it_happens() -> None:
    trials = make_trials(TASKS["linear outputs"])
    params = jax.tree.map(lambda leaf: leaf.at[1].mul(1e30), trials.params)
    found = learn_selectively(
        NETWORK, TASKS["linear outputs"], replace(trials, params=params), SGD(0.05, epochs=5), **SASLA
    )
    assert found.is_diverged.tolist() == [False, True]
    assert np.isfinite(found.test_error[:, 0]).all() and not np.isfinite(found.test_error[-1, 1])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"interval": 0}, "`interval` must be a whole number of at least 1; got 0."),
        ({"first_selection": 0}, "`first_selection` must be a whole number of at least 1; got 0."),
        ({"candidates": "some"}, "`candidates` must be one of 'all', 'current'; got 'some'."),
    ],
)
def test_what_makes_no_loop_is_refused(changes, message) -> None:
    with pytest.raises(ValueError) as refusal:
        learn_selectively(NETWORK, CLASSIFICATION, make_trials(CLASSIFICATION), SGD_100, **SASLA, **changes)
    assert str(refusal.value) == message


def test_rules_for_queries_alone_are_refused() -> None:
    """All examples are labelled, so that none lies apart from them."""
    message = "`rule` KCentre keeps away from labelled examples, which all are in selective learning; use it to query."
    with pytest.raises(ValueError, match=f"^{message}$"):
        learn_selectively(
            NETWORK, CLASSIFICATION, make_trials(CLASSIFICATION), SGD_100, utility=Indifferent(), rule=KCentre(3)
        )
