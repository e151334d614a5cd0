"""Reading files that may come from anywhere: what they hold, and nothing else, is looked at."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import numpy as np

from funclab.shape_math import Array


def read_archive(path: Any, names: list[str]) -> dict[str, bytes]:
    """The members of a zip archive with these names, of those it has.

    Raises: ConfigError for a file that is not such an archive.
    """
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in names if name in archive.namelist()}


def read_datasets(source: Any) -> dict[str, Array]:
    """The arrays of an HDF5 file by their path in it, such as "layers/dense/vars/0".

    `source` is a path, or the file's bytes.
    Raises: WeightsError for a file that holds anything but arrays of numbers.
    """
    import h5py

    arrays: dict[str, Array] = {}

    def visit(name: str, thing: Any) -> None:
        if isinstance(thing, h5py.Dataset):
            arrays[name] = np.asarray(thing)

    with h5py.File(io.BytesIO(source) if isinstance(source, bytes) else source, "r") as file:
        file.visititems(visit)
    return arrays
