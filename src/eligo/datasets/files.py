"""Where files of data lie: the folder that ELIGO_DATA names, then the cache; a file is what its sha256 says it is."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from eligo.datasets.fetching import RemoteFile, fetch_file, sha256_of
from eligo.datasets.record import DataError


@dataclass(frozen=True)
class DataFile:
    """A file of data under the name that it has in a folder.

    Attributes
    ----------
    name : str, may lie in a folder of its own: "fashion_mnist/labels.gz"
    remote : RemoteFile, what it is fetched from
    sha256_of_twins : tuple of str, default=(): digests of files that hold the same data in other words
    """

    name: str
    remote: RemoteFile
    sha256_of_twins: tuple[str, ...] = ()


def own_folder() -> Path | None:
    """The folder that the environment variable ELIGO_DATA names, None where it is not set.

    Raises
    ------
    DataError
        If it names no folder.
    """
    named = os.environ.get("ELIGO_DATA", "")
    if not named:
        return None
    folder = Path(named).expanduser()
    if not folder.is_dir():
        raise DataError(f"ELIGO_DATA must name a folder; {named!r} is none. Correct it, or unset it.")
    return folder


def cache_folder() -> Path:
    """The folder for what was fetched: eligo/data in XDG_CACHE_HOME or in ~/.cache; it may not exist yet."""
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (named if named.is_absolute() else Path("~/.cache").expanduser()) / "eligo" / "data"


def folders() -> tuple[Path, ...]:
    """Folders to search, in order."""
    own = own_folder()
    return (cache_folder(),) if own is None else (own, cache_folder())


def locate(name: str) -> Path | None:
    """The first file of that name, unread; None if there is none."""
    return next((folder / name for folder in folders() if (folder / name).is_file()), None)


def find(file: DataFile) -> Path | None:
    """A file that is here and holds what it should; None if there is none.

    Parameters
    ----------
    file : DataFile

    Returns
    -------
    Path or None

    Raises
    ------
    DataError
        If a file of that name holds something else.
    """
    path = locate(file.name)
    if path is not None:
        check_digest(path, (file.remote.sha256, *file.sha256_of_twins))
    return path


def check_digest(path: Path, allowed: tuple[str, ...]) -> None:
    """Refuse a file whose sha256 is none of those.

    Raises
    ------
    DataError
        If it is another, or the file cannot be read.
    """
    try:
        found = sha256_of(path)
    except OSError as error:
        raise DataError(f"cannot read {str(path)!r}: {error.strerror}. Check the file.") from None
    if found not in allowed:
        raise DataError(
            f"{str(path)!r} holds other data than its name says: its sha256 is {found}, expected {' or '.join(allowed)}. "
            "Remove it, or put the right file in its place."
        )


def obtain(file: DataFile, data_set: str) -> Path:
    """A file that is here, or else is fetched into the cache folder.

    Parameters
    ----------
    file : DataFile
    data_set : str, name of the data set that needs it, for messages

    Returns
    -------
    Path

    Raises
    ------
    DataError
        If a file of that name holds something else.
    UnavailableError
        If it is not here and cannot be fetched or kept.
    """
    return find(file) or fetch_file(file.remote, cache_folder() / file.name, data_set)
