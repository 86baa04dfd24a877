"""What runs in a worker process: one device, one thread, one unit at a time, however many workers there are."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import jax
from threadpoolctl import threadpool_limits

from eligo._devices import GIBIBYTE, MEMORY_VARIABLE, flags_for, memory_bound
from eligo.study.compilation import count_compilation
from eligo.study.design import Study
from eligo.study.reading import StudyError
from eligo.study.units import Finished, Unit, run_unit


@contextmanager
def worker_environment(jobs: int) -> Iterator[None]:
    """While this lasts, processes that are started see one XLA device, compute on one thread, and share the memory.

    Parameters
    ----------
    jobs : int, how many are at work at the same time; each may take that share of `memory_bound`

    Raises
    ------
    StudyError
        If ``ELIGO_MEMORY`` is no positive number.
    """
    try:
        share = memory_bound() / GIBIBYTE / jobs
    except ValueError as error:
        raise StudyError(str(error)) from None
    settings = {
        MEMORY_VARIABLE: f"{share:.6g}",
        "XLA_FLAGS": flags_for(1, os.environ.get("XLA_FLAGS", "")),
        "JAX_PLATFORMS": "cpu",
        "JAX_ENABLE_X64": "0",
    }
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


STOPS = (signal.SIGINT, signal.SIGTERM)
"""Signals by which a person or a system asks a run to stop."""


@contextmanager
def stops_held_back() -> Iterator[None]:
    """Processes that are started while this lasts never see Ctrl-C or SIGTERM, also while they import; this one does after.

    The mask is what they inherit. It holds nothing back here: the system hands the signal to another thread, and Python's
    handler runs in this one all the same, between starting a process and telling it what to do.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    seen: list[int] = []
    is_main = threading.current_thread() is threading.main_thread()  # handlers are its alone
    handlers = {stop: signal.signal(stop, lambda number, _: seen.append(number)) for stop in STOPS} if is_main else {}
    try:
        yield
    finally:
        for stop, handler in handlers.items():
            signal.signal(stop, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        for number in seen[:1]:
            signal.raise_signal(number)


def prepare_worker() -> None:
    """Set a fresh worker process up; stopping is the parent's business."""
    for stop in STOPS:
        signal.signal(stop, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    threadpool_limits(1)
    # Dispatch in line: programs are short, and a unit runs nothing beside them.
    jax.config.update("jax_cpu_enable_async_dispatch", False)
    _keep_compiled_programs()


def _leave_with_parent() -> None:
    """End this process when its parent is gone, even by kill -9; what it computes then has nobody to store it."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()  # returns at once if the parent has gone before this process was ready
        os._exit(1)


def _keep_compiled_programs() -> None:
    """Use jax's persistent compilation cache: where it is set to be, or in the user's cache, if that can be written."""
    own = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "eligo" / "xla"
    folder = Path(os.environ.get("JAX_COMPILATION_CACHE_DIR") or own)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        warnings.warn(f"compiled programs are not kept: {folder}: {error.strerror}", stacklevel=1)
        return
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)  # reading takes less than the least program
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


def compute(study: Study, unit: Unit) -> Finished:
    """Compute a unit in this process, and count what is compiled for it."""
    compiled = count_compilation()
    finished = run_unit(study, unit)
    return replace(finished, compilation=compiled())
