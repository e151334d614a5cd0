"""Handwritten digits: 1,797 images of 8x8 pixels, each a whole number from 0 to 16.

Source: E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
Repository, 1998, doi:10.24432/C50P49, licensed CC BY 4.0. Here is its test set, which scikit-learn
distributes as `load_digits`; see DIGITS_LICENSE.txt beside this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from funclab.datasets import shipped
from funclab.datasets.cards import Cards
from funclab.errors import ArgumentError
from funclab.graph.meaning import READERS, Meaning, know
from funclab.graph.shape_math import Array

TRAINING_IMAGES = 1297
PICTURE, CARD = 80, 100
SIZE = (8, 8)
LEVELS = 16


def load_data() -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Images and their digits, for training and for testing, in the form of Keras' data sets.

    The test images are the last 500 in the source's order. Many were written by people who wrote no
    training image, which makes them harder to read than a random choice would be.

    Shapes: images (1297, 8, 8) and (500, 8, 8) uint8 from 0 to 16; digits (1297,) and (500,) uint8.

    >>> (x_train, y_train), (x_test, y_test) = load_data()
    >>> x_train.shape, x_train.max(), y_test[:3]
    ((1297, 8, 8), np.uint8(16), array([0, 1, 2], dtype=uint8))
    """
    data = shipped.read("digits")
    images, labels = know(data["images"], "image"), know(data["labels"], "classes", range(10))
    split = TRAINING_IMAGES
    return (images[:split], labels[:split]), (images[split:], labels[split:])


class Pairs(NamedTuple):
    """Pairs of images, whether they show the same digit, and which digits they show.

    Shapes: left, right (n, 64) float32 from 0 to 1, a row of pixels each; same (n,), 1 for two
    images of one digit, 0 for two digits; left_digit, right_digit (n,).
    """

    left: Array
    right: Array
    same: Array
    left_digit: Array
    right_digit: Array


def load_pairs(n: int = 300, seed: int = 0, test: int = 1500) -> tuple[Pairs, Pairs]:
    """`n` pairs of training images and `test` pairs of test images: is it the same digit?

    Half of the pairs are two different images of the same digit. No image of a test pair
    occurs in a training pair.

    Raises: ArgumentError for fewer than two pairs.

    >>> train, test = load_pairs(300, seed=0)
    >>> train.left.shape, train.same.mean(), test.same.shape
    ((300, 64), np.float64(0.5), (1500,))
    """
    # This older generator is frozen: a seed gives the same pairs in every version of NumPy.
    random = np.random.RandomState(seed)
    train_data, test_data = load_data()
    return _pairs(*train_data, n, random), _pairs(*test_data, test, random)


def _pairs(images: Array, labels: Array, n: int, random: Any) -> Pairs:
    if n < 2:
        raise ArgumentError(
            f"load_pairs was asked for {n} pairs.",
            why="half of the pairs are of one digit and half of two, which needs two pairs.",
            fix="ask for 2 or more.",
        )
    same = random.permutation(np.arange(n) % 2)
    left = random.randint(len(images), size=n)
    right = np.array([_partner(labels, i, alike, random) for i, alike in zip(left, same)])
    rows = images.reshape(len(images), -1).astype(np.float32) / 16
    first, second = (know(rows[part], "image", size=SIZE) for part in (left, right))
    return Pairs(first, second, same, labels[left], labels[right])


def _partner(labels: Array, i: int, alike: int, random: Any) -> int:
    """Another image of the digit of image i, or an image of another digit."""
    wanted = (labels == labels[i]) == bool(alike)
    wanted[i] = False
    return random.choice(np.flatnonzero(wanted))


@cache
def _pictures() -> frozenset[bytes]:
    return frozenset(image.tobytes() for image in shipped.read("digits")["images"])


def recognised(array: Array) -> Meaning | None:
    """What an array means if its first samples are digits of this data set, whole or as rows of
    pixels, from 0 to 16 or from 0 to 1; None if not.

    >>> recognised(load_data()[0][0].reshape(-1, 64) / 16)
    <Meaning: image of 8 × 8>
    """
    flat = array.shape[1:] == (64,)
    if not flat and array.shape[1:] not in (SIZE, (*SIZE, 1)):
        return None
    few = array[:3].reshape(-1, 64).astype("float64")
    few = few if few.max(initial=0) > 1 else few * LEVELS
    exact = (few == few.round()).all() and few.min(initial=0) >= 0 and few.max() <= LEVELS
    if not exact or any(row.astype("uint8").tobytes() not in _pictures() for row in few):
        return None
    return Meaning("image", size=SIZE if flat else None, source="data")


READERS.append(recognised)


def draw(images: Any, captions: Sequence[Any]) -> Cards:
    """A row of pictures, with a caption under each.

    Shapes: images (n, 64), or (n, side, side) with or without an axis for one channel; from 0 to
    16 or from 0 to 1. The larger the side, the smaller its pixels.

    >>> draw(load_data()[0][0][:3], ["zero", "one", "two"])
    <3 handwritten digits: zero, one, two>
    """
    array = np.asarray(images, np.float32)
    shape = (-1, 8, 8) if array.ndim < 3 else (len(array), *[array.shape[1]] * 2)
    array = array.reshape(shape) / max(1.0, float(array.max(initial=0)))
    return Cards("handwritten digits", [_pixels(image) for image in array], captions, CARD)


def _pixels(image: Array) -> str:
    pixel = PICTURE / len(image)
    return "".join(
        f'<rect x="{8 + pixel * column:.4g}" y="{8 + pixel * row:.4g}" width="{pixel:.4g}" '
        f'height="{pixel:.4g}" fill-opacity="{ink:.2f}"/>'
        for (row, column), ink in np.ndenumerate(image)
        if ink
    )
