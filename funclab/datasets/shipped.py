"""The real data that ship with funclab: for each data set, a file of arrays next to this one.

Anybody can recreate the files from the published data: `python -m tools.make_datasets`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from funclab.graph.shape_math import Array

FOLDER = Path(__file__).parent


def read(name: str) -> dict[str, Array]:
    """The arrays of a data set, by name.

    >>> sorted(read("digits"))
    ['images', 'labels']
    """
    with np.load(FOLDER / f"{name}.npz") as file:
        return {key: file[key] for key in file.files}
