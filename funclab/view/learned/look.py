"""Values and gradients of any call of a model, for data: what the views of meaning compute with."""

from __future__ import annotations

import copy
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from funclab.engine.plan import calls_behind
from funclab.errors import ArgumentError, GraphError
from funclab.graph import structure
from funclab.graph.op import View
from funclab.graph.shape_math import Array, known
from funclab.graph.value import Value
from funclab.models.model import Model
from funclab.ops.elementwise import Sigmoid
from funclab.ops.nn.activation import Softmax
from funclab.ops.nn.losses import scores_before
from funclab.training.data.batches import prepare_inputs, spec
from funclab.training.recorded import Recorded
from funclab.view.scene import words

BATCH, NUMBERS = 64, 1 << 24
"""The largest number of samples that are computed at once, and of numbers that all calls make of
them."""


def without_graph(model: Model, what: str) -> GraphError:
    return GraphError(
        f"{model.name} has no graph: it is a model of a class of its own.",
        why=f"what {what} is known for models made of calls of layers.",
        fix="write inputs = Input(shape=...) and Model(inputs, model(inputs)).",
    )


class Look:
    """A model's calls for data, in inference mode, at any depth; nothing in the model changes.

    A place is a call by its path, such as "parts[0]", or "encoder[1]/parts[0]" in a nested model,
    and stands for the first tensor that the call returns; "parts[0]:1" for the second one.

    `x` is data as for `predict`; `arrays` are these data, in the order of the model's inputs. Every
    method takes other `arrays` of the same kind instead, with any number of samples.

    Raises: GraphError for a model without a graph; the errors of `predict`.
    """

    def __init__(self, model: Model, x: Any) -> None:
        if words.graph_of(model) is None:
            raise without_graph(model, "each call makes")
        self.model = model
        arrays, self._tree = prepare_inputs(model, x)
        # Whole numbers for an input of floats, such as pixels from 0 to 255, have slopes too.
        self.arrays: list[Array | None] = [
            array.astype(tensor.dtype)
            if array is not None and array.dtype.kind in "biu" and tensor.dtype.startswith("float")
            else array
            for array, tensor in zip(arrays, model.inputs)
        ]
        self._weights = _digest(model)
        self._passes: dict[int, Recorded] = {}
        self._scores: dict[tuple[Recorded, int], Value] = {}

    def __len__(self) -> int:
        return next(len(array) for array in self.arrays if array is not None)

    def first(self, count: int) -> Look:
        """A look at the first samples only, which shares all that was recorded."""
        other = copy.copy(self)
        other.cut(count)
        return other

    @property
    def stale(self) -> bool:
        """Whether the weights of the model have changed since."""
        return _digest(self.model) != self._weights

    @property
    def places(self) -> list[str]:
        """The paths of all calls, in the order in which they run."""
        return ["/".join(path) for path in self._pass(1).made]

    @cached_property
    def numbers(self) -> int:
        """How many numbers are computed for one sample, in all steps of all calls."""
        outputs = [value for value in self._pass(1).outputs if value.origin is not None]
        return sum(prod(known(v.shape)) for call in calls_behind(outputs) for v in call.outputs)

    def cut(self, count: int) -> None:
        """Keep only the first samples."""
        self.arrays = self.rows(slice(count))

    def rows(self, which: Any) -> list[Any]:
        """The inputs of some samples, a slice or a list of their indices."""
        return [None if array is None else array[which] for array in self.arrays]

    def each(self, places: Sequence[str], most: int) -> Iterator[list[Array]]:
        """What these calls make of the first `most` samples, one batch after the other."""
        size = self._batch
        for begin in range(0, min(most, len(self)), size):
            yield self.values(places, self.rows(slice(begin, min(begin + size, most))))

    def values(
        self, places: Sequence[str], arrays: Sequence[Array | None] | None = None
    ) -> list[Array]:
        """What these calls make of the data."""
        return self._in_batches(
            arrays,
            (),
            lambda made, fed, _: made.values([_at(made, place) for place in places], fed),
        )

    def outputs(self, arrays: Sequence[Array | None] | None = None) -> list[Array]:
        """The model's outputs, as a flat list."""
        return self._in_batches(arrays, (), lambda made, fed, _: made.values(made.outputs, fed))

    def scores(self, output: int = 0, arrays: Sequence[Array | None] | None = None) -> Array:
        """What the last softmax or sigmoid of an output reads; without one, the output."""

        def read(made: Recorded, fed: Any, _: Any) -> list[Array]:
            return made.values([self._score(made, output)], fed)

        return self._in_batches(arrays, (), read)[0]

    def gradients(
        self,
        wrt: Sequence[str | int],
        weights: Array,
        output: int = 0,
        arrays: Sequence[Array | None] | None = None,
    ) -> list[Array]:
        """The gradients of the sum of an output's scores times `weights`, an array of the shape of
        the scores, with respect to calls, or to inputs by their numbers: one row for each sample.
        For the gradient of one class, `weights` is 1 there and 0 elsewhere (see `chosen`)."""

        def read(made: Recorded, fed: Any, given: Sequence[Any]) -> list[Array]:
            places = [_at(made, place) for place in wrt]
            return made.gradients(self._score(made, output), places, fed, given[0])

        return self._in_batches(arrays, (weights,), read)

    def chosen(self, index: int | Sequence[int], output: int = 0, n: int | None = None) -> Array:
        """Weights that choose one score of each sample, by its index along the last axis: the same
        for all samples, or one index for each of them."""
        shape = self._pass(1).outputs[output].shape
        count = len(self) if n is None else n
        weights = np.zeros((count, *known(shape)[1:]), "float32")
        columns = (..., np.broadcast_to(index, count)) if weights.ndim > 1 else ()
        weights[(np.arange(count), *columns)] = 1
        return weights

    def activation(self, output: int = 0) -> str:
        """The last activation of an output: "softmax", "sigmoid", or "" for any other."""
        call = _unviewed(self._pass(1).outputs[output]).origin
        if call is None:
            return ""
        if isinstance(call.op, Softmax):
            return "softmax"
        is_sigmoid = isinstance(call.op, Sigmoid) or getattr(call.op, "activation", "") == "sigmoid"
        return "sigmoid" if is_sigmoid else ""

    def sources(self) -> list[str | int]:
        """Where slopes begin: those of all inputs."""
        return [place for number in range(len(self.arrays)) for place in self.sources_of(number)]

    def sources_of(self, number: int) -> list[str | int]:
        """Where a slope of an input begins: an input of floats by its number; for one of whole
        numbers, the Embedding calls that read it."""
        if self.model.inputs[number].dtype.startswith("float"):
            return [number]
        made, start = self._pass(1), self._pass(1).inputs[number]
        return [place for place in self.places if _reads_ids(_at(made, place), start)]

    def has_slope(self, place: str | int, output: int) -> bool:
        """Whether a slope leads from a place to an output's scores."""
        made = self._pass(1)
        score, start = self._score(made, output), _at(made, place)
        floats = score.dtype.startswith("float") and start.dtype.startswith("float")
        return floats and made.reaches(score, start)

    def recorded(self) -> Recorded:
        """The pass of a single sample, to follow its calls from value to value."""
        return self._pass(1)

    # Batches: sizes are powers of two, so that few plans are made for any number of samples.
    @property
    def _batch(self) -> int:
        return 1 << (max(1, min(BATCH, NUMBERS // max(1, self.numbers))).bit_length() - 1)

    def _pass(self, size: int) -> Recorded:
        if size not in self._passes:
            specs = [spec(array, size) for array in self.arrays]

            def run(inputs: list[Value | None]) -> list[Value]:
                return structure.flatten(self.model(structure.pack(self._tree, inputs)))

            self._passes[size] = Recorded(specs, run)
        return self._passes[size]

    def _score(self, made: Recorded, output: int) -> Value:
        key = made, output
        if key not in self._scores:
            value = made.outputs[output]
            with made.tape:
                found = scores_before(value, Softmax())
                found = scores_before(value, Sigmoid()) if found is None else found
            self._scores[key] = value if found is None else found
        return self._scores[key]

    def _in_batches(
        self,
        arrays: Sequence[Array | None] | None,
        more: Sequence[Array],
        read: Callable[[Recorded, list[Array | None], Sequence[Array]], list[Array]],
    ) -> list[Array]:
        fed = self.arrays if arrays is None else list(arrays)
        count = next(len(array) for array in fed if array is not None)
        parts: list[list[Array]] = []
        for begin in range(0, count, self._batch):
            n = min(self._batch, count - begin)
            size = 1 << (n - 1).bit_length()
            made = self._pass(size)
            cut = [None if a is None else _filled_up(a[begin : begin + n], size) for a in fed]
            given = [_filled_up(a[begin : begin + n], size) for a in more]
            parts.append([array[:n] for array in read(made, cut, given)])
        return [np.concatenate(rows) for rows in zip(*parts)]


def _digest(model: Model) -> int:
    """A number that changes with the weights and statistics of a model."""
    found = 0
    for weight in model.weights:
        found = zlib.crc32(weight.array.tobytes(), found)
    return found


def _filled_up(array: Array, size: int) -> Array:
    """Rows up to a batch's size: the last one again."""
    return array if len(array) == size else array[np.minimum(np.arange(size), len(array) - 1)]


def _at(made: Recorded, place: str | int) -> Value:
    """The value of a place; of an input by its number."""
    if isinstance(place, int):
        value = made.inputs[place]
        assert value is not None
        return value
    path, _, index = place.partition(":")
    values = made.made.get(tuple(path.split("/")), [])
    number = int(index or 0) if (index or "0").isdigit() else len(values)
    if number < len(values):
        return values[number]
    known = ["/".join(path) for path in made.made]
    raise ArgumentError(
        f"There is no call {place!r} here.",
        why=f"the calls are {', '.join(known[:12])}{', ...' if len(known) > 12 else ''}.",
        fix=f"write {known[-1]!r}, for example.",
    )


def _reads_ids(value: Value, ids: Value | None) -> bool:
    """Whether a value of floats is made directly from whole numbers, perhaps in another shape."""
    if value.origin is None or not value.dtype.startswith("float"):
        return False
    return any(_unviewed(source) is ids for source in value.origin.inputs)


def _unviewed(value: Value) -> Value:
    """What a value is a view of."""
    while value.origin is not None and isinstance(value.origin.op, View):
        value = value.origin.inputs[0]
    return value
