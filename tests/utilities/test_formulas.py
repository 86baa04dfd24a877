"""Utilities that look further than predictions, each against its formula in plain NumPy."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from eligo import CLASSIFICATION, LINEAR_OUTPUT_REGRESSION, TANH, Network, softmax_of_net_inputs
from eligo.representations import LastHidden, Vectors
from eligo.utilities import (
    IGS,
    ConflictingEvidence,
    DensityWeighted,
    ExpectedGradientLength,
    GSx,
    GSy,
    InsufficientEvidence,
    LaplaceVariance,
    Margin,
    OutputSensitivity,
    Predicted,
    PredictiveEntropy,
    Random,
    Situation,
    Typicality,
    UncertainByLot,
    density,
    evidence,
    score_predictions,
    typicality,
)
from problems import NETWORK, coded, initial, keys, nth

CERTAIN = replace(CLASSIFICATION, distribution=softmax_of_net_inputs)
LINEAR = LINEAR_OUTPUT_REGRESSION
IS_LABELLED = np.random.default_rng(4).permutation(24) < 7
IS_CANDIDATE = ~IS_LABELLED & (np.arange(24) != 5)


def situation_of(task, network=NETWORK, scale: float = 3.0) -> Situation:
    X, T = coded(task)
    known = np.where(IS_LABELLED[:, None], T, np.nan)
    params = jax.tree.map(lambda leaf: scale * leaf, initial(T.shape[1], leading=(1,), network=network))
    return Situation(network, task, params, *map(jnp.asarray, (X, known, IS_LABELLED, IS_CANDIDATE, 0.01)))


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def signals(situation) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Hidden values, output weights and net inputs of the first network."""
    params = jax.tree.map(np.asarray, nth(situation.params, 0))
    y = sigmoid(np.asarray(situation.X) @ params["hidden"]["weights"] + params["hidden"]["bias"])
    return y, params["output"], y @ params["output"]["weights"] + params["output"]["bias"]


def softmax(net: np.ndarray) -> np.ndarray:
    p = np.exp(net - net.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


def evidences(situation) -> np.ndarray:
    """For the most probable class and for the second, (examples, 2), term by term."""
    y, output, net = signals(situation)
    found = []
    for hidden, of_classes in zip(y, net, strict=True):
        second, first = np.argsort(of_classes)[-2:]
        terms = [(w[first] - w[second]) * h for w, h in zip(output["weights"], hidden, strict=True)]
        terms.append(output["bias"][first] - output["bias"][second])
        found.append([sum(t for t in terms if t > 0), -sum(t for t in terms if t < 0)])
    return np.array(found)


def test_evidence_adds_up_to_the_difference_of_net_inputs(float64) -> None:
    situation = situation_of(CERTAIN)
    for_first, for_second = evidence(NETWORK, nth(situation.params, 0), situation.X, CERTAIN)
    np.testing.assert_allclose(np.stack([for_first, for_second], axis=1), evidences(situation), rtol=1e-10)
    *_, net = signals(situation)
    ordered = np.sort(net, axis=1)
    np.testing.assert_allclose(for_first - for_second, ordered[:, -1] - ordered[:, -2], rtol=1e-9)


@pytest.mark.parametrize("t", [1, 5, 24])
def test_evidence_decides_among_the_t_most_uncertain_and_the_margin_elsewhere(float64, t) -> None:
    situation = situation_of(CERTAIN)
    p = np.sort(softmax(signals(situation)[2]), axis=1)
    uncertainty, product = 1 - (p[:, -1] - p[:, -2]), evidences(situation).prod(axis=1)
    candidates = np.flatnonzero(IS_CANDIDATE)
    most = sorted(candidates, key=lambda i: -uncertainty[i])
    for utility, by in ((ConflictingEvidence(t), -product), (InsufficientEvidence(t), product)):
        scores = np.asarray(utility(situation, key=keys(0)))
        expected = sorted(most[:t], key=lambda i: by[i]) + most[t:]
        assert sorted(candidates, key=lambda i: -scores[i]) == expected
    lots = np.array([np.asarray(UncertainByLot(t)(situation, key=keys(seed)))[candidates] for seed in range(3)])
    assert all(set(candidates[np.argsort(-scores)[:t]]) == set(most[:t]) for scores in lots)
    assert t == 1 or len({tuple(np.argsort(-scores)[:t]) for scores in lots}) > 1


@pytest.mark.parametrize("t", [0, -3])
@pytest.mark.parametrize("utility", [ConflictingEvidence, InsufficientEvidence, UncertainByLot])
def test_there_must_be_somebody_to_choose_among(utility, t) -> None:
    with pytest.raises(ValueError, match=f"`t` must be a whole number of at least 1; got {t}."):
        utility(t)


@pytest.mark.parametrize("network", [NETWORK, Network((4, 3), TANH)], ids=["one layer", "deeper"])
def test_the_expected_gradient_length_is_that_of_gradients_written_out(float64, network) -> None:
    situation = situation_of(CLASSIFICATION, network)
    params = nth(situation.params, 0)

    def length(params, x, t):
        slopes = jax.grad(lambda params: ((t - network.apply(params, x, CLASSIFICATION)) ** 2).sum())(params)
        return jnp.sqrt(sum((part**2).sum() for part in jax.tree.leaves(slopes)))

    targets = 0.1 + 0.8 * jnp.eye(3)
    lengths = jax.jit(jax.vmap(jax.vmap(length, (None, None, 0)), (None, 0, None)))(params, situation.X, targets)
    p = softmax(np.asarray(network.apply(params, situation.X, CLASSIFICATION)))
    found = ExpectedGradientLength()(situation, key=keys(0))
    np.testing.assert_allclose(found, (p * np.asarray(lengths)).sum(axis=1), rtol=1e-9)


def test_greedy_sampling_is_far_from_the_nearest_labelled_example(float64) -> None:
    situation = situation_of(LINEAR)
    X, T, f = np.asarray(situation.X), np.asarray(situation.targets), signals(situation)[2]
    labelled = np.flatnonzero(IS_LABELLED)
    in_inputs = np.array([[np.linalg.norm(x - X[l]) for l in labelled] for x in X])  # noqa: E741
    in_outputs = np.array([[np.linalg.norm(o - T[l]) for l in labelled] for o in f])  # noqa: E741
    expected = {
        GSx(): in_inputs.min(axis=1),
        GSy(): in_outputs.min(axis=1),
        IGS(): (in_inputs * in_outputs).min(axis=1),
    }
    for utility, distance in expected.items():
        np.testing.assert_allclose(utility(situation, key=keys(0)), distance, rtol=1e-9, atol=1e-12)
        predicted = Predicted(f[None], X, T, IS_LABELLED, IS_CANDIDATE)
        found = score_predictions(utility, predicted, LINEAR, key=keys(0))
        np.testing.assert_allclose(found, distance, rtol=1e-9, atol=1e-12)


def test_greedy_sampling_begins_in_the_middle_of_the_pool() -> None:
    situation = situation_of(LINEAR)._replace(is_labelled=jnp.zeros(24, dtype=bool), targets=jnp.full((24, 1), jnp.nan))
    X = np.asarray(situation.X)
    expected = -np.linalg.norm(X - X[IS_CANDIDATE].mean(axis=0), axis=1)
    for utility in (GSx(), GSy(), IGS()):
        np.testing.assert_allclose(utility(situation, key=keys(0)), expected, rtol=1e-4)


def test_typicality_is_that_of_the_nearest_neighbours(float64) -> None:
    situation = situation_of(CERTAIN)
    y, is_present = signals(situation)[0], IS_LABELLED | IS_CANDIDATE
    expected = []
    for i in range(24):
        others = [np.linalg.norm(y[i] - y[j]) for j in np.flatnonzero(is_present) if j != i]
        expected.append(1 / np.mean(sorted(others)[:4]))
    np.testing.assert_allclose(Typicality(4)(situation, key=keys(0)), expected, rtol=1e-9)


def test_copies_are_as_typical_as_a_number_can_say_and_few_neighbours_are_all() -> None:
    everyone = jnp.ones(3, dtype=bool)
    found = np.asarray(typicality(Vectors(jnp.zeros((3, 2))), everyone, 2))
    assert np.isfinite(found).all() and (found > 1e30).all()
    line = Vectors(jnp.array([[0.0], [1.0], [5.0]]))
    np.testing.assert_allclose(typicality(line, everyone, 50), [1 / 3, 1 / 2.5, 1 / 4.5], rtol=1e-6)


def test_density_is_the_mean_likeness_to_the_pool_and_its_power_a_weight(float64) -> None:
    situation = situation_of(CERTAIN)
    X, y = np.asarray(situation.X), signals(situation)[0]
    for space, points in ((None, X), (LastHidden(), y)):
        pool = points[IS_CANDIDATE]
        expected = np.array([np.mean([1 / (1 + np.linalg.norm(x - u)) for u in pool]) for x in points])
        np.testing.assert_allclose(
            density(Vectors(jnp.asarray(points)), jnp.asarray(IS_CANDIDATE)), expected, rtol=1e-9
        )
        own = {} if space is None else {"representation": space}
        weighted = DensityWeighted(Margin(), 0.5, **own)(situation, key=keys(0))
        np.testing.assert_allclose(weighted, Margin()(situation, key=keys(0)) * expected**0.5, rtol=1e-9)


def test_a_weighted_utility_is_for_what_its_utility_is_for() -> None:
    weighted = DensityWeighted(Margin())
    assert weighted.tasks == ("classification",) and weighted.min_members == 1 and not weighted.needs_labels
    assert weighted.is_from_predictions(CERTAIN)
    assert not DensityWeighted(Margin(), representation=LastHidden()).is_from_predictions(CERTAIN)
    assert not DensityWeighted(OutputSensitivity()).is_from_predictions(CERTAIN)
    assert DensityWeighted(Random()).tasks == ("classification", "regression")
    with pytest.raises(ValueError, match="`power` must be at least 0; got -1. Larger keeps closer to the pool's bulk."):
        DensityWeighted(Margin(), power=-1)
    with pytest.raises(ValueError, match="`n_neighbours` must be a whole number of at least 1; got 0."):
        Typicality(0)


def test_of_one_output_the_laplace_variance_ranks_as_the_entropy(float64) -> None:
    """Their formulas are checked against dense algebra where `laplace_variance` is; entropy is 1/2 log(noise + variance)."""
    situation = situation_of(LINEAR)
    variance, nats = (
        np.asarray(u(situation, key=keys(0)))[IS_CANDIDATE] for u in (LaplaceVariance(), PredictiveEntropy())
    )
    noise = np.exp(2 * nats) / (2 * np.pi * np.e) - variance
    np.testing.assert_allclose(noise, noise[0], rtol=1e-6)
    assert (variance > 0).all() and np.isnan(np.asarray(LaplaceVariance()(situation, key=keys(0)))[~IS_CANDIDATE]).all()
