"""What figures compute, and that drawing them leaves nothing behind."""

import dataclasses
import re

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib._pylab_helpers import Gcf
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from eligo.datasets import Column
from eligo.report.analysis import analyse
from eligo.report.figures.canvas import (
    WIDTH,
    drawing_style,
    inline_svg,
    legend,
    legend_height,
    log_ticks,
    plain_number,
    save,
)
from eligo.report.figures.columns import MAX_COLUMNS, MAX_ROWS, column_figure, column_panels
from eligo.report.figures.confusion import confusion_figure
from eligo.report.figures.generalisation import loss_data
from eligo.report.figures.grid import grid_data
from eligo.report.figures.learning import learning_data, learning_figure
from eligo.report.figures.network import network_data
from eligo.report.figures.outcomes import MAX_DOTS, dots, outcome_data
from eligo.report.figures.overview import overview_panel
from eligo.report.figures.spending import spending_data, spending_figure
from eligo.report.figures.sweep import sweep_data
from eligo.report.palette import DARK_ENDS, EVERY, LIGHT_ENDS, N_STEPS, OF_METHOD, PAPER, RAMPS, colour_of, used_colours
from eligo.report.pictures import column_picture, learning_picture, overview_picture
from eligo.report.summaries import Confusion, typed
from eligo.report.sweeps import Sweep
from eligo.report.vocabulary import METHODS, PRIMARY, second_of


@pytest.fixture(scope="module")
def analysis(results):
    return analyse(results)


def test_no_two_colours_are_the_same():
    assert len({colour.light for colour in EVERY}) == len({colour.name for colour in EVERY}) == len(EVERY)
    assert all(re.fullmatch("#[0-9a-f]{6}", code) for colour in EVERY for code in (colour.light, colour.dark))


def test_a_method_has_one_colour_whoever_else_was_run():
    assert set(OF_METHOD) <= set(METHODS)  # others take the spare colours
    assert colour_of("sasla", ["sasla"]) == colour_of("sasla", ["passive", "mine", "sasla"])
    mine = ["passive", "mine", "yours"]
    assert colour_of("mine", mine) != colour_of("yours", mine)


SASLA_ROWS = [f"sasla[beta={beta}]" for beta in (0.1, 0.3, 0.5, 0.7, 0.9)]


def luminance(code):
    """Relative luminance of WCAG 2, from 0 to 1."""
    parts = [int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_levels_of_a_factor_step_away_from_the_paper_light_and_dark():
    colours = [colour_of(row, SASLA_ROWS) for row in SASLA_ROWS]
    for paper, codes in (
        (PAPER.light, [colour.light for colour in colours]),
        (PAPER.dark, [colour.dark for colour in colours]),
    ):
        steps = [contrast(code, paper) for code in codes]
        assert steps == sorted(steps) and len(set(codes)) == 5
    assert colours[0].name == "blue-1" and colours[-1].name == f"blue-{N_STEPS}"
    assert LIGHT_ENDS[0] > LIGHT_ENDS[1] and DARK_ENDS[0] < DARK_ENDS[1]


def test_every_step_can_be_seen_on_its_paper():
    for ramp in RAMPS.values():
        assert min(contrast(shade.light, PAPER.light) for shade in ramp) > 2.5
        assert min(contrast(shade.dark, PAPER.dark) for shade in ramp) > 3.0


def test_one_row_of_a_method_keeps_its_colour_and_a_page_has_the_colours_it_uses():
    assert colour_of("sasla[beta=0.5]", ["passive", "sasla[beta=0.5]"]) == OF_METHOD["sasla"]
    rows = ["mine[k=1]", "mine[k=2]", "yours"]
    assert {colour_of(row, rows).name.split("-")[0] for row in rows} == {"olive", "brick"}
    names = {colour.name for colour in used_colours(["passive", *SASLA_ROWS])}
    assert "blue-1" in names and "vermillion-1" not in names and "ink" in names


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


@pytest.mark.parametrize("scale", [1.0, 1e-300, 1e300])
def test_many_trials_share_dots_and_stay_where_they_were(scale):
    """A row of 25 000 trials was half of a drawing's seconds; two digits are less than a dot is wide."""
    errors = scale * np.random.default_rng(0).beta(2, 20, 25_000)
    places, heights, _ = dots(errors)
    assert places.size <= MAX_DOTS and not heights.any()
    nearest = np.abs(places[:, None] - errors[::50]).min(axis=0)
    assert (nearest <= 0.051 * errors[::50]).all()
    few = errors[:MAX_DOTS]
    np.testing.assert_array_equal(dots(few)[0], np.sort(few))


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


def test_a_legend_of_long_titles_stays_within_its_figure():
    rows = [f"ensemble[members={m},query_size={q}]" for m in (3, 5, 7, 9) for q in (1, 5, 25)]
    assert legend_height(rows[:1]) < legend_height(rows[:6]) < legend_height(rows)
    with drawing_style():
        figure = Figure(figsize=(WIDTH, 3))
        legend(figure, rows, rows)
        figure.canvas.draw()
        (box,) = [own.get_window_extent() for own in figure.legends]
    assert box.x0 >= 0 and box.x1 <= figure.bbox.x1
    assert box.height / figure.dpi <= legend_height(rows) + 0.1


def test_scores_are_shown_up_to_their_best_on_a_linear_axis(analysis):
    own = analysis.problems[0]
    data = learning_data(own.paths, second_of(own.problem), analysis.results.methods, "second")
    assert data.high > 1 and data.low < 0.9 and data.is_score and not data.is_log
    np.testing.assert_allclose(data.panels["epochs"][0].mean, own.paths[0].columns["second"].mean(axis=0))


def test_losses_are_those_on_training_and_on_test_examples(analysis):
    own = analysis.problems[2]
    ((method, train, test), *_) = loss_data(own.paths, analysis.results.methods, 10.0).panels
    rows = analysis.results.curves.query("problem == 'sine' and method == 'passive'").groupby("epoch")
    assert method == "passive"
    np.testing.assert_allclose(train.mean, 10 * rows["train_error"].mean())
    np.testing.assert_allclose(test.mean, 10 * rows["test_error"].mean())


def test_values_of_a_sweep_are_placed_by_number_or_side_by_side():
    table = pd.DataFrame(
        {"problem": "p", "value": ["0.5", "0.1"], "method": ["b", "a"], "error_ratio": [1.0, 2.0]}
        | dict.fromkeys(("error_ratio_low", "error_ratio_high", "presentations_ratio", "work_ratio"), 1.0)
    )
    numbers = sweep_data(Sweep("sasla", "beta", (), ("a", "b"), ("0.1", "0.5"), True, table), {"p": "P"})
    assert numbers.lines["P"]["x"].tolist() == [0.1, 0.5]
    assert numbers.lines["P"]["error_ratio"].tolist() == [2.0, 1.0]
    words = table.assign(value=["warm", "cold"])
    placed = sweep_data(Sweep("entropy", "retraining", (), ("b", "a"), ("warm", "cold"), False, words), {"p": "P"})
    assert placed.lines["P"]["x"].tolist() == [0, 1]


def boxes_of_titles(figure):
    """Where the titles of the panels lie, in pixels, as they are really drawn."""
    renderer = figure.canvas.get_renderer()
    return [axes.title.get_window_extent(renderer) for axes in figure.axes]


@pytest.mark.parametrize("n_classes", [2, 3, 10])
def test_titles_of_confusion_matrices_lie_apart(n_classes):
    names = [f"sasla[input_norm=euclidean,interval={tau},beta=0.{b}]" for tau in (1, 10) for b in (5, 7)]
    methods = [*names, "passive", "mine_with_a_rather_long_name_and_no_settings"]
    share = np.full((n_classes, n_classes), 1 / n_classes)
    with drawing_style():
        figure = confusion_figure(
            [Confusion(method, share, share, 5) for method in methods],
            [f"class {i}" for i in range(n_classes)],
            methods,
        )
        FigureCanvasAgg(figure)
        boxes = boxes_of_titles(figure)
        panels = [axes.get_window_extent() for axes in figure.axes]
    for i, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[i + 1 :])
        assert not any(box.overlaps(panel) for panel in panels)
        assert box.x1 <= figure.bbox.width and box.y1 <= figure.bbox.height


def test_a_paper_gets_a_serif_face_and_nothing_but_the_pdf_does(analysis, tmp_path):
    (tmp_path / "figures").mkdir()
    with drawing_style():
        save(learning_picture(analysis.problems[0], analysis.results.methods), tmp_path / "figures")
    (pdf,) = (tmp_path / "figures").glob("*.pdf")
    assert b"STIXGeneral" in pdf.read_bytes() and b"/DejaVuSans-Bold" not in pdf.read_bytes()


def test_sizes_of_subsets_are_drawn_in_steps_and_costs_are_not(analysis):
    own = analysis.problems[0]
    with drawing_style():
        figure = spending_figure(spending_data(own.paths, analysis.results.methods))
    styles = [{line.get_drawstyle() for line in axes.lines} for axes in figure.axes]
    assert styles == [{"steps-pre"}, {"default"}, {"default"}]


def test_what_thin_lines_are_is_said_below_the_axis_and_single_trials_stand_behind_scores(analysis):
    own, methods = analysis.problems[0], analysis.results.methods
    measure = second_of(own.problem)
    data = learning_data(own.paths, measure, methods, "second")
    with drawing_style():
        axes = learning_figure(data).axes[-1]
    assert axes.get_xlabel() == "labels bought\nthin lines: where passive and SASLA end" and not axes.texts
    assert [trace.method for trace in data.traces] == [curve.method for curve in data.panels["labels"]]
    assert {len(trace.values) for trace in data.traces} == {10}  # of 12 trials
    assert not learning_data(own.paths, PRIMARY[own.problem.task], methods).traces


ROOMS = Column("rooms", "number", 3, ends=(1.0, 9.5), counts=(6, 3, 1))
SHORE = Column("shore", "category", 0, ("near", "far", "island"), counts=(4, 7, 2))


@pytest.fixture(scope="module")
def houses(sine):
    return dataclasses.replace(sine, columns=(ROOMS, SHORE), target_counts=(9, 1, 3))


def test_every_column_has_a_panel_and_the_target_is_last(houses):
    rooms, shore, target = column_panels(houses)
    assert (rooms.counts, rooms.ends, rooms.n_missing) == ((6, 3, 1), ("1", "9.5"), 3)
    assert (shore.levels, shore.counts) == (("far", "near", "island"), (7, 4, 2))  # most frequent first
    assert (target.title, target.counts, target.is_target) == (houses.target_name, (9, 1, 3), True)
    figure = column_figure([rooms, shore, target])
    heights = [bar.get_height() for bar in figure.axes[0].patches]
    lengths = [bar.get_width() for bar in figure.axes[1].patches]
    assert heights == [6, 3, 1] and lengths == [7, 4, 2]
    assert {"3 missing", "1", "9.5"} <= {text.get_text() for text in figure.axes[0].texts}


def test_many_columns_of_numbers_are_one_panel_and_those_of_one_value_are_counted(houses):
    varied = (ROOMS, dataclasses.replace(ROOMS, ends=(-1.0, 0.0), counts=(0, 5, 5))) * MAX_COLUMNS
    flat = Column("flat", "number", 0, ends=(2.0, 2.0), counts=(13,))
    many = dataclasses.replace(houses, columns=(*varied, flat, SHORE))
    together, shore, _ = column_panels(many)
    assert together.counts == (6 * MAX_COLUMNS, 8 * MAX_COLUMNS, 6 * MAX_COLUMNS) and shore.levels[0] == "far"
    assert "1 column with a single value" in column_picture(many).caption
    levels = dataclasses.replace(houses, columns=(SHORE,) * (MAX_COLUMNS + 2))
    assert (
        len(column_panels(levels)) == MAX_COLUMNS + 1 and f"the first {MAX_COLUMNS}" in column_picture(levels).caption
    )


def test_rare_levels_are_one_bar(houses):
    names = tuple(f"level {i}" for i in range(MAX_ROWS + 3))
    towns = Column("town", "category", 0, names, counts=tuple(range(1, MAX_ROWS + 4)))
    panel, _ = column_panels(dataclasses.replace(houses, columns=(towns,)))
    assert panel.levels[-1] == "4 others" and panel.counts[-1] == 1 + 2 + 3 + 4 and len(panel.counts) == MAX_ROWS


def test_columns_that_were_not_counted_have_no_picture(houses):
    assert column_picture(dataclasses.replace(houses, columns=(Column("x", "number", 0),))) is None
    assert column_picture(dataclasses.replace(houses, columns=())) is None
