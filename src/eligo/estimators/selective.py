"""Estimators that train on what matters: they know all labels, and choose which examples to present."""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from eligo.estimators.kinds import NetworkClassifier, NetworkRegressor
from eligo.estimators.parameters import naming_unknown
from eligo.estimators.shell import Chosen, NetworkEstimator
from eligo.estimators.wording import worded
from eligo.learning import Trajectory, Trials, learn_selectively
from eligo.learning.run import Run, refuse_unfit
from eligo.learning.trajectory import OnRecord
from eligo.rules import AboveMean, Rule
from eligo.sgd import SGD
from eligo.utilities import OutputSensitivity, Utility


class SelectiveEstimator(NetworkEstimator):
    """Selective learning, `eligo.learn_selectively`, as an estimator."""

    @naming_unknown
    def __init__(
        self,
        hidden: tuple[int, ...] = (64,),
        activation: str = "sigmoid",
        *,
        utility: Utility | None = None,
        rule: Rule | None = None,
        interval: int = 1,
        first_selection: int | None = None,
        candidates: Literal["all", "current"] = "all",
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
        self.utility = utility
        self.rule = rule
        self.interval = interval
        self.first_selection = first_selection
        self.candidates = candidates
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.batch_size = batch_size
        self.epochs = epochs
        self.n_records = n_records
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Learn from the examples that matter.

        Parameters
        ----------
        X : float array or frame (examples, features)
        y : array (examples,), or (examples, outputs) for several outputs of function approximation
        sample_weight : float array (examples,), at least 0, default=None, what each example's error counts; an example of
            weight 0 is left out. The utility and the rule do not look at weights. None is 1 for all

        Returns
        -------
        the estimator itself
        """
        return self._fit(X, y, sample_weight)

    @property
    def _n_networks(self) -> int:
        return 1

    def _first_labelled(self, is_present: NDArray[np.bool_], rng: np.random.RandomState) -> NDArray[np.bool_]:
        return is_present

    def _scoring(self) -> tuple[Utility, Rule]:
        """Utility and rule, SASLA's where nothing else is said."""
        utility = OutputSensitivity() if self.utility is None else self.utility
        return utility, AboveMean() if self.rule is None else self.rule

    def _learn(self, trials: Trials, sgd: SGD, on_record: OnRecord | None) -> Trajectory:
        utility, rule = self._scoring()
        return learn_selectively(
            *(self.network_, self._task, trials, sgd),
            utility=utility,
            rule=rule,
            interval=self.interval,
            first_selection=self.first_selection,
            candidates=self.candidates,
            n_records=self.n_records,
            on_record=on_record,
        )

    def _choose(self, run: Run) -> Chosen:
        utility, rule = self._scoring()
        refuse_unfit(utility, rule, self._task, 1, is_pool=False)
        everyone = run.trials.present
        return Chosen(everyone, run.choose(utility, rule, everyone, everyone))


@worded
class SelectiveClassifier(NetworkClassifier, SelectiveEstimator):
    """A classifier that trains on the examples that matter: SASLA by default.

    Learning starts on all examples. From then on every ``interval`` epochs the utility scores all of them with the network
    as it is, and the rule says which are trained on next. Features are scaled to [-1, 1] by the examples of the fit;
    each class has a sigmoid output unit, and probabilities are the softmax of their net inputs.

    Parameters
    ----------
    NETWORK
    utility : Utility, default=None, what scores an example; None is `eligo.utilities.OutputSensitivity`, SASLA's
    rule : Rule, default=None, scores to chosen examples; None is `eligo.rules.AboveMean`, SASLA's with beta 0.9
    interval : int, default=1, epochs between selections
    first_selection : int, default=None, epochs before the first selection; None is the interval
    candidates : {"all", "current"}, default="all"; with "current" what left cannot come back
    TRAINING

    Attributes
    ----------
    classes_ : array (classes,), sorted labels
    FITTED

    References
    ----------
    Engelbrecht (2001), Sensitivity analysis for selective learning by feedforward neural networks, Fundamenta
    Informaticae 45.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> from eligo.rules import AboveMean
    >>> model = SelectiveClassifier(hidden=(8,), rule=AboveMean(0.7), epochs=50, random_state=0).fit(X, y)
    >>> model.score(X, y) > 0.9, model.presentations_ < 50 * len(X), model.selected_.shape
    (True, True, (150,))
    """


@worded
class SelectiveRegressor(NetworkRegressor, SelectiveEstimator):
    """Function approximation that trains on the examples that matter: SASLA by default.

    Learning starts on all examples. From then on every ``interval`` epochs the utility scores all of them with the network
    as it is, and the rule says which are trained on next. Features are scaled to [-1, 1] by the examples of the fit,
    and so are targets, which linear output units take; predictions come in the units of the target.

    Parameters
    ----------
    NETWORK
    utility : Utility, default=None, what scores an example; None is `eligo.utilities.OutputSensitivity`, SASLA's
    rule : Rule, default=None, scores to chosen examples; None is `eligo.rules.AboveMean`, SASLA's with beta 0.9
    interval : int, default=1, epochs between selections
    first_selection : int, default=None, epochs before the first selection; None is the interval
    candidates : {"all", "current"}, default="all"; with "current" what left cannot come back
    TRAINING

    Attributes
    ----------
    FITTED

    References
    ----------
    Engelbrecht (2001), Sensitivity analysis for selective learning by feedforward neural networks, Fundamenta
    Informaticae 45.

    Examples
    --------
    >>> X = np.linspace(-1, 1, 60)[:, None]
    >>> model = SelectiveRegressor(hidden=(8,), epochs=100, random_state=0).fit(X, np.sin(3 * X[:, 0]))
    >>> model.score(X, np.sin(3 * X[:, 0])) > 0.8, model.predict([[0.0]]).shape
    (True, (1,))
    """
