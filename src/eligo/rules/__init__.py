"""Rules: which examples a set of scores chooses."""

from eligo.rules.adaptive_mean import AdaptiveMean
from eligo.rules.by_score import AboveMean, Everything, Share, Top
from eligo.rules.protocol import Rule
from eligo.rules.soft_prune import SoftPrune

__all__ = [
    "AboveMean",
    "AdaptiveMean",
    "Everything",
    "Rule",
    "Share",
    "SoftPrune",
    "Top",
]
