"""What trials start from: stratified splits, streams that do not touch each other, equal starts for all methods."""

import itertools
from dataclasses import replace

import jax
import numpy as np
import pytest
from scipy import stats

from eligo import Network
from eligo.datasets import load
from eligo.study.trials import (
    SHARED_TRIAL,
    STREAMS,
    FirstLabelled,
    TrialDesign,
    code_targets,
    first_labelled,
    folds_inside,
    seed_of,
    split_rows,
    stack_trials,
)

IRIS, SINE = load("iris"), load("noisy_sine")
NETWORK = Network((4,))
DESIGN = TrialDesign(seed=1)


def stack(dataset=IRIS, seed=1, numbers=(0, 1, 2), **changes):
    return stack_trials(replace(DESIGN, seed=seed, **changes), dataset, NETWORK, numbers)


def test_splits_are_stratified_and_complete() -> None:
    for trial in range(5):
        split = split_rows(DESIGN, IRIS, trial)
        assert sorted([*split.train, *split.test]) == list(range(150))
        assert np.bincount(IRIS.y[split.test]).tolist() == [10, 10, 10]
        assert np.bincount(IRIS.y[split.train]).tolist() == [40, 40, 40]
    split = split_rows(DESIGN, SINE, 0)
    assert (len(split.train), len(split.test)) == (400, 100)


def test_splits_differ_by_trial_and_every_row_is_tested_as_often() -> None:
    tests = [split_rows(DESIGN, SINE, trial).test for trial in range(60)]
    assert len({tuple(rows) for rows in tests}) == 60
    counts = np.bincount(np.concatenate(tests), minlength=500)
    # Draws without replacement vary less than a binomial, so the statistic is divided by its share of the variance.
    assert stats.chi2.sf(((counts - 12) ** 2 / 12).sum() / 0.8, 499) > 1e-3


def test_seeds_depend_on_study_problem_trial_and_stream_alone() -> None:
    cases = list(itertools.product((0, 1), ("iris", "wine"), (-2, -1, 0, 1, 2), STREAMS))
    seeds = {case: seed_of(*case) for case in cases}
    assert len(set(seeds.values())) == len(cases)
    assert seeds == {case: seed_of(*case) for case in reversed(cases)}
    assert all(0 <= seed < 2**32 for seed in seeds.values())


def test_the_first_labels_are_random_rows_with_every_class() -> None:
    rows = split_rows(DESIGN, IRIS, 0).train
    drawn = [first_labelled(DESIGN, IRIS, rows, trial) for trial in range(20)]
    for mask in drawn:
        assert mask.sum() == 10
        assert sorted(np.bincount(IRIS.y[rows][mask])) == [3, 3, 4]
    assert len({tuple(mask) for mask in drawn}) == 20
    assert first_labelled(DESIGN, SINE, split_rows(DESIGN, SINE, 0).train, 0).sum() == 10
    ten = replace(DESIGN, first_labelled=FirstLabelled(10, 0.5))
    counts = np.sum([first_labelled(ten, SINE, np.arange(40), trial) for trial in range(400)], axis=0)
    assert stats.chi2.sf(((counts - 100) ** 2 / 100).sum() / 0.75, 39) > 1e-3


def test_more_first_labels_than_a_class_has_take_what_there_is() -> None:
    rows = np.r_[0:3, 50:90, 100:140]
    mask = first_labelled(replace(DESIGN, first_labelled=FirstLabelled(30, 0.5)), IRIS, rows, 0)
    counts = np.bincount(IRIS.y[rows][mask])
    assert counts[0] == 3 and counts.sum() == 30 and abs(counts[1] - counts[2]) <= 1


def test_trials_are_the_rows_of_their_split_scaled_by_training_rows() -> None:
    trials, number = stack(numbers=(4, 7, 9)), 7
    split = split_rows(DESIGN, IRIS, number)
    low, high = IRIS.X[split.train].min(axis=0), IRIS.X[split.train].max(axis=0)
    X, X_test = (2 * (IRIS.X[rows] - low) / (high - low) - 1 for rows in split)
    np.testing.assert_allclose(trials.X[1], X, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(trials.X_test[1], X_test, rtol=1e-6, atol=1e-6)
    np.testing.assert_array_equal(np.asarray(trials.targets[1]).argmax(axis=1), IRIS.y[split.train])
    np.testing.assert_array_equal(np.asarray(trials.targets_test[1]).argmax(axis=1), IRIS.y[split.test])
    np.testing.assert_array_equal(trials.is_first_labelled[1], first_labelled(DESIGN, IRIS, split.train, number))


def test_nothing_is_fitted_on_test_rows() -> None:
    """Test rows of another world change nothing that a network trains on."""
    split = split_rows(DESIGN, SINE, 0)
    X, y = SINE.X.copy(), SINE.y.copy()
    X[split.test], y[split.test] = 1e6, -1e6
    before, after = stack(SINE, numbers=(0,)), stack(replace(SINE, X=X, y=y), numbers=(0,))
    for name in ("X", "targets", "scale", "is_first_labelled"):
        np.testing.assert_array_equal(getattr(before, name), getattr(after, name), err_msg=name)
    assert not np.array_equal(before.X_test, after.X_test)


def test_targets_are_coded_for_every_class_of_the_data_set() -> None:
    coding = code_targets(DESIGN, IRIS, np.arange(100))  # the third species is missing
    assert coding.encode([2]).tolist() == [[0.1, 0.1, 0.9]]
    scale = code_targets(DESIGN, SINE, np.arange(400)).scale
    assert scale == pytest.approx((SINE.y[:400].max() - SINE.y[:400].min()) / 0.8)


def test_a_trial_is_the_same_whatever_is_stacked_with_it() -> None:
    """Units of a study can be cut in any way."""
    three, alone = stack(numbers=(0, 1, 2)), stack(numbers=(1,))
    for name, part in vars(three).items():
        for found, expected in zip(jax.tree.leaves(part), jax.tree.leaves(getattr(alone, name)), strict=True):
            np.testing.assert_array_equal(raw(found)[1], raw(expected)[0], err_msg=name)


def raw(leaf) -> np.ndarray:
    is_key = jax.dtypes.issubdtype(leaf.dtype, jax.dtypes.prng_key)
    return np.asarray(jax.random.key_data(leaf) if is_key else leaf)


def test_trials_and_members_differ_in_weights_and_orders() -> None:
    trials = stack()
    weights = np.asarray(trials.params["hidden"]["weights"]).reshape(9, -1)
    assert len(np.unique(weights[:, 0])) == 9
    orders = raw(trials.order_keys).reshape(9, -1)
    assert len({tuple(key) for key in orders.tolist()}) == 9
    assert len({tuple(key) for key in raw(trials.selection_keys).tolist()}) == 3


def test_weights_orders_and_selections_come_from_streams_of_their_own() -> None:
    """Each from the trial's seed of that name, split over members."""
    trials = stack(numbers=(5,))

    def key(stream: str):
        return jax.random.key(seed_of(1, "iris", 5, stream))

    np.testing.assert_array_equal(raw(trials.order_keys)[0], raw(jax.random.split(key("order"), 3)))
    np.testing.assert_array_equal(raw(trials.selection_keys)[0], raw(key("selection")))
    members = jax.vmap(NETWORK.init, (0, None, None))(jax.random.split(key("weights"), 3), 4, 3)
    jax.tree.map(lambda found, expected: np.testing.assert_allclose(found[0], expected), trials.params, members)


def test_a_method_with_fewer_members_has_the_first_of_them() -> None:
    trials = stack()
    one = trials.with_members(1)
    for all_members, first in zip(jax.tree.leaves(trials.params), jax.tree.leaves(one.params), strict=True):
        np.testing.assert_array_equal(first, all_members[:, :1])
    np.testing.assert_array_equal(raw(one.order_keys), raw(trials.order_keys)[:, :1])
    assert one.X is trials.X and one.selection_keys is trials.selection_keys


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"first_labelled": FirstLabelled(20, 0.5)}, {"X", "X_test", "params", "order_keys", "selection_keys"}),
        ({"seed": 2}, set()),
    ],
    ids=["first labels", "seed"],
)
def test_streams_do_not_touch_each_other(changes, same) -> None:
    before, after = stack(), stack(**changes)
    for name in ("X", "X_test", "params", "order_keys", "selection_keys"):
        leaves = [
            np.concatenate([raw(leaf).ravel() for leaf in jax.tree.leaves(getattr(t, name))]) for t in (before, after)
        ]
        assert np.array_equal(*leaves) == (name in same), name
    assert not np.array_equal(before.is_first_labelled, after.is_first_labelled)


def test_a_share_of_the_rows_can_be_left_out_of_training_and_testing() -> None:
    design = replace(DESIGN, train_fraction=0.6)
    split = split_rows(design, IRIS, 0)
    assert (len(split.train), len(split.test)) == (90, 30) and not set(split.train) & set(split.test)
    assert np.bincount(IRIS.y[split.train]).tolist() == [30, 30, 30]


def test_folds_inside_cover_the_training_part_once_and_never_the_test_part() -> None:
    split = split_rows(DESIGN, IRIS, 3)
    folds = folds_inside(DESIGN, IRIS, 3, split.train, 5)
    assert sorted(np.concatenate([fold.test for fold in folds])) == split.train.tolist()
    for fold in folds:
        assert sorted([*fold.train, *fold.test]) == split.train.tolist()
        assert np.bincount(IRIS.y[fold.test]).tolist() == [8, 8, 8]


def test_a_fold_takes_the_place_of_the_test_part() -> None:
    fold = folds_inside(DESIGN, IRIS, 0, split_rows(DESIGN, IRIS, 0).train, 5)[2]
    trials = stack_trials(DESIGN, IRIS, NETWORK, (0,), fold=(2, 5))
    np.testing.assert_array_equal(np.asarray(trials.targets[0]).argmax(axis=1), IRIS.y[fold.train])
    np.testing.assert_array_equal(np.asarray(trials.targets_test[0]).argmax(axis=1), IRIS.y[fold.test])
    assert trials.n_examples == 96 and trials.is_first_labelled.sum() == 9  # a tenth of 96


def test_shared_weights_are_the_same_in_every_trial_and_nothing_else_is() -> None:
    shared = stack_trials(DESIGN, IRIS, NETWORK, (0, 1), shares_weights=True)
    weights = np.asarray(shared.params["hidden"]["weights"])
    np.testing.assert_array_equal(weights[0], weights[1])
    keys = jax.random.split(jax.random.key(seed_of(1, "iris", SHARED_TRIAL, "weights")), 3)
    members = jax.vmap(NETWORK.init, (0, None, None))(keys, 4, 3)
    np.testing.assert_allclose(weights[0], members["hidden"]["weights"])
    own = stack(numbers=(0, 1))
    for name in ("X", "targets", "is_first_labelled"):
        np.testing.assert_array_equal(getattr(shared, name), getattr(own, name))
    np.testing.assert_array_equal(raw(shared.order_keys), raw(own.order_keys))


@pytest.mark.parametrize(
    ("choice", "n_rows", "n"), [("larger", 120, 12), ("larger", 40, 10), ("larger", 8, 8), ("smaller", 5, 1)]
)
def test_the_first_labels_may_be_the_larger_of_a_number_and_a_share(choice, n_rows, n) -> None:
    assert FirstLabelled(10, 0.1, choice).of(n_rows) == n


def test_preparation_fitted_on_all_rows_does_not_depend_on_the_trial() -> None:
    all_rows = replace(DESIGN, preparation=replace(DESIGN.preparation, fitted_on="all"))
    low, high = SINE.y.min(), SINE.y.max()
    scale = code_targets(all_rows, SINE, np.arange(10)).scale
    assert scale == pytest.approx((high - low) / 0.8)
    trials = stack_trials(all_rows, SINE, NETWORK, (0,))
    split = split_rows(all_rows, SINE, 0)
    expected = 2 * (SINE.X[split.train] - SINE.X.min()) / np.ptp(SINE.X) - 1
    np.testing.assert_allclose(trials.X[0], expected, atol=1e-6)


def test_initial_weights_and_keys_are_those_of_the_public_functions_one_at_a_time() -> None:
    """However they are compiled: drawn eagerly here, in one program there, and equal to the bit."""
    trials = stack(numbers=(3, 8))
    for place, trial in enumerate((3, 8)):
        members = {
            stream: jax.random.split(jax.random.key(seed_of(DESIGN.seed, "iris", trial, stream)), 3)
            for stream in ("weights", "order")
        }
        for member, key in enumerate(members["weights"]):
            expected = NETWORK.init(key, 4, 3)
            found = jax.tree.map(lambda leaf: leaf[place, member], trials.params)  # noqa: B023
            assert jax.tree.all(jax.tree.map(np.array_equal, found, expected))
        np.testing.assert_array_equal(raw(trials.order_keys)[place], raw(members["order"]))
        alone = jax.random.key(seed_of(DESIGN.seed, "iris", trial, "selection"))
        np.testing.assert_array_equal(raw(trials.selection_keys)[place], raw(alone))
