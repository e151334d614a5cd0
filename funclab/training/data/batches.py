"""Preparing data: arrays are matched to a model's inputs and outputs, and cut into batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from funclab import config
from funclab.engine.kernels import data as kernels
from funclab.errors import ArgumentError, DataError, ShapeError, warn
from funclab.files.stored import Stored
from funclab.graph import structure
from funclab.graph.locks import making
from funclab.graph.shape_math import Array, Shape, same
from funclab.graph.strings import STRING, as_texts, dtype_of
from funclab.graph.tape import Tape
from funclab.graph.value import Value
from funclab.initializers import random_state, restore_random_state, rng
from funclab.models import advice
from funclab.models.inputs import as_array, match_arrays
from funclab.models.model import Functional, Model
from funclab.models.names import Names
from funclab.training.checks import check_ids, check_lengths, input_names
from funclab.training.compiled import Compiled
from funclab.training.data.free import arrays_at_leaves, free_data, numbers_joined
from funclab.training.matching import Output
from funclab.training.step import Spec, Specs, Step, has_own_loss, own_names
from funclab.training.targets import function_of, match_targets, match_weights

Batch = tuple[Step, Callable[[], None]]
"""A step, and the function that copies the batch into its buffers."""


@dataclass
class Data:
    """Arrays for a model's inputs and outputs; None for missing ones. `tree` is the structure in
    which the model takes its inputs."""

    inputs: list[Array | None]
    targets: list[Array | None]
    weights: list[Array | None]
    tree: Any
    target_dtypes: list[str]

    @property
    def arrays(self) -> list[Array | None]:
        return [*self.inputs, *self.targets, *self.weights]

    def __len__(self) -> int:
        return next(len(array) for array in self.inputs if array is not None)

    def specs(self, n: int | None = None) -> Specs:
        """Shapes and dtypes of a batch of n samples; None for all, as many as each array has."""
        targets = [
            None if array is None else (shape_of(array, n), dtype)
            for array, dtype in zip(self.targets, self.target_dtypes)
        ]
        sides = [[spec(array, n) for array in side] for side in (self.inputs, self.weights)]
        return Specs(tuple(sides[0]), tuple(targets), tuple(sides[1]))

    def cut(self, begin: int, end: int) -> Data:
        """Only these samples."""

        def part(side: list[Array | None]) -> list[Array | None]:
            return [None if array is None else array[begin:end] for array in side]

        inputs, targets, weights = map(part, (self.inputs, self.targets, self.weights))
        return Data(inputs, targets, weights, self.tree, self.target_dtypes)


def spec(array: Array | None, n: int | None) -> Spec | None:
    return None if array is None else (shape_of(array, n), dtype_of(array))


def shape_of(array: Array, n: int | None) -> Shape:
    return array.shape if n is None else (n, *array.shape[1:])


def prepare(
    model: Model,
    compiled: Compiled | None,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    class_weight: Any = None,
) -> Data:
    """Match the user's data to the model's inputs and outputs; with `compiled`, targets too.

    Raises: DataError, ShapeError for data that do not fit.
    """
    with nullcontext() if model.built else making:
        try:
            inputs, tree = prepare_inputs(model, x)
        except (ShapeError, DataError) as error:
            if compiled is not None and model.inputs is not None and len(model.inputs) == 1:
                error.fix = _both_at_once(model, x, y) or error.fix
            raise
    mine = ("input", inputs, partial(input_names, model, inputs))
    if compiled is None:
        check_lengths([mine])
        return Data(inputs, [], [], tree, [])
    names, shapes, dtypes = outputs_of(model, compiled, inputs, tree)
    outputs = compiled.outputs or []
    float_type = next((dtype for dtype in dtypes if dtype.startswith("float")), "float32")
    forms, places = None, names.names
    if has_own_loss(model) and not any(output.needs_targets for output in outputs):
        forms, targets, weights = free_targets(y, sample_weight, class_weight)
        kinds = [LABELS.get(target.dtype.kind, float_type) for target in targets]
        places = [f"{i + 1}" for i in range(max(len(targets), len(weights)))]
    else:
        targets = match_targets(names, outputs, shapes, y)
        weights = match_weights(names, outputs, shapes, targets, sample_weight, class_weight)
        kinds = kinds_of(outputs, targets, dtypes)
    theirs = [("target", targets), ("sample_weight", weights)]
    check_lengths([mine, *((side, arrays, lambda: places) for side, arrays in theirs)])
    seen = [None if target is None else target.shape for target in targets]
    compiled.choose(model, seen, shapes, forms)
    weights = [
        None if weight is None else weight.astype(float_type, copy=False) for weight in weights
    ]
    return Data(inputs, targets, weights, tree, kinds)


def prepare_free(
    model: Model,
    compiled: Compiled,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    class_weight: Any = None,
    one_length: bool = True,
) -> Data:
    """Data for a training step of the model's own, in the structure in which they were given.

    Raises: DataError for data that are not arrays, or of different lengths if they must have
        `one_length`.
    """
    arrays, trees = free_data(model, x, y, sample_weight, class_weight)
    kinds = ("input", "target", "sample_weight")
    numbered = (lambda: [f"{i + 1}" for i in range(max(map(len, arrays)))],) * 3
    if one_length:
        check_lengths([*zip(kinds, arrays, numbered)])
    shapes = shapes_for_metrics(model, compiled, arrays[0], trees[0])
    targets = [array.shape for array in arrays[1]]
    known = targets if len(targets) == len(shapes) else [None] * len(shapes)
    compiled.choose(model, known, shapes, compiled.forms)
    dtypes = [dtype_of(array) for array in arrays[1]]
    return Data(*arrays, trees, dtypes)  # type: ignore[arg-type]


def shapes_for_metrics(model: Model, compiled: Compiled, inputs: Any, tree: Any) -> list[Shape]:
    """The shapes of the outputs, if the settings of `compile` ask for them."""
    if model.outputs is not None:
        return [tensor.shape for tensor in model.outputs]
    if not (compiled.loss or compiled.plain_metrics or compiled.weighted_metrics):
        return []
    if compiled.outputs is not None and compiled.kinds is not None:
        return compiled.shapes
    try:
        compiled.shapes = outputs_of(model, compiled, inputs, tree)[1]
    except Exception:  # the step may use the model in another way
        return []
    return compiled.shapes


def kinds_of(outputs: Sequence[Output], targets: Sequence[Any], dtypes: list[str]) -> list[str]:
    """The dtypes of the targets: integers for a loss that reads class indices."""
    return [
        "int32" if labels is not None and whole(output.loss) else dtype
        for output, labels, dtype in zip(outputs, targets, dtypes)
    ]


LABELS = {"i": "int32", "u": "int32", "b": "bool"}
"""The dtypes of targets that are not floats, by their kind in NumPy."""


def free_targets(
    y: Any, sample_weight: Any, class_weight: Any
) -> tuple[tuple[Any, Any], list[Any], list[Any]]:
    """The structures and arrays of targets and weights for a model's own compute_loss, which may
    use any number of them, with any meaning."""
    if class_weight is not None:
        raise ArgumentError(
            "`class_weight` needs a loss in compile().",
            why="a `compute_loss` of one's own may take its targets for anything.",
            fix="pass sample_weight=numpy.array([weight_of[label] for label in y]), and multiply "
            "by it in compute_loss.",
        )
    trees = [() if side is None else arrays_at_leaves(side) for side in (y, sample_weight)]
    sides = [structure.flatten(tree) for tree in trees]
    for array in (*sides[0], *sides[1]):
        if array.dtype.kind not in "biuf":
            raise DataError(
                f"The targets or weights are not numbers: dtype {array.dtype}.",
                why="losses calculate with numbers.",
                fix=advice.for_kind("y", array),
            )
    y_form, weight_form = (structure.map_structure(lambda _: None, tree) for tree in trees)
    return (y_form, weight_form), sides[0], sides[1]


def _both_at_once(model: Model, x: Any, y: Any) -> str:
    """What to write if data that do not fit the model's only input fit elsewhere."""
    if y is None:
        pair = isinstance(x, (list, tuple)) and [getattr(part, "shape", ())[:1] for part in x]
        both = pair and len(pair) == 2 and pair[0] == pair[1] != ()
        return "write two arguments, fit(x, y), without brackets around them." if both else ""
    shapes = [getattr(data, "shape", ())[1:] for data in (y, x)]
    wanted = [tensor.shape[1:] for tensor in (*model.inputs, *model.outputs)]
    swapped = len(wanted) == 2 and all(map(same, shapes, wanted)) and shapes[0] != shapes[1]
    return "swap x and y: write fit(y, x), the inputs before the targets." if swapped else ""


def whole(loss: Any) -> bool:
    return getattr(loss, "integer_targets", False) and function_of(loss) is not None


def prepare_inputs(model: Model, x: Any) -> tuple[list[Array | None], Any]:
    if x is None:
        raise DataError(
            f"No data was given to {model.name}: x is None.",
            why="a model computes its outputs from inputs.",
            fix="pass arrays as `x`.",
        )
    if isinstance(model, Functional) and model.inputs is not None:
        matched = match_arrays(model, x)
        check_ids(model, matched)
        return [*matched], model.input_structure
    reads_text = any(getattr(layer, "input_dtype", "") == STRING for layer in model.layers)

    def read(leaf: Any) -> Array:
        is_text = reads_text and isinstance(leaf, np.ndarray) and dtype_of(leaf) == STRING
        return as_texts(leaf) if is_text else as_array(leaf)

    tree = structure.map_structure(read, numbers_joined(x))
    arrays: list[Array | None] = []
    for leaf in structure.flatten(tree):
        if dtype_of(leaf) == STRING and reads_text:
            arrays.append(leaf)
            continue
        if leaf.dtype.kind not in "biuf":
            raise DataError(
                f"{model.name} was given an array of dtype {leaf.dtype}, not numbers.",
                why="layers calculate with numbers.",
                fix="convert it, for example with x.astype('float32').",
            )
        arrays.append(leaf.astype(model.dtype, copy=False) if leaf.dtype.kind == "f" else leaf)
    return arrays, tree


def outputs_of(
    model: Model, compiled: Compiled, inputs: Sequence[Array | None], tree: Any
) -> tuple[Names, list[Shape], list[str]]:
    """Names, shapes and dtypes of the model's outputs."""
    made = None
    if model.outputs is None:
        values = [None if a is None else Value(a.shape, dtype_of(a)) for a in inputs]
        with making, Tape():
            made = model(structure.pack(tree, values))
    if model.outputs is None:
        outputs = structure.flatten(made)
    else:  # perhaps since this call, which builds a Sequential
        outputs = model.outputs
    known = own_names(model, made)
    if compiled.outputs is None:
        compiled.assign(known)
    shapes: list[Shape] = [(None, *output.shape[1:]) for output in outputs]
    return known, shapes, [output.dtype for output in outputs]


class Feed:
    """A step, and the arrays from which its buffers are filled."""

    def __init__(self, step: Step, arrays: Sequence[Array | None]) -> None:
        self.step = step
        self.pairs = [(a, b) for a, b in zip(arrays, step.fed) if a is not None and b is not None]
        self.matrices = [
            (a, b)
            if isinstance(a, Stored)
            else (np.ascontiguousarray(a).reshape(len(a), -1), b.reshape(len(b), -1))
            for a, b in self.pairs
        ]

    def gather(self, rows: Array) -> None:
        """Fill the buffers with the samples of these rows."""
        for source, buffer in self.matrices:
            if buffer.dtype != object and not isinstance(source, Stored):
                kernels.gather_rows(source, rows, buffer)
            else:
                buffer[...] = source[rows]

    def copy(self, begin: int, end: int) -> None:
        """Fill the buffers with the samples from `begin` on."""
        for source, buffer in self.pairs:
            np.copyto(buffer, source[begin:end], casting="unsafe")


def limited(steps: int | None, there: int | None) -> int | None:
    """The number of batches in an epoch, at most the limit that `config` sets.

    `steps` is what the user asked for, `there` how many there are (None if unknown).
    """
    most, wanted = config.max_steps_per_epoch(), steps or there
    return most if most is not None and (wanted is None or most < wanted) else steps


class Batches:
    """Arrays cut into batches, in order or shuffled anew for every epoch."""

    def __init__(
        self,
        data: Data,
        size: int,
        shuffle: Any,
        make: Callable[[Specs, Any], Step],
        steps: int | None = None,
    ) -> None:
        self.data, self.size, self.shuffle, self.make = data, size, shuffle, make
        self.samples = len(data)
        steps = limited(steps, -(-self.samples // size))
        self.steps = steps or -(-self.samples // size)
        self.goes_on = steps is not None
        """Whether an epoch continues where the last one ended: with `steps`, as in Keras."""
        self.batches: Iterator[Batch] | None = None
        self.place: dict[str, Any] = {}
        """The state of the random numbers before the present order was drawn, and how many batches
        have been taken of it."""
        self.begun = 0
        """How many batches of the next epoch have been trained before, in a run that was cut
        off."""
        self.feeds: dict[int, Feed] = {}
        self.feed(min(size, self.samples))
        if self.samples % size:
            self.feed(self.samples % size)

    def feed(self, count: int) -> Feed:
        if count not in self.feeds:
            step = self.make(self.data.specs(count), self.data.tree)
            self.feeds[count] = Feed(step, self.data.arrays)
        return self.feeds[count]

    def epoch(self) -> Iterator[Batch]:
        """The steps of an epoch, each with a function that fills its buffers."""
        begun, self.begun = self.begun, 0
        if not self.goes_on:
            rest, self.batches = self.batches, None
            yield from rest or self._once()
            return
        for done in range(begun, self.steps):
            batch = next(self.batches or iter(()), None)
            if batch is None and done:
                warn(
                    "Your input ran out of data; interrupting training. Make sure that your "
                    f"dataset or generator can generate at least {self.steps} batches for every "
                    f"epoch (it gave {done})."
                )
                return
            if batch is None:
                self.batches = self._once()
                batch = next(self.batches)
            yield batch

    def mark(self, begun: int) -> dict[str, Any]:
        """Where the data are after `begun` batches of an epoch, for `seek` in a later run."""
        return {"begun": begun, **(self.place if begun or self.goes_on else {})}

    def seek(self, mark: dict[str, Any]) -> None:
        """Go on where another source with equal data was; draws the same order again."""
        self.begun = mark["begun"]
        if "random" not in mark:
            return
        restore_random_state(mark["random"])
        self.batches = self._once()
        for _ in range(mark["taken"]):
            next(self.batches)

    def _once(self) -> Iterator[Batch]:
        self.place = {"random": random_state(), "taken": 0}
        rows = self._order()
        for begin in range(0, self.samples, self.size):
            self.place["taken"] += 1
            end = min(begin + self.size, self.samples)
            feed = self.feeds[end - begin]
            if rows is None:
                yield feed.step, partial(feed.copy, begin, end)
            else:
                yield feed.step, partial(feed.gather, rows[begin:end])

    def _order(self) -> Array | None:
        if not self.shuffle:
            return None
        if self.shuffle == "batch":
            starts = rng().permutation(np.arange(0, self.samples, self.size))
            order = (starts[:, None] + np.arange(self.size)).reshape(-1)
            return order[order < self.samples]
        return rng().permutation(self.samples)


def split(data: Data, share: float) -> tuple[Data, Data]:
    """The data without their last fraction, and that fraction."""
    n = len(data)
    border = int(n * (1.0 - share))
    if border == 0 or border == n:
        raise DataError(
            f"Training data contains {n} samples, which is not sufficient to split it into a "
            f"validation and training set as specified by `validation_split={share}`.",
            why=f"that would leave {border} samples to train on and {n - border} to validate.",
            fix="use more data, another validation_split, or pass validation_data.",
        )
    return data.cut(0, border), data.cut(border, n)
