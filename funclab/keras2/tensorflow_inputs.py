"""What functions of TensorFlow for random numbers, images, files and texts need.

The rows of tensorflow_names.toml call these; the arguments are TensorFlow's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from funclab import initializers, ops, random
from funclab.errors import ArgumentError, DataError, ShapeError
from funclab.graph.tensor import Tensor
from funclab.graph.value import Value
from funclab.keras2.tensorflow_functions import lengths, shape_of
from funclab.keras2.tensorflow_texts import is_text
from funclab.layers import Resizing
from funclab.utils import set_random_seed, tree
from funclab.utils.images import decoded

__all__ = ["decoded", "random", "re", "set_random_seed", "tree"]

METHODS = ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5", "area")


# Random numbers.
def one_seed(seed: Any) -> int:
    """A seed of two numbers as one."""
    first, second = (int(part) for part in seed)
    return first * 1_000_003 + second


def uniform(shape: Any, least: Any, most: Any, dtype: Any, seed: Any) -> Any:
    """Numbers between two, whole ones for an integer dtype."""
    if "int" in str(dtype):
        if most is None:
            raise ArgumentError(
                "Must specify maxval for integer dtype.",
                why="whole numbers have no range by themselves.",
                fix="write maxval=10, for example.",
            )
        return random.randint(shape, least, most, str(dtype), seed)
    most = 1.0 if most is None else most
    return ops.add(
        least,
        ops.multiply(ops.subtract(most, least), random.uniform(shape, 0.0, 1.0, str(dtype), seed)),
    )


class Generator:
    """A stream of random numbers, as `tf.random.Generator.from_seed(1)`.

    seed: where it begins.
    """

    def __init__(self, seed: int | None = None) -> None:
        self.seed = random.SeedGenerator(seed)

    @classmethod
    def from_seed(cls, seed: int, alg: Any = None) -> Generator:
        """A stream that begins at a seed; `alg` is not used."""
        return cls(seed)

    @classmethod
    def from_non_deterministic_state(cls, alg: Any = None) -> Generator:
        """A stream that begins anywhere; `alg` is not used."""
        return cls()

    def normal(self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32") -> Any:
        """Numbers around `mean`, of this shape."""
        return ops.add(
            mean,
            ops.multiply(stddev, random.normal(shape_of(shape), 0.0, 1.0, str(dtype), self.seed)),
        )

    def uniform(
        self, shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = "float32"
    ) -> Any:
        """Numbers from `minval` to `maxval`, of this shape."""
        return uniform(shape_of(shape), minval, maxval, dtype, self.seed)


def candidates(true: Any, count: int, unique: bool, most: int, seed: Any, chances: Any) -> Any:
    """Classes drawn with `chances`, each once if `unique`; then how often each true class, and each
    that was drawn, is expected among them."""
    draw = initializers.rng() if seed is None else np.random.default_rng(int(seed))
    tries = count
    if unique:
        found: dict[int, None] = {}
        tries = 0
        while len(found) < count:
            found.setdefault(int(draw.choice(most, p=chances)))
            tries += 1
        drawn = np.array([*found], "int64")
    else:
        drawn = draw.choice(most, count, p=chances).astype("int64")
    each = -np.expm1(tries * np.log1p(-chances)) if unique else tries * chances
    expected = each.astype("float32")
    return drawn, expected[np.asarray(true)], expected[drawn]


def in_order_of_use(most: int) -> Any:
    """Zipf's chances of classes that are numbered from the most frequent one on."""
    return np.log1p(1 / np.arange(1, most + 1)) / np.log(most + 1)


# Images.
def at_random(image: Any, axis: int, seed: Any) -> Any:
    """Turned around or not, by chance."""
    return ops.where(random.uniform((), seed=seed) < 0.5, image, ops.flip(image, axis))


def image_as(image: Any, dtype: Any) -> Any:
    """Pixels of another dtype: 0 to 255 as whole numbers, 0 to 1 as floats."""
    now, then = np.dtype(str(ops.dtype(image))), np.dtype(str(dtype))
    if now.kind in "iu" and then.kind == "f":
        return ops.divide(ops.cast(image, str(then)), float(np.iinfo(now).max))
    if now.kind == "f" and then.kind in "iu":
        most = np.iinfo(then).max
        return ops.cast(ops.multiply(image, most + 0.5), str(then))
    if now.kind == then.kind == "u" and now != then:
        return np.left_shift(np.asarray(image).astype(then), 8 * (then.itemsize - now.itemsize))
    return ops.cast(image, str(then))


def middle(image: Any, fraction: float) -> Any:
    """The part around the middle."""
    high, wide = lengths(image, -3, -2)
    top, left = int((high - high * fraction) / 2), int((wide - wide * fraction) / 2)
    return boxed(image, top, left, high - 2 * top, wide - 2 * left)


def boxed(image: Any, top: int, left: int, high: int, wide: int) -> Any:
    """A part of this size from this corner on."""
    inside = (slice(top, top + high), slice(left, left + wide), slice(None))
    return ops.get_item(image, (..., *inside))


def in_box(image: Any, top: int, left: int, high: int, wide: int) -> Any:
    """The image with black around it: from this corner on, in a box of this size."""
    rows, columns = lengths(image, -3, -2)
    around = [(top, high - top - rows), (left, wide - left - columns), (0, 0)]
    return ops.pad(image, [(0, 0)] * (len(image.shape) - 3) + around)


def fitted(image: Any, high: int, wide: int) -> Any:
    """The middle of the image, and black around it where it is too small."""
    rows, columns = lengths(image, -3, -2)
    (top, left), (above, before) = [
        [max(sign * (have - want) // 2, 0) for have, want in ((rows, high), (columns, wide))]
        for sign in (1, -1)
    ]
    middle = boxed(image, top, left, min(rows, high), min(columns, wide))
    return in_box(middle, above, before, high, wide)


def cropped(value: Any, size: Any, seed: Any) -> Any:
    """A part of this size from a random place."""
    rng = np.random.default_rng(seed) if seed is not None else initializers.rng()
    free = [have - want for have, want in zip(value.shape, map(int, size), strict=True)]
    if min(free) < 0:
        raise ShapeError(
            f"random_crop cannot cut {tuple(size)} from an array of shape {tuple(value.shape)}.",
            why="a part is not larger than the whole.",
            fix="make `size` smaller, or the image larger with tf.image.resize_with_crop_or_pad.",
        )
    begins = [int(rng.integers(n + 1)) for n in free]
    return ops.get_item(value, tuple(slice(b, b + int(n)) for b, n in zip(begins, size)))


def contrasted(images: Any, factor: Any) -> Any:
    """The distance of each color from its mean in the image, times a factor."""
    mean = ops.mean(images, (-3, -2), True)
    return ops.add(ops.multiply(ops.subtract(images, mean), factor), mean)


def _in_hsv(image: Any, change: Callable[[Any, Any, Any], tuple[Any, Any, Any]]) -> Any:
    hsv = ops.image.rgb_to_hsv(image_as(image, "float32"))
    parts = change(*(ops.get_item(hsv, (..., slice(i, i + 1))) for i in range(3)))
    return image_as(ops.image.hsv_to_rgb(ops.concatenate(parts, -1)), ops.dtype(image))


def saturated(image: Any, factor: Any) -> Any:
    """The image with its saturation times a factor, at most 1."""
    return _in_hsv(image, lambda h, s, v: (h, ops.clip(ops.multiply(s, factor), 0, 1), v))


def hue_turned(image: Any, delta: Any) -> Any:
    """The image with `delta`, in turns, added to its hue."""
    return _in_hsv(image, lambda h, s, v: (ops.mod(ops.add(h, delta), 1.0), s, v))


def standardized(image: Any) -> Any:
    """Each image with the mean 0 and the deviation 1."""
    x, axes = ops.cast(image, "float32"), (-3, -2, -1)
    least = 1 / np.sqrt(float(np.prod(lengths(x, *axes))))
    return ops.divide(
        ops.subtract(x, ops.mean(x, axes, True)), ops.maximum(ops.std(x, axes, True), least)
    )


def patches(images: Any, sizes: Any, strides: Any, rates: Any, padding: str) -> Any:
    """The pixels of each window as one row; TensorFlow gives a number for each of the four axes."""
    size, step, rate = (tuple(int(n) for n in lengths[1:3]) for lengths in (sizes, strides, rates))
    return ops.image.extract_patches(images, size, step, rate[0], padding.lower())


def decibel(a: Any, b: Any, highest: float) -> Any:
    """The peak signal-to-noise ratio of each image."""
    error = ops.mean(ops.square(ops.subtract(a, b)), (-3, -2, -1))
    return ops.multiply(ops.log10(ops.divide(float(highest) ** 2, error)), 10.0)


def variation(images: Any) -> Any:
    """The sum of the differences between neighbours, of each image."""
    down = ops.subtract(images[..., 1:, :, :], images[..., :-1, :, :])
    across = ops.subtract(images[..., :, 1:, :], images[..., :, :-1, :])
    return ops.add(*(ops.sum(ops.abs(change), (-3, -2, -1)) for change in (down, across)))


def averaged(x: Any, high: int, wide: int) -> Any:
    """Images made smaller, each pixel the mean of a block.

    Raises: ArgumentError unless all blocks are of one size.
    """
    old = lengths(x, -3, -2)
    if old[0] % high or old[1] % wide:
        raise ArgumentError(
            f"tf.image.resize cannot make {high} x {wide} of {old[0]} x {old[1]} by 'area'.",
            why="here, each new pixel is the mean of whole old ones.",
            fix='choose a size that divides the old one, or method="bilinear", antialias=True.',
        )
    block = (old[0] // high, old[1] // wide)
    batch = ops.expand_dims(x, 0) if len(ops.shape(x)) == 3 else x
    pooled = ops.average_pool(batch, block, block, data_format="channels_last")
    return pooled[0] if batch is not x else pooled


def resized(images: Any, size: Any, method: Any, keep: bool, antialias: bool) -> Any:
    """Images of another size, float32 unless each pixel is one of the old."""
    if str(method) not in METHODS:
        raise ArgumentError(
            f"tf.image.resize has the method {method!r}.",
            why="there is no such method here.",
            fix="write one of " + ", ".join(METHODS) + ".",
        )
    high, wide = (int(side) for side in size)
    if keep:
        old = lengths(images, -3, -2)
        ratio = min(high / old[0], wide / old[1])
        high, wide = (round(side * ratio) for side in old)
    x = images if str(method) == "nearest" else ops.cast(images, "float32")
    if str(method) == "area":
        return averaged(x, high, wide)
    alone = len(ops.shape(x)) == 3
    layer = Resizing(high, wide, str(method), antialias=antialias, data_format="channels_last")
    made = ops.convert_to_tensor(layer(ops.expand_dims(x, 0) if alone else x))
    return ops.cast(made[0] if alone else made, str(ops.dtype(x)))


def read(filename: Any) -> bytes:
    """The bytes of a file."""
    return Path(str(np.asarray(filename))).read_bytes()


# Texts.
def nothing(shape: Any, dtype: Any) -> Any:
    """Zeros; of texts, empty ones."""
    return np.full(shape, "", object) if dtype == "string" else ops.zeros(shape, dtype)


def nothing_like(x: Any, dtype: Any) -> Any:
    """Zeros of x's shape; of texts, empty ones."""
    array = x if isinstance(x, Tensor | Value) else np.asarray(x)
    if dtype == "string" or (dtype is None and is_text(array)):
        return nothing(ops.shape(array), "string")
    return nothing(array.shape, dtype) if is_text(array) else ops.zeros_like(x, dtype)


def plain(x: Any) -> str:
    """A text, also from the bytes that files have."""
    return x.decode() if isinstance(x, bytes) else str(x)


def text(change: Callable[[str], Any], x: Any) -> Any:
    """A function of each text of an array."""
    array = np.asarray(x)
    made = [change(plain(item)) for item in array.ravel().tolist()]
    return np.array(made).reshape(array.shape)


def text_lengths(x: Any, unit: str) -> Any:
    """How many bytes or characters each text has."""
    count = len if unit == "UTF8_CHAR" else lambda item: len(item.encode())
    return text(count, x).astype("int32")


class Rows(list[Any]):
    """Arrays of different lengths, with the methods of a RaggedTensor that programs use."""

    def to_list(self) -> list[Any]:
        """The rows as lists."""
        return [row.to_list() if isinstance(row, Rows) else row.tolist() for row in self]

    def row_lengths(self) -> Any:
        """The number of values in each row."""
        return np.array([len(row) for row in self], "int64")

    def to_tensor(self, default_value: Any = None) -> Any:
        """One array, with `default_value` (zeros or empty texts) at the ends of short rows."""
        nothing = "" if any(is_text(row) for row in self) else 0
        value = nothing if default_value is None else default_value
        made = np.full((len(self), max(map(len, self), default=0)), value, object)
        for place, row in zip(made, self, strict=True):
            place[: len(row)] = row
        return made if nothing == "" else made.astype(self[0].dtype)


def words(x: Any, separator: str | None, most: int) -> Any:
    """The words of a text as an array; of several texts as rows of arrays."""
    array = np.asarray(x)
    if array.ndim == 0:
        return np.array(plain(array.item()).split(separator or None, most))
    return Rows(words(item, separator, most) for item in array)


def characters(x: Any) -> Any:
    """The characters of a text as an array; of several texts as rows of arrays."""
    array = np.asarray(x)
    if array.ndim == 0:
        return np.array([*plain(array.item())])
    return Rows(characters(item) for item in array)


def joined(inputs: Sequence[Any], separator: str) -> Any:
    """Texts at the same place in each array, one after the other."""
    arrays = np.broadcast_arrays(*inputs)
    rows = zip(*(array.ravel().tolist() for array in arrays), strict=True)
    return np.array([separator.join(map(plain, row)) for row in rows]).reshape(arrays[0].shape)


def joined_along(x: Any, axis: int | None, separator: str) -> Any:
    """Texts along an axis, one after the other."""
    array = np.asarray(x)
    if axis is None:
        return np.array(separator.join(map(plain, array.ravel().tolist())))
    return joined(list(np.moveaxis(array, axis, 0)), separator)


def held(is_true: Any, x: Any, message: Any) -> None:
    """Raises: DataError unless it is true."""
    if not is_true:
        raise DataError(
            str(message or "an assertion of tf.debugging does not hold."),
            why=f"the numbers are {np.array2string(np.asarray(x), threshold=6)}.",
            fix="look at the lines that made these numbers.",
        )


def finite(x: Any, message: Any) -> Any:
    """The tensor itself.

    Raises: DataError if one of its numbers is infinite or NaN.
    """
    held(np.isfinite(x).all(), x, message)
    return x
