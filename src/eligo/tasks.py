"""What a network is asked to do: classification and function approximation are two values of one record.

A task carries the coding of targets, the output map, the predictive distribution, what an ensemble says as one and the
measures of error. Nothing else in the package asks which of the two it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array
from numpy.typing import ArrayLike

from eligo.activations import LINEAR, SIGMOID, Activation
from eligo.measures import Measures, classification_measures, confusion_counts, regression_measures
from eligo.mistakes import ByName, refuse_unless
from eligo.targets import TargetCoding, code_classes, code_interval, code_raw

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


# --- Ensembles -------------------------------------------------------------------------------------------------------


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


def mean_of_members(outputs: Array) -> Array:
    """What members put out on average, (examples, outputs)."""
    return outputs.mean(axis=0)


def _first_of_members(outputs: Array) -> Array:
    return outputs[0]


def _vote_of_members(outputs: Array, probabilities: Array) -> Array:
    del outputs
    return majority_vote(probabilities)


def _as_outputs_say(outputs: Array, probabilities: Array) -> Array:
    del probabilities
    return outputs


@dataclass(frozen=True)
class Committee:
    """What an ensemble says as one: its outputs, which the error of Eq. 10 is taken of, and its vote on classes.

    Function approximation has no classes to vote on: there an ensemble predicts its outputs.

    Attributes
    ----------
    name : str
    outputs : outputs of members (members, examples, outputs) -> (examples, outputs)
    vote : (the former (examples, classes), class probabilities of members (members, examples, classes)) -> (examples,
        classes), the largest wins
    """

    name: str
    outputs: Callable[[Array], Array] = field(repr=False)
    vote: Callable[[Array, Array], Array] = field(repr=False)


MAJORITY_VOTE = Committee("vote", outputs=mean_of_members, vote=_vote_of_members)
"""Each member has one vote on the class; outputs are the members' mean (the paper)."""

MEAN_OF_OUTPUTS = Committee("mean_of_outputs", outputs=mean_of_members, vote=_as_outputs_say)
"""The members' mean output decides on the class too."""

FIRST_MEMBER = Committee("first_member", outputs=_first_of_members, vote=_as_outputs_say)
"""The first member speaks for all; the others only help to choose."""

COMMITTEES = ByName("committee", {one.name: one for one in (MAJORITY_VOTE, MEAN_OF_OUTPUTS, FIRST_MEMBER)})


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
    target_range : (low, high), the coded target values; () where targets are taken as they are
    fit_coding : (y, *target_range) -> TargetCoding, fitted on training rows
    distribution : (outputs, net inputs) -> what a network predicts: class probabilities, or the outputs themselves
    measures : (prediction, targets, weights) -> the fields of `Measures` that have a meaning, but for the error
    has_classes : whether the predictive distribution is over classes, so that Eq. 8 has a meaning
    committee : what an ensemble says as one
    """

    name: str
    output: Activation
    target_range: tuple[float, ...]
    fit_coding: Callable[..., TargetCoding] = field(repr=False)
    distribution: Callable[[Array, Array], Array] = field(repr=False)
    measures: Callable[[Array, Array, Array], dict[str, Array]] = field(repr=False)
    has_classes: bool
    committee: Committee = MAJORITY_VOTE

    def code(self, y: ArrayLike, **fitting: Any) -> TargetCoding:
        """Fit the coding of targets to training targets."""
        return self.fit_coding(y, *self.target_range, **fitting)

    def strata(self, targets: Array) -> Array:
        """Groups that selection must not empty, bool (examples, strata): the classes, or everything as one group."""
        if self.has_classes:
            return targets == targets.max(axis=1, keepdims=True)
        return jnp.ones((len(targets), 1), dtype=bool)

    def predict(self, outputs: Array, net_inputs: Array) -> Array:
        """What an ensemble, or one network as an ensemble of one, predicts.

        Parameters
        ----------
        outputs, net_inputs : float arrays (members, examples, outputs)

        Returns
        -------
        float array (examples, outputs): a vote whose largest value is the class, or coded target values
        """
        together = self.committee.outputs(outputs)
        return self.committee.vote(together, self.distribution(outputs, net_inputs)) if self.has_classes else together

    def squared_error(self, outputs: Array, targets: Array, scale: Array, present: Array) -> Array:
        """The data term of Eq. 10 for an ensemble's outputs, a scalar in squared units of ``scale``.

        Parameters
        ----------
        outputs : float array (members, examples, outputs)
        targets : float array (examples, outputs), coded
        scale : float array (outputs,), units of the target per coded unit
        present : bool array (examples,), the examples that count
        """
        errors = (((self.committee.outputs(outputs) - targets) * scale) ** 2).sum(axis=1)
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
        prediction, weights = self.predict(outputs, net_inputs), present.astype(outputs.dtype)
        error = self.squared_error(outputs, targets, scale, present)
        measured = dict.fromkeys(Measures._fields, jnp.full_like(error, jnp.nan)) | {"error": error}
        return Measures(**(measured | self.measures(prediction * scale, targets * scale, weights)))

    def confusion(self, outputs: Array, net_inputs: Array, targets: Array, present: Array) -> Array | None:
        """How many examples of each class were taken for each class, (actual, predicted); None without classes.

        Parameters
        ----------
        outputs, net_inputs : float arrays (members, examples, outputs)
        targets : float array (examples, outputs), coded
        present : bool array (examples,), the examples that count
        """
        if not self.has_classes:
            return None
        return confusion_counts(self.predict(outputs, net_inputs), targets, present.astype(outputs.dtype))


CLASSIFICATION = Task(
    name="classification",
    output=SIGMOID,
    target_range=(0.1, 0.9),
    fit_coding=code_classes,
    distribution=softmax_of_outputs,
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
    measures=regression_measures,
    has_classes=False,
)
"""Function approximation with sigmoid outputs, targets scaled to [0.1, 0.9]: the paper's text, Eq. 4 as printed."""

LINEAR_OUTPUT_REGRESSION = replace(REGRESSION, output=LINEAR, target_range=(-1.0, 1.0))
"""Function approximation with linear output units, targets scaled to [-1, 1] (the paper's final report)."""

RAW_OUTPUT_REGRESSION = replace(REGRESSION, output=LINEAR, target_range=(), fit_coding=code_raw)
"""Function approximation with linear output units that take the targets as they are."""


def refuse_no_task(task: object) -> None:
    """Refuse what cannot say what a network is asked to do.

    Raises
    ------
    ValueError
        If it is no `Task`.
    """
    remedy = "Write eligo.CLASSIFICATION or eligo.REGRESSION."
    refuse_unless("task", task, lambda one: isinstance(one, Task), "an eligo.Task", remedy)
