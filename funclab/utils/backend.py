"""The contents of Keras 3's `keras.backend`: settings of the session, and dtype helpers."""

from __future__ import annotations

from typing import Any

from funclab import registry
from funclab.config import (
    backend,
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)  # fmt: skip
from funclab.errors import NotSupportedError
from funclab.errors.missing_names import guard
from funclab.graph.op import promote
from funclab.utils import OTHER_DTYPES, clear_session, is_keras_tensor, standardize_dtype

__all__ = [
    "backend", "clear_session", "epsilon", "floatx", "get_uid", "image_data_format",
    "is_float_dtype", "is_int_dtype", "is_keras_tensor", "result_type", "set_epsilon", "set_floatx",
    "set_image_data_format", "standardize_dtype",
]  # fmt: skip


def get_uid(prefix: str = "") -> int:
    """A number that counts, from 1, the calls with this prefix."""
    return registry.count(prefix)


def is_float_dtype(dtype: Any) -> bool:
    """Whether a dtype is a floating-point dtype."""
    return standardize_dtype(dtype).startswith(("float", "bfloat"))


def is_int_dtype(dtype: Any) -> bool:
    """Whether a dtype is an integer dtype."""
    return standardize_dtype(dtype).startswith(("int", "uint"))


def result_type(*dtypes: Any) -> str:
    """The dtype of a result computed from these: the widest; with a float, that of the float.

    Raises: NotSupportedError for a dtype in which nothing is computed here, such as bfloat16.

    >>> result_type("int32", "float32")
    'float32'
    """
    names = [standardize_dtype(dtype) for dtype in dtypes]
    if others := {*names} & {*OTHER_DTYPES}:
        raise NotSupportedError(
            f"result_type: nothing is computed in {', '.join(sorted(others))}.",
            why="the engine computes with float32, float64, integers and booleans.",
            fix='write "float32" in its place.',
        )
    return promote(*names) if names else floatx()


guard(__name__, name="funclab.backend")
