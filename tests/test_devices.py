"""How many devices XLA is told to make of the host."""

import os
import subprocess
import sys

import pytest

from eligo._devices import flags_for

ONE_THREAD = "--xla_cpu_multi_thread_eigen=false"


@pytest.mark.parametrize(
    ("n_devices", "before", "after"),
    [
        (4, "", f"--xla_force_host_platform_device_count=4 {ONE_THREAD}"),
        (4, "--xla_force_host_platform_device_count=2", f"--xla_force_host_platform_device_count=4 {ONE_THREAD}"),
        (3, "--xla_dump_to=/tmp", f"--xla_dump_to=/tmp --xla_force_host_platform_device_count=3 {ONE_THREAD}"),
        (
            1,
            "--xla_cpu_multi_thread_eigen=true",
            f"--xla_force_host_platform_device_count=1 {ONE_THREAD}",
        ),
    ],
)
def test_flags_for_a_number_of_devices(n_devices, before, after) -> None:
    assert flags_for(n_devices, before) == after


@pytest.mark.parametrize(
    ("given", "flags"),
    [
        ({"ELIGO_HOST_DEVICES": "3"}, f"--xla_force_host_platform_device_count=3 {ONE_THREAD}"),
        (
            {"ELIGO_HOST_DEVICES": "3", "XLA_FLAGS": "--xla_force_host_platform_device_count=2"},
            "--xla_force_host_platform_device_count=2",
        ),
    ],
    ids=["ours", "the user's"],
)
def test_the_environment_decides(given, flags) -> None:
    program = "import os; from eligo._devices import configure_host_devices as f; f(); print(os.environ['XLA_FLAGS'])"
    assert run(program, given).stdout.strip() == flags


@pytest.mark.parametrize("first", ["import jax", "import jax.numpy, numpy"])
def test_jax_may_be_imported_before(first) -> None:
    program = f"{first}; import eligo, jax; print(jax.local_device_count())"
    environment = {name: value for name, value in os.environ.items() if name != "XLA_FLAGS"} | {
        "ELIGO_HOST_DEVICES": "3"
    }
    said = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "3"


@pytest.mark.parametrize("count", ["0", "-1", "two", "1.5"])
def test_a_count_that_is_none_is_told_and_not_used(count) -> None:
    program = (
        "import os; from eligo._devices import configure_host_devices as f, usable_cores; f(); "
        "print(usable_cores(), os.environ['XLA_FLAGS'])"
    )
    said = run(program, {"ELIGO_HOST_DEVICES": count})
    cores, flags = said.stdout.split(maxsplit=1)
    assert said.returncode == 0 and f"device_count={cores}" in flags
    told = f"ELIGO_HOST_DEVICES must be a whole number of at least 1; got {count!r}, so one device per core is used."
    assert told in said.stderr


def run(program: str, environment: dict[str, str]) -> subprocess.CompletedProcess:
    """A program in an interpreter that has not imported jax, without the package's own import of it."""
    without_jax = (
        "import sys, types, importlib.util as u; s = u.find_spec('eligo'); p = types.ModuleType('eligo'); "
        "p.__path__ = s.submodule_search_locations; sys.modules['eligo'] = p; "
    )
    given = environment | {"PATH": ""}
    return subprocess.run([sys.executable, "-c", without_jax + program], env=given, capture_output=True, text=True)
