"""Where and with what a benchmark ran: the line that stands above every table."""

import jax

from eligo.study.environment import describe_environment

PACKAGES = ("jax", "jaxlib", "numpy")


def machine_line() -> str:
    """Date, cores, processor, versions and jax's devices, as one line of text."""
    facts = describe_environment(jobs=1)
    versions = ", ".join(f"{name} {facts[name]}" for name in ("Python", *PACKAGES))
    devices = f"{jax.local_device_count()} {jax.default_backend()} device(s)"
    return f"{facts['date']}, {facts['cores']} cores, {facts['processor']}, {versions}, {devices}"
