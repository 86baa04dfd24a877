"""What runs start from: the data, weights and random streams of trials that learn side by side."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import numpy as np
from jax import Array
from numpy.typing import NDArray

from eligo.networks import AnyNetwork, Params


@dataclass(frozen=True)
class Trials:
    """Trials of one problem, stacked. Methods that run on the same value are paired: nothing else differs.

    Attributes
    ----------
    X, X_test : float arrays (trials, examples, features)
    targets, targets_test : float arrays (trials, examples, outputs), coded
    scale : float array (trials, outputs), units of the target per coded unit
    is_first_labelled : bool array (trials, examples), the labelled set that querying starts from
    params : parameters with leading axes (trials, members), the initial weights; fewer members take the first
    order_keys : jax random keys (trials, members), for the order of presentation
    selection_keys : jax random keys (trials,), for ties and random utilities
    is_present : bool array (trials, examples), default=None, the rows that are examples; others fill the arrays up, so that
        data of about one size have one shape and share compiled programs. None is all
    sample_weight : float array (trials, examples), default=None, what each example's error counts, see `eligo.train_many`
    """

    X: Array
    targets: Array
    X_test: Array
    targets_test: Array
    scale: Array
    is_first_labelled: Array
    params: Params
    order_keys: Array
    selection_keys: Array
    is_present: Array | None = None
    sample_weight: Array | None = None

    @property
    def n_trials(self) -> int:
        """How many trials are stacked."""
        return len(self.X)

    @property
    def n_examples(self) -> int:
        """Examples of a trial's training part, |D_C|."""
        return self.X.shape[1]

    @property
    def present(self) -> NDArray[np.bool_]:
        """The rows that are examples, (trials, examples)."""
        if self.is_present is None:
            return np.ones((self.n_trials, self.n_examples), dtype=bool)
        return np.asarray(self.is_present)

    def part(self, of_trials: slice) -> Trials:
        """Some of the trials."""
        return Trials(**jax.tree.map(lambda leaf: leaf[of_trials], vars(self)))

    def with_members(self, n_members: int) -> Trials:
        """The same trials with the first ``n_members`` members only."""
        n_there = self.order_keys.shape[1]
        if not 1 <= n_members <= n_there:
            raise ValueError(
                f"`n_members` must be in [1, {n_there}], the members that the trials were made with; got {n_members}."
            )
        params = jax.tree.map(lambda leaf: leaf[:, :n_members], self.params)
        return Trials(**(vars(self) | {"params": params, "order_keys": self.order_keys[:, :n_members]}))


RUN_ONCE = {"xla_backend_optimization_level": 1}
"""What the compiler is told of a program that runs once: random bits take it longer to optimise than to draw."""


@partial(jax.jit, static_argnames="n_members", compiler_options=RUN_ONCE)
def draw_keys(seeds: NDArray[np.uint32], n_members: int | None = None) -> Array:
    """The random key of each seed, (seeds,); or, split from it, one for each member, (seeds, members)."""
    keys = jax.vmap(jax.random.key)(seeds)
    return keys if n_members is None else jax.vmap(lambda key: jax.random.split(key, n_members))(keys)


@partial(jax.jit, static_argnums=(0, 2, 3), compiler_options=RUN_ONCE)
def draw_params(network: AnyNetwork, keys: Array, n_features: int, n_outputs: int) -> Params:
    """Initial weights for each key, whatever their shape, as `Network.init` draws them."""
    params = jax.lax.map(lambda key: network.init(key, n_features, n_outputs), keys.reshape(-1))  # small to compile
    return jax.tree.map(lambda leaf: leaf.reshape(*keys.shape, *leaf.shape[1:]), params)


def as_nets(tree: Any) -> Any:
    """Leading axes (trials, members) as one axis of nets."""
    return jax.tree.map(lambda leaf: leaf.reshape(-1, *leaf.shape[2:]), tree)


def as_members(tree: Any, n_trials: int) -> Any:
    """A leading axis of nets as (trials, members)."""
    return jax.tree.map(lambda leaf: leaf.reshape(n_trials, -1, *leaf.shape[1:]), tree)
