"""The bars of a critical-difference diagram: groups of methods that no test tells apart."""

import numpy as np
from numpy.typing import ArrayLike

from ._arrays import as_fraction, as_numbers
from .adjustment import as_p_values


def cliques(mean_ranks: ArrayLike, adjusted_matrix: ArrayLike, alpha: float = 0.05) -> tuple[tuple[int, ...], ...]:
    """Groups of methods in which no pair differs significantly, as long as they can be.

    A group is a run of neighbours in the order of mean ranks, of two methods or more, in which *every* pair
    has an adjusted p above alpha. Groups inside a longer group are left out; groups may overlap. Two methods
    that share no group are not thereby different: the pairs say which are. Equal mean ranks are ordered by
    index, so the result is the same every time.

    Parameters
    ----------
    mean_ranks : float array (methods,), 1 is best
    adjusted_matrix : float array (methods, methods), symmetric, in [0, 1], as from `wilcoxon_holm`; its
        diagonal is not read
    alpha : float in (0, 1), default 0.05; a larger one makes groups smaller

    Returns
    -------
    tuple of tuples of int, indices of methods from the best rank to the worst, groups likewise

    Raises
    ------
    ValueError
        If the shapes disagree, the matrix is not symmetric or holds no p-values, or alpha is out of range.

    References
    ----------
    Demšar (2006), JMLR 7, section 3.2.4, with the pairwise tests that Benavoli et al. (2016), JMLR 17(5), ask
    for.

    Examples
    --------
    >>> from eligo.statistics import cliques
    >>> adjusted = [[1.0, 0.01, 0.3], [0.01, 1.0, 0.2], [0.3, 0.2, 1.0]]
    >>> cliques([1.2, 2.9, 1.9], adjusted)
    ((0, 2), (2, 1))
    """
    ranks = as_numbers("mean_ranks", mean_ranks, ("methods",))
    matrix = as_p_values("adjusted_matrix", adjusted_matrix, ("methods", "methods"))
    if matrix.shape != (ranks.size, ranks.size) or not np.allclose(matrix, matrix.T, rtol=0, atol=1e-12):
        raise ValueError(
            f"`adjusted_matrix` must be symmetric, with one row per method, {ranks.size}; got shape "
            f"{matrix.shape}. Pass `.adjusted_matrix` of `wilcoxon_holm`."
        )
    order = np.argsort(ranks, kind="stable")
    is_alike = matrix[np.ix_(order, order)] > as_fraction("alpha", alpha)
    groups: list[tuple[int, ...]] = []
    reach = 0  # where the longest group so far ends
    for start in range(ranks.size):
        end = start + 1
        while end < ranks.size and is_alike[start:end, end].all():
            end += 1
        if end - start > 1 and end > reach:
            groups.append(tuple(int(method) for method in order[start:end]))
            reach = end
    return tuple(groups)
