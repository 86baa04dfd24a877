"""Whether methods differ, and by how much.

Arrays in, frozen records out. A *block* is what the methods were run on side by side: a problem when the
question is about problems, a trial when it is about one problem. Trials on one problem share data, so a
test over them speaks about that problem only (`nadeau_bengio` corrects for the sharing).

Which question, which function:

- Do the methods differ at all? `friedman`, and `iman_davenport`, which has more power.
- Which pairs differ? `wilcoxon_holm`; `wilcoxon_bonferroni` and `nemenyi_cd` for comparison with texts that use
  them. One picture of it: `critical_difference`.
- Do these two differ? Over problems: `wilcoxon`. Over trials on one problem: `nadeau_bengio`.
- How probable is it that the difference matters, or that there is none that does? Over problems:
  `bayesian_signed_rank`. Over trials on one problem: `correlated_t`.
- How large is the difference? `paired_difference`, `ratio_of_means`; without a unit `rank_biserial`, and
  `vargha_delaney` or `cliffs_delta`, which ignore pairing.
- How sure is a curve, or a share of trials? `interval_of_mean`, `proportion_interval`.
- Could so few blocks show a difference at all? `smallest_wilcoxon_p`.
- Are the differences normal? `shapiro_wilk`, as a description. Choose the test by the question, not by its
  answer, nor by any other look at the result.

Numbers that agree to 12 significant digits tie, in every rank. Each function says what becomes of ties, zeros,
diverged runs (infinite scores) and methods that never differ.
"""

from .adjustment import bonferroni, holm
from .bayesian import BayesianSignedRankResult, bayesian_signed_rank
from .bootstrap import Band, Interval, interval_of_mean, paired_difference, ratio_of_means
from .diagram import CriticalDifference, critical_difference
from .dominance import cliffs_delta, vargha_delaney
from .groups import cliques
from .nemenyi import nemenyi_cd
from .normality import ShapiroWilkResult, shapiro_wilk
from .omnibus import FriedmanResult, ImanDavenportResult, friedman, iman_davenport
from .pairwise import PairwiseResult, wilcoxon_bonferroni, wilcoxon_holm
from .proportion import proportion_interval
from .ranks import mean_ranks
from .resampled import CorrelatedTResult, NadeauBengioResult, correlated_t, nadeau_bengio
from .signed_rank import WilcoxonResult, rank_biserial, smallest_wilcoxon_p, wilcoxon

__all__ = [
    "Band",
    "BayesianSignedRankResult",
    "CorrelatedTResult",
    "CriticalDifference",
    "FriedmanResult",
    "ImanDavenportResult",
    "Interval",
    "NadeauBengioResult",
    "PairwiseResult",
    "ShapiroWilkResult",
    "WilcoxonResult",
    "bayesian_signed_rank",
    "bonferroni",
    "cliffs_delta",
    "cliques",
    "correlated_t",
    "critical_difference",
    "friedman",
    "holm",
    "iman_davenport",
    "interval_of_mean",
    "mean_ranks",
    "nadeau_bengio",
    "nemenyi_cd",
    "paired_difference",
    "proportion_interval",
    "rank_biserial",
    "ratio_of_means",
    "shapiro_wilk",
    "smallest_wilcoxon_p",
    "vargha_delaney",
    "wilcoxon",
    "wilcoxon_bonferroni",
    "wilcoxon_holm",
]
