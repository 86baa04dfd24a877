"""What the docstrings of the estimators have in common, said once."""

from __future__ import annotations

import inspect
from typing import TypeVar

Estimator = TypeVar("Estimator", bound=type)

PARAMETERS = {
    "NETWORK": """\
hidden : tuple of int, or int for one layer, default=(64,), units of each hidden layer
    activation : {"sigmoid", "tanh", "relu", "linear"}, default="sigmoid", of the hidden units""",
    "TRAINING": """\
learning_rate : float, default=0.02, above 0
    momentum : float, default=0.5, in [0, 1)
    weight_decay : float, default=0.0, at least 0; lambda of Eq. 10
    batch_size : int or "full", default=1, examples per step; 1 is the paper's SGD
    epochs : int, default=200, passes over the examples that are trained on
    n_records : int, default=20, how often ``trajectory_`` takes down where learning stands
    warm_start : bool, default=False, whether the next `fit` goes on from the weights that are there, with their scales
    random_state : int, RandomState or None, default=None, for weights, orders of presentation, first labels and ties
    verbose : int, default=0, above 0 prints a line for each record""",
    "FITTED": """\
selected_ : bool array (examples,), which examples were trained on in the end
    presentations_ : int, examples presented, times networks; counted
    work_ : float, forward-equivalents, selection included; 1 is one forward pass of one network for one example
    n_iter_ : int, epochs
    loss_curve_ : list of float, the error of Eq. 10 on the labelled examples at each record
    trajectory_ : Trajectory of one trial; what it says of a test part is NaN
    params_ : trained parameters with a leading axis of networks
    network_, scaling_, coding_ : Network, scaling of the features, coding of the targets
    n_features_in_ : int
    feature_names_in_ : array of str, where X had names""",
}
"""Lines of a docstring by the word that stands for them."""


def worded(estimator: Estimator) -> Estimator:
    """Put the common lines where their words stand in a docstring, whose indentation Python 3.13 takes away."""
    lines = inspect.cleandoc(estimator.__doc__ or "").split("\n")
    common = {word: inspect.cleandoc(told) for word, told in PARAMETERS.items()}
    estimator.__doc__ = "\n".join(common.get(line, line) for line in lines) + "\n"
    return estimator
