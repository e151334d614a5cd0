"""`keras.preprocessing.image`: files and arrays, and Keras 2's generator of changed images."""

# ruff: noqa: NPY002  (programs of Keras 2 seed the global generator of NumPy)

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from funclab import config
from funclab.errors import ArgumentError, DataError, warn
from funclab.errors.missing_names import guard
from funclab.graph.shape_math import Array
from funclab.keras2.batches import ArrayBatches, FileBatches, FolderBatches
from funclab.layers.checks import one_of
from funclab.ops.image.places import map_coordinates
from funclab.utils import array_to_img, img_to_array, load_img, save_img
from funclab.utils.images import brightened

__all__ = [
    "ImageDataGenerator", "apply_affine_transform", "apply_brightness_shift", "array_to_img",
    "img_to_array", "load_img", "save_img",
]  # fmt: skip

ALMOST_0 = 1e-6
"""Added to a deviation by which numbers are divided."""


def apply_affine_transform(
    x: Any,
    theta: float = 0,
    tx: float = 0,
    ty: float = 0,
    shear: float = 0,
    zx: float = 1,
    zy: float = 1,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    order: int = 1,
) -> Array:
    """An image turned, moved, sheared and zoomed about its middle.

    x: the image; three axes, whose order `row_axis`, `col_axis` and `channel_axis` say.
    theta, shear: angles in degrees. tx, ty: how many pixels to the right and below each pixel is
        taken from. zx, zy: the lengths, to the right and down, that become one pixel.
    fill_mode: what lies outside: "nearest", "constant" (`cval`), "reflect" or "wrap".
    order: 1 for means of neighbours, 0 for the nearest.
    Raises: ArgumentError for another order or mode; DataError unless x has three axes.
    """
    if np.ndim(x) != 3:
        raise DataError(
            f"An image has three axes, height, width and channels; this one has {np.ndim(x)}.",
            why="each channel is turned in the plane of the other two axes.",
            fix="pass one image of a batch, x[0]; a last axis is added by image[..., None].",
        )
    image = np.moveaxis(np.asarray(x), (row_axis, col_axis, channel_axis), (0, 1, 2))
    places = _places(image.shape[:2], theta, tx, ty, shear, zx, zy)
    if places is None:
        return np.asarray(x)
    made = _read(image, places, fill_mode, cval, order)
    return np.moveaxis(made, (0, 1, 2), (row_axis, col_axis, channel_axis))


def _places(
    size: tuple[int, int], theta: float, tx: float, ty: float, shear: float, zx: float, zy: float
) -> Array | None:
    """Where each pixel is taken from, (2, height, width); None if nothing moves."""
    if (theta, tx, ty, shear, zx, zy) == (0, 0, 0, 0, 1, 1):
        return None
    turn, slant = np.deg2rad(theta), np.deg2rad(shear)
    matrix = (
        np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
        @ [[1, 0, tx], [0, 1, ty], [0, 0, 1]]
        @ [[1, -np.sin(slant), 0], [0, np.cos(slant), 0], [0, 0, 1]]
        @ np.diag([zx, zy, 1])
    )
    # Keras counts the middle from the other side, which shows in images that are not square.
    middle = np.array([size[0] / 2 - 0.5, size[1] / 2 - 0.5, 0]).reshape(3, 1, 1)
    row, column = np.indices(size)
    grid = np.stack([column, row, np.ones(size)]) - middle
    column, row, _ = np.einsum("ij,jhw->ihw", matrix, grid) + middle
    return np.stack([row, column])


def _read(image: Array, places: Array, fill_mode: str, cval: float, order: int) -> Array:
    """The pixels at these places. What lies outside is as SciPy defines it, as in Keras 2."""
    one_of("fill_mode", fill_mode, ("nearest", "constant", "reflect", "wrap"))
    last = np.array(image.shape[:2]).reshape(2, 1, 1) - 1
    outside: Array = np.any((places < 0) | (places > last), axis=0)
    if fill_mode == "wrap":  # the first and the last pixel are the same place
        places = np.where(outside, places % np.maximum(last, 1), places)
    mode = "nearest" if fill_mode in ("constant", "wrap") else fill_mode
    made = [
        map_coordinates(image[..., i], places, order=order, fill_mode=mode)
        for i in range(image.shape[2])
    ]
    whole = np.stack(list(map(np.asarray, made)), -1)
    return np.where(outside[..., None], cval, whole) if fill_mode == "constant" else whole


def apply_brightness_shift(x: Any, brightness: float, scale: bool = True) -> Array:
    """An image made darker (below 1) or brighter (above 1), by Pillow.

    x: the image, (height, width, channels). brightness: the factor.
    scale: whether its numbers are brought to 0 to 255 first.
    """
    low, high = np.min(x), np.max(x)
    wide = low < 0 or high > 255
    made = img_to_array(brightened(array_to_img(x, scale=wide or scale), brightness))
    return made / 255 * (high - low) + low if wide and not scale else made


class ImageDataGenerator:
    """Images changed at random, batch by batch: Keras 2's way to augment data. Today, layers such
    as `RandomFlip` and `RandomRotation` do it in the model or in the `map` of a data set.

    featurewise_center, featurewise_std_normalization: whether the mean of all images, by `fit`, is
        subtracted, and whether they are divided by their deviation.
    samplewise_center, samplewise_std_normalization: the same with each image's own numbers.
    zca_whitening: whether pixels are decorrelated, by `fit`. zca_epsilon: what keeps small
        directions small.
    rotation_range, shear_range: the greatest angle, in degrees.
    width_shift_range, height_shift_range: the greatest shift, down and to the right (as in Keras,
        whose documentation has them the other way round): below 1 a part of the width or height,
        else pixels; an int or a list are the shifts to choose from.
    brightness_range: the least and the greatest factor.
    zoom_range: the least and the greatest factor; one number z for (1 - z, 1 + z).
    channel_shift_range: the greatest number that is added to all pixels.
    fill_mode, cval: what lies outside: "nearest", "constant" (`cval`), "reflect" or "wrap".
    horizontal_flip, vertical_flip: whether half of the images are mirrored.
    rescale: a factor for all numbers, after the changes.
    preprocessing_function: called with each image before that.
    data_format: "channels_last" or "channels_first"; None for the setting in `config`.
    validation_split: the part of the data that `subset="validation"` gives.
    interpolation_order: 1 for means of neighbours, 0 for the nearest.
    dtype: of the images.
    Raises: ArgumentError for an odd setting.

    >>> generator = ImageDataGenerator(horizontal_flip=True, rescale=1 / 255)
    >>> x, y = next(generator.flow(np.ones((6, 4, 4, 1)), np.arange(6), batch_size=4))
    >>> x.shape, y.shape
    ((4, 4, 4, 1), (4,))
    """

    mean: Any = None
    std: Any = None
    zca_whitening_matrix: Any = None
    # What `__init__` is given.
    rotation_range: float
    width_shift_range: Any
    height_shift_range: Any
    brightness_range: tuple[float, float] | None
    shear_range: float
    zoom_range: tuple[float, float]
    channel_shift_range: float
    fill_mode: str
    cval: float
    horizontal_flip: bool
    vertical_flip: bool
    rescale: float | None
    preprocessing_function: Callable[..., Any] | None
    interpolation_order: int
    samplewise_std_normalization: bool
    zca_whitening: bool
    zca_epsilon: float

    def __init__(
        self,
        featurewise_center: bool = False,
        samplewise_center: bool = False,
        featurewise_std_normalization: bool = False,
        samplewise_std_normalization: bool = False,
        zca_whitening: bool = False,
        zca_epsilon: float = 1e-6,
        rotation_range: float = 0,
        width_shift_range: Any = 0.0,
        height_shift_range: Any = 0.0,
        brightness_range: tuple[float, float] | None = None,
        shear_range: float = 0.0,
        zoom_range: Any = 0.0,
        channel_shift_range: float = 0.0,
        fill_mode: str = "nearest",
        cval: float = 0.0,
        horizontal_flip: bool = False,
        vertical_flip: bool = False,
        rescale: float | None = None,
        preprocessing_function: Callable[..., Any] | None = None,
        data_format: str | None = None,
        validation_split: float = 0.0,
        interpolation_order: int = 1,
        dtype: Any = None,
    ) -> None:
        given = {name: value for name, value in locals().items() if name != "self"}
        vars(self).update(given)
        self.data_format = data_format or config.image_data_format()
        one_of("data_format", self.data_format, ("channels_last", "channels_first"))
        self.dtype, self.validation_split = dtype or config.floatx(), validation_split
        self.featurewise_center = featurewise_center or zca_whitening
        self.featurewise_center |= featurewise_std_normalization
        self.featurewise_std_normalization = featurewise_std_normalization and not zca_whitening
        self.samplewise_center = samplewise_center or samplewise_std_normalization
        if np.ndim(zoom_range) == 0:
            zoom_range = (1 - zoom_range, 1 + zoom_range)
        for name, pair in (("zoom_range", zoom_range), ("brightness_range", brightness_range)):
            if pair is not None and np.shape(pair) != (2,):
                raise ArgumentError(
                    f"`{name}` should be two numbers. Received: {pair!r}.",
                    why="they are the least and the greatest factor.",
                    fix=f"write {name}=(0.8, 1.2).",
                )
        self.zoom_range = tuple(zoom_range)
        if not 0 <= validation_split < 1:
            raise ArgumentError(
                f"`validation_split` must be strictly between 0 and 1. Received: "
                f"{validation_split}.",
                why="it is the part of the data that is kept for validation.",
                fix="write validation_split=0.2.",
            )

    # Where the images come from.
    def flow(self, x: Any, y: Any = None, batch_size: int = 32, **settings: Any) -> ArrayBatches:
        """Batches of images from an array, changed anew at every pass, without end.

        x: the images, (n, height, width, channels); or (images, other), whose other arrays are
            given unchanged. y: the targets; None gives images only.
        settings: `shuffle` (True), `sample_weight`, `seed`, `subset`, `ignore_class_split`, and
            `save_to_dir`, `save_prefix`, `save_format` to write the changed images to files.
        Raises: DataError for data of other shapes; ArgumentError for another setting.
        """
        return ArrayBatches(self, x, y, batch_size, **settings)

    def flow_from_directory(
        self, directory: Any, target_size: tuple[int, int] = (256, 256), **settings: Any
    ) -> FolderBatches:
        """Batches of images from the folders of a directory, one folder for each class.

        directory: the path. target_size: the height and width that all images get.
        settings: `color_mode` ("rgb"), `classes` (all folders), `class_mode` ("categorical",
            "binary", "sparse", "input" or None), `batch_size` (32), `shuffle` (True), `seed`,
            `subset`, `follow_links`, `interpolation` ("nearest"), `keep_aspect_ratio`, and those of
            `flow` that write files.
        Raises: DataError if there is no such directory; ArgumentError for another setting.
        """
        return FolderBatches(self, directory, target_size, **settings)

    def flow_from_dataframe(
        self,
        dataframe: Any,
        directory: Any = None,
        x_col: str = "filename",
        y_col: Any = "class",
        target_size: tuple[int, int] = (256, 256),
        **settings: Any,
    ) -> FileBatches:
        """Batches of images from files that a table names.

        dataframe: a table of pandas. directory: in which the files are. x_col, y_col: the columns
            of file names and of classes; with `class_mode="raw"`, of numbers.
        target_size, settings: as for `flow_from_directory`.
        Raises: DataError if a column is not there; ArgumentError for another setting.
        """
        names = [str(Path(directory or "", name)) for name in dataframe[x_col].tolist()]
        told = None if settings.get("class_mode", "categorical") in ("input", None) else y_col
        labels = None if told is None else dataframe[told].to_numpy()
        return FileBatches(self, names, labels, target_size, **settings)

    # What happens to an image.
    @property
    def _axes(self) -> tuple[int, int, int]:
        """Those of rows, columns and channels, in one image."""
        return (0, 1, 2) if self.data_format == "channels_last" else (1, 2, 0)

    def get_random_transform(self, img_shape: Sequence[int], seed: int | None = None) -> Any:
        """Random numbers for one image: a dict with `theta`, `tx`, `ty`, `shear`, `zx`, `zy`,
        `flip_horizontal`, `flip_vertical`, `channel_shift_intensity` and `brightness`. They are
        drawn from NumPy's global generator, as in Keras 2.

        img_shape: of the image. seed: for NumPy's generator.
        """
        if seed is not None:
            np.random.seed(seed)
        row, column, _ = self._axes
        theta = _within(self.rotation_range)
        tx = _shift(self.height_shift_range, img_shape[row])
        ty = _shift(self.width_shift_range, img_shape[column])
        shear = _within(self.shear_range)
        zx, zy = (1, 1) if self.zoom_range == (1, 1) else np.random.uniform(*self.zoom_range, 2)
        flips = np.random.random() < 0.5, np.random.random() < 0.5
        added = _within(self.channel_shift_range) if self.channel_shift_range else None
        factor = None if not self.brightness_range else np.random.uniform(*self.brightness_range)
        return {
            "theta": theta, "tx": tx, "ty": ty, "shear": shear, "zx": zx, "zy": zy,
            "flip_horizontal": flips[0] and self.horizontal_flip,
            "flip_vertical": flips[1] and self.vertical_flip,
            "channel_shift_intensity": added, "brightness": factor,
        }  # fmt: skip

    def apply_transform(self, x: Any, transform_parameters: dict[str, Any]) -> Array:
        """An image changed as these numbers say.

        x: the image. transform_parameters: any of those of `get_random_transform`.
        """
        given, (row, column, channel) = transform_parameters, self._axes
        moved = {k: given[k] for k in ("theta", "tx", "ty", "shear", "zx", "zy") if k in given}
        x = apply_affine_transform(
            x, **moved, row_axis=row, col_axis=column, channel_axis=channel,
            fill_mode=self.fill_mode, cval=self.cval, order=self.interpolation_order,
        )  # fmt: skip
        if given.get("channel_shift_intensity") is not None:
            x = np.clip(x + given["channel_shift_intensity"], np.min(x), np.max(x))
        if given.get("flip_horizontal"):
            x = np.flip(x, column)
        if given.get("flip_vertical"):
            x = np.flip(x, row)
        if given.get("brightness") is not None:
            x = apply_brightness_shift(x, given["brightness"], scale=False)
        return x

    def random_transform(self, x: Any, seed: int | None = None) -> Array:
        """An image changed at random.

        x: the image. seed: for NumPy's generator.
        """
        return self.apply_transform(x, self.get_random_transform(np.shape(x), seed))

    def standardize(self, x: Any) -> Array:
        """Images, one or a batch, with the scales and means that were asked for.

        x: the images.
        """
        x = self.preprocessing_function(x) if self.preprocessing_function else np.asarray(x)
        x = x * self.rescale if self.rescale else x
        x = x - np.mean(x) if self.samplewise_center else x
        x = x / (np.std(x) + ALMOST_0) if self.samplewise_std_normalization else x
        x = x - self._fitted("mean") if self.featurewise_center else x
        x = x / (self._fitted("std", 1) + ALMOST_0) if self.featurewise_std_normalization else x
        matrix = self._fitted("zca_whitening_matrix", None) if self.zca_whitening else None
        if matrix is not None:
            x = (x.reshape(-1, len(matrix)) @ matrix).reshape(x.shape)
        return x.astype(self.dtype)

    def _fitted(self, name: str, otherwise: Any = 0) -> Any:
        value = getattr(self, name)
        if value is None:
            warn("This ImageDataGenerator has not been fit on any data. Call .fit(images) first.")
        return otherwise if value is None else value

    def fit(self, x: Any, augment: bool = False, rounds: int = 1, seed: int | None = None) -> None:
        """Take the mean, the deviation and the directions of images, as far as they are needed.

        x: the images, four axes. augment: whether they are changed at random first, `rounds` times.
        seed: for NumPy's generator.
        Raises: DataError for data of another shape.
        """
        x = np.array(x, self.dtype)
        if x.ndim != 4:
            raise DataError(
                f"Input to `.fit()` should have rank 4. Got array with shape: {x.shape}.",
                why="images have the axes (n, height, width, channels).",
                fix="pass all images at once; x[..., None] adds an axis of one channel.",
            )
        if seed is not None:
            np.random.seed(seed)
        x = x * self.rescale if self.rescale else x
        if augment:
            x = np.stack([self.random_transform(image) for _ in range(rounds) for image in x])
        pixels = (0, *(1 + axis for axis in self._axes[:2]))
        if self.featurewise_center:
            self.mean = x.mean(pixels, keepdims=True)[0]
            x = x - self.mean
        if self.featurewise_std_normalization:
            self.std = x.std(pixels, keepdims=True)[0]
        if self.zca_whitening:
            u, s, _ = np.linalg.svd(x.reshape(len(x), -1).T, full_matrices=False)
            self.zca_whitening_matrix = (u * (np.sqrt(len(x)) / (s + self.zca_epsilon))) @ u.T


def _within(limit: float) -> float:
    """A number between -limit and limit."""
    return np.random.uniform(-limit, limit) if limit else 0


def _shift(limit: Any, length: int) -> float:
    """A shift in pixels along an axis of this length."""
    if not np.any(limit):
        return 0
    if np.ndim(limit) or isinstance(limit, int):
        shift = np.random.choice(limit) * np.random.choice([-1, 1])
    else:
        shift = np.random.uniform(-limit, limit)
    return float(shift * length if np.max(limit) < 1 else shift)


guard(__name__, name="keras.preprocessing.image")
