"""A store in memory: what a run found, for as long as the process lives."""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from eligo.study.leases import LEASE_SECONDS, MOST_ATTEMPTS, Failure, Lease
from eligo.study.schema import TABLES
from eligo.study.units import Finished, Unit, unit_id, unit_in_words


class MemoryStore:
    """A store without a file, with the guarantees of the one in a file but for its life.

    Meant for a study that an own program runs and reads at once, by `eligo.study.runner.run_study`.

    Examples
    --------
    >>> store = MemoryStore()
    >>> store.note("seed", 7)
    >>> store.noted("seed"), store.finished()
    (7, frozenset())
    """

    def __init__(self) -> None:
        """Nothing is there yet."""
        self._units: set[str] = set()
        self._tables: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
        self._facts: dict[str, str] = {}
        self._leases: dict[str, Lease] = {}
        self._errors: dict[str, list[str]] = {}
        self._labels: dict[str, str] = {}

    @contextmanager
    def reading(self) -> Iterator[MemoryStore]:
        """The store as it is at this moment, only to be read, while the context lasts: a copy."""
        yield copy.deepcopy(self)

    def finished(self) -> frozenset[str]:
        """Ids of all units that are there."""
        return frozenset(self._units)

    def add(self, finished: Finished) -> None:
        """Keep a finished unit, and end its lease, whoever has it; adding one twice changes nothing."""
        name = unit_id(finished.unit)
        if name in self._units:
            return
        new = {
            table: [{column: _as_stored(column, row[column]) for column in columns} for row in getattr(finished, table)]
            for table, columns in TABLES.items()
        }
        self._units.add(name)
        self._leases.pop(name, None)
        for table, rows in new.items():
            self._tables[table] += rows

    def rows(self, table: str, problem: str | None = None) -> list[dict[str, Any]]:
        """Rows of "cells", "trials", "curves" or "confusion" in the order they came, of one problem or of all."""
        return [copy.copy(row) for row in self._tables[table] if problem in (None, row["problem"])]

    def note(self, key: str, value: Any) -> None:
        """Keep a fact about the study, any plain value; a new one replaces an old one."""
        self._facts[key] = json.dumps(value)

    def noted(self, key: str) -> Any:
        """A fact about the study, or None."""
        return json.loads(self._facts[key]) if key in self._facts else None

    def begin(self, unit: Unit, owner: str, seconds: float = LEASE_SECONDS) -> bool:
        """Lease a unit for so long; False if it is finished already, or leased by a lease that has not run out."""
        name, now = unit_id(unit), time.time()
        if name in self._units or (name in self._leases and self._leases[name].expires > now):
            return False
        self._leases.pop(name, None)
        self._leases[name] = Lease(name, owner, now + seconds)
        self._labels[name] = unit_in_words(unit)
        return True

    def renew(self, owner: str, seconds: float = LEASE_SECONDS) -> frozenset[str]:
        """Let all leases that an owner still has last so long from now; the ids of their units."""
        until = time.time() + seconds
        renewed = {name: lease._replace(expires=until) for name, lease in self._leases.items() if lease.owner == owner}
        self._leases.update(renewed)
        return frozenset(renewed)

    def fail(self, unit: Unit, owner: str, error: str) -> None:
        """End the owner's lease of a unit that could not be computed, and keep why; nothing if it has none any more."""
        name = unit_id(unit)
        if name in self._leases and self._leases[name].owner == owner:
            del self._leases[name]
            self._errors[name] = [*self._errors.pop(name, ()), error]

    def release(self, owner: str) -> None:
        """End all leases of an owner, as if its units had not been begun."""
        self._leases = {name: lease for name, lease in self._leases.items() if lease.owner != owner}

    def leases(self) -> list[Lease]:
        """Leases that nobody ended, also those that have run out."""
        return list(self._leases.values())

    def failures(self) -> list[Failure]:
        """Units that are not finished although they were tried `MOST_ATTEMPTS` times, in the order of their last error."""
        return [
            Failure(self._labels[name], len(errors), errors[-1])
            for name, errors in self._errors.items()
            if len(errors) >= MOST_ATTEMPTS and name not in self._units
        ]


def _as_stored(column: str, value: Any) -> Any:
    """A value as SQL gives it back: what is not a number is missing."""
    if isinstance(value, float) and math.isnan(value):
        return None
    return bool(value) if column == "is_diverged" else value
