"""Small problems that the engine and its oracles solve alike, and the streams of randomness that they share."""

from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp
import numpy as np

import transcription as paper
from eligo import CLASSIFICATION, LINEAR_OUTPUT_REGRESSION, REGRESSION, SGD, Network, Task, Trials
from eligo.presentation import presentation_order

NETWORK = Network(hidden=(5,))
TASKS = {"classes": CLASSIFICATION, "sigmoid outputs": REGRESSION, "linear outputs": LINEAR_OUTPUT_REGRESSION}
N_EXAMPLES, N_FEATURES = 24, 3


def is_linear(task: Task) -> bool:
    return task.output.name == "linear"


def examples(task: Task, n_examples: int, seed: int = 0, n_features: int = N_FEATURES) -> tuple[np.ndarray, np.ndarray]:
    """Features in [-1, 1] and raw targets: 3 noisy classes, or a noisy curve."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, (n_examples, n_features))
    if task.has_classes:
        scores = X @ rng.normal(size=(n_features, 3)) + 0.3 * rng.normal(size=(n_examples, 3))
        y = scores.argmax(axis=1)
        y[:3] = range(3)  # every class occurs
        return X, y
    return X, np.sin(3 * X[:, 0]) + X[:, -1] ** 2 + 0.1 * rng.normal(size=n_examples)


def coded(task: Task, n_examples: int = N_EXAMPLES, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Features and coded targets."""
    X, y = examples(task, n_examples, seed)
    return X, task.code(y).encode(y)


# Weights and keys come from NumPy: JAX would compile a program for every shape that a test asks for.


def initial(n_outputs: int, seed: int = 0, leading: tuple[int, ...] = (), network: Network = NETWORK):
    """Initial weights of one network, or of several with leading axes; as wide as `Network.init` makes them."""
    rng = np.random.default_rng(seed)
    layers = zip(network.layer_names, network.layer_sizes(N_FEATURES, n_outputs), strict=True)
    return {
        name: {
            part: jnp.asarray(rng.uniform(-1, 1, (*leading, *shape)) / np.sqrt(fan_in))
            for part, shape in (("weights", (fan_in, fan_out)), ("bias", (fan_out,)))
        }
        for name, (fan_in, fan_out) in layers
    }


def keys(seed: int, *leading: int):
    """Random keys with these leading axes."""
    bits = np.random.default_rng(seed).integers(0, 2**32, (*leading, 2), dtype=np.uint32)
    return jax.random.wrap_key_data(jnp.asarray(bits))


def nth(tree, *index: int):
    """One network of many."""
    return jax.tree.map(lambda leaf: leaf[index] if is_key(leaf) else np.asarray(leaf)[index], tree)


def is_key(leaf) -> bool:
    return jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)


_order_of_epoch = jax.jit(lambda key, epoch, member: presentation_order(jax.random.fold_in(key, epoch), member))


def order_of(key) -> paper.Order:
    """The order in which the engine presents the members of a training subset in an epoch."""

    def order(epoch: int, member: np.ndarray) -> list[int]:
        return np.asarray(_order_of_epoch(key, epoch, jnp.asarray(member)))[: member.sum()].tolist()

    return order


def hyper_of(sgd: SGD, task: Task) -> paper.Hyper:
    """The engine's hyper-parameters for the transcription."""
    return paper.Hyper(
        learning_rate=float(sgd.learning_rate),
        momentum=float(sgd.momentum),
        decay=float(sgd.weight_decay),
        batch_size=None if sgd.batch_size == "full" else sgd.batch_size,
        decay_biases=sgd.decay_biases,
        is_linear=is_linear(task),
        mean_over_outputs=sgd.mean_over_outputs,
        gradient_clip=sgd.gradient_clip,
    )


def make_trials(
    task: Task,
    n_trials: int = 2,
    n_members: int = 3,
    *,
    n_examples: int = N_EXAMPLES,
    n_test: int = 10,
    n_labelled: int = 4,
    seed: int = 0,
    network: Network = NETWORK,
) -> Trials:
    """Trials whose data, weights and streams all differ."""
    made: dict[str, list[np.ndarray]] = {}
    for trial in range(n_trials):
        X, y = examples(task, n_examples + n_test, seed=100 * seed + trial)
        coding = task.code(y)
        T, first = coding.encode(y), np.arange(n_examples) < n_labelled
        for name, values in {
            "X": X[:n_examples], "X_test": X[n_examples:], "targets": T[:n_examples], "targets_test": T[n_examples:],
            "scale": coding.scale, "is_first_labelled": first,
        }.items():  # fmt: skip
            made.setdefault(name, []).append(values)
    return Trials(
        **{name: jnp.asarray(np.stack(values)) for name, values in made.items()},
        params=initial(T.shape[1], seed, (n_trials, n_members), network),
        order_keys=keys(seed, n_trials, n_members),
        selection_keys=keys(seed + 1000, n_trials),
    )


@dataclass
class OneTrial:
    """What the transcription needs of a trial."""

    Z: np.ndarray
    T: np.ndarray
    classes: np.ndarray | None
    first_labelled: np.ndarray
    nets: list[paper.Net]
    orders: list[paper.Order]


def one_trial(trials: Trials, index: int, task: Task, n_members: int = 1) -> OneTrial:
    T = np.array(trials.targets[index], dtype=np.float64)
    return OneTrial(
        Z=np.array(trials.X[index], dtype=np.float64),
        T=T,
        classes=T.argmax(axis=1) if task.has_classes else None,
        first_labelled=np.array(trials.is_first_labelled[index]),
        nets=[paper.from_params(nth(trials.params, index, member)) for member in range(n_members)],
        orders=[order_of(trials.order_keys[index, member]) for member in range(n_members)],
    )


def weights_of(params) -> np.ndarray:
    """All parameters of one network as one vector, in the order that the transcription's have."""
    return vector(paper.from_params(params))


def vector(net: paper.Net) -> np.ndarray:
    return np.concatenate([net[name].ravel() for name in sorted(net)])


def assert_same_weights(params, net: paper.Net, rtol: float) -> None:
    """All weights agree relative to the network's largest: near zero there is nothing to be relative to."""
    found, expected = weights_of(params), vector(net)
    np.testing.assert_allclose(found, expected, rtol=rtol, atol=rtol * np.abs(expected).max())


def with_rows(trials: Trials, rows: np.ndarray) -> Trials:
    """The same trials with their training examples in another order, or fewer."""
    parts = ("X", "targets", "is_first_labelled")
    return replace(trials, **{name: getattr(trials, name)[:, rows] for name in parts})
