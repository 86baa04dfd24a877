"""What a representation is: a space in which examples lie, and where distances are cheap."""

from __future__ import annotations

from typing import Protocol

from jax import Array

from eligo.mistakes import refuse_unless_called
from eligo.networks import AnyNetwork, Params
from eligo.tasks import Task


class Embedding(Protocol):
    """Where the examples lie; a pytree of arrays. Nobody needs the coordinates, only what lies between examples."""

    def squared_distances(self, picked: Array) -> Array:
        """Squared Euclidean distances of some examples, by index (picked,), from all: (picked, examples), at least 0."""

    def squared_lengths(self) -> Array:
        """Squared distances of all examples from the origin, (examples,)."""


class Representation(Protocol):
    """A network and its examples -> where these lie; a hashable value (a frozen dataclass), written for one network.

    A class attribute ``tasks`` names the kinds of task it is for, as of a utility.
    """

    def __call__(self, network: AnyNetwork, params: Params, X: Array, task: Task) -> Embedding:
        """Embed the examples, float array (examples, features), by the parameters of one network."""

    def embedding_work(self, network: AnyNetwork, n_features: int, n_outputs: int) -> float:
        """Forward-equivalents of embedding one example."""

    def distance_work(self, network: AnyNetwork, n_features: int, n_outputs: int) -> float:
        """Forward-equivalents of one distance between two examples."""


def refuse_no_representation(representation: object) -> None:
    """Refuse what cannot say where examples lie.

    Raises
    ------
    ValueError
        If it is no `Representation`.
    """
    allowed = "a representation, such as eligo.representations.LastHidden()"
    remedy = "Take one of `eligo.representations`."
    refuse_unless_called("representation", representation, [(4, ())], allowed, remedy)
