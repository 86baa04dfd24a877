"""The problems of a study: their data, and the facts about them that a reader needs."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from eligo.datasets import (
    DataError,
    Dataset,
    class_counts,
    count_values,
    data_digest,
    describe_columns,
    load,
    load_table,
    n_inputs,
    subsample,
)
from eligo.study.design import Study
from eligo.study.results import Problem
from eligo.study.trials import TUNING_TRIAL, code_targets, seed_of, split_rows


@lru_cache(maxsize=32)
def dataset_of(study: Study, problem: str) -> Dataset:
    """A problem's data with the task variant of the study, or a random subset where the study wants one."""
    plan = study.plan(problem)
    dataset = load(problem) if plan.table is None else load_table(problem, plan.table)
    if plan.examples is not None:
        dataset = subsample(dataset, plan.examples, seed_of(study.seed, problem, TUNING_TRIAL, "first_labelled"))
    return replace(dataset, task=study.task_of(problem, dataset.task))


def n_test(study: Study, dataset: Dataset) -> int:
    """Rows of a trial's test part, rounded up as scikit-learn does."""
    return int(np.ceil(study.test_fraction * len(dataset.y)))


def n_train(study: Study, dataset: Dataset) -> int:
    """Rows of a trial's training part, |D_C|: a share rounded down, or all that are not tested on."""
    if study.train_fraction is not None:
        return int(np.floor(study.train_fraction * len(dataset.y)))
    return len(dataset.y) - n_test(study, dataset)


def check_splits(study: Study, dataset: Dataset) -> None:
    """Refuse data of which a trial or a fold would lack a class.

    Raises
    ------
    DataError
        If there are too few examples, in all or of a class.
    """
    plan, design = study.plan(dataset.name), study.trial_design(dataset.name)
    folds = max(study.is_tuned * plan.tuning.folds, plan.cross_validation or 1)
    kept = study.train_fraction or 1 - study.test_fraction
    labels, counts = (
        np.unique(dataset.y, return_counts=True) if dataset.task.has_classes else ([None], [len(dataset.y)])
    )
    for label, count in zip(labels, counts, strict=True):
        n_kept = int(np.floor(kept * int(count) + 1e-9))
        if n_kept < max(folds, 1) or count < 2:
            whose = f"data set {dataset.name!r}" + ("" if label is None else f": class {dataset.class_names[label]!r}")
            remedies = ["add examples"] + ["merge the class"] * (label is not None) + ["set fewer folds"] * (n_kept > 1)
            raise DataError(
                f"{whose} has {count} examples; a split that tests on {study.test_fraction:g} of them leaves {n_kept} to "
                f"train on, and {folds} folds need one each. {', or '.join(remedies).capitalize()}."
            )
    if (size := n_test(study, dataset)) < len(labels):
        raise DataError(
            f"data set {dataset.name!r}: a test part of {size} examples cannot hold {len(labels)} classes. "
            "Set a larger test_fraction."
        )
    _check_budgets(study, dataset)
    for trial in (TUNING_TRIAL, *range(study.trials)):
        try:
            code_targets(design, dataset, split_rows(design, dataset, trial).train)
        except ValueError as error:
            raise DataError(f"data set {dataset.name!r}, training part of trial {trial}: {error}") from None


def _check_budgets(study: Study, dataset: Dataset) -> None:
    """Refuse a budget, also one of several that are compared, that the smallest pool cannot meet: a fold's, if any."""
    plan, n_known = study.plan(dataset.name), n_train(study, dataset)
    if plan.cross_validation is not None:
        n_known -= -(-n_known // plan.cross_validation)
    n_pool = n_known - plan.first_labelled.of(n_known)
    for row in study.rows():
        budget = study.settings_of(dataset.name, row.label).budget
        if budget is not None and budget > n_pool:
            where = "the pool size" if plan.cross_validation is None else "the pool size of a fold"
            raise DataError(
                f"data set {dataset.name!r}: `budget` must be in [0, {n_pool}], {where}; got {budget}. Set a smaller one."
            )


def describe_problem(study: Study, problem: str) -> Problem:
    """Facts about one problem of the study; refuses data that cannot be split as the study wants."""
    dataset = dataset_of(study, problem)
    check_splits(study, dataset)
    is_classified = dataset.task.has_classes
    return Problem(
        name=problem,
        title=dataset.title,
        task=dataset.task.name,
        n_examples=len(dataset.y),
        n_features=n_inputs(dataset, study.preparation),
        n_outputs=dataset.n_outputs,
        n_train=n_train(study, dataset),
        n_test=n_test(study, dataset),
        class_names=dataset.class_names,
        target_name=dataset.target_name,
        source=dataset.source,
        target_range=None if is_classified else (float(dataset.y.min()), float(dataset.y.max())),
        class_counts=class_counts(dataset),
        target_counts=() if is_classified else count_values(dataset.y),
        columns=describe_columns(dataset),
        digest=data_digest(dataset),
    )
