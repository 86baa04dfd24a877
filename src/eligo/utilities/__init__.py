"""Utilities: one formula a file, each a value that scores the examples of one trial."""

from eligo.utilities.directional_sensitivity import DirectionalSensitivity, directional_sensitivity
from eligo.utilities.el2n import EL2N
from eligo.utilities.ensemble_variance import EnsembleVariance, ensemble_variance
from eligo.utilities.entropy import PredictiveEntropy, entropy
from eligo.utilities.error import AbsoluteError
from eligo.utilities.extreme_prediction import ExtremePrediction
from eligo.utilities.grand import GraNd
from eligo.utilities.output_sensitivity import OutputSensitivity
from eligo.utilities.protocol import Situation, Utility, Workload
from eligo.utilities.random import Random
from eligo.utilities.rightness import Rightness
from eligo.utilities.squared_error import SquaredError

__all__ = [
    "EL2N",
    "AbsoluteError",
    "DirectionalSensitivity",
    "EnsembleVariance",
    "ExtremePrediction",
    "GraNd",
    "OutputSensitivity",
    "PredictiveEntropy",
    "Random",
    "Rightness",
    "Situation",
    "SquaredError",
    "Utility",
    "Workload",
    "directional_sensitivity",
    "ensemble_variance",
    "entropy",
]
