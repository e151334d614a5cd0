"""What slides a window or enlarges images, in ONNX, which has the channels in front.

Source: the ONNX operators, opset 20 (onnx.ai/onnx/operators).
"""

from __future__ import annotations

from typing import Any

from funclab import ops, shape_math
from funclab.graph.value import Value
from funclab.ops.resampling import up_sampling_weights
from funclab.saving.onnx_writer import Writer, unknown_length


def sliding(writer: Writer, op: Any, inputs: list[Value], output: Value) -> str:
    """Convolution and pooling; ONNX has the channels in front."""
    x, rank = inputs[0], inputs[0].ndim
    kernel = inputs[1:2]
    size = kernel[0].shape[:-2] if kernel else op.pool_size
    dilation = getattr(op, "dilation_rate", (1,) * len(size))
    settings: dict[str, Any] = {"strides": op.strides, "kernel_shape": size}
    if op.padding == "same" and None in op.spatial(x.shape):
        settings["auto_pad"] = "SAME_UPPER"
    elif op.padding == "same":
        axes: Any = zip(op.spatial(x.shape), size, op.strides, dilation)
        before, after = zip(*(shape_math.same_padding(*axis) for axis in axes))
        settings["pads"] = (*before, *after)
    names = [writer.cast(value, output.dtype) for value in inputs]
    is_last = op.data_format == "channels_last"
    if is_last:
        names[0] = writer.node("Transpose", names[0], perm=(0, rank - 1, *range(1, rank - 1)))
    if kernel:
        names[1] = writer.node("Transpose", names[1], perm=(rank - 1, rank - 2, *range(rank - 2)))
        channels: Any = op.channels(x.shape)
        settings |= {"dilations": dilation, "group": channels // kernel[0].shape[-2]}
    made = writer.node("Conv" if kernel else type(op).__name__, *names, **settings)
    return writer.node("Transpose", made, perm=(0, *range(2, rank), 1)) if is_last else made


def up_sample(op: Any, x: Any) -> Any:
    """A product with the weights of the new pixels along each axis."""
    for axis, times in op.axes(x.ndim).items():
        length = x.shape[axis]
        if length is None:
            raise unknown_length("UpSampling2D with interpolation", "its weights depend on it.")
        weights = up_sampling_weights(length, times, op.interpolation).T.astype(x.dtype)
        x = ops.moveaxis(ops.matmul(ops.moveaxis(x, axis, -1), weights), -1, axis)
    return x
