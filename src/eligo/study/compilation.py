"""What compiling costs: the seconds and the programs of a stretch of work, as jax itself reports them."""

from __future__ import annotations

import functools
import math
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from jax import monitoring

COMPILED = "/jax/core/compile/backend_compile_duration"
"""A program is compiled, or read from the persistent cache."""

STEPS = ("/jax/core/compile/jaxpr_trace_duration", "/jax/core/compile/jaxpr_to_mlir_module_duration", COMPILED)
"""What lies between a function and its program; jax does not report the steps of a function inside another apart."""

FOUND = "/jax/compilation_cache/cache_hits"


class Compilation(NamedTuple):
    """What compiling cost.

    Attributes
    ----------
    seconds : float, in which a program was traced, lowered and compiled, or read from the cache instead
    n_compiled : int, programs that were compiled
    n_cached : int, programs that the persistent cache had
    """

    seconds: float = 0.0
    n_compiled: int = 0
    n_cached: int = 0


@functools.cache
def _heard() -> tuple[Counter[str], list[tuple[float, float]]]:
    """Events of this process from the first call on, and when each step began and ended: jax 0.7 forgets no listener."""
    events: Counter[str] = Counter()
    spans: list[tuple[float, float]] = []

    def took(event: str, duration_secs: float, **facts: Any) -> None:
        if event in STEPS:
            events[event] += 1
            ended = time.perf_counter()
            spans.append((ended - duration_secs, ended))

    def happened(event: str, **facts: Any) -> None:
        events[event] += 1

    monitoring.register_event_duration_secs_listener(took)
    monitoring.register_event_listener(happened)
    return events, spans


def covered(spans: Iterable[tuple[float, float]]) -> float:
    """Seconds that lie in at least one of these spans: programs are compiled side by side.

    Examples
    --------
    >>> covered([(0.0, 2.0), (5.0, 6.0), (1.0, 3.0), (1.5, 1.6)])
    4.0
    """
    seconds, reached = 0.0, -math.inf
    for began, ended in sorted(spans):
        seconds += max(0.0, ended - max(began, reached))
        reached = max(reached, ended)
    return seconds


def count_compilation() -> Callable[[], Compilation]:
    """Begin to count what this process compiles; what is given says how much it was so far.

    Examples
    --------
    >>> import jax
    >>> compiled = count_compilation()
    >>> three = jax.jit(lambda: 3)()
    >>> compiled().n_compiled + compiled().n_cached, compiled().seconds > 0
    (1, True)
    """
    events, spans = _heard()
    n_before, n_spans = Counter(events), len(spans)

    def so_far() -> Compilation:
        n_ready, n_found = (events[event] - n_before[event] for event in (COMPILED, FOUND))
        return Compilation(covered(spans[n_spans:]), n_ready - n_found, n_found)

    return so_far
