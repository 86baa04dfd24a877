"""One trial of pool-based querying by entropy in another library; `benchmarks/querying.py` starts it in their environment.

    .venv-peers/bin/python benchmarks/peers_querying.py "modAL, MLPClassifier" trial.npz --epochs 200

Prints the seconds, the accuracy on the test part after each fit and the versions, as JSON.
"""

import argparse
import json
import time
import warnings
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import NamedTuple, TypeVar

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

N_HIDDEN, BATCH_SIZE, LEARNING_RATE, MOMENTUM = 20, 8, 0.1, 0.9
N_FIRST, N_QUERIES = 13, 92
"""Of the 105 examples that 70 % of iris are, 13 are labelled at first and all at the end."""

SEED = 0


class Trial(NamedTuple):
    """The data of a trial: X (examples, features), y (examples,), the same to test on, and which are labelled at first."""

    X: np.ndarray
    y: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    first: np.ndarray


Peer = Callable[[Trial, int], Iterator[float]]
"""(trial, epochs per fit) -> accuracy on the test part after the first fit and after that of each query."""


def mlp(epochs: int) -> MLPClassifier:
    """scikit-learn's network; it never stops early, and every fit starts from the same weights."""
    return MLPClassifier(
        (N_HIDDEN,),
        activation="logistic",
        solver="sgd",
        alpha=0,
        batch_size=BATCH_SIZE,
        learning_rate_init=LEARNING_RATE,
        momentum=MOMENTUM,
        nesterovs_momentum=False,
        max_iter=epochs,
        tol=0,
        n_iter_no_change=epochs + 1,
        random_state=SEED,
    )


def torch_network():
    """The same network in PyTorch, always with the same weights; gives the net inputs of a softmax."""
    import torch

    torch.manual_seed(SEED)
    return torch.nn.Sequential(torch.nn.Linear(4, N_HIDDEN), torch.nn.Sigmoid(), torch.nn.Linear(N_HIDDEN, 3))


def modal(trial: Trial, epochs: int) -> Iterator[float]:
    """modAL: the learner holds the labelled set; the pool is ours."""
    from modAL.models import ActiveLearner
    from modAL.uncertainty import entropy_sampling

    learner = ActiveLearner(mlp(epochs), entropy_sampling, trial.X[trial.first], trial.y[trial.first])
    pool = np.setdiff1d(np.arange(len(trial.y)), trial.first)
    yield learner.score(trial.X_test, trial.y_test)
    for _ in range(N_QUERIES):
        place, _ = learner.query(trial.X[pool])
        learner.teach(trial.X[pool[place]], trial.y[pool[place]])
        pool = np.delete(pool, place)
        yield learner.score(trial.X_test, trial.y_test)


def scikit_activeml(trial: Trial, classifier) -> Iterator[float]:
    """scikit-activeml: labels that nobody knows yet are -1; a query trains nothing, though by default it would."""
    from skactiveml.pool import UncertaintySampling

    strategy = UncertaintySampling(method="entropy", missing_label=-1, random_state=SEED)
    y = np.full(len(trial.y), -1)
    y[trial.first] = trial.y[trial.first]
    yield classifier.fit(trial.X, y).score(trial.X_test, trial.y_test)
    for _ in range(N_QUERIES):
        chosen = strategy.query(trial.X, y, classifier, fit_clf=False)
        y[chosen] = trial.y[chosen]
        yield classifier.fit(trial.X, y).score(trial.X_test, trial.y_test)


def scikit_activeml_mlp(trial: Trial, epochs: int) -> Iterator[float]:
    """scikit-activeml around scikit-learn's network."""
    from skactiveml.classifier import SklearnClassifier

    return scikit_activeml(trial, SklearnClassifier(mlp(epochs), classes=np.unique(trial.y), missing_label=-1))


def scikit_activeml_skorch(trial: Trial, epochs: int) -> Iterator[float]:
    """scikit-activeml around skorch, without skorch's callbacks: they would take about as long again."""
    import torch
    from skactiveml.classifier import SkorchClassifier

    settings = {
        "max_epochs": epochs,
        "batch_size": BATCH_SIZE,
        "lr": LEARNING_RATE,
        "optimizer": torch.optim.SGD,
        "optimizer__momentum": MOMENTUM,
        "iterator_train__shuffle": True,
        "train_split": None,
        "callbacks": "disable",
        "verbose": 0,
    }
    classes = np.unique(trial.y)
    classifier = SkorchClassifier(torch_network, classes=classes, missing_label=-1, neural_net_param_dict=settings)
    return scikit_activeml(trial, classifier)


def small_text(trial: Trial, epochs: int) -> Iterator[float]:
    """small-text: made for text, takes rows of numbers too."""
    from small_text import PoolBasedActiveLearner, PredictionEntropy, SklearnClassifierFactory, SklearnDataset

    classes = np.unique(trial.y)
    test = SklearnDataset(trial.X_test, trial.y_test, target_labels=classes)
    learner = PoolBasedActiveLearner(
        SklearnClassifierFactory(mlp(epochs), len(classes)),
        PredictionEntropy(),
        SklearnDataset(trial.X, trial.y, target_labels=classes),
    )
    learner.initialize_data(trial.first, trial.y[trial.first])
    yield np.mean(learner.classifier.predict(test) == trial.y_test)
    for _ in range(N_QUERIES):
        chosen = learner.query(num_samples=1)
        learner.update(trial.y[chosen])
        yield np.mean(learner.classifier.predict(test) == trial.y_test)


def pytorch(trial: Trial, epochs: int) -> Iterator[float]:
    """A loop in PyTorch as one writes it by hand."""
    import torch

    X, y, X_test = (torch.from_numpy(part) for part in (trial.X, trial.y, trial.X_test))
    is_labelled = torch.zeros(len(y), dtype=torch.bool)
    is_labelled[torch.from_numpy(trial.first)] = True
    for _ in range(N_QUERIES + 1):
        network = torch_network()
        optimiser = torch.optim.SGD(network.parameters(), lr=LEARNING_RATE, momentum=MOMENTUM)
        labelled = is_labelled.nonzero()[:, 0]
        for _ in range(epochs):
            for rows in labelled[torch.randperm(len(labelled))].split(BATCH_SIZE):
                optimiser.zero_grad()
                torch.nn.functional.cross_entropy(network(X[rows]), y[rows]).backward()
                optimiser.step()
        with torch.no_grad():
            yield np.mean(network(X_test).argmax(1).numpy() == trial.y_test)
            entropy = torch.distributions.Categorical(logits=network(X)).entropy()
        is_labelled[entropy.masked_fill(is_labelled, -1).argmax()] = True


PEERS: dict[str, tuple[Peer, tuple[str, ...]]] = {
    "modAL, MLPClassifier": (modal, ("modAL-python", "scikit-learn")),
    "scikit-activeml, MLPClassifier": (scikit_activeml_mlp, ("scikit-activeml", "scikit-learn")),
    "small-text, MLPClassifier": (small_text, ("small-text", "scikit-learn")),
    "scikit-activeml, skorch": (scikit_activeml_skorch, ("scikit-activeml", "skorch", "torch")),
    "PyTorch, a loop by hand": (pytorch, ("torch",)),
}
"""Peers by name, with the packages whose versions matter."""


Result = TypeVar("Result")


def fastest(run: Callable[[], Result], repeats: int) -> tuple[float, Result]:
    """The fewest seconds of so many runs, and what the last gave."""
    seconds = []
    for _ in range(repeats):
        began = time.perf_counter()
        result = run()
        seconds.append(time.perf_counter() - began)
    return min(seconds), result


def main() -> None:
    """Run one peer's trial; imports and what a library loads at its first fit are not timed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("trial", help="file with the data of a trial")
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=1)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)  # fixed epochs, and it says so at every fit
    warnings.simplefilter("ignore", FutureWarning)
    peer, packages = PEERS[arguments.peer]
    trial = Trial(**np.load(arguments.trial))
    next(peer(trial, 1))
    seconds, accuracy = fastest(lambda: [float(value) for value in peer(trial, arguments.epochs)], arguments.repeats)
    versions = {package: version(package) for package in packages}
    print(json.dumps({"seconds": seconds, "accuracy": accuracy, "versions": versions}))


if __name__ == "__main__":
    main()
