"""Data sets by name or from a user's table, and their preparation for networks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from eligo.datasets.catalogue import CATALOGUE, entry_of
from eligo.datasets.facts import Column, class_counts, count_values, data_digest, describe_columns, subsample
from eligo.datasets.idx import read_idx
from eligo.datasets.openml import load_openml
from eligo.datasets.preprocessing import (
    FeaturePreparation,
    Preparation,
    input_names,
    n_inputs,
    prepare_features,
)
from eligo.datasets.record import DataError, Dataset, UnavailableError
from eligo.datasets.rows import row_blocks
from eligo.datasets.tables import Table, load_table
from eligo.datasets.target_preparation import TargetPreparation

__all__ = [
    "DATASETS",
    "Column",
    "DataError",
    "Dataset",
    "FeaturePreparation",
    "Preparation",
    "Table",
    "TargetPreparation",
    "UnavailableError",
    "class_counts",
    "count_values",
    "data_digest",
    "describe_columns",
    "input_names",
    "load",
    "load_openml",
    "load_table",
    "n_inputs",
    "prepare_features",
    "read_idx",
    "row_blocks",
    "subsample",
]

DATASETS: Mapping[str, Callable[[], Dataset]] = MappingProxyType(
    {name: entry.load for name, entry in CATALOGUE.items()}
)
"""Every data set that has a name, and what loads it."""


def load(name: str) -> Dataset:
    """The data set of that name; what is not on this machine is fetched.

    Parameters
    ----------
    name : str, a key of `DATASETS`

    Returns
    -------
    Dataset

    Raises
    ------
    DataError
        If no data set has that name, or a file of it holds other data.
    UnavailableError
        If it is neither in the folder that ELIGO_DATA names nor in the cache, and cannot be fetched or kept.

    Examples
    --------
    >>> load("iris").class_names
    ('setosa', 'versicolor', 'virginica')
    """
    return entry_of(name).load()
