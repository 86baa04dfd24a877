"""The list of changes that the suite must notice is true of the source: each line is there, once, and can be changed."""

import ast
import importlib.util
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("mutate", Path(__file__).with_name("mutate.py"))
assert _spec and _spec.loader
mutate = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(mutate)


def test_there_are_at_least_thirty_and_each_means_something_else() -> None:
    listed = mutate.mutations()
    assert len(listed) >= 30 and len({own.means for own in listed}) == len(listed)
    assert len({(own.file, own.becomes) for own in listed}) == len(listed)


@pytest.mark.parametrize("own", mutate.mutations(), ids=lambda own: own.means)
def test_a_line_is_there_once_and_its_change_is_another_program(own) -> None:
    assert len(mutate.places(own)) == 1, own.line
    before = (mutate.ROOT / "src" / "eligo" / own.file).read_text(encoding="utf-8")
    assert ast.dump(ast.parse(mutate.mutated(own, mutate.ROOT))) != ast.dump(ast.parse(before))
    assert all((mutate.ROOT / path).is_file() for path in own.tests if path.endswith(".py"))
