"""`keras.preprocessing.sequence`: windows over a series, and pairs of neighbouring words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from funclab.errors.missing_names import guard
from funclab.graph.shape_math import Array
from funclab.utils import PyDataset, pad_sequences

__all__ = ["TimeseriesGenerator", "make_sampling_table", "pad_sequences", "skipgrams"]


class TimeseriesGenerator(PyDataset):
    """Batches of windows of `length` steps, each with the target of the step after it.

    data, targets: the series; axis 0 is time.
    sampling_rate: the distance between the steps of a window.
    stride: the distance between the starts of two windows.
    start_index, end_index: the part of the series that is used, including both ends.
    shuffle: whether windows are drawn at random.
    reverse: whether the steps of a window are in reverse order.
    """

    def __init__(
        self,
        data: Any,
        targets: Any,
        length: int,
        sampling_rate: int = 1,
        stride: int = 1,
        start_index: int = 0,
        end_index: int | None = None,
        shuffle: bool = False,
        reverse: bool = False,
        batch_size: int = 128,
    ) -> None:
        super().__init__()
        self.data, self.targets, self.length = np.asarray(data), np.asarray(targets), length
        self.sampling_rate, self.batch_size = sampling_rate, batch_size
        self.shuffle, self.reverse = shuffle, reverse
        end = len(self.data) if end_index is None else end_index + 1
        self.ends = np.arange(start_index + length, end, stride)

    def __len__(self) -> int:
        return math.ceil(len(self.ends) / self.batch_size)

    def __getitem__(self, index: int) -> tuple[Array, Array]:
        ends = self.ends[index * self.batch_size :][: self.batch_size]
        if self.shuffle:
            ends = np.random.choice(self.ends, self.batch_size)  # noqa: NPY002  as in Keras
        windows = [self.data[end - self.length : end : self.sampling_rate] for end in ends]
        return np.array([w[::-1] if self.reverse else w for w in windows]), self.targets[ends]


def make_sampling_table(size: int, sampling_factor: float = 1e-5) -> Array:
    """The probability that `skipgrams` keeps each word, by rank: common words are left out more
    often. The frequencies are estimated by Zipf's law.

    >>> make_sampling_table(3).round(4)
    array([0.0032, 0.0032, 0.0055])
    """
    rank = np.maximum(np.arange(size), 1)
    inverse = rank * (np.log(rank) + 0.577) + 0.5 - 1 / (12 * rank)
    return np.minimum(1, np.sqrt(sampling_factor * inverse))


def skipgrams(
    sequence: Sequence[int],
    vocabulary_size: int,
    window_size: int = 4,
    negative_samples: float = 1.0,
    shuffle: bool = True,
    categorical: bool = False,
    sampling_table: Any = None,
    seed: int | None = None,
) -> tuple[list[list[int]], list[Any]]:
    """Pairs of a word and a nearby word, labelled 1, and of a word and a random one, labelled 0.

    Number 0 is no word. `negative_samples` says how many pairs have label 0 for each with 1;
    `categorical` makes the labels [0, 1] and [1, 0].
    """
    draw = np.random.default_rng(np.random.randint(2**31) if seed is None else seed)  # noqa: NPY002
    pairs = []
    for i, word in enumerate(sequence):
        if not word or (sampling_table is not None and sampling_table[word] < draw.random()):
            continue
        near = range(max(0, i - window_size), min(len(sequence), i + window_size + 1))
        pairs += [[word, sequence[j]] for j in near if j != i and sequence[j]]
    words = draw.permutation([word for word, _ in pairs]).tolist()
    count = int(len(words) * negative_samples)
    others = draw.integers(1, vocabulary_size, count).tolist() if count else []
    yes, no = ([0, 1], [1, 0]) if categorical else (1, 0)
    labels = [yes] * len(pairs) + [no] * count
    pairs += [[words[i % len(words)], other] for i, other in enumerate(others)]
    order = draw.permutation(len(pairs)) if shuffle else range(len(pairs))
    return [pairs[i] for i in order], [labels[i] for i in order]


guard(__name__)
