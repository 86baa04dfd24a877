"""How well a network, or an ensemble, does on a set of examples; scikit-learn's definitions."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array


class Measures(NamedTuple):
    """How well a network, or an ensemble, does on a set of examples; NaN where a measure has no meaning.

    ``error`` is the data term of Eq. 10, the mean over examples of the squared error summed over outputs: in coded
    units for classification, in squared units of the target for function approximation. ``accuracy`` and the macro
    averages lie in [0, 1], Matthews' correlation ``mcc`` in [-1, 1]; ``mse`` and ``mae`` (means over outputs, in squared
    units and in units of the target) and ``r2`` (mean over outputs) belong to function approximation.
    """

    error: Array
    accuracy: Array
    macro_f1: Array
    macro_precision: Array
    macro_recall: Array
    mcc: Array
    mse: Array
    mae: Array
    r2: Array


def confusion_counts(vote: Array, targets: Array, weights: Array) -> Array:
    """How many examples of each class were taken for each class.

    Parameters
    ----------
    vote : float array (examples, classes), the largest wins
    targets : float array (examples, classes), coded
    weights : float array (examples,), 1 for examples that count and 0 for others

    Returns
    -------
    float array (actual classes, predicted classes), whole numbers
    """
    n_classes = targets.shape[1]
    actual = jax.nn.one_hot(targets.argmax(axis=1), n_classes, dtype=targets.dtype) * weights[:, None]
    predicted = jax.nn.one_hot(vote.argmax(axis=1), n_classes, dtype=targets.dtype)
    return actual.T @ predicted


def classification_measures(vote: Array, targets: Array, weights: Array) -> dict[str, Array]:
    """Accuracy, macro averages and Matthews' correlation, as in scikit-learn with ``zero_division=0``.

    Classes that neither occur nor are predicted do not count in the averages.
    """
    counts = confusion_counts(vote, targets, weights)
    hits, occur, claimed = jnp.diagonal(counts), counts.sum(axis=1), counts.sum(axis=0)
    is_present = (occur + claimed) > 0

    def macro(numerator: Array, denominator: Array) -> Array:
        of_class = jnp.where(is_present, numerator / jnp.maximum(denominator, 1), 0)
        return of_class.sum() / is_present.sum()

    accuracy = hits.sum() / weights.sum()
    return {
        "accuracy": accuracy,
        "macro_f1": macro(2 * hits, occur + claimed),
        "macro_precision": macro(hits, claimed),
        "macro_recall": macro(hits, occur),
        "mcc": _matthews(accuracy, occur / weights.sum(), claimed / weights.sum()),
    }


def _matthews(accuracy: Array, occur: Array, claimed: Array) -> Array:
    """Correlation of actual and predicted classes from their shares, (classes,); 0 where either is constant.

    Gorodkin (2004), Comparing two K-category assignments by a K-category correlation coefficient.
    """
    spread = (1 - (occur**2).sum()) * (1 - (claimed**2).sum())
    return jnp.where(spread > 0, (accuracy - (occur * claimed).sum()) / jnp.sqrt(jnp.where(spread > 0, spread, 1)), 0)


def regression_measures(prediction: Array, targets: Array, weights: Array) -> dict[str, Array]:
    """Mean squared and absolute error and coefficient of determination, all averaged over outputs."""
    rows = weights[:, None] / weights.sum()
    errors = prediction - targets
    squared = (rows * errors**2).sum(axis=0)
    spread = (rows * (targets - (rows * targets).sum(axis=0)) ** 2).sum(axis=0)
    return {
        "mse": squared.mean(),
        "mae": (rows * jnp.abs(errors)).sum(axis=0).mean(),
        "r2": (1 - squared / jnp.where(spread > 0, spread, jnp.nan)).mean(),
    }
