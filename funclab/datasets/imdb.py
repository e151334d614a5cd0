"""IMDB: 50,000 film reviews, good or bad, in 17 MB that are downloaded once.

Source: A. L. Maas et al., "Learning word vectors for sentiment analysis", ACL 2011. No licence is
stated; cite the paper.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab.datasets import classics


def load_data(
    path: Any = "imdb.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
) -> tuple[classics.Set, classics.Set]:
    """Reviews as lists of word numbers, the most frequent word first, and whether they are good.

    path: the name under which the file is kept in the cache.
    num_words: words from this number on become `oov_char`; None keeps all words.
    skip_top: words below this number become `oov_char`.
    maxlen: reviews of this number of words, or more, are left out; None keeps all.
    seed: determines the order of the reviews.
    start_char: the number with which each review starts; None for none.
    oov_char: the number of a word that is left out; None to close the gap.
    index_from: the number that is added to the number of every word.

    Shapes: reviews (25000,) and (25000,) lists; good (25000,) and (25000,) int64, 0 or 1.
    Raises: DataError when the file cannot be fetched; ArgumentError when no review is left.
    """
    data = classics.read(classics.fetch("imdb.npz", path))
    random = np.random.RandomState(seed)
    texts, good, counts = [], [], []
    for part in ("train", "test"):
        x, y = classics.shuffled(random, data[f"x_{part}"], data[f"y_{part}"])
        some, theirs = classics.numbered(x, y, start_char, index_from, maxlen)
        texts, good, counts = texts + some, good + theirs, [*counts, len(some)]
    texts = classics.familiar(texts, num_words, skip_top, oov_char)
    n, y = counts[0], np.array(good)
    x_train, x_test = np.array(texts[:n], dtype=object), np.array(texts[n:], dtype=object)
    return (x_train, y[:n]), (x_test, y[n:])


def get_word_index(path: Any = "imdb_word_index.json") -> dict[str, int]:
    """Words and their numbers, to which load_data adds `index_from`; 1 is the most frequent.

    path: the name under which the file is kept in the cache.
    """
    return classics.word_index("imdb_word_index.json", path)
