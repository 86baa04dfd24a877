"""What is read off a learning curve, against curves small enough to read with the eye."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from eligo.study.criteria import criteria_of, default_target, stable_from
from eligo.study.results import CRITERIA_COLUMNS, CURVE_COLUMNS, Problem
from eligo.study.rounds import ends_of_rounds

SINE = Problem("sine", "Sine", "regression", 20, 1, 1, 16, 4, (), "y", "made")
IRIS = Problem("iris", "Iris", "classification", 20, 4, 3, 16, 4, ("a", "b", "c"), "kind", "made")


def curve(method: str, trial: int, errors: list[float], problem: Problem = SINE, **columns: Any) -> pd.DataFrame:
    """One run: recorded at epochs 0, 25, 50, ..., with all 16 examples labelled and presented unless it says otherwise."""
    epoch = 25 * np.arange(len(errors))
    rows = pd.DataFrame(np.nan, index=range(len(errors)), columns=list(CURVE_COLUMNS), dtype=object)
    own = {"epoch": epoch, "labels": 16, "n_selected": 16, "presentations": 16 * epoch, "work": 48 * epoch}
    measured = {"mse": errors} if problem is SINE else {"accuracy": 1 - np.array(errors)}
    return rows.assign(problem=problem.name, method=method, trial=trial, **(own | measured | columns))


def found(*curves: pd.DataFrame, problem: Problem = SINE, target: float | None = None) -> pd.DataFrame:
    frame = pd.concat(curves)
    ends = frame.groupby(["method", "trial"], sort=False).tail(1).assign(is_diverged=False)
    criteria = criteria_of(ends, frame, [problem], {problem.name: target})
    assert tuple(criteria.columns) == CRITERIA_COLUMNS
    return criteria.set_index(["method", "trial"])


def test_the_first_record_at_or_below_the_target_counts():
    one = found(curve("passive", 0, [1.0, 0.5, 0.2, 0.3, 0.1]), target=0.2).loc[("passive", 0)]
    assert one["is_target_reached"] and one["target"] == 0.2
    assert (one["epochs_to_target"], one["presentations_to_target"], one["work_to_target"]) == (50, 800, 2400)
    assert one["labels_to_target"] == 16


def test_a_target_that_is_never_reached_is_missing_and_not_the_end():
    one = found(curve("passive", 0, [1.0, 0.5, 0.4]), target=0.2).loc[("passive", 0)]
    assert not one["is_target_reached"]
    assert np.isnan([one["epochs_to_target"], one["presentations_to_target"], one["labels_to_target"]]).all()


def test_unless_the_study_says_the_target_is_passive_s_median_end_and_a_twentieth():
    ends = [0.1, 0.2, 0.9]
    curves = [curve("passive", trial, [1.0, end]) for trial, end in enumerate(ends)]
    criteria = found(*curves, curve("sasla[beta=0.5]", 0, [1.0, 0.21]))
    assert criteria["target"].unique() == pytest.approx([1.05 * 0.2])
    assert criteria["is_target_reached"].tolist() == [True, True, False, True]


def test_without_passive_the_first_method_gives_the_target():
    frame = pd.concat([curve("sasla", 0, [1.0, 0.4]), curve("error", 0, [1.0, 0.1])])
    ends = frame.groupby(["method", "trial"], sort=False).tail(1).assign(is_diverged=False)
    assert default_target(SINE, ends) == pytest.approx(1.05 * 0.4)


@pytest.mark.parametrize(
    ("errors", "lost", "target"),
    [
        ([0.1, 0.2, 0.9], [0.05], 1.05 * (0.2 + 0.9) / 2),
        ([0.1, 0.2, 0.9], [np.nan, 0.0], 1.05 * 0.9),
        ([0.1, 0.2], [0.05, 0.05], None),  # halfway between 0.2 and infinity
        ([0.1, 0.1], [0.05, np.inf, np.nan], None),
        ([], [0.1], None),
    ],
)
def test_a_diverged_trial_is_infinite_in_the_median_that_sets_the_target(errors, lost, target):
    curves = [curve("passive", trial, [1.0, end]) for trial, end in enumerate([*errors, *lost])]
    is_lost = [False] * len(errors) + [True] * len(lost)
    ends = pd.concat(curves).groupby("trial", sort=False).tail(1).assign(is_diverged=is_lost)
    assert default_target(SINE, ends) == pytest.approx(np.nan if target is None else target, nan_ok=True)
    criteria = criteria_of(ends, pd.concat(curves), [SINE], {"sine": None})
    assert target is not None or not criteria["is_target_reached"].any()


@pytest.mark.parametrize(
    ("errors", "record"),
    [
        ([1.0, 0.5, 0.0, 0.0], 2),
        ([1.0, 0.04, 0.5, 0.04, 0.0], 3),  # close once, away, and close for good
        ([1.0, 0.06, 0.0], 2),  # 6 % of the way are too far
        ([1.0, 0.05, 0.0], 1),
        ([0.2, 0.5, 1.0], 2),  # an error that rises
        ([0.3, 0.3, 0.3], 0),
        ([1.0, np.nan, 0.0], None),
    ],
)
def test_stable_is_where_the_error_comes_close_to_its_last_for_good(errors: list[float], record: int | None):
    assert stable_from(np.array(errors)) == record


def test_stability_is_counted_in_epochs_and_presentations():
    one = found(curve("passive", 0, [1.0, 0.5, 0.01, 0.0])).loc[("passive", 0)]
    assert (one["epochs_to_stable"], one["presentations_to_stable"]) == (50, 800)


def test_areas_are_mean_errors_over_what_all_methods_share():
    fast = curve("passive", 0, [1.0, 0.4, 0.2])  # 0, 400 and 800 presentations
    slow = curve("sasla", 0, [1.0, 0.8, 0.6], presentations=[0, 200, 600])
    criteria = found(fast, slow)["area_under_presentations"]
    # From 400, where the later first epoch ends, to 600, where the earlier last one does.
    assert criteria[("passive", 0)] == pytest.approx((0.4 + 0.3) / 2)
    assert criteria[("sasla", 0)] == pytest.approx((0.7 + 0.6) / 2)


def test_areas_over_labels_are_for_those_that_buy_them_from_the_most_first_to_the_least_last():
    asks = curve("entropy", 0, [1.0, 0.5, 0.1], labels=[2, 4, 10])
    other = curve("random_pool", 0, [1.0, 0.6, 0.4], labels=[4, 6, 8])
    criteria = found(asks, other, curve("passive", 0, [1.0, 0.1, 0.1]))["area_under_labels"]
    at_8 = 0.5 + (0.1 - 0.5) * 4 / 6
    assert criteria[("entropy", 0)] == pytest.approx((0.5 + at_8) / 2)
    assert criteria[("random_pool", 0)] == pytest.approx((0.8 + 0.5) / 2)
    assert np.isnan(criteria[("passive", 0)])


def test_where_the_labels_stay_the_last_error_counts():
    asks = curve("entropy", 0, [1.0, 0.8, 0.5, 0.1], labels=[2, 2, 4, 4])
    assert found(asks)["area_under_labels"][("entropy", 0)] == pytest.approx((0.8 + 0.1) / 2)


def test_kept_is_the_share_of_the_candidates_at_the_checkpoints_that_were_reached():
    kept = found(curve("sasla", 0, [1.0, 0.5, 0.4, 0.3, 0.2], n_selected=[16, 8, 16, 16, 4])).loc[("sasla", 0)]
    assert (kept["kept_25"], kept["kept_100"]) == (0.5, 0.25)
    assert np.isnan([kept["kept_200"], kept["kept_1000"]]).all()


def test_classifiers_are_judged_by_what_they_miss():
    one = found(curve("passive", 0, [0.5, 0.25], problem=IRIS), problem=IRIS, target=0.25).loc[("passive", 0)]
    assert one["epochs_to_target"] == 25


def test_a_problem_without_a_run_has_no_row():
    nothing = pd.DataFrame(columns=list(CURVE_COLUMNS))
    assert criteria_of(nothing.assign(is_diverged=[]), nothing, [SINE], {}).empty


COLD = {"plans": [{"problem": "sine", "epochs": 50, "settings": {"retraining": "cold", "epochs_per_query": None}}]}


def test_a_network_that_has_just_started_again_tells_sizes_alone():
    # Rounds end at epochs 50, 100 and 150; epochs 25, 75 and 125 are checkpoints in the middle, where the error is high.
    ends = {"labels": [2, 2, 4, 6], "presentations": [0, 100, 300, 600]}
    middle = {"labels": [2, 2, 2, 4, 4, 6, 6], "presentations": [0, 50, 100, 200, 300, 450, 600]}
    plain = curve("entropy", 0, [1.0, 0.4, 0.2, 0.1], epoch=[0, 50, 100, 150], n_selected=[2, 2, 4, 6], **ends)
    cold = curve("entropy", 0, [1.0, 9.0, 0.4, 9.0, 0.2, 9.0, 0.1], n_selected=[2, 2, 2, 4, 4, 6, 6], **middle)
    plain, cold = (frame.assign(work=0) for frame in (plain, cold))
    is_end = ends_of_rounds(COLD, cold)
    assert is_end.tolist() == [True, False, True, False, True, False, True]
    last = plain.tail(1).assign(is_diverged=False)
    expected, criteria = (
        criteria_of(last, frame, [SINE], {"sine": 0.3}, mask).iloc[0] for frame, mask in ((plain, None), (cold, is_end))
    )
    same = [name for name in CRITERIA_COLUMNS if not name.startswith("kept_")]
    pd.testing.assert_series_equal(criteria[same], expected[same])
    assert (criteria["epochs_to_target"], criteria["epochs_to_stable"]) == (100, 150)
    assert (criteria["kept_25"], criteria["kept_100"]) == (2 / 16, 4 / 16)


def test_cold_is_a_matter_of_the_row():
    warm = {"plans": [{"problem": "sine", "epochs": 50, "settings": {"retraining": "warm", "epochs_per_query": 25}}]}
    asks = [curve(f"entropy[retraining={mode}]", 0, [1.0] * 4, labels=[2, 2, 3, 4]) for mode in ("warm", "cold")]
    other = curve("entropy[epochs_per_query=50,retraining=cold]", 0, [1.0] * 4, labels=[2, 2, 3, 4])
    frame = pd.concat([curve("sasla[retraining=cold]", 0, [1.0] * 4), *asks, other])
    assert ends_of_rounds(warm, frame).tolist() == [True] * 12 + [True, False, True, True]
    assert ends_of_rounds(COLD, curve("passive", 0, [1.0] * 4)).all()
