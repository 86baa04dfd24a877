"""Stopping criteria against scikit-learn and their formulas written out."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from eligo.stopping import (
    CRITERIA,
    Check,
    MaximumConfidence,
    MinimumExpectedError,
    OverallUncertainty,
    Plateau,
    StabilisingPredictions,
    cohen_kappa,
    concordance,
    criterion_named,
    expected_error,
    largest_uncertainty,
    mean_uncertainty,
)

RNG = np.random.default_rng(0)
P = RNG.dirichlet([0.5, 0.5, 0.5], (2, 12))
OPEN = RNG.random((2, 12)) < 0.6


def check(predictions, error=(1.0, 1.0), has_classes=True, **masks) -> Check:
    everyone = np.ones(np.shape(predictions)[:2], dtype=bool)
    found = Check(np.asarray(predictions), has_classes, everyone, everyone, everyone, np.asarray(error))
    return found._replace(**masks)


@pytest.mark.parametrize("seed", range(5))
def test_kappa_is_scikit_learn_s(seed) -> None:
    rng = np.random.default_rng(seed)
    first = rng.integers(0, 3, 30)
    second = np.where(rng.random(30) < 0.6, first, rng.integers(0, 3, 30))
    expected = cohen_kappa_score(first, second, labels=[0, 1, 2, 3])
    assert cohen_kappa(first, second, n_classes=4) == pytest.approx(expected, rel=1e-12)


def test_agreement_of_what_says_the_same_of_all_is_no_evidence() -> None:
    assert cohen_kappa([1, 1, 1], [1, 1, 1], n_classes=2) == 0
    assert concordance([0.5, 0.5], [0.5, 0.5]) == 0


def test_concordance_is_lin_s_and_that_of_the_worst_output() -> None:
    first = np.random.default_rng(1).normal(size=(40, 2))
    second = first * [1.0, 0.8] + [0.0, 0.3]
    a, b = first[:, 1], second[:, 1]
    slope = 2 * np.cov(a, b, ddof=0)[0, 1] / (np.var(a) + np.var(b) + (np.mean(a) - np.mean(b)) ** 2)
    assert concordance(first, second) == pytest.approx(slope, rel=1e-12)
    assert concordance(first[:, 0], second[:, 0]) == pytest.approx(1)


def test_uncertainties_are_their_formulas_written_out() -> None:
    for trial in range(2):
        rows = [p for p, is_open in zip(P[trial], OPEN[trial], strict=True) if is_open]
        entropies = [-sum(x * np.log(x) for x in p) / np.log(3) for p in rows]
        assert mean_uncertainty(P, OPEN)[trial] == pytest.approx(np.mean(entropies))
        assert largest_uncertainty(P, OPEN)[trial] == pytest.approx(max(entropies))
        assert expected_error(P, OPEN)[trial] == pytest.approx(np.mean([1 - max(p) for p in rows]))


def test_nothing_left_is_no_reason_to_stop() -> None:
    nobody = np.zeros((2, 12), dtype=bool)
    for criterion in (OverallUncertainty(9.0), MinimumExpectedError(9.0), MaximumConfidence(9.0)):
        seen = [check(P, is_open=nobody, is_chosen=nobody)] * criterion.n_checks
        assert criterion(seen).tolist() == [False, False]


def test_certainty_is_judged_by_each_criterion_for_each_trial() -> None:
    """One trial whose predictions are sure, one whose are not."""
    sure = np.tile([1.0, 0.0, 0.0], (12, 1))
    for criterion in (OverallUncertainty(), MinimumExpectedError(), MaximumConfidence()):
        assert criterion([check([sure, P[0]])] * criterion.n_checks).tolist() == [True, False]


def test_maximum_confidence_asks_what_was_thought_of_the_query_before_it_was_learnt() -> None:
    sure, query = np.tile([1.0, 0.0, 0.0], (12, 1)), np.arange(12)[None] == 3
    unsure_of_query = np.where(query.T, 1 / 3, sure)
    before, after = check([unsure_of_query], [1.0]), check([sure], [1.0], is_chosen=query)
    assert MaximumConfidence()([before, after]).tolist() == [False]
    assert MaximumConfidence()([check([sure], [1.0]), check([unsure_of_query], [1.0], is_chosen=query)]).tolist() == [
        True
    ]


def test_predictions_settle_when_the_mean_agreement_of_the_window_does() -> None:
    moved = P.copy()
    moved[1] = P[1][::-1]
    kappas = [1.0, cohen_kappa_score(P[1].argmax(1), moved[1].argmax(1)), 1.0]
    seen = [check(P), check(P), check(moved), check(moved)]
    for threshold in (np.mean(kappas) - 1e-6, np.mean(kappas) + 1e-6):
        found = StabilisingPredictions(threshold)(seen)
        assert found.tolist() == [True, bool(threshold < np.mean(kappas))]


def test_function_approximation_settles_by_concordance() -> None:
    outputs = RNG.normal(size=(2, 12, 1))
    other = np.stack([outputs[0], -outputs[1]])
    seen = [check(values, has_classes=False) for values in (outputs, outputs, other, other)]
    assert StabilisingPredictions(0.9)(seen).tolist() == [True, False]


def test_a_plateau_is_a_window_that_falls_no_further() -> None:
    errors = np.array([[1.0, 1.0], [0.9, 0.5], [0.95, 0.4], [0.94, 0.2]])
    falls = [(1.9 - 1.89) / 1.9, (1.5 - 0.6) / 1.5]
    assert Plateau(0.01, window=2)([check(P, error) for error in errors]).tolist() == [fall < 0.01 for fall in falls]


def test_every_criterion_has_a_name_and_a_threshold() -> None:
    for name, criterion in CRITERIA.items():
        assert criterion_named(name) == criterion()
        assert criterion_named(name, 0.5) == replace(criterion(), threshold=0.5)
    assert criterion_named("never") is None


@pytest.mark.parametrize(
    ("criterion", "arguments", "message"),
    [
        (StabilisingPredictions, {"threshold": 1.5}, "`threshold` must be in (0, 1]; got 1.5."),
        (StabilisingPredictions, {"window": 0}, "`window` must be a whole number of at least 1; got 0."),
        (Plateau, {"threshold": 0}, "`threshold` must be above 0; got 0."),
        (Plateau, {"window": 0}, "`window` must be a whole number of at least 1; got 0."),
        (OverallUncertainty, {"threshold": -1}, "`threshold` must be above 0; got -1."),
        (MaximumConfidence, {"threshold": 0}, "`threshold` must be above 0; got 0."),
        (MinimumExpectedError, {"threshold": 0}, "`threshold` must be above 0; got 0."),
    ],
)
def test_what_would_stop_at_once_or_never_is_refused(criterion, arguments, message) -> None:
    with pytest.raises(ValueError) as refusal:
        criterion(**arguments)
    assert str(refusal.value) == message
