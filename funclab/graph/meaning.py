"""What the numbers of a tensor mean: pixels, words, classes, columns of a table, or points in time.

A meaning belongs to a tensor because somebody said so, because the data that reached it come from a
data set that says what they are, or because a layer before it has a vocabulary. It is never guessed
from numbers that only look like something.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from math import isqrt, prod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from funclab.errors import ArgumentError, plain
from funclab.graph.shape_math import Array, Shape, show

if TYPE_CHECKING:
    from funclab.graph.tensor import Tensor

TIMES = ("minutes", "hours", "days", "weeks", "months", "years", "steps")
KINDS = ("image", "words", "classes", "features", *TIMES, "numbers")
COLOURS = (1, 3, 4)
"""How many channels an image has: grey, red-green-blue, and these with opacity."""
SHOWN = 6
"""How many labels a meaning prints."""

Labels = tuple[str, ...] | Mapping[int, str] | Callable[[int], Any] | None


@dataclass(frozen=True)
class Meaning:
    """What the numbers of a tensor mean.

    kind: "image" (pixels), "words" (whole numbers that stand for words), "classes" (a class number,
        or a number for each class along the last axis), "features" (named columns along the last
        axis), a unit of time such as "hours" (points in time along the first axis of a sample), or
        "numbers" (nothing more than numbers).
    labels: the names, by number or position; for words also a dict from ids to words, or a function
        that is called with an id. None: they have no names of their own.
    size: of an image whose pixels are in one row: (height, width) or (height, width, channels).
    source: how it is known: "given", "data" or "layer".
    """

    kind: str
    labels: Labels = None
    size: tuple[int, ...] | None = None
    source: str = "given"

    def name(self, number: Any) -> str:
        """The word or class of a number; the number itself if it has no name.

        >>> Meaning("classes", ("cat", "dog")).name(1)
        'dog'
        """
        if isinstance(number, (str, bytes)):
            return number.decode("utf-8", "replace") if isinstance(number, bytes) else number
        if not float(number).is_integer():
            return f"{float(number):.4g}"
        i = int(number)
        if isinstance(self.labels, Mapping):
            return str(self.labels.get(i, i))
        if callable(self.labels):
            try:
                return str(self.labels(i))
            except Exception:  # the user's function has no name for it
                return str(i)
        return self.labels[i] if self.labels and 0 <= i < len(self.labels) else str(i)

    def words(self, ids: Iterable[Any]) -> tuple[str, ...]:
        """The names of several numbers, in order."""
        return tuple(self.name(number) for number in ids)

    @property
    def is_time(self) -> bool:
        return self.kind in TIMES

    def positions(self, length: int) -> tuple[str, ...]:
        """The names of the first positions of an axis: of columns, classes or points in time.

        >>> Meaning("hours").positions(2), Meaning("hours", ("7", "8")).positions(2)
        (('hour 1', 'hour 2'), ('hour 7', 'hour 8'))
        """
        numbers = tuple(str(i + 1) for i in range(length))
        names = self.labels if isinstance(self.labels, tuple) else numbers
        if self.is_time:
            unit = self.kind.removesuffix("s")
            names = tuple(f"{unit} {name}" if name.isdecimal() else name for name in names)
        return names[:length]

    def __repr__(self) -> str:
        labels = self.labels
        told = ""
        if isinstance(labels, tuple):
            more = ", …" * (len(labels) > SHOWN)
            told = f", {len(labels)} labels: {', '.join(map(repr, labels[:SHOWN]))}{more}"
        elif labels is not None:
            told = ", labels by number"
        size = f" of {' × '.join(map(str, self.size))}" if self.size else ""
        return plain(f"<Meaning: {self.kind}{size}{told}>")


def made(tensor: Tensor, kind: str, labels: Any, size: Any, source: str = "given") -> Meaning:
    """A meaning that fits a tensor.

    Raises: ArgumentError for an unknown kind, and for labels or a size that do not fit its shape.
    """
    if kind not in KINDS:
        raise ArgumentError(
            f"There is no meaning {kind!r}.",
            why=f"the kinds are {', '.join(KINDS)}.",
            fix=f'choose one of them, for example funclab.meaning({tensor.name}, "classes", '
            "labels=names).",
        )
    names = _labels(kind, labels)
    if kind == "image":
        return Meaning(kind, None, _size(tensor, size), source)
    _check_count(tensor, kind, names)
    return Meaning(kind, names, None, source)


def _labels(kind: str, labels: Any) -> Labels:
    if labels is None or (callable(labels) and not hasattr(labels, "get_vocabulary")):
        return labels
    if hasattr(labels, "get_vocabulary"):
        return vocabulary_of(labels)
    if isinstance(labels, Mapping):
        # Keras' data sets have dicts from words to ids.
        turned = all(isinstance(key, str) for key in labels)
        pairs = ((i, word) for word, i in labels.items()) if turned else labels.items()
        table = {int(i): str(word) for i, word in pairs}
        whole = kind != "words" and sorted(table) == [*range(len(table))]
        return tuple(table[i] for i in range(len(table))) if whole else table
    if isinstance(labels, str) or not isinstance(labels, Iterable):
        raise ArgumentError(
            f"labels={labels!r} are no names.",
            why=f"the labels of {kind} are a list of names, by number or position.",
            fix='write for example labels=["cat", "dog"].',
        )
    return tuple(str(label) for label in labels)


def vocabulary_of(layer: Any) -> Callable[[int], str]:
    """The words of a layer with a vocabulary, by number, as it is when they are asked for."""

    def word(i: int) -> str:
        known = layer.get_vocabulary()
        return str(known[i]) if 0 <= i < len(known) else str(i)

    return word


def _check_count(tensor: Tensor, kind: str, labels: Labels) -> None:
    """
    Raises: ArgumentError unless there is a name for each position of the axis that has names.
    """
    axis, length = _named_axis(kind, tensor.shape)
    if length is None and axis == "":
        raise ArgumentError(
            f"{tensor.id} has the shape {show(tensor.shape)}, which has no axis for {kind}.",
            why="the first axis counts samples; one more is needed.",
            fix="choose a tensor of a shape such as (None, 24, 1).",
        )
    count = len(labels) if isinstance(labels, (tuple, Mapping)) else None
    if kind == "words" or length in (None, 1) or count in (None, length):
        return
    raise ArgumentError(
        f"{count} labels were given for {kind} of {tensor.id}, whose shape is "
        f"{show(tensor.shape)}.",
        why=f"its {axis} axis has {length} positions, and each has one name.",
        fix=f"give {length} labels, in the order of the positions.",
    )


def _named_axis(kind: str, shape: Shape) -> tuple[str, int | None]:
    """Which axis of a shape the labels of a kind name, in words, and how long it is."""
    if kind in TIMES or kind == "features":
        if len(shape) < 2:
            return "", None
        return ("last", shape[-1]) if kind == "features" else ("second", shape[1])
    return "last", shape[-1] if len(shape) > 1 else 1


def _size(tensor: Tensor, size: Any) -> tuple[int, ...] | None:
    """The size of images in rows of pixels; None for images with axes of their own."""
    sample = tensor.shape[1:]
    is_image = len(sample) == 2 or (len(sample) == 3 and sample[2] in COLOURS)
    if size is None and is_image:
        return None
    count = (sample[0] or 0) if len(sample) == 1 else 0
    if size is None and count and isqrt(count) ** 2 == count:
        return isqrt(count), isqrt(count)
    sides = tuple(int(side) for side in size) if isinstance(size, (tuple, list)) else ()
    if len(sides) in (2, 3) and count and prod(sides) == count:
        return sides
    told = "" if size is None else f" of size {size!r}"
    raise ArgumentError(
        f"{tensor.id} has the shape {show(tensor.shape)}, which is no image{told}.",
        why="an image is (height, width), (height, width, channels) with 1, 3 or 4 channels, or a "
        "row of height × width pixels.",
        fix="give size=(height, width) of the image, or choose another kind.",
    )


def carry(tensors: Iterable[Tensor], copies: Iterable[Any]) -> None:
    """Give copies of tensors what is known of these."""
    for tensor, copy in zip(tensors, copies):
        if tensor.meaning is not None and getattr(copy, "meaning", tensor) is None:
            copy.meaning = tensor.meaning


# What data say of themselves.
class Known(NamedTuple):
    """What is known of an array: `root` owns its numbers."""

    root: weakref.ref[Array]
    shape: tuple[int, ...]
    meaning: Meaning


_KNOWN: dict[int, Known] = {}
"""What is known of arrays, by the ids of those that own their numbers."""
READERS: list[Callable[[Array], Meaning | None]] = []
"""Functions of data sets that know their own samples again after they were scaled or reshaped."""


def know(array: Array, kind: str, labels: Any = None, size: tuple[int, ...] | None = None) -> Array:
    """The same numbers, of which it is now known what they mean; so it is of each sample of them.

    kind, labels, size: as in `Meaning`.
    """
    root = array
    while isinstance(root.base, np.ndarray):
        root = root.base
    if not array.flags.c_contiguous or array.nbytes != root.nbytes:
        root = array = array.copy()
    meaning, key = Meaning(kind, _labels(kind, labels), size, "data"), id(root)
    _KNOWN[key] = Known(weakref.ref(root, lambda _: _KNOWN.pop(key, None)), array.shape, meaning)
    return array


def of_data(array: Any) -> Meaning | None:
    """What an array means: if a data set made it, or made the array whose samples it has."""
    if not isinstance(array, np.ndarray) or not array.size:
        return None
    part: Any = array
    while isinstance(part, np.ndarray):
        found = _KNOWN.get(id(part))
        if found is not None and found.root() is part:
            return _of_part(array, part, found)
        part = part.base
    return next((known for read in READERS if (known := read(array)) is not None), None)


def _of_part(array: Array, whole: Array, known: Known) -> Meaning | None:
    """What a part of an array means, if its samples are whole and in their own order."""
    _, shape, meaning = known
    if not array.ndim or array.dtype != whole.dtype:
        return None
    if meaning.kind == "words" or (meaning.kind == "classes" and len(shape) == 1):
        return meaning  # each number has a meaning of its own, wherever it is
    sample, row = shape[1:], whole.itemsize * prod(shape[1:])
    start = array.__array_interface__["data"][0] - whole.__array_interface__["data"][0]
    whole_rows = array[0].flags.c_contiguous and not start % row and not array.strides[0] % row
    if prod(array.shape[1:]) != prod(sample) or not whole_rows:
        return None
    if meaning.kind == "image" and array.ndim == 2:
        return replace(meaning, size=meaning.size or sample)
    same = array.shape[1:2] == sample[:1] if meaning.is_time else array.shape[1:] == sample
    return meaning if same or meaning.kind == "image" else None
