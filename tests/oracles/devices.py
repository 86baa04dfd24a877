"""What a function of a test file finds with another number of devices: in a process of its own, for XLA counts them once."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import jax
import numpy as np


def found_on_other_devices(
    find: Callable[..., Mapping[str, np.ndarray]], place: Path, *arguments: int
) -> dict[str, np.ndarray]:
    """What ``find(*arguments)`` gives on 1 device where there are more here, else on 2; it stands at the top of its file."""
    n_devices = 1 if jax.local_device_count() > 1 else 2
    file = Path(find.__code__.co_filename)
    program = f"""
import jax, numpy as np, {file.stem}
assert jax.local_device_count() == {n_devices}, jax.local_devices()
np.savez({str(place / "found.npz")!r}, **{file.stem}.{find.__name__}(*{arguments!r}))
"""
    environment = {name: value for name, value in os.environ.items() if name != "XLA_FLAGS"}
    environment |= {
        "ELIGO_HOST_DEVICES": str(n_devices),
        "PYTHONPATH": os.pathsep.join([str(file.parent), *filter(None, sys.path)]),
    }
    said = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    return dict(np.load(place / "found.npz"))
