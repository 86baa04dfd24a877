"""What figures compute, and that drawing them leaves nothing behind."""

import dataclasses
import re

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib._pylab_helpers import Gcf

from eligo.report.analysis import analyse
from eligo.report.figures.canvas import drawing_style, inline_svg, log_ticks, plain_number, save
from eligo.report.figures.grid import grid_data
from eligo.report.figures.learning import learning_data
from eligo.report.figures.network import network_data
from eligo.report.figures.outcomes import outcome_data
from eligo.report.figures.overview import overview_panel
from eligo.report.figures.spending import spending_data
from eligo.report.palette import COLOURS, OF_METHOD, colour_of
from eligo.report.pictures import learning_picture, overview_picture
from eligo.report.summaries import typed
from eligo.report.vocabulary import METHODS, PRIMARY


@pytest.fixture(scope="module")
def analysis(results):
    return analyse(results)


def test_no_two_colours_are_the_same():
    assert len({colour.light for colour in COLOURS}) == len({colour.name for colour in COLOURS}) == len(COLOURS)
    assert all(re.fullmatch("#[0-9a-f]{6}", code) for colour in COLOURS for code in (colour.light, colour.dark))


def test_a_method_has_one_colour_whoever_else_was_run():
    assert set(OF_METHOD) == set(METHODS)
    assert colour_of("sasla", ["sasla"]) == colour_of("sasla", ["passive", "mine", "sasla"])
    mine = ["passive", "mine", "yours"]
    assert colour_of("mine", mine) != colour_of("yours", mine)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [(0.03, 0.7, [0.05, 0.1, 0.2, 0.5]), (1, 1e6, [1, 10, 100, 1e3, 1e4, 1e5, 1e6]), (4.1, 4.9, [])],
)
def test_log_ticks_are_round_numbers(low, high, ticks):
    assert log_ticks(low, high) == ticks


@pytest.mark.parametrize(("value", "text"), [(0.02, "0.02"), (20000, "20k"), (1500000, "1.5M"), (0, "0"), (7, "7")])
def test_ticks_are_written_plainly(value, text):
    assert plain_number(value) == text


def test_learning_curves_are_shown_in_shown_units(analysis):
    own = analysis.problems[0]
    data = learning_data(own.paths, PRIMARY["classification"], analysis.results.methods)
    assert list(data.panels) == ["epochs", "presentations", "labels"]
    passive = data.panels["epochs"][0]
    np.testing.assert_allclose(passive.mean, 100 * own.paths[0].columns["error"].mean(axis=0))
    assert data.is_log and 0 < data.low < min(curve.mean.min() for curve in data.panels["epochs"])
    assert [method for method, _ in data.ends] == ["passive", "sasla"]
    assert {curve.method for curve in data.panels["labels"]} == {"entropy", "ensemble", "random_pool"}


def test_errors_of_zero_are_shown_on_a_linear_axis(study, iris):
    results = study(problems=(iris,), methods=("passive",), n_trials=2)
    perfect = dataclasses.replace(results, curves=results.curves.assign(accuracy=1.0))
    data = learning_data(analyse(perfect).problems[0].paths, PRIMARY["classification"], ["passive"])
    assert not data.is_log and data.low == 0 < data.high


def test_spending_is_that_of_the_curves(analysis):
    own = analysis.problems[1]
    data = spending_data(own.paths, analysis.results.methods)
    rows = analysis.results.curves.query("problem == 'wine' and method == 'sasla'").groupby("epoch")
    np.testing.assert_allclose(data.panels["n_selected"][1].mean, rows["n_selected"].mean())
    np.testing.assert_allclose(data.panels["work"][1].mean, rows["work"].mean())


def test_a_method_that_dwarfs_the_others_makes_the_axis_logarithmic(study, sine):
    results = study(problems=(sine,), methods=("passive", "entropy"), n_trials=2)
    assert set(spending_data(analyse(results).problems[0].paths, ["passive", "entropy"]).floors.values()) == {0.0}
    curves = results.curves.assign(work=results.curves.work * np.where(results.curves.method == "entropy", 100, 1))
    paths = analyse(dataclasses.replace(results, curves=curves)).problems[0].paths
    floors = spending_data(paths, ["passive", "entropy"]).floors
    assert floors["work"] == min(own.columns["work"][:, 1].mean() for own in paths)
    assert floors["presentations"] == floors["n_selected"] == 0


def test_outcomes_are_those_of_the_trials(analysis):
    own = analysis.problems[2]
    data = outcome_data(own.scores, own.errors, own.comparison, PRIMARY["regression"], analysis.results.methods)
    rows = analysis.results.trials.query("problem == 'sine' and method == 'ensemble'")
    np.testing.assert_allclose(np.sort(data.errors[3]), np.sort(rows["mse"]), rtol=1e-5)
    assert set(data.differences) == {"sasla", "entropy", "ensemble", "random_pool"}


def test_the_overview_holds_error_and_work(analysis):
    own = analysis.problems[0]
    panel = overview_panel("Iris", PRIMARY["classification"], own.errors, own.costs)
    assert panel.points.loc["passive", "work"] == 1
    assert panel.points.loc["sasla", "error"] == pytest.approx(100 * own.errors.loc["sasla", "mean"])


def test_the_grid_places_every_cell_once_and_frames_the_winner(results):
    clean = typed(results)
    cells = clean.cells[clean.cells.problem == "iris"]
    winner = clean.winners[clean.winners.problem == "iris"].iloc[0]
    data = grid_data(cells, winner)
    assert len({(cell.column, cell.row) for cell in data.cells}) == len(data.cells) == 256
    (won,) = [cell for cell in data.cells if cell.is_winner]
    assert won.error == cells.cv_error.min() == data.low
    assert sum(np.isnan(cell.error) for cell in data.cells) == cells.is_diverged.sum() > 0


@pytest.mark.parametrize(("sizes", "n"), [((4, 64, 3), 515), ((1, 1, 1), 4), ((13, 512, 3), 8707)])
def test_the_network_has_its_real_numbers(sizes, n):
    data = network_data(*sizes, output_names=())
    assert data.n_parameters == n
    for layer, size in zip(data.layers, sizes, strict=True):
        assert layer.n_units == size
        labels = [unit.index for unit in layer.units if unit.kind == "unit"]
        assert labels[-1] == str(size)
        assert len(labels) == (size if size <= 5 else 4)
        assert any(unit.kind == "ellipsis" for unit in layer.units) == (size > 5)
    assert [sum(unit.kind == "bias" for unit in layer.units) for layer in data.layers] == [1, 1, 0]


def test_colours_become_those_of_the_page_and_ids_stay_apart():
    svg = '<?xml version="1.0"?><svg xmlns="a:b" version="1"><defs><path id="m" d="M 1.23456 2"/></defs>'
    svg += '<use xlink:href="#m" style="fill: #0072b2"/><g clip-path="url(#c)"/></svg>'
    assert inline_svg(svg, "name", 'a "quoted" <alt>') == (
        '<svg role="img" aria-label="a &quot;quoted&quot; &lt;alt&gt;"><defs><path id="name-m" d="M 1.23 2"/></defs>'
        '<use href="#name-m" style="fill: var(--blue)"/><g clip-path="url(#name-c)"/></svg>'
    )


def test_a_drawing_is_the_same_each_time_and_keeps_to_the_palette(analysis, tmp_path):
    with drawing_style():
        once, again = (save(overview_picture(analysis), tmp_path / name) for name in make_folders(tmp_path))
    assert once == again
    assert (tmp_path / "a" / "overview.pdf").read_bytes() == (tmp_path / "b" / "overview.pdf").read_bytes()
    assert (tmp_path / "a" / "overview.png").read_bytes() == (tmp_path / "b" / "overview.png").read_bytes()
    assert re.findall("#[0-9a-f]{6}", once) == []


def make_folders(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        yield name


def test_drawing_leaves_no_figure_open_and_no_setting_changed(analysis, tmp_path):
    before = dict(mpl.rcParams)
    with drawing_style():
        save(learning_picture(analysis.problems[0], analysis.results.methods), tmp_path)
    assert Gcf.get_num_fig_managers() == 0
    assert dict(mpl.rcParams) == before


def test_drawing_ignores_a_users_own_settings(analysis, tmp_path):
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red"}):
        with drawing_style():
            svg = save(overview_picture(analysis), tmp_path)
    with drawing_style():
        assert save(overview_picture(analysis), tmp_path) == svg
