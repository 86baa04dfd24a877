"""What a run records: counted cost, measured error and the seconds that each part took."""

from __future__ import annotations

import time
from collections.abc import Iterator
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
from eligo.nets import jit_nets, over_nets
from eligo.networks import Network, Params
from eligo.tasks import Measures, Task
from eligo.training import is_diverged

COUNTS = ("labels", "n_selected", "presentations", "work")
MEASURES = ("train_error", "test_error", "accuracy", "macro_f1", "mse", "r2")
SECONDS = ("seconds_training", "seconds_selection", "seconds_evaluation")


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
    train_error : squared error summed over outputs, mean over the labelled examples; in squared units of the target
    test_error : the same on the test part
    accuracy, macro_f1 : on the test part, in [0, 1]; NaN for function approximation
    mse, r2 : on the test part, in squared units of the target; NaN for classification
    seconds_training, seconds_selection, seconds_evaluation : so far, a trial's share of the program that trains all;
        compilation is not counted
    is_diverged : bool array (trials,), whether training ran away; see `eligo.training.is_diverged`
    is_selected : bool array (trials, examples), the last training subset
    params : trained parameters with leading axes (trials, members)
    """

    epoch: NDArray[np.int64]
    labels: NDArray[np.float64]
    n_selected: NDArray[np.float64]
    presentations: NDArray[np.float64]
    work: NDArray[np.float64]
    train_error: NDArray[np.float64]
    test_error: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    macro_f1: NDArray[np.float64]
    mse: NDArray[np.float64]
    r2: NDArray[np.float64]
    seconds_training: NDArray[np.float64]
    seconds_selection: NDArray[np.float64]
    seconds_evaluation: NDArray[np.float64]
    is_diverged: NDArray[np.bool_]
    is_selected: NDArray[np.bool_]
    params: Params


@partial(jit_nets, static_argnames=("network", "task"))
def _measure(network: Network, task: Task, params: Params, *per_trial: Any) -> tuple[Array, Measures]:
    def one_trial(
        params: Params, X: Array, T: Array, is_labelled: Array, X_test: Array, T_test: Array, scale: Array
    ) -> tuple[Array, Measures]:
        members = jax.vmap(network.net_inputs, (0, None))
        train_error = task.squared_error(task.output(members(params, X)), T, scale, is_labelled)
        net_inputs = members(params, X_test)
        present = jnp.ones(len(X_test), dtype=bool)
        return train_error, task.measure(task.output(net_inputs), net_inputs, T_test, scale, present)

    measured: tuple[Array, Measures] = over_nets(one_trial, as_members(params, len(per_trial[0])), *per_trial)
    return measured


@dataclass
class Meter:
    """Counts, times and measures one run; gives a `Trajectory` at its end."""

    network: Network
    task: Task
    trials: Trials
    presentations: NDArray[np.float64] = field(init=False)
    work: NDArray[np.float64] = field(init=False)
    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(SECONDS, 0.0))
    records: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Start at zero."""
        self.presentations = np.zeros(self.trials.n_trials)
        self.work = np.zeros(self.trials.n_trials)

    @contextmanager
    def timing(self, part: str) -> Iterator[None]:
        """Add the wall-clock time of the block to ``part``; what it computes must be ready when it ends."""
        began = time.perf_counter()
        yield
        self.seconds[part] += time.perf_counter() - began

    def count(self, presentations: NDArray[Any], work: NDArray[Any] | float) -> None:
        """Add presentations and work, (trials,)."""
        self.presentations = self.presentations + presentations
        self.work = self.work + work

    def measure(self, params: Params, is_labelled: NDArray[np.bool_]) -> dict[str, NDArray[np.float64]]:
        """Train error and test measures of every trial, each (trials,); ``params`` with a leading axis of nets."""
        trials = self.trials
        train = (trials.X, trials.targets, is_labelled)
        test = (trials.X_test, trials.targets_test, trials.scale)
        train_error, measured = _measure(self.network, self.task, params, *train, *test)
        measures = {"train_error": train_error, "test_error": measured.error} | {
            name: getattr(measured, name) for name in ("accuracy", "macro_f1", "mse", "r2")
        }
        exact = {name: np.asarray(values, dtype=np.float64) for name, values in measures.items()}
        # A share of whole examples, without the rounding of its float32: equal counts must tie.
        n_test = trials.X_test.shape[1]
        return exact | {"accuracy": np.round(exact["accuracy"] * n_test) / n_test}

    def record(
        self, epoch: int, params: Params, is_labelled: NDArray[np.bool_], is_selected: NDArray[np.bool_]
    ) -> None:
        """Take down where every trial stands."""
        with self.timing("seconds_evaluation"):
            measures = self.measure(params, is_labelled)
        counts = {"labels": is_labelled.sum(axis=1), "n_selected": is_selected.sum(axis=1)}
        costs = {"presentations": self.presentations, "work": self.work}
        seconds = {
            part: np.full(self.trials.n_trials, total / self.trials.n_trials) for part, total in self.seconds.items()
        }
        self.records.append({"epoch": epoch} | counts | costs | measures | seconds)

    def trajectory(self, params: Params, is_selected: NDArray[np.bool_]) -> Trajectory:
        """All records as one value."""
        columns = {
            name: np.stack([np.asarray(record[name], dtype=np.float64) for record in self.records])
            for name in (*COUNTS, *MEASURES, *SECONDS)
        }
        return Trajectory(
            epoch=np.array([record["epoch"] for record in self.records]),
            is_diverged=is_diverged(params),
            is_selected=is_selected,
            params=params,
            **columns,
        )


def record_epochs(n_epochs: int, n_records: int) -> NDArray[np.int64]:
    """Epochs to record at: 0, the last, and evenly between, ``n_records`` steps or as many as there are epochs.

    Examples
    --------
    >>> record_epochs(10, 4).tolist()
    [0, 2, 5, 8, 10]
    """
    steps = np.linspace(0, n_epochs, min(n_epochs, n_records) + 1)
    return np.unique(np.round(steps).astype(np.int64))
