"""What data a model was trained on: not the data, only enough to know them again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from funclab.graph.shape_math import Array
from funclab.models.model import Model
from funclab.training.data.batches import Batches

NUMBERS = 64
"""How many numbers of each array are looked at."""
MOST = 16
"""How many sets of data a model remembers: the last ones."""


def fingerprint(arrays: Sequence[Array | None], n: int) -> str:
    """A hash of the shapes of the first n samples, and of 64 numbers spread over them."""
    digest = hashlib.sha256()
    for array in arrays:
        if array is None:
            continue
        shape = (n, *array.shape[1:])
        size = int(np.prod(shape))
        places = np.linspace(0, size - 1, min(size, NUMBERS)).astype(int)
        spread = [array[tuple(place)] for place in zip(*np.unravel_index(places, shape))]
        digest.update(repr((shape, [str(number) for number in spread])).encode())
    return digest.hexdigest()


def remember(model: Model, training: object) -> None:
    """Note that a model is trained on these batches; a stream leaves no trace."""
    if isinstance(training, Batches):
        n = len(training.data)
        known = (n, fingerprint(training.data.inputs, n))
        others = tuple(each for each in model._trained_on if each != known)
        model._trained_on = (*others, known)[-MOST:]


def has_trained(model: Model) -> bool:
    """Whether `fit` or `train_on_batch` has trained a model, or its optimizer says so."""
    optimizer = model.optimizer
    return bool(model._trained_on or model.history or (optimizer and int(optimizer.iterations)))


def trained_on(model: Model, arrays: Sequence[Array | None]) -> int:
    """How many of the first samples of these inputs `fit` has trained on; 0 if it has not, or if it
    cannot be known: for other selections of the same samples, and for models from files."""
    have = next(len(array) for array in arrays if array is not None)
    fitting = [n for n, known in model._trained_on if n <= have and fingerprint(arrays, n) == known]
    return max(fitting, default=0)
