"""Ask for labels or take them at random: learning curves on breast cancer, in paired trials with an interval.

Both methods of a trial start from the same labels, weights and orders of presentation. So their difference is taken trial by
trial, and its interval is one of pairs.
"""

import matplotlib.pyplot as plt
import numpy as np

import eligo
from eligo import statistics
from eligo.datasets import load
from eligo.study import TrialDesign, stack_trials

cancer, network = load("breast_cancer"), eligo.Network(hidden=(16,))
trials = stack_trials(TrialDesign(seed=1, train_fraction=0.4), cancer, network, range(20))
sgd = eligo.SGD(learning_rate=0.1, momentum=0.5, batch_size=8, epochs=200)
methods = eligo.named_methods(eligo.Settings(budget=60, query_size=3))

figure, axes = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
means = {}
for name, label, colour in (("entropy", "entropy", "#d55e00"), ("random_pool", "random", "#b8558f")):
    run = methods[name].learn(network, cancer.task, trials, sgd)
    labels, accuracy = run.labels.mean(axis=1), run.accuracy
    middle, error = accuracy.mean(axis=1), accuracy.std(axis=1, ddof=1) / np.sqrt(accuracy.shape[1])
    axes.fill_between(labels, middle - 2 * error, middle + 2 * error, color=colour, alpha=0.15, linewidth=0)
    axes.plot(labels, middle, color=colour, label=label)
    means[name] = accuracy.mean(axis=0)  # of each trial's curve
axes.set(xlabel="labels", ylabel="test accuracy", title="Breast cancer, 20 trials, bands of two standard errors")
axes.legend(frameon=False)
figure.savefig("query_curves.png", dpi=150)

difference = statistics.paired_difference(means["entropy"], means["random_pool"], rng=np.random.default_rng(0))
print("entropy minus random, mean of the curve:", difference)
