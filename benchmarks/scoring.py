"""Scoring a pool: seconds and arithmetic rate, beside NumPy doing the same products of matrices; from memory and from disk.

The rate counts the products alone, for eligo too, though it computes sigmoids, norms and logarithms besides. NumPy takes the
pool in the chunks that suit it best.

    python benchmarks/scoring.py [--rows 1000000]    time
    python benchmarks/scoring.py --memory            peak resident memory for 10^6 and 10^7 rows on disk
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import jax
import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

import eligo
from eligo.datasets import row_blocks
from eligo.utilities import EnsembleVariance, OutputSensitivity, PredictiveEntropy

N_FEATURES, N_HIDDEN, N_OUTPUTS, N_MEMBERS = 30, 64, 3, 3
NETWORK = eligo.Network(hidden=(N_HIDDEN,))
MEMBERS = jax.vmap(NETWORK.init, (0, None, None))(jax.random.split(jax.random.key(0), N_MEMBERS), N_FEATURES, N_OUTPUTS)
ONE = jax.tree.map(lambda leaf: leaf[0], MEMBERS)
UTILITIES = {
    "Φ, sum": (OutputSensitivity("sum"), ONE),
    "Φ, Euclidean": (OutputSensitivity("euclidean"), ONE),
    "entropy": (PredictiveEntropy(), ONE),
    "variance of 3": (EnsembleVariance(), MEMBERS),
}
NUMPY_CHUNKS = (1024, 2048, 4096, 8192, 16384)
ROWS_PER_WRITE = 2**16
SUFFIXES = (".npy", ".parquet", ".csv")


def score(pool: np.ndarray | Path, name: str) -> np.ndarray:
    utility, params = UTILITIES[name]
    return eligo.score_pool(NETWORK, params, pool, eligo.CLASSIFICATION, utility)


# --- The anchor ------------------------------------------------------------------------------------------------------


def products_of(name: str) -> list[list[np.ndarray]]:
    """Matrices that a chunk is multiplied with: the first of each list by the rows, the others by what that gives."""
    rng = np.random.default_rng(0)

    def matrix(*shape: int) -> np.ndarray:
        return rng.uniform(-1, 1, shape).astype(np.float32)

    to_outputs = [matrix(N_FEATURES, N_HIDDEN), matrix(N_HIDDEN, N_OUTPUTS)]
    if name.startswith("Φ"):
        return [[*to_outputs, matrix(N_HIDDEN, N_OUTPUTS * N_FEATURES)]]
    return [to_outputs] * (N_MEMBERS if "variance" in name else 1)


def multiply(X: np.ndarray, products: list[list[np.ndarray]], chunk: int) -> None:
    results = [np.empty((chunk, matrix.shape[1]), np.float32) for matrix in products[0]]
    for start in range(0, len(X), chunk):
        rows = X[start : start + chunk]
        hidden, *others = (result[: len(rows)] for result in results)
        for first, *seconds in products:
            np.matmul(rows, first, out=hidden)
            for matrix, result in zip(seconds, others, strict=True):
                np.matmul(hidden, matrix, out=result)


def gigaflops(products: list[list[np.ndarray]], n_rows: int) -> float:
    return 2e-9 * n_rows * sum(matrix.size for matrices in products for matrix in matrices)


def best_seconds(works: list[Callable[[], object]], n_rounds: int = 7) -> list[float]:
    """Least time of each, taken in turns; the first round compiles and is dropped."""
    times = []
    for _ in range(n_rounds + 1):
        times.append([])
        for work in works:
            time.sleep(0.2)  # threads of BLAS go on spinning for a while after a call, and take a core
            began = time.perf_counter()
            work()
            times[-1].append(time.perf_counter() - began)
    return [min(of_work) for of_work in zip(*times[1:], strict=True)]


def print_from_memory(n_rows: int) -> None:
    X = np.random.default_rng(0).uniform(-1, 1, (n_rows, N_FEATURES)).astype(np.float32)
    print("| utility | seconds | GFLOP/s | NumPy, seconds | NumPy, GFLOP/s | NumPy's chunk | ratio of rates |")
    print("|---|---|---|---|---|---|---|")
    for name in UTILITIES:
        products = products_of(name)
        anchors = {size: lambda size=size: multiply(X, products, size) for size in NUMPY_CHUNKS}  # noqa: B023
        chunk = min(zip(best_seconds([*anchors.values()], n_rounds=3), anchors, strict=True))[1]
        ours, anchor = best_seconds([lambda: score(X, name), anchors[chunk]], n_rounds=15)  # noqa: B023
        work = gigaflops(products, n_rows)
        cells = f"{ours:.3f} | {work / ours:.0f} | {anchor:.3f} | {work / anchor:.0f} | {chunk} | {anchor / ours:.2f}"
        print(f"| {name} | {cells} |", flush=True)


# --- From disk -------------------------------------------------------------------------------------------------------


def random_blocks(n_rows: int) -> Iterator[np.ndarray]:
    rng = np.random.default_rng(0)
    for start in range(0, n_rows, ROWS_PER_WRITE):
        yield rng.uniform(-1, 1, (min(ROWS_PER_WRITE, n_rows - start), N_FEATURES)).astype(np.float32)


def write(path: Path, n_rows: int) -> None:
    """A pool on disk, block by block."""
    if path.suffix == ".npy":
        with path.open("wb") as file:
            header = {"descr": "<f4", "fortran_order": False, "shape": (n_rows, N_FEATURES)}
            np.lib.format.write_array_header_1_0(file, header)
            for block in random_blocks(n_rows):
                file.write(block.tobytes())
        return
    schema = pa.schema([(f"x{column}", pa.float32()) for column in range(N_FEATURES)])
    writer = pa.parquet.ParquetWriter if path.suffix == ".parquet" else pa.csv.CSVWriter
    with writer(path, schema) as file:
        for block in random_blocks(n_rows):
            file.write_table(pa.table([pa.array(column) for column in block.T.copy()], schema))


def read(path: Path) -> None:
    """Everything into memory, and dropped."""
    for block in row_blocks(path, ROWS_PER_WRITE):
        block.astype(np.float32, copy=True)


def print_from_disk(n_rows: int) -> None:
    print("| file | MB | reading alone, seconds | utility | seconds | million rows per second | share of reading |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for suffix in SUFFIXES:
            path = Path(folder) / f"pool{suffix}"
            write(path, n_rows)
            works = [lambda name=name, path=path: score(path, name) for name in UTILITIES]
            reading, *times = best_seconds([lambda path=path: read(path), *works], n_rounds=2)
            for name, seconds in zip(UTILITIES, times, strict=True):
                print(
                    f"| {suffix} | {path.stat().st_size / 1e6:.0f} | {reading:.3f} | {name} | {seconds:.3f} | "
                    f"{n_rows / seconds / 1e6:.1f} | {min(1, reading / seconds):.0%} |",
                    flush=True,
                )


# --- Memory ----------------------------------------------------------------------------------------------------------


def print_memory(sizes: tuple[int, ...]) -> None:
    """Each in a process of its own; one row shows what the libraries take."""
    print("| file | rows | MB on disk | seconds, compilation included | peak resident memory, MiB |")
    print("|---|---|---|---|---|")
    for suffix in (".npy", ".parquet"):
        for n_rows in (1, *sizes):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"pool{suffix}"
                subprocess.run([sys.executable, __file__, "--write", path, "--rows", str(n_rows)], check=True)
                command = [sys.executable, __file__, "--score", path]
                told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
                seconds, peak = map(float, told)
                megabytes = path.stat().st_size / 1e6
                print(f"| {suffix} | {n_rows} | {megabytes:.0f} | {seconds:.1f} | {peak:.0f} |", flush=True)


def score_and_tell(path: Path) -> None:
    """Seconds, and the peak resident memory of this process."""
    began = time.perf_counter()
    score(path, "Φ, sum")
    print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10**6)
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--score", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.write:
        write(options.write, options.rows)
    elif options.score:
        score_and_tell(options.score)
    elif options.memory:
        print_memory((options.rows, 10 * options.rows))
    else:
        shape = f"{options.rows} x {N_FEATURES} rows, {N_HIDDEN} hidden units, {N_OUTPUTS} outputs"
        print(f"{shape}, {jax.local_device_count()} device(s)\n")
        print_from_memory(options.rows)
        print()
        print_from_disk(options.rows)


if __name__ == "__main__":
    main()
