"""Predictive entropy (Eq. 8): how little a network's prediction says about an example."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import ArrayLike

from eligo.tasks import Task
from eligo.utilities.laplace import laplace_variance, laplace_work, noise_variance
from eligo.utilities.predictions import predicted_in
from eligo.utilities.protocol import Predicted, Situation, Workload


def entropy(probabilities: ArrayLike, normalised: bool = True) -> Array:
    """Entropy of class probabilities (Eq. 8), in nats, or as a share of its maximum.

    Zero when one class has all the probability; largest when all classes are equally probable.

    Parameters
    ----------
    probabilities : float array (..., classes), each row non-negative with sum 1
    normalised : bool, default=True, whether to divide by log(classes), so that values lie in [0, 1]

    Returns
    -------
    float array (...,)

    References
    ----------
    Shannon (1948), A mathematical theory of communication; as a query score: Settles (2009), Active learning literature
    survey.

    Examples
    --------
    >>> import numpy as np
    >>> entropy(np.array([[1.0, 0.0], [0.5, 0.5]])).tolist()
    [0.0, 1.0]
    """
    probabilities = jnp.asarray(probabilities, dtype=float)
    nats = jax.scipy.special.entr(probabilities).sum(axis=-1)
    n_classes = probabilities.shape[-1]
    return nats / np.log(n_classes) if normalised and n_classes > 1 else nats


@dataclass(frozen=True)
class PredictiveEntropy:
    """Entropy of what the network predicts: Eq. 8 over classes, or of a Gaussian for function approximation.

    Eq. 8 over the one "class" of a single output unit is constant, so function approximation takes the entropy of the
    Gaussian predictive distribution that a linearised Laplace approximation gives, 1/2 log(2 pi e (noise + variance))
    summed over outputs. For one output it ranks examples as their variance does.

    Examples
    --------
    >>> PredictiveEntropy()
    PredictiveEntropy()
    """

    def __call__(self, situation: Situation, *, key: Array) -> Array:
        """Scores (examples,): normalised entropy in [0, 1], or nats."""
        if situation.task.has_classes:
            return self.of_predictions(predicted_in(situation, 1), key=key)
        params = jax.tree.map(lambda leaf: leaf[0], situation.params)
        noise = noise_variance(situation, params)
        return 0.5 * jnp.log(2 * jnp.pi * jnp.e * (noise + laplace_variance(situation, params))).sum(axis=1)

    def of_predictions(self, predicted: Predicted, *, key: Array) -> Array:
        """Normalised entropy (examples,) of the first member's class probabilities."""
        del key
        return entropy(predicted.values[0])

    def is_from_predictions(self, task: Task) -> bool:
        """Over classes; function approximation needs the network's gradients."""
        return task.has_classes

    def is_pointwise(self, task: Task) -> bool:
        """Over classes; the Laplace approximation of function approximation looks at the labelled examples."""
        return task.has_classes

    def work(self, load: Workload) -> float:
        """One forward pass each over classes; the Laplace approximation's for function approximation."""
        return load.n_scored if load.task.has_classes else laplace_work(load)
