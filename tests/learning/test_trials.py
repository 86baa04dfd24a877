"""Rows that fill arrays up are no examples: learning is the same with and without them."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

from eligo import CLASSIFICATION, REGRESSION, SGD, Trajectory, Trials, learn_by_querying, learn_selectively
from eligo.rules import AboveMean, Top
from eligo.utilities import OutputSensitivity, PredictiveEntropy
from problems import NETWORK, make_trials

FULL = SGD(
    learning_rate=0.2, momentum=0.5, batch_size="full", epochs=30
)  # no order, which depends on the rows there are


def filled_up(trials: Trials, n_more: int) -> Trials:
    """The same trials with more rows that are no examples, which would do harm if they were taken for some."""

    def filled(values, filling):
        return jnp.concatenate([values, jnp.full((len(values), n_more, *values.shape[2:]), filling)], axis=1)

    return replace(
        trials,
        X=filled(trials.X, 5.0),
        targets=filled(trials.targets, 0.9),
        is_first_labelled=filled(trials.is_first_labelled, False),
        is_present=filled(jnp.ones(trials.X.shape[:2], dtype=bool), False),
    )


@pytest.mark.parametrize(
    ("task", "loop"), [(CLASSIFICATION, "pool"), (REGRESSION, "selective")], ids=["pool", "selective"]
)
def test_rows_that_fill_up_change_nothing(float64, task, loop) -> None:
    def learn(trials: Trials) -> Trajectory:
        if loop == "selective":
            return learn_selectively(NETWORK, task, trials, FULL, utility=OutputSensitivity(), rule=AboveMean(0.3))
        return learn_by_querying(NETWORK, task, trials, FULL, utility=PredictiveEntropy(), rule=Top(2), budget=9)

    trials = make_trials(task)
    expected, found = learn(trials), learn(filled_up(trials, 7))
    assert found.is_selected[:, :24].tolist() == expected.is_selected.tolist()
    assert not found.is_selected[:, 24:].any()
    for name in ("labels", "n_selected", "presentations", "work", "selection_work"):
        assert getattr(found, name).tolist() == getattr(expected, name).tolist(), name
    np.testing.assert_allclose(found.train_error, expected.train_error, rtol=1e-9)


def test_the_pool_is_counted_without_rows_that_fill_up() -> None:
    trials = filled_up(make_trials(CLASSIFICATION), 7)
    with pytest.raises(ValueError, match=r"`budget` must be in \[0, 20\], the pool size; got 21"):
        learn_by_querying(NETWORK, CLASSIFICATION, trials, FULL, utility=PredictiveEntropy(), rule=Top(1), budget=21)


def test_records_are_told_as_they_are_taken() -> None:
    told = []
    trials = make_trials(CLASSIFICATION)
    found = learn_selectively(
        *(NETWORK, CLASSIFICATION, trials, FULL),
        utility=OutputSensitivity(),
        rule=AboveMean(0.3),
        n_records=3,
        on_record=told.append,
    )
    assert [record["epoch"] for record in told] == found.epoch.tolist() == [0, 10, 20, 30]
    assert np.stack([record["n_selected"] for record in told]).tolist() == found.n_selected.tolist()
