"""What a trial is made from: its split, targets, weights and random streams, all from the study's seed and its number.

Every method of a trial gets the same; comparisons are paired by construction.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import KFold, StratifiedKFold, train_test_split

from eligo.datasets import Dataset, Preparation, prepare_features
from eligo.learning import Trials
from eligo.learning.trials import draw_keys, draw_params
from eligo.mistakes import is_whole, refuse_unless
from eligo.networks import AnyNetwork
from eligo.tasks import TargetCoding

STREAMS = ("split", "weights", "first_labelled", "order", "selection")
"""Separate streams of randomness: changing what one is used for leaves the others as they are."""

TUNING_TRIAL = -1
"""Number of the split that cells are compared on; compared trials count from 0."""

SHARED_TRIAL = -2
"""Number whose weights an ensemble starts from in every trial where a study shares them."""


def seed_of(study_seed: int, problem: str, trial: int, stream: str) -> int:
    """A 32-bit seed that depends on these four alone.

    Trials that tune hyper-parameters have negative numbers, so that no compared trial shares a stream with them.
    """
    entropy = (study_seed, zlib.crc32(problem.encode()), trial % 2**32, STREAMS.index(stream))
    return int(np.random.SeedSequence(entropy).generate_state(1)[0])


@dataclass(frozen=True)
class FirstLabelled:
    """How many labels querying starts with: the smaller, or the larger, of a number and a share of the training part.

    Attributes
    ----------
    n : int
    fraction : float
    choice : "smaller" or "larger"
    """

    n: int = 10
    fraction: float = 0.1
    choice: str = "smaller"

    def of(self, n_train: int) -> int:
        """Labels for a training part of so many examples, at least 1 and at most all.

        Examples
        --------
        >>> FirstLabelled(10, 0.1, "smaller").of(400), FirstLabelled(10, 0.1, "larger").of(400)
        (10, 40)
        """
        choose = min if self.choice == "smaller" else max
        return min(n_train, max(1, choose(int(self.fraction * n_train), self.n)))


@dataclass(frozen=True)
class TrialDesign:
    """How the trials of one problem are drawn; the paper's way by default.

    Attributes
    ----------
    seed : int, that all random streams come from
    test_fraction : float, share of the rows that a trial tests on
    train_fraction : float or None, share of the rows that it trains on; None is all others
    preparation : Preparation, how raw columns become inputs
    first_labelled : FirstLabelled
    n_members : int, networks that a trial initialises; a method with fewer takes the first of them
    """

    seed: int
    test_fraction: float = 0.2
    train_fraction: float | None = None
    preparation: Preparation = field(default=Preparation())
    first_labelled: FirstLabelled = field(default=FirstLabelled())
    n_members: int = 3


class Split(NamedTuple):
    """Rows to train on and rows to test on: int arrays of indices into the data set."""

    train: NDArray[np.int64]
    test: NDArray[np.int64]


def split_rows(design: TrialDesign, dataset: Dataset, trial: int) -> Split:
    """The training and test rows of a trial, stratified by class."""
    train, test = train_test_split(
        np.arange(len(dataset.y)),
        test_size=design.test_fraction,
        train_size=design.train_fraction,
        stratify=dataset.strata,
        random_state=seed_of(design.seed, dataset.name, trial, "split"),
    )
    return Split(np.sort(train), np.sort(test))


def folds_inside(
    design: TrialDesign, dataset: Dataset, trial: int, rows: NDArray[np.int64], n_folds: int
) -> list[Split]:
    """Folds of some rows of a trial, stratified by class: of each, the others to train on and the fold to test on."""
    splitter = (StratifiedKFold if dataset.task.has_classes else KFold)(
        n_folds, shuffle=True, random_state=seed_of(design.seed, dataset.name, trial, "split")
    )
    strata = None if dataset.strata is None else dataset.strata[rows]
    return [Split(rows[learn], rows[held]) for learn, held in splitter.split(rows, strata)]


def first_labelled(design: TrialDesign, dataset: Dataset, rows: NDArray[np.int64], trial: int) -> NDArray[np.bool_]:
    """The labelled set that querying starts from: random rows, classes in turn, so that all are there if n allows.

    Parameters
    ----------
    design : TrialDesign
    dataset : Dataset
    rows : int array (examples,), the trial's training rows
    trial : int

    Returns
    -------
    bool array (examples,)
    """
    rng = np.random.default_rng(seed_of(design.seed, dataset.name, trial, "first_labelled"))
    n = design.first_labelled.of(len(rows))
    order = rng.permutation(len(rows))
    classes = np.zeros(len(rows), dtype=int) if dataset.strata is None else dataset.strata[rows]
    turn = np.empty(len(rows), dtype=int)
    for label in np.unique(classes):
        of_class = order[classes[order] == label]
        turn[of_class] = np.arange(len(of_class))
    chosen = order[np.argsort(turn[order], kind="stable")][:n]
    return np.isin(np.arange(len(rows)), chosen)


def code_targets(design: TrialDesign, dataset: Dataset, rows: NDArray[np.int64]) -> TargetCoding:
    """Coding of the targets, fitted on these rows; a classifier has a unit for every class of the data set."""
    fitting = {"classes": np.arange(dataset.n_outputs)} if dataset.task.has_classes else {}
    fitted_on = slice(None) if design.preparation.fitted_on == "all" else rows
    return dataset.task.code(dataset.y[fitted_on], **fitting)


class Prepared(NamedTuple):
    """A split as a network sees it: features prepared and targets coded, both fitted on the rows to train on.

    Shapes: (examples, inputs) and (examples, outputs); ``scale`` (outputs,) is units of the target per coded unit.
    """

    X: NDArray[np.floating]
    targets: NDArray[np.float64]
    X_test: NDArray[np.floating]
    targets_test: NDArray[np.float64]
    scale: NDArray[np.float64]


def prepare(design: TrialDesign, dataset: Dataset, split: Split) -> Prepared:
    """Prepare a split for networks."""
    X, X_test = prepare_features(dataset, design.preparation, split.train, split.test)
    coding = code_targets(design, dataset, split.train)
    targets, targets_test = (coding.encode(dataset.y[rows]) for rows in split)
    return Prepared(X, targets, X_test, targets_test, coding.scale)


def stack_trials(
    design: TrialDesign,
    dataset: Dataset,
    network: AnyNetwork,
    numbers: Sequence[int],
    *,
    fold: tuple[int, int] | None = None,
    shares_weights: bool = False,
) -> Trials:
    """Trials of one problem, stacked for the engine.

    Parameters
    ----------
    design : TrialDesign
    dataset : Dataset
    network : Network or ForeignNetwork
    numbers : sequence of int, the trials
    fold : (index, number of folds), default=None; a fold of each trial's training part takes the place of its test part
    shares_weights : bool, default=False, whether all trials start from the same initial weights

    Returns
    -------
    Trials

    Raises
    ------
    ValueError
        If the design or the data set is none, or the numbers are.
    """
    remedy = "Write e.g. TrialDesign(seed=1)."
    refuse_unless("design", design, lambda one: isinstance(one, TrialDesign), "a TrialDesign", remedy)
    remedy = "Write e.g. eligo.datasets.load('iris')."
    refuse_unless("dataset", dataset, lambda one: isinstance(one, Dataset), "an eligo.datasets.Dataset", remedy)
    remedy = f"Write range({numbers})." if is_whole(numbers) else "Write e.g. range(10)."
    refuse_unless("numbers", numbers, lambda all: len(all) and is_whole(min(all)), "the numbers of some trials", remedy)
    parts: dict[str, list[NDArray]] = {}
    for trial in numbers:
        split = split_rows(design, dataset, trial)
        if fold is not None:
            index, n_folds = fold
            split = folds_inside(design, dataset, trial, split.train, n_folds)[index]
        made = prepare(design, dataset, split)._asdict()
        made["is_first_labelled"] = first_labelled(design, dataset, split.train, trial)
        for name, values in made.items():
            parts.setdefault(name, []).append(values)

    def seeds(stream: str, trials: Sequence[int] = numbers) -> NDArray[np.uint32]:
        return np.array([seed_of(design.seed, dataset.name, trial, stream) for trial in trials], dtype=np.uint32)

    weights = seeds("weights", [SHARED_TRIAL] * len(numbers)) if shares_weights else seeds("weights")
    n_features, n_members = parts["X"][0].shape[1], design.n_members
    return Trials(
        **{name: jnp.asarray(np.stack(values)) for name, values in parts.items()},
        params=draw_params(network, draw_keys(weights, n_members), n_features, dataset.n_outputs),
        order_keys=draw_keys(seeds("order"), n_members),
        selection_keys=draw_keys(seeds("selection")),
    )
