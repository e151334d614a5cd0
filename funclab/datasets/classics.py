"""The classic data sets, which are downloaded once: where they are, and how their files are read.

Files are kept where Keras keeps its own, in ~/.keras/datasets or in the folder KERAS_HOME, so that
Keras and funclab find each other's downloads. No lesson needs a download.
"""

from __future__ import annotations

import json
import pickle
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.lib import format as npy

from funclab.config import image_data_format
from funclab.errors import ArgumentError, DataError
from funclab.graph.shape_math import Array

Set = tuple[Array, Array]

STORE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
TORONTO = "https://www.cs.toronto.edu/~kriz/"


class Download(NamedTuple):
    """Where a file is, its checksum, and a similar data set that needs no download."""

    origin: str
    file_hash: str
    instead: str


FILES = """
digits mnist.npz 731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1
digits train-images-idx3-ubyte.gz 3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84
digits train-labels-idx1-ubyte.gz a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845
digits t10k-images-idx3-ubyte.gz 346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073
digits t10k-labels-idx1-ubyte.gz 67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5
headlines imdb.npz 69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f
headlines imdb_word_index.json bfafd718b763782e994055a2d397834f
headlines reuters.npz d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916
headlines reuters_word_index.json 4d44cc38712099c9e383dc6e5f11a921
penguins boston_housing.npz f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5
penguins california_housing.npz 1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f
digits cifar-10-python.tar.gz 6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce
digits cifar-100-python.tar.gz 85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7
"""
"""What is downloaded: the similar data set, the name of the file, and its checksum."""

DOWNLOADS = {
    name: Download((TORONTO if name.startswith("cifar") else STORE) + name, file_hash, instead)
    for instead, name, file_hash in map(str.split, FILES.strip().splitlines())
}


def fetch(name: str, path: Any = None, **settings: Any) -> Path:
    """The path of one of the DOWNLOADS on this machine, where it is kept under `path`.

    Raises: DataError when it is missing and cannot be downloaded, or is a different file.
    """
    from funclab.utils.downloads import get_file  # imports HTTP modules, which few sessions need

    origin, file_hash, instead = DOWNLOADS[name]
    try:
        return Path(get_file(path or name, origin=origin, file_hash=file_hash, **settings))
    except DataError as error:
        error.fix += f" Without the internet, funclab.datasets.{instead}.load_data() comes with "
        error.fix += "funclab, and no lesson needs more."
        raise


def read(path: Path) -> dict[str, Array]:
    """The arrays of an npz file, whose objects may be lists and numbers but no code."""
    arrays: dict[str, Array] = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            with archive.open(name) as file:
                arrays[name.removesuffix(".npy")] = _array(file)
    return arrays


def _array(file: Any) -> Array:
    version = npy.read_magic(file)
    header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    if header(file)[2].hasobject:
        return Unpickler(file).load()
    file.seek(0)
    return npy.read_array(file, allow_pickle=False)


RECONSTRUCT = np.zeros(0).__reduce__()[0]
KNOWN = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("numpy.core.multiarray", "_reconstruct"): RECONSTRUCT,
    ("numpy._core.multiarray", "_reconstruct"): RECONSTRUCT,
}
"""Everything that a pickle of these data sets may refer to."""


class Unpickler(pickle.Unpickler):
    """Makes only arrays and plain Python objects: a file cannot run code."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in KNOWN:
            return KNOWN[module, name]
        raise DataError(
            f"The file holds {module}.{name}, which is not read.",
            why="only arrays of numbers and lists belong there; anything else could act by itself.",
            fix="delete the file, and load the data again.",
        )


def read_batch(path: Path, labels: str, dtype: str = "int64") -> Set:
    """Images and labels of one of CIFAR's files, as (n, rows, columns, 3) or channels first."""
    with path.open("rb") as file:
        data = Unpickler(file, encoding="bytes").load()
    images = data[b"data"].reshape(-1, 3, 32, 32)
    if image_data_format() == "channels_last":
        images = images.transpose(0, 2, 3, 1)
    return images, np.array(data[labels.encode()], dtype)[:, None]


def word_index(name: str, path: Any) -> dict[str, int]:
    return json.loads(fetch(name, path).read_text("utf-8"))


def shuffled(random: np.random.RandomState, *arrays: Array) -> list[Array]:
    """All arrays in the same random order, drawn as in Keras."""
    order = np.arange(len(arrays[0]))
    random.shuffle(order)
    return [array[order] for array in arrays]


def divided(x: Any, y: Any, test_split: float) -> tuple[Set, Set]:
    """Samples for training and, from the end, for testing."""
    if not 0 <= test_split < 1:
        raise ArgumentError(
            f"Invalid `test_split` argument: {test_split}. It must be between 0 and 1 (exclusive "
            "of 1).",
            why="it is the part of the samples that is for testing.",
            fix="write test_split=0.2.",
        )
    first = int(len(x) * (1 - test_split))
    return (x[:first], y[:first]), (x[first:], y[first:])


def numbered(
    texts: Array | Sequence[Any],
    labels: Array,
    start_char: int | None,
    index_from: int,
    maxlen: int | None,
) -> tuple[list[list[int]], list[Any]]:
    """Texts as lists of word numbers from `index_from`, with a mark where they start.

    Texts of `maxlen` words or more, including that mark, are left out, as in Keras.
    """
    begin = [] if start_char is None else [start_char]
    by = index_from if start_char is not None or index_from else 0
    lists = [begin + [word + by for word in text] for text in texts]
    kept = [i for i, text in enumerate(lists) if not maxlen or len(text) < maxlen]
    if not kept:
        raise ArgumentError(
            f"After filtering for sequences shorter than maxlen={maxlen}, no sequence was kept. "
            "Increase maxlen.",
            why=f"the shortest has {min(map(len, lists))} words.",
            fix="write maxlen=200.",
        )
    return [lists[i] for i in kept], [labels[i] for i in kept]


def familiar(
    texts: list[list[int]], num_words: int | None, skip_top: int, oov_char: int | None
) -> list[list[int]]:
    """Texts in which words that are too rare or too frequent become `oov_char`, or are left out."""
    end = num_words or max(max(text) for text in texts)
    if oov_char is None:
        return [[word for word in text if skip_top <= word < end] for text in texts]
    return [[word if skip_top <= word < end else oov_char for word in text] for text in texts]
