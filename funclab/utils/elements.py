"""What elements of datasets are made of: arrays, and tuples and dicts of them."""

from __future__ import annotations

import glob
import gzip
import itertools
import os
import queue
import threading
from collections import abc
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from funclab.errors import ArgumentError, DataError, FileError, OutOfDataError
from funclab.graph import structure
from funclab.graph.array import of_python
from funclab.graph.shape_math import Array

END = object()
"""In place of an item, when there is none."""
DRAWN = 1024
"""How many random numbers are drawn at once: one call for each would cost more than the rest."""


class Text(str):
    """A text with `decode()` and `numpy()`, which programs call where TensorFlow has bytes."""

    def numpy(self) -> Text:
        """The same text."""
        return self

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """The text: there is nothing to decode."""
        return str(self)


class Element(np.ndarray):
    """An array of a dataset, which has a method `numpy()` as well."""

    def numpy(self) -> Any:
        """The same as a plain array, or as a number or text."""
        if self.dtype != object:
            return np.asarray(self)[()]
        made = np.empty(self.shape, object)
        made.reshape(-1)[...] = [
            Text(part) if isinstance(part, str) else part for part in self.reshape(-1).tolist()
        ]
        return made[()]

    def __getitem__(self, index: Any) -> Any:
        part = super().__getitem__(index)
        if isinstance(part, str):
            return Text(part)
        return part if isinstance(part, np.ndarray) or self.dtype == object else element(part)


class Iterator:
    """The elements of a dataset, one after another: `next(iterator)`, or `iterator.get_next()`."""

    def __init__(self, items: abc.Iterator[Any], dataset: Any) -> None:
        self._items, self._dataset = items, dataset

    @property
    def element_spec(self) -> Any:
        """As that of the dataset."""
        return self._dataset.element_spec

    def __iter__(self) -> Iterator:
        return self

    def __next__(self) -> Any:
        return next(self._items)

    def get_next(self) -> Any:
        """The next element.

        Raises: OutOfDataError when there is none; `next` ends a loop there.
        """
        item = next(self._items, END)
        if item is END:
            raise OutOfDataError(
                f"{self._dataset!r} has no further element: End of sequence.",
                why="every element has been read, or there was none.",
                fix="begin again with iter(dataset), or write dataset.repeat().",
            )
        return item


def one_length(arrays: Sequence[Array]) -> int:
    """The length that all arrays have.

    Raises: DataError if they have not.
    """
    lengths = sorted({len(array) if array.ndim else -1 for array in arrays})
    if len(lengths) != 1 or lengths[0] < 0:
        raise DataError(
            f"from_tensor_slices was given arrays of the lengths {lengths}."
            if lengths and lengths[0] >= 0
            else "from_tensor_slices was given something without axes.",
            why="element i is made of row i of each of them.",
            fix="pass arrays of one length, such as (x_train, y_train).",
        )
    return lengths[0]


def element(x: Any) -> Any:
    """An array as an element; a dataset as it is."""
    if hasattr(x, "as_numpy_iterator"):
        return x
    array = np.asarray(x)
    return (array.astype(object) if array.dtype.kind == "U" else array).view(Element)


def arrays_of(x: Any) -> Any:
    """Tuples and dicts of arrays. A list is an array, and Python's numbers are float32 and int32,
    as in TensorFlow; arrays keep their dtype."""
    if isinstance(x, dict):
        return {key: arrays_of(value) for key, value in x.items()}
    if isinstance(x, tuple):
        return tuple(map(arrays_of, x))
    if hasattr(x, "as_numpy_iterator"):
        return x
    return of_python(x)


def elements_of(x: Any) -> Any:
    """The same as elements."""
    return structure.map_structure(element, arrays_of(x))


def dtype_of(kind: Any) -> np.dtype:
    """A dtype by its name, or as a library has it; text is an object."""
    name = str(getattr(kind, "name", kind))
    return (
        np.dtype(object) if name == "string" else np.dtype(name if isinstance(kind, str) else kind)
    )


def called(function: Callable[..., Any], item: Any) -> Any:
    """A function of an element: the parts of a tuple are its arguments."""
    return function(*item) if isinstance(item, tuple) else function(item)


def cast(item: Any, dtypes: Sequence[Any] | None) -> Any:
    """An item as an element whose arrays have these dtypes; None for their own."""
    made = arrays_of(item)
    leaves = structure.flatten(made)
    arrays = [
        np.asarray(leaf, dtype) for leaf, dtype in zip(leaves, dtypes or [None] * len(leaves))
    ]
    return structure.map_structure(element, structure.pack(made, arrays))


def matching(patterns: Sequence[Any]) -> list[str]:
    """The paths of the files that match one of the patterns, sorted.

    Raises: DataError if there is none.
    """
    paths = sorted({path for pattern in patterns for path in glob.glob(str(pattern))})
    if not paths:
        raise DataError(
            f"No files matched pattern: {', '.join(map(str, patterns))}.",
            why="list_files looks for files that are there already.",
            fix="look at the folder with os.listdir; a * stands for anything but a slash.",
        )
    return paths


def paths_of(filenames: Any) -> list[str]:
    """The paths that somebody gives as one text or path, or as several."""
    one = isinstance(filenames, str | os.PathLike)
    return [str(path) for path in ([filenames] if one else np.ravel(filenames).tolist())]


def reader(compression: str | None) -> Callable[[Any], abc.Iterator[str]]:
    """A function that reads the lines of a file.

    Raises: ArgumentError for a compression that is not read.
    """
    if compression not in (None, "", "GZIP"):
        raise ArgumentError(
            f"TextLineDataset: compression_type={compression!r} is not read.",
            why="plain files are read, and those that gzip made.",
            fix='leave it out, or write compression_type="GZIP".',
        )

    def lines(path: Any) -> abc.Iterator[str]:
        name = str(np.asarray(path))
        try:
            with (gzip.open if compression else open)(name, "rt", encoding="utf-8") as file:
                for line in file:
                    yield line.rstrip("\r\n")
        except FileNotFoundError:
            raise FileError(
                f"{name}; No such file or directory",
                why="a dataset of lines opens its files when it is read.",
                fix="look at the folder with os.listdir.",
            ) from None

    return lines


def stacked(rows: Sequence[Any]) -> Any:
    """Elements along a new first axis."""
    columns = zip(*map(structure.flatten, rows), strict=True)
    return structure.map_structure(element, structure.pack(rows[0], list(map(np.stack, columns))))


def groups(items: abc.Iterator[Any], size: int, whole: bool) -> abc.Iterator[list[Any]]:
    """Lists of `size` items; a last, smaller one unless all have to be `whole`."""
    while rows := list(itertools.islice(items, size)):
        if len(rows) == size or not whole:
            yield rows


def settings_of(given: Any, element: Any) -> list[Any]:
    """A setting for each leaf of an element: nested as it is, or one for all."""
    if isinstance(element, (tuple, dict)) and isinstance(given, (tuple, list, dict)):
        return [given[key] for key in element] if isinstance(given, dict) else list(given)
    return [given] * len(structure.flatten(element))


def padded(rows: Sequence[Array], shape: Any, value: Any) -> Any:
    """Arrays along a new first axis, each padded at its ends to a shape, in which None is the
    longest; a shape of None is the longest along all axes."""
    first = np.asarray(rows[0])
    wanted = [None] * first.ndim if shape is None else list(shape)
    lengths = [max(row.shape[axis] for row in rows) for axis in range(first.ndim)]
    lengths = [here if n is None or n < 0 else n for n, here in zip(wanted, lengths)]
    empty = ("" if first.dtype == object else 0) if value is None else value
    made = np.full((len(rows), *lengths), empty, first.dtype)
    for i, row in enumerate(rows):
        made[(i, *(slice(n) for n in row.shape))] = row
    return element(made)


def shuffled(
    source: abc.Iterator[Any], size: int | None, draw: np.random.Generator
) -> abc.Iterator[Any]:
    """The items of an iterator, each drawn from the next `size` ones; None for all of them."""
    buffer = list(itertools.islice(source, size))
    places = draw.integers(max(len(buffer), 1), size=DRAWN).tolist()
    for item in source:
        if not places:
            places = draw.integers(len(buffer), size=DRAWN).tolist()
        at = places.pop()
        item, buffer[at] = buffer[at], item
        yield item
    for at in draw.permutation(len(buffer)):
        yield buffer[at]


def windows(
    source: abc.Iterator[Any], size: int, step: int, stride: int, whole: bool
) -> abc.Iterator[list[Any]]:
    """Lists of `size` items, `stride` apart, each list `step` items after the one before."""
    items: list[Any] = []
    span = (size - 1) * stride + 1
    while True:
        items += itertools.islice(source, max(span - len(items), 0))
        chosen = items[:span:stride]
        if not chosen or (whole and len(chosen) < size):
            return
        yield chosen
        for _ in itertools.islice(source, max(step - len(items), 0)):
            pass
        items = items[step:]


def in_turn(sources: abc.Iterator[abc.Iterator[Any]], cycle: int, block: int) -> abc.Iterator[Any]:
    """The items of several iterators, `block` of each in turn, `cycle` of them at a time."""
    reading: list[abc.Iterator[Any] | None] = [None] * cycle
    waiting = True
    while waiting or any(reading):
        for at in range(cycle):
            if reading[at] is None:  # a new one where one has ended, when it is its turn again
                reading[at] = next(sources, None)
                waiting = reading[at] is not None
            items = list(itertools.islice(reading[at] or (), block))
            yield from items
            if len(items) < block:
                reading[at] = None


def chosen(
    sources: abc.Iterator[abc.Iterator[Any]], choices: Iterable[Any], stops: bool
) -> abc.Iterator[Any]:
    """The next item of the iterator that each choice names, until one or, unless it `stops`
    there, all of them have ended."""
    reading = dict(enumerate(sources))
    for choice in choices:
        source = reading.get(int(choice))
        item = END if source is None else next(source, END)
        if item is not END:
            yield item
            continue
        reading.pop(int(choice), None)
        if stops or not reading:
            return


def drawn(shares: Array, draw: np.random.Generator) -> abc.Iterator[int]:
    """Numbers without end, each as likely as its share says."""
    edges = np.cumsum(shares / shares.sum())[:-1]
    return (int(np.searchsorted(edges, draw.random(), "right")) for _ in itertools.count())


def repeated(make: Callable[[], abc.Iterator[Any]], times: int | None) -> abc.Iterator[Any]:
    """The items as many times; None for ever, unless there are none."""
    for _ in itertools.count() if times is None else range(times):
        items = make()
        first = next(items, END)
        if first is END:
            return
        yield first
        yield from items


def kept(make: Callable[[], abc.Iterator[Any]]) -> Callable[[], abc.Iterator[Any]]:
    """The same function, which keeps the items of its first whole pass for later ones."""
    items: list[Any] = []
    whole = [False]

    def again() -> abc.Iterator[Any]:
        if whole[0]:
            yield from items
            return
        own = []
        for item in make():
            own.append(item)
            yield item
        items[:], whole[0] = own, True

    return again


def scanned(
    items: abc.Iterator[Any], state: Any, step: Callable[[Any, Any], Any]
) -> abc.Iterator[Any]:
    """What `step(state, item)` gives beside the next state."""
    state = elements_of(state)
    for item in items:
        state, made = map(elements_of, step(state, item))
        yield made


def distinct(items: abc.Iterator[Any]) -> abc.Iterator[Any]:
    """The elements that are equal to none before."""
    seen: set[str] = set()
    for item in items:
        key = str(structure.map_structure(lambda leaf: leaf.tolist(), item))
        if key not in seen:
            seen.add(key)
            yield item


def read_ahead(make: Callable[[], abc.Iterator[Any]], count: int) -> abc.Iterator[Any]:
    """The items of an iterator, made by another thread, at most `count` of them ahead. The thread
    ends when the items do, or when nobody reads them any more."""
    items: queue.Queue[tuple[Any, BaseException | None]] = queue.Queue(count)
    ended = threading.Event()

    def put(item: Any, error: BaseException | None = None) -> None:
        while not ended.is_set():
            try:
                return items.put((item, error), timeout=0.1)
            except queue.Full:
                continue

    def work() -> None:
        try:
            for item in make():
                put(item)
                if ended.is_set():
                    return
            put(END)
        except BaseException as error:  # raised again where the items are read
            put(None, error)

    threading.Thread(target=work, daemon=True).start()
    try:
        while True:
            item, error = items.get()
            if error is not None:
                raise error
            if item is END:
                return
            yield item
    finally:
        ended.set()
