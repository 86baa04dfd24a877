"""What learning curves come to, against hands."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from eligo.report.analysis import analyse
from eligo.report.criteria import (
    convergence_of,
    criteria_of,
    efficiency_of,
    lacks_ratio,
    level_of,
    payback_of,
    reductions_of,
    spacing_of,
)
from eligo.report.sections import _main_tables
from eligo.report.shelf import Shelf
from eligo.report.summaries import Scores, scores_of
from eligo.study.results import CHECKPOINTS, CRITERIA_COLUMNS


def rows(method, **columns):
    n = len(next(iter(columns.values())))
    frame = pd.DataFrame({"problem": "p", "method": method, "trial": range(n), **columns})
    return frame.reindex(columns=list(CRITERIA_COLUMNS))


def test_a_trial_that_never_reaches_the_target_is_infinitely_slow():
    own = rows(
        "a",
        target=[0.1] * 5,
        is_target_reached=[True, True, False, False, False],
        epochs_to_target=[10, 30, np.nan, np.nan, np.nan],
    )
    row = convergence_of(own, ["a"]).loc["a"]
    assert (row["n_reached"], row["n_trials"], row["share"]) == (2, 5, 0.4)
    # Wilson (1927) for 2 of 5: (k + z²/2 ± z sqrt(k (n - k) / n + z²/4)) / (n + z²), z = 1.959964.
    assert (row["low"], row["high"]) == pytest.approx((0.1176, 0.7693), abs=1e-4)
    assert row["epochs_to_target_median"] == np.inf
    assert row["epochs_to_target_q25"] == 30


def test_where_there_is_no_target_nobody_missed_it():
    row = convergence_of(rows("a", is_target_reached=[False] * 4, epochs_to_stable=[10, 20, 30, np.nan]), ["a"]).loc[
        "a"
    ]
    assert row[["n_reached", "share", "low", "high", "epochs_to_target_median"]].isna().all()
    assert (row["n_trials"], row["epochs_to_stable_median"]) == (4, 25)


def test_labels_and_deficiency_are_ratios_to_random_pool_in_the_same_trials():
    labels = {"entropy": [20.0, 30.0, np.nan, 25.0] * 5, "random_pool": [40.0, 60.0, 50.0, 50.0] * 5}
    areas = {"entropy": [0.2, 0.35, 0.25, 0.2] * 5, "random_pool": [0.3, 0.5, 0.4, 0.4] * 5}
    frame = pd.concat([rows(name, labels_to_target=labels[name], area_under_labels=areas[name]) for name in labels])
    scores = Scores(pd.DataFrame({"entropy": [0.1] * 20, "random_pool": [0.05, 0.15] * 10}), 20)
    found = efficiency_of(frame, scores, pd.DataFrame(areas), {"entropy": "random_pool", "random_pool": None})
    row = found.loc["entropy"]
    assert row["labels_ratio"] == pytest.approx(75 / 150)  # the third trial of four has no labels to the target
    assert row["labels_ratio_trials"] == 15
    assert row["deficiency"] == pytest.approx((0.25 - 0.1) / (0.4 - 0.1))
    assert row["deficiency_low"] < row["deficiency"] < row["deficiency_high"] < 1
    assert found.loc["random_pool", ["labels_ratio", "deficiency"]].isna().all()


def deficiency_of(area, control, end):
    """The row of deficiency from areas and ends (trials,)."""
    methods = ("entropy", "random_pool")
    areas = pd.DataFrame({"entropy": area, "random_pool": control})
    frame = pd.concat([rows(name, area_under_labels=areas[name]) for name in methods])
    scores = Scores(pd.DataFrame({"entropy": end, "random_pool": end}), len(end))
    return efficiency_of(frame, scores, areas, {"entropy": "random_pool", "random_pool": None}).loc["entropy"]


def test_easy_trials_do_not_take_the_deficiency_away():
    # As on iris, where random pool ends above its mean on the way in 6 of 50 trials, and clearly below it on average.
    rng = np.random.default_rng(2)
    end, gain = rng.uniform(0.0, 0.1, 50), rng.normal(0.07, 0.055, 50)
    control, area = end + gain, end + 0.6 * gain + rng.normal(0.0, 0.01, 50)
    assert (gain <= 0).sum() == 3
    row = deficiency_of(area, control, end)
    # Whole trials of (area, control, end), drawn as they come; percentiles instead of BCa.
    drawn = rng.integers(50, size=(20000, 50))
    ratios = (area - end)[drawn].mean(axis=1) / (control - end)[drawn].mean(axis=1)
    low, high = np.quantile(ratios, [0.025, 0.975])
    assert row["deficiency"] == pytest.approx((area - end).mean() / gain.mean())
    assert (row["deficiency_low"], row["deficiency_high"]) == pytest.approx((low, high), abs=0.1 * (high - low))
    assert row["deficiency_trials"] == 50


def test_the_interval_knows_that_the_end_is_not_certain():
    # Areas that hardly differ between trials: all there is to know about the ratio hangs on where random pool ends.
    rng = np.random.default_rng(0)
    end = rng.normal(0.1, 0.05, 30)
    row = deficiency_of(0.2 + rng.normal(0, 1e-4, 30), 0.3 + rng.normal(0, 1e-4, 30), end)
    # d/de (A - e) / (R - e) = (A - R) / (R - e)^2, with A = 0.2 and R = 0.3: the delta method.
    width = 2 * 1.96 * 0.1 / (0.3 - end.mean()) ** 2 * end.std(ddof=1) / np.sqrt(30)
    assert row["deficiency_high"] - row["deficiency_low"] == pytest.approx(width, rel=0.15)


def test_a_diverged_control_is_left_out_of_both():
    row = deficiency_of([0.2, 0.3, 0.2, 0.9], [0.3, 0.4, 0.4, 0.9], [0.1, 0.1, 0.2, np.inf])
    assert row["deficiency"] == pytest.approx((0.1 + 0.2 + 0.0) / (0.2 + 0.3 + 0.2))
    assert row["deficiency_trials"] == 3


def test_a_control_that_learns_nothing_makes_no_ratio():
    frame = rows("entropy", area_under_labels=[0.1, 0.2])
    scores = Scores(pd.DataFrame({"entropy": [0.1, 0.1], "random_pool": [0.5, 0.5]}), 2)
    areas = pd.DataFrame({"entropy": [0.1, 0.2], "random_pool": [0.4, 0.6]})  # below where it ends in one trial
    found = efficiency_of(frame, scores, areas, {"entropy": "random_pool", "random_pool": None})
    assert np.isnan(found.loc["entropy", "deficiency"])
    assert lacks_ratio(found)


def test_a_dash_is_explained_where_there_is_one(study, iris, tmp_path):
    results = study(problems=(iris,), n_trials=6, has_cells=False)
    accuracy = results.trials["accuracy"].where(results.trials["method"] != "random_pool", 0.2)
    never = dataclasses.replace(results, trials=results.trials.assign(accuracy=accuracy))  # it ends above its whole way
    (tmp_path / "tables").mkdir()
    shelves = [Shelf(tmp_path), Shelf(tmp_path)]
    for one, shelf in zip((results, never), shelves, strict=True):
        _main_tables(analyse(one).problems[0], one, shelf)
    explained = "A dash: the interval of what would be divided by reaches 0."
    assert [any(explained in table.caption for table in shelf.tables) for shelf in shelves] == [False, True]


def test_reductions_are_what_was_not_kept():
    kept = {f"kept_{epoch}": [1.0, 1.0] for epoch in CHECKPOINTS}
    passive = rows("passive", **kept)
    sasla = rows("sasla", **{"kept_25": [0.9, 0.7], "kept_100": [0.5, 0.5]})
    found = reductions_of(pd.concat([passive, sasla]), ["passive", "sasla"])
    assert list(found.index) == [("sasla", 25), ("sasla", 100)]
    assert found.loc[("sasla", 25)].tolist() == pytest.approx([0.2, np.sqrt(0.02), 0.1, 0.3])
    assert reductions_of(passive, ["passive"]).empty


def costs(**methods):
    return pd.DataFrame(methods, index=["presentations", "work", "selection_work"]).T


def test_selection_breaks_even_at_r_over_one_minus_f():
    # 1000 presentations at 3 each; half are kept, and scoring one costs 4.5 / 3 = 1.5 presentations.
    found = payback_of(costs(passive=(1000, 3000, 0), sasla=(500, 1500 + 4500, 4500)), "passive", {"sasla": 1.0})
    row = found.loc["sasla"]
    assert row[["kept", "saved", "selection", "training"]].tolist() == [0.5, 1500, 4500, 1500]
    assert row["per_candidate"] == pytest.approx(1.5)
    assert row["break_even"] == pytest.approx(1.5 / (1 - 0.5))


def test_a_rarer_selection_has_the_same_break_even():
    found = payback_of(costs(passive=(1000, 3000, 0), sasla=(500, 1500 + 450, 450)), "passive", {"sasla": 10.0})
    assert found.loc["sasla", "break_even"] == pytest.approx(3.0)


def test_where_nothing_is_saved_nothing_breaks_even():
    table = costs(passive=(1000, 3000, 0), sasla=(1000, 4000, 1000), random_subset=(500, 1500, 0))
    found = payback_of(table, "passive", {"sasla": 1.0})
    assert list(found.index) == ["sasla"]  # the random subset spends nothing on choosing
    assert np.isnan(found.loc["sasla", "break_even"])


def test_a_row_of_a_factor_has_its_own_interval():
    assert level_of("sasla[interval=10]", "interval", 1) == 10
    assert level_of("sasla[interval=10]", "first_selection", 2) == 2
    assert level_of("sasla", "interval", 5) == 5
    assert level_of("sasla", "interval", None) is None


@pytest.mark.parametrize("interval", [1, 5, 7])
def test_a_candidate_s_score_costs_the_same_at_every_interval(interval):
    # A 4-16-3 network on 120 examples, 60 epochs. Multiply-adds for an example: training J(2I + 3K) = 272, exact Φ
    # J(I + K + KI) = 304, so r = 304 / 272 = 19 / 17. Selections after epochs τ, 2τ, ... that are not the last.
    n_selections = len([epoch for epoch in range(1, 60) if epoch % interval == 0])
    trained, scored = 60 * 120 * 272, n_selections * 120 * 304
    table = costs(passive=(7200, trained, 0), sasla=(3600, trained / 2 + scored, scored))
    row = payback_of(table, "passive", {"sasla": spacing_of(60, interval)}).loc["sasla"]
    assert row["per_candidate"] == pytest.approx(19 / 17)
    assert row["break_even"] == pytest.approx(19 / 17 / (1 - 0.5))


def test_selections_are_counted_as_the_study_made_them(study, iris):
    methods = ("passive", "sasla", "sasla[interval=10]", "sasla[first_selection=500]")
    results = study(problems=(iris,), methods=methods, n_trials=3, has_cells=False)
    found, costs = (lambda own: (own.payback, own.costs))(analyse(results).problems[0])
    # 1000 epochs: after each but the last, after 10, 20, ..., 990, and after each from 500 to 999.
    for name, n_selections in (("sasla", 999), ("sasla[interval=10]", 99), ("sasla[first_selection=500]", 500)):
        expected = 1000 / n_selections * costs.loc[name, "selection_work"] / found.loc[name, "saved"]
        assert found.loc[name, "break_even"] == pytest.approx(expected)


def test_each_pool_method_is_held_against_the_control_of_its_own_settings(study, iris):
    methods = ("passive", *(f"{name}[query_size={q}]" for name in ("entropy", "random_pool") for q in (1, 5)))
    results = study(problems=(iris,), methods=methods, n_trials=8, has_cells=False)
    areas = results.criteria.pivot(index="trial", columns="method", values="area_under_labels")
    found = criteria_of(results, iris, scores_of(results, iris), "passive")
    for size in (1, 5):
        expected = (areas[f"entropy[query_size={size}]"] - areas[f"random_pool[query_size={size}]"]).mean()
        assert found.label_areas.loc[f"entropy[query_size={size}]", "difference"] == pytest.approx(expected)
        assert found.efficiency.loc[f"entropy[query_size={size}]", "control"] == f"random_pool[query_size={size}]"
    assert "passive" not in found.label_areas.index
    own = results.criteria.pivot(index="trial", columns="method", values="area_under_presentations")
    expected = (own["entropy[query_size=1]"] - own["passive"]).mean()
    assert found.presentation_areas.loc["entropy[query_size=1]", "difference"] == pytest.approx(expected)


def test_without_criteria_there_is_nothing_to_say(study, iris):
    results = study(problems=(iris,), n_trials=3, has_cells=False)
    own = analyse(dataclasses.replace(results, criteria=results.criteria.iloc[:0])).problems[0]
    assert own.criteria.convergence.empty and own.criteria.reductions.empty and own.criteria.label_areas.empty
    assert own.progress.target == ""
