"""What all estimators share: a scikit-learn shell around the two loops of `eligo.learning`."""

from __future__ import annotations

import os
import warnings
from abc import abstractmethod
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar, NamedTuple, Self

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from jax import Array
from numpy.typing import ArrayLike, NDArray
from pandas.api.types import is_numeric_dtype
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from eligo.activations import ACTIVATIONS, Activation
from eligo.estimators.labels import refuse_complex
from eligo.estimators.parameters import with_changes, within
from eligo.estimators.runaway import error_of_constant, has_run_away
from eligo.estimators.saving import save_estimator
from eligo.estimators.scaling import FeatureScaling
from eligo.learning import Trajectory, Trials
from eligo.learning.run import Run
from eligo.learning.trajectory import OnRecord, Record
from eligo.learning.trials import draw_params
from eligo.mistakes import checked_count, is_whole, refuse_unless_among, told
from eligo.nets import jit_nets
from eligo.networks import Network, Params
from eligo.sgd import SGD
from eligo.targets import TargetCoding
from eligo.tasks import Task

FLOATS = (np.float64, np.float32)
"""Types of features that are taken as they are; others become the first."""

SMALLEST_CAPACITY = 64
"""Rows that arrays have at least."""

WORDS_OF_A_KEY = 2
"""Of Threefry, which draws the same numbers on every device."""

ROWS_AT_ONCE = 256
"""Rows that are predicted at a time. Always as many, so that a prediction does not depend on the rows beside it, and one
program serves them all."""


def capacity_for(n_examples: int) -> int:
    """Rows of the arrays that hold so many examples: few sizes, so that fits on about as much data share programs.

    At most a quarter more than there are, or the smallest size more.

    Examples
    --------
    >>> [capacity_for(n) for n in (1, 64, 65, 150, 455, 456, 1000, 1025)]
    [64, 64, 128, 192, 512, 512, 1024, 1280]
    """
    step = max(SMALLEST_CAPACITY, 1 << max(0, (n_examples - 1).bit_length() - 3))
    return -(-n_examples // step) * step


def _filled(values: NDArray[Any], capacity: int) -> Any:
    """Rows (examples, ...) as (1, capacity, ...): one trial, filled up with zeros."""
    return np.pad(values, [(0, capacity - len(values)), *[(0, 0)] * (values.ndim - 1)])[None]


@partial(jit_nets, static_argnames=("network", "task"))
def _predict(network: Network, task: Task, params: Params, X: Array) -> Array:
    net_inputs = jax.vmap(network.net_inputs, (0, None))(params, X)
    return task.predict(task.output(net_inputs), net_inputs)


def random_keys(rng: np.random.RandomState, *shape: int) -> Array:
    """Random keys of JAX from NumPy's generator."""
    words = rng.randint(2**32, size=(*shape, WORDS_OF_A_KEY), dtype=np.uint32)
    return jax.random.wrap_key_data(jnp.asarray(words), impl="threefry2x32")


def _activation_named(name: str) -> Activation:
    refuse_unless_among(
        "activation", name, ACTIVATIONS, f"Write {name.name!r}." if isinstance(name, Activation) else ""
    )
    return ACTIVATIONS[name]


def validated(
    estimator: BaseEstimator, X: ArrayLike, y: ArrayLike, **how: Any
) -> tuple[NDArray[np.floating], NDArray[Any]]:
    """Features and targets as arrays, checked as scikit-learn checks them."""
    refuse_text(X)
    refuse_complex(X, "X")
    X_read, y_read = validate_data(estimator, X, y, dtype=FLOATS, **how)
    return np.asarray(X_read), np.asarray(y_read)


def refuse_text(X: object) -> None:
    """Refuse a frame with a column of text, which scikit-learn would not name.

    Raises
    ------
    ValueError
        If there is one.
    """
    if not isinstance(X, pd.DataFrame):
        return
    for name, cells in X.items():
        text = None if is_numeric_dtype(cells) else next((cell for cell in cells if _is_text(cell)), None)
        if text is not None:
            raise ValueError(
                f"`X` must hold numbers; got the text {told(text)} in column {name!r}. Leave the column out, or turn it "
                "into numbers in a pipeline, by scikit-learn's OneHotEncoder for instance."
            )


def _is_text(cell: object) -> bool:
    """Whether it is a string that is no number."""
    if not isinstance(cell, str):
        return False
    try:
        float(cell)
    except ValueError:
        return True
    return False


def _checked_weight(sample_weight: ArrayLike | None, X: NDArray[np.floating]) -> NDArray[np.float64] | None:
    """What each example counts, (examples,), or None where all count alike."""
    if sample_weight is None:
        return None
    weight: NDArray[np.float64] = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
    if not weight.any():
        raise ValueError("`sample_weight` is zero for every example; at least one weight must be above 0.")
    return weight


class Chosen(NamedTuple):
    """What a loop takes of examples that have not been seen before; arrays (1, examples).

    Attributes
    ----------
    is_labelled : bool, whose labels are known
    is_selected : bool, that are trained on; or float, their weights
    """

    is_labelled: NDArray[np.bool_]
    is_selected: NDArray[Any]


class NetworkEstimator(BaseEstimator):
    """Networks that choose what they learn from, as scikit-learn wants them; what a subclass adds is its loop.

    Features are scaled to [-1, 1] by the range of the examples it is fitted on, and targets are coded by the task, so that
    any units will do.
    """

    _task: ClassVar[Task]
    hidden: tuple[int, ...] | int
    activation: str
    learning_rate: float
    momentum: float
    weight_decay: float
    batch_size: Any
    epochs: int
    n_records: int
    warm_start: bool
    random_state: Any
    verbose: int
    presentations_: int
    work_: float
    n_iter_: int

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Parameters by name.

        Parameters
        ----------
        deep : bool, default=True, whether with those that lie within the utility and the rule, such as ``rule__beta``

        Returns
        -------
        dict
        """
        params = super().get_params(deep=False)
        return params | dict(inner for own in params.items() for inner in within(*own)) if deep else params

    def set_params(self, **params: Any) -> Self:
        """Change parameters, also those within the utility or the rule that the estimator has.

        Parameters
        ----------
        params : new values by name; ``rule__beta=0.5`` puts another rule in the place of the one that is there

        Returns
        -------
        the estimator itself

        Raises
        ------
        ValueError
            If there is no such parameter.
        """
        super().set_params(**{name: value for name, value in params.items() if "__" not in name})
        deeper: dict[str, dict[str, Any]] = {}
        for name, value in params.items():
            own, mark, inner = name.partition("__")
            if mark and own not in self.get_params(deep=False):
                super().set_params(**{name: value})  # which says what there is
            if mark:
                deeper.setdefault(own, {})[inner] = value
        for own, changes in deeper.items():
            setattr(self, own, with_changes(own, getattr(self, own), changes))
        return self

    # --- What a loop says --------------------------------------------------------------------------------------------

    @property
    @abstractmethod
    def _n_networks(self) -> int:
        """Networks that learn."""

    def _refuse_unfit(self, n_examples: int) -> None:
        """Refuse settings of the loop that cannot be kept with so many examples."""

    @abstractmethod
    def _first_labelled(self, is_present: NDArray[np.bool_], rng: np.random.RandomState) -> NDArray[np.bool_]:
        """Examples (examples,) whose labels are known from the start."""

    @abstractmethod
    def _learn(self, trials: Trials, sgd: SGD, on_record: OnRecord | None) -> Trajectory:
        """Let the loop run."""

    @abstractmethod
    def _choose(self, run: Run) -> Chosen:
        """Choose once, among examples that have not been seen before."""

    # --- What a task says --------------------------------------------------------------------------------------------

    @abstractmethod
    def _read(self, X: ArrayLike, y: ArrayLike, *, reset: bool) -> tuple[NDArray[np.floating], NDArray[Any]]:
        """Features and targets, validated."""

    @abstractmethod
    def _coding_of(self, y: NDArray[Any]) -> TargetCoding:
        """How targets are coded, from those that are known at the start."""

    # --- Learning ----------------------------------------------------------------------------------------------------

    def _fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        goes_on = self.warm_start and hasattr(self, "params_")
        X, y = self._read(X, y, reset=not goes_on)
        weight = _checked_weight(sample_weight, X)
        for name in ("epochs", "n_records"):
            checked_count(name, getattr(self, name))
        self._refuse_unfit(len(X))
        trials = self._start(X, y, check_random_state(self.random_state), weight, goes_on=goes_on)
        trajectory = self._learn(trials, self._sgd(self.epochs), self._tell if self.verbose else None)
        self._keep(trajectory, len(X))
        if weight is None:  # a constant that heeds weights has another error
            self._warn_of_runaway(trials, trajectory)
        return self

    def _learn_more(self, X: NDArray[np.floating], y: NDArray[Any], *, goes_on: bool) -> Self:
        """One epoch on what is chosen of some more examples; the first time as a fit begins."""
        rng = check_random_state(self.random_state)
        if goes_on and np.issubdtype(type(self.random_state), np.integer):
            rng = np.random.RandomState([self.random_state, self.n_iter_])  # other orders and lots than before
        trials = self._start(X, y, rng, None, goes_on=goes_on)
        run = Run(self.network_, self._task, trials, self._sgd(1), self._tell if self.verbose else None)
        first = np.asarray(trials.is_first_labelled)
        chosen = self._choose(run) if goes_on else Chosen(first, first)
        run.train(chosen.is_selected, 1)
        run.record(*chosen)
        self._keep(run.trajectory(chosen.is_selected), len(X), self if goes_on else None)
        return self

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the fitted estimator to a file that holds numbers and names, and nothing that could run.

        `eligo.load` reads it. A ``random_state`` that is a RandomState is not kept.

        Parameters
        ----------
        path : str or path, usually ending in .safetensors
        """
        save_estimator(self, path)

    def _network(self) -> Network:
        hidden: Any = self.hidden
        sizes = (hidden,) if is_whole(hidden) else tuple(hidden) if isinstance(hidden, list | np.ndarray) else hidden
        return Network(sizes, _activation_named(self.activation))

    def _sgd(self, epochs: int) -> SGD:
        return SGD(self.learning_rate, self.momentum, self.weight_decay, self.batch_size, epochs)

    def _start(
        self,
        X: NDArray[np.floating],
        y: NDArray[Any],
        rng: np.random.RandomState,
        weight: NDArray[np.floating] | None,
        *,
        goes_on: bool,
    ) -> Trials:
        """What the loop starts from: one trial; from the weights that are there, where learning goes on."""
        is_present = np.ones(len(X), dtype=bool) if weight is None else weight > 0
        is_first = self._first_labelled(is_present, rng)
        weight_keys, order_keys = (random_keys(rng, 1, self._n_networks) for _ in range(2))
        if not goes_on:
            self.network_ = self._network()
            self.scaling_ = FeatureScaling.fitted_on(X[is_present])
            self.coding_ = self._coding_of(y[is_first])
        capacity, n_outputs = capacity_for(len(X)), len(self.coding_.scale)
        if goes_on:
            params = jax.tree.map(lambda leaf: leaf[None], self.params_)
        else:
            params = draw_params(self.network_, weight_keys, X.shape[1], n_outputs)
        rows = {
            "X": self.scaling_(X),
            "targets": self.coding_.encode(y),
            "is_first_labelled": is_first,
            "is_present": is_present,
        }
        if weight is not None:  # with a mean of 1, which leaves the learning rate its meaning
            rows["sample_weight"] = weight / weight[is_present].mean()
        kind = jax.dtypes.canonicalize_dtype(float)
        nothing: dict[str, Any] = {
            "X_test": np.empty((1, 0, X.shape[1]), kind),
            "targets_test": np.empty((1, 0, n_outputs), kind),
        }
        return Trials(
            **{name: _filled(values, capacity) for name, values in rows.items()},
            **nothing,
            scale=jnp.asarray(self.coding_.scale[None]),
            params=params,
            order_keys=order_keys,
            selection_keys=random_keys(rng, 1),
        )

    def _keep(self, trajectory: Trajectory, n_examples: int, before: NetworkEstimator | None = None) -> None:
        """Fitted attributes; counts add up to those of ``before``."""
        if trajectory.is_diverged.any():
            warnings.warn(
                f"training ran away with `learning_rate` {self.learning_rate:g} and `momentum` {self.momentum:g}; the "
                "weights are no solution. Lower the learning rate.",
                ConvergenceWarning,
                stacklevel=3,
            )
        params = jax.tree.map(np.asarray, trajectory.params)
        is_selected = trajectory.is_selected[:, :n_examples]
        self.trajectory_ = replace(trajectory, is_selected=is_selected, params=params)
        self.params_ = jax.tree.map(lambda leaf: leaf[0], params)
        self.selected_ = is_selected[0]
        self.presentations_ = int(trajectory.presentations[-1, 0]) + (before.presentations_ if before else 0)
        self.work_ = float(trajectory.work[-1, 0]) + (before.work_ if before else 0.0)
        self.n_iter_ = int(trajectory.epoch[-1]) + (before.n_iter_ if before else 0)
        self.loss_curve_ = trajectory.train_error[:, 0].tolist()

    def _warn_of_runaway(self, trials: Trials, trajectory: Trajectory) -> None:
        """Say so where weights are finite and no solution; as far as errors compare, which are of the labelled examples."""
        is_known, labels = np.asarray(trials.is_first_labelled)[0], trajectory.labels[:, 0]
        of_constant = error_of_constant(np.asarray(trials.targets)[0][is_known], np.asarray(trials.scale)[0])
        errors, is_diverged = trajectory.train_error[:, 0], bool(trajectory.is_diverged.any())
        if not is_diverged and labels[0] == labels[-1] and has_run_away(errors, of_constant):
            warnings.warn(
                f"training ended with an error of {errors[-1]:.4g}, where a constant has {of_constant:.4g}, and it does not "
                f"fall. Lower `learning_rate`, {self.learning_rate:g}, or let `rule` keep more examples.",
                ConvergenceWarning,
                stacklevel=4,
            )

    def _tell(self, record: Record) -> None:
        """Say where learning stands."""
        print(
            f"[{type(self).__name__}] epoch {record['epoch']}: {record['n_selected'][0]} of {record['labels'][0]} labelled "
            f"examples selected, {record['presentations'][0]:.0f} presentations, error {record['train_error'][0]:.4g}"
        )

    # --- Predicting --------------------------------------------------------------------------------------------------

    def _predicted(self, X: ArrayLike) -> NDArray[np.floating]:
        """What the networks predict together, (examples, outputs): class probabilities, or coded target values."""
        check_is_fitted(self, "params_")
        X = self.scaling_(validate_data(self, X, reset=False, dtype=FLOATS))
        filled = np.pad(X, ((0, -len(X) % ROWS_AT_ONCE), (0, 0))).reshape(-1, ROWS_AT_ONCE, X.shape[1])
        chunks = [np.asarray(_predict(self.network_, self._task, self.params_, rows)) for rows in filled]
        return np.concatenate(chunks)[: len(X)]
