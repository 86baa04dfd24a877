"""Data sets that are drawn from a formula."""

from __future__ import annotations

import numpy as np
from sklearn.datasets import make_friedman1

from eligo.datasets.record import Dataset
from eligo.tasks import REGRESSION

SEED = 12
"""One draw for everyone: a data set's name stands for the same numbers in every study."""


def make_noisy_sine(n_examples: int = 500, noise: float = 0.1, seed: int = SEED) -> Dataset:
    """Noisy sine: sin(2 pi x) + N(0, noise) at points x uniform in [0, 1].

    The noise floor of the mean squared error is ``noise**2``.

    Parameters
    ----------
    n_examples : int, default=500
    noise : float, default=0.1, standard deviation
    seed : int, default=12

    Returns
    -------
    Dataset

    Examples
    --------
    >>> make_noisy_sine().X.shape
    (500, 1)
    """
    rng = np.random.default_rng(seed)
    x = rng.uniform(0, 1, n_examples)
    return Dataset(
        name="noisy_sine",
        title="Noisy sine",
        task=REGRESSION,
        X=x[:, None],
        y=np.sin(2 * np.pi * x) + rng.normal(0, noise, n_examples),
        feature_names=("x",),
        class_names=(),
        target_name="y",
        source=f"generated: sin(2 pi x) + N(0, {noise:g}), {n_examples} points, seed {seed}",
    )


def make_friedman(n_examples: int = 500, noise: float = 1.0, seed: int = SEED) -> Dataset:
    """Friedman 1: a function of 5 of 10 features uniform in [0, 1], with noise (Friedman 1991).

    Parameters
    ----------
    n_examples : int, default=500
    noise : float, default=1.0, standard deviation
    seed : int, default=12

    Returns
    -------
    Dataset

    Examples
    --------
    >>> make_friedman().X.shape
    (500, 10)
    """
    X, y = make_friedman1(n_examples, n_features=10, noise=noise, random_state=seed)
    return Dataset(
        name="friedman1",
        title="Friedman 1",
        task=REGRESSION,
        X=X,
        y=y,
        feature_names=tuple(f"x{index}" for index in range(1, 11)),
        class_names=(),
        target_name="y",
        source=f"generated: Friedman (1991) function 1 with noise N(0, {noise:g}), {n_examples} points, seed {seed}",
    )
