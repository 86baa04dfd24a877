"""Stopping a run trial by trial: trials that have stopped hold still while others go on."""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from eligo.learning.run import Mask, Run
from eligo.learning.trials import as_members
from eligo.nets import jit_nets, over_nets
from eligo.networks import AnyNetwork, Params
from eligo.stopping import Check, Criterion
from eligo.tasks import Task


@partial(jit_nets, static_argnames=("network", "task"))
def _outlook(network: AnyNetwork, task: Task, params: Params, *per_trial: Any) -> tuple[Array, Array]:
    """What the members of every trial predict together (trials, examples, outputs), and their error on the labelled."""

    def one_trial(params: Params, X: Array, T: Array, is_labelled: Array) -> tuple[Array, Array]:
        net_inputs = jax.vmap(network.net_inputs, (0, None))(params, X)
        outputs = task.output(net_inputs)
        error = task.squared_error(outputs, T, jnp.ones(T.shape[1]), is_labelled)
        return task.distribution(outputs, net_inputs).mean(axis=0), error

    outlook: tuple[Array, Array] = over_nets(one_trial, as_members(params, len(per_trial[0])), *per_trial)
    return outlook


class Watch:
    """Who still learns: asks a criterion at every check, and keeps what it looks back on.

    Parameters
    ----------
    criterion : Criterion or None; None never stops anybody, and costs nothing
    run : Run
    is_reference : bool array (trials, examples), see `eligo.stopping.Check`
    """

    def __init__(self, criterion: Criterion | None, run: Run, is_reference: Mask) -> None:
        """Everybody learns."""
        self.criterion, self.run, self.is_reference = criterion, run, is_reference
        self.stopped_at = np.full(run.trials.n_trials, np.nan)
        self.checks: deque[Check] = deque(maxlen=None if criterion is None else criterion.n_checks)
        if criterion is not None:
            self._look(is_reference, is_reference, is_reference)  # compiles

    @property
    def is_active(self) -> Mask:
        """Trials that still learn, bool (trials,)."""
        return np.isnan(self.stopped_at)

    def check(self, is_labelled: Mask, is_open: Mask, is_chosen: Mask) -> None:
        """Look at where all trials stand, and stop those that the criterion is content with; counted as selection."""
        if self.criterion is None or not self.is_active.any():
            return
        with self.run.meter.timing("seconds_selection"):
            self.checks.append(self._look(is_labelled, is_open, is_chosen))
            forward = self.run.trials.present.sum(axis=1) * self.run.n_members
            self.run.meter.count_selection(forward * self.is_active.astype(np.float64))
            if len(self.checks) == self.criterion.n_checks:
                self.stopped_at[self.criterion(self.checks) & self.is_active] = self.run.epoch

    def _look(self, is_labelled: Mask, is_open: Mask, is_chosen: Mask) -> Check:
        run = self.run
        seen = _outlook(run.network, run.task, run.state.params, run.trials.X, run.trials.targets, is_labelled)
        predictions, error = (np.asarray(values, dtype=np.float64) for values in seen)
        return Check(predictions, run.task.has_classes, self.is_reference, is_open, is_chosen, error)


def refuse_unfit_criterion(criterion: Criterion | None, task: Task) -> None:
    """Refuse a criterion that needs class probabilities where there are none.

    Raises
    ------
    ValueError
        If it does.
    """
    if criterion is not None and criterion.needs_classes and not task.has_classes:
        name = type(criterion).__name__
        raise ValueError(
            f"stopping by {name} needs class probabilities, which {task.name} does not have; use "
            "StabilisingPredictions or Plateau."
        )


def still_learning(subset: NDArray[Any], watch: Watch) -> NDArray[Any]:
    """A training subset, or its weights, without the trials that have stopped."""
    kept: NDArray[Any] = subset * watch.is_active[:, None].astype(subset.dtype)
    return kept
