"""The column to predict: a class or a number, and which rows have it."""

import numpy as np
import pandas as pd
import pytest

from eligo.datasets import DataError
from eligo.study.comparison.target import checked_task, with_target, without_rare_classes


def target(values, task=None):
    return with_target("flats.csv", pd.DataFrame({"y": values, "x": range(len(values))}), "y", task)


@pytest.mark.parametrize(
    ("values", "task"),
    [
        (["a", "b"] * 5, "classification"),
        ([True, False] * 5, "classification"),
        ([0, 1] * 5, "classification"),
        ([0.25, 0.75] * 5, "classification"),  # two values
        ([1, 2, 3] * 20, "classification"),  # few whole numbers, each of many rows
        (list(range(20)), "regression"),  # whole numbers, each of one row
        ([value / 2 for value in range(10)] * 10, "regression"),
        (list(range(21)) * 10, "regression"),
        (["1.5", "2.5", "3.75", "4.5"], "regression"),  # numbers that were read as text
    ],
)
def test_the_task_is_guessed_and_said(values, task):
    frame, found, notes = target(values)
    assert found == task
    kind = "texts" if isinstance(values[0], (str, bool)) and values[0] != "1.5" else "numbers"
    assert notes == [f"y holds {len(set(values))} different {kind}: taken for {task}."]
    assert len(frame) == len(values)


def test_a_user_may_know_better():
    assert target([1, 2, 3] * 20, "regression")[1:] == (
        "regression",
        ["y holds 3 different numbers: as asked, regression."],
    )
    labels, task, _ = target([0.5, 1.5, 2.5] * 20, "classification")
    assert task == "classification" and labels["y"].nunique() == 3


def test_whole_numbers_keep_their_names_as_classes_where_others_are_missing():
    frame, _, notes = target([1, 0, np.nan, 1, 0, None])
    assert frame["y"].tolist() == [1, 0, 1, 0] and frame["y"].dtype == np.int64
    assert frame["x"].tolist() == [0, 1, 3, 4]
    assert notes[0] == "Left out 2 of 6 rows, which have no y."


@pytest.mark.parametrize(
    ("values", "task", "said"),
    [
        ([None, None], None, "is missing in all 2 rows. Name another column."),
        (["2024-01-01", "2024-01-02"], None, "holds dates or times, which no task predicts"),
        (["a", "b"], "regression", "holds text, such as 'a'; regression needs numbers. Name another column."),
    ],
)
def test_a_target_that_cannot_be_one_is_refused(values, task, said):
    with pytest.raises(DataError) as refused:
        target(values, task)
    assert said in str(refused.value) and "\n" not in str(refused.value)


def test_a_target_that_is_not_there_may_be_a_slip():
    with pytest.raises(DataError, match=r"^'flats.csv' has no column 'rnet' to predict\. Did you mean 'rent'\?$"):
        with_target("flats.csv", pd.DataFrame({"rent": [1], "side": [2]}), "rnet", None)
    with pytest.raises(DataError, match=r"to predict\. It has rent, side\.$"):
        with_target("flats.csv", pd.DataFrame({"rent": [1], "side": [2]}), "zzz", None)


def classes(*counts: int) -> pd.DataFrame:
    return pd.DataFrame({"y": [label for place, n in enumerate(counts) for label in ["abcdefgh"[place]] * n]})


def test_classes_that_are_too_rare_are_left_out_and_said():
    kept, notes = without_rare_classes("f.csv", classes(20, 20, 1), "y", 1.0)
    assert kept["y"].tolist() == ["a"] * 20 + ["b"] * 20
    assert notes == ["Left out 1 of 41 rows, of a class with fewer than 5 of the rows that are used: c."]
    assert without_rare_classes("f.csv", classes(20, 5), "y", 1.0)[1] == []
    # Of a tenth of the rows, 40 are 4.
    assert without_rare_classes("f.csv", classes(400, 400, 40), "y", 0.1)[1] == [
        "Left out 40 of 840 rows, of a class with fewer than 5 of the rows that are used: c."
    ]


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (classes(20), "of the 1 class of the target 'y' 1 has at least 5 rows; classification needs 2"),
        (classes(20, 1), "of the 2 classes of the target 'y' 1 has at least 5 rows; classification needs 2"),
        (pd.DataFrame({"y": [5] * 20}), "needs 2. Name another column, or say --task regression."),
        (
            pd.DataFrame({"y": [f"class {row % 101}" for row in range(1010)]}),
            "has 101 classes; at most 100 are compared",
        ),
    ],
)
def test_too_few_and_too_many_classes_are_refused(frame, said):
    with pytest.raises(DataError) as refused:
        without_rare_classes("f.csv", frame, "y", 1.0)
    assert said in str(refused.value) and "\n" not in str(refused.value)


def test_a_task_has_a_name():
    assert checked_task(None) is None and checked_task("regression") == "regression"
    with pytest.raises(DataError, match=r"--task must be one of classification, regression; got 'clustering'"):
        checked_task("clustering")
