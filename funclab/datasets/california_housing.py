"""California housing: prices of houses in 20,640 districts in 1990, which are downloaded once.

Source: R. K. Pace and R. Barry, "Sparse spatial autoregressions", 1997, from the census of 1990, as
kept by StatLib, Carnegie Mellon University.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab.datasets import classics
from funclab.layers.checks import one_of


def load_data(
    version: str = "large",
    path: Any = "california_housing.npz",
    test_split: float = 0.2,
    seed: int = 113,
) -> tuple[classics.Set, classics.Set]:
    """8 numbers about each district, and the median price of its houses, in dollars.

    They are its location, the age of its houses, its numbers of rooms, bedrooms, people and
    households, and the income.

    version: "large", or "small" for the first 600 districts.
    path: the name under which the file is kept in the cache.
    test_split: the fraction of the districts that is for testing, from 0 to below 1.
    seed: determines the order of the districts.

    Shapes: x (16512, 8) and (4128, 8), or (480, 8) and (120, 8); y (16512,) and (4128,), or (480,)
    and (120,).
    Raises: DataError when the file cannot be fetched; ArgumentError for another version.
    """
    count = {"large": None, "small": 600}[one_of("version", version, ("large", "small"))]
    data = classics.read(classics.fetch("california_housing.npz", path))
    x, y = classics.shuffled(np.random.RandomState(seed), data["x"][:count], data["y"][:count])
    return classics.divided(x, y, test_split)
