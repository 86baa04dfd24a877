"""A run in progress: trials that train, choose and are measured, with every cost counted on the way."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from eligo.learning.trajectory import Meter, OnRecord, Trajectory
from eligo.learning.trials import Trials, as_members, as_nets
from eligo.lots import folded
from eligo.mistakes import refuse_unless
from eligo.nets import jit_nets, over_nets, spread
from eligo.networks import AnyNetwork, Network, Params, presentation_work, refuse_no_network
from eligo.rules import BatchRule, Rule
from eligo.rules.protocol import refuse_no_rule
from eligo.sgd import SGD, refuse_no_sgd
from eligo.tasks import Task, refuse_no_task
from eligo.training import TrainingState, advance, start
from eligo.utilities import Situation, Utility, Workload
from eligo.utilities.predictions import refuse_few_members, refuse_other_task
from eligo.utilities.protocol import is_for, kind_of


def choose_in_trial(
    network: AnyNetwork,
    task: Task,
    utility: Utility,
    rule: Rule | BatchRule,
    step: int | Array,
    params: Params,
    X: Array,
    targets: Array,
    is_labelled: Array,
    is_candidate: Array,
    weight_decay: Array,
    key: Array,
    *share: Array,
) -> Array:
    """Score the examples of ONE trial, whose members are the leading axis of ``params``, and choose; see `choose`.

    A rule that takes one gets the ``share`` of the candidates to keep.
    """
    known = jnp.where(is_labelled[:, None], targets, jnp.nan)  # nobody sees a label before it is queried
    key = folded(key, step)
    utility_key, rule_key = folded(key, 0), folded(key, 1)
    situation = Situation(network, task, params, X, known, is_labelled, is_candidate, weight_decay)
    scores = utility(situation, key=utility_key)
    strata = task.strata(targets) & is_labelled[:, None]
    if not isinstance(rule, BatchRule):
        return rule(scores, is_candidate, strata, key=rule_key, **dict(zip(("share",), share, strict=False)))
    first = jax.tree.map(lambda leaf: leaf[0], params)
    embedding = rule.representation(network, first, X, task)
    return rule(scores, is_candidate, strata, key=rule_key, embedding=embedding, is_labelled=is_labelled)


@partial(jit_nets, static_argnames=("network", "task", "utility", "rule"))
def choose(
    network: AnyNetwork,
    task: Task,
    utility: Utility,
    rule: Rule | BatchRule,
    step: int,
    params: Params,
    *per_trial: Any,
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
    bool array (trials, examples), a subset of the candidates; or what float weights the rule gives them
    """
    one_trial = partial(choose_in_trial, network, task, utility, rule, step)
    chosen: Array = over_nets(one_trial, as_members(params, len(per_trial[0])), *per_trial)
    return chosen


@partial(jit_nets, static_argnames=("network", "task", "utility"))
def score(network: AnyNetwork, task: Task, utility: Utility, step: int, params: Params, *per_trial: Any) -> Array:
    """Scores of the examples of every trial, all of whose labels are known.

    Parameters
    ----------
    network, task, utility : values
    step : int, how many choices came before; makes the random numbers of this one
    params : parameters with a leading axis of nets, the members of a trial after each other
    per_trial : X, targets, is_present, weight_decay (trials,), keys (trials,)

    Returns
    -------
    float array (trials, examples)
    """

    def one_trial(
        params: Params, X: Array, targets: Array, is_present: Array, weight_decay: Array, key: Array
    ) -> Array:
        known = jnp.where(is_present[:, None], targets, jnp.nan)
        situation = Situation(network, task, params, X, known, is_present, is_present, weight_decay)
        return utility(situation, key=folded(key, step))

    scores: Array = over_nets(one_trial, as_members(params, len(per_trial[0])), *per_trial)
    return scores


Mask = NDArray[np.bool_]
Weights = NDArray[np.floating]


def refuse_unfit_start(network: AnyNetwork, task: Task, trials: Trials, sgd: SGD) -> None:
    """Refuse what no run can start from, before anything is made of it.

    Raises
    ------
    ValueError
        If an argument is not of its kind, or the trials are of another network.
    """
    refuse_no_network(network)
    refuse_no_task(task)
    refuse_no_sgd(sgd)
    remedy = "Make them by eligo.study.stack_trials."
    refuse_unless("trials", trials, lambda one: isinstance(one, Trials), "an eligo.Trials", remedy)
    if isinstance(network, Network):
        network.sizes_of(trials.params, n_axes=2)


def refuse_unfit(utility: Utility, rule: Rule | BatchRule, task: Task, n_members: int, is_pool: bool) -> None:
    """Refuse a utility whose scores would mean nothing here, or a rule's space, instead of choosing by lot in its name.

    Raises
    ------
    ValueError
        If it is none, is for the other kind of task, or needs labels that the pool does not have, or more members than
        learn; or if the rule is none, or for queries alone.
    """
    refuse_other_task(utility, task)
    refuse_no_rule(rule)
    if isinstance(rule, BatchRule) and not is_for(rule.representation, task):
        space = type(rule.representation).__name__
        raise ValueError(f"`representation` {space} of `rule` {type(rule).__name__} is not for {kind_of(task)}.")
    if is_pool and getattr(utility, "needs_labels", False):
        name = type(utility).__name__
        raise ValueError(f"`utility` {name} needs labels, which a pool does not have; use it in selective learning.")
    if isinstance(rule, BatchRule) and not is_pool:
        raise ValueError(
            f"`rule` {type(rule).__name__} keeps away from labelled examples, which all are in selective learning; "
            "use it to query."
        )
    remedy = (
        "Query with `n_members={least}` or more."
        if is_pool
        else "One network learns selectively; choose another utility."
    )
    refuse_few_members(utility, n_members, remedy)


class Run:
    """Trials that learn side by side; what they do is counted, timed and recorded.

    Parameters
    ----------
    network : Network or ForeignNetwork
    task : Task
    trials : Trials
    sgd : SGD
    on_record : function, default=None, called with each record as soon as it is taken
    """

    def __init__(
        self, network: AnyNetwork, task: Task, trials: Trials, sgd: SGD, on_record: OnRecord | None = None
    ) -> None:
        """Start from the initial weights of the trials."""
        trials = Trials(**spread(vars(trials)))
        self.network, self.task, self.trials, self.sgd = network, task, trials, sgd
        self.n_members = trials.order_keys.shape[1]
        self.X, self.targets = spread([np.repeat(part, self.n_members, axis=0) for part in (trials.X, trials.targets)])
        self.weights = self._weights_at(None)
        self.keys = spread(as_nets(trials.order_keys))
        self.meter = Meter(network, task, trials, on_record)
        self.epoch = 0
        self.n_choices = 0
        self._n_present = trials.present.sum(axis=1).tolist()
        # Where weights will lie after some epochs too: else all that reads them compiles a second time.
        self.state = self.initial = spread(start(as_nets(jax.tree.map(np.asarray, trials.params)), sgd))

    def restart(self) -> None:
        """Back to the initial weights, at rest; what was counted stays counted."""
        self.state = self.initial

    def present(self, rows: NDArray[np.int64] | None, features: Mask | None) -> None:
        """Let every network train on other rows in the place of its own (nets, examples), and see only some features.

        None changes nothing of either. What is scored and measured stays as it is.
        """
        with self.meter.timing("seconds_training"):
            X, targets = (
                np.repeat(np.asarray(part), self.n_members, axis=0) for part in (self.trials.X, self.trials.targets)
            )
            if features is not None:
                X = np.where(features[:, None, :], X, 0).astype(X.dtype)
            if rows is not None:
                X, targets = (np.take_along_axis(part, rows[:, :, None], axis=1) for part in (X, targets))
            self.X, self.targets = spread([X, targets])
            self.weights = self._weights_at(rows)

    def _weights_at(self, rows: NDArray[np.int64] | None) -> Weights | None:
        """How much the error counts of what every network trains on, (nets, examples); None is equally."""
        if self.trials.sample_weight is None:
            return None
        weights = np.repeat(np.asarray(self.trials.sample_weight), self.n_members, axis=0)
        return weights if rows is None else np.take_along_axis(weights, rows, axis=1)

    def rest(self) -> None:
        """Lose the velocity and keep the weights."""
        self.state = start(self.state.params, self.sgd)

    def hold(self, is_held: Mask, before: TrainingState) -> None:
        """Put trials, bool (trials,), back to where they were."""
        held = np.repeat(is_held, self.n_members)

        def one(old: Array, new: Array) -> Array:
            return jnp.where(held.reshape(-1, *[1] * (new.ndim - 1)), old, new)

        self.state = jax.tree.map(one, before, self.state)

    def warm_up(
        self, *choices: tuple[Utility, Rule | BatchRule], scored_by: Utility | None = None, trains: bool = True
    ) -> None:
        """Compile everything that the run will call, so that no compilation is taken for learning."""
        everyone = self.trials.present
        if trains:
            self._advance(everyone, 0)
        self.meter.measure(self.state.params, everyone)
        for utility, rule in choices:
            self._choose(utility, rule, everyone, everyone)
        if scored_by is not None:
            self._score(scored_by)

    def train(self, member: Mask | Weights, n_epochs: int) -> None:
        """Train every network for some epochs on its trial's subset, bool (trials, examples), or float weights of it."""
        with self.meter.timing("seconds_training"):
            self.state = self._advance(member, n_epochs)
        self.epoch += n_epochs
        presentations = n_epochs * (member != 0).sum(axis=1) * self.n_members
        per_presentation = presentation_work(self.network, self.X.shape[2], self.targets.shape[2])
        self.meter.count_training(presentations, presentations * per_presentation)

    def choose(
        self,
        utility: Utility,
        rule: Rule | BatchRule,
        is_labelled: Mask,
        is_candidate: Mask,
        *,
        is_asking: Mask | bool = True,
    ) -> Mask | Weights:
        """Let every trial score its candidates and choose; (trials, examples), bool or the weights that the rule gives.

        What trials that do not ask, by bool (trials,), would have chosen is not counted.
        """
        with self.meter.timing("seconds_selection"):
            chosen = self._choose(utility, rule, is_labelled, is_candidate)
        self.n_choices += 1
        self.meter.count_selection(
            is_asking * self.selection_work(utility, rule, is_labelled.sum(axis=1), is_candidate.sum(axis=1))
        )
        return chosen

    def score(self, utility: Utility, is_asking: Mask | bool = True) -> NDArray[np.float64]:
        """Scores of all examples, whose labels are all known, (trials, examples); counted as a selection's work."""
        n_present = self.trials.present.sum(axis=1)
        with self.meter.timing("seconds_selection"):
            scores = self._score(utility)
        self.n_choices += 1
        self.meter.count_selection(is_asking * self.selection_work(utility, None, n_present, n_present))
        return scores

    def record(self, is_labelled: Mask, subset: Mask | Weights) -> None:
        """Take down where every trial stands."""
        self.meter.record(self.epoch, self.state.params, is_labelled, subset != 0)

    def trajectory(self, subset: Mask | Weights, stopped_at: NDArray[np.float64] | None = None) -> Trajectory:
        """All that was recorded; ``stopped_at`` (trials,) is the epoch at which a criterion ended each trial, or NaN."""
        ends = np.full(self.trials.n_trials, np.nan) if stopped_at is None else stopped_at
        return self.meter.trajectory(as_members(self.state.params, self.trials.n_trials), subset != 0, ends)

    def _advance(self, member: Mask | Weights, n_epochs: int) -> TrainingState:
        of_nets = np.repeat(member, self.n_members, axis=0)
        weights: NDArray[Any] | None = self.weights
        if member.dtype != bool:
            weights = of_nets if weights is None else weights * of_nets
        advanced: TrainingState = jax.block_until_ready(
            advance(
                self.network,
                self.state,
                self.X,
                self.targets,
                self.task,
                self.sgd,
                key=self.keys,
                member=of_nets != 0,
                first_epoch=self.epoch,
                n_epochs=n_epochs,
                sample_weight=weights,
            )
        )
        return self.placed(advanced)

    def placed(self, state: TrainingState) -> TrainingState:
        """Where weights lay before the first epoch: else all that reads them compiles a second time."""
        return state if len(self.keys) % jax.local_device_count() == 0 else spread(state)

    def _choose(
        self, utility: Utility, rule: Rule | BatchRule, is_labelled: Mask, is_candidate: Mask
    ) -> Mask | Weights:
        trials = self.trials
        weight_decay = self.sgd.rates(trials.n_trials).weight_decay
        per_trial = (trials.X, trials.targets, is_labelled, is_candidate, weight_decay, trials.selection_keys)
        state = (self.n_choices, self.state.params)
        return np.asarray(choose(self.network, self.task, utility, rule, *state, *per_trial))

    def _score(self, utility: Utility) -> NDArray[np.float64]:
        trials, weight_decay = self.trials, self.sgd.rates(self.trials.n_trials).weight_decay
        per_trial = (trials.X, trials.targets, trials.present, weight_decay, trials.selection_keys)
        scores = score(self.network, self.task, utility, self.n_choices, self.state.params, *per_trial)
        return np.asarray(scores, dtype=np.float64)

    def selection_work(
        self,
        utility: Utility,
        rule: Rule | BatchRule | None,
        n_labelled: NDArray[np.integer],
        n_candidates: NDArray[np.integer],
    ) -> NDArray[np.float64]:
        """Forward-equivalents (trials,) of scoring so many candidates (trials,) once, by all members."""
        fixed = (self.network, self.task, self.X.shape[2], self.targets.shape[2])
        sizes = list(zip(self._n_present, n_candidates.tolist(), n_labelled.tolist(), strict=True))
        work = {
            size: self._work(utility, rule, Workload(*fixed, *size)) for size in set(sizes)
        }  # trials are often alike
        return np.array([work[size] for size in sizes])

    def _work(self, utility: Utility, rule: Rule | BatchRule | None, load: Workload) -> float:
        of_rule = rule.work(load) if isinstance(rule, BatchRule) else 0.0
        return utility.work(load) * self.n_members + of_rule
