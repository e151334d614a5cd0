"""Arrays of text: NumPy stores them as objects; in funclab their dtype is "string"."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from funclab.errors import DataError, TensorTypeError

STRING = "string"


def storage(dtype: str) -> Any:
    """The NumPy dtype for a funclab dtype."""
    return object if dtype == STRING else dtype


def dtype_of(array: Any) -> str:
    """The name of an array's dtype in funclab."""
    return name_of(array.dtype)


@functools.lru_cache(256)
def name_of(dtype: Any) -> str:
    """The funclab name of a NumPy dtype. (Cached: NumPy needs two microseconds for a name.)"""
    return STRING if dtype.kind in "OUST" else str(dtype)


def as_texts(data: Any, name: str = "this place", encoding: str = "utf-8") -> Any:
    """Text of any kind (str or bytes, in lists or arrays, or a single one) as an array of str.

    Raises: DataError for anything that is not text.
    """
    array = np.asarray(data)
    if array.dtype.kind == "U":
        return array.astype(object)
    if array.dtype.kind not in "OST":
        raise _not_text(name, array.reshape(-1)[:1].tolist(), array.dtype)
    made = np.empty(array.shape, object)
    made.reshape(-1)[...] = [_text(item, name, encoding) for item in array.reshape(-1).tolist()]
    return made


def _text(item: Any, name: str, encoding: str) -> str:
    if isinstance(item, bytes):
        return item.decode(encoding, "surrogateescape")
    if not isinstance(item, str):
        raise _not_text(name, [item], type(item).__name__)
    return str(item)


def _not_text(name: str, items: list[Any], kind: Any) -> DataError:
    shown, item = repr(items), next(iter(items), 0)
    fix = "turn them into text first, for example with .astype(str)."
    if isinstance(item, list):
        shown = "lists of unequal lengths"
        fix = "join words to one text for each sample, ' '.join(words), or fill short rows with ''."
    elif item is None or item != item:  # astype(str) would make the words "None" and "nan"
        fix = "give missing values a word of their own first: with pandas, x.fillna('missing')."
    return DataError(
        f"The data for {name} are not text: found {shown}, of type {kind}.",
        why=f"{name} takes words: an array of str or bytes, of one shape.",
        fix=fix,
    )


def text_refused(op: str, dtypes: list[str]) -> TensorTypeError:
    """The error for an op that is called on text."""
    return TensorTypeError(
        f"The op {op} cannot compute with text: input {dtypes.index(STRING)} has dtype string.",
        why="arithmetic needs numbers.",
        fix="put a StringLookup or TextVectorization layer first: it turns words into numbers.",
    )
