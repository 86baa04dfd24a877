"""Pool-based querying against the transcription of Algorithm 1, and the guarantees of its loop."""

from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

import transcription as paper
from eligo import CLASSIFICATION, REGRESSION, SGD, learn_by_querying, train_many
from eligo.learning.run import choose
from eligo.learning.trials import as_nets
from eligo.rules import Top
from eligo.utilities import AbsoluteError, EnsembleVariance, OutputSensitivity, PredictiveEntropy, Random
from problems import NETWORK, TASKS, assert_same_weights, hyper_of, keys, make_trials, nth, one_trial

SGD_105 = SGD(learning_rate=0.3, momentum=0.5, weight_decay=0.0005, epochs=105)  # 21 rounds of 5 epochs
SHORT = replace(SGD_105, epochs=21)


@dataclass(frozen=True)
class InOrder:
    """Asks for examples in an order that is given."""

    order: tuple[int, ...]

    def __call__(self, situation, *, key):
        return -jnp.argsort(jnp.array(self.order)).astype(float)

    def work(self, load) -> float:
        return 0.0


ORDER = tuple(np.random.default_rng(9).permutation(24).tolist())
CASES = {
    "entropy of classes": (CLASSIFICATION, PredictiveEntropy(), 1, paper.entropy_utility),
    "variance of classes": (CLASSIFICATION, EnsembleVariance(), 3, paper.class_variance_utility),
    "variance of sigmoid outputs": (REGRESSION, EnsembleVariance(), 3, paper.output_variance_utility),
    "variance of linear outputs": (TASKS["linear outputs"], EnsembleVariance(), 3, paper.output_variance_utility),
    "an order that is given": (CLASSIFICATION, InOrder(ORDER), 1, None),
}


def by_loops(trials, index, task, sgd, n_members, utility, **settings) -> paper.Querying:
    """The transcription of one trial; ``utility`` None asks in the given order."""
    trial = one_trial(trials, index, task, n_members)
    given = None if utility else [p for p in ORDER if not trial.first_labelled[p]]
    return paper.learn_from_pool(
        trial.nets, trial.Z, trial.T, hyper_of(sgd, task), trial.orders,
        first_labelled=trial.first_labelled, utility=utility, given=given, **settings,
    )  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_pool_run_gives_the_weights_labels_and_counts_of_the_transcription(float64, case) -> None:
    task, utility, n_members, transcribed = CASES[case]
    trials = make_trials(task)
    found = learn_by_querying(
        NETWORK, task, trials, SGD_105, utility=utility, rule=Top(1), n_members=n_members, n_records=105
    )
    for index in range(2):
        expected = by_loops(trials, index, task, SGD_105, n_members, transcribed, budget=20, epochs_of_round=[5] * 21)
        assert found.labels[1:, index].tolist() == expected.label_counts
        assert found.presentations[-1, index] == expected.n_presentations
        for member, learner in enumerate(expected.learners):
            assert_same_weights(nth(found.params, index, member), learner.net, rtol=1e-8)


@pytest.mark.parametrize("retraining", ["warm", "warm_at_rest", "cold"])
@pytest.mark.parametrize(("budget", "query_size"), [(7, 1), (8, 3), (20, 20), (2, 5)])
def test_budget_query_size_and_restarts_are_the_transcription_s(float64, retraining, budget, query_size) -> None:
    """8 labels asked three at a time are 3, 3 and 2; which labels were asked for is compared too."""
    trials = make_trials(CLASSIFICATION)
    sizes = [min(query_size, budget - asked) for asked in range(0, budget, query_size)]
    found = learn_by_querying(
        NETWORK, CLASSIFICATION, trials, SGD_105, utility=PredictiveEntropy(), rule=Top(query_size), budget=budget,
        retraining=retraining, epochs_per_query=4,
    )  # fmt: skip
    for index in range(2):
        expected = by_loops(
            trials, index, CLASSIFICATION, SGD_105, 1, paper.entropy_utility,
            budget=budget, query_size=query_size, epochs_of_round=[4] * (len(sizes) + 1),
            is_cold=retraining == "cold", is_at_rest=retraining == "warm_at_rest",
        )  # fmt: skip
        assert expected.label_counts == np.cumsum([4, *sizes]).tolist()
        assert np.flatnonzero(found.is_selected[index]).tolist() == sorted([0, 1, 2, 3, *expected.asked])
        assert found.labels[-1, index] == 4 + budget
        assert found.epoch[-1] == 4 * (len(sizes) + 1)
        assert found.presentations[-1, index] == expected.n_presentations
        assert_same_weights(nth(found.params, index, 0), expected.learners[0].net, rtol=1e-8)


def query(trials, task=CLASSIFICATION, sgd=SHORT, utility=None, rule=None, **settings):
    utility, rule = utility or PredictiveEntropy(), rule or Top(1)
    return learn_by_querying(NETWORK, task, trials, sgd, utility=utility, rule=rule, **settings)


def test_one_label_a_round_and_none_ever_leaves() -> None:
    """A run with a smaller budget is the beginning of one with a larger."""
    trials = make_trials(CLASSIFICATION)
    labelled = [query(trials, budget=budget, epochs_per_query=2).is_selected for budget in range(6)]
    np.testing.assert_array_equal(labelled[0], trials.is_first_labelled)
    for fewer, more in zip(labelled[:-1], labelled[1:], strict=True):
        assert not (fewer & ~more).any()
        assert ((more & ~fewer).sum(axis=1) == 1).all()


def test_without_a_budget_it_is_training_on_the_first_labels() -> None:
    trials = make_trials(CLASSIFICATION)
    found = query(trials, budget=0)
    params = nth(trials.params, slice(None), 0)
    expected = train_many(
        NETWORK, params, trials.X, trials.targets, CLASSIFICATION, SHORT,
        key=trials.order_keys[:, 0], subset=trials.is_first_labelled,
    )  # fmt: skip
    jax.tree.map(np.testing.assert_array_equal, nth(found.params, slice(None), 0), expected)
    assert found.epoch[-1] == 21 and (found.labels == 4).all() and (found.seconds_selection == 0).all()


@pytest.mark.parametrize(("epochs", "n_first"), [(21, 4), (105, 4), (100, 4), (7, 4), (30, 20)])
def test_warm_retraining_spends_the_epochs_of_passive_learning(epochs, n_first) -> None:
    trials = make_trials(CLASSIFICATION, n_labelled=n_first)
    found = query(trials, sgd=replace(SHORT, epochs=epochs), n_records=epochs)
    n_rounds = 24 - n_first + 1
    ends = [(done + 1) * epochs // n_rounds for done in range(n_rounds)]
    spent = np.diff([0, *ends])
    assert found.epoch[-1] == epochs
    assert spent.max() - spent.min() <= 1
    assert found.presentations[-1].tolist() == [sum(spent * np.arange(n_first, 25))] * 2
    assert found.labels[-1].tolist() == [24, 24]
    np.testing.assert_array_equal(found.labels, found.n_selected)


@pytest.mark.parametrize(
    ("epochs", "budget", "rounds", "labels"),
    [
        (10, None, [4, 4, 2], [4, 7, 10]),  # spent in the middle of a round, with labels left to buy
        (12, None, [4, 4, 4], [4, 7, 10]),
        (30, 6, [4, 4, 22], [4, 7, 10]),  # no label left to buy: on with what there is
        (3, None, [3], [4]),
    ],
)
def test_a_run_that_stops_by_epochs_spends_them_all_and_no_more(float64, epochs, budget, rounds, labels) -> None:
    trials, sgd = make_trials(CLASSIFICATION), replace(SGD_105, epochs=epochs)
    how = {"epochs_per_query": 4, "rule": Top(3), "retraining": "warm_at_rest"}
    found = query(trials, sgd=sgd, budget=budget, stop="epochs", n_records=epochs, **how)
    assert np.diff(found.epoch).tolist() == rounds
    for index in range(2):
        assert found.labels[1:, index].tolist() == labels
        expected = by_loops(
            trials, index, CLASSIFICATION, sgd, 1, paper.entropy_utility,
            budget=labels[-1] - 4, query_size=3, epochs_of_round=rounds, is_at_rest=True,
        )  # fmt: skip
        assert found.presentations[-1, index] == expected.n_presentations
        assert_same_weights(nth(found.params, index, 0), expected.learners[0].net, rtol=1e-8)


def test_checkpoints_are_recorded_in_the_middle_of_rounds_and_change_nothing_else() -> None:
    trials = make_trials(CLASSIFICATION)
    seldom, often = (
        query(trials, budget=4, epochs_per_query=4, n_records=2, **how) for how in ({}, {"checkpoints": (1, 6, 8, 900)})
    )
    assert seldom.epoch.tolist() == [0, 12, 20] and often.epoch.tolist() == [0, 1, 6, 8, 12, 20]
    assert often.labels[:, 0].tolist() == [4, 4, 5, 5, 6, 8]
    assert often.presentations[:, 0].tolist() == [0, 4, 26, 36, 60, 120]
    jax.tree.map(np.testing.assert_array_equal, seldom.params, often.params)
    np.testing.assert_array_equal(often.test_error[[0, 4, 5]], seldom.test_error)


def test_cold_retraining_is_training_anew_on_the_last_labels() -> None:
    """Of what came before only the labels are left; epochs go on counting, so each retraining has its own order."""
    trials = make_trials(CLASSIFICATION)
    found = query(trials, budget=3, retraining="cold", epochs_per_query=6)
    assert found.epoch[-1] == 24
    for index in range(2):
        trial = one_trial(trials, index, CLASSIFICATION)
        learner = paper.Learner(trial.nets[0], hyper_of(SHORT, CLASSIFICATION))
        for epoch in range(18, 24):
            learner.epoch(trial.Z, trial.T, trial.orders[0](epoch, found.is_selected[index]))
        assert_same_weights(nth(found.params, index, 0), learner.net, rtol=1e-5)
    assert query(trials, budget=3, retraining="cold").epoch[-1] == 4 * SHORT.epochs


# --- What a utility may see ------------------------------------------------------------------------------------------

SEEN: list[tuple[np.ndarray, ...]] = []


@dataclass(frozen=True)
class Spy:
    """Takes down what it is shown."""

    def __call__(self, situation, *, key):
        shown = (situation.targets, situation.is_labelled, situation.is_candidate, situation.weight_decay)
        jax.debug.callback(lambda *seen: SEEN.append(seen), *shown)
        return jnp.arange(len(situation.X), dtype=float)

    def work(self, load) -> float:
        return 0.0


def test_nobody_sees_a_label_before_it_is_queried() -> None:
    SEEN.clear()
    trials = make_trials(CLASSIFICATION)
    query(trials, utility=Spy(), budget=6)
    jax.effects_barrier()
    counts = set()
    for targets, is_labelled, is_candidate, weight_decay in SEEN:
        assert weight_decay == pytest.approx(0.0005)
        assert is_labelled.all() or (is_candidate == ~is_labelled).all()
        np.testing.assert_array_equal(np.isnan(targets), np.tile(~is_labelled[:, None], (1, 3)))
        counts.add(int(is_labelled.sum()))
    assert counts >= {4, 5, 6, 7, 8, 9}  # and 24 where the loop compiles ahead


def test_a_utility_whose_scores_would_mean_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="`utility` AbsoluteError needs labels, which a pool does not have"):
        query(make_trials(CLASSIFICATION), utility=AbsoluteError(), budget=1)
    with pytest.raises(ValueError, match="`utility` EnsembleVariance compares at least 2 members; got 1"):
        query(make_trials(CLASSIFICATION), utility=EnsembleVariance(), budget=1)


# --- Ties ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NoPreference:
    """The same score for everyone."""

    def __call__(self, situation, *, key):
        return jnp.ones(len(situation.X))

    def work(self, load) -> float:
        return 0.0


def test_equal_scores_are_chosen_uniformly_by_the_run_s_own_key() -> None:
    n_trials = 2000
    trials = make_trials(CLASSIFICATION, n_trials=1, n_members=1, n_examples=8)

    def repeated(part):
        return jax.tree.map(lambda leaf: np.repeat(leaf, n_trials, axis=0), part)

    labelled = repeated(trials.is_first_labelled)
    data = (repeated(trials.X), repeated(trials.targets), labelled, ~labelled, np.zeros(n_trials, dtype=np.float32))

    def chosen(step: int) -> np.ndarray:
        state = (step, as_nets(repeated(trials.params)))
        return np.asarray(choose(NETWORK, CLASSIFICATION, NoPreference(), Top(1), *state, *data, keys(3, n_trials)))

    first, again, later = chosen(0), chosen(0), chosen(1)
    assert not first[:, :4].any() and (first.sum(axis=1) == 1).all()
    assert stats.chisquare(first[:, 4:].sum(axis=0)).pvalue > 1e-3
    np.testing.assert_array_equal(first, again)
    table = np.array([[(first[:, a] & later[:, b]).sum() for b in range(4, 8)] for a in range(4, 8)])
    assert stats.chi2_contingency(table).pvalue > 1e-3  # the next choice owes nothing to this one


# --- Committees ------------------------------------------------------------------------------------------------------


def test_a_committee_presents_every_example_to_every_member() -> None:
    trials = make_trials(CLASSIFICATION)
    alone = query(trials, utility=Random(), n_records=21)
    committee = query(trials, utility=Random(), n_members=3, n_records=21)
    np.testing.assert_array_equal(committee.presentations, 3 * alone.presentations)
    np.testing.assert_allclose(committee.work, 3 * alone.work)
    assert committee.params["hidden"]["weights"].shape == (2, 3, 3, 5)
    np.testing.assert_array_equal(committee.labels, alone.labels)


def test_the_committee_s_first_member_is_the_network_that_learns_alone() -> None:
    """Members share labels and nothing else; the first has the weights and the order of a single network."""
    trials = make_trials(CLASSIFICATION)
    alone, committee = (query(trials, utility=InOrder(ORDER), n_members=n_members) for n_members in (1, 3))
    for index in range(2):
        expected = paper.from_params(nth(alone.params, index, 0))
        assert_same_weights(nth(committee.params, index, 0), expected, rtol=1e-5)
        with pytest.raises(AssertionError):
            assert_same_weights(nth(committee.params, index, 1), expected, rtol=0.1)


@pytest.mark.parametrize("task", [CLASSIFICATION, REGRESSION], ids=["vote", "mean"])
def test_a_committee_is_measured_as_one(task) -> None:
    """By its vote and its mean on the test part; its train error, Eq. 10's data term, is of the labels there are."""
    trials = make_trials(task)
    found = query(trials, task, budget=3, utility=EnsembleVariance(), n_members=3)
    for index in range(2):
        nets = [paper.from_params(nth(found.params, index, member)) for member in range(3)]

        def outputs_of(Z: np.ndarray, nets=nets) -> np.ndarray:
            return np.array([[paper.forward(net, z, False)[1] for net in nets] for z in Z])

        trial, scale = one_trial(trials, index, task), np.asarray(trials.scale[index])
        X, T = np.asarray(trials.X_test[index]), np.asarray(trials.targets_test[index])
        on_test = ((outputs_of(X).mean(axis=1) - T) * scale) ** 2
        on_labels = (((outputs_of(trial.Z).mean(axis=1) - trial.T) * scale) ** 2)[found.is_selected[index]]
        assert found.train_error[-1, index] == pytest.approx(on_labels.sum() / 7, rel=1e-4)
        assert found.test_error[-1, index] == pytest.approx(on_test.sum() / 10, rel=1e-4)
        if task is CLASSIFICATION:
            votes = [paper.majority_vote([paper.softmax(o) for o in of_members]) for of_members in outputs_of(X)]
            assert found.accuracy[-1, index] == pytest.approx((votes == T.argmax(axis=1)).mean(), abs=1e-6)
        else:
            assert found.mse[-1, index] == pytest.approx(on_test.mean(), rel=1e-4)


# --- Work ------------------------------------------------------------------------------------------------------------

I, J, K = 3, 5, 3  # the small problem's features, hidden units and outputs  # noqa: E741
FORWARD = J * (I + K)


@pytest.mark.parametrize(
    ("utility", "n_members", "per_example"),
    [
        (OutputSensitivity(), 1, J * (I + K + K * I)),
        (PredictiveEntropy(), 1, FORWARD),
        (EnsembleVariance(), 3, 3 * FORWARD),
        (Random(), 1, 0),
    ],
    ids=lambda value: getattr(type(value), "__name__", value),
)
def test_each_query_scores_the_pool_once(utility, n_members, per_example) -> None:
    found = query(make_trials(CLASSIFICATION), utility=utility, n_members=n_members, rule=Top(6), budget=12)
    n_scored = 20 + 14
    presentations = found.presentations[-1, 0]
    assert presentations == n_members * 7 * (4 + 10 + 16)  # 21 epochs in three rounds
    expected = (J * (2 * I + 3 * K) * presentations + per_example * n_scored) / FORWARD
    np.testing.assert_allclose(found.work[-1], expected, rtol=1e-12)
    np.testing.assert_allclose(found.selection_work[-1], per_example * n_scored / FORWARD, rtol=1e-12)


# --- What is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"budget": 21}, "`budget` must be in [0, 20], the pool size; got 21."),
        ({"budget": -1}, "`budget` must be in [0, 20], the pool size; got -1."),
        ({"n_members": 4}, "`n_members` must be in [1, 3], the members that the trials were made with; got 4."),
        ({"n_members": 0}, "`n_members` must be in [1, 3], the members that the trials were made with; got 0."),
        ({"retraining": "hot"}, "`retraining` must be one of 'warm', 'warm_at_rest', 'cold'; got 'hot'."),
        ({"epochs_per_query": 0}, "`epochs_per_query` must be a whole number of at least 1; got 0."),
        ({"stop": "never"}, "`stop` must be one of 'budget', 'epochs'; got 'never'."),
        ({"stop": "epochs"}, '`stop` "epochs" needs `epochs_per_query`; got None.'),
    ],
)
def test_what_makes_no_loop_is_refused(changes, message) -> None:
    with pytest.raises(ValueError) as refusal:
        query(make_trials(CLASSIFICATION), **changes)
    assert str(refusal.value) == message


def test_trials_must_start_with_equally_many_labels() -> None:
    trials = make_trials(CLASSIFICATION)
    uneven = replace(trials, is_first_labelled=trials.is_first_labelled.at[0, 20].set(True))
    with pytest.raises(ValueError, match="equally many labels; their pools hold \\[19, 20\\] examples"):
        query(uneven)
