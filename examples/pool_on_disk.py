"""Query a pool that lies on disk: score all of its rows chunk by chunk, and have the most uncertain ones labelled.

The memory that this takes does not grow with the file, but for 4 bytes a row.
"""

import tempfile
from pathlib import Path

import jax
import matplotlib.pyplot as plt
import numpy as np

import eligo
from eligo.datasets import FeaturePreparation, load
from eligo.utilities import OutputSensitivity, PredictiveEntropy

iris = load("iris")
preparation = FeaturePreparation()
X = preparation.fit_transform(iris.X)
network = eligo.Network(hidden=(64,))
targets = iris.task.code(iris.y).encode(iris.y)
params = network.init(jax.random.key(0), n_features=4, n_outputs=3)
sgd = eligo.SGD(learning_rate=0.1, momentum=0.5, epochs=200)
params = eligo.train(network, params, X, targets, iris.task, sgd, key=jax.random.key(1))

rng = np.random.default_rng(0)
low, high = iris.X.min(axis=0), iris.X.max(axis=0)
flowers = rng.uniform(low, high, (200_000, 4))  # many that nobody has seen
figure, axes = plt.subplots(1, 2, figsize=(8, 3.4), layout="constrained")
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "flowers.npy"
    np.save(file, preparation.transform(flowers).astype(np.float32))
    for panel, utility in zip(axes, (PredictiveEntropy(), OutputSensitivity()), strict=True):
        scores = eligo.score_pool(network, params, file, iris.task, utility)
        best = scores.argmax()
        print(f"{type(utility).__name__:20} {scores[best]:.3f} for the flower {flowers[best].round(1)}")
        drawn = panel.scatter(*flowers[:4000, 2:].T, c=scores[:4000], s=4, cmap="viridis", linewidths=0)
        figure.colorbar(drawn, ax=panel, label=type(utility).__name__)
        panel.set(xlabel="petal length, cm", ylabel="petal width, cm")
figure.suptitle("4000 of 200 000 unlabelled flowers, by what a label would be worth")
figure.savefig("pool_on_disk.png", dpi=150)
