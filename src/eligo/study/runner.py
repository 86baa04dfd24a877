"""Computing the units of a study: each is leased, computed, stored at once, and tried again if it failed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

from eligo.datasets import DataError
from eligo.study.design import Study
from eligo.study.leases import LEASE_SECONDS, MOST_ATTEMPTS, error_text, this_run
from eligo.study.reading import StudyError
from eligo.study.schedule import Schedule
from eligo.study.store import Store
from eligo.study.units import Finished, TuningUnit, Unit, unit_id, unit_in_words
from eligo.study.worker import compute, stops_held_back


@dataclass(frozen=True)
class Progress:
    """Where a run stands, at the start, after each unit, and after each attempt at one that failed.

    Attributes
    ----------
    finished : the unit that just ended; None at the start, and after a failure
    failed : str or None, what just failed or was closed, and why, in one line
    cells, trials : at the start, the rows that earlier runs stored
    n_done, n_known : int, units done and units known of so far, also those of earlier runs
    share : float in [0, 1], estimated part of the work that is done
    seconds_left : float or None, estimated
    """

    finished: Finished | None
    n_done: int
    n_known: int
    share: float
    seconds_left: float | None
    cells: Sequence[dict[str, Any]] = ()
    trials: Sequence[dict[str, Any]] = ()
    failed: str | None = None


Watch = Callable[[Progress], None]


def run_study(
    study: Study, store: Store, executor: Executor, n_parallel: int, watch: Watch, absent: Collection[str] = ()
) -> None:
    """Compute all units that are not stored yet, and store each as it ends.

    A unit that fails, or whose worker dies, is tried `MOST_ATTEMPTS` times; then the rest goes on without it, and the store
    has it among its `failures`. The next run tries it again. A problem of which all cells trained to the end diverged is
    closed: the others go on, and the fact "closed" says why.

    Parameters
    ----------
    study : Study
    store : Store
    executor : Executor, where units are computed
    n_parallel : int, units to compute at the same time
    watch : function of a Progress, called at the start, after each unit and after each failure
    absent : problems whose data could not be had, default=(); they are left out

    Raises
    ------
    StudyError
        If another run computes a unit of this store, or the store cannot be written.
    DataError
        If data that were there are not there any more. What is stored stays.
    """
    run = _Run(study, store, watch, absent)
    with done_last(lambda: store.release(run.owner)):
        while run.schedule.ready or run.running or run.elsewhere:
            while run.schedule.ready and len(run.running) < n_parallel:
                run.start(executor)
            if not run.running:
                run.look_elsewhere()
                continue
            ended, _ = wait(run.running, timeout=LEASE_SECONDS / 4, return_when=FIRST_COMPLETED)
            run.keep_leases()
            for future in ended:
                run.end(future)


@contextmanager
def done_last(write: Callable[[], None]) -> Iterator[None]:
    """Write something to a store at the end, whatever the end is; an error of the block is not replaced by one of that."""
    try:
        yield
    except BaseException:
        with suppress(Exception):
            write()
        raise
    write()


class _Run:
    """What one run has begun, and how often it failed at it."""

    def __init__(self, study: Study, store: Store, watch: Watch, absent: Collection[str]) -> None:
        self.study, self.store, self.watch = study, store, watch
        self.schedule, self.clock, self.owner = Schedule(study, store, absent), _Clock(), this_run()
        self.running: dict[Future[Finished], Unit] = {}
        self.elsewhere: list[Unit] = []
        self.n_failed: Counter[str] = Counter()
        self.kept_at = time.monotonic()
        self.note_closed()
        before = _progress(self.schedule, None, self.clock)
        watch(replace(before, cells=store.rows("cells"), trials=store.rows("trials")))

    def start(self, executor: Executor) -> None:
        """Lease the next unit, and have it computed; one that another run has waits until nothing else is to be done."""
        unit = self.schedule.take(self.running.values())
        if not self.store.begin(unit, self.owner):
            self.elsewhere.append(unit)
            return
        with stops_held_back():
            self.running[executor.submit(compute, self.study, unit)] = unit

    def look_elsewhere(self) -> None:
        """Go on from what another run has finished meanwhile; end where it still computes all that is left."""
        done = self.store.finished()
        ended = [unit for unit in self.elsewhere if unit_id(unit) in done]
        if not ended and self.elsewhere:
            raise StudyError(
                f"another run computes {unit_in_words(self.elsewhere[0])} of this study. Wait until it has ended, and run "
                "the same command again."
            )
        for unit in ended:
            self.elsewhere.remove(unit)
            self.schedule.finish(unit)
            self.watch(_progress(self.schedule, None, self.clock))

    def note_closed(self) -> list[str]:
        """Keep which problems are closed, and why; those that were not before."""
        before = self.store.noted("closed") or {}
        new = [problem for problem in self.schedule.closed if problem not in before]
        if new:
            self.store.note("closed", before | self.schedule.closed)
        return new

    def keep_leases(self) -> None:
        """Renew the leases of what is computed, well before they run out; take those again that nobody has."""
        if time.monotonic() - self.kept_at > LEASE_SECONDS / 4:
            kept = self.store.renew(self.owner)
            for unit in self.running.values():
                if unit_id(unit) not in kept:
                    self.store.begin(unit, self.owner)  # or another run has begun it: `end` and `_fail` know what then
            self.kept_at = time.monotonic()

    def end(self, future: Future[Finished]) -> None:
        """Store what a unit found; or put it back, unless it failed for the last time.

        If another run has taken the unit over meanwhile, since the lease ran out, what is stored first counts: both find
        the same.
        """
        unit = self.running.pop(future)
        if error := future.exception():
            self._fail(unit, error)
            return
        finished = future.result()
        self.store.add(finished)
        self.schedule.finish(unit)
        self.clock.add(self.schedule.known[unit_id(unit)])
        self.watch(_progress(self.schedule, finished, self.clock))
        for problem in self.note_closed() if isinstance(unit, TuningUnit) else ():
            said = f"{problem}: {self.schedule.closed[problem]}"
            self.watch(replace(_progress(self.schedule, None, self.clock), failed=said))

    def _fail(self, unit: Unit, error: BaseException) -> None:
        if isinstance(error, (StudyError, DataError)):
            raise error  # a person must mend it, and it concerns more than this unit
        name, what = unit_id(unit), error_text(error)
        if name not in self.store.renew(self.owner):  # another run has it
            self.schedule.put_back(unit)
            return
        self.store.fail(unit, self.owner, what)
        self.n_failed[name] += 1
        if self.n_failed[name] < MOST_ATTEMPTS:
            self.schedule.put_back(unit)
        said = f"{unit_in_words(unit)} failed, attempt {self.n_failed[name]} of {MOST_ATTEMPTS}: {what.splitlines()[0]}"
        self.watch(replace(_progress(self.schedule, None, self.clock), failed=said))


class _Clock:
    """Work done per second in this run."""

    def __init__(self) -> None:
        self.began, self.cost = time.monotonic(), 0.0

    def add(self, cost: float) -> None:
        self.cost += cost

    def seconds_for(self, cost: float) -> float | None:
        return cost * (time.monotonic() - self.began) / self.cost if self.cost else None


def _progress(schedule: Schedule, finished: Finished | None, clock: _Clock) -> Progress:
    expected, done = schedule.expected_cost(), schedule.cost_done
    return Progress(
        finished,
        schedule.n_done,
        len(schedule.known),
        done / expected if expected else 1.0,
        clock.seconds_for(expected - done),
    )
