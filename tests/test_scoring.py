"""A pool scored chunk by chunk has the scores that it has at once, which other tests hold against the transcription."""

import importlib.util
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest

from eligo import RELU, Network, scoring
from eligo.datasets import DataError
from eligo.scoring import score_pool
from eligo.utilities import (
    AbsoluteError,
    DirectionalSensitivity,
    EnsembleVariance,
    ExtremePrediction,
    OutputSensitivity,
    PredictiveEntropy,
    Random,
    Situation,
)
from problems import N_FEATURES, NETWORK, TASKS, initial, keys, nth

CLASSES = TASKS["classes"]
N_ROWS, N_CLASSES = 301, 3
POINTWISE = [
    DirectionalSensitivity("sum"),
    EnsembleVariance(),
    OutputSensitivity(),
    OutputSensitivity("euclidean", "sum"),
    PredictiveEntropy(),
]
has_pyarrow = importlib.util.find_spec("pyarrow") is not None


def members(network: Network = NETWORK):
    return jax.tree.map(lambda leaf: 3 * leaf, initial(N_CLASSES, leading=(3,), network=network))


def pool(n_rows: int = N_ROWS) -> np.ndarray:
    return np.random.default_rng(5).uniform(-1, 1, (n_rows, N_FEATURES)).astype(np.float32)


def at_once(utility, X, task=CLASSES, network=NETWORK, params=None) -> np.ndarray:
    params = members(network) if params is None else params
    rows = jnp.ones(len(X), dtype=bool)
    targets = jnp.full((len(X), N_CLASSES), jnp.nan)
    return np.asarray(utility(Situation(network, task, params, jnp.asarray(X), targets, ~rows, rows, 0.0), key=keys(0)))


# --- The same scores -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows_per_chunk", [None, 1, 7, 64, 300, 301])
@pytest.mark.parametrize("utility", POINTWISE, ids=repr)
def test_chunks_score_as_the_whole_pool_does(utility, rows_per_chunk) -> None:
    X = pool() if rows_per_chunk != 1 else pool(5)
    found = score_pool(NETWORK, members(), X, CLASSES, utility, rows_per_chunk=rows_per_chunk)
    assert found.dtype == np.float32 and found.shape == (len(X),)
    np.testing.assert_allclose(found, at_once(utility, X), rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("task", ["sigmoid outputs", "linear outputs"])
@pytest.mark.parametrize("utility", [OutputSensitivity(), EnsembleVariance()], ids=repr)
def test_function_approximation_is_scored_too(utility, task) -> None:
    found = score_pool(NETWORK, members(), pool(), TASKS[task], utility, rows_per_chunk=100)
    np.testing.assert_allclose(found, at_once(utility, pool(), TASKS[task]), rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("n_rows", [0, 1, 2, 63])
def test_pools_may_be_small(n_rows) -> None:
    found = score_pool(NETWORK, members(), pool(n_rows), CLASSES, PredictiveEntropy())
    np.testing.assert_allclose(found, at_once(PredictiveEntropy(), pool())[:n_rows], rtol=1e-5)


def test_more_rows_than_a_default_chunk_holds(monkeypatch) -> None:
    """Some in place, the rest gathered; several blocks on each device."""
    monkeypatch.setattr(scoring, "NUMBERS_PER_DEVICE", 3000)
    monkeypatch.setattr(scoring, "NUMBERS_PER_BLOCK", 1000)
    X = pool(9_001)
    found = score_pool(NETWORK, members(), X, CLASSES, OutputSensitivity())
    np.testing.assert_allclose(found, at_once(OutputSensitivity(), X), rtol=2e-5, atol=1e-6)


def test_a_single_network_needs_no_axis_of_members() -> None:
    one = nth(members(), 0)
    found = score_pool(NETWORK, one, pool(), CLASSES, PredictiveEntropy())
    np.testing.assert_array_equal(found, score_pool(NETWORK, members(), pool(), CLASSES, PredictiveEntropy()))


def test_deeper_networks_are_scored_too() -> None:
    network = Network((6, 4))
    found = score_pool(network, members(network), pool(), CLASSES, OutputSensitivity(), rows_per_chunk=100)
    np.testing.assert_allclose(found, at_once(OutputSensitivity(), pool(), network=network), rtol=2e-5, atol=1e-6)


def test_float64_parameters_score_in_float64(float64) -> None:
    X = pool().astype(np.float64)
    found = score_pool(NETWORK, members(), X, CLASSES, PredictiveEntropy(), rows_per_chunk=50)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, at_once(PredictiveEntropy(), X), rtol=1e-12)


# --- Where rows come from --------------------------------------------------------------------------------------------


def sources(folder: Path) -> dict:
    X = pool()
    np.save(folder / "pool.npy", X)
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    frame.to_csv(folder / "pool.csv", index=False)
    if has_pyarrow:
        frame.to_parquet(folder / "pool.parquet", row_group_size=90)
    files = {file.name: file for file in folder.iterdir()}
    return files | {
        "text": str(folder / "pool.csv"),
        "memory map": np.load(folder / "pool.npy", mmap_mode="r"),
        "float64": X.astype(np.float64),
        "columns": np.asfortranarray(X),
        "jax": jnp.asarray(X),
        "frame": frame,
        "blocks": (X[start : start + 11] for start in range(0, N_ROWS, 11)),
        "single rows": [X[:1], X[1:2], X[2:]],
    }


@pytest.mark.parametrize("rows_per_chunk", [None, 64])
def test_scores_do_not_depend_on_where_the_rows_lie(tmp_path, rows_per_chunk) -> None:
    expected = at_once(OutputSensitivity(), pool())
    for name, source in sources(tmp_path).items():
        found = score_pool(NETWORK, members(), source, CLASSES, OutputSensitivity(), rows_per_chunk=rows_per_chunk)
        np.testing.assert_allclose(found, expected, rtol=2e-5, atol=1e-6, err_msg=name)


def test_whole_numbers_and_truth_values_are_rows_too() -> None:
    X = np.random.default_rng(0).integers(-3, 4, (50, N_FEATURES))
    for rows in (X, X > 0):
        found = score_pool(NETWORK, members(), rows, CLASSES, PredictiveEntropy())
        np.testing.assert_allclose(found, at_once(PredictiveEntropy(), rows.astype(np.float32)), rtol=1e-5)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300])
def test_a_missing_or_infinite_value_scores_nan_and_spoils_no_other_row(value) -> None:
    """Rectified units would take NaN for a unit at rest, and sigmoid ones infinity for saturation."""
    X = pool().astype(np.float64)
    X[17, 1] = value
    for network in (NETWORK, Network((5,), RELU)):
        found = score_pool(network, members(network), X, TASKS["linear outputs"], OutputSensitivity())
        assert np.flatnonzero(np.isnan(found)).tolist() == [17]


def test_the_caller_s_array_is_left_as_it_is() -> None:
    X = pool()
    before = X.copy()
    score_pool(NETWORK, members(), X, CLASSES, OutputSensitivity(), rows_per_chunk=64)
    np.testing.assert_array_equal(X, before)


def test_other_pools_and_other_weights_need_no_new_program(caplog) -> None:
    def score(n_rows: int, scale: float) -> None:
        params = jax.tree.map(lambda leaf: scale * leaf, members())
        score_pool(NETWORK, params, pool(n_rows), CLASSES, OutputSensitivity("max"), rows_per_chunk=64)

    score(100, 1.0)
    with jax.log_compiles():
        score(77, 2.0)
        score(200, 3.0)
    assert not [
        record for record in caplog.records if "_score_chunk" in record.getMessage() and "XLA" in record.getMessage()
    ]


# --- What is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("utility", "task"),
    [
        (AbsoluteError(), "classes"),
        (ExtremePrediction(), "linear outputs"),
        (PredictiveEntropy(), "linear outputs"),
        (Random(), "classes"),
    ],
    ids=repr,
)
def test_a_utility_that_looks_at_more_than_the_example_is_refused(utility, task) -> None:
    with pytest.raises(ValueError) as refusal:
        score_pool(NETWORK, members(), pool(), TASKS[task], utility)
    name, kind = type(utility).__name__, TASKS[task].name
    assert str(refusal.value) == (
        f"`utility` {name} does not score each example by itself for {kind}, so chunks of a pool would be scored "
        "otherwise than the pool. Call it on a `Situation` of the whole pool."
    )


def test_a_committee_of_one_is_refused() -> None:
    with pytest.raises(ValueError, match="EnsembleVariance compares at least 2 members; got 1. Give the"):
        score_pool(NETWORK, nth(members(), 0), pool(), CLASSES, EnsembleVariance())


def test_other_columns_than_the_network_s_are_refused(tmp_path) -> None:
    np.save(tmp_path / "pool.npy", pool()[:, :2])
    for source in (pool()[:, :2], tmp_path / "pool.npy"):
        with pytest.raises(ValueError, match="`X` must have 3 columns, the features that `params` take; got 2. Keep"):
            score_pool(NETWORK, members(), source, CLASSES, PredictiveEntropy())


def test_a_chunk_of_no_rows_is_refused() -> None:
    with pytest.raises(ValueError, match="`rows_per_chunk` must be a whole number of at least 1; got 0. Leave it out"):
        score_pool(NETWORK, members(), pool(), CLASSES, PredictiveEntropy(), rows_per_chunk=0)


def test_a_file_that_cannot_be_read_is_refused(tmp_path) -> None:
    with pytest.raises(DataError, match="none.csv"):
        score_pool(NETWORK, members(), tmp_path / "none.csv", CLASSES, PredictiveEntropy())
