"""Whether the methods differ on one problem, and by how much: every test and interval that the report quotes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from eligo.statistics import (
    CriticalDifference,
    critical_difference,
    holm,
    nadeau_bengio,
    paired_difference,
    smallest_wilcoxon_p,
    vargha_delaney,
    wilcoxon,
)
from eligo.study.results import Problem

from .factors import reference_of
from .summaries import N_RESAMPLES, SEED, Scores

ALPHA = 0.05
MIN_PROBLEMS = 6  # below, no pair can reach 0.05: Wilcoxon's p over n blocks is at least 2 ** (1 - n)


@dataclass(frozen=True)
class Difference:
    """Mean of first minus second over the trials in which neither diverged, in units of the measure.

    Attributes
    ----------
    first, second : str, methods; a negative estimate favours the first
    estimate : float
    low, high : float, ends of the 95 % bootstrap interval
    corrected_low, corrected_high : float, ends of Nadeau and Bengio's interval, which knows that trials overlap
    corrected_p : float, of their test; NaN like its interval where a trial of either diverged, for which no mean answers
    """

    first: str
    second: str
    estimate: float
    low: float
    high: float
    corrected_low: float
    corrected_high: float
    corrected_p: float

    def scaled(self, scale: float) -> Difference:
        """The same difference in units of which one of the measure has so many."""
        names = ("estimate", "low", "high", "corrected_low", "corrected_high")
        return replace(self, **{name: scale * getattr(self, name) for name in names})


@dataclass(frozen=True, eq=False)
class Comparison:
    """All methods of one problem against each other, over the trials that every method has run.

    Attributes
    ----------
    n_blocks : int, those trials
    ranking : CriticalDifference, or None with fewer than two methods or two trials
    pairs : frame, one row per pair of methods, in the study's order of methods; empty without `ranking`;
        n_diverged counts trials in which either diverged, is_corrected says that the difference remains when the
        overlap of trials is allowed for
    reference : str, the method that `differences` are relative to
    differences : tuple of Difference, every other method minus the reference
    """

    n_blocks: int
    ranking: CriticalDifference | None
    pairs: pd.DataFrame
    reference: str
    differences: tuple[Difference, ...]

    @property
    def smallest_p(self) -> float:
        """The smallest p of a pair that so few trials allow, adjusted for the number of pairs."""
        return smallest_wilcoxon_p(max(self.n_blocks, 1), n_tests=max(len(self.pairs), 1))


def difference(blocks: pd.DataFrame, first: str, second: str, problem: Problem) -> Difference:
    """Difference of two methods with both of its intervals; NaN where fewer than two trials are finite."""
    both = blocks[[first, second]].to_numpy()
    is_finite = np.isfinite(both).all(axis=1)
    one, other = both[is_finite].T
    if one.size < 2:
        estimate = float(one[0] - other[0]) if one.size else np.nan
        return Difference(first, second, estimate, *[np.nan] * 5)
    boot = paired_difference(one, other, rng=SEED, n_resamples=N_RESAMPLES)
    if not is_finite.all():  # the rest are the trials that went well: to test them alone would favour who diverges
        return Difference(first, second, boot.estimate, boot.low, boot.high, *[np.nan] * 3)
    check = nadeau_bengio(one, other, n_train=problem.n_train, n_test=problem.n_test)
    return Difference(first, second, boot.estimate, boot.low, boot.high, check.low, check.high, check.p_value)


def _holm_of_known(p_values: pd.Series) -> pd.Series:
    """Holm's adjustment of the p-values that could be computed; NaN stays NaN."""
    known = p_values.dropna()
    adjusted = holm(known.to_numpy(dtype=float)) if len(known) else np.empty(0)
    return pd.Series(adjusted, index=known.index, dtype=float).reindex(p_values.index)


def _pairs(blocks: pd.DataFrame, ranking: CriticalDifference, problem: Problem) -> pd.DataFrame:
    tests = ranking.pairwise
    place = {name: list(blocks).index(name) for name in ranking.names}
    rows = []
    for i, pair in enumerate(tests.pairs):
        names = [ranking.names[position] for position in pair]
        is_turned = place[names[0]] > place[names[1]]
        first, second = names[::-1] if is_turned else names
        size = difference(blocks, first, second, problem)
        rows.append(
            {
                **vars(size),
                "p_value": tests.p_values[i],
                "adjusted_p": tests.adjusted_p_values[i],
                "is_significant": bool(tests.is_significant[i]),
                "rank_biserial": float(tests.rank_biserial[i]) * (-1 if is_turned else 1),
                "a12": vargha_delaney(blocks[first], blocks[second]),
                "n_zero": int(tests.n_zero[i]),
                "n_diverged": int((~np.isfinite(blocks[[first, second]])).any(axis=1).sum()),
            }
        )
    frame = pd.DataFrame(rows)
    # A pair without an answer stays a hypothesis: the others are adjusted for it too.
    adjusted = _holm_of_known(frame["corrected_p"].fillna(1.0))
    frame["corrected_adjusted_p"] = adjusted.where(frame["corrected_p"].notna())
    is_same_way = np.sign(frame["estimate"]) == np.sign(frame["rank_biserial"])
    frame["is_corrected"] = frame["is_significant"] & (frame["corrected_adjusted_p"] <= ALPHA) & is_same_way
    order = frame[["first", "second"]].map(place.__getitem__)
    return frame.loc[order.sort_values(["first", "second"]).index].reset_index(drop=True)


def compare(scores: Scores, problem: Problem) -> Comparison:
    """Test and measure the differences between the methods of a problem."""
    blocks = scores.blocks
    methods = scores.methods
    reference = reference_of(methods) if methods else ""
    is_testable = len(methods) > 1 and len(blocks) > 1
    ranking = critical_difference(blocks.to_numpy(), names=methods, alpha=ALPHA) if is_testable else None
    others = [name for name in methods if name != reference]
    return Comparison(
        n_blocks=len(blocks),
        ranking=ranking,
        pairs=_pairs(blocks, ranking, problem) if ranking else pd.DataFrame(),
        reference=reference,
        differences=tuple(difference(blocks, name, reference, problem) for name in others) if len(blocks) else (),
    )


def compare_problems(mean_ranks: pd.DataFrame) -> CriticalDifference | None:
    """The methods over problems, each scored by its mean rank there; None with too few problems to find anything."""
    n_problems, n_methods = mean_ranks.shape
    if n_problems < MIN_PROBLEMS or n_methods < 2:
        return None
    return critical_difference(mean_ranks.to_numpy(), names=list(map(str, mean_ranks)), alpha=ALPHA)


def compare_areas(areas: pd.DataFrame, problem: Problem, against: Mapping[str, str | None]) -> pd.DataFrame:
    """Area under the learning curve of each method, and how it differs from another's in the same trials.

    Parameters
    ----------
    areas : frame (trials, methods); +inf where a run has none since it diverged, NaN where there is no run
    problem : Problem
    against : mapping of method to the one that it is held against, or None

    Returns
    -------
    frame, one row per method: n_trials (with an area), n_missing (that another method has run), n_diverged (without an
    area), mean and sd of those with one, median of all that are not missing, difference, low, high (bootstrap, of the trials
    with an area), p_value and rank_biserial (Wilcoxon; to it, as in the median, a diverged trial is infinitely bad),
    adjusted_p (Holm), corrected_adjusted_p (Nadeau and Bengio's test, Holm); all from difference on are NaN for a method
    that is held against none, and the last where a trial of either diverged
    """
    rows = []
    for name in map(str, areas):
        own, other = areas[name][np.isfinite(areas[name])], against.get(name)
        known = areas[name].dropna()
        row = {"method": name, "n_trials": own.size, "n_diverged": known.size - own.size}
        row |= {"n_missing": len(areas) - known.size}
        row |= {"mean": own.mean(), "sd": own.std(), "median": known.median()}
        paired = areas[[name, other]] if other is not None and other in areas and other != name else pd.DataFrame()
        both = paired.dropna()
        if np.isfinite(both).all(axis=1).sum() > 1:
            size = difference(both, name, str(other), problem)
            row |= {"difference": size.estimate, "low": size.low, "high": size.high, "corrected_p": size.corrected_p}
            test = wilcoxon(both[name].to_numpy(), both[other].to_numpy())
            row |= {"p_value": test.p_value, "rank_biserial": test.rank_biserial}
        rows.append(row)
    of_method = ["method", "n_trials", "n_missing", "n_diverged", "mean", "sd", "median"]
    of_pair = ["difference", "low", "high", "p_value", "rank_biserial", "corrected_p"]
    frame = pd.DataFrame(rows).reindex(columns=[*of_method, *of_pair])
    frame["adjusted_p"] = _holm_of_known(frame["p_value"])
    corrected = frame.pop("corrected_p")
    # One without an answer stays a hypothesis, as among pairs.
    adjusted = _holm_of_known(corrected.fillna(1.0).where(frame["p_value"].notna()))
    frame["corrected_adjusted_p"] = adjusted.where(corrected.notna())
    return frame.set_index("method")
