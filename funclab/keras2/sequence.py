"""`keras.preprocessing.sequence`: lists of unequal lengths as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from funclab.errors import ArgumentError
from funclab.missing import guard
from funclab.shape_math import Array


def pad_sequences(
    sequences: Sequence[Any],
    maxlen: int | None = None,
    dtype: str = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: float = 0.0,
) -> Array:
    """Lists of unequal lengths as rows of one array.

    Short ones get `value` before ("pre") or after ("post") them; long ones lose their beginning
    ("pre") or end ("post"). `maxlen` is that of the longest unless given.

    >>> pad_sequences([[1], [2, 3, 4]], maxlen=2)
    array([[0, 1],
           [3, 4]], dtype=int32)
    """
    for name, side in (("padding", padding), ("truncating", truncating)):
        if side not in ("pre", "post"):
            raise ArgumentError(
                f'{name.title()} type "{side}" not understood. Received: {name}={side!r}.',
                why="it happens before a sequence or after it.",
                fix=f'write {name}="pre" or {name}="post".',
            )
    width = max(map(len, sequences), default=0) if maxlen is None else maxlen
    inner = next((np.shape(sequence)[1:] for sequence in sequences if len(sequence)), ())
    padded = np.full((len(sequences), width, *inner), value, dtype)
    for row, sequence in zip(padded, sequences):
        kept = sequence[-width:] if truncating == "pre" else sequence[:width]
        if width and len(kept):
            part = slice(len(kept)) if padding == "post" else slice(-len(kept), None)
            row[part] = kept
    return padded


guard(__name__)
