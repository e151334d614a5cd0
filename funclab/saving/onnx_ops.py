"""What each op is in ONNX: one node, a few nodes, or other ops that do the same.

Source: the ONNX operators, opset 20 (onnx.ai/onnx/operators).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from funclab import ops
from funclab.graph import shape_math
from funclab.graph.value import Value
from funclab.saving.onnx_recurrent import RECURRENT, recurrence, recurrent_layer
from funclab.saving.onnx_windows import (
    adaptive_average,
    adaptive_max,
    sliding,
    transposed,
    up_sample,
)  # fmt: skip
from funclab.saving.onnx_writer import Writer, unknown_length

FAR = np.iinfo(np.int64).max


# One node with the same meaning. Inputs get the output's dtype; in comparisons, the widest.
SAME = {
    **{name: name for name in (
        "Add", "Sqrt", "Reciprocal", "Exp", "Log", "Sin", "Cos", "Tanh", "Sigmoid", "Sign",
        "Floor", "Ceil", "Softplus", "Softsign", "Identity", "MatMul", "Elu", "Selu", "Softmax",
        "LogSoftmax", "HardSigmoid", "Gelu", "Round", "Tan", "Sinh", "Cosh", "Erf", "Det",
        "Transpose", "Equal", "Less", "Greater",
    )},
    "Arcsin": "Asin", "Arccos": "Acos", "Arctan": "Atan", "Arcsinh": "Asinh", "Arccosh": "Acosh",
    "Arctanh": "Atanh", "Negative": "Neg", "Absolute": "Abs", "Subtract": "Sub",
    "Multiply": "Mul", "Divide": "Div", "Power": "Pow", "Maximum": "Max", "Minimum": "Min",
    "StopGradient": "Identity", "Concatenate": "Concat", "LessEqual": "LessOrEqual",
    "GreaterEqual": "GreaterOrEqual", "IsNan": "IsNaN", "Isinf": "IsInf",
    "LogicalAnd": "And", "LogicalOr": "Or", "LogicalNot": "Not", "LogicalXor": "Xor",
}  # fmt: skip
REDUCTIONS = {
    "Sum": "ReduceSum", "Mean": "ReduceMean", "Prod": "ReduceProd", "Max": "ReduceMax",
    "Min": "ReduceMin", "LogSumExp": "ReduceLogSumExp",
}  # fmt: skip
ATTRIBUTES: dict[str, Callable[[Any, Any], dict[str, Any]]] = {
    "Elu": lambda op, x: {"alpha": op.alpha},
    "Selu": lambda op, x: {"gamma": 1.0507009873554805, "alpha": 1.6732632423543772},
    "HardSigmoid": lambda op, x: {"alpha": 1 / 6, "beta": 0.5},
    "Gelu": lambda op, x: {"approximate": "tanh" if op.approximate else "none"},
    "Softmax": lambda op, x: {"axis": op.axis},
    "LogSoftmax": lambda op, x: {"axis": op.axis},
    "Concatenate": lambda op, x: {"axis": op.axis},
    "Transpose": lambda op, x: {"perm": op.order(x.ndim)},
}


def same(writer: Writer, op: Any, output: Value, *inputs: Value) -> str:
    name = type(op).__name__
    attributes = ATTRIBUTES.get(name, lambda op, x: {})(op, inputs[0])
    dtype = output.dtype
    if dtype == "bool" and not name.startswith("Logical"):
        dtype = str(np.result_type(*(x.dtype for x in inputs)))
    return writer.node(SAME[name], *(writer.cast(x, dtype) for x in inputs), **attributes)


def triangle(writer: Writer, op: Any, output: Value, x: Value) -> str:
    upper = int(type(op).__name__ == "Triu")
    return writer.node("Trilu", writer.cast(x), writer.constant(op.k), upper=upper)


def reduction(writer: Writer, op: Any, output: Value, x: Value) -> str:
    axes = writer.constant(shape_math.reduced_axes(x.ndim, op.axis))
    name, kind = writer.cast(x, output.dtype), REDUCTIONS[type(op).__name__]
    return writer.node(kind, name, axes, keepdims=int(op.keepdims))


def extreme(writer: Writer, op: Any, output: Value, x: Value) -> str:
    name, axis = writer.cast(x), op.axis
    if axis is None:
        name, axis = writer.node("Reshape", name, writer.constant([-1])), 0
    made = writer.node(type(op).__name__, name, axis=axis, keepdims=int(op.keepdims))
    if op.axis is None:
        made = writer.node("Reshape", made, writer.constant([1] * output.ndim))
    return writer.node("Cast", made, to=output.dtype)


def where(writer: Writer, op: Any, output: Value, condition: Value, x: Value, y: Value) -> str:
    pair = writer.cast(x, output.dtype), writer.cast(y, output.dtype)
    return writer.node("Where", writer.cast(condition, "bool"), *pair)


def gather(kind: str, axis: int | None = None) -> Any:
    def write(writer: Writer, op: Any, output: Value, x: Value, indices: Value) -> str:
        along = op.axis if axis is None else axis
        return writer.node(kind, writer.cast(x), writer.cast(indices, "int64"), axis=along)

    return write


def get_item(writer: Writer, op: Any, output: Value, x: Value) -> str:
    parts = op.whole_index(x.shape)
    keys = [part for part in parts if part is not None]
    cuts = [slice(i, i + 1 if i != -1 else None) if isinstance(i, int) else i for i in keys]
    axes = [axis for axis, cut in enumerate(cuts) if cut != slice(None)]
    steps = [cuts[axis].step or 1 for axis in axes]
    starts = [cuts[axis].start for axis in axes]
    ends = [cuts[axis].stop for axis in axes]
    far = [FAR if step > 0 else -FAR for step in steps]
    starts = [(0 if step > 0 else FAR) if i is None else i for i, step in zip(starts, steps)]
    ends = [limit if i is None else i for i, limit in zip(ends, far)]
    name = writer.cast(x)
    if axes:
        name = writer.node("Slice", name, *map(writer.constant, (starts, ends, axes, steps)))
    gone = [axis for axis, part in enumerate(keys) if isinstance(part, int)]
    if gone:
        name = writer.node("Squeeze", name, writer.constant(gone))
    left = [part for part in parts if not isinstance(part, int)]
    new = [axis for axis, part in enumerate(left) if part is None]
    return writer.node("Unsqueeze", name, writer.constant(new)) if new else name


def reshape(writer: Writer, op: Any, output: Value, x: Value) -> str:
    """In ONNX, 0 stands for the length of that axis of x, and a single -1 for the rest."""
    kind = type(op).__name__
    kept = kind == "ReshapeSamples" and (0,)
    if kind == "Reshape" and op.newshape.count(None) > 1:
        kept = [i for i, length in enumerate(op.newshape) if length is None]
    lengths = [-1 if n is None else n for n in output.shape]
    if lengths.count(-1) > 1 and kept:
        lengths = [0 if i in kept else n for i, n in enumerate(lengths)]
    if lengths.count(-1) > 1 or (kind == "UnfoldTime" and op.time is None):
        raise unknown_length(f"The op {op.name}")
    return writer.node("Reshape", writer.cast(x), writer.constant(lengths))


def axes_of(kind: str) -> Any:
    def write(writer: Writer, op: Any, output: Value, x: Value) -> str:
        axes = (op.axis,) if isinstance(op.axis, int) else op.axis
        if axes is None:
            axes = tuple(axis for axis, length in enumerate(x.shape) if length == 1)
        return writer.node(kind, writer.cast(x), writer.constant(axes))

    return write


def einsum(writer: Writer, op: Any, output: Value, *inputs: Value) -> str:
    """Axes of length 1 that meet longer ones are removed: ONNX does not broadcast them."""
    terms, letters = op.letters([x.ndim for x in inputs])
    longer = {c for term, x in zip(terms, inputs) for c, n in zip(term, x.shape) if n != 1}
    names, kept = [], []
    for term, x in zip(terms, inputs):
        gone = [i for i, c in enumerate(term) if x.shape[i] == 1 and c in longer]
        name = writer.cast(x, output.dtype)
        names.append(writer.node("Squeeze", name, writer.constant(gone)) if gone else name)
        kept.append("".join(c for i, c in enumerate(term) if i not in gone))
    return writer.node("Einsum", *names, equation=f"{','.join(kept)}->{letters}")


def pad(writer: Writer, op: Any, output: Value, x: Value) -> str:
    widths = writer.constant([*(pair[0] for pair in op.pad_width), *(p[1] for p in op.pad_width)])
    border = writer.constant(op.constant_values, x.dtype)
    return writer.node("Pad", writer.cast(x), widths, border)


def expand(writer: Writer, op: Any, output: Value, x: Value) -> str:
    target = writer.constant([1 if length is None else length for length in op.target])
    return writer.node("Expand", writer.cast(x), target)


def full_like(writer: Writer, op: Any, output: Value, x: Value) -> str:
    shape = writer.node("Shape", writer.cast(x))
    return writer.node("Expand", writer.constant(op.fill_value, output.dtype), shape)


def cumsum(writer: Writer, op: Any, output: Value, x: Value) -> str:
    return writer.node("CumSum", writer.cast(x, output.dtype), writer.constant(op.axis))


def clip(writer: Writer, op: Any, output: Value, x: Value) -> str:
    limits = (writer.constant(limit, output.dtype) for limit in (op.x_min, op.x_max))
    return writer.node("Clip", writer.cast(x, output.dtype), *limits)


WRITERS: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(SAME, same),
    **dict.fromkeys(REDUCTIONS, reduction),
    **dict.fromkeys(("ArgMax", "ArgMin"), extreme),
    **dict.fromkeys(("Reshape", "ReshapeSamples", "FoldTime", "UnfoldTime"), reshape),
    **dict.fromkeys(("Conv", "ConvBias", "MaxPool", "AveragePool"), sliding),
    "ConvTranspose": transposed,
    **dict.fromkeys(("Tril", "Triu"), triangle),
    **dict.fromkeys(RECURRENT, recurrent_layer),
    "Where": where,
    "Einsum": einsum,
    "Take": gather("Gather"),
    "TakeAlongAxis": gather("GatherElements"),
    "Embedding": gather("Gather", 0),
    "GetItem": get_item,
    "ExpandDims": axes_of("Unsqueeze"),
    "Squeeze": axes_of("Squeeze"),
    "Pad": pad,
    "BroadcastTo": expand,
    "FullLike": full_like,
    "Cumsum": cumsum,
    "Clip": clip,
    "Cast": lambda writer, op, output, x: writer.cast(x, output.dtype),
}


# Ops that are written as other ops.
def relu(op: Any, x: Any) -> Any:
    if op.is_plain:
        return ops.maximum(x, 0.0)
    ramp = x if op.max_value is None else ops.minimum(x, op.max_value)
    return ops.where(ops.less(x, op.threshold), (x - op.threshold) * op.negative_slope, ramp)


def floor_divide(op: Any, x: Any, y: Any) -> Any:
    dtype = op.dtype(x.dtype, y.dtype)
    return ops.cast(ops.floor(ops.divide(ops.cast(x, "float64"), ops.cast(y, "float64"))), dtype)


def any_true(op: Any, x: Any) -> Any:
    return ops.greater(ops.sum(ops.cast(ops.cast(x, "bool"), "int32"), op.axis, op.keepdims), 0)


def bias_activation(op: Any, x: Any, b: Any) -> Any:
    z = ops.add(x, b)
    return z if op.activation == "linear" else getattr(ops, op.activation)(z)


def normalization(op: Any, x: Any, scale: Any, offset: Any, mean: Any, variance: Any) -> Any:
    steep = ops.divide(scale, ops.sqrt(ops.add(variance, op.epsilon)))
    moved = ops.subtract(offset, ops.multiply(mean, steep))
    axis = shape_math.axis_index(op.axis, x.ndim)
    beside = tuple(-1 if i == axis else 1 for i in range(x.ndim))
    return ops.add(ops.multiply(x, ops.reshape(steep, beside)), ops.reshape(moved, beside))


def layer_normalization(op: Any, x: Any, *weights: Any) -> Any:
    """Layer normalization, also along axes other than the last, for which ONNX has no node."""
    axes = shape_math.reduced_axes(x.ndim, op.axis)
    if op.centered:
        x = ops.subtract(x, ops.mean(x, axes, keepdims=True))
    variance = ops.mean(ops.square(x), axes, keepdims=True)
    x = ops.divide(x, ops.sqrt(ops.add(variance, op.epsilon)))
    beside = tuple(length if i in axes else 1 for i, length in enumerate(x.shape))
    for weight, join in zip(weights, (ops.multiply, ops.add)[not op.scaled :]):
        x = join(x, ops.reshape(weight, beside))
    return x


def position_mask(op: Any, x: Any, y: Any) -> Any:
    def places(x: Any, beside: int) -> Any:
        axis = shape_math.axis_index(op.axis, x.ndim)
        line = x[tuple(slice(None) if i == axis else 0 for i in range(x.ndim))]
        return ops.expand_dims(ops.cumsum(ops.ones_like(line, "float32"), 0), beside)

    ahead = ops.subtract(places(x, 1), places(y, 0))
    seen = ops.less(ops.absolute(ahead), op.window or np.inf)
    return ops.logical_and(seen, ops.greater_equal(ahead, 0.0)) if op.causal else seen


def split(op: Any, x: Any) -> Any:
    before = (slice(None),) * shape_math.axis_index(op.axis, x.ndim)
    cuts = zip((0, *op.ends), (*op.ends, None))
    return tuple(x[(*before, slice(start, end))] for start, end in cuts)


def repeat(op: Any, x: Any) -> Any:
    axis = shape_math.axis_index(op.axis, x.ndim)
    if x.shape[axis] is not None:
        return ops.take(x, np.repeat(np.arange(x.shape[axis]), op.repeats), axis)
    copies = ops.concatenate([ops.expand_dims(x, axis + 1)] * op.repeats, axis + 1)
    return ops.reshape(copies, [-1 if i == axis else n for i, n in enumerate(x.shape)])


def one_hot(op: Any, x: Any) -> Any:
    axis = shape_math.axis_index(op.axis, x.ndim + 1)
    classes = np.arange(op.num_classes).reshape(-1, *[1] * (x.ndim - axis))
    return ops.cast(ops.equal(ops.expand_dims(x, axis), classes), op.as_dtype)


def flip(op: Any, x: Any) -> Any:
    axes = shape_math.reduced_axes(x.ndim, op.axis)
    return x[tuple(slice(None, None, -1 if i in axes else None) for i in range(x.ndim))]


def tile(op: Any, x: Any) -> Any:
    rank = max(x.ndim, len(op.repeats))
    x = ops.expand_dims(x, tuple(range(rank - x.ndim))) if rank > x.ndim else x
    for axis, times in enumerate(op.repeats, start=rank - len(op.repeats)):
        x = ops.concatenate([x] * times, axis) if times > 1 else x
    return x


def rounded(op: Any, x: Any) -> Any:
    scale = 10.0**op.decimals
    return ops.divide(ops.round(ops.multiply(x, scale)), scale)


SPELLED: dict[str, Callable[..., Any]] = {
    "Square": lambda op, x: ops.multiply(x, x),
    "Rsqrt": lambda op, x: ops.divide(1.0, ops.sqrt(x)),
    "Expm1": lambda op, x: ops.multiply(ops.tanh(x * 0.5), ops.add(ops.exp(x), 1.0)),
    "Log1p": lambda op, x: ops.log(ops.add(x, 1.0)),
    "Silu": lambda op, x: ops.multiply(x, ops.sigmoid(x)),
    "Exp2": lambda op, x: ops.exp(ops.multiply(x, np.log(2.0))),
    "Log2": lambda op, x: ops.divide(ops.log(x), np.log(2.0)),
    "Log10": lambda op, x: ops.divide(ops.log(x), np.log(10.0)),
    "Erfc": lambda op, x: ops.subtract(1.0, ops.erf(x)),
    "Trunc": lambda op, x: ops.multiply(ops.sign(x), ops.cast(ops.floor(ops.absolute(x)), x.dtype)),
    "Hypot": lambda op, x, y: ops.sqrt(ops.add(ops.multiply(x, x), ops.multiply(y, y))),
    "Logaddexp": lambda op, x, y: ops.add(x, ops.softplus(ops.subtract(y, x))),
    "Relu": relu,
    "NotEqual": lambda op, x, y: ops.logical_not(ops.equal(x, y)),
    "IsFinite": lambda op, x: ops.less(ops.absolute(x), np.inf),
    "FloorDivide": floor_divide,
    "Mod": lambda op, x, y: ops.subtract(x, ops.multiply(y, ops.floor_divide(x, y))),
    "AnyTrue": any_true,
    "AllTrue": lambda op, x: ops.logical_not(ops.any(ops.logical_not(x), op.axis, op.keepdims)),
    "BiasActivation": bias_activation,
    "BiasAdd": lambda op, x, b: ops.add(
        x, ops.reshape(b, [-1 if i == op.axis % x.ndim else 1 for i in range(x.ndim)])
    ),
    "Normalization": normalization,
    "PositionMask": position_mask,
    **dict.fromkeys(("LayerNormalization", "RMSNormalization"), layer_normalization),
    "Split": split,
    "Stack": lambda op, *xs: ops.concatenate([ops.expand_dims(x, op.axis) for x in xs], op.axis),
    "Repeat": repeat,
    **dict.fromkeys(("OneHot", "OneHotOfIds"), one_hot),
    "UpSample": up_sample,
    "Resize": up_sample,
    "AdaptiveAveragePool": adaptive_average,
    "AdaptiveMaxPool": adaptive_max,
    "Flip": flip,
    "Tile": tile,
    "Round to decimals": rounded,
    "Recurrence in steps": recurrence,
}
"""Ops as other ops: functions of the op and its inputs."""


def kind_of(op: Any) -> str:
    """The name of an op in `WRITERS` or `SPELLED`."""
    name = type(op).__name__
    if name in RECURRENT and op.dropped:
        return f"{name} with dropout"
    if name in RECURRENT:  # ONNX has no masks, and by default these activations
        inner = getattr(op, "recurrent_activation", "sigmoid")
        if op.masked or (op.activation, inner) != ("tanh", "sigmoid"):
            return "Recurrence in steps"
    return "Round to decimals" if name == "Round" and op.decimals else name
