"""Layers that number tokens: words, or other distinct values."""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from funclab import ops, registry
from funclab.errors import ArgumentError, ConfigError, suggest, unwritten
from funclab.graph.shape_math import Array, Shape
from funclab.graph.strings import STRING, as_texts
from funclab.graph.value import Value, Variable
from funclab.layers import functions
from funclab.layers.checks import one_of
from funclab.layers.preprocessing.base import dense, encoded
from funclab.layers.preprocessing.hashing import salt_of
from funclab.layers.preprocessing.preparing import Preparing, batches_of_tokens
from funclab.ops.lookup import look_up
from funclab.registry.parameters import wrong_value

NOWHERE = np.iinfo(np.int64).max
"""The number of a token that is dropped: vectors have no element with this index."""


class IndexLookup(Preparing, abstract=True):
    """A layer with a vocabulary: numbers for its tokens, or (with invert) the reverse."""

    max_tokens: int | None = None
    num_oov_indices: int = 1
    mask_token: Any = None
    oov_token: Any = None
    vocabulary: Any = None
    idf_weights: Any = None
    invert: bool = False
    output_mode: str = "int"
    pad_to_max_tokens: bool = False
    sparse: bool = False
    salt: Any = None

    vocabulary_dtype = STRING

    def prepare(self) -> None:
        dense(self.sparse)
        names = {"binary": "multi_hot", "tf-idf": "tf_idf"}  # the names in Keras 2
        self.output_mode = names.get(str(self.output_mode), self.output_mode)
        modes = ("int", "one_hot", "multi_hot", "count", "tf_idf")
        one_of("output_mode", self.output_mode, modes)
        self._check_settings()
        self.salt = salt_of(self.salt)
        self.expected_size: int | None = None
        """For a layer loaded from a file: how many tokens it will have."""
        self.input_dtype = "int64" if self.invert else self.vocabulary_dtype
        self.table = Known(self)
        self.given = self.vocabulary is not None
        vocabulary, self.vocabulary = self.vocabulary, None
        if self.given:
            self.set_vocabulary(vocabulary, self.idf_weights)

    def _check_settings(self) -> None:
        name, wrong = type(self).__name__, ""
        if self.max_tokens is not None and self.max_tokens <= 1:
            wrong = f"If set, `max_tokens` must be greater than 1. Received: {self.max_tokens}"
        elif self.pad_to_max_tokens and self.max_tokens is None:
            wrong = "If pad_to_max_tokens is True, must set `max_tokens`. Received: None"
        elif self.num_oov_indices < 0:
            wrong = "`num_oov_indices` must be greater than or equal to 0. "
            wrong += f"Received: {self.num_oov_indices}"
        elif self.invert and self.output_mode != "int":
            wrong = "`output_mode` must be `'int'` when `invert` is true. "
            wrong += f"Received: {self.output_mode!r}"
        elif self.idf_weights is not None and self.output_mode != "tf_idf":
            wrong = "`idf_weights` should only be set if `output_mode` is `'tf_idf'`. "
            wrong += f"Received: {self.output_mode!r}"
        elif self.output_mode == "tf_idf" and (self.vocabulary is None) != (
            self.idf_weights is None
        ):
            wrong = "When specifying the `vocabulary` argument, in TF-IDF output mode, the "
            wrong += "`idf_weights` argument must also be provided"
        if wrong:
            raise ArgumentError(
                f"{wrong}.",
                why=f"the settings of {name} contradict each other.",
                fix="correct it, or leave it out.",
            )

    # The vocabulary.
    @property
    def oov_start(self) -> int:
        """The first number for out-of-vocabulary tokens."""
        return int(self.mask_token is not None and self.output_mode == "int")

    @property
    def special(self) -> list[Any]:
        """The tokens before those of the vocabulary."""
        return [self.mask_token] * self.oov_start + [self.oov_token] * self.num_oov_indices

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[Any]:
        """All tokens, each at its number, with or without the special ones."""
        return [*(self.special if include_special_tokens else ()), *self.tokens]

    def vocabulary_size(self) -> int:
        """The number of tokens, including the special ones."""
        return len(self.special) + len(self.tokens)

    @property
    def tokens(self) -> list[Any]:
        """The vocabulary without the special tokens before it."""
        return self.table.tokens

    @property
    def known_size(self) -> int | None:
        """How many tokens there are or will be; None while that is unknown."""
        return self.vocabulary_size() if self.tokens else self.expected_size

    @property
    def depth(self) -> int:
        """The length of the vectors, for an output_mode other than "int"."""
        if self.pad_to_max_tokens and self.max_tokens is not None:
            return self.max_tokens
        return self.expected_size or self.vocabulary_size()

    @property
    def idf(self) -> Variable | None:
        """The weights of the tokens, for output_mode "tf_idf"; None before they are known."""
        return self.table.idf

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Use these tokens from now on, instead of learning them with `adapt`.

        vocabulary: the tokens, with the special ones before them or without; or the path of a text
            file with a token on each line.
        idf_weights: for output_mode "tf_idf", the weight of each token.
        Raises: ArgumentError for tokens that occur twice, are too many, or are special.
        """
        tokens = self._read(vocabulary)
        marked = tokens[: len(self.special)] == self.special
        own = tokens[len(self.special) :] if marked else tokens
        self._check_vocabulary(own, tokens)
        if (self.output_mode == "tf_idf") != (idf_weights is not None):
            raise ArgumentError(
                "`idf_weights` must be set if output_mode is 'tf_idf', and only then. Received: "
                f"output_mode={self.output_mode!r} and idf_weights={idf_weights}.",
                why="they weigh how often each token occurs.",
                fix="pass one weight for each token, or use another output_mode.",
            )
        weights = None
        if idf_weights is not None:
            weights = np.asarray(idf_weights)
            if weights.shape != (len(tokens),):
                raise ArgumentError(
                    "`idf_weights` must be the same length as vocabulary. len(idf_weights) is "
                    f"{np.size(weights)}; len(vocabulary) is {len(tokens)}.",
                    why="each token has one weight.",
                    fix="pass one number for each token.",
                )
            front = 0 if marked else len(self.special)
            weights = np.pad(weights, (front, 0), constant_values=weights.mean())
        self._learn(own, weights)
        self.vocabulary = tokens if self.given else None

    def _read(self, vocabulary: Any) -> list[Any]:
        if isinstance(vocabulary, (str, os.PathLike)):
            try:
                with open(vocabulary, encoding="utf-8") as file:
                    lines = file.read().split("\n")
            except (OSError, UnicodeError) as error:
                raise ConfigError(
                    f"Vocabulary file {str(vocabulary)!r} does not exist, or is not text: {error}.",
                    why="a vocabulary given as a text is the path of a file.",
                    fix="pass a list of tokens, or the path of a file with one on each line.",
                ) from None
            while lines and not lines[-1]:
                lines.pop()
            vocabulary = [self.token_of(line.removesuffix("\r")) for line in lines]
        if suggest.is_number(vocabulary):
            wanted = "a list of tokens, or the path of a file"
            raise wrong_value(type(self).__name__, "vocabulary", vocabulary, wanted, '["a", "b"]')
        return self.as_keys(vocabulary).reshape(-1).tolist() if len(vocabulary) else []

    def _check_vocabulary(self, own: list[Any], tokens: list[Any]) -> None:
        repeated = [token for token, count in Counter(own).items() if count > 1]
        special = self.mask_token is not None and self.mask_token in own
        special = special or (self.invert and self.oov_token in own)
        many = self.max_tokens is not None and len(self.special) + len(own) > self.max_tokens
        if not tokens:
            wrong = "Cannot set an empty vocabulary."
        elif repeated:
            wrong = "The passed vocabulary has at least one repeated term. Please uniquify your "
            wrong += f"dataset. The repeated terms are: {repeated[:10]}."
        elif special:
            wrong = "Found reserved mask or OOV token at unexpected location in `vocabulary`. Note "
            wrong += "that passed `vocabulary` does not need to include them. Received: "
            wrong += f"mask_token={self.mask_token!r}, oov_token={self.oov_token!r}."
        elif many:
            wrong = "Attempted to set a vocabulary larger than the maximum vocab size. Received "
            wrong += f"vocabulary size is {len(self.special) + len(own)}; `max_tokens` is "
            wrong += f"{self.max_tokens}."
        else:
            return
        raise ArgumentError(
            wrong,
            why="each token has a number of its own.",
            fix="pass a list of different words, or leave `vocabulary` out and call adapt(data).",
        )

    def _learn(self, tokens: Sequence[Any], idf_weights: Any = None) -> None:
        size = len(self.special) + len(tokens)
        fixed = self.inbound_nodes and self.output_mode != "int" and not self.pad_to_max_tokens
        if fixed and size != self.depth:
            raise ArgumentError(
                f"When using `output_mode={self.output_mode}` and `pad_to_max_tokens=False`, the "
                "vocabulary size cannot be changed after the layer is called. Old vocab size is "
                f"{self.depth}, new vocab size is {size}.",
                why=f"{self.name} is part of a graph, whose shapes are known.",
                fix="call adapt before the layer, or set max_tokens and pad_to_max_tokens=True.",
                graph=self,
            )
        self.expected_size = None
        self.table.learn(tokens)
        if idf_weights is not None:
            padding = self.depth - size if self.pad_to_max_tokens else 0
            padded = np.pad(idf_weights, (0, padding)).astype("float32")
            self.table.idf = Variable(padded, trainable=False, name="idf")

    # Learning.
    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Learn the vocabulary of data: the tokens that occur most often, the most frequent first.

        data: an array or a list of tokens, or an iterable of batches.
        steps: how many batches are read; None for all.
        Raises: ArgumentError for a layer that was made with a vocabulary.
        """
        if self.given:
            raise ArgumentError(
                f"Cannot adapt layer '{self.name}' after setting a static vocabulary via "
                "`vocabulary` argument.",
                why="its tokens are given.",
                fix="leave `vocabulary` out, or leave adapt() out.",
            )
        self.adapt_to(itertools.islice(batches_of_tokens(data, self.as_keys), steps))

    def adapt_to(self, batches: Iterable[Iterable[Sequence[Any]]]) -> None:
        """Learn from batches of documents, each a list of tokens."""
        counts: Counter[Any] = Counter()
        documents: Counter[Any] = Counter()
        number = 0
        for batch in batches:
            for document in batch:
                counts.update(document)
                documents.update(set(document))
                number += 1
        counts.pop(self.mask_token, None)
        counts.pop(self.oov_token, None)
        # As in Keras: tokens that occur equally often are in reverse alphabetical order.
        ordered = sorted(counts, key=lambda token: (counts[token], sort_key(token)), reverse=True)
        if self.max_tokens is not None:
            ordered = ordered[: self.max_tokens - len(self.special)]
        weights = None
        if self.output_mode == "tf_idf" and ordered:
            document_counts = np.array([documents[token] for token in ordered], "float64")
            weights = np.log(1 + number / (1 + document_counts)).astype("float32")
            weights = np.concatenate([np.full(len(self.special), weights.mean()), weights])
        self._learn(ordered, weights)

    # Looking up.
    def as_keys(self, data: Any) -> Array:
        """Data as an array of tokens."""
        return as_texts(data, self.name)

    def token_of(self, line: str) -> Any:
        """The token on a line of a file."""
        return line

    def oov_number(self, key: Any) -> int:
        """Which of the out-of-vocabulary numbers a token gets."""
        raise unwritten(self, "oov_number")

    def as_inputs(self, data: Any) -> Any:
        return np.asarray(data).astype("int64") if self.invert else self.as_keys(data)

    def call(self, inputs: Any) -> Any:
        numbers = look_up(self.table, self._checked(inputs))
        return self.coded(numbers)

    def coded(self, numbers: Any) -> Any:
        """Token numbers in the form of the layer's output_mode."""
        if self.output_mode == "int":
            return numbers
        if not numbers.shape:
            numbers = ops.reshape(numbers, (1,))
        vectors = self.vectors(numbers)
        if self.output_mode != "tf_idf":
            return vectors
        return ops.multiply(vectors, self.weighing(vectors))

    def vectors(self, numbers: Any) -> Any:
        """Token numbers as vectors of zeros and ones, or of counts."""
        mode = "count" if self.output_mode == "tf_idf" else self.output_mode
        return encoded(numbers, mode, self.depth, self.vector_dtype)

    def weighing(self, vectors: Any) -> Any:
        """The weights of all tokens, by which counts are multiplied."""
        if self.table.idf is None and self.expected_size:  # they will come from the file
            return np.zeros(self.depth, "float32")
        if self.table.idf is None:
            raise ArgumentError(
                f"{self.name} has no `idf_weights` yet.",
                why='output_mode "tf_idf" weighs tokens by how rare they are.',
                fix=f"call {self.name}.adapt(data) first.",
                graph=self,
            )
        return self.table.idf if isinstance(vectors, Value) else self.table.idf.numpy()

    @property
    def vector_dtype(self) -> str:
        return self.dtype

    # Files.
    def get_assets(self) -> dict[str, str]:
        """The texts that a file stores for this layer, by name."""
        if self.given:
            return {}
        lines = [str(token) for token in self.get_vocabulary()]
        if any("\n" in line for line in lines):
            raise ConfigError(
                f"The vocabulary of {self.name} cannot be saved: a token holds a line break.",
                why="it is written as a text file with one token on each line.",
                fix="standardize the text before adapt(), so that no token has line breaks.",
            )
        return {VOCABULARY: "\n".join(lines)}

    def set_assets(self, assets: dict[str, str], idf_weights: Any = None) -> None:
        """Restore what `get_assets` returned."""
        if self.given or VOCABULARY not in assets:
            return
        lines = assets[VOCABULARY].split("\n")
        tokens = [self.token_of(line) for line in lines][len(self.special) :]
        self._learn(tokens if self.special or lines != [""] else [])
        if idf_weights is not None:
            weights = np.asarray(idf_weights, "float32")
            self.table.idf = Variable(weights, trainable=False, name="idf")

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        idf = None if self.idf_weights is None else np.asarray(self.idf_weights).tolist()
        learned = {"vocabulary": self.vocabulary, "idf_weights": idf}
        return {**config, **learned, "vocabulary_size": self.known_size}

    def learned_config(self) -> dict[str, Any]:
        """A config that contains the learned vocabulary as if it had been given."""
        config = self.get_config()
        del config["vocabulary_size"]
        if self.tokens and not self.given:
            config["vocabulary"] = self.get_vocabulary()
        if self.tokens and not self.given and self.table.idf is not None:
            config["idf_weights"] = self.table.idf.numpy()[: self.vocabulary_size()].tolist()
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        if isinstance(config.get("vocabulary"), str):
            functions.refuse_outside_file(config["vocabulary"])
        own = {key: value for key, value in config.items() if key in registry.argument_names(cls)}
        more = {key: config[key] for key in ("name", "trainable", "dtype") if key in config}
        layer = cls(**{**own, **more})
        layer.expected_size = None if layer.tokens else config.get("vocabulary_size")
        return layer


VOCABULARY = "vocabulary.txt"


class Known:
    """The table that an IndexLookup passes to `ops.lookup`."""

    idf: Variable | None

    def __init__(self, layer: IndexLookup) -> None:
        self.layer = layer
        self.learn([])
        self.ready = False
        """Whether a vocabulary has been given or learned."""

    def learn(self, tokens: Sequence[Any]) -> None:
        """Use exactly these tokens, which come after the special ones."""
        self.tokens, self.idf, self.ready = list(tokens), None, True
        first = len(self.layer.special)
        self.numbers = {token: first + i for i, token in enumerate(tokens)}

    @property
    def name(self) -> str:
        """Its name in a printed plan."""
        return self.layer.name

    def __repr__(self) -> str:
        return f"<{len(self.numbers)} tokens of {self.layer.name}>"

    def found_shape(self, shape: Shape) -> Shape:
        return shape

    @property
    def found_dtype(self) -> str:
        return self.layer.vocabulary_dtype if self.layer.invert else "int64"

    def find(self, x: Array) -> Array:
        if not self.ready:
            raise ArgumentError(
                f"{self.layer.name} has no vocabulary yet. (Table not initialized.)",
                why="without one, all that it is given would be unknown to it.",
                fix=f"call {self.layer.name}.adapt(data) first, or pass vocabulary=[...].",
                graph=self.layer,
            )
        return self._words(x) if self.layer.invert else self._numbers(x)

    def _words(self, x: Array) -> Array:
        layer = self.layer
        words = layer.get_vocabulary()
        last = len(words)
        flat = [words[i] if 0 <= i < last else layer.oov_token for i in x.reshape(-1).tolist()]
        if layer.mask_token is not None:
            flat = [layer.mask_token if not i else word for i, word in zip(x.reshape(-1), flat)]
        made = np.empty(x.size, object if layer.vocabulary_dtype == STRING else "int64")
        made[...] = flat
        return made.reshape(x.shape)

    def _numbers(self, x: Array) -> Array:
        layer, keys = self.layer, x.reshape(-1).tolist()
        made = np.array([self.numbers.get(key, -1) for key in keys], "int64")
        unknown = made < 0
        if layer.mask_token is not None:
            masked = np.array([key == layer.mask_token for key in keys], bool)
            made[masked] = 0 if layer.output_mode == "int" else NOWHERE
            unknown &= ~masked
        if unknown.any():
            unknown_keys = [keys[i] for i in np.flatnonzero(unknown)]
            made[unknown] = [layer.oov_start + layer.oov_number(key) for key in unknown_keys]
        return made.reshape(x.shape)


def sort_key(token: Any) -> Any:
    """The key by which tokens are sorted: words by their bytes, as in Keras."""
    return token.encode("utf-8", "surrogateescape") if isinstance(token, str) else token
