"""CIFAR-10: 60,000 small colour pictures in 10 classes, in 170 MB that are downloaded once.

The classes are airplane, automobile, bird, cat, deer, dog, frog, horse, ship and truck.

Source: A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009. No licence is
stated; cite the report.
"""

from __future__ import annotations

import numpy as np

from funclab.datasets import classics
from funclab.graph.meaning import know

CLASSES = (
    *("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
)


def load_data() -> tuple[classics.Set, classics.Set]:
    """Images and their classes, for training and for testing.

    Shapes: images (50000, 32, 32, 3) and (10000, 32, 32, 3) uint8 from 0 to 255, or channels first
    where `image_data_format` says so; classes (50000, 1) and (10000, 1) uint8.
    Raises: DataError when the file cannot be fetched.
    """
    file = classics.fetch("cifar-10-python.tar.gz", "cifar-10-batches-py-target", extract=True)
    folder = file / "cifar-10-batches-py"
    names = [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]
    batches = [classics.read_batch(folder / name, "labels", "uint8") for name in names]
    x, y = (np.concatenate(part) for part in zip(*batches[:-1]))
    for classes in (y, batches[-1][1]):
        know(classes, "classes", CLASSES)
    return (x, y), batches[-1]
