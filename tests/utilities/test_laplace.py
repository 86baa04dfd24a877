"""The linearised Laplace approximation against a dense computation in the space of parameters."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

from eligo import TANH, Network
from eligo.networks import forward_work, presentation_work
from eligo.utilities import PredictiveEntropy, Situation, Workload
from eligo.utilities.laplace import SMALLEST_NOISE, laplace_variance, laplace_work, noise_variance
from problems import N_FEATURES, TASKS, initial, keys, nth

NETWORKS = {
    "one layer": Network((4,)),
    "deeper": Network((3, 2), TANH),
    "two units": Network((2,)),
    "wide": Network((40,), TANH),
}
REGRESSIONS = {name: task for name, task in TASKS.items() if not task.has_classes}


def situation_of(
    network, task, *, n_labelled: int = 6, n_outputs: int = 2, weight_decay: float = 0.01, n_examples: int = 9
) -> Situation:
    """Everyone is a candidate."""
    rng = np.random.default_rng(3)
    X, T = rng.uniform(-1, 1, (n_examples, N_FEATURES)), rng.uniform(0.1, 0.9, (n_examples, n_outputs))
    params = jax.tree.map(lambda leaf: 2 * leaf, initial(n_outputs, seed=4, network=network))
    is_labelled, everyone = rng.permutation(n_examples) < n_labelled, np.ones(n_examples, dtype=bool)
    known = np.where(is_labelled[:, None], T, np.nan)
    one_member = jax.tree.map(lambda leaf: jnp.asarray(leaf)[None], params)
    return Situation(network, task, one_member, *map(jnp.asarray, (X, known, is_labelled, everyone, weight_decay)))


def variance_of(situation: Situation):
    """As one program: operation by operation it would be compiled a hundred times."""
    network, task = situation.network, situation.task
    program = jax.jit(lambda arrays: laplace_variance(s := Situation(network, task, *arrays), nth_member(s)))
    return program(situation[2:])


def dense_variance(situation: Situation, h: float = 1e-6) -> np.ndarray:
    """Jacobians by finite differences, the precision matrix written out and inverted: (examples, outputs)."""
    flat, unravel = ravel_pytree(nth(situation.params, 0))
    flat = np.asarray(flat)

    def of_one(flat):
        return situation.network.apply(unravel(flat), situation.X, situation.task)

    steps = h * np.eye(len(flat))
    *slopes, outputs = np.asarray(jax.jit(jax.vmap(of_one))(np.concatenate([flat + steps, flat - steps, flat[None]])))
    J = (np.stack(slopes[: len(flat)], axis=2) - np.stack(slopes[len(flat) :], axis=2)) / (2 * h)
    known = np.asarray(situation.is_labelled)
    residuals = (np.asarray(situation.targets) - outputs)[known]
    noise = np.maximum((residuals**2).mean(axis=0), 1e-4)
    penalty = known.sum() * float(situation.weight_decay) / noise.mean()
    prior = {  # uniform in +-1/sqrt(fan-in) has variance 1/(3 fan-in); Eq. 10 penalises weights
        name: {
            "weights": np.full(layer["weights"].shape[1:], 3 * layer["weights"].shape[1] + penalty),
            "bias": np.full(layer["bias"].shape[1:], 3.0 * layer["weights"].shape[1]),
        }
        for name, layer in situation.params.items()
    }
    precision = np.diag(np.asarray(ravel_pytree(prior)[0]))
    for example in np.flatnonzero(known):
        for k in range(J.shape[1]):
            precision += np.outer(J[example, k], J[example, k]) / noise[k]
    covariance = np.linalg.inv(precision)
    return np.array([[slopes @ covariance @ slopes for slopes in of_example] for of_example in J])


@pytest.mark.parametrize(
    ("network", "task", "settings"),
    [
        ("one layer", "sigmoid outputs", {"n_labelled": 6, "weight_decay": 0.01}),
        ("one layer", "linear outputs", {"n_labelled": 1, "weight_decay": 0.0}),
        ("deeper", "sigmoid outputs", {"n_labelled": 6, "weight_decay": 0.01}),
        ("deeper", "linear outputs", {"n_labelled": 9, "n_outputs": 1}),
        # More rows than twice the 24 parameters: solved between parameters, in several chunks.
        ("two units", "sigmoid outputs", {"n_labelled": 30, "n_examples": 45}),
        ("two units", "linear outputs", {"n_labelled": 600, "n_examples": 1000, "n_outputs": 1, "weight_decay": 0.0}),
        ("two units", "linear outputs", {"n_labelled": 300, "n_examples": 420, "n_outputs": 3}),
        ("deeper", "sigmoid outputs", {"n_labelled": 300, "n_examples": 420}),
        # Several blocks between examples, the last of them not full.
        ("wide", "sigmoid outputs", {"n_labelled": 130, "n_examples": 150, "n_outputs": 1}),
        ("wide", "linear outputs", {"n_labelled": 70, "n_examples": 100, "n_outputs": 3}),
        ("wide", "linear outputs", {"n_labelled": 100, "n_examples": 100, "n_outputs": 2, "weight_decay": 0.0}),
    ],
)
def test_the_variance_equals_the_dense_one(float64, network, task, settings) -> None:
    """Whichever system is solved: between examples or between parameters."""
    situation = situation_of(NETWORKS[network], REGRESSIONS[task], **settings)
    expected = dense_variance(situation)
    found = variance_of(situation)
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert (expected > 0).all()


@pytest.mark.parametrize(
    ("network", "settings"),
    [
        ("one layer", {}),
        ("wide", {"n_labelled": 130, "n_examples": 150}),
        ("two units", {"n_labelled": 900, "n_examples": 1000}),
    ],
)
def test_float32_gives_the_same_numbers(float64, network, settings) -> None:
    network, task = NETWORKS[network], REGRESSIONS["linear outputs"]
    situation = situation_of(network, task, n_outputs=1, **settings)
    expected = dense_variance(situation)
    with jax.enable_x64(False):
        rounded = jax.tree.map(lambda leaf: jnp.asarray(leaf, np.float32), situation[2:])
        rounded = Situation(network, task, *rounded)._replace(
            is_labelled=situation.is_labelled, is_candidate=situation.is_candidate
        )
        found = variance_of(rounded)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=1e-3)


@pytest.mark.parametrize("settings", [{}, {"n_examples": 60}], ids=["between examples", "between parameters"])
def test_only_candidates_are_scored_and_each_trial_among_many_as_it_is_alone(float64, settings) -> None:
    """Other trials have other labels, other candidates and other networks."""
    network, task = NETWORKS["one layer"], REGRESSIONS["sigmoid outputs"]
    rng, situations = np.random.default_rng(1), []
    for n_labelled in (2, 5, 8):
        situation = situation_of(network, task, n_labelled=n_labelled, **settings)
        params = jax.tree.map(lambda leaf, by=n_labelled: leaf * (1 + by / 10), situation.params)
        is_candidate = jnp.asarray(rng.uniform(size=len(situation.X)) < 0.5).at[0].set(True)
        situations.append(situation._replace(params=params, is_candidate=is_candidate))
    arrays = jax.tree.map(lambda *parts: jnp.stack(parts), *(situation[2:] for situation in situations))
    scored = jax.vmap(lambda *arrays: laplace_variance(s := Situation(network, task, *arrays), nth_member(s)))
    found = jax.jit(scored)(*arrays)
    for variance, situation in zip(found, situations, strict=True):
        expected = np.where(np.asarray(situation.is_candidate)[:, None], dense_variance(situation), np.nan)
        np.testing.assert_allclose(variance, expected, rtol=1e-6)


def nth_member(situation: Situation):
    return jax.tree.map(lambda leaf: leaf[0], situation.params)


def test_noise_is_the_residual_s_and_never_nothing(float64) -> None:
    situation = situation_of(NETWORKS["one layer"], REGRESSIONS["sigmoid outputs"])
    params, known = nth(situation.params, 0), np.asarray(situation.is_labelled)
    outputs = np.asarray(situation.network.apply(params, situation.X, situation.task))
    residuals = (np.asarray(situation.targets) - outputs)[known]
    np.testing.assert_allclose(noise_variance(situation, params), (residuals**2).mean(axis=0), rtol=1e-12)
    exact = situation._replace(targets=jnp.where(situation.is_labelled[:, None], outputs, jnp.nan))
    assert noise_variance(exact, params).tolist() == [SMALLEST_NOISE] * 2
    assert np.isfinite(variance_of(exact)).all()


def test_the_entropy_is_the_gaussian_s(float64) -> None:
    """1/2 log(2 pi e (noise + variance)), summed over outputs."""
    situation = situation_of(NETWORKS["one layer"], REGRESSIONS["sigmoid outputs"])
    noise = np.asarray(noise_variance(situation, nth(situation.params, 0)))
    expected = 0.5 * np.log(2 * np.pi * np.e * (noise + dense_variance(situation))).sum(axis=1)
    np.testing.assert_allclose(PredictiveEntropy()(situation, key=keys(0)), expected, rtol=1e-6)


def test_labels_make_surer_and_most_where_they_are(float64) -> None:
    network, task = NETWORKS["one layer"], REGRESSIONS["linear outputs"]
    fewer, more = (situation_of(network, task, n_labelled=n, n_outputs=1) for n in (2, 7))
    fewer, more = (situation._replace(targets=jnp.full((9, 1), jnp.nan)) for situation in (fewer, more))
    # Equal residuals, so that only the number of labels differs.
    outputs = network.apply(nth(fewer.params, 0), fewer.X, task)
    fewer, more = (
        s._replace(targets=jnp.where(s.is_labelled[:, None], outputs + 0.1, jnp.nan), weight_decay=jnp.asarray(0.0))
        for s in (fewer, more)
    )
    before, after = (np.asarray(variance_of(s)).ravel() for s in (fewer, more))
    assert not (np.asarray(fewer.is_labelled) & ~np.asarray(more.is_labelled)).any()
    assert (after <= before * (1 + 1e-9)).all()
    gained = np.asarray(more.is_labelled) & ~np.asarray(fewer.is_labelled)
    ratio = after / before
    assert ratio[gained].mean() < ratio[~np.asarray(more.is_labelled)].mean()


def test_work_is_counted_for_the_noise_the_gradients_and_the_system_between_examples() -> None:
    """An inner product of gradients by factors: hidden units, and inputs, hidden units and their ones between examples."""
    network = Network((5,))
    load = Workload(network, REGRESSIONS["sigmoid outputs"], 3, 1, n_examples=24, n_scored=20, n_labelled=4)
    forward = forward_work(network, 3, 1)
    expected = 24 + 24 + (4 * 24 * (5 + 4 + 6) + 4**2 * 24 / 2) / forward
    assert laplace_work(load) == pytest.approx(expected)
    assert PredictiveEntropy().work(load) == laplace_work(load)
    assert PredictiveEntropy().work(load._replace(task=TASKS["classes"])) == 20


def test_work_between_parameters_grows_with_the_examples_met_alone() -> None:
    network = Network((5,))
    n_parameters = 5 * 3 + 5 + 2 * (5 + 1)
    load = Workload(network, REGRESSIONS["sigmoid outputs"], 3, 2, n_examples=1000, n_scored=300, n_labelled=90)
    system = 390 * 2 * n_parameters**2 + 2 / 3 * n_parameters**3
    assert laplace_work(load) == pytest.approx(1000 + 390 + system / forward_work(network, 3, 2))
    deeper = Network((3, 2))
    n_parameters = 3 * 3 + 3 + 3 * 2 + 2 + 2 * 2 + 2
    system = 390 * 2 * n_parameters**2 + 2 / 3 * n_parameters**3
    expected = 1000 + 390 * 2 * presentation_work(deeper, 3, 2) + system / forward_work(deeper, 3, 2)
    assert laplace_work(load._replace(network=deeper)) == pytest.approx(expected)
