"""The named methods: each is a loop, a utility and a rule."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

from eligo.learning import (
    BY_EL2N,
    BY_FORGETTING,
    BY_GRAND,
    CANDIDATES,
    MIXES,
    RETRAINING,
    STOPS,
    SubsetTermination,
    Trajectory,
    Trials,
    diversity_named,
    learn_by_querying,
    learn_from_pilot,
    learn_incrementally,
    learn_selectively,
)
from eligo.networks import AnyNetwork
from eligo.recipes import RECIPES, About, Recipe, plug_ins
from eligo.rules import AboveMean, AdaptiveMean, Everything, Rule, Share, SoftPrune, Top
from eligo.sensitivity import NORMS
from eligo.sgd import SGD
from eligo.stopping import CRITERIA, criterion_named
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
    SquaredError,
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

STOPPING = ("never", *CRITERIA)

_CHOICES: dict[str, Collection[str]] = {
    **dict.fromkeys(("stopping", "early_stopping"), STOPPING),
    "diversity": MIXES,
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
    **dict.fromkeys(("share", "feature_share"), (lambda share: 0 < share <= 1, "in (0, 1]")),
    **dict.fromkeys(("floor_share", "tail"), (lambda share: 0 <= share <= 1, "in [0, 1]")),
    "prune_probability": (lambda probability: 0 <= probability < 1, "in [0, 1)"),
    **dict.fromkeys(
        ("target_share", "target_work"), (lambda share: share is None or 0 < share <= 1, "in (0, 1], or None")
    ),
    **dict.fromkeys(
        ("stopping_threshold", "early_stopping_threshold"), (lambda of: of is None or of > 0, "above 0, or None")
    ),
    "budget": (lambda budget: budget is None or budget >= 0, "at least 0, or None"),
    **dict.fromkeys(
        ("interval", "floor", "members", "query_size", "pilots", "growth", "subset_epochs", "check_interval"),
        (lambda count: count >= 1, "at least 1"),
    ),
    **dict.fromkeys(
        ("first_selection", "epochs_per_query", "pilot_epochs"),
        (lambda epochs: epochs is None or epochs >= 1, "at least 1, or None"),
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
    share : float, default=0.5, in (0, 1], of the random subset, and of what a pilot found hardest
    floor : int, default=1, least number of examples that SASLA and its kin keep
    floor_share : float, default=0.0, in [0, 1], least share of the candidates that they keep; the larger floor holds
    target_share : float, default=None, in (0, 1]; beta adapts so that SASLA and its kin present this share of what passive
        learning presents
    target_work : float, default=None, in (0, 1], likewise of passive learning's work, selections included
    tail : float, default=0.125, in [0, 1], share of the epochs, the last ones, in which `loss` trains on everything
    prune_probability : float, default=0.5, in [0, 1), with which `loss` leaves out an example below the mean loss
    pilots : int, default=10, networks that a pilot averages over
    pilot_epochs : int, default=None, epochs that each of them learns; None is a tenth of all
    growth : int, default=1, examples that SAILA takes in at a time
    subset_epochs : int, default=100, most epochs that SAILA spends on a subset
    early_stopping : "never" or the name of a criterion (`eligo.stopping.CRITERIA`), default="never"; ends a trial of
        SASLA and its kin
    early_stopping_threshold : float, default=None, above 0; None is the criterion's own
    check_interval : int, default=10, epochs between looks at that criterion
    members : int, default=3, networks of the ensemble
    diversity : str, default="weights", what they differ in: "weights", "bootstrap", "features", or a mix as in
        "weights+bootstrap"; see `eligo.learning.Diversity`
    feature_share : float, default=0.5, in (0, 1], share of the features that a member sees where they differ in these
    committee : "vote", "mean_of_outputs" or "first_member", default="vote"; what the ensemble says as one
    query_size : int, default=1, labels asked for at a time
    budget : int, default=None, labels to ask for in all; None is the whole pool
    retraining : "warm", "warm_at_rest" or "cold", default="warm"; see `learn_by_querying`
    epochs_per_query : int, default=None; see `learn_by_querying`
    stop : "budget" or "epochs", default="budget"; see `learn_by_querying`
    stopping : "never" or the name of a criterion, default="never"; ends a trial of a pool method before its budget is spent
    stopping_threshold : float, default=None, above 0; None is the criterion's own
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
    target_share: float | None = None
    target_work: float | None = None
    tail: float = 0.125
    prune_probability: float = 0.5
    pilots: int = 10
    pilot_epochs: int | None = None
    growth: int = 1
    subset_epochs: int = 100
    early_stopping: str = "never"
    early_stopping_threshold: float | None = None
    check_interval: int = 10
    members: int = 3
    diversity: str = "weights"
    feature_share: float = 0.5
    committee: str = "vote"
    query_size: int = 1
    budget: int | None = None
    retraining: str = "warm"
    epochs_per_query: int | None = None
    stop: str = "budget"
    stopping: str = "never"
    stopping_threshold: float | None = None
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
        if self.target_share is not None and self.target_work is not None:
            raise ValueError(
                f"one of `target_share` and `target_work` must be None; got {self.target_share!r} and {self.target_work!r}."
            )
        criterion_named(self.stopping, self.stopping_threshold)
        criterion_named(self.early_stopping, self.early_stopping_threshold)

    def chosen(self, names: Sequence[str]) -> dict[str, Any]:
        """Some settings by name."""
        return {name: getattr(self, name) for name in names}

    @property
    def utility(self) -> Utility:
        """What SASLA scores by."""
        if self.informativeness == "directional":
            return DirectionalSensitivity(self.output_norm)
        return OutputSensitivity(self.input_norm, self.output_norm)

    @property
    def threshold_rule(self) -> Rule:
        """What SASLA and its kin keep."""
        if self.target_share is not None:
            return AdaptiveMean(self.target_share)
        if self.target_work is not None:
            return AdaptiveMean(self.target_work, of="work")
        return AboveMean(self.beta, self.floor, self.floor_share)


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
_ABOVE_MEAN = ("beta", "floor", "floor_share", "target_share", "target_work")
_EARLY = ("early_stopping", "early_stopping_threshold", "check_interval")
_QUERYING = ("query_size", "budget", "retraining", "epochs_per_query", "stop", "stopping", "stopping_threshold")
_COMMITTEE = ("members", "diversity", "feature_share", "committee")
_PILOT = ("share", "pilots", "pilot_epochs")


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
    >>> named_methods()["random_subset"].settings[:2]
    ('share', 'interval')
    >>> named_methods()["igs"].about.formula
    'argmax_u min_l |x_u - x_l| |f(x_u) - y_l|'
    """
    chosen = settings or Settings()
    first = (*_selective_methods(chosen), *_pool_methods(chosen))
    in_order = sorted(first, key=lambda method: ORDER.index(method.name))
    peers = _further_selective_methods(chosen)
    taken = frozenset(ORDER) | {recipe.name for recipe in RECIPES} | {method.name for method in peers}
    queries = (_query_method(recipe, chosen) for recipe in (*RECIPES, *plug_ins(taken)))
    return {method.name: method for method in (*in_order, *queries, *peers)}


ORDER = ("passive", "sasla", "entropy", "ensemble", "random_pool", "error", "random_subset")
"""The paper's methods and the controls, as they are listed; ways to query and peers of SASLA follow."""


def _query_method(recipe: Recipe, chosen: Settings) -> Method:
    how: dict[str, Any] = {"utility": recipe.utility, "rule": recipe.rule(chosen.query_size), **_querying(chosen)}
    described: dict[str, Any] = {"tasks": recipe.tasks, "about": recipe.about}
    if not recipe.is_committee:
        learn: Learn = partial(learn_by_querying, **how)
        return Method(recipe.name, "pool", recipe.summary, learn, _QUERYING, **described)
    learn = partial(_learn_as_committee, **how, **_committee(chosen))
    return Method(recipe.name, "pool", recipe.summary, learn, (*_COMMITTEE, *_QUERYING), chosen.members, **described)


def _selective_methods(chosen: Settings) -> tuple[Method, ...]:
    selective = _selecting(chosen)
    above_mean = chosen.threshold_rule
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
            (*_ABOVE_MEAN, *_SELECTING, *_EARLY, "informativeness", "input_norm", "output_norm"),
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
            (*_ABOVE_MEAN, *_SELECTING, *_EARLY),
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
            ("share", *_SELECTING, *_EARLY),
            about=About("by lot", "nothing", "as a control for selective learning"),
        ),
    )


def _selecting(chosen: Settings) -> Callable[..., Trajectory]:
    """The selective loop with what all its methods share."""
    stopping = criterion_named(chosen.early_stopping, chosen.early_stopping_threshold)
    how = chosen.chosen((*_SELECTING, "check_interval"))
    return partial(learn_selectively, **how, stopping=stopping)


def _further_selective_methods(chosen: Settings) -> tuple[Method, ...]:
    """Peers of SASLA: what later authors select a training subset by, and Engelbrecht's own incremental learning."""
    pilot: dict[str, Any] = {
        "rule": Share(chosen.share),
        "n_pilots": chosen.pilots,
        "pilot_epochs": chosen.pilot_epochs,
    }
    termination = SubsetTermination(most_epochs=chosen.subset_epochs)
    growing = partial(learn_incrementally, growth=chosen.growth, termination=termination)
    pruning = partial(_selecting(chosen), rule=SoftPrune(chosen.prune_probability), tail=chosen.tail)
    return (
        Method(
            "loss",
            "selective",
            "leaves out half of the examples below the mean loss, lets the others of them count twice, ends on everything",
            partial(pruning, utility=SquaredError()),
            ("prune_probability", "tail", *_SELECTING, *_EARLY),
            about=About(
                "keeps l_i < mean l with probability 1 - r, and lets it count 1 / (1 - r)",
                "one forward pass per example and selection",
                "many easy examples; what was left out comes back at the end",
                "Qin et al. (2024), InfoBatch, ICLR",
            ),
        ),
        Method(
            "el2n",
            "selective",
            "trains on the examples with the largest errors early in the training of some pilot networks",
            partial(learn_from_pilot, score=BY_EL2N, **pilot),
            _PILOT,
            about=About(
                "mean over pilots of ||p(x) - y||_2",
                "the training of the pilots, and one forward pass of each per example",
                "many redundant examples, labels without noise",
                "Paul, Ganguli & Dziugaite (2021), NeurIPS",
            ),
        ),
        Method(
            "grand",
            "selective",
            "trains on the examples with the largest gradients early in the training of some pilot networks",
            partial(learn_from_pilot, score=BY_GRAND, **pilot),
            _PILOT,
            about=About(
                "mean over pilots of ||d l / d w||_2",
                "the training of the pilots, and one gradient of each per example",
                "many redundant examples, labels without noise",
                "Paul, Ganguli & Dziugaite (2021), NeurIPS",
            ),
        ),
        Method(
            "forgetting",
            "selective",
            "trains on the examples that some pilot networks most often got right and then wrong",
            partial(learn_from_pilot, score=BY_FORGETTING, **pilot),
            _PILOT,
            about=About(
                "how often right at one epoch and wrong at the next",
                "the training of the pilots, and one forward pass of each per example and epoch",
                "classes, many examples that are never forgotten",
                "Toneva et al. (2019), ICLR",
            ),
        ),
        Method(
            "saila",
            "selective",
            "trains on a subset that takes in the most sensitive example whenever it is learnt",
            partial(growing, utility=chosen.utility),
            ("growth", "subset_epochs", "informativeness", "input_norm", "output_norm"),
            about=About(
                "argmax Phi over D_C, Phi = max_k sum_i |d o_k / d x_i|, at the end of each subset",
                "one forward pass per example and epoch; J(I + K + KI) multiply-adds per candidate and subset",
                "function approximation with few informative examples",
                "Engelbrecht & Cloete (1999), IJCNN",
            ),
        ),
    )


def _querying(chosen: Settings) -> dict[str, Any]:
    """What all queries share beside their rule."""
    stopping = criterion_named(chosen.stopping, chosen.stopping_threshold)
    return chosen.chosen(("budget", "retraining", "epochs_per_query", "stop")) | {"stopping": stopping}


def _committee(chosen: Settings) -> dict[str, Any]:
    """Who learns where members disagree."""
    diversity = diversity_named(chosen.diversity, chosen.feature_share)
    return {"committee": COMMITTEES[chosen.committee], "n_members": chosen.members, "diversity": diversity}


def _pool_methods(chosen: Settings) -> tuple[Method, ...]:
    how: dict[str, Any] = {"rule": Top(chosen.query_size), **_querying(chosen)}
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
            partial(_learn_as_committee, utility=EnsembleVariance(), **_committee(chosen), **how),
            (*_COMMITTEE, *_QUERYING),
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
