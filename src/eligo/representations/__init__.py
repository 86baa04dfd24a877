"""Representations: how far examples are from each other, one notion of distance a file."""

from eligo.representations.gradient_embedding import GradientEmbedding
from eligo.representations.inputs import Inputs
from eligo.representations.last_hidden import LastHidden, last_hidden
from eligo.representations.nearest import nearest_centre, smallest_over_centres
from eligo.representations.protocol import Embedding, Representation
from eligo.representations.tangent_kernel import TangentKernel
from eligo.representations.vectors import Vectors

__all__ = [
    "Embedding",
    "GradientEmbedding",
    "Inputs",
    "LastHidden",
    "Representation",
    "TangentKernel",
    "Vectors",
    "last_hidden",
    "nearest_centre",
    "smallest_over_centres",
]
