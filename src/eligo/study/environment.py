"""Where a study ran: machine and versions, for the record."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
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


SAME = ("eligo", "jax", "jaxlib", "optax", "numpy", "scipy", "scikit-learn")
"""Packages of which a study has one version: what it finds is computed by them."""

MAY_DIFFER = ("system", "processor", "Python", "commit", "flags")
"""What may move a number and yet may change between the runs of a study, so that it can go on on another machine."""

NO_NUMBER = (
    *("ELIGO_", "JAX_PERSISTENT_CACHE_", "JAX_COMPILATION_CACHE_", "JAX_LOG_", "JAX_LOGGING_", "JAX_TRACEBACK_"),
    *("JAX_DEBUG_", "JAX_DUMP_", "JAX_EXPLAIN_", "XLA_FLAGS=--xla_dump_", "--xla_dump_"),
)
"""Flags that move none: a bound on memory, devices that workers do not have, where compiled programs lie, what is logged,
traced or dumped."""


def mixed_environment(runs: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Where the runs of a study were, as far as that may move numbers and was not the same in all.

    Parameters
    ----------
    runs : sequence of what `describe_environment` gave

    Returns
    -------
    mapping of each that differs, of `MAY_DIFFER`, to its values in the order in which they came

    Examples
    --------
    >>> first = {"processor": "A", "commit": "1a2b", "flags": "ELIGO_MEMORY=2 JAX_ENABLE_X64=0"}
    >>> mixed_environment([first, first | {"processor": "B", "flags": "ELIGO_MEMORY=4 JAX_ENABLE_X64=0"}])
    {'processor': 'A, then B'}
    >>> mixed_environment([first, first | {"flags": "JAX_ENABLE_X64=0 JAX_LOG_COMPILES=1 XLA_FLAGS=--xla_dump_to=/tmp/x"}])
    {}
    >>> mixed_environment([first, first | {"flags": "JAX_ENABLE_X64=1"}])
    {'flags': 'JAX_ENABLE_X64=0, then JAX_ENABLE_X64=1'}
    """
    found = {
        name: list(dict.fromkeys(_numeric(name, run) for run in runs if name in run or "flags" in run))
        for name in MAY_DIFFER
    }
    return {name: ", then ".join(values) for name, values in found.items() if len(values) > 1}


def _numeric(name: str, run: Mapping[str, str]) -> str:
    """A part of an environment without what moves no number; early runs, which noted no flags, are left out before."""
    words = run.get(name, "").split()
    return " ".join(word for word in words if not word.startswith(NO_NUMBER)) or "none"


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
