"""Checks for people who write a utility, a rule or a store of their own: every guarantee that loops and studies lean on.

Each check builds a small situation, runs the value in one compiled program, and raises an `AssertionError` of one line that
says which guarantee is broken. Our own utilities, rules and stores pass the same checks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from eligo.networks import Network
from eligo.representations import Vectors
from eligo.rules import BatchRule, Rule
from eligo.study.conformance import check_store
from eligo.tasks import CLASSIFICATION, Task, softmax_of_net_inputs
from eligo.utilities import FromPredictions, Situation, Utility, Workload
from eligo.utilities.predictions import predicted_in, refuse_other_task

__all__ = ["CERTAIN", "check_rule", "check_store", "check_utility"]

N_EXAMPLES, N_FEATURES, N_LABELLED = 24, 3, 9
N_KEYS = 32
SATURATING = 1e4
"""Weights times this give outputs that are exactly 0 and 1."""
CERTAIN = replace(CLASSIFICATION, distribution=softmax_of_net_inputs)
"""Classification in which saturated networks are certain, p = 0 and p = 1; a softmax of sigmoid outputs never is."""


def check_utility(utility: Utility, *, task: Task = CERTAIN, n_members: int | None = None) -> None:
    """Check that a utility keeps what the loops promise about it.

    Scores are one number for each example; finite for candidates, saturated networks included; the same in another order
    of the examples, unless they are random; and never of a target that nobody knows. It is hashable, compiles once, counts
    its work, and what `is_pointwise` and `is_from_predictions` say is true. Where it needs labels, only labelled
    examples must have a finite score.

    Parameters
    ----------
    utility : Utility
    task : Task, default=CERTAIN, classification with probabilities that reach 0 and 1
    n_members : int or None, default=None, networks of the committee; None is as many as it compares, one at least

    Raises
    ------
    AssertionError
        If a guarantee is broken; the message is one line.
    ValueError
        If the utility is not for the task.

    Examples
    --------
    >>> from eligo.utilities import Margin
    >>> check_utility(Margin())
    """
    refuse_other_task(utility, task)
    members = getattr(utility, "min_members", 1) if n_members is None else n_members
    case = _UtilityCase(utility, task, members)
    _check_value(utility)
    case.check_scores()
    case.check_hidden_targets()
    case.check_order()
    case.check_pointwise()
    _check_work(utility, task)
    _demand(case.n_compiled == 1, utility, f"compiles {case.n_compiled} times for inputs of one shape")


def check_rule(rule: Rule | BatchRule) -> None:
    """Check that a rule keeps what the loops promise about it.

    It chooses among candidates only, one at least, and exactly ``n`` of them if it has an ``n``; NaN scores do not keep it
    from choosing; equal scores of equal examples are chosen by the key, and the same key chooses the same. It is hashable
    and compiles once.

    Parameters
    ----------
    rule : Rule, or a BatchRule whose representation has vectors

    Raises
    ------
    AssertionError
        If a guarantee is broken; the message is one line.

    Examples
    --------
    >>> from eligo.rules import KCentre, Top
    >>> check_rule(Top(3))
    >>> check_rule(KCentre(3))
    """
    _check_value(rule)
    case = _RuleCase(rule)
    case.check_choice()
    case.check_missing_scores()
    case.check_ties()
    _demand(case.n_compiled == 1, rule, f"compiles {case.n_compiled} times for inputs of one shape")


def _demand(is_kept: bool | np.bool_, value: object, broken: str) -> None:
    if not is_kept:
        raise AssertionError(f"{value!r} {broken}.")


def _check_value(value: Any) -> None:
    try:
        is_value = hash(value) == hash(replace(value)) and value == replace(value)
    except TypeError:
        is_value = False
    _demand(is_value, value, "is no hashable value; make it a frozen dataclass of hashable fields")


def _check_work(utility: Utility, task: Task) -> None:
    n_outputs = _n_outputs(task)
    loads = [Workload(Network((5,)), task, N_FEATURES, n_outputs, 40, n_scored, 8) for n_scored in (16, 32)]
    less, more = map(utility.work, loads)
    _demand(np.isfinite(less) and 0 <= less <= more, utility, f"counts {less} of work for 16 examples, {more} for 32")


def _n_outputs(task: Task) -> int:
    return 3 if task.has_classes else 1


class _UtilityCase:
    """A utility, a small situation, and the one program that scores it."""

    def __init__(self, utility: Utility, task: Task, n_members: int) -> None:
        self.utility, self.task, self.network = utility, task, Network((5,))
        self.n_compiled = 0
        self.is_of_predictions = isinstance(utility, FromPredictions) and utility.is_from_predictions(task)
        self.needs_labels = getattr(utility, "needs_labels", False)
        rng = np.random.default_rng(0)
        n_outputs = _n_outputs(task)
        X = rng.uniform(-1, 1, (N_EXAMPLES, N_FEATURES)).astype(np.float32)
        targets = rng.uniform(0.1, 0.9, (N_EXAMPLES, n_outputs)).astype(np.float32)
        is_labelled = rng.permutation(N_EXAMPLES) < N_LABELLED
        sizes = self.network.layer_sizes(N_FEATURES, n_outputs)
        params = {
            name: {
                "weights": rng.normal(size=(n_members, fan_in, fan_out)).astype(np.float32),
                "bias": rng.normal(size=(n_members, fan_out)).astype(np.float32),
            }
            for name, (fan_in, fan_out) in zip(self.network.layer_names, sizes, strict=True)
        }
        known = np.where(is_labelled[:, None], targets, np.nan)
        self.arrays = (params, X, known, is_labelled, ~is_labelled, np.float32(0.01))
        self.program = jax.jit(self._scores)

    def _scores(self, arrays: Any, key: Array) -> tuple[Array, Array]:
        self.n_compiled += 1
        situation = Situation(self.network, self.task, *arrays)
        scores = self.utility(situation, key=key)
        if not self.is_of_predictions:
            return scores, scores
        return scores, self.utility.of_predictions(predicted_in(situation), key=key)  # type: ignore[attr-defined]

    def scores(self, seed: int = 0, **changed: Any) -> NDArray[np.floating[Any]]:
        """Scores after changing some of params, X, targets, is_labelled, is_candidate."""
        names = ("params", "X", "targets", "is_labelled", "is_candidate", "weight_decay")
        arrays = tuple(changed.get(name, array) for name, array in zip(names, self.arrays, strict=True))
        scores, of_predictions = map(np.asarray, self.program(arrays, jax.random.key(seed)))
        shape = (N_EXAMPLES,)
        is_right = scores.shape == shape and np.issubdtype(scores.dtype, np.floating)
        _demand(is_right, self.utility, f"must give floats {shape}; got {scores.dtype} {scores.shape}")
        self._demand_same(of_predictions, scores, "scores predictions otherwise than the networks that make them")
        return scores

    @property
    def counts(self) -> NDArray[np.bool_]:
        """Examples whose scores count: candidates, or those that labels are known of."""
        _, _, _, is_labelled, is_candidate, _ = self.arrays
        counts: NDArray[np.bool_] = is_labelled if self.needs_labels else is_candidate
        return counts

    @property
    def is_random(self) -> bool:
        """Whether the key decides."""
        return not np.array_equal(self.scores(0)[self.counts], self.scores(1)[self.counts])

    def _demand_same(self, found: NDArray[Any], expected: NDArray[Any], broken: str) -> None:
        scale = np.abs(expected[np.isfinite(expected)]).max(initial=0)
        is_same = np.allclose(found, expected, rtol=2e-3, atol=2e-4 * scale, equal_nan=True)
        _demand(is_same, self.utility, broken)

    def check_scores(self) -> None:
        """Finite scores, also where networks are saturated or all the same."""
        saturated = jax.tree.map(lambda leaf: SATURATING * leaf, self.arrays[0])
        nothing = jax.tree.map(np.zeros_like, self.arrays[0])
        for which, params in {"": self.arrays[0], " of saturated": saturated, " of zero": nothing}.items():
            scores = self.scores(params=params)[self.counts]
            _demand(
                np.isfinite(scores).all(), self.utility, f"has scores that are not finite for networks{which} weights"
            )

    def check_hidden_targets(self) -> None:
        """What stands in the place of targets that nobody knows is not looked at."""
        _, _, targets, is_labelled, _, _ = self.arrays
        made_up = np.where(is_labelled[:, None], targets, np.float32(0.3))
        found, expected = self.scores(targets=made_up)[self.counts], self.scores()[self.counts]
        self._demand_same(found, expected, "looks at targets that are not labelled")

    def check_order(self) -> None:
        """Permuted examples have permuted scores, unless they are random."""
        if self.is_random:
            return
        order = np.random.default_rng(1).permutation(N_EXAMPLES)
        _, X, targets, is_labelled, is_candidate, _ = self.arrays
        rows = {"X": X, "targets": targets, "is_labelled": is_labelled, "is_candidate": is_candidate}
        permuted: dict[str, Any] = {name: values[order] for name, values in rows.items()}
        found = self.scores(**permuted)
        where = self.counts[order]
        broken = "gives examples other scores when their order changes"
        self._demand_same(found[where], self.scores()[order][where], broken)

    def check_pointwise(self) -> None:
        """Where the utility says so, neither the other examples nor labels nor the key change an example's score."""
        is_pointwise: Callable[[Task], bool] = getattr(self.utility, "is_pointwise", lambda task: False)
        if not is_pointwise(self.task):
            return
        _, X, targets, is_labelled, is_candidate, _ = self.arrays
        kept = np.arange(N_EXAMPLES) < N_EXAMPLES // 2
        found = self.scores(
            seed=1,
            X=np.where(kept[:, None], X, -X[::-1]),
            targets=np.full_like(targets, np.nan),
            is_labelled=np.zeros_like(is_labelled),
            is_candidate=np.ones_like(is_candidate),
        )
        self._demand_same(
            found[kept], self.scores()[kept], "is not pointwise: other examples, labels or the key matter"
        )


class _RuleCase:
    """A rule, some scores, and the one program that chooses by many keys at once."""

    def __init__(self, rule: Rule | BatchRule) -> None:
        self.rule, self.n_compiled = rule, 0
        rng = np.random.default_rng(0)
        self.scores = rng.exponential(size=N_EXAMPLES).astype(np.float32)
        self.vectors = rng.normal(size=(N_EXAMPLES, N_FEATURES)).astype(np.float32)
        self.is_labelled = rng.permutation(N_EXAMPLES) < N_LABELLED
        self.is_candidate = ~self.is_labelled
        self.is_candidate[np.flatnonzero(self.is_candidate)[:2]] = False  # neither labelled nor to be chosen
        self.keys = jax.random.split(jax.random.key(0), N_KEYS)
        self.program = jax.jit(jax.vmap(self._choice, (None, None, None, None, 0)))

    def _choice(self, scores: Array, is_candidate: Array, vectors: Array, is_labelled: Array, key: Array) -> Array:
        self.n_compiled += 1
        strata = jnp.ones((N_EXAMPLES, 1), dtype=bool)
        if not isinstance(self.rule, BatchRule):
            return self.rule(scores, is_candidate, strata, key=key)
        embedding = Vectors(vectors)
        return self.rule(scores, is_candidate, strata, key=key, embedding=embedding, is_labelled=is_labelled)

    def chosen(self, **changed: Any) -> NDArray[np.bool_]:
        """What every key chooses, (keys, examples), after changing some of scores, is_candidate, vectors, is_labelled."""
        names = ("scores", "is_candidate", "vectors", "is_labelled")
        arrays = {name: changed.get(name, getattr(self, name)) for name in names}
        chosen = np.asarray(self.program(*arrays.values(), self.keys))
        shape = (N_EXAMPLES,)
        is_right = chosen.shape[1:] == shape and chosen.dtype in (bool, np.float32)
        _demand(is_right, self.rule, f"must give booleans {shape}; got {chosen.dtype} {chosen.shape[1:]}")
        chosen = chosen != 0
        _demand(not (chosen & ~arrays["is_candidate"]).any(), self.rule, "chooses examples that are no candidates")
        n_candidates, n = int(arrays["is_candidate"].sum()), getattr(self.rule, "n", None)
        counts = chosen.sum(axis=1)
        _demand(n_candidates == 0 or (counts > 0).all(), self.rule, "chooses nobody where there are candidates")
        if n is not None:
            least, most = counts.min(), counts.max()
            is_right = least == most == min(n, n_candidates)
            _demand(is_right, self.rule, f"must choose {n} of {n_candidates} candidates; got {least} to {most}")
        return chosen

    def check_choice(self) -> None:
        """Among candidates, as many as there should be, also where nothing is labelled and few may be chosen."""
        once, again = self.chosen(), self.chosen()
        _demand(np.array_equal(once, again), self.rule, "chooses otherwise by the same key")
        nobody = np.zeros_like(self.is_labelled)
        self.chosen(is_labelled=nobody)
        self.chosen(is_candidate=self.is_candidate & (np.cumsum(self.is_candidate) <= 2))
        self.chosen(is_candidate=nobody)

    def check_missing_scores(self) -> None:
        """Scores of NaN, zero or infinity do not keep it from choosing."""
        for missing in (np.nan, 0.0, np.inf, -np.inf):
            self.chosen(scores=np.where(np.arange(N_EXAMPLES) % 2, np.float32(missing), self.scores))
            self.chosen(scores=np.full(N_EXAMPLES, missing, np.float32))

    def check_ties(self) -> None:
        """Equal scores of equal examples: which of them are chosen is left to the key."""
        alike = np.ones((N_EXAMPLES, N_FEATURES), np.float32)
        chosen = self.chosen(scores=np.ones(N_EXAMPLES, np.float32), vectors=alike)
        is_all = (chosen == self.is_candidate).all()
        is_drawn = len(np.unique(chosen, axis=0)) > 1
        _demand(is_all or is_drawn, self.rule, "breaks ties without the key: every key chooses the same")
