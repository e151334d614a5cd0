"""Text as numbers: it is split into words, and each word is numbered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from funclab import ops
from funclab.errors import ArgumentError, DataError, suggest
from funclab.graph.shape_math import Array, Shape, show
from funclab.graph.strings import as_texts
from funclab.graph.value import Value
from funclab.layers import functions
from funclab.layers.checks import one_of
from funclab.layers.preprocessing.base import dense
from funclab.layers.preprocessing.lookup import StringLookup
from funclab.layers.preprocessing.preparing import Preparing
from funclab.ops.lookup import look_up

PUNCTUATION = re.compile(rb"[!\"#$%&()*+,\-./:;<=>?@\[\\\]^_`{|}~']")


class TextVectorization(Preparing):
    r"""Text as the numbers of its words: standardized, split, and looked up in a vocabulary.

    The vocabulary is given, or learned by `adapt(data)`. Number 0 pads short texts, 1 is for words
    that are not in the vocabulary.

    Shapes: x (batch,) or (batch, 1) of text -> out (batch, output_sequence_length); if no length is
        given, that of the longest text, which a graph does not allow; (batch, vocabulary size) with
        output_mode "multi_hot", "count" or "tf_idf".
    Raises: ArgumentError for contradictory settings.

    >>> layer = TextVectorization(vocabulary=["the", "cat", "sat"])
    >>> layer(["The cat sat!", "the dog"])
    array([[2, 3, 4],
           [2, 1, 0]])
    """

    max_tokens: int | None = None
    standardize: Any = "lower_and_strip_punctuation"
    split: Any = "whitespace"
    ngrams: Any = None
    output_mode: str = "int"
    output_sequence_length: int | None = None
    pad_to_max_tokens: bool = False
    vocabulary: Any = None
    idf_weights: Any = None
    sparse: bool = False
    ragged: bool = False
    encoding: str = "utf-8"

    def prepare(self) -> None:
        dense(self.sparse or self.ragged)
        names = ("lower_and_strip_punctuation", "lower", "strip_punctuation", None)
        if not callable(self.standardize):
            one_of("standardize", self.standardize, names)
        if not callable(self.split):
            one_of("split", self.split, ("whitespace", "character", None))
        self._check_settings()
        self._lookup_layer = StringLookup(
            max_tokens=self.max_tokens, vocabulary=self.vocabulary, idf_weights=self.idf_weights,
            pad_to_max_tokens=self.pad_to_max_tokens, mask_token="", output_mode=self.output_mode,
            encoding=self.encoding, name=f"{self.name}_lookup",
        )  # fmt: skip
        self.output_mode = self._lookup_layer.output_mode

    def _check_settings(self) -> None:
        widths = self.ngrams if isinstance(self.ngrams, (tuple, list)) else (self.ngrams,)
        length = self.output_sequence_length
        if self.ngrams is not None and not all(suggest.is_whole(n) and n > 0 for n in widths):
            wrong = "`ngrams` must be None, an integer, or a tuple of integers. Received: "
            wrong += f"ngrams={self.ngrams}."
        elif self.output_mode == "int" and length is not None and length < 1:
            wrong = "`output_sequence_length` must be either None or a positive integer when "
            wrong += f"`output_mode` is 'int'. Received: {length}."
        elif self.output_mode != "int" and length is not None:
            wrong = "`output_sequence_length` must not be set if `output_mode` is not 'int'. "
            wrong += f"Received: output_sequence_length={length}."
        else:
            return
        raise ArgumentError(
            wrong,
            why="the settings of TextVectorization contradict each other.",
            fix="correct it, or leave it out.",
        )

    # The vocabulary is kept in a StringLookup.
    @property
    def depth(self) -> int:
        """The length of the vectors, for an output_mode other than "int"."""
        return self._lookup_layer.depth

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[str]:
        """All words, each at its number: "" for padding, "[UNK]" for unknown words, the rest."""
        return self._lookup_layer.get_vocabulary(include_special_tokens)

    def vocabulary_size(self) -> int:
        """The number of words, including the special ones."""
        return self._lookup_layer.vocabulary_size()

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Use these words from now on; see `StringLookup.set_vocabulary`."""
        self._lookup_layer.set_vocabulary(vocabulary, idf_weights)

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Learn the vocabulary of texts: the words that occur most often, the most frequent first.

        data: an array or a list of texts, or an iterable of batches of them.
        batch_size: accepted for compatibility with Keras; it has no effect.
        steps: how many batches are read; None for all.
        Raises: ArgumentError for a layer that was made with a vocabulary.
        """
        lookup = self._lookup_layer
        if lookup.given:
            lookup.adapt(data)  # raises the error that explains it
        whole = isinstance(data, (str, bytes, list, tuple)) or hasattr(data, "__array__")
        batches = [data] if whole else list(data)[:steps]
        lookup.adapt_to(self._documents(as_texts(batch, self.name)) for batch in batches)

    def _documents(self, texts: Array) -> list[list[str]]:
        if self.split is None:
            texts = texts.reshape(len(texts), -1) if texts.ndim else texts.reshape(1, 1)
            return [self._grouped(row) for row in self._standard(texts).tolist()]
        return self._words(np.atleast_1d(texts))

    # From text to words.
    def _standard(self, texts: Array) -> Array:
        if callable(self.standardize):
            return as_texts(self.standardize(np.asarray(texts, str)), self.name)
        how = self.standardize or ""
        made = np.empty(texts.shape, object)
        # Bytes, so that only ASCII letters are lowercased, as in Keras.
        data = [text.encode("utf-8", "surrogateescape") for text in texts.reshape(-1)]
        data = [text.lower() for text in data] if "lower" in how else data
        data = [PUNCTUATION.sub(b"", text) for text in data] if "strip" in how else data
        made.reshape(-1)[...] = [text.decode("utf-8", "surrogateescape") for text in data]
        return made

    def _words(self, texts: Array) -> list[list[str]]:
        """The words of each text."""
        if texts.ndim > 1 and texts.shape[-1] != 1:
            raise self._wrong_shape(texts.shape)
        standard = self._standard(texts)
        flat = standard.reshape(standard.shape[:-1] if standard.ndim > 1 else standard.shape)
        if flat.ndim > 1:
            raise self._wrong_shape(texts.shape)
        if callable(self.split):
            rows = [list(map(_decoded, words)) for words in self.split(np.asarray(flat, str))]  # type: ignore[misc]
        elif self.split == "character":
            rows = [list(text) for text in flat]
        else:  # split at ASCII whitespace, as in Keras
            rows = [re.findall(r"[^ \t\n\r\x0b\x0c]+", text) for text in flat]
        return [self._grouped(row) for row in rows]

    def _grouped(self, words: Sequence[str]) -> list[str]:
        """Words and, with `ngrams`, groups of consecutive words."""
        if self.ngrams is None:
            return list(words)
        widths: Iterable[int] = self.ngrams
        if suggest.is_whole(self.ngrams):
            widths = range(1, self.ngrams + 1)
        return [
            " ".join(words[i : i + width])
            for width in widths
            for i in range(len(words) - width + 1)
        ]

    def _wrong_shape(self, shape: Any) -> DataError:
        return DataError(
            "When using `TextVectorization` to tokenize strings, the input rank must be 1 or the "
            f"last shape dimension must be 1. Received: inputs.shape={show(shape)} with "
            f"rank={len(shape)}.",
            why="each sample is one text.",
            fix="join the texts of a sample, or write split=None if they are words already.",
            graph=self,
        )

    # From words to numbers.
    def call(self, inputs: Any) -> Any:
        if not isinstance(inputs, Value):
            return self._weighed(self.find(inputs))
        texts = self._checked(inputs)
        if self.split is not None and len(texts.shape) > 1 and texts.shape[-1] not in (1, None):
            raise self._wrong_shape(texts.shape)
        return self._weighed(look_up(self, texts))

    def _weighed(self, counts: Any) -> Any:
        if self.output_mode != "tf_idf":
            return counts
        weights = self._lookup_layer.weighing(counts)
        return ops.multiply(counts, weights)

    def find(self, x: Array) -> Array:
        """The encoding of an array of texts: word numbers, or vectors of counts."""
        lookup = self._lookup_layer
        rows = self._documents(x) if self.split is not None or self.ngrams else None
        if rows is None:
            tokens = self._standard(x)
        else:
            longest = max(map(len, rows), default=0)
            tokens = np.full((len(rows), longest), "", object)
            for i, row in enumerate(rows):
                tokens[i, : len(row)] = row
            tokens = tokens if x.ndim else tokens[0]
        numbers = lookup.table.find(tokens)
        if self.output_mode == "int":
            return self._cut(numbers)
        return lookup.vectors(numbers if numbers.ndim else numbers.reshape(1))

    def _cut(self, numbers: Array) -> Array:
        length = self.output_sequence_length
        if length is None or not numbers.ndim:
            return numbers
        made = np.zeros((*numbers.shape[:-1], length), numbers.dtype)
        kept = min(length, numbers.shape[-1])
        made[..., :kept] = numbers[..., :kept]
        return made

    def found_shape(self, shape: Shape) -> Shape:
        """The shape of the result of `find`; in a plan, all of it must be known."""
        if self.output_mode == "one_hot" and self.split is not None:
            made: Shape = (*shape[:1], None, self.depth)
        elif self.output_mode != "int":
            return (*shape[:1], self.depth)
        elif self.split is None and self.ngrams is None:
            made = (*shape[:-1], self.output_sequence_length or shape[-1])
        else:
            made = (*shape[:1], self.output_sequence_length)
        if None in made and shape and None not in shape:
            raise ArgumentError(
                f"In a graph, {self.name} needs to know how many words it gives.",
                why="the longest text of a batch is known only when the batch comes, and a plan "
                "sets memory aside before.",
                fix="write TextVectorization(output_sequence_length=20), or call the layer on the "
                "texts first and train on the numbers.",
                graph=self,
            )
        return made

    @property
    def found_dtype(self) -> str:
        return "int64" if self.output_mode == "int" else self._lookup_layer.vector_dtype

    # Files.
    def get_assets(self) -> dict[str, str]:
        """The texts that a file stores for this layer, by name."""
        return self._lookup_layer.get_assets()

    def set_assets(self, assets: dict[str, str], idf_weights: Any = None) -> None:
        """Restore what `get_assets` returned."""
        self._lookup_layer.set_assets(assets, idf_weights)

    @property
    def idf(self) -> Any:
        """The weights of the words, for output_mode "tf_idf"; None before they are known."""
        return self._lookup_layer.idf

    def get_config(self) -> dict[str, Any]:
        inner = self._lookup_layer.get_config()
        learned = {name: inner[name] for name in ("vocabulary", "idf_weights")}
        size = self._lookup_layer.known_size
        return {**super().get_config(), **learned, "vocabulary_size": size}

    def learned_config(self) -> dict[str, Any]:
        """A config that contains the learned vocabulary as if it had been given."""
        config, inner = self.get_config(), self._lookup_layer.learned_config()
        del config["vocabulary_size"]
        return config | {name: inner[name] for name in ("vocabulary", "idf_weights")}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        if isinstance(config.get("vocabulary"), str):
            functions.refuse_outside_file(config["vocabulary"])
        own = {key: value for key, value in config.items() if key != "vocabulary_size"}
        layer = super().from_config(own, custom_objects)
        lookup = layer._lookup_layer
        lookup.expected_size = None if lookup.tokens else config.get("vocabulary_size")
        return layer


def _decoded(word: Any) -> str:
    return word.decode("utf-8", "surrogateescape") if isinstance(word, bytes) else str(word)
