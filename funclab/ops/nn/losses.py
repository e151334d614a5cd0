"""Cross-entropies: losses of predicted probabilities, or better, of their scores (logits).

Each is fused with its softmax or sigmoid. Computed separately, a very small probability would round
to 0, and then neither its logarithm nor its gradient could be recovered.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from funclab import config
from funclab.engine.kernels import losses as kernels
from funclab.engine.kernels import softmax
from funclab.errors import ShapeError
from funclab.graph import shape_math
from funclab.graph.op import Array, Op, View, Work, as_float
from funclab.graph.shape_math import Shape, show
from funclab.graph.value import Value
from funclab.ops.arithmetic import add, divide, multiply, subtract
from funclab.ops.base import Data, Elementwise, Slot, as_rows, shape_of, write
from funclab.ops.basic import cast
from funclab.ops.elementwise import Sigmoid, clip, log, negative
from funclab.ops.indexing import take_along_axis
from funclab.ops.nn.activation import Softmax
from funclab.ops.nn.dense import BiasActivation, bias_activation
from funclab.ops.reduction import sum
from funclab.ops.shaping import expand_dims, moveaxis, reshape, squeeze


class PerSample(Op, abstract=True):
    """One number for each vector along the last axis of the predictions x."""

    sparse: ClassVar[bool] = False
    """Whether targets are class indices, not vectors."""

    def shape(self, target: Shape, x: Shape) -> Shape:
        check_same(target, x[:-1] if self.sparse else x)
        return x[:-1]

    def dtype(self, target: str, x: str) -> str:
        return as_float(x)

    def bind(self, *arrays: Any) -> tuple[Any, ...]:
        return as_rows(*arrays)


class PerElement(Elementwise, abstract=True):
    """One number for each element of the predictions x."""

    def shape(self, target: Shape, x: Shape) -> Shape:
        check_same(target, x)
        return x

    def dtype(self, target: str, x: str) -> str:
        return as_float(x)


class CrossEntropy(PerSample):
    """out = -sum(target * log(softmax(x))) over the last axis.

    Shapes: target (..., classes), x (..., classes) -> out (...).
    Gradient: gx = g * (softmax(x) * sum(target) - target); gtarget = -g * log(softmax(x)).
    Numerics: log(softmax(x)) = x - m - log(sum e^(x - m)) with m = max(x). The work array stores
        gx / g for the gradient.
    """

    loop: ClassVar[str] = "cross_entropy"

    def work(self, target: Shape, x: Shape) -> Work:
        return ((x, None),)

    def forward(self, target: Array, x: Array, out: Array, slope: Array) -> None:
        softmax.lower_rows(x, slope)
        np.exp(slope, slope)
        getattr(kernels, self.loop)(target, x, slope, out)

    def vjp(
        self, g: Array, target: Array, x: Array, out: Array, slope: Array, gtarget: Slot, gx: Slot
    ) -> None:
        if gx is not None:
            kernels.scale_rows(g, slope, gx)
        if gtarget is not None:
            top = x.max(-1, keepdims=True)
            total = top + np.log(np.exp(x - top).sum(-1, keepdims=True))
            np.multiply(total - x, g[:, None], gtarget)


class SparseCrossEntropy(CrossEntropy):
    """out = -log(softmax(x)) of the target class, over the last axis.

    Shapes: target (...) of class indices, x (..., classes) -> out (...).
    Gradient: gx = g * (softmax(x) - 1 at the target class).
    Numerics: as CrossEntropy; NaN where the target is not an existing class.
    """

    sparse = True
    loop = "sparse_cross_entropy"

    def vjp(
        self, g: Array, target: Array, x: Array, out: Array, slope: Array, gtarget: Slot, gx: Slot
    ) -> None:
        super().vjp(g, target, x, out, slope, None, gx)
        write(0, gtarget)


class BinaryCrossEntropy(PerElement):
    """out = -t log(s) - (1 - t) log(1 - s) with s = sigmoid(x), element by element.

    Shapes: target (any), x (same) -> out (same).
    Gradient: gx = g * (sigmoid(x) - target); gtarget = -g * x.
    Numerics: computed as max(x, 0) - x t + log1p(e^-|x|), which cannot overflow. The work array
        stores gx / g for the gradient.
    """

    def work(self, target: Shape, x: Shape) -> Work:
        return ((x, None),)

    def forward(self, target: Array, x: Array, out: Array, slope: Array) -> None:
        kernels.binary_cross_entropy(target, x, slope, out)

    def vjp(
        self, g: Array, target: Array, x: Array, out: Array, slope: Array, gtarget: Slot, gx: Slot
    ) -> None:
        if gx is not None:
            np.multiply(g, slope, gx)
        if gtarget is not None:
            np.multiply(g, x, gtarget)
            np.negative(gtarget, gtarget)


def check_same(target: Shape, output: Shape) -> None:
    if not shape_math.same(target, output):
        raise ShapeError(
            f"`y_true` and `y_pred` must have the same shape: target.shape={show(target)}, "
            f"output.shape={show(output)}. Arguments have incompatible shapes.",
            why="each prediction is compared with the target in the same place.",
            fix="use one-hot targets with categorical_crossentropy (utils.to_categorical makes "
            "them), class numbers with sparse_categorical_crossentropy.",
        )


def categorical_crossentropy(
    target: Data, output: Data, from_logits: bool = False, axis: int = -1
) -> Any:
    """The cross-entropy of one-hot targets (or any weights) and predictions along `axis`.

    Predictions are probabilities, which are first scaled to add up to 1 and clipped to stay 1e-7
    away from 0 and 1; or, with from_logits, the scores before a softmax.

    Shapes: target (..., classes), output (..., classes) -> (...).
    """
    rank = len(shape_of(output))
    if axis not in (-1, rank - 1):
        target, output = moveaxis(target, axis, -1), moveaxis(output, axis, -1)
    logits = output if from_logits else scores_before(output, Softmax())
    if logits is not None:
        return CrossEntropy()(target, logits)
    check_same(shape_of(target), shape_of(output))
    return negative(sum(multiply(target, log(_probabilities(output))), axis=-1))


def sparse_categorical_crossentropy(
    target: Data, output: Data, from_logits: bool = False, axis: int = -1
) -> Any:
    """The cross-entropy of class indices and predictions; see categorical_crossentropy.

    Shapes: target (...) or (..., 1), output (..., classes) -> (...).
    """
    rank = len(shape_of(output))
    if axis not in (-1, rank - 1):
        output = moveaxis(output, axis, -1)
    shape = shape_of(target)
    if len(shape) == rank and shape[-1] == 1:
        target = squeeze(target, -1)
    logits = output if from_logits else scores_before(output, Softmax())
    if logits is not None:
        return SparseCrossEntropy()(target, logits)
    check_same(shape_of(target), shape_of(output)[:-1])
    chances = log(_probabilities(output))
    chosen = take_along_axis(chances, expand_dims(cast(target, "int64"), -1), axis=-1)
    return negative(squeeze(chosen, -1))


def binary_crossentropy(target: Data, output: Data, from_logits: bool = False) -> Any:
    """The cross-entropy of targets between 0 and 1 and predictions, element by element.

    Predictions are probabilities, clipped to stay 1e-7 away from 0 and 1; or, with from_logits, the
    scores before a sigmoid.

    Shapes: target (any), output (same) -> (same).
    """
    logits = output if from_logits else scores_before(output, Sigmoid())
    if logits is not None:
        return BinaryCrossEntropy()(target, logits)
    check_same(shape_of(target), shape_of(output))
    p = clip(output, config.epsilon(), 1 - config.epsilon())
    yes = multiply(target, log(p))
    no = multiply(subtract(1.0, target), log(subtract(1.0, p)))
    return negative(add(yes, no))


def scores_before(output: Any, op: Op) -> Any:
    """The scores that `op` has just turned into probabilities. From the scores, the loss is exact
    and one step, even where the probability of a confident mistake would round to 0. The
    probabilities may have been reshaped since, by TimeDistributed or Reshape."""
    call = output.origin if isinstance(output, Value) else None
    while call is not None and isinstance(call.op, View) and call.op.differentiable:
        call = call.inputs[0].origin
    if call is not None and call.op == op:
        scores = call.inputs[0]
    elif call is not None and op == Sigmoid() and call.op == BiasActivation("sigmoid"):
        x, b = call.inputs
        scores = bias_activation(x, b)  # the same op again, without the sigmoid
    else:
        return None
    if scores.shape == output.shape:
        return scores
    same_rows = op == Sigmoid() or scores.shape[-1] == output.shape[-1]
    return reshape(scores, output.shape) if same_rows else None


def _probabilities(output: Any) -> Any:
    small = config.epsilon()
    return clip(divide(output, sum(output, axis=-1, keepdims=True)), small, 1 - small)
