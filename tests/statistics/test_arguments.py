"""What every function refuses, and how it says so; what every record guarantees."""

import dataclasses
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from eligo import statistics

NAN, INF = float("nan"), float("inf")
TWO = [[0.1, 0.2, 0.3], [0.2, 0.1, 0.4]]
PAIR = ([0.1, 0.2, 0.3], [0.3, 0.2, 0.2])
SPLIT = {"n_train": 60, "n_test": 20}

OF_SCORES: dict[str, dict[str, Any]] = {
    "mean_ranks": {},
    "friedman": {},
    "iman_davenport": {},
    "wilcoxon_holm": {},
    "wilcoxon_bonferroni": {},
    "critical_difference": {"names": ["a", "b", "c"]},
}
OF_PAIRS: dict[str, dict[str, Any]] = {
    "wilcoxon": {},
    "rank_biserial": {},
    "paired_difference": {"rng": 0},
    "nadeau_bengio": SPLIT,
    "correlated_t": SPLIT | {"rope": 0.01},
    "bayesian_signed_rank": {"rope": 0.01, "rng": 0},
    "ratio_of_means": {"rng": 0},
}
OF_MEANS = ("paired_difference", "nadeau_bengio", "correlated_t", "ratio_of_means")
OF_RUNS: dict[str, dict[str, Any]] = {"vargha_delaney": {}, "cliffs_delta": {}}
OF_P_VALUES: dict[str, dict[str, Any]] = {"holm": {}, "bonferroni": {}}

CASES: list[tuple[str, tuple[Any, ...], dict[str, Any], str]] = [
    *(
        (name, (scores,), options, "scores")
        for name, options in OF_SCORES.items()
        for scores in (
            [0.1, 0.2],
            [[0.1], [0.2]],
            [[0.1, NAN], [0.2, 0.3]],
            [["a", "b"]],
            [[1, 2], [3]],
            [[], []],
        )
    ),
    *((name, ([[0.1, 0.2, 0.3]],), OF_SCORES[name], "scores") for name in ("friedman", "iman_davenport")),
    ("critical_difference", ([[0.1, 0.2, 0.3]],), OF_SCORES["critical_difference"], "scores"),
    *(
        (name, pair, options, argument)
        for name, options in (OF_PAIRS | OF_RUNS).items()
        for pair, argument in (
            (([0.1, NAN], [0.1, 0.2]), "first"),
            (([0.1, 0.2], [0.1, NAN]), "second"),
            (([[0.1, 0.2]], [0.1, 0.2]), "first"),
            (([0.1, 0.2], [None, 0.2]), "second"),
            (([], []), "first"),
        )
    ),
    *((name, ([0.1, 0.2], [0.1]), options, "first") for name, options in OF_PAIRS.items()),
    *((name, ([0.1], [0.2]), OF_PAIRS[name], "first") for name in OF_MEANS),
    *((name, ([0.1, INF], [0.2, 0.1]), OF_PAIRS[name], "first") for name in OF_MEANS),
    *((name, ([0.1, 0.1], [0.2, -INF]), OF_PAIRS[name], "second") for name in OF_MEANS),
    *((name, ([0.5, p],), {}, "p_values") for name in OF_P_VALUES for p in (-0.1, 1.1, NAN, INF)),
    *(
        (name, args, options | {"alpha": alpha}, "alpha")
        for name, args, options in (
            ("nemenyi_cd", (4, 50), {}),
            ("wilcoxon_holm", (TWO,), {}),
            ("wilcoxon_bonferroni", (TWO,), {}),
            ("critical_difference", (TWO,), OF_SCORES["critical_difference"]),
            ("cliques", ([1.2, 1.8], np.ones((2, 2))), {}),
        )
        for alpha in (0, 1, 5, NAN)
    ),
    ("nemenyi_cd", (1, 50), {}, "n_methods"),
    ("nemenyi_cd", (2.5, 50), {}, "n_methods"),
    ("nemenyi_cd", (3, 0), {}, "n_blocks"),
    *(
        (name, PAIR, OF_PAIRS[name] | {size: bad}, size)
        for name in ("nadeau_bengio", "correlated_t")
        for size in SPLIT
        for bad in (0, -3, 0.2)
    ),
    *(
        (name, PAIR, OF_PAIRS[name] | {"rope": bad}, "rope")
        for name in ("correlated_t", "bayesian_signed_rank")
        for bad in (-0.01, INF, NAN, None, "wide", True)
    ),
    *(
        ("bayesian_signed_rank", PAIR, {"rope": 0.01, "rng": 0} | {name: bad}, name)
        for name, bad in (
            ("rng", None),
            ("rng", -1),
            ("n_samples", 10),
            ("n_samples", 1e5),
            ("prior_strength", -1),
            ("prior_strength", INF),
        )
    ),
    *(
        ("ratio_of_means", (PAIR[0], second), {"rng": 0}, "second")
        for second in ([0.1, -0.1, 0.2], [0.0, 0.0, 0.0], [0.0, 0.1, 0.2], [-0.1, -0.2, 0.0])
    ),
    *(("shapiro_wilk", (values,), {}, "values") for values in ([], [1, 2], [1, 2, NAN], [1, 2, INF], TWO)),
    ("shapiro_wilk", (np.arange(5001),), {}, "values"),
    ("shapiro_wilk", (["a", "b", "c"],), {}, "values"),
    *(("proportion_interval", (k, 10), {}, "n_successes") for k in (-1, 11, 0.5)),
    *(("proportion_interval", (0, n), {}, "n_trials") for n in (0, 2.5)),
    *(("proportion_interval", (3, 10), {"confidence": level}, "confidence") for level in (0, 95)),
    *(("smallest_wilcoxon_p", (n,), {}, "n_blocks") for n in (0, 2.5)),
    ("smallest_wilcoxon_p", (5, 0), {}, "n_tests"),
    *(
        (name, args, {"rng": 0} | options, argument)
        for name, args in (("paired_difference", PAIR), ("ratio_of_means", PAIR), ("interval_of_mean", (TWO,)))
        for options, argument in (
            ({"rng": None}, "rng"),
            ({"rng": -1}, "rng"),
            ({"rng": 0.5}, "rng"),
            ({"rng": True}, "rng"),
            ({"confidence": 95}, "confidence"),
            ({"n_resamples": 10}, "n_resamples"),
        )
    ),
    *((name, PAIR, OF_PAIRS[name] | {"confidence": 1.0}, "confidence") for name in ("nadeau_bengio", "correlated_t")),
    *(("interval_of_mean", (values,), {"rng": 0}, "values") for values in (TWO[:1], TWO[0], [[0.1, INF], [0, 0]])),
    ("cliques", ([1.2, 1.8], np.ones((3, 3))), {}, "adjusted_matrix"),
    ("cliques", ([1.2, 1.8], [[1, 0.2], [0.3, 1]]), {}, "adjusted_matrix"),
    ("cliques", ([1.2, 1.8], [[1, 2], [2, 1]]), {}, "adjusted_matrix"),
    ("cliques", ([1.2, NAN], np.ones((2, 2))), {}, "mean_ranks"),
    *(("critical_difference", (TWO,), {"names": names}, "names") for names in ("abc", ["a", "b"], ["a", "b", "a"])),
]


@pytest.mark.parametrize(("name", "args", "options", "argument"), CASES)
def test_a_bad_argument_is_named_in_one_line(
    name: str, args: tuple[Any, ...], options: dict[str, Any], argument: str
) -> None:
    with pytest.raises(ValueError, match=f"^`{argument}`.* must .*; got .*\\. .+\\.$") as caught:
        getattr(statistics, name)(*args, **options)
    assert "\n" not in str(caught.value)


def test_nan_is_refused_with_the_remedy() -> None:
    with pytest.raises(ValueError, match=r"NaN at index \(1, 0\)\. Pass \+inf \(or -inf if higher is better\)"):
        statistics.mean_ranks([[0.1, 0.2], [NAN, 0.2]])


def test_every_public_function_refuses_something() -> None:
    functions = {name for name in statistics.__all__ if inspect.isfunction(getattr(statistics, name))}
    assert {name for name, *_ in CASES} == functions
    assert statistics.__all__ == sorted(statistics.__all__)


RECORDS: list[Callable[[], Any]] = [
    lambda: statistics.friedman(TWO),
    lambda: statistics.iman_davenport(TWO),
    lambda: statistics.wilcoxon(*PAIR),
    lambda: statistics.wilcoxon_holm(TWO),
    lambda: statistics.wilcoxon_bonferroni(TWO),
    lambda: statistics.paired_difference(*PAIR, rng=0),
    lambda: statistics.interval_of_mean(TWO, rng=0),
    lambda: statistics.ratio_of_means(*PAIR, rng=0),
    lambda: statistics.proportion_interval(3, 10),
    lambda: statistics.nadeau_bengio(*PAIR, **SPLIT),
    lambda: statistics.correlated_t(*PAIR, **SPLIT, rope=0.01),
    lambda: statistics.correlated_t([0.2, 0.3], [0.1, 0.2], **SPLIT, rope=0.1),
    lambda: statistics.bayesian_signed_rank(*PAIR, rope=0.01, rng=0),
    lambda: statistics.shapiro_wilk(PAIR[0]),
    lambda: statistics.shapiro_wilk([1, 1, 1]),
    lambda: statistics.critical_difference(TWO, names=["a", "b", "c"]),
]


@pytest.mark.parametrize("make", RECORDS)
def test_records_are_frozen_with_their_arrays_and_hold_plain_numbers(make: Callable[[], Any]) -> None:
    record = make()
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(record, field.name, value)
        assert not isinstance(value, np.generic), field.name
        if isinstance(value, np.ndarray):
            with pytest.raises(ValueError, match="read-only"):
                value[...] = 0


@pytest.mark.parametrize("make", RECORDS)
def test_records_compare_and_print_without_an_error(make: Callable[[], Any]) -> None:
    record = make()
    assert record == record
    assert type(record).__name__ in repr(record)


def test_every_record_is_tested() -> None:
    classes = {name for name in statistics.__all__ if inspect.isclass(getattr(statistics, name))}
    assert {type(make()).__name__ for make in RECORDS} == classes


@pytest.mark.parametrize("name", [*OF_SCORES, "interval_of_mean"])
def test_arguments_are_left_as_they_are(name: str) -> None:
    scores = np.array(TWO)
    options = OF_SCORES.get(name, {"rng": 0})
    getattr(statistics, name)(scores, **options)
    np.testing.assert_array_equal(scores, TWO)
    assert scores.flags.writeable
