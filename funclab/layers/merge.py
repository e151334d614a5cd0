"""Layers that combine several tensors into one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, ClassVar

from funclab import config, ops
from funclab.errors import ArgumentError, ShapeError
from funclab.graph import shape_math
from funclab.graph.shape_math import Shape, show
from funclab.graph.tape import current_tape
from funclab.graph.tensor import Tensor
from funclab.layers import advice
from funclab.layers.base import Layer


class Merge(Layer, abstract=True):
    """A layer on a list of tensors, combined element by element.

    Tensors with fewer axes get axes of length 1 after the batch; then NumPy's broadcasting applies.
    """

    supports_masking = True
    at_least, at_most = 1, 10**9

    @property
    def mask_arguments(self) -> Sequence[str]:
        return ()

    def call(self, inputs: Any, mask: Any = None) -> Any:
        self.check(inputs)
        rank = max(tensor.ndim for tensor in inputs)
        aligned = [to_rank(tensor, rank, at=1) for tensor in inputs]
        masks = mask if isinstance(mask, (list, tuple)) else [None] * len(inputs)
        wide = [None if mask is None else to_rank(mask, rank) for mask in masks]
        return self.merge(aligned, wide)

    def merge(self, inputs: list[Any], masks: list[Any]) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no `merge` yet.")

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """A step counts if it counts in any input; no mask if an input has none."""
        if not isinstance(mask, (list, tuple)) or any(part is None for part in mask):
            return None
        return reduce(ops.logical_or, mask)

    def check(self, inputs: Any) -> None:
        """Raise a ShapeError for inputs that cannot be merged."""
        name = type(self).__name__
        if not isinstance(inputs, (list, tuple)):
            form = f"tensor of shape {show(inputs.shape)}" if hasattr(inputs, "shape") else "dict"
            raise ShapeError(
                f"A merge layer should be called on a list of inputs. Received one {form} for "
                f"{self.name} (not a list of tensors).",
                why=f"{name} combines several tensors, passed in one list.",
                fix=f"write {self.name}([a, b]), with square brackets.",
                graph=self,
            )
        if not self.at_least <= len(inputs) <= self.at_most:
            wanted = "exactly 2 inputs"
            if self.at_most > 2:
                wanted = "a list of at least 1 input, and usually of at least 2 inputs"
            raise ShapeError(
                f"A `{name}` layer should be called on {wanted}. Received {len(inputs)} inputs.",
                why=f"{self.name} got {', '.join(show(x.shape) for x in inputs) or 'none'}.",
                fix="put all tensors to be merged in the list.",
                graph=self,
            )
        self.check_shapes([tensor.shape for tensor in inputs])

    def check_shapes(self, shapes: list[Shape]) -> None:
        batches = {shape[0] for shape in shapes if shape} - {None}
        if current_tape().place:  # in a model, a batch of 1 is for all
            batches -= {1}
        if len(batches) > 1:
            raise ShapeError(
                "Cannot merge tensors with different batch sizes. Received tensors with shapes "
                f"{', '.join(map(show, shapes))}.",
                why="the first axis is the batch: row i of every input belongs to sample i.",
                fix="give all inputs the same number of samples.",
            )
        try:
            shape_math.broadcast(*(shape[1:] for shape in shapes))
        except ShapeError as error:
            error.fix = advice.for_sum(shapes)
            raise


def _row(name: str, says: str, made: str, base: Any = Merge, **attributes: Any) -> Any:
    """A layer, and its function; `made` is its result for (1, 5) and (3, 2)."""
    pair = attributes.get("at_most") == 2
    inputs, fault = "a list of tensors", "."
    if pair:
        inputs, fault = "two tensors", ", or for another number of inputs."
    doc = f"""out = {says}.

    Shapes: {inputs} of one shape (or broadcast together) -> out (that shape).
    Raises: ShapeError if the shapes do not fit{fault}

    >>> {name}()([np.array([1.0, 5.0]), np.array([3.0, 2.0])])
    array([{made}], dtype=float32)
    """
    layer = type(name, (base,), {**attributes, "__doc__": doc, "__module__": __name__})
    return layer, _function(layer)


def _product(inputs: Sequence[Any], masks: Sequence[Any]) -> Any:
    pairs = zip(inputs, masks, strict=True)
    factors = [x if mask is None else ops.where(mask, x, 1.0) for x, mask in pairs]
    product = reduce(ops.multiply, factors)
    if any(mask is None for mask in masks):
        return product
    return ops.where(reduce(ops.logical_or, masks), product, 0.0)


class Extreme(Merge, abstract=True):
    """The largest or smallest of the inputs; at a masked step, only the others count."""

    choose: ClassVar[Callable[..., Any]]

    def merge(self, inputs: list[Any], masks: list[Any]) -> Any:
        best, counts = inputs[0], masks[0]
        for x, mask in zip(inputs[1:], masks[1:], strict=True):
            other = x if mask is None else ops.where(mask, x, best)
            best = best if counts is None else ops.where(counts, best, other)
            counts = None if mask is None or counts is None else ops.logical_or(counts, mask)
            best = type(self).choose(best, other)
        return best


def to_rank(x: Any, rank: int, at: int = -1) -> Any:
    """`x` with axes of length 1, after the batch or at the end, until there are `rank`."""
    for _ in range(rank - len(x.shape)):
        x = ops.expand_dims(x, at)
    return x


def _one_by_one(name: str, first: Any, more: Sequence[Any], rest: str) -> ArgumentError:
    """The error for `add(a, b)`. `rest` says what follows the inputs."""
    given = ", ".join(getattr(x, "id", type(x).__name__) for x in (first, *more))
    return ArgumentError(
        f"{name} was given its inputs one by one: {given}.",
        why=f"the inputs are one argument, a list; {rest}.",
        fix=f"write {name}([a, b]), with square brackets.",
    )


def _function(layer: Any) -> Any:
    """The function that makes a layer and calls it: `add([a, b])` is `Add()([a, b])`."""

    name = layer.__name__.lower()

    def merge(inputs: Sequence[Any], *more: Any, **kwargs: Any) -> Any:
        if more:
            said = f"{name}() takes 1 positional argument but {len(more) + 1} were given"
            raise _one_by_one(name, inputs, more, said)
        return layer(**kwargs)(inputs)

    merge.__name__ = merge.__qualname__ = name
    merge.__doc__ = f"{layer.__name__}(**kwargs)(inputs): {layer.__doc__}"
    return merge


Add, add = _row(
    "Add", "the sum of the inputs", "4., 7.",
    merge=lambda self, inputs, masks: reduce(ops.add, inputs),
)  # fmt: skip
Subtract, subtract = _row(
    "Subtract", "the first input minus the second", "-2.,  3.", at_least=2, at_most=2,
    merge=lambda self, inputs, masks: ops.subtract(*inputs),
)  # fmt: skip
Average, average = _row(
    "Average", "the mean of the inputs, element by element", "2. , 3.5",
    merge=lambda self, inputs, masks: ops.divide(reduce(ops.add, inputs), len(inputs)),
)  # fmt: skip
Multiply, multiply = _row(
    "Multiply", "the product of the inputs, element by element. A masked step counts as 1",
    " 3., 10.", merge=lambda self, inputs, masks: _product(inputs, masks),
)  # fmt: skip
Maximum, maximum = _row(
    "Maximum", "the largest of the inputs, element by element", "3., 5.", Extreme,
    choose=staticmethod(ops.maximum),
)  # fmt: skip
Minimum, minimum = _row(
    "Minimum", "the smallest of the inputs, element by element", "1., 2.", Extreme,
    choose=staticmethod(ops.minimum),
)  # fmt: skip


class Concatenate(Merge):
    """out = the inputs joined end to end along `axis`.

    Shapes: tensors that differ only on `axis` -> out, whose length there is the sum of theirs.
    Raises: ShapeError if they differ on another axis.

    >>> Concatenate()([Input((3,)), Input((4,))]).shape
    (None, 7)
    """

    mask_operations = 4
    axis: int = -1

    def prepare(self) -> None:
        if not isinstance(self.axis, int):
            raise ArgumentError(
                f"Concatenate needs a whole number as `axis`. Received: axis={self.axis!r}.",
                why="the inputs are joined end to end along one axis.",
                fix="write for example Concatenate(axis=-1)([a, b]): the list goes in the call.",
            )

    def call(self, inputs: Any, mask: Any = None) -> Any:
        self.check(inputs)
        return ops.concatenate(list(inputs), axis=self.axis)

    def check_shapes(self, shapes: list[Shape]) -> None:
        shape_math.concatenate(shapes, self.axis)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The masks joined along time; or along features, where a step counts if it does in any."""
        if not isinstance(mask, (list, tuple)) or all(part is None for part in mask):
            return None
        whole = [_whole_mask(x, part) for x, part in zip(inputs, mask, strict=True)]
        return ops.any(ops.concatenate(whole, axis=self.axis), axis=-1)


class Dot(Merge):
    """out = for each sample, the sums of products over one axis of each input.

    Shapes: x (batch, a, k), y (batch, k, b), axes (2, 1) -> out (batch, a, b); two vectors
        (batch, k) give (batch, 1). With `normalize`, vectors along these axes are first divided by
        their norms, so the result is their cosine similarity.
    Raises: ArgumentError unless `axes` is one integer or two; ShapeError if the lengths differ.

    >>> Dot(axes=1)([Input((4,)), Input((4,))]).shape
    (None, 1)
    """

    at_least = at_most = 2
    axes: Any
    normalize: bool = False

    def prepare(self) -> None:
        axes = self.axes
        pair = [axes, axes] if isinstance(axes, int) else axes
        whole = isinstance(pair, (list, tuple)) and all(isinstance(axis, int) for axis in pair)
        if not whole or len(pair) != 2:
            raise ArgumentError(
                f"Invalid format for argument `axes`: it should be an integer or contain two "
                f"integers. Received: axes={axes!r}.",
                why="products are summed along one axis of each of the two inputs.",
                fix="write for example Dot(axes=1) or Dot(axes=(2, 1)).",
            )

    def call(self, inputs: Any, mask: Any = None) -> Any:
        self.check(inputs)
        x, y = inputs
        i, j = (self.axes, self.axes) if isinstance(self.axes, int) else self.axes
        if self.normalize:
            x, y = _unit(x, i), _unit(y, j)
        try:
            return ops.batch_dot(x, y, (i, j))
        except ShapeError as error:
            error.fix = advice.for_dot(x.shape, y.shape)
            raise

    def check_shapes(self, shapes: list[Shape]) -> None:
        """Nothing here: `batch_dot` checks them."""

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        return None


def _whole_mask(x: Any, mask: Any) -> Any:
    """A mask with the shape of x."""
    if mask is None:
        return ops.ones_like(x, dtype="bool")
    if mask.ndim == x.ndim:
        return mask
    return ops.logical_or(to_rank(mask, x.ndim, at=-1), ops.zeros_like(x, dtype="bool"))


def _unit(x: Any, axis: int) -> Any:
    squared = ops.sum(ops.square(x), axis=axis, keepdims=True)
    return ops.divide(x, ops.sqrt(ops.maximum(squared, config.epsilon() ** 2)))


def concatenate(inputs: Sequence[Any], axis: int = -1, **kwargs: Any) -> Any:
    """Tensors joined end to end along `axis`: Concatenate(axis)(inputs)."""
    if isinstance(axis, Tensor):
        raise _one_by_one("concatenate", inputs, [axis], "the second argument is the axis")
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(inputs: Sequence[Any], axes: Any = -1, normalize: bool = False, **kwargs: Any) -> Any:
    """Sums of products of two tensors: Dot(axes, normalize)(inputs)."""
    if isinstance(axes, Tensor):
        raise _one_by_one("dot", inputs, [axes], "the second argument is the axes")
    return Dot(axes=axes, normalize=normalize, **kwargs)(inputs)
