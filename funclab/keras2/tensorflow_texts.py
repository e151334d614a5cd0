"""Functions of `tf` that move values about, for text as well: its places move as numbers do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from funclab.graph import structure

MOVERS = frozenset((
    *("boolean_mask", "broadcast_to", "concat", "expand_dims", "fill", "gather", "gather_nd"),
    *("identity", "repeat", "reshape", "reverse", "roll", "slice", "split", "squeeze", "stack"),
    *("strided_slice", "tile", "transpose", "unstack", "where", "equal", "not_equal"),
))  # fmt: skip
"""Functions whose results are values that they were given, or say which are equal."""


def is_text(leaf: Any) -> bool:
    """Whether this is a text or an array of texts."""
    return isinstance(leaf, str) or (isinstance(leaf, np.ndarray) and leaf.dtype.kind in "OU")


def moved(run: Callable[..., Any], args: Any, settings: Any) -> Any:
    """What a function makes of arguments among which are texts: it is given a number for each
    different text, and its numbers are these texts again."""
    words: dict[str, int] = {}

    def number(leaf: Any) -> Any:
        if not is_text(leaf):
            return leaf
        texts = np.asarray(leaf, object)
        ids = [words.setdefault(text, len(words)) for text in texts.reshape(-1).tolist()]
        return np.array(ids, "int64").reshape(texts.shape)

    def text(leaf: Any) -> Any:
        numbers = np.asarray(leaf)
        return leaf if numbers.dtype == bool else np.array([*words], object)[numbers]

    args, settings = structure.map_structure(number, (tuple(args), dict(settings)))
    return structure.map_structure(text, run(*args, **settings))
