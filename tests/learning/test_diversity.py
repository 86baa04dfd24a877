"""Committees whose members differ in weights, bootstrap samples, features, or any mix of the three."""

import itertools

import jax
import numpy as np
import pytest
from scipy import stats

import transcription as paper
from eligo import CLASSIFICATION, SGD, learn_by_querying
from eligo.learning import MIXES, Diversity, diversity_named
from eligo.learning.diversity import Resamples, feature_mask, resample, with_diversity
from eligo.rules import Top
from eligo.utilities import EnsembleVariance
from problems import NETWORK, assert_same_weights, hyper_of, make_trials, nth, one_trial

SHORT = SGD(learning_rate=0.3, momentum=0.5, weight_decay=0.001, epochs=12)
TRIALS = make_trials(CLASSIFICATION)


def query(trials=TRIALS, **settings):
    how = {"utility": EnsembleVariance(), "rule": Top(7), "n_members": 3, "budget": 14} | settings
    return learn_by_querying(NETWORK, CLASSIFICATION, trials, SHORT, **how)


def resamples_of(trials, found) -> list[np.ndarray]:
    """The rows that each network saw in each round, replayed along the labels that were asked for."""
    replay = Resamples(trials.order_keys, trials.n_examples)
    return [replay.grow(labelled).copy() for labelled in found]


def test_members_learn_from_their_own_resample_as_the_transcription_does(float64) -> None:
    """With replacement, as many presentations as without, and only among what has labels."""
    trials = make_trials(CLASSIFICATION)
    labelled = [query(trials, diversity=Diversity(bootstrap=True), budget=budget, epochs_per_query=4).is_selected
                for budget in (0, 7, 14)]  # fmt: skip
    found = query(trials, diversity=Diversity(bootstrap=True), epochs_per_query=4)
    rounds = resamples_of(trials, labelled)
    for index in range(2):
        trial = one_trial(trials, index, CLASSIFICATION, 3)
        for member in range(3):
            learner = paper.Learner(trial.nets[member], hyper_of(SHORT, CLASSIFICATION))
            for number, (rows, known) in enumerate(zip(rounds, labelled, strict=True)):
                own = rows[3 * index + member]
                assert known[index][own[known[index]]].all()
                for epoch in range(4 * number, 4 * number + 4):
                    learner.epoch(trial.Z[own], trial.T[own], trial.orders[member](epoch, known[index]))
            assert_same_weights(nth(found.params, index, member), learner.net, rtol=1e-8)
        assert found.presentations[-1, index] == 3 * 4 * (4 + 11 + 18)


def test_members_see_their_own_features_in_training_and_prediction_alike(float64) -> None:
    trials = make_trials(CLASSIFICATION)
    found = query(trials, diversity=Diversity(feature_share=2 / 3), budget=0)
    _, features = with_diversity(trials, NETWORK, Diversity(feature_share=2 / 3))
    assert features.sum(axis=1).tolist() == [2] * 6 and len({tuple(mask) for mask in features}) > 1
    for index, member in itertools.product(range(2), range(3)):
        mask, trial = features[3 * index + member], one_trial(trials, index, CLASSIFICATION, 3)
        start = paper.copied(trial.nets[member])
        start["v"][:, ~mask] = 0
        learner = paper.Learner(start, hyper_of(SHORT, CLASSIFICATION))
        for epoch in range(12):
            learner.epoch(trial.Z * mask, trial.T, trial.orders[member](epoch, trial.first_labelled))
        assert_same_weights(nth(found.params, index, member), learner.net, rtol=1e-8)
        assert (np.asarray(nth(found.params, index, member)["hidden"]["weights"])[~mask] == 0).all()


def test_members_without_weights_of_their_own_start_from_those_of_the_first() -> None:
    start, _ = with_diversity(TRIALS, NETWORK, Diversity(weights=False, bootstrap=True))
    for member in range(3):
        jax.tree.map(np.testing.assert_array_equal, nth(start.params, 1, member), nth(TRIALS.params, 1, 0))


def test_the_paper_s_ensemble_is_the_one_by_weights_bit_for_bit() -> None:
    plain, named = query(), query(diversity=diversity_named("weights", 0.5))
    jax.tree.map(np.testing.assert_array_equal, named.params, plain.params)
    np.testing.assert_array_equal(named.work, plain.work)


@pytest.mark.parametrize("mix", MIXES[1:])
def test_every_mix_makes_members_that_differ_and_costs_the_same(mix) -> None:
    plain, found = query(), query(diversity=diversity_named(mix, 0.67))
    np.testing.assert_array_equal(found.presentations, plain.presentations)
    assert (found.labels == plain.labels).all() and not found.is_diverged.any()
    for first, second in itertools.combinations(range(3), 2):
        one, other = (np.asarray(nth(found.params, 0, member)["output"]["weights"]) for member in (first, second))
        assert np.abs(one - other).max() > 1e-4


def test_a_resample_that_grows_is_a_bootstrap_sample_of_what_is_there() -> None:
    """Each place is uniform over the grown set, whether it was drawn before or is new; places are independent."""
    rng, counts, pairs = np.random.default_rng(0), np.zeros((10, 10)), np.zeros((10, 10))
    first, everyone = np.arange(10) < 4, np.ones(10, dtype=bool)
    for _ in range(4000):
        rows = resample(np.arange(10), np.zeros(10, dtype=bool), first, rng)
        rows = resample(rows, first, everyone & ~first, rng)
        counts[np.arange(10), rows] += 1
        pairs[rows[0], rows[1]] += 1
    assert all(stats.chisquare(row).pvalue > 1e-4 for row in counts)
    assert stats.chi2_contingency(pairs).pvalue > 1e-4


def test_a_resample_changes_no_more_than_it_must() -> None:
    rng, there = np.random.default_rng(0), np.arange(100) < 99
    rows = resample(np.arange(100), np.zeros(100, dtype=bool), there, rng)
    grown = resample(rows, there, ~there, rng)
    assert (grown[:99] != rows[:99]).sum() < 8
    np.testing.assert_array_equal(resample(grown, there, ~np.ones(100, dtype=bool), rng), grown)


def test_a_subspace_has_at_least_one_feature() -> None:
    assert feature_mask(3, 0.01, np.random.default_rng(0)).sum() == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"feature_share": 0}, "`feature_share` must be in (0, 1]; got 0."),
        ({"weights": False}, "members must differ in weights, bootstrap or features; got none of them."),
    ],
)
def test_what_makes_no_diversity_is_refused(arguments, message) -> None:
    with pytest.raises(ValueError) as refusal:
        Diversity(**arguments)
    assert str(refusal.value) == message
