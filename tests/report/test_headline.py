"""The table that a reader sees first: readable for three problems and for six."""

import numpy as np
import pytest

from eligo.report.analysis import analyse
from eligo.report.study_tables import headline_table
from eligo.report.tables import Table


def headline(results) -> Table:
    analysis = analyse(results)
    own = {one.problem.name: one for one in analysis.problems}
    parts = [{name: getattr(one, part) for name, one in own.items()} for part in ("errors", "costs", "comparison")]
    return headline_table(analysis.results, *parts)


@pytest.fixture(scope="module")
def many(study, six):
    return study(problems=six, n_trials=3)


def test_few_problems_stand_side_by_side(study, iris, sine):
    table = headline(study(problems=(iris, sine), n_trials=3))
    assert table.columns == ("method", "error, %", "work", "error", "work")
    assert [row[0].text for row in table.rows] == ["passive", "SASLA", "entropy", "ensemble", "random pool"]


def test_many_problems_stand_below_each_other_with_work_under_the_error(many):
    table = headline(many)
    assert table.columns == ("problem", "passive", "SASLA", "entropy", "ensemble", "random pool")
    assert [row[0].text for row in table.rows] == [problem.title for problem in many.problems]
    trials = many.trials
    for problem, row in zip(many.problems, table.rows, strict=True):
        own = trials[trials["problem"] == problem.name].groupby("method")
        work = own["work"].mean()
        for name, cell in zip(many.methods, row[1:], strict=True):
            assert cell.below == f"{work[name] / work['passive']:.2f}×"
        error = 1 - own["accuracy"].mean() if problem.task == "classification" else own["mse"].mean()
        strong = [name for name, cell in zip(many.methods, row[1:], strict=True) if cell.is_strong]
        assert strong == [name for name in many.methods if error[name] == pytest.approx(error.min(), rel=1e-9)], (
            problem.name
        )
        if problem.task == "classification":
            shown = [float(cell.text.partition(" ")[0]) for cell in row[1:]]
            np.testing.assert_allclose(shown, 100 * error[list(many.methods)], atol=0.06)
            assert row[0].below == "error, %"


def test_both_ways_hold_the_same_numbers_in_the_file(many):
    frame = headline(many).frame
    assert len(frame) == 6 * 5 and set(frame.columns) >= {"problem", "method", "mean", "work_ratio"}
