"""Samples of a model's inputs, as pictures and in words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from funclab.graph.meaning import Meaning
from funclab.graph.shape_math import Array
from funclab.models.meaning import known_meaning
from funclab.models.model import Model
from funclab.view.draw.samples import Sample, sample_of, sample_svg
from funclab.view.draw.text import shorten

LONGEST = 400
"""The most characters of a sample in words."""
PICTURE, WIDE = 56, 132
"""The largest width and height of the stored picture of an image, and the width of all others."""


def in_words(sample: Sample) -> str:
    """A sample in words; of many, the first and the last ones."""
    return shorten(sample.text, LONGEST)


class Samples:
    """The samples of a model's inputs, by their index. How they look is decided by what the inputs
    mean (see `funclab.meaning`), or by `show`, as in `sample_of`."""

    def __init__(
        self, model: Model, arrays: Sequence[Array | None], show: str | None = None
    ) -> None:
        self.show = show
        self.inputs = [
            (array, known_meaning(tensor))
            for tensor, array in zip(model.inputs, arrays)
            if array is not None
        ]
        self.sample = cache(self._sample)

    def _sample(self, i: int) -> Sample:
        """An image or words, if an input is that; else all columns of all inputs in one row."""
        parts = [self._part(array[i], meaning) for array, meaning in self.inputs]
        main = next((part for part in parts if part.look in ("image", "words")), parts[0])
        rows = [part for part in parts if part.look in ("row", "number")]
        if main not in rows or len(rows) == 1:
            return main
        numbers = np.concatenate([part.numbers.reshape(-1) for part in rows])
        names = [name for part in rows for name in _names(part)]
        return Sample("row", numbers, tuple(names))

    def _part(self, array: Array, meaning: Meaning | None) -> Sample:
        return sample_of(array, meaning, show=self.show)

    def text(self, i: int) -> str:
        """A sample in words."""
        return in_words(self.sample(i))

    def svg(self, i: int, look: str = "light") -> str:
        """A sample as a small picture; "" for words and numbers, which are read."""
        sample = self.sample(i)
        if sample.look in ("words", "number"):
            return ""
        wide = PICTURE if sample.look == "image" else WIDE
        return sample_svg(sample, wide, PICTURE, look)


def _names(part: Sample) -> Sequence[str]:
    count = part.numbers.size
    return part.names if len(part.names) == count else [""] * count


def columns_of(model: Model, x: Any) -> list[str] | None:
    """The names of the columns of a data frame, for a model with one input."""
    columns = getattr(x, "columns", None)
    if columns is None or len(model.inputs) != 1 or model.inputs[0].shape[1:] != (len(columns),):
        return None
    return [str(name) for name in columns]
