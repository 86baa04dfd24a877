"""The claims of the published report, tested again by rules that were written down before any result was seen.

Each claim is a set of comparisons. From its cautious interval (Nadeau and Bengio: trials share data) a comparison supports
the claim, contradicts it, or leaves it open; margins are those of `comparing.MARGINS`. A comparison in which a trial of
either method diverged leaves it open. Intervals are of each comparison by itself: no allowance is made for their number, so
that one contradiction of a claim about every comparison is weaker evidence the more comparisons there are.

A claim about *every* comparison holds if all support it, and fails if any contradicts it. A claim about what is *usual*
holds if more than half support it, and fails if more than half contradict it. Otherwise it cannot be told.

a. Small data: no difference. Every method against passive learning, final test error, problems of at most 200 training
   rows. Supports: surely equal. Contradicts: surely different, with an effect of at least the margin. Every.
b. Much data: passive learning and SASLA are ahead. Entropy and ensemble against each of them, final test error, problems of
   at least 4 000 training rows. Supports: surely higher, not surely equal. Contradicts: surely lower, or surely equal.
   Every.
c. Uncertainty is better early, at equal labels. Entropy and ensemble against random querying, mean error until a quarter of
   the pool is labelled, all problems. Supports: surely lower, not surely equal. Contradicts: surely higher, or surely equal.
   Usual.
c'. The same at equal presentations. Entropy and ensemble against passive learning, mean error over the presentations that
   all methods reach. As c.
d. Ensembles are not worth their cost. Ensemble against entropy, mean error over labels. Supports: a gain of the margin is
   excluded. Contradicts: surely lower, with an effect of at least the margin. Usual.
e. Function approximation hurts SASLA and entropy. Each against passive learning, final test error. Supports: surely higher,
   with an effect of at least the margin. Contradicts: a loss of the margin is excluded. Usual.
beta. A larger beta keeps fewer examples. Share of the candidates kept over a whole run, beta 0.9 against 0.1. Supports:
   surely lower. Contradicts: surely higher. Every.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from .comparing import KEPT_SHARE, Comparison, compare, compare_all
from .published import REGRESSION
from .stored import Stored

HOLDS, FAILS, OPEN, NONE_MADE = "holds", "fails", "cannot be told", "not measured"
SMALL, LARGE = 200, 4000
SUPPORTS, CONTRADICTS, LEAVES_OPEN = "supports", "contradicts", "leaves open"


@dataclass(frozen=True)
class Claim:
    """A sentence that was published, and how it is tested.

    Attributes
    ----------
    key, text : str, as it was claimed
    tested : str, what is compared, and by which rule, for a reader
    comparisons : Stored -> list of Comparison
    supports, contradicts : Comparison -> bool
    is_about_every : whether one contradiction is enough against it
    studies : names of the two studies it is tested in, the first of which counts
    """

    key: str
    text: str
    tested: str
    comparisons: Callable[[Stored | None], list[Comparison]]
    supports: Callable[[Comparison], bool]
    contradicts: Callable[[Comparison], bool]
    is_about_every: bool
    studies: tuple[str, str] = ("paper", "reference")

    def weight(self, comparison: Comparison) -> str:
        """What one comparison says about the claim."""
        if self.contradicts(comparison):
            return CONTRADICTS
        return SUPPORTS if self.supports(comparison) else LEAVES_OPEN

    def verdict(self, comparisons: Sequence[Comparison]) -> str:
        """Holds, fails, or cannot be told."""
        return verdict([self.weight(one) for one in comparisons], self.is_about_every)


def verdict(weights: Sequence[str], is_about_every: bool) -> str:
    """The verdict on a claim.

    Examples
    --------
    >>> verdict(["supports", "supports", "contradicts"], is_about_every=True)
    'fails'
    >>> verdict(["supports", "supports", "contradicts"], is_about_every=False)
    'holds'
    >>> verdict(["supports", "leaves open"], is_about_every=False), verdict([], is_about_every=True)
    ('cannot be told', 'not measured')
    """
    n_for, n_against, n = weights.count(SUPPORTS), weights.count(CONTRADICTS), len(weights)
    if not n:
        return NONE_MADE
    if is_about_every:
        return FAILS if n_against else HOLDS if n_for == n else OPEN
    return HOLDS if 2 * n_for > n else FAILS if 2 * n_against > n else OPEN


def _pairs(problems: Sequence[str], first: Sequence[str], second: Sequence[str]) -> list[tuple[str, str, str]]:
    return [(problem, one, other) for problem in problems for one in first for other in second]


def _problems(stored: Stored | None, allowed: Callable[[Mapping[str, object]], bool]) -> list[str]:
    """Problems with results whose facts are as allowed."""
    facts = [] if stored is None else list(stored.facts["problems"])
    return [one["name"] for one in facts if stored and stored.problem(one["name"]) is not None and allowed(one)]


def _small(stored: Stored | None) -> list[Comparison]:
    problems = _problems(stored, lambda facts: int(str(facts["n_train"])) <= SMALL)
    return compare_all(stored, _pairs(problems, ("sasla", "entropy", "ensemble"), ("passive",)))


def _large(stored: Stored | None) -> list[Comparison]:
    problems = _problems(stored, lambda facts: int(str(facts["n_train"])) >= LARGE)
    return compare_all(stored, _pairs(problems, ("entropy", "ensemble"), ("passive", "sasla")))


def _early_labels(stored: Stored | None) -> list[Comparison]:
    wanted = _pairs(_problems(stored, lambda _: True), ("entropy", "ensemble"), ("random_pool",))
    return compare_all(stored, wanted, column="early_error")


def _early_presentations(stored: Stored | None) -> list[Comparison]:
    wanted = _pairs(_problems(stored, lambda _: True), ("entropy", "ensemble"), ("passive",))
    return compare_all(stored, wanted, column="area_under_presentations")


def _ensembles(stored: Stored | None) -> list[Comparison]:
    wanted = _pairs(_problems(stored, lambda _: True), ("ensemble",), ("entropy",))
    return compare_all(stored, wanted, column="area_under_labels")


def _regression(stored: Stored | None) -> list[Comparison]:
    problems = _problems(stored, lambda facts: facts["name"] in REGRESSION)
    return compare_all(stored, _pairs(problems, ("sasla", "entropy"), ("passive",)))


def _kept(stored: Stored | None) -> list[Comparison]:
    found: list[Comparison | None] = []
    if stored is None:
        return []
    for problem in _problems(stored, lambda _: True):
        low, high = (stored.row(problem, "sasla", beta=beta) for beta in ("0.1", "0.9"))
        found.append(compare(stored, problem, high, low, column=KEPT_SHARE))
    return [one for one in found if one is not None]


def _is_lower(one: Comparison) -> bool:
    return one.is_lower and not one.is_equal


def _is_no_better(one: Comparison) -> bool:
    return one.is_higher or one.is_equal


CLAIMS = (
    Claim(
        "a",
        "On small data sets the methods do not differ.",
        f"SASLA, entropy and ensemble against passive learning, final test error, problems of at most {SMALL} training "
        "rows. Supports: the cautious interval lies within the margin. Contradicts: it excludes 0, and the effect reaches "
        "the margin. One contradiction is enough.",
        _small,
        lambda one: one.is_equal,
        lambda one: (one.is_lower or one.is_higher) and abs(one.effect) >= one.margin,
        True,
    ),
    Claim(
        "b",
        "With much data passive learning and SASLA are ahead.",
        f"Entropy and ensemble against passive learning and SASLA, final test error, problems of at least {LARGE} training "
        "rows. Supports: surely higher and not within the margin. Contradicts: surely lower, or within the margin. One "
        "contradiction is enough.",
        _large,
        lambda one: one.is_higher and not one.is_equal,
        lambda one: one.is_lower or one.is_equal,
        True,
    ),
    Claim(
        "c",
        "Uncertainty sampling is better early (at equal labels).",
        "Entropy and ensemble against random querying, mean test error until a quarter of the pool is labelled. Supports: "
        "surely lower and not within the margin. Contradicts: surely higher, or within the margin. More than half decide.",
        _early_labels,
        _is_lower,
        _is_no_better,
        False,
    ),
    Claim(
        "c′",
        "Uncertainty sampling is better early (at equal presentations).",
        "Entropy and ensemble against passive learning, mean test error over the range of presentations that all methods "
        "reach; an ensemble's count three times. The rule of c.",
        _early_presentations,
        _is_lower,
        _is_no_better,
        False,
    ),
    Claim(
        "d",
        "Ensembles are not worth their cost.",
        "Ensemble (three times the presentations) against entropy, mean test error over labels. Supports: the cautious "
        "interval excludes a gain of the margin. Contradicts: surely lower, with an effect of at least the margin. More "
        "than half decide.",
        _ensembles,
        lambda one: one.excludes_gain,
        lambda one: one.is_lower and one.effect <= -one.margin,
        False,
    ),
    Claim(
        "e",
        "Function approximation hurts SASLA and entropy.",
        "SASLA and entropy against passive learning, final test error, function approximation. Supports: surely higher, "
        "with an effect of at least the margin. Contradicts: the cautious interval excludes a loss of the "
        "margin. More than half decide.",
        _regression,
        lambda one: one.is_higher and one.effect >= one.margin,
        lambda one: one.excludes_loss,
        False,
    ),
    Claim(
        "β",
        "A larger β makes SASLA keep fewer examples (the paper calls 0.9 conservative, a small subset).",
        "β = 0.9 against β = 0.1, share of the candidates presented over a whole run. Supports: surely lower. Contradicts: "
        "surely higher. One contradiction is enough.",
        _kept,
        lambda one: one.is_lower,
        lambda one: one.is_higher,
        True,
        ("beta_paper", "independent"),
    ),
)
