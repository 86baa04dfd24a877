"""Ways to query that have a name: each row is a utility and a rule, and what is known of the two together."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import NamedTuple

from eligo.representations import Inputs
from eligo.rules import (
    BatchRule,
    KCentre,
    KMeansPlusPlus,
    LargestCluster,
    QueryRule,
    StochasticTop,
    Top,
    UncoveredClusters,
)
from eligo.utilities import (
    BALD,
    IGS,
    TASKS,
    ConflictingEvidence,
    DensityWeighted,
    ExpectedGradientLength,
    GSy,
    Indifferent,
    InsufficientEvidence,
    KLDisagreement,
    LaplaceVariance,
    LeastConfidence,
    Margin,
    Typicality,
    UncertainByLot,
    Utility,
    VoteEntropy,
)

PLUG_INS = "eligo.utilities"
"""Group of entry points in which other packages name utilities."""


class About(NamedTuple):
    """What a catalogue says of a method.

    Attributes
    ----------
    formula : str, in plain signs
    cost : str, of one choice
    good_when : str
    reference : str
    """

    formula: str = ""
    cost: str = ""
    good_when: str = ""
    reference: str = ""


@dataclass(frozen=True)
class Recipe:
    """A way to query that has a name.

    Attributes
    ----------
    name : str
    summary : str, one line for a reader, which goes on from "the method ..."
    utility : Utility; one that compares members makes the method a committee's
    about : About
    rule : query size -> rule, default=Top
    called : str, default="", what prose calls it where that is not its name with spaces
    """

    name: str
    summary: str
    utility: Utility
    about: About = About()
    rule: Callable[[int], QueryRule | BatchRule] = Top
    called: str = ""

    @property
    def title(self) -> str:
        """What prose calls it."""
        return self.called or self.name.replace("_", " ")

    @property
    def is_committee(self) -> bool:
        """Whether several networks are compared."""
        return getattr(self.utility, "min_members", 1) > 1

    @property
    def tasks(self) -> tuple[str, ...]:
        """The kinds of task that both the utility and the rule's space are for."""
        space = getattr(self.rule(1), "representation", None)
        return tuple(task for task in getattr(self.utility, "tasks", TASKS) if task in getattr(space, "tasks", TASKS))


ONE_PASS = "one forward pass per example"
A_COMMITTEE = "one forward pass per example and member; all members are trained"
COVER = "distances of all examples from all labelled ones"

RECIPES = (
    Recipe(
        "least_confidence",
        "asks for the label whose most probable class is least probable",
        LeastConfidence(),
        About("1 - max_c p_c", ONE_PASS, "two classes, where it ranks as margin and entropy do", "Lewis & Gale (1994)"),
    ),
    Recipe(
        "margin",
        "asks for the label about which the two most probable classes are closest",
        Margin(),
        About(
            "1 - (p_1st - p_2nd)",
            ONE_PASS,
            "the first choice for classes, tables in particular",
            "Scheffer et al. (2001)",
        ),
    ),
    Recipe(
        "vote_entropy",
        "asks for the label on which the votes of several networks spread most",
        VoteEntropy(),
        About(
            "-sum_c (V_c / M) log (V_c / M)",
            A_COMMITTEE,
            "large committees; few members tie",
            "Dagan & Engelson (1995)",
        ),
    ),
    Recipe(
        "kl_disagreement",
        "asks for the label about which several networks differ most from their mean",
        KLDisagreement(),
        About(
            "1/M sum_m KL(p_m || mean p)", A_COMMITTEE, "members that are sure of themselves", "McCallum & Nigam (1998)"
        ),
        called="KL disagreement",
    ),
    Recipe(
        "bald",
        "asks for the label that would tell most about which of several networks is right",
        BALD(),
        About(
            "H(mean p) - 1/M sum_m H(p_m)",
            A_COMMITTEE,
            "labels with noise that no label removes",
            "Houlsby et al. (2011)",
        ),
        called="BALD",
    ),
    Recipe(
        "conflicting_evidence",
        "asks, of the most uncertain, for the label that most evidence speaks for and against",
        ConflictingEvidence(),
        About(
            "E_a E_b within the t smallest margins",
            ONE_PASS,
            "against uncertain_by_lot, its control",
            "Sharma & Bilgic (2017)",
        ),
    ),
    Recipe(
        "insufficient_evidence",
        "asks, of the most uncertain, for the label that least evidence speaks for and against",
        InsufficientEvidence(),
        About("-E_a E_b within the t smallest margins", ONE_PASS, "as a control", "Sharma & Bilgic (2017)"),
    ),
    Recipe(
        "uncertain_by_lot",
        "asks for any of the most uncertain labels",
        UncertainByLot(),
        About("by lot within the t smallest margins", ONE_PASS, "as a control for evidence", "Sharma & Bilgic (2017)"),
    ),
    Recipe(
        "expected_gradient_length",
        "asks for the label that is expected to move the network most",
        ExpectedGradientLength(),
        About(
            "sum_c p_c |grad E(x, c)|", "a backward pass per class", "small networks", "Settles, Craven & Ray (2008)"
        ),
    ),
    Recipe(
        "badge",
        "asks for uncertain labels that differ from each other",
        Indifferent(),
        About(
            "k-means++ on (p - e) y'", "distances of all examples from each chosen one", "batches", "Ash et al. (2020)"
        ),
        KMeansPlusPlus,
        called="BADGE",
    ),
    Recipe(
        "core_set",
        "asks for the label farthest from all others in the last hidden layer",
        Indifferent(),
        About("argmax_u min_l |h(u) - h(l)|", COVER, "batches, without outliers", "Sener & Savarese (2018)"),
        KCentre,
        called="core-set",
    ),
    Recipe(
        "typiclust",
        "asks for the typical example of each large cluster that has no label",
        Typicality(),
        About(
            "1 / mean distance of 20 neighbours",
            "distances between all examples",
            "few labels",
            "Hacohen et al. (2022)",
        ),
        UncoveredClusters,
        called="TypiClust",
    ),
    Recipe(
        "power_margin",
        "asks for labels by lot, those with a small margin more probably",
        Margin(),
        About("top n of log(1 - (p_1st - p_2nd)) + Gumbel noise", ONE_PASS, "large batches", "Kirsch et al. (2021)"),
        StochasticTop,
    ),
    Recipe(
        "density_margin",
        "asks for a label with a small margin in a dense part of the pool",
        DensityWeighted(Margin()),
        About(
            "(1 - (p_1st - p_2nd)) mean_u 1 / (1 + |x - x_u|)",
            "distances between all examples",
            "pools with outliers",
            "Settles & Craven (2008)",
        ),
    ),
    Recipe(
        "laplace_variance",
        "asks for the value about which the labelled ones leave most open",
        LaplaceVariance(),
        About(
            "g(x)' (P + sum_l g_l g_l' / noise)^-1 g(x)",
            "a linear system between labelled outputs or parameters",
            "one small network",
            "MacKay (1992)",
        ),
        called="Laplace variance",
    ),
    Recipe(
        "gsx",
        "asks for the label whose inputs are farthest from all labelled ones",
        Indifferent(),
        About("argmax_u min_l |x_u - x_l|", COVER, "few relevant features", "Wu, Lin & Huang (2019)"),
        functools.partial(KCentre, representation=Inputs()),
        called="GSx",
    ),
    Recipe(
        "gsy",
        "asks for the value that is predicted farthest from all known ones",
        GSy(),
        About("argmax_u min_l |f(x_u) - y_l|", ONE_PASS, "targets with a long tail", "Wu, Lin & Huang (2019)"),
        called="GSy",
    ),
    Recipe(
        "igs",
        "asks for the value that is far from all known ones in inputs and prediction",
        IGS(),
        About(
            "argmax_u min_l |x_u - x_l| |f(x_u) - y_l|",
            COVER,
            "the first choice for functions",
            "Wu, Lin & Huang (2019)",
        ),
        called="iGS",
    ),
    Recipe(
        "lcmd",
        "asks for the farthest example of the largest cluster around a label, by tangent kernel",
        Indifferent(),
        About(
            "max distance in the cluster with the largest sum of squares", COVER, "batches", "Holzmueller et al. (2023)"
        ),
        LargestCluster,
        called="LCMD",
    ),
)


@functools.cache
def plug_ins(taken: frozenset[str]) -> tuple[Recipe, ...]:
    """Utilities that other packages offer under `PLUG_INS`, each queried with by its name, the best ones first.

    An entry point names a utility, or a class or function without arguments that gives one. One that cannot be loaded, or
    whose name is taken, is left out with a warning: it must not keep others from running. They are looked up once.

    Parameters
    ----------
    taken : frozenset of str, names that are taken
    """
    recipes: dict[str, Recipe] = {}
    for point in sorted(entry_points(group=PLUG_INS), key=lambda point: point.name):
        if point.name in taken or point.name in recipes:
            _warn(point, "its name is taken")
            continue
        try:
            recipes[point.name] = _recipe_of(point)
        except Exception as error:  # whatever a stranger's code raises
            _warn(point, f"{type(error).__name__}: {error}")
    return tuple(recipes.values())


def _recipe_of(point: EntryPoint) -> Recipe:
    loaded = point.load()
    utility: Utility = loaded if hasattr(loaded, "work") and not isinstance(loaded, type) else loaded()
    hash(utility)
    claim = (type(utility).__doc__ or "").strip().partition("\n")[0].rstrip(".")
    return Recipe(point.name, f"asks by the plug-in {point.value}: {claim or type(utility).__name__}", utility)


def _warn(point: EntryPoint, why: str) -> None:
    warnings.warn(f"the plug-in {point.name!r} ({point.value}) is left out: {why}", stacklevel=2)
