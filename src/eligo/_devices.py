"""The one place that decides what of this machine eligo takes: XLA's devices, before jax computes, and memory.

On a CPU, XLA runs one program on one thread of work unless it is told that the host has several devices. One
host device per core lets the engine shard its ``nets`` axis over the cores.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path

DEVICES_VARIABLE = "ELIGO_HOST_DEVICES"
COUNT_FLAG = "--xla_force_host_platform_device_count"
THREAD_FLAG = "--xla_cpu_multi_thread_eigen"
MEMORY_VARIABLE = "ELIGO_MEMORY"
GIBIBYTE = 2**30
CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")


def configure_host_devices() -> None:
    """Give XLA one host device per usable core, unless the user chose otherwise.

    ``ELIGO_HOST_DEVICES`` overrides the count; any ``XLA_FLAGS`` that name a device count win over both. XLA reads the flags
    when jax first computes: whether jax is imported before or after does not matter, and later they change nothing.
    """
    flags = os.environ.get("XLA_FLAGS", "")
    if COUNT_FLAG not in flags:
        os.environ["XLA_FLAGS"] = flags_for(_requested_devices(), flags)


def flags_for(n_devices: int, flags: str) -> str:
    """``XLA_FLAGS`` for this many host devices, other flags kept.

    A program keeps to one thread on each device: the devices share the cores already, and sums are added in one order on
    every machine.
    """
    own = [flag for flag in flags.split() if not flag.startswith((COUNT_FLAG, THREAD_FLAG))]
    return " ".join([*own, f"{COUNT_FLAG}={n_devices}", f"{THREAD_FLAG}=false"])


def _requested_devices() -> int:
    value = os.environ.get(DEVICES_VARIABLE, "")
    if not value:
        return usable_cores()
    if not value.isdigit() or int(value) < 1:
        warnings.warn(
            f"{DEVICES_VARIABLE} must be a whole number of at least 1; got {value!r}, so one device per core is used.",
            stacklevel=4,
        )
        return usable_cores()
    return int(value)


def usable_cores() -> int:
    """How many cores this process may use (its affinity mask where the system has one)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory_bound() -> int:
    """Bytes that networks which learn side by side may take: ``ELIGO_MEMORY`` in GiB, or a quarter of the memory.

    It is for one process. A study divides it by its workers, and tells each its share. Two networks or three learn side by
    side even where fewer fit, see `eligo.nets.parts_in_memory`.

    Raises
    ------
    ValueError
        If the variable is no positive number.
    """
    value = os.environ.get(MEMORY_VARIABLE, "")
    if not value:
        return usable_memory() // 4
    try:
        gibibytes = float(value)
    except ValueError:
        gibibytes = 0.0
    if not 0 < gibibytes < float("inf"):
        raise ValueError(
            f"{MEMORY_VARIABLE} must be a number of GiB above 0; got {value!r}. Unset it for a quarter of RAM."
        )
    return int(gibibytes * GIBIBYTE)


def usable_memory() -> int:
    """Bytes of memory that this process may use: the machine's, or its container's where that is less."""
    installed = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = CGROUP_LIMIT.read_text(encoding="ascii").strip()
    except OSError:
        return installed
    return min(installed, int(limit)) if limit.isdigit() else installed
