"""Reading a table of a study file: every key is checked, and what is wrong is said in one line."""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, Literal

from eligo.mistakes import meant
from eligo.plain import visible

LEAST_ALIKE = 0.7
"""How alike a key must be to a missing one to be taken for it: `sead` is for `seed`, `probabilities` not for `problems`."""


class StudyError(ValueError):
    """Something a user can mend: its message is one line that says what and how."""

    def __init__(self, message: str) -> None:
        """Keep the message on one line, whatever it quotes."""
        super().__init__(visible(message))


class StudyWarning(UserWarning):
    """Something that a user should know, and that stops nothing: one line."""


class Reader:
    """One table of a study file, read key by key; what is left over at the end is a mistake.

    Parameters
    ----------
    table : mapping, as read from TOML
    where : str, how messages call it
    study : str, default=None, how messages call the whole file; None where this is the whole
    """

    def __init__(self, table: Mapping[str, Any], where: str, study: str | None = None) -> None:
        """Nothing is read yet."""
        self.unread, self.known, self.where, self.study = dict(table), list[str](), where, study or where

    def _take(self, key: str, optional: bool = False) -> Any:
        self.known.append(key)
        if key not in self.unread and not optional:
            close = difflib.get_close_matches(key, self.unread, n=1, cutoff=LEAST_ALIKE)
            hint = f"Is `{close[0]}` meant for it?" if close else "Add it."
            raise StudyError(f"{self.where}: `{key}` is missing. {hint}")
        return self.unread.pop(key, None)

    def _refuse(self, key: str, value: Any, allowed: str) -> StudyError:
        return StudyError(f"{self.where}: `{key}` must be {allowed}; got {value!r}.")

    def finish(self) -> None:
        """Refuse keys that nobody asked for."""
        for key in self.unread:
            close = difflib.get_close_matches(key, self.known, n=1)
            hint = f"Did you mean `{close[0]}`?" if close else f"There are {', '.join(self.known)}."
            raise StudyError(f"{self.where}: unknown key `{key}`. {hint}")

    def section(self, key: str) -> Reader:
        """A table inside this one that must be there."""
        section = self.optional_section(key)
        if section is None:
            close = difflib.get_close_matches(key, self.unread, n=1, cutoff=LEAST_ALIKE)
            hint = f"Is [{close[0]}] meant for it?" if close else "Add it."
            raise StudyError(f"{self.where}: the table [{key}] is missing. {hint}")
        return section

    def optional_section(self, key: str) -> Reader | None:
        """A table inside this one, or None."""
        value = self._take(key, optional=True)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise self._refuse(key, value, "a table")
        return Reader(value, f"{self.where}, [{key}]", self.study)

    def tables(self, key: str) -> dict[str, Reader]:
        """A table of tables, by name; may be absent."""
        outer = self.optional_section(key)
        return {} if outer is None else {name: outer.section(name) for name in list(outer.unread)}

    def text(self, key: str) -> str:
        """A string that is not empty, in one line."""
        value = self._take(key)
        if not isinstance(value, str) or not value.strip():
            raise self._refuse(key, value, "a text")
        if any(unicodedata.category(character) == "Cc" for character in value):
            raise self._refuse(key, value, "a text without line breaks and other control characters")
        return value

    def file_name(self, key: str) -> str:
        """A text that can be the name of a folder, and of nothing outside it."""
        value = self.text(key)
        if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*", value):
            raise self._refuse(key, value, "letters, digits, '.', '_' or '-', as it names a folder")
        return value

    def digest(self, key: str) -> str:
        """A sha256 as programs print it."""
        value = self.text(key)
        if not re.fullmatch(r"[0-9a-fA-F]{64}", value):
            raise self._refuse(key, value, "64 hexadecimal digits, as `sha256sum` prints them")
        return value.lower()

    def either(self, key: str, read: Callable[[Reader, str], Any], default: Any) -> Any:
        """What ``read`` makes of a key, or the default where the key is not there."""
        if key in self.unread:
            return read(self, key)
        self.known.append(key)
        return default

    def each(self, key: str, read: Callable[[Reader, str], Any]) -> tuple[Any, ...]:
        """What ``read`` makes of every value of a list of two or more, each once."""
        values, found = self.unread[key], []
        if len(values) < 2:
            raise self._refuse(key, values, "one value, or a list of two or more to compare")
        for value in values:
            self.unread[key] = value
            found.append(read(self, key))
        return self.each_once(key, found)

    def switch(self, key: str) -> bool:
        """True or false."""
        value = self._take(key)
        if not isinstance(value, bool):
            raise self._refuse(key, value, "true or false")
        return value

    def choice(self, key: str, allowed: tuple[str, ...]) -> str:
        """One of some names."""
        value = self._take(key)
        if value not in allowed:
            raise self._refuse(key, value, f"one of {', '.join(allowed)}")
        return str(value)

    def names(self, key: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        """Names from a list, each once."""
        values = self._take(key)
        if not isinstance(values, list) or not values:
            raise self._refuse(key, values, "a list with at least one name")
        for value in values:
            if value not in allowed:
                what = {"problems": "problem", "methods": "method"}.get(key, key)
                raise StudyError(f"{self.where}: unknown {what} {value!r}. {meant(value, allowed)}")
            if values.count(value) > 1:
                raise StudyError(f"{self.where}: `{key}` names {value!r} twice. Name each once.")
        return tuple(values)

    def whole(self, key: str, *, at_least: int) -> int:
        """A whole number."""
        return self._checked_whole(key, self._take(key), at_least)

    def wholes(self, key: str, *, at_least: int) -> list[int]:
        """A list of whole numbers."""
        return [self._checked_whole(key, value, at_least) for value in self._listed(key)]

    def each_once(self, key: str, values: list[Any]) -> tuple[Any, ...]:
        """Values that were read, refused where one of them came twice."""
        if len(set(values)) < len(values):
            raise self._refuse(key, values, "a list that names each value once")
        return tuple(values)

    def number(self, key: str, **bounds: float) -> float:
        """A number within bounds: `at_least`, `above`, `at_most`, `below`."""
        return self._checked_number(key, self._take(key), bounds)

    def numbers(self, key: str, **bounds: float) -> list[float]:
        """A list of numbers within bounds."""
        return [self._checked_number(key, value, bounds) for value in self._listed(key)]

    def batch_size(self, key: str) -> int | Literal["full"]:
        """A whole number of at least 1, or "full"."""
        value = self._take(key)
        if value == "full":
            return "full"
        return self._checked_whole(key, value, 1)

    def _listed(self, key: str) -> list[Any]:
        values = self._take(key)
        if not isinstance(values, list) or not values:
            raise self._refuse(key, values, "a list with at least one number")
        return values

    def _checked_whole(self, key: str, value: Any, at_least: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < at_least:
            raise self._refuse(key, value, f"a whole number of at least {at_least}")
        return value

    def _checked_number(self, key: str, value: Any, bounds: Mapping[str, float]) -> float:
        tests = {
            "at_least": lambda bound: value >= bound,
            "above": lambda bound: value > bound,
            "at_most": lambda bound: value <= bound,
            "below": lambda bound: value < bound,
        }
        words = " and ".join(f"{name.replace('_', ' ')} {bound:g}" for name, bound in bounds.items())
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        if not is_number or not all(tests[name](bound) for name, bound in bounds.items()):
            raise self._refuse(key, value, f"a number {words}")
        return float(value)
