"""Sums, means, extremes, `any` and `all` along axes, and running sums."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from funclab.engine.kernels import reduction as kernels
from funclab.errors import ShapeError
from funclab.graph import shape_math
from funclab.graph.op import Array, Op
from funclab.graph.shape_math import Shape, show
from funclab.ops.arithmetic import (
    equal,
    greater,
    less,
    logical_and,
    maximum,
    minimum,
    not_equal,
    subtract,
)
from funclab.ops.base import Data, in_keras, made, named_like, with_settings
from funclab.ops.basic import cast
from funclab.ops.elementwise import clip, sqrt, square
from funclab.ops.indexing import take_along_axis
from funclab.ops.shaping import expand_dims, ravel

Axis = int | tuple[int, ...] | None


class Reduction(Op, abstract=True):
    """An op that removes one or more axes (None: all), or keeps them with length 1.

    `ufunc` is the operation that combines two elements.
    """

    ufunc: ClassVar[Any]
    axis: Axis = None
    keepdims: bool = False

    def shape(self, x: Shape) -> Shape:
        return shape_math.reduce(x, self.axis, self.keepdims)

    def forward(self, x: Array, out: Array) -> None:
        kernels.reduce(self.ufunc, x, self.axes(x), out)

    def axes(self, x: Array) -> tuple[int, ...]:
        return shape_math.reduced_axes(x.ndim, self.axis)

    def spread(self, x: Array, array: Array) -> Array:
        """An array of the output's shape with the axes restored as length 1, to broadcast to x."""
        if self.axis is None or self.keepdims:
            return array  # it already broadcasts to x
        axes = self.axes(x)
        return array.reshape([1 if i in axes else n for i, n in enumerate(x.shape)])


class Sum(Reduction):
    """out = the sum of x along `axis`; True counts as 1.

    Shapes: x (any) -> out without the axes.
    Gradient: gx = g at every element that was summed.
    """

    def dtype(self, x: str) -> str:
        return "int32" if x == "bool" else x

    ufunc = np.add

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.copyto(gx, self.spread(x, g))


class Mean(Reduction):
    """out = the mean of x along `axis`.

    Shapes: x (any) -> out without the axes.
    Gradient: gx = g / n at each of the n elements.
    """

    makes = "float"
    ufunc = np.add

    def forward(self, x: Array, out: Array) -> None:
        super().forward(x, out)
        np.divide(out, x.size // (out.size or 1), out)

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.copyto(gx, self.spread(x, g / (x.size // (out.size or 1))))


class Peak(Reduction, abstract=True):
    """The largest or smallest element; if several are equal, they share the gradient.

    Raises: ShapeError if there are no elements to choose from.
    """

    def shape(self, x: Shape) -> Shape:
        check_elements(self, x, self.axis)
        return super().shape(x)

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        kernels.extreme_vjp(g, x, self.axes(x), out, gx)


def check_elements(op: Op, x: Shape, axis: Axis) -> None:
    """Refuse to choose from no elements, for example with 0 samples."""
    left = shape_math.reduce(x, axis, keepdims=False)
    if 0 in x and 0 not in left:
        name = op.name.replace("_", "")
        raise ShapeError(
            f"A zero-size array has no {name}: it has the shape {show(x)}, and "
            + ("the choice is among all elements." if axis is None else f"axis is {axis}."),
            why="one of the elements is the result, and there are none.",
            fix="check why there are no elements, or leave out batches without samples.",
        )


class Truth(Reduction, abstract=True):
    """True or false; no gradient flows."""

    makes = "bool"
    differentiable = False


class Prod(Reduction):
    """out = the product of the elements along `axis`.

    Shapes: x (any) -> out without the axes.
    Gradient: gx = g * the product of all other elements.
    """

    ufunc = np.multiply

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        axes = self.axes(x)
        zeros = (x == 0).sum(axes, keepdims=True)
        rest = np.where(x == 0, 1, x)  # out / x, except for zeros
        product = rest.prod(axes, keepdims=True)
        others = np.where(zeros == 0, product / rest, np.where((zeros == 1) & (x == 0), product, 0))
        np.multiply(others, self.spread(x, g), gx)


class LogSumExp(Reduction):
    """out = log(the sum of e^x) along `axis`: a smooth maximum.

    Shapes: x (any) -> out without the axes.
    Gradient: gx = g * e^(x - out), the softmax.
    Numerics: computed as m + log(sum e^(x - m)) with m the maximum, so nothing overflows.
    """

    keras = "math.Logsumexp"
    makes = "float"

    def forward(self, x: Array, out: Array) -> None:
        axes = self.axes(x)
        top = np.max(x, axes, keepdims=True, initial=-np.inf)
        # If all x are -inf, x - m would be NaN; the result is log(0).
        top = np.where(np.isfinite(top), top, 0)
        total = np.log(np.exp(x - top).sum(axes, keepdims=True)) + top
        np.copyto(out, total.reshape(out.shape))

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.subtract(x, self.spread(x, out), gx)
        np.exp(gx, gx)
        np.multiply(gx, self.spread(x, g), gx)


class Cumsum(Op):
    """out = the sum of all elements up to each, along `axis`.

    Shapes: x (any) -> out (same as x).
    Gradient: gx = the sum of g from each element on.
    """

    axis: int

    def shape(self, x: Shape) -> Shape:
        shape_math.axis_index(self.axis, len(x))
        return x

    def dtype(self, x: str) -> str:
        return "int32" if x == "bool" else x

    def forward(self, x: Array, out: Array) -> None:
        np.add.accumulate(x, self.axis, None, out)

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        backward = np.flip(gx, self.axis)
        np.add.accumulate(np.flip(g, self.axis), self.axis, None, backward)


def cumsum(x: Data, axis: int | None = None, dtype: str | None = None) -> Any:
    """The sum of all elements up to each, along `axis` (None: of the flattened x)."""
    if axis is None:
        x, axis = ravel(x), 0
    return Cumsum(axis)(x if dtype is None else cast(x, dtype))


def _function(op: Any, name: str = "") -> Any:
    def reduction(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return op(to_axis(axis), keepdims)(x)

    return named_like(op, reduction, name)


def _row(name: str, ufunc: Any, says: str, gradient: str = "", function: str = "") -> Any:
    """An op that selects one of the elements, or tests them, and its function."""
    says, shapes = f"out = {says} along `axis` (None: of all)", "x (any) -> out without the axes"
    op = made(name, Peak if gradient else Truth, says, shapes, gradient, ufunc=ufunc)
    return op, _function(op, function)


Max, _ = _row(
    "Max", np.maximum, "the largest element", "g goes to the largest; ties share it equally"
)
Min, _ = _row(
    "Min", np.minimum, "the smallest element", "g goes to the smallest; ties share it equally"
)
AnyTrue, any = _row(
    "AnyTrue", np.logical_or, "whether any element is true (not zero)", function="any"
)
AllTrue, all = _row(
    "AllTrue", np.logical_and, "whether all elements are true (not zero)", function="all"
)
sum, mean, logsumexp = _function(Sum), _function(Mean), _function(LogSumExp, "logsumexp")


def max(x: Data, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Any:
    """The largest element along `axis` (None: of all), and at least `initial`."""
    largest = Max(to_axis(axis), keepdims)(x)
    return largest if initial is None else maximum(largest, initial)


def min(x: Data, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Any:
    """The smallest element along `axis` (None: of all), and at most `initial`."""
    smallest = Min(to_axis(axis), keepdims)(x)
    return smallest if initial is None else minimum(smallest, initial)


def prod(x: Data, axis: Any = None, keepdims: bool = False, dtype: str | None = None) -> Any:
    """The product of the elements along `axis` (None: of all)."""
    return Prod(to_axis(axis), keepdims)(x if dtype is None else cast(x, dtype))


def var(x: Data, axis: Any = None, keepdims: bool = False) -> Any:
    """The variance along `axis`: the mean squared difference from the mean."""
    centred = subtract(x, mean(x, axis, keepdims=True))
    return mean(square(centred), axis, keepdims)


@in_keras("nn")
def moments(
    x: Data, axes: Any, keepdims: bool = False, synchronized: bool = False
) -> tuple[Any, Any]:
    """The mean and the variance along `axes`. `synchronized` has no effect on one machine."""
    return mean(x, axes, keepdims), var(x, axes, keepdims)


def std(x: Data, axis: Any = None, keepdims: bool = False) -> Any:
    """The standard deviation along `axis`: the square root of `var`."""
    return sqrt(var(x, axis, keepdims))


def to_axis(axis: Any) -> Axis:
    """One axis, a tuple of axes, or None, from what the user passed."""
    if axis is None:
        return None
    if isinstance(axis, (list, tuple)):
        return tuple(map(int, axis))
    return int(axis)


class ArgMax(Op):
    """out = the index of the largest element along `axis` (None: of the flattened x).

    Shapes: x (any) -> out without the axis, of integers: of equal elements, the first.
    """

    keras = "numpy.Argmax"
    makes = "int32"
    differentiable = False
    function: ClassVar[Any] = np.argmax
    axis: int | None = None
    keepdims: bool = False

    def shape(self, x: Shape) -> Shape:
        check_elements(self, x, self.axis)
        return shape_math.reduce(x, self.axis, self.keepdims)

    def forward(self, x: Array, out: Array) -> None:
        out[...] = type(self).function(x, self.axis, keepdims=self.keepdims)


class ArgMin(ArgMax):
    """out = the index of the smallest element along `axis` (None: of the flattened x).

    Shapes: x (any) -> out without the axis, of integers: of equal elements, the first.
    """

    keras = "numpy.Argmin"
    function = np.argmin


argmax = with_settings(ArgMax, "x", name="argmax")
argmin = with_settings(ArgMin, "x", name="argmin")


def count_nonzero(x: Data, axis: Any = None) -> Any:
    """How many elements along `axis` (None: of all) are not zero."""
    return sum(not_equal(x, 0), axis)


@in_keras("math")
def in_top_k(targets: Data, predictions: Data, k: int) -> Any:
    """Whether the target class is among the k classes with the highest predictions.

    Classes that tie with the k-th count as among them; a target that is no class is not.

    Shapes: targets (n,), predictions (n, classes) -> (n,), of booleans.
    """
    predictions = predictions if hasattr(predictions, "shape") else np.asarray(predictions)
    places = clip(targets, 0, predictions.shape[-1] - 1)
    score = take_along_axis(predictions, expand_dims(places, -1), axis=-1)
    better = greater(predictions, score)
    return logical_and(equal(targets, places), less(sum(better, axis=-1), k))


AnyTrue.keras = "numpy.Any"
AllTrue.keras = "numpy.All"
