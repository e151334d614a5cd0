"""Numbers read at any places of an array: images seen from another side, or bent."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from funclab.errors import ShapeError
from funclab.graph.shape_math import show
from funclab.graph.tape import is_recording
from funclab.graph.value import Constant, Value, Variable
from funclab.ops.arithmetic import (
    greater_equal,
    less,
    logical_and,
    minimum,
    mod,
    multiply,
    where,
)  # fmt: skip
from funclab.ops.base import Data, in_keras, shape_of
from funclab.ops.basic import cast, ones_like, zeros_like
from funclab.ops.copies import repeat
from funclab.ops.elementwise import abs, clip, floor, sign
from funclab.ops.image.filters import gaussian_blur
from funclab.ops.image.warping import FILL_MODES, INTERPOLATIONS, affine_transform, known
from funclab.ops.indexing import take, take_along_axis
from funclab.ops.joining import concatenate, stack
from funclab.ops.linalg import solve
from funclab.ops.nn.window import check_format
from funclab.ops.random import random_normal
from funclab.ops.shaping import moveaxis, reshape, squeeze


@in_keras("image.MapCoordinates")
def map_coordinates(
    inputs: Data, coordinates: Data, order: int, fill_mode: str = "constant", fill_value: float = 0
) -> Any:
    """The numbers at these places of an array. Between elements, those around are weighted by how
    near they are (order 1), or the nearest is taken (order 0).

    Shapes: inputs (any of n axes), coordinates (n, ...), a row for each axis -> (...).
    Raises: ArgumentError unless order is 0 or 1, and `fill_mode` "constant" (`fill_value`),
        "nearest", "wrap", "mirror" or "reflect"; ShapeError unless there is a row for each axis.

    >>> map_coordinates(np.array([[0.0, 10.0], [20.0, 30.0]]), np.array([[0.5], [1.0]]), order=1)
    array([20.])
    """
    lengths: Any = shape_of(inputs)
    known("order", order, (0, 1))
    known("fill_mode", fill_mode, FILL_MODES)
    if len(shape_of(coordinates)) < 2 or shape_of(coordinates)[0] != len(lengths):
        raise ShapeError(
            "First dim of `coordinates` must be the same as the rank of `inputs`, and its rank at "
            f"least 2. Received: shapes {show(shape_of(coordinates))} and {show(lengths)}.",
            why="each place has a number for each axis.",
            fix=f"pass coordinates of shape ({len(lengths)}, number of places).",
        )
    flat, rows = reshape(inputs, (-1,)), [coordinates[axis] for axis in range(len(lengths))]
    made = _read(lambda at: take(flat, at), lengths, rows, order == 1, fill_mode, fill_value)
    whole = "int" in str(inputs.dtype)
    return cast(sign(made) * floor(abs(made) + 0.5) if whole else made, inputs.dtype)


def _read(
    take_at: Callable[[Any], Any],
    lengths: Sequence[int],
    places: Sequence[Any],
    linear: bool,
    fill_mode: str,
    fill_value: float,
) -> Any:
    """What `take_at` gives for the places, one tensor for each axis: the sum over the elements
    around them."""
    firsts = [floor(at) if linear else sign(at) * floor(abs(at) + 0.5) for at in places]
    parts: list[Any] = []
    before: tuple[Any, Any, Any] = (0, 1.0, True)
    for corner in itertools.product((0, 1) if linear else (0,), repeat=len(places)):
        index, weight, inside = before
        for at, first, step, length in zip(places, firsts, corner, lengths):
            near = first + step
            weight = weight * (1 - abs(at - near)) if linear else weight
            real = logical_and(greater_equal(near, 0), less(near, length))
            inside = logical_and(inside, real)
            index = index * length + cast(_within(near, length, fill_mode), "int32")
        value = take_at(index)
        extra = (..., *(None,) * (len(value.shape) - len(index.shape)))
        if fill_mode == "constant":
            value = where(inside[extra], value, fill_value)
        parts.append(multiply(value, weight[extra]) if linear else value)
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _within(at: Any, length: int, fill_mode: str) -> Any:
    """The positions along an axis that are read for these, which may be outside."""
    if fill_mode == "wrap":
        return mod(at, length)
    if fill_mode == "reflect":
        return minimum(mod(at, 2 * length), 2 * length - 1 - mod(at, 2 * length))
    if fill_mode == "mirror":
        period = max(2 * length - 2, 1)
        return minimum(mod(at, period), period - mod(at, period))
    return clip(at, 0, length - 1)


@in_keras("image.PerspectiveTransform")
def perspective_transform(
    images: Data,
    start_points: Data,
    end_points: Data,
    interpolation: str = "bilinear",
    fill_value: float = 0,
    data_format: str | None = None,
) -> Any:
    """Images seen from another side: what was at four points is moved to four others, and straight
    lines stay straight.

    Shapes: images (batch, height, width, channels) or (height, width, channels); points (batch, 4,
        2) or (4, 2), each as (column, row) -> same as images.
    Raises: ShapeError unless there are four points twice; ArgumentError for another interpolation
        than "bilinear" and "nearest".
    Source: Heckbert, "Fundamentals of texture mapping and image warping", 1989.

    >>> corners = np.array([[0.0, 0], [2, 0], [0, 2], [2, 2]])
    >>> perspective_transform(np.eye(3)[..., None], corners, corners[[1, 0, 3, 2]])[..., 0].round()
    array([[0., 0., 1.],
           [0., 1., 0.],
           [1., 0., 0.]])
    """
    shapes = shape_of(start_points), shape_of(end_points)
    if any(len(shape) not in (2, 3) or shape[-2:] != (4, 2) for shape in shapes):
        raise ShapeError(
            "Invalid start_points or end_points shape: expected (4,2) for a single image or "
            f"(N,4,2) for a batch. Received: {show(shapes[0])} and {show(shapes[1])}.",
            why="four points say from where an image is seen.",
            fix="pass the four corners, each as (column, row).",
        )
    (u, v), (x, y) = (
        (points[..., 0], points[..., 1])
        for points in (
            given if len(shape) == 3 else given[None]
            for given, shape in zip((start_points, end_points), shapes)
        )
    )
    one, zero = ones_like(x), zeros_like(x)
    columns = [x, y, one, zero, zero, zero, -u * x, -u * y]
    rows = [zero, zero, zero, x, y, one, -v * x, -v * y]
    matrix = concatenate([stack(columns, -1), stack(rows, -1)], 1)
    maps = squeeze(solve(matrix, concatenate([u, v], 1)[..., None]), -1)
    return affine_transform(images, maps, interpolation, "constant", fill_value, data_format)


def displace(
    images: Any,
    right: Any,
    down: Any,
    interpolation: str = "bilinear",
    fill_mode: str = "reflect",
    fill_value: float = 0,
    data_format: str | None = None,
) -> Any:
    """Images in which each pixel is what was so many columns to its right, and rows below it.

    Shapes: images (batch, height, width, channels), right and down (batch, height, width) -> same
        as images.
    """
    known("interpolation", interpolation, INTERPOLATIONS)
    known("fill_mode", fill_mode, FILL_MODES)
    first = check_format(data_format) == "channels_first"
    ordered = moveaxis(images, 1, -1) if first else images
    lengths: Any = shape_of(ordered)
    _, height, width, channels = lengths
    flat = reshape(ordered, (-1, height * width, channels))

    def pixels(at: Any) -> Any:
        every = repeat(reshape(at, (-1, height * width, 1)), channels, -1)
        return reshape(take_along_axis(flat, every, 1), (-1, height, width, channels))

    dtype = str(images.dtype)
    rows, columns = np.mgrid[:height, :width].astype(str(down.dtype))
    linear = interpolation == "bilinear"
    places = down + rows, right + columns
    made = cast(_read(pixels, (height, width), places, linear, fill_mode, fill_value), dtype)
    return moveaxis(made, -1, 1) if first else made


@in_keras("image.ElasticTransform")
def elastic_transform(
    images: Data,
    alpha: float = 20.0,
    sigma: float = 5.0,
    interpolation: str = "bilinear",
    fill_mode: str = "reflect",
    fill_value: float = 0.0,
    seed: Any = None,
    data_format: str | None = None,
) -> Any:
    """Images bent at random, as if they were printed on rubber.

    Noise of standard deviation `sigma` is blurred by a bell curve of `sigma` pixels; `alpha` times
    as many pixels away each new pixel is read. `seed` is where the noise begins: a number, a
    SeedGenerator, or None for new noise each time.

    Shapes: images (batch, height, width, channels) or (height, width, channels) -> same.
    Raises: ArgumentError for an unknown interpolation or `fill_mode`.
    Source: Simard et al., "Best practices for convolutional neural networks applied to visual
        document analysis", ICDAR 2003.
    """
    one = len(images.shape) == 3
    given = images[None] if one else images
    first = check_format(data_format) == "channels_first"
    batch, *sides = given.shape[:1] + (given.shape[2:] if first else given.shape[1:3])
    state = (
        seed if hasattr(seed, "shape") else _state(seed, is_recording() or isinstance(given, Value))
    )
    noise = random_normal((batch, *sides, 2), 0.0, sigma, state=state)
    right, down = smooth(noise, alpha, sigma)
    made = displace(given, right, down, interpolation, fill_mode, fill_value, data_format)
    return made[0] if one else made


def _state(seed: int | None, later: bool) -> Any:
    """Where noise begins. What runs later begins at a seed each time, and without one goes on."""
    start = np.random.default_rng().integers(2**63) if seed is None else seed
    state = np.array([start, 0], "uint64")
    if not later:
        return state
    value: Any = Variable(state, trainable=False) if seed is None else Constant(state)
    value.computes = False  # the draw is a step of the graph
    return value if seed is None else cast(value, "uint64")


def smooth(noise: Any, alpha: Any, sigma: Any, widest: float | None = None) -> tuple[Any, Any]:
    """How far to the right and down pixels are read: noise (batch, height, width, 2), blurred and
    multiplied. `widest` is the largest sigma, if it is not known yet."""
    size = int(6 * (sigma if widest is None else widest)) | 1
    blurred = gaussian_blur(noise, (size, size), (sigma, sigma), "channels_last") * alpha
    return blurred[..., 0], blurred[..., 1]
