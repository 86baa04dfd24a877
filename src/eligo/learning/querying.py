"""Pool-based querying (Algorithm 1): the network chooses which examples to have labelled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eligo.learning.diversity import Diversity, Resamples, with_diversity
from eligo.learning.parts import learn_in_parts
from eligo.learning.run import Mask, Run, refuse_unfit, refuse_unfit_start
from eligo.learning.trajectory import OnRecord, Trajectory, record_epochs
from eligo.learning.trials import Trials
from eligo.learning.watching import Watch, refuse_unfit_criterion, still_learning
from eligo.mistakes import checked_count, is_whole, refuse_unless, refuse_unless_among
from eligo.networks import AnyNetwork
from eligo.rules import BatchRule, QueryRule
from eligo.rules.protocol import resized
from eligo.sgd import SGD
from eligo.stopping import Criterion
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
    rule: QueryRule | BatchRule,
    n_members: int = 1,
    diversity: Diversity | None = None,
    budget: int | None = None,
    retraining: Literal["warm", "warm_at_rest", "cold"] = "warm",
    epochs_per_query: int | None = None,
    stop: Literal["budget", "epochs"] = "budget",
    stopping: Criterion | None = None,
    n_records: int = 100,
    checkpoints: tuple[int, ...] = (),
    on_record: OnRecord | None = None,
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
    rule : QueryRule or BatchRule, whose ``n`` is the query size
    n_members : int, default=1, networks of the committee; all train on the same L, or on resamples of it
    diversity : Diversity, default=None, what members differ in; None is their initial weights
    budget : int, default=None, labels to ask for, in [0, pool size]; those that a trial starts with come on top. None asks
        for the whole pool
    retraining : "warm", "warm_at_rest" or "cold", default="warm"; warm goes on from the current weights and velocity,
        warm at rest from the weights alone, and cold starts again from the initial weights after every query
    epochs_per_query : int, default=None, epochs of training after each query; None spreads ``sgd.epochs`` evenly over
        all rounds when warm, so that the run spends the epochs of passive learning, and takes ``sgd.epochs`` when cold
    stop : "budget" or "epochs", default="budget"; "epochs" ends the run when ``sgd.epochs`` are spent, even if labels
        could still be bought, and goes on to then when none can; it needs ``epochs_per_query``
    stopping : Criterion, default=None, says at the end of each round which trials stop; those ask for no more labels and
        hold still, and nothing more of them is counted. None never stops
    n_records : int, default=100, how often to record besides at the start, at ends of rounds
    checkpoints : tuple of int, default=(), epochs to record at besides, in the middle of a round too
    on_record : function, default=None, called with each record as soon as it is taken, see `eligo.learning.trajectory`

    Returns
    -------
    Trajectory

    Raises
    ------
    ValueError
        If ``budget``, ``retraining``, ``epochs_per_query``, ``stop``, the utility or the criterion is not allowed.

    Examples
    --------
    See `eligo.methods`, which names the usual combinations.
    """
    refuse_unfit_start(network, task, trials, sgd)
    trials = trials.with_members(n_members)
    budget = _checked_budget(trials.present & ~np.asarray(trials.is_first_labelled), budget)
    refuse_unless_among("retraining", retraining, RETRAINING)
    refuse_unfit(utility, rule, task, n_members, is_pool=True)
    refuse_unfit_criterion(stopping, task)
    queries = [min(rule.n, budget - asked) for asked in range(0, budget, rule.n)]
    ends = _epochs_at_end(len(queries) + 1, sgd.epochs, epochs_per_query, retraining, stop)
    queries = queries[: len(ends) - 1]

    mix = diversity or Diversity()
    timetable = _Timetable(queries, ends, record_epochs(ends[-1], n_records), checkpoints)

    def learn(trials: Trials) -> Trajectory:
        trials, features = with_diversity(trials, network, mix)
        resamples = Resamples(trials.order_keys, trials.n_examples) if mix.bootstrap else None
        run = Run(network, task, trials, sgd, on_record)
        rounds = _Rounds(run, resamples, features)
        run.warm_up(*{(utility, resized(rule, size)) for size in queries})
        watch = Watch(stopping, run, rounds.pool)
        rounds.record()
        for size, begin, end in timetable.rounds():
            if size and watch.is_active.any():
                rounds.query(utility, resized(rule, size), RETRAINING[retraining], watch)
            for epoch in timetable.pauses(begin, end):
                rounds.train(epoch, watch)
                rounds.record()
            rounds.train(end, watch)
            if timetable.is_recorded(begin, end, last_record=run.meter.records[-1]["epoch"]):
                rounds.record()
            watch.check(rounds.labelled, rounds.pool, rounds.asked)
        return run.trajectory(rounds.labelled, watch.stopped_at)

    return learn_in_parts(learn, trials)


class _Timetable(NamedTuple):
    """What happens when, in epochs trained.

    Attributes
    ----------
    queries : list of int, labels that each round after the first asks for
    ends : list of int, the epoch at the end of each round
    recorded : int array, epochs at whose round's end to record
    checkpoints : tuple of int, epochs to record at besides
    """

    queries: list[int]
    ends: list[int]
    recorded: NDArray[np.int64]
    checkpoints: tuple[int, ...]

    def rounds(self) -> Iterator[tuple[int, int, int]]:
        """Labels to ask for, first and last epoch of each round; the first learns from what is labelled already."""
        return zip([0, *self.queries], [0, *self.ends[:-1]], self.ends, strict=True)

    def pauses(self, begin: int, end: int) -> list[int]:
        """Checkpoints within a round."""
        return sorted({epoch for epoch in self.checkpoints if begin < epoch < end})

    def is_recorded(self, begin: int, end: int, last_record: int) -> bool:
        """Whether the end of a round is taken down: where it is due, and at the end of all, unless it was just now."""
        is_due = np.any((self.recorded > begin) & (self.recorded <= end)) or (end in self.checkpoints and end > begin)
        # A round may take no epoch when there are more rounds than epochs; the last is always taken down.
        return bool(is_due) or end == self.ends[-1] != last_record


class _Rounds:
    """What a round of querying does: ask, and train on all that was ever asked for.

    Parameters
    ----------
    run : Run
    resamples : Resamples or None, where every member trains on a bootstrap sample of the labelled set
    features : bool array (nets, features) or None, what each member sees

    Attributes
    ----------
    labelled : bool array (trials, examples), the labelled set L
    asked : bool array (trials, examples), what came to it last
    """

    def __init__(self, run: Run, resamples: Resamples | None, features: Mask | None) -> None:
        """Labelled is what trials start with."""
        self.run, self.resamples, self.features = run, resamples, features
        self.asked = self.labelled = np.asarray(run.trials.is_first_labelled)
        if features is not None or resamples:
            run.present(resamples.grow(self.labelled) if resamples else None, features)

    @property
    def pool(self) -> Mask:
        """The pool U, bool (trials, examples)."""
        return self.run.trials.present & ~self.labelled

    def query(
        self, utility: Utility, rule: QueryRule | BatchRule, retraining: Callable[[Run], None], watch: Watch
    ) -> None:
        """Ask for labels where trials still learn, and make ready to train on them."""
        chosen = self.run.choose(utility, rule, self.labelled, self.pool, is_asking=watch.is_active)
        self.asked = still_learning(chosen, watch)
        self.labelled = self.labelled | self.asked
        if self.resamples:
            self.run.present(self.resamples.grow(self.labelled), self.features)
        before = self.run.state
        retraining(self.run)
        if not watch.is_active.all():
            self.run.hold(~watch.is_active, before)

    def train(self, until: int, watch: Watch) -> None:
        """Train on the labelled set until an epoch."""
        self.run.train(still_learning(self.labelled, watch), until - self.run.epoch)

    def record(self) -> None:
        """Take down where every trial stands."""
        self.run.record(self.labelled, self.labelled)


def _checked_budget(pools: NDArray[np.bool_], budget: int | None) -> int:
    pool_sizes = np.unique(pools.sum(axis=1))
    if len(pool_sizes) > 1:
        raise ValueError(
            f"all trials must start with equally many labels; their pools hold {pool_sizes.tolist()} examples."
        )
    pool_size = int(pool_sizes[0])
    if budget is None:
        return pool_size
    allowed = f"in [0, {pool_size}], the pool size"
    refuse_unless("budget", budget, lambda labels: is_whole(labels) and 0 <= labels <= pool_size, allowed)
    return budget


def _epochs_at_end(n_rounds: int, n_epochs: int, epochs_per_query: int | None, retraining: str, stop: str) -> list[int]:
    """Epochs trained in all by the end of each round; fewer rounds where the epochs are spent before the budget."""
    refuse_unless_among("stop", stop, STOPS)
    if epochs_per_query is None:
        if stop == "epochs":
            raise ValueError('`stop` "epochs" needs `epochs_per_query`; got None.')
        if retraining != "cold":
            return [(done + 1) * n_epochs // n_rounds for done in range(n_rounds)]
        epochs_per_query = n_epochs
    checked_count("epochs_per_query", epochs_per_query)
    if stop == "epochs":
        n_rounds = min(n_rounds, -(-n_epochs // epochs_per_query))
        return [*((done + 1) * epochs_per_query for done in range(n_rounds - 1)), n_epochs]
    return [(done + 1) * epochs_per_query for done in range(n_rounds)]
