"""Evidence for and against: what the last hidden units say of the two most probable classes."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import Array

from eligo.networks import AnyNetwork, Params
from eligo.representations import last_hidden
from eligo.tasks import Task
from eligo.utilities.margin import margin
from eligo.utilities.protocol import Situation


def evidence(network: AnyNetwork, params: Params, X: Array, task: Task) -> tuple[Array, Array]:
    """Evidence of each example for its most probable class and for the second, from the last hidden layer.

    Hidden unit j with output y_j adds ``d_j = (w_aj - w_bj) y_j`` to the difference of the net inputs of classes a and b; so
    does the difference of the biases. Evidence for a is the sum of what is positive, for b of what is negative. The
    difference of the two is the difference of the net inputs.

    Parameters
    ----------
    network : Network
    params : parameters of one network
    X : float array (examples, features)
    task : Task with classes

    Returns
    -------
    two float arrays (examples,), at least 0, in units of net inputs

    Notes
    -----
    Sharma & Bilgic define evidence for two classes and models that are linear in the features, as sums over features
    with w_j x_j > 0 and < 0. The last layer is such a model of the hidden values; taking the two most probable of several
    classes is a transfer of ours.

    References
    ----------
    Sharma & Bilgic (2017), Evidence-based uncertainty sampling for active learning, Data Mining and Knowledge Discovery
    31(1):164-202. The sums for linear models are given from memory.
    """
    output = params[network.layer_names[-1]]
    y = last_hidden(network, params, X)
    net_inputs = y @ output["weights"] + output["bias"]
    _, most_probable = jax.lax.top_k(task.distribution(task.output(net_inputs), net_inputs), 2)
    first, second = most_probable.T
    contributions = y * (output["weights"].T[first] - output["weights"].T[second])
    of_bias = output["bias"][first] - output["bias"][second]
    parts = jnp.concatenate([contributions, of_bias[:, None]], axis=1)
    return jnp.maximum(parts, 0).sum(axis=1), jnp.maximum(-parts, 0).sum(axis=1)


def among_most_uncertain(
    situation: Situation, t: int, inside: Callable[[AnyNetwork, Params, Array, Task], Array]
) -> Array:
    """Scores that choose by ``inside`` among the t candidates with the smallest margin, and by the margin elsewhere.

    Parameters
    ----------
    situation : Situation
    t : int, all that tie with the t-th are among them
    inside : function of network, params of one network, X and task -> float array (examples,), in [0, 1]

    Returns
    -------
    float array (examples,): in [1, 2] among them, in [0, 1) elsewhere
    """
    network, task, X = situation.network, situation.task, situation.X
    params = jax.tree.map(lambda leaf: leaf[0], situation.params)
    uncertainty = margin(network.predict_distribution(params, X, task))
    of_candidates = jnp.where(situation.is_candidate, uncertainty, -jnp.inf)
    threshold = jax.lax.top_k(of_candidates, min(t, len(X)))[0][-1]
    return jnp.where(of_candidates >= threshold, 1 + inside(network, params, X, task), uncertainty / 2)
