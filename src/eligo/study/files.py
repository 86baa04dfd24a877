"""Study files: those that come with the package, and a user's own."""

from __future__ import annotations

import shlex
import tomllib
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from eligo.mistakes import meant
from eligo.study.design import QUICK_TRIALS, Study
from eligo.study.parsing import parse_study
from eligo.study.reading import Reader, StudyError

TABLES = (".csv", ".parquet", ".pq")
"""Endings of files that `eligo compare` reads."""


def study_names() -> tuple[str, ...]:
    """Studies that come with the package."""
    folder = resources.files("eligo.study") / "studies"
    return tuple(sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml")))


def study_text(name: str) -> str:
    """The TOML file of a study that comes with the package.

    Raises
    ------
    StudyError
        If no study has that name.
    """
    if name not in study_names():
        raise StudyError(f"unknown study {name!r}. {meant(name, study_names())}")
    return (resources.files("eligo.study") / "studies" / f"{name}.toml").read_text(encoding="utf-8")


def load_study(
    name_or_path: str,
    *,
    problems: Sequence[str] = (),
    methods: Sequence[str] = (),
    trials: int | None = None,
    seed: int | None = None,
    quick: bool = False,
) -> Study:
    """Read a study by name or from a TOML file, with what a user asks for put in place.

    Parameters
    ----------
    name_or_path : str, one of `study_names` or the path of a TOML file
    problems, methods : sequences of str, default=(); empty means those of the file
    trials, seed : int, default=None; None means that of the file
    quick : bool, default=False, recorded hyper-parameters instead of the grid, and 5 trials unless ``trials`` is given

    Returns
    -------
    Study

    Raises
    ------
    StudyError
        If the file or anything in it, or what the user asks for, is not allowed.
    """
    text, where = _read(name_or_path)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"{where} is not valid TOML: {error}. Mend that line.") from None
    asked = {"problems": list(problems), "methods": list(methods), "trials": trials, "seed": seed}
    if quick and trials is None:
        asked["trials"] = QUICK_TRIALS
    table |= {key: value for key, value in asked.items() if value not in (None, [])}
    return parse_study(Reader(table, where), quick, Path(name_or_path).parent)


def _read(name_or_path: str) -> tuple[str, str]:
    if name_or_path in study_names():
        return study_text(name_or_path), f"study {name_or_path!r}"
    path = Path(name_or_path)
    if path.suffix.lower() in TABLES:
        command = shlex.join(["eligo", "compare", name_or_path, "--target"])
        raise StudyError(f"{name_or_path} is a table and no study file. Compare methods on it: `{command} COLUMN`.")
    if not path.suffix and not path.exists():
        hint = f"{meant(name_or_path, study_names())} A file of your own ends in .toml."
        raise StudyError(f"unknown study {name_or_path!r}. {hint}")
    try:
        return path.read_text(encoding="utf-8"), str(path)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise StudyError(f"cannot read the study file {name_or_path!r}: {reason}. Check the path.") from None
