"""Networks of other libraries, as two pure functions: how parameters begin, and what the output units get."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from eligo.activations import Activation
from eligo.mistakes import refuse_unless_called, several
from eligo.networks import Work
from eligo.tasks import Task, refuse_no_task

INITIAL_DRAWS = 16
"""Fresh networks from which the spread of initial values is taken: a part of 8 weights is known to about a tenth."""


@dataclass(frozen=True)
class ForeignNetwork:
    """A network from any library that gives pure functions (Flax, Equinox, Haiku, your own), wherever a `Network` goes.

    It trains, selects, queries and scores as `Network` does. What follows from the structure of `Network` is had in
    another way: derivatives by automatic differentiation, work by XLA's count, and networks lie side by side in one layout.

    Parameters
    ----------
    init_fn : (key, n_features, n_outputs) -> parameters, any pytree of float arrays
    apply_fn : (params, X) -> net inputs of the output units, float array (examples, outputs) for X (examples, features);
        the task has the output map, so the last layer is linear. It must be pure: no dropout, no running statistics
    name : str, default="foreign", for messages

    Notes
    -----
    Weights, which decay, are the parts of at least two axes; the others are biases, scales and the like. Both functions
    decide together whether two values are equal: make them once, since an equal network is not compiled again.

    Examples
    --------
    >>> def init(key, n_features, n_outputs):
    ...     return {"slope": 0.1 * jax.random.normal(key, (n_features, n_outputs)), "at_zero": jnp.zeros(n_outputs)}
    >>> def apply(params, X):
    ...     return X @ params["slope"] + params["at_zero"]
    >>> network = ForeignNetwork(init, apply, name="linear")
    >>> params = network.init(jax.random.key(0), n_features=4, n_outputs=3)
    >>> from eligo.tasks import CLASSIFICATION
    >>> network.apply(params, jnp.zeros((5, 4)), CLASSIFICATION).shape
    (5, 3)
    """

    init_fn: Callable[[Array, int, int], Any]
    apply_fn: Callable[[Any, Array], Array]
    name: str = field(default="foreign", compare=False)

    def __post_init__(self) -> None:
        """Refuse what are no such functions."""
        for name, function, called in (
            ("init_fn", self.init_fn, "(key, n_features, n_outputs)"),
            ("apply_fn", self.apply_fn, "(params, X)"),
        ):
            n_arguments = called.count(",") + 1
            allowed, remedy = f"a function of {called}", "Wrap what the library has in one."
            refuse_unless_called(name, function, [(n_arguments, ())], allowed, remedy)

    def init(self, key: Array, n_features: int, n_outputs: int) -> Any:
        """Fresh parameters.

        Parameters
        ----------
        key : jax random key
        n_features, n_outputs : int

        Returns
        -------
        params : pytree of float arrays

        Raises
        ------
        ValueError
            If the parameters are not float arrays, or make a network of another number of outputs.
        """
        params = self.init_fn(key, n_features, n_outputs)
        if not jax.tree.leaves(params) or not all(map(_is_float_array, jax.tree.leaves(params))):
            raise ValueError(
                f"`init_fn` of {self.name} must give float arrays alone; got "
                f"{', '.join(sorted({_kind(leaf) for leaf in jax.tree.leaves(params)})) or 'none'}. Leave out what is not "
                "trained, e.g. by equinox.partition."
            )
        self.check(params, n_features, n_outputs)
        return params

    def forward(self, params: Any, signal: Array) -> Array:
        """Net inputs of the output units with the units first: (features,) -> (outputs,), or with an axis of examples."""
        return self.net_inputs(params, signal.T).T

    def net_inputs(self, params: Any, X: Array) -> Array:
        """Net inputs of the output units, before the task's output map.

        Parameters
        ----------
        params : parameters of one network
        X : float array (examples, features), or (features,) for one example

        Returns
        -------
        float array (examples, outputs), or (outputs,)
        """
        return self.apply_fn(params, X[None])[0] if X.ndim == 1 else self.apply_fn(params, X)

    def apply(self, params: Any, X: Array, task: Task) -> Array:
        """Values of the output units.

        Parameters
        ----------
        params : parameters of one network
        X : float array (examples, features), or (features,) for one example
        task : Task, gives the output map

        Returns
        -------
        float array (examples, outputs), or (outputs,)
        """
        refuse_no_task(task)
        return task.output(self.net_inputs(params, X))

    def predict_distribution(self, params: Any, X: Array, task: Task) -> Array:
        """What one network predicts: class probabilities, or the outputs of function approximation."""
        net_inputs = self.net_inputs(params, X)
        return task.distribution(task.output(net_inputs), net_inputs)

    def is_weight(self, params: Any) -> Any:
        """Like ``params`` with a bool for each part: whether it has at least two axes, as weights have."""
        return jax.tree.map(lambda leaf: leaf.ndim >= 2, params)

    def prior_precision(self, params: Any, n_features: int, n_outputs: int) -> Any:
        """Like ``params`` with a scalar for each part: one over the variance of initial values, infinite where it is 0."""
        keys = jax.random.split(jax.random.key(0), INITIAL_DRAWS)
        drawn = jax.vmap(lambda key: self.init_fn(key, n_features, n_outputs))(keys)
        return jax.tree.map(lambda leaf, values: (1 / values.var()).astype(leaf.dtype), params, drawn)

    def n_parameters(self, n_features: int, n_outputs: int) -> int:
        """Weights and biases together."""
        return sum(leaf.size for leaf in jax.tree.leaves(self.shapes(n_features, n_outputs)))

    def work(self, n_features: int, n_outputs: int) -> Work:
        """Multiply-adds for one example, as XLA counts operations: two make one. A loop counts as one turn of it."""
        return _work(self, n_features, n_outputs)

    def shapes(self, n_features: int, n_outputs: int) -> Any:
        """Parameters of one network as shapes and types; computes nothing."""
        return jax.eval_shape(lambda key: self.init_fn(key, n_features, n_outputs), jax.random.key(0))

    def n_outputs(self, params: Any, n_features: int) -> int:
        """Output units of one network with these parameters.

        Raises
        ------
        ValueError
            If the network cannot take so many features, or does not give one row of outputs for each example.
        """
        X = jax.ShapeDtypeStruct((2, n_features), jax.dtypes.canonicalize_dtype(float))
        try:
            outputs = jax.eval_shape(self.apply_fn, params, X)
        except Exception as error:  # each library has errors of its own
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise ValueError(
                f"{self.name} cannot take `X` with {several(n_features, 'feature')} and these parameters: {reason}"
            ) from error
        if getattr(outputs, "ndim", None) != 2 or len(outputs) != 2:
            raise ValueError(
                f"`apply_fn` of {self.name} must give (examples, outputs) for X (examples, features); got shape "
                f"{getattr(outputs, 'shape', type(outputs).__name__)} for {X.shape}."
            )
        return int(outputs.shape[1])

    @property
    def hidden(self) -> tuple[int, ...]:
        """Refused: hidden layers cannot be seen."""
        raise self._unseen()

    @property
    def activation(self) -> Activation:
        """Refused: hidden layers cannot be seen."""
        raise self._unseen()

    @property
    def layer_names(self) -> tuple[str, ...]:
        """Refused: hidden layers cannot be seen."""
        raise self._unseen()

    def layer_sizes(self, n_features: int, n_outputs: int) -> tuple[tuple[int, int], ...]:
        """Refused: hidden layers cannot be seen."""
        raise self._unseen()

    def _unseen(self) -> ValueError:
        return ValueError(
            f"{self.name} comes from another library, and its hidden layers cannot be seen. Choose a utility and a rule "
            "that look at its inputs and outputs alone, or use `eligo.Network`."
        )

    def check(self, params: Any, n_features: int, n_outputs: int) -> None:
        """Refuse parameters of one network that do not take so many features or give so many outputs."""
        found = self.n_outputs(params, n_features)
        if found != n_outputs:
            raise ValueError(
                f"{self.name} gives {found} outputs where {n_outputs} are needed. Let `init_fn` follow its `n_outputs`."
            )


def _is_float_array(leaf: Any) -> bool:
    return hasattr(leaf, "dtype") and jnp.issubdtype(leaf.dtype, jnp.floating)


def _kind(leaf: Any) -> str:
    return str(getattr(leaf, "dtype", type(leaf).__name__))


@functools.cache
def _work(network: ForeignNetwork, n_features: int, n_outputs: int) -> Work:
    params = network.shapes(n_features, n_outputs)
    x = jax.ShapeDtypeStruct((n_features,), jax.dtypes.canonicalize_dtype(float))

    def total(params: Any, x: Array) -> Array:
        return network.net_inputs(params, x).sum()

    forward, presentation = (_operations(fn, params, x) / 2 for fn in (network.net_inputs, jax.value_and_grad(total)))
    return Work(forward, presentation)


def _operations(function: Callable[..., Any], *arguments: Any) -> float:
    """Floating-point operations before XLA optimises anything, so that the machine does not matter."""
    counted: Any = jax.jit(function).lower(*arguments).cost_analysis()
    return float(counted["flops"])
