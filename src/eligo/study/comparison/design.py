"""The study that a comparison runs: small, and of a size that follows from the table alone."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from eligo.datasets import Preparation, Table
from eligo.methods import named_methods
from eligo.mistakes import meant
from eligo.settings import Settings
from eligo.study.comparison.table import Prepared
from eligo.study.design import Comparison, Plan, Study, Tuning
from eligo.study.reading import StudyError
from eligo.study.results import REFERENCE
from eligo.study.trials import FirstLabelled

CONTROL = "random_pool"
DEFAULT_METHODS = (REFERENCE, "sasla", CONTROL, "entropy", "ensemble")
TRIALS = 20
TEST_FRACTION = 0.2
N_QUERIES = 48
"""Queries of a run, at most."""

FEW_ROWS = 200
"""Training rows that are all labelled by the end; of more, half are."""

EPOCHS_PER_QUERY = 10
PRESENTATIONS = 75_000
"""What passive learning makes of them, at least, within `EPOCHS`."""

EPOCHS = (100, 1000)
TUNING = Tuning(
    hidden=(32,),
    learning_rate=(0.02, 0.1, 0.5),
    weight_decay=(0.0, 0.001),
    momentum=(0.5,),
    folds=3,
    epochs=100,
    successive_halving=False,
    examples=None,
)


def compared_methods(asked: Sequence[str]) -> tuple[str, ...]:
    """The methods of a comparison: the two that all are held against, and those that a user names.

    Parameters
    ----------
    asked : sequence of str; empty for the usual ones

    Raises
    ------
    StudyError
        If no method has a name.

    Examples
    --------
    >>> compared_methods(["ensemble"])
    ('passive', 'random_pool', 'ensemble')
    """
    known = tuple(named_methods())
    for name in asked:
        if name not in known:
            raise StudyError(f"--methods: no method has the name {name!r}. {meant(name, known)}")
    return tuple(dict.fromkeys((REFERENCE, CONTROL, *asked))) if asked else DEFAULT_METHODS


def file_name(name: str) -> str:
    """A name that any folder may have.

    Examples
    --------
    >>> file_name("flats & houses"), file_name("..")
    ('flats-houses', 'table')
    """
    return re.sub(r"[^\w.-]+", "-", name).strip("-.") or "table"


def comparison_study(one: Prepared, table: Table, methods: Sequence[str], trials: int, seed: int) -> Study:
    """The study of one table.

    Parameters
    ----------
    one : Prepared
    table : Table, its file
    methods : sequence of str, see `compared_methods`
    trials, seed : int

    Returns
    -------
    Study

    Raises
    ------
    StudyError
        If there are too few trials, the seed is negative, or a method is for another kind of target.
    """
    for option, value, least in (("--trials", trials, 2), ("--seed", seed, 0)):
        if value < least:
            raise StudyError(f"{option} must be at least {least}; got {value}.")
    for method in methods:
        if one.task not in (served := named_methods()[method].tasks):
            raise StudyError(
                f"--methods: {method!r} is for {' and '.join(served)} only, and predicting {one.target!r} is {one.task}. "
                "Choose others."
            )
    name = file_name(one.name)
    return Study(
        name=f"compare-{name}",
        title=f"{one.file}: what choosing is worth in predicting {one.target}",
        seed=seed,
        trials=trials,
        plans=(_plan(name, one, table),),
        methods=tuple(methods),
        factors=(),
        is_quick=False,
        hyper_parameters="grid",
        test_fraction=TEST_FRACTION,
        train_fraction=None,
        decay_biases=False,
        probabilities="softmax_of_outputs",
        preparation=Preparation(),
        records=100,
        trials_per_unit=10,
        comparison=Comparison(one.notes),
    )


def _plan(name: str, one: Prepared, table: Table) -> Plan:
    n_rows = len(one.frame)
    n_train = n_rows - math.ceil(TEST_FRACTION * n_rows)
    n_classes = one.frame[one.target].nunique() if one.task == "classification" else 1
    first = min(max(10, 2 * n_classes), n_train // 3)
    n_pool = n_train - first
    budget = n_pool if n_train <= FEW_ROWS else n_train // 2 - first
    low, high = EPOCHS
    return Plan(
        problem=name,
        table=table,
        examples=None,
        epochs=min(high, max(low, PRESENTATIONS // n_train)),
        batch_size=1,
        gradient_clip=None,
        mean_over_outputs=False,
        output="linear",
        cross_validation=None,
        target_error=None,
        settings=Settings(
            beta=0.7,
            interval=5,
            query_size=-(-budget // N_QUERIES),
            budget=budget,
            epochs_per_query=EPOCHS_PER_QUERY,
        ),
        first_labelled=FirstLabelled(first, 1.0, "smaller"),
        committee_weights="own",
        tuning=TUNING,
        recorded=None,
    )
