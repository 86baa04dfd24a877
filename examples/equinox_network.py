"""Bring an Equinox network: train it on the examples to which it is most sensitive, as SASLA does, and score a pool.

Needs Equinox (`pip install equinox`). A model of it holds arrays and functions in one tree; the arrays are the parameters.
"""

import equinox as eqx
import jax
import matplotlib.pyplot as plt
import numpy as np

import eligo
from eligo.datasets import load
from eligo.study import TrialDesign, stack_trials
from eligo.utilities import OutputSensitivity


def make(key, n_features, n_outputs):
    """A model of two hidden layers with swish units, which `eligo.Network` does not have."""
    return eqx.nn.MLP(n_features, n_outputs, width_size=12, depth=2, activation=jax.nn.silu, key=key)


def init(key, n_features, n_outputs):
    """Its arrays."""
    return eqx.filter(make(key, n_features, n_outputs), eqx.is_inexact_array)


iris = load("iris")
rest = eqx.filter(make(jax.random.key(0), 4, 3), eqx.is_inexact_array, inverse=True)
network = eligo.ForeignNetwork(init, lambda params, X: jax.vmap(eqx.combine(params, rest))(X), name="eqx.nn.MLP")

trials = stack_trials(TrialDesign(seed=1), iris, network, range(10))
sgd = eligo.SGD(learning_rate=0.2, momentum=0.5, batch_size=8, epochs=60)
figure, axes = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
for beta in (1.0, 0.7, 0.3):
    sasla = eligo.named_methods(eligo.Settings(beta=beta, interval=5))["sasla"]
    run = sasla.learn(network, iris.task, trials, sgd)
    label = f"β = {beta:g}" + (", all examples" if beta == 1 else "")
    print(f"{label:22} {run.presentations[-1].mean():7.0f} presentations, accuracy {run.accuracy[-1].mean():.3f}")
    axes.plot(run.presentations.mean(axis=1), run.accuracy.mean(axis=1), label=label)
axes.set(
    xlabel="presentations", ylabel="test accuracy, mean of 10 trials", title="SASLA with an Equinox network on iris"
)
axes.legend(frameon=False)
figure.savefig("equinox_network.png", dpi=150)

params = jax.tree.map(lambda leaf: leaf[0, 0], run.params)
pool = np.random.default_rng(0).uniform(-1, 1, (100_000, 4)).astype(np.float32)
scores = eligo.score_pool(network, params, pool, iris.task, OutputSensitivity())
print("of 100 000 unlabelled flowers, most sensitive:", pool[scores.argmax()].round(2))
