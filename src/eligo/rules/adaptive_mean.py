"""SASLA's rule with a beta that keeps what is left of a budget."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax import Array

from eligo.mistakes import refuse_unless_among, refuse_unless_number
from eligo.rules.by_score import best_one, ranking


@dataclass(frozen=True)
class AdaptiveMean:
    """SASLA's rule with a beta that adapts: a run presents, or works, a stated share of what passive learning does.

    At every selection beta is the one whose threshold (1 - beta) * mean keeps as many candidates as the rest of the
    budget pays for until the end; what was spent so far corrects it (`eligo.learning.pace`). To keep few it must be able to
    set the threshold above the mean, so such a beta may be negative. Equal scores at the threshold are chosen from at
    random. The best candidate of each stratum is always among them, so that no fewer than these are kept.

    Parameters
    ----------
    target : float, default=0.5, in (0, 1], share of what passive learning spends
    of : "presentations" or "work", default="presentations"; work includes that of the selections

    Raises
    ------
    ValueError
        If a value is not allowed.

    Examples
    --------
    >>> import jax, jax.numpy as jnp
    >>> scores, everyone = jnp.array([0.1, 1.0, 3.9, 3.0]), jnp.ones(4, dtype=bool)
    >>> AdaptiveMean()(scores, everyone, everyone[:, None], key=jax.random.key(0), share=0.25).tolist()
    [False, False, True, False]
    """

    target: float = 0.5
    of: str = "presentations"

    def __post_init__(self) -> None:
        """Refuse what is no share, or of nothing that is counted."""
        refuse_unless_number("target", self.target, lambda target: 0 < target <= 1, "in (0, 1]")
        refuse_unless_among("of", self.of, ("presentations", "work"))

    def __call__(
        self, scores: Array, is_candidate: Array, strata: Array, *, key: Array, share: Array | float = 1.0
    ) -> Array:
        """The best ``share`` of the candidates, rounded to whole examples, with the best of each stratum among them."""
        is_best = jax.vmap(best_one, (None, 1, None), 1)(scores, strata & is_candidate[:, None], key).any(axis=1)
        n_others = jnp.round(share * is_candidate.sum()) - is_best.sum()
        is_other = is_candidate & ~is_best
        return is_best | (is_other & (ranking(scores, is_other, key) < n_others))
