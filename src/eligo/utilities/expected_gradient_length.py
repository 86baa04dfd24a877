"""Expected gradient length: how far the network would move, whatever the label turns out to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import jax
import jax.numpy as jnp
from jax import Array

from eligo.networks import AnyNetwork, Params, presentation_work
from eligo.tasks import Task
from eligo.utilities.protocol import Situation, Workload


def gradient_length(network: AnyNetwork, params: Params, X: Array, targets: Array, task: Task) -> Array:
    """Euclidean length of the gradient of each example's squared error by all parameters, without writing it out.

    Of one layer with errors d behind its units and signals y before them the gradient is ``d y'`` and, for biases, d; so
    its squared length is ``|d|^2 (|y|^2 + 1)``. It holds for any depth.

    Parameters
    ----------
    network : Network or ForeignNetwork
    params : parameters of one network
    X : float array (examples, features)
    targets : float array (examples, outputs), coded
    task : Task, gives the output map

    Returns
    -------
    float array (examples,), of the gradient of ``sum_k (t_k - o_k)^2``, the data term of Eq. 10

    Examples
    --------
    >>> from eligo.networks import Network
    >>> from eligo.tasks import REGRESSION
    >>> network = Network(hidden=(8,))
    >>> params = network.init(jax.random.key(0), n_features=4, n_outputs=1)
    >>> x, t = jnp.ones(4), jnp.array([0.3])
    >>> gradient = jax.grad(lambda params: ((t - network.apply(params, x, REGRESSION)) ** 2).sum())(params)
    >>> length = sum((part**2).sum() for part in jax.tree.leaves(gradient)) ** 0.5
    >>> bool(jnp.isclose(gradient_length(network, params, x[None], t[None], REGRESSION)[0], length))
    True
    """
    signals = [X]
    for name in network.layer_names[:-1]:
        signals.append(network.activation(signals[-1] @ params[name]["weights"] + params[name]["bias"]))
    output = params[network.layer_names[-1]]
    o = task.output(signals[-1] @ output["weights"] + output["bias"])
    errors = 2 * (o - targets) * task.output.derivative(o)
    squared = jnp.zeros(len(X), X.dtype)
    for name, signal in zip(reversed(network.layer_names), reversed(signals), strict=True):
        squared += (errors**2).sum(axis=1) * ((signal**2).sum(axis=1) + 1)
        errors = (errors @ params[name]["weights"].T) * network.activation.derivative(signal)  # of the layer before
    return jnp.sqrt(squared)


@dataclass(frozen=True)
class ExpectedGradientLength:
    """Mean length of the gradient over the labels that an example may have, each as probable as the network says.

    ``sum_c p_c |grad E(x, c)|`` with E the squared error of Eq. 10 and targets coded as the network learns them. Large
    where even the probable label would move the network, and for examples with large inputs.

    References
    ----------
    Settles, Craven & Ray (2008), Multiple-instance active learning, NeurIPS; Settles & Craven (2008), An analysis of active
    learning strategies for sequence labeling tasks, EMNLP.

    Examples
    --------
    >>> ExpectedGradientLength()
    ExpectedGradientLength()
    """

    tasks: ClassVar[tuple[str, ...]] = ("classification",)

    def __call__(self, situation: Situation, *, key: Array) -> Array:
        """Scores (examples,), at least 0."""
        del key
        network, task, X = situation.network, situation.task, situation.X
        params = jax.tree.map(lambda leaf: leaf[0], situation.params)
        p = network.predict_distribution(params, X, task)
        low, high = task.target_range

        def of_class(label: Array) -> Array:
            targets = low + (high - low) * jax.nn.one_hot(label, p.shape[1], dtype=p.dtype)
            return gradient_length(network, params, X, jnp.broadcast_to(targets, p.shape), task)

        lengths = jax.lax.map(of_class, jnp.arange(p.shape[1]))  # (classes, examples)
        return (p.T * lengths).sum(axis=0)

    def is_pointwise(self, task: Task) -> bool:
        """Whatever the task: one example's gradients."""
        del task
        return True

    def work(self, load: Workload) -> float:
        """A forward pass for the probabilities, and for each class one more and its errors carried back."""
        # A presentation also multiplies errors with signals, as many products as a forward pass has; lengths do not.
        of_class = presentation_work(load.network, load.n_features, load.n_outputs) - 1
        return load.n_scored * (1 + load.n_outputs * of_class)
