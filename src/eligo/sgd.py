"""Stochastic gradient descent as a value: how a network learns from the examples it is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array
from numpy.typing import ArrayLike, NDArray

from eligo.mistakes import checked_count, is_whole, refuse_unless, several, told


@dataclass(frozen=True)
class SGD:
    """Stochastic gradient descent on Eq. 10: how a network learns from the examples it is given.

    Every step follows the gradient of ``(1/N) sum_i sum_k (t_k - o_k)^2 + weight_decay * sum_j w_j^2`` over the N
    examples of its batch: ``velocity = momentum * velocity + gradient``, ``w = w - learning_rate * velocity``. Each
    epoch draws the examples at random without replacement.

    Parameters
    ----------
    learning_rate : float, or float array (nets,), above 0
    momentum : float, or float array (nets,), default=0.0, in [0, 1)
    weight_decay : float, or float array (nets,), default=0.0, at least 0; lambda of Eq. 10
    batch_size : int or "full", default=1, examples per step; 1 is the paper's SGD
    epochs : int, default=1000, passes over the training subset
    decay_biases : bool, default=False, whether lambda applies to biases too
    mean_over_outputs : bool, default=False, whether a step follows the error's mean over outputs instead of its sum
    gradient_clip : float, default=None, above 0; a data gradient with a larger Euclidean norm, over all parameters of
        a network, is shortened to it before the decay is added; None never shortens

    Raises
    ------
    ValueError
        If a value lies outside its range.

    Examples
    --------
    >>> SGD(learning_rate=0.1, momentum=0.9, epochs=200).batch_size
    1
    """

    learning_rate: ArrayLike
    momentum: ArrayLike = 0.0
    weight_decay: ArrayLike = 0.0
    batch_size: int | Literal["full"] = 1
    epochs: int = 1000
    decay_biases: bool = False
    mean_over_outputs: bool = False
    gradient_clip: float | None = None

    def __post_init__(self) -> None:
        """Refuse values outside their range."""
        _check_all("learning_rate", self.learning_rate, lambda rate: rate > 0, "above 0")
        _check_all("momentum", self.momentum, lambda momentum: (momentum >= 0) & (momentum < 1), "in [0, 1)")
        _check_all("weight_decay", self.weight_decay, lambda decay: decay >= 0, "at least 0")
        allowed = '"full" or a whole number of at least 1'
        refuse_unless(
            "batch_size", self.batch_size, lambda rows: rows == "full" or (is_whole(rows) and rows >= 1), allowed
        )
        checked_count("epochs", self.epochs, least=0)
        if self.gradient_clip is not None:
            _check_all("gradient_clip", self.gradient_clip, lambda norm: norm > 0, "above 0, or None")

    def rates(self, n_nets: int) -> Rates:
        """The hyper-parameters that may differ between networks, each (nets,)."""
        kind = jax.dtypes.canonicalize_dtype(float)
        per_net = {name: np.asarray(getattr(self, name), dtype=kind) for name in Rates._fields}
        for name, rate in per_net.items():
            if rate.shape not in ((), (1,), (n_nets,)):
                raise ValueError(
                    f"`{name}` must be one number or ({n_nets},), as `params` hold {several(n_nets, 'network')}; "
                    f"got shape {rate.shape}."
                )
        return Rates(**{name: np.broadcast_to(rate, (n_nets,)) for name, rate in per_net.items()})

    def of_nets(self, part: slice, n_nets: int) -> SGD:
        """The same for some of the networks."""
        return replace(self, **{name: rate[part] for name, rate in self.rates(n_nets)._asdict().items()})

    def rows_per_step(self, n_examples: int) -> int:
        """Examples of one step when ``n_examples`` are there to learn from."""
        return n_examples if self.batch_size == "full" else min(self.batch_size, n_examples)


def _check_all(name: str, values: ArrayLike, is_valid: Callable[[Any], Any], allowed: str) -> None:
    array = np.atleast_1d(np.asarray(values))
    if array.dtype.kind not in "iuf":
        raise ValueError(f"`{name}` must be {allowed}; got {told(values)}, which is no number.")
    invalid = array[~(np.isfinite(array) & is_valid(array))]
    if len(invalid):
        raise ValueError(f"`{name}` must be {allowed}; got {invalid[0]:g}.")


def refuse_no_sgd(sgd: object) -> None:
    """Refuse what does not say how to learn.

    Raises
    ------
    ValueError
        If it is no `SGD`.
    """
    remedy = "Write e.g. eligo.SGD(learning_rate=0.1, epochs=100)."
    refuse_unless("sgd", sgd, lambda one: isinstance(one, SGD), "an eligo.SGD", remedy)


Rate = Array | NDArray[np.floating]


class Rates(NamedTuple):
    """Hyper-parameters that may differ between the networks of one program."""

    learning_rate: Rate
    momentum: Rate
    weight_decay: Rate


def optimiser(rates: Rates) -> optax.GradientTransformation:
    """Gradient descent with momentum for one network's rates."""
    return optax.sgd(rates.learning_rate, rates.momentum)


def held_still_unless(is_active: Array, rates: Rates) -> Rates:
    """Rates that leave parameters and velocity as they are where a network has nothing to learn from in this step."""
    return rates._replace(
        learning_rate=jnp.where(is_active, rates.learning_rate, 0),
        momentum=jnp.where(is_active, rates.momentum, 1),
    )
