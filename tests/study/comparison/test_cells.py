"""What a column of someone's own file holds, and which columns a comparison leaves out."""

import numpy as np
import pandas as pd
import pytest

from eligo.study.comparison.cells import understood
from eligo.study.comparison.columns import fault_of, useful_columns


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ([1, 2, 3], "number"),
        ([1.5, np.nan, np.inf], "number"),
        (["1", " 2 ", "-3e2"], "number"),
        (["red", "blue", None], "text"),
        ([True, False, True], "text"),
        (["2024-03-31", "2024-04-01"], "date"),
        (["2024-03-31T12:00:00Z", "2024-04-01 13:00"], "date"),
        (["31/03/2024", "1.4.24"], "date"),
        (["3 March 2024", "March 4, 2024"], "date"),
        (["12:30", "23:59:59"], "date"),
        (pd.to_datetime(["2024-03-31", "2024-04-01"]), "date"),
        (pd.to_timedelta(["1 day", "2 days"]), "date"),
        ([None, "NA", ""], "text"),
        (["a-1", "b-2"], "text"),
    ],
)
def test_a_column_is_numbers_texts_or_dates(column, kind):
    assert understood(pd.Series(column)).kind == kind


def test_a_few_texts_among_numbers_are_missing_and_counted():
    cells = understood(pd.Series([*map(str, range(38)), "on request", "NA"]))
    assert (cells.kind, cells.n_unread, cells.example) == ("number", 1, "on request")
    assert cells.values.isna().tolist() == [False] * 38 + [True, True]
    many = understood(pd.Series(["1", "2", "x", "y"]))
    assert many.kind == "text"


def test_infinite_numbers_are_missing_and_counted():
    cells = understood(pd.Series([1.0, -np.inf, np.nan]))
    assert (cells.n_unread, cells.values.isna().sum()) == (1, 2)


N = 60
COLUMNS = {
    "size": ([float(row % 13) / 3 for row in range(N)], ""),
    "side": (["north" if row % 3 else "south" for row in range(N)], ""),
    "is_new": ([row % 2 == 0 for row in range(N)], ""),
    "one_hot": ([row % 4 == 0 for row in range(N)], ""),
    "row": (list(range(100, 100 + N)), "as an identifier"),  # counted through
    "customer_id": ([row**2 for row in range(N)], "as an identifier"),  # named so
    "squares": ([row**2 for row in range(N)], ""),  # all different, but a measurement may be
    "name": ([f"flat number {row}." for row in range(N)], "as an identifier"),
    "words": ([f"word {row % 55}" for row in range(N)], "for more than 50 different texts"),
    "seen": (["2024-01-01"] * N, "as dates or times"),
    "land": (["NL"] * N, "for one value throughout"),
    "gap": ([np.nan] * N, "for lack of any value"),
    "rare": ([float(row) if row < 14 else np.nan for row in range(N)], "for values in fewer than 15 rows"),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_that_nothing_can_be_learnt_from_are_left_out(name):
    values, fault = COLUMNS[name]
    assert fault_of(name, understood(pd.Series(values))) == fault


def test_what_was_left_out_is_said_and_the_rest_stays_in_its_order():
    frame = pd.DataFrame({name: values for name, (values, _) in COLUMNS.items()} | {"y": range(N)})
    kept, kinds, notes = useful_columns(frame, "y")
    assert list(kept) == ["size", "side", "is_new", "one_hot", "squares", "y"]
    assert kinds == {
        "size": "number",
        "side": "category",
        "is_new": "category",
        "one_hot": "category",
        "squares": "number",
    }
    assert "Left out as an identifier: row, customer_id, name." in notes
    assert "Left out for lack of any value: gap." in notes
    assert len(notes) == 6 and all(note.endswith(".") for note in notes)
    pd.testing.assert_series_equal(kept["y"], frame["y"])


def test_many_names_are_counted():
    frame = pd.DataFrame({f"x{place}": [1.0] * N for place in range(300)} | {"y": range(N)})
    assert useful_columns(frame, "y")[2] == [
        "Left out for one value throughout: x0, x1, x2, x3, x4, x5, x6, x7 and 292 more."
    ]
