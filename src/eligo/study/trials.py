"""What a trial is made from: its split, targets, weights and random streams, all from the study's seed and its number.

Every method of a trial gets the same; comparisons are paired by construction.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from eligo.datasets import Dataset, scale_features
from eligo.learning import Trials
from eligo.networks import Network
from eligo.tasks import TargetCoding

STREAMS = ("split", "weights", "first_labelled", "order", "selection")
"""Separate streams of randomness: changing what one is used for leaves the others as they are."""


TUNING_TRIAL = -1
"""Number of the split that cells are compared on; compared trials count from 0."""


def seed_of(study_seed: int, problem: str, trial: int, stream: str) -> int:
    """A 32-bit seed that depends on these four alone.

    Trials that tune hyper-parameters have negative numbers, so that no compared trial shares a stream with them.
    """
    entropy = (study_seed, zlib.crc32(problem.encode()), trial % 2**32, STREAMS.index(stream))
    return int(np.random.SeedSequence(entropy).generate_state(1)[0])


@dataclass(frozen=True)
class Split:
    """Rows of a trial: int arrays of indices into the data set."""

    train: NDArray[np.int64]
    test: NDArray[np.int64]


def split_rows(dataset: Dataset, study_seed: int, trial: int, test_fraction: float) -> Split:
    """The training and test rows of a trial, stratified by class."""
    seed = seed_of(study_seed, dataset.name, trial, "split")
    rows = np.arange(len(dataset.y))
    train, test = train_test_split(rows, test_size=test_fraction, stratify=dataset.strata, random_state=seed)
    return Split(np.sort(train), np.sort(test))


def first_labelled(dataset: Dataset, rows: NDArray[np.int64], study_seed: int, trial: int, n: int) -> NDArray[np.bool_]:
    """The labelled set that querying starts from: random rows, classes in turn, so that all are there if n allows.

    Parameters
    ----------
    dataset : Dataset
    rows : int array (examples,), the trial's training rows
    study_seed, trial : int
    n : int, how many

    Returns
    -------
    bool array (examples,)
    """
    rng = np.random.default_rng(seed_of(study_seed, dataset.name, trial, "first_labelled"))
    order = rng.permutation(len(rows))
    classes = np.zeros(len(rows), dtype=int) if dataset.strata is None else dataset.strata[rows]
    turn = np.empty(len(rows), dtype=int)
    for label in np.unique(classes):
        of_class = order[classes[order] == label]
        turn[of_class] = np.arange(len(of_class))
    chosen = order[np.argsort(turn[order], kind="stable")][:n]
    return np.isin(np.arange(len(rows)), chosen)


def code_targets(dataset: Dataset, rows: NDArray[np.int64]) -> TargetCoding:
    """Coding of the targets, fitted on these rows; a classifier has a unit for every class of the data set."""
    fitting = {"classes": np.arange(dataset.n_outputs)} if dataset.task.has_classes else {}
    return dataset.task.code(dataset.y[rows], **fitting)


def stack_trials(
    dataset: Dataset,
    network: Network,
    study_seed: int,
    numbers: Sequence[int],
    *,
    test_fraction: float,
    n_first_labelled: int,
    n_members: int,
) -> Trials:
    """Trials of one problem, stacked for the engine.

    Parameters
    ----------
    dataset : Dataset
    network : Network
    study_seed : int
    numbers : sequence of int, the trials
    test_fraction : float
    n_first_labelled : int, labels that querying starts with
    n_members : int, networks to initialise per trial

    Returns
    -------
    Trials
    """
    parts: dict[str, list[NDArray]] = {}
    for trial in numbers:
        split = split_rows(dataset, study_seed, trial, test_fraction)
        X, X_test = scale_features(dataset.X[split.train], dataset.X[split.test])
        coding = code_targets(dataset, split.train)
        made = {
            "X": X,
            "X_test": X_test,
            "targets": coding.encode(dataset.y[split.train]),
            "targets_test": coding.encode(dataset.y[split.test]),
            "scale": coding.scale,
            "is_first_labelled": first_labelled(dataset, split.train, study_seed, trial, n_first_labelled),
        }
        for name, values in made.items():
            parts.setdefault(name, []).append(values)

    def keys(stream: str) -> Array:
        return jnp.stack([jax.random.key(seed_of(study_seed, dataset.name, trial, stream)) for trial in numbers])

    members = jax.vmap(lambda key: jax.random.split(key, n_members))
    init = jax.vmap(jax.vmap(network.init, (0, None, None)), (0, None, None))
    return Trials(
        **{name: jnp.asarray(np.stack(values)) for name, values in parts.items()},
        params=init(members(keys("weights")), dataset.X.shape[1], dataset.n_outputs),
        order_keys=members(keys("order")),
        selection_keys=keys("selection"),
    )
