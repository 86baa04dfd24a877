"""Rules: which examples a set of scores chooses, one idea a file."""

from eligo.rules.adaptive_mean import AdaptiveMean
from eligo.rules.by_score import AboveMean, Everything, Share, Top
from eligo.rules.k_centre import KCentre
from eligo.rules.k_means import KMeansPlusPlus
from eligo.rules.largest_cluster import LargestCluster
from eligo.rules.protocol import BatchRule, QueryRule, Rule
from eligo.rules.soft_prune import SoftPrune
from eligo.rules.stochastic_top import StochasticTop
from eligo.rules.uncovered_clusters import UncoveredClusters

__all__ = [
    "AboveMean",
    "AdaptiveMean",
    "BatchRule",
    "Everything",
    "KCentre",
    "KMeansPlusPlus",
    "LargestCluster",
    "QueryRule",
    "Rule",
    "Share",
    "SoftPrune",
    "StochasticTop",
    "Top",
    "UncoveredClusters",
]
