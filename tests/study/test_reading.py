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
    assert table.either("a", Reader.switch, None) is None
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
    table.either("momentum", Reader.text, None)
    with pytest.raises(StudyError, match=r"here: unknown key `momentun`\. Did you mean `momentum`\?"):
        table.finish()


def test_a_key_that_is_missing_names_the_one_that_may_be_meant():
    with pytest.raises(StudyError, match=r"here: `seed` is missing\. Is `sead` meant for it\?"):
        reader(sead=1).whole("seed", at_least=0)
    with pytest.raises(StudyError, match=r"here: `seed` is missing\. Add it"):
        reader(trials=1).whole("seed", at_least=0)


def test_a_key_with_a_default_is_read_and_checked_where_it_is_there():
    table = reader(a=3, b=0)
    assert table.either("a", lambda own, key: own.whole(key, at_least=1), None) == 3
    with pytest.raises(StudyError, match="here: `b` must be true or false; got 0"):
        table.either("b", Reader.switch, True)


def test_each_value_of_a_list_is_checked_like_one():
    def beta(own: Reader, key: str) -> float:
        return own.number(key, at_least=0, at_most=1)

    assert reader(a=[0.1, 1]).each("a", beta) == (0.1, 1.0)
    for values, message in (
        ([], "one value, or a list of two or more"),
        ([0.1], "one value, or a list of two or more"),
        ([0.1, 0.1], "names each value once"),
        ([0.1, 2], "`a` must be a number at least 0 and at most 1; got 2"),
    ):
        with pytest.raises(StudyError, match=message):
            reader(a=values).each("a", beta)


def test_a_table_inside_knows_the_whole_file():
    inner = reader(problem={"iris": {"tuning": {}}}).tables("problem")["iris"].section("tuning")
    assert (inner.where, inner.study) == ("here, [problem], [iris], [tuning]", "here")
