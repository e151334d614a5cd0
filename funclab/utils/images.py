"""Images from files and arrays, and back, with Keras' names. Pillow reads and writes the files."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np

from funclab import config
from funclab.errors import DataError
from funclab.layers.checks import one_of

MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}
"""Pillow's modes for Keras' names."""
FILTERS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")


def load_img(
    path: Any,
    color_mode: str = "rgb",
    target_size: tuple[int, int] | None = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
) -> Any:
    """An image of a file, as Pillow has it; `img_to_array` makes an array of it.

    path: the path of the file, or a file opened for reading bytes.
    color_mode: "rgb", "rgba" or "grayscale".
    target_size: the height and width to resize it to; None leaves it as large as it is.
    interpolation: how: "nearest", "bilinear", "bicubic", "hamming", "box" or "lanczos".
    keep_aspect_ratio: whether it is first cropped in its middle, so that nothing is distorted.
    Raises: ArgumentError for another mode or interpolation; FileNotFoundError.
    """
    from PIL import Image

    one_of("color_mode", color_mode, tuple(MODES))
    one_of("interpolation", interpolation, FILTERS)
    source = io.BytesIO(Path(path).read_bytes()) if not hasattr(path, "read") else path
    with Image.open(source) as image:
        if color_mode == "grayscale":  # images of 16 and 32 bits keep what 8 bits cannot hold
            wide = image.mode in ("I;16", "I;16B", "I")
            image = image.copy() if wide else image.convert("L")
        else:
            image = image.convert(MODES[color_mode])
    if target_size is None:
        return image
    high, wide = target_size
    if image.size == (wide, high):
        return image
    box = _middle(image.size, wide / high) if keep_aspect_ratio else None
    return image.resize((wide, high), getattr(Image.Resampling, interpolation.upper()), box=box)


def _middle(size: tuple[int, int], ratio: float) -> tuple[int, int, int, int]:
    """The largest part of an image of a width and height, in its middle, with a ratio of both."""
    width, height = size
    across, down = min(width, int(height * ratio)), min(height, int(width / ratio))
    left, top = (width - across) // 2, (height - down) // 2
    return left, top, left + across, top + down


def decoded(contents: bytes, channels: int = 0) -> np.ndarray:
    """The pixels of an image file, (height, width, channels), 0 to 255.

    contents: the bytes of the file.
    channels: 1, 3 or 4; 0 for as many as the file has.
    """
    from PIL import Image

    with Image.open(io.BytesIO(contents)) as image:
        own = {"L": 1, "RGB": 3, "RGBA": 4}.get(image.mode, 3)
        mode = {1: "L", 3: "RGB", 4: "RGBA"}[channels or own]
        pixels = np.asarray(image.convert(mode))
    return pixels[..., None] if pixels.ndim == 2 else pixels


def array_to_img(
    x: Any, data_format: str | None = None, scale: bool = True, dtype: Any = None
) -> Any:
    """An image, as Pillow has it, of an array.

    Shapes: (height, width, channels), or (channels, height, width) with "channels_first"; 1, 3 or
    4 channels.

    x: the array.
    data_format: "channels_last" or "channels_first"; None for the setting in `config`.
    scale: whether the numbers are brought to 0 to 255: moved so that the least is 0 if it is below
        it, and divided by the greatest.
    dtype: the dtype to compute with; default float32.
    Raises: DataError for an array of another shape.
    """
    from PIL import Image

    data_format = data_format or config.image_data_format()
    one_of("data_format", data_format, ("channels_first", "channels_last"))
    array = np.asarray(x, dtype or "float32")
    if array.ndim == 3 and data_format == "channels_first":
        array = array.transpose(1, 2, 0)
    if array.ndim != 3 or array.shape[2] not in (1, 3, 4):
        raise DataError(
            "Expected image array to have rank 3 (single image) with 1, 3 or 4 channels. Got array "
            f"with shape: {np.shape(x)}.",
            why="an image has height, width and channels.",
            fix="pass one image of a batch, images[0]; a last axis is added by image[..., None].",
        )
    if scale:
        array = array + max(-float(np.min(array)), 0)
        most = float(np.max(array))
        array = array / most * 255 if most else array
    if array.shape[2] == 1:
        gray = array[:, :, 0]
        deep = float(np.max(gray)) > 255
        return Image.fromarray(gray.astype("int32" if deep else "uint8"))
    return Image.fromarray(array.astype("uint8"))


def save_img(
    path: Any,
    x: Any,
    data_format: str | None = None,
    file_format: str | None = None,
    scale: bool = True,
    **settings: Any,
) -> None:
    """Write an array as an image.

    path: the path of the file, or a file opened for writing bytes.
    x, data_format, scale: as for `array_to_img`.
    file_format: "png", "jpeg" and so on; None takes it from the path.
    settings: Pillow's own, such as `quality`.
    Raises: DataError for an array that is no image.
    """
    image = array_to_img(x, data_format=data_format, scale=scale)
    jpeg = str(file_format or Path(str(path)).suffix).lower() in ("jpg", "jpeg", ".jpg", ".jpeg")
    if image.mode == "RGBA" and jpeg:
        image = image.convert("RGB")  # JPEG has no transparency
    image.save(path, format=file_format, **settings)


def brightened(image: Any, factor: float) -> Any:
    """An image, as Pillow has it, made darker (below 1) or brighter (above 1)."""
    from PIL import ImageEnhance

    return ImageEnhance.Brightness(image).enhance(factor)
