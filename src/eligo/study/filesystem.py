"""What kind of file system a folder lies on, where that decides whether a store is safe."""

from __future__ import annotations

import os
import re
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
ESCAPED = re.compile(r"\\([01][0-7]{2})")
"""How the table writes a blank, a tab, the end of a line and a backslash in a path; all else stands in it as it is."""
NETWORK = frozenset(
    "9p afp afs beegfs ceph ceph-fuse cifs coda curlftpfs davfs fhgfs gfs2 glusterfs gpfs lustre mfs ncpfs nfs nfs4 ocfs2 "
    "orangefs panfs pvfs2 smb3 smbfs sshfs wekafs "
    "blobfuse blobfuse2 gcsfuse goofys juicefs mount-s3 rclone s3fs "  # stores of objects, which keep no order of writes
    "drvfs grpcfuse prl_fs vboxsf virtiofs vmhgfs vmhgfs-fuse".split()  # folders that a virtual machine shares with its host
)
"""Kinds that reach other machines; a kind that a program serves is named ``fuse.KIND``."""


def network_filesystem(folder: Path, mounts: Path = MOUNTS) -> str | None:
    """The kind of network file system or shared folder that a folder lies on, or will when it is made; None for a local one.

    SQLite's write-ahead log needs memory that all its processes share, locks that hold, and a disk that keeps what it was
    given: network file systems promise some of it at best.

    Parameters
    ----------
    folder : Path, which need not exist yet
    mounts : Path, default=MOUNTS, the kernel's table of mounts; where there is none, nothing is known
    """
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").split("\n")
    except OSError:
        return None
    real = os.path.realpath(folder)
    kinds = {}
    for line in filter(None, lines):  # later mounts cover earlier ones of the same place
        before, _, after = line.partition(" - ")
        place = ESCAPED.sub(lambda found: chr(int(found[1], 8)), before.split(" ")[4])
        kinds[place] = after.split()[0]
    above = [place for place in kinds if real == place or real.startswith(place.rstrip("/") + "/")]
    kind = kinds[max(above, key=len)] if above else ""
    return kind if kind.removeprefix("fuse.") in NETWORK else None
