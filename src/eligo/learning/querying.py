"""Pool-based querying (Algorithm 1): the network chooses which examples to have labelled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from eligo.learning.parts import learn_in_parts
from eligo.learning.run import Run, refuse_unfit
from eligo.learning.trajectory import Trajectory, record_epochs
from eligo.learning.trials import Trials
from eligo.networks import AnyNetwork
from eligo.rules import Top
from eligo.sgd import SGD
from eligo.tasks import Task
from eligo.utilities import Utility

RETRAINING: dict[str, Callable[[Run], None]] = {
    "warm": lambda run: None,
    "warm_at_rest": Run.rest,
    "cold": Run.restart,
}
"""What happens to a run at each query."""

STOPS = ("budget", "epochs")
"""What ends a run when it is spent."""


def learn_by_querying(
    network: AnyNetwork,
    task: Task,
    trials: Trials,
    sgd: SGD,
    *,
    utility: Utility,
    rule: Top,
    n_members: int = 1,
    budget: int | None = None,
    retraining: Literal["warm", "warm_at_rest", "cold"] = "warm",
    epochs_per_query: int | None = None,
    stop: Literal["budget", "epochs"] = "budget",
    n_records: int = 100,
    checkpoints: tuple[int, ...] = (),
) -> Trajectory:
    """Score the pool U, have the best of it labelled, train on the labelled set L; until the budget is spent.

    The network learns from the first labelled set before the first query, and from all of L after the last.

    Parameters
    ----------
    network : Network or ForeignNetwork
    task : Task
    trials : Trials; ``is_first_labelled`` is the L to start from
    sgd : SGD
    utility : Utility
    rule : Top, whose ``n`` is the query size
    n_members : int, default=1, networks of the committee; all train on the same L
    budget : int, default=None, labels to ask for, in [0, pool size]; None asks for the whole pool
    retraining : "warm", "warm_at_rest" or "cold", default="warm"; warm goes on from the current weights and velocity,
        warm at rest from the weights alone, and cold starts again from the initial weights after every query
    epochs_per_query : int, default=None, epochs of training after each query; None spreads ``sgd.epochs`` evenly over
        all rounds when warm, so that the run spends the epochs of passive learning, and takes ``sgd.epochs`` when cold
    stop : "budget" or "epochs", default="budget"; "epochs" ends the run when ``sgd.epochs`` are spent, even if labels
        could still be bought, and goes on to then when none can; it needs ``epochs_per_query``
    n_records : int, default=100, how often to record besides at the start, at ends of rounds
    checkpoints : tuple of int, default=(), epochs to record at besides, in the middle of a round too

    Returns
    -------
    Trajectory

    Raises
    ------
    ValueError
        If ``budget``, ``retraining``, ``epochs_per_query``, ``stop`` or the utility is not allowed.

    Examples
    --------
    See `eligo.methods`, which names the usual combinations.
    """
    trials = trials.with_members(n_members)
    budget = _checked_budget(np.asarray(trials.is_first_labelled), budget)
    if retraining not in RETRAINING:
        raise ValueError(f"`retraining` must be one of {', '.join(map(repr, RETRAINING))}; got {retraining!r}.")
    refuse_unfit(utility, n_members, is_pool=True)
    queries = [min(rule.n, budget - asked) for asked in range(0, budget, rule.n)]
    ends = _epochs_at_end(len(queries) + 1, sgd.epochs, epochs_per_query, retraining, stop)
    queries = queries[: len(ends) - 1]

    recorded = record_epochs(ends[-1], n_records)

    def learn(trials: Trials) -> Trajectory:
        run, labelled = Run(network, task, trials, sgd), np.asarray(trials.is_first_labelled)
        run.warm_up(*{(utility, replace(rule, n=size)) for size in queries})
        run.record(labelled, labelled)
        for size, (begin, end) in zip([0, *queries], zip([0, *ends[:-1]], ends, strict=True), strict=True):
            if size:
                labelled = labelled | run.choose(utility, replace(rule, n=size), labelled, ~labelled)
                RETRAINING[retraining](run)
            for epoch in sorted({epoch for epoch in checkpoints if begin < epoch < end}):
                run.train(labelled, epoch - run.epoch)
                run.record(labelled, labelled)
            run.train(labelled, end - run.epoch)
            # A round may take no epoch when there are more rounds than epochs; the last is always taken down.
            is_due = np.any((recorded > begin) & (recorded <= end)) or (end in checkpoints and end > begin)
            if is_due or end == ends[-1] != run.meter.records[-1]["epoch"]:
                run.record(labelled, labelled)
        return run.trajectory(labelled)

    return learn_in_parts(learn, trials)


def _checked_budget(labelled: NDArray[np.bool_], budget: int | None) -> int:
    pool_sizes = np.unique((~labelled).sum(axis=1))
    if len(pool_sizes) > 1:
        raise ValueError(
            f"all trials must start with equally many labels; their pools hold {pool_sizes.tolist()} examples."
        )
    pool_size = int(pool_sizes[0])
    if budget is None:
        return pool_size
    if not 0 <= budget <= pool_size:
        raise ValueError(f"`budget` must be in [0, {pool_size}], the pool size; got {budget}.")
    return budget


def _epochs_at_end(n_rounds: int, n_epochs: int, epochs_per_query: int | None, retraining: str, stop: str) -> list[int]:
    """Epochs trained in all by the end of each round; fewer rounds where the epochs are spent before the budget."""
    if stop not in STOPS:
        raise ValueError(f"`stop` must be one of {', '.join(map(repr, STOPS))}; got {stop!r}.")
    if epochs_per_query is None:
        if stop == "epochs":
            raise ValueError('`stop` "epochs" needs `epochs_per_query`; got None.')
        if retraining != "cold":
            return [(done + 1) * n_epochs // n_rounds for done in range(n_rounds)]
        epochs_per_query = n_epochs
    if epochs_per_query < 1:
        raise ValueError(f"`epochs_per_query` must be at least 1; got {epochs_per_query}.")
    if stop == "epochs":
        n_rounds = min(n_rounds, -(-n_epochs // epochs_per_query))
        return [*((done + 1) * epochs_per_query for done in range(n_rounds - 1)), n_epochs]
    return [(done + 1) * epochs_per_query for done in range(n_rounds)]
