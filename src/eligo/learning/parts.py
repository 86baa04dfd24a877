"""Trials that do not fit into the bound on memory together learn one part after the other; their results do not change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

import jax
import numpy as np

from eligo.learning.trajectory import Trajectory
from eligo.learning.trials import Trials
from eligo.nets import bytes_of_each, parts_in_memory

COPIES_IN_MEMORY = 6
"""What a run takes of memory, in copies of its trials: the data for every member and in blocks, weights and velocity."""

PER_TRIAL = ("stopped_at", "is_diverged", "is_selected", "confusion", "params")
"""Fields of a trajectory whose first axis is of trials; the epochs have none, and all others are (records, trials)."""


def _join(parts: Sequence[Trajectory]) -> Trajectory:
    """Trajectories of different trials as one; all must have recorded at the same epochs."""

    def joined(name: str) -> Any:
        if name == "epoch":
            return parts[0].epoch
        axis = 0 if name in PER_TRIAL else 1
        return jax.tree.map(lambda *leaves: np.concatenate(leaves, axis), *(getattr(part, name) for part in parts))

    return Trajectory(**{field.name: joined(field.name) for field in fields(Trajectory)})


def learn_in_parts(learn: Callable[[Trials], Trajectory], trials: Trials) -> Trajectory:
    """Let as many trials learn side by side as the bound on memory allows, but two at least, see `parts_in_memory`."""
    cut = parts_in_memory(trials.n_trials, COPIES_IN_MEMORY * bytes_of_each(vars(trials)))
    return learn(trials) if len(cut) == 1 else _join([learn(trials.part(of_trials)) for of_trials in cut])
