"""How the study was done: facts for prose, from what was recorded where it is recorded, from settings where not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eligo.study.results import Problem, StudyResults

from .curves import Paths
from .digits import fixed
from .summaries import last_rung, planned_trials, rows_of
from .vocabulary import counted, listing


def look_up(settings: Mapping[str, Any], *names: str) -> Any:
    """The first value that any section of the settings holds under one of these names; None where none does.

    Examples
    --------
    >>> look_up({"study": {"seed": 3}, "methods": {"beta": 0.9}}, "beta"), look_up({}, "beta")
    (0.9, None)
    """
    for name in names:
        if name in settings:
            return settings[name]
    for part in settings.values():
        found = look_up(part, *names) if isinstance(part, Mapping) else None
        if found is not None:
            return found
    return None


@dataclass(frozen=True)
class Protocol:
    """What all problems of a study have in common, in words or None where nothing says it.

    Attributes
    ----------
    n_trials : int, planned
    epochs : str, what a run trains for, by problem where they differ
    start : str, labels that the pool methods begin with; empty without pool methods
    retraining, query_size, beta, interval, members, batch_size, seed : settings, None where they are not there
    n_cells : int, of each problem's grid; 0 when nothing was tuned
    tuning_epochs : str, empty when nothing was tuned
    n_folds : int or None
    is_halved : bool, whether cells were trained for different numbers of epochs
    n_diverged_cells : int, over all problems; and diverged_cells, the same in words
    has_winners : bool, whether any problem has its hyper-parameters
    has_classes, has_numbers : bool, whether any problem is of classification, of function approximation
    """

    n_trials: int
    epochs: str
    start: str
    retraining: str | None
    query_size: int | None
    beta: float | None
    interval: int | None
    members: int | None
    batch_size: Any
    seed: int | None
    n_cells: int
    tuning_epochs: str
    n_folds: int | None
    is_halved: bool
    n_diverged_cells: int
    diverged_cells: str
    has_winners: bool
    has_classes: bool
    has_numbers: bool


def by_problem(values: Mapping[str, list[float]]) -> str:
    """Numbers in words: one if all problems share it, each with its problem if not.

    Examples
    --------
    >>> by_problem({"Iris": [1000], "Sine": [1000]})
    '1000'
    >>> by_problem({"Iris": [1000], "Wine": [2000], "Sine": [1000]})
    '1000 (Iris and Sine) or 2000 (Wine)'
    """
    titles: dict[str, list[str]] = {}
    for title, numbers in values.items():
        if numbers:
            ends = sorted({f"{number:.0f}" for number in (min(numbers), max(numbers))}, key=float)
            titles.setdefault(" to ".join(ends), []).append(title)
    if len(titles) < 2:
        return "".join(titles)
    return listing([f"{number} ({listing(names)})" for number, names in titles.items()], last="or")


def _starts(paths: list[Paths]) -> list[float]:
    return [float(own.columns["labels"][:, 0].max()) for own in paths if own.is_pool]


def protocol_of(results: StudyResults, paths: Mapping[str, list[Paths]]) -> Protocol:
    """Collect the facts."""
    settings, cells = results.settings, last_rung(results.cells)

    n_lost = int(cells["is_diverged"].sum())

    def each(frame: Any, column: str) -> dict[str, list[float]]:
        return {p.title: [float(value) for value in rows_of(frame, p)[column].unique()] for p in results.problems}

    return Protocol(
        n_trials=planned_trials(results),
        epochs=by_problem(each(results.trials, "epochs")),
        start=by_problem({p.title: _starts(paths[p.name]) for p in results.problems if p.name in paths}),
        retraining=look_up(settings, "retraining"),
        query_size=look_up(settings, "query_size"),
        beta=look_up(settings, "beta"),
        interval=look_up(settings, "interval", "selection_interval"),
        members=look_up(settings, "members", "n_members"),
        batch_size=look_up(settings, "batch_size"),
        seed=look_up(settings, "seed"),
        n_cells=int(cells.groupby("problem").size().max()) if len(cells) else 0,
        tuning_epochs=by_problem(each(cells, "epochs")) if len(cells) else "",
        n_folds=look_up(settings, "folds", "n_folds"),
        is_halved=bool(len(cells)) and bool((cells.groupby("problem")["epochs"].nunique() > 1).any()),
        n_diverged_cells=n_lost,
        diverged_cells=counted(n_lost, "cell"),
        has_winners=len(results.winners) > 0,
        has_classes=any(problem.task == "classification" for problem in results.problems),
        has_numbers=any(problem.task == "regression" for problem in results.problems),
    )


def split_in_words(problem: Problem) -> str:
    """Sizes of a trial's two parts.

    Examples
    --------
    >>> split_in_words(Problem("p", "P", "regression", 500, 1, 1, 400, 100, (), "y", "made"))
    '400 to train on, 100 to test on'
    """
    return f"{fixed(problem.n_train, 0)} to train on, {fixed(problem.n_test, 0)} to test on"


def trials_in_words(n_trials: int) -> str:
    """Number of trials of each method.

    Examples
    --------
    >>> trials_in_words(1), trials_in_words(50)
    ('1 trial', '50 trials')
    """
    return counted(n_trials, "trial")
