"""Run the studies of the page again, and keep what they find: the whole way from a study file to the page."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from .collect import collect
from .page import PAGE, write_page
from .runs import PURPOSES
from .stored import RESULTS

STUDIES = Path(__file__).parent / "studies"
RUN = "from eligo.cli import main; main()"


def source_of(name: str) -> str:
    """What `eligo study run` is given for a study of the page: its file here, or the name of a bundled one.

    Examples
    --------
    >>> source_of("paper"), Path(source_of("sweeps")).name
    ('paper', 'sweeps.toml')
    """
    file = STUDIES / f"{name}.toml"
    return str(file) if file.exists() else name


def renew(names: Sequence[str], work: Path, into: Path = RESULTS, page: Path = PAGE) -> None:
    """Run studies in ``work``/NAME, keep each one's results as soon as it is finished, and write the page.

    A study that was interrupted goes on where it stopped; one that is finished there is only collected.

    Parameters
    ----------
    names : sequence of str, studies of the page; none means all
    work : Path, folder for the studies' own folders
    into, page : Path, where results and the page go

    Raises
    ------
    ValueError
        If a name is not a study of the page.
    subprocess.CalledProcessError
        If a study cannot be run; what was finished before is kept.
    """
    if unknown := sorted(set(names) - set(PURPOSES)):
        raise ValueError(f"`{unknown[0]}` is no study of the page. There are {', '.join(PURPOSES)}.")
    for name in names or PURPOSES:
        folder = work / name
        subprocess.run([sys.executable, "-c", RUN, "study", "run", source_of(name), "--out", str(folder)], check=True)
        print(collect(folder, into))
    print(write_page(page))
