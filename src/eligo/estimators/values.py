"""Settings of an estimator as JSON and back: numbers, words, and eligo's own values by name, nothing that could run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from types import ModuleType
from typing import Any

import numpy as np

from eligo import representations, rules, utilities

PLAIN = (type(None), bool, int, float, str)


def _values_in(*modules: ModuleType) -> dict[str, type]:
    """The dataclasses that modules offer, by name."""
    return {
        name: thing
        for module in modules
        for name, thing in vars(module).items()
        if isinstance(thing, type) and is_dataclass(thing)
    }


OWN_VALUES: Mapping[str, type] = _values_in(utilities, representations, rules)
"""Values that a file may name without being allowed to: eligo's utilities, representations and rules."""


def as_json(name: str, value: Any) -> Any:
    """A setting as what JSON holds.

    Parameters
    ----------
    name : str, the setting's, for the error
    value : number, str, None, tuple or list of such, NumPy scalar, or a dataclass of such

    Returns
    -------
    the same as numbers, strings, lists and dicts

    Raises
    ------
    ValueError
        If it is anything else.

    Examples
    --------
    >>> from eligo.rules import AboveMean
    >>> as_json("rule", AboveMean(0.5))
    {'value': 'AboveMean', 'fields': {'beta': 0.5, 'floor': 1, 'floor_share': 0.0}}
    >>> as_json("hidden", (8, np.int64(4)))
    [8, 4]
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, PLAIN):
        return value
    if isinstance(value, (tuple, list)):
        return [as_json(name, item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        of_fields = {field.name: as_json(name, getattr(value, field.name)) for field in fields(value) if field.init}
        return {"value": type(value).__name__, "fields": of_fields}
    raise ValueError(
        f"`{name}` {value!r} cannot be saved; numbers, strings, tuples of them, and dataclasses that hold such can."
    )


def from_json(held: Any, allowed: Iterable[type] = ()) -> Any:
    """A setting from what JSON holds; lists become tuples.

    Parameters
    ----------
    held : what `as_json` gave
    allowed : classes, default=(), values of one's own that may be made besides eligo's

    Returns
    -------
    number, str, None, tuple or dataclass

    Raises
    ------
    ValueError
        If a value is named that is neither eligo's nor allowed.
    """
    if isinstance(held, list):
        return tuple(from_json(item, allowed) for item in held)
    if not isinstance(held, dict):
        return held
    known = {**OWN_VALUES, **{own.__name__: own for own in allowed}}
    if held.get("value") not in known:
        raise ValueError(
            f"it names the value {held.get('value')!r}, which is none of eligo's; pass its class in `allowed` to trust it"
        )
    return known[held["value"]](**{name: from_json(value, allowed) for name, value in held["fields"].items()})
