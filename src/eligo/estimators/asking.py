"""Which examples to have labelled next: `query`, for our networks and for any model that predicts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import ArrayLike, NDArray
from sklearn.base import is_classifier
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from eligo.estimators.labels import class_labels, missing, refuse_other_mark, refuse_unknown, target_values
from eligo.estimators.scaling import FeatureScaling
from eligo.estimators.shell import FLOATS, NetworkEstimator, random_keys
from eligo.learning.run import refuse_unfit
from eligo.mistakes import checked_count, refuse_unless, several
from eligo.nets import jit_nets
from eligo.networks import Network, Params
from eligo.representations import Embedding, Vectors
from eligo.rules import BatchRule, QueryRule, Rule, Top
from eligo.rules.protocol import asked_for
from eligo.tasks import CLASSIFICATION, REGRESSION, Task
from eligo.utilities import Predicted, Situation, Utility, score_predictions
from eligo.utilities.protocol import refuse_no_utility

FORESTS = (RandomForestClassifier, RandomForestRegressor, ExtraTreesClassifier, ExtraTreesRegressor)
"""Models of scikit-learn that are committees of models for the same examples and classes."""

Model = Any
"""An estimator, a list of them, or a function of X."""


class Asked(NamedTuple):
    """What a model says of a pool.

    Attributes
    ----------
    scores : float array (examples,)
    is_chosen : bool array (examples,)
    """

    scores: Array
    is_chosen: Array


def query(
    model: Model,
    X: ArrayLike,
    y: ArrayLike,
    utility: Utility,
    n: int = 1,
    *,
    rule: QueryRule | BatchRule | None = None,
    missing_label: Any = np.nan,
    return_scores: bool = False,
    random_state: int | np.random.RandomState | None = None,
) -> NDArray[np.int64] | tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Rows of X to have labelled next: the unlabelled ones that the utility scores highest.

    Parameters
    ----------
    model : fitted eligo estimator; any fitted classifier or regressor of scikit-learn; a list of these, which is a
        committee; or a function of X that gives class probabilities (examples, classes), predictions (examples,), or
        those of a committee (members, examples, classes or outputs). A forest is the committee of its trees where the
        utility compares members. A utility that looks at the network itself, such as `OutputSensitivity`, needs an eligo
        estimator
    X : array or frame (examples, features), labelled and unlabelled examples alike
    y : array (examples,) or (examples, outputs), their labels, with ``missing_label`` where there is none
    utility : Utility
    n : int, default=1, rows to ask for, at least 1; all unlabelled ones when there are fewer
    rule : query rule, default=None, how scores become choices, a batch that is diverse for instance; write it without a
        number, or with the one above. None is `Top`. Of a model that is no eligo estimator the ``representation`` of a
        batch rule is not looked at: its examples lie where the features of X, each scaled to [-1, 1], put them
    missing_label : default=nan, what stands in ``y`` for a missing label: NaN (None is missing too), None, -1, ...
    return_scores : bool, default=False, whether to give the scores as well
    random_state : int, RandomState or None, default=None, for ties and for utilities and rules that draw lots

    Returns
    -------
    indices : int array (n,), rows of X, best first; empty when everything is labelled. What looks like another mark than
        ``missing_label``, NaN or a label that the model has never seen, is refused and not taken for a label
    scores : float array (examples,), NaN where an example is labelled; only with ``return_scores``

    Raises
    ------
    ValueError
        If an argument is not of its kind, X and y do not fit each other, ``n`` is not the number of the rule, no label is
        missing by ``missing_label`` but by another mark, or the utility cannot score what the model says.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from eligo.utilities import PredictiveEntropy
    >>> X = np.array([[-2.0], [-1.0], [0.1], [1.0], [2.0]])
    >>> y = np.array([0, np.nan, np.nan, np.nan, 1])
    >>> known = ~np.isnan(y)
    >>> model = LogisticRegression().fit(X[known], y[known])
    >>> query(model, X, y, PredictiveEntropy())
    array([2])
    """
    refuse_no_utility(utility)
    _refuse_no_model(model)
    is_missing = missing(y, missing_label)
    _check(X, is_missing, n)
    rule = Top(n) if rule is None else asked_for("n", n, rule)
    refuse_other_mark(model, y, is_missing, missing_label)
    scores = np.full(len(is_missing), np.nan)
    if not is_missing.any():
        chosen = np.empty(0, dtype=np.int64)
        return (chosen, scores) if return_scores else chosen
    rng = check_random_state(random_state)
    ask = _ask_network if isinstance(model, NetworkEstimator) else _ask_stranger
    asked = ask(model, X, y, is_missing, utility, rule, random_keys(rng, 2))
    scores[is_missing] = np.asarray(asked.scores)[is_missing]
    if np.isnan(scores[is_missing]).all():
        raise ValueError(
            f"`utility` {type(utility).__name__} scores NaN for every unlabelled row. Check `X` and `model`."
        )
    rows = np.flatnonzero(np.asarray(asked.is_chosen))
    chosen = rows[np.argsort(-scores[rows], kind="stable")]
    return (chosen, scores) if return_scores else chosen


def _refuse_no_model(model: Model) -> None:
    """Refuse what cannot be asked for predictions."""
    members = list(model) if isinstance(model, list | tuple) else [model]
    allowed = "a fitted estimator, a list of at least one, or a function of X"
    remedy = "A bare network is scored by eligo.score_pool." if hasattr(model, "net_inputs") else "Fit one first."
    if isinstance(model, type):
        remedy = f"Write {model.__name__}().fit(...)."
    if isinstance(model, list | tuple):
        for place, member in enumerate(members):
            refuse_unless(f"model[{place}]", member, _is_model, "a fitted estimator", remedy)
    refuse_unless("model", model, lambda _: members and all(map(_is_model, members)), allowed, remedy)
    for member in members:
        if hasattr(member, "fit"):
            check_is_fitted(member)


def _is_model(model: Model) -> bool:
    return not isinstance(model, type) and (
        hasattr(model, "predict") or (callable(model) and not hasattr(model, "init"))
    )


def _check(X: Any, is_missing: NDArray[np.bool_], n: int) -> None:
    allowed = "an array or a frame (examples, features)"
    refuse_unless("X", X, lambda X: hasattr(X, "shape") or np.ndim(X) == 2, allowed)
    n_rows = X.shape[0] if hasattr(X, "shape") else len(X)
    if n_rows != len(is_missing):
        raise ValueError(
            f"`y` must have a label, or the missing one, for each of the {n_rows} rows of `X`; got {len(is_missing)}."
        )
    checked_count("n", n)


# --- Our networks ----------------------------------------------------------------------------------------------------


def _ask_network(
    model: NetworkEstimator,
    X: ArrayLike,
    y: ArrayLike,
    is_missing: NDArray[np.bool_],
    utility: Utility,
    rule: Rule | BatchRule,
    keys: Array,
) -> Asked:
    check_is_fitted(model, "params_")
    refuse_unfit(utility, rule, model._task, model._n_networks, is_pool=True)
    rows = model.scaling_(validate_data(model, X, reset=False, dtype=FLOATS))
    targets = np.full((len(rows), len(model.coding_.scale)), np.nan)
    if not is_missing.all():
        known = _labels(y, ~is_missing, model._task, targets.shape[1])
        if model._task.has_classes:
            refuse_unknown(known, model.classes_, "Fit the model on labels of `y`.")
        targets[~is_missing] = model.coding_.encode(known)
    where = (rows, targets, ~is_missing, is_missing, model.weight_decay)
    asked: Asked = _score_and_choose(model.network_, model._task, utility, rule, model.params_, keys, *where)
    return asked


@partial(jit_nets, static_argnames=("network", "task", "utility", "rule"))
def _score_and_choose(
    network: Network, task: Task, utility: Utility, rule: Rule | BatchRule, params: Params, keys: Array, *where: Array
) -> Asked:
    situation = Situation(network, task, params, *where)
    scores = utility(situation, key=keys[0])
    if not isinstance(rule, BatchRule):
        return _chosen(rule, scores, situation, keys[1])
    first = jax.tree.map(lambda leaf: leaf[0], params)
    return _chosen(rule, scores, situation, keys[1], rule.representation(network, first, situation.X, task))


def _chosen(
    rule: Rule | BatchRule, scores: Array, pool: Situation | Predicted, key: Array, embedding: Embedding | None = None
) -> Asked:
    """What a rule chooses of a pool, whose examples lie where the embedding says, if the rule looks at that."""
    where: dict[str, Any] = {} if embedding is None else {"embedding": embedding, "is_labelled": pool.is_labelled}
    return Asked(scores, rule(scores, pool.is_candidate, pool.is_labelled[:, None], key=key, **where) != 0)


def _labels(y: ArrayLike, is_known: NDArray[np.bool_], task: Task, n_outputs: int) -> NDArray[Any]:
    """The labels that are known, as the type they have without missing ones; values as (examples, outputs)."""
    known = np.asarray(y, dtype=object)[is_known]
    if task.has_classes:
        return np.asarray(class_labels(known))
    values = _columns(target_values(known))
    if values.shape[1] != n_outputs:
        raise ValueError(
            f"`model` predicts {several(n_outputs, 'output')} of each row, and `y` has {values.shape[1]}. Give as many."
        )
    return values


# --- Models of others ------------------------------------------------------------------------------------------------


def _ask_stranger(
    model: Model,
    X: ArrayLike,
    y: ArrayLike,
    is_missing: NDArray[np.bool_],
    utility: Utility,
    rule: Rule | BatchRule,
    keys: Array,
) -> Asked:
    values, task = _predictions(model, X, getattr(utility, "min_members", 1) > 1)
    if values.shape[1] != len(is_missing):
        raise ValueError(
            f"`model` must predict each of the {len(is_missing)} rows of `X`; got {values.shape[1]} predictions."
        )
    if n_nan := int(np.isnan(values).any(axis=(0, 2)).sum()):
        raise ValueError(
            f"`model` gives NaN in {several(n_nan, 'row')} of `X`. Mend it, or leave these rows out of `X` and `y`."
        )
    targets = np.full(values.shape[1:], np.nan)
    if not task.has_classes and not is_missing.all():
        _refuse_no_distribution(values, y)
        targets[~is_missing] = _labels(y, ~is_missing, task, values.shape[2])
    predicted = Predicted(*map(jnp.asarray, (values, _vectors(X), targets, ~is_missing, is_missing)))
    _refuse_unplaced(predicted.X, utility, rule)
    scores = score_predictions(utility, predicted, task, key=keys[0])
    return _chosen(rule, scores, predicted, keys[1], Vectors(predicted.X) if isinstance(rule, BatchRule) else None)


def _refuse_no_distribution(values: NDArray[np.floating], y: ArrayLike) -> None:
    """Refuse several numbers for the one label of each row that are no probabilities, and name the first such row."""
    if values.shape[2] > 1 and np.asarray(y, dtype=object).reshape(len(values[0]), -1).shape[1] == 1:
        member, row = np.argwhere(~_is_distribution(values))[0]
        found = values[member, row]
        what = f"holds {found.min():.4g}" if (found < 0).any() else f"sums to {found.sum():.4g}"
        raise ValueError(
            f"`model` predicts {values.shape[2]} outputs of each row, and `y` has 1, and they are no probabilities: row "
            f"{row} {what}. Probabilities must be at least 0 and sum to 1."
        )


def _refuse_unplaced(X: Array, utility: Utility, rule: Rule | BatchRule) -> None:
    """Refuse to choose by lot in the name of distances that are not there."""
    looks = [rule] * isinstance(rule, BatchRule) + [utility] * getattr(utility, "looks_at_inputs", False)
    if looks and not jnp.isfinite(X).all():
        raise ValueError(
            f"{type(looks[0]).__name__} looks at where examples lie, and `X` has missing values or text. Fill them in, or "
            "use a utility and a rule that follow from predictions alone."
        )


def _vectors(X: ArrayLike) -> NDArray[np.float64]:
    """Where the examples lie, each feature scaled to [-1, 1]; NaN where features are no numbers."""
    try:
        rows = np.asarray(X, dtype=np.float64)
    except (TypeError, ValueError):
        return np.full((len(np.asarray(X)), 1), np.nan)
    return FeatureScaling.fitted_on(rows)(rows)


def _predictions(model: Model, X: ArrayLike, is_committee: bool) -> tuple[NDArray[np.floating], Task]:
    """What a model predicts, (members, examples, outputs), and of what kind of task."""
    if not hasattr(model, "fit") and callable(model):
        return _given(np.asarray(model(X), dtype=np.float64))
    if is_committee and isinstance(model, FORESTS):
        rows = np.asarray(X, dtype=np.float32)
        members, predict = model.estimators_, _predictor(model)
        return np.stack([_columns(predict(member, rows)) for member in members]), _task_of(model)
    members = list(model) if isinstance(model, Sequence) else [model]
    tasks = {_task_of(member).name: _task_of(member) for member in members}
    if len(tasks) != 1:
        raise ValueError("`model` must be a model, or a list of at least one, all classifiers or all regressors.")
    predicted = [_columns(_predictor(member)(member, X)) for member in members]
    labels = {tuple(np.asarray(getattr(member, "classes_", ())).tolist()) for member in members}
    if len(labels) > 1:
        raise ValueError(f"the members of `model` must know the same classes; got {sorted(labels)}.")
    return np.stack(predicted), next(iter(tasks.values()))


def _given(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], Task]:
    """What a function gave: probabilities if it is rows that sum to 1, else predictions."""
    if values.ndim not in (1, 2, 3):
        raise ValueError(
            f"`model` must give (examples,), (examples, classes) or (members, examples, classes); got {values.shape}."
        )
    if values.ndim == 1:
        return values[None, :, None], REGRESSION
    values = values if values.ndim == 3 else values[None]
    return values, CLASSIFICATION if _is_distribution(values).all() else REGRESSION


def _is_distribution(values: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Whether the outputs of each row are probabilities, (members, examples)."""
    sums_to_1: NDArray[np.bool_] = np.isclose(values.sum(axis=2), 1, atol=1e-3)
    return (values >= 0).all(axis=2) & sums_to_1


def _task_of(model: Model) -> Task:
    return CLASSIFICATION if is_classifier(model) else REGRESSION


def _predictor(model: Model) -> Callable[[Model, Any], Any]:
    """How one asks a model of its kind: for class probabilities, or for predictions."""
    if not is_classifier(model):
        return lambda member, X: member.predict(X)
    if not hasattr(model, "predict_proba"):
        raise ValueError(
            f"`model` {type(model).__name__} gives no class probabilities. Wrap it in CalibratedClassifierCV, or pass a "
            "function that gives them."
        )
    return lambda member, X: member.predict_proba(X)


def _columns(values: Any) -> NDArray[np.float64]:
    """Predictions as (examples, outputs)."""
    array = np.asarray(values, dtype=np.float64)
    return array[:, None] if array.ndim == 1 else array
