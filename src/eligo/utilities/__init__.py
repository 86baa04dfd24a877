"""Utilities: one formula a file, each a value that scores the examples of one trial."""

from eligo.utilities.bald import BALD, bald
from eligo.utilities.conflicting_evidence import ConflictingEvidence
from eligo.utilities.density_weighted import DensityWeighted, density
from eligo.utilities.directional_sensitivity import DirectionalSensitivity, directional_sensitivity
from eligo.utilities.el2n import EL2N
from eligo.utilities.ensemble_variance import EnsembleVariance, ensemble_variance
from eligo.utilities.entropy import PredictiveEntropy, entropy
from eligo.utilities.error import AbsoluteError
from eligo.utilities.evidence import evidence
from eligo.utilities.expected_gradient_length import ExpectedGradientLength, gradient_length
from eligo.utilities.extreme_prediction import ExtremePrediction
from eligo.utilities.grand import GraNd
from eligo.utilities.gsx import GSx
from eligo.utilities.gsy import GSy
from eligo.utilities.igs import IGS
from eligo.utilities.indifferent import Indifferent
from eligo.utilities.insufficient_evidence import InsufficientEvidence
from eligo.utilities.kl_disagreement import KLDisagreement, kl_disagreement
from eligo.utilities.laplace_variance import LaplaceVariance
from eligo.utilities.least_confidence import LeastConfidence, least_confidence
from eligo.utilities.margin import Margin, margin
from eligo.utilities.output_sensitivity import OutputSensitivity
from eligo.utilities.predictions import score_predictions
from eligo.utilities.protocol import TASKS, FromPredictions, Predicted, Situation, Utility, Workload
from eligo.utilities.random import Random
from eligo.utilities.rightness import Rightness
from eligo.utilities.squared_error import SquaredError
from eligo.utilities.typicality import Typicality, typicality
from eligo.utilities.uncertain_by_lot import UncertainByLot
from eligo.utilities.vote_entropy import VoteEntropy, vote_entropy

__all__ = [
    "BALD",
    "EL2N",
    "IGS",
    "TASKS",
    "AbsoluteError",
    "ConflictingEvidence",
    "DensityWeighted",
    "DirectionalSensitivity",
    "EnsembleVariance",
    "ExpectedGradientLength",
    "ExtremePrediction",
    "FromPredictions",
    "GSx",
    "GSy",
    "GraNd",
    "Indifferent",
    "InsufficientEvidence",
    "KLDisagreement",
    "LaplaceVariance",
    "LeastConfidence",
    "Margin",
    "OutputSensitivity",
    "Predicted",
    "PredictiveEntropy",
    "Random",
    "Rightness",
    "Situation",
    "SquaredError",
    "Typicality",
    "UncertainByLot",
    "Utility",
    "VoteEntropy",
    "Workload",
    "bald",
    "density",
    "directional_sensitivity",
    "ensemble_variance",
    "entropy",
    "evidence",
    "gradient_length",
    "kl_disagreement",
    "least_confidence",
    "margin",
    "score_predictions",
    "typicality",
    "vote_entropy",
]
