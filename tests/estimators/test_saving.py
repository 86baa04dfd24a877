"""A fitted estimator as a file: it comes back whole, and a file from somebody else can do no harm."""

import json
from dataclasses import dataclass, fields
from pathlib import Path

import jax
import numpy as np
import pandas as pd
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file
from sklearn.exceptions import NotFittedError

import eligo
from eligo import ActiveClassifier, ActiveRegressor, SelectiveClassifier, SelectiveRegressor
from eligo.rules import AboveMean
from eligo.utilities import OutputSensitivity

RNG = np.random.default_rng(0)
X = RNG.uniform(-3, 7, (40, 2))
SMALL = {"hidden": (3,), "epochs": 4, "n_records": 2, "random_state": 3}
TWO = np.column_stack([X[:, 0] ** 2, X[:, 1]])


@dataclass(frozen=True)
class Sharper(OutputSensitivity):
    """A utility of one's own."""

    power: int = 2


FITTED = {
    "strings": lambda: SelectiveClassifier(**SMALL, rule=AboveMean(0.3, floor=2)).fit(
        X, np.where(X[:, 0] > 0, "ja", "né")
    ),
    "numbers": lambda: ActiveClassifier(**SMALL, budget=0.25, query_size=5, n_members=2).fit(X, (X[:, 0] > 0) * 7 - 1),
    "outputs": lambda: ActiveRegressor(**SMALL, budget=5, n_members=1, utility=OutputSensitivity("max")).fit(X, TWO),
    "flat": lambda: SelectiveRegressor(**SMALL).fit(pd.DataFrame(X, columns=["a", "b"]), TWO[:, 0]),
}


@pytest.fixture(scope="module")
def one() -> SelectiveClassifier:
    return FITTED["strings"]()


@pytest.mark.parametrize("name", FITTED)
@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
def test_all_of_it_comes_back(tmp_path, name) -> None:
    model = FITTED[name]()
    model.save(tmp_path / "model.safetensors")
    loaded = eligo.load(tmp_path / "model.safetensors")
    assert type(loaded) is type(model)
    assert loaded.get_params() == model.get_params()
    assert (loaded.predict(X) == model.predict(X)).all()
    if hasattr(model, "classes_"):
        assert loaded.classes_.tolist() == model.classes_.tolist() and loaded.classes_.dtype == model.classes_.dtype
        assert (loaded.predict_proba(X) == model.predict_proba(X)).all()
    assert (
        getattr(loaded, "feature_names_in_", np.array([])).tolist()
        == getattr(model, "feature_names_in_", np.array([])).tolist()
    )
    for attribute in ("n_features_in_", "n_iter_", "presentations_", "work_", "loss_curve_"):
        assert getattr(loaded, attribute) == getattr(model, attribute)
    assert (loaded.selected_ == model.selected_).all()
    for field in fields(model.trajectory_):
        expected, found = (getattr(estimator.trajectory_, field.name) for estimator in (model, loaded))
        jax.tree.map(np.testing.assert_array_equal, found, expected)
    assert [path.name for path in tmp_path.iterdir()] == ["model.safetensors"]


def test_learning_goes_on_after_loading_as_without(tmp_path) -> None:
    models = [FITTED["numbers"]()]
    models[0].save(tmp_path / "model")
    models.append(eligo.load(tmp_path / "model"))
    for model in models:
        model.partial_fit(X, (X[:, 0] > 0) * 7 - 1)
    assert (models[0].predict_proba(X) == models[1].predict_proba(X)).all()
    assert models[0].n_iter_ == models[1].n_iter_ == 5


def test_only_what_is_fitted_and_plain_is_saved(tmp_path, one) -> None:
    with pytest.raises(NotFittedError):
        SelectiveClassifier().save(tmp_path / "model")
    with pytest.raises(ValueError, match="`verbose` .* cannot be saved; numbers, strings"):
        FITTED["strings"]().set_params(verbose=print).save(tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


def test_a_stream_of_numpy_is_not_kept(tmp_path) -> None:
    model = SelectiveRegressor(**(SMALL | {"random_state": np.random.RandomState(0)})).fit(X, TWO)
    model.save(tmp_path / "model")
    assert eligo.load(tmp_path / "model").random_state is None


def test_a_utility_of_one_s_own_must_be_allowed(tmp_path) -> None:
    FITTED["strings"]().set_params(utility=Sharper(power=3)).save(tmp_path / "model")
    with pytest.raises(
        ValueError, match="names the value 'Sharper', which is none of eligo's; pass its class in `allowed`"
    ):
        eligo.load(tmp_path / "model")
    assert eligo.load(tmp_path / "model", allowed=[Sharper]).utility == Sharper(power=3)


# --- Files that are torn, or somebody else's ---------------------------------------------------------------------------


def rewritten(path: Path, change) -> None:
    """The same file after ``change(facts, arrays)``."""
    with safe_open(path, framework="np") as file:
        facts = json.loads(file.metadata()["eligo"])
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    change(facts, arrays)
    save_file(arrays, path, metadata={"eligo": json.dumps(facts)})


HOSTILE = {
    "a newer format": (lambda facts, arrays: facts.update(format=9), "it has format 9, and this release reads up to 1"),
    "no format": (lambda facts, arrays: facts.pop("format"), "its entry `eligo` names no format"),
    "another class": (lambda facts, arrays: facts.update(estimator="os.system"), "it names the estimator 'os.system'"),
    "a function": (
        lambda facts, arrays: facts["parameters"].update(rule={"value": "eval", "fields": {"source": "1"}}),
        "names the value 'eval', which is none of eligo's",
    ),
    "a strange field": (
        lambda facts, arrays: facts["parameters"].update(rule={"value": "Top", "fields": {"k": 1}}),
        "unexpected keyword argument 'k'",
    ),
    "a strange parameter": (
        lambda facts, arrays: facts["parameters"].update(evil=1),
        "has no parameter 'evil'. There are hidden,",
    ),
    "a bad value": (
        lambda facts, arrays: facts["parameters"].update(rule={"value": "Top", "fields": {"n": 0}}),
        "`n` must be a whole number of at least 1; got 0",
    ),
    "an array too few": (lambda facts, arrays: arrays.pop("scaling/span"), "it lacks 'scaling/span'"),
    "weights of another shape": (
        lambda facts, arrays: arrays.update({"params/hidden/weights": np.zeros((1, 2, 4), np.float32)}),
        "`params/hidden/weights` has shape (1, 2, 4), and (1, 2, 3) belongs there",
    ),
    "a class too many": (lambda facts, arrays: facts["classes"].append("x"), "belongs there"),
    "no facts": (lambda facts, arrays: facts.pop("parameters"), "it lacks 'parameters'"),
    "facts of another kind": (lambda facts, arrays: facts.update(counts=[1]), "is no model that eligo can read"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_is_not_ours_is_refused_in_a_line(tmp_path, one, name) -> None:
    change, message = HOSTILE[name]
    one.save(tmp_path / "model")
    rewritten(tmp_path / "model", change)
    with pytest.raises(ValueError) as refusal:
        eligo.load(tmp_path / "model")
    assert message in str(refusal.value)
    assert str(refusal.value).startswith(f"{tmp_path / 'model'} is no model that eligo can read: ")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.99])
def test_a_torn_file_is_refused_in_a_line(tmp_path, one, share) -> None:
    one.save(tmp_path / "model")
    whole = (tmp_path / "model").read_bytes()
    (tmp_path / "model").write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(ValueError, match="is no model that eligo can read") as refusal:
        eligo.load(tmp_path / "model")
    assert "\n" not in str(refusal.value)


def test_other_files_are_refused_in_a_line(tmp_path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no file"):
        eligo.load(tmp_path / "nothing")
    save_file({"a": np.zeros(2)}, tmp_path / "foreign")
    with pytest.raises(ValueError, match="its header has no entry `eligo`"):
        eligo.load(tmp_path / "foreign")
    (tmp_path / "pickle").write_bytes(b"\x80\x04cos\nsystem\n(S'echo'\ntR.")
    with pytest.raises(ValueError, match="is no model that eligo can read"):
        eligo.load(tmp_path / "pickle")
