"""The one place that decides on which devices XLA computes; imported before jax is.

On a CPU, XLA runs one program on one thread of work unless it is told that the host has several devices. One
host device per core lets the engine shard its ``nets`` axis over the cores.
"""

from __future__ import annotations

import os
import sys
import warnings

DEVICES_VARIABLE = "ELIGO_HOST_DEVICES"
COUNT_FLAG = "--xla_force_host_platform_device_count"
THREAD_FLAG = "--xla_cpu_multi_thread_eigen"


def configure_host_devices() -> None:
    """Give XLA one host device per usable core, unless jax is loaded already or the user chose otherwise.

    ``ELIGO_HOST_DEVICES`` overrides the count; any ``XLA_FLAGS`` that name a device count win over both.
    """
    flags = os.environ.get("XLA_FLAGS", "")
    if "jax" not in sys.modules and COUNT_FLAG not in flags:
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
