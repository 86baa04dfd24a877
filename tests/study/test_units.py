"""What a unit finds depends on the study and the unit alone, and methods of a trial start alike."""

import functools
from dataclasses import replace
from typing import Any

import jax
import numpy as np
import pytest

from eligo import SGD, Network, train
from eligo.methods import named_methods
from eligo.study.design import HyperParameters, Study
from eligo.study.files import load_study
from eligo.study.problems import dataset_of
from eligo.study.results import CELL_COLUMNS, CONFUSION_COLUMNS, CURVE_COLUMNS, TRIAL_COLUMNS
from eligo.study.trials import stack_trials
from eligo.study.units import (
    CELLS_PER_UNIT,
    TrialUnit,
    TuningUnit,
    estimated_cost,
    plateau_epochs,
    run_unit,
    trial_units,
    tuning_units,
    unit_id,
)

VALUES = HyperParameters(4, 0.5, 0.0, 0.5)


def untimed(rows: Any) -> list[dict[str, Any]]:
    """Rows without their times; NaN as None, so that equal rows are equal."""
    return [
        {name: None if value != value else value for name, value in row.items() if not name.startswith("seconds_")}
        for row in rows
    ]


# --- Names and cuts ----------------------------------------------------------------------------------------------------


def test_a_unit_s_name_says_what_it_computes():
    unit = TrialUnit("iris", "sasla", (0, 1), VALUES)
    others = [
        replace(unit, problem="wine"),
        replace(unit, method="passive"),
        replace(unit, trials=(0,)),
        replace(unit, values=replace(VALUES, momentum=0.9)),
        TuningUnit("iris", 4, (VALUES,)),
        TuningUnit("iris", 5, (VALUES,)),
        TuningUnit("iris", 4, (VALUES, VALUES)),
    ]
    assert unit_id(TrialUnit("iris", "sasla", (0, 1), HyperParameters(4, 0.5, 0.0, 0.5))) == unit_id(unit)
    assert len({unit_id(other) for other in [unit, *others]}) == len(others) + 1


def test_a_unit_s_name_is_the_same_in_every_release():
    # A store of an earlier release goes on only while this digest stands.
    digest = "db08ea7dab960099e69251dc1e6b77d7c536df99da3e88f364329977cf7d436a"
    assert unit_id(TrialUnit("iris", "sasla", (0, 1), VALUES)) == digest


def test_trials_are_cut_into_blocks_that_hold_every_trial_once(study: Study):
    units = trial_units(study, "iris", VALUES)
    assert [unit.trials for unit in units if unit.method == "sasla"] == [(0, 1), (2, 3)]
    assert [unit.method for unit in units] == ["passive", "sasla", "random_pool"] * 2
    odd = trial_units(replace(study, trials=3), "iris", VALUES)
    assert [unit.trials for unit in odd if unit.method == "sasla"] == [(0, 1), (2,)]


def test_a_grid_is_cut_into_units_of_one_width_each_cell_once():
    cells = load_study("paper").plan("iris").tuning.cells()
    units = tuning_units("iris", cells, 200)
    assert sorted((cell for unit in units for cell in unit.cells), key=cells.index) == list(cells)
    assert all(len({cell.hidden for cell in unit.cells}) == 1 for unit in units)
    assert all(len(unit.cells) <= CELLS_PER_UNIT for unit in units)
    assert units[0].cells[0].hidden == 512  # what takes longest begins first


def test_estimated_cost_grows_with_the_work_and_never_reaches_zero(study: Study):
    study = replace(study, methods=tuple(named_methods()))

    def cost(method: str = "passive", n_trials: int = 2, hidden: int = 64) -> float:
        return estimated_cost(study, TrialUnit("iris", method, tuple(range(n_trials)), replace(VALUES, hidden=hidden)))

    assert cost(n_trials=4) - cost(n_trials=3) == pytest.approx(cost(n_trials=2) - cost(n_trials=1))
    assert 0 < cost(hidden=4) < cost(hidden=64) < cost(hidden=512)
    # Three members, and half the presentations of a whole training set; over what one trial of either costs.
    one_more = {method: cost(method, 2) - cost(method, 1) for method in ("passive", "random_pool", "ensemble")}
    assert one_more["ensemble"] == pytest.approx(3 * one_more["random_pool"])
    assert one_more["random_pool"] == pytest.approx(0.5 * one_more["passive"])


# --- What a unit finds -------------------------------------------------------------------------------------------------

find = functools.cache(run_unit)
"""What a unit finds, computed once for all tests that only look at it."""


def of_iris(method: str, *trials: int) -> TrialUnit:
    return TrialUnit("iris", method, trials or (0, 1), VALUES)


def test_rows_have_the_columns_of_the_store(study: Study):
    finished = find(study, of_iris("passive"))
    assert [tuple(row) for row in finished.trials] == [TRIAL_COLUMNS] * 2
    assert {frozenset(row) for row in finished.curves} == {frozenset(CURVE_COLUMNS)}
    assert [(row["trial"], row["epoch"]) for row in finished.curves] == [
        (trial, epoch) for trial in (0, 1) for epoch in (0, 2, 4, 6)
    ]
    tuned = find(study, TuningUnit("iris", 2, (VALUES, VALUES)))
    assert [set(row) for row in tuned.cells] == [set(CELL_COLUMNS)] * 2
    assert not tuned.trials and not tuned.curves and not finished.cells


def test_passive_costs_are_those_of_the_arithmetic(study: Study):
    n_train, epochs = 120, 6
    for row in find(study, of_iris("passive")).trials:
        assert (row["labels"], row["n_selected"]) == (n_train, n_train)
        assert (row["presentations"], row["epochs"]) == (n_train * epochs, epochs)
        assert {name: row[name] for name in ("hidden", "learning_rate", "weight_decay", "momentum")} == vars(VALUES)
        assert row["is_diverged"] is False and 0 <= row["accuracy"] <= 1 and np.isnan(row["mse"])


def test_a_trial_ends_where_its_curve_ends(study: Study):
    finished = find(study, of_iris("sasla"))
    for row in finished.trials:
        end = [point for point in finished.curves if point["trial"] == row["trial"]][-1]
        shared = [name for name in CURVE_COLUMNS if name != "epoch"]
        assert untimed([{name: row[name] for name in shared}]) == untimed([{name: end[name] for name in shared}])


def test_running_again_or_in_another_order_finds_the_same(study: Study):
    units = [of_iris("sasla"), of_iris("random_pool")]
    forth = [untimed(find(study, unit).curves) for unit in units]
    back = [untimed(run_unit(study, unit).curves) for unit in reversed(units)]
    assert forth == list(reversed(back))


@pytest.mark.parametrize("method", ["passive", "random_pool", pytest.param("ensemble", marks=pytest.mark.slow)])
def test_a_trial_does_not_feel_the_others_of_its_block(study: Study, method: str):
    study = replace(study, methods=(method,))
    both = untimed(find(study, of_iris(method, 0, 1)).curves)
    alone = untimed(find(study, of_iris(method, 1)).curves)
    numbers = [name for name in CURVE_COLUMNS if name in both[0] and both[0][name] is not None]
    numbers = [name for name in numbers if name not in ("problem", "method")]

    def of(trial: int, rows: list[dict[str, Any]]) -> np.ndarray:
        return np.array([[row[name] for name in numbers] for row in rows if row["trial"] == trial])

    np.testing.assert_allclose(of(1, both), of(1, alone), rtol=1e-6)
    assert not np.allclose(of(0, both), of(1, both), rtol=1e-3)


@pytest.mark.parametrize(
    ("problem", "methods"),
    [
        ("iris", ("passive", "sasla", "entropy", "random_pool")),
        ("ramp", ("passive", "random_pool")),
        pytest.param(
            "ramp", ("passive", "sasla", "entropy", "random_pool", "error", "random_subset"), marks=pytest.mark.slow
        ),
    ],
)
def test_methods_of_a_trial_start_from_the_same_split_and_weights(study: Study, problem: str, methods: tuple[str, ...]):
    study = replace(study, methods=methods)
    starts = {}
    for method in methods:
        curves = find(study, TrialUnit(problem, method, (0, 1), VALUES)).curves
        starts[method] = [row for row in curves if row["epoch"] == 0]
    for trial in (0, 1):
        # The same weights on the same test rows; and for the pool methods the same labelled rows too.
        assert len({rows[trial]["test_error"] for rows in starts.values()}) == 1
        pool = {rows[trial]["train_error"] for name, rows in starts.items() if name in ("entropy", "random_pool")}
        rest = {rows[trial]["train_error"] for name, rows in starts.items() if name not in ("entropy", "random_pool")}
        assert len(pool) == len(rest) == 1 and pool != rest
    assert starts["passive"][0]["test_error"] != starts["passive"][1]["test_error"]


def test_another_seed_is_another_study(study: Study):
    other = replace(study, seed=study.seed + 1)
    here, there = (find(of, of_iris("passive")).trials[0] for of in (study, other))
    assert here["train_error"] != there["train_error"]


def with_settings(study: Study, **settings: Any) -> Study:
    """The study with other settings on every problem."""
    plans = tuple(replace(plan, settings=replace(plan.settings, **settings)) for plan in study.plans)
    return replace(study, plans=plans)


def test_settings_reach_the_methods(study: Study):
    asking = with_settings(study, budget=5, query_size=5)
    assert [row["labels"] for row in run_unit(asking, of_iris("random_pool")).trials] == [15, 15]  # 10 to start from
    everything = with_settings(study, beta=1.0)
    assert [row["presentations"] for row in run_unit(everything, of_iris("sasla")).trials] == [720, 720]
    assert all(row["presentations"] < 720 for row in find(study, of_iris("sasla")).trials)


# --- What else a trial ends with ---------------------------------------------------------------------------------------


def test_cross_validation_inside_a_trial_is_what_learning_on_its_folds_gives(study: Study):
    plans = tuple(replace(plan, cross_validation=3) for plan in study.plans)
    unit = of_iris("passive")
    inside = run_unit(replace(study, plans=plans), unit).trials
    plain = find(study, unit).trials
    outer = [name for name in TRIAL_COLUMNS if not name.startswith("inside_")]
    assert untimed([{name: row[name] for name in outer} for row in inside]) == untimed(
        [{name: row[name] for name in outer} for row in plain]
    )
    assert all(np.isnan(row["inside_accuracy"]) for row in plain)
    design, dataset = study.trial_design("iris"), dataset_of(study, "iris")
    network = Network(hidden=(VALUES.hidden,))
    sgd = SGD(VALUES.learning_rate, VALUES.momentum, batch_size=1, epochs=6)
    for row in inside:
        hits, errors = [], []
        for fold in range(3):
            trials = stack_trials(design, dataset, network, [row["trial"]], fold=(fold, 3))
            params = jax.tree.map(lambda leaf: leaf[0, 0], trials.params)
            key = trials.order_keys[0, 0]
            params = train(network, params, trials.X[0], trials.targets[0], dataset.task, sgd, key=key)
            outputs = np.asarray(network.apply(params, trials.X_test[0], dataset.task))
            targets = np.asarray(trials.targets_test[0])
            hits.append((outputs.argmax(axis=1) == targets.argmax(axis=1)).mean())
            errors.append(((outputs - targets) ** 2).sum(axis=1).mean())
        assert row["inside_accuracy"] == pytest.approx(np.mean(hits))
        assert row["inside_error"] == pytest.approx(np.mean(errors), rel=1e-4)


def test_the_confusion_matrix_adds_up_to_the_test_part_and_to_the_accuracy(study: Study):
    finished = find(study, of_iris("sasla"))
    assert {tuple(row) for row in finished.confusion} == {CONFUSION_COLUMNS}
    for row in finished.trials:
        own = [cell for cell in finished.confusion if cell["trial"] == row["trial"]]
        counts = np.zeros((3, 3))
        for cell in own:
            counts[cell["actual"], cell["predicted"]] = cell["n_examples"]
        assert len(own) == 9 and counts.sum(axis=1).tolist() == [10, 10, 10]
        assert counts.trace() / 30 == pytest.approx(row["accuracy"])
    ramp = find(study, TrialUnit("ramp", "passive", (0, 1), VALUES))
    assert not ramp.confusion


def test_the_generalisation_factor_is_test_error_over_training_error(study: Study):
    for row in find(study, TrialUnit("ramp", "passive", (0, 1), VALUES)).trials:
        assert row["generalisation_factor"] == pytest.approx(row["test_error"] / row["train_error"])
        assert row["rmse"] == pytest.approx(row["mse"] ** 0.5)


def test_a_plateau_is_ten_epochs_in_a_row_that_barely_differ():
    flat, steep = np.full(15, 0.3), np.linspace(1, 0, 15)
    late = np.concatenate([np.linspace(1, 0.1, 5), np.full(10, 0.1)])
    found = plateau_epochs(np.arange(15), np.stack([flat, steep, late], axis=1))
    np.testing.assert_array_equal(found, [0, np.nan, 4])
    assert np.isnan(plateau_epochs(np.arange(0, 30, 2), flat[:, None])).all()  # not every epoch was measured
    assert np.isnan(plateau_epochs(np.arange(9), flat[:9, None])).all()


def test_curves_are_thinned_evenly_and_keep_the_checkpoints(study: Study):
    plans = tuple(replace(plan, epochs=130) for plan in study.plans)
    rows = run_unit(replace(study, plans=plans, records=130), of_iris("random_pool", 0)).curves
    epochs = [row["epoch"] for row in rows]
    assert len(epochs) <= 103 and epochs[0] == 0 and epochs[-1] == 130 and {25, 100} <= set(epochs)
    assert max(np.diff(epochs)) <= 3
