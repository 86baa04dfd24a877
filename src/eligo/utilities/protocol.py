"""What a utility is: a formula that scores every example for one trial."""

from __future__ import annotations

from typing import NamedTuple, Protocol, runtime_checkable

from jax import Array

from eligo.mistakes import refuse_unless, refuse_unless_called, takes
from eligo.networks import AnyNetwork, Params
from eligo.tasks import Task


class Situation(NamedTuple):
    """What a utility may look at, for ONE trial.

    Attributes
    ----------
    network : Network or ForeignNetwork
    task : Task
    params : parameters with a leading axis of members; one member unless the method has a committee
    X : float array (examples, features), candidates and labelled examples alike
    targets : float array (examples, outputs), coded; NaN in the rows that are not labelled
    is_labelled : bool array (examples,)
    is_candidate : bool array (examples,), those that may be chosen; scores of others are ignored
    weight_decay : float scalar, lambda of Eq. 10
    """

    network: AnyNetwork
    task: Task
    params: Params
    X: Array
    targets: Array
    is_labelled: Array
    is_candidate: Array
    weight_decay: Array


class Predicted(NamedTuple):
    """What is known when a model is only asked what it predicts, for ONE trial; any model gives as much.

    Attributes
    ----------
    values : float array (members, examples, outputs), class probabilities, or predictions
    X : float array (examples, features), candidates and labelled examples alike
    targets : float array (examples, outputs), in the units of the predictions; NaN in the rows that are not labelled
    is_labelled : bool array (examples,)
    is_candidate : bool array (examples,), those that may be chosen; scores of others are ignored
    """

    values: Array
    X: Array
    targets: Array
    is_labelled: Array
    is_candidate: Array


class Workload(NamedTuple):
    """The size of one scoring, from which a utility counts its work.

    Of ``n_examples``, ``n_scored`` get a score and ``n_labelled`` have labels; in selective learning all have and get both.
    One member of the committee does it.
    """

    network: AnyNetwork
    task: Task
    n_features: int
    n_outputs: int
    n_examples: int
    n_scored: int
    n_labelled: int


def refuse_no_utility(utility: object) -> None:
    """Refuse what cannot score examples.

    Raises
    ------
    ValueError
        If it is no `Utility`.
    """
    allowed = "a utility, such as eligo.utilities.PredictiveEntropy()"
    remedy = "Take one of `eligo.utilities`; `eligo.testing.check_utility` says what one of your own lacks."
    refuse_unless_called("utility", utility, [(1, ("key",))], allowed, remedy)
    has_work = takes(getattr(utility, "work", None), 1, ())
    refuse_unless("utility", utility, lambda _: has_work, f"{allowed}, with a method `work(load)`", remedy)


TASKS = ("classification", "regression")
"""The two kinds of task, as utilities and methods name them."""


class Utility(Protocol):
    """A score per example: the larger, the rather the example is chosen.

    A utility is a hashable value (a frozen dataclass) written for one trial; the loops lift it to many. Scores of
    examples that cannot be chosen are ignored; NaN counts as the lowest score. A class attribute ``needs_labels = True``
    says that scores come from labels, so that it cannot query; ``min_members = n`` that it compares n members or more;
    ``looks_at_inputs = True`` that it needs a number for every feature.
    A method ``is_pointwise(task)`` says whether, for that task, an example's score follows from that example and the
    networks alone: neither from other examples, nor from labels, nor from chance. Such scores can be had chunk by chunk
    (`eligo.score_pool`); a utility without the method is taken to need the whole pool. A class attribute ``tasks`` names
    those of `TASKS` whose examples it can score, all of them unless it says otherwise.
    """

    def __call__(self, situation: Situation, *, key: Array) -> Array:
        """Scores (examples,)."""

    def work(self, load: Workload) -> float:
        """Forward-equivalents of one scoring by one member: 1 is one forward pass of one network for one example."""


@runtime_checkable
class FromPredictions(Utility, Protocol):
    """A utility that can score what any model predicts, not our networks only."""

    def of_predictions(self, predicted: Predicted, *, key: Array) -> Array:
        """Scores (examples,), the same as those of a `Situation` whose networks predict this."""

    def is_from_predictions(self, task: Task) -> bool:
        """Whether, for that task, predictions are all it looks at."""


def is_for(value: object, task: Task) -> bool:
    """Whether a utility, or a representation, is made for the task: whether its ``tasks``, if it has any, name it."""
    return kind_of(task) in getattr(value, "tasks", TASKS)


def kind_of(task: Task) -> str:
    """The one of `TASKS` that a task is."""
    return TASKS[0] if task.has_classes else TASKS[1]
