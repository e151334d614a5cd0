"""CIFAR-100: 60,000 small colour pictures in 100 classes, in 169 MB that are downloaded once.

Source: A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009. No licence is
stated; cite the report.
"""

from __future__ import annotations

from funclab.datasets import classics
from funclab.layers.checks import one_of


def load_data(label_mode: str = "fine") -> tuple[classics.Set, classics.Set]:
    """Images and their classes, for training and for testing.

    label_mode: "fine" for the 100 classes, "coarse" for the 20 groups they are in.

    Shapes: images (50000, 32, 32, 3) and (10000, 32, 32, 3) uint8 from 0 to 255, or channels first
    where `image_data_format` says so; classes (50000, 1) and (10000, 1) int64, as Keras has them.
    Raises: DataError when the file cannot be fetched; ArgumentError for another label_mode.
    """
    labels = f"{one_of('label_mode', label_mode, ('fine', 'coarse'))}_labels"
    file = classics.fetch("cifar-100-python.tar.gz", "cifar-100-python-target", extract=True)
    folder = file / "cifar-100-python"
    train = classics.read_batch(folder / "train", labels)
    return train, classics.read_batch(folder / "test", labels)
