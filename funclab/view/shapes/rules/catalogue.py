"""Shape rules of the ops beyond the everyday ones: matrices, order, parts that are written."""

from __future__ import annotations

from funclab.shape_math import axis_index, reduced_axes
from funclab.view.shapes.rules.numbers import (
    Axis,
    CallShapes,
    Derivation,
    Number,
    computed,
    for_ops,
    product,
    setting,
    show,
)


@for_ops("Tril", "Triu")
def triangle(call: CallShapes) -> Derivation:
    return "A triangle of each matrix becomes zero: the shape stays.", [call.all_same()]


@for_ops("Roll", "Argsort", "SliceUpdate", "ScatterUpdate")
def stays(call: CallShapes) -> Derivation:
    words = {
        "roll": "The elements move on and come in again at the other end: the shape stays.",
        "argsort": "Each element is told the index of the one that comes there: the shape stays.",
    }
    default = "Some elements are written anew: the shape stays."
    return words.get(call.layer.name, default), [call.all_same()]


@for_ops("SearchSorted")
def search(call: CallShapes) -> Derivation:
    return "Each value is told an index: the shape of the values.", [call.all_same(1)]


@for_ops("TopIndices")
def top(call: CallShapes) -> Derivation:
    k, n = call.layer.k, call.x[-1]
    last = setting("k", k) if n is None or k <= n else call.same(-1)
    return f"Of the last axis, {k} are chosen.", [[*call.all_same()[:-1], last]]


@for_ops("Quantile")
def quantile(call: CallShapes) -> Derivation:
    gone, kept = reduced_axes(len(call.x), call.layer.axis), call.layer.keepdims
    axes = call.reduced(gone, kept)
    if isinstance(call.layer.q, tuple):
        axes = [Axis(str(len(call.layer.q)), len(call.layer.q)), *axes]
        return "The elements are put in order and taken together, once for each q.", [axes]
    return "The elements are put in order and taken together.", [axes]


@for_ops("Diag", "Diagflat")
def diag(call: CallShapes) -> Derivation:
    if call.layer.name == "diag" and len(call.x) == 2:
        return diagonal(call)
    length = product(call.x)
    side = computed(length + abs(call.layer.k) if call.layer.k else length)
    words = "A square matrix with the elements on its diagonal: as many rows as elements"
    return f"{words}{', and |k| more' if call.layer.k else ''}.", [[side, side]]


@for_ops("Diagonal")
def diagonal(call: CallShapes) -> Derivation:
    op = call.layer
    pair = (op.axis1, op.axis2) if hasattr(op, "axis1") else (0, 1)
    rows, columns = (axis_index(axis, len(call.x)) for axis in pair)
    last = Axis(f"{show(call.outputs[0][-1])}", call.outputs[0][-1])
    words = f"Of axes {rows} and {columns} the diagonal is left, as the last axis."
    return words, [[*call.reduced((rows, columns), False), last]]


@for_ops("Rot90")
def rot90(call: CallShapes) -> Derivation:
    first, second = (axis_index(axis, len(call.x)) for axis in call.layer.axes)
    axes = call.all_same()
    if call.layer.k % 2:
        axes[first], axes[second] = axes[second], axes[first]
        return f"A quarter turn: axes {first} and {second} change places.", [axes]
    return "A half turn: the shape stays.", [axes]


@for_ops("Unfold")
def unfold(call: CallShapes) -> Derivation:
    high, wide = _pair(call.layer.kernel_size)
    window = computed(call.number(1) * high * wide)
    count = _windows(call, 2) * _windows(call, 3)
    words = "Each window becomes a column: channels × window, by as many columns as windows fit."
    return words, [[call.same(0), window, computed(count)]]


def _windows(call: CallShapes, axis: int) -> Number:
    """How many windows fit along an axis."""
    op, i = call.layer, axis - 2
    span = _pair(op.dilation)[i] * (_pair(op.kernel_size)[i] - 1) + 1
    length = call.number(axis) + 2 * _pair(op.padding)[i] if _pair(op.padding)[i] else None
    return ((length or call.number(axis)) - span) // _pair(op.stride)[i] + 1


def _pair(n: int | tuple[int, int]) -> tuple[int, int]:
    return (n, n) if isinstance(n, int) else n


@for_ops("Fold")
def fold(call: CallShapes) -> Derivation:
    high, wide = _pair(call.layer.kernel_size)
    channels = computed(call.number(1) // (high * wide))
    size = call.layer.output_size
    names = ["output_size"] * 2 if isinstance(size, int) else ["output_size[0]", "output_size[1]"]
    sizes = list(map(setting, names, _pair(size)))
    return "Each column is laid where its window was.", [[call.same(0), channels, *sizes]]


@for_ops("Inv", "Cholesky", "Solve")
def matrix(call: CallShapes) -> Derivation:
    index = 1 if call.layer.name == "solve" else 0
    words = "Each matrix becomes one of the same shape."
    if index:
        words = "One solution for each right side: the shape of these."
    return words, [call.all_same(index)]


@for_ops("Pinv")
def pinv(call: CallShapes) -> Derivation:
    *before, rows, columns = call.all_same()
    return "Rows and columns change places, as in a transpose.", [[*before, columns, rows]]


@for_ops("Det", "Slogdet")
def det(call: CallShapes) -> Derivation:
    each = call.all_same()[:-2]
    return "One number for each matrix: its two axes go.", [each] * call.layer.n_outputs


@for_ops("Eigh")
def eigh(call: CallShapes) -> Derivation:
    words = "As many eigenvalues as rows, and as many eigenvectors, as columns."
    return words, [call.all_same()[:-1], call.all_same()]


@for_ops("Qr", "Svd", "SingularValues")
def factors(call: CallShapes) -> Derivation:
    *before, rows, columns = call.all_same()
    n, m = call.x[-2:]
    short = columns if n is not None and m is not None and m < n else rows
    if call.layer.name == "singular_values":
        return "The shorter side of a matrix counts its singular values.", [[*before, short]]
    if call.layer.name == "svd":
        u, v = (rows, columns) if call.layer.full_matrices else (short, short)
        words = "u has the rows of x, v^T its columns; the shorter side counts the values."
        return words, [[*before, rows, u], [*before, short], [*before, v, columns]]
    k = rows if call.layer.mode == "complete" else short
    words = "q has the rows of x, r its columns; between them lies the shorter side."
    return words, [[*before, rows, k], [*before, k, columns]]


@for_ops("Segment")
def segment(call: CallShapes) -> Derivation:
    first = setting("num_segments", call.layer.num_segments)
    return "The slices with one id become one.", [[first, *call.all_same()[1:]]]
