"""What comes into a statistic and what leaves it: each argument is checked here, once for all of them."""

import math
from operator import index
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Entry = TypeVar("Entry", bound=np.generic)


def read_only(array: NDArray[Entry]) -> NDArray[Entry]:
    """Close an array to writing, so that a frozen record that holds it is frozen too."""
    array.setflags(write=False)
    return array


def as_numbers(name: str, values: ArrayLike, axes: tuple[str, ...] | None = None) -> FloatArray:
    """Read the values as a float array without NaN, with the named axes, none of them empty."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        kind = type(values).__name__
        raise ValueError(
            f"`{name}` must be an array of real numbers; got a {kind} that is none. "
            "Give every row the same length and leave out names and None."
        ) from None
    if axes is not None and (array.ndim != len(axes) or array.size == 0):
        shape = ", ".join(axes)
        raise ValueError(
            f"`{name}` must be an array ({shape}) with at least one entry; got shape {array.shape}. "
            f"Put {' and then '.join(axes)} along the axes."
        )
    if np.isnan(array).any():
        where = tuple(int(i) for i in np.argwhere(np.isnan(array))[0])
        raise ValueError(
            f"`{name}` must not contain NaN; got NaN at index {where}. "
            "Pass +inf (or -inf if higher is better) for a diverged run."
        )
    return array


def as_scores(scores: ArrayLike, min_blocks: int = 1) -> FloatArray:
    """Check scores (blocks, methods): at least two methods, no NaN."""
    array = as_numbers("scores", scores, ("blocks", "methods"))
    n_blocks, n_methods = array.shape
    if n_methods < 2:
        raise ValueError(
            f"`scores` must have at least 2 columns, one per method; got shape {array.shape}. "
            "Put blocks in rows and methods in columns."
        )
    if n_blocks < min_blocks:
        raise ValueError(
            f"`scores` must have at least {min_blocks} rows, one per block; got shape {array.shape}. "
            "Run more trials or more problems."
        )
    return array


def as_pairs(first: ArrayLike, second: ArrayLike, min_pairs: int = 1) -> tuple[FloatArray, FloatArray]:
    """Check two arrays (pairs,) that belong together entry by entry."""
    one, other = as_numbers("first", first, ("pairs",)), as_numbers("second", second, ("pairs",))
    if one.size != other.size:
        raise ValueError(
            f"`first` and `second` must be paired, with the same length; got {one.size} and {other.size}. "
            "Keep the blocks that both methods were run on."
        )
    if one.size < min_pairs:
        raise ValueError(f"`first` and `second` must have at least {min_pairs} pairs; got {one.size}. Run more trials.")
    return one, other


def refuse_infinite(name: str, array: FloatArray) -> None:
    """Refuse infinities where the statistic is a mean."""
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(
            f"`{name}` must be finite, since its mean is wanted; got {array[where]} at index {where}. "
            "Leave out diverged runs and report how many, or use `wilcoxon`, which ranks them."
        )


def as_fraction(name: str, value: float) -> float:
    """Check a level or a confidence, strictly between 0 and 1."""
    if not 0 < value < 1:
        raise ValueError(f"`{name}` must be in (0, 1); got {value!r}. Write 5 % as 0.05.")
    return float(value)


def as_amount(name: str, value: float) -> float:
    """Check a finite number of at least 0."""
    try:
        number = math.nan if isinstance(value, bool | str) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 <= number < math.inf:
        raise ValueError(f"`{name}` must be a finite number of at least 0; got {value!r}. Pass 0 for none of it.")
    return number


def as_count(name: str, value: int, at_least: int) -> int:
    """Check a whole number with a lower bound."""
    try:
        number = index(value)
    except TypeError:
        number = at_least - 1
    if number < at_least:
        raise ValueError(
            f"`{name}` must be an integer of at least {at_least}; got {value!r}. Pass a count, not a share."
        )
    return number


def as_generator(rng: np.random.Generator | int) -> np.random.Generator:
    """Check the source of randomness: a generator, or a seed for a new one."""
    if isinstance(rng, np.random.Generator):
        return rng
    if isinstance(rng, int | np.integer) and not isinstance(rng, bool) and rng >= 0:
        return np.random.default_rng(rng)
    raise ValueError(
        f"`rng` must be a numpy Generator or a seed, an integer of at least 0; got {rng!r}. "
        "Pass a seed, such as rng=0, to get the same interval again."
    )
