"""Everything a critical-difference diagram shows, computed; drawing it is done elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._arrays import FloatArray, IntArray, as_fraction, as_scores, read_only
from .groups import cliques
from .nemenyi import nemenyi_cd
from .omnibus import FriedmanResult, ImanDavenportResult, friedman, iman_davenport
from .pairwise import PairwiseResult, wilcoxon_holm
from .ranks import mean_ranks


@dataclass(frozen=True, eq=False)
class CriticalDifference:
    """What a critical-difference diagram shows; methods are in the order of their mean ranks throughout.

    Attributes
    ----------
    names : tuple of str (methods,), the best first
    order : int array (methods,), column of the scores that each name stands for
    mean_ranks : float array (methods,), rising
    nemenyi_cd : float, in ranks, the ruler of the diagram
    cliques : tuple of tuples of int, positions in `names` of the groups without a significant pair
    friedman : FriedmanResult
    iman_davenport : ImanDavenportResult
    pairwise : PairwiseResult, its pairs being positions in `names`
    alpha : float in (0, 1)
    """

    names: tuple[str, ...]
    order: IntArray
    mean_ranks: FloatArray
    nemenyi_cd: float
    cliques: tuple[tuple[int, ...], ...]
    friedman: FriedmanResult
    iman_davenport: ImanDavenportResult
    pairwise: PairwiseResult
    alpha: float


def _checked_names(names: Sequence[str], n_methods: int) -> tuple[str, ...]:
    labels = () if isinstance(names, str) else tuple(str(name) for name in names)
    if len(labels) != n_methods or len(set(labels)) != n_methods:
        raise ValueError(
            f"`names` must hold {n_methods} different names, one per column of `scores`; got {names!r}. "
            "Name each method once, in the order of the columns."
        )
    return labels


def critical_difference(
    scores: ArrayLike, *, names: Sequence[str], alpha: float = 0.05, lower_is_better: bool = True
) -> CriticalDifference:
    """Mean ranks of methods, the tests on them, and the groups that no test tells apart.

    Groups come from `wilcoxon_holm` and `cliques`; Nemenyi's critical difference is given as the ruler that
    readers of such diagrams expect, and may disagree with them. Equal mean ranks keep the order of the
    columns, so the same scores give the same diagram.

    Parameters
    ----------
    scores : float array (blocks, methods), +inf (or -inf if higher is better) for a diverged run
    names : sequence of str (methods,), all different
    alpha : float in (0, 1), default 0.05, chance of any false difference; smaller is stricter
    lower_is_better : bool, default True, as for errors; False for accuracies

    Returns
    -------
    CriticalDifference

    Raises
    ------
    ValueError
        If `scores` is not (blocks, methods) with at least two of each or contains NaN, `names` does not fit,
        or alpha is out of range.

    References
    ----------
    Demšar (2006), Statistical comparisons of classifiers over multiple data sets, JMLR 7, section 3.2.4.
    Benavoli, Corani & Mangili (2016), Should we really use post-hoc tests based on mean-ranks?, JMLR 17(5).

    Examples
    --------
    >>> import numpy as np
    >>> from eligo.statistics import critical_difference
    >>> block = np.arange(8.0)
    >>> scores = np.stack([1.1 * block + 2, block, block + (-1) ** block], axis=1)
    >>> diagram = critical_difference(scores, names=["random", "entropy", "ensemble"])
    >>> diagram.names, diagram.cliques
    (('entropy', 'ensemble', 'random'), ((0, 1),))
    >>> round(diagram.nemenyi_cd, 3), diagram.mean_ranks
    (1.172, array([1.5, 1.5, 3. ]))
    """
    array, level = as_scores(scores, min_blocks=2), as_fraction("alpha", alpha)
    labels = _checked_names(names, array.shape[1])
    ranks = mean_ranks(array, lower_is_better=lower_is_better)
    order = np.argsort(ranks, kind="stable").astype(np.int64)
    ordered = array[:, order]
    pairwise = wilcoxon_holm(ordered, alpha=level)
    return CriticalDifference(
        names=tuple(labels[column] for column in order),
        order=read_only(order),
        mean_ranks=read_only(ranks[order]),
        nemenyi_cd=nemenyi_cd(array.shape[1], array.shape[0], level),
        cliques=cliques(ranks[order], pairwise.adjusted_matrix, level),
        friedman=friedman(ordered, lower_is_better=lower_is_better),
        iman_davenport=iman_davenport(ordered),
        pairwise=pairwise,
        alpha=level,
    )
