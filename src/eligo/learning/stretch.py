"""A stretch of selective learning: the epochs between two records, and the selections in them, as one program.

To call a program costs as much as an epoch of small networks, so that a selection after every epoch must not be a call.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from eligo.layouts import LANES, Layout
from eligo.learning.run import Mask, Run, Weights, choose_in_trial
from eligo.nets import jit_nets, over_blocks
from eligo.networks import presentation_work
from eligo.rules import Rule
from eligo.sgd import Rates
from eligo.steps import ROWS_PER_CHUNK, StepSettings, TrainingState, train_block
from eligo.training import plan_for
from eligo.utilities import Utility

MOST_SELECTIONS = 64
"""Selections of one call: what each keeps is counted in an array of this length."""

SCORED_TOGETHER = LANES // 2
"""Trials that are scored at a time where many train side by side: what they compute stays in the cache. It divides every
such block more than once, so that the program, and how it rounds, does not depend on the block."""

SECONDS_TO_TIME = 0.02
"""How long epochs, or selections, are timed, beyond what a call takes (some milliseconds), unless one takes longer."""


class Selection(NamedTuple):
    """How a trial chooses what it trains on next.

    Attributes
    ----------
    utility : Utility
    rule : Rule
    is_removal_final : bool, whether it chooses among what it chose before, or among all
    """

    utility: Utility
    rule: Rule
    is_removal_final: bool


class Schedule(NamedTuple):
    """What happens in a stretch: epochs, a selection, ``interval`` epochs, a selection, ..., epochs.

    Attributes
    ----------
    first_epoch, first_choice : int, epochs and choices that came before
    n_selections : int, at most `MOST_SELECTIONS`
    before : int, epochs before the first selection
    interval : int, epochs between selections
    after : int, epochs after the last selection; all of them, if there is none
    """

    first_epoch: int
    first_choice: int
    n_selections: int
    before: int
    interval: int
    after: int


class OfTrials(NamedTuple):
    """What every trial of a block learns and chooses from, each with a leading axis of trials, of which each is one net."""

    X: Array
    targets: Array
    is_present: Array
    is_active: Array
    rates: Rates
    order_keys: Array
    selection_keys: Array
    weights: Array | None
    share: tuple[Array, ...]


EPOCHS, SELECTIONS = Schedule(0, 0, 0, 0, 0, 1), Schedule(0, 0, 1, 0, 0, 0)
"""One of each, and nothing else."""

MOST_RUNS = 5
"""Runs that time an epoch and a selection alone; later ones of the same program take the least of theirs."""


def _run_block(
    settings: StepSettings,
    layout: Layout,
    selection: Selection,
    state: TrainingState,
    subset: Array,
    of_trials: tuple[Any, ...],
    *schedule: Any,
) -> tuple[TrainingState, Array, Array]:
    """A block of trials through its stretch; gives the number of examples that each selection kept, too."""
    of, plan = OfTrials(*of_trials), Schedule(*schedule)

    def train(n_epochs: Array, first_epoch: Array, state: TrainingState, subset: Array) -> TrainingState:
        member, weights = (subset != 0) & of.is_active[:, None], of.weights
        if subset.dtype != bool:
            weights = subset if weights is None else weights * subset
        data, epochs = (of.X, of.targets), (first_epoch, n_epochs)
        return train_block(
            settings, layout.is_trailing, state, member, of.rates, of.order_keys, data, weights, *epochs, ()
        )

    def choose(number: Array, params: Any, subset: Array) -> Array:
        is_candidate = subset != 0 if selection.is_removal_final else of.is_present
        how = (settings.network, settings.task, selection.utility, selection.rule, plan.first_choice + number)
        per_trial = (of.X, of.targets, of.is_present, is_candidate, of.rates.weight_decay, of.selection_keys, *of.share)
        members = jax.tree.map(lambda leaf: leaf[:, None], params)
        together = SCORED_TOGETHER if layout.is_trailing else len(subset)
        chosen: Array = jax.lax.map(lambda one: choose_in_trial(*how, *one), (members, *per_trial), batch_size=together)
        return jnp.where(of.is_active[:, None], chosen, subset)

    def one_round(number: Array, carry: Any) -> Any:
        state, subset, sizes, epoch = carry
        is_due = number < plan.n_selections
        n_epochs = jnp.where(is_due, jnp.where(number == 0, plan.before, plan.interval), plan.after)
        state = train(n_epochs, epoch, state, subset)
        subset = jax.lax.cond(is_due, choose, lambda number, params, subset: subset, number, state.params, subset)
        sizes = sizes.at[:, number].set((subset != 0).sum(axis=1, dtype=sizes.dtype), mode="drop")
        return state, subset, sizes, epoch + n_epochs

    begun = (state, subset, jnp.zeros((len(subset), MOST_SELECTIONS), dtype=jnp.int32), plan.first_epoch)
    state, subset, sizes, _ = jax.lax.fori_loop(0, plan.n_selections + 1, one_round, begun)
    return state, subset, sizes


def _stretch(
    settings: StepSettings, layout: Layout, selection: Selection, schedule: Schedule, *of_trials: Any
) -> tuple[TrainingState, Array, Array]:
    run_block = partial(_run_block, settings, layout, selection)
    stretched: tuple[TrainingState, Array, Array] = over_blocks(
        run_block, *of_trials, shared=schedule, block=layout.block
    )
    return stretched


_STATIC = ("settings", "layout", "selection")
_stretch_online = jit_nets(_stretch, static_argnames=_STATIC, is_wide=True)
_stretch_batches = jit_nets(_stretch, static_argnames=_STATIC, is_fused=False, is_wide=True)


class Least:
    """The least seconds that something took alone, of all that runs saw.

    Attributes
    ----------
    n_runs : int, how many runs have timed it
    """

    def __init__(self) -> None:
        """Nothing seen."""
        self.n_runs, self._number = 0, 1
        self._some = self._nothing = np.inf

    def see(self, seconds_of: Callable[[int], float]) -> None:
        """Time none three times, and as many as take long, or once one that does; ``seconds_of`` does so many in a call."""
        self.n_runs += 1
        self._nothing = min(self._nothing, *(seconds_of(0) for _ in range(3)))
        some = seconds_of(self._number)
        while some - self._nothing < SECONDS_TO_TIME and self._number < MOST_SELECTIONS:
            self._number, self._some = 2 * self._number, np.inf
            some = seconds_of(self._number)
        again = (seconds_of(self._number) for _ in range(2 if self._number > 1 else 0))
        self._some = min(self._some, some, *again)

    @property
    def seconds(self) -> float:
        """Of one, without what a call takes."""
        net = self._some - self._nothing
        return (net if net > 0 else self._some) / self._number


@lru_cache(maxsize=64)
def _alone_of(*program: Any) -> tuple[Least, Least]:
    """An epoch and a selection alone, by all that a program is compiled for."""
    del program
    return Least(), Least()


class Stretches:
    """Trials of a run that train and choose, from one record to the next.

    Training and selecting are one program, so that its seconds are divided in the proportion of what an epoch on everything
    and a selection take alone: an epoch follows what is kept, and a selection always scores the same.

    Parameters
    ----------
    run : Run, each trial of one network
    selection : Selection
    interval : int, epochs between selections
    share : float array (trials,), default=None, for a rule that is told how much to keep
    """

    def __init__(self, run: Run, selection: Selection, interval: int, share: Weights | None = None) -> None:
        """Compile the program."""
        self.run, self.selection, self.interval = run, selection, interval
        n_trials = run.trials.n_trials
        self.plan = plan_for(run.network, run.task, run.sgd, run.X, run.targets, n_trials)
        self.rates = run.sgd.rates(n_trials)
        self.kind, self.has_timed = _kind_of_choice(selection.rule, share), False
        self._seconds_on_everything(share, EPOCHS, 0)  # compiles

    def learn(
        self,
        subset: Mask | Weights,
        selections: NDArray[np.int64],
        until: int,
        is_active: Mask,
        share: Weights | None = None,
    ) -> Mask | Weights:
        """Train until an epoch, and select after some before it.

        Parameters
        ----------
        subset : bool or float array (trials, examples), what is trained on until the first selection
        selections : int array (selections,), epochs after which to select, ``interval`` apart
        until : int, epoch
        is_active : bool array (trials,); the others hold still, and nothing of them is counted
        share : float array (trials,), default=None, as before

        Returns
        -------
        bool or float array (trials, examples), what is trained on next; float where the rule gives weights
        """
        ends = [*selections[MOST_SELECTIONS::MOST_SELECTIONS].tolist(), until]
        for first, end in enumerate(ends):
            few = selections[first * MOST_SELECTIONS : (first + 1) * MOST_SELECTIONS]
            subset = self._learn_at_once(subset, few, end, is_active, share)
        return subset

    def _learn_at_once(
        self, subset: Mask | Weights, selections: NDArray[np.int64], until: int, is_active: Mask, share: Weights | None
    ) -> Mask | Weights:
        run, n_selections = self.run, len(selections)
        gaps = np.diff([run.epoch, *selections.tolist(), until])
        began = time.perf_counter()
        before = int(gaps[0]) if n_selections else 0
        schedule = Schedule(run.epoch, run.n_choices, n_selections, before, int(self.interval), int(gaps[-1]))
        run.state, kept, sizes = self._call(subset, is_active, share, schedule)
        seconds = time.perf_counter() - began
        n_kept = np.concatenate([(subset != 0).sum(axis=1)[:, None], sizes[:, :n_selections]], axis=1)
        self._count(n_kept, gaps, is_active)
        self._divide(seconds, n_selections, self._whole_epochs(n_kept * is_active[:, None], gaps), share)
        run.epoch, run.n_choices = until, run.n_choices + n_selections
        return kept

    def _divide(self, seconds: float, n_selections: int, n_whole_epochs: float, share: Weights | None) -> None:
        """Divide a stretch's seconds between its selections and its training, as much as so many epochs on everything."""
        if not n_selections or not n_whole_epochs:
            self.run.meter.seconds["seconds_selection" if n_selections else "seconds_training"] += seconds
            return
        of_epoch, of_selection = self._alone(share)
        of_training = n_whole_epochs * of_epoch / (n_whole_epochs * of_epoch + n_selections * of_selection)
        self.run.meter.seconds["seconds_training"] += seconds * of_training
        self.run.meter.seconds["seconds_selection"] += seconds * (1 - of_training)

    def _whole_epochs(self, n_kept: NDArray[np.int64], gaps: NDArray[np.int64]) -> float:
        """Epochs on everything that take as long as those on n_kept (trials, gaps), so many each."""
        block, rows_per_step = self.plan.layout.block, self.plan.settings.rows_per_step

        def steps(n_rows: NDArray[np.int64]) -> NDArray[np.float64]:
            """Steps of a block, which are those of the largest subset in it; the mean over blocks, (gaps,)."""
            blocked = np.pad(n_rows, ((0, -len(n_rows) % block), (0, 0))).reshape(-1, block, n_rows.shape[1])
            return np.ceil(blocked.max(axis=1) / min(rows_per_step, ROWS_PER_CHUNK)).mean(axis=0)

        return float(steps(n_kept) @ gaps / steps(self.run.trials.present.sum(axis=1)[:, None])[0])

    def _count(self, n_kept: NDArray[np.int64], gaps: NDArray[np.int64], is_active: Mask) -> None:
        """Count what trials presented, n_kept (trials, gaps) for so many epochs each, and their selections."""
        run, n_present = self.run, self.run.trials.present.sum(axis=1)
        presentations = is_active * (n_kept @ gaps)
        per_presentation = presentation_work(run.network, run.X.shape[2], run.targets.shape[2])
        run.meter.count_training(presentations, presentations * per_presentation)
        how = (self.selection.utility, self.selection.rule)
        for n_before in n_kept[:, :-1].T:
            n_candidates = n_before if self.selection.is_removal_final else n_present
            run.meter.count_selection(is_active * run.selection_work(*how, n_present, n_candidates))

    def _call(
        self, subset: Mask | Weights, is_active: Mask, share: Weights | None, schedule: Schedule
    ) -> tuple[TrainingState, Mask | Weights, NDArray[np.int64]]:
        run, trials = self.run, self.run.trials
        program = _stretch_online if self.plan.is_fused else _stretch_batches
        known = (run.X, run.targets, trials.present, is_active, self.rates, run.keys, trials.selection_keys)
        of_trials = (*known, run.weights, () if share is None else (share,))
        learnt = (run.state, np.asarray(subset, dtype=self.kind), of_trials)
        state, kept, sizes = program(self.plan.settings, self.plan.layout, self.selection, schedule, *learnt)
        sizes = np.asarray(sizes, dtype=np.int64)  # waits
        return run.placed(state), np.asarray(kept), sizes

    def _alone(self, share: Weights | None) -> tuple[float, float]:
        """Seconds of an epoch on everything and of a selection, each alone: the least that runs of this program saw."""
        shapes = (self.run.X.shape, self.run.targets.shape, self.run.weights is None, self.kind)
        epochs, selections = alone = _alone_of(self.plan, self.selection, *shapes)
        if not self.has_timed and epochs.n_runs < MOST_RUNS:
            for least, of in zip(alone, (EPOCHS, SELECTIONS), strict=True):
                least.see(partial(self._seconds_on_everything, share, of))
        self.has_timed = True
        return epochs.seconds, selections.seconds

    def _seconds_on_everything(self, share: Weights | None, of: Schedule, number: int) -> float:
        began = time.perf_counter()
        everyone = np.ones(self.run.trials.n_trials, dtype=bool)
        self._call(self.run.trials.present, everyone, share, Schedule(*(number * count for count in of)))
        return time.perf_counter() - began


def _kind_of_choice(rule: Rule, share: Weights | None) -> np.dtype[Any]:
    """Whether a rule gives a mask or weights."""
    told = {} if share is None else {"share": jnp.ones(())}
    two = jnp.ones(2, dtype=bool)
    chosen = jax.eval_shape(lambda key: rule(jnp.ones(2), two, two[:, None], key=key, **told), jax.random.key(0))
    return np.dtype(chosen.dtype)
