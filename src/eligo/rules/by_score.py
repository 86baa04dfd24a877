"""Rules that follow from scores alone. Written for one trial; the loops lift them to many."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from eligo.lots import random_bits
from eligo.mistakes import checked_count, refuse_unless_number

_NO_LOT = np.uint32(2**32 - 1)
"""Larger than all that ties are broken by."""


def ranking(scores: Array, is_candidate: Array, key: Array) -> Array:
    """Place of each example from the best down, candidates first, ties at random; int array (examples,)."""
    usable = _usable(scores, is_candidate)
    best_first = jnp.lexsort((_lots(key, scores), -usable, ~is_candidate))
    return jnp.zeros(len(scores), dtype=int).at[best_first].set(jnp.arange(len(scores)))


def _lots(key: Array, scores: Array) -> Array:
    """What ties are broken by, the least first; uint32 array (examples,), below `_NO_LOT`."""
    lots = random_bits(key, len(scores)) >> 1
    # They stay as they are. But XLA repeats cheap arithmetic in every loop that reads it, twenty rounds of bits for each
    # stratum, twice; a division it does not repeat, and a barrier is no help (jaxlib 0.10).
    return lots % _NO_LOT


def _usable(scores: Array, is_candidate: Array) -> Array:
    """Scores with NaN, and whatever cannot be chosen, below all others."""
    return jnp.where(is_candidate, jnp.nan_to_num(scores, nan=-jnp.inf, posinf=jnp.inf, neginf=-jnp.inf), -jnp.inf)


def best_one(scores: Array, is_candidate: Array, key: Array) -> Array:
    """The candidate with the highest score, ties at random; bool (examples,), empty if there is no candidate.

    It is the first place of `ranking`, in a tenth of the time: nothing is sorted.
    """
    usable = _usable(scores, is_candidate)
    is_tied = is_candidate & (usable == usable.max())
    lots = jnp.where(is_tied, _lots(key, scores), _NO_LOT)
    places = jnp.arange(len(scores))
    # By two minima, for with argmin a selection's rule took 1.6 times as long.
    first = jnp.where(lots == lots.min(), places, len(scores)).min()
    return is_tied & (places == first)


@dataclass(frozen=True)
class Everything:
    """Every candidate: passive learning.

    Examples
    --------
    >>> Everything()
    Everything()
    """

    def __call__(self, scores: Array, is_candidate: Array, strata: Array, *, key: Array) -> Array:
        """All candidates, whatever the scores."""
        del scores, strata, key
        return is_candidate


@dataclass(frozen=True)
class AboveMean:
    """Candidates whose score reaches (1 - beta) times the mean: SASLA's rule.

    A larger beta lowers the threshold and keeps *more*; beta = 1 keeps everything (passive learning), beta = 0 only
    what reaches the mean. The best candidate of each stratum stays even when it falls below, and so do as many of the
    best as the floor asks for.

    Parameters
    ----------
    beta : float, default=0.9, in [0, 1], the selection constant
    floor : int, default=1, at least 1, the least number of examples to keep; all candidates when there are fewer
    floor_share : float, default=0.0, in [0, 1], the least share of the candidates to keep, rounded to whole examples;
        the larger of the two floors holds

    Raises
    ------
    ValueError
        If a value lies outside its range.

    References
    ----------
    Engelbrecht (2001), Sensitivity analysis for selective learning by feedforward neural networks, Fundamenta
    Informaticae 45.

    Examples
    --------
    >>> import jax, jax.numpy as jnp
    >>> scores, everyone = jnp.array([0.1, 1.0, 3.9, 3.0]), jnp.ones(4, dtype=bool)
    >>> AboveMean(beta=0.5)(scores, everyone, everyone[:, None], key=jax.random.key(0)).tolist()
    [False, True, True, True]
    """

    beta: float = 0.9
    floor: int = 1
    floor_share: float = 0.0

    def __post_init__(self) -> None:
        """Refuse values that are no share, or an empty subset."""
        remedy = "Larger keeps more examples."
        refuse_unless_number("beta", self.beta, lambda beta: 0 <= beta <= 1, "in [0, 1]", remedy)
        checked_count("floor", self.floor)
        refuse_unless_number("floor_share", self.floor_share, lambda share: 0 <= share <= 1, "in [0, 1]")

    def __call__(self, scores: Array, is_candidate: Array, strata: Array, *, key: Array) -> Array:
        """Candidates at or above the threshold, the best of each stratum that would be empty, and the floor's."""
        is_scored = is_candidate & jnp.isfinite(scores)  # a score that blew up is no reason to drop the others
        mean = jnp.where(is_scored, scores, 0).sum() / jnp.maximum(is_scored.sum(), 1)
        chosen = is_candidate & (scores >= (1 - self.beta) * mean)
        is_best = jax.vmap(best_one, (None, 1, None), 1)(scores, strata & is_candidate[:, None], key)
        is_empty = ~(strata & chosen[:, None]).any(axis=0)
        chosen |= (is_best & is_empty).any(axis=1)
        if self.floor == 1 and self.floor_share == 0:  # somebody is always there: the ranking below costs a sort
            return chosen
        least = jnp.maximum(jnp.round(self.floor_share * is_candidate.sum()), self.floor)
        is_left = is_candidate & ~chosen
        place = ranking(scores, is_left, jax.random.fold_in(key, 1))
        return chosen | (is_left & (place < least - chosen.sum()))


@dataclass(frozen=True)
class Top:
    """The n candidates with the highest scores.

    Parameters
    ----------
    n : int, default=1, at least 1; all candidates when there are fewer

    Raises
    ------
    ValueError
        If n is below 1.

    Examples
    --------
    >>> import jax, jax.numpy as jnp
    >>> candidates = jnp.array([True, True, False])
    >>> Top(1)(jnp.array([0.2, 0.7, 0.9]), candidates, candidates[:, None], key=jax.random.key(0)).tolist()
    [False, True, False]
    """

    n: int = 1

    def __post_init__(self) -> None:
        """Refuse an empty query."""
        checked_count("n", self.n)

    def __call__(self, scores: Array, is_candidate: Array, strata: Array, *, key: Array) -> Array:
        """The n best candidates."""
        del strata
        if self.n == 1:
            return best_one(scores, is_candidate, key)
        return is_candidate & (ranking(scores, is_candidate, key) < self.n)


@dataclass(frozen=True)
class Share:
    """A fixed share of the candidates, those with the highest scores; at least one.

    Parameters
    ----------
    share : float, default=0.5, in (0, 1]

    Raises
    ------
    ValueError
        If the share lies outside (0, 1].

    Examples
    --------
    >>> import jax, jax.numpy as jnp
    >>> everyone = jnp.ones(4, dtype=bool)
    >>> Share(0.5)(jnp.arange(4.0), everyone, everyone[:, None], key=jax.random.key(0)).tolist()
    [False, False, True, True]
    """

    share: float = 0.5

    def __post_init__(self) -> None:
        """Refuse what is no share."""
        refuse_unless_number("share", self.share, lambda share: 0 < share <= 1, "in (0, 1]")

    def __call__(self, scores: Array, is_candidate: Array, strata: Array, *, key: Array) -> Array:
        """The best share of the candidates, rounded to whole examples."""
        del strata
        n_chosen = jnp.maximum(jnp.round(self.share * is_candidate.sum()), 1)
        return is_candidate & (ranking(scores, is_candidate, key) < n_chosen)
