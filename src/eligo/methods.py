"""The named methods: each is a loop, a utility and a rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

from eligo.learning import (
    BY_EL2N,
    BY_FORGETTING,
    BY_GRAND,
    SubsetTermination,
    Trajectory,
    Trials,
    diversity_named,
    learn_by_querying,
    learn_from_pilot,
    learn_incrementally,
    learn_selectively,
)
from eligo.mistakes import ByName, refuse_unless
from eligo.networks import AnyNetwork
from eligo.recipes import RECIPES, About, Recipe, plug_ins
from eligo.rules import Everything, Share, SoftPrune, Top
from eligo.settings import REGRESSION_UNCERTAINTY, Settings
from eligo.sgd import SGD
from eligo.stopping import criterion_named
from eligo.tasks import COMMITTEES, Committee, Task
from eligo.utilities import (
    TASKS,
    AbsoluteError,
    EnsembleVariance,
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
    mapping of str to Method; a name that no method has is a KeyError that says which was meant

    Raises
    ------
    ValueError
        If the settings are none.

    Examples
    --------
    >>> list(named_methods())[:7]
    ['passive', 'sasla', 'entropy', 'ensemble', 'random_pool', 'error', 'random_subset']
    >>> named_methods()["random_subset"].settings[:2]
    ('share', 'interval')
    >>> named_methods()["igs"].about.formula
    'argmax_u min_l |x_u - x_l| |f(x_u) - y_l|'
    """
    chosen = Settings() if settings is None else settings
    remedy = "Write e.g. eligo.Settings(beta=0.5)."
    refuse_unless("settings", chosen, lambda one: isinstance(one, Settings), "an eligo.Settings", remedy)
    first = (*_selective_methods(chosen), *_pool_methods(chosen))
    in_order = sorted(first, key=lambda method: ORDER.index(method.name))
    peers = (_pruned(chosen), *_pilot_methods(chosen), _incremental(chosen))
    taken = frozenset(ORDER) | {recipe.name for recipe in RECIPES} | {method.name for method in peers}
    queries, others = ([_query_method(recipe, chosen) for recipe in part] for part in (RECIPES, plug_ins(taken)))
    return ByName("method", {method.name: method for method in (*in_order, *queries, *peers, *others)})


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
    """The paper's, and the controls."""
    return _passive(), *_above_mean(chosen), _random_subset(chosen)


def _passive() -> Method:
    return Method(
        "passive",
        "selective",
        "trains on every labelled example in every epoch",
        partial(learn_selectively, utility=Random(), rule=Everything()),
        about=About("all", "nothing", "labels and presentations are cheap; the reference", "Eq. 10"),
    )


def _above_mean(chosen: Settings) -> tuple[Method, ...]:
    """SASLA, and its rule by another score."""
    selecting = partial(_selecting(chosen), rule=chosen.threshold_rule)
    return (
        Method(
            "sasla",
            "selective",
            "trains on the examples to which the outputs are most sensitive, chosen anew at every interval",
            partial(selecting, utility=chosen.utility),
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
            partial(selecting, utility=AbsoluteError()),
            (*_ABOVE_MEAN, *_SELECTING, *_EARLY),
            about=About(
                "max_k |t_k - o_k| >= (1 - beta) mean",
                "one forward pass per example",
                "labels without noise",
                "Engelbrecht (2001)",
            ),
        ),
    )


def _random_subset(chosen: Settings) -> Method:
    return Method(
        "random_subset",
        "selective",
        "trains on a random share of the examples, drawn anew at every interval",
        partial(_selecting(chosen), utility=Random(), rule=Share(chosen.share)),
        ("share", *_SELECTING, *_EARLY),
        about=About("by lot", "nothing", "as a control for selective learning"),
    )


def _selecting(chosen: Settings) -> Callable[..., Trajectory]:
    """The selective loop with what all its methods share."""
    stopping = criterion_named(chosen.early_stopping, chosen.early_stopping_threshold)
    how = chosen.chosen((*_SELECTING, "check_interval"))
    return partial(learn_selectively, **how, stopping=stopping)


def _pruned(chosen: Settings) -> Method:
    """InfoBatch: easy examples are left out by lot, and the others of them count more."""
    pruning = partial(_selecting(chosen), rule=SoftPrune(chosen.prune_probability), tail=chosen.tail)
    return Method(
        "loss",
        "selective",
        "leaves out a share of the examples below the mean loss, lets the others of them count more, ends on everything",
        partial(pruning, utility=SquaredError()),
        ("prune_probability", "tail", *_SELECTING, *_EARLY),
        about=About(
            "keeps l_i < mean l with probability 1 - r, and lets it count 1 / (1 - r)",
            "one forward pass per example and selection",
            "many easy examples; what was left out comes back at the end",
            "Qin et al. (2024), InfoBatch, ICLR",
        ),
    )


_PILOT_SCORES = (
    (
        "el2n",
        "with the largest errors early in the training of some pilot networks",
        BY_EL2N,
        About(
            "mean over pilots of ||t - o||_2",
            "the training of the pilots, and one forward pass of each per example",
            "many redundant examples, labels without noise",
            "Paul, Ganguli & Dziugaite (2021), NeurIPS",
        ),
    ),
    (
        "grand",
        "with the largest gradients early in the training of some pilot networks",
        BY_GRAND,
        About(
            "mean over pilots of ||d l / d w||_2",
            "the training of the pilots, and one gradient of each per example",
            "many redundant examples, labels without noise",
            "Paul, Ganguli & Dziugaite (2021), NeurIPS",
        ),
    ),
    (
        "forgetting",
        "that some pilot networks most often got right and then wrong",
        BY_FORGETTING,
        About(
            "how often right at one epoch and wrong at the next",
            "the training of the pilots, and one forward pass of each per example and epoch",
            "classes, many examples that are never forgotten",
            "Toneva et al. (2019), ICLR",
        ),
    ),
)
"""Name, which examples, score, and what is known of it."""


def _pilot_methods(chosen: Settings) -> tuple[Method, ...]:
    """What some pilot networks find hardest."""
    how: dict[str, Any] = {"rule": Share(chosen.share), "n_pilots": chosen.pilots, "pilot_epochs": chosen.pilot_epochs}
    return tuple(
        Method(
            name,
            "selective",
            f"trains on the examples {which}",
            partial(learn_from_pilot, score=score, **how),
            _PILOT,
            about=about,
        )
        for name, which, score, about in _PILOT_SCORES
    )


def _incremental(chosen: Settings) -> Method:
    """Engelbrecht's own incremental learning."""
    termination = SubsetTermination(most_epochs=chosen.subset_epochs)
    growing = partial(learn_incrementally, growth=chosen.growth, termination=termination)
    return Method(
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
    """The paper's ways to query, and their control."""
    how: dict[str, Any] = {"rule": Top(chosen.query_size), **_querying(chosen)}
    return _entropy(chosen, how), _ensemble(chosen, how), _random_pool(how)


def _entropy(chosen: Settings, how: Mapping[str, Any]) -> Method:
    return Method(
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
    )


def _ensemble(chosen: Settings, how: Mapping[str, Any]) -> Method:
    return Method(
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
    )


def _random_pool(how: Mapping[str, Any]) -> Method:
    return Method(
        "random_pool",
        "pool",
        "asks for labels at random",
        partial(learn_by_querying, utility=Random(), **how),
        _QUERYING,
        about=About("by lot", "nothing", "as the control for every way to query"),
    )
