"""Ops that slide a window or enlarge images, in ONNX, which puts the channels first.

Source: the ONNX operators, opset 20 (onnx.ai/onnx/operators).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from funclab import ops
from funclab.graph import shape_math
from funclab.graph.value import Value
from funclab.ops.nn.pooling import adaptive_spans
from funclab.saving.onnx_writer import Writer, unknown_length


def sliding(writer: Writer, op: Any, output: Value, x: Value, *weights: Value) -> str:
    """Convolution and pooling."""
    size = weights[0].shape[:-2] if weights else op.pool_size
    dilation = getattr(op, "dilation_rate", (1,) * len(size))
    settings: dict[str, Any] = {"strides": op.strides, "kernel_shape": size}
    if op.padding == "same" and None in op.spatial(x.shape):
        settings["auto_pad"] = "SAME_UPPER"
    elif op.padding == "same":
        axes: Any = zip(op.spatial(x.shape), size, op.strides, dilation)
        before, after = zip(*(shape_math.same_padding(*axis) for axis in axes))
        settings["pads"] = (*before, *after)
    if weights:
        channels: Any = op.channels(x.shape)
        settings |= {"dilations": dilation, "group": channels // weights[0].shape[-2]}
    kind = "Conv" if weights else type(op).__name__
    return channels_in_front(writer, kind, op, (x, *weights), output, settings)


def transposed(writer: Writer, op: Any, output: Value, *inputs: Value) -> str:
    """A transposed convolution: what ONNX crops or pads at the end follows from the length."""
    size = inputs[1].shape[:-2]
    before, after, more = [], [], []
    for window, stride, dilation, *rest in op.axes(inputs[1].shape):
        cut = shape_math.transposed_cut(window, stride, dilation, *rest)
        length = shape_math.transposed_length(1, window, stride, dilation, *rest) or 0
        excess = dilation * (window - 1) + 1 - cut - length
        before.append(cut)
        after.append(max(excess, 0))
        more.append(max(-excess, 0))
    settings = {
        "strides": op.strides,
        "kernel_shape": size,
        "dilations": op.dilation_rate,
        "pads": (*before, *after),
        "output_padding": more,
    }
    return channels_in_front(writer, "ConvTranspose", op, inputs, output, settings)


def channels_in_front(
    writer: Writer, kind: str, op: Any, inputs: Any, output: Value, settings: dict[str, Any]
) -> str:
    """A node on inputs transposed to ONNX's order of axes; its output is transposed back."""
    rank = inputs[0].ndim
    names = [writer.cast(value, output.dtype) for value in inputs]
    if len(names) > 1:
        names[1] = writer.node("Transpose", names[1], perm=(rank - 1, rank - 2, *range(rank - 2)))
    if op.data_format == "channels_first":
        return writer.node(kind, *names, **settings)
    names[0] = writer.node("Transpose", names[0], perm=(0, rank - 1, *range(1, rank - 1)))
    made = writer.node(kind, *names, **settings)
    return writer.node("Transpose", made, perm=(0, *range(2, rank), 1))


def adaptive_average(op: Any, x: Any) -> Any:
    """A product with the weight of each position in each window, along each axis."""
    for axis, spans in _spans(op, x):
        here = np.arange(x.shape[axis])
        inside = (here >= spans[:, :1]) & (here < spans[:, 1:])
        shares = inside / inside.sum(axis=1, keepdims=True)
        x = along(x, axis, shares)
    return x


def adaptive_max(op: Any, x: Any) -> Any:
    """The maximum over the positions of each window; short windows repeat their last position."""
    for axis, spans in _spans(op, x):
        longest = np.arange((spans[:, 1] - spans[:, 0]).max())
        positions = np.minimum(spans[:, :1] + longest, spans[:, 1:] - 1)
        x = ops.max(ops.take(x, positions, axis), axis + 1)
    return x


def _spans(op: Any, x: Any) -> Iterator[tuple[int, Any]]:
    first = 2 if op.data_format == "channels_first" else 1
    for axis, count in enumerate(op.output_size, first):
        if x.shape[axis] is None:
            raise unknown_length("Adaptive pooling", "its windows depend on it.")
        yield axis, adaptive_spans(count, x.shape[axis])


def along(x: Any, axis: int, weights: Any) -> Any:
    """x with weighted sums of its positions along an axis."""
    turned = ops.moveaxis(x, axis, -1)
    return ops.moveaxis(ops.matmul(turned, weights.T.astype(x.dtype)), -1, axis)


def up_sample(op: Any, x: Any) -> Any:
    """A product with the weights of the new pixels along each axis."""
    for axis, times in op.changed(x.ndim).items():
        length = x.shape[axis]
        if length is None:
            raise unknown_length("UpSampling2D with interpolation", "its weights depend on it.")
        x = along(x, axis, op.weights(length, times))
    return x
