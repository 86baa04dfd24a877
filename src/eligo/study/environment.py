"""Where a study ran: machine and versions, for the record."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("eligo", "jax", "jaxlib", "optax", "numpy", "scipy", "scikit-learn", "pandas", "matplotlib")


def describe_environment(jobs: int) -> dict[str, str]:
    """Machine, system, versions, worker processes and date, as text.

    Examples
    --------
    >>> sorted(describe_environment(1))[:3]
    ['Python', 'cores', 'date']
    """
    machine = {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "worker processes": str(jobs),
        "Python": platform.python_version(),
    }
    return machine | {package: version(package) for package in PACKAGES}


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
