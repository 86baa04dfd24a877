"""Selective learning: all labels are known, and the network chooses which examples to train on."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eligo.learning.pace import Pace, pace_of
from eligo.learning.parts import learn_in_parts
from eligo.learning.run import Mask, Run, Weights, refuse_unfit, refuse_unfit_start
from eligo.learning.stretch import Selection, Stretches
from eligo.learning.trajectory import OnRecord, Trajectory, record_epochs
from eligo.learning.trials import Trials
from eligo.learning.watching import Watch, refuse_unfit_criterion, still_learning
from eligo.mistakes import checked_count, refuse_unless_among, refuse_unless_number
from eligo.networks import AnyNetwork, presentation_work
from eligo.rules import AdaptiveMean, Everything, Rule
from eligo.sgd import SGD
from eligo.stopping import Criterion
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
    tail: float = 0.0,
    stopping: Criterion | None = None,
    check_interval: int = 10,
    n_records: int = 100,
    checkpoints: tuple[int, ...] = (),
    on_record: OnRecord | None = None,
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
    tail : float, default=0.0, in [0, 1], share of the epochs, the last ones, that train on all of D_C
    stopping : Criterion, default=None, says at checks which trials stop; those hold still from then on, and nothing more
        of them is counted. None never stops
    check_interval : int, default=10, epochs between checks, at least 1
    n_records : int, default=100, how often to record besides at the start
    checkpoints : tuple of int, default=(), epochs to record at besides
    on_record : function, default=None, called with each record as soon as it is taken, see `eligo.learning.trajectory`

    Returns
    -------
    Trajectory

    Raises
    ------
    ValueError
        If ``interval``, ``first_selection``, ``candidates``, ``tail``, ``check_interval``, the utility or the criterion is
        not allowed, or an adaptive beta cannot meet its target.

    Examples
    --------
    See `eligo.methods`, which names the usual combinations.
    """
    refuse_unfit_start(network, task, trials, sgd)
    first = interval if first_selection is None else first_selection
    _refuse_unfit_settings(interval, first, candidates, tail, check_interval)
    refuse_unfit_criterion(stopping, task)
    is_selective = not isinstance(rule, Everything)
    if is_selective:
        refuse_unfit(utility, rule, task, 1, is_pool=False)
    if isinstance(rule, AdaptiveMean) and candidates != "all":
        raise ValueError(f'an adaptive beta needs `candidates` "all"; got {candidates!r}.')
    recorded = record_epochs(sgd.epochs, n_records, checkpoints)
    last = sgd.epochs - round(tail * sgd.epochs)
    selections = np.arange(first, last, interval) if is_selective else recorded[:0]
    checks = np.arange(check_interval, sgd.epochs, check_interval) if stopping else recorded[:0]
    timetable = _Timetable(recorded, selections, checks, last, sgd.epochs)

    def learn(trials: Trials) -> Trajectory:
        run = Run(network, task, trials, sgd, on_record)
        pace = _pace(rule, utility, run, timetable)
        how = Selection(utility, rule, is_removal_final=candidates == "current")
        share = np.ones(trials.n_trials) if pace else None
        stretches = Stretches(run, how, interval, share) if is_selective else None
        run.warm_up(trains=stretches is None)
        watch = Watch(stopping, run, run.trials.present)
        subset = _learn_by(timetable, run, stretches, pace, watch)
        return run.trajectory(subset, watch.stopped_at)

    return learn_in_parts(learn, trials.with_members(1))


class _Timetable(NamedTuple):
    """When what happens in a run, in epochs trained.

    Attributes
    ----------
    recorded, selections, checks : int arrays
    last : int, from then on everything is learnt
    end : int
    """

    recorded: NDArray[np.int64]
    selections: NDArray[np.int64]
    checks: NDArray[np.int64]
    last: int
    end: int

    def looks(self, is_paced: bool) -> list[int]:
        """Epochs at which training pauses; at every selection too, where each is told how much to keep."""
        at_selections = self.selections.tolist() if is_paced else ()
        return sorted({self.last, *self.recorded.tolist(), *self.checks.tolist(), *at_selections} - {0})


def _learn_by(
    timetable: _Timetable, run: Run, stretches: Stretches | None, pace: Pace | None, watch: Watch
) -> Mask | Weights:
    """Train from the first epoch to the last; gives the last D_T. Without stretches nothing is selected."""
    candidate_set = run.trials.present  # D_C, all labels known
    subset: Mask | Weights = candidate_set  # D_T
    share = np.ones(len(subset)) if pace else None
    run.record(candidate_set, subset)
    for epoch in timetable.looks(is_paced=pace is not None):
        ahead = timetable.selections[timetable.selections >= run.epoch]
        due = ahead[(ahead < epoch) & watch.is_active.any()]
        if pace and len(due):
            share = pace.share(getattr(run.meter, pace.of), run.epoch, len(ahead))
        if stretches:
            subset = stretches.learn(subset, due, epoch, watch.is_active, share)
        else:
            run.train(still_learning(subset, watch), epoch - run.epoch)
        if epoch in timetable.recorded:
            run.record(candidate_set, subset)
        if epoch in timetable.checks:
            watch.check(candidate_set, candidate_set, subset != 0)
        if epoch == timetable.last < timetable.end:
            subset = np.where(watch.is_active[:, None], candidate_set, subset)
    return subset


def _refuse_unfit_settings(interval: int, first: int, candidates: str, tail: float, check_interval: int) -> None:
    for name, epochs in (("interval", interval), ("first_selection", first), ("check_interval", check_interval)):
        checked_count(name, epochs)
    refuse_unless_among("candidates", candidates, CANDIDATES)
    refuse_unless_number("tail", tail, lambda tail: 0 <= tail <= 1, "in [0, 1]")


def _pace(rule: Rule, utility: Utility, run: Run, timetable: _Timetable) -> Pace | None:
    """The pace of an adaptive beta; None for other rules."""
    if not isinstance(rule, AdaptiveMean):
        return None
    n_present = run.trials.present.sum(axis=1)
    return pace_of(
        rule,
        per_presentation=presentation_work(run.network, run.X.shape[2], run.targets.shape[2]),
        selection_work=float(run.selection_work(utility, rule, n_present, n_present)[0]),
        n_examples=int(n_present[0]),
        n_epochs=timetable.end,
        tail=timetable.end - timetable.last,
        selections=timetable.selections,
    )
