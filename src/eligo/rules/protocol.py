"""What a rule is: scores of one trial -> chosen examples; the loops lift it to many."""

from __future__ import annotations

from typing import Protocol

from jax import Array


class Rule(Protocol):
    """Scores -> chosen examples; a hashable value (a frozen dataclass). Ties are broken at random by the key.

    In selective learning a rule may say how much each example's error counts instead: float weights, of which 0 leaves
    an example out.
    """

    def __call__(self, scores: Array, is_candidate: Array, strata: Array, *, key: Array) -> Array:
        """Choose among candidates.

        Parameters
        ----------
        scores : float array (examples,); NaN counts as the lowest score, and a subnormal number may count as 0
        is_candidate : bool array (examples,)
        strata : bool array (examples, strata), groups that a training subset must not empty (the classes)
        key : jax random key

        Returns
        -------
        bool array (examples,), a subset of the candidates; or float, their weights
        """
