"""Reading what `eligo.estimators.saving` wrote. Whatever a file holds, it is read as numbers and names, and checked."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from eligo.estimators.active import ActiveClassifier, ActiveRegressor
from eligo.estimators.saving import COUNTS, FORMAT, OF_TRAJECTORY
from eligo.estimators.scaling import FeatureScaling
from eligo.estimators.selective import SelectiveClassifier, SelectiveRegressor
from eligo.estimators.shell import NetworkEstimator
from eligo.estimators.values import from_json
from eligo.learning import Trajectory
from eligo.learning.parts import PER_TRIAL
from eligo.mistakes import refuse_unless
from eligo.networks import Params
from eligo.targets import IntervalCoding

ESTIMATORS: dict[str, type[NetworkEstimator]] = {
    estimator.__name__: estimator
    for estimator in (ActiveClassifier, ActiveRegressor, SelectiveClassifier, SelectiveRegressor)
}

Arrays = dict[str, NDArray[Any]]


def load(path: str | os.PathLike[str], *, allowed: Iterable[type] = ()) -> NetworkEstimator:
    """Read a fitted estimator that `save` has written. A file from somebody else is safe: it holds numbers and names.

    Parameters
    ----------
    path : str or path, of the file
    allowed : classes, default=(), utilities and rules of one's own that the file may name; their constructors are called
        with what it says

    Returns
    -------
    fitted estimator

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is torn, is no model of eligo, or comes from a newer release.

    Examples
    --------
    >>> import tempfile, numpy as np, eligo
    >>> X, y = np.linspace(-1, 1, 20)[:, None], np.repeat(["no", "yes"], 10)
    >>> model = eligo.SelectiveClassifier(hidden=(4,), epochs=20, random_state=0).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model.save(f"{folder}/model.safetensors")
    ...     loaded = eligo.load(f"{folder}/model.safetensors")
    >>> bool((loaded.predict(X) == model.predict(X)).all())
    True
    """
    refuse_unless("path", path, os.fspath, "the path of a file that `save` has written")
    if not Path(path).is_file():
        raise FileNotFoundError(_not_there(Path(path)))
    refuse_unless("allowed", allowed, lambda own: isinstance(own, Iterable), "a list of classes", "Write [MyUtility].")
    classes = tuple(allowed)
    refuse_unless("allowed", classes, lambda own: all(isinstance(one, type) for one in own), "a list of classes")
    try:
        facts, arrays = _read(path)
        return _estimator(facts, arrays, classes)
    except (SafetensorError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        why = " ".join(str(error).split()) if not isinstance(error, KeyError) else f"it lacks {error}"
        if isinstance(error, SafetensorError) and "header" in why:
            why = f"it is torn, or no file that `save` has written ({why})"
        raise ValueError(f"{path} is no model that eligo can read: {why.removesuffix('.')}.") from error


def _not_there(path: Path) -> str:
    """What to say of a path that is no file."""
    if path.is_dir():
        return f"{str(path)!r} is a folder. Name the file that `save` has written."
    with_ending = path.with_name(f"{path.name}.safetensors")
    hint = f"Did you mean {str(with_ending)!r}?" if with_ending.is_file() else "Check the path."
    return f"there is no file {str(path)!r}. {hint}"


def _read(path: str | os.PathLike[str]) -> tuple[dict[str, Any], Arrays]:
    with safe_open(path, framework="np") as file:
        metadata = file.metadata() or {}
        if "eligo" not in metadata:
            raise ValueError("its header has no entry `eligo`")
        facts = json.loads(metadata["eligo"])
        if not isinstance(facts, dict) or not isinstance(facts.get("format"), int):
            raise ValueError("its entry `eligo` names no format")
        if not 1 <= facts["format"] <= FORMAT:
            raise ValueError(f"it has format {facts['format']}, and this release reads up to {FORMAT}; update eligo")
        return facts, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118, safetensors' own


def _estimator(facts: dict[str, Any], arrays: Arrays, allowed: tuple[type, ...]) -> NetworkEstimator:
    """The estimator, its fitted attributes checked against each other."""
    if facts["estimator"] not in ESTIMATORS:
        raise ValueError(f"it names the estimator {facts['estimator']!r}; known are {', '.join(ESTIMATORS)}")
    parameters = {name: from_json(value, allowed) for name, value in facts["parameters"].items()}
    estimator: Any = ESTIMATORS[facts["estimator"]](**parameters)
    estimator.network_ = estimator._network()
    estimator.scaling_ = FeatureScaling(*(_of_shape(arrays, f"scaling/{of}", (None,)) for of in ("minimum", "span")))
    estimator.n_features_in_ = len(estimator.scaling_.span)
    if facts["feature_names"] is not None:
        estimator.feature_names_in_ = np.array([str(name) for name in facts["feature_names"]], dtype=object)
    if hasattr(estimator, "predict_proba"):
        estimator.classes_ = arrays["classes"] if "classes" in arrays else np.array(facts["classes"])
        estimator.coding_ = estimator._coding_of(estimator.classes_)
    else:
        minimum, maximum = (_of_shape(arrays, f"coding/{end}", (None,)) for end in ("minimum", "maximum"))
        low, high = estimator._task.target_range
        estimator.coding_ = IntervalCoding(minimum, maximum, low, high, bool(facts["is_flat"]))
    estimator.params_ = _params(estimator, arrays)
    estimator.trajectory_ = _trajectory(estimator.params_, arrays)
    estimator.selected_ = estimator.trajectory_.is_selected[0]
    estimator.loss_curve_ = estimator.trajectory_.train_error[:, 0].tolist()
    for name in COUNTS:
        setattr(estimator, name, float(facts["counts"][name]) if name == "work_" else int(facts["counts"][name]))
    found: NetworkEstimator = estimator
    return found


def _params(estimator: Any, arrays: Arrays) -> Params:
    """Weights of every member, in the shapes that the network has."""
    n_members, n_outputs = estimator._n_networks, len(estimator.coding_.scale)
    sizes = estimator.network_.layer_sizes(estimator.n_features_in_, n_outputs)
    return {
        name: {
            "weights": _of_shape(arrays, f"params/{name}/weights", (n_members, fan_in, fan_out)),
            "bias": _of_shape(arrays, f"params/{name}/bias", (n_members, fan_out)),
        }
        for name, (fan_in, fan_out) in zip(estimator.network_.layer_names, sizes, strict=True)
    }


def _trajectory(params: Params, arrays: Arrays) -> Trajectory:
    """The trajectory of one trial."""
    n_records = len(_of_shape(arrays, "trajectory/epoch", (None,)))
    shapes: dict[str, tuple[int | None, ...]] = {
        "epoch": (n_records,),
        "is_selected": (1, None),
        "confusion": (1, None, None),
    }
    found: dict[str, Any] = {"confusion": None}
    for name in OF_TRAJECTORY:
        if name != "confusion" or f"trajectory/{name}" in arrays:
            usual = (1,) if name in PER_TRIAL else (n_records, 1)
            found[name] = _of_shape(arrays, f"trajectory/{name}", shapes.get(name, usual))
    return Trajectory(
        **found, params={layer: {part: of[None] for part, of in parts.items()} for layer, parts in params.items()}
    )


def _of_shape(arrays: Arrays, name: str, shape: tuple[int | None, ...]) -> Any:
    """An array of the file, of numbers and of this shape; None stands for any length."""
    found = arrays[name]
    is_fit = len(found.shape) == len(shape) and all(
        length in (None, has) for length, has in zip(shape, found.shape, strict=True)
    )
    if not is_fit:
        raise ValueError(f"`{name}` has shape {found.shape}, and {shape} belongs there")
    return found
