"""One table of a study file, read key by key."""

import pytest

from eligo.study.reading import Reader, StudyError


def reader(**table: object) -> Reader:
    return Reader(table, "here")


def test_each_kind_of_value_comes_back_as_written():
    table = reader(a="x", b=True, c=3, d=0.5, e=[1, 2], f=[0.5, 1], g="full", h=4, i=["p"], j={"k": 1}, m=2)
    assert table.text("a") == "x"
    assert table.switch("b") is True
    assert table.whole("c", at_least=3) == 3
    assert table.number("d", above=0, below=1) == 0.5
    assert table.wholes("e", at_least=1) == [1, 2]
    assert table.numbers("f", at_least=0.5) == [0.5, 1.0]
    assert table.batch_size("g") == "full" and table.batch_size("h") == 4
    assert table.names("i", ("p", "q")) == ("p",)
    inner = table.section("j")
    assert inner.where == "here, [j]" and inner.whole("k", at_least=0) == 1
    assert isinstance(table.number("m", at_least=0), float)  # a whole number serves as a number
    table.finish()
    inner.finish()


def test_what_is_optional_may_be_absent():
    table = reader()
    assert table.whole("a", at_least=1, optional=True) is None
    assert table.optional_section("b") is None
    assert table.tables("c") == {}
    table.finish()


@pytest.mark.parametrize(
    ("bounds", "inside", "outside"),
    [
        ({"at_least": 0}, [0, 1e9], [-1e-9]),
        ({"above": 0}, [1e-9], [0, -1]),
        ({"at_least": 0, "below": 1}, [0, 0.999], [1, -0.1]),
        ({"above": 0, "at_most": 1}, [1, 0.1], [0, 1.001]),
    ],
)
def test_bounds_are_kept(bounds: dict[str, float], inside: list[float], outside: list[float]):
    for value in inside:
        assert reader(a=value).number("a", **bounds) == value
    for value in [*outside, float("nan"), float("inf"), "1", None, True]:
        with pytest.raises(StudyError, match="here: `a` "):
            reader(a=value).number("a", **bounds)


def test_a_key_that_nobody_reads_is_refused_with_the_nearest_that_exists():
    table = reader(learning_rate=1, momentun=0)
    table.number("learning_rate", above=0)
    table.whole("momentum", at_least=0, optional=True)
    with pytest.raises(StudyError, match=r"here: unknown key `momentun`\. Did you mean `momentum`\?"):
        table.finish()


def test_a_key_that_is_missing_names_the_one_that_may_be_meant():
    with pytest.raises(StudyError, match=r"here: `seed` is missing\. Is `sead` meant for it\?"):
        reader(sead=1).whole("seed", at_least=0)
    with pytest.raises(StudyError, match=r"here: `seed` is missing\. Add it"):
        reader(trials=1).whole("seed", at_least=0)
