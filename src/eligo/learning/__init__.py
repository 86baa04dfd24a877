"""The two loops: selective learning trains on what matters, querying labels what matters. Both record a trajectory."""

from eligo.learning.querying import RETRAINING, STOPS, learn_by_querying
from eligo.learning.selective import CANDIDATES, learn_selectively
from eligo.learning.trajectory import Trajectory
from eligo.learning.trials import Trials

__all__ = [
    "CANDIDATES",
    "RETRAINING",
    "STOPS",
    "Trajectory",
    "Trials",
    "learn_by_querying",
    "learn_selectively",
]
