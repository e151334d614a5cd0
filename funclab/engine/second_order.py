"""The gradient of a gradient.

A `vjp` is a loop over arrays, without a gradient of its own. But for most ops none is needed: the
gradient of a linear op is linear in g, so that its own gradient is the op again; that of a product
is a product with g. All other ops are written out in such ops where a second tape is open.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np

from funclab import ops
from funclab.engine.vjp import as_read, maker, vjp
from funclab.engine.written_out import SLOPES
from funclab.errors import NotSupportedError
from funclab.graph.op import View
from funclab.graph.shape_math import known
from funclab.graph.value import Call, Constant, Value
from funclab.ops import arithmetic, basic, copies, elementwise, indexing, joining, moving, reduction
from funclab.ops import random as streams
from funclab.ops.matrices.einsum import Einsum
from funclab.ops.matrices.matmul import MatMul
from funclab.ops.nn import activation, conv, dense, pooling, resampling
from funclab.ops.shaping import Transpose

LINEAR: tuple[type, ...] = (
    *(View, Transpose, basic.Cast, elementwise.Negative),
    *(arithmetic.Add, arithmetic.Subtract, arithmetic.Where),
    *(reduction.Sum, reduction.Mean, reduction.Cumsum),
    *(indexing.GetItem, indexing.Take, indexing.TakeAlongAxis, indexing.Embedding, moving.Moving),
    *(copies.BroadcastTo, copies.Flip, copies.Repeat, copies.Tile, copies.Pad),
    *(joining.Concatenate, joining.Stack, joining.Split),
    *(pooling.Average, resampling.Resampling, dense.BiasAdd),
)
"""Their outputs are sums of multiples of their float inputs."""
BILINEAR: tuple[type, ...] = (
    arithmetic.Multiply, MatMul, Einsum, conv.Conv, conv.ConvBias, conv.ConvTranspose,
)  # fmt: skip
"""Products of their first two inputs; a third is added."""
PIECEWISE: tuple[type, ...] = (
    activation.Relu, activation.HardSigmoid, elementwise.Absolute, elementwise.Clip,
    elementwise.NanToNum, streams.Dropout,
)  # fmt: skip
"""Each element is multiplied by a number that does not change with it."""

FUSED = {"tanh": SLOPES[elementwise.Tanh], "sigmoid": SLOPES[elementwise.Sigmoid]}
"""The slopes of activations that are fused with a bias."""


def in_ops(call: Call, gs: Sequence[Value], needs: tuple[int, ...]) -> list[Value] | None:
    """The gradients of a call's inputs as formulas in ops, for a few kinds of ops; else None."""
    op, out, g = call.op, call.outputs[0], gs[0]
    xs = [as_read(value, call) for value in call.inputs]
    if (slope := SLOPES.get(type(op))) is not None:
        return [g * slope(xs[0], out)]
    if isinstance(op, dense.BiasActivation) and op.activation in FUSED:
        gx = g * FUSED[op.activation](xs[0], out)
        return [gx if i == 0 else like(gx, xs[1]) for i in needs]
    if isinstance(op, arithmetic.Divide):
        gx = g / xs[1]
        return [like(gx, xs[0]) if i == 0 else like(-gx * out, xs[1]) for i in needs]
    if isinstance(op, arithmetic.Power):
        x, y = xs
        return [
            like(g * y * x ** (y - 1.0), x)
            if i == 0
            else like(g * out * ops.log(ops.where(x > 0.0, x, ops.ones_like(x))), y)
            for i in needs
        ]
    return None


def of_vjp(call: Call, cs: Sequence[Value | None]) -> dict[int, Value]:
    """The gradients of a Vjp's inputs: of the g's, then of the inputs of its forward call.

    Raises: NotSupportedError for an op whose second gradient is not known.
    """
    gradient: Any = call.op
    forward: Call = gradient.of
    op, g, xs = forward.op, call.inputs[0], [as_read(v, forward) for v in forward.inputs]
    n = len(forward.outputs)
    parts: list[Value | None] = [None] * len(xs)
    for i, part in zip(gradient.needs, cs):
        parts[i] = part
    if isinstance(op, LINEAR) or (
        isinstance(op, dense.BiasActivation) and op.activation == "linear"
    ):
        made = op(*(x if _is_index(x) else zero(x) if c is None else c for c, x in zip(parts, xs)))
        return dict(enumerate(made if isinstance(made, tuple) else [made]))
    if isinstance(op, PIECEWISE):
        return {0: vjp(forward, [part for part in parts[:1] if part is not None], (0,))[0]}
    if isinstance(op, dense.BiasActivation):  # relu
        summands = [part for part in parts if part is not None]
        whole = ops.broadcast_to(reduce(ops.add, summands), xs[0].shape)
        return {0: vjp(forward, [whole], (0,))[0]}
    if isinstance(op, BILINEAR) and len(xs) > 1:
        return _of_product(op, g, xs, parts, n)
    raise NotSupportedError(
        f"The op {op.name} has no second gradient.",
        why="a gradient inside of another GradientTape is differentiated again, and for this op "
        "funclab only knows the first.",
        fix="use other ops between the two tapes, such as convolutions, Dense, relu, tanh, "
        "softmax, sums and products.",
    )


def _of_product(
    op: Any, g: Value, xs: Sequence[Value], parts: Sequence[Value | None], n: int
) -> dict[int, Value]:
    found: dict[int, list[Value]] = {0: [], n: [], n + 1: []}
    for i in (0, 1):
        part = parts[i]
        if part is not None:
            made = [part if j == i else x if j < 2 else zero(x) for j, x in enumerate(xs)]
            product = op(*made)
            found[0].append(product)
            found[n + 1 - i] += vjp(maker(product), [g], (1 - i,))
    if len(xs) > 2 and parts[2] is not None:
        found[0].append(op(zero(xs[0]), xs[1], parts[2]))
    return {i: reduce(ops.add, made) for i, made in found.items() if made}


def like(value: Value, x: Value) -> Value:
    """A value summed over the axes along which x was broadcast."""
    lead = len(value.shape) - len(x.shape)
    stretched = [i + lead for i, n in enumerate(x.shape) if n == 1 != value.shape[i + lead]]
    axes = (*range(lead), *stretched)
    return ops.reshape(ops.sum(value, axes), x.shape) if axes else value


def zero(value: Value) -> Value:
    return Constant(np.zeros(known(value.shape), value.dtype))


def _is_index(value: Value) -> bool:
    return not value.dtype.startswith("float")
