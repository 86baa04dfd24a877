"""Wilson's interval against scipy and published limits."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from eligo.statistics import proportion_interval

COUNTS = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(deadline=None, max_examples=100)
@given(COUNTS, st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_equal_to_scipy(counts: tuple[int, int], confidence: float) -> None:
    expected = stats.binomtest(*counts).proportion_ci(confidence_level=confidence, method="wilson")
    found = proportion_interval(*counts, confidence=confidence)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert (found.estimate, found.confidence) == (counts[0] / counts[1], confidence)
    assert 0 <= found.low <= found.estimate <= found.high <= 1


@pytest.mark.parametrize(
    ("counts", "limits"),
    [((81, 263), (0.2553, 0.3662)), ((15, 148), (0.0624, 0.1605)), ((0, 20), (0, 0.1611)), ((1, 29), (0.0061, 0.1718))],
)
def test_published_limits(counts: tuple[int, int], limits: tuple[float, float]) -> None:
    # Newcombe (1998), Table I, method 3.
    found = proportion_interval(*counts)
    assert (found.low, found.high) == pytest.approx(limits, abs=5e-5)


@settings(deadline=None, max_examples=50)
@given(COUNTS)
def test_failures_mirror_successes(counts: tuple[int, int]) -> None:
    k, n = counts
    there, back = proportion_interval(k, n), proportion_interval(n - k, n)
    assert (back.low, back.high) == pytest.approx((1 - there.high, 1 - there.low), abs=1e-12)


# At the first of them the square root of the square of the quantile is not the quantile.
@pytest.mark.parametrize("confidence", [0.45418589743589743, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999])
def test_none_and_all_end_exactly_at_the_edge(confidence: float) -> None:
    assert {proportion_interval(0, n, confidence=confidence).low for n in range(1, 60)} == {0.0}
    assert {proportion_interval(n, n, confidence=confidence).high for n in range(1, 60)} == {1.0}


def test_it_holds_the_chances_that_a_score_test_keeps() -> None:
    found = proportion_interval(7, 40)
    for chance in (found.low, found.high):
        z = (7 / 40 - chance) / (chance * (1 - chance) / 40) ** 0.5
        assert 2 * stats.norm.sf(abs(z)) == pytest.approx(0.05, rel=1e-9)
