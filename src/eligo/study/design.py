"""The design of a study: what is compared on what, and how; a value that is checked when it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any, Literal

from eligo.activations import ACTIVATIONS
from eligo.datasets import Preparation, Table
from eligo.methods import named_methods
from eligo.networks import Network
from eligo.settings import Settings
from eligo.sgd import SGD
from eligo.study.trials import FirstLabelled, TrialDesign
from eligo.tasks import (
    CLASSIFICATION,
    LINEAR_OUTPUT_REGRESSION,
    RAW_OUTPUT_REGRESSION,
    REGRESSION,
    Task,
    normalised_outputs,
    softmax_of_net_inputs,
    softmax_of_outputs,
)

OUTPUTS = {"sigmoid": REGRESSION, "linear": LINEAR_OUTPUT_REGRESSION, "raw": RAW_OUTPUT_REGRESSION}
PROBABILITIES = {form.__name__: form for form in (softmax_of_outputs, softmax_of_net_inputs, normalised_outputs)}
QUICK_TRIALS = 5


@dataclass(frozen=True)
class Layers:
    """The hidden layers of a study's networks: as wide as each of these shares of the units that the grid names.

    Examples
    --------
    >>> Layers(shares=(1, 0.5)).network(128).hidden
    (128, 64)
    """

    shares: tuple[float, ...] = (1,)
    activation: str = "sigmoid"

    def network(self, hidden: int) -> Network:
        """The network of one cell, with at least one unit in each layer."""
        return Network(tuple(max(1, round(share * hidden)) for share in self.shares), ACTIVATIONS[self.activation])


@dataclass(frozen=True)
class HyperParameters:
    """One cell of the grid: what all methods of a problem share."""

    hidden: int
    learning_rate: float
    weight_decay: float
    momentum: float


@dataclass(frozen=True)
class Recorded:
    """Hyper-parameters from an earlier search, and where they came from."""

    values: HyperParameters
    source: str


@dataclass(frozen=True)
class Tuning:
    """The grid, and how its cells are compared: passive learning, k-fold cross-validation.

    With ``successive_halving`` a sixteenth of the epochs decides which quarter of the cells goes on, twice. Where
    ``examples`` is a number, a random subset of so many training rows takes their place.
    """

    hidden: tuple[int, ...]
    learning_rate: tuple[float, ...]
    weight_decay: tuple[float, ...]
    momentum: tuple[float, ...]
    folds: int
    epochs: int
    successive_halving: bool
    examples: int | None

    def cells(self) -> tuple[HyperParameters, ...]:
        """All cells, fewer hidden units first."""
        return tuple(
            HyperParameters(hidden, learning_rate, weight_decay, momentum)
            for hidden in sorted(self.hidden)
            for learning_rate in self.learning_rate
            for weight_decay in self.weight_decay
            for momentum in self.momentum
        )

    def rungs(self) -> tuple[int, ...]:
        """Epochs of each round of the search."""
        if not self.successive_halving:
            return (self.epochs,)
        return tuple(sorted({max(1, self.epochs // 16), max(1, self.epochs // 4), self.epochs}))


@dataclass(frozen=True)
class Plan:
    """How one problem is learnt.

    Attributes
    ----------
    problem : str
    table : Table of a user's own data, or None for a data set that has a name
    examples : int or None, a random subset of so many rows takes the place of the data set
    epochs : int, passes over the training subset
    batch_size : int or "full"
    gradient_clip : float or None, largest norm of a gradient
    mean_over_outputs : bool, whether errors are averaged over outputs instead of summed
    output : "sigmoid", "linear" or "raw", output units and scaling of targets of function approximation
    cross_validation : int or None, folds inside each trial's training part
    target_error : float or None, what epochs to a target are counted to
    settings : Settings of the methods; of a factor, its first value
    first_labelled : FirstLabelled
    committee_weights : "own" or "shared", whether the members of an ensemble start alike in all trials
    tuning : Tuning
    recorded : Recorded or None
    """

    problem: str
    table: Table | None
    examples: int | None
    epochs: int
    batch_size: int | Literal["full"]
    gradient_clip: float | None
    mean_over_outputs: bool
    output: str
    cross_validation: int | None
    target_error: float | None
    settings: Settings
    first_labelled: FirstLabelled
    committee_weights: str
    tuning: Tuning
    recorded: Recorded | None


@dataclass(frozen=True)
class Row:
    """A method as one row of a study: with the values of the study's factors that it depends on.

    Attributes
    ----------
    label : str, what results call it: the method's name, and in brackets the values of its factors
    method : str
    values : tuple of (setting, value)
    """

    label: str
    method: str
    values: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Comparison:
    """What makes a study the answer to a person's question whether choosing pays on a table of their own.

    Attributes
    ----------
    notes : tuple of str, what was done to the table and guessed of it, one sentence each
    """

    notes: tuple[str, ...]


@dataclass(frozen=True)
class Study:
    """A whole comparison: problems x methods x trials, and how each is run.

    Attributes
    ----------
    name, title : str
    seed : int
    trials : int
    plans : tuple of Plan, the problems in order
    methods : tuple of str, in order
    factors : tuple of (setting, values), settings that are varied
    is_quick : bool, whether recorded hyper-parameters replace the grid for a first look
    hyper_parameters : "grid" or "recorded"
    test_fraction : float, share of a problem's rows that a trial tests on
    train_fraction : float or None, share of the rows that it trains on; None is all others
    decay_biases : bool
    probabilities : name of the form of Eq. 8's probabilities
    preparation : Preparation, how raw columns become inputs
    records : int, how often a run is measured besides its start
    trials_per_unit : int, trials that run as one program; part of the design, as results must not depend on cores
    comparison : Comparison or None, default=None, whether it is one of `eligo compare`
    layers : Layers, what networks are like
    """

    name: str
    title: str
    seed: int
    trials: int
    plans: tuple[Plan, ...]
    methods: tuple[str, ...]
    factors: tuple[tuple[str, tuple[Any, ...]], ...]
    is_quick: bool
    hyper_parameters: str
    test_fraction: float
    train_fraction: float | None
    decay_biases: bool
    probabilities: str
    preparation: Preparation
    records: int
    trials_per_unit: int
    comparison: Comparison | None = None
    layers: Layers = Layers()

    @property
    def is_tuned(self) -> bool:
        """Whether a grid is searched."""
        return not self.is_quick and self.hyper_parameters == "grid"

    def plan(self, problem: str) -> Plan:
        """The plan of the problem of that name."""
        return next(plan for plan in self.plans if plan.problem == problem)

    def task_of(self, problem: str, task: Task) -> Task:
        """The variant of a data set's task that this study uses."""
        if task.has_classes:
            return replace(CLASSIFICATION, distribution=PROBABILITIES[self.probabilities])
        return OUTPUTS[self.plan(problem).output]

    def sgd(self, problem: str, rates: Mapping[str, Any], epochs: int) -> SGD:
        """How the networks of a problem learn."""
        plan = self.plan(problem)
        return SGD(
            **rates,
            batch_size=plan.batch_size,
            epochs=epochs,
            decay_biases=self.decay_biases,
            mean_over_outputs=plan.mean_over_outputs,
            gradient_clip=plan.gradient_clip,
        )

    def rows(self) -> tuple[Row, ...]:
        """Every method, with each combination of the factors that it depends on."""
        rows = []
        for method, described in zip(self.methods, map(named_methods().__getitem__, self.methods), strict=True):
            own = [[(name, value) for value in values] for name, values in self.factors if name in described.settings]
            for values in product(*own):
                inside = ",".join(f"{name}={value}" for name, value in values)
                rows.append(Row(f"{method}[{inside}]" if inside else method, method, values))
        return tuple(rows)

    def row(self, label: str) -> Row:
        """The row of that label."""
        return next(row for row in self.rows() if row.label == label)

    def settings_of(self, problem: str, label: str) -> Settings:
        """Settings of one row on one problem."""
        return replace(self.plan(problem).settings, **dict(self.row(label).values))

    def trial_design(self, problem: str) -> TrialDesign:
        """How the trials of a problem are drawn; they initialise networks enough for every row."""
        return TrialDesign(
            self.seed,
            self.test_fraction,
            self.train_fraction,
            self.preparation,
            self.plan(problem).first_labelled,
            max(self.settings_of(problem, row.label).members for row in self.rows()),
        )

    def to_settings(self) -> dict[str, Any]:
        """The whole design as nested plain values, in a fixed order.

        Of a user's table the name of its file and the digest of its content count, not the folder where it lies.
        """
        settings = asdict(self) | {"rows": [row.label for row in self.rows()]}
        for table in (plan["table"] for plan in settings["plans"]):
            if table is not None:
                table["csv"] = Path(table["csv"]).name
        if self.preparation.scaling == "range":  # as studies have it that were stored before there was another
            del settings["preparation"]["scaling"]
        return settings


def completed(noted: Mapping[str, Any]) -> dict[str, Any]:
    """A design as it was noted, with the settings that methods have had since: their defaults are what it ran with."""
    plans = [plan | {"settings": asdict(Settings()) | plan["settings"]} for plan in noted["plans"]]
    return {**noted, "plans": plans}


def changed_settings(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What differs between two designs, one line each.

    Examples
    --------
    >>> changed_settings({"seed": 1, "tuning": {"folds": 5}}, {"seed": 2, "tuning": {"folds": 5}})
    ['seed was 1, now 2']
    """
    changes: list[str] = []
    for key in [*old, *(key for key in new if key not in old)]:
        if key == "rows" and any(change.startswith("methods ") for change in changes):
            continue  # which follow from the methods
        before, after = _by_name(old.get(key)), _by_name(new.get(key))
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            changes += [f"{key}.{change}" for change in changed_settings(before, after)]
        elif isinstance(before or after, Mapping) and None in (before, after):
            changes.append(f"{key} is {'new' if before is None else 'gone'}")
        elif before != after:
            changes.append(f"{key} was {_shown(before)}, now {_shown(after)}")
    return changes


def _shown(value: Any) -> str:
    """A value as a sentence has it, names without brackets."""
    is_names = isinstance(value, list) and value and all(isinstance(name, str) for name in value)
    return " ".join(value) if is_names else repr(value)


def _by_name(value: Any) -> Any:
    """Plans as a table by problem, so that a change is said of the problem it concerns."""
    if isinstance(value, list) and value and all(isinstance(plan, Mapping) for plan in value):
        return {plan["problem"]: plan for plan in value}
    return value
