"""A batch by lot, better scores more probably: not the same example many times over."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax import Array

from eligo.mistakes import checked_count, refuse_unless_number
from eligo.rules.by_score import ranking
from eligo.rules.weights import weights_of


@dataclass(frozen=True)
class StochasticTop:
    """n candidates drawn one after the other with probabilities in proportion to a power of their scores.

    The best n of ``power * log(score)`` plus Gumbel noise are such a draw without replacement. With a large power they
    are the n highest scores; with power 0 they are any n. Candidates whose score is not above 0 come last.

    Parameters
    ----------
    n : int, default=1, at least 1; all candidates when there are fewer
    power : float, default=1.0, at least 0; 1 / the temperature, ``beta`` in the paper

    Raises
    ------
    ValueError
        If n is below 1, or the power negative.

    References
    ----------
    Kirsch, Farquhar, Atighehchian, Jesson, Branchaud-Charron & Gal (2021), Stochastic batch acquisition: a simple baseline
    for deep active learning, arXiv 2106.12059 ("power acquisition").

    Examples
    --------
    >>> everyone = jnp.ones(3, dtype=bool)
    >>> rule = StochasticTop(1, power=50)  # nearly the highest score
    >>> rule(jnp.array([0.2, 0.9, 0.1]), everyone, everyone[:, None], key=jax.random.key(0)).tolist()
    [False, True, False]
    """

    n: int = 1
    power: float = 1.0

    def __post_init__(self) -> None:
        """Refuse an empty query, and a power that prefers the worst."""
        checked_count("n", self.n)
        remedy = "Larger follows the scores more closely."
        refuse_unless_number("power", self.power, lambda power: power >= 0, "at least 0", remedy)

    def __call__(self, scores: Array, is_candidate: Array, strata: Array, *, key: Array) -> Array:
        """N candidates by lot."""
        del strata
        lot_key, tie_key = jax.random.split(key)
        weights = weights_of(scores, is_candidate)
        prospects = self.power * jnp.log(weights) if self.power > 0 else jnp.zeros_like(weights)
        drawn = prospects + jax.random.gumbel(lot_key, scores.shape, weights.dtype)
        return is_candidate & (ranking(drawn, is_candidate, tie_key) < self.n)
