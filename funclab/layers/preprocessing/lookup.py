"""Layers that number words, and integers that are far apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab.errors import ArgumentError, ConfigError, DataError
from funclab.graph.shape_math import Array
from funclab.graph.strings import as_texts
from funclab.layers.checks import one_of
from funclab.layers.preprocessing.hashing import bucket
from funclab.layers.preprocessing.vocabulary import IndexLookup


class StringLookup(IndexLookup):
    """A number for each word: its place in a vocabulary; or, with `invert`, the word of a number.

    The vocabulary is given, or learned by `adapt(data)`. Words that are not in it are out of
    vocabulary (OOV), and share the first numbers.

    Shapes: x (batch, ...) of text -> out (same as x); with output_mode "one_hot" a new last axis
        for the vocabulary (or instead of a last axis of length 1); with "multi_hot", "count" and
        "tf_idf" it replaces axis 1.
    Raises: ArgumentError for contradictory settings, or words that occur twice.

    >>> layer = StringLookup(vocabulary=["red", "green"])
    >>> layer(["green", "blue", "red"])
    array([2, 0, 1])
    """

    oov_token: Any = "[UNK]"
    encoding: str = "utf-8"
    order = (
        "max_tokens", "num_oov_indices", "mask_token", "oov_token", "vocabulary", "idf_weights",
        "invert", "output_mode", "pad_to_max_tokens", "sparse", "encoding", "salt",
    )  # fmt: skip

    def as_keys(self, data: Any) -> Array:
        return as_texts(data, self.name, self.encoding)

    def oov_number(self, key: Any) -> int:
        """Which of the out-of-vocabulary numbers a token gets."""
        if not self.num_oov_indices:
            raise no_place_for(self, key)
        if self.num_oov_indices == 1:
            return 0
        return bucket(key, self.num_oov_indices, self.salt)


class IntegerLookup(IndexLookup):
    """A number for each integer: its place in a vocabulary; or, with `invert`, the reverse.

    As StringLookup, for ids that are far apart, such as user numbers or product codes.

    Shapes: x (batch, ...), integers -> out (same as x); with another output_mode as
        StringLookup.
    Raises: ArgumentError for contradictory settings, or numbers that occur twice.

    >>> layer = IntegerLookup(vocabulary=[12, 36, 1138])
    >>> layer([[12, 1138], [42, 36]])
    array([[1, 3],
           [0, 2]])
    """

    vocabulary_dtype: str = "int64"
    oov_token: Any = -1
    oov_method: str = "floormod"
    order = (
        "max_tokens", "num_oov_indices", "mask_token", "oov_token", "vocabulary",
        "vocabulary_dtype", "idf_weights", "invert", "output_mode", "sparse", "pad_to_max_tokens",
        "oov_method", "salt",
    )  # fmt: skip

    def prepare(self) -> None:
        one_of("vocabulary_dtype", self.vocabulary_dtype, ("int64",))
        one_of("oov_method", self.oov_method, ("floormod", "farmhash"))
        if self.salt is not None and self.oov_method != "farmhash":
            raise ArgumentError(
                "`salt` can only be used when `oov_method='farmhash'`. Received: "
                f"oov_method={self.oov_method!r}.",
                why="the remainder of a division takes no salt.",
                fix='write oov_method="farmhash", or leave salt out.',
            )
        super().prepare()

    def as_keys(self, data: Any) -> Array:
        array = np.asarray(data)
        if array.dtype.kind not in "biuf":
            raise DataError(
                f"The data for {self.name} are not numbers: dtype {array.dtype}.",
                why="IntegerLookup numbers whole numbers.",
                fix="write StringLookup for words, or pad short rows to one length.",
            )
        return array.astype("int64")

    def token_of(self, line: str) -> Any:
        try:
            return int(line)
        except ValueError:
            raise ConfigError(
                f"A line of the vocabulary of {self.name} is not a whole number: {line[:40]!r}.",
                why="its tokens are whole numbers.",
                fix="pass a file with a whole number on each line.",
            ) from None

    def oov_number(self, key: Any) -> int:
        """Which of the out-of-vocabulary numbers a token gets."""
        if not self.num_oov_indices:
            raise no_place_for(self, key)
        if self.oov_method == "farmhash":
            return bucket(str(key), self.num_oov_indices, self.salt)
        return key % self.num_oov_indices


def no_place_for(layer: IndexLookup, key: Any) -> DataError:
    return DataError(
        "When `num_oov_indices=0` all inputs should be in vocabulary, found OOV values "
        f"[{key!r}], consider setting `num_oov_indices=1`.",
        why=f"{layer.name} knows {len(layer.tokens)} tokens, and this is not one of them.",
        fix="write num_oov_indices=1, or leave those samples out.",
        graph=layer,
    )
