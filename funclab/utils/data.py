"""Pipelines of data, with the names of `tf.data`: sources, and what is done to their elements.

A dataset is a function that makes an iterator, and a length. The elements of arrays travel as
indices until something looks at one, so that shuffling and batching cost one read for each batch.
"""

from __future__ import annotations

import builtins
import functools
import itertools
import types
from collections import abc
from collections.abc import Callable
from typing import Any

import numpy as np

from funclab.errors import LengthError, NoSuchNameError
from funclab.errors.missing_names import ELSEWHERE, absent, close, guard
from funclab.graph import structure
from funclab.initializers import rng
from funclab.layers.checks import positive
from funclab.utils import elements, specs
from funclab.utils.elements import Element, Iterator, called, element, elements_of
from funclab.utils.sources import INFINITE_CARDINALITY, UNKNOWN_CARDINALITY, Sources

__all__ = [
    "AUTOTUNE", "INFINITE_CARDINALITY", "UNKNOWN_CARDINALITY",
    "Dataset", "Iterator", "TextLineDataset", "experimental",
]  # fmt: skip
AUTOTUNE = -1


class Dataset(Sources):
    """A sequence of elements, which are arrays, or tuples and dicts of arrays.

    Iterating makes one element after another; `fit`, `evaluate` and `predict` take a dataset of
    batches. Each method returns a new dataset. The names are those of `tf.data.Dataset`; seeded
    orders of `shuffle` are others than TensorFlow's.

    >>> data = Dataset.range(5).map(lambda i: i * i).batch(2)
    >>> [batch.tolist() for batch in data.as_numpy_iterator()]
    [[0, 1], [4, 9], [16]]
    """

    @staticmethod
    def list_files(
        file_pattern: Any, shuffle: bool | None = None, seed: int | None = None
    ) -> Dataset:
        """The paths of the files that match a pattern such as "images/*/*.png", or one of several.

        shuffle: whether each pass has another order, as it has unless False is given; else sorted.
        seed: makes the order repeatable; None follows `utils.set_random_seed`.
        Raises: DataError if there is no such file.
        """
        paths = elements.matching(np.ravel(np.asarray(file_pattern, object)).tolist())
        files = Dataset.from_tensor_slices(np.array(paths, object))
        return files if shuffle is False else files.shuffle(len(paths), seed)

    # Reading.
    def __iter__(self) -> Iterator:
        if self._arrays is None:
            return Iterator(self._make(), self)
        return Iterator((self._rows(index) for index in self._make()), self)

    @property
    def element_spec(self) -> Any:
        """The shape and dtype of each array of an element, nested as it is; None for a length that
        is not the same in all. Where only the elements know, the first one is read."""
        if self._spec is not None:
            return self._spec()
        return structure.map_structure(specs.spec_of, iter(self).get_next())

    def _rows(self, index: Any) -> Any:
        return structure.map_structure(lambda array: element(array[index]), self._arrays)

    def __len__(self) -> int:
        if self._size < 0:
            endless = self._size == INFINITE_CARDINALITY
            raise LengthError(
                f"The dataset {'is infinite' if endless else 'length is unknown'}.",
                why="repeat() has no end." if endless else "only reading it shows how long it is.",
                fix="pass steps_per_epoch to fit, or cut it with take(count).",
            )
        return self._size

    def __bool__(self) -> bool:
        return True

    def cardinality(self) -> Element:
        """The number of elements; -1 if there is no end, -2 if it is unknown."""
        return element(np.int64(self._size))

    def as_numpy_iterator(self) -> abc.Iterator[Any]:
        """An iterator over the elements as plain arrays and numbers."""

        def plain(leaf: Any) -> Any:
            return leaf.as_numpy_iterator() if isinstance(leaf, Dataset) else leaf.numpy()

        return (structure.map_structure(plain, item) for item in self)

    def reduce(self, initial_state: Any, reduce_func: Callable[[Any, Any], Any]) -> Any:
        """The last state: `reduce_func(state, element)` for each element, from `initial_state`."""
        state = initial_state
        for item in self:
            state = reduce_func(state, item)
        return state

    # Order and length: these do not look at elements.
    def _same(self, make: Callable[[], abc.Iterator[Any]], size: int) -> Dataset:
        return Dataset(make, size, self._arrays, lambda: self.element_spec)

    def shuffle(
        self, buffer_size: int, seed: int | None = None, reshuffle_each_iteration: bool = True
    ) -> Dataset:
        """The elements in random order: each is drawn from the next `buffer_size` ones.

        seed: makes the order repeatable; None follows `utils.set_random_seed`.
        reshuffle_each_iteration: whether each pass has another order.
        """
        start = int(rng().integers(2**31)) if seed is None else seed
        passes = itertools.count()
        size = positive("buffer_size", buffer_size) if buffer_size != -1 else None

        def make() -> abc.Iterator[Any]:
            number = next(passes) if reshuffle_each_iteration else 0
            return elements.shuffled(self._make(), size, np.random.default_rng([start, number]))

        return self._same(make, self._size)

    def take(self, count: int) -> Dataset:
        """The first `count` elements; -1 for all of them."""
        if count < 0:
            return self
        size = count if self._size == INFINITE_CARDINALITY else min(count, self._size)
        return self._same(lambda: itertools.islice(self._make(), count), size)

    def skip(self, count: int) -> Dataset:
        """All but the first `count` elements; -1 for none of them."""
        if count < 0:
            return self._same(lambda: iter(()), 0)
        size = max(self._size - count, 0) if self._size >= 0 else self._size
        return self._same(lambda: itertools.islice(self._make(), count, None), size)

    def repeat(self, count: int | None = None) -> Dataset:
        """The elements `count` times over; None or -1 for ever."""
        forever = count is None or count < 0
        times, size = count or 0, self._size
        if forever:
            size = INFINITE_CARDINALITY if size else 0
        elif size >= 0 or not times:
            size = max(size, 0) * times
        return self._same(lambda: elements.repeated(self._make, None if forever else times), size)

    def shard(self, num_shards: int, index: int) -> Dataset:
        """Every `num_shards`-th element, from `index` on."""
        positive("num_shards", num_shards)
        size = self._size
        if size >= 0:
            size = len(builtins.range(index, size, num_shards))
        return self._same(lambda: itertools.islice(self._make(), index, None, num_shards), size)

    def cache(self, filename: str = "") -> Dataset:
        """The elements of the first whole pass, in memory; `filename` is accepted."""
        return self._same(elements.kept(self._make), self._size)

    def prefetch(self, buffer_size: int) -> Dataset:
        """Elements are made ahead by another thread, `buffer_size` of them; -1 for two. It helps
        where they wait for files or the network."""
        return self._same(lambda: elements.read_ahead(self._make, max(buffer_size, 2)), self._size)

    def concatenate(self, dataset: Dataset) -> Dataset:
        """The elements of this dataset, then those of another."""
        sizes = self._size, dataset._size
        size = sum(sizes)
        if min(sizes) < 0:
            is_endless = INFINITE_CARDINALITY in sizes
            size = INFINITE_CARDINALITY if is_endless else UNKNOWN_CARDINALITY
        return Dataset(
            lambda: itertools.chain(self, dataset), size, None, lambda: self.element_spec
        )

    # Elements.
    def batch(self, batch_size: int, drop_remainder: bool = False, **ignored: Any) -> Dataset:
        """Batches of `batch_size` elements, stacked along a new first axis.

        drop_remainder: whether a last, smaller batch is left out.
        ignored: `num_parallel_calls`, `deterministic` and `name`, which change nothing here.
        """
        positive("batch_size", batch_size)

        def make() -> abc.Iterator[Any]:
            for rows in elements.groups(self._make(), batch_size, drop_remainder):
                yield elements.stacked(rows) if self._arrays is None else self._rows(rows)

        return self._in_batches(make, batch_size, drop_remainder)

    def padded_batch(
        self, batch_size: int, padded_shapes: Any = None, padding_values: Any = None,
        drop_remainder: bool = False,
    ) -> Dataset:  # fmt: skip
        """Batches of elements that are first padded at their ends to one shape.

        batch_size, drop_remainder: as for `batch`.
        padded_shapes: the shapes, nested as the elements are, in which None stands for the longest
            of the batch; None for the longest along all axes.
        padding_values: the padding, nested as the elements are, or one for all; default 0, or "".
        """
        positive("batch_size", batch_size)

        def make() -> abc.Iterator[Any]:
            for rows in elements.groups(iter(self), batch_size, drop_remainder):
                columns = builtins.zip(*map(structure.flatten, rows))
                shapes = elements.settings_of(padded_shapes, rows[0])
                values = elements.settings_of(padding_values, rows[0])
                made = map(elements.padded, columns, shapes, values)
                yield structure.pack(rows[0], list(made))

        return self._in_batches(
            make, batch_size, drop_remainder,
            lambda: specs.padded(self.element_spec, padded_shapes),
        )  # fmt: skip

    def _in_batches(
        self, make: Callable[[], abc.Iterator[Any]], size: int, drop: bool, form: Any = None
    ) -> Dataset:
        count = self._size
        if count >= 0:
            count = count // size if drop else -(-count // size)
        length, rows = size if drop else None, form or (lambda: self.element_spec)
        return Dataset(make, count, None, lambda: specs.batched(rows(), length))

    def unbatch(self) -> Dataset:
        """The rows of each element as elements."""
        return Dataset(
            lambda: (row for e in self for row in Dataset.from_tensor_slices(e)),
            spec=lambda: specs.unbatched(self.element_spec),
        )

    def map(self, map_func: Callable[..., Any], *ignored: Any, **also_ignored: Any) -> Dataset:
        """What `map_func` makes of each element: a tuple's parts are its arguments.

        ignored, also_ignored: `num_parallel_calls`, `deterministic` and `name`, which change
            nothing here. Mapping batches is much faster than mapping single elements.
        """
        made = Dataset(lambda: (elements_of(called(map_func, e)) for e in self), self._size)
        return Dataset(
            made._make, self._size, None,
            lambda: specs.loosened(made.element_spec, self.element_spec),
        )  # fmt: skip

    def filter(self, predicate: Callable[..., Any]) -> Dataset:
        """The elements for which `predicate` is true."""
        return Dataset(
            lambda: (e for e in self if bool(called(predicate, e))), spec=lambda: self.element_spec
        )

    def take_while(self, predicate: Callable[..., Any]) -> Dataset:
        """The elements before the first one for which `predicate` is false."""
        return Dataset(
            lambda: itertools.takewhile(lambda e: bool(called(predicate, e)), iter(self))
        )

    def scan(self, initial_state: Any, scan_func: Callable[[Any, Any], Any]) -> Dataset:
        """What `scan_func(state, element)` gives beside the next state: it returns both."""
        return Dataset(lambda: elements.scanned(iter(self), initial_state, scan_func), self._size)

    def unique(self) -> Dataset:
        """The elements that are equal to none before."""
        return Dataset(lambda: elements.distinct(iter(self)))

    def rebatch(self, batch_size: int, drop_remainder: bool = False) -> Dataset:
        """The rows of batches in batches of another size; the arguments are those of `batch`."""
        return self.unbatch().batch(batch_size, drop_remainder)

    def flat_map(self, map_func: Callable[..., Any]) -> Dataset:
        """The elements of the datasets that `map_func` makes of the elements, one after another."""
        return Dataset(
            lambda: (made for e in self for made in called(map_func, e)),
            spec=lambda: self._first_of(map_func).element_spec,
        )

    def _first_of(self, map_func: Callable[..., Any]) -> Any:
        return called(map_func, iter(self).get_next())

    def interleave(
        self, map_func: Callable[..., Any], cycle_length: int = 1, block_length: int = 1,
        **ignored: Any,
    ) -> Dataset:  # fmt: skip
        """The elements of the datasets that `map_func` makes, `block_length` of each in turn.

        cycle_length: how many of the datasets are read in turn at a time.
        ignored: `num_parallel_calls`, `deterministic` and `name`, which change nothing here.
        """
        positive("cycle_length", cycle_length)
        positive("block_length", block_length)

        def make() -> abc.Iterator[Any]:
            sources = (iter(called(map_func, e)) for e in self)
            return elements.in_turn(sources, cycle_length, block_length)

        return Dataset(make, spec=lambda: self._first_of(map_func).element_spec)

    def enumerate(self, start: int = 0) -> Dataset:
        """Pairs of a number, counted from `start`, and an element."""

        def make() -> abc.Iterator[Any]:
            return ((element(np.int64(i)), e) for i, e in builtins.enumerate(self, start))

        number = specs.TensorSpec((), "int64")
        return Dataset(make, self._size, None, lambda: (number, self.element_spec))

    def window(
        self, size: int, shift: int | None = None, stride: int = 1, drop_remainder: bool = False
    ) -> Dataset:
        """Datasets of `size` elements each.

        shift: the distance from the beginning of a window to that of the next; default `size`.
        stride: the distance between elements of a window.
        drop_remainder: whether windows with fewer elements are left out.
        """
        step, span = positive("shift", size if shift is None else shift), (size - 1) * stride + 1
        count = self._size
        if count >= 0:
            count = max(0, -(-(count - span + 1 if drop_remainder else count) // step))

        def make() -> abc.Iterator[Any]:
            for rows in elements.windows(iter(self), size, step, stride, drop_remainder):
                columns = builtins.zip(*map(structure.flatten, rows))
                yield structure.pack(rows[0], [_of(list(column)) for column in columns])

        return Dataset(make, count)

    def apply(self, transformation_func: Callable[[Dataset], Dataset]) -> Dataset:
        """What `transformation_func` makes of this dataset."""
        return transformation_func(self)

    def with_options(self, options: Any, name: Any = None) -> Dataset:
        """This dataset: options of TensorFlow change nothing here."""
        return self

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # Python tests whether special attributes exist
            raise AttributeError(name)
        near = _close(name)
        other = f"write {near[0]}, if that is what you mean." if near else "write a generator for "
        raise NoSuchNameError(
            f"'Dataset' object has no attribute {name!r}.",
            why="funclab.data has the methods of tf.data that most programs use, not all.",
            fix=ELSEWHERE.get(name) or (other if near else f"{other}Dataset.from_generator."),
        )

    def __repr__(self) -> str:
        words = {INFINITE_CARDINALITY: "infinitely many", UNKNOWN_CARDINALITY: "unknown many"}
        return f"<Dataset of {words.get(self._size, self._size)} elements>"


class TextLineDataset(Dataset):
    """The lines of text files, one after another, without their ends."""

    def __init__(
        self, filenames: Any, compression_type: str | None = None, buffer_size: int | None = None,
        num_parallel_reads: int | None = None, name: str | None = None,
    ) -> None:  # fmt: skip
        """
        filenames: the path of a file, several, or a dataset of paths.
        compression_type: "GZIP" for files that gzip made; None or "" for plain ones.
        buffer_size, num_parallel_reads, name: accepted; they change nothing here.
        Raises: ArgumentError for another compression; FileError where a file is not there.
        """
        paths = filenames if isinstance(filenames, Dataset) else elements.paths_of(filenames)
        read = elements.reader(compression_type)
        form = specs.TensorSpec((), "string")
        super().__init__(
            lambda: (element(line) for path in paths for line in read(path)), spec=lambda: form
        )


@functools.cache
def _close(name: str) -> Any:
    """Names like this one. (Cached: `fit` asks every dataset for what only others have.)"""
    return close(name, (own for own in dir(Dataset) if own[0] != "_"))


def _of(items: list[Any]) -> Dataset:
    return Dataset(lambda: iter(items), len(items))


experimental: Any = types.ModuleType("funclab.data.experimental")
"""Where TensorFlow 2 had some names at first."""
vars(experimental).update(
    AUTOTUNE=AUTOTUNE,
    INFINITE_CARDINALITY=INFINITE_CARDINALITY,
    UNKNOWN_CARDINALITY=UNKNOWN_CARDINALITY,
    cardinality=Dataset.cardinality,
    sample_from_datasets=Dataset.sample_from_datasets,
    choose_from_datasets=Dataset.choose_from_datasets,
    __getattr__=absent("funclab.data.experimental"),
)
guard(__name__, name="funclab.data")
