"""Utilities: one formula a file, each a value that scores the examples of one trial."""

from eligo.utilities.bald import BALD, bald
from eligo.utilities.directional_sensitivity import DirectionalSensitivity, directional_sensitivity
from eligo.utilities.ensemble_variance import EnsembleVariance, ensemble_variance
from eligo.utilities.entropy import PredictiveEntropy, entropy
from eligo.utilities.error import AbsoluteError
from eligo.utilities.extreme_prediction import ExtremePrediction
from eligo.utilities.kl_disagreement import KLDisagreement, kl_disagreement
from eligo.utilities.least_confidence import LeastConfidence, least_confidence
from eligo.utilities.margin import Margin, margin
from eligo.utilities.output_sensitivity import OutputSensitivity
from eligo.utilities.predictions import score_predictions
from eligo.utilities.protocol import TASKS, FromPredictions, Predicted, Situation, Utility, Workload
from eligo.utilities.random import Random
from eligo.utilities.vote_entropy import VoteEntropy, vote_entropy

__all__ = [
    "BALD",
    "TASKS",
    "AbsoluteError",
    "DirectionalSensitivity",
    "EnsembleVariance",
    "ExtremePrediction",
    "FromPredictions",
    "KLDisagreement",
    "LeastConfidence",
    "Margin",
    "OutputSensitivity",
    "Predicted",
    "PredictiveEntropy",
    "Random",
    "Situation",
    "Utility",
    "VoteEntropy",
    "Workload",
    "bald",
    "directional_sensitivity",
    "ensemble_variance",
    "entropy",
    "kl_disagreement",
    "least_confidence",
    "margin",
    "score_predictions",
    "vote_entropy",
]
