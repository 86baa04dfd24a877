"""Text from data commands neither a terminal nor a spreadsheet."""

import csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eligo.plain import for_spreadsheets, spreadsheet_cell, visible

ANYTHING = st.text(st.one_of(st.sampled_from("=+-@\t\r\n\x1b[]'\"\u202e\u2028 1aä"), st.characters()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain ä 鳥 −1.5 [x]", "plain ä 鳥 −1.5 [x]"),
        ("\x1b]0;owned\x07", r"\x1b]0;owned\x07"),
        ("a\r\nb\tc\x00\x9b2J\x7f", r"a\r\nb\tc\x00\x9b2J\x7f"),
        ("user\u202eresu\u2028", r"user\u202eresu\u2028"),
    ],
)
def test_what_would_control_a_terminal_is_written_out(text: str, expected: str) -> None:
    assert visible(text) == expected


@given(ANYTHING)
def test_a_visible_text_is_one_line_without_controls(text: str) -> None:
    shown = visible(text)
    assert len(shown.splitlines()) <= 1 and not any(ord(one) < 32 or 127 <= ord(one) < 160 for one in shown)
    assert visible(shown) == shown


@pytest.mark.parametrize("text", ["=1+1", "+1", "-x", "@SUM(A1)", " =1", "\t=1", "\r=1", "\n@x", "＝1", "－1"])
def test_a_text_is_no_formula(text: str) -> None:
    """What OWASP lists, and the same behind blanks; control characters are no longer there to begin with."""
    cell = spreadsheet_cell(text)
    assert cell[0] in "'\\" and cell.removeprefix("'") == visible(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ok;=1+1", "ok;'=1+1"),
        ("ok; -1|@x", "ok;' -1|'@x"),
        ('ok;"=1', "ok;'\"=1"),  # written as ;""=1, of which a reader of semicolons takes an empty text and then =1
        ("a;b|c; 1 - 2, x = y", "a;b|c; 1 - 2, x = y"),
        ("sasla[beta=0.5,interval=1]", "sasla[beta=0.5,interval=1]"),
    ],
)
def test_no_part_of_a_text_is_a_formula_where_cells_end_at_another_sign(text: str, expected: str) -> None:
    assert spreadsheet_cell(text) == expected and spreadsheet_cell(expected) == expected


TRICKY = st.text(st.sampled_from("=+-@;|,\"' \t\na＝"), max_size=12)


@pytest.mark.parametrize("separator", [",", ";", "|", "\t"])
@given(st.lists(st.tuples(TRICKY, st.floats(allow_nan=False), TRICKY, TRICKY), min_size=1, max_size=4), TRICKY)
def test_no_reader_of_a_table_finds_a_formula(
    separator: str, rows: list[tuple[str, float, str, str]], title: str
) -> None:
    """Whatever sign it takes for the end of a cell."""
    written = for_spreadsheets(pd.DataFrame(rows, columns=["text", "number", title, "more"])).to_csv(index=False)
    for cells in csv.reader(io.StringIO(written, newline=""), delimiter=separator):
        texts = [cell for place, cell in enumerate(cells) if separator != "," or place != 1]
        assert not any(cell.lstrip()[:1] in {*"=+-@＝"} for cell in texts), cells


@given(st.lists(ANYTHING, min_size=1, max_size=4), st.lists(st.floats(allow_nan=False), min_size=4, max_size=4))
def test_a_table_for_spreadsheets_has_its_shape_and_numbers_and_no_formula(
    texts: list[str], numbers: list[float]
) -> None:
    frame = pd.DataFrame({"numbers": numbers[: len(texts)], texts[0]: texts})
    written = for_spreadsheets(frame).to_csv(index=False, lineterminator="\n")
    header, *rows = csv.reader(io.StringIO(written, newline=""))
    assert [float(row[0]) for row in rows] == numbers[: len(texts)]
    assert [row[1] for row in rows] == [spreadsheet_cell(text) for text in texts]
    assert not any(cell.lstrip()[:1] in {*"=+-@"} - {""} for cell in [*header, *(row[1] for row in rows)])
