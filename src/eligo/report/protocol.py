"""How the study was done: facts for prose, from what was recorded where it is recorded, from settings where not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from eligo.study.results import Problem, StudyResults, base_method

from .choices import TARGETS, diversity_words, methods_with, stopping_words, target_words
from .curves import Paths
from .digits import fixed, plain
from .factors import level_words, settings_of
from .summaries import last_rung, planned_trials, rows_of
from .vocabulary import counted, listing


def look_up(settings: Mapping[str, Any], *names: str) -> Any:
    """The first value that any section of the settings holds under one of these names; None where none does.

    Examples
    --------
    >>> look_up({"study": {"seed": 3}, "plans": [{"settings": {"beta": 0.9}}]}, "beta"), look_up({}, "beta")
    (0.9, None)
    """
    for name in names:
        if name in settings:
            return settings[name]
    for part in settings.values():
        for section in part if isinstance(part, list | tuple) else [part]:
            found = look_up(section, *names) if isinstance(section, Mapping) else None
            if found is not None:
                return found
    return None


def plan_of(results: StudyResults, problem: str) -> Mapping[str, Any]:
    """What the study planned for one problem; empty where it does not say."""
    plans = results.settings.get("plans", ())
    return next((plan for plan in plans if plan.get("problem") == problem), {})


def setting_of(results: StudyResults, problem: str, *names: str) -> Any:
    """A setting as it holds for one problem: its own, or else the study's."""
    own = look_up(plan_of(results, problem), *names)
    shared = {key: value for key, value in results.settings.items() if key != "plans"}
    return look_up(shared, *names) if own is None else own


def by_problem(values: Mapping[str, str]) -> str:
    """Values in words: one if all problems share it, each with its problems if not.

    Examples
    --------
    >>> by_problem({"Iris": "1000", "Sine": "1000"})
    '1000'
    >>> by_problem({"Iris": "1000", "Wine": "2000", "Sine": "1000"})
    '1000 (Iris and Sine) or 2000 (Wine)'
    """
    titles: dict[str, list[str]] = {}
    for title, value in values.items():
        if value:
            titles.setdefault(value, []).append(title)
    if len(titles) < 2:
        return "".join(titles)
    return listing([f"{value} ({listing(names)})" for value, names in titles.items()], last="or")


def span(numbers: Sequence[float]) -> str:
    """Whole numbers in words: one, or the least and the largest.

    Examples
    --------
    >>> span([10, 10]), span([12, 10, 11]), span([])
    ('10', '10 to 12', '')
    """
    ends = sorted({f"{number:.0f}" for number in (min(numbers), max(numbers))}, key=float) if len(numbers) else []
    return " to ".join(ends)


def choice(results: StudyResults, bases: Sequence[str], setting: str, words: Callable[[Any], str]) -> str:
    """A setting in words: by row where it is a factor of these methods, by problem where they differ.

    Empty where none of these methods was run, where nothing says what it is, and where `words` has none for it.
    """
    methods = results.methods
    if bases and not any(base_method(name) in bases for name in methods):
        return ""
    levels = settings_of(bases, setting, methods)
    if levels:
        named = {value: words(value) for value in levels}
        is_plain = list(named.values()) == levels  # numbers say by themselves which rows are meant
        return listing(
            [
                text if is_plain else f"{text} (rows “{level_words(setting, value)}”)"
                for value, text in named.items()
                if text
            ],
            "or",
        )
    known = {problem.title: setting_of(results, problem.name, setting) for problem in results.problems}
    return by_problem({title: words(value) for title, value in known.items() if value is not None})


def _worded(words: Mapping[str, str]) -> Callable[[Any], str]:
    return lambda value: words.get(str(value), "")


def _batch(value: Any) -> str:
    if value == "full":
        return "on the whole training subset at once"
    return "on one example, in random order" if int(value) == 1 else f"on {value} examples, in random order"


RETRAINING = {
    "warm": "training goes on from the present weights",
    "warm_at_rest": "training goes on from the present weights, with the velocity set back to zero",
    "cold": "the network is trained again from its initial weights",
}
CANDIDATES = {
    "all": "Each selection scores the whole training part, so that an example that was left out can come back",
    "current": "What a selection leaves out is left out for good, and later selections score only what is left",
}
INFORMATIVENESS = {
    "directional": "SASLA’s informativeness is here the change of the outputs when the example itself is scaled, |x · ∇o|, "
    "and not a norm of their gradient as in Eqs. 1–6"
}
UNCERTAINTY = {
    "laplace": "the entropy of a Gaussian, whose variance comes from a linearised Laplace approximation",
    "extreme_prediction": "how far its prediction lies from the mean prediction over the pool, which finds extreme "
    "predictions and not uncertain ones",
}
COMMITTEE = {
    "vote": "by vote in classification and by their mean in function approximation",
    "mean_of_outputs": "by the mean of their outputs",
    "first_member": "by the first of them alone",
}
OUTPUT = {
    "sigmoid": "sigmoid output units and targets scaled to [0.1, 0.9]",
    "linear": "linear output units and targets scaled to [−1, 1]",
    "raw": "linear output units and targets as they are",
}


@dataclass(frozen=True)
class Protocol:
    """What a study did, in words; empty, or None, where it does not apply or nothing says it.

    Where problems or rows differ, the words say where what holds.

    Attributes
    ----------
    n_trials : int, planned
    epochs : str, what a run trains for
    start : str, labels that the pool methods begin with; empty without pool methods
    queries, retraining, candidates, informativeness, uncertainty, committee, output, batch : str
    clip, averaged, folds_inside, subsets, stopped, shared_weights : str, where they hold; empty where nowhere
    diversity, stopping, early_stopping : str, where they are not as in the paper; empty where they are
    beta, interval, members : str, for the list of settings
    seed : int or None
    fitted_on : "training" or "all", what features are scaled with
    n_cells : int, of the largest grid; 0 when nothing was tuned; and cells, the same in words
    tuning_epochs, n_folds, tuning_rows, halved : str, empty when nothing was tuned; problems whose search was halved
    n_unhalved : int, tuned problems whose search was not
    n_diverged_cells : int, over all problems; and diverged_cells, the same in words
    has_winners : bool, whether any problem has its hyper-parameters
    has_classes, has_numbers : bool, whether any problem is of classification, of function approximation
    is_scaled : bool, whether targets of function approximation are scaled on any problem
    """

    n_trials: int
    epochs: str
    start: str
    queries: str
    retraining: str
    candidates: str
    informativeness: str
    uncertainty: str
    committee: str
    output: str
    batch: str
    clip: str
    averaged: str
    folds_inside: str
    subsets: str
    stopped: str
    shared_weights: str
    diversity: str
    stopping: str
    early_stopping: str
    beta: str
    interval: str
    members: str
    seed: int | None
    fitted_on: str
    n_cells: int
    cells: str
    tuning_epochs: str
    n_folds: str
    tuning_rows: str
    halved: str
    n_unhalved: int
    n_diverged_cells: int
    diverged_cells: str
    has_winners: bool
    has_classes: bool
    has_numbers: bool
    is_scaled: bool


def _each(results: StudyResults, frame: pd.DataFrame, column: str) -> dict[str, str]:
    """What a column of a frame holds on each problem."""
    return {p.title: span(list(rows_of(frame, p)[column].astype(float).unique())) for p in results.problems}


def _starts(paths: list[Paths]) -> list[float]:
    return [float(own.columns["labels"][:, 0].max()) for own in paths if own.is_pool]


def _where(results: StudyResults, setting: str, holds: Callable[[Any], str]) -> str:
    """Problems on which a setting has what it takes, with what it is."""
    found = {p.title: setting_of(results, p.name, setting) for p in results.problems}
    return by_problem({title: holds(value) for title, value in found.items() if value is not None})


def _about_training(results: StudyResults) -> dict[str, Any]:
    kinds = {problem.task for problem in results.problems}
    numbers = [problem for problem in results.problems if problem.task == "regression"]
    outputs = {p.title: OUTPUT.get(str(setting_of(results, p.name, "output")), "") for p in numbers}
    raw = {setting_of(results, p.name, "output") == "raw" for p in numbers}
    subsets = {p.title: plan_of(results, p.name).get("examples") for p in results.problems}
    return {
        "output": by_problem(outputs),
        "is_scaled": False in raw,
        "batch": choice(results, (), "batch_size", _batch),
        "clip": _where(results, "gradient_clip", lambda value: f"{value:g}" if value else ""),
        "averaged": listing(
            [p.title for p in results.problems if setting_of(results, p.name, "mean_over_outputs") is True]
        ),
        "folds_inside": _where(results, "cross_validation", lambda value: f"{value}-fold" if value else ""),
        "subsets": listing([f"{fixed(n, 0)} examples of {title}" for title, n in subsets.items() if n]),
        "fitted_on": str(look_up(results.settings, "fitted_on") or "training"),
        "has_classes": "classification" in kinds,
        "has_numbers": "regression" in kinds,
    }


def _about_methods(results: StudyResults) -> dict[str, Any]:
    numbers = [problem for problem in results.problems if problem.task == "regression"]
    entropy = [name for name in results.methods if base_method(name) == "entropy"]
    return {
        "queries": choice(
            results, methods_with("query_size"), "query_size", lambda n: "one label" if int(n) == 1 else f"{n} labels"
        ),
        "retraining": choice(results, methods_with("retraining"), "retraining", _worded(RETRAINING)),
        "candidates": choice(results, methods_with("candidates"), "candidates", _worded(CANDIDATES)),
        "informativeness": choice(results, ("sasla",), "informativeness", _worded(INFORMATIVENESS)),
        "uncertainty": choice(results, ("entropy",), "regression_uncertainty", _worded(UNCERTAINTY))
        if numbers and entropy
        else "",
        "committee": choice(results, methods_with("committee"), "committee", _worded(COMMITTEE)),
        "stopped": choice(
            results, methods_with("stop"), "stop", lambda value: "its epochs are spent" if value == "epochs" else ""
        ),
        "shared_weights": choice(
            results, methods_with("members"), "committee_weights", lambda value: "shared" if value == "shared" else ""
        ),
        "diversity": choice(
            results,
            methods_with("diversity"),
            "diversity",
            lambda mix: diversity_words(mix, _shared(results, "feature_share")) or "",
        ),
        "stopping": choice(results, methods_with("stopping"), "stopping", _criterion(results, "stopping")),
        "early_stopping": choice(
            results, methods_with("early_stopping"), "early_stopping", _criterion(results, "early_stopping")
        ),
        "beta": _beta(results),
        "interval": choice(results, methods_with("interval"), "interval", lambda value: plain(float(value))),
        "members": choice(results, methods_with("members"), "members", lambda value: plain(float(value))),
    }


def _criterion(results: StudyResults, setting: str) -> Callable[[Any], str]:
    """What ends a run early, in words."""
    threshold = _shared(results, f"{setting}_threshold")
    return lambda name: stopping_words(name, threshold) or ""


def _shared(results: StudyResults, setting: str) -> Any:
    """A number that all problems and rows share; None where they differ, or nothing says it."""
    if settings_of(methods_with(setting), setting, results.methods):
        return None
    found = {setting_of(results, problem.name, setting) for problem in results.problems}
    return found.pop() if len(found) == 1 else None


def _beta(results: StudyResults) -> str:
    """β where it is fixed, and what it adapts to where it is not."""
    bases = methods_with("beta")
    if not any(base_method(name) in bases for name in results.methods):
        return ""
    for setting in TARGETS:
        if settings_of(bases, setting, results.methods):
            return choice(results, bases, setting, partial(_adaptive, setting))
    adapted = {
        problem.title: "".join(_adaptive(name, setting_of(results, problem.name, name)) for name in TARGETS)
        for problem in results.problems
    }
    if not any(adapted.values()):
        return choice(results, bases, "beta", lambda value: plain(float(value)))
    where_fixed = {problem.title: setting_of(results, problem.name, "beta") for problem in results.problems}
    return by_problem({title: words or plain(float(where_fixed[title])) for title, words in adapted.items()})


def _adaptive(setting: str, share: Any) -> str:
    words = target_words({setting: share})
    return f"adaptive, for {words}" if words else ""


def _about_tuning(results: StudyResults) -> dict[str, Any]:
    cells = last_rung(results.cells)
    n_lost = int(cells["is_diverged"].sum())
    sizes = {p.title: len(rows_of(cells, p)) for p in results.problems}
    tuned = [p for p in results.problems if sizes[p.title]]
    halved = [p.title for p in tuned if rows_of(cells, p)["epochs"].nunique() > 1]
    plans = {p.title: plan_of(results, p.name).get("tuning", {}) for p in tuned}
    folds = {p.title: str(setting_of(results, p.name, "folds", "n_folds") or "") for p in tuned}
    rows = {title: plan.get("examples") for title, plan in plans.items()}
    return {
        "n_cells": max(sizes.values(), default=0),
        "cells": by_problem({title: str(n) for title, n in sizes.items() if n}),
        "tuning_epochs": by_problem(_each(results, cells, "epochs")) if len(cells) else "",
        "n_folds": by_problem(folds),
        "tuning_rows": listing([f"{fixed(n, 0)} rows of {title}" for title, n in rows.items() if n]),
        "halved": listing(halved),
        "n_unhalved": len(tuned) - len(halved),
        "n_diverged_cells": n_lost,
        "diverged_cells": counted(n_lost, "cell"),
        "has_winners": len(results.winners) > 0,
    }


def protocol_of(results: StudyResults, paths: Mapping[str, list[Paths]]) -> Protocol:
    """Collect the facts."""
    begun = [problem for problem in results.problems if problem.name in paths]
    return Protocol(
        n_trials=planned_trials(results),
        epochs=by_problem(_each(results, results.trials, "epochs")),
        start=by_problem({p.title: span(_starts(paths[p.name])) for p in begun}),
        seed=look_up(results.settings, "seed"),
        **_about_training(results),
        **_about_methods(results),
        **_about_tuning(results),
    )


def split_in_words(problem: Problem) -> str:
    """Sizes of a trial's two parts.

    Examples
    --------
    >>> split_in_words(Problem("p", "P", "regression", 500, 1, 1, 400, 100, (), "y", "made"))
    '400 to train on, 100 to test on'
    """
    return f"{fixed(problem.n_train, 0)} to train on, {fixed(problem.n_test, 0)} to test on"
