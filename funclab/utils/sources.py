"""Where pipelines of data begin: arrays, generators, files, and other pipelines."""

from __future__ import annotations

import builtins
import itertools
from collections import abc
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from funclab.graph import structure
from funclab.initializers import rng
from funclab.utils import elements, specs
from funclab.utils.elements import arrays_of, dtype_of, element, elements_of

INFINITE_CARDINALITY, UNKNOWN_CARDINALITY = -1, -2


class Sources:
    """The methods that make a dataset of something else."""

    def __init__(
        self,
        make: Callable[[], abc.Iterator[Any]],
        size: int = UNKNOWN_CARDINALITY,
        arrays: Any = None,
        spec: Callable[[], Any] | None = None,
    ) -> None:
        self._make, self._size, self._arrays = make, size, arrays
        """With `arrays`, the iterator makes indices into them."""
        self._spec = spec

    if TYPE_CHECKING:  # of Dataset

        def __iter__(self) -> abc.Iterator[Any]: ...

    @classmethod
    def from_tensor_slices(cls, tensors: Any) -> Self:
        """One element for each index of the first axis of the arrays in `tensors`.

        Raises: DataError for arrays of different lengths.
        """
        arrays = arrays_of(tensors)
        length = elements.one_length(structure.flatten(arrays))
        whole = structure.map_structure(specs.spec_of, arrays)
        numbers = builtins.range(length)
        return cls(lambda: iter(numbers), length, arrays, lambda: specs.unbatched(whole))

    @classmethod
    def from_tensors(cls, tensors: Any) -> Self:
        """A single element: `tensors` as a whole."""
        return cls(lambda: iter([elements_of(tensors)]), 1)

    @classmethod
    def from_generator(
        cls,
        generator: Callable[..., Iterable[Any]],
        output_types: Any = None,
        output_shapes: Any = None,
        args: tuple[Any, ...] = (),
        output_signature: Any = None,
    ) -> Self:
        """What `generator(*args)` yields, called anew for each pass.

        output_types: the dtypes of the elements, nested as they are; None for those yielded.
        output_shapes: their shapes, which only `element_spec` shows.
        output_signature: in place of both: objects with a `shape` and a `dtype`.
        """
        form = output_signature
        if form is None and output_types is not None:
            form = specs.named(output_types, output_shapes)
        dtypes = None if form is None else [dtype_of(s.dtype) for s in specs.leaves(form)]
        return cls(
            lambda: (elements.cast(item, dtypes) for item in generator(*args)),
            spec=None if form is None else lambda: form,
        )

    @classmethod
    def range(cls, *args: int, output_type: Any = "int64") -> Self:
        """The numbers of Python's `range(*args)`, of the dtype `output_type`."""
        numbers, dtype = builtins.range(*args), dtype_of(output_type)
        return cls(
            lambda: (element(np.asarray(i, dtype)) for i in numbers), len(numbers),
            spec=lambda: specs.TensorSpec((), dtype),
        )  # fmt: skip

    @classmethod
    def sample_from_datasets(
        cls,
        datasets: Sequence[Self],
        weights: Any = None,
        seed: int | None = None,
        stop_on_empty_dataset: bool = False,
        rerandomize_each_iteration: bool | None = None,
    ) -> Self:
        """Elements of several datasets, each from a dataset drawn at random.

        weights: how likely each dataset is; None for all alike.
        seed: makes the draws repeatable; None follows `utils.set_random_seed`.
        stop_on_empty_dataset: whether it ends with the first dataset that has; else with the last.
        rerandomize_each_iteration: whether each pass has other draws, as it has without a seed.
        """
        shares = np.ones(len(datasets)) if weights is None else np.asarray(weights, float)
        used = [dataset for dataset, share in builtins.zip(datasets, shares) if share]
        if len(used) == 1:
            return used[0]
        again = rerandomize_each_iteration if seed is not None else True
        start, passes = int(rng().integers(2**31)) if seed is None else seed, itertools.count()

        def make() -> abc.Iterator[int]:
            draw = np.random.default_rng([start, next(passes) if again else 0])
            return elements.drawn(shares[shares > 0], draw)

        return cls.choose_from_datasets(used, cls(make), stop_on_empty_dataset)

    @classmethod
    def choose_from_datasets(
        cls, datasets: Sequence[Self], choice_dataset: Self, stop_on_empty_dataset: bool = True
    ) -> Self:
        """Elements of several datasets, each from the one whose number `choice_dataset` gives.

        stop_on_empty_dataset: whether it ends when a dataset has no more; else the choice is
            passed over, and it ends with the last dataset.
        """
        ends = stop_on_empty_dataset
        return cls(lambda: elements.chosen(map(iter, datasets), choice_dataset, ends))

    @classmethod
    def zip(cls, *datasets: Any) -> Self:
        """Elements with a part from each of `datasets`: several, or a tuple or dict of them. It
        ends with the shortest one."""
        given = datasets[0] if len(datasets) == 1 else datasets
        parts = structure.flatten(given)
        known = [part._size for part in parts if part._size != INFINITE_CARDINALITY]
        size = min(known, default=INFINITE_CARDINALITY)
        if UNKNOWN_CARDINALITY in known:
            size = UNKNOWN_CARDINALITY
        return cls(
            lambda: (structure.pack(given, row) for row in builtins.zip(*parts)), size,
            spec=lambda: structure.pack(given, [part.element_spec for part in parts]),
        )  # fmt: skip
