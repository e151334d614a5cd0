"""Which positions may attend to which, and dot-product attention."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from funclab.errors import NotSupportedError, ShapeError
from funclab.graph import shape_math
from funclab.graph.op import Array, Op
from funclab.graph.shape_math import Shape, known, show
from funclab.ops.arithmetic import add, logical_and, multiply, where
from funclab.ops.base import Data, shape_of
from funclab.ops.basic import cast
from funclab.ops.copies import repeat
from funclab.ops.matrices.einsum import einsum
from funclab.ops.nn.activation import softmax

LOWEST = -1e9
"""The score of a masked position: e to this power is 0, so a softmax ignores it."""

SCORES, COMBINE = "abcd,aecd->acbe", "acbe,aecd->abcd"
"""Queries and keys (batch, positions, heads, dim) to scores; scores and values to the outputs."""


class PositionMask(Op):
    """out[i, j] = whether position i of x may see position j of y, depending only on i and j.

    If `causal`, only j <= i; with a `window`, only j less than that far from i.

    Shapes: x (..., n, ...), y (..., m, ...), both along `axis` -> out (n, m), of booleans.
    """

    keras = ""
    makes = "bool"
    differentiable = False
    causal: bool = True
    window: int | None = None
    axis: int = 1

    def shape(self, x: Shape, y: Shape) -> Shape:
        return tuple(shape[shape_math.axis_index(self.axis, len(shape))] for shape in (x, y))

    def forward(self, x: Array, y: Array, out: Array) -> None:
        ahead = np.arange(out.shape[0])[:, None] - np.arange(out.shape[1])
        np.less(np.abs(ahead), self.window or math.inf, out)
        if self.causal:
            np.logical_and(out, ahead >= 0, out)


def position_mask(
    x: Any, y: Any, causal: bool = True, window: int | None = None, axis: int = 1
) -> Any:
    """Which positions of y the positions of x may see: with `causal`, none after their own; with
    a `window`, only those less than that far away.

    Shapes: x (..., n, ...), y (..., m, ...), along `axis` -> (n, m), of booleans.
    """
    return PositionMask(causal, window, axis)(x, y)


def dot_product_attention(
    query: Data,
    key: Data,
    value: Data,
    bias: Data = None,
    mask: Data = None,
    scale: float | Data | None = None,
    is_causal: bool = False,
    flash_attention: bool | None = None,
    attn_logits_soft_cap: float | None = None,
) -> Any:
    """softmax(query @ key^T * scale + bias) @ value, for each head.

    Where `mask` is False, a position is not seen; a query that sees none gives the mean of all
    values. `scale` defaults to 1 / sqrt(dim). With `is_causal`, no position sees later ones.

    Shapes: query (batch, n, heads, dim), key and value (batch, m, heads, dim), bias and mask
        (broadcast to batch, heads, n, m) -> (batch, n, heads, dim). Key and value may have fewer
        heads: several heads of the query then share each.
    Raises: ShapeError for tensors with another number of axes; NotSupportedError for
        flash_attention=True and a soft cap.
    """
    if flash_attention or attn_logits_soft_cap is not None:
        raise NotSupportedError(
            f"flash_attention={flash_attention} and attn_logits_soft_cap={attn_logits_soft_cap} "
            "are not supported.",
            why="they are for graphics cards and TPUs.",
            fix="leave them out: the numbers are those of exact attention.",
        )
    shapes = [shape_of(x) for x in (query, key, value)]
    heads, served = (sum(known(shape)[2:3]) for shape in shapes[:2])
    if {*map(len, shapes)} != {4} or heads % (served or 1):
        raise ShapeError(
            "`dot_product_attention` only supports 4D inputs, with as many heads in the query as "
            f"in key and value, or a multiple. Received: {', '.join(map(show, shapes))}.",
            why="the axes are batch, positions, heads and the numbers of a head.",
            fix="give query, key and value the same axes; the layer MultiHeadAttention makes the "
            "heads, of (batch, positions, features).",
        )
    times = heads // served
    if times > 1:
        key, value = repeat(key, times, 2), repeat(value, times, 2)
    scale = 1 / math.sqrt(known(shapes[0])[3]) if scale is None else scale
    scores = einsum(SCORES, multiply(query, scale), key)  # the query is smaller than the scores
    scores = scores if bias is None else add(scores, bias)
    if is_causal:
        seen = position_mask(query, key)
        mask = seen if mask is None else logical_and(cast(mask, "bool"), seen)
    if mask is not None:
        scores = where(mask, scores, LOWEST)
    return einsum(COMBINE, softmax(scores), value)
