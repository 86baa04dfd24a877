"""Neural networks that choose what they learn from: selective learning and active learning on one cost axis."""

from eligo._devices import configure_host_devices

configure_host_devices()  # before jax computes, which it does not at its import

from eligo import statistics  # noqa: E402
from eligo.activations import LINEAR, RELU, SIGMOID, TANH, Activation  # noqa: E402
from eligo.estimators import (  # noqa: E402
    ActiveClassifier,
    ActiveRegressor,
    SelectionDisplay,
    SelectiveClassifier,
    SelectiveRegressor,
    load,
    query,
)
from eligo.foreign import ForeignNetwork  # noqa: E402
from eligo.learning import (  # noqa: E402
    Diversity,
    Trajectory,
    Trials,
    learn_by_querying,
    learn_from_pilot,
    learn_incrementally,
    learn_selectively,
)
from eligo.methods import Method, named_methods  # noqa: E402
from eligo.networks import Network  # noqa: E402
from eligo.scoring import score_pool  # noqa: E402
from eligo.sensitivity import informativeness, input_sensitivity  # noqa: E402
from eligo.settings import Settings  # noqa: E402
from eligo.sgd import SGD  # noqa: E402
from eligo.tasks import (  # noqa: E402
    CLASSIFICATION,
    COMMITTEES,
    FIRST_MEMBER,
    LINEAR_OUTPUT_REGRESSION,
    MAJORITY_VOTE,
    MEAN_OF_OUTPUTS,
    RAW_OUTPUT_REGRESSION,
    REGRESSION,
    Committee,
    Task,
    normalised_outputs,
    softmax_of_net_inputs,
    softmax_of_outputs,
)
from eligo.training import train, train_many  # noqa: E402
from eligo.utilities import (  # noqa: E402
    bald,
    ensemble_variance,
    entropy,
    kl_disagreement,
    least_confidence,
    margin,
    vote_entropy,
)

__version__ = "0.2.0"

__all__ = [
    "CLASSIFICATION",
    "COMMITTEES",
    "FIRST_MEMBER",
    "LINEAR",
    "LINEAR_OUTPUT_REGRESSION",
    "MAJORITY_VOTE",
    "MEAN_OF_OUTPUTS",
    "RAW_OUTPUT_REGRESSION",
    "REGRESSION",
    "RELU",
    "SGD",
    "SIGMOID",
    "TANH",
    "Activation",
    "ActiveClassifier",
    "ActiveRegressor",
    "Committee",
    "Diversity",
    "ForeignNetwork",
    "Method",
    "Network",
    "SelectionDisplay",
    "SelectiveClassifier",
    "SelectiveRegressor",
    "Settings",
    "Task",
    "Trajectory",
    "Trials",
    "bald",
    "ensemble_variance",
    "entropy",
    "informativeness",
    "input_sensitivity",
    "kl_disagreement",
    "learn_by_querying",
    "learn_from_pilot",
    "learn_incrementally",
    "learn_selectively",
    "least_confidence",
    "load",
    "margin",
    "named_methods",
    "normalised_outputs",
    "query",
    "score_pool",
    "softmax_of_net_inputs",
    "softmax_of_outputs",
    "statistics",
    "train",
    "train_many",
    "vote_entropy",
]
