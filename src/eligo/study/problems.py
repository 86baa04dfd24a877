"""The problems of a study: their data, and the facts about them that a reader needs."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from eligo.datasets import DataError, Dataset, load, load_table
from eligo.study.design import Plan, Study
from eligo.study.results import Problem
from eligo.study.trials import TUNING_TRIAL, code_targets, split_rows


@lru_cache(maxsize=32)
def dataset_of(study: Study, problem: str) -> Dataset:
    """A problem's data with the task variant of the study."""
    dataset = _load(study.plan(problem))
    return replace(dataset, task=study.task_of(dataset.task))


def _load(plan: Plan) -> Dataset:
    return load(plan.problem) if plan.table is None else load_table(plan.problem, plan.table)


def n_test(study: Study, dataset: Dataset) -> int:
    """Rows of a trial's test part, rounded up as scikit-learn does."""
    return int(np.ceil(study.test_fraction * len(dataset.y)))


def n_train(study: Study, dataset: Dataset) -> int:
    """Rows of a trial's training part, |D_C|."""
    return len(dataset.y) - n_test(study, dataset)


def check_splits(study: Study, dataset: Dataset) -> None:
    """Refuse data of which a trial or a fold would lack a class.

    Raises
    ------
    DataError
        If there are too few examples, in all or of a class.
    """
    folds = 1 if study.is_quick else study.tuning.folds
    labels, counts = (
        np.unique(dataset.y, return_counts=True) if dataset.task.has_classes else ([None], [len(dataset.y)])
    )
    for label, count in zip(labels, counts, strict=True):
        n_kept = int(count) - int(np.ceil(study.test_fraction * int(count)))
        share = f"{study.test_fraction:g}"
        if n_kept < max(folds, 1) or count < 2:
            whose = f"data set {dataset.name!r}" + ("" if label is None else f": class {dataset.class_names[label]!r}")
            raise DataError(
                f"{whose} has {count} examples; a split that tests on {share} of them leaves {n_kept} to "
                f"train on, and {folds} folds need one each. Add examples, or merge the class."
            )
    if (size := n_test(study, dataset)) < len(labels):
        raise DataError(
            f"data set {dataset.name!r}: a test part of {size} examples cannot hold {len(labels)} classes. "
            "Set a larger test_fraction."
        )
    n_pool = n_train(study, dataset) - study.n_first_labelled(n_train(study, dataset))
    if (budget := study.settings.budget) is not None and budget > n_pool:
        raise DataError(
            f"data set {dataset.name!r}: `budget` must be in [0, {n_pool}], the pool size; got {budget}. Set a smaller one."
        )
    for trial in (TUNING_TRIAL, *range(study.trials)):
        try:
            code_targets(dataset, split_rows(dataset, study.seed, trial, study.test_fraction).train)
        except ValueError as error:
            raise DataError(f"data set {dataset.name!r}, training part of trial {trial}: {error}") from None


def describe_problem(study: Study, problem: str) -> Problem:
    """Facts about one problem of the study; refuses data that cannot be split as the study wants."""
    dataset = dataset_of(study, problem)
    check_splits(study, dataset)
    return Problem(
        name=problem,
        title=dataset.title,
        task=dataset.task.name,
        n_examples=len(dataset.y),
        n_features=dataset.X.shape[1],
        n_outputs=dataset.n_outputs,
        n_train=n_train(study, dataset),
        n_test=n_test(study, dataset),
        class_names=dataset.class_names,
        target_name=dataset.target_name,
        source=dataset.source,
    )
