"""The named methods: each is a loop, a utility and a rule."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

from eligo.learning import CANDIDATES, RETRAINING, STOPS, Trajectory, Trials, learn_by_querying, learn_selectively
from eligo.networks import AnyNetwork
from eligo.rules import AboveMean, Everything, Share, Top
from eligo.sensitivity import NORMS
from eligo.sgd import SGD
from eligo.tasks import COMMITTEES, Committee, Task
from eligo.utilities import (
    AbsoluteError,
    DirectionalSensitivity,
    EnsembleVariance,
    ExtremePrediction,
    OutputSensitivity,
    PredictiveEntropy,
    Random,
    Utility,
)


class Learn(Protocol):
    """A loop with its utility and rule bound: what is left to say is what to learn."""

    def __call__(
        self,
        network: AnyNetwork,
        task: Task,
        trials: Trials,
        sgd: SGD,
        *,
        n_records: int = 100,
        checkpoints: tuple[int, ...] = (),
    ) -> Trajectory:
        """Learn, and record how it went."""


INFORMATIVENESS = ("gradient", "directional")
REGRESSION_UNCERTAINTY: dict[str, Utility] = {
    "laplace": PredictiveEntropy(),
    "extreme_prediction": ExtremePrediction(),
}

_CHOICES: dict[str, Collection[str]] = {
    "candidates": CANDIDATES,
    "informativeness": INFORMATIVENESS,
    "input_norm": NORMS,
    "output_norm": NORMS,
    "committee": COMMITTEES,
    "retraining": RETRAINING,
    "stop": STOPS,
    "regression_uncertainty": REGRESSION_UNCERTAINTY,
}
_RANGES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "beta": (lambda beta: 0 <= beta <= 1, "in [0, 1]"),
    "share": (lambda share: 0 < share <= 1, "in (0, 1]"),
    "floor_share": (lambda share: 0 <= share <= 1, "in [0, 1]"),
    "budget": (lambda budget: budget is None or budget >= 0, "at least 0, or None"),
    **dict.fromkeys(("interval", "floor", "members", "query_size"), (lambda count: count >= 1, "at least 1")),
    **dict.fromkeys(
        ("first_selection", "epochs_per_query"), (lambda epochs: epochs is None or epochs >= 1, "at least 1, or None")
    ),
}


@dataclass(frozen=True)
class Settings:
    """The settings that the named methods share; the paper's by default.

    Parameters
    ----------
    beta : float, default=0.9, in [0, 1], SASLA's selection constant; larger keeps more
    interval : int, default=1, epochs between selections
    first_selection : int, default=None, epochs before the first selection; None is the interval
    candidates : "all" or "current", default="all"; see `learn_selectively`
    informativeness : "gradient" or "directional", default="gradient"; a norm of the output sensitivity, or of the change
        of outputs when the example itself is scaled
    input_norm : "sum", "euclidean" or "max", default="sum", over the features; of the gradient only
    output_norm : "sum", "euclidean" or "max", default="max", over the outputs
    share : float, default=0.5, in (0, 1], of the random subset
    floor : int, default=1, least number of examples that SASLA and its kin keep
    floor_share : float, default=0.0, in [0, 1], least share of the candidates that they keep; the larger floor holds
    members : int, default=3, networks of the ensemble
    committee : "vote", "mean_of_outputs" or "first_member", default="vote"; what the ensemble says as one
    query_size : int, default=1, labels asked for at a time
    budget : int, default=None, labels to ask for in all; None is the whole pool
    retraining : "warm", "warm_at_rest" or "cold", default="warm"; see `learn_by_querying`
    epochs_per_query : int, default=None; see `learn_by_querying`
    stop : "budget" or "epochs", default="budget"; see `learn_by_querying`
    regression_uncertainty : "laplace" or "extreme_prediction", default="laplace"; what `entropy` scores where there are no
        classes: the entropy of a Gaussian, or how far a prediction lies from the pool's mean

    Raises
    ------
    ValueError
        If a value is not allowed.

    Examples
    --------
    >>> Settings(beta=1.5)
    Traceback (most recent call last):
        ...
    ValueError: `beta` must be in [0, 1]; got 1.5.
    """

    beta: float = 0.9
    interval: int = 1
    first_selection: int | None = None
    candidates: str = "all"
    informativeness: str = "gradient"
    input_norm: str = "sum"
    output_norm: str = "max"
    share: float = 0.5
    floor: int = 1
    floor_share: float = 0.0
    members: int = 3
    committee: str = "vote"
    query_size: int = 1
    budget: int | None = None
    retraining: str = "warm"
    epochs_per_query: int | None = None
    stop: str = "budget"
    regression_uncertainty: str = "laplace"

    def __post_init__(self) -> None:
        """Refuse values that the loops, rules and utilities would refuse later."""
        for name, allowed in _CHOICES.items():
            if getattr(self, name) not in tuple(allowed):
                raise ValueError(
                    f"`{name}` must be one of {', '.join(map(repr, allowed))}; got {getattr(self, name)!r}."
                )
        for name, (is_allowed, range_) in _RANGES.items():
            if not is_allowed(getattr(self, name)):
                raise ValueError(f"`{name}` must be {range_}; got {getattr(self, name)!r}.")
        if self.stop == "epochs" and self.epochs_per_query is None:
            raise ValueError('`stop` "epochs" needs `epochs_per_query`; got None.')

    def chosen(self, names: Sequence[str]) -> dict[str, Any]:
        """Some settings by name."""
        return {name: getattr(self, name) for name in names}

    @property
    def utility(self) -> Utility:
        """What SASLA scores by."""
        if self.informativeness == "directional":
            return DirectionalSensitivity(self.output_norm)
        return OutputSensitivity(self.input_norm, self.output_norm)


@dataclass(frozen=True)
class Method:
    """A way to learn that has a name.

    Attributes
    ----------
    name : str
    loop : "selective" or "pool", which of the two loops runs it
    summary : str, one line for a reader
    learn : the loop with everything bound
    settings : tuple of str, the fields of `Settings` that it depends on
    members : int, networks it trains per trial
    """

    name: str
    loop: str
    summary: str
    learn: Learn = field(repr=False)
    settings: tuple[str, ...] = ()
    members: int = 1


_SELECTING = ("interval", "first_selection", "candidates")
_ABOVE_MEAN = ("beta", "floor", "floor_share")
_QUERYING = ("query_size", "budget", "retraining", "epochs_per_query", "stop")


def _learn_by_uncertainty(
    network: AnyNetwork, task: Task, trials: Trials, sgd: SGD, *, of_regression: Utility, **how: Any
) -> Trajectory:
    """Query by Eq. 8, or by another utility where the task has no classes to be uncertain about."""
    utility = PredictiveEntropy() if task.has_classes else of_regression
    return learn_by_querying(network, task, trials, sgd, utility=utility, **how)


def _learn_as_committee(
    network: AnyNetwork, task: Task, trials: Trials, sgd: SGD, *, committee: Committee, **how: Any
) -> Trajectory:
    """Query by the members' disagreement, and be measured by what the committee says as one."""
    task = replace(task, committee=committee)
    return learn_by_querying(network, task, trials, sgd, utility=EnsembleVariance(), **how)


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
    >>> named_methods()["random_subset"].settings
    ('share', 'interval', 'first_selection', 'candidates')
    """
    chosen = settings or Settings()
    methods = (*_selective_methods(chosen), *_pool_methods(chosen))
    order = ("passive", "sasla", "entropy", "ensemble", "random_pool", "error", "random_subset")
    return {method.name: method for method in sorted(methods, key=lambda method: order.index(method.name))}


def _selective_methods(chosen: Settings) -> tuple[Method, ...]:
    selective = partial(learn_selectively, **chosen.chosen(_SELECTING))
    above_mean = AboveMean(**chosen.chosen(_ABOVE_MEAN))
    return (
        Method(
            "passive",
            "selective",
            "trains on every labelled example in every epoch",
            partial(learn_selectively, utility=Random(), rule=Everything()),
        ),
        Method(
            "sasla",
            "selective",
            "trains on the examples to which the outputs are most sensitive, chosen anew at every interval",
            partial(selective, utility=chosen.utility, rule=above_mean),
            (*_ABOVE_MEAN, *_SELECTING, "informativeness", "input_norm", "output_norm"),
        ),
        Method(
            "error",
            "selective",
            "trains on the examples with the largest errors, chosen anew at every interval",
            partial(selective, utility=AbsoluteError(), rule=above_mean),
            (*_ABOVE_MEAN, *_SELECTING),
        ),
        Method(
            "random_subset",
            "selective",
            "trains on a random share of the examples, drawn anew at every interval",
            partial(selective, utility=Random(), rule=Share(chosen.share)),
            ("share", *_SELECTING),
        ),
    )


def _pool_methods(chosen: Settings) -> tuple[Method, ...]:
    how = {"rule": Top(chosen.query_size)} | chosen.chosen(_QUERYING[1:])
    return (
        Method(
            "entropy",
            "pool",
            "asks for the label about which one network is least certain",
            partial(_learn_by_uncertainty, of_regression=REGRESSION_UNCERTAINTY[chosen.regression_uncertainty], **how),
            (*_QUERYING, "regression_uncertainty"),
        ),
        Method(
            "ensemble",
            "pool",
            "asks for the label about which several networks disagree most",
            partial(_learn_as_committee, committee=COMMITTEES[chosen.committee], n_members=chosen.members, **how),
            ("members", "committee", *_QUERYING),
            members=chosen.members,
        ),
        Method(
            "random_pool",
            "pool",
            "asks for labels at random",
            partial(learn_by_querying, utility=Random(), **how),
            _QUERYING,
        ),
    )
