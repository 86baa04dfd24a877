"""What compiling costs is counted where it happens, once, and is no result."""

import jax
import numpy as np
import pytest

from eligo.study.compilation import count_compilation, covered
from eligo.study.design import Study
from eligo.study.units import TrialUnit, run_unit, trial_units
from eligo.study.worker import compute


def test_a_program_is_counted_when_it_is_compiled_and_not_when_it_runs():
    program = jax.jit(lambda: 41)
    before = count_compilation()
    program()
    after = count_compilation()
    program()
    assert before().n_compiled + before().n_cached == 1 and before().seconds > 0
    assert after() == (0, 0, 0)


def test_functions_inside_a_function_are_part_of_its_program():
    inner = jax.jit(lambda x: x + 1)
    compiled = count_compilation()
    jax.jit(lambda x: inner(x) * jax.vmap(inner)(x[None])[0])(np.float32(1))
    assert compiled().n_compiled + compiled().n_cached == 1


@pytest.mark.parametrize(
    ("spans", "seconds"),
    [([], 0.0), ([(1.0, 2.0)], 1.0), ([(0.0, 1.0), (1.0, 2.0)], 2.0), ([(3.0, 4.0), (0.0, 9.0), (8.0, 10.0)], 10.0)],
)
def test_seconds_in_which_several_programs_are_compiled_count_once(spans, seconds):
    assert covered(spans) == seconds


def test_a_unit_says_what_was_compiled_for_it_and_compiles_nothing_the_second_time(study: Study):
    (values,) = study.plan("iris").tuning.cells()[:1]
    unit = next(unit for unit in trial_units(study, "iris", values) if unit.method == "passive")
    assert isinstance(unit, TrialUnit)
    run_unit(study, unit)
    again = compute(study, unit)
    assert again.compilation.n_compiled == 0 <= again.compilation.seconds < again.seconds
