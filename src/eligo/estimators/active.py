"""Estimators that ask for labels: they look at the label of an example only once it was queried."""

from __future__ import annotations

import warnings
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from eligo.estimators.kinds import NetworkClassifier, NetworkRegressor
from eligo.estimators.parameters import naming_unknown
from eligo.estimators.shell import Chosen, NetworkEstimator
from eligo.estimators.wording import worded
from eligo.learning import Trajectory, Trials, learn_by_querying
from eligo.learning.run import Run, refuse_unfit
from eligo.learning.trajectory import OnRecord
from eligo.mistakes import checked_count, is_whole, refuse_unless, several
from eligo.rules import BatchRule, QueryRule, Top
from eligo.rules.protocol import asked_for
from eligo.sgd import SGD
from eligo.utilities import EnsembleVariance, PredictiveEntropy, Utility

BUDGET = 100
"""Labels to ask for where nothing else is said: at most so many, so that a smaller pool is no reason to warn."""


class ActiveEstimator(NetworkEstimator):
    """Pool-based querying, `eligo.learn_by_querying`, as an estimator."""

    @naming_unknown
    def __init__(
        self,
        hidden: tuple[int, ...] = (64,),
        activation: str = "sigmoid",
        *,
        budget: int | float | None = BUDGET,
        n_initial: int = 10,
        query_size: int = 1,
        n_members: int = 3,
        utility: Utility | None = None,
        rule: QueryRule | BatchRule | None = None,
        retraining: Literal["warm", "warm_at_rest", "cold"] = "warm",
        epochs_per_query: int | None = None,
        learning_rate: float = 0.02,
        momentum: float = 0.5,
        weight_decay: float = 0.0,
        batch_size: int | Literal["full"] = 1,
        epochs: int = 200,
        n_records: int = 20,
        warm_start: bool = False,
        random_state: Any = None,
        verbose: int = 0,
    ) -> None:
        """Nothing is learnt yet."""
        self.hidden = hidden
        self.activation = activation
        self.budget = budget
        self.n_initial = n_initial
        self.query_size = query_size
        self.n_members = n_members
        self.utility = utility
        self.rule = rule
        self.retraining = retraining
        self.epochs_per_query = epochs_per_query
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.batch_size = batch_size
        self.epochs = epochs
        self.n_records = n_records
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Learn from the labels that are asked for, and look at no others.

        Parameters
        ----------
        X : float array or frame (examples, features)
        y : array (examples,), or (examples, outputs) for several outputs of function approximation

        Returns
        -------
        the estimator itself
        """
        return self._fit(X, y)

    def _refuse_unfit(self, n_examples: int) -> None:
        checked_count("query_size", self.query_size)
        remedy, allowed = "Lower it.", f"in [1, {n_examples}], for n_samples = {n_examples}"
        refuse_unless(
            "n_initial", checked_count("n_initial", self.n_initial), lambda n: n <= n_examples, allowed, remedy
        )

    @property
    def _n_networks(self) -> int:
        return checked_count("n_members", self.n_members)

    def _first_labelled(self, is_present: NDArray[np.bool_], rng: np.random.RandomState) -> NDArray[np.bool_]:
        first = rng.permutation(np.flatnonzero(is_present))[: checked_count("n_initial", self.n_initial)]
        return np.isin(np.arange(len(is_present)), first)

    def _utility(self) -> Utility:
        """Disagreement of a committee, or what a single network is unsure about, where nothing else is said."""
        if self.utility is not None:
            return self.utility
        return EnsembleVariance() if self.n_members > 1 else PredictiveEntropy()

    def _rule(self) -> QueryRule | BatchRule:
        """How scores become a query."""
        return Top(self.query_size) if self.rule is None else asked_for("query_size", self.query_size, self.rule)

    def _labels_of(self, pool_size: int) -> int | None:
        """Labels to ask for, of a pool of this size."""
        if self.budget is None:
            return None
        allowed = "a whole number of at least 0, a share in [0.0, 1.0], or None for all"
        refuse_unless("budget", self.budget, _is_budget, allowed)
        if not is_whole(self.budget):
            return round(self.budget * pool_size)
        if self.budget > pool_size and self.budget != BUDGET:
            warnings.warn(
                f"`budget` is {self.budget}, and the pool holds {several(pool_size, 'example')} beside the first ones; all "
                "are asked for. Lower it, or pass budget=None for all.",
                UserWarning,
                stacklevel=5,
            )
        return min(int(self.budget), pool_size)

    def _learn(self, trials: Trials, sgd: SGD, on_record: OnRecord | None) -> Trajectory:
        pool_size = int((trials.present & ~np.asarray(trials.is_first_labelled)).sum())
        return learn_by_querying(
            *(self.network_, self._task, trials, sgd),
            utility=self._utility(),
            rule=self._rule(),
            n_members=self.n_members,
            budget=self._labels_of(pool_size),
            retraining=self.retraining,
            epochs_per_query=self.epochs_per_query,
            n_records=self.n_records,
            on_record=on_record,
        )

    def _choose(self, run: Run) -> Chosen:
        utility, rule, pool = self._utility(), self._rule(), run.trials.present
        refuse_unfit(utility, rule, self._task, self.n_members, is_pool=True)
        queried = run.choose(utility, rule, np.zeros_like(pool), pool) != 0
        return Chosen(queried, queried)


def _is_budget(budget: Any) -> bool:
    return budget >= 0 if is_whole(budget) else isinstance(budget, float | np.floating) and bool(0 <= budget <= 1)


@worded
class ActiveClassifier(NetworkClassifier, ActiveEstimator):
    """A committee of classifiers, or one, that asks for the labels it learns from.

    `fit` is given all labels and looks at few of them: those of ``n_initial`` random examples, and those that it asks for,
    ``query_size`` at a time, of the examples that the utility scores highest. ``selected_`` tells which. To ask a person,
    see `eligo.query`. Features are scaled to [-1, 1] by all examples;
    the set of classes is that of ``y``.

    Parameters
    ----------
    NETWORK
    budget : int, float or None, default=100, labels to ask for beside the ``n_initial`` first ones: a number; a share of the
        pool, in [0.0, 1.0]; or None for all. Of a number that is more than the pool holds all are asked for, with a warning
        unless it is the default
    n_initial : int, default=10, random examples whose labels are known at the start, at least 1, at most as many as there
        are; the budget does not count them
    query_size : int, default=1, labels asked for at a time
    n_members : int, default=3, networks of the committee; they differ by their initial weights and orders of presentation
    utility : Utility, default=None, what scores an example; None is `eligo.utilities.EnsembleVariance` for a committee and
        `eligo.utilities.PredictiveEntropy` for one network
    rule : query rule, default=None, how scores become choices; write it without a number, or with that of ``query_size``.
        None is `eligo.rules.Top`
    retraining : {"warm", "warm_at_rest", "cold"}, default="warm", what happens to the weights at a query, see
        `eligo.learn_by_querying`
    epochs_per_query : int, default=None, epochs of training after each query; None spreads ``epochs`` over all of them when
        warm, and takes ``epochs`` each time when cold
    TRAINING

    Attributes
    ----------
    classes_ : array (classes,), sorted labels
    FITTED

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> model = ActiveClassifier(hidden=(8,), budget=30, query_size=5, random_state=0).fit(X, y)
    >>> int(model.selected_.sum()), model.score(X, y) > 0.8
    (40, True)
    """


@worded
class ActiveRegressor(NetworkRegressor, ActiveEstimator):
    """A committee of approximators of a function, or one, that asks for the values it learns from.

    `fit` is given all labels and looks at few of them: those of ``n_initial`` random examples, and those that it asks for,
    ``query_size`` at a time, of the examples that the utility scores highest. ``selected_`` tells which. To ask a person,
    see `eligo.query`. Features are scaled to [-1, 1] by all examples,
    targets by those of the first labels.

    Parameters
    ----------
    NETWORK
    budget : int, float or None, default=100, labels to ask for beside the ``n_initial`` first ones: a number; a share of the
        pool, in [0.0, 1.0]; or None for all. Of a number that is more than the pool holds all are asked for, with a warning
        unless it is the default
    n_initial : int, default=10, random examples whose labels are known at the start, at least 1, at most as many as there
        are; the budget does not count them
    query_size : int, default=1, labels asked for at a time
    n_members : int, default=3, networks of the committee; they differ by their initial weights and orders of presentation
    utility : Utility, default=None, what scores an example; None is `eligo.utilities.EnsembleVariance` for a committee and
        `eligo.utilities.PredictiveEntropy` for one network
    rule : query rule, default=None, how scores become choices; write it without a number, or with that of ``query_size``.
        None is `eligo.rules.Top`
    retraining : {"warm", "warm_at_rest", "cold"}, default="warm", what happens to the weights at a query, see
        `eligo.learn_by_querying`
    epochs_per_query : int, default=None, epochs of training after each query; None spreads ``epochs`` over all of them when
        warm, and takes ``epochs`` each time when cold
    TRAINING

    Attributes
    ----------
    FITTED

    Examples
    --------
    >>> X = np.linspace(-1, 1, 60)[:, None]
    >>> model = ActiveRegressor(hidden=(8,), budget=0.5, query_size=5, random_state=0).fit(X, np.sin(3 * X[:, 0]))
    >>> int(model.selected_.sum()), model.predict(X).shape
    (35, (60,))
    """
