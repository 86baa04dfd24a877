"""A run in progress: trials that train, choose and are measured, with every cost counted on the way."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from eligo.learning.trajectory import Meter, Trajectory
from eligo.learning.trials import Trials, as_members, as_nets
from eligo.nets import jit_nets, over_nets, spread
from eligo.networks import AnyNetwork, Params, presentation_work
from eligo.rules import Rule
from eligo.sgd import SGD
from eligo.tasks import Task
from eligo.training import TrainingState, advance, start
from eligo.utilities import Situation, Utility, Workload


@partial(jit_nets, static_argnames=("network", "task", "utility", "rule"))
def choose(
    network: AnyNetwork, task: Task, utility: Utility, rule: Rule, step: int, params: Params, *per_trial: Any
) -> Array:
    """Score the examples of every trial and choose among its candidates.

    Parameters
    ----------
    network, task, utility, rule : values
    step : int, how many choices came before; makes the random numbers of this one
    params : parameters with a leading axis of nets, the members of a trial after each other
    per_trial : X, targets, is_labelled, is_candidate, weight_decay (trials,), keys (trials,)

    Returns
    -------
    bool array (trials, examples), a subset of the candidates
    """

    def one_trial(
        params: Params,
        X: Array,
        targets: Array,
        is_labelled: Array,
        is_candidate: Array,
        weight_decay: Array,
        key: Array,
    ) -> Array:
        known = jnp.where(is_labelled[:, None], targets, jnp.nan)  # nobody sees a label before it is queried
        utility_key, rule_key = jax.random.split(jax.random.fold_in(key, step))
        situation = Situation(network, task, params, X, known, is_labelled, is_candidate, weight_decay)
        scores = utility(situation, key=utility_key)
        strata = task.strata(targets) & is_labelled[:, None]
        return rule(scores, is_candidate, strata, key=rule_key)

    chosen: Array = over_nets(one_trial, as_members(params, len(per_trial[0])), *per_trial)
    return chosen


Mask = NDArray[np.bool_]


def refuse_unfit(utility: Utility, n_members: int, is_pool: bool) -> None:
    """Refuse a utility whose scores would mean nothing here, instead of choosing by lot in its name.

    Raises
    ------
    ValueError
        If it needs labels that the pool does not have, or more members than learn.
    """
    name, least = type(utility).__name__, getattr(utility, "min_members", 1)
    if is_pool and getattr(utility, "needs_labels", False):
        raise ValueError(f"`utility` {name} needs labels, which a pool does not have; use it in selective learning.")
    if n_members < least:
        raise ValueError(
            f"`utility` {name} compares at least {least} members; got {n_members}. Query with `n_members={least}` or more."
        )


class Run:
    """Trials that learn side by side; what they do is counted, timed and recorded.

    Parameters
    ----------
    network : Network or ForeignNetwork
    task : Task
    trials : Trials
    sgd : SGD
    """

    def __init__(self, network: AnyNetwork, task: Task, trials: Trials, sgd: SGD) -> None:
        """Start from the initial weights of the trials."""
        trials = Trials(**spread(vars(trials)))
        self.network, self.task, self.trials, self.sgd = network, task, trials, sgd
        self.n_members = trials.order_keys.shape[1]
        self.X, self.targets = spread([np.repeat(part, self.n_members, axis=0) for part in (trials.X, trials.targets)])
        self.keys = spread(as_nets(trials.order_keys))
        self.meter = Meter(network, task, trials)
        self.epoch = 0
        self.n_choices = 0
        # Where weights will lie after some epochs too: else all that reads them compiles a second time.
        self.state = self.initial = spread(start(as_nets(jax.tree.map(np.asarray, trials.params)), sgd))

    def restart(self) -> None:
        """Back to the initial weights, at rest; what was counted stays counted."""
        self.state = self.initial

    def rest(self) -> None:
        """Lose the velocity and keep the weights."""
        self.state = start(self.state.params, self.sgd)

    def warm_up(self, *choices: tuple[Utility, Rule]) -> None:
        """Compile everything that the run will call, so that no compilation is taken for learning."""
        everyone = np.ones(self.trials.X.shape[:2], dtype=bool)
        self._advance(everyone, 0)
        self.meter.measure(self.state.params, everyone)
        for utility, rule in choices:
            self._choose(utility, rule, everyone, everyone)

    def train(self, member: Mask, n_epochs: int) -> None:
        """Train every network for some epochs on its trial's subset, bool (trials, examples)."""
        with self.meter.timing("seconds_training"):
            self.state = self._advance(member, n_epochs)
        self.epoch += n_epochs
        presentations = n_epochs * member.sum(axis=1) * self.n_members
        per_presentation = presentation_work(self.network, self.X.shape[2], self.targets.shape[2])
        self.meter.count_training(presentations, presentations * per_presentation)

    def choose(self, utility: Utility, rule: Rule, is_labelled: Mask, is_candidate: Mask) -> Mask:
        """Let every trial score its candidates and choose; bool (trials, examples)."""
        with self.meter.timing("seconds_selection"):
            chosen = self._choose(utility, rule, is_labelled, is_candidate)
        self.n_choices += 1
        self.meter.count_selection(self._selection_work(utility, is_labelled, is_candidate))
        return chosen

    def record(self, is_labelled: Mask, is_selected: Mask) -> None:
        """Take down where every trial stands."""
        self.meter.record(self.epoch, self.state.params, is_labelled, is_selected)

    def trajectory(self, is_selected: Mask) -> Trajectory:
        """All that was recorded."""
        return self.meter.trajectory(as_members(self.state.params, self.trials.n_trials), is_selected)

    def _advance(self, member: Mask, n_epochs: int) -> TrainingState:
        advanced: TrainingState = jax.block_until_ready(
            advance(
                self.network,
                self.state,
                self.X,
                self.targets,
                self.task,
                self.sgd,
                key=self.keys,
                member=np.repeat(member, self.n_members, axis=0),
                first_epoch=self.epoch,
                n_epochs=n_epochs,
            )
        )
        return advanced

    def _choose(self, utility: Utility, rule: Rule, is_labelled: Mask, is_candidate: Mask) -> Mask:
        trials = self.trials
        weight_decay = self.sgd.rates(trials.n_trials).weight_decay
        per_trial = (trials.X, trials.targets, is_labelled, is_candidate, weight_decay, trials.selection_keys)
        state = (self.n_choices, self.state.params)
        return np.asarray(choose(self.network, self.task, utility, rule, *state, *per_trial))

    def _selection_work(self, utility: Utility, is_labelled: Mask, is_candidate: Mask) -> NDArray[np.float64]:
        n_features, n_outputs = self.X.shape[2], self.targets.shape[2]
        counts = zip(is_candidate.sum(axis=1).tolist(), is_labelled.sum(axis=1).tolist(), strict=True)
        fixed = (self.network, self.task, n_features, n_outputs, self.X.shape[1])
        loads = (Workload(*fixed, *sizes) for sizes in counts)
        return np.array([utility.work(load) * self.n_members for load in loads])
