"""The paper transcribed for one network: one example, one unit at a time, in float64, with loops.

An oracle for the engine. It imports nothing from eligo: initial weights and the orders of presentation are handed in,
since randomness must be shared for weights to agree.

A network is a dict of arrays named as in Eq. 4: ``v`` (J, I) from inputs to hidden units with biases ``v_bias`` (J,), ``w``
(K, J) from hidden to output units with biases ``w_bias`` (K,).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

Net = dict[str, np.ndarray]
# (epoch, is a member) -> indices of the members in the order in which that epoch presents them
Order = Callable[[int, np.ndarray], list[int]]


def from_params(params) -> Net:
    """The engine's parameters of one hidden layer in the paper's notation."""
    hidden, output = params["hidden"], params["output"]
    return {
        "v": np.array(hidden["weights"], dtype=np.float64).T.copy(),
        "v_bias": np.array(hidden["bias"], dtype=np.float64),
        "w": np.array(output["weights"], dtype=np.float64).T.copy(),
        "w_bias": np.array(output["bias"], dtype=np.float64),
    }


def copied(net: Net) -> Net:
    return {name: values.copy() for name, values in net.items()}


# --- The network and Eq. 10 ------------------------------------------------------------------------------------------


def sigmoid(net_input: float) -> float:
    return 1 / (1 + math.exp(-net_input))


def forward(net: Net, z: np.ndarray, is_linear: bool) -> tuple[list[float], list[float]]:
    """Activations of hidden and output units for one example."""
    n_hidden, n_inputs = net["v"].shape
    y = [sigmoid(sum(net["v"][j, i] * z[i] for i in range(n_inputs)) + net["v_bias"][j]) for j in range(n_hidden)]
    net_inputs = [sum(net["w"][k, j] * y[j] for j in range(n_hidden)) + net["w_bias"][k] for k in range(len(net["w"]))]
    return y, net_inputs if is_linear else [sigmoid(net_input) for net_input in net_inputs]


def gradient(net: Net, z: np.ndarray, t: np.ndarray, is_linear: bool) -> Net:
    """Gradient of sum_k (t_k - o_k)^2 of one example, by hand with the chain rule."""
    y, o = forward(net, z, is_linear)
    slopes = {name: np.zeros_like(values) for name, values in net.items()}
    errors_of_hidden = [0.0] * len(y)
    for k in range(len(o)):
        delta = -2 * (t[k] - o[k]) * (1 if is_linear else o[k] * (1 - o[k]))
        slopes["w_bias"][k] = delta
        for j in range(len(y)):
            slopes["w"][k, j] = delta * y[j]
            errors_of_hidden[j] += delta * net["w"][k, j]
    for j in range(len(y)):
        delta = errors_of_hidden[j] * y[j] * (1 - y[j])
        slopes["v_bias"][j] = delta
        for i in range(len(z)):
            slopes["v"][j, i] = delta * z[i]
    return slopes


def objective(net: Net, Z: np.ndarray, T: np.ndarray, is_linear: bool, decay: float, decay_biases: bool) -> float:
    """Eq. 10."""
    total = 0.0
    for z, t in zip(Z, T, strict=True):
        _, o = forward(net, z, is_linear)
        total += sum((t[k] - o[k]) ** 2 for k in range(len(o)))
    penalised = ("v", "w", "v_bias", "w_bias") if decay_biases else ("v", "w")
    return total / len(Z) + decay * sum(float((net[name] ** 2).sum()) for name in penalised)


# --- Stochastic gradient descent -------------------------------------------------------------------------------------


@dataclass
class Hyper:
    learning_rate: float
    momentum: float = 0.0
    decay: float = 0.0
    batch_size: int | None = 1  # None: all examples at once
    decay_biases: bool = False
    is_linear: bool = False
    mean_over_outputs: bool = False
    gradient_clip: float | None = None


@dataclass
class Learner:
    """One network that learns, with its velocity; counts its presentations."""

    net: Net
    hyper: Hyper
    weights: np.ndarray | None = None  # what each example's error counts
    velocity: Net = field(init=False)
    n_presentations: int = 0

    def __post_init__(self) -> None:
        self.net = copied(self.net)
        self.velocity = {name: np.zeros_like(values) for name, values in self.net.items()}

    def step(self, Z: np.ndarray, T: np.ndarray, batch: list[int]) -> None:
        hyper, slopes = self.hyper, {name: np.zeros_like(values) for name, values in self.net.items()}
        for p in batch:
            self.n_presentations += 1
            weight = 1 if self.weights is None else self.weights[p]
            for name, slope in gradient(self.net, Z[p], T[p], hyper.is_linear).items():
                slopes[name] += weight * slope / len(batch) / (len(T[p]) if hyper.mean_over_outputs else 1)
        if hyper.gradient_clip is not None:
            length = math.sqrt(sum(float((slope**2).sum()) for slope in slopes.values()))
            share = min(1.0, hyper.gradient_clip / (length + 1e-6))  # PyTorch's definition
            slopes = {name: slope * share for name, slope in slopes.items()}
        for name in ("v", "w", "v_bias", "w_bias") if hyper.decay_biases else ("v", "w"):
            slopes[name] += 2 * hyper.decay * self.net[name]
        for name, slope in slopes.items():
            self.velocity[name] = hyper.momentum * self.velocity[name] + slope
            self.net[name] = self.net[name] - hyper.learning_rate * self.velocity[name]

    def epoch(self, Z: np.ndarray, T: np.ndarray, order: list[int]) -> None:
        size = len(order) if self.hyper.batch_size is None else self.hyper.batch_size
        for begin in range(0, len(order), size):
            self.step(Z, T, order[begin : begin + size])


def learn_passively(net: Net, Z: np.ndarray, T: np.ndarray, hyper: Hyper, n_epochs: int, order: Order) -> Learner:
    learner = Learner(net, hyper)
    everyone = np.ones(len(Z), dtype=bool)
    for epoch in range(n_epochs):
        learner.epoch(Z, T, order(epoch, everyone))
    return learner


# --- Output sensitivity and selective learning -----------------------------------------------------------------------


def sensitivity(net: Net, z: np.ndarray, is_linear: bool) -> np.ndarray:
    """Eq. 4, (K, I)."""
    y, o = forward(net, z, is_linear)
    S = np.zeros((len(o), len(z)))
    for k in range(len(o)):
        for i in range(len(z)):
            summed = 0.0
            for j in range(len(y)):
                summed += net["w"][k, j] * y[j] * (1 - y[j]) * net["v"][j, i]
            S[k, i] = (1 if is_linear else o[k] * (1 - o[k])) * summed
    return S


def directional_sensitivity(net: Net, z: np.ndarray, is_linear: bool) -> list[float]:
    """Of each output: o_k' sum_j w_kj y_j' (net_j - bias_j), as the paper's author has it."""
    y, o = forward(net, z, is_linear)
    changes = []
    for k in range(len(o)):
        summed = 0.0
        for j in range(len(y)):
            without_bias = sum(net["v"][j, i] * z[i] for i in range(len(z)))
            summed += net["w"][k, j] * y[j] * (1 - y[j]) * without_bias
        changes.append((1 if is_linear else o[k] * (1 - o[k])) * summed)
    return changes


def norm(values: list[float], name: str) -> float:
    """Eq. 5, Eq. 6 and Eq. 2."""
    if name == "sum":
        return sum(abs(value) for value in values)
    if name == "euclidean":
        return math.sqrt(sum(value**2 for value in values))
    return max(abs(value) for value in values)


def informativeness(S: np.ndarray, input_norm: str = "sum", output_norm: str = "max") -> float:
    """Eqs. 1 and 3 for one example."""
    return norm([norm(list(row), input_norm) for row in S], output_norm)


def above_mean(
    scores: dict[int, float], beta: float, classes: np.ndarray | None, floor: int = 1, floor_share: float = 0.0
) -> np.ndarray:
    """Candidates (keys of ``scores``) that reach (1 - beta) times the mean, the best of a class that has none, and the
    best of the others while there are fewer than the floor asks for.
    """
    threshold = (1 - beta) * sum(scores.values()) / len(scores)
    chosen = {p for p, score in scores.items() if score >= threshold}
    labels = np.zeros(max(scores) + 1, dtype=int) if classes is None else classes
    for label in set(labels[list(scores)].tolist()):
        of_class = [p for p in scores if labels[p] == label]
        if not chosen & set(of_class):
            chosen.add(max(of_class, key=lambda p: scores[p]))
    for p in sorted(scores, key=lambda p: -scores[p]):
        if len(chosen) < max(floor, round(floor_share * len(scores))):
            chosen.add(p)
    return np.array(sorted(chosen))


@dataclass
class Selective:
    """What SASLA came to: the learner and D_T of every epoch, bool (epochs, examples)."""

    learner: Learner
    subsets: list[np.ndarray]
    n_selections: int


def learn_by_sensitivity(
    net: Net,
    Z: np.ndarray,
    T: np.ndarray,
    hyper: Hyper,
    n_epochs: int,
    order: Order,
    *,
    beta: float,
    interval: int = 1,
    first_selection: int | None = None,
    classes: np.ndarray | None = None,
    is_for_good: bool = False,
) -> Selective:
    """SASLA: every ``interval`` epochs D_T is chosen anew from D_C, or from itself where removal is for good.

    ``first_selection`` epochs go before the first choice; None is the interval.
    """
    first = interval if first_selection is None else first_selection
    learner, subsets, n_selections = Learner(net, hyper), [], 0
    subset = np.ones(len(Z), dtype=bool)
    for epoch in range(n_epochs):
        if epoch >= first and (epoch - first) % interval == 0:
            candidates = np.flatnonzero(subset) if is_for_good else np.arange(len(Z))
            scores = {int(p): informativeness(sensitivity(learner.net, Z[p], hyper.is_linear)) for p in candidates}
            subset = np.zeros(len(Z), dtype=bool)
            subset[above_mean(scores, beta, classes)] = True
            n_selections += 1
        subsets.append(subset)
        learner.epoch(Z, T, order(epoch, subset))
    return Selective(learner, subsets, n_selections)


# --- Uncertainty and pool-based querying -----------------------------------------------------------------------------


def softmax(outputs: list[float]) -> list[float]:
    powers = [math.exp(output) for output in outputs]
    return [power / sum(powers) for power in powers]


def entropy(probabilities: list[float]) -> float:
    """Eq. 8 divided by log C."""
    return -sum(p * math.log(p) for p in probabilities if p > 0) / math.log(len(probabilities))


def total_variance(predictions: list[list[float]]) -> float:
    """Eq. 9: variance over members, summed over classes or outputs; ``predictions`` holds one list for each member."""
    total = 0.0
    for values in zip(*predictions, strict=True):
        mean = sum(values) / len(values)
        total += sum((value - mean) ** 2 for value in values) / len(values)
    return total


def majority_vote(probabilities: list[list[float]]) -> int:
    """Class with most members behind it; ties to the larger mean probability. One list for each member."""
    n_classes = len(probabilities[0])
    votes = [0] * n_classes
    for of_member in probabilities:
        votes[of_member.index(max(of_member))] += 1
    means = [sum(of_member[c] for of_member in probabilities) / len(probabilities) for c in range(n_classes)]
    return max(range(n_classes), key=lambda c: (votes[c], means[c]))


def entropy_utility(nets: list[Net], z: np.ndarray, is_linear: bool) -> float:
    return entropy(softmax(forward(nets[0], z, is_linear)[1]))


def class_variance_utility(nets: list[Net], z: np.ndarray, is_linear: bool) -> float:
    return total_variance([softmax(forward(net, z, is_linear)[1]) for net in nets])


def output_variance_utility(nets: list[Net], z: np.ndarray, is_linear: bool) -> float:
    return total_variance([forward(net, z, is_linear)[1] for net in nets])


@dataclass
class Querying:
    """What Algorithm 1 came to: the learners, the examples in the order of asking, and |L| in every round."""

    learners: list[Learner]
    asked: list[int]
    label_counts: list[int]

    @property
    def n_presentations(self) -> int:
        return sum(learner.n_presentations for learner in self.learners)


def learn_from_pool(
    nets: list[Net],
    Z: np.ndarray,
    T: np.ndarray,
    hyper: Hyper,
    orders: list[Order],
    *,
    first_labelled: np.ndarray,
    utility: Callable[[list[Net], np.ndarray, bool], float],
    budget: int,
    epochs_of_round: list[int],
    query_size: int = 1,
    given: list[int] | None = None,
    is_cold: bool = False,
    is_at_rest: bool = False,
) -> Querying:
    """Algorithm 1; ``given`` replaces the utility by a fixed order of asking. One order of presentation for each member."""
    learners = [Learner(net, hyper) for net in nets]
    labelled = first_labelled.copy()
    asked: list[int] = []
    label_counts: list[int] = []
    epoch = 0
    for n_epochs in epochs_of_round:
        if label_counts:  # the first round learns from the labels that are there
            for _ in range(min(query_size, budget - len(asked))):
                pool = [p for p in range(len(Z)) if not labelled[p] and p not in asked]
                if given is not None:
                    best = given[len(asked)]
                else:
                    trained = [learner.net for learner in learners]
                    best = max(pool, key=lambda p: utility(trained, Z[p], hyper.is_linear))
                asked.append(best)
            labelled[asked] = True
            for learner, net in zip(learners, nets, strict=True):
                if is_cold:
                    learner.net = copied(net)
                if is_cold or is_at_rest:
                    learner.velocity = {name: np.zeros_like(values) for name, values in net.items()}
        label_counts.append(int(labelled.sum()))
        for _ in range(n_epochs):
            for learner, order in zip(learners, orders, strict=True):
                learner.epoch(Z, T, order(epoch, labelled))
            epoch += 1
    return Querying(learners, asked, label_counts)
