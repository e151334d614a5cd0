"""Loops and branches. In a graph, loops are unrolled, so their number of steps must be known in
advance, and all branches are computed. On arrays they run as ordinary Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from funclab.errors import ShapeError
from funclab.graph import structure
from funclab.graph.tensor import Tensor
from funclab.graph.value import Value
from funclab.ops.arithmetic import equal, where
from funclab.ops.base import shape_of
from funclab.ops.creating import numbers
from funclab.ops.indexing import get_item
from funclab.ops.joining import concatenate, stack


def cond(pred: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any]) -> Any:
    """The result of one of two functions; in a graph both run, and one result is selected."""
    if _is_open(pred):
        return _joined(lambda x, y: where(pred, x, y), true_fn(), false_fn())
    return true_fn() if numbers(pred, "cond") else false_fn()


def switch(index: Any, branches: Sequence[Callable[..., Any]], *operands: Any) -> Any:
    """The result of the function with this index; in a graph all run, and one is selected."""
    if not _is_open(index):
        at = min(max(int(numbers(index, "switch")), 0), len(branches) - 1)
        return branches[at](*operands)
    chosen = branches[-1](*operands)
    for i in reversed(range(len(branches) - 1)):
        is_it = equal(index, i) if i else index <= 0
        pick = lambda x, y, is_it=is_it: where(is_it, x, y)  # noqa: E731
        chosen = _joined(pick, branches[i](*operands), chosen)
    return chosen


def fori_loop(lower: int, upper: int, body_fun: Callable[[int, Any], Any], init_val: Any) -> Any:
    """Repeat val = body_fun(i, val) for i from `lower` up to, but without, `upper`."""
    for i in range(int(numbers(lower, "fori_loop")), int(numbers(upper, "fori_loop"))):
        init_val = body_fun(i, init_val)
    return init_val


def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    maximum_iterations: int | None = None,
) -> Any:
    """Repeat loop_vars = body(*loop_vars) while cond(*loop_vars) holds; on arrays only.

    Raises: ArgumentError in a graph, where the number of steps would depend on the data.
    """
    several = isinstance(loop_vars, (tuple, list))
    values, count = tuple(loop_vars) if several else (loop_vars,), 0
    while numbers(cond(*values), "while_loop") and count != maximum_iterations:
        made = body(*values)
        values, count = tuple(made) if several else (made,), count + 1
    return values if several else values[0]


def map(f: Callable[[Any], Any], xs: Any) -> Any:
    """The results of f for each slice of xs along the first axis, stacked."""
    return scan(lambda _, x: (None, f(x)), None, xs)[1]


def vectorized_map(function: Callable[[Any], Any], elements: Any) -> Any:
    """The function's results for each slice of `elements` along the first axis, stacked."""
    return map(function, elements)


def scan(
    f: Callable[[Any, Any], Any],
    init: Any,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
    unroll: int | bool = 1,
) -> tuple[Any, Any]:
    """carry, y = f(carry, x) for each slice x of xs along the first axis. Returns the last carry,
    and all y stacked.
    """
    leaves = [x for x in structure.flatten(xs) if x is not None]
    steps = list(range(_known(shape_of(leaves[0])[0] if leaves else length)))
    made = []
    for i in reversed(steps) if reverse else steps:
        x = structure.map_structure(lambda part, i=i: _at(part, i), xs)
        init, y = f(init, x)
        made.append(y)
    if reverse:
        made.reverse()
    if not made or made[0] is None:
        return init, None
    return init, _joined(lambda *ys: stack(ys), *made)


def associative_scan(
    f: Callable[[Any, Any], Any], elems: Any, reverse: bool = False, axis: int = 0
) -> Any:
    """For each slice along `axis`, all slices up to it combined by f: a running sum, if f adds."""
    length = shape_of(structure.flatten(elems)[0])[axis]
    order = list(range(_known(length)))
    made: list[Any] = []
    for i in reversed(order) if reverse else order:
        part = structure.map_structure(lambda x, i=i: _slice(x, i, axis), elems)
        made.append(f(made[-1], part) if made else part)
    if reverse:
        made.reverse()
    return _joined(lambda *parts: concatenate(parts, axis), *made)


def _at(x: Any, i: int) -> Any:
    return None if x is None else get_item(x, i)


def _slice(x: Any, i: int, axis: int) -> Any:
    before = (slice(None),) * (axis % len(shape_of(x)))
    return get_item(x, (*before, slice(i, i + 1)))


def _is_open(x: Any) -> bool:
    """Whether x is symbolic: it has numbers only when the graph runs."""
    return isinstance(x, (Tensor, Value))


def _joined(function: Callable[..., Any], *trees: Any) -> Any:
    """A tree like the first, each leaf made by the function from that leaf of all trees."""
    leaves = zip(*[structure.flatten(tree) for tree in trees])
    return structure.pack(trees[0], [function(*several) for several in leaves])


def _known(length: int | None) -> int:
    if length is None:
        raise ShapeError(
            "A loop over an axis needs to know its length, and that is None.",
            why="in a graph, a loop is written out step by step.",
            fix="give Input a shape with a number there, or loop over another axis.",
        )
    return length
