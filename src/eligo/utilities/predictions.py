"""Scores that follow from what networks predict of each example by itself, whatever the networks are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import jax
import jax.numpy as jnp
from jax import Array

from eligo.tasks import Task, refuse_no_task
from eligo.utilities.protocol import (
    TASKS,
    FromPredictions,
    Predicted,
    Situation,
    Utility,
    Workload,
    is_for,
    kind_of,
    refuse_no_utility,
)


def predicted_in(situation: Situation, n_members: int | None = None) -> Predicted:
    """What the first members of a situation predict; all of them where ``n_members`` is None."""
    params = jax.tree.map(lambda leaf: leaf[:n_members], situation.params)
    predict = jax.vmap(situation.network.predict_distribution, (0, None, None))
    values = predict(params, situation.X, situation.task)
    return Predicted(values, situation.X, situation.targets, situation.is_labelled, situation.is_candidate)


class PredictionScore(ABC):
    """A formula of what members predict of one example; a utility is a frozen dataclass that fills in the formula.

    One that compares members (``min_members`` of 2 or more) sees all of them, another the first alone.
    """

    min_members: ClassVar[int] = 1
    tasks: ClassVar[tuple[str, ...]] = TASKS

    @abstractmethod
    def score(self, values: Array) -> Array:
        """The formula: predictions (members, examples, outputs) -> scores (examples,)."""

    def of_predictions(self, predicted: Predicted, *, key: Array) -> Array:
        """Scores (examples,) of what any model predicts."""
        del key
        return self.score(predicted.values)

    def __call__(self, situation: Situation, *, key: Array) -> Array:
        """Scores (examples,) of what the networks predict."""
        return self.of_predictions(predicted_in(situation, None if self.min_members > 1 else 1), key=key)

    def is_from_predictions(self, task: Task) -> bool:
        """Whatever the task."""
        del task
        return True

    def is_pointwise(self, task: Task) -> bool:
        """Whatever the task: the networks look at one example."""
        del task
        return True

    def work(self, load: Workload) -> float:
        """One forward pass of every member for each example; the loop multiplies by the members."""
        return load.n_scored


def score_predictions(utility: Utility, predicted: Predicted, task: Task, *, key: Array) -> Array:
    """Score the examples of a pool by what some model, ours or not, predicts of them.

    Parameters
    ----------
    utility : Utility that needs nothing else: `FromPredictions.is_from_predictions`
    predicted : Predicted, predictions with a leading axis of members, one member for a single model
    task : Task
    key : jax random key, for utilities that draw lots

    Returns
    -------
    float array (examples,); NaN counts as the lowest score

    Raises
    ------
    ValueError
        If the utility is none, is not for the task, needs more than predictions, or compares more members than there are.

    Examples
    --------
    >>> import numpy as np
    >>> from eligo.tasks import CLASSIFICATION
    >>> from eligo.utilities import PredictiveEntropy
    >>> probabilities = np.array([[[1.0, 0.0], [0.5, 0.5]]])  # one model, two examples, two classes
    >>> nobody, everyone = np.zeros(2, dtype=bool), np.ones(2, dtype=bool)
    >>> pool = Predicted(probabilities, np.zeros((2, 1)), np.full((2, 2), np.nan), nobody, everyone)
    >>> score_predictions(PredictiveEntropy(), pool, CLASSIFICATION, key=jax.random.key(0)).tolist()
    [0.0, 1.0]
    """
    refuse_other_task(utility, task)
    name = type(utility).__name__
    if not isinstance(utility, FromPredictions) or not utility.is_from_predictions(task):
        raise ValueError(
            f"`utility` {name} looks at the network itself for {kind_of(task)}, and not only at its predictions. Query with "
            "a network of eligo, or take a utility of predictions such as Margin or EnsembleVariance. One of your own needs "
            "`of_predictions` and `is_from_predictions`, see `eligo.utilities.FromPredictions`."
        )
    refuse_few_members(utility, len(predicted.values), "Give it a list of models, or a forest.")
    return utility.of_predictions(Predicted(*map(jnp.asarray, predicted)), key=key)


def refuse_other_task(utility: Utility, task: Task) -> None:
    """Refuse a utility whose scores would mean nothing for a task.

    Raises
    ------
    ValueError
        If the utility, or the task, is none, or the utility is for the other kind of task.
    """
    refuse_no_utility(utility)
    refuse_no_task(task)
    if not is_for(utility, task):
        served = " and ".join(getattr(utility, "tasks", TASKS))
        raise ValueError(f"`utility` {type(utility).__name__} is for {served} only; the task is {kind_of(task)}.")


def refuse_few_members(utility: Utility, n_members: int, remedy: str) -> None:
    """Refuse a utility that compares more members than there are.

    Parameters
    ----------
    utility : Utility
    n_members : int
    remedy : str, where more of them are had from, a sentence; ``{least}`` in it stands for how many it takes

    Raises
    ------
    ValueError
        If there are too few.
    """
    least = getattr(utility, "min_members", 1)
    if n_members < least:
        raise ValueError(
            f"`utility` {type(utility).__name__} compares at least {least} members; got {n_members}. "
            + remedy.format(least=least)
        )
