"""Utilities that need labels, against the transcription and finite differences."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import transcription as paper
from eligo import TANH, Network
from eligo.utilities import EL2N, GraNd, Rightness, Situation, SquaredError, Workload
from problems import NETWORK, TASKS, coded, initial, is_linear, keys, nth

KEY = keys(0)


def situation_of(task) -> Situation:
    X, T = coded(task)
    known = np.where(np.arange(24)[:, None] < 20, T, np.nan)
    params = jax.tree.map(lambda leaf: 3 * leaf, initial(T.shape[1], leading=(1,)))
    parts = map(jnp.asarray, (X, known, np.arange(24) < 20, np.ones(24, dtype=bool), 0.01))
    return Situation(NETWORK, task, params, *parts)


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_hardness_is_that_of_the_transcription(task) -> None:
    situation = situation_of(task)
    net = paper.from_params(nth(situation.params, 0))
    errors, lengths = [], []
    for z, t in zip(np.asarray(situation.X, float)[:20], np.asarray(situation.targets, float)[:20], strict=True):
        errors.append(sum((t[k] - o) ** 2 for k, o in enumerate(paper.forward(net, z, is_linear(task))[1])))
        lengths.append(sum((slope**2).sum() for slope in paper.gradient(net, z, t, is_linear(task)).values()) ** 0.5)
    for utility, expected in ((SquaredError(), errors), (EL2N(), np.sqrt(errors)), (GraNd(), lengths)):
        scores = np.asarray(utility(situation, key=KEY))
        np.testing.assert_allclose(scores[:20], expected, rtol=1e-4)
        assert np.isnan(scores[20:]).all()
    right = np.asarray(Rightness()(situation, key=KEY))
    if task.has_classes:
        said = [np.argmax(paper.forward(net, z, False)[1]) for z in np.asarray(situation.X, float)[:20]]
        expected = np.asarray(said) == np.asarray(situation.targets)[:20].argmax(axis=1)
    else:
        expected = np.asarray(errors) <= np.mean(errors)
    assert right[:20].astype(bool).tolist() == expected.tolist() and not right[20:].any()


def test_the_gradient_of_deeper_networks_is_that_of_finite_differences(float64) -> None:
    network, (X, T) = Network((4, 3), TANH), coded(TASKS["classes"])
    params = network.init(jax.random.key(0), 3, 3)
    flat, unravel = jax.flatten_util.ravel_pytree(params)

    def losses(flat):
        return ((T - network.apply(unravel(flat), X, TASKS["classes"])) ** 2).sum(axis=1)

    h = 1e-5
    slopes = [(losses(flat + h * unit) - losses(flat - h * unit)) / (2 * h) for unit in np.eye(len(flat))]
    one_member = jax.tree.map(lambda leaf: leaf[None], params)
    everyone = jnp.ones(24, dtype=bool)
    situation = Situation(network, TASKS["classes"], one_member, X, T, everyone, everyone, jnp.asarray(0.0))
    np.testing.assert_allclose(GraNd()(situation, key=KEY), np.linalg.norm(slopes, axis=0), rtol=1e-6)


def test_what_they_cost() -> None:
    load = Workload(NETWORK, TASKS["classes"], 3, 2, n_examples=9, n_scored=7, n_labelled=9)
    assert [utility.work(load) for utility in (SquaredError(), EL2N(), Rightness())] == [7, 7, 7]
    assert GraNd().work(load) == pytest.approx(7 * (2 * 3 + 3 * 2) / (3 + 2))  # as a presentation: J(2I + 3K)
