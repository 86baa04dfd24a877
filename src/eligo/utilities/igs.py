"""iGS: the example that is far from the labelled ones in inputs and in its predicted value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from jax import Array

from eligo.networks import forward_work
from eligo.tasks import Task
from eligo.utilities.greedy_sampling import farthest_first, input_distances, known_targets, output_distances
from eligo.utilities.predictions import predicted_in
from eligo.utilities.protocol import Predicted, Situation, Workload


@dataclass(frozen=True)
class IGS:
    """Smallest product of the distances of an example from a labelled one, in inputs and from prediction to label (iGS).

    ``min_l |x - x_l| |f(x) - y_l|``: both distances are to the same labelled example l. Of several outputs the distance is
    Euclidean, in coded units.

    References
    ----------
    Wu, Lin & Huang (2019), Active learning for regression using greedy sampling, Information Sciences 474:90-105.

    Examples
    --------
    >>> IGS()
    IGS()
    """

    tasks: ClassVar[tuple[str, ...]] = ("regression",)
    looks_at_inputs: ClassVar[bool] = True

    def __call__(self, situation: Situation, *, key: Array) -> Array:
        """Scores (examples,), at least 0 where something is labelled."""
        return self.of_predictions(predicted_in(situation, 1), key=key)

    def of_predictions(self, predicted: Predicted, *, key: Array) -> Array:
        """Scores (examples,) of what any model predicts."""
        del key
        in_inputs = input_distances(predicted.X)
        in_outputs = output_distances(predicted.values[0], known_targets(predicted))
        return farthest_first(predicted, lambda picked: in_inputs(picked) * in_outputs(picked))

    def is_from_predictions(self, task: Task) -> bool:
        """Whatever the task."""
        del task
        return True

    def work(self, load: Workload) -> float:
        """A forward pass for each example, and both distances of all from each labelled example."""
        of_pair = load.n_features + load.n_outputs
        return load.n_examples * (
            1 + load.n_labelled * of_pair / forward_work(load.network, load.n_features, load.n_outputs)
        )
