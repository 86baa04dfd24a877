"""How probable is a difference that matters? The Bayesian form of Wilcoxon's signed-rank test."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from . import _ties
from ._arrays import FloatArray, as_amount, as_count, as_generator, as_pairs

MAX_WEIGHTS = 2**20  # held at once: 8 MiB, whatever the number of samples
TIE = 1e-9  # masses closer than this are as large: what sums of products leave of a tie


@dataclass(frozen=True)
class BayesianSignedRankResult:
    """Which of three statements about two methods is the most probable, over samples of the posterior.

    Attributes
    ----------
    p_first_lower : float in [0, 1], that first is lower than second by more than `rope`
    p_equivalent : float in [0, 1], that they are within `rope` of each other
    p_first_higher : float in [0, 1], that first is higher than second by more than `rope`
    rope : float, half the width of the region of practical equivalence
    n_pairs, n_samples : int; the standard error of each probability is at most ``sqrt(0.5 / n_samples)``
    """

    p_first_lower: float
    p_equivalent: float
    p_first_higher: float
    rope: float
    n_pairs: int
    n_samples: int


def _beyond(means: FloatArray, rope: float, noise: FloatArray) -> FloatArray:
    """1 where a mean of two differences exceeds the rope, one half where it equals it, 0 below."""
    return (means > rope + noise) + 0.5 * (np.abs(means - rope) <= noise)


def _verdicts(differences: FloatArray, noise: FloatArray, rope: float) -> tuple[FloatArray, FloatArray]:
    """Which means of two differences speak for first being lower, and which for higher (pairs, pairs)."""
    with np.errstate(invalid="ignore"):
        means = np.add.outer(differences / 2, differences / 2)
    means[np.isnan(means)] = 0.0  # of inf and -inf
    slack = np.add.outer(noise / 2, noise / 2)
    return _beyond(-means, rope, slack), _beyond(means, rope, slack)


def _wins(weights: FloatArray, lower: FloatArray, higher: FloatArray) -> FloatArray:
    """How many samples of weights (samples, pairs) favour lower, equivalent and higher; ties are shared out."""
    masses = [np.einsum("sp,sp->s", weights @ verdict, weights) for verdict in (lower, higher)]
    shares = np.stack([masses[0], 1 - masses[0] - masses[1], masses[1]], axis=1)
    is_largest = shares >= shares.max(axis=1, keepdims=True) - TIE
    wins: FloatArray = (is_largest / is_largest.sum(axis=1, keepdims=True)).sum(axis=0)
    return wins


def bayesian_signed_rank(
    first: ArrayLike,
    second: ArrayLike,
    *,
    rope: float,
    rng: np.random.Generator | int,
    n_samples: int = 50_000,
    prior_strength: float = 0.5,
) -> BayesianSignedRankResult:
    """Bayesian signed-rank test: how probable it is that one method is ahead, or that both are as good.

    The posterior of the differences is a Dirichlet process: random weights over the observed ones and over one
    pseudo-observation of 0. Each sample of weights weighs all means of two differences that fall below, into
    and above the region of practical equivalence, ``[-rope, rope]``; a probability is the share of samples in
    which that part weighs the most. A mean on the edge counts half to either side. The three sum to 1.

    With a `rope` of 0 there is no equivalence: zeros count half for lower and half for higher, and methods
    that never differ get 0.5 each. Infinite scores count as in `wilcoxon`: inf against a finite score is a
    difference beyond any region, inf against inf is 0. What lies beyond the 12th significant digit of the
    scores is float noise.

    Blocks must be independent, as problems are, and scores must mean the same on all of them: accuracies do,
    squared errors do not (compare their logarithms, with ``rope=log(1.05)`` for 5 %). Over trials on one
    problem take `correlated_t`. Decide what difference would matter before looking.

    Weights are drawn once for the sorted differences and used in both orders. So swapping the methods swaps
    the probabilities, and the order of the blocks does not matter, exactly.

    Parameters
    ----------
    first, second : float array (pairs,), scores of two methods on the same blocks; may be infinite
    rope : float, at least 0, half the width of the region of practical equivalence, in units of the scores; a
        larger one makes equivalence more probable
    rng : numpy Generator, or int, the seed of a new one; the same seed gives the same probabilities
    n_samples : int, at least 100, default 50_000; rounded up to an even number. Time grows with it and with the
        square of the number of pairs, memory with neither but for one square table of pairs
    prior_strength : float, at least 0, default 0.5, weight of the pseudo-observation against 1 of a pair; a
        larger one favours equivalence

    Returns
    -------
    BayesianSignedRankResult

    Raises
    ------
    ValueError
        If the arrays are empty, differ in length or contain NaN, or an argument is out of range.

    References
    ----------
    Benavoli, Mangili, Corani, Zaffalon & Ruggeri (2014), A Bayesian Wilcoxon signed-rank test based on the
    Dirichlet process, ICML. Benavoli, Corani, Demšar & Zaffalon (2017), Time for a change: a tutorial for
    comparing multiple classifiers through Bayesian analysis, JMLR 18(77), section 4.2.1.

    Examples
    --------
    >>> from eligo.statistics import bayesian_signed_rank
    >>> first, second = [0.91, 0.84, 0.77, 0.95, 0.88, 0.69], [0.90, 0.80, 0.78, 0.91, 0.85, 0.66]
    >>> result = bayesian_signed_rank(first, second, rope=0.01, rng=0)
    >>> round(result.p_first_lower, 2), round(result.p_equivalent, 2), round(result.p_first_higher, 2)
    (0.0, 0.03, 0.97)
    """
    one, other = as_pairs(first, second)
    half_width, prior = as_amount("rope", rope), as_amount("prior_strength", prior_strength)
    generator, n_draws = as_generator(rng), (as_count("n_samples", n_samples, 100) + 1) // 2
    differences, noise = _ties.differences(one, other)
    order = np.argsort(differences, kind="stable")
    # The pseudo-observation comes first; the others can then be turned around without it.
    lower, higher = _verdicts(np.r_[0.0, differences[order]], np.r_[0.0, noise[order]], half_width)
    turned = np.r_[0, one.size : 0 : -1]
    shapes = np.r_[prior, np.ones(one.size)]
    rows = max(1, MAX_WEIGHTS // shapes.size)
    wins = np.zeros(3)
    for start in range(0, n_draws, rows):
        weights = generator.standard_gamma(shapes, size=(min(rows, n_draws - start), shapes.size))
        weights /= weights.sum(axis=1, keepdims=True)
        wins += _wins(weights, lower, higher) + _wins(weights[:, turned], lower, higher)
    p_lower, p_equivalent, p_higher = (wins / (2 * n_draws)).tolist()
    return BayesianSignedRankResult(p_lower, p_equivalent, p_higher, half_width, one.size, 2 * n_draws)
