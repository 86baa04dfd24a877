"""GSy: the example whose predicted value is farthest from all labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from jax import Array

from eligo.networks import forward_work
from eligo.tasks import Task
from eligo.utilities.greedy_sampling import farthest_first, known_targets, output_distances
from eligo.utilities.predictions import predicted_in
from eligo.utilities.protocol import Predicted, Situation, Workload


@dataclass(frozen=True)
class GSy:
    """Distance of an example's prediction from the nearest label: it fills the range of the function evenly.

    Of several outputs the distance is Euclidean, in coded units.

    References
    ----------
    Wu, Lin & Huang (2019), Active learning for regression using greedy sampling, Information Sciences 474:90-105.

    Examples
    --------
    >>> GSy()
    GSy()
    """

    tasks: ClassVar[tuple[str, ...]] = ("regression",)

    def __call__(self, situation: Situation, *, key: Array) -> Array:
        """Scores (examples,), at least 0 where something is labelled."""
        return self.of_predictions(predicted_in(situation, 1), key=key)

    def of_predictions(self, predicted: Predicted, *, key: Array) -> Array:
        """Scores (examples,) of what any model predicts."""
        del key
        return farthest_first(predicted, output_distances(predicted.values[0], known_targets(predicted)))

    def is_from_predictions(self, task: Task) -> bool:
        """Whatever the task."""
        del task
        return True

    def work(self, load: Workload) -> float:
        """A forward pass for each example, and the distances of all predictions from each label."""
        return load.n_examples * (
            1 + load.n_labelled * load.n_outputs / forward_work(load.network, load.n_features, load.n_outputs)
        )
