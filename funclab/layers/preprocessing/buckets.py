"""Layers that number words by hashing, without a vocabulary."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab import ops
from funclab.errors import ArgumentError, ShapeError
from funclab.graph.shape_math import Array, Shape, show
from funclab.graph.strings import as_texts
from funclab.graph.value import Value
from funclab.layers.checks import one_of, positive
from funclab.layers.preprocessing.base import dense, encoded
from funclab.layers.preprocessing.hashing import WORD, bucket, crossed, fingerprint, salt_of
from funclab.layers.preprocessing.preparing import Preparing
from funclab.ops.lookup import look_up


class Binned(Preparing, abstract=True):
    """A layer that replaces words by the numbers of bins, or by vectors that mark their bins."""

    modes = ("int", "one_hot")
    input_dtype = found_dtype = "int64"
    num_bins: int
    output_mode: str = "int"
    sparse: bool = False

    def prepare(self) -> None:
        dense(self.sparse)
        positive("num_bins", self.num_bins)
        one_of("output_mode", self.output_mode, self.modes)
        if self.constructor_arguments.get("dtype") is None and self.output_mode == "int":
            self.dtype = "int64"

    @property
    def depth(self) -> int:
        """How many bins there are."""
        return self.num_bins

    def found_shape(self, *shapes: Shape) -> Shape:
        return shapes[0]

    def coded(self, bins: Any) -> Any:
        """Bin numbers in the form of the layer's output_mode."""
        if self.output_mode == "int":
            return bins if self.dtype == "int64" else ops.cast(bins, self.dtype)
        if not bins.shape:
            bins = ops.reshape(bins, (1,))
        return encoded(bins, self.output_mode, self.num_bins, self.dtype)


class Hashing(Binned):
    """A number for each word, without a vocabulary: the bin given by a hash of the word.

    Shapes: x (batch, ...), text or integers -> out (same as x); with another output_mode as
        StringLookup.
    Raises: ArgumentError unless `num_bins` is positive.

    >>> Hashing(num_bins=3)([["A"], ["B"], ["C"], ["D"], ["E"]])[:, 0]
    array([1, 0, 1, 1, 2])
    """

    num_bins: int
    mask_value: Any = None
    salt: Any = None
    output_mode: str = "int"
    sparse: bool = False

    modes = ("int", "one_hot", "multi_hot", "count")

    def prepare(self) -> None:
        super().prepare()
        self.salt = salt_of(self.salt)
        if self.output_mode == "int" and self.dtype not in ("int32", "int64"):
            raise ArgumentError(
                "When `output_mode=\"int\"`, `dtype` should be an integer type, 'int32' or "
                f"'int64'. Received: dtype={self.dtype}.",
                why="the result is the number of a bin.",
                fix='leave dtype out, or write dtype="int64".',
            )

    def as_inputs(self, data: Any) -> Any:
        array = np.asarray(data)
        return array if array.dtype.kind in "biuf" else as_texts(data, self.name)

    def call(self, inputs: Any) -> Any:
        if isinstance(inputs, Value) and inputs.dtype.startswith("float"):
            inputs = ops.cast(inputs, "int64")
        return self.coded(look_up(self, inputs))

    def find(self, x: Array) -> Array:
        masked = self.mask_value is not None and self.num_bins > 1
        count = self.num_bins - masked
        keys = x.reshape(-1).tolist()
        texts = [key if isinstance(key, str) else str(int(key)) for key in keys]
        bins = [masked + bucket(text, count, self.salt) for text in texts]
        if masked:
            bins = [0 if key == self.mask_value else i for key, i in zip(keys, bins)]
        return np.array(bins, "int64").reshape(x.shape)


class HashedCrossing(Binned):
    """A number for each combination of words: the bin given by their joint hash.

    Shapes: two inputs or more, each (batch,) or (batch, 1), of text or integers -> out (same as the
        first); with output_mode "one_hot" (batch, num_bins).
    Raises: ArgumentError unless `num_bins` is positive; ShapeError for inputs of other shapes.

    >>> HashedCrossing(num_bins=5)([["A", "B", "A", "B", "A"], [101, 101, 101, 102, 102]])
    array([1, 4, 1, 1, 3])
    """

    def as_inputs(self, data: Any) -> Any:
        arrays = [np.asarray(part) for part in data] if isinstance(data, (list, tuple)) else data
        return [a if a.dtype.kind in "biuf" else as_texts(a, self.name) for a in arrays]

    def call(self, inputs: Any) -> Any:
        if not isinstance(inputs, (list, tuple)) or len(inputs) < 2:
            raise ArgumentError(
                "`HashedCrossing` should be called on a list of at least two inputs. "
                f"Received: inputs={inputs}.",
                why="it numbers combinations.",
                fix=f"write {self.name}([a, b]).",
                graph=self,
            )
        shapes = [tuple(x.shape) for x in inputs]
        if len(set(shapes)) > 1 or len(shapes[0]) > 2 or shapes[0][1:] not in ((), (1,)):
            raise ShapeError(
                "All `HashedCrossing` inputs should have the shape `()`, `(batch_size)` or "
                f"`(batch_size, 1)`, and equal ones. Received: {', '.join(map(show, shapes))}.",
                why="each sample is one combination.",
                fix="give each input one word or number for each sample.",
                graph=self,
            )
        return self.coded(look_up(self, *inputs))

    def find(self, *arrays: Array) -> Array:
        rows = zip(*(array.reshape(-1).tolist() for array in arrays))
        bins = [crossed([_print(key) for key in row]) % self.num_bins for row in rows]
        return np.array(bins, "int64").reshape(arrays[0].shape)


def _print(key: Any) -> int:
    if isinstance(key, str):
        return fingerprint(key.encode("utf-8", "surrogateescape"))
    return int(key) & WORD
