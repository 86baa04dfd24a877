"""Bring a Flax network: train a committee of it as one program, let it query a pool, and ask what it is sensitive to.

Needs Flax (`pip install flax`). A foreign network is two pure functions, of which Flax has both: `init` and `apply`.
"""

import flax.linen as nn
import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt

import eligo
from eligo.datasets import load
from eligo.study import TrialDesign, stack_trials


class Perceptron(nn.Module):
    """Two hidden layers, the first normalised, which `eligo.Network` does not have."""

    @nn.compact
    def __call__(self, X):
        """Net inputs of three output units; the output map is the task's."""
        X = nn.tanh(nn.LayerNorm()(nn.Dense(16)(X)))
        return nn.Dense(3)(nn.tanh(nn.Dense(8)(X)))


module = Perceptron()
network = eligo.ForeignNetwork(
    init_fn=lambda key, n_features, n_outputs: module.init(key, jnp.zeros((1, n_features))),
    apply_fn=module.apply,
    name="Perceptron",
)

wine = load("wine")
trials = stack_trials(TrialDesign(seed=1), wine, network, range(10))
sgd = eligo.SGD(learning_rate=0.1, momentum=0.5, batch_size=8, epochs=60)
methods = eligo.named_methods(eligo.Settings(budget=50, query_size=5, members=3))
figure, axes = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
for name, label in {"ensemble": "ensemble variance", "entropy": "entropy", "random_pool": "random"}.items():
    run = methods[name].learn(network, wine.task, trials, sgd)
    mean = run.accuracy.mean(axis=1)
    print(f"{label:18} {run.labels[-1].mean():.0f} labels, mean area under the curve {mean.mean():.3f}")
    axes.plot(run.labels.mean(axis=1), mean, marker="o", markersize=3, label=label)
axes.set(xlabel="labels", ylabel="test accuracy, mean of 10 trials", title="A Flax network queries wine")
axes.legend(frameon=False)
figure.savefig("flax_network.png", dpi=150)

params = jax.tree.map(lambda leaf: leaf[0, 0], run.params)
phi = eligo.informativeness(eligo.input_sensitivity(network, params, trials.X_test[0], wine.task))
print("most sensitive test examples:", phi.argsort()[-3:])
