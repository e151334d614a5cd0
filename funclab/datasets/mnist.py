"""MNIST: 70,000 handwritten digits of 28x28 pixels, in 11 MB that are downloaded once.

Source: Y. LeCun and C. Cortes, "The MNIST database of handwritten digits", made from data of NIST;
licensed CC BY-SA 3.0.
"""

from __future__ import annotations

from typing import Any

from funclab.datasets import classics


def load_data(path: Any = "mnist.npz") -> tuple[classics.Set, classics.Set]:
    """Images and their digits, for training and for testing.

    path: the name under which the file is kept in the cache.

    Shapes: images (60000, 28, 28) and (10000, 28, 28) uint8 from 0 to 255; digits (60000,) and
    (10000,) uint8.
    Raises: DataError when the file cannot be fetched.
    """
    data = classics.read(classics.fetch("mnist.npz", path))
    return (data["x_train"], data["y_train"]), (data["x_test"], data["y_test"])
