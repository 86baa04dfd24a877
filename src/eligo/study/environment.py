"""Where a study ran: machine and versions, for the record."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
"""The folder of all of eligo: a rule or a step of training that was changed computes other numbers too."""

PACKAGES = ("eligo", "jax", "jaxlib", "optax", "numpy", "scipy", "scikit-learn", "pandas", "matplotlib")


def describe_environment(jobs: int) -> dict[str, str]:
    """Machine, system, versions, worker processes, flags, date, and the commit where eligo runs from a checkout, as text.

    Examples
    --------
    >>> {"Python", "cores", "date", "flags", "jax"} <= set(describe_environment(1))
    True
    """
    machine = {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "worker processes": str(jobs),
        "Python": platform.python_version(),
    }
    commit = {"commit": found} if (found := commit_of(PACKAGE)) else {}
    return machine | {package: version(package) for package in PACKAGES} | commit | {"flags": flags_of(os.environ)}


def flags_of(environment: Mapping[str, str]) -> str:
    """What in the environment tells XLA, jax and eligo how to compute; places of files are not among it.

    Examples
    --------
    >>> flags_of({"JAX_ENABLE_X64": "1", "ELIGO_MEMORY": "2", "ELIGO_DATA": "/data", "HOME": "/root"})
    'ELIGO_MEMORY=2 JAX_ENABLE_X64=1'
    >>> flags_of({})
    'none'
    """
    told = {
        name: value
        for name, value in sorted(environment.items())
        if name.startswith(("XLA_", "JAX_", "ELIGO_")) and not name.endswith(("_DIR", "_DATA"))
    }
    return " ".join(f"{name}={value}" for name, value in told.items()) or "none"


def commit_of(folder: Path) -> str | None:
    """The commit that a folder's files are at, with a + if they were changed since; None if they are not kept by git."""
    git = ["git", "-C", str(folder)]
    try:
        tracked = subprocess.run([*git, "ls-files", "."], capture_output=True, text=True, check=True)
        commit = subprocess.run([*git, "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=True)
        changed = subprocess.run([*git, "status", "--porcelain", "."], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return f"{commit.stdout.strip()}{'+' if changed.stdout.strip() else ''}" if tracked.stdout.strip() else None


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
