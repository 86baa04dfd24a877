"""The design of a study: a TOML file, read once, checked whole, and a value from then on."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from eligo.datasets import DATASETS, DataError, Table
from eligo.datasets.tables import TASKS, digest
from eligo.methods import Settings, named_methods
from eligo.study.reading import Reader, StudyError
from eligo.tasks import (
    CLASSIFICATION,
    LINEAR_OUTPUT_REGRESSION,
    REGRESSION,
    Task,
    normalised_outputs,
    softmax_of_net_inputs,
    softmax_of_outputs,
)

OUTPUTS = {"sigmoid": REGRESSION, "linear": LINEAR_OUTPUT_REGRESSION}
PROBABILITIES = {form.__name__: form for form in (softmax_of_outputs, softmax_of_net_inputs, normalised_outputs)}
QUICK_TRIALS = 5


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
class Plan:
    """How one problem is learnt; ``table`` is None for a data set that has a name."""

    problem: str
    epochs: int
    recorded: Recorded | None
    table: Table | None


@dataclass(frozen=True)
class Tuning:
    """The grid, and how its cells are compared: passive learning, k-fold cross-validation.

    With ``successive_halving`` a quarter of the epochs decides which quarter of the cells goes on, twice.
    """

    hidden: tuple[int, ...]
    learning_rate: tuple[float, ...]
    weight_decay: tuple[float, ...]
    momentum: tuple[float, ...]
    folds: int
    epochs: int
    successive_halving: bool

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
class Study:
    """A whole comparison: problems x methods x trials, and how each is run.

    Attributes
    ----------
    name, title : str
    seed : int
    trials : int
    plans : tuple of Plan, the problems in order
    methods : tuple of str, in order
    is_quick : bool, whether recorded hyper-parameters replace the grid
    test_fraction : float, share of a problem's rows that a trial tests on
    batch_size : int or "full"
    decay_biases : bool
    output : "sigmoid" or "linear", output units of function approximation
    probabilities : name of the form of Eq. 8's probabilities
    records : int, records of a trajectory besides its start
    trials_per_unit : int, trials that run as one program; part of the design, as results must not depend on cores
    first_labelled : int, and first_labelled_fraction : float; querying starts from the smaller
    settings : Settings of the methods
    tuning : Tuning
    """

    name: str
    title: str
    seed: int
    trials: int
    plans: tuple[Plan, ...]
    methods: tuple[str, ...]
    is_quick: bool
    test_fraction: float
    batch_size: int | Literal["full"]
    decay_biases: bool
    output: str
    probabilities: str
    records: int
    trials_per_unit: int
    first_labelled: int
    first_labelled_fraction: float
    settings: Settings
    tuning: Tuning

    def task_of(self, task: Task) -> Task:
        """The variant of a data set's task that this study uses."""
        if task.has_classes:
            return replace(CLASSIFICATION, distribution=PROBABILITIES[self.probabilities])
        return OUTPUTS[self.output]

    def n_first_labelled(self, n_train: int) -> int:
        """Labels that querying starts with: the smaller of a share and a number, at least 1."""
        return max(1, min(int(self.first_labelled_fraction * n_train), self.first_labelled))

    def plan(self, problem: str) -> Plan:
        """The plan of the problem of that name."""
        return next(plan for plan in self.plans if plan.problem == problem)

    def to_settings(self) -> dict[str, Any]:
        """The whole design as nested plain values, in a fixed order.

        Of a user's table the name of its file and the digest of its content count, not the folder where it lies.
        """
        settings = asdict(self)
        for table in (plan["table"] for plan in settings["plans"]):
            if table is not None:
                table["csv"] = Path(table["csv"]).name
        return settings


def study_names() -> tuple[str, ...]:
    """Studies that come with the package."""
    folder = resources.files("eligo.study") / "studies"
    return tuple(sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml")))


def load_study(
    name_or_path: str,
    *,
    problems: Sequence[str] = (),
    methods: Sequence[str] = (),
    trials: int | None = None,
    seed: int | None = None,
    quick: bool = False,
) -> Study:
    """Read a study by name or from a TOML file, with what a user asks for put in place.

    Parameters
    ----------
    name_or_path : str, one of `study_names` or the path of a TOML file
    problems, methods : sequences of str, default=(); empty means those of the file
    trials, seed : int, default=None; None means that of the file
    quick : bool, default=False, recorded hyper-parameters instead of the grid, and 5 trials unless ``trials`` is given

    Returns
    -------
    Study

    Raises
    ------
    StudyError
        If the file or anything in it, or what the user asks for, is not allowed.
    """
    text, where = _read(name_or_path)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"{where} is not valid TOML: {error}. Mend that line.") from None
    asked = {"problems": list(problems), "methods": list(methods), "trials": trials, "seed": seed}
    if quick and trials is None:
        asked["trials"] = QUICK_TRIALS
    table |= {key: value for key, value in asked.items() if value not in (None, [])}
    return _study(Reader(table, where), quick, Path(name_or_path).parent)


def study_text(name: str) -> str:
    """The TOML file of a study that comes with the package.

    Raises
    ------
    StudyError
        If no study has that name.
    """
    if name not in study_names():
        raise StudyError(f"unknown study {name!r}; there are {', '.join(study_names())}.")
    return (resources.files("eligo.study") / "studies" / f"{name}.toml").read_text(encoding="utf-8")


def _read(name_or_path: str) -> tuple[str, str]:
    if name_or_path in study_names():
        return study_text(name_or_path), f"study {name_or_path!r}"
    path = Path(name_or_path)
    if not path.suffix and not path.exists():
        raise StudyError(f"unknown study {name_or_path!r}; there are {', '.join(study_names())}, or give a .toml file.")
    try:
        return path.read_text(encoding="utf-8"), str(path)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise StudyError(f"cannot read the study file {name_or_path!r}: {reason}. Check the path.") from None


def _study(top: Reader, quick: bool, folder: Path) -> Study:
    methods = top.names("methods", tuple(named_methods()))
    tables = top.tables("problem")
    own_data = tuple(name for name in tables if name not in DATASETS)
    problems = top.names("problems", (*DATASETS, *own_data))
    for name in own_data:
        if "csv" not in tables[name].unread:
            raise _unknown_table(name, tables[name].where)
    epochs = top.whole("epochs", at_least=1)
    querying, selection = top.section("querying"), top.section("selection")
    study = Study(
        name=top.file_name("name"),
        title=top.text("title"),
        seed=top.whole("seed", at_least=0),
        trials=top.whole("trials", at_least=1),
        plans=tuple(_plan(problem, tables.get(problem), epochs, folder) for problem in problems),
        methods=methods,
        is_quick=quick,
        test_fraction=top.number("test_fraction", above=0, below=1),
        batch_size=top.batch_size("batch_size"),
        decay_biases=top.switch("decay_biases"),
        output=top.choice("output", tuple(OUTPUTS)),
        probabilities=top.choice("probabilities", tuple(PROBABILITIES)),
        records=top.whole("records", at_least=1),
        trials_per_unit=top.whole("trials_per_unit", at_least=1),
        first_labelled=querying.whole("first_labelled", at_least=1),
        first_labelled_fraction=querying.number("first_labelled_fraction", above=0, below=1),
        settings=Settings(
            beta=selection.number("beta", at_least=0, at_most=1),
            interval=selection.whole("interval", at_least=1),
            candidates=selection.choice("candidates", ("all", "current")),
            input_norm=selection.choice("input_norm", ("sum", "euclidean", "max")),
            output_norm=selection.choice("output_norm", ("sum", "euclidean", "max")),
            share=selection.number("share", above=0, at_most=1),
            members=querying.whole("members", at_least=2),
            query_size=querying.whole("query_size", at_least=1),
            budget=querying.whole("budget", at_least=0, optional=True),
            retraining=querying.choice("retraining", ("warm", "cold")),
            epochs_per_query=querying.whole("epochs_per_query", at_least=1, optional=True),
        ),
        tuning=_tuning(top.section("tuning")),
    )
    for reader in (top, querying, selection):
        reader.finish()
    if quick:
        _check_recorded(study)
    return study


def _unknown_table(name: str, where: str) -> StudyError:
    close = difflib.get_close_matches(name, DATASETS, n=1)
    hint = f"Did you mean [problem.{close[0]}]?" if close else "Add `csv`, `target` and `task` for data of your own."
    return StudyError(f"{where}: no data set has the name {name!r}. {hint}")


def _tuning(section: Reader) -> Tuning:
    tuning = Tuning(
        hidden=tuple(section.wholes("hidden", at_least=1)),
        learning_rate=tuple(section.numbers("learning_rate", above=0)),
        weight_decay=tuple(section.numbers("weight_decay", at_least=0)),
        momentum=tuple(section.numbers("momentum", at_least=0, below=1)),
        folds=section.whole("folds", at_least=2),
        epochs=section.whole("epochs", at_least=1),
        successive_halving=section.switch("successive_halving"),
    )
    section.finish()
    return tuning


def _plan(problem: str, own: Reader | None, epochs: int, folder: Path) -> Plan:
    if own is None:
        return Plan(problem, epochs, None, None)
    plan = Plan(
        problem,
        own.whole("epochs", at_least=1, optional=True) or epochs,
        _recorded(own.optional_section("recorded")),
        None if problem in DATASETS else _table(own, folder),
    )
    own.finish()
    return plan


def _table(own: Reader, folder: Path) -> Table:
    path = folder / own.text("csv")
    target, task = own.text("target"), own.choice("task", tuple(TASKS))
    try:
        return Table(str(path), target, task, digest(path))
    except DataError as error:
        raise StudyError(f"{own.where}: {error}") from None


def _recorded(section: Reader | None) -> Recorded | None:
    if section is None:
        return None
    values = HyperParameters(
        hidden=section.whole("hidden", at_least=1),
        learning_rate=section.number("learning_rate", above=0),
        weight_decay=section.number("weight_decay", at_least=0),
        momentum=section.number("momentum", at_least=0, below=1),
    )
    recorded = Recorded(values, section.text("source"))
    section.finish()
    return recorded


def _check_recorded(study: Study) -> None:
    for plan in study.plans:
        if plan.recorded is None:
            raise StudyError(
                f"--quick needs recorded hyper-parameters, and the study has none for {plan.problem!r}. "
                f"Add [problem.{plan.problem}.recorded] to the study file, or run without --quick."
            )


def changed_settings(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What differs between two designs, one line each.

    Examples
    --------
    >>> changed_settings({"seed": 1, "tuning": {"folds": 5}}, {"seed": 2, "tuning": {"folds": 5}})
    ['seed was 1, now 2']
    """
    changes = []
    for key in [*old, *(key for key in new if key not in old)]:
        before, after = _by_name(old.get(key)), _by_name(new.get(key))
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            changes += [f"{key}.{change}" for change in changed_settings(before, after)]
        elif before != after:
            changes.append(f"{key} was {before!r}, now {after!r}")
    return changes


def _by_name(value: Any) -> Any:
    """Plans as a table by problem, so that a change is said of the problem it concerns."""
    if isinstance(value, list) and value and all(isinstance(plan, Mapping) for plan in value):
        return {plan["problem"]: plan for plan in value}
    return value
