"""Selective learning: all labels are known, and the network chooses which examples to train on."""

from __future__ import annotations

from typing import Literal

import numpy as np

from eligo.learning.parts import learn_in_parts
from eligo.learning.run import Run, refuse_unfit
from eligo.learning.trajectory import Trajectory, record_epochs
from eligo.learning.trials import Trials
from eligo.networks import AnyNetwork
from eligo.rules import Everything, Rule
from eligo.sgd import SGD
from eligo.tasks import Task
from eligo.utilities import Utility

CANDIDATES = ("all", "current")
"""What a selection chooses from: the whole training part, or what is left of it."""


def learn_selectively(
    network: AnyNetwork,
    task: Task,
    trials: Trials,
    sgd: SGD,
    *,
    utility: Utility,
    rule: Rule,
    interval: int = 1,
    first_selection: int | None = None,
    candidates: Literal["all", "current"] = "all",
    n_records: int = 100,
    checkpoints: tuple[int, ...] = (),
) -> Trajectory:
    """Train on a subset D_T of the candidate set D_C that is chosen anew every ``interval`` epochs.

    Learning starts on all of D_C, the whole training part. Unless ``candidates`` says otherwise every selection is from all
    of it: an example that left can come back.

    Parameters
    ----------
    network : Network or ForeignNetwork
    task : Task
    trials : Trials, of which the first member learns
    sgd : SGD
    utility : Utility
    rule : Rule; with `Everything` nothing is scored: passive learning
    interval : int, default=1, epochs between selections, at least 1
    first_selection : int, default=None, epochs before the first selection, at least 1; None is the interval
    candidates : "all" or "current", default="all"; "current" selects among the examples that are still there, so that
        removal is for good, as the paper author's code does
    n_records : int, default=100, how often to record besides at the start
    checkpoints : tuple of int, default=(), epochs to record at besides

    Returns
    -------
    Trajectory

    Raises
    ------
    ValueError
        If ``interval``, ``first_selection``, ``candidates`` or the utility is not allowed.

    Examples
    --------
    See `eligo.methods`, which names the usual combinations.
    """
    if interval < 1:
        raise ValueError(f"`interval` must be at least 1 epoch; got {interval}.")
    first = interval if first_selection is None else first_selection
    if first < 1:
        raise ValueError(f"`first_selection` must be at least 1 epoch; got {first}.")
    if candidates not in CANDIDATES:
        raise ValueError(f"`candidates` must be one of {', '.join(map(repr, CANDIDATES))}; got {candidates!r}.")

    if not isinstance(rule, Everything):
        refuse_unfit(utility, 1, is_pool=False)
    is_selective = not isinstance(rule, Everything)
    recorded = record_epochs(sgd.epochs, n_records, checkpoints)
    selections = np.arange(first, sgd.epochs, interval) if is_selective else recorded[:0]

    def learn(trials: Trials) -> Trajectory:
        run = Run(network, task, trials, sgd)
        candidate_set = np.ones((trials.n_trials, trials.n_examples), dtype=bool)  # D_C, all labels known
        subset = candidate_set  # D_T
        run.warm_up(*[(utility, rule)] * is_selective)
        run.record(candidate_set, subset)
        for epoch in np.union1d(recorded[1:], selections).tolist():
            run.train(subset, epoch - run.epoch)
            if epoch in recorded:
                run.record(candidate_set, subset)
            if epoch in selections:
                subset = run.choose(utility, rule, candidate_set, subset if candidates == "current" else candidate_set)
        return run.trajectory(subset)

    return learn_in_parts(learn, trials.with_members(1))
