"""Parameters of an estimator that lie within its utility and its rule: `rule__beta` is the beta of its rule."""

from __future__ import annotations

import difflib
import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, Concatenate, ParamSpec

from eligo.mistakes import meant, told
from eligo.rules import AboveMean

Parameters = ParamSpec("Parameters")


def naming_unknown(init: Callable[Concatenate[Any, Parameters], None]) -> Callable[Concatenate[Any, Parameters], None]:
    """Have an `__init__` refuse a parameter that it lacks by the name of the class that was called.

    Its signature, which scikit-learn reads, stays. The error is a TypeError, as it is without this.

    Examples
    --------
    >>> class Model:
    ...     @naming_unknown
    ...     def __init__(self, epochs=1): ...
    >>> Model(epoch=2)
    Traceback (most recent call last):
        ...
    TypeError: Model has no parameter 'epoch'. Did you mean epochs?
    """
    known = list(inspect.signature(init).parameters)[1:]

    @functools.wraps(init)
    def checked(self: Any, *args: Parameters.args, **params: Parameters.kwargs) -> None:
        for name in params:
            if name not in known:
                raise TypeError(f"{type(self).__name__} has no parameter {name!r}. {_remedy(name, known)}")
        init(self, *args, **params)

    return checked


def _remedy(name: str, known: list[str]) -> str:
    is_of_rule = name in [field.name for field in fields(AboveMean)]
    if is_of_rule and "candidates" in known and not difflib.get_close_matches(name, known):
        return f"It is one of a rule: write rule=eligo.rules.AboveMean({name}=...)."
    return meant(name, known)


def within(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Names and values of all that lies within a parameter, as scikit-learn writes them.

    Parameters
    ----------
    name : str, of the parameter
    value : what it is; nothing lies within anything but a dataclass

    Yields
    ------
    name, value

    Examples
    --------
    >>> from eligo.rules import AboveMean
    >>> dict(within("rule", AboveMean(0.5)))
    {'rule__beta': 0.5, 'rule__floor': 1, 'rule__floor_share': 0.0}
    """
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            if field.init:
                inner = getattr(value, field.name)
                yield f"{name}__{field.name}", inner
                yield from within(f"{name}__{field.name}", inner)


def with_changes(name: str, value: Any, changes: Mapping[str, Any]) -> Any:
    """A parameter with something within it changed; the value itself is frozen, so this is another.

    Parameters
    ----------
    name : str, of the parameter, for messages
    value : dataclass
    changes : new values by name, "beta" or "utility__power"

    Returns
    -------
    dataclass of the same kind

    Raises
    ------
    ValueError
        If nothing of that name lies within it, or a new value is not allowed.

    Examples
    --------
    >>> from eligo.rules import AboveMean
    >>> with_changes("rule", AboveMean(), {"beta": 0.5}).beta
    0.5
    """
    there = [found.removeprefix(f"{name}__") for found, _ in within(name, value)]
    for change in changes:
        if change not in there:
            remedy = f"It has {', '.join(there)}." if there else f"Give the estimator a `{name}` that has one first."
            raise ValueError(f"`{name}` {told(value)} has no parameter {change!r}. {remedy}")
    own = {change: new for change, new in changes.items() if "__" not in change}
    inner = {change.partition("__")[0] for change in changes if "__" in change}
    for part in inner:
        deeper = {change.partition("__")[2]: new for change, new in changes.items() if change.startswith(f"{part}__")}
        own[part] = with_changes(f"{name}__{part}", own.get(part, getattr(value, part)), deeper)
    return replace(value, **own)
