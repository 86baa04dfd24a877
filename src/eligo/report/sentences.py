"""Templates as data: a sentence, and the case in which it is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

Facts = TypeVar("Facts")


@dataclass(frozen=True)
class Rule(Generic[Facts]):
    """A sentence and when to say it; fields in braces are attributes of the facts."""

    when: Callable[[Facts], bool]
    say: str


def say(rules: Iterable[Rule[Facts]], facts: Facts) -> str:
    """The sentences whose case holds, in order."""
    record: Any = facts
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return " ".join(rule.say.format(**values) for rule in rules if rule.when(facts))
