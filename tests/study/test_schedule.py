"""What is started next: in order, but nothing that a running unit is compiling already."""

from dataclasses import replace
from pathlib import Path

import pytest

from eligo.study.design import Study
from eligo.study.folder import open_store
from eligo.study.schedule import Schedule
from eligo.study.units import TrialUnit, TuningUnit, Unit


@pytest.fixture
def schedule(study: Study, tmp_path: Path):
    """Of two problems, four units of tuning: 8 and 4 hidden units each."""
    store = open_store(study, tmp_path)
    yield Schedule(study, store)
    store.close()


def shape(unit: Unit) -> tuple[str, int | str]:
    return unit.problem, unit.cells[0].hidden if isinstance(unit, TuningUnit) else unit.method


def test_units_of_other_networks_come_first_while_a_unit_compiles(schedule: Schedule):
    wide, narrow, *others = schedule.ready
    assert [shape(unit) for unit in (wide, narrow)] == [("iris", 8), ("iris", 4)]
    half = replace(wide, cells=wide.cells[:2])
    schedule.ready = [half, narrow, *others]
    assert schedule.take([wide]) == narrow  # `half` would compile what `wide` does
    assert schedule.take([wide, narrow]) == others[0]
    schedule.compiled.add(("iris", "tuning", 8))
    assert schedule.take([wide]) == half  # compiled by now


def test_a_worker_does_not_wait_where_all_that_is_left_is_being_compiled(schedule: Schedule):
    wide = schedule.ready[0]
    schedule.ready = [replace(wide, cells=wide.cells[:2])]
    assert schedule.take([wide]).problem == "iris" and not schedule.ready


def test_methods_of_one_network_share_their_programs_and_those_of_more_do_not(study: Study, tmp_path: Path):
    study = replace(study, methods=("passive", "sasla", "ensemble"), is_quick=False)
    store = open_store(study, tmp_path)
    schedule = Schedule(study, store)
    values = study.plan("iris").tuning.cells()[0]
    passive, sasla, ensemble = (TrialUnit("iris", method, (0, 1), values) for method in study.methods)
    schedule.ready = [passive, sasla, ensemble]
    assert schedule.take([]) == passive
    assert schedule.take([passive]) == ensemble
    assert schedule.take([passive, ensemble]) == sasla
    store.close()
