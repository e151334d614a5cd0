"""Named products of vectors and tensors, made of other ops; and axes with names."""

from __future__ import annotations

import math
from typing import Any

from funclab.errors import ArgumentError, ShapeError
from funclab.graph.shape_math import size
from funclab.ops.arithmetic import multiply, subtract
from funclab.ops.base import Data, in_keras, shape_of
from funclab.ops.elementwise import square
from funclab.ops.indexing import get_item
from funclab.ops.joining import stack
from funclab.ops.matrices.matmul import tensordot
from funclab.ops.reduction import mean
from funclab.ops.reduction import sum as summed
from funclab.ops.shaping import expand_dims, moveaxis, ravel, reshape, transpose
from funclab.ops.waves import log10


def inner(x1: Data, x2: Data) -> Any:
    """The sum of products over the last axis of both."""
    if not shape_of(x1) or not shape_of(x2):
        return multiply(x1, x2)
    return tensordot(x1, x2, ([-1], [-1]))


def outer(x1: Data, x2: Data) -> Any:
    """Every element of x1 times every one of x2, both flattened."""
    return multiply(expand_dims(ravel(x1), 1), expand_dims(ravel(x2), 0))


def vdot(x1: Data, x2: Data) -> Any:
    """The sum of products of all elements, both flattened."""
    return summed(multiply(ravel(x1), ravel(x2)))


def kron(x1: Data, x2: Data) -> Any:
    """The Kronecker product: x2 times each element of x1, in the place of that element.

    Shapes: x1 (n, m), x2 (k, l) -> (n * k, m * l).
    """
    rank = max(len(shape_of(x1)), len(shape_of(x2)))
    a, b = ((1,) * (rank - len(shape_of(x))) + shape_of(x) for x in (x1, x2))
    x1 = reshape(x1, [n for length in a for n in (length, 1)])
    x2 = reshape(x2, [n for length in b for n in (1, length)])
    return reshape(multiply(x1, x2), list(map(size, zip(a, b))))


def cross(
    x1: Data, x2: Data, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None
) -> Any:
    """The vectors perpendicular to those of x1 and x2, which have 3 or 2 elements along `axis` (or
    axisa and axisb); if both have 2 elements, only the third element.

    Raises: ShapeError for vectors of another length.
    """
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = _parts(x1, axisa), _parts(x2, axisb)

    def turn(i: int, j: int) -> Any:
        return subtract(multiply(a[i], b[j]), multiply(a[j], b[i]))

    if len(a) == len(b) == 2:
        return turn(0, 1)
    a, b = ([*x, multiply(x[0], 0)] if len(x) == 2 else x for x in (a, b))
    return stack([turn(1, 2), turn(2, 0), turn(0, 1)], axisc)


def _parts(x: Any, axis: int) -> list[Any]:
    """The elements of vectors along an axis, one after the other."""
    x = moveaxis(x, axis, -1)
    length = shape_of(x)[-1]
    if length not in (2, 3):
        raise ShapeError(
            f"cross needs vectors of 2 or 3 elements; these have {length}.",
            why="only in three dimensions is there just one direction at right angles to two.",
            fix="name the axis of length 3 with `axis`.",
        )
    return [get_item(x, (..., i)) for i in range(length)]


@in_keras("nn.PSNR")
def psnr(x1: Data, x2: Data, max_val: float) -> Any:
    """The peak signal-to-noise ratio: 20 log10(max_val) - 10 log10(mean squared error)."""
    error = mean(square(subtract(x1, x2)))
    return subtract(multiply(log10(float(max_val)), 20.0), multiply(log10(error), 10.0))


def rearrange(tensor: Any, pattern: str, **axes_lengths: int) -> Any:
    """A tensor with its axes reordered, split or merged, using names for the axes.

    `pattern` is like "b (h w) c -> b c h w": names in parentheses are one axis; to split it, all
    but one of the lengths must be given (here h=...).

    Raises: ArgumentError if the two sides do not have the same names.
    """
    before, after = (_groups(side) for side in pattern.split("->"))
    shape = shape_of(tensor)
    names = [name for group in before for name in group]
    wanted = [name for group in after for name in group]
    if sorted(names) != sorted(wanted) or len(before) != len(shape):
        raise ArgumentError(
            f"rearrange cannot read the pattern {pattern!r} for a tensor of shape {shape}.",
            why="both sides need the same names, and the left one a name, or names in brackets, "
            "for each axis of the tensor.",
            fix='write for example rearrange(x, "b h w c -> b (h w) c").',
        )
    lengths: dict[str, int | None] = {}
    for group, length in zip(before, shape):
        known = {name: axes_lengths[name] for name in group if name in axes_lengths}
        left = None if length is None else length // math.prod(known.values())
        lengths |= {name: known.get(name, left) for name in group}
    apart = reshape(tensor, [_joined([lengths[name]]) for name in names])
    turned = transpose(apart, [names.index(name) for name in wanted])
    return reshape(turned, [_joined([lengths[name] for name in group]) for group in after])


def _groups(side: str) -> list[list[str]]:
    """The names of each axis: "b (h w)" is [["b"], ["h", "w"]]."""
    groups: list[list[str]] = []
    inside = False
    for word in side.replace("(", " ( ").replace(")", " ) ").split():
        if word == "(":
            groups.append([])
        elif word != ")":
            groups[-1:] = [[*groups[-1], word]] if inside else [*groups[-1:], [word]]
        inside = word == "(" or (inside and word != ")")
    return groups


def _joined(lengths: list[int | None]) -> int:
    """The length of axes merged into one; -1, the rest, if one is not known."""
    whole = size(lengths)
    return -1 if whole is None else whole
