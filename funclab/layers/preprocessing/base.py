"""Layers that prepare numbers: they rescale, put into bins, or encode as zeros and ones."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from funclab import config, ops
from funclab.errors import ArgumentError, DataError, NotSupportedError, ShapeError, suggest
from funclab.graph import structure
from funclab.graph.shape_math import Array, Shape, axis_index, show
from funclab.layers.base import Layer
from funclab.layers.checks import one_of
from funclab.ops.indexing import OneHot, OneHotOfIds
from funclab.registry.parameters import wrong_value

NEEDS_DENSE = "sparse=True is not supported."


class OnNumbers(Layer, abstract=True):
    """A layer that can also be called on a list of numbers, as in Keras' examples."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if args and all(isinstance(leaf, (int, float)) for leaf in structure.flatten(args[0])):
            args = (np.array(args[0]), *args[1:])
        return super().__call__(*args, **kwargs)


class Rescaling(OnNumbers):
    """out = x * scale + offset.

    Shapes: x (any) -> out (same as x).
    Gradient: gx = g * scale.

    >>> Rescaling(1 / 255)(np.array([[0.0, 51.0]])).round(4)
    array([[0. , 0.2]], dtype=float32)
    """

    supports_masking = True
    scale: Any
    offset: Any = 0.0

    def prepare(self) -> None:
        for name in ("scale", "offset"):
            if np.asarray(getattr(self, name)).dtype.kind not in "biuf":
                raise wrong_value("Rescaling", name, getattr(self, name), "a number", "1 / 255")

    def call(self, inputs: Any) -> Any:
        scale, offset = (np.asarray(value, self.dtype) for value in (self.scale, self.offset))
        if scale.ndim and config.image_data_format() == "channels_first":
            scale = scale.reshape(scale.shape + (1,) * (3 - scale.ndim))
        return ops.add(ops.multiply(ops.cast(inputs, self.dtype), scale), offset)


class Statistics(OnNumbers, abstract=True):
    """A layer with a mean and a variance that are given, or learned from data."""

    input_mean: Any = None
    input_variance: Any = None
    mean_and_variance: tuple[Any, Any] | None = None

    @property
    def mean(self) -> Array | None:
        """The mean, in a shape that broadcasts to the input; None before the layer is built."""
        return None if self.mean_and_variance is None else self._broadcast(0)

    @property
    def variance(self) -> Array | None:
        """The variance, in a shape that broadcasts to the input; None before."""
        return None if self.mean_and_variance is None else self._broadcast(1)

    def _broadcast(self, index: int) -> Array:
        raise NotImplementedError


class Normalization(Statistics):
    """out = (x - mean) / sqrt(variance), with a mean and variance that are given or learned.

    `adapt(data)` learns them, once, before training.

    Shapes: x (batch, ...) -> out (same as x).
    Weights: mean, variance (the lengths along `axis`) and count (), none of them trainable; no
        weights if mean and variance are given.
    Gradient: gx = g / sqrt(variance).
    Raises: ArgumentError unless mean and variance are given together, in one shape; ShapeError if
        the length along `axis` is not known.

    >>> layer = Normalization(axis=None)
    >>> layer.adapt(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    >>> layer(np.array([3.0, 5.0])).round(4)
    array([0.    , 1.4142], dtype=float32)
    """

    supports_masking = True
    axis: Any = -1
    mean: Any = None
    variance: Any = None
    invert: bool = False

    def prepare(self) -> None:
        mean, variance = vars(self).pop("mean"), vars(self).pop("variance")
        axis = self.axis
        self.axis = () if axis is None else (axis,) if suggest.is_whole(axis) else tuple(axis)
        self.input_mean, self.input_variance = mean, variance
        shapes = [np.shape(mean), np.shape(variance)]
        if (mean is None) != (variance is None) or shapes[0] != shapes[1]:
            raise ArgumentError(
                "When setting values directly, both `mean` and `variance` must be set, in the same "
                f"shape. Received: mean={mean} and variance={variance}.",
                why="each mean goes with a variance.",
                fix="pass both, or neither and call adapt(data).",
            )
        if len(shapes[0]) > len(self.axis):
            raise ArgumentError(
                "The rank of `mean` must be less than or equal to the number of axes "
                f"({len(self.axis)}). Received: mean shape {show(shapes[0])} for axis {self.axis}.",
                why="there is one mean for each position along `axis`.",
                fix="name as many axes as `mean` has.",
            )

    def build(self, input_shape: Any) -> None:
        rank = len(input_shape)
        if any(not -rank <= axis < rank for axis in self.axis):
            raise ShapeError(
                "All `axis` values must be in the range [-ndim, ndim). Received inputs with "
                f"ndim={rank}, while axis={self.axis}.",
                why=f"the inputs have the shape {show(input_shape)}.",
                fix="name an axis that they have; axis=None takes one mean of all numbers.",
                graph=self,
            )
        self.kept = tuple(sorted(axis_index(axis, rank) for axis in self.axis))
        lengths = [input_shape[axis] for axis in self.kept]
        if None in lengths:
            raise ShapeError(
                "All `axis` values to be kept must have a known shape. Received "
                f"axis={self.axis}, inputs.shape={show(input_shape)}.",
                why="there is one mean for each position along the axis.",
                fix="give the length in Input(shape=...), or use another axis.",
                graph=self,
            )
        self.met: list[int] = [1] * rank
        for axis, length in zip(self.kept, lengths):
            self.met[axis] = length
        if self.input_mean is None:
            settings = {"shape": tuple(lengths), "trainable": False}
            mean = self.add_weight(name="mean", initializer="zeros", **settings)
            variance = self.add_weight(name="variance", initializer="ones", **settings)
            self.add_weight(name="count", initializer="zeros", dtype="int32", trainable=False)
            self.mean_and_variance = mean, variance
        else:
            self.mean_and_variance = self._given(self.input_mean), self._given(self.input_variance)
        self.built = True

    def _given(self, value: Any) -> Array:
        """A given mean or variance, broadcast to the lengths of the axes that are kept."""
        array = np.asarray(value, self.dtype)
        met = [1] * len(self.met)
        for axis, length in zip(reversed(self.kept), reversed(array.shape)):
            met[axis] = length
        wanted = [self.met[axis] for axis in self.kept]
        return np.broadcast_to(array.reshape(met), self.met).reshape(wanted)

    def _broadcast(self, index: int) -> Array:
        assert self.mean_and_variance is not None
        return np.asarray(self.mean_and_variance[index]).reshape(self.met)

    def call(self, inputs: Any) -> Any:
        assert self.mean_and_variance is not None
        x = ops.cast(inputs, self.dtype)
        mean, variance = (ops.reshape(part, self.met) for part in self.mean_and_variance)
        deviation = ops.maximum(ops.sqrt(variance), config.epsilon())
        if self.invert:
            return ops.add(mean, ops.multiply(x, deviation))
        return ops.divide(ops.subtract(x, mean), deviation)

    def adapt(self, data: Any) -> None:
        """Learn the mean and variance of data: an array, or batches one after another.

        data: an array, or an iterable of batches; in tuples (x, y) only x is read.
        Raises: DataError for data of another shape than the layer was built for.
        """
        batches = batches_of(data)
        first = next(batches, None)
        if first is None:
            raise DataError(
                f"{self.name}.adapt() received an empty iterable (no batches).",
                why="a mean needs numbers.",
                fix="pass an array, or an iterable that gives arrays.",
            )
        if self.input_mean is not None:
            raise ArgumentError(
                f"{self.name} has the mean and variance that it was made with.",
                why="`adapt` would learn others.",
                fix="leave mean= and variance= out, or leave adapt() out.",
            )
        if not self.built:
            self.build(first.shape)
            self.build_shapes = {"input_shape": first.shape}
        total, mean, variance = 0, np.zeros(1), np.zeros(1)
        for batch in itertools.chain([first], batches):
            self._check_batch(batch.shape)
            reduced = tuple(axis for axis in range(batch.ndim) if axis not in self.kept)
            count = int(np.prod([batch.shape[axis] for axis in reduced]))
            total += count
            share = count / total
            new_mean, new_variance = batch.mean(reduced), batch.var(reduced)
            before, mean = mean, mean * (1 - share) + new_mean * share
            # The variance around the common mean: within each part, plus that of the parts' means.
            old = (variance + (before - mean) ** 2) * (1 - share)
            variance = old + (new_variance + (new_mean - mean) ** 2) * share
        for variable, value in zip(self.weights, (mean, variance)):
            variable.assign(np.asarray(value, variable.dtype).reshape(variable.shape))  # type: ignore[arg-type, call-overload]

    def _check_batch(self, shape: Shape) -> None:
        rank = len(self.met)
        if len(shape) != rank or any(shape[axis] != self.met[axis] for axis in self.kept):
            raise DataError(
                f"adapt() is being called with data of shape {show(shape)}, an incompatible shape: "
                f"{self.name} keeps means of the shape {show(tuple(self.met))}.",
                why="each position along `axis` has a mean of its own.",
                fix="pass data with the axes that the layer's inputs have.",
            )

    def get_config(self) -> dict[str, Any]:
        statistics = {"mean": self.input_mean, "variance": self.input_variance}
        plain = {name: np.asarray(value).tolist() for name, value in statistics.items()}
        return {**super().get_config(), "axis": list(self.axis), **plain}


def batches_of(data: Any) -> Iterator[Array]:
    """The arrays in the data for `adapt`: a single array, or the inputs of batch after batch."""
    plain = isinstance(data, (list, tuple)) and not any(hasattr(item, "shape") for item in data)
    if hasattr(data, "shape") or hasattr(data, "__array__") or (plain and len(data)):
        yield np.asarray(data)
        return
    if not isinstance(data, Iterable) or isinstance(data, (str, bytes)):
        raise DataError(
            f"Unsupported data type: {type(data)}.",
            why="`adapt` reads an array, or arrays one after another.",
            fix="pass a NumPy array.",
        )
    for batch in data:
        array = np.asarray(batch[0] if isinstance(batch, tuple) and batch else batch)
        if array.dtype.kind not in "biuf":
            raise DataError(
                f"adapt() was given an element of type {type(batch).__name__}, not numbers.",
                why="each element is a batch: an array of numbers.",
                fix="pass arrays of numbers.",
            )
        yield array


class Discretization(OnNumbers):
    """The number of the bin into which each number falls.

    With boundaries [0, 1], numbers below 0 give 0, those from 0 up to, but below, 1 give 1, and
    others 2. `adapt(data)` learns boundaries that put equally many numbers into each bin.

    Shapes: x (batch, ...) -> out (same as x); with output_mode "one_hot" a new last axis of bins
        (or instead of a last axis of length 1); with "multi_hot" and "count" axis 1 is removed.
    Raises: ArgumentError unless one of bin_boundaries and num_bins is given.

    >>> Discretization([0.0, 1.0])(np.array([[-1.5, 0.0, 0.5, 3.0]]))
    array([[0, 1, 1, 2]], dtype=int32)
    """

    bin_boundaries: Any = None
    num_bins: int | None = None
    epsilon: float = 0.01
    output_mode: str = "int"
    sparse: bool = False

    @property
    def depth(self) -> int | None:
        """How many bins there are."""
        return self.num_bins if self.bin_boundaries is None else len(self.bin_boundaries) + 1

    def prepare(self) -> None:
        dense(self.sparse)
        one_of("output_mode", self.output_mode, ("int", "one_hot", "multi_hot", "count"))
        if (self.bin_boundaries is None) == (self.num_bins is None):
            raise ArgumentError(
                "You need to set either `num_bins` or `bin_boundaries`, not both. Received: "
                f"num_bins={self.num_bins} and bin_boundaries={self.bin_boundaries}.",
                why="boundaries are given, or made by `adapt`, which needs the number of bins.",
                fix="write Discretization(bin_boundaries=[0.0, 1.0]) or "
                "Discretization(num_bins=4).",
            )
        if self.bin_boundaries is not None:
            self.bin_boundaries = np.asarray(self.bin_boundaries, "float64").tolist()

    def call(self, inputs: Any) -> Any:
        if self.bin_boundaries is None:
            raise ArgumentError(
                f"{self.name} has no bins yet. You need to either pass the `bin_boundaries` "
                "argument at construction time or call `adapt(dataset)` before you can start using "
                "the `Discretization` layer.",
                why="num_bins alone does not say where a bin ends.",
                fix=f"call {self.name}.adapt(data) first.",
                graph=self,
            )
        boundaries = np.asarray(self.bin_boundaries, self.dtype)
        x = ops.expand_dims(ops.cast(inputs, self.dtype), -1)
        # "Not below" instead of "above": so NaN goes to the last bin, as in NumPy.
        passed = ops.logical_not(ops.less(x, boundaries))
        bins = ops.sum(ops.cast(passed, "int32"), axis=-1)
        return encoded(bins, self.output_mode, self.depth, self.dtype)

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Learn boundaries that put equally many numbers into each bin.

        data: an array, or an iterable of batches.
        steps: how many batches are read; None for all.
        Raises: ArgumentError for a layer that was made with boundaries.
        """
        if self.num_bins is None:
            raise ArgumentError(
                "Cannot adapt a Discretization layer that has been initialized with "
                "`bin_boundaries`, use `num_bins` instead.",
                why="its boundaries are given.",
                fix="write Discretization(num_bins=4).",
            )
        summary = np.zeros((2, 0), "float32")
        for batch in itertools.islice(batches_of(data), steps):
            merged = np.concatenate([summarized(batch, self.epsilon), summary], 1)
            summary = compressed(merged[:, np.argsort(merged[0])], self.epsilon)
        self.bin_boundaries = compressed(summary, 1.0 / self.num_bins)[0, :-1].tolist()

    def get_config(self) -> dict[str, Any]:
        """The constructor arguments, without `trainable`, which Keras' class does not accept."""
        return {key: value for key, value in super().get_config().items() if key != "trainable"}

    def learned_config(self) -> dict[str, Any]:
        """A config that contains the learned boundaries as if they had been given."""
        learned = {} if self.bin_boundaries is None else {"num_bins": None}
        return {**self.get_config(), **learned}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        adapted = config.get("num_bins") is not None
        layer = cls(**{**config, **({"bin_boundaries": None} if adapted else {})})
        layer.bin_boundaries = config.get("bin_boundaries")
        return layer


def summarized(values: Any, epsilon: float) -> Array:
    """About 1 / epsilon of the values, sorted, each with the number of values it represents."""
    ordered = np.sort(np.asarray(values, "float32").reshape(-1))
    step = max(ordered.size * epsilon, 1)
    kept = ordered[int(step - 1) :: int(step)]
    return np.stack([kept, np.full_like(kept, step)])


def compressed(summary: Array, epsilon: float) -> Array:
    """A summary of at most about 1 / epsilon values, interpolated at equally spaced quantiles."""
    if summary.shape[1] * epsilon < 1:
        return summary
    shares = epsilon + np.arange(0.0, 1.0, epsilon)
    weights = summary[1].cumsum()
    reached = weights / weights[-1]
    values = np.interp(shares, reached, summary[0])
    total = np.interp(shares, reached, weights)
    return np.stack([values, np.diff(total, prepend=0)]).astype("float32")


class CategoryEncoding(OnNumbers):
    """Integers encoded as vectors of zeros and ones, or of counts of each number.

    Shapes: x (batch, n) -> out (batch, num_tokens); with output_mode "one_hot" out (batch, n,
        num_tokens), where a last axis of x of length 1 is left out.
    Raises: ArgumentError without a positive num_tokens, or for another output_mode; DataError for
        an id that is not in [0, num_tokens).

    >>> CategoryEncoding(num_tokens=4)(np.array([[0, 1], [3, 3]]))
    array([[1., 1., 0., 0.],
           [0., 0., 0., 1.]], dtype=float32)
    """

    num_tokens: int | None = None
    output_mode: str = "multi_hot"
    sparse: bool = False

    @property
    def depth(self) -> int | None:
        """The length of the vectors."""
        return self.num_tokens

    def prepare(self) -> None:
        dense(self.sparse)
        if self.output_mode == "binary":  # its name in Keras 2
            self.output_mode = "multi_hot"
        one_of("output_mode", self.output_mode, ("multi_hot", "one_hot", "count"))
        if self.num_tokens is None or self.num_tokens < 1:
            raise ArgumentError(
                "`num_tokens` must be set to use this layer, to 1 or more. "
                f"Received: num_tokens={self.num_tokens}.",
                why="it is the length of the vectors. (If the number of tokens is not known "
                "beforehand, use the IntegerLookup layer instead.)",
                fix="write for example CategoryEncoding(num_tokens=10).",
            )

    def call(self, inputs: Any, count_weights: Any = None) -> Any:
        if count_weights is not None and self.output_mode != "count":
            raise ArgumentError(
                "`count_weights` is not used when `output_mode` is not `'count'`. Received: "
                f"output_mode={self.output_mode!r}.",
                why="the weights are what is counted.",
                fix='write CategoryEncoding(..., output_mode="count"), or leave them out.',
            )
        if count_weights is not None:
            count_weights = ops.cast(count_weights, self.dtype)
        whole = inputs if "int" in str(inputs.dtype) else ops.cast(inputs, "int32")
        return encoded(whole, self.output_mode, self.depth, self.dtype, count_weights, OneHotOfIds)


def encoded(
    numbers: Any, mode: str, depth: Any, dtype: str, weights: Any = None, op: type[OneHot] = OneHot
) -> Any:
    """Integers unchanged, or encoded by `op` as vectors of length `depth`."""
    if mode == "int":
        return numbers
    if mode == "one_hot" and len(numbers.shape) > 1 and numbers.shape[-1] == 1:
        numbers = ops.squeeze(numbers, -1)
    vectors = op(depth, -1, dtype)(numbers)
    if mode == "one_hot":
        return vectors
    if weights is not None:
        vectors = ops.multiply(vectors, ops.expand_dims(weights, -1))
    axis = 1 if len(numbers.shape) > 1 else 0
    return (ops.max if mode == "multi_hot" else ops.sum)(vectors, axis=axis)


def dense(sparse: Any) -> None:
    if sparse:
        raise NotSupportedError(
            NEEDS_DENSE, why="funclab computes with dense arrays only.", fix="leave `sparse` out."
        )
