"""The settings that the named methods share: one frozen record, checked when it is made."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from eligo.learning import CANDIDATES, MIXES, RETRAINING, STOPS
from eligo.mistakes import is_whole, refuse_unless, refuse_unless_among
from eligo.rules import AboveMean, AdaptiveMean, Rule
from eligo.sensitivity import NORMS
from eligo.stopping import CRITERIA, criterion_named
from eligo.tasks import COMMITTEES
from eligo.utilities import (
    DirectionalSensitivity,
    ExtremePrediction,
    OutputSensitivity,
    PredictiveEntropy,
    Utility,
)

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
    "budget": (
        lambda budget: budget is None or (is_whole(budget) and budget >= 0),
        "a whole number of at least 0, or None",
    ),
    **dict.fromkeys(
        ("interval", "floor", "members", "query_size", "pilots", "growth", "subset_epochs", "check_interval"),
        (lambda count: is_whole(count) and count >= 1, "a whole number of at least 1"),
    ),
    **dict.fromkeys(
        ("first_selection", "epochs_per_query", "pilot_epochs"),
        (
            lambda epochs: epochs is None or (is_whole(epochs) and epochs >= 1),
            "a whole number of at least 1, or None",
        ),
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
    budget : int, default=None, labels to ask for in all, besides those of the first labelled set; None is the whole pool
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
            refuse_unless_among(name, getattr(self, name), allowed)
        for name, (is_allowed, range_) in _RANGES.items():
            refuse_unless(name, getattr(self, name), is_allowed, range_)
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
