"""What a comparison shows: the same numbers on the page and on the terminal, and nothing of it in other studies."""

from dataclasses import replace
from io import StringIO

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from eligo.report import write_report
from eligo.report.advice import shown
from eligo.report.answer import answer_of, cost_caption, cost_tables, ranking_caption, ranking_table
from eligo.report.curves import paths_of
from eligo.report.digits import NARROW_SPACE
from eligo.report.summaries import typed
from eligo.report.terminal import print_answer


@pytest.fixture(scope="module", params=["iris", "noisy_sine"])
def compared(request, study, iris, sine):
    """A finished comparison: classes, or numbers."""
    results = study(problems=(iris if request.param == "iris" else sine,))
    return replace(results, settings=results.settings | {"comparison": {"notes": ["One <b>note</b>."]}})


def answer(results):
    results = typed(results)
    return answer_of(results.problems[0], paths_of(results, results.problems[0]))


def test_the_guess_is_the_most_frequent_class_or_the_mean(compared):
    found = answer(compared)
    counts = found.problem.class_counts
    assert found.guess == (max(counts) / sum(counts) if counts else 0.0)
    last = compared.trials[compared.trials["method"] == "passive"]
    assert found.full == pytest.approx(last["accuracy" if counts else "r2"].mean(), abs=1e-6)
    assert found.beyond_guess.mean_difference == pytest.approx(found.full - found.guess)


def test_methods_are_ranked_on_each_axis(compared):
    table = ranking_table(answer(compared), compared.methods)
    frame = table.frame
    assert set(frame["method"]) == set(compared.methods)
    for _, own in frame.groupby("axis"):
        assert own["on_the_way"].is_monotonic_decreasing
    places = {axis: [row[1].text for row in table.rows if row[2].text == axis] for axis in ("labels", "training")}
    assert places == {"labels": ["1", "2", "3"], "training": ["1", "2"]}
    assert set(frame.loc[frame["other"] == frame["method"], "verdict"]) == {"reference"}


@pytest.mark.parametrize("short", ["entropy", "passive"])
def test_trials_of_a_unit_that_failed_are_said_to_be_missing(compared, short):
    """Of the last four trials of one method there is nothing: not a word of divergence, and no rank for what is left."""
    frames = {
        name: frame[~((frame["method"] == short) & (frame["trial"] >= 8))]
        for name, frame in (("trials", compared.trials), ("curves", compared.curves))
    }
    results = replace(compared, **frames)
    found, out = answer(results), StringIO()
    print_answer(results, Console(file=out, width=200))
    table, caption = ranking_table(found, results.methods), ranking_caption(found)
    text = " ".join(out.getvalue().split())
    assert f"4 of 12 trials of {short} were not computed." in text and "diverged" not in text
    assert f"4 of 12 trials of {short} were not computed." in caption
    assert set(table.frame["n_diverged"]) == {0}
    assert table.frame.set_index("method")["n_missing"].to_dict() == {
        name: 4 * (name == short) for name in results.methods
    }
    ranks = {row[0].text: row[1].text for row in table.rows}
    assert (ranks["entropy"] == "–") == (short == "entropy") == ("Without a rank" in caption)
    assert not any(row[3].is_strong for row in table.rows if row[1].text == "–")


def test_shares_are_of_the_score_that_the_heading_says(compared):
    """A trial of random pool diverged: labels are held against where passive learning ends in the others alone."""
    curves = compared.curves.copy()
    curves.loc[(curves["method"] == "random_pool") & (curves["trial"] == 3), ["accuracy", "mse", "r2"]] = np.nan
    found, out = answer(replace(compared, curves=curves)), StringIO()
    print_answer(replace(compared, curves=curves), Console(file=out, width=200))
    ends = compared.trials[compared.trials["method"] == "passive"].set_index("trial")
    ends = ends["accuracy" if found.problem.class_counts else "r2"]
    for table, own in zip(cost_tables(found, compared.methods), (ends.drop(index=3), ends), strict=True):
        said = shown(found.problem, own.mean())
        assert f"score. That is {said}, what passive" in cost_caption(found, table)
        assert f"full-data score, {said}" in out.getvalue()
        assert table.groups[1][0].endswith(shown(found.problem, table.frame["share"][0] * own.mean()))


def test_the_terminal_says_what_the_tables_hold(compared):
    out = StringIO()
    print_answer(compared, Console(file=out, width=100))
    text, found = out.getvalue(), answer(compared)
    assert " ".join(found.advice.split())[:40].replace("\u00a0", " ") in text.replace("\u00a0", " ")
    for row in ranking_table(found, compared.methods).rows:
        assert all(row[place].text in text for place in (0, 3, 6))
    for table in cost_tables(found, compared.methods):
        assert all(cell.text.replace(NARROW_SPACE, "") in text for row in table.rows for cell in row)
    assert "\x1b" not in text


@pytest.mark.parametrize("width", [60, 80, 140])
def test_no_method_is_cut_off(compared, width):
    out = StringIO()
    print_answer(compared, Console(file=out, width=width))
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert all(any(line.lstrip().startswith(name) for line in lines) for name in ("random pool", "SASLA", "ensemble"))


def test_the_page_begins_with_the_answer(study, iris, tmp_path):
    results = study(problems=(iris,), n_trials=6)
    plain = write_report(results, tmp_path / "plain").read_text(encoding="utf-8")
    assert "Does choosing pay?" not in plain and not (tmp_path / "plain" / "tables" / "answer-ranking.csv").exists()
    asked = replace(results, settings=results.settings | {"comparison": {"notes": ["One <b>note</b>."]}})
    page = write_report(asked, tmp_path / "asked").read_text(encoding="utf-8")
    assert "One &lt;b&gt;note&lt;/b&gt;." in page
    assert page.index('id="answer"') < page.index('id="results"')
    for name in ("answer-ranking", "answer-labels", "answer-presentations"):
        assert len(pd.read_csv(tmp_path / "asked" / "tables" / f"{name}.csv"))
        assert (tmp_path / "asked" / "latex" / f"table-{name}.tex").is_file()
