"""Fused ops written out in simpler ones, for second gradients: the same function, more calls."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from funclab import ops
from funclab.ops import arithmetic, elementwise, reduction, waves
from funclab.ops.nn import activation, losses, normalization
from funclab.ops.nn.activation import SELU
from funclab.ops.nn.scores import AbsoluteError, SquaredError, Total


def elu(x: Any, scale: float, alpha: float) -> Any:
    """scale * x above 0, alpha * (e^x - 1) below; e^x is not computed above."""
    return ops.where(x > 0.0, scale * x, alpha * (ops.exp(ops.where(x > 0.0, 0.0 * x, x)) - 1.0))


def gelu(op: Any, x: Any) -> Any:
    if op.approximate:
        inner = math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)
        return 0.5 * x * (1.0 + ops.tanh(inner))
    return 0.5 * x * (1.0 + ops.erf(x * (1 / math.sqrt(2))))


def softmax(op: Any, x: Any) -> Any:
    return ops.exp(log_softmax(op, x))


def log_softmax(op: Any, x: Any) -> Any:
    return x - ops.logsumexp(x, getattr(op, "axis", -1), keepdims=True)


def log_sum_exp(op: Any, x: Any) -> Any:
    top = ops.stop_gradient(ops.max(x, op.axis, keepdims=True))
    total = ops.log(ops.sum(ops.exp(x - top), op.axis, keepdims=True)) + top
    return total if op.keepdims else ops.squeeze(total, op.axis)


def cross_entropy(op: Any, target: Any, x: Any) -> Any:
    return -ops.sum(target * log_softmax(op, x), -1)


def sparse_cross_entropy(op: Any, target: Any, x: Any) -> Any:
    places = ops.expand_dims(ops.cast(target, "int32"), -1)
    return -ops.squeeze(ops.take_along_axis(log_softmax(op, x), places, -1), -1)


def binary_cross_entropy(op: Any, target: Any, x: Any) -> Any:
    return ops.softplus(x) - x * target


def squared_error(op: Any, target: Any, x: Any) -> Any:
    return ops.mean(ops.square(x - target), -1)


def absolute_error(op: Any, target: Any, x: Any) -> Any:
    return ops.mean(ops.abs(x - target), -1)


def total(op: Any, v: Any, *weights: Any) -> Any:
    if not weights:
        return ops.mean(v) if op.mean else ops.sum(v)
    lead = (*weights[0].shape, *(1,) * (len(v.shape) - len(weights[0].shape)))
    whole = ops.sum(v * ops.reshape(weights[0], lead))
    number = math.prod(v.shape)
    if len(weights) == 2:
        return whole / (ops.sum(weights[1]) * (number / math.prod(weights[1].shape)))
    return whole * (1.0 / number if op.mean else 1.0)


def layer_normalization(op: Any, x: Any, *weights: Any) -> Any:
    axes = tuple(axis % len(x.shape) for axis in op.axis)
    centred = x - ops.mean(x, axes, keepdims=True) if op.centered else x
    y = centred / ops.sqrt(ops.mean(ops.square(centred), axes, keepdims=True) + op.epsilon)
    beside = [x.shape[i] if i in axes else 1 for i in range(len(x.shape))]
    if op.scaled:
        y = y * ops.reshape(weights[0], beside)
    return y + ops.reshape(weights[-1], beside) if op.moved else y


def normalization_of(op: Any, x: Any, scale: Any, offset: Any, mean: Any, variance: Any) -> Any:
    beside = _beside(op, x)
    scale, offset, mean, variance = (
        ops.reshape(v, beside) for v in (scale, offset, mean, variance)
    )
    return (x - mean) / ops.sqrt(variance + op.epsilon) * scale + offset


def batch_normalization(op: Any, x: Any, scale: Any, offset: Any, *moving: Any) -> Any:
    others = tuple(i for i in range(len(x.shape)) if i != op.axis % len(x.shape))
    centred = x - ops.mean(x, others, keepdims=True)
    y = centred / ops.sqrt(ops.mean(ops.square(centred), others, keepdims=True) + op.epsilon)
    return y * ops.reshape(scale, _beside(op, x)) + ops.reshape(offset, _beside(op, x))


def larger(op: Any, x: Any, y: Any) -> Any:
    share = ops.cast(x > y, x.dtype) + 0.5 * ops.cast(ops.equal(x, y), x.dtype)
    return x * share + y * (1.0 - share)


def smaller(op: Any, x: Any, y: Any) -> Any:
    return -larger(op, -x, -y)


def peak(op: Any, x: Any) -> Any:
    """The extreme elements, each with its share, added up."""
    find = ops.max if isinstance(op, reduction.Max) else ops.min
    chosen = ops.cast(ops.equal(x, find(x, op.axis, keepdims=True)), x.dtype)
    share = chosen / ops.sum(chosen, op.axis, keepdims=True)
    return ops.sum(x * ops.stop_gradient(share), op.axis, keepdims=op.keepdims)


def _beside(op: Any, x: Any) -> list[int]:
    axis = op.axis % len(x.shape)
    return [n if i == axis else 1 for i, n in enumerate(x.shape)]


WRITTEN_OUT: dict[type, Callable[..., Any]] = {
    activation.Elu: lambda op, x: elu(x, 1.0, op.alpha),
    activation.Selu: lambda op, x: elu(x, *SELU),
    activation.Silu: lambda op, x: x * ops.sigmoid(x),
    activation.Gelu: gelu,
    activation.Softmax: softmax,
    activation.LogSoftmax: log_softmax,
    reduction.LogSumExp: log_sum_exp,
    reduction.Max: peak,
    reduction.Min: peak,
    arithmetic.Maximum: larger,
    arithmetic.Minimum: smaller,
    losses.CrossEntropy: cross_entropy,
    losses.SparseCrossEntropy: sparse_cross_entropy,
    losses.BinaryCrossEntropy: binary_cross_entropy,
    SquaredError: squared_error,
    AbsoluteError: absolute_error,
    Total: total,
    normalization.LayerNormalization: layer_normalization,
    normalization.RMSNormalization: layer_normalization,
    normalization.Normalization: normalization_of,
    normalization.BatchNormalization: batch_normalization,
}

SLOPES: dict[type, Callable[[Any, Any], Any]] = {
    elementwise.Square: lambda x, out: 2.0 * x,
    elementwise.Sqrt: lambda x, out: 0.5 / out,
    elementwise.Rsqrt: lambda x, out: -0.5 * out / x,
    elementwise.Reciprocal: lambda x, out: -out * out,
    elementwise.Exp: lambda x, out: out,
    elementwise.Expm1: lambda x, out: out + 1.0,
    elementwise.Log: lambda x, out: 1.0 / x,
    elementwise.Log1p: lambda x, out: 1.0 / (x + 1.0),
    elementwise.Sin: lambda x, out: ops.cos(x),
    elementwise.Cos: lambda x, out: -ops.sin(x),
    elementwise.Tanh: lambda x, out: 1.0 - out * out,
    elementwise.Sigmoid: lambda x, out: out * (1.0 - out),
    activation.Softplus: lambda x, out: ops.sigmoid(x),
    activation.Softsign: lambda x, out: 1.0 / ops.square(1.0 + ops.abs(x)),
    waves.Erf: lambda x, out: ops.exp(-ops.square(x)) * (2 / math.sqrt(math.pi)),
    waves.Sinh: lambda x, out: ops.cosh(x),
    waves.Cosh: lambda x, out: ops.sinh(x),
    waves.Arctan: lambda x, out: 1.0 / (1.0 + ops.square(x)),
}
"""The slopes of functions of one number, as formulas of x and out."""
