"""The named methods: each is a loop, a utility and a rule."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

from eligo.learning import CANDIDATES, RETRAINING, STOPS, Trajectory, Trials, learn_by_querying, learn_selectively
from eligo.networks import Network
from eligo.recipes import RECIPES, About, Recipe, plug_ins
from eligo.rules import AboveMean, Everything, Share, Top
from eligo.sensitivity import NORMS
from eligo.sgd import SGD
from eligo.tasks import COMMITTEES, Committee, Task
from eligo.utilities import (
    TASKS,
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
        network: Network,
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
    tasks : tuple of str, the kinds of task that it is for
    about : About, its formula, cost, merits and reference
    """

    name: str
    loop: str
    summary: str
    learn: Learn = field(repr=False)
    settings: tuple[str, ...] = ()
    members: int = 1
    tasks: tuple[str, ...] = TASKS
    about: About = About()


_SELECTING = ("interval", "first_selection", "candidates")
_ABOVE_MEAN = ("beta", "floor", "floor_share")
_QUERYING = ("query_size", "budget", "retraining", "epochs_per_query", "stop")


def _learn_by_uncertainty(
    network: Network, task: Task, trials: Trials, sgd: SGD, *, of_regression: Utility, **how: Any
) -> Trajectory:
    """Query by Eq. 8, or by another utility where the task has no classes to be uncertain about."""
    utility = PredictiveEntropy() if task.has_classes else of_regression
    return learn_by_querying(network, task, trials, sgd, utility=utility, **how)


def _learn_as_committee(
    network: Network, task: Task, trials: Trials, sgd: SGD, *, committee: Committee, **how: Any
) -> Trajectory:
    """Query by the members' disagreement, and be measured by what the committee says as one."""
    return learn_by_querying(network, replace(task, committee=committee), trials, sgd, **how)


def named_methods(settings: Settings | None = None) -> Mapping[str, Method]:
    """All named methods under these settings, by name: the paper's, their controls, and every way to query.

    Utilities that other packages name under the entry points "eligo.utilities" are methods too.

    Parameters
    ----------
    settings : Settings, default=None; None is the paper's

    Returns
    -------
    mapping of str to Method

    Examples
    --------
    >>> list(named_methods())[:7]
    ['passive', 'sasla', 'entropy', 'ensemble', 'random_pool', 'error', 'random_subset']
    >>> named_methods()["random_subset"].settings
    ('share', 'interval', 'first_selection', 'candidates')
    >>> named_methods()["igs"].about.formula
    'argmax_u min_l |x_u - x_l| |f(x_u) - y_l|'
    """
    chosen = settings or Settings()
    first = (*_selective_methods(chosen), *_pool_methods(chosen))
    in_order = sorted(first, key=lambda method: ORDER.index(method.name))
    taken = frozenset(ORDER) | {recipe.name for recipe in RECIPES}
    queries = (_query_method(recipe, chosen) for recipe in (*RECIPES, *plug_ins(taken)))
    return {method.name: method for method in (*in_order, *queries)}


ORDER = ("passive", "sasla", "entropy", "ensemble", "random_pool", "error", "random_subset")
"""The paper's methods and the controls, as they are listed; ways to query follow."""


def _query_method(recipe: Recipe, chosen: Settings) -> Method:
    how: dict[str, Any] = {"utility": recipe.utility, "rule": recipe.rule(chosen.query_size)}
    how |= chosen.chosen(_QUERYING[1:])
    described: dict[str, Any] = {"tasks": recipe.tasks, "about": recipe.about}
    if not recipe.is_committee:
        learn: Learn = partial(learn_by_querying, **how)
        return Method(recipe.name, "pool", recipe.summary, learn, _QUERYING, **described)
    how |= {"committee": COMMITTEES[chosen.committee], "n_members": chosen.members}
    settings = ("members", "committee", *_QUERYING)
    learn = partial(_learn_as_committee, **how)
    return Method(recipe.name, "pool", recipe.summary, learn, settings, chosen.members, **described)


def _selective_methods(chosen: Settings) -> tuple[Method, ...]:
    selective = partial(learn_selectively, **chosen.chosen(_SELECTING))
    above_mean = AboveMean(**chosen.chosen(_ABOVE_MEAN))
    return (
        Method(
            "passive",
            "selective",
            "trains on every labelled example in every epoch",
            partial(learn_selectively, utility=Random(), rule=Everything()),
            about=About("all", "nothing", "labels and presentations are cheap; the reference", "Eq. 10"),
        ),
        Method(
            "sasla",
            "selective",
            "trains on the examples to which the outputs are most sensitive, chosen anew at every interval",
            partial(selective, utility=chosen.utility, rule=above_mean),
            (*_ABOVE_MEAN, *_SELECTING, "informativeness", "input_norm", "output_norm"),
            about=About(
                "Phi >= (1 - beta) mean Phi, Phi = max_k sum_i |d o_k / d x_i|",
                "J(I + K + KI) multiply-adds per example and selection",
                "many examples far from decision boundaries",
                "Engelbrecht (2001); Eqs. 1-6",
            ),
        ),
        Method(
            "error",
            "selective",
            "trains on the examples with the largest errors, chosen anew at every interval",
            partial(selective, utility=AbsoluteError(), rule=above_mean),
            (*_ABOVE_MEAN, *_SELECTING),
            about=About(
                "max_k |t_k - o_k| >= (1 - beta) mean",
                "one forward pass per example",
                "labels without noise",
                "Engelbrecht (2001)",
            ),
        ),
        Method(
            "random_subset",
            "selective",
            "trains on a random share of the examples, drawn anew at every interval",
            partial(selective, utility=Random(), rule=Share(chosen.share)),
            ("share", *_SELECTING),
            about=About("by lot", "nothing", "as a control for selective learning"),
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
            about=About(
                "-sum_c p_c log p_c / log C; of functions 1/2 log 2 pi e (noise + variance)",
                "one forward pass per example; of functions a linear system",
                "one network, both tasks",
                "Settles (2009); Eq. 8",
            ),
        ),
        Method(
            "ensemble",
            "pool",
            "asks for the label about which several networks disagree most",
            partial(
                _learn_as_committee,
                utility=EnsembleVariance(),
                committee=COMMITTEES[chosen.committee],
                n_members=chosen.members,
                **how,
            ),
            ("members", "committee", *_QUERYING),
            members=chosen.members,
            about=About(
                "sum_c Var_m p_mc, or Var_m o_mk",
                "one forward pass per example and member; all members are trained",
                "both tasks, where networks differ by their weights",
                "Seung, Opper & Sompolinsky (1992); Eq. 9",
            ),
        ),
        Method(
            "random_pool",
            "pool",
            "asks for labels at random",
            partial(learn_by_querying, utility=Random(), **how),
            _QUERYING,
            about=About("by lot", "nothing", "as the control for every way to query"),
        ),
    )
