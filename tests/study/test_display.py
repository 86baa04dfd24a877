"""What a person sees: a live table on a terminal, one line per unit elsewhere."""

import math
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from eligo.study.design import HyperParameters, Study
from eligo.study.display import Display, duration
from eligo.study.runner import Progress
from eligo.study.units import Finished, TrialUnit, TuningUnit

SLOW, FAST = HyperParameters(8, 0.1, 0.0, 0.0), HyperParameters(4, 0.5, 0.0, 0.5)


def tuned(errors: dict[HyperParameters, float | None]) -> Finished:
    cells = [
        {"problem": "iris", "cv_error": error, "epochs": 4, "is_diverged": error is None} | vars(cell)
        for cell, error in errors.items()
    ]
    return Finished(TuningUnit("iris", 4, tuple(errors)), 2.0, cells=cells)


def ended(problem: str, method: str, **measures: list[float]) -> Finished:
    ((name, values),) = measures.items()
    rows = [{"problem": problem, "method": method, name: value} for value in values]
    return Finished(TrialUnit(problem, method, tuple(range(len(values))), FAST), 3.0, trials=rows)


EVENTS = [
    None,
    tuned({SLOW: 0.25, FAST: 0.125}),
    tuned({SLOW: None}),
    ended("iris", "passive", accuracy=[0.9, 0.8]),
    ended("iris", "passive", accuracy=[1.0]),
    ended("ramp", "sasla", mse=[0.02, 0.04]),
]


def shown(study: Study, console: Console) -> None:
    with Display(study, console) as display:
        for place, finished in enumerate(EVENTS):
            display.watch(Progress(finished, place, 16, place / 16, 90.0 if place else None))
        if console.is_terminal:
            display.live.refresh()


def test_a_terminal_shows_the_best_cells_and_the_means_so_far(study: Study, capsys: pytest.CaptureFixture[str]):
    stream = StringIO()
    shown(study, Console(file=stream, force_terminal=True, width=200, color_system=None))
    screen = stream.getvalue()
    assert "4 hidden, rate 0.5, momentum 0.5: error 0.1250 in 3 cells" in screen
    assert "0.9000 (3)" in screen  # iris, passive: the mean of 0.9, 0.8 and 1.0
    assert "0.0300 (2)" in screen  # ramp, sasla
    assert "5 of 16 units, 0 s so far, 1 min 30 s left" in screen
    assert "iris (accuracy)" in screen and "ramp (MSE)" in screen and study.title in screen
    assert capsys.readouterr().out == ""


def test_a_row_of_a_factor_is_no_markup_and_a_title_commands_nothing(study: Study):
    stream = StringIO()
    varied = replace(study, factors=(("beta", (0.1, 0.5)),), title="[red]one[/red] \x1b]0;owned\x07")
    shown(varied, Console(file=stream, force_terminal=True, width=200, color_system=None))
    screen = stream.getvalue()
    assert "sasla[beta=0.1]" in screen and "sasla[beta=0.5]" in screen
    assert "[red]one[/red]" in screen and "\x1b]0;" not in screen and "\x07" not in screen


def test_elsewhere_there_is_one_plain_line_per_unit(study: Study, capsys: pytest.CaptureFixture[str]):
    stream = StringIO()
    shown(study, Console(file=stream, force_terminal=False))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "16 units to begin with"
    assert [line.partition("] ")[2] for line in lines[1:]] == [
        "iris: tuned 2 cells of 8 hidden units in 2.0 s",
        "iris: tuned 1 cells of 8 hidden units in 2.0 s",
        "iris: passive trials 0-1 in 3.0 s, mean accuracy 0.8500 (2)",
        "iris: passive trials 0-0 in 3.0 s, mean accuracy 0.9000 (3)",
        "ramp: sasla trials 0-1 in 3.0 s, mean mse 0.0300 (2)",
    ]
    assert lines[1].startswith("[  6%, 1 min 30 s left]")
    assert "\x1b" not in "".join(lines) + stream.getvalue()


def test_diverged_trials_are_counted_and_do_not_spoil_the_mean(study: Study, capsys: pytest.CaptureFixture[str]):
    with Display(study, Console(file=StringIO(), force_terminal=False)) as display:
        for values in ([math.nan], [math.nan, 0.06, 0.02]):
            display.watch(Progress(ended("ramp", "sasla", mse=values), 1, 16, 0.1, None))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("mean mse … (1 diverged)") and lines[1].endswith("mean mse 0.0400 (2, 2 diverged)")


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "0 s"), (59.6, "1 min 0 s"), (61, "1 min 1 s"), (3660, "1 h 1 min")]
)
def test_durations_are_words(seconds: float, words: str):
    assert duration(seconds) == words
