"""Adding: two numbers in a long row are marked; what is their sum?

To answer, a model must remember a number over many steps. A model that always says 1 has a mean
squared error of 1/6.

Source: S. Hochreiter and J. Schmidhuber, "Long short-term memory", Neural Computation 9(8), 1997,
experiment 4, with one length for all rows.
"""

from __future__ import annotations

import numpy as np

from funclab.errors.suggest import is_whole
from funclab.graph.shape_math import Array
from funclab.registry.parameters import wrong_value

Set = tuple[Array, Array]


def load_data(n: int = 1000, length: int = 20, seed: int = 0, test: int = 500) -> tuple[Set, Set]:
    """`n` rows of `length` steps for training and `test` for testing, determined by the seed.

    Shapes: x (n, length, 2) float32: at each step a number from 0 to 1, and a mark: 1 for the two
    numbers to add, one in each half, else 0; y (n, 1) float32, their sum.
    Raises: ArgumentError for a length below 2.

    >>> (x_train, y_train), (x_test, y_test) = load_data(length=4)
    >>> x_train.shape, x_train[0, :, 1], y_test.shape
    ((1000, 4, 2), array([1., 0., 0., 1.], dtype=float32), (500, 1))
    """
    if not is_whole(length) or length < 2:
        raise wrong_value("adding.load_data", "length", length, "a number of steps from 2", "20")
    random = np.random.RandomState(seed)
    return _rows(n, length, random), _rows(test, length, random)


def _rows(n: int, length: int, random: np.random.RandomState) -> Set:
    numbers = random.random_sample((n, length))
    marks = np.zeros_like(numbers)
    half = length // 2
    for begin, end in ((0, half), (half, length)):
        marked = random.randint(begin, end, size=n)
        marks[np.arange(n), marked] = 1
    x = np.stack([numbers, marks], axis=2).astype("float32")
    y = (x[:, :, 0] * x[:, :, 1]).sum(1)
    return x, y[:, None]
