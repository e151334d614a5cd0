"""Sequences: padding to one length, sliding windows, and data that come batch by batch."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from typing import Any

import numpy as np

from funclab.errors import ArgumentError, DataError, NotSupportedError, suggest
from funclab.graph import structure
from funclab.graph.shape_math import Array
from funclab.layers.checks import one_of, positive
from funclab.utils.data import Dataset
from funclab.utils.elements import cast, element
from funclab.utils.specs import TensorSpec, batched


class PyDataset:
    """Data that come batch by batch: a subclass says how many batches there are and makes them.

    Write `__len__` (the number of batches) and `__getitem__(index)`, which returns (x, y) or
    (x, y, sample_weight); and, if needed, `on_epoch_begin` and `on_epoch_end`. Pass it to fit,
    evaluate or predict as x. `num_batches` is None for infinite data.

    workers, use_multiprocessing, max_queue_size: accepted for compatibility; batches are made one
        after another, when they are needed.

    >>> class Squares(PyDataset):
    ...     def __len__(self):
    ...         return 3
    ...     def __getitem__(self, index):
    ...         return np.array([[index]]), np.array([[index**2]])
    >>> [y.item() for x, y in Squares()]
    [0, 1, 4]
    """

    def __init__(
        self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10
    ) -> None:
        self.workers, self.use_multiprocessing = workers, use_multiprocessing
        self.max_queue_size = max_queue_size

    def __getitem__(self, index: int) -> Any:
        raise incomplete(self, "__getitem__(self, index)", "it makes a batch")

    @property
    def num_batches(self) -> int | None:
        """The number of batches; None for infinite data."""
        length = getattr(self, "__len__", None)
        if length is None:
            raise incomplete(self, "__len__(self)", "it says how many batches there are")
        return length()

    def __iter__(self) -> Iterator[Any]:
        count = self.num_batches
        for i in itertools.count() if count is None else range(count):
            yield self[i]

    def on_epoch_begin(self) -> None:
        """Called when an epoch begins."""

    def on_epoch_end(self) -> None:
        """Called when an epoch has ended."""


def incomplete(dataset: PyDataset, method: str, why: str) -> NotSupportedError:
    name = type(dataset).__name__
    return NotSupportedError(
        f"{name} has no {method.partition('(')[0]}.",
        why=f"{why}.",
        fix=f"write in {name}: def {method}: ...",
    )


def pad_sequences(
    sequences: Any,
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> Array:
    """Sequences of one length, in one array: short ones are padded, long ones truncated.

    sequences: a list of lists, or of arrays.
    maxlen: the length; None for that of the longest.
    dtype: the dtype of the array; object for text.
    padding: where short sequences are padded, "pre" or "post".
    truncating: where long sequences are truncated, "pre" or "post".
    value: the padding value.
    Raises: DataError unless it is a list of sequences whose samples have the same shape.

    >>> pad_sequences([[1], [2, 3], [4, 5, 6]], maxlen=2)
    array([[0, 1],
           [2, 3],
           [5, 6]], dtype=int32)
    """
    one_of("padding", padding, ("pre", "post"))
    one_of("truncating", truncating, ("pre", "post"))
    rows = [_sequence(row) for row in _listed(sequences)]
    length = max(map(len, rows), default=0) if maxlen is None else maxlen
    inner = next((np.shape(row)[1:] for row in rows if len(row)), ())
    if isinstance(value, str) and np.dtype(dtype) != object and np.dtype(dtype).kind != "U":
        raise ArgumentError(
            f"`dtype` {dtype} is not compatible with `value`'s type: {type(value)}. You should set "
            "`dtype=object` for variable length strings.",
            why="text does not fit into an array of numbers.",
            fix="write dtype=object.",
        )
    made = np.full((len(rows), length, *inner), value, dtype)
    for i, row in enumerate(rows):
        if not len(row) or not length:
            continue
        kept = np.asarray(row[-length:] if truncating == "pre" else row[:length], dtype)
        if kept.shape[1:] != inner:
            raise DataError(
                f"Shape of sample {kept.shape[1:]} of sequence at position {i} is different from "
                f"expected shape {inner}.",
                why="all steps of all sequences go into one array.",
                fix="bring the steps to one shape first.",
            )
        made[i, slice(-len(kept), None) if padding == "pre" else slice(len(kept))] = kept
    return made


def _listed(sequences: Any) -> list[Any]:
    if not hasattr(sequences, "__len__"):
        raise DataError(
            f"`sequences` must be iterable, with a length. Received: {type(sequences).__name__}.",
            why="each becomes a row of one array.",
            fix="pass a list of lists.",
        )
    return list(sequences)


def _sequence(row: Any) -> Any:
    if not hasattr(row, "__len__"):
        raise DataError(
            f"`sequences` must be a list of iterables. Found non-iterable: {row!r}.",
            why="each is a sequence of steps.",
            fix="pass a list of lists: [[1, 2], [3]].",
        )
    return row


class Windows(Dataset):
    """Windows of a series, in batches; see `timeseries_dataset_from_array`."""

    is_ordered = True
    """`fit` reads them in their order, as it does any pipeline in Keras."""

    def __init__(self, data: Any, targets: Any, starts: Array, offsets: Array, size: Any) -> None:
        count = len(starts) if size is None else -(-len(starts) // size)
        form: Any = TensorSpec((None, *data.shape[1:]), data.dtype)
        if targets is not None:
            form = form, TensorSpec(targets.shape[1:], targets.dtype)
        super().__init__(
            lambda: map(self.__getitem__, range(count)), count,
            spec=lambda: form if size is None else batched(form, None),
        )  # fmt: skip
        self.data, self.targets = data, targets
        self.starts, self.offsets, self.size = starts, offsets, size

    def __getitem__(self, index: int) -> Any:
        begin = index * (self.size or 1)
        starts = self.starts[begin : begin + (self.size or 1)]
        x = self.data[starts[:, None] + self.offsets]
        y = None if self.targets is None else self.targets[starts]
        if self.size is None:
            x, y = x[0], None if y is None else y[0]
        return element(x) if y is None else (element(x), element(y))


def timeseries_dataset_from_array(
    data: Any,
    targets: Any,
    sequence_length: int,
    sequence_stride: int = 1,
    sampling_rate: int = 1,
    batch_size: int | None = 128,
    shuffle: bool = False,
    seed: int | None = None,
    start_index: int | None = None,
    end_index: int | None = None,
) -> Windows:
    """Windows that slide over a series, as a `funclab.data.Dataset` of batches.

    data: the series; axis 0 is time.
    targets: targets[i] belongs to the window that begins at i; None for no targets.
    sequence_length: the number of steps in a window.
    sequence_stride: the distance between the beginnings of two windows.
    sampling_rate: the distance between two steps of a window.
    batch_size: windows in a batch; None for one at a time, without a batch axis.
    shuffle: whether the windows come in random order, drawn once.
    seed: the seed of that order; None for a new one each time.
    start_index, end_index: steps before start_index, and from end_index on, are not used.
    Raises: ArgumentError for numbers that do not fit the data.

    >>> x, y = timeseries_dataset_from_array(np.arange(6), np.arange(3, 6), 3)[0]
    >>> x.tolist(), y.tolist()
    ([[0, 1, 2], [1, 2, 3], [2, 3, 4]], [3, 4, 5])
    """
    for name in ("sequence_length", "sequence_stride", "sampling_rate"):
        positive(name, locals()[name])
    series = np.asarray(data)
    begin, end = start_index or 0, len(series) if end_index is None else end_index
    for name, value in (("start_index", begin), ("end_index", end)):
        if not suggest.is_whole(value) or not 0 <= value <= len(series):
            raise ArgumentError(
                f"`{name}` must be between 0 and the length of the data. Received: {value}.",
                why=f"the data have {len(series)} steps.",
                fix=f"leave {name} out.",
            )
    count = end - begin - (sequence_length - 1) * sampling_rate
    if targets is not None:
        count = min(count, len(targets))
    if end <= begin or count <= 0:
        raise ArgumentError(
            f"No window of {sequence_length} steps fits into the data from {begin} to {end}.",
            why=f"with sampling_rate={sampling_rate} it spans "
            f"{(sequence_length - 1) * sampling_rate + 1} steps.",
            fix="make sequence_length smaller, or pass more data.",
        )
    starts = np.arange(0, count, sequence_stride)
    if shuffle:
        np.random.RandomState(seed).shuffle(starts)
    offsets = np.arange(sequence_length) * sampling_rate
    own = None if targets is None else np.asarray(targets)[begin:end]
    return Windows(series[begin:end], own, starts, offsets, batch_size)


def split_dataset(
    dataset: Any,
    left_size: float | None = None,
    right_size: float | None = None,
    shuffle: bool = False,
    seed: int | None = None,
) -> tuple[Any, Any]:
    """Data split into a left and a right pipeline.

    dataset: an array, or a tuple, list or dict of arrays of equal length, whose rows are split; or
        a `Dataset` or other iterable, whose elements are.
    left_size, right_size: the sizes of the parts: fractions from 0 to 1, or numbers of elements.
    shuffle: whether the elements are shuffled first.
    seed: the seed of their order; None for a new one each time.
    Raises: DataError for arrays of different lengths; ArgumentError for sizes too large.

    >>> left, right = split_dataset(np.arange(10), left_size=0.8)
    >>> len(left), [int(number) for number in right]
    (8, [8, 9])
    """
    if isinstance(dataset, list | tuple | dict | np.ndarray):
        whole = tuple(dataset) if isinstance(dataset, list) else dataset
        arrays = structure.map_structure(np.asarray, whole)
        rows = _common_length(structure.flatten(arrays))

        def chosen(order: list[int]) -> Dataset:
            return Dataset.from_tensor_slices(structure.map_structure(lambda x: x[order], arrays))
    else:
        elements = [*dataset]
        rows = len(elements)

        def chosen(order: list[int]) -> Dataset:
            return Dataset(lambda: (cast(elements[i], None) for i in order), len(order))

    left, right = _sizes(rows, left_size, right_size)
    order = list(range(rows))
    if shuffle:
        random.Random(seed).shuffle(order)  # Python's shuffle, as in Keras
    return chosen(order[:left]), chosen(order[rows - right :])


def _common_length(arrays: list[Array]) -> int:
    counts = {len(array) if array.ndim else 0 for array in arrays}
    if len(counts) != 1 or 0 in counts:
        raise DataError(
            f"split_dataset needs arrays of one length. Found lengths: {sorted(counts)}.",
            why="row i of every array belongs to sample i.",
            fix="pass (x, y) with as many rows in both.",
        )
    return counts.pop()


def _sizes(count: int, left_size: Any, right_size: Any) -> tuple[int, int]:
    """How many of `count` elements are in each part."""
    left, right = _part_of(count, "left_size", left_size), _part_of(count, "right_size", right_size)
    if left is None and right is None:
        raise ArgumentError(
            "At least one of the `left_size` or `right_size` must be specified.",
            why="they say where the data are cut.",
            fix="write for example left_size=0.8.",
        )
    if left is None:
        left = count - (right or 0)
    right = count - left if right is None else right
    if left + right > count:
        raise ArgumentError(
            f"The sum of `left_size` and `right_size` should not be above {count}, the number of "
            f"samples. Received: left_size={left_size} and right_size={right_size}.",
            why="no sample can be in both parts.",
            fix="leave one of them out.",
        )
    return left, right


def _part_of(count: int, name: str, size: Any) -> int | None:
    if size is None:
        return None
    whole = suggest.is_whole(size)
    if not suggest.is_number(size) or not (0 < size < count if whole else 0 < size < 1):
        raise ArgumentError(
            f"`{name}` should be a fraction between 0 and 1, or a number of samples up to {count}. "
            f"Received: {name}={size!r}.",
            why=f"the data have {count} samples.",
            fix=f"write {name}=0.8.",
        )
    return int(size) if whole else round(size * count)
