"""What a rule is: which examples a set of scores chooses. Written for one trial; the loops lift it to many."""

from __future__ import annotations

from dataclasses import Field, replace
from typing import Any, ClassVar, Protocol, TypeVar, runtime_checkable

from jax import Array

from eligo.mistakes import refuse_unless_called
from eligo.representations import Embedding, Representation
from eligo.utilities import Workload


class Rule(Protocol):
    """Scores -> chosen examples; a hashable value (a frozen dataclass). Ties are broken at random by the key.

    In selective learning a rule may say how much each example's error counts instead: float weights, of which 0 leaves
    an example out.
    """

    def __call__(self, scores: Array, is_candidate: Array, strata: Array, *, key: Array) -> Array:
        """Choose among candidates.

        Parameters
        ----------
        scores : float array (examples,); NaN counts as the lowest score, and a subnormal number may count as 0
        is_candidate : bool array (examples,)
        strata : bool array (examples, strata), groups that a training subset must not empty (the classes); every example
            belongs to one
        key : jax random key

        Returns
        -------
        bool array (examples,), a subset of the candidates; or float, their weights
        """


class QueryRule(Rule, Protocol):
    """A rule that queries: of the candidates it chooses ``n``, or all when there are fewer.

    A frozen dataclass, so that the last query of a budget can be a smaller one: ``dataclasses.replace(rule, n=...)``.
    """

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def n(self) -> int:
        """Examples to choose."""


@runtime_checkable
class BatchRule(Protocol):
    """A query rule that looks at where examples lie, so that those of a batch differ.

    The loops give it what its representation makes of the first network. It weighs distances by the scores, which should
    be at least 0: what is negative or NaN weighs nothing. With `eligo.utilities.Indifferent` distances alone count.
    """

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def n(self) -> int:
        """Examples to choose."""

    @property
    def representation(self) -> Representation:
        """Where the examples lie."""

    def __call__(
        self,
        scores: Array,
        is_candidate: Array,
        strata: Array,
        *,
        key: Array,
        embedding: Embedding,
        is_labelled: Array,
    ) -> Array:
        """Choose among candidates, as `Rule` does; bool array (examples,)."""

    def work(self, load: Workload) -> float:
        """Forward-equivalents of one choice, the embedding included."""


def refuse_no_rule(rule: object) -> None:
    """Refuse what cannot choose by scores.

    Raises
    ------
    ValueError
        If it is neither a `Rule` nor a `BatchRule`.
    """
    calls = [(3, ("key",)), (3, ("key", "embedding", "is_labelled"))]
    remedy = "Take one of `eligo.rules`; `eligo.testing.check_rule` says what one of your own lacks."
    refuse_unless_called("rule", rule, calls, "a rule, such as eligo.rules.Top()", remedy)


Query = TypeVar("Query", bound=QueryRule | BatchRule)


def resized(rule: Query, n: int) -> Query:
    """The same rule for a query of another size.

    Raises
    ------
    ValueError
        If it is no rule, or does not say how many it chooses.
    """
    refuse_no_rule(rule)
    if "n" not in getattr(rule, "__dataclass_fields__", {}):
        raise ValueError(
            f"`rule` must choose n examples, as `eligo.rules.Top` and the batch rules do; {type(rule).__name__} has no "
            "field `n`."
        )
    return replace(rule, n=n)


def asked_for(name: str, n: int, rule: Query) -> Query:
    """The rule for as many examples as an argument asks for, unless the rule itself asks for another number.

    Parameters
    ----------
    name : str, of the argument
    n : int
    rule : query rule; one whose own ``n`` is the default asks for nothing

    Raises
    ------
    ValueError
        If it is no rule, does not say how many it chooses, or says another number.

    Examples
    --------
    >>> from eligo.rules import Top
    >>> asked_for("n", 3, Top())
    Top(n=3)
    >>> asked_for("n", 3, Top(2))
    Traceback (most recent call last):
        ...
    ValueError: `n` must be 2, as many as `rule` Top(n=2) chooses; got 3. Pass n=2, or leave the number out of the rule.
    """
    of_that_size = resized(rule, n)
    if rule.n not in (n, type(rule).__dataclass_fields__["n"].default):
        raise ValueError(
            f"`{name}` must be {rule.n}, as many as `rule` {type(rule).__name__}(n={rule.n}) chooses; got {n}. Pass "
            f"{name}={rule.n}, or leave the number out of the rule."
        )
    return of_that_size
