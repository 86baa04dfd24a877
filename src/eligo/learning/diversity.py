"""What the members of a committee differ in: initial weights, a bootstrap sample, a random feature subspace, or any mix."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import jax
import numpy as np
from jax import Array
from numpy.typing import NDArray

from eligo.learning.trials import Trials
from eligo.networks import AnyNetwork, Network


@dataclass(frozen=True)
class Diversity:
    """What the members of a committee differ in; each has its own order of presentation besides.

    With a bootstrap every member learns from its own resample of the labelled set, drawn with replacement and as large as
    the set: an example that was drawn twice is presented twice in every epoch, and an epoch costs a member the |L|
    presentations that it costs without. When labels come in, a resample of n examples becomes one of n + k by replacing each
    of its draws with probability k/(n + k) by one of the new, so that it changes no more than it must.

    In a random subspace a member sees a share of the features and 0 in place of the others, in training as in prediction;
    its weights of these are 0 and stay so.

    Parameters
    ----------
    weights : bool, default=True, whether members start from initial weights of their own; else all from those of the first
    bootstrap : bool, default=False
    feature_share : float, default=1.0, in (0, 1], share of the features that a member sees, rounded, at least one

    Raises
    ------
    ValueError
        If the share lies outside (0, 1], or members would differ in nothing.

    References
    ----------
    Breiman (1996), Bagging predictors, Machine Learning 24; Ho (1998), The random subspace method for constructing decision
    forests, IEEE TPAMI 20.

    Examples
    --------
    >>> Diversity(bootstrap=True, feature_share=0.5)
    Diversity(weights=True, bootstrap=True, feature_share=0.5)
    """

    weights: bool = True
    bootstrap: bool = False
    feature_share: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what is no share, or no diversity."""
        if not 0 < self.feature_share <= 1:
            raise ValueError(f"`feature_share` must be in (0, 1]; got {self.feature_share:g}.")
        if not self.weights and not self.bootstrap and self.feature_share == 1:
            raise ValueError("members must differ in weights, bootstrap or features; got none of them.")


PARTS = ("weights", "bootstrap", "features")

MIXES = (
    "weights",
    "bootstrap",
    "features",
    "weights+bootstrap",
    "weights+features",
    "bootstrap+features",
    "weights+bootstrap+features",
)
"""Names of all mixes, for study files."""


def diversity_named(mix: str, feature_share: float) -> Diversity:
    """The diversity that a mix of names stands for.

    Examples
    --------
    >>> diversity_named("weights+features", 0.5)
    Diversity(weights=True, bootstrap=False, feature_share=0.5)
    """
    parts = mix.split("+")
    return Diversity("weights" in parts, "bootstrap" in parts, feature_share if "features" in parts else 1.0)


def feature_mask(n_features: int, share: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """A random subspace: which features a member sees.

    Parameters
    ----------
    n_features : int
    share : float, in (0, 1]; rounded to whole features, at least one
    rng : numpy.random.Generator

    Returns
    -------
    bool array (features,)

    Examples
    --------
    >>> int(feature_mask(13, 0.5, np.random.default_rng(0)).sum())
    6
    """
    mask = np.zeros(n_features, dtype=bool)
    mask[rng.choice(n_features, max(1, round(share * n_features)), replace=False)] = True
    return mask


def resample(
    rows: NDArray[np.int64], is_there: NDArray[np.bool_], is_new: NDArray[np.bool_], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Grow a bootstrap sample along with the set that it is drawn from.

    Each draw, old or new, is then uniform over the whole set and independent of the others: a bootstrap sample of it.

    Parameters
    ----------
    rows : int array (examples,), the example that is presented in the place of each; what lies outside the set is arbitrary
    is_there, is_new : bool arrays (examples,), the set so far, and what joins it
    rng : numpy.random.Generator

    Returns
    -------
    int array (examples,), rows whose places in the grown set hold examples of the grown set

    Examples
    --------
    >>> everyone, nobody = np.ones(4, dtype=bool), np.zeros(4, dtype=bool)
    >>> rows = resample(np.arange(4), nobody, everyone, np.random.default_rng(0))
    >>> bool(np.isin(rows, np.arange(4)).all())
    True
    """
    old, new = np.flatnonzero(is_there), np.flatnonzero(is_new)
    if len(new) == 0:
        return rows
    grown, everyone = rows.copy(), np.concatenate([old, new])
    is_replaced = rng.random(len(old)) < len(new) / len(everyone)
    grown[old] = np.where(is_replaced, rng.choice(new, len(old)), rows[old])
    grown[new] = rng.choice(everyone, len(new))
    return grown


def with_diversity(
    trials: Trials, network: AnyNetwork, diversity: Diversity
) -> tuple[Trials, NDArray[np.bool_] | None]:
    """The trials with the initial weights that this diversity asks for, and the features that each member sees.

    Returns
    -------
    trials : Trials
    features : bool array (nets, features), or None where all see all
    """
    n_trials, n_members = trials.order_keys.shape
    params: Any = trials.params
    if not diversity.weights:
        params = jax.tree.map(lambda leaf: np.repeat(np.asarray(leaf)[:, :1], n_members, axis=1), params)
    if diversity.feature_share == 1:
        return replace(trials, params=params), None
    if not isinstance(network, Network):
        raise ValueError(
            f"`feature_share` needs to see the first layer, which a {type(network).__name__} does not show; got "
            f"{diversity.feature_share:g}. Leave it at 1, or use `eligo.Network`."
        )
    n_features = trials.X.shape[2]
    masks = [
        feature_mask(n_features, diversity.feature_share, rng) for rng in generators(trials.order_keys, "features")
    ]
    features = np.stack(masks)
    first = network.layer_names[0]
    of_members = features.reshape(n_trials, n_members, n_features, 1)
    params = params | {first: params[first] | {"weights": np.where(of_members, params[first]["weights"], 0)}}
    return replace(trials, params=params), features


def generators(keys: Array, part: str) -> list[np.random.Generator]:
    """A random stream of its own for each member, from its key of the order of presentation."""
    data = np.asarray(jax.random.key_data(keys)).reshape(keys.size, -1)
    return [np.random.default_rng([*words.tolist(), PARTS.index(part)]) for words in data]


class Resamples:
    """The bootstrap samples of all members, which grow with the labelled sets.

    Parameters
    ----------
    keys : jax random keys (trials, members)
    n_examples : int
    """

    def __init__(self, keys: Array, n_examples: int) -> None:
        """Nothing is labelled."""
        self.n_members = keys.shape[1]
        self.rngs = generators(keys, "bootstrap")
        self.rows = np.tile(np.arange(n_examples), (keys.size, 1))
        self.is_there = np.zeros(self.rows.shape, dtype=bool)

    def grow(self, is_labelled: NDArray[np.bool_]) -> NDArray[np.int64]:
        """What each network is presented in the place of each example, (nets, examples), now that these are labelled."""
        labelled = np.repeat(is_labelled, self.n_members, axis=0)
        places = zip(self.rows, self.is_there, labelled & ~self.is_there, self.rngs, strict=True)
        self.rows = np.stack([resample(*place) for place in places])
        self.is_there = labelled
        return self.rows
