"""Which named methods a setting is for, and settings that only several words can say: targets, diversity, stopping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eligo.methods import ORDER, named_methods
from eligo.stopping import criterion_named

from .citations import Cited
from .digits import plain
from .method_works import WORKS_OF
from .vocabulary import listing, method_title

TARGETS = {"target_share": "presentations", "target_work": "work, selections included"}
DIFFERENCES = {"weights": "initial weights", "bootstrap": "bootstrap samples of the labelled examples"}


def methods_with(setting: str) -> tuple[str, ...]:
    """The named methods that depend on a setting, as the library lists them.

    Examples
    --------
    >>> methods_with("beta"), methods_with("tail")
    (('sasla', 'error'), ('loss',))
    """
    return tuple(name for name, method in named_methods().items() if setting in method.settings)


def account_of(base: str) -> Cited | None:
    """A named method in its own summary, with what describes it; None for the paper's methods and for what has no name.

    Examples
    --------
    >>> account_of("gsx").text, account_of("gsx").keys
    ('GSx asks for the label whose inputs are farthest from all labelled ones', ('wu2019active',))
    >>> account_of("sasla"), account_of("mine")
    (None, None)
    """
    method = named_methods().get(base)
    if method is None or base in ORDER:
        return None
    return Cited(f"{method_title(base)} {method.summary}", WORKS_OF.get(base, ()))


def target_words(facts: Mapping[str, Any]) -> str | None:
    """The share of passive learning's cost that β adapts to; None where β is fixed.

    Examples
    --------
    >>> target_words({"target_share": 0.25}), target_words({"target_share": None})
    ('a share of 0.25 of passive learning’s presentations', None)
    """
    for setting, cost in TARGETS.items():
        if facts.get(setting) is not None:
            return f"a share of {plain(float(facts[setting]))} of passive learning’s {cost}"
    return None


def diversity_words(mix: str | None, feature_share: float | None = None) -> str | None:
    """What the networks of a committee differ in; None where it is their initial weights alone, or nothing says it.

    Examples
    --------
    >>> diversity_words("weights+bootstrap")
    'initial weights and bootstrap samples of the labelled examples'
    >>> diversity_words("features", 0.5)
    'the features that each of them sees, a share of 0.5 of all'
    """
    if mix in (None, "weights"):
        return None
    share = "" if feature_share is None else f", a share of {plain(float(feature_share))} of all"
    parts = DIFFERENCES | {"features": f"the features that each of them sees{share}"}
    return listing([parts[part] for part in str(mix).split("+")])


def stopping_words(criterion: str | None, threshold: float | None = None) -> str | None:
    """A stopping criterion with its threshold; None where a run never stops, or nothing says it.

    Examples
    --------
    >>> stopping_words("plateau"), stopping_words("overall_uncertainty", 0.05), stopping_words("never")
    ('plateau, with a threshold of 0.01', 'overall uncertainty, with a threshold of 0.05', None)
    """
    if criterion in (None, "never"):
        return None
    found: Any = criterion_named(str(criterion), threshold)
    return f"{str(criterion).replace('_', ' ')}, with a threshold of {plain(found.threshold)}"
