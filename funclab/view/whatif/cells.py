"""The cells of a sample: the pixels, words or features that can be changed one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from funclab.errors import ArgumentError
from funclab.graph.meaning import Meaning
from funclab.graph.shape_math import Array
from funclab.graph.shape_math import show as show_shape
from funclab.models.meaning import known_meaning
from funclab.view.draw.samples import sample_of

IMAGE, SERIES, WORDS, ROW = "image", "series", "words", "row"
MOST_SIDE, MOST_STEPS, MOST_NUMBERS, MOST_WORDS = 56, 128, 400, 5000
"""The most cells along a side of an image, and along a series: beyond them, a cell is a block. The
most words or features of an input, and the most words of a vocabulary that are known by name."""


@dataclass(frozen=True)
class Part:
    """One input of a model, as cells in rows and columns.

    `kind` is "image" (a cell is a pixel), "series" (each column of the data is a row of cells,
    along time), "words" (one row of ids) or "row" (one row of features). `owner` has the number of
    its cell for each number of a sample: an image has several numbers in a cell if it has colours,
    or is large. `low` and `high` are the range of each cell in the data, `fill` is what an erased
    sample holds: 0, or the means of features. `names` are those of features, or of ids. `group`:
    the features are a 1 among zeros, and one cell, whose value is the position of the 1.
    """

    number: int
    name: str
    kind: str
    rows: int
    columns: int
    owner: Array
    low: Array
    high: Array
    fill: Array
    names: tuple[str, ...] = ()
    group: bool = False

    @property
    def count(self) -> int:
        """The number of cells."""
        return self.rows * self.columns

    def values(self, sample: Array) -> Array:
        """The value of each cell of one sample: the mean, if it has several numbers."""
        if self.group:
            return np.array([float(sample.argmax())])
        return self.sums(sample) / np.bincount(self.owner.reshape(-1))

    def sums(self, sample: Array) -> Array:
        """The sum of the numbers of each cell of one sample."""
        return np.bincount(self.owner.reshape(-1), sample.reshape(-1).astype("float64"))

    def channels(self, sample: Array) -> Array:
        """The mean of each channel in each cell of an image with colours, from 0 to 1."""
        owner, count = self.owner[..., 0].reshape(-1), self.count
        low, high = min(0.0, float(self.low[0])), float(self.high[0])
        channels = [
            np.bincount(owner, sample[..., c].reshape(-1).astype("float64"), count)
            for c in range(sample.shape[-1])
        ]
        means = np.stack(channels, axis=1) / np.bincount(owner)[:, None]
        return (means - low) / ((high - low) or 1.0)

    def put(self, sample: Array, cell: int, value: float) -> None:
        """Set a cell of one sample, in place."""
        if self.group:
            sample[:] = np.arange(len(sample)) == round(value)
        else:
            sample[self.owner == cell] = value

    def said(self, cell: int) -> str:
        """The name of a feature; "" for other cells."""
        return "" if self.kind != ROW else self.name if self.group else self.names[cell]


class Cells:
    """All cells of a model's inputs, numbered from 0 across the inputs.

    A sample is a list of arrays, one for each input, each with one row (None for an input that is
    missing).
    """

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = list(parts)
        self.starts = np.cumsum([0, *[part.count for part in self.parts]]).tolist()

    def __len__(self) -> int:
        return self.starts[-1]

    def find(self, cell: int) -> tuple[Part, int]:
        """The part of a cell, and its number there."""
        number = int(np.searchsorted(self.starts, cell, side="right")) - 1
        return self.parts[number], cell - self.starts[number]

    def values(self, sample: Sequence[Any]) -> Array:
        """The values of all cells of a sample."""
        return np.concatenate([part.values(sample[part.number][0]) for part in self.parts])

    def base(self, sample: Sequence[Any]) -> list[Any]:
        """A sample that holds nothing but the fill."""
        arrays = copies(sample)
        for part in self.parts:
            arrays[part.number][0] = part.fill
        return arrays

    def changed(
        self, sample: Sequence[Any], changes: Iterable[tuple[int, float]], blank: bool = False
    ) -> list[Any]:
        """A copy of a sample in which some cells have other values; `blank`: of the base."""
        arrays = self.base(sample) if blank else copies(sample)
        for cell, value in changes:
            part, own = self.find(int(cell))
            part.put(arrays[part.number][0], own, value)
        return arrays

    def variants(self, sample: Sequence[Any], edits: Sequence[tuple[int, float]]) -> list[Any]:
        """A row for each edit of a sample, in which a single cell is set."""
        many: list[Any] = [repeated(array, len(edits)) for array in sample]
        for row, (cell, value) in enumerate(edits):
            part, own = self.find(cell)
            part.put(many[part.number][row], own, value)
        return many

    def erased(
        self, sample: Sequence[Any], windows: Sequence[Sequence[int]], fill: Any
    ) -> list[Any]:
        """A row for each window of a sample: its cells hold the fill, or an array of the sample's
        shapes, or a number."""
        many: list[Any] = [repeated(array, len(windows)) for array in sample]
        for row, window in enumerate(windows):
            for part, start in zip(self.parts, self.starts):
                own = [cell - start for cell in window if 0 <= cell - start < part.count]
                if own:
                    held = np.isin(part.owner, own)
                    other = fill[part.number][0] if isinstance(fill, list) else fill
                    whole = np.broadcast_to(part.fill if other is None else other, held.shape)
                    many[part.number][row][held] = whole[held]
        return many


def repeated(array: Array | None, count: int) -> Array | None:
    """A row again and again; None for an input that is missing."""
    return None if array is None else np.repeat(array, count, axis=0)


def copies(sample: Sequence[Any]) -> list[Any]:
    return [None if array is None else array.copy() for array in sample]


def cells_of(
    model: Any,
    arrays: Sequence[Array | None],
    show: Mapping[str, str] | None = None,
    names: Mapping[str, Sequence[str]] | None = None,
) -> Cells:
    """The cells of the inputs of a model with a graph, for data in the order of the inputs.

    What an input is, is told by its meaning or its shape, as where samples are drawn (see
    `sample_of`); `show` says it for inputs by name. `names` has the names of features and of words;
    otherwise they are those of the meaning.

    Raises: ArgumentError if no input is an image, a series, words or features.
    """
    parts = []
    for number, array in enumerate(arrays):
        if array is None or array.ndim < 2 or array.dtype.kind not in "biuf":
            continue
        name, meaning = model.input_names[number], known_meaning(model.inputs[number])
        kind, shape = _kind(array, meaning, (show or {}).get(name))
        if kind:
            labels = (names or {}).get(name) or _labels(meaning, kind, array)
            parts.append(_part(number, name, kind, shape, array, tuple(map(str, labels))))
    if not parts:
        shapes = ", ".join(
            show_shape((None, *array.shape[1:])) for array in arrays if array is not None
        )
        raise ArgumentError(
            f"whatif cannot change the inputs of {model.name}, of shape {shapes}.",
            why="it changes images (height, width, 1 or 3), series (time, columns), and rows of up "
            f"to {MOST_NUMBERS} words or features.",
            fix="pass a model with such an input.",
        )
    return Cells(parts)


def _kind(array: Array, meaning: Meaning | None, show: str | None) -> tuple[str, tuple[int, ...]]:
    """The kind of an input and the shape of a sample; "" if there is none."""
    shape = meaning.size if meaning is not None and meaning.size else array.shape[1:]
    look = sample_of(array[0], meaning, show=show).look
    if look == IMAGE:
        return (IMAGE, shape) if len(shape) == 2 or shape[2:] in ((1,), (3,), (4,)) else ("", shape)
    if look in ("series", "strip"):
        return (SERIES if len(shape) < 3 else ""), (*shape, 1)[:2]
    whole = look == WORDS or (look == "number" and array.dtype.kind in "iu")
    fits = len(shape) == 1 and shape[0] <= MOST_NUMBERS
    return (WORDS if whole else ROW) if fits else "", shape


def _labels(meaning: Meaning | None, kind: str, array: Array) -> Sequence[str]:
    """The names of features, or of words from 0 on, that a meaning has."""
    if meaning is None or meaning.labels is None or kind not in (ROW, WORDS):
        return ()
    if kind == ROW:
        names = meaning.positions(array.shape[1])
        return names if len(names) == array.shape[1] else ()
    count = len(meaning.labels) if isinstance(meaning.labels, tuple) else int(array.max()) + 1
    return meaning.words(range(min(count, MOST_WORDS)))


def _part(
    number: int, name: str, kind: str, shape: tuple[int, ...], array: Array, names: tuple[str, ...]
) -> Part:
    rows = np.nan_to_num(array.astype("float64"))
    group = kind == ROW and shape[0] > 1 and _is_one_hot(array)
    owner = _owner(kind, shape, group)
    count = int(owner.max()) + 1
    first = owner[0] if kind == IMAGE else owner[:, 0] if kind == SERIES else owner
    columns = int(first.max()) + 1
    if kind == ROW and not names:
        names = tuple(str(i) if group else f"{name} {i}" for i in range(shape[0]))
        names = names if shape[0] > 1 else (name,)
    low, high = np.full(count, rows.min()), np.full(count, rows.max())
    if kind == WORDS or group:
        low, high = np.zeros(count), np.full(count, max(rows.max() * (not group), len(names) - 1))
    elif kind == ROW:
        low, high = rows.min(axis=0), rows.max(axis=0)
    sides = count // columns, columns
    owner, fill = owner.reshape(array.shape[1:]), _fill(kind, rows).astype(array.dtype)
    return Part(number, name, kind, *sides, owner, low, high, fill, names, group)


def _fill(kind: str, rows: Array) -> Array:
    """0 for images and words; the mean of each feature, and of each column of a series."""
    if kind in (IMAGE, WORDS):
        return np.zeros(rows.shape[1:])
    mean = rows.mean(axis=0)
    return np.broadcast_to(mean.mean(axis=0), mean.shape) if kind == SERIES else mean


def _owner(kind: str, shape: tuple[int, ...], group: bool) -> Array:
    """The number of its cell for each number of a sample."""
    if kind not in (IMAGE, SERIES):
        return np.zeros(shape, int) if group else np.arange(shape[0])
    most, long = (MOST_SIDE, max(shape[:2])) if kind == IMAGE else (MOST_STEPS, shape[0])
    block = 1
    while long > most * block:
        block *= 2
    first, second = np.indices(shape)[:2]
    if kind == SERIES:
        return second * -(-shape[0] // block) + first // block
    return first // block * -(-shape[1] // block) + second // block


def _is_one_hot(array: Array) -> bool:
    return bool(np.isin(array, (0, 1)).all() and (array.sum(axis=1) == 1).all())
