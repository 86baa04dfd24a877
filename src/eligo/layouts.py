"""Where the axis of nets lies in memory while networks train, and how many networks run side by side.

The one place that chooses. ``python benchmarks/layouts.py`` times every choice for every shape, and prints the table
that the constants below are read from.
"""

from __future__ import annotations

from typing import NamedTuple

import jax

from eligo.nets import vmapped_block
from eligo.networks import AnyNetwork, Network


class Layout(NamedTuple):
    """How a block of networks lies in memory.

    Attributes
    ----------
    is_trailing : bool, whether the axis of nets is the last of every array, so that vector instructions run over
        networks; or the first, so that they run over hidden units, and layers of a batch are products of matrices
    block : int, networks that run side by side on a device
    """

    is_trailing: bool
    block: int


LARGEST_TRAILING = 300
"""Parameters up to which online SGD is faster with the nets last, for 16 networks and more on a device: shapes of 259 to 275
take 0.3 to 0.8 of the time, and 10 networks alone 1.0 to 1.7 times as long. Beyond, hidden units fill the vector registers
as well: with 515 parameters 10 networks would take 2.7 times as long with the nets last, and 128 take 0.6 of the time."""

LARGEST_TRAILING_BATCH = 10_000
"""Parameters times rows up to which a small batch is faster with the nets last, for at most `MOST_TRAILING_ROWS`."""

MOST_TRAILING_ROWS = 16
"""Rows of a batch beyond which layers are products of matrices whatever the shape: these win by 2 and more from 32 on."""

LANES = 16
"""Networks that come last are side by side in multiples of this: 10 or 25 of them take as long as 16 or 32."""

TRAILING_BLOCK = 64
"""Most networks side by side when they come last; more leave the cache."""

LEADING_BLOCK = 10
"""Most networks side by side when they come first."""

LARGEST_OF_TEN = 6000
"""Parameters up to which so many stay in the cache with their velocities and gradients. Beyond, half as many are side by
side: 100-64-3 and 4-1024-3 online take 0.5 to 0.7 of the time, shapes that leave the cache all the same 0.8 to 1.1."""

MOST_ROWS_OF_TEN, MOST_PARAMETERS_OF_TEN = 64, 300
"""Rows of a batch, and parameters, beyond both of which five networks are side by side too, for the rows of ten leave the
cache: 13-20-3 to 64-32-10 take 0.89 to 0.95 of the time, 4-64-3 to 4-512-3 as long. And networks on subsets, which take as
many steps as the largest among them, wait less for each other."""


def layout_for(network: AnyNetwork, n_features: int, n_outputs: int, rows_per_step: int, n_nets: int) -> Layout:
    """The fastest layout for networks of one shape.

    Whether the nets come last follows from the shape alone. How many are side by side follows from the number of devices
    too, which changes no result: a network is a lane of a block, or one of its own products of matrices, and does not
    feel its neighbours. (`tests/test_layouts.py` compares the bits.)

    Parameters
    ----------
    network : Network or ForeignNetwork
    n_features, n_outputs, rows_per_step, n_nets : int
    """
    n_parameters = network.n_parameters(n_features, n_outputs)
    if not isinstance(network, Network):
        is_trailing = False  # others are not written units first
    elif rows_per_step == 1:
        is_trailing = n_parameters <= LARGEST_TRAILING
    else:
        is_small = n_parameters * rows_per_step <= LARGEST_TRAILING_BATCH
        is_trailing = rows_per_step <= MOST_TRAILING_ROWS and is_small
    if is_trailing and jax.default_backend() == "cpu":
        per_device = -(-n_nets // jax.local_device_count())
        return Layout(True, min(-(-per_device // LANES) * LANES, TRAILING_BLOCK))
    is_large_batch = rows_per_step > MOST_ROWS_OF_TEN and n_parameters > MOST_PARAMETERS_OF_TEN
    is_large = n_parameters > LARGEST_OF_TEN or is_large_batch
    return Layout(False, vmapped_block(n_nets, LEADING_BLOCK // 2 if is_large else LEADING_BLOCK))
