"""Epochs and selections between two records are one program: however it is cut, learning comes to the same."""

import jax
import numpy as np
import pytest

from eligo import CLASSIFICATION, SGD, Network, Trajectory, learn_selectively
from eligo.learning.stretch import MOST_RUNS, MOST_SELECTIONS, Least
from eligo.rules import AboveMean, Share
from eligo.utilities import Random
from problems import make_trials

EPOCHS = 2 * MOST_SELECTIONS + 9
COUNTED = ("presentations", "work", "selection_work", "n_selected", "labels")
LAYOUTS = {"nets last": (4, 65), "nets first": (70, 9)}


def at_the_end(run: Trajectory) -> list[np.ndarray]:
    """Everything but what is measured of time, after the last epoch."""
    last = [getattr(run, name)[-1] for name in (*COUNTED, "train_error", "test_error", "accuracy")]
    return [np.asarray(leaf) for leaf in (*last, run.is_selected, *jax.tree.leaves(run.params))]


@pytest.mark.parametrize(("hidden", "n_trials"), LAYOUTS.values(), ids=LAYOUTS)
def test_neither_records_nor_other_trials_change_what_is_learnt(hidden, n_trials) -> None:
    """Random scores: a choice that came with the wrong number would show."""
    network = Network((hidden,))
    trials = make_trials(CLASSIFICATION, n_trials, network=network)

    def learn(n_records: int, n_trials: int) -> list[np.ndarray]:
        how = {"utility": Random(), "rule": Share(0.4), "n_records": n_records}
        few = trials.part(slice(n_trials))
        return at_the_end(learn_selectively(network, CLASSIFICATION, few, SGD(0.1, 0.5, epochs=EPOCHS), **how))

    at_once = learn(1, n_trials)
    for found in (learn(EPOCHS, n_trials), learn(3, n_trials)):
        jax.tree.map(np.testing.assert_array_equal, found, at_once)
    n_few = n_trials // 4
    jax.tree.map(np.testing.assert_array_equal, learn(1, n_few), [leaf[:n_few] for leaf in at_once])


def test_seconds_of_a_stretch_are_all_told(monkeypatch) -> None:
    """Divided in proportion: 3 s alone for an epoch on everything, 1 s for a selection; the largest subset sets the pace."""
    network = Network((4,))
    trials = make_trials(CLASSIFICATION, 4, network=network)
    monkeypatch.setattr("eligo.learning.stretch.Stretches._alone", lambda self, share: (3.0, 1.0))

    def learn(n_records: int) -> Trajectory:
        how = {"utility": Random(), "rule": AboveMean(0.0), "n_records": n_records}
        return learn_selectively(network, CLASSIFICATION, trials, SGD(0.1, epochs=5), **how)

    sizes = learn(5).n_selected  # (records, trials), each what the next epoch learns from
    n_whole = sizes[1:].max(axis=1).sum() / trials.n_examples
    assert n_whole > sizes[1:].mean(axis=1).sum() / trials.n_examples
    run = learn(1)
    np.testing.assert_allclose(run.seconds_training[-1] / run.seconds_selection[-1], 3 * n_whole / 4)


def test_the_least_that_runs_saw_counts() -> None:
    """A call takes 5 ms and each thing in it 2 ms; a call of the first run and one of the second were disturbed by 50 ms."""
    called: list[int] = []

    def seconds_of(number: int) -> float:
        called.append(number)
        return 0.005 + 0.002 * number + 0.05 * (len(called) in (4, 6))

    least = Least()
    for _ in range(2):
        least.see(seconds_of)
    assert least.n_runs == 2 and called == [0, 0, 0, 1, 0, 0, 0, 1, 2, 4, 8, 16, 16, 16]
    np.testing.assert_allclose(least.seconds, 0.002)
    long = Least()
    long.see(lambda number: 3.0 * number + 0.001)
    np.testing.assert_allclose(long.seconds, 3.0)


def test_a_few_runs_time_an_epoch_and_a_selection(monkeypatch) -> None:
    network, n_timed = Network((3,)), []
    trials = make_trials(CLASSIFICATION, 2, network=network)
    monkeypatch.setattr(
        Least, "see", lambda least, of: (n_timed.append(least), setattr(least, "n_runs", least.n_runs + 1))
    )
    monkeypatch.setattr(Least, "seconds", 1.0)
    how = {"utility": Random(), "rule": Share(0.5), "n_records": 3}
    for _ in range(MOST_RUNS + 2):
        learn_selectively(network, CLASSIFICATION, trials, SGD(0.1, epochs=4), **how)
    assert len(n_timed) == 2 * MOST_RUNS
