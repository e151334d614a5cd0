"""Small helper functions with Keras' names."""

from __future__ import annotations

import gc
import random
from typing import Any

import numpy as np

from funclab import config, initializers, registry

from funclab.errors import DataError, suggest
from funclab.config import (
    disable_interactive_logging, enable_interactive_logging, is_interactive_logging_enabled,
)  # fmt: skip
from funclab.registry.user_classes import (
    CustomObjectScope, custom_object_scope, get_custom_objects, get_registered_name,
    get_registered_object, register_keras_serializable,
)  # fmt: skip
from funclab.registry.parameters import wrong_value
from funclab.graph.graph import source_inputs
from funclab.graph.tensor import Tensor
from funclab.layers.arguments import DTYPES
from funclab.errors.missing_names import guard
from funclab.saving.objects import deserialize_keras_object, serialize_keras_object
from funclab.graph.shape_math import Array
from funclab.graph.strings import STRING
from funclab.training.data.streams import unpacked
from funclab.utils.named_values import Config
from funclab.utils.directories import image_dataset_from_directory, text_dataset_from_directory
from funclab.utils.downloads import get_file
from funclab.utils.feature_space import FeatureSpace
from funclab.utils.images import array_to_img, load_img, save_img
from funclab.utils.progbar import Progbar
from funclab.utils.sequences import (
    PyDataset, pad_sequences, split_dataset, timeseries_dataset_from_array,
)  # fmt: skip

Sequence = PyDataset
"""Its name in Keras 2."""


def set_random_seed(seed: int) -> None:
    """Make everything random reproducible, bit for bit: weights, shuffling, dropout.

    Also seeds Python's and NumPy's global generators, as Keras does.
    """
    if not suggest.is_whole(seed) or not 0 <= seed < 2**32:
        raise wrong_value(
            "set_random_seed", "seed", seed, "a whole number from 0 to 2**32 - 1", "1"
        )
    random.seed(int(seed))
    np.random.seed(seed)
    initializers.seed(seed)


def to_categorical(x: Any, num_classes: int | None = None) -> Array:
    """Class indices as one-hot rows.

    Shapes: x (n,) or (n, 1) -> (n, num_classes); other shapes gain a last axis.
    Raises: DataError for a negative class or one beyond num_classes.

    >>> to_categorical([0, 2])
    array([[1., 0., 0.],
           [0., 0., 1.]])
    """
    labels = np.asarray(x)
    countable = num_classes is None or suggest.is_whole(num_classes)
    if labels.dtype.kind not in "biuf" or not countable:
        raise wrong_value("to_categorical", "x", x, "class numbers", "[0, 2, 1]")
    classes = labels.astype("int64")
    shape = classes.shape[:-1] if classes.ndim > 1 and classes.shape[-1] == 1 else classes.shape
    flat = classes.reshape(-1)
    count = num_classes or (int(flat.max()) + 1 if flat.size else 0)
    if flat.size and not 0 <= flat.min() <= flat.max() < count:
        bad = int(flat.min() if flat.min() < 0 else flat.max())
        raise DataError(
            f"Class {bad} does not fit num_classes={count}.",
            why=f"classes are numbered 0 to {count - 1}.",
            fix="subtract the smallest class number, or pass a larger num_classes.",
        )
    table = np.zeros((flat.size, count))
    table[np.arange(flat.size), flat] = 1
    return table.reshape(*shape, count)


def get_source_inputs(tensor: Any) -> list[Any]:
    """The Input tensors that a tensor is computed from, in the order they were made."""
    return source_inputs(tensor)


def plot_model(model: Any, *arguments: Any, **settings: Any) -> Any:
    """The picture of a model, in the module where Keras has it. See `funclab.plot_model`."""
    from funclab import view

    return view.plot_model(model, *arguments, **settings)


def clear_session(free_memory: bool = True) -> None:
    """Restart the numbering of automatic names, as in a new session.

    free_memory: whether memory that is no longer used is released immediately.
    """
    registry.reset_names()
    if free_memory:
        gc.collect()


def normalize(x: Any, axis: int = -1, order: Any = 2) -> Array:
    """Vectors of norm 1: x divided by its norm along an axis; vectors of zeros are unchanged.

    x: an array.
    axis: the axis along which the vectors lie.
    order: the order of the norm; 2 is the Euclidean norm.

    >>> normalize([[3.0, 4.0]])
    array([[0.6, 0.8]])
    """
    array = np.asarray(x)
    norm = np.linalg.norm(array, order, axis, keepdims=True)
    return array / np.where(norm == 0, 1, norm)


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """A batch as (x, y, sample_weight), with None for missing parts.

    >>> unpack_x_y_sample_weight(("x", "y"))
    ('x', 'y', None)
    """
    return unpacked(tuple(data) if isinstance(data, list) else data)


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """A batch as a tuple without missing parts; only x, if x is not itself a list or tuple."""
    if y is None:
        return (x,) if isinstance(x, (tuple, list)) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)


def is_keras_tensor(x: Any) -> bool:
    """Whether x is a symbolic tensor, such as the result of `Input`."""
    return isinstance(x, Tensor)


def standardize_dtype(dtype: Any) -> str:
    """The name of a dtype; for None, that of `floatx()`.

    Raises: ArgumentError for an invalid dtype.

    >>> standardize_dtype(np.float32), standardize_dtype("int"), standardize_dtype(None)
    ('float32', 'int32', 'float32')
    """
    if dtype is None:
        return config.floatx()
    named = {int: "int32", "int": "int32", float: "float32", str: STRING}
    try:
        name = named.get(dtype) or getattr(dtype, "name", dtype)
        name = name if isinstance(name, str) else np.dtype(name).name
    except TypeError:  # not a dtype, or a list, which cannot be a dict's key
        name = ""
    if name in (*DTYPES, *OTHER_DTYPES, STRING):
        return name
    raise wrong_value("standardize_dtype", "dtype", dtype, "a dtype", '"float32"')


OTHER_DTYPES = ("float16", "bfloat16", "uint16", "uint32", "uint64", "complex64", "complex128")
"""Dtypes for which Keras has a name, but in which funclab cannot compute."""


def img_to_array(img: Any, data_format: str | None = None, dtype: str | None = None) -> Array:
    """An image (from Pillow, for example) as an array with three axes.

    img: an image that NumPy can read.
    data_format: where the channels go; None for the setting in `config`.
    dtype: the dtype of the array; None for `floatx()`.
    Raises: DataError for more axes, or fewer than two.
    """
    array = np.asarray(img, dtype or config.floatx())
    if array.ndim == 2:
        array = array[:, :, None]
    if array.ndim != 3:
        raise DataError(
            f"Unsupported image shape: {array.shape}.",
            why="an image has height and width, and perhaps channels.",
            fix="pass one image.",
        )
    first = (data_format or config.image_data_format()) == "channels_first"
    return array.transpose(2, 0, 1) if first else array


__all__ = [
    "Config", "CustomObjectScope", "FeatureSpace", "Progbar", "PyDataset", "Sequence",
    "array_to_img", "clear_session", "custom_object_scope", "deserialize_keras_object",
    "disable_interactive_logging",
    "enable_interactive_logging", "get_custom_objects", "get_file", "get_registered_name",
    "get_registered_object", "get_source_inputs", "image_dataset_from_directory", "img_to_array",
    "is_interactive_logging_enabled",
    "is_keras_tensor", "load_img", "normalize", "pack_x_y_sample_weight", "pad_sequences",
    "plot_model", "register_keras_serializable", "save_img", "serialize_keras_object",
    "set_random_seed", "split_dataset", "standardize_dtype", "text_dataset_from_directory",
    "timeseries_dataset_from_array",
    "to_categorical", "unpack_x_y_sample_weight",
]  # fmt: skip

guard(__name__)
