"""Books: 4,000 short sentences from two novels; which novel is a sentence from?

From each novel there are 2,000 sentences of 5 to 16 words, evenly spaced and in order. Quotation
marks are left out, and so are sentences with insulting names for groups of people.

Source: Jane Austen, "Pride and Prejudice", 1813, and Mark Twain, "The Adventures of Tom Sawyer",
1876, both in the public domain; the texts are those of Project Gutenberg's volunteers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

import numpy as np

from funclab.datasets import shipped
from funclab.errors.suggest import is_whole
from funclab.graph.meaning import know
from funclab.graph.shape_math import Array
from funclab.registry.parameters import wrong_value

Set = tuple[Array, Array]

TITLES = ("Pride and Prejudice", "Tom Sawyer")
EACH, TRAINING = 2000, 1500
"""Sentences from each book, and how many of them, from its beginning, are for training."""
LENGTH = 16
WORD = re.compile(r"[a-z]+(?:'[a-z]+)*")
UNKNOWN = "…"


def table() -> dict[str, Array]:
    """The sentences as they are printed, in order.

    Shapes: sentence (4000,) text; book (4000,) int32, an index of TITLES.

    >>> books = table()
    >>> print(books["sentence"][2000], TITLES[books["book"][2000]], sep=" | ")
    What's gone with that boy, I wonder? | Tom Sawyer
    """
    lines = shipped.read("books")["text"].tobytes().decode().split("\n")
    return {"sentence": np.array(lines), "book": np.repeat(np.arange(2, dtype="int32"), EACH)}


def load_data(num_words: int = 2000) -> tuple[Set, Set]:
    """Sentences as word numbers, and the book of each; the ends of both books are for testing.

    num_words: the size of the vocabulary, including the two ids that are not words.

    Shapes: x (3000, 16) int32, ids of `vocabulary(num_words)`, 0 after the end; y (3000,) int32, an
    index of TITLES. For testing there are 1000.
    Raises: ArgumentError unless num_words is a whole number above 2.

    >>> (x_train, y_train), (x_test, y_test) = load_data()
    >>> x_train.shape, y_test.mean(), text(x_train[-1])
    ((3000, 16), np.float64(0.5), 'tom thought a long time')
    """
    data = table()
    x, y = ids(data["sentence"], num_words), data["book"]
    early = np.tile(np.arange(EACH) < TRAINING, 2)
    names = vocabulary(num_words)

    def part(rows: Array) -> Set:
        return know(x[rows], "words", names), know(y[rows], "classes", TITLES)

    return part(early), part(~early)


@cache
def vocabulary(num_words: int = 2000) -> tuple[str, ...]:
    """The words by id: 0 pads short sentences, 1 is any other word, then come the most frequent
    words of the training sentences.

    >>> vocabulary()[:6]
    ('', '…', 'the', 'to', 'and', 'i')
    """
    if not is_whole(num_words) or num_words < 3:
        raise wrong_value("books", "num_words", num_words, "a size of the vocabulary", "2000")
    sentences = table()["sentence"].reshape(2, EACH)[:, :TRAINING]
    counts = Counter(word for line in sentences.flat for word in words(line))
    frequent = sorted(counts, key=lambda word: (-counts[word], word))
    return ("", UNKNOWN, *frequent)[:num_words]


def words(sentence: str) -> list[str]:
    """
    >>> words("I couldn't see HIM to-night.")
    ['i', "couldn't", 'see', 'him', 'to', 'night']
    """
    return WORD.findall(str(sentence).lower())


def ids(sentences: Iterable[str], num_words: int = 2000) -> Array:
    """Sentences of your own as rows of ids; longer ones are cut off after 16 words.

    >>> ids(["Tom knew it."])[0, :5] > 1
    array([ True,  True,  True, False, False])
    """
    number = {word: i for i, word in enumerate(vocabulary(num_words))}
    rows = [[number.get(word, 1) for word in words(line)][:LENGTH] for line in sentences]
    table = np.array([row + [0] * (LENGTH - len(row)) for row in rows], "int32")
    return know(table, "words", vocabulary(num_words))


def text(row: Array, num_words: int = 2000) -> str:
    """The words of one row of ids."""
    known = vocabulary(num_words)
    return " ".join(known[i] for i in row if i)
