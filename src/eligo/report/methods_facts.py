"""What each method did on each problem: facts for the methods paragraph, from what was recorded before what was set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from eligo.methods import named_methods
from eligo.study.criteria import TARGET_FACTOR
from eligo.study.results import Problem, StudyResults, base_method

from .beliefs import MIN_PROBLEMS as MIN_BELIEVED
from .beliefs import ROPE, spread_of
from .choices import account_of, diversity_words, methods_with, stopping_words, target_words
from .comparisons import MIN_PROBLEMS
from .digits import fixed, plain
from .factors import control_of, levels_of, reference_of
from .summaries import last_rung, rows_of, scores_of, typed
from .vocabulary import counted, listing, said

NOT_OF_A_RUN = ("plans", "recorded", "table", "rows", "factors")
SOFTWARE = ("eligo", "jax", "numpy", "scipy", "scikit-learn", "Python")


@dataclass(frozen=True, eq=False)
class Run:
    """One method on one problem, over all trials that it has there.

    Attributes
    ----------
    problem, method : str, their titles
    facts : mapping of a name to a plain value; `Run.__getitem__` gives None for what is not known
    """

    problem: str
    method: str
    facts: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.facts.get(name)


def runs_of(results: StudyResults) -> list[Run]:
    """Every method on every problem that has at least one trial there, in the study's order."""
    results = typed(results)
    found = {(str(problem), str(method)) for problem, method in results.trials[["problem", "method"]].to_numpy()}
    shared = _study_facts(results)
    runs = []
    for problem in results.problems:
        own = [method for method in results.methods if (problem.name, method) in found]
        of_problem = shared | _settings(results.settings, problem.name) | _problem_facts(results, problem, own)
        for name in own:
            is_controlled = control_of(name, own) is not None
            facts = of_problem | _run_facts(results, problem, name) | {"is_controlled": is_controlled}
            runs.append(Run(problem.title, said(name), facts | _worded(facts)))
    return runs


def _settings(settings: Mapping[str, Any], problem: str) -> dict[str, Any]:
    """The settings of one problem, by name: its own plan's before the study's; those of the grid as ``tuning.NAME``."""
    plans = [plan for plan in settings.get("plans", ()) if plan.get("problem") == problem]
    return {name: value for part in (settings, *plans) for name, value in _flat(part).items() if value is not None}


def _flat(part: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in part.items():
        if name in NOT_OF_A_RUN:
            continue
        if isinstance(value, Mapping):
            found |= _flat(value, f"{name}." if name in ("tuning", "first_labelled") else "")
        else:
            found[f"{above}{name}"] = value
    return found


def _parsed(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _span(values: Any) -> Any:
    """One value, or where several were recorded the range of them; None where none was."""
    numbers = np.unique(np.asarray(values, dtype=float))
    numbers = numbers[np.isfinite(numbers)]
    if len(numbers) < 2:
        return _whole(numbers[0]) if len(numbers) else None
    return f"{_number(numbers[0])} to {_number(numbers[-1])}"


def _whole(value: float) -> Any:
    return int(value) if float(value).is_integer() else float(value)


def _number(value: float) -> str:
    return fixed(value, 0) if float(value).is_integer() else plain(value)


NORMS = {"sum": "sum norm", "euclidean": "Euclidean norm", "max": "maximum norm"}
PROBABILITIES = {
    "softmax_of_outputs": "softmax of the output units",
    "softmax_of_net_inputs": "softmax of the net inputs of the output units",
    "normalised_outputs": "output units divided by their sum",
}


def _worded(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Choices in words; None for one that has none."""
    shares = facts.get("shares", [1])
    return {
        "n_layers": len(shares),
        "activation": {"tanh": "tanh", "relu": "rectified linear"}.get(facts.get("activation", ""), "sigmoid"),
        "widths": listing([plain(share) for share in shares]),
        "input_norm_words": NORMS.get(facts.get("input_norm", "")),
        "output_norm_words": NORMS.get(facts.get("output_norm", "")),
        "probabilities_words": PROBABILITIES.get(facts.get("probabilities", "")),
        "target_words": target_words(facts),
        "diversity_words": diversity_words(facts.get("diversity"), facts.get("feature_share")),
        "committee_words": _committee(facts),
        "stopping_words": stopping_words(facts.get("stopping"), facts.get("stopping_threshold")),
        "early_words": stopping_words(facts.get("early_stopping"), facts.get("early_stopping_threshold")),
    }


def _committee(facts: Mapping[str, Any]) -> str | None:
    by_vote = "majority vote" if facts.get("has_classes") else "the mean of their networks"
    words = {"vote": by_vote, "mean_of_outputs": "the mean of their networks’ outputs"}
    return (words | {"first_member": "their first network alone"}).get(facts.get("committee", ""))


def _study_facts(results: StudyResults) -> dict[str, Any]:
    scores = [scores_of(results, problem) for problem in results.problems]
    begun = [one for one in scores if one.methods]
    shared = [name for name in results.methods if all(name in one.methods for one in begun)]
    environment = results.environment
    n_believed = sum(spread_of(results, p) > 0 for p, one in zip(results.problems, scores, strict=True) if one.methods)
    n_across = sum(not one.matrix[shared].dropna().empty for one in begun) if shared else 0
    return {
        "n_diverged": int(results.trials["is_diverged"].sum()),
        "is_across": n_across >= MIN_PROBLEMS and len(shared) > 1,
        "is_believed_across": n_believed >= MIN_BELIEVED and len(shared) > 1,
        "has_several_problems": len(begun) > 1,
        "software": listing([f"{name} {environment[name]}" for name in SOFTWARE if name in environment]),
        "has_jax": "jax" in environment,
        "has_sklearn": "scikit-learn" in environment,
        "processor": environment.get("processor"),
    }


def _problem_facts(results: StudyResults, problem: Problem, methods: list[str]) -> dict[str, Any]:
    of_classes = counted(len(problem.class_names), "class", "classes") if problem.class_names else "one number"
    inputs = counted(problem.n_features, "input")
    numbers = [column for column in problem.columns if column.kind == "number"]
    return (
        _grid_facts(results, problem)
        | _test_facts(results, problem)
        | {
            "data": f"{problem.title} ({fixed(problem.n_examples, 0)} examples, {inputs}, {of_classes}; {problem.source})",
            "has_classes": problem.task == "classification",
            "has_gaps": any(column.n_missing for column in numbers),
            "has_category_gaps": any(column.n_missing for column in problem.columns if column.kind == "category"),
            "has_categories": len(numbers) < len(problem.columns),
            "split": f"{fixed(problem.n_train, 0)} examples to train on and {fixed(problem.n_test, 0)} to test on",
            "n_train": problem.n_train,
            "has_several_methods": len(methods) > 1,
            "has_target": bool(rows_of(results.criteria, problem)["target"].notna().any()),
            "default_target": f"{TARGET_FACTOR:g} times the median final error of {said(reference_of(methods))}"
            if methods
            else None,
        }
    )


def _test_facts(results: StudyResults, problem: Problem) -> dict[str, Any]:
    """What was tested; tests that need a mean are of methods of which no trial diverged."""
    scores = scores_of(results, problem)
    is_tested = len(scores.methods) > 1 and len(scores.blocks) > 1
    has_means = is_tested and int(np.isfinite(scores.blocks).all().sum()) > 1
    return {
        "is_tested": is_tested,
        "is_corrected": has_means,
        "is_believed": has_means and bool(np.isfinite(spread_of(results, problem))),
        "rope": f"{ROPE:g} in {'the share of examples misclassified' if problem.task == 'classification' else 'R²'}",
        "is_checked": has_means and len(scores.blocks) > 2,
    }


def _grid_facts(results: StudyResults, problem: Problem) -> dict[str, Any]:
    """How hyper-parameters were found, and which they are."""
    trials, cells, winners = (rows_of(frame, problem) for frame in (results.trials, results.cells, results.winners))
    names = {"hidden": "hidden units", "learning_rate": "learning rate", "weight_decay": "weight decay λ"}
    names |= {"momentum": "momentum"}
    used = {name: _span(trials[name]) for name in names}
    values = [f"{used['hidden']} hidden units"] + [
        f"{names[name]} {_number(used[name]) if not isinstance(used[name], str) else used[name]}"
        for name in ("learning_rate", "weight_decay", "momentum")
        if used[name] is not None
    ]
    grid = [f"{title} {listing([_number(v) for v in np.unique(cells[name])])}" for name, title in names.items()]
    return {
        "hyper_parameters": ", ".join(values),
        "hidden": used["hidden"],
        "has_decay": bool((trials["weight_decay"] > 0).any()),
        "is_tuned": len(cells) > 0,
        "n_cells": len(last_rung(cells)),
        "grid": "; ".join(grid),
        "rungs": listing([_number(n) for n in np.unique(cells["epochs"])]),
        "is_halved": cells["epochs"].nunique() > 1,
        "source": str(winners.iloc[0]["source"]) if len(winners) and cells.empty else None,
    }


def _run_facts(results: StudyResults, problem: Problem, label: str) -> dict[str, Any]:
    base, varied = base_method(label), {name: _parsed(value) for name, value in levels_of(label).items()}
    trials, curves = (_rows(rows_of(frame, problem), label) for frame in (results.trials, results.curves))
    first = curves[curves["epoch"] == curves["epoch"].min()]
    n_start, n_end = _span(first["labels"]), _span(trials["labels"])
    named = named_methods().get(base)
    is_pool = named.loop == "pool" if named else n_start is not None and n_start != problem.n_train
    return varied | {
        "base": base,
        "account": account_of(base),
        "is_named": named is not None,
        "is_pool": is_pool,
        "is_selective": base in methods_with("interval"),
        "is_committee": base in methods_with("members"),
        "is_varied": bool(varied),
        "n_trials": trials["trial"].nunique(),
        "run_epochs": _span(trials["epochs"]),
        "n_start": n_start,
        "n_end": n_end,
        "is_exhausted": n_end == problem.n_train,
    }


def _rows(frame: pd.DataFrame, label: str) -> pd.DataFrame:
    return frame[frame["method"] == label]
