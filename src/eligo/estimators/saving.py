"""A fitted estimator as one safetensors file: arrays, and JSON in its header. Nothing in it can run code.

The header's metadata has one entry, ``eligo``, a JSON object: ``format`` (1), ``estimator`` (its class), ``parameters``
(see `eligo.estimators.values`), ``feature_names``, ``classes`` (labels that are strings), ``is_flat`` and ``counts``. Arrays
are named ``params/LAYER/PART``, ``scaling/minimum``, ``coding/maximum``, ``trajectory/FIELD`` and so on.
"""

from __future__ import annotations

import json
import os
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save as as_safetensors
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from eligo.estimators.values import as_json
from eligo.learning import Trajectory
from eligo.mistakes import refuse_unless

FORMAT = 1
"""Version of the files that are written; older ones are read, newer ones refused."""

COUNTS = ("presentations_", "work_", "n_iter_")

OF_TRAJECTORY = tuple(field.name for field in fields(Trajectory) if field.name != "params")
"""Fields of a trajectory that are arrays of their own; ``params`` are the estimator's."""


def save_estimator(estimator: BaseEstimator, path: str | os.PathLike[str]) -> None:
    """Write a fitted estimator to a file, in one step: a reader sees all of it or nothing.

    Parameters
    ----------
    estimator : fitted estimator of eligo
    path : str or path, of the file to write

    Raises
    ------
    NotFittedError
        If it is not fitted.
    ValueError
        If a parameter cannot be written as JSON, or the path is none.
    OSError
        If there is no such folder, or the path is that of one.
    """
    check_is_fitted(estimator, "params_")
    parameters = estimator.get_params(deep=False)
    if isinstance(parameters["random_state"], np.random.RandomState):
        parameters["random_state"] = None  # a stream's place in itself is no setting
    tensors, facts = _fitted(estimator)
    facts |= {
        "format": FORMAT,
        "estimator": type(estimator).__name__,
        "parameters": {name: as_json(name, value) for name, value in parameters.items()},
    }
    arrays = {name: np.ascontiguousarray(values) for name, values in tensors.items()}
    target = _writable(path)
    written = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        written.write_bytes(as_safetensors(arrays, metadata={"eligo": json.dumps(facts)}))
        written.replace(target)
    finally:
        written.unlink(missing_ok=True)


def _writable(path: str | os.PathLike[str]) -> Path:
    """The path of a file in a folder that is there."""
    refuse_unless("path", path, os.fspath, "the path of a file, e.g. 'model.safetensors'")
    target = Path(path)
    if target.is_dir():
        raise IsADirectoryError(
            f"{str(path)!r} is a folder. Name a file in it, e.g. {str(target / 'model.safetensors')!r}."
        )
    if not target.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {str(target.parent)!r} to write {target.name} to. Make it first.")
    return target


def _fitted(estimator: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Arrays, and what JSON holds, of what fitting has found."""
    tensors = {
        f"params/{layer}/{part}": values for layer, of in estimator.params_.items() for part, values in of.items()
    }
    tensors |= {"scaling/minimum": estimator.scaling_.minimum, "scaling/span": estimator.scaling_.span}
    trajectory = {name: getattr(estimator.trajectory_, name) for name in OF_TRAJECTORY}
    tensors |= {f"trajectory/{name}": values for name, values in trajectory.items() if values is not None}
    names = getattr(estimator, "feature_names_in_", None)
    facts: dict[str, Any] = {
        "feature_names": None if names is None else names.tolist(),
        "counts": {name: getattr(estimator, name) for name in COUNTS},
    }
    if not hasattr(estimator, "classes_"):
        coding = estimator.coding_
        tensors |= {"coding/minimum": coding.minimum, "coding/maximum": coding.maximum}
        return tensors, facts | {"is_flat": coding.is_flat}
    if estimator.classes_.dtype.kind in "biuf":
        return tensors | {"classes": estimator.classes_}, facts
    return tensors, facts | {"classes": [as_json("classes_", label) for label in estimator.classes_.tolist()]}
