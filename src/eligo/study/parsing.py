"""From the tables of a study file to a `Study`: every key is read once, and what nobody asked for is refused."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from eligo.activations import ACTIVATIONS
from eligo.datasets import DATASETS, DataError, Preparation, Table
from eligo.datasets.catalogue import CATALOGUE
from eligo.datasets.files import check_digest
from eligo.datasets.openml import openml_table
from eligo.datasets.preprocessing import SCALERS
from eligo.datasets.tables import KINDS, TASKS, digest
from eligo.learning import CANDIDATES, MIXES, RETRAINING, STOPS
from eligo.methods import named_methods
from eligo.sensitivity import NORMS
from eligo.settings import INFORMATIVENESS, REGRESSION_UNCERTAINTY, STOPPING, Settings
from eligo.study.design import (
    OUTPUTS,
    PROBABILITIES,
    HyperParameters,
    Layers,
    Plan,
    Recorded,
    Study,
    Tuning,
)
from eligo.study.reading import Reader, StudyError
from eligo.study.trials import FirstLabelled
from eligo.tasks import COMMITTEES

Read = Callable[[Reader, str], Any]


def _choice(*allowed: str) -> Read:
    return lambda reader, key: reader.choice(key, allowed)


def _whole(at_least: int) -> Read:
    return lambda reader, key: reader.whole(key, at_least=at_least)


def _number(**bounds: float) -> Read:
    return lambda reader, key: reader.number(key, **bounds)


def _shares(reader: Reader, key: str) -> tuple[float, ...]:
    return tuple(reader.numbers(key, above=0))


SELECTION: Mapping[str, Read] = {
    "beta": _number(at_least=0, at_most=1),
    "interval": _whole(1),
    "first_selection": _whole(1),
    "candidates": _choice(*CANDIDATES),
    "informativeness": _choice(*INFORMATIVENESS),
    "input_norm": _choice(*NORMS),
    "output_norm": _choice(*NORMS),
    "share": _number(above=0, at_most=1),
    "floor": _whole(1),
    "floor_share": _number(at_least=0, at_most=1),
    "target_share": _number(above=0, at_most=1),
    "target_work": _number(above=0, at_most=1),
    "tail": _number(at_least=0, at_most=1),
    "prune_probability": _number(at_least=0, below=1),
    "pilots": _whole(1),
    "pilot_epochs": _whole(1),
    "growth": _whole(1),
    "subset_epochs": _whole(1),
    "early_stopping": _choice(*STOPPING),
    "early_stopping_threshold": _number(above=0),
    "check_interval": _whole(1),
}
"""Settings of [selection], and what each may be. A list of values is a factor of the study."""

QUERYING: Mapping[str, Read] = {
    "query_size": _whole(1),
    "budget": _whole(0),
    "members": _whole(2),
    "committee": _choice(*COMMITTEES),
    "diversity": _choice(*MIXES),
    "feature_share": _number(above=0, at_most=1),
    "retraining": _choice(*RETRAINING),
    "epochs_per_query": _whole(1),
    "stop": _choice(*STOPS),
    "stopping": _choice(*STOPPING),
    "stopping_threshold": _number(above=0),
    "regression_uncertainty": _choice(*REGRESSION_UNCERTAINTY),
}
"""Settings of [querying], likewise."""


def parse_study(top: Reader, quick: bool, folder: Path) -> Study:
    """A study from the tables of its file.

    Parameters
    ----------
    top : Reader of the whole file
    quick : bool, whether recorded hyper-parameters replace the grid
    folder : Path, where the file lies; a user's tables are named from there

    Raises
    ------
    StudyError
        If anything is missing, misspelt or out of range; the message is one line.
    """
    methods = top.names("methods", tuple(named_methods()))
    tables = top.tables("problem")
    own_data = tuple(name for name in tables if name not in DATASETS)
    problems = top.names("problems", (*DATASETS, *own_data))
    for name in own_data:
        if not {"csv", "openml"} & set(tables[name].unread):
            raise _unknown_table(name, tables[name])
    sections = {name: dict(top.section(name).unread) for name in ("selection", "querying", "tuning")}
    shared = {name: _shared(top, name) for name in PER_PROBLEM}
    factors = _factors(Reader(sections["selection"], f"{top.where}, [selection]"), SELECTION)
    factors += _factors(Reader(sections["querying"], f"{top.where}, [querying]"), QUERYING)
    plans = tuple(
        _plan(problem, tables.get(problem, Reader({}, top.where)), shared, sections, factors, folder)
        for problem in problems
    )
    study = Study(
        name=top.file_name("name"),
        title=top.text("title"),
        seed=top.whole("seed", at_least=0),
        trials=top.whole("trials", at_least=1),
        plans=plans,
        methods=methods,
        factors=tuple(factors),
        is_quick=quick,
        hyper_parameters=top.either("hyper_parameters", _choice("grid", "recorded"), "grid"),
        test_fraction=top.number("test_fraction", above=0, below=1),
        train_fraction=top.either("train_fraction", _number(above=0, below=1), None),
        decay_biases=top.switch("decay_biases"),
        probabilities=top.choice("probabilities", tuple(PROBABILITIES)),
        preparation=_preparation(top.optional_section("preparation")),
        records=top.whole("records", at_least=1),
        trials_per_unit=top.whole("trials_per_unit", at_least=1),
        layers=_layers(top.optional_section("network")),
    )
    top.finish()
    _check_whole(study, top.where)
    return study


PER_PROBLEM: Mapping[str, Read] = {
    "epochs": _whole(1),
    "batch_size": Reader.batch_size,
    "output": _choice(*OUTPUTS),
    "mean_over_outputs": Reader.switch,
    "gradient_clip": _number(above=0),
    "cross_validation": _whole(2),
}
"""Keys of a study that a problem may have of its own."""

DEFAULTS = {"mean_over_outputs": False, "gradient_clip": None, "cross_validation": None}


def _shared(top: Reader, key: str) -> Any:
    read = PER_PROBLEM[key]
    return top.either(key, read, DEFAULTS[key]) if key in DEFAULTS else read(top, key)


def _factors(section: Reader, keys: Mapping[str, Read]) -> list[tuple[str, tuple[Any, ...]]]:
    """Settings that a study varies: those with a list of values."""
    lists = [key for key, value in section.unread.items() if isinstance(value, list) and key in keys]
    return [(key, section.each(key, keys[key])) for key in lists]


def _plan(
    problem: str,
    own: Reader,
    shared: Mapping[str, Any],
    sections: Mapping[str, Mapping[str, Any]],
    factors: list[tuple[str, tuple[Any, ...]]],
    folder: Path,
) -> Plan:
    merged = {name: _merged(own, name, section, dict(factors)) for name, section in sections.items()}
    querying = merged["querying"]
    values = {name: merged["selection"].either(name, read, None) for name, read in SELECTION.items()}
    values |= {name: querying.either(name, read, None) for name, read in QUERYING.items()}
    values |= {name: of_factor[0] for name, of_factor in factors}
    plan = Plan(
        problem=problem,
        table=None if problem in DATASETS else _table(own, folder),
        examples=own.either("examples", _whole(10), None),
        target_error=own.either("target_error", _number(at_least=0), None),
        settings=_settings({name: value for name, value in values.items() if value is not None}, own.where),
        first_labelled=FirstLabelled(
            querying.whole("first_labelled", at_least=1),
            querying.number("first_labelled_fraction", above=0, below=1),
            querying.either("first_labelled_choice", _choice("smaller", "larger"), "smaller"),
        ),
        committee_weights=querying.either("committee_weights", _choice("own", "shared"), "own"),
        tuning=_tuning(merged["tuning"]),
        recorded=_recorded(own.optional_section("recorded")),
        **{name: own.either(name, read, shared[name]) for name, read in PER_PROBLEM.items()},
    )
    for reader in (own, *merged.values()):
        reader.finish()
    return plan


def _merged(own: Reader, name: str, section: Mapping[str, Any], factors: Mapping[str, Any]) -> Reader:
    """A section of the study with what a problem says otherwise; factors are read apart."""
    outer = {key: value for key, value in section.items() if key not in factors}
    changes = own.optional_section(name)
    if changes is None:
        return Reader(outer, f"{own.study}, [{name}]")
    for key in changes.unread:
        if key in factors:
            raise StudyError(
                f"{changes.where}: `{key}` is a factor of the study, so a problem cannot have its own. Take one of them out."
            )
    return Reader(outer | changes.unread, changes.where)


def _settings(values: Mapping[str, Any], where: str) -> Settings:
    try:
        return Settings(**values)
    except ValueError as error:
        raise StudyError(f"{where}: {error}") from None


def _preparation(section: Reader | None) -> Preparation:
    if section is None:
        return Preparation()
    default = Preparation()
    preparation = Preparation(
        fitted_on=section.either("fitted_on", _choice("training", "all"), default.fitted_on),
        drop_first_category=section.either("drop_first_category", Reader.switch, default.drop_first_category),
        scale_categories=section.either("scale_categories", Reader.switch, default.scale_categories),
        scaling=section.either("scaling", _choice(*SCALERS), default.scaling),
    )
    section.finish()
    return preparation


def _layers(section: Reader | None) -> Layers:
    if section is None:
        return Layers()
    default = Layers()
    layers = Layers(
        shares=section.either("layers", _shares, default.shares),
        activation=section.either("activation", _choice(*ACTIVATIONS), default.activation),
    )
    section.finish()
    return layers


def _unknown_table(name: str, own: Reader) -> StudyError:
    close = difflib.get_close_matches(name, DATASETS, n=1)
    meant = {key: slip for key in ("csv", "openml") for slip in difflib.get_close_matches(key, own.unread, n=1)}
    hint = "Add `csv` or `openml`, `target` and `task` for other data."
    if close:
        hint = f"Did you mean [problem.{close[0]}]?"
    for key, slip in meant.items():
        hint = f"Is `{slip}` meant for `{key}`?"
    return StudyError(f"{own.where}: no data set has the name {name!r}. {hint}")


def _tuning(section: Reader) -> Tuning:
    return Tuning(
        hidden=section.each_once("hidden", section.wholes("hidden", at_least=1)),
        learning_rate=section.each_once("learning_rate", section.numbers("learning_rate", above=0)),
        weight_decay=section.each_once("weight_decay", section.numbers("weight_decay", at_least=0)),
        momentum=section.each_once("momentum", section.numbers("momentum", at_least=0, below=1)),
        folds=section.whole("folds", at_least=2),
        epochs=section.whole("epochs", at_least=1),
        successive_halving=section.switch("successive_halving"),
        examples=section.either("examples", _whole(10), None),
    )


def _table(own: Reader, folder: Path) -> Table:
    if {"csv", "openml"} <= set(own.unread):
        raise StudyError(f"{own.where}: `csv` and `openml` both name the data. Take one of them out.")
    data_id, sha256 = own.either("openml", _whole(1), None), own.either("sha256", Reader.digest, None)
    path = None if data_id is not None else folder / own.text("csv")
    target, task = own.text("target"), own.choice("task", tuple(TASKS))
    kinds = own.optional_section("kinds")
    named = () if kinds is None else tuple((column, kinds.choice(column, KINDS)) for column in list(kinds.unread))
    try:
        if path is None:
            return openml_table(data_id, target, task, sha256, named)
        if sha256 is not None:
            check_digest(path, (sha256,))
        return Table(str(path), target, task, digest(path), named)
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


def _check_tasks(study: Study, where: str) -> None:
    """Refuse a method for one kind of task on a problem of the other."""
    methods = named_methods()
    for plan in study.plans:
        task = CATALOGUE[plan.problem].task if plan.table is None else plan.table.task
        for name in study.methods:
            if task not in (served := methods[name].tasks):
                raise StudyError(
                    f"{where}: the method {name!r} is for {' and '.join(served)} only, and the problem {plan.problem!r} is "
                    f"{task}. Take one of them out."
                )


def _check_whole(study: Study, where: str) -> None:
    """Refuse what no key is wrong in by itself."""
    if study.train_fraction is not None and study.train_fraction + study.test_fraction > 1 + 1e-9:
        raise StudyError(
            f"{where}: `train_fraction` and `test_fraction` must add up to at most 1; got "
            f"{study.train_fraction:g} and {study.test_fraction:g}."
        )
    _check_tasks(study, where)
    for plan in study.plans:
        for row in study.rows():  # settings that are allowed one by one may not be together
            try:
                study.settings_of(plan.problem, row.label)
            except ValueError as error:
                raise StudyError(f"{where}, {row.label}: {error}") from None
    if study.is_tuned:
        return
    for plan in study.plans:
        if plan.recorded is None:
            why = "--quick" if study.is_quick else '`hyper_parameters = "recorded"`'
            remedy = "run without --quick" if study.is_quick else "search a grid"
            raise StudyError(
                f"{where}: {why} needs recorded hyper-parameters, and the study has none for {plan.problem!r}. "
                f"Add [problem.{plan.problem}.recorded] to the study file, or {remedy}."
            )
