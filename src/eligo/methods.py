"""The named methods: each is a loop, a utility and a rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from eligo.learning import Trajectory, Trials, learn_by_querying, learn_selectively
from eligo.networks import Network
from eligo.rules import AboveMean, Everything, Share, Top
from eligo.sgd import SGD
from eligo.tasks import Task
from eligo.utilities import AbsoluteError, EnsembleVariance, OutputSensitivity, PredictiveEntropy, Random


class Learn(Protocol):
    """A loop with its utility and rule bound: what is left to say is what to learn."""

    def __call__(self, network: Network, task: Task, trials: Trials, sgd: SGD, *, n_records: int = 100) -> Trajectory:
        """Learn, and record how it went."""


@dataclass(frozen=True)
class Settings:
    """The settings that the named methods share; the paper's by default.

    Parameters
    ----------
    beta : float, default=0.9, SASLA's selection constant
    interval : int, default=1, epochs between selections
    candidates : str, default="all"; see `learn_selectively`
    input_norm, output_norm : str, norms of the output sensitivity
    share : float, default=0.5, of the random subset
    members : int, default=3, networks of the ensemble
    query_size : int, default=1, labels asked for at a time
    budget : int, default=None, labels to ask for in all; None is the whole pool
    retraining : str, default="warm"; see `learn_by_querying`
    epochs_per_query : int, default=None; see `learn_by_querying`
    """

    beta: float = 0.9
    interval: int = 1
    candidates: str = "all"
    input_norm: str = "sum"
    output_norm: str = "max"
    share: float = 0.5
    members: int = 3
    query_size: int = 1
    budget: int | None = None
    retraining: str = "warm"
    epochs_per_query: int | None = None

    @property
    def selective(self) -> dict[str, Any]:
        """Keywords of the selective loop."""
        return {"interval": self.interval, "candidates": self.candidates}

    @property
    def querying(self) -> dict[str, Any]:
        """Keywords of the pool loop."""
        return {
            "rule": Top(self.query_size),
            "budget": self.budget,
            "retraining": self.retraining,
            "epochs_per_query": self.epochs_per_query,
        }


@dataclass(frozen=True)
class Method:
    """A way to learn that has a name.

    Attributes
    ----------
    name : str
    loop : "selective" or "pool", which of the two loops runs it
    summary : str, one line for a reader
    learn : the loop with everything bound
    members : int, networks it trains per trial
    """

    name: str
    loop: str
    summary: str
    learn: Learn = field(repr=False)
    members: int = 1


def named_methods(settings: Settings | None = None) -> Mapping[str, Method]:
    """All named methods under these settings, by name.

    Parameters
    ----------
    settings : Settings, default=None; None is the paper's

    Returns
    -------
    mapping of str to Method

    Examples
    --------
    >>> list(named_methods())
    ['passive', 'sasla', 'entropy', 'ensemble', 'random_pool', 'error', 'random_subset']
    """
    chosen = settings or Settings()
    selective, querying = (
        partial(learn_selectively, **chosen.selective),
        partial(learn_by_querying, **chosen.querying),
    )
    above_mean, sensitivity = AboveMean(chosen.beta), OutputSensitivity(chosen.input_norm, chosen.output_norm)
    committee = partial(querying, utility=EnsembleVariance(), n_members=chosen.members)
    methods = (
        Method(
            "passive",
            "selective",
            "trains on every labelled example in every epoch",
            partial(selective, utility=Random(), rule=Everything()),
        ),
        Method(
            "sasla",
            "selective",
            "trains on the examples to which the outputs are most sensitive, chosen anew at every interval",
            partial(selective, utility=sensitivity, rule=above_mean),
        ),
        Method(
            "entropy",
            "pool",
            "asks for the label about which one network is least certain",
            partial(querying, utility=PredictiveEntropy()),
        ),
        Method(
            "ensemble",
            "pool",
            "asks for the label about which several networks disagree most",
            committee,
            members=chosen.members,
        ),
        Method("random_pool", "pool", "asks for labels at random", partial(querying, utility=Random())),
        Method(
            "error",
            "selective",
            "trains on the examples with the largest errors, chosen anew at every interval",
            partial(selective, utility=AbsoluteError(), rule=above_mean),
        ),
        Method(
            "random_subset",
            "selective",
            "trains on a random share of the examples, drawn anew at every interval",
            partial(selective, utility=Random(), rule=Share(chosen.share)),
        ),
    )
    return {method.name: method for method in methods}
