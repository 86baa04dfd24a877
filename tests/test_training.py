"""The engine against the paper's equations written as loops, and what many networks in one program must not change."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import problems
import transcription as paper
from devices import found_on_other_devices
from eligo import CLASSIFICATION, SGD, TANH, Network, train, train_many
from eligo import training as engine
from eligo.nets import VMAPPED_BLOCKS
from eligo.networks import LARGEST_FUSED
from eligo.steps import ROWS_PER_CHUNK
from eligo.training import is_diverged
from problems import (
    NETWORK,
    TASKS,
    assert_same_weights,
    coded,
    hyper_of,
    initial,
    is_linear,
    keys,
    nth,
    order_of,
    weights_of,
)

SGD_100 = SGD(learning_rate=0.1, momentum=0.5, weight_decay=0.001, epochs=100)
KEY = keys(7)


def learn_by_loops(params, X, T, task, sgd, key, member=None, weights=None) -> paper.Learner:
    """The transcription of what `train` does."""
    order, everyone = order_of(key), np.ones(len(X), dtype=bool)
    learner = paper.Learner(paper.from_params(params), hyper_of(sgd, task), weights)
    for epoch in range(sgd.epochs):
        learner.epoch(X, T, order(epoch, everyone if member is None else member))
    return learner


# --- The same weights as the equations -------------------------------------------------------------------------------


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
@pytest.mark.parametrize(
    ("momentum", "weight_decay"), [(0.0, 0.0), (0.9, 0.0), (0.5, 0.001)], ids=["plain", "momentum", "both"]
)
def test_a_hundred_epochs_give_the_weights_of_the_transcription(float64, task, momentum, weight_decay) -> None:
    sgd = replace(SGD_100, momentum=momentum, weight_decay=weight_decay, learning_rate=0.1 * (1 - momentum))
    X, T = coded(task)
    params = initial(T.shape[1])
    trained = train(NETWORK, params, X, T, task, sgd, key=KEY)
    assert trained["hidden"]["weights"].dtype == np.float64
    expected = learn_by_loops(params, X, T, task, sgd, KEY)
    assert_same_weights(trained, expected.net, rtol=1e-10)
    moved = np.abs(paper_vector(expected) - weights_of(params)).max()
    assert moved > 0.1  # it learnt: agreement is about the path


def paper_vector(learner: paper.Learner) -> np.ndarray:
    return problems.vector(learner.net)


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_a_short_run_in_float32_gives_the_weights_of_the_transcription(task) -> None:
    X, T = coded(task)
    params = initial(T.shape[1])
    sgd = replace(SGD_100, epochs=5)
    trained = train(NETWORK, params, X, T, task, sgd, key=KEY)
    assert trained["hidden"]["weights"].dtype == np.float32
    assert_same_weights(trained, learn_by_loops(params, X, T, task, sgd, KEY).net, rtol=1e-5)


@pytest.mark.parametrize("batch_size", [7, "full", 24, 30])
@pytest.mark.parametrize("is_subset", [False, True], ids=["all", "subset"])
def test_batches_give_the_weights_of_the_transcription(float64, batch_size, is_subset) -> None:
    """24 examples make batches of 7, 7, 7, 3; a subset of 13 makes 7, 6; "full" means the subset."""
    X, T = coded(CLASSIFICATION)
    params, member = initial(3), np.arange(24) % 2 == 0
    member[1] = True
    sgd = SGD(0.5, 0.9, 0.001, batch_size=batch_size, epochs=30)
    subset = {"subset": member} if is_subset else {}
    trained = train(NETWORK, params, X, T, CLASSIFICATION, sgd, key=KEY, **subset)
    expected = learn_by_loops(params, X, T, CLASSIFICATION, sgd, KEY, member if is_subset else None)
    assert_same_weights(trained, expected.net, rtol=1e-10)


@pytest.mark.parametrize("batch_size", ["full", 150])
@pytest.mark.parametrize("n_members", [310, 160, 100])
def test_batches_larger_than_a_chunk_give_the_weights_of_the_transcription(float64, batch_size, n_members) -> None:
    assert ROWS_PER_CHUNK < 150
    X, T = coded(CLASSIFICATION, n_examples=310)
    params, member = initial(3), np.random.default_rng(3).permutation(310) < n_members
    sgd = SGD(1.0, 0.9, 0.001, batch_size=batch_size, epochs=4)
    trained = train(NETWORK, params, X, T, CLASSIFICATION, sgd, key=KEY, subset=member)
    expected = learn_by_loops(params, X, T, CLASSIFICATION, sgd, KEY, member)
    assert_same_weights(trained, expected.net, rtol=1e-10)


CLIPPED = [{"gradient_clip": 0.05}, {"gradient_clip": 0.02, "mean_over_outputs": True}, {"gradient_clip": 1e3}]


@pytest.mark.parametrize("settings", [{"mean_over_outputs": True}, *CLIPPED], ids=str)
@pytest.mark.parametrize("batch_size", [1, 7, "full"])
def test_means_and_clipped_gradients_give_the_weights_of_the_transcription(float64, batch_size, settings) -> None:
    X, T = coded(CLASSIFICATION)
    params = initial(3)
    sgd = SGD(0.3, 0.5, 0.01, batch_size=batch_size, epochs=20, **settings)
    trained = train(NETWORK, params, X, T, CLASSIFICATION, sgd, key=KEY)
    assert_same_weights(trained, learn_by_loops(params, X, T, CLASSIFICATION, sgd, KEY).net, rtol=1e-10)
    plain = train(NETWORK, params, X, T, CLASSIFICATION, SGD(0.3, 0.5, 0.01, batch_size, epochs=20), key=KEY)
    # A length that no gradient has is no limit.
    assert np.allclose(weights_of(plain), weights_of(trained)) == (settings.get("gradient_clip") == 1e3)


def test_each_network_is_clipped_by_its_own_gradient_and_decays_besides(float64) -> None:
    """One step of one network whose error is large, and of one at zero error, which only decays."""
    X, T = coded(TASKS["linear outputs"])
    params = initial(1, leading=(2,))
    fitting = NETWORK.apply(nth(params, 1), X, TASKS["linear outputs"])
    targets = np.stack([T + 1e3, np.asarray(fitting)])
    sgd = SGD(1.0, weight_decay=1e-3, batch_size="full", epochs=1, gradient_clip=0.1)
    moved = train_many(NETWORK, params, X, targets, TASKS["linear outputs"], sgd, key=KEY)
    decay = {name: {"weights": 2e-3 * layer["weights"], "bias": 0 * layer["bias"]} for name, layer in params.items()}
    steps = jax.tree.map(lambda before, after, decay: before - after - decay, params, moved, decay)
    lengths = [np.linalg.norm(weights_of(nth(steps, net))) for net in range(2)]
    np.testing.assert_allclose(lengths, [0.1, 0], rtol=1e-6, atol=1e-12)


WEIGHTS = np.random.default_rng(8).choice([0.0, 0.5, 1.0, 3.0], 24)


@pytest.mark.parametrize("batch_size", [1, 7, "full"])
def test_weights_of_examples_give_the_weights_of_the_transcription(float64, batch_size) -> None:
    X, T = coded(CLASSIFICATION)
    params, member = initial(3), np.arange(24) % 3 != 0
    sgd = SGD(0.3, 0.5, 0.01, batch_size=batch_size, epochs=10, gradient_clip=0.5)
    given = {"key": KEY, "subset": member, "sample_weight": WEIGHTS}
    trained = train(NETWORK, params, X, T, CLASSIFICATION, sgd, **given)
    expected = learn_by_loops(params, X, T, CLASSIFICATION, sgd, KEY, member, WEIGHTS)
    assert_same_weights(trained, expected.net, rtol=1e-10)


@pytest.mark.parametrize("batch_size", [5, "full"])
def test_each_network_has_weights_of_its_own_and_ones_are_none(batch_size) -> None:
    X, T = coded(CLASSIFICATION)
    sgd = SGD(0.3, 0.5, batch_size=batch_size, epochs=3)

    def trained(**weights):
        return train_many(NETWORK, initial(3, leading=(2,)), X, T, CLASSIFICATION, sgd, key=KEY, **weights)

    mixed, by_all = trained(sample_weight=np.stack([np.ones(24), WEIGHTS])), trained(sample_weight=WEIGHTS)
    for net, expected in ((0, trained()), (1, by_all)):
        found = weights_of(nth(mixed, net))
        np.testing.assert_allclose(found, weights_of(nth(expected, net)), rtol=2e-6, atol=2e-6 * abs(found).max())
    assert not np.allclose(weights_of(nth(by_all, 1)), weights_of(nth(trained(), 1)))


@pytest.mark.parametrize("batch_size", [1, 5])
def test_wide_inputs_give_the_weights_of_the_transcription(float64, batch_size) -> None:
    """Their layer is too large to be summed beside what is around it, and takes another way."""
    rng, network = np.random.default_rng(0), Network((48,))
    n_features = 1 + LARGEST_FUSED // 48
    X, T = rng.uniform(-1, 1, (6, n_features)), rng.uniform(0.1, 0.9, (6, 2))
    params = jax.tree.map(np.asarray, network.init(jax.random.key(0), n_features, 2))
    sgd = SGD(0.1, 0.5, 0.001, batch_size=batch_size, epochs=1)
    trained = train(network, params, X, T, CLASSIFICATION, sgd, key=KEY)
    assert_same_weights(trained, learn_by_loops(params, X, T, CLASSIFICATION, sgd, KEY).net, rtol=1e-10)


def test_a_full_batch_of_eq_10_by_finite_differences(float64) -> None:
    """One step of plain gradient descent moves each weight by the slope of Eq. 10, which nobody derived."""
    X, T = coded(CLASSIFICATION)
    params = initial(3)
    for decay_biases in (False, True):
        sgd = SGD(1.0, 0.0, 0.01, batch_size="full", epochs=1, decay_biases=decay_biases)
        moved = train(NETWORK, params, X, T, CLASSIFICATION, sgd, key=KEY)
        slopes = problems.vector(paper.from_params(params)) - weights_of(moved)
        expected = central_differences(paper.from_params(params), X, T, False, 0.01, decay_biases)
        np.testing.assert_allclose(slopes, problems.vector(expected), rtol=1e-6, atol=1e-9)


def central_differences(net, X, T, linear, decay, decay_biases, h=1e-5) -> paper.Net:
    slopes = {name: np.zeros_like(values) for name, values in net.items()}
    for name, values in net.items():
        for index in np.ndindex(values.shape):
            ends = []
            for sign in (1, -1):
                changed = paper.copied(net)
                changed[name][index] += sign * h
                ends.append(paper.objective(changed, X, T, linear, decay, decay_biases))
            slopes[name][index] = (ends[0] - ends[1]) / (2 * h)
    return slopes


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_the_transcription_s_own_gradient_is_that_of_eq_10(task) -> None:
    """An oracle that was derived by hand is held to finite differences too."""
    X, T = coded(task)
    net = paper.from_params(initial(T.shape[1]))
    found = paper.gradient(net, X[0], T[0], is_linear(task))
    expected = central_differences(net, X[:1], T[:1], is_linear(task), 0.0, False)
    np.testing.assert_allclose(problems.vector(found), problems.vector(expected), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("network", [Network((4, 3)), Network((6,), activation=TANH)], ids=["deeper", "tanh"])
def test_other_networks_follow_the_gradient_of_eq_10_too(float64, network) -> None:
    X, T = coded(CLASSIFICATION)
    params = network.init(jax.random.key(0), X.shape[1], T.shape[1])
    moved = train(network, params, X, T, CLASSIFICATION, SGD(1.0, batch_size="full", epochs=1), key=KEY)
    flat, unravel = jax.flatten_util.ravel_pytree(params)
    slopes = flat - jax.flatten_util.ravel_pytree(moved)[0]

    def objective(flat):
        return ((T - network.apply(unravel(flat), X, CLASSIFICATION)) ** 2).sum() / len(X)

    h = 1e-5
    expected = [(objective(flat + h * unit) - objective(flat - h * unit)) / (2 * h) for unit in np.eye(len(flat))]
    np.testing.assert_allclose(slopes, expected, rtol=1e-6, atol=1e-9)


def test_decay_shrinks_weights_and_leaves_biases(float64) -> None:
    """At zero error only the penalty pulls: w (1 - 2 eta lambda) at each step."""
    X, _ = coded(CLASSIFICATION)
    params = initial(3)
    T = NETWORK.apply(params, X, CLASSIFICATION)
    sgd = SGD(1e-3, 0.0, 0.5, batch_size="full", epochs=1)
    for decay_biases, of_bias in [(False, 1.0), (True, 1 - 1e-3)]:
        moved = train(NETWORK, params, X, T, CLASSIFICATION, replace(sgd, decay_biases=decay_biases), key=KEY)
        for layer in ("hidden", "output"):
            np.testing.assert_allclose(moved[layer]["weights"], params[layer]["weights"] * (1 - 1e-3), rtol=1e-12)
            np.testing.assert_allclose(moved[layer]["bias"], params[layer]["bias"] * of_bias, rtol=1e-12)


# --- Many networks in one program ------------------------------------------------------------------------------------
# One shape throughout: 2 * 2 * BLOCK + 1 networks fill several blocks on every device, the last with padding.

BLOCK = VMAPPED_BLOCKS[-1]
N_NETS = 4 * BLOCK + 1
MANY = SGD(np.linspace(0.05, 0.5, N_NETS), np.linspace(0, 0.9, N_NETS), np.linspace(0, 0.01, N_NETS), epochs=10)


@pytest.fixture(scope="module")
def many():
    """Networks that differ in everything that may differ, and what they came to."""
    rng = np.random.default_rng(5)
    X = np.stack([coded(CLASSIFICATION, seed=net)[0] for net in range(N_NETS)])
    T = np.stack([coded(CLASSIFICATION, seed=net)[1] for net in range(N_NETS)])
    member = rng.uniform(size=(N_NETS, 24)) < rng.uniform(0.1, 1, (N_NETS, 1))
    member[:, 0] = True
    given = {"params": initial(3, leading=(N_NETS,)), "X": X, "targets": T, "subset": member}
    given["key"] = keys(7, N_NETS)
    return given, train_many(NETWORK, task=CLASSIFICATION, sgd=MANY, **given)


def of_net(sgd: SGD, *nets) -> SGD:
    """The same rates for some networks."""
    rates = (sgd.learning_rate, sgd.momentum, sgd.weight_decay)
    chosen = [np.asarray(rate)[nets if len(nets) == 1 else nets[0]] for rate in rates]
    return replace(sgd, **dict(zip(("learning_rate", "momentum", "weight_decay"), chosen, strict=True)))


@pytest.mark.parametrize("index", [0, 1, BLOCK, N_NETS // 2, N_NETS - 1])
def test_a_network_among_many_equals_it_alone(many, index) -> None:
    given, trained = many
    alone = train(
        NETWORK,
        task=CLASSIFICATION,
        sgd=of_net(MANY, index),
        **{name: nth(part, index) for name, part in given.items()},
    )
    expected = weights_of(alone)
    # Blocks of another size may add in another order: a few units in the last place of float32, carried over 10 epochs.
    np.testing.assert_allclose(weights_of(nth(trained, index)), expected, rtol=2e-6, atol=2e-6 * abs(expected).max())


def test_permuted_networks_give_permuted_results(many) -> None:
    given, trained = many
    order = np.random.default_rng(0).permutation(N_NETS)
    permuted = {name: jax.tree.map(lambda leaf: leaf[order], part) for name, part in given.items()}
    rates = {name: np.asarray(getattr(MANY, name))[order] for name in ("learning_rate", "momentum", "weight_decay")}
    again = train_many(NETWORK, task=CLASSIFICATION, sgd=replace(MANY, **rates), **permuted)
    for found, expected in zip(jax.tree.leaves(again), jax.tree.leaves(trained), strict=True):
        np.testing.assert_array_equal(found, expected[order])


def test_a_bound_on_memory_changes_no_bit(many, monkeypatch) -> None:
    given, trained = many
    monkeypatch.setenv("ELIGO_MEMORY", "1e-5")
    parts = train_many(NETWORK, task=CLASSIFICATION, sgd=MANY, **given)
    jax.tree.map(np.testing.assert_array_equal, parts, trained)
    shared = {"X": given["X"][0], "targets": given["targets"][0]}
    parts = train_many(NETWORK, task=CLASSIFICATION, sgd=MANY, **given | shared)
    monkeypatch.delenv("ELIGO_MEMORY")
    whole = train_many(NETWORK, task=CLASSIFICATION, sgd=MANY, **given | shared)
    jax.tree.map(np.testing.assert_array_equal, parts, whole)


def test_what_has_no_axis_of_nets_is_shared_by_all() -> None:
    X, T = coded(CLASSIFICATION)
    member = np.arange(24) < 15
    params = initial(3, leading=(3,))
    shared = train_many(NETWORK, params, X, T, CLASSIFICATION, replace(SGD_100, epochs=3), key=KEY, subset=member)
    spelt_out = train_many(
        NETWORK, params, np.stack([X] * 3), np.stack([T] * 3), CLASSIFICATION,
        SGD(np.full(3, 0.1), np.full(3, 0.5), np.full(3, 0.001), epochs=3),
        key=jnp.stack([KEY] * 3), subset=np.stack([member] * 3),
    )  # fmt: skip
    jax.tree.map(np.testing.assert_array_equal, shared, spelt_out)


def test_a_second_call_compiles_nothing(many) -> None:
    """Neither other numbers, nor other subsets, nor another number of epochs make a new program."""
    given, _ = many
    with CompilationCounter() as counter:
        other = given | {"subset": ~given["subset"] | (np.arange(24) == 0), "X": given["X"] * 0.5}
        other["key"] = keys(99, N_NETS)
        train_many(NETWORK, task=CLASSIFICATION, sgd=replace(of_net(MANY, slice(None)), epochs=17), **other)
    assert counter.n_programs == 0
    with CompilationCounter() as counter:  # and the counter counts
        train_many(NETWORK, task=CLASSIFICATION, sgd=replace(MANY, batch_size=5, epochs=1), **given)
    assert counter.n_programs > 0


class CompilationCounter:
    """Programs that XLA compiled inside the block."""

    def __enter__(self):
        self.n_programs = 0
        self.is_counting = True
        jax.monitoring.register_event_duration_secs_listener(self._hear)
        return self

    def _hear(self, event: str, duration: float, **_) -> None:
        if self.is_counting and event == "/jax/core/compile/backend_compile_duration":
            self.n_programs += 1

    def __exit__(self, *_) -> None:
        self.is_counting = False


def train_on_many_devices() -> dict[str, np.ndarray]:
    """All weights of 23 networks, (nets, weights)."""
    data = [coded(CLASSIFICATION, seed=net) for net in range(23)]
    trained = train_many(
        NETWORK, initial(3, leading=(23,)), np.stack([X for X, T in data]), np.stack([T for X, T in data]),
        CLASSIFICATION, SGD(0.3, 0.9, 0.001, epochs=20), key=keys(7, 23),
    )  # fmt: skip
    return {"weights": np.stack([weights_of(nth(trained, net)) for net in range(23)])}


def test_results_do_not_depend_on_the_number_of_devices(tmp_path) -> None:
    """Another number of devices makes blocks of another size, which may round otherwise, and nothing else."""
    found = found_on_other_devices(train_on_many_devices, tmp_path)["weights"]
    expected = train_on_many_devices()["weights"]
    largest = np.abs(expected).max(axis=1, keepdims=True)
    np.testing.assert_array_less(np.abs(found - expected) / largest, 2e-6)
    assert len(np.unique(expected[:, 0])) == 23


# --- Subsets and epochs ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch_size", [1, 7, "full"])
def test_what_is_outside_the_subset_never_matters(batch_size) -> None:
    """Not even as rows that fill up a last batch: NaN there would spread to every weight."""
    X, T = coded(CLASSIFICATION)
    member, sgd = np.arange(24) % 3 != 0, SGD(0.1, 0.5, 0.001, batch_size=batch_size)
    params = initial(3, leading=(1,))

    def trained_with(value: float):
        rows = [jnp.asarray(np.where(member[:, None], part, value))[None] for part in (X, T)]
        where = {"key": KEY[None], "member": member[None], "first_epoch": 0, "n_epochs": 5}
        return engine.advance(NETWORK, engine.start(params, sgd), *rows, CLASSIFICATION, sgd, **where).params

    expected = trained_with(0)
    assert np.isfinite(weights_of(nth(expected, 0))).all()
    for value in (1e6, np.nan):
        jax.tree.map(np.testing.assert_array_equal, trained_with(value), expected)


def test_a_subset_may_be_named_by_indices_or_as_a_mask() -> None:
    X, T = coded(CLASSIFICATION)
    rows = np.array([20, 3, 4, 11])
    sgd = replace(SGD_100, epochs=3)
    by_index, by_mask = (
        train(NETWORK, initial(3), X, T, CLASSIFICATION, sgd, key=KEY, subset=subset)
        for subset in (rows, np.isin(np.arange(24), rows))
    )
    jax.tree.map(np.testing.assert_array_equal, by_index, by_mask)


def test_two_stretches_of_epochs_equal_one() -> None:
    X, T = (jnp.asarray(part)[None] for part in coded(CLASSIFICATION))
    sgd, params = SGD(0.3, 0.9, 0.001), jax.tree.map(lambda leaf: leaf[None], initial(3))
    member = jnp.ones((1, 24), dtype=bool)

    def advanced(state, first_epoch, n_epochs):
        where = {"key": KEY[None], "member": member, "first_epoch": first_epoch, "n_epochs": n_epochs}
        return engine.advance(NETWORK, state, X, T, CLASSIFICATION, sgd, **where)

    at_once = advanced(engine.start(params, sgd), 0, 11)
    in_two = advanced(advanced(engine.start(params, sgd), 0, 4), 4, 7)
    jax.tree.map(np.testing.assert_array_equal, in_two, at_once)
    restarted = advanced(engine.start(advanced(engine.start(params, sgd), 0, 4).params, sgd), 4, 7)
    assert not np.array_equal(weights_of(nth(restarted.params, 0)), weights_of(nth(at_once.params, 0)))


def test_a_network_without_examples_holds_still_with_its_velocity() -> None:
    """Momentum of a network that waits must not carry it on while others in its block still learn."""
    X, T = (jnp.stack([jnp.asarray(part)] * 2) for part in coded(CLASSIFICATION))
    sgd, params = SGD(0.3, 0.9), initial(3, leading=(2,))
    where = {"key": keys(7, 2), "n_epochs": 3}
    everyone = jnp.ones((2, 24), dtype=bool)
    state = engine.advance(
        NETWORK, engine.start(params, sgd), X, T, CLASSIFICATION, sgd, member=everyone, first_epoch=0, **where
    )
    nobody_first = everyone.at[0].set(False)
    later = engine.advance(NETWORK, state, X, T, CLASSIFICATION, sgd, member=nobody_first, first_epoch=3, **where)
    jax.tree.map(np.testing.assert_array_equal, nth(later, 0), nth(state, 0))
    assert not np.array_equal(later.params["output"]["bias"][1], state.params["output"]["bias"][1])


def test_no_epochs_change_nothing() -> None:
    X, T = coded(CLASSIFICATION)
    untouched = train(NETWORK, initial(3), X, T, CLASSIFICATION, replace(SGD_100, epochs=0), key=KEY)
    jax.tree.map(np.testing.assert_array_equal, untouched, initial(3))


# --- What is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"learning_rate": 0}, "`learning_rate` must be above 0; got 0."),
        ({"learning_rate": [0.1, -2]}, "`learning_rate` must be above 0; got -2."),
        ({"learning_rate": float("nan")}, "`learning_rate` must be above 0; got nan."),
        ({"momentum": 1}, "`momentum` must be in [0, 1); got 1."),
        ({"momentum": -0.1}, "`momentum` must be in [0, 1); got -0.1."),
        ({"weight_decay": -1e-3}, "`weight_decay` must be at least 0; got -0.001."),
        ({"batch_size": 0}, '`batch_size` must be "full" or a whole number of at least 1; got 0.'),
        ({"batch_size": 2.5}, '`batch_size` must be "full" or a whole number of at least 1; got 2.5.'),
        ({"batch_size": "all"}, "`batch_size` must be \"full\" or a whole number of at least 1; got 'all'."),
        ({"epochs": -1}, "`epochs` must be a whole number of at least 0; got -1."),
        ({"epochs": 1.5}, "`epochs` must be a whole number of at least 0; got 1.5."),
        ({"gradient_clip": 0.0}, "`gradient_clip` must be above 0, or None; got 0."),
        ({"gradient_clip": float("nan")}, "`gradient_clip` must be above 0, or None; got nan."),
    ],
)
def test_settings_outside_their_range_are_refused_in_one_line(arguments, message) -> None:
    with pytest.raises(ValueError) as refusal:
        SGD(**({"learning_rate": 0.1} | arguments))
    assert str(refusal.value) == message


HELD = "as `params` hold 2 networks"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"X": np.zeros(24)},
            f"`X` must be (examples, features) or (2, examples, features), {HELD}; got shape (24,).",
        ),
        (
            {"targets": np.zeros(24)},
            f"`targets` must be (examples, outputs) or (2, examples, outputs), {HELD}; got shape (24,). Code labels with "
            "task.code(y).encode(y).",
        ),
        (
            {"X": np.zeros((3, 24, 3))},
            f"`X` must be (examples, features) or (2, examples, features), {HELD}; got shape (3, 24, 3).",
        ),
        (
            {"X": np.where(np.eye(24, 3) > 0, np.nan, 0)},
            "`X` must be finite; got 3 missing or infinite values, the first at [0, 0].",
        ),
        ({"targets": np.zeros((20, 3))}, "`targets` must have the 24 examples of `X`; got 20."),
        ({"X": np.zeros((24, 1))}, "`X` must have 3 features, as `params` do; got 1."),
        ({"X": np.zeros((24, 4))}, "`X` must have 3 features, as `params` do; got 4."),
        ({"targets": np.zeros((24, 1))}, "`targets` must have 3 outputs, as `params` do; got 1."),
        ({"subset": np.zeros(24, dtype=bool)}, "`subset` is empty; a network needs at least 1 example to train on."),
        ({"subset": []}, "`subset` is empty; a network needs at least 1 example to train on."),
        ({"subset": [0, 24]}, "`subset` must hold indices in [0, 23] or be a mask; got 24."),
        ({"subset": [-1]}, "`subset` must hold indices in [0, 23] or be a mask; got -1."),
        ({"subset": [0.5]}, "`subset` must hold indices in [0, 23] or be a mask; got 0.5."),
        ({"subset": np.ones(20, dtype=bool)}, "`subset` as a mask must be (24,) or (2, 24); got (20,)."),
        ({"sample_weight": np.ones(20)}, "`sample_weight` must be (24,) or (2, 24); got shape (20,)."),
        ({"sample_weight": -np.ones(24)}, "`sample_weight` must be finite and at least 0; got -1."),
        ({"sample_weight": np.full(24, np.nan)}, "`sample_weight` must be finite and at least 0; got nan."),
        ({"sgd": SGD([0.1, 0.2, 0.3])}, f"`learning_rate` must be one number or (2,), {HELD}; got shape (3,)."),
        ({"key": keys(7, 3)}, f"`key` must be one jax random key or (2,) of them, {HELD}; got shape (3,)."),
    ],
    ids=lambda value: "" if isinstance(value, str) else "-".join(value),
)
def test_what_does_not_fit_is_refused_in_one_line(changes, message) -> None:
    X, T = coded(CLASSIFICATION)
    given = {"X": X, "targets": T, "sgd": replace(SGD_100, epochs=1), "key": KEY, "params": initial(3, leading=(2,))}
    with pytest.raises(ValueError) as refusal:
        train_many(NETWORK, task=CLASSIFICATION, **(given | changes))
    assert str(refusal.value) == message


@pytest.mark.parametrize(("weight", "ran_away"), [(1e3, False), (2e6, True), (np.inf, True), (np.nan, True)])
def test_a_network_has_diverged_when_a_weight_is_no_number_or_huge(weight, ran_away) -> None:
    weights = np.zeros((2, 3, 4))
    weights[1, 2, 0] = weight
    assert is_diverged({"hidden": {"weights": weights, "bias": np.zeros((2, 4))}}).tolist() == [False, ran_away]
