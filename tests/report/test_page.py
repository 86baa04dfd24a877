"""The page a person gets: whole, self-contained, escaped, the same each time, and honest about gaps."""

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest

from eligo.report import page as page_module
from eligo.report import write_report
from eligo.report.page import command_of
from eligo.study.results import Problem
from outline import Outline


def assert_sound(index):
    """What holds of every report, whatever the study."""
    folder, text = index.parent, index.read_text(encoding="utf-8")
    outline = Outline(text)
    assert not {"script", "iframe", "object", "link", "img"} & {tag for tag, _ in outline.tags}
    assert text.startswith("<!doctype html>")
    assert not re.search(r"https?:|url\((?!#)|@import", text)
    assert not [name for _, attributes in outline.tags for name in attributes if name.startswith("on")]
    ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for tag, attributes in outline.tags:
        target = attributes.get("href", "")
        assert not target.startswith("#") or target[1:] in ids, target
        if tag == "a" and not target.startswith("#"):
            assert (folder / target).stat().st_size > 0, target
    drawings = sum(tag == "svg" for tag, _ in outline.tags)
    for suffix, start in (("pdf", b"%PDF"), ("png", b"\x89PNG")):
        files = sorted((folder / "figures").glob(f"*.{suffix}"))
        assert len(files) == drawings
        assert all(file.read_bytes().startswith(start) and file.stat().st_size > 2000 for file in files)
    for file in (folder / "tables").glob("*.csv"):
        assert file.read_text(encoding="utf-8").strip()
    for word in ("nan", "inf", "undefined", "[]", "{}"):
        assert f" {word} " not in outline.text, word
    return outline


@pytest.fixture(scope="module")
def index(results, tmp_path_factory):
    return write_report(results, tmp_path_factory.mktemp("study") / "report")


def test_the_report_is_sound_and_holds_every_method_and_problem(index, results):
    assert index.name == "index.html"
    text = assert_sound(index).text
    for words in ("passive", "SASLA", "entropy", "ensemble", "random pool", "Iris", "Wine", "Noisy sine"):
        assert text.count(words) > 5, words
    for setting in ("settings.beta", "0.9", "tuning.folds", "3.11.2", "3 min 22 s", "eligo study run paper"):
        assert setting in text


def test_terms_and_captions_say_what_the_code_does(index):
    text = Outline(index.read_text(encoding="utf-8")).text
    assert "reaches (1 − β) times its mean" in text and "with Φ ≥ (1 − β) times the mean" in text
    assert "for sigmoid output units and 1 for linear ones" in text
    assert "of the trials in which both reached it" in text


def test_every_figure_and_table_that_was_asked_for_is_there(index):
    figures = {file.stem for file in (index.parent / "figures").glob("*.pdf")}
    tables = {file.stem for file in (index.parent / "tables").glob("*.csv")}
    problems = ("iris", "wine", "sine")
    places = ("learning", "spending", "outcomes", "ranking", "grid", "network", "score", "loss", "generalisation")
    everywhere = (*places, "distributions")
    assert figures == {"overview", "data-sine", "confusion-iris", "confusion-wine"} | {
        f"{p}-{q}" for p in everywhere for q in problems
    }
    whole = {
        "headline",
        "problems",
        "columns",
        "classes",
        "winners",
        "ranks",
        "settings",
        "environment",
        "stages",
        "cells",
    }
    places = ("errors", "measures", "costs", "payback", "budgets", "areas-labels", "areas-presentations", "pairs")
    more = ("beliefs", "convergence", "efficiency", "reductions")
    own = {f"{place}-{problem}" for place in (*places, *more) for problem in problems}
    assert tables == whole | own | {"beliefs", "confusion-iris", "confusion-wine"}


def test_tables_hold_the_numbers_of_the_study(index, results):
    errors = pd.read_csv(index.parent / "tables" / "errors-sine.csv").set_index("method")
    expected = results.trials[results.trials.problem == "sine"].groupby("method")["mse"].mean()
    np.testing.assert_allclose(errors["mean"], expected[errors.index], rtol=1e-5)
    cells = pd.read_csv(index.parent / "tables" / "cells.csv")
    np.testing.assert_allclose(cells["cv_error"], results.cells["cv_error"].astype(float))


def test_the_headline_shows_means_in_per_cent(index, results):
    rows = results.trials[(results.trials.problem == "iris") & (results.trials.method == "passive")]
    error = 100 * (1 - rows["accuracy"])
    assert f"{error.mean():.2f} ± {error.std():.2f}" in Outline(index.read_text(encoding="utf-8")).text


def test_earlier_runs_are_a_row_of_the_record(small, tmp_path):
    environment = {**small.environment, "earlier runs": "2026-01-01, 8 cores"}
    index = write_report(dataclasses.replace(small, environment=environment), tmp_path / "report")
    assert "earlier runs 2026-01-01, 8 cores" in assert_sound(index).text


def test_the_same_results_give_the_same_bytes(study, sine, tmp_path):
    one, other = (write_report(study(problems=(sine,), n_trials=3), tmp_path / name) for name in ("a", "b"))
    files = sorted(file.relative_to(one.parent) for file in one.parent.rglob("*") if file.is_file())
    assert files == sorted(file.relative_to(other.parent) for file in other.parent.rglob("*") if file.is_file())
    for file in files:
        assert (one.parent / file).read_bytes() == (other.parent / file).read_bytes(), file


def test_names_from_data_are_escaped(study, tmp_path):
    title, target = "A & B <b>bold</b>", '"><img src=x onerror="alert(1)">'
    classes = ("<i>x</i>", "a&b")
    problem = Problem("<script>", title, "classification", 100, 3, 2, 80, 20, classes, target, "me & <you>")
    methods = ("passive", "</svg><script>alert('x')</script>", "$a_b$ & {c}")
    index = write_report(study(problems=(problem,), methods=methods, n_trials=7, has_cells=False), tmp_path / "report")
    text = assert_sound(index).text
    for words in (title, target, *classes, *methods, "me & <you>"):
        assert words in text, words
    assert {file.parent for file in tmp_path.rglob("*.csv")} == {tmp_path / "report" / "tables"}


FACTORS = (
    "passive",
    *(f"sasla[beta={beta}]" for beta in (0.1, 0.3, 0.5, 0.7, 0.9)),
    *(f"ensemble[members={members},query_size={size}]" for members in (3, 5) for size in (1, 5)),
    "random_pool[query_size=1]",
    "random_pool[query_size=5]",
)
EDGES = {
    "one method": {"methods": ("sasla",), "n_trials": 3},
    "one trial": {"n_trials": 1},
    "two trials": {"n_trials": 2},
    "no passive": {"methods": ("entropy", "random_pool"), "n_trials": 7},
    "rows of factors": {"methods": FACTORS, "n_trials": 4},
    "seven methods": {"methods": ("passive", "sasla", "entropy", "error", "random_subset", "mine", "x"), "n_trials": 6},
}
EDGES_AT_ONCE = {"one trial", "rows of factors"}
"""The others are slow."""


@pytest.mark.parametrize(
    "case", [pytest.param(case, marks=() if case in EDGES_AT_ONCE else pytest.mark.slow) for case in EDGES]
)
def test_unusual_studies_have_sound_reports(case, study, iris, tmp_path):
    results = study(problems=(iris,), has_cells=False, **EDGES[case])
    assert_sound(write_report(results, tmp_path / "report"))


def test_seconds_that_are_divided_by_a_model_are_said_to_be(study, iris, tmp_path):
    results = study(problems=(iris,), methods=("passive", "sasla"), n_trials=3, has_cells=False)
    text = assert_sound(write_report(results, tmp_path / "report")).text
    assert (
        "their sum is measured, and divided in the proportion of what an epoch on all examples and a selection" in text
    )


def test_an_unfinished_study_says_what_is_missing(study, iris, sine, tmp_path):
    results = study(problems=(iris, sine), n_trials=4, has_cells=False)

    def found(frame):
        is_late = (frame.method == "ensemble") & (frame.trial > 1)
        return frame[(frame.problem == "iris") & ~is_late & (frame.method != "random_pool")]

    partial = dataclasses.replace(results, trials=found(results.trials), curves=found(results.curves))
    text = assert_sound(write_report(partial, tmp_path / "report")).text
    assert "This study is not complete" in text
    assert "No trial has finished of: Noisy sine." in text
    assert "leave out 2 trials" in text


def test_a_study_that_has_only_begun_has_a_report(results, tmp_path):
    names = ("trials", "curves", "winners", "confusion", "criteria")
    nothing = {name: getattr(results, name).iloc[:0] for name in names}
    text = assert_sound(write_report(dataclasses.replace(results, **nothing), tmp_path / "report")).text
    assert "No trial has finished yet." in text


def test_a_study_without_curves_has_a_report(study, iris, tmp_path):
    results = study(problems=(iris,), n_trials=3, has_cells=False)
    assert_sound(write_report(dataclasses.replace(results, curves=results.curves.iloc[:0]), tmp_path / "report"))


def test_diverged_runs_are_told(study, sine, tmp_path):
    results = study(problems=(sine,), n_trials=7, has_cells=False)
    trials, curves = results.trials.copy(), results.curves.copy()
    is_lost = (trials.method == "entropy") | ((trials.method == "sasla") & (trials.trial < 2))
    trials.loc[is_lost, ["mse", "r2", "test_error", "train_error"]] = np.nan
    curves.loc[(curves.method == "entropy") & (curves.epoch > 300), "mse"] = np.inf
    trials["is_diverged"] = is_lost
    lost = dataclasses.replace(results, trials=trials, curves=curves)
    text = assert_sound(write_report(lost, tmp_path / "report")).text
    for words in ("7 of 7 trials of entropy (100 %)", "2 of 7 trials of SASLA (29 %)", "2 diverged (29 %)"):
        assert words in text, words
    assert "Left out, since they diverged: 2 of SASLA" in text


def test_equal_errors_everywhere_are_sound(study, iris, tmp_path):
    results = study(problems=(iris,), n_trials=7, has_cells=False)
    perfect = dataclasses.replace(
        results, trials=results.trials.assign(accuracy=1.0), curves=results.curves.assign(accuracy=1.0)
    )
    text = assert_sound(write_report(perfect, tmp_path / "report")).text
    assert "too few trials" in text
    assert "The largest mean difference" not in text


@pytest.fixture(scope="module")
def small(study, sine):
    return study(problems=(sine,), methods=("passive",), n_trials=1, has_cells=False)


def test_a_new_report_takes_the_place_of_the_old_one(small, tmp_path):
    folder = tmp_path / "report"
    (folder / "figures").mkdir(parents=True)
    (folder / "figures" / "old.pdf").write_text("old")
    write_report(small, folder)
    assert not (folder / "figures" / "old.pdf").exists()
    assert [file.name for file in tmp_path.iterdir()] == ["report"]


def test_a_crash_leaves_the_old_report(small, tmp_path, monkeypatch):
    index = write_report(small, tmp_path / "report")
    before = index.read_bytes()

    def crash(_):
        raise RuntimeError("no more paper")

    monkeypatch.setattr(page_module, "render", crash)
    with pytest.raises(RuntimeError, match="no more paper"):
        write_report(small, tmp_path / "report")
    assert index.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["report"]


def test_a_report_that_was_cut_off_between_two_renames_is_restored(small, tmp_path, monkeypatch):
    index = write_report(small, tmp_path / "report")
    (tmp_path / "report").rename(tmp_path / ".report.previous")
    monkeypatch.setattr(page_module, "render", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_report(small, tmp_path / "report")
    assert index.exists()


@pytest.fixture(scope="module")
def swept(study, fashion, housing, tmp_path_factory):
    results = study(problems=(fashion, housing), methods=FACTORS[:9], n_trials=3, has_cells=False)
    absent = {"digits": "digits.csv is neither in ELIGO_DATA nor in the cache."}
    closed = {"housing": "every cell of the grid diverged."}
    folder = tmp_path_factory.mktemp("swept") / "report"
    failed = ["fashion_mnist: sasla trials 0-9", 3, "ValueError: <b>a</b>\nTraceback"]
    failures = pd.DataFrame([failed], columns=["unit", "attempts", "error"])
    return write_report(dataclasses.replace(results, absent=absent, failures=failures, closed=closed), folder)


def test_a_setting_that_was_varied_has_its_figure_and_its_numbers(swept):
    text = assert_sound(swept).text
    assert "Settings that were varied" in text and "selection constant β" in text
    assert "SASLA, β = 0.1" in text and "ensemble, 3 networks, 1 per query" in text
    table = pd.read_csv(swept.parent / "tables" / "sweep-sasla-beta.csv")
    assert table["value"].unique().tolist() == [0.1, 0.3, 0.5, 0.7, 0.9]
    assert len(table) == 2 * 5
    assert not list((swept.parent / "figures").glob("sweep-ensemble*"))  # two values are no sweep


def test_data_are_described_with_what_is_missing(swept):
    text = Outline(swept.read_text(encoding="utf-8")).text
    assert "207 of total_bedrooms" in text
    assert "2 numbers and ocean_proximity (5 categories)" in text
    assert re.search("14.999 to 500.001", text)
    assert "a stand-in" in text and "Trouser" in text
    assert "digits.csv is neither in ELIGO_DATA nor in the cache." in text and "This study is not complete" in text


def test_problems_that_were_closed_are_said_with_the_reason(swept):
    text = Outline(swept.read_text(encoding="utf-8")).text
    assert "every cell of the grid diverged." in text and "Problems without trials" in text
    assert (
        swept.parent / "tables" / "closed.csv"
    ).read_text() == "problem,reason\nhousing,every cell of the grid diverged.\n"


def test_units_that_failed_are_said_with_their_error(swept):
    text = Outline(swept.read_text(encoding="utf-8")).text
    assert "fashion_mnist: sasla trials 0-9" in text and "ValueError: <b>a</b>" in text and "Traceback" not in text
    assert "Traceback" in (swept.parent / "tables" / "failures.csv").read_text(encoding="utf-8")


def test_large_squared_errors_are_shown_in_powers_of_ten(swept):
    text = Outline(swept.read_text(encoding="utf-8")).text
    assert "mean squared error, in 10⁹" in text
    assert not re.search(r"\d{3}\u202f\d{3}\u202f\d{3} ±", text)


def test_the_methods_of_factors_are_asked_for_by_their_names(study, iris):
    results = study(problems=(iris,), methods=FACTORS, n_trials=1, has_cells=False)
    assert "--methods passive,sasla,ensemble,random_pool " in command_of(results)


def test_the_paper_gets_its_tables_and_figures(index):
    folder = index.parent / "latex"
    assert (folder / "all.tex").stat().st_size > 0 and (folder / "methods.tex").stat().st_size > 0
    tables = {file.stem for file in folder.glob("table-*.tex")}
    assert {"table-headline", "table-errors-iris", "table-measures-sine"} <= tables


def test_the_command_runs_the_same_study_again(results):
    assert command_of(results) == (
        "eligo study run paper --problems iris,wine,sine --methods passive,sasla,entropy,ensemble,random_pool "
        "--trials 12 --seed 20"
    )
    told = dataclasses.replace(results, environment={"command": "eligo compare data.csv --target y"})
    assert command_of(told) == "eligo compare data.csv --target y"
