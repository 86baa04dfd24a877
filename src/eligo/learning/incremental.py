"""SAILA: the training subset grows by the most informative example whenever there is little left to learn from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eligo.learning.parts import learn_in_parts
from eligo.learning.run import Mask, Run, refuse_unfit, refuse_unfit_start
from eligo.learning.trajectory import Trajectory, record_epochs
from eligo.learning.trials import Trials
from eligo.networks import AnyNetwork
from eligo.rules import Top
from eligo.sgd import SGD
from eligo.stopping.protocol import mean_where
from eligo.tasks import Task
from eligo.utilities import SquaredError, Utility


@dataclass(frozen=True)
class SubsetTermination:
    """When training on a subset D_T has gone on long enough: any of four criteria.

    Errors are mean squared errors over outputs in coded units: E_T over D_T, and E_G over the candidates outside D_T, whose
    labels are known and which are not learnt from.

    Parameters
    ----------
    most_epochs : int, default=100, (1) so many epochs were spent on the subset
    fall : float, default=0.8, in (0, 1), (2) E_T or E_G has fallen by more than this share since the subset began
    least_decrease : float, default=0.001, above 0, (3) E_T fell in this epoch by less than this; a tenth of it counts
        once E_T is below a tenth of what it was when the subset began
    n_deviations : float, default=1.0, (4) E_G exceeds its mean over all epochs so far by more than so many of its standard
        deviations

    References
    ----------
    Engelbrecht & Cloete (1999), Incremental learning using sensitivity analysis, IJCNN. The criteria and their constants are
    those of CILib, the library of that group.

    Examples
    --------
    >>> SubsetTermination().most_epochs
    100
    """

    most_epochs: int = 100
    fall: float = 0.8
    least_decrease: float = 0.001
    n_deviations: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what would end a subset before it is learnt from."""
        if self.most_epochs < 1:
            raise ValueError(f"`most_epochs` must be at least 1; got {self.most_epochs}.")
        if not 0 < self.fall < 1:
            raise ValueError(f"`fall` must be in (0, 1); got {self.fall:g}.")
        if not self.least_decrease > 0:
            raise ValueError(f"`least_decrease` must be above 0; got {self.least_decrease:g}.")


class SubsetProgress:
    """How far training on each trial's subset has come.

    Parameters
    ----------
    termination : SubsetTermination
    errors : float array (trials, examples), mean squared error of each example over outputs, coded
    subset : bool array (trials, examples), D_T
    everyone : bool array (trials, examples), D_C with D_T
    """

    def __init__(
        self, termination: SubsetTermination, errors: NDArray[np.float64], subset: Mask, everyone: Mask
    ) -> None:
        """Every subset begins."""
        self.termination, self.everyone = termination, everyone
        n_trials = len(errors)
        self.n_epochs = np.zeros(n_trials, dtype=int)
        self.first = self.last = np.zeros((2, n_trials))  # E_T and E_G
        self.seen: list[NDArray[np.float64]] = []  # E_G of every epoch
        self.begin(np.ones(n_trials, dtype=bool), errors, subset)

    def begin(self, is_new: Mask, errors: NDArray[np.float64], subset: Mask) -> None:
        """Some trials, bool (trials,), have a new subset."""
        now = self._now(errors, subset)
        self.n_epochs = np.where(is_new, 0, self.n_epochs)
        self.first = np.where(is_new, now, self.first)
        self.last = np.where(is_new, now, self.last)

    def has_ended(self, errors: NDArray[np.float64], subset: Mask) -> Mask:
        """Which subsets end with the epoch that led to these errors, bool (trials,)."""
        rules, now = self.termination, self._now(errors, subset)
        self.n_epochs = self.n_epochs + 1
        self.seen.append(now[1])
        decrease = self.last[0] - now[0]
        limit = np.where(now[0] < self.first[0] / 10, rules.least_decrease / 10, rules.least_decrease)
        others = np.stack(self.seen)
        # Of two epochs the later lies exactly at mean + deviation: rounding must not decide.
        highest = (others.mean(axis=0) + rules.n_deviations * others.std(axis=0)) * (1 + 1e-9)
        self.last = now
        has_ended: Mask = (
            (self.n_epochs >= rules.most_epochs)
            | (now < (1 - rules.fall) * self.first).any(axis=0)
            | ((decrease > 0) & (decrease < limit))
            | (now[1] > highest)
        )
        return has_ended

    def _now(self, errors: NDArray[np.float64], subset: Mask) -> NDArray[np.float64]:
        """E_T and E_G, (2, trials); NaN where there are no examples."""
        return np.stack([mean_where(errors, subset), mean_where(errors, self.everyone & ~subset)])


def learn_incrementally(
    network: AnyNetwork,
    task: Task,
    trials: Trials,
    sgd: SGD,
    *,
    utility: Utility,
    growth: int = 1,
    termination: SubsetTermination | None = None,
    n_records: int = 100,
    checkpoints: tuple[int, ...] = (),
) -> Trajectory:
    """Train on a subset D_T that begins with the most informative candidates and takes in more when it is learnt.

    An example that has come in stays. Every epoch asks all examples for their errors, a forward pass each, which is counted
    as work of the selection, as are the scores of the candidates whenever a subset ends; until all are in.

    Parameters
    ----------
    network : Network or ForeignNetwork
    task : Task
    trials : Trials, of which the first member learns
    sgd : SGD
    utility : Utility; SAILA's is `eligo.utilities.OutputSensitivity`
    growth : int, default=1, at least 1, examples to begin with, and to take in at the end of a subset
    termination : SubsetTermination, default=None; None is that of CILib
    n_records : int, default=100, how often to record besides at the start
    checkpoints : tuple of int, default=(), epochs to record at besides

    Returns
    -------
    Trajectory

    Raises
    ------
    ValueError
        If ``growth`` or the utility is not allowed.

    References
    ----------
    Engelbrecht & Cloete (1999), Incremental learning using sensitivity analysis, IJCNN.
    """
    rule = Top(growth)
    refuse_unfit_start(network, task, trials, sgd)
    refuse_unfit(utility, rule, task, 1, is_pool=False)
    ending = SubsetTermination() if termination is None else termination
    recorded = set(record_epochs(sgd.epochs, n_records, checkpoints).tolist())

    def learn(trials: Trials) -> Trajectory:
        run = Run(network, task, trials, sgd)
        everyone = trials.present
        run.warm_up((utility, rule), scored_by=SquaredError())
        subset = run.choose(utility, rule, everyone, everyone) != 0
        progress = SubsetProgress(ending, _errors(run), subset, everyone)
        run.record(everyone, subset)
        for epoch in range(1, sgd.epochs + 1):
            run.train(subset, 1)
            if epoch in recorded:
                run.record(everyone, subset)
            is_left = everyone & ~subset
            is_growing = is_left.any(axis=1)
            if epoch == sgd.epochs or not is_growing.any():
                continue
            errors = _errors(run, is_growing)
            is_due = progress.has_ended(errors, subset) & is_growing
            if is_due.any():
                chosen = run.choose(utility, rule, everyone, is_left, is_asking=is_due) != 0
                subset = subset | (chosen & is_due[:, None])
                progress.begin(is_due, errors, subset)
        return run.trajectory(subset)

    return learn_in_parts(learn, trials.with_members(1))


def _errors(run: Run, is_asking: Mask | bool = True) -> NDArray[np.float64]:
    """Mean squared error of each example over outputs, coded, (trials, examples)."""
    errors: NDArray[np.float64] = run.score(SquaredError(), is_asking) / run.targets.shape[2]
    return errors
