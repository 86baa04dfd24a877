"""Stopping criteria: one formula a file, each a value that says which trials need go on no longer."""

from collections.abc import Callable

from eligo.mistakes import ByName
from eligo.stopping.expected_error import MinimumExpectedError, expected_error
from eligo.stopping.maximum_confidence import MaximumConfidence, largest_uncertainty
from eligo.stopping.plateau import Plateau, relative_fall
from eligo.stopping.protocol import Check, Criterion
from eligo.stopping.stabilising import StabilisingPredictions, cohen_kappa, concordance
from eligo.stopping.uncertainty import OverallUncertainty, mean_uncertainty

CRITERIA: ByName[Callable[..., Criterion]] = ByName(
    "stopping criterion",
    {
        "stabilising_predictions": StabilisingPredictions,
        "overall_uncertainty": OverallUncertainty,
        "maximum_confidence": MaximumConfidence,
        "minimum_expected_error": MinimumExpectedError,
        "plateau": Plateau,
    },
)
"""The criteria by name, for study files."""


def criterion_named(name: str, threshold: float | None = None) -> Criterion | None:
    """The criterion of that name, with a threshold of its own where none is given; None for "never".

    Raises
    ------
    UnknownName
        If no criterion has it; it is a KeyError.

    Examples
    --------
    >>> criterion_named("plateau", 0.05)
    Plateau(threshold=0.05, window=5)
    """
    if name == "never":
        return None
    return CRITERIA[name]() if threshold is None else CRITERIA[name](threshold=threshold)


__all__ = [
    "CRITERIA",
    "Check",
    "Criterion",
    "MaximumConfidence",
    "MinimumExpectedError",
    "OverallUncertainty",
    "Plateau",
    "StabilisingPredictions",
    "cohen_kappa",
    "concordance",
    "criterion_named",
    "expected_error",
    "largest_uncertainty",
    "mean_uncertainty",
    "relative_fall",
]
