"""The data sets that have a name: what they are, where they come from, whether they are here."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from eligo.datasets import bundled, fetched, generators
from eligo.datasets.fetched import CALIFORNIA_HOUSING, ENERGY_EFFICIENCY, FASHION_MNIST, FASHION_STAND_IN
from eligo.datasets.files import DataFile, find, locate, obtain
from eligo.datasets.openml import obtain_openml
from eligo.datasets.record import DataError, Dataset

CC_BY = "CC BY 4.0"
OPENML = "openml:"


@dataclass(frozen=True)
class Entry:
    """What can be said of a data set without reading it.

    Attributes
    ----------
    load : callable without arguments that gives the Dataset
    title : str
    task : "classification" or "regression"
    n_examples, n_columns : int, raw
    source : str
    licence : str, empty for numbers that are drawn from a formula
    files : tuple of DataFile, default=(): what it is read from, where it is neither bundled nor generated
    """

    load: Callable[[], Dataset]
    title: str
    task: str
    n_examples: int
    n_columns: int
    source: str
    licence: str
    files: tuple[DataFile, ...] = ()


CATALOGUE: Mapping[str, Entry] = MappingProxyType(
    {
        "iris": Entry(
            bundled.load_iris, "Iris", "classification", 150, 4, "Fisher (1936), bundled with scikit-learn", CC_BY
        ),
        "wine": Entry(
            bundled.load_wine,
            "Wine",
            "classification",
            178,
            13,
            "Forina et al. (1988), UCI, bundled with scikit-learn",
            CC_BY,
        ),
        "noisy_sine": Entry(
            generators.make_noisy_sine, "Noisy sine", "regression", 500, 1, "generated from a formula", ""
        ),
        "california_housing": Entry(
            fetched.load_california_housing,
            "California housing",
            "regression",
            20_640,
            9,
            "Pace & Barry (1997), StatLib, as distributed by Géron (2019)",
            "not stated",
            (CALIFORNIA_HOUSING,),
        ),
        "energy_efficiency": Entry(
            fetched.load_energy_efficiency,
            "Energy efficiency",
            "regression",
            768,
            8,
            "Tsanas & Xifara (2012), UCI 242",
            CC_BY,
            (ENERGY_EFFICIENCY,),
        ),
        "fashion_mnist": Entry(
            fetched.load_fashion_mnist,
            "Fashion-MNIST",
            "classification",
            70_000,
            784,
            "Xiao, Rasul & Vollgraf (2017), Zalando Research",
            "MIT",
            FASHION_MNIST,
        ),
        "breast_cancer": Entry(
            bundled.load_breast_cancer,
            "Breast cancer (Wisconsin)",
            "classification",
            569,
            30,
            "Street, Wolberg & Mangasarian (1993), UCI, bundled with scikit-learn",
            CC_BY,
        ),
        "digits": Entry(
            bundled.load_digits,
            "Handwritten digits",
            "classification",
            1_797,
            64,
            "Kaynak (1995), UCI, bundled with scikit-learn",
            CC_BY,
        ),
        "diabetes": Entry(
            bundled.load_diabetes,
            "Diabetes",
            "regression",
            442,
            10,
            "Efron et al. (2004), bundled with scikit-learn",
            "not stated",
        ),
        "friedman1": Entry(
            generators.make_friedman, "Friedman 1", "regression", 500, 10, "Friedman (1991), generated", ""
        ),
    }
)
"""Every data set that has a name."""


def entry_of(name: str) -> Entry:
    """What is known of the data set of that name.

    Raises
    ------
    DataError
        If there is none; the message names the closest.
    """
    if name not in CATALOGUE:
        close = difflib.get_close_matches(name, CATALOGUE, n=1)
        hint = f" Did you mean {close[0]}?" if close else ""
        raise DataError(f"unknown data set {name!r}; there are {', '.join(CATALOGUE)}.{hint}")
    return CATALOGUE[name]


def describe(name: str) -> str:
    """One line on a data set: what it is, where it comes from, and whether it is here, and right. Nothing is fetched.

    Parameters
    ----------
    name : str, a key of `CATALOGUE`

    Returns
    -------
    str

    Examples
    --------
    >>> describe("iris")
    'Iris, classification, 150 examples, 4 features. Fisher (1936), bundled with scikit-learn; licence CC BY 4.0.'
    """
    entry = entry_of(name)
    size = f"{entry.n_examples} examples, {entry.n_columns} feature{'s' * (entry.n_columns != 1)}"
    where = f" {_whereabouts(name, entry)}" if entry.files else ""
    licence = f"; licence {entry.licence}" if entry.licence else ""
    return f"{entry.title}, {entry.task}, {size}. {entry.source}{licence}.{where}"


def _whereabouts(name: str, entry: Entry) -> str:
    megabytes = sum(file.remote.size for file in entry.files) / 1e6
    absent = f"Not here: `eligo data fetch {name}` fetches {megabytes:.2g} MB."
    if entry.files is FASHION_MNIST:
        if paths := fetched.find_fashion_files():
            return f"Found, unchecked: {paths[0].parent}."  # gzipped or not, 31 MB or 55 MB
        stand_in = locate(FASHION_STAND_IN)
        return absent if stand_in is None else f"{absent} A stand-in of 900 examples is here: {stand_in}."
    try:
        path = find(entry.files[0])
    except DataError:
        return (
            f"Found, but not what is expected: {locate(entry.files[0].name)}. Remove it, or put the right file there."
        )
    return absent if path is None else f"Here: {path}."


def fetch(name: str) -> tuple[tuple[Path, ...], bool]:
    """Have the files of a data set on this machine; what is missing is fetched into the cache folder.

    Parameters
    ----------
    name : str, a key of `CATALOGUE`, or "openml:" and the number of a data set there

    Returns
    -------
    paths : tuple of Path, its files; empty for data that are bundled or generated
    is_new : bool, whether anything had to be fetched

    Raises
    ------
    DataError
        If there is no such data set, or a file that is here holds other data.
    UnavailableError
        If a file cannot be fetched or kept.
    """
    if name.startswith(OPENML):
        number = name.removeprefix(OPENML)
        if not (number.isascii() and number.isdigit()):
            raise DataError(f"a data set of OpenML is {OPENML} and its number, as in {OPENML}61; got {name!r}.")
        file = obtain_openml(int(number))
        return (file.path,), file.is_new
    entry = entry_of(name)
    if entry.files is FASHION_MNIST:
        found = fetched.find_fashion_files()
        return (found, False) if found else (fetched.fetch_fashion_files(), True)
    is_new = any(locate(file.name) is None for file in entry.files)
    return tuple(obtain(file, name) for file in entry.files), is_new
