"""What a person sees while a study runs: on a terminal a live table, elsewhere one line per unit."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from eligo.mistakes import several
from eligo.plain import visible
from eligo.study.design import Study
from eligo.study.runner import Progress
from eligo.study.units import Finished, TuningUnit


def duration(seconds: float | None) -> str:
    """A time that is left or was spent, in words.

    Examples
    --------
    >>> duration(75), duration(8.2), duration(None)
    ('1 min 15 s', '8 s', 'unknown time')
    """
    if seconds is None:
        return "unknown time"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


MOST_COLUMNS = 7
"""Methods that stand side by side on a terminal."""


class Tally:
    """The best cell of each problem so far, and each method's mean over the trials that ended."""

    def __init__(self, study: Study) -> None:
        """Nothing has ended yet."""
        self.study = study
        self.best: dict[str, dict[str, Any]] = {}
        self.n_cells: dict[str, int] = {}
        self.values: dict[tuple[str, str], list[float]] = {}
        self.measure: dict[str, str] = {}

    def add(self, finished: Finished | Progress) -> None:
        """Take in what a unit found, or what earlier runs did. Cells of the longest training count."""
        for row in finished.cells:
            problem = row["problem"]
            self.n_cells[problem] = self.n_cells.get(problem, 0) + 1
            best = self.best.get(problem)
            standing = (-row["epochs"], row["cv_error"])
            if not row["is_diverged"] and (best is None or standing < (-best["epochs"], best["cv_error"])):
                self.best[problem] = row
        for row in finished.trials:
            measure = self.measure.setdefault(row["problem"], _measure_of(row))
            self.values.setdefault((row["problem"], row["method"]), []).append(row[measure])

    def cell(self, problem: str) -> str:
        """The best cell of a problem so far, in words."""
        best, recorded = self.best.get(problem), self.study.plan(problem).recorded
        if not self.study.is_tuned and recorded is not None:
            values = recorded.values
            return f"{values.hidden} hidden, rate {values.learning_rate:g} (recorded)"
        if best is None:
            return "…"
        score = f"error {best['cv_error']:.4f} in {self.n_cells[problem]} cells"
        return f"{best['hidden']} hidden, rate {best['learning_rate']:g}, momentum {best['momentum']:g}: {score}"

    def title(self, problem: str) -> str:
        """Name of a problem, with its measure as soon as a trial told it."""
        measure = self.measure.get(problem)
        return f"{problem} ({'MSE' if measure == 'mse' else measure})" if measure else problem

    def mean(self, problem: str, method: str) -> str:
        """Mean of a row's measure over its trials so far."""
        values = self.values.get((problem, method))
        if not values:
            return "…"
        known = [value for value in values if math.isfinite(value)]
        lost = f"{len(values) - len(known)} diverged" if len(known) < len(values) else ""
        if not known:
            return f"… ({lost})"
        mean = sum(known) / len(known)
        return f"{mean:{'.4f' if mean < 10 else '.4g'}} ({', '.join(filter(None, (str(len(known)), lost)))})"


def _measure_of(row: Mapping[str, Any]) -> str:
    """What a trial is judged by: a classifier has an accuracy."""
    accuracy = row.get("accuracy")
    return "mse" if accuracy is None or math.isnan(accuracy) else "accuracy"


def describe_unit(finished: Finished, tally: Tally) -> str:
    """One line about a unit that just ended."""
    unit, seconds = finished.unit, f"{finished.seconds:.1f} s"
    if isinstance(unit, TuningUnit):
        tuned = f"tuned {len(unit.cells)} cells of {unit.cells[0].hidden} hidden units"
        return visible(f"{unit.problem}: {tuned} in {seconds}")
    measure = tally.measure[unit.problem]
    mean = tally.mean(unit.problem, unit.method)
    return visible(
        f"{unit.problem}: {unit.method} trials {unit.trials[0]}-{unit.trials[-1]} in {seconds}, mean {measure} {mean}"
    )


def _text(words: str) -> Text:
    """Words as they are: a row's brackets are no markup."""
    return Text(visible(words))


class Display:
    """Shows progress; a context manager whose `watch` the runner calls.

    Parameters
    ----------
    study : Study
    console : rich Console
    """

    def __init__(self, study: Study, console: Console) -> None:
        """Nothing is shown yet."""
        self.study, self.console, self.tally = study, console, Tally(study)
        self.last: Progress | None = None
        self.began = time.monotonic()
        self.spinner = Spinner("dots")
        self.live = Live(console=console, get_renderable=self._render, refresh_per_second=4)

    def __enter__(self) -> Display:
        """Begin to show."""
        if self.console.is_terminal:
            self.live.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop to show."""
        if self.console.is_terminal:
            self.live.stop()

    @property
    def watch(self) -> Callable[[Progress], None]:
        """What the runner calls after each unit."""
        return self._watch

    def _watch(self, progress: Progress) -> None:
        self.last = progress
        if progress.failed is not None:
            self.console.print(visible(progress.failed), markup=False, highlight=False, soft_wrap=True)
            return
        self.tally.add(progress.finished or progress)
        if self.console.is_terminal:
            return
        if progress.finished is None:
            known, n_done = several(progress.n_known, "unit"), progress.n_done
            done = f"{n_done} of {known} {'is' if n_done == 1 else 'are'} done already"
            print(done if n_done else f"{known} to begin with", flush=True)
            return
        line = describe_unit(progress.finished, self.tally)
        print(f"[{progress.share:4.0%}, {duration(progress.seconds_left)} left] {line}", flush=True)

    def _render(self) -> RenderableType:
        spent = duration(time.monotonic() - self.began)
        if self.last is None:
            return Text(f"{spent}: starting worker processes …", style="dim")
        progress = self.last
        counts = (
            f"{progress.n_done} of {progress.n_known} units, {spent} so far, {duration(progress.seconds_left)} left"
        )
        head = Table.grid(padding=(0, 2))
        bar = ProgressBar(total=1, completed=progress.share, width=30)
        head.add_row(self.spinner, bar, counts)
        return Group(Text(visible(self.study.title), style="bold"), head, self._table())

    def _table(self) -> Table:
        labels = [row.label for row in self.study.rows()]
        table = Table(box=None, padding=(0, 2), header_style="dim")
        is_turned = len(labels) > MOST_COLUMNS  # many rows of a factor: rows down, problems across
        titles = [self.tally.title(plan.problem) for plan in self.study.plans]
        for column in ("method", *titles) if is_turned else ("problem", "best cell so far", *labels):
            table.add_column(_text(column))
        if is_turned:
            for label in labels:
                table.add_row(_text(label), *(self.tally.mean(plan.problem, label) for plan in self.study.plans))
            return table
        for plan, title in zip(self.study.plans, titles, strict=True):
            means = [self.tally.mean(plan.problem, label) for label in labels]
            table.add_row(_text(title), self.tally.cell(plan.problem), *means)
        return table
