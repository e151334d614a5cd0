"""A layer's constructor and call arguments: their names, defaults and checks."""

from __future__ import annotations

import functools
import inspect
from typing import Any

import numpy as np

from funclab.errors import ArgumentError
from funclab.shapes import to_shape

KERAS_2_KEYWORDS = ("input_shape", "batch_input_shape", "input_dim", "input_length", "batch_size")

_floatx = "float32"


def floatx() -> str:
    """The dtype of layers that are not given one."""
    return _floatx


def set_floatx(dtype: str) -> None:
    """Set the dtype of layers made from now on: "float32" or "float64"."""
    global _floatx
    if dtype not in ("float32", "float64"):
        raise ArgumentError(
            f"Unknown floatx: {dtype!r}.",
            why="the engine computes in float32 or float64.",
            fix='use set_floatx("float32") or set_floatx("float64").',
        )
    _floatx = dtype


@functools.cache
def parameters(cls: type) -> dict[str, Any]:
    """The names and defaults of a class's constructor arguments."""
    found = inspect.signature(cls.__init__).parameters.values()
    skip = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    return {one.name: one.default for one in list(found)[1:] if one.kind not in skip}


@functools.cache
def call_parameters(cls: Any) -> dict[str, int]:
    """The names that `call` accepts after its first argument, numbered from 1."""
    names = list(inspect.signature(cls.call).parameters)[2:]
    return {name: i + 1 for i, name in enumerate(names)}


def bound(cls: type, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    names = list(parameters(cls))
    given = {**dict(zip(names, args, strict=False)), **kwargs}
    return {**parameters(cls), **given}


def declared_shape(kwargs: dict[str, Any]) -> Any:
    """The batch shape that Keras 2's keywords declare for a first layer, or None."""
    if kwargs.get("batch_input_shape") is not None:
        return to_shape(kwargs["batch_input_shape"], "batch_input_shape")
    if kwargs.get("input_shape") is not None:
        return (kwargs.get("batch_size"), *to_shape(kwargs["input_shape"], "input_shape"))
    if kwargs.get("input_dim") is not None:
        return (kwargs.get("batch_size"), *to_shape(kwargs["input_dim"], "input_dim"))
    return None


def dtype_name(dtype: Any) -> str | None:
    if dtype is None:
        return None
    if isinstance(dtype, dict):  # a Keras 3 DTypePolicy
        return dtype.get("config", {}).get("name")
    return str(np.dtype(dtype))


def checked_name(name: Any) -> str | None:
    if name is not None and (not isinstance(name, str) or "/" in name or not name):
        raise ArgumentError(
            f"Layer name {name!r} cannot be used: it must be a non-empty string without `/`.",
            why="names become the keys of files, histories and diagrams.",
            fix='use a plain name, such as name="encoder".',
        )
    return name
