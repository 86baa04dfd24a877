"""GSx: the example whose inputs are farthest from all labelled ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from jax import Array

from eligo.networks import forward_work
from eligo.tasks import Task
from eligo.utilities.greedy_sampling import farthest_first, input_distances
from eligo.utilities.protocol import Predicted, Situation, Workload


@dataclass(frozen=True)
class GSx:
    """Distance of an example's inputs from the nearest labelled ones: it fills the input space evenly.

    No network is asked. Batches should be chosen by `eligo.rules.KCentre` on `eligo.representations.Inputs`: it is GSx with
    each choice counted as labelled for the next.

    References
    ----------
    Wu, Lin & Huang (2019), Active learning for regression using greedy sampling, Information Sciences 474:90-105.

    Examples
    --------
    >>> GSx()
    GSx()
    """

    tasks: ClassVar[tuple[str, ...]] = ("classification", "regression")
    looks_at_inputs: ClassVar[bool] = True

    def __call__(self, situation: Situation, *, key: Array) -> Array:
        """Scores (examples,), at least 0 where something is labelled."""
        return self.of_predictions(Predicted(situation.X[None], *situation[3:7]), key=key)

    def of_predictions(self, predicted: Predicted, *, key: Array) -> Array:
        """Scores (examples,) of what any model predicts."""
        del key
        return farthest_first(predicted, input_distances(predicted.X))

    def is_from_predictions(self, task: Task) -> bool:
        """Whatever the task: not even predictions are looked at."""
        del task
        return True

    def work(self, load: Workload) -> float:
        """The distances of all from each labelled example, I products of J(I + K)."""
        return (
            load.n_examples
            * load.n_labelled
            * load.n_features
            / forward_work(load.network, load.n_features, load.n_outputs)
        )
