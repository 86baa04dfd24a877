"""The two loops: selective learning trains on what matters, querying labels what matters. Both record a trajectory."""

from eligo.learning.querying import learn_by_querying
from eligo.learning.selective import learn_selectively
from eligo.learning.trajectory import Trajectory
from eligo.learning.trials import Trials

__all__ = ["Trajectory", "Trials", "learn_by_querying", "learn_selectively"]
