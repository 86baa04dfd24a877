"""What choosing saved: costs of a share of the full-data score, and gains at equal cost, on curves of known speed."""

import numpy as np
import pytest
from scipy import stats

from eligo.report.curves import Paths
from eligo.report.savings import N_RESAMPLES, costs_of, outcomes_of
from eligo.report.summaries import SEED
from eligo.study.results import Problem

N_TRAIN, N_TEST = 400, 100
FLATS = Problem(
    "f", "F", "classification", 500, 3, 2, N_TRAIN, N_TEST, ("a", "b"), "kind", "made", class_counts=(250, 250)
)
RENTS = Problem("f", "F", "regression", 500, 3, 1, N_TRAIN, N_TEST, (), "rent", "made", target_range=(0.0, 1.0))
LABELS = np.arange(10.0, 211.0, 10.0)


def paths(method: str, x: np.ndarray, scores: np.ndarray, axis: str = "labels") -> Paths:
    """Runs with these scores (trials, points) along an axis."""
    costs = np.broadcast_to(x, scores.shape)
    flat = np.full(scores.shape, float(N_TRAIN))
    columns = {
        "labels": costs if axis == "labels" else flat,
        "presentations": costs,
        "error": 1 - scores,
        "second": scores,
        "work": 4 * costs,
        "selection_work": costs,
    }
    return Paths(method, np.arange(len(scores)), columns, left_out=np.array([], dtype=np.int64))


def some_of(runs: Paths, trials: list[int], left_out: list[int], n_missing: int) -> Paths:
    """The same runs, of which only some trials ended well."""
    columns = {name: values[trials] for name, values in runs.columns.items()}
    return Paths(runs.method, np.array(trials), columns, np.array(left_out, dtype=np.int64), n_missing)


def rising(speed: float, noise: np.ndarray) -> np.ndarray:
    """Curves from 0.5 to nearly 0.9, one per trial, that rise with a speed and stand higher or lower as a whole."""
    return 0.9 - 0.4 * np.exp(-speed * LABELS / 100) + noise[:, None]


def passive(noise: np.ndarray) -> Paths:
    return paths(
        "passive", np.array([0.0, 100.0, 1000.0]), np.array([[0.5, 0.8, 0.9]]) + noise[:, None], "presentations"
    )


def found(*all_paths: Paths, problem: Problem = FLATS):
    return {outcome.method: outcome for outcome in outcomes_of(problem, list(all_paths))}


def test_twice_the_speed_is_half_the_labels():
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 0.005, 20)
    fast = rising(6, noise + rng.normal(0, 0.002, 20))
    outcome = found(passive(noise), paths("entropy", LABELS, fast), paths("random_pool", LABELS, rising(3, noise)))[
        "entropy"
    ]
    # 0.9 − 0.4·exp(−s·L/100) = share · 0.9, for a mean of noise of nearly 0
    for saving in outcome.savings:
        full = 0.9 + noise.mean()
        other = -100 / 3 * np.log((0.9 + noise.mean() - saving.share * full) / 0.4)
        assert saving.target == pytest.approx(saving.share * full)
        if other < LABELS[-1]:
            assert saving.other == pytest.approx(other, abs=1.5)  # curves are straight between records
            assert saving.ratio == pytest.approx(0.5, abs=0.06)
            assert saving.ratio_low <= saving.ratio <= saving.ratio_high < 1
        assert saving.low <= saving.cost <= saving.high
    assert outcome.scoring == 0.25
    assert outcome.adjusted_p < 0.001 and outcome.gain.mean_difference > 0 and outcome.n_trials == 20
    low, high = outcome.ahead
    assert low == LABELS[0] and high < LABELS[-1]


def test_the_gain_is_nadeau_and_bengios_on_areas():
    rng = np.random.default_rng(1)
    ours, others = (rng.normal(0.8, 0.02, (12, len(LABELS))) for _ in range(2))
    outcome = found(passive(np.zeros(12)), paths("entropy", LABELS, ours), paths("random_pool", LABELS, others))[
        "entropy"
    ]
    areas = [np.trapezoid(scores, LABELS, axis=1) / (LABELS[-1] - LABELS[0]) for scores in (ours, others)]
    differences = areas[0] - areas[1]
    error = np.sqrt((1 / 12 + N_TEST / N_TRAIN) * differences.var(ddof=1))
    assert outcome.gain.mean_difference == pytest.approx(differences.mean())
    p_value = 2 * stats.t.sf(abs(differences.mean() / error), 11)
    assert outcome.adjusted_p == pytest.approx(p_value)  # the only comparison
    assert outcome.gain.low == pytest.approx(differences.mean() - stats.t.isf(0.025, 11) * error)


def test_holm_is_over_all_methods():
    rng = np.random.default_rng(2)
    names = ("entropy", "ensemble", "random_pool")
    runs = [paths(name, LABELS, rng.normal(0.8, 0.02, (9, len(LABELS)))) for name in names]
    x = np.array([0.0, 100.0, 1000.0])
    runs += [paths(name, x, rng.normal(0.8, 0.02, (9, 3)), "presentations") for name in ("passive", "sasla")]
    compared = [outcome for outcome in found(*runs).values() if outcome.gain is not None]
    assert {outcome.method: outcome.other for outcome in compared} == {
        "entropy": "random_pool",
        "ensemble": "random_pool",
        "sasla": "passive",
    }
    raw = np.sort([outcome.gain.p_value for outcome in compared])
    by_hand = np.maximum.accumulate(np.minimum(raw * [3, 2, 1], 1.0))
    assert sorted(outcome.adjusted_p for outcome in compared) == pytest.approx(by_hand)


def test_the_interval_of_a_cost_is_a_bootstrap_widened_for_the_overlap():
    rng = np.random.default_rng(3)
    noise = rng.normal(0, 0.02, 15)
    scores = rising(4, noise)
    outcome = found(passive(noise * 0), paths("random_pool", LABELS, scores))["random_pool"]
    draws = np.random.default_rng(SEED).multinomial(15, np.full(15, 1 / 15), size=N_RESAMPLES) / 15
    mean = scores.mean(axis=0)
    curves = mean + np.sqrt(1 + 15 * N_TEST / N_TRAIN) * (draws @ scores - mean)  # they rise by themselves
    saving = outcome.savings[0]
    costs = np.array([np.interp(saving.target, curve, LABELS, right=np.inf) for curve in curves])
    assert [saving.low, saving.high] == pytest.approx(np.quantile(costs, [0.025, 0.975], method="inverted_cdf"))


def test_what_is_never_reached_bounds_the_ratio_and_is_counted():
    noise = np.random.default_rng(4).normal(0, 0.001, 10)
    slow = np.full((10, len(LABELS)), 0.6) + noise[:, None]
    slow[0, -1] = 0.95
    runs = (passive(noise), paths("entropy", LABELS, rising(6, noise)), paths("random_pool", LABELS, slow))
    entropy, control = (found(*runs)[name].savings[1] for name in ("entropy", "random_pool"))
    assert np.isinf(control.cost) and (control.n_reached, control.n_trials) == (1, 10)
    assert np.isinf(entropy.other) and entropy.ratio == pytest.approx(entropy.cost / LABELS[-1])
    assert entropy.ratio_low == 0 and entropy.ratio_high < 0.5
    # The other way round nothing bounds it from above.
    runs = (passive(noise), paths("entropy", LABELS, slow), paths("random_pool", LABELS, rising(6, noise)))
    entropy = found(*runs)["entropy"].savings[1]
    assert np.isinf(entropy.ratio) and np.isinf(entropy.ratio_high)
    # Neither reaches it: the ratio may be anything.
    runs = (passive(noise), paths("entropy", LABELS, slow), paths("random_pool", LABELS, slow))
    entropy = found(*runs)["entropy"].savings[1]
    assert entropy.ratio_low == 0 and np.isinf(entropy.ratio_high)


def test_a_score_that_is_there_from_the_start_costs_at_most_the_first_labels():
    noise = np.zeros(6)
    runs = (passive(noise), paths("random_pool", LABELS, np.full((6, len(LABELS)), 0.88)))
    saving = found(*runs)["random_pool"].savings[0]
    assert saving.is_at_start and saving.cost == LABELS[0]


def test_one_lucky_record_is_no_arrival():
    scores = np.tile(np.linspace(0.5, 0.9, len(LABELS)), (5, 1))
    lucky = scores.copy()
    lucky[:, 2] = 0.95
    runs = (passive(np.zeros(5)), paths("entropy", LABELS, lucky), paths("random_pool", LABELS, scores))
    outcomes = found(*runs)
    assert LABELS[2] < outcomes["entropy"].savings[1].cost


def test_diverged_trials_are_counted_and_their_partners_left_out():
    noise = np.random.default_rng(5).normal(0, 0.01, 8)
    short = some_of(paths("entropy", LABELS, rising(6, noise)), list(range(6)), left_out=[6, 7], n_missing=0)
    outcomes = found(passive(noise), short, paths("random_pool", LABELS, rising(3, noise)))
    assert (outcomes["entropy"].n_trials, outcomes["entropy"].n_diverged) == (6, 2)
    assert outcomes["entropy"].diverged == ("entropy",) and outcomes["random_pool"].diverged == ()
    assert outcomes["random_pool"].n_diverged == 0 and outcomes["entropy"].n_missing == 0


def test_trials_that_were_not_computed_have_not_diverged():
    noise = np.random.default_rng(5).normal(0, 0.01, 8)
    whole, control = paths("entropy", LABELS, rising(6, noise)), paths("random_pool", LABELS, rising(3, noise))
    short = some_of(whole, [0, 1, 2, 3, 5], left_out=[4], n_missing=2)
    outcomes = found(passive(noise), short, control)
    assert (outcomes["entropy"].n_trials, outcomes["entropy"].n_diverged) == (5, 1)
    assert (outcomes["entropy"].n_missing, outcomes["entropy"].n_planned) == (2, 8)
    # Of what is there, the pairs are compared as if nothing else had been asked for.
    kept = [0, 1, 2, 3, 5]
    alone = found(*(some_of(runs, kept, [], 0) for runs in (passive(noise), whole, control)))
    assert outcomes["entropy"].gain == alone["entropy"].gain
    assert outcomes["random_pool"].n_missing == 0 and outcomes["random_pool"].n_diverged == 0


def test_a_method_of_other_trials_than_its_reference_comes_last():
    noise = np.linspace(-0.05, 0.05, 8)
    lucky = some_of(paths("entropy", LABELS, rising(6, noise)), [5, 6, 7], [], n_missing=5)
    control = paths("random_pool", LABELS, rising(3, noise))
    names = [outcome.method for outcome in outcomes_of(FLATS, [passive(noise), lucky, control])]
    assert names == ["random_pool", "entropy", "passive"]
    apart = some_of(paths("entropy", LABELS, rising(6, noise)), [6, 7], [], n_missing=6)
    early = some_of(control, [0, 1], [], n_missing=6)
    outcomes = found(passive(noise), apart, early)  # no trial that both have
    assert outcomes["entropy"].n_trials == 0 and outcomes["entropy"].gain is None


def test_r2_is_the_score_of_function_approximation():
    noise = np.random.default_rng(6).normal(0, 0.01, 8)
    runs = (passive(noise), paths("random_pool", LABELS, rising(3, noise)))
    outcome = found(*runs, problem=RENTS)["random_pool"]
    assert outcome.end == pytest.approx(rising(3, noise)[:, -1].mean())


def test_without_passive_learning_there_is_no_full_data_score():
    assert outcomes_of(FLATS, [paths("random_pool", LABELS, rising(3, np.zeros(3)))]) == ()


def test_costs_lie_between_records():
    grid, curves = np.array([1.0, 2.0, 4.0]), np.array([[0.0, 1.0, 1.0], [0.0, 0.0, 1.0], [0.5, 0.5, 0.5]])
    np.testing.assert_allclose(costs_of(grid, curves, np.full(3, 0.5)), [1.5, 3.0, 1.0])
    np.testing.assert_allclose(costs_of(grid, curves, np.full(3, 1.0)), [2.0, 4.0, np.inf])
