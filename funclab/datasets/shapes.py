"""Shapes to count: small generated images with squares and rings that do not overlap."""

from __future__ import annotations

import numpy as np

from funclab.errors.suggest import is_whole
from funclab.graph.shape_math import Array
from funclab.registry.parameters import wrong_value

Set = tuple[Array, dict[str, Array]]

SIZE = 5
"""The width and height of a shape in pixels; one pixel around it stays empty."""
MOST = 3
"""The most shapes of each kind: both kinds together fit into nine fields."""
SMALLEST = 3 * (SIZE + 2)
SQUARE = np.ones((SIZE, SIZE))
RING = np.array(
    [
        [0, 1, 1, 1, 0],
        [1, 0, 0, 0, 1],
        [1, 0, 0, 0, 1],
        [1, 0, 0, 0, 1],
        [0, 1, 1, 1, 0],
    ]
)
KINDS: dict[str, Array] = {"squares": SQUARE, "rings": RING}


def load_data(n: int = 1000, size: int = 28, seed: int = 0, test: int = 500) -> tuple[Set, Set]:
    """`n` images for training and `test` for testing, determined by the seed.

    Shapes: x (n, size, size, 1) float32, 0 for paper and up to 1 for ink, with a little noise; y
    has squares and rings (n,) int32, the number of each, from 0 to 3.
    Raises: ArgumentError for a size below 21.

    >>> (x_train, y_train), (x_test, y_test) = load_data()
    >>> x_train.shape, int(y_train["squares"][0]), int(y_train["rings"][0])
    ((1000, 28, 28, 1), 2, 0)
    """
    if not is_whole(size) or size < SMALLEST:
        raise wrong_value("shapes.load_data", "size", size, f"pixels, {SMALLEST} or more", "28")
    random = np.random.RandomState(seed)
    return _images(n, size, random), _images(test, size, random)


def _images(n: int, size: int, random: np.random.RandomState) -> Set:
    x = 0.1 * random.random_sample((n, size, size, 1))
    counts: dict[str, Array] = {
        kind: random.randint(MOST + 1, size=n).astype("int32") for kind in KINDS
    }
    for i, image in enumerate(x[..., 0]):
        shapes = [shape for kind, shape in KINDS.items() for _ in range(counts[kind][i])]
        for shape, (row, column) in zip(shapes, _corners(size, random)):
            image[row : row + SIZE, column : column + SIZE] += 0.9 * shape
    return x.astype("float32"), counts


def _corners(size: int, random: np.random.RandomState) -> Array:
    """Random upper left corners of shapes, one in each of the nine fields of an image."""
    field = size // 3
    fields = np.stack(np.divmod(random.permutation(9), 3), axis=1)
    return field * fields + random.randint(1, field - SIZE, size=(9, 2))
