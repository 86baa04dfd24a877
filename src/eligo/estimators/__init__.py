"""scikit-learn estimators: thin shells over the two loops of `eligo.learning`."""

from eligo.estimators.active import ActiveClassifier, ActiveRegressor
from eligo.estimators.asking import query
from eligo.estimators.display import SelectionDisplay
from eligo.estimators.loading import load
from eligo.estimators.selective import SelectiveClassifier, SelectiveRegressor

__all__ = [
    "ActiveClassifier",
    "ActiveRegressor",
    "SelectionDisplay",
    "SelectiveClassifier",
    "SelectiveRegressor",
    "load",
    "query",
]
