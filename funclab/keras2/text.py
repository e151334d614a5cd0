"""`keras.preprocessing.text`: words as numbers."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from funclab.errors import ArgumentError, DataError
from funclab.errors.missing_names import guard
from funclab.graph.shape_math import Array

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def text_to_word_sequence(
    text: str, filters: str = FILTERS, lower: bool = True, split: str = " "
) -> list[str]:
    """The words of a text, without the characters in `filters`.

    >>> text_to_word_sequence("A dog, a cat!")
    ['a', 'dog', 'a', 'cat']
    """
    text = text.lower() if lower else text
    parts = text.translate(dict.fromkeys(map(ord, filters), split)).split(split)
    return [word for word in parts if word]


def one_hot(
    text: str, n: int, filters: str = FILTERS, lower: bool = True, split: str = " "
) -> list[int]:
    """A number from 1 to n - 1 for each word; different words may share one."""
    words = text_to_word_sequence(text, filters, lower, split)
    return [zlib.crc32(word.encode()) % (n - 1) + 1 for word in words]


class Tokenizer:
    """Numbers for words, the most frequent first, from 1 on; 0 is for padding.

    num_words: numbers from this one on are left out, so that num_words - 1 words are kept.
    filters, lower, split: as in text_to_word_sequence.
    char_level: whether each character is a word.
    oov_token: the token, with number 1, for unknown words; None leaves them out.

    >>> tokens = Tokenizer()
    >>> tokens.fit_on_texts(["a dog", "a cat"])
    >>> tokens.texts_to_sequences(["the cat and a dog"])
    [[3, 1, 2]]
    """

    def __init__(
        self,
        num_words: int | None = None,
        filters: str = FILTERS,
        lower: bool = True,
        split: str = " ",
        char_level: bool = False,
        oov_token: str | None = None,
        nb_words: int | None = None,
    ) -> None:
        self.num_words, self.oov_token = num_words or nb_words, oov_token
        self.filters, self.lower, self.split = filters, lower, split
        self.char_level = char_level
        self.word_counts: Counter[str] = Counter()
        self.word_docs: Counter[str] = Counter()
        self.word_index: dict[str, int] = {}
        self.index_word: dict[int, str] = {}
        self.document_count = 0

    def words(self, text: Any) -> list[str]:
        """The words of a text, or those of a list of words."""
        if self.char_level or not isinstance(text, str):
            return [word.lower() if self.lower else word for word in text]
        return text_to_word_sequence(text, self.filters, self.lower, self.split)

    def fit_on_texts(self, texts: Iterable[Any]) -> None:
        """Count the words of texts, and number them anew."""
        for text in texts:
            words = self.words(text)
            self.word_counts.update(words)
            self.word_docs.update(set(words))
            self.document_count += 1
        ordered = [word for word, _ in self.word_counts.most_common()]
        first = [self.oov_token] if self.oov_token is not None else []
        self.word_index = {word: i for i, word in enumerate([*first, *ordered], 1)}
        self.index_word = {i: word for word, i in self.word_index.items()}

    def texts_to_sequences(self, texts: Iterable[Any]) -> list[list[int]]:
        """A list of numbers for each text."""
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts: Iterable[Any]) -> Iterator[list[int]]:
        """The same, one text at a time."""
        unknown = self.word_index.get(self.oov_token or "", 0)
        for text in texts:
            numbers = [self.word_index.get(word, unknown) for word in self.words(text)]
            limit = self.num_words or len(self.word_index) + 1
            kept = [i if i < limit else unknown for i in numbers]
            yield [i for i in kept if i]

    def sequences_to_texts(self, sequences: Iterable[Sequence[int]]) -> list[str]:
        """The words of each list of numbers, joined by spaces."""
        return [
            " ".join(self.index_word[i] for i in sequence if i in self.index_word)
            for sequence in sequences
        ]

    def texts_to_matrix(self, texts: Iterable[Any], mode: str = "binary") -> Array:
        """A row for each text, and a column for each number. See sequences_to_matrix."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(
        self, sequences: Sequence[Sequence[int]], mode: str = "binary"
    ) -> Array:
        """A row for each list: whether it holds each number ("binary"), how often ("count"), as
        what share of the list ("freq"), or how often, compared with how many texts have the word
        ("tfidf": (1 + log count) * log(1 + texts / (1 + texts with the word))).

        Raises: DataError before fit_on_texts, ArgumentError for another mode.
        """
        if not (self.num_words or self.word_index):
            raise DataError(
                "Specify a dimension (`num_words` argument), or fit on some text data first.",
                why="there is a column for each word.",
                fix="call fit_on_texts(texts) first.",
            )
        matrix = np.zeros((len(sequences), self.num_words or len(self.word_index) + 1))
        for row, sequence in zip(matrix, sequences):
            np.add.at(row, np.asarray(sequence, int), 1)
            if mode == "binary":
                row[:] = row > 0
            elif mode == "freq":
                row /= len(sequence) or 1
            elif mode == "tfidf":
                held = np.flatnonzero(row)
                texts = np.array([self.word_docs[self.index_word[i]] for i in map(int, held)])
                row[held] = (1 + np.log(row[held])) * np.log(1 + self.document_count / (1 + texts))
            elif mode != "count":
                raise ArgumentError(
                    f"Unknown vectorization mode: {mode!r}.",
                    why="a column says whether, how often, or how frequently a word occurs.",
                    fix='use mode="binary", "count", "freq" or "tfidf".',
                )
        return matrix


guard(__name__)
