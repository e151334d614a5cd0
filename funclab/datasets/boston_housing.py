"""Boston housing: prices of houses in 506 districts, in 57 KB that are downloaded once.

One of its columns is computed from the share of Black people in a district, on the assumption that
segregation raises prices. Use it only to discuss that; `california_housing` is the better choice.

Source: D. Harrison and D. L. Rubinfeld, "Hedonic housing prices and the demand for clean air",
1978, as kept by StatLib, Carnegie Mellon University.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab.datasets import classics


def load_data(
    path: Any = "boston_housing.npz", test_split: float = 0.2, seed: int = 113
) -> tuple[classics.Set, classics.Set]:
    """13 numbers about each district, and the price of its houses, in thousands of dollars.

    path: the name under which the file is kept in the cache.
    test_split: the fraction of the districts that is for testing, from 0 to below 1.
    seed: determines the order of the districts.

    Shapes: x (404, 13) and (102, 13) float64; y (404,) and (102,) float64.
    Raises: DataError when the file cannot be fetched.
    """
    data = classics.read(classics.fetch("boston_housing.npz", path))
    x, y = classics.shuffled(np.random.RandomState(seed), data["x"], data["y"])
    return classics.divided(x, y, test_split)
