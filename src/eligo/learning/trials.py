"""What runs start from: the data, weights and random streams of trials that learn side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
from jax import Array

from eligo.networks import Params


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

    @property
    def n_trials(self) -> int:
        """How many trials are stacked."""
        return len(self.X)

    @property
    def n_examples(self) -> int:
        """Examples of a trial's training part, |D_C|."""
        return self.X.shape[1]

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


def as_nets(tree: Any) -> Any:
    """Leading axes (trials, members) as one axis of nets."""
    return jax.tree.map(lambda leaf: leaf.reshape(-1, *leaf.shape[2:]), tree)


def as_members(tree: Any, n_trials: int) -> Any:
    """A leading axis of nets as (trials, members)."""
    return jax.tree.map(lambda leaf: leaf.reshape(n_trials, -1, *leaf.shape[1:]), tree)
