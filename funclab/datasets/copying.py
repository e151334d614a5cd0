"""Copying: some symbols, a long pause, a sign; then the symbols must be repeated in order.

To answer, a model must remember all symbols over the pause. A model that only knows when to answer,
and then guesses, is right about one symbol in eight.

Source: M. Arjovsky, A. Shah and Y. Bengio, "Unitary evolution recurrent neural networks", 2016,
after S. Hochreiter and J. Schmidhuber, "Long short-term memory", Neural Computation 9(8), 1997.
"""

from __future__ import annotations

import numpy as np

from funclab.graph.shape_math import Array
from funclab.layers.checks import positive

Set = tuple[Array, Array]

SYMBOLS = 8
"""They are 1 to 8; 0 is a pause."""
SIGN = 9
"""After this step, the symbols are to be repeated."""


def load_data(
    n: int = 1000, symbols: int = 3, pause: int = 5, seed: int = 0, test: int = 500
) -> tuple[Set, Set]:
    """`n` rows for training and `test` for testing, determined by the seed.

    Shapes: x (n, symbols + pause + 1 + symbols) int32 from 0 to 9: the symbols, the pause, the
    SIGN, and zeros while the model answers; y of the same shape, int32 from 0 to 8: zeros, then the
    symbols.
    Raises: ArgumentError unless symbols and pause are whole numbers above 0.

    >>> (x_train, y_train), _ = load_data()
    >>> print(x_train[0], y_train[0], sep="\\n")
    [5 8 6 0 0 0 0 0 9 0 0 0]
    [0 0 0 0 0 0 0 0 0 5 8 6]
    """
    symbols, pause = positive("symbols", symbols), positive("pause", pause)
    random = np.random.RandomState(seed)
    return _rows(n, symbols, pause, random), _rows(test, symbols, pause, random)


def _rows(n: int, symbols: int, pause: int, random: np.random.RandomState) -> Set:
    x = np.zeros((n, symbols + pause + 1 + symbols), "int32")
    y = np.zeros_like(x)
    x[:, :symbols] = y[:, -symbols:] = random.randint(1, SYMBOLS + 1, size=(n, symbols))
    x[:, symbols + pause] = SIGN
    return x, y
