"""See what SASLA keeps: in two dimensions, the examples to which a trained network is most sensitive lie along its boundary.

Two half-moons overlap. A network learns them, every example is scored by output sensitivity, and the rule keeps those that
reach a share of the mean score; a larger β keeps more.
"""

import jax
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_moons

import eligo
from eligo.rules import AboveMean

X, y = make_moons(400, noise=0.22, random_state=0)
X = ((X - X.mean(axis=0)) / np.abs(X - X.mean(axis=0)).max(axis=0)).astype(np.float32)
task, network = eligo.CLASSIFICATION, eligo.Network(hidden=(24,))
targets = task.code(y).encode(y)
params = network.init(jax.random.key(0), n_features=2, n_outputs=2)
sgd = eligo.SGD(learning_rate=0.3, momentum=0.8, batch_size=8, epochs=300)
params = eligo.train(network, params, X, targets, task, sgd, key=jax.random.key(1))

phi = eligo.informativeness(eligo.input_sensitivity(network, params, X, task))
across, up = np.meshgrid(np.linspace(-1.15, 1.15, 160), np.linspace(-1.15, 1.15, 120))
grid = np.stack([across.ravel(), up.ravel()], axis=1).astype(np.float32)
field = eligo.informativeness(eligo.input_sensitivity(network, params, grid, task)).reshape(across.shape)
outputs = network.apply(params, grid, task)
lead = (outputs[:, 1] - outputs[:, 0]).reshape(across.shape)

strata = task.strata(targets)  # one example of each class stays, whatever its score
everyone = np.ones(len(X), dtype=bool)
figure, axes = plt.subplots(1, 3, figsize=(9, 3.2), sharex=True, sharey=True, layout="constrained")
for panel, beta in zip(axes, (0.9, 0.5, 0.0), strict=True):
    kept = np.asarray(AboveMean(beta)(phi, everyone, strata, key=jax.random.key(2)))
    panel.contourf(across, up, field, levels=12, cmap="Blues", alpha=0.75)
    panel.contour(across, up, lead, levels=[0], colors="0.2", linewidths=1, linestyles="--")
    for label, colour in ((0, "#d55e00"), (1, "#009e73")):
        panel.scatter(*X[(y == label) & ~kept].T, s=9, facecolors="none", edgecolors=colour, linewidths=0.6, alpha=0.7)
        panel.scatter(*X[(y == label) & kept].T, s=11, color=colour)
    panel.set(title=f"β = {beta:g} keeps {kept.mean():.0%}", xticks=[], yticks=[])
    print(f"beta {beta:g}: {kept.sum()} of {len(X)} examples")
figure.savefig("what_sasla_keeps.png", dpi=150)
