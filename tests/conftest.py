"""What every test may lean on."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# No window opens, in this process or in those that tests start.
os.environ["MPLBACKEND"] = "Agg"
# Two devices whatever the machine, so that networks are sharded; eligo says so to XLA, before any test imports jax.
os.environ.setdefault("ELIGO_HOST_DEVICES", "2")
import eligo  # noqa: E402, F401

# Most of a test is compiling, and most programs are asked for more than once: by other tests, by the other worker, by the
# next run. So they are kept where studies keep theirs. A program's key is all that it is compiled from, with the version of
# XLA and the processor; tracing and lowering, where our own mistakes would show, are done every time.
PROGRAMS = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "eligo" / "xla"
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(PROGRAMS))
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")

# A commit passes or fails for what is in it: the fast suite draws the same examples every time. `make slow` draws others.
# No example has to be quick: how long one takes says how busy the machine is.
settings.register_profile("same", derandomize=True, database=None, deadline=None)
settings.register_profile("search", print_blob=True, deadline=None)
settings.load_profile("same")


def pytest_collection_finish() -> None:
    """What is imported by now stays to the end: garbage need not be looked for in it, a third of a second every time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the checkout; a test that needs it is skipped where it is absent."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no folder ../shared/data beside the checkout")
    return folder


@pytest.fixture
def float64() -> Iterator[None]:
    """Everything that jax makes in this test is float64."""
    import jax

    with jax.enable_x64(True):
        yield


@pytest.fixture(autouse=True, scope="module")
def few_programs() -> Iterator[None]:
    """Compiled programs of a module are let go at its end: those of the whole suite are more than a process can map."""
    yield
    import jax

    jax.clear_caches()


AS_SHIPPED = {
    *("test_against_torch", "test_edges", "test_layouts", "test_nets", "test_parts", "test_querying", "test_scoring"),
    *("test_selective", "test_stretch", "test_training", "test_compilation", "test_docs", "test_properties"),
}
"""Test files whose programs are compiled as users have them: they compare bits, look at compiling, or train for long."""


@pytest.fixture(autouse=True, scope="module")
def hasty_compiler(request: pytest.FixtureRequest) -> Iterator[None]:
    """Elsewhere a compiler that optimises takes longer than it saves."""
    import jax

    is_hasty = request.node.path.stem not in AS_SHIPPED
    jax.config.update("jax_disable_most_optimizations", is_hasty)
    yield
    jax.config.update("jax_disable_most_optimizations", False)
