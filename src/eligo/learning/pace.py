"""How much a selection may keep so that a run spends a stated share of what passive learning spends."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eligo.rules import AdaptiveMean


@dataclass(frozen=True)
class Pace:
    """The budget of one trial, in presentations or in work, and what has to be paid from it.

    Attributes
    ----------
    of : "presentations" or "work"
    budget : float, what a trial may spend in all
    price : float, of one presentation
    selection : float, of one selection
    n_examples : int, candidates
    n_epochs : int, until the end of the run
    tail : int, epochs at the end that present everything
    """

    of: str
    budget: float
    price: float
    selection: float
    n_examples: int
    n_epochs: int
    tail: int

    def share(self, spent: NDArray[np.float64], epoch: int, n_selections: int) -> NDArray[np.float64]:
        """Share of the candidates, (trials,) in [0, 1], that the rest of the budget pays for until the tail begins.

        Parameters
        ----------
        spent : float array (trials,), of the budget
        epoch : int, epochs trained
        n_selections : int, selections to come, with the one that is about to be made

        Examples
        --------
        >>> pace = Pace("presentations", budget=500.0, price=1.0, selection=0.0, n_examples=100, n_epochs=10, tail=0)
        >>> pace.share(np.array([100.0, 300.0]), epoch=2, n_selections=8).tolist()
        [0.5, 0.25]
        """
        whole = self.n_examples * self.price  # of an epoch
        left = self.budget - spent - n_selections * self.selection - self.tail * whole
        return np.clip(left / (whole * (self.n_epochs - self.tail - epoch)), 0, 1)


def pace_of(
    rule: AdaptiveMean, *, per_presentation: float, selection_work: float, n_examples: int, n_epochs: int, tail: int,
    selections: NDArray[np.int64],
) -> Pace:  # fmt: skip
    """The pace that meets the rule's target.

    Parameters
    ----------
    rule : AdaptiveMean
    per_presentation, selection_work : float, forward-equivalents of a presentation and of a selection
    n_examples, n_epochs, tail : int, see `Pace`
    selections : int array (selections,), the epochs after which they are made

    Raises
    ------
    ValueError
        If what must be spent in any case is more than the target: the epochs before the first selection, the tail and
        the selections themselves.
    """
    price, selection = (per_presentation, selection_work) if rule.of == "work" else (1.0, 0.0)
    passive = n_epochs * n_examples * price
    pace = Pace(rule.of, rule.target * passive, price, selection, n_examples, n_epochs, tail)
    n_whole = tail + (int(selections[0]) if len(selections) else n_epochs - tail)
    least = (n_whole * n_examples * price + len(selections) * selection) / passive
    if least > rule.target:
        raise ValueError(
            f"an adaptive beta cannot meet a target of {rule.target:g} of passive learning's {rule.of}: epochs on all "
            f"examples and selections alone take {math.ceil(1000 * least) / 1000:g}. Raise the target or `interval`."
        )
    return pace
