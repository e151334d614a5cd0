"""Fashion-MNIST: 70,000 pictures of clothes, 28x28 pixels, in 31 MB that are downloaded once.

The classes are T-shirt or top, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag and
ankle boot.

Source: H. Xiao, K. Rasul and R. Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking
machine learning algorithms", 2017, arXiv:1708.07747; Zalando SE, MIT licence.
"""

from __future__ import annotations

import gzip

import numpy as np

from funclab.datasets import classics
from funclab.graph.meaning import know
from funclab.graph.shape_math import Array

CLASSES = (
    "T-shirt or top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
    "ankle boot",
)  # fmt: skip


def load_data() -> tuple[classics.Set, classics.Set]:
    """Images and their classes, for training and for testing.

    Shapes: images (60000, 28, 28) and (10000, 28, 28) uint8 from 0 to 255; classes (60000,) and
    (10000,) uint8.
    Raises: DataError when a file cannot be fetched.
    """
    return _part("train"), _part("t10k")


def _part(name: str) -> classics.Set:
    images = _bytes(f"{name}-images-idx3-ubyte.gz", header=16)
    classes = know(_bytes(f"{name}-labels-idx1-ubyte.gz", header=8), "classes", CLASSES)
    return images.reshape(-1, 28, 28), classes


def _bytes(name: str, header: int) -> Array:
    with gzip.open(classics.fetch(name, cache_subdir="datasets/fashion-mnist")) as file:
        return np.frombuffer(bytearray(file.read()), np.uint8, offset=header)
