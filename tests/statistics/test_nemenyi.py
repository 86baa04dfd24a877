"""The critical difference against the published table and scikit-posthocs."""

import numpy as np
import pandas as pd
import pytest
import scikit_posthocs

from eligo.statistics import mean_ranks, nemenyi_cd

# Demšar (2006), Table 5(a): critical values for 2 to 10 methods.
TABLE = {
    0.05: [1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164],
    0.10: [1.645, 2.052, 2.291, 2.459, 2.589, 2.693, 2.780, 2.855, 2.920],
}


@pytest.mark.parametrize("alpha", TABLE)
@pytest.mark.parametrize("n_methods", range(2, 11))
def test_published_critical_values(alpha: float, n_methods: int) -> None:
    n_blocks = 9
    quantile = nemenyi_cd(n_methods, n_blocks, alpha) / np.sqrt(n_methods * (n_methods + 1) / (6 * n_blocks))
    # The table's last digit is at times cut and at times rounded up.
    assert quantile == pytest.approx(TABLE[alpha][n_methods - 2], abs=1.1e-3)


def test_published_critical_differences() -> None:
    assert nemenyi_cd(4, 50) == pytest.approx(0.663, abs=5e-4)
    # Demšar (2006), section 3.2.2: 14 data sets.
    assert nemenyi_cd(4, 14) == pytest.approx(1.25, abs=0.01)
    assert nemenyi_cd(4, 14, alpha=0.10) == pytest.approx(1.12, abs=0.01)


@pytest.mark.parametrize("seed", range(4))
def test_differences_beyond_it_are_those_that_scikit_posthocs_finds(seed: int) -> None:
    scores = np.random.default_rng(seed).normal(size=(15, 6)) + 0.35 * np.arange(6)
    p_values = scikit_posthocs.posthoc_nemenyi_friedman(pd.DataFrame(scores)).to_numpy()
    ranks = mean_ranks(scores)
    is_beyond = np.abs(ranks[:, None] - ranks) >= nemenyi_cd(6, 15, alpha=0.05)
    np.testing.assert_array_equal(is_beyond, p_values <= 0.05)
    assert 0 < is_beyond.sum() < is_beyond.size - 6


def test_four_times_the_blocks_halve_it() -> None:
    assert nemenyi_cd(5, 40) == pytest.approx(nemenyi_cd(5, 10) / 2, rel=1e-14)
