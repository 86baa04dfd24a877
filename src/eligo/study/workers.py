"""Worker processes of which each stands alone: one that dies takes its unit with it, and nothing else."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from eligo.study.worker import prepare_worker


class Workers(Executor):
    """An executor of so many processes, each a pool of its own, replaced when its process has died.

    A pool of several processes breaks whole when one of them dies. A process starts when it is given its first work.

    Parameters
    ----------
    jobs : int, at least 1, and the most that may be computed at the same time
    """

    def __init__(self, jobs: int) -> None:
        """Nothing is started yet."""
        self._pools = [_one_worker() for _ in range(jobs)]
        self._given: list[Future[Any] | None] = [None] * jobs

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Give work to a process that has none.

        Raises
        ------
        RuntimeError
            If all are at work.
        """
        free = (place for place, future in enumerate(self._given) if future is None or future.done())
        place = next(free, None)
        if place is None:
            raise RuntimeError(f"all {len(self._pools)} workers are at work; wait for one of them.")
        try:
            future = self._pools[place].submit(fn, *args, **kwargs)
        except BrokenProcessPool:
            self._pools[place].shutdown(wait=False)
            self._pools[place] = _one_worker()
            future = self._pools[place].submit(fn, *args, **kwargs)
        self._given[place] = future
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the processes end when they have done what they were given."""
        for pool in self._pools:
            pool.shutdown(wait=wait, cancel_futures=cancel_futures)


def _one_worker() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=prepare_worker)
