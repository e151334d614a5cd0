"""Data that workers read: from files, from generators, or from partitions of Dask collections."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from funclab.errors import ArgumentError, DataError
from funclab.graph import structure


class Shards:
    """Data in parts, which the workers read: none of the data pass through the client.

    load: a function, called with a part on a worker. It returns (x, y) or (x, y, sample_weight), as
        arrays or trees of arrays, or it yields such batches, of any size, one after another.
    parts: a list of arguments for `load`, such as names of files; each worker reads some of them.

    An epoch reads every part once. Each batch takes equal numbers of samples from as many parts as
    there are workers. With `shuffle`, the parts come in a new order in every epoch, and so do the
    samples of a part that is returned whole. When a worker is lost, another reads its parts again
    and skips the samples that have counted, so `load` has to give the same samples each time.

    Without a cluster `fit` reads the parts one after another.

    Raises: ArgumentError when `load` cannot be called, or there are no parts.

    >>> import numpy as np
    >>> shards = Shards(lambda n: (np.ones((n, 3)), np.ones((n, 1))), parts=[2, 4])
    >>> [x.shape for x, y in shards]
    [(2, 3), (4, 3)]
    """

    def __init__(self, load: Callable[[Any], Any], parts: Sequence[Any]) -> None:
        if not callable(load):
            raise ArgumentError(
                f"`load` should be a function. Received: {load!r}.",
                why="it reads a part of the data on a worker.",
                fix="write for example Shards(load, files) with def load(file): return x, y.",
            )
        self.load, self.parts = load, list(parts)
        if not self.parts:
            raise ArgumentError(
                "Shards was given no parts.",
                why="each part is read on a worker, so without any there are no samples.",
                fix='pass for example the names of files: sorted(folder.glob("*.npz")).',
            )

    def __iter__(self) -> Iterator[Any]:
        for part in self.parts:
            yield from batches_of(self.load(part))

    def __repr__(self) -> str:
        return f"<Shards in {len(self.parts)} parts>"


class DaskShards(Shards):
    """The parts of Dask collections: arrays or frames for inputs, targets and weights, or a bag of
    samples.

    Dask computes a part on the worker that uses it. Parts of a persisted collection are sent from
    worker to worker.
    """

    def __init__(self, sides: Sequence[Any]) -> None:
        sides = [structure.map_structure(as_array, side) for side in sides if side is not None]
        leaves = [leaf for side in sides for leaf in structure.flatten(side)]
        if len(leaves) == 1 and is_bag(leaves[0]):
            self.form, leaves = None, [leaves[0].to_delayed()]
        else:
            self.form = structure.map_structure(lambda _: None, tuple(sides))
            leaves = blocks_of(leaves)
        super().__init__(self.assemble, list(zip(*leaves)))

    def assemble(self, values: Sequence[Any]) -> Any:
        """A part's (x, y, sample_weight), from what Dask has computed."""
        if self.form is not None:
            return structure.pack(self.form, list(values))
        samples = list(values[0])
        if samples and isinstance(samples[0], tuple):
            return tuple(map(stacked, zip(*samples)))
        return (stacked(samples),)


def as_array(collection: Any) -> Any:
    """A Dask frame or series as an array whose numbers of rows the workers determine."""
    is_frame = hasattr(collection, "to_dask_array")
    return collection.to_dask_array(lengths=True) if is_frame else collection


def stacked(samples: Sequence[Any]) -> Any:
    """Samples, which may be trees of arrays, stacked into a batch."""
    leaves = zip(*map(structure.flatten, samples))
    return structure.pack(samples[0], [np.stack(list(leaf)) for leaf in leaves])


def batches_of(loaded: Any) -> Iterator[Any]:
    """The result of `load` as batches: those that it yields, or all at once."""
    if hasattr(loaded, "__next__"):
        yield from loaded
    else:
        yield loaded


def is_dask_array(x: Any) -> bool:
    return hasattr(x, "blocks") and hasattr(x, "numblocks")


def is_bag(x: Any) -> bool:
    """Whether a Dask collection is one of samples, rather than of rows and columns."""
    return hasattr(x, "to_delayed") and not is_dask_array(x) and not hasattr(x, "columns")


def blocks_of(arrays: Sequence[Any]) -> list[list[Any]]:
    """For each array its blocks along the first axis, which are aligned for all."""
    for array in arrays:
        if not is_dask_array(array):
            raise DataError(
                f"A {type(array).__name__} is not a Dask array, and cannot be dealt out as one.",
                why="inputs, targets and weights are cut into the same blocks of samples.",
                fix="pass all as Dask arrays or frames, for example "
                "dask.array.from_array(y, chunks=x.chunks[0]); or a bag of (x, y) alone.",
            )
    whole = [array.rechunk(dict.fromkeys(range(1, array.ndim), -1)) for array in arrays]
    rows = whole[0].chunks[0]
    if not any(np.isnan(rows)):
        lengths = {array.shape[0] for array in whole}
        if len(lengths) > 1:
            raise DataError(
                f"The Dask arrays have different numbers of samples: {sorted(lengths)}.",
                why="each sample has inputs and a target.",
                fix="pass arrays of one length.",
            )
        whole = [array.rechunk({0: rows}) for array in whole]
    return [[array.blocks[i] for i in range(len(rows))] for array in whole]


def as_shards(x: Any, y: Any = None, weight: Any = None) -> Shards | None:
    """Data that the workers hold or read; None for data at the client.

    Raises: ArgumentError for targets in addition to data that have their own.
    """
    if isinstance(x, Shards):
        if y is not None or weight is not None:
            raise ArgumentError(
                "`y` or `sample_weight` was given beside Shards.",
                why="what `load` reads of a part brings them: (x, y) or (x, y, sample_weight).",
                fix="leave them out, and let `load` return them.",
            )
        return x
    is_dask = any(hasattr(leaf, "__dask_graph__") for leaf in structure.flatten([x, y, weight]))
    return DaskShards([x, y, weight]) if is_dask else None
