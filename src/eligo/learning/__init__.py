"""The loops: selective learning trains on what matters, querying labels what matters. All record a trajectory."""

from eligo.learning.diversity import MIXES, Diversity, diversity_named
from eligo.learning.forgetting import forgetting_events
from eligo.learning.incremental import SubsetTermination, learn_incrementally
from eligo.learning.pilot import BY_EL2N, BY_FORGETTING, BY_GRAND, PilotScore, learn_from_pilot
from eligo.learning.querying import RETRAINING, STOPS, learn_by_querying
from eligo.learning.selective import CANDIDATES, learn_selectively
from eligo.learning.trajectory import Trajectory
from eligo.learning.trials import Trials

__all__ = [
    "BY_EL2N",
    "BY_FORGETTING",
    "BY_GRAND",
    "CANDIDATES",
    "MIXES",
    "RETRAINING",
    "STOPS",
    "Diversity",
    "PilotScore",
    "SubsetTermination",
    "Trajectory",
    "Trials",
    "diversity_named",
    "forgetting_events",
    "learn_by_querying",
    "learn_from_pilot",
    "learn_incrementally",
    "learn_selectively",
]
