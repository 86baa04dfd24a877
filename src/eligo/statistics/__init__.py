"""Whether methods differ, and by how much.

Arrays in, frozen records out. A *block* is what the methods were run on side by side: a problem when the
question is about problems, a trial when it is about one problem. Trials on one problem share data, so a
test over them speaks about that problem only (`nadeau_bengio` corrects for the sharing).

All methods at once: `friedman`, `iman_davenport`, then `wilcoxon_holm` for every pair. Two methods:
`wilcoxon`, `nadeau_bengio`. How large: `rank_biserial`, `paired_difference`, `vargha_delaney`. One picture:
`critical_difference`.
"""

from .adjustment import bonferroni, holm
from .bootstrap import Band, Interval, interval_of_mean, paired_difference
from .diagram import CriticalDifference, critical_difference
from .dominance import cliffs_delta, vargha_delaney
from .groups import cliques
from .nemenyi import nemenyi_cd
from .omnibus import FriedmanResult, ImanDavenportResult, friedman, iman_davenport
from .pairwise import PairwiseResult, wilcoxon_holm
from .ranks import mean_ranks
from .resampled import NadeauBengioResult, nadeau_bengio
from .signed_rank import WilcoxonResult, rank_biserial, wilcoxon

__all__ = [
    "Band",
    "CriticalDifference",
    "FriedmanResult",
    "ImanDavenportResult",
    "Interval",
    "NadeauBengioResult",
    "PairwiseResult",
    "WilcoxonResult",
    "bonferroni",
    "cliffs_delta",
    "cliques",
    "critical_difference",
    "friedman",
    "holm",
    "iman_davenport",
    "interval_of_mean",
    "mean_ranks",
    "nadeau_bengio",
    "nemenyi_cd",
    "paired_difference",
    "rank_biserial",
    "vargha_delaney",
    "wilcoxon",
    "wilcoxon_holm",
]
