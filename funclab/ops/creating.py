"""Functions that create arrays, and functions whose result's shape depends on the data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from funclab.config import floatx
from funclab.errors import ArgumentError
from funclab.graph.op import Array
from funclab.graph.shape_math import size as size_of
from funclab.graph.tensor import Tensor
from funclab.graph.value import Value, Variable
from funclab.ops.base import Data, in_keras, shape_of
from funclab.ops.basic import cast, convert_to_tensor, full_like, ones, zeros
from funclab.ops.elementwise import clip


def array(x: Any, dtype: str | None = None) -> Any:
    """x as a new array."""
    made = convert_to_tensor(x, dtype)
    return made.copy() if isinstance(made, np.ndarray) else made


def is_tensor(x: Any) -> bool:
    """Whether x is something that ops can compute with: a tensor, a variable or an array."""
    return isinstance(x, (Tensor, Value, np.ndarray))


def dtype(x: Any) -> str:
    """The dtype of x, by name."""
    return str(x.dtype if hasattr(x, "dtype") else convert_to_tensor(x).dtype)


def ndim(x: Any) -> int:
    """The number of axes of x."""
    return len(shape_of(x))


def size(x: Any) -> int | None:
    """The number of elements of x; None if a length is not known yet."""
    return size_of(shape_of(x))


def empty(shape: Any, dtype: str | None = None) -> Array:
    """An array to be filled later; it starts with zeros."""
    return zeros(shape, dtype)


def empty_like(x: Data, dtype: str | None = None) -> Any:
    """An array like x, to be filled later; it starts with zeros."""
    return full_like(x, 0, dtype)


def full(shape: Any, fill_value: Any, dtype: str | None = None) -> Array:
    """An array filled with one number (or with values that broadcast to the shape)."""
    return ones(shape, dtype) * np.asarray(fill_value, dtype or floatx())


def eye(N: int, M: int | None = None, k: int = 0, dtype: str | None = None) -> Array:
    """A matrix of zeros with ones on diagonal k."""
    return np.eye(N, M, k, dtype or floatx())


def identity(n: int, dtype: str | None = None) -> Array:
    """A square matrix of zeros with ones on its diagonal."""
    return eye(n, dtype=dtype)


def tri(N: int, M: int | None = None, k: int = 0, dtype: str | None = None) -> Array:
    """A matrix with ones on and below diagonal k, and zeros above."""
    return np.tri(N, M, k, dtype or floatx())


def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: str | None = None,
    axis: int = 0,
) -> Any:
    """`num` evenly spaced numbers from start to stop (without `endpoint`, excluding stop)."""
    numbers, step = np.linspace(start, stop, num, endpoint, True, axis=axis)  # type: ignore[arg-type, call-overload]
    numbers = numbers.astype(dtype or floatx())
    return (numbers, np.float32(step)) if retstep else numbers


def logspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    base: float = 10,
    dtype: str | None = None,
    axis: int = 0,
) -> Array:
    """base to the power of `num` evenly spaced numbers from start to stop."""
    return np.logspace(start, stop, num, endpoint, base, axis=axis).astype(dtype or floatx())


def geomspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    dtype: str | None = None,
    axis: int = 0,
) -> Array:
    """`num` numbers from start to stop, each the same multiple of the previous one."""
    return np.geomspace(start, stop, num, endpoint, axis=axis).astype(dtype or floatx())


def _window(function: Callable[..., Array], shape: str) -> Any:
    def window(x: int) -> Array:
        return function(int(x)).astype("float32")

    window.__name__ = window.__qualname__ = function.__name__
    window.__doc__ = f"A window of x numbers that rises and falls {shape}."
    return window


bartlett = _window(np.bartlett, "along straight lines, from 0 to 0")
blackman = _window(np.blackman, "as a sum of three cosines, from 0 to 0")
hamming = _window(np.hamming, "as a cosine, from 0.08 to 0.08")
hanning = _window(np.hanning, "as a cosine, from 0 to 0")


def kaiser(x: int, beta: float) -> Array:
    """A window of x numbers that rises and falls as Bessel's i0: the larger beta, the steeper."""
    return np.kaiser(int(x), beta).astype("float32")


# Shapes that depend on numbers: for arrays only.
def numbers(x: Any, function: str) -> Array:
    """The numbers of an array or a variable.

    Raises: ArgumentError for a tensor, which has none yet.
    """
    if isinstance(x, Tensor) or (isinstance(x, Value) and not isinstance(x, Variable)):
        raise ArgumentError(
            f"ops.{function} was given a symbolic tensor, which has no numbers yet.",
            why="the shape of its result depends on them; in a graph, shapes come before numbers.",
            fix="call it on arrays, before they go into a model or after predict.",
        )
    return np.asarray(x)


def nonzero(x: Any) -> tuple[Array, ...]:
    """The indices along each axis of the elements that are not zero."""
    return tuple(axis.astype("int32") for axis in np.nonzero(numbers(x, "nonzero")))


def bincount(x: Any, weights: Any = None, minlength: int = 0, sparse: bool = False) -> Array:
    """How often each integer from 0 on occurs, or the sum of the weights where it occurs.

    Shapes: x (n,) -> (its largest number + 1,), or more for `minlength`; of x (m, n), each row.
    """
    x = numbers(x, "bincount")
    if x.ndim == 2:
        rows = weights if weights is not None else [None] * len(x)
        longest = max(minlength, int(x.max(initial=-1)) + 1)
        return np.stack([bincount(row, w, longest) for row, w in zip(x, rows)])
    counts = np.bincount(x, None if weights is None else numbers(weights, "bincount"), minlength)
    return counts.astype("int32" if weights is None else "float32")


def histogram(x: Any, bins: Any = 10, range: Any = None) -> tuple[Array, Array]:
    """The number of elements in each bin, and the edges of the bins."""
    counts, edges = np.histogram(numbers(x, "histogram"), bins, range)
    return counts.astype("float32"), edges.astype("float32")


def unique(
    x: Any,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: Any = None,
) -> Any:
    """The distinct elements of x (or slices along `axis`), sorted; and if asked for, the index of
    each one's first occurrence, the number of each element of x among them, and their counts. With
    `size` there are that many: the rest is `fill_value` (or the smallest), with a count of 0.
    """
    asked = return_index, return_inverse, return_counts
    results = np.unique(numbers(x, "unique"), *asked, axis=axis, equal_nan=False)  # type: ignore[arg-type, call-overload]
    results = results if isinstance(results, tuple) else (results,)
    parts = [results[0], *(part.astype("int32") for part in results[1:])]
    if size is not None:
        fills = [fill_value] + [None] * return_index + [0] * return_counts
        at = [i for i in range(len(parts)) if not (return_inverse and i == 1 + return_index)]
        for i, fill in zip(at, fills):
            parts[i] = _of_size(parts[i], size, fill, 0 if i else axis or 0)
    return tuple(parts) if parts[1:] else parts[0]


def _of_size(array: Array, size: int, fill: Any, axis: int) -> Array:
    """The first `size` slices along an axis, padded with a number or with the first slice."""
    more = size - array.shape[axis]
    if more <= 0:
        return np.take(array, range(size), axis)
    slices = np.take(array, [0] * more, axis)
    return np.concatenate([array, slices if fill is None else np.full_like(slices, fill)], axis)


@in_keras("core")
def saturate_cast(x: Data, dtype: str) -> Any:
    """x in another dtype, clipped to that dtype's range."""
    kind = np.dtype(dtype)
    if kind.kind in "iu":
        x = clip(x, int(np.iinfo(kind).min), int(np.iinfo(kind).max))
    return cast(x, dtype)
