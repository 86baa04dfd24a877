"""The grid: which rows it sees, what its numbers are, and who wins."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from sklearn.model_selection import KFold, StratifiedKFold, train_test_split

from eligo import SGD, Network, train
from eligo.study.design import HyperParameters, Study
from eligo.study.files import load_study
from eligo.study.problems import dataset_of
from eligo.study.trials import seed_of, split_rows
from eligo.study.tuning import TUNING_TRIAL, choose_winner, score_cells, survivors
from small_studies import write_study

CELLS = (HyperParameters(4, 0.5, 0.0, 0.5), HyperParameters(4, 0.1, 0.01, 0.0))


def expected_scores(study: Study, problem: str, cell: HyperParameters, epochs: int) -> tuple[list[float], list[float]]:
    """Error and score of each fold: one network at a time, scaled by hand, measured with NumPy."""
    dataset, has_classes = dataset_of(study, problem), dataset_of(study, problem).task.has_classes
    split_seed = seed_of(study.seed, problem, -1, "split")
    everything = np.arange(len(dataset.y))
    stratify = dataset.y if has_classes else None
    rows, _ = train_test_split(everything, test_size=study.test_fraction, stratify=stratify, random_state=split_seed)
    rows = np.sort(rows)
    splitter = (StratifiedKFold if has_classes else KFold)(
        study.plan(problem).tuning.folds, shuffle=True, random_state=split_seed
    )
    network = Network(hidden=(cell.hidden,))
    keys = {
        stream: jax.random.split(
            jax.random.key(seed_of(study.seed, problem, -1, stream)), study.plan(problem).tuning.folds
        )
        for stream in ("weights", "order")
    }
    errors, scores = [], []
    for fold, (learn, held) in enumerate(splitter.split(rows, dataset.y[rows])):
        X, X_held = dataset.X[rows[learn]], dataset.X[rows[held]]
        y, y_held = dataset.y[rows[learn]], dataset.y[rows[held]]
        low, high = X.min(axis=0), X.max(axis=0)
        X, X_held = 2 * (X - low) / (high - low) - 1, 2 * (X_held - low) / (high - low) - 1
        spread = 1.0 if has_classes else (y.max() - y.min()) / 0.8

        def code(y: np.ndarray, seen: np.ndarray = y, spread: float = spread) -> np.ndarray:
            if has_classes:
                return np.where(y[:, None] == np.arange(3), 0.9, 0.1)
            return (0.1 + (y - seen.min()) / spread)[:, None]

        sgd = SGD(cell.learning_rate, cell.momentum, cell.weight_decay, batch_size=1, epochs=epochs)
        params = network.init(keys["weights"][fold], X.shape[1], 3 if has_classes else 1)
        params = train(network, params, X, code(y), dataset.task, sgd, key=keys["order"][fold])
        outputs = np.asarray(network.apply(params, X_held, dataset.task))
        squared = ((outputs - code(y_held)) * spread) ** 2
        errors.append(float(squared.sum(axis=1).mean()))
        scores.append(
            float((outputs.argmax(axis=1) == y_held).mean())
            if has_classes
            else float(1 - squared.sum() / ((y_held - y_held.mean()) ** 2).sum())
        )
    return errors, scores


@pytest.mark.parametrize("problem", ["iris", "ramp"])
def test_a_cell_is_what_one_network_per_fold_gives(study: Study, problem: str):
    for cell, row in zip(CELLS, score_cells(study, dataset_of(study, problem), CELLS, epochs=5), strict=True):
        errors, scores = expected_scores(study, problem, cell, epochs=5)
        assert {name: row[name] for name in asdict(cell)} == asdict(cell)
        assert row["cv_error"] == pytest.approx(np.mean(errors), rel=1e-4)
        assert row["cv_error_sd"] == pytest.approx(np.std(errors, ddof=1), rel=1e-3)
        assert row["cv_score"] == pytest.approx(np.mean(scores), rel=1e-3)
        assert row["epochs"] == 5 and row["is_diverged"] is False


def test_tuning_has_a_split_that_no_trial_has(study: Study):
    dataset = dataset_of(study, "iris")
    assert TUNING_TRIAL < 0
    design = study.trial_design("iris")
    tuned = split_rows(design, dataset, TUNING_TRIAL)
    for trial in range(study.trials):
        assert not np.array_equal(tuned.test, split_rows(design, dataset, trial).test)


@pytest.mark.parametrize("problem", ["iris", "ramp"])
def test_the_test_part_of_the_tuning_split_is_never_looked_at(study: Study, problem: str):
    dataset = dataset_of(study, problem)
    split = split_rows(study.trial_design(problem), dataset, TUNING_TRIAL)
    X, y = dataset.X.copy(), dataset.y.copy()
    X[split.test] *= 1e6
    if not dataset.task.has_classes:
        y[split.test] *= 1e6
    spoilt = replace(dataset, X=X, y=y)
    assert score_cells(study, spoilt, CELLS, 2) == score_cells(study, dataset, CELLS, 2)
    X[split.train] *= np.linspace(1, 2, len(split.train))[:, None]  # the other part is looked at
    assert score_cells(study, replace(dataset, X=X), CELLS, 2) != score_cells(study, dataset, CELLS, 2)


def test_a_cell_that_diverges_is_recorded_and_its_neighbours_are_not_disturbed(tmp_path: Path):
    study = load_study(str(write_study(tmp_path, output="linear", batch_size="full", tuning={"epochs": 40})))
    tame, wild = HyperParameters(4, 0.1, 0.0, 0.0), HyperParameters(4, 1e6, 0.0, 0.95)
    dataset = dataset_of(study, "ramp")
    kept, lost = score_cells(study, dataset, (tame, wild), 40)
    assert lost["is_diverged"] is True
    assert (lost["cv_error"], lost["cv_error_sd"], lost["cv_score"]) == (None, None, None)
    assert (lost["learning_rate"], lost["momentum"]) == (1e6, 0.95)
    assert kept["is_diverged"] is False
    assert kept == score_cells(study, dataset, (tame, tame), 40)[0]
    winner = choose_winner([lost, kept])
    assert winner is not None and winner[0] == kept


# --- Who wins ----------------------------------------------------------------------------------------------------------


def row(hidden: int, error: float | None, rate: float = 0.1, epochs: int = 200) -> dict[str, Any]:
    return {
        "hidden": hidden,
        "learning_rate": rate,
        "weight_decay": 0.0,
        "momentum": 0.0,
        "epochs": epochs,
        "cv_error": error,
        "is_diverged": error is None,
    }


def winner_of(*rows: dict[str, Any]) -> tuple[dict[str, Any], int]:
    chosen = choose_winner(rows)
    assert chosen is not None
    return chosen


def test_the_smallest_error_wins():
    assert winner_of(row(64, 0.3), row(512, 0.1), row(128, 0.2)) == (row(512, 0.1), 1)


def test_ties_go_to_fewer_hidden_units_in_whatever_order_they_come():
    rows = [row(128, 0.1), row(64, 0.1), row(64, 0.2), row(512, 0.1)]
    assert winner_of(*rows) == (row(64, 0.1), 3)
    assert winner_of(*reversed(rows)) == (row(64, 0.1), 3)
    assert winner_of(row(64, 0.1, rate=0.5), row(64, 0.1, rate=0.01)) == (row(64, 0.1, rate=0.01), 2)


def test_a_cell_that_diverged_never_wins():
    assert winner_of(row(64, None), row(512, 9.0)) == (row(512, 9.0), 1)
    assert choose_winner([row(64, None), row(128, None)]) is None
    assert choose_winner([]) is None


def test_only_cells_that_were_trained_longest_compete():
    assert winner_of(row(64, 0.01, epochs=50), row(128, 0.2, epochs=200), row(64, 0.3, epochs=200))[0]["hidden"] == 128


def test_survivors_are_the_best_in_the_order_of_the_grid():
    rows = [row(4, 0.4), row(4, 0.1, rate=0.5), row(8, None), row(8, 0.2, rate=0.5)]
    assert [(cell.hidden, cell.learning_rate) for cell in survivors(rows, 2)] == [(4, 0.5), (8, 0.5)]
    assert len(survivors(rows, 9)) == 3
