"""Reuters: 11,228 news reports from 1987 in 46 topics, in 2 MB that are downloaded once.

Source: Reuters-21578, as Keras prepared it; D. D. Lewis, Reuters Ltd. and Carnegie Group, 1987. For
research only.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab.datasets import classics

TOPICS = (
    "cocoa", "grain", "veg-oil", "earn", "acq", "wheat", "copper", "housing", "money-supply",
    "coffee", "sugar", "trade", "reserves", "ship", "cotton", "carcass", "crude", "nat-gas",
    "cpi", "money-fx", "interest", "gnp", "meal-feed", "alum", "oilseed", "gold", "tin",
    "strategic-metal", "livestock", "retail", "ipi", "iron-steel", "rubber", "heat", "jobs",
    "lei", "bop", "zinc", "orange", "pet-chem", "dlr", "gas", "silver", "wpi", "hog", "lead",
)  # fmt: skip


def load_data(
    path: Any = "reuters.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
) -> tuple[classics.Set, classics.Set]:
    """News as lists of word numbers, the most frequent word first, and their topics.

    path: the name under which the file is kept in the cache.
    num_words: words from this number on become `oov_char`; None keeps all words.
    skip_top: words below this number become `oov_char`.
    maxlen: news of this number of words, or more, are left out; None keeps all.
    test_split: the fraction of the news that is for testing, from 0 to below 1.
    seed: determines the order of the news.
    start_char: the number with which each text starts; None for none.
    oov_char: the number of a word that is left out; None to close the gap.
    index_from: the number that is added to the number of every word.

    Shapes: news (8982,) and (2246,) lists; topics (8982,) and (2246,) int64 from 0 to 45.
    Raises: DataError when the file cannot be fetched; ArgumentError when no news is left.
    """
    data = classics.read(classics.fetch("reuters.npz", path))
    x, y = classics.shuffled(np.random.RandomState(seed), data["x"], data["y"])
    texts, topics = classics.numbered(x, y, start_char, index_from, maxlen)
    texts = classics.familiar(texts, num_words, skip_top, oov_char)
    (x_train, y_train), (x_test, y_test) = classics.divided(texts, np.array(topics), test_split)
    return (np.array(x_train, dtype=object), y_train), (np.array(x_test, dtype=object), y_test)


def get_word_index(path: Any = "reuters_word_index.json") -> dict[str, int]:
    """Words and their numbers, to which load_data adds `index_from`; 1 is the most frequent.

    path: the name under which the file is kept in the cache.
    """
    return classics.word_index("reuters_word_index.json", path)


def get_label_names() -> tuple[str, ...]:
    """The names of the topics, by number.

    >>> get_label_names()[:4]
    ('cocoa', 'grain', 'veg-oil', 'earn')
    """
    return TOPICS
