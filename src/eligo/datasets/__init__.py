"""Data sets by name, and their preparation for networks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from eligo.datasets.bundled import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine
from eligo.datasets.generators import make_friedman, make_noisy_sine
from eligo.datasets.preprocessing import scale_features
from eligo.datasets.record import DataError, Dataset
from eligo.datasets.tables import Table, load_table

__all__ = ["DATASETS", "DataError", "Dataset", "Table", "load", "load_table", "scale_features"]

DATASETS: Mapping[str, Callable[[], Dataset]] = MappingProxyType(
    {
        "iris": load_iris,
        "wine": load_wine,
        "noisy_sine": make_noisy_sine,
        "breast_cancer": load_breast_cancer,
        "digits": load_digits,
        "diabetes": load_diabetes,
        "friedman1": make_friedman,
    }
)
"""Every data set that has a name, and what loads it."""


def load(name: str) -> Dataset:
    """The data set of that name.

    Parameters
    ----------
    name : str, a key of `DATASETS`

    Returns
    -------
    Dataset

    Raises
    ------
    ValueError
        If no data set has that name.

    Examples
    --------
    >>> load("iris").class_names
    ('setosa', 'versicolor', 'virginica')
    """
    if name not in DATASETS:
        raise ValueError(f"unknown problem {name!r}; there are {', '.join(DATASETS)}.")
    return DATASETS[name]()
