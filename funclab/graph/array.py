"""What eager calls return: NumPy arrays with what Keras' tensors have besides."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from funclab.errors import TensorTypeError
from funclab.graph import structure
from funclab.graph.shape_math import show
from funclab.graph.tape import eager_tape
from funclab.graph.tensor import OPERATORS, UFUNCS


class Array(np.ndarray):
    """A NumPy array of numbers with Keras' `numpy()`, mask and dtypes: integers divided by integers
    are float32. It is pickled, printed and copied as a plain array.

    >>> x = as_array(np.array([1, 2]))
    >>> x / 2, (x / 2).dtype.name
    (array([0.5, 1. ], dtype=float32), 'float32')
    """

    _keras_mask: Any = None
    """Which steps of each sequence count; None if all do."""
    _watched: Any = None
    """The value that stands for it on the tapes that watch it."""

    def numpy(self) -> Any:
        """The same numbers as a plain array; a NumPy number if there are no axes."""
        return np.asarray(self)[()]

    def __array_ufunc__(
        self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **settings: Any
    ) -> Any:
        if method == "__call__" and not (out or settings) and any(map(is_watched, inputs)):
            function = OPERATORS.get(UFUNCS.get(ufunc.__name__, str(ufunc.__name__)))
            if function is not None:
                return function(*inputs)
        plain = list(map(_plain, inputs))
        settings = {name: _plain(x) for name, x in settings.items()}
        if out is not None:
            settings["out"] = tuple(map(_plain, out))
            getattr(ufunc, method)(*plain, **settings)
            return out[0] if len(out) == 1 else out
        results = getattr(ufunc, method)(*plain, **settings)
        wide = any(str(getattr(x, "dtype", "")) == "float64" for x in plain)
        if isinstance(results, tuple):
            return tuple(_like_keras(x, wide) for x in results)
        return _like_keras(results, wide)

    def __getitem__(self, index: Any) -> Any:
        if is_watched(self):
            return OPERATORS["get_item"](self, index)
        part = super().__getitem__(index)
        return part if isinstance(part, np.ndarray) else as_array(part)

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __hash__(self) -> int:  # type: ignore[override]
        """That of its number, so that `words[ids[0]]` works on dicts; an error if it has axes."""
        return hash(np.asarray(self)[()])

    def __bool__(self) -> bool:
        if self.size > 1:
            raise TensorTypeError(
                "The truth value of an array with more than one element is ambiguous. "
                f"Use a.any() or a.all(). (Its shape is {show(self.shape)}.)",
                why="`if`, `and`, `or`, `not` and `in` need one answer; this is one for each "
                "element.",
                fix="ask for all or any of them with x.all() or x.any(); "
                "to ask for the same object, write any(x is y for y in others), not `x in others`.",
            )
        return bool(np.asarray(self))

    def __round__(self, ndigits: int | None = None) -> Any:
        if self.ndim == 0 and self.dtype.kind == "f":  # shown as a plain number
            return number(round(float(self), ndigits or 0))
        return as_array(np.asarray(self).round(ndigits or 0))

    def __reduce__(self) -> Any:
        return np.asarray(self).__reduce__()

    def __repr__(self) -> str:
        return repr(np.asarray(self))

    def __deepcopy__(self, copies: Any) -> Any:
        return np.array(self)


class Number(float):
    """A number with Keras' `numpy()`."""

    def numpy(self) -> Any:
        """The same number as NumPy's float32."""
        return np.float32(self)


def number(x: Any) -> Number:
    """A number, which keeps its full precision, with `numpy()`."""
    return Number(x)


def as_array(x: Any) -> Any:
    """The same memory as an `Array`; text stays as it is."""
    array = np.asarray(x)
    return array if array.dtype == object else array.view(Array)


PYTHON_DTYPES = {"float64": "float32", "int64": "int32"}


def of_python(x: Any) -> Any:
    """An array of Python's numbers, which are float32 and int32, as in Keras; arrays keep their
    dtype, also in a list."""
    array = np.asarray(x)
    parts = x if isinstance(x, list) else ()
    if hasattr(x, "dtype") or any(hasattr(part, "dtype") for part in parts):
        return array
    return array.astype(PYTHON_DTYPES.get(str(array.dtype), array.dtype))


def gives_arrays(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with arrays like those of Keras as its result, or among its results."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        made = function(*args, **kwargs)
        return structure.map_structure(
            lambda x: as_array(x) if isinstance(x, np.ndarray) else x, made
        )

    return call


def is_watched(x: Any) -> bool:
    """Whether an array belongs to the tape that is being recorded."""
    return isinstance(x, Array) and x._watched is not None and eager_tape() is not None


def on_tape(x: Any) -> Any:
    """The value that stands for a watched array; anything else unchanged."""
    return x._watched if is_watched(x) else x


def _plain(x: Any) -> Any:
    return np.asarray(x) if isinstance(x, Array) else x


def _like_keras(result: Any, wide: bool) -> Any:
    """A result of NumPy; float64 only if an operand was."""
    if not isinstance(result, (np.ndarray, np.generic)):
        return result
    if result.dtype == np.float64 and not wide:
        result = result.astype(np.float32)
    return as_array(result)
