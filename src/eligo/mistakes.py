"""What a user's mistake is answered with: one line that names the thing, its value, what is allowed, and the remedy."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Collection, Iterable
from numbers import Real
from typing import Any, TypeVar

import numpy as np

LONGEST = 60
"""Characters of a value that a message shows as it is written."""

LEAST_ALIKE = 0.6
"""How alike an unknown name must be to a known one to be taken for a slip."""

Value = TypeVar("Value")


def told(value: object) -> str:
    """A value as a message shows it: as it is written where that is short, else by what it is.

    Examples
    --------
    >>> told("top"), told(np.float64(1.5)), told(np.zeros((3, 2))), told(dict), told([0] * 99)
    ("'top'", '1.5', 'an array of shape (3, 2)', 'the class dict', 'a list')
    """
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if isinstance(value, np.generic):
        return repr(value.item())
    if hasattr(value, "shape"):
        what = "an array" if type(value).__name__ in ("ndarray", "ArrayImpl") else _with_article(type(value).__name__)
        return f"{what} of shape {tuple(value.shape)}"
    if inspect.isroutine(value):
        return f"the function {value.__name__}"
    if hasattr(value, "fit"):
        return _with_article(type(value).__name__)
    written = repr(value)
    is_short = len(written) <= LONGEST and written.isprintable() and " at 0x" not in written
    return written if is_short else _with_article(type(value).__name__)


def _with_article(name: str) -> str:
    return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"


def refuse_unless(name: str, value: Any, is_allowed: Callable[[Any], Any], allowed: str, remedy: str = "") -> None:
    """Refuse a value of an argument; what cannot even be compared is not allowed either.

    Parameters
    ----------
    name : str, of the argument
    value : what came
    is_allowed : value -> bool
    allowed : str, goes on from "must be"
    remedy : str, default="", a sentence

    Raises
    ------
    ValueError
        If the value is not allowed.

    Examples
    --------
    >>> refuse_unless("share", "half", lambda share: 0 < share <= 1, "in (0, 1]")
    Traceback (most recent call last):
        ...
    ValueError: `share` must be in (0, 1]; got 'half'.
    """
    try:
        is_right = bool(is_allowed(value))
    except (AttributeError, TypeError, ValueError):
        is_right = False
    if not is_right:
        raise ValueError(f"`{name}` must be {allowed}; got {told(value)}.{remedy and f' {remedy}'}")


def refuse_unless_number(
    name: str, value: Any, is_allowed: Callable[[Any], Any], allowed: str, remedy: str = ""
) -> None:
    """The same for one number, which no text, truth value or array is."""
    refuse_unless(name, value, lambda number: _is_number(number) and is_allowed(number), allowed, remedy)


def checked_count(name: str, value: Any, least: int = 1, remedy: str = "") -> int:
    """A count, of at least so many.

    Raises
    ------
    ValueError
        If it is no whole number, or too small.

    Examples
    --------
    >>> checked_count("n", np.int64(3))
    3
    >>> checked_count("n", 1.5)
    Traceback (most recent call last):
        ...
    ValueError: `n` must be a whole number of at least 1; got 1.5.
    """
    allowed = f"a whole number of at least {least}"
    refuse_unless(name, value, lambda number: is_whole(number) and number >= least, allowed, remedy)
    return int(value)


def is_whole(value: object) -> bool:
    """Whether it is an integer of Python or NumPy; truth values are none."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def refuse_unless_among(name: str, value: Any, allowed: Collection[Any], remedy: str = "") -> None:
    """Refuse what is none of a few values.

    Raises
    ------
    ValueError
        If it is none of them.

    Examples
    --------
    >>> refuse_unless_among("candidates", "al", ("all", "current"))
    Traceback (most recent call last):
        ...
    ValueError: `candidates` must be one of 'all', 'current'; got 'al'.
    """
    refuse_unless(name, value, lambda one: one in tuple(allowed), f"one of {', '.join(map(repr, allowed))}", remedy)


def refuse_unless_called(
    name: str, value: Any, calls: Iterable[tuple[int, tuple[str, ...]]], allowed: str, remedy: str
) -> None:
    """Refuse what cannot be called in any of some ways, a class above all where a value of it is wanted.

    Parameters
    ----------
    name : str, of the argument
    value : what came
    calls : pairs of a number of positional arguments and names of arguments, the ways in which it may be called
    allowed, remedy : str, as in `refuse_unless`

    Raises
    ------
    ValueError
        If it cannot.
    """
    if isinstance(value, type):
        remedy = f"Write {value.__name__}()."
    refuse_unless(
        name, value, lambda one: not isinstance(one, type) and any(takes(one, *call) for call in calls), allowed, remedy
    )


def takes(value: Any, n_positional: int, names: tuple[str, ...]) -> bool:
    """Whether something can be called with so many positional arguments, and others by these names."""
    try:
        inspect.signature(value).bind(*[None] * n_positional, **dict.fromkeys(names))
    except (TypeError, ValueError):  # no function, or one without a signature
        return False
    return True


def several(n: int, noun: str) -> str:
    """A number of things.

    Examples
    --------
    >>> several(1, "feature"), several(2, "class")
    ('1 feature', '2 classes')
    """
    return f"{n} {noun}" if n == 1 else f"{n} {noun}{'es' if noun.endswith('s') else 's'}"


def meant(name: object, known: Iterable[str]) -> str:
    """What an unknown name was perhaps meant to be, or else what there is; a sentence.

    Examples
    --------
    >>> meant("sassla", ["passive", "sasla"]), meant("x", ["passive", "sasla"])
    ('Did you mean sasla?', 'There are passive, sasla.')
    """
    names = list(known)
    close = max(names, key=lambda known: _likeness(name, known), default="")
    return f"Did you mean {close}?" if _likeness(name, close) >= LEAST_ALIKE else f"There are {', '.join(names)}."


def _likeness(one: object, other: str) -> float:
    """Share of letters that are alike in order, from 0 to 1; of two orders of comparison, which differ, the larger.

    Capitals are as small letters.
    """
    if not isinstance(one, str):
        return 0.0
    one, other = one.lower(), other.lower()
    return max(difflib.SequenceMatcher(None, *pair).ratio() for pair in ((one, other), (other, one)))


class UnknownName(KeyError):
    """A name that nothing has; the message says which was meant."""

    def __str__(self) -> str:
        """The message, which a KeyError would put in quotation marks."""
        return str(self.args[0])


class ByName(dict[str, Value]):
    """A dictionary of what has a name, which says what an unknown name was meant to be.

    Parameters
    ----------
    what : str, what it holds, for the message: "method"
    named : dict

    Raises
    ------
    UnknownName
        When a name is looked up that nothing has; it is a KeyError.

    Examples
    --------
    >>> ByName("method", {"sasla": 1})["sassla"]
    Traceback (most recent call last):
        ...
    eligo.mistakes.UnknownName: no method has the name 'sassla'. Did you mean sasla?
    """

    def __init__(self, what: str, named: dict[str, Value]) -> None:
        """Hold them."""
        super().__init__(named)
        self.what = what

    def __missing__(self, name: object) -> Value:
        """Refuse a name."""
        raise UnknownName(f"no {self.what} has the name {name!r}. {meant(name, self)}")
