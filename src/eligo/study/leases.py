"""Who computes a unit at the moment, for how long nobody else may, and what went wrong when it did."""

from __future__ import annotations

import os
import socket
import uuid
from concurrent.futures import BrokenExecutor
from traceback import format_exception_only
from typing import NamedTuple

MOST_ATTEMPTS = 3
"""A unit that failed so many times has failed: the rest of the study goes on without it."""

LEASE_SECONDS = 120.0
"""How long a lease lasts that nobody renews."""


class Lease(NamedTuple):
    """A unit that is being computed.

    Attributes
    ----------
    unit : str, its id
    owner : str, `this_run` of whoever has it
    expires : float, seconds since 1970 at which it is free unless it was renewed
    """

    unit: str
    owner: str
    expires: float


class Failure(NamedTuple):
    """A unit that failed `MOST_ATTEMPTS` times or more, and is not finished.

    Attributes
    ----------
    label : str, the unit in words
    attempts : int, how many of its attempts failed
    error : str, the last error; its first line says what it was
    """

    label: str
    attempts: int
    error: str


def this_run() -> str:
    """How a run signs its leases: host, process id, and what tells it from other runs of the process; new at each call."""
    return f"{this_host()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def this_host() -> str:
    """The name of this machine."""
    return socket.gethostname()


def host_of(owner: str) -> str:
    """The host in an owner's name.

    Examples
    --------
    >>> host_of("lab-3:4711:5e0cab71")
    'lab-3'
    """
    return owner.partition(":")[0]


def error_text(error: BaseException) -> str:
    """An error as it is kept: what it was in the first line, and below where it was raised.

    Examples
    --------
    >>> error_text(ZeroDivisionError("division by zero"))
    'ZeroDivisionError: division by zero'
    """
    if isinstance(error, BrokenExecutor):
        return "the worker process died: it was killed, or the memory was not enough"
    what = " ".join("".join(format_exception_only(error)).split())
    return what if error.__cause__ is None else f"{what}\n{error.__cause__}"
