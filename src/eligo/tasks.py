"""What a network is asked to do: classification and function approximation are two values of one record.

A task carries the coding of targets, the output map, the predictive distribution, the vote of an ensemble and the
measures of error. Nothing else in the package asks which of the two it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import ArrayLike, NDArray

from eligo.activations import LINEAR, SIGMOID, Activation

# --- Coding of targets -----------------------------------------------------------------------------------------------


class TargetCoding(Protocol):
    """How target values become the values that output units should take; fitted on training rows only."""

    @property
    def scale(self) -> NDArray[np.float64]:
        """Units of the target per coded unit, (outputs,), so that errors can be reported in them."""

    def encode(self, y: ArrayLike) -> NDArray[np.float64]:
        """Target values (examples,) or (examples, outputs) as coded targets (examples, outputs)."""

    def decode(self, outputs: ArrayLike) -> NDArray[Any]:
        """Values of output units (examples, outputs) in the units of the target."""


@dataclass(frozen=True)
class ClassCoding:
    """One output unit per class: ``high`` for the example's class, ``low`` for the others.

    Attributes
    ----------
    classes : array (classes,), sorted labels
    low, high : float
    """

    classes: NDArray[Any]
    low: float
    high: float

    @property
    def scale(self) -> NDArray[np.float64]:
        """Ones: the error of a classifier stays in coded units."""
        return np.ones(len(self.classes))

    def encode(self, y: ArrayLike) -> NDArray[np.float64]:
        """Labels (examples,) as coded targets (examples, classes)."""
        labels = np.asarray(y)
        unknown = np.setdiff1d(labels, self.classes)
        if len(unknown):
            raise ValueError(
                f"`y` holds the label {unknown.tolist()[0]!r}, which the coding was not fitted on; it knows "
                f"{self.classes.tolist()}."
            )
        return np.where(labels[:, None] == self.classes[None, :], self.high, self.low)

    def decode(self, outputs: ArrayLike) -> NDArray[Any]:
        """Label of the largest output unit, (examples,)."""
        decoded: NDArray[Any] = self.classes[np.argmax(np.asarray(outputs), axis=1)]
        return decoded


@dataclass(frozen=True)
class IntervalCoding:
    """Each target scaled linearly so that its training values span [``low``, ``high``].

    Attributes
    ----------
    minimum, maximum : arrays (outputs,), range of the training targets
    low, high : float
    is_flat : bool, whether targets came as (examples,) and predictions go back that way
    """

    minimum: NDArray[np.float64]
    maximum: NDArray[np.float64]
    low: float
    high: float
    is_flat: bool

    @property
    def scale(self) -> NDArray[np.float64]:
        """Units of the target per coded unit, (outputs,)."""
        scale: NDArray[np.float64] = (self.maximum - self.minimum) / (self.high - self.low)
        return scale

    def encode(self, y: ArrayLike) -> NDArray[np.float64]:
        """Values (examples,) or (examples, outputs) as coded targets (examples, outputs)."""
        values = np.asarray(y, dtype=np.float64)
        values = values.reshape(len(values), -1)
        coded: NDArray[np.float64] = self.low + (values - self.minimum) / self.scale
        return coded

    def decode(self, outputs: ArrayLike) -> NDArray[np.float64]:
        """Values in the units of the target, in the shape the targets came in."""
        values = self.minimum + (np.asarray(outputs, dtype=np.float64) - self.low) * self.scale
        decoded: NDArray[np.float64] = values[:, 0] if self.is_flat else values
        return decoded


def code_classes(y: ArrayLike, low: float, high: float, classes: ArrayLike | None = None) -> ClassCoding:
    """Fit a `ClassCoding`: to the labels that occur in ``y``, or to ``classes`` where some may be missing from it."""
    labels = np.unique(np.asarray(y if classes is None else classes))
    if len(labels) < 2:
        raise ValueError(
            f"the target has one class, {labels.tolist()[0]!r}; classification needs at least 2. "
            "Check the target column."
        )
    return ClassCoding(labels, low, high)


def code_interval(y: ArrayLike, low: float, high: float) -> IntervalCoding:
    """Fit an `IntervalCoding` to training targets (examples,) or (examples, outputs)."""
    values = np.asarray(y, dtype=np.float64)
    is_flat = values.ndim == 1
    values = values.reshape(len(values), -1)
    minimum, maximum = values.min(axis=0), values.max(axis=0)
    constant = np.flatnonzero(minimum == maximum)
    if len(constant):
        raise ValueError(
            f"target {constant[0]} is {minimum[constant[0]]:g} in every training row; function approximation needs "
            "a target that varies. Check the target column."
        )
    return IntervalCoding(minimum, maximum, low, high, is_flat)


# --- Predictive distributions of a classifier ------------------------------------------------------------------------


def softmax_of_outputs(outputs: Array, net_inputs: Array) -> Array:
    """Class probabilities as the paper has them: the softmax of the output units.

    Sigmoid outputs lie in (0, 1), so the largest probability cannot exceed e/(e + C - 1): 0.576 for 3 classes, 0.232
    for 10. That squeezes all entropies together; the order of examples can differ from the other two forms too.

    Parameters
    ----------
    outputs : float array (..., examples, classes), of sigmoid units
    net_inputs : float array (..., examples, classes), of the same units

    Returns
    -------
    float array (..., examples, classes), rows sum to 1

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> sure = jnp.array([[0.999, 0.001, 0.001]])
    >>> softmax_of_outputs(sure, jnp.zeros((1, 3))).round(3).tolist()[0][0] < 0.577
    True
    """
    del net_inputs
    return jax.nn.softmax(outputs, axis=-1)


def softmax_of_net_inputs(outputs: Array, net_inputs: Array) -> Array:
    """Class probabilities as the softmax of the net inputs of the output units; they reach 0 and 1.

    Parameters
    ----------
    outputs : float array (..., examples, classes), of sigmoid units
    net_inputs : float array (..., examples, classes), of the same units

    Returns
    -------
    float array (..., examples, classes), rows sum to 1

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> softmax_of_net_inputs(jnp.ones((1, 2)), jnp.array([[0.0, 0.0]])).tolist()
    [[0.5, 0.5]]
    """
    del outputs
    return jax.nn.softmax(net_inputs, axis=-1)


def normalised_outputs(outputs: Array, net_inputs: Array) -> Array:
    """Class probabilities as the output units divided by their sum; for outputs that are positive.

    Parameters
    ----------
    outputs : float array (..., examples, classes), of sigmoid units
    net_inputs : float array (..., examples, classes), of the same units

    Returns
    -------
    float array (..., examples, classes), rows sum to 1

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> normalised_outputs(jnp.array([[0.75, 0.25, 0.5]]), jnp.zeros((1, 3))).tolist()
    [[0.5, 0.1666666716337204, 0.3333333432674408]]
    """
    del net_inputs
    # The smallest normal number keeps outputs that all underflow to zero from giving 0/0.
    total = jnp.maximum(outputs.sum(axis=-1, keepdims=True), jnp.finfo(outputs.dtype).tiny)
    return outputs / total


def point_prediction(outputs: Array, net_inputs: Array) -> Array:
    """The outputs themselves: what a network of function approximation predicts."""
    del net_inputs
    return outputs


# --- Votes and measures ----------------------------------------------------------------------------------------------


def majority_vote(predictions: Array) -> Array:
    """Vote of an ensemble of classifiers, one value per class; the largest wins.

    Each member votes for its most probable class. Ties go to the class with the larger mean probability.

    Parameters
    ----------
    predictions : float array (members, examples, classes), class probabilities

    Returns
    -------
    float array (examples, classes), votes plus a tie-breaker below one vote

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> p = jnp.array([[[0.9, 0.1]], [[0.4, 0.6]], [[0.4, 0.6]]])
    >>> int(majority_vote(p).argmax())
    1
    """
    n_classes = predictions.shape[-1]
    votes = jax.nn.one_hot(predictions.argmax(axis=-1), n_classes, dtype=predictions.dtype).sum(axis=0)
    return votes + predictions.mean(axis=0) / 2


def mean_of_members(predictions: Array) -> Array:
    """Mean prediction of an ensemble, (examples, outputs)."""
    return predictions.mean(axis=0)


class Measures(NamedTuple):
    """How well a network, or an ensemble, does on a set of examples; NaN where a measure has no meaning.

    ``error`` is the data term of Eq. 10, the mean over examples of the squared error summed over outputs: in coded
    units for classification, in squared units of the target for function approximation. ``accuracy`` and ``macro_f1``
    lie in [0, 1]; ``mse`` (mean over outputs, in squared units of the target) and ``r2`` (mean over outputs) belong to
    function approximation.
    """

    error: Array
    accuracy: Array
    macro_f1: Array
    mse: Array
    r2: Array


def classification_measures(vote: Array, targets: Array, weights: Array) -> dict[str, Array]:
    """Accuracy and macro F1; classes that neither occur nor are predicted do not count, as in scikit-learn."""
    n_classes = targets.shape[1]
    actual = jax.nn.one_hot(targets.argmax(axis=1), n_classes, dtype=targets.dtype) * weights[:, None]
    predicted = jax.nn.one_hot(vote.argmax(axis=1), n_classes, dtype=targets.dtype) * weights[:, None]
    hits, occur, claimed = (actual * predicted).sum(axis=0), actual.sum(axis=0), predicted.sum(axis=0)
    present = (occur + claimed) > 0
    f1 = jnp.where(present, 2 * hits / jnp.maximum(occur + claimed, 1), 0)
    return {"accuracy": hits.sum() / weights.sum(), "macro_f1": f1.sum() / present.sum()}


def regression_measures(prediction: Array, targets: Array, weights: Array) -> dict[str, Array]:
    """Mean squared error and coefficient of determination, both averaged over outputs."""
    rows = weights[:, None] / weights.sum()
    squared = (rows * (prediction - targets) ** 2).sum(axis=0)
    spread = (rows * (targets - (rows * targets).sum(axis=0)) ** 2).sum(axis=0)
    return {"mse": squared.mean(), "r2": (1 - squared / jnp.where(spread > 0, spread, jnp.nan)).mean()}


# --- The task --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Task:
    """What a network is asked to do, as one value.

    Change one field with `dataclasses.replace`, for instance
    ``replace(CLASSIFICATION, distribution=softmax_of_net_inputs)``.

    Attributes
    ----------
    name : str
    output : activation of the output units
    target_range : (low, high), the coded target values
    fit_coding : (y, low, high) -> TargetCoding, fitted on training rows
    distribution : (outputs, net inputs) -> what a network predicts: class probabilities, or the outputs themselves
    vote : predictions (members, examples, outputs) -> (examples, outputs), the prediction of an ensemble
    measures : (vote, targets, weights) -> accuracy and macro F1, or MSE and R2
    has_classes : whether the predictive distribution is over classes, so that Eq. 8 has a meaning
    """

    name: str
    output: Activation
    target_range: tuple[float, float]
    fit_coding: Callable[..., TargetCoding]
    distribution: Callable[[Array, Array], Array]
    vote: Callable[[Array], Array]
    measures: Callable[[Array, Array, Array], dict[str, Array]]
    has_classes: bool

    def code(self, y: ArrayLike, **fitting: Any) -> TargetCoding:
        """Fit the coding of targets to training targets."""
        return self.fit_coding(y, *self.target_range, **fitting)

    def strata(self, targets: Array) -> Array:
        """Groups that selection must not empty, bool (examples, strata): the classes, or everything as one group."""
        if self.has_classes:
            return targets == targets.max(axis=1, keepdims=True)
        return jnp.ones((len(targets), 1), dtype=bool)

    def squared_error(self, outputs: Array, targets: Array, scale: Array, present: Array) -> Array:
        """The data term of Eq. 10 for an ensemble's mean outputs, a scalar in squared units of ``scale``.

        Parameters
        ----------
        outputs : float array (members, examples, outputs)
        targets : float array (examples, outputs), coded
        scale : float array (outputs,), units of the target per coded unit
        present : bool array (examples,), the examples that count
        """
        errors = (((outputs.mean(axis=0) - targets) * scale) ** 2).sum(axis=1)
        return jnp.where(present, errors, 0).sum() / present.sum()

    def measure(self, outputs: Array, net_inputs: Array, targets: Array, scale: Array, present: Array) -> Measures:
        """How well an ensemble, or one network as an ensemble of one, does on a set of examples.

        Parameters
        ----------
        outputs, net_inputs : float arrays (members, examples, outputs)
        targets : float array (examples, outputs), coded
        scale : float array (outputs,), units of the target per coded unit
        present : bool array (examples,), the examples that count
        """
        vote = self.vote(self.distribution(outputs, net_inputs))
        error = self.squared_error(outputs, targets, scale, present)
        measured = dict.fromkeys(Measures._fields, jnp.full_like(error, jnp.nan)) | {"error": error}
        return Measures(**(measured | self.measures(vote * scale, targets * scale, present.astype(outputs.dtype))))


CLASSIFICATION = Task(
    name="classification",
    output=SIGMOID,
    target_range=(0.1, 0.9),
    fit_coding=code_classes,
    distribution=softmax_of_outputs,
    vote=majority_vote,
    measures=classification_measures,
    has_classes=True,
)
"""One sigmoid output unit per class, targets 0.1 and 0.9, probabilities by softmax of the outputs (the paper)."""

REGRESSION = Task(
    name="regression",
    output=SIGMOID,
    target_range=(0.1, 0.9),
    fit_coding=code_interval,
    distribution=point_prediction,
    vote=mean_of_members,
    measures=regression_measures,
    has_classes=False,
)
"""Function approximation with sigmoid outputs, targets scaled to [0.1, 0.9]: the paper's text, Eq. 4 as printed."""

LINEAR_OUTPUT_REGRESSION = replace(REGRESSION, output=LINEAR, target_range=(-1.0, 1.0))
"""Function approximation with linear output units, targets scaled to [-1, 1] (the paper's final report)."""
