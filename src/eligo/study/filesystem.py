"""What kind of file system a folder lies on, where that decides whether a store is safe."""

from __future__ import annotations

import os
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
NETWORK = frozenset(
    "9p afp afs beegfs ceph cifs coda davfs fhgfs glusterfs gpfs lustre ncpfs nfs nfs4 panfs smb3 smbfs sshfs".split()
)
"""Kinds that reach other machines; a kind that a program serves is named ``fuse.KIND``."""


def network_filesystem(folder: Path, mounts: Path = MOUNTS) -> str | None:
    """The kind of network file system that a folder lies on, or will when it is made; None for a local one.

    SQLite's write-ahead log needs memory that all its processes share, locks that hold, and a disk that keeps what it was
    given: network file systems promise some of it at best.

    Parameters
    ----------
    folder : Path, which need not exist yet
    mounts : Path, default=MOUNTS, the kernel's table of mounts; where there is none, nothing is known
    """
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    real = os.path.realpath(folder)
    kinds = {}
    for line in lines:  # later mounts cover earlier ones of the same place
        before, _, after = line.partition(" - ")
        place = before.split()[4].encode("utf-8", "surrogateescape").decode("unicode_escape")
        kinds[place] = after.split()[0]
    above = [place for place in kinds if real == place or real.startswith(place.rstrip("/") + "/")]
    kind = kinds[max(above, key=len)] if above else ""
    return kind if kind.removeprefix("fuse.") in NETWORK else None
