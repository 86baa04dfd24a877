"""Formulas and rules against the libraries that have the same: scikit-activeml and bmdal-reg, where they are installed."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from eligo.representations import Inputs, Vectors
from eligo.rules import KCentre, LargestCluster
from eligo.utilities import IGS, GSx, GSy, Predicted, kl_disagreement, least_confidence, margin, vote_entropy
from problems import keys

RNG = np.random.default_rng(0)
MASSES = RNG.uniform(0.01, 1, (4, 20, 3))
PROBABILITIES = MASSES / MASSES.sum(axis=2, keepdims=True)
POINTS = RNG.normal(size=(40, 5))
IS_LABELLED = RNG.permutation(40) < 9


def absent(package: str) -> str:
    return f"{package} is an optional oracle: `pip install eligo[oracles]`"


@pytest.fixture
def skactiveml():
    return pytest.importorskip("skactiveml.pool", reason=absent("scikit-activeml"))


def test_uncertainties_are_scikit_activeml_s(skactiveml) -> None:
    of_one = PROBABILITIES[0]
    for name, formula in (("least_confident", least_confidence), ("margin_sampling", margin)):
        np.testing.assert_allclose(formula(of_one), skactiveml.uncertainty_scores(of_one, method=name), rtol=1e-5)


def test_disagreements_are_scikit_activeml_s(skactiveml) -> None:
    found = kl_disagreement(PROBABILITIES)
    np.testing.assert_allclose(found, skactiveml.average_kl_divergence(PROBABILITIES), rtol=1e-4)
    votes = PROBABILITIES.argmax(axis=2)
    np.testing.assert_allclose(vote_entropy(votes, 3), skactiveml.vote_entropy(votes.T, [0, 1, 2]), atol=1e-6)


def chosen_by(rule) -> list[int]:
    arrays = (jnp.ones(40), jnp.asarray(~IS_LABELLED), jnp.ones((40, 1), dtype=bool))
    where = {"embedding": Vectors(jnp.asarray(POINTS)), "is_labelled": jnp.asarray(IS_LABELLED)}
    return np.flatnonzero(rule(*arrays, key=jax.random.key(0), **where)).tolist()


def test_k_centre_is_scikit_activeml_s_core_set(float64, skactiveml) -> None:
    y = np.where(IS_LABELLED, 0.0, np.nan)
    expected = skactiveml.CoreSet(random_state=0).query(POINTS, y, batch_size=6)
    assert chosen_by(KCentre(6, Inputs())) == sorted(expected.tolist())


@pytest.mark.parametrize("method", ["GSx", "GSy", "GSi"])
def test_greedy_sampling_is_scikit_activeml_s(float64, skactiveml, method) -> None:
    from skactiveml.regressor import SklearnRegressor
    from sklearn.linear_model import LinearRegression

    y = np.where(IS_LABELLED, POINTS[:, 0] + POINTS[:, 1] ** 2, np.nan)
    if method == "GSx":
        query = skactiveml.GreedySamplingX(random_state=0).query(POINTS, y, return_utilities=True)
    else:
        regressor = SklearnRegressor(LinearRegression())
        strategy = skactiveml.GreedySamplingTarget(random_state=0, method=method)
        query = strategy.query(POINTS, y, regressor, return_utilities=True)
    prediction = LinearRegression().fit(POINTS[IS_LABELLED], y[IS_LABELLED]).predict(POINTS)
    predicted = Predicted(*map(jnp.asarray, (prediction[None, :, None], POINTS, y[:, None], IS_LABELLED, ~IS_LABELLED)))
    utility = {"GSx": GSx(), "GSy": GSy(), "GSi": IGS()}[method]
    found = np.asarray(utility.of_predictions(predicted, key=keys(0)))
    np.testing.assert_allclose(found[~IS_LABELLED], query[1][0][~IS_LABELLED], rtol=1e-9)


@pytest.mark.parametrize(("rule", "name"), [(LargestCluster, "lcmd"), (KCentre, "maxdist")])
def test_batches_are_those_of_bmdal_reg(float64, monkeypatch, rule, name) -> None:
    monkeypatch.setattr(np, "Inf", np.inf, raising=False)  # which its release 3.0 still writes, and NumPy 2 has not
    torch = pytest.importorskip("torch", reason=absent("torch"))
    selection = pytest.importorskip("bmdal_reg.bmdal.selection", reason=absent("bmdal-reg"))
    from bmdal_reg.bmdal.feature_data import TensorFeatureData
    from bmdal_reg.bmdal.feature_maps import IdentityFeatureMap
    from bmdal_reg.bmdal.features import Features

    def features(points: np.ndarray):
        return Features(IdentityFeatureMap(n_features=5), TensorFeatureData(torch.as_tensor(points)))

    methods = {"lcmd": "LargestClusterMaxDistSelectionMethod", "maxdist": "MaxDistSelectionMethod"}
    pool = np.flatnonzero(~IS_LABELLED)
    method = getattr(selection, methods[name])(
        features(POINTS[pool]), features(POINTS[IS_LABELLED]), sel_with_train=True
    )
    expected = pool[method.select(6).numpy()]
    assert chosen_by(rule(6, Inputs())) == sorted(expected.tolist())
