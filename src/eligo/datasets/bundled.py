"""Data sets that scikit-learn carries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn import datasets as sklearn_datasets

from eligo.datasets.record import Dataset
from eligo.tasks import CLASSIFICATION, REGRESSION


def load_bundled_classes(name: str, title: str, loader: Callable[..., Any], target_name: str, source: str) -> Dataset:
    """One of scikit-learn's classification data sets."""
    bunch = loader()
    return Dataset(
        name=name,
        title=title,
        task=CLASSIFICATION,
        X=np.asarray(bunch.data, dtype=np.float64),
        y=np.asarray(bunch.target),
        feature_names=tuple(map(str, bunch.feature_names)),
        class_names=tuple(map(str, bunch.target_names)),
        target_name=target_name,
        source=source,
    )


def load_iris() -> Dataset:
    """Iris: 150 flowers of 3 species, 4 measurements (Fisher 1936)."""
    source = "Fisher (1936), bundled with scikit-learn"
    return load_bundled_classes("iris", "Iris", sklearn_datasets.load_iris, "species", source)


def load_wine() -> Dataset:
    """Wine: 178 wines of 3 cultivars, 13 chemical measurements (Forina et al. 1988)."""
    source = "Forina et al. (1988), UCI, bundled with scikit-learn"
    return load_bundled_classes("wine", "Wine", sklearn_datasets.load_wine, "cultivar", source)


def load_breast_cancer() -> Dataset:
    """Breast cancer Wisconsin (diagnostic): 569 tumours, 30 measurements, malignant or benign (Street et al. 1993)."""
    source = "Street, Wolberg & Mangasarian (1993), UCI, bundled with scikit-learn"
    loader = sklearn_datasets.load_breast_cancer
    return load_bundled_classes("breast_cancer", "Breast cancer (Wisconsin)", loader, "diagnosis", source)


def load_digits() -> Dataset:
    """Digits: 1797 images of 8 x 8 pixels of 10 digits (Kaynak 1995)."""
    source = "Kaynak (1995), UCI, bundled with scikit-learn"
    return load_bundled_classes("digits", "Handwritten digits", sklearn_datasets.load_digits, "digit", source)


def load_diabetes() -> Dataset:
    """Diabetes: 442 patients, 10 measurements, progression of the disease after a year (Efron et al. 2004)."""
    bunch = sklearn_datasets.load_diabetes(scaled=False)
    return Dataset(
        name="diabetes",
        title="Diabetes",
        task=REGRESSION,
        X=np.asarray(bunch.data, dtype=np.float64),
        y=np.asarray(bunch.target, dtype=np.float64),
        feature_names=tuple(map(str, bunch.feature_names)),
        class_names=(),
        target_name="progression",
        source="Efron et al. (2004), bundled with scikit-learn",
    )
