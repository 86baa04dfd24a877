"""Selection from a pilot: some networks learn for a while, and another learns from what was hardest for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from eligo.learning.forgetting import forgetting_events
from eligo.learning.parts import learn_in_parts
from eligo.learning.run import Run, refuse_unfit_start
from eligo.learning.trajectory import Trajectory, record_epochs
from eligo.learning.trials import Trials
from eligo.mistakes import checked_count
from eligo.nets import jit_nets, over_nets
from eligo.networks import AnyNetwork
from eligo.rules import Rule
from eligo.sgd import SGD
from eligo.tasks import Task
from eligo.utilities import EL2N, GraNd, Rightness, Utility


def _latest(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    latest: NDArray[np.float64] = scores[-1]
    return latest


@dataclass(frozen=True)
class PilotScore:
    """What a pilot network says of each example.

    Attributes
    ----------
    utility : Utility, which the pilot scores by
    is_followed : bool, whether it does so after every epoch; else once, at its end
    summary : float array (scorings, trials, examples) -> (trials, examples), the score; larger is harder
    """

    utility: Utility
    is_followed: bool = False
    summary: Callable[[NDArray[np.float64]], NDArray[np.float64]] = _latest


BY_EL2N = PilotScore(EL2N())
"""The length of the error."""

BY_GRAND = PilotScore(GraNd())
"""The length of the gradient."""

BY_FORGETTING = PilotScore(Rightness(), is_followed=True, summary=forgetting_events)
"""How often the pilot was right about an example and then wrong."""


def learn_from_pilot(
    network: AnyNetwork,
    task: Task,
    trials: Trials,
    sgd: SGD,
    *,
    score: PilotScore,
    rule: Rule,
    n_pilots: int = 10,
    pilot_epochs: int | None = None,
    n_records: int = 100,
    checkpoints: tuple[int, ...] = (),
) -> Trajectory:
    """Train on one subset from the first epoch to the last: what the rule chooses by the mean score of some pilots.

    Pilots are networks of the same shape with other initial weights and orders of presentation, which come from the trial's
    selection key. They learn from all examples for a few epochs. What they do is counted: their presentations as
    presentations, and their whole work as work of the selection.

    Parameters
    ----------
    network : Network or ForeignNetwork
    task : Task
    trials : Trials, of which the first member learns
    sgd : SGD
    score : PilotScore
    rule : Rule, e.g. `eligo.rules.Share`
    n_pilots : int, default=10, at least 1, networks to average over
    pilot_epochs : int, default=None, at least 1, epochs that each pilot learns; None is a tenth of ``sgd.epochs``
    n_records : int, default=100, how often to record besides at the start
    checkpoints : tuple of int, default=(), epochs to record at besides

    Returns
    -------
    Trajectory

    Raises
    ------
    ValueError
        If ``n_pilots`` or ``pilot_epochs`` is not allowed.

    References
    ----------
    Paul, Ganguli & Dziugaite (2021), Deep learning on a data diet: finding important examples early in training, NeurIPS.
    Toneva et al. (2019), An empirical study of example forgetting during deep neural network learning, ICLR.
    """
    refuse_unfit_start(network, task, trials, sgd)
    n_epochs = max(1, round(sgd.epochs / 10)) if pilot_epochs is None else pilot_epochs
    for name, count in (("n_pilots", n_pilots), ("pilot_epochs", n_epochs)):
        checked_count(name, count)
    recorded = record_epochs(sgd.epochs, n_records, checkpoints)

    def learn(trials: Trials) -> Trajectory:
        run = Run(network, task, trials, sgd)
        everyone = trials.present
        run.warm_up(scored_by=score.utility)
        total = np.zeros(everyone.shape)
        for pilot in range(n_pilots):
            total += _score_by_one(run, score, pilot, n_epochs)
        strata = jax.vmap(task.strata)(trials.targets)
        subset = np.asarray(_pick(rule, jnp.asarray(total / n_pilots), everyone, strata, trials.selection_keys))
        run.record(everyone, subset)
        for epoch in recorded[1:].tolist():
            run.train(subset, epoch - run.epoch)
            run.record(everyone, subset)
        return run.trajectory(subset)

    return learn_in_parts(learn, trials.with_members(1))


def _score_by_one(run: Run, score: PilotScore, number: int, n_epochs: int) -> NDArray[np.float64]:
    """Scores of one pilot of every trial, (trials, examples); its cost is added to that of the run."""
    trials = run.trials
    params, order_keys = _draw_pilot(run.network, number, trials.selection_keys, run.X.shape[2], run.targets.shape[2])
    pilot = Run(run.network, run.task, replace(trials, params=params, order_keys=order_keys), run.sgd)
    everyone = trials.present
    scores = []
    for epoch in range(1, n_epochs + 1) if score.is_followed else (n_epochs,):
        pilot.train(everyone, epoch - pilot.epoch)
        scores.append(pilot.score(score.utility))
    run.meter.count_pilot(pilot.meter)
    return score.summary(np.stack(scores))


@partial(jax.jit, static_argnums=(0, 3, 4))
def _draw_pilot(network: AnyNetwork, number: int, keys: Array, n_features: int, n_outputs: int) -> tuple[Array, Array]:
    """Initial weights (trials, 1) and keys of the order of presentation (trials, 1) of one pilot of every trial."""
    apart = jax.vmap(lambda key: jax.random.split(jax.random.fold_in(jax.random.fold_in(key, _PILOTS), number)))(keys)
    params = jax.lax.map(lambda key: network.init(key, n_features, n_outputs), apart[:, 0])
    return jax.tree.map(lambda leaf: leaf[:, None], params), apart[:, 1:]


_PILOTS = 2**31 - 1
"""Keeps the random streams of pilots apart from those of a trial's choices, which count from 0."""


@partial(jit_nets, static_argnames=("rule",))
def _pick(rule: Rule, scores: Array, is_candidate: Array, strata: Array, keys: Array) -> Array:
    picked: Array = over_nets(lambda *one: rule(*one[:3], key=one[3]), scores, is_candidate, strata, keys)
    return picked
