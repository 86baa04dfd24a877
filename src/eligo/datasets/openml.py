"""Data sets of OpenML by their number: fetched once, pinned by their sha256, read like a user's own table."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

from eligo.datasets.fetching import RemoteFile, fetch_file, read_address, sha256_of
from eligo.datasets.files import cache_folder, check_digest, locate
from eligo.datasets.record import DataError, Dataset, UnavailableError
from eligo.datasets.tables import Table, load_table

ADDRESS = "https://www.openml.org/api/v1/json/data/{}"
"""What OpenML says of a data set: its format, where the file is, its MD5, and columns that are no features."""

DESCRIPTION_SIZE = 1 << 20  # bytes, more than any description has


@dataclass(frozen=True)
class OpenMLFile:
    """A data set of OpenML that is on this machine.

    Attributes
    ----------
    path : Path
    sha256 : str, of its content
    ignored : tuple of str, columns that number the rows or that OpenML says to ignore
    is_new : bool, whether it had to be fetched
    """

    path: Path
    sha256: str
    ignored: tuple[str, ...]
    is_new: bool


def obtain_openml(data_id: int, sha256: str | None = None) -> OpenMLFile:
    """Have a data set of openml.org on this machine: in the folder that ELIGO_DATA names, or fetched into the cache.

    A file that is fetched is checked against ``sha256``, or else against the MD5 that OpenML states; its sha256 is then
    recorded beside it, in the format of ``sha256sum``, and checked from there on. Where a download breaks off, the next call
    goes on.

    Parameters
    ----------
    data_id : int, its number; a number stands for one version of the data
    sha256 : str, default=None: what the file must hold; None takes the one that was recorded

    Returns
    -------
    OpenMLFile

    Raises
    ------
    UnavailableError
        If it is not here and cannot be fetched or kept.
    DataError
        If there is no such data set, its format is not ARFF, or the file holds other data.
    """
    name = f"openml-{data_id}.arff"
    path = locate(name)
    if path is None:
        path = _fetched(data_id, name, sha256)
        return OpenMLFile(path, sha256_of(path), _ignored(path), is_new=True)
    record = path.with_name(name + ".sha256")
    expected = sha256 or (record.read_text().split()[0] if record.is_file() else None)
    if expected is not None:
        check_digest(path, (expected,))
    return OpenMLFile(path, sha256_of(path), _ignored(path), is_new=False)


def _fetched(data_id: int, name: str, sha256: str | None) -> Path:
    where, target = f"OpenML {data_id}", cache_folder() / name
    try:
        facts = json.loads(read_address(ADDRESS.format(data_id), DESCRIPTION_SIZE)[0])["data_set_description"]
        url, md5, kind = facts["url"].replace("http://", "https://", 1), facts["md5_checksum"], facts["format"]
        size = read_address(url, 0)[1]
    except UnavailableError as fault:
        remedy = "Check its number" if "HTTP 4" in str(fault) else "Try again when the network is there"
        raise UnavailableError(
            f"cannot fetch {where}: {fault}. {remedy}, or put the file into the folder that ELIGO_DATA names, as {name}."
        ) from None
    except (ValueError, KeyError, AttributeError):
        raise UnavailableError(f"cannot fetch {where}: its description is not to be read. Try again later.") from None
    if kind.lower() != "arff":
        raise DataError(f"cannot read {where}: its format is {kind}, and eligo reads ARFF. Save it as CSV.")
    fetch_file(RemoteFile((url,), sha256 or "", size, md5), target, f"openml:{data_id}")
    try:
        target.with_name(name + ".sha256").write_text(f"{sha256_of(target)}  {name}\n")
        target.with_name(name + ".json").write_text(json.dumps(facts))
    except OSError as error:
        target.unlink(missing_ok=True)  # a file whose sha256 is not recorded would be taken for what it is
        raise UnavailableError(f"cannot keep {name} in {str(target.parent)!r}: {error.strerror}. Make room.") from None
    return target


def _ignored(path: Path) -> tuple[str, ...]:
    description = path.with_name(path.name + ".json")
    if not description.is_file():
        return ()
    facts = json.loads(description.read_text())
    named = (facts.get("row_id_attribute"), facts.get("ignore_attribute"))
    lists = [own if isinstance(own, list) else [own] for own in named if own]
    return tuple(dict.fromkeys(column.strip() for own in lists for names in own for column in names.split(",")))


def openml_table(
    data_id: int, target: str, task: str, sha256: str | None = None, kinds: tuple[tuple[str, str], ...] = ()
) -> Table:
    """A data set of openml.org as a table; see `obtain_openml`.

    Parameters
    ----------
    data_id : int
    target : str, the column to predict
    task : "classification" or "regression"
    sha256 : str, default=None
    kinds : tuple of (column, "number", "category" or "ignore"), default=(): kinds other than those that OpenML states

    Returns
    -------
    Table
    """
    found = obtain_openml(data_id, sha256)
    stated = {column: "ignore" for column in found.ignored if column != target}
    return Table(str(found.path), target, task, found.sha256, tuple((stated | dict(kinds)).items()))


def load_openml(
    name: str,
    data_id: int,
    target: str,
    task: str,
    *,
    kinds: tuple[tuple[str, str], ...] = (),
    sha256: str | None = None,
) -> Dataset:
    """A data set of openml.org, fetched once into the cache folder.

    Parameters
    ----------
    name : str, how to call it
    data_id : int, its number; a number stands for one version of the data
    target : str, the column to predict
    task : "classification" or "regression"
    kinds : tuple of (column, "number", "category" or "ignore"), default=(): kinds other than those that OpenML states
    sha256 : str, default=None: what the file must hold; None takes the one that was recorded when it was fetched

    Returns
    -------
    Dataset

    Raises
    ------
    UnavailableError
        If it is not here and cannot be fetched or kept.
    DataError
        If there is no such data set, it cannot be learnt from, or the file holds other data.
    """
    data = load_table(name, openml_table(data_id, target, task, sha256, kinds))
    return replace(data, source=f"OpenML, data set {data_id}")
