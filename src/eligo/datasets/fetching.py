"""Fetching a file over the network: resumed where it broke off, and kept only if its sha256 is the expected one."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from eligo.datasets.record import UnavailableError

TIMEOUT = 30.0
"""Seconds without an answer after which a connection counts as broken."""

CONNECTIONS = 3
"""Connections to one address for one file: each goes on where the last broke off."""

CHUNK = 1 << 16


@dataclass(frozen=True)
class RemoteFile:
    """A file on the network, pinned to its content.

    Attributes
    ----------
    urls : tuple of str, addresses of the same file, tried in turn
    sha256 : str, of its content; empty where nobody knows it yet, and the publisher's MD5 is what there is
    size : int, bytes
    md5 : str, default="", as the publisher states it; asked for only where there is no sha256
    """

    urls: tuple[str, ...]
    sha256: str
    size: int
    md5: str = ""

    def fault_of(self, path: Path) -> str:
        """What is wrong with the content of a file; empty if it is what is expected."""
        name, expected = ("sha256", self.sha256) if self.sha256 else ("MD5", self.md5)
        found = digest_of(path, name.lower())
        return "" if found == expected else f"its {name} is {found}, expected {expected}"


class _AddressError(Exception):
    """An address that does not give the file; its text says why."""


class _CannotResumeError(_AddressError):
    """What is in the partial file is no beginning of what the address gives."""


def digest_of(path: Path, name: str) -> str:
    """Digest of a file's content, "sha256" or "md5", in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, name).hexdigest()


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal digits."""
    return digest_of(path, "sha256")


def read_address(url: str, n_bytes: int) -> tuple[bytes, int]:
    """The first bytes of what an address gives, and how long it says the whole is.

    Raises
    ------
    UnavailableError
        If it does not answer, or does not say how long what it gives is.
    """
    try:
        with _opened(url, 0) as response:
            declared, content = response.headers.get("Content-Length"), response.read(n_bytes)
    except (_AddressError, OSError, http.client.HTTPException) as fault:
        reason = str(fault) if isinstance(fault, _AddressError) else _reason(fault)
        raise UnavailableError(f"{urlsplit(url).hostname}: {reason}") from None
    if declared is None:
        raise UnavailableError(f"{urlsplit(url).hostname}: it does not say how long the file is")
    return content, int(declared)


def fetch_file(file: RemoteFile, target: Path, data_set: str) -> Path:
    """Fetch a file, with a bar of progress where stderr is a terminal.

    What has come so far lies beside the target as ``.partial``, and the next call goes on from there. The target appears
    whole, in one step, once its sha256 is right. One process at a time fetches into a folder; others wait.

    Parameters
    ----------
    file : RemoteFile
    target : Path, where to keep it; its folder is made
    data_set : str, for messages: what needs the file

    Returns
    -------
    Path, the target

    Raises
    ------
    UnavailableError
        If no address gives the file, or it cannot be kept.
    """
    partial = target.with_name(target.name + ".partial")
    with _disk_faults_said(file, target, partial):
        target.parent.mkdir(parents=True, exist_ok=True)
        with _only_one(target.parent):
            if target.is_file() and not file.fault_of(target):  # another process was faster
                return target
            faults = _fetch(file, target.name, partial)
            if not faults:
                os.replace(partial, target)
                return target
    raise UnavailableError(
        f"cannot fetch {target.name}: {'; '.join(faults)}. Run `eligo data fetch {data_set}` when the network is there, or "
        "put the file into the folder that ELIGO_DATA names."
    )


def _fetch(file: RemoteFile, name: str, partial: Path) -> list[str]:
    """Fill the partial file from the first address that can; otherwise say what is wrong with each."""
    faults = []
    with _bar(name, file.size) as advance_to:
        for url in file.urls:
            try:
                _fetch_from(url, file, partial, advance_to)
                return []
            except _AddressError as fault:
                faults.append(f"{urlsplit(url).hostname}: {fault}")
                if not _size(partial):
                    partial.unlink(missing_ok=True)
    return faults


def _fetch_from(url: str, file: RemoteFile, partial: Path, advance_to: Callable[[int], None]) -> None:
    """Fill the partial file from one address; if what was there already is of another file, from its beginning."""
    if _size(partial):
        with suppress(_CannotResumeError):
            _go_on(url, file, partial, advance_to)
            if not file.fault_of(partial):
                return
        partial.unlink()
    try:
        _go_on(url, file, partial, advance_to)
    except _CannotResumeError:
        size = _size(partial)
        partial.unlink()
        raise _AddressError(f"it broke off after {size} of {file.size} bytes, and cannot go on there") from None
    if fault := file.fault_of(partial):
        partial.unlink()
        raise _AddressError(f"it gives other data: {fault}")


def _go_on(url: str, file: RemoteFile, partial: Path, advance_to: Callable[[int], None]) -> None:
    """Fill the partial file to its full size, with more connections where one breaks off."""
    for _ in range(CONNECTIONS):
        _receive(url, file, partial, advance_to)
        if _size(partial) == file.size:
            return
    raise _AddressError(f"the connection broke off after {_size(partial)} of {file.size} bytes")


def _receive(url: str, file: RemoteFile, partial: Path, advance_to: Callable[[int], None]) -> None:
    """Append what one connection gives before it ends or breaks."""
    start = _size(partial)
    if start == file.size:
        return
    if start > file.size:
        partial.unlink()
        start = 0
    with _opened(url, start) as response, partial.open("ab", buffering=0) as sink:
        if start and response.status != http.client.PARTIAL_CONTENT:  # the whole file, from its beginning
            sink.truncate(start := 0)
        elif start and not (response.headers.get("Content-Range") or "").startswith(f"bytes {start}-"):
            raise _CannotResumeError(f"it resumes at {response.headers.get('Content-Range')}, asked for bytes {start}-")
        declared = response.headers.get("Content-Length")
        if declared is not None and start + int(declared) != file.size:
            fault = _CannotResumeError if start else _AddressError
            raise fault(f"it gives {start + int(declared)} bytes, expected {file.size}")
        received = start
        while chunk := _next_chunk(response):
            received += len(chunk)
            if received > file.size:
                sink.truncate(0)
                raise _AddressError(f"it gives more than the {file.size} bytes that are expected")
            _write(sink, chunk)
            advance_to(received)
        os.fsync(sink.fileno())


@contextmanager
def _opened(url: str, start: int) -> Iterator[Any]:
    headers = {"User-Agent": "eligo"} | ({"Range": f"bytes={start}-"} if start else {})
    try:
        response = urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        error.close()
        cannot_resume = start and error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE
        raise (_CannotResumeError if cannot_resume else _AddressError)(f"HTTP {error.code} {error.reason}") from None
    except (OSError, http.client.HTTPException) as error:
        raise _AddressError(_reason(error)) from None
    with response:
        yield response


def _next_chunk(response: Any) -> bytes:
    """What came next; nothing at the end, and where the connection broke."""
    try:
        chunk: bytes = response.read1(CHUNK)
    except (OSError, http.client.HTTPException):
        return b""
    return chunk


def _reason(error: Exception) -> str:
    inner = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(inner, TimeoutError):
        return f"no answer within {TIMEOUT:g} seconds"
    text = (inner.strerror if isinstance(inner, OSError) else None) or str(inner) or type(inner).__name__
    return " ".join(text.split()).rstrip(".")


def _write(sink: BinaryIO, chunk: bytes) -> None:
    """Write all of it: an unbuffered file may take less at once, and says so only by a number."""
    rest = memoryview(chunk)
    while rest:
        rest = rest[sink.write(rest) :]


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Wait until no other process fetches into this folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # a file system without locks: then nobody waits, and the sha256 still decides
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def _disk_faults_said(file: RemoteFile, target: Path, partial: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            with suppress(OSError):
                partial.unlink(missing_ok=True)
            raise UnavailableError(
                f"the disk is full: {target.name} needs {file.size / 1e6:.1f} MB in {str(target.parent)!r}. Free some "
                "space, or set XDG_CACHE_HOME to a folder on another disk."
            ) from None
        raise UnavailableError(
            f"cannot keep {target.name} in {str(target.parent)!r}: {error.strerror}. Set XDG_CACHE_HOME to a folder that "
            "you may write to, or put the file into the folder that ELIGO_DATA names."
        ) from None


@contextmanager
def _bar(name: str, size: int) -> Iterator[Callable[[int], None]]:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task(name, total=size)
        yield lambda received: progress.update(task, completed=received)
