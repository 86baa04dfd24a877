"""Three ways to read class probabilities from sigmoid output units: what each does to the entropy of Eq. 8.

The paper takes the softmax of the output units. These lie in (0, 1), so no probability can come near 0 or 1. The softmax
of the net inputs and the outputs divided by their sum can. The form belongs to the task; `dataclasses.replace` changes it.
"""

from dataclasses import replace

import jax
import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import spearmanr

import eligo
from eligo.datasets import FeaturePreparation, load

iris = load("iris")
X = FeaturePreparation().fit_transform(iris.X)
network = eligo.Network(hidden=(64,))
targets = eligo.CLASSIFICATION.code(iris.y).encode(iris.y)
params = network.init(jax.random.key(0), n_features=4, n_outputs=3)
sgd = eligo.SGD(learning_rate=0.1, momentum=0.5, epochs=200)
params = eligo.train(network, params, X, targets, eligo.CLASSIFICATION, sgd, key=jax.random.key(1))

forms = (eligo.softmax_of_outputs, eligo.softmax_of_net_inputs, eligo.normalised_outputs)
entropies = {}
for form in forms:
    task = replace(eligo.CLASSIFICATION, distribution=form)
    probabilities = network.predict_distribution(params, np.asarray(X, dtype="float32"), task)
    entropies[form.__name__] = np.asarray(eligo.entropy(probabilities))

paper = entropies["softmax_of_outputs"]
figure, axes = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
for (name, values), colour in zip(entropies.items(), ("#0072b2", "#d55e00", "#009e73"), strict=True):
    axes.hist(values, bins=np.linspace(0, 1, 41), color=colour, alpha=0.7, label=name)
axes.set(xlabel="normalised entropy", ylabel="iris examples", title="One network, three readings of its outputs")
axes.legend(frameon=False)
figure.savefig("probability_forms.png", dpi=150)

print(f"{'form':24}{'lowest':>8}{'median':>8}{'highest':>9}{'rank correlation with the paper':>34}")
for name, values in entropies.items():
    low, middle, high = np.quantile(values, [0, 0.5, 1])
    print(f"{name:24}{low:8.3f}{middle:8.3f}{high:9.3f}{spearmanr(values, paper).statistic:34.3f}")
