"""What a run records: counted cost, measured error and the seconds that each part took."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from eligo.learning.trials import Trials, as_members
from eligo.mistakes import checked_count
from eligo.nets import jit_nets, over_nets
from eligo.networks import AnyNetwork, Params
from eligo.tasks import Task
from eligo.training import is_diverged

COUNTS = ("labels", "n_selected", "presentations", "work", "selection_work")
MEASURES = (
    "train_error",
    "test_error",
    "train_accuracy",
    "accuracy",
    "macro_f1",
    "macro_precision",
    "macro_recall",
    "mcc",
    "mse",
    "mae",
    "r2",
)
SECONDS = ("seconds_training", "seconds_selection", "seconds_evaluation")


Record = Mapping[str, Any]
"""One record of a run: its epoch, and an array (trials,) for each field of `Trajectory` that has one for each record."""

OnRecord = Callable[[Record], None]
"""What may follow a run while it learns."""


@dataclass(frozen=True)
class Trajectory:
    """How learning went, at each recorded epoch of each trial.

    All are float64 arrays (records, trials) unless stated otherwise.

    Attributes
    ----------
    epoch : int array (records,), epochs trained before the record; 0 is the untrained network
    labels : |L|, examples whose labels are known (all of the training part in selective learning)
    n_selected : |D_T|, examples of the current training subset
    presentations : examples presented so far, times members; counted
    work : forward-equivalents so far, selection included; 1 is one forward pass of one network for one example
    selection_work : the part of it that selection took
    train_error : squared error summed over outputs, mean over the labelled examples; in squared units of the target
    test_error : the same on the test part
    train_accuracy : share of the labelled examples that are classified rightly; NaN for function approximation
    accuracy, macro_f1, macro_precision, macro_recall : on the test part, in [0, 1]; NaN for function approximation
    mcc : Matthews' correlation on the test part, in [-1, 1]; NaN for function approximation
    mse, mae, r2 : on the test part, in (squared) units of the target; NaN for classification
    seconds_training, seconds_selection, seconds_evaluation : so far, a trial's share of the program that trains all;
        compilation is not counted. Selective learning trains and selects in one program, whose seconds are divided in the
        proportion of what an epoch and a selection take alone
    stopped_at : float array (trials,), epochs trained when a stopping criterion ended the trial, NaN where none did; later
        records repeat where it stood
    is_diverged : bool array (trials,), whether training ran away; see `eligo.training.is_diverged`
    is_selected : bool array (trials, examples), the last training subset
    confusion : int array (trials, actual classes, predicted classes), test examples at the end; None for function
        approximation
    params : trained parameters with leading axes (trials, members)
    """

    epoch: NDArray[np.int64]
    labels: NDArray[np.float64]
    n_selected: NDArray[np.float64]
    presentations: NDArray[np.float64]
    work: NDArray[np.float64]
    selection_work: NDArray[np.float64]
    train_error: NDArray[np.float64]
    test_error: NDArray[np.float64]
    train_accuracy: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    macro_f1: NDArray[np.float64]
    macro_precision: NDArray[np.float64]
    macro_recall: NDArray[np.float64]
    mcc: NDArray[np.float64]
    mse: NDArray[np.float64]
    mae: NDArray[np.float64]
    r2: NDArray[np.float64]
    seconds_training: NDArray[np.float64]
    seconds_selection: NDArray[np.float64]
    seconds_evaluation: NDArray[np.float64]
    stopped_at: NDArray[np.float64]
    is_diverged: NDArray[np.bool_]
    is_selected: NDArray[np.bool_]
    confusion: NDArray[np.int64] | None
    params: Params


ROWS_AT_ONCE = 1024
"""Rows that go through networks at a time when there are more: what lies between two layers stays in the cache."""


def _net_inputs(network: AnyNetwork, params: Params, X: Array) -> Array:
    """Net inputs of the output units of every member, (members, examples, outputs)."""
    of_members = jax.vmap(network.net_inputs, (0, None))
    if len(X) <= ROWS_AT_ONCE:
        return of_members(params, X)
    chunks = jnp.pad(X, ((0, -len(X) % ROWS_AT_ONCE), (0, 0))).reshape(-1, ROWS_AT_ONCE, X.shape[1])
    net_inputs = jax.lax.map(lambda rows: of_members(params, rows), chunks)  # (chunks, members, rows, outputs)
    joined: Array = jnp.moveaxis(net_inputs, 1, 0).reshape(net_inputs.shape[1], -1, net_inputs.shape[3])[:, : len(X)]
    return joined


@partial(jit_nets, static_argnames=("network", "task"))
def _measure(network: AnyNetwork, task: Task, params: Params, *per_trial: Any) -> tuple[Array, Array | None]:
    """`MEASURES` of the members of every trial together (trials, measures), and the confusion on their test part."""

    def one_trial(
        params: Params, X: Array, T: Array, is_labelled: Array, X_test: Array, T_test: Array, scale: Array
    ) -> tuple[Array, Array | None]:
        def of_members(X: Array) -> tuple[Array, Array]:
            net_inputs = _net_inputs(network, params, X)
            return task.output(net_inputs), net_inputs

        test, everyone = of_members(X_test), jnp.ones(len(X_test), dtype=bool)
        on_train = task.measure(*of_members(X), T, scale, is_labelled)
        on_test = task.measure(*test, T_test, scale, everyone)
        measures = on_test._asdict() | {
            "test_error": on_test.error,
            "train_error": on_train.error,  # what nobody asks for of the training part is not computed
            "train_accuracy": on_train.accuracy,
        }
        return jnp.stack([measures[name] for name in MEASURES]), task.confusion(*test, T_test, everyone)

    measured: tuple[Array, Array | None] = over_nets(one_trial, as_members(params, len(per_trial[0])), *per_trial)
    return measured


@dataclass
class Meter:
    """Counts, times and measures one run; gives a `Trajectory` at its end."""

    network: AnyNetwork
    task: Task
    trials: Trials
    on_record: OnRecord | None = None
    presentations: NDArray[np.float64] = field(init=False)
    work: NDArray[np.float64] = field(init=False)
    selection_work: NDArray[np.float64] = field(init=False)
    confusion: Array | None = field(init=False, default=None)
    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(SECONDS, 0.0))
    records: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Start at zero."""
        self.presentations, self.work, self.selection_work = np.zeros((3, self.trials.n_trials))

    @contextmanager
    def timing(self, part: str) -> Iterator[None]:
        """Add the wall-clock time of the block to ``part``; what it computes must be ready when it ends."""
        began = time.perf_counter()
        yield
        self.seconds[part] += time.perf_counter() - began

    def count_training(self, presentations: NDArray[Any], work: NDArray[Any]) -> None:
        """Add presentations and their work, (trials,)."""
        self.presentations = self.presentations + presentations
        self.work = self.work + work

    def count_selection(self, work: NDArray[Any]) -> None:
        """Add the work of a selection, (trials,)."""
        self.selection_work = self.selection_work + work
        self.work = self.work + work

    def count_pilot(self, pilot: Meter) -> None:
        """Add what networks cost that learnt only to select: presentations, work and seconds, as work of selection."""
        self.presentations = self.presentations + pilot.presentations
        self.count_selection(pilot.work)
        self.seconds["seconds_selection"] += pilot.seconds["seconds_training"] + pilot.seconds["seconds_selection"]

    def measure(
        self, params: Params, is_labelled: NDArray[np.bool_]
    ) -> tuple[dict[str, NDArray[np.float64]], Array | None]:
        """Measures of every trial, each (trials,), and its confusion; ``params`` with a leading axis of nets."""
        trials = self.trials
        train = (trials.X, trials.targets, is_labelled)
        test = (trials.X_test, trials.targets_test, trials.scale)
        measured, confusion = _measure(self.network, self.task, params, *train, *test)
        exact = dict(zip(MEASURES, np.asarray(measured, dtype=np.float64).T, strict=True))
        # Shares of whole examples, without the rounding of their float32: equal counts must tie.
        for name, n_examples in (("accuracy", trials.X_test.shape[1]), ("train_accuracy", is_labelled.sum(axis=1))):
            exact[name] = np.round(exact[name] * n_examples) / n_examples
        return exact, confusion

    def record(
        self, epoch: int, params: Params, is_labelled: NDArray[np.bool_], is_selected: NDArray[np.bool_]
    ) -> None:
        """Take down where every trial stands."""
        with self.timing("seconds_evaluation"):
            measures, self.confusion = self.measure(params, is_labelled)
        counts = {"labels": is_labelled.sum(axis=1), "n_selected": is_selected.sum(axis=1)}
        costs = {name: getattr(self, name) for name in ("presentations", "work", "selection_work")}
        seconds = {
            part: np.full(self.trials.n_trials, total / self.trials.n_trials) for part, total in self.seconds.items()
        }
        self.records.append({"epoch": epoch} | counts | costs | measures | seconds)
        if self.on_record is not None:
            self.on_record(self.records[-1])

    def trajectory(self, params: Params, is_selected: NDArray[np.bool_], stopped_at: NDArray[np.float64]) -> Trajectory:
        """All records as one value."""
        columns = {
            name: np.stack([np.asarray(record[name], dtype=np.float64) for record in self.records])
            for name in (*COUNTS, *MEASURES, *SECONDS)
        }
        return Trajectory(
            epoch=np.array([record["epoch"] for record in self.records]),
            stopped_at=stopped_at,
            is_diverged=is_diverged(params),
            is_selected=is_selected,
            confusion=None if self.confusion is None else np.round(np.asarray(self.confusion)).astype(np.int64),
            params=params,
            **columns,
        )


def record_epochs(n_epochs: int, n_records: int, checkpoints: Sequence[int] = ()) -> NDArray[np.int64]:
    """Epochs to record at: 0, the last, evenly between, and those of the checkpoints that learning comes to.

    Parameters
    ----------
    n_epochs : int
    n_records : int, steps to divide the epochs into; as many as there are epochs when there are fewer
    checkpoints : sequence of int, default=(), epochs to record at besides

    Returns
    -------
    int array (records,), in order

    Examples
    --------
    >>> record_epochs(10, 4).tolist()
    [0, 2, 5, 8, 10]
    >>> record_epochs(10, 2, checkpoints=(1, 7, 30)).tolist()
    [0, 1, 5, 7, 10]
    """
    checked_count("n_records", n_records)
    steps = np.round(np.linspace(0, n_epochs, min(n_epochs, n_records) + 1)).astype(np.int64)
    reached = [epoch for epoch in checkpoints if 0 <= epoch <= n_epochs]
    return np.union1d(steps, np.array(reached, dtype=np.int64))
