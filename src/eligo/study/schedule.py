"""Which units of a study are ready, and which of them to start next; all of it follows from what is stored."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from eligo.study.design import HyperParameters, Study
from eligo.study.store import Store
from eligo.study.tuning import choose_winner, hyper_parameters, survivors
from eligo.study.units import (
    ProgramGroup,
    TuningUnit,
    Unit,
    estimated_cost,
    program_group,
    trial_units,
    tuning_units,
    unit_id,
)

DIVERGED = "all cells trained to the end diverged. Add smaller learning rates to [tuning], and choose another --out."

KEPT_PER_RUNG = 4
"""Successive halving keeps one cell in so many."""


@dataclass
class _ProblemState:
    """How far one problem is; its search is over when its trials are open, or when nothing can be tried with any cell."""

    rung: int = 0
    open_units: set[str] = field(default_factory=set)
    is_searched: bool = False


class Schedule:
    """Which units are ready, in order of problem; what is ready next follows from what is stored.

    Parameters
    ----------
    study : Study
    store : Store
    absent : problems whose data could not be had; they have no units

    Attributes
    ----------
    closed : mapping of str to str, problems without trials, as no cell of their grid can be trained, and why; others go on
    """

    def __init__(self, study: Study, store: Store, absent: Collection[str] = ()) -> None:
        """Find out what is there, and what comes first."""
        self.study, self.store = study, store
        self.done = set(store.finished())
        self.ready: list[Unit] = []
        self.closed: dict[str, str] = {}
        self.compiled: set[ProgramGroup] = set()
        self.known: dict[str, float] = {}
        self.n_done, self.cost_done, self.cost_known = 0, 0.0, 0.0
        self._costs: dict[Hashable, float] = {}
        self._groups: dict[Hashable, ProgramGroup] = {}
        self.problems = {plan.problem: _ProblemState() for plan in study.plans if plan.problem not in absent}
        for problem in self.problems:
            self._open_next(problem)

    def take(self, running: Iterable[Unit]) -> Unit:
        """The unit to start next: the first that is ready and does not compile what a running unit is compiling already.

        A worker that takes other work meanwhile finds those programs in the cache, once they are compiled.
        """
        busy = {self._group(unit) for unit in running} - self.compiled
        free = (place for place, unit in enumerate(self.ready) if self._group(unit) not in busy)
        return self.ready.pop(next(free, 0))

    def finish(self, unit: Unit) -> None:
        """Note that a unit is stored; opens what it was in the way of."""
        name, state = unit_id(unit), self.problems[unit.problem]
        if name not in self.done:
            self._count(name)
        self.done.add(name)
        self.compiled.add(self._group(unit))
        state.open_units.discard(name)
        if not state.open_units and not state.is_searched:
            state.rung += 1
            self._open_next(unit.problem)

    def put_back(self, unit: Unit) -> None:
        """Let a unit that failed be tried again, when all that is ready now has had its turn.

        One that is not put back stays open: trials of a problem wait for its tuning, and other problems do not.
        """
        self.ready.append(unit)

    def expected_cost(self) -> float:
        """Estimated cost of all units, also of trials whose hyper-parameters are not chosen yet."""
        unknown = [problem for problem, state in self.problems.items() if not state.is_searched]
        guesses = [self.study.plan(problem).tuning.cells()[0] for problem in unknown]
        later = [
            unit
            for problem, guess in zip(unknown, guesses, strict=True)
            for unit in trial_units(self.study, problem, guess)
        ]
        return self.cost_known + sum(map(self._cost, later))

    def _count(self, name: str) -> None:
        self.n_done += 1
        self.cost_done += self.known[name]

    def _cost(self, unit: Unit) -> float:
        """Estimated cost of a unit; trials of one row and number cost the same, whichever they are."""
        alike = unit if isinstance(unit, TuningUnit) else replace(unit, trials=(len(unit.trials),))
        if alike not in self._costs:
            self._costs[alike] = estimated_cost(self.study, unit)
        return self._costs[alike]

    def _group(self, unit: Unit) -> ProgramGroup:
        alike = unit if isinstance(unit, TuningUnit) else (unit.problem, unit.method)
        if alike not in self._groups:
            self._groups[alike] = program_group(self.study, unit)
        return self._groups[alike]

    def _open_next(self, problem: str) -> None:
        """Open the next rung of the search, or the trials, skipping all that is stored already."""
        state = self.problems[problem]
        while not state.is_searched and not state.open_units:
            units = self._next_units(problem, state)
            names = list(map(unit_id, units))
            for name, unit in zip(names, units, strict=True):
                self.known[name] = self._cost(unit)
                self.cost_known += self.known[name]
                if name in self.done:
                    self._count(name)
            open_ones = [(name, unit) for name, unit in zip(names, units, strict=True) if name not in self.done]
            waiting = [unit for _, unit in open_ones]
            state.open_units = {name for name, _ in open_ones}
            self.ready += waiting
            if not waiting and not state.is_searched:
                state.rung += 1
        order = list(self.problems)
        self.ready.sort(key=lambda unit: order.index(unit.problem))

    def _next_units(self, problem: str, state: _ProblemState) -> Sequence[Unit]:
        study, plan = self.study, self.study.plan(problem)
        rungs = plan.tuning.rungs()
        if not study.is_tuned and plan.recorded is not None:
            state.is_searched = True
            return trial_units(study, problem, plan.recorded.values)
        rows = self.store.rows("cells", problem)
        if state.rung < len(rungs):
            cells: Sequence[HyperParameters] = plan.tuning.cells()
            for rung in range(state.rung):
                of_rung = [row for row in rows if row["epochs"] == rungs[rung]]
                cells = survivors(of_rung, max(1, len(cells) // KEPT_PER_RUNG))
            return tuning_units(problem, cells, rungs[state.rung])
        state.is_searched = True
        chosen = choose_winner(rows)
        if chosen is None:
            self.closed[problem] = DIVERGED
            return ()
        return trial_units(study, problem, hyper_parameters(chosen[0]))
