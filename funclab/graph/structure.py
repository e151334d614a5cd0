"""Nested lists, tuples and dicts, and walks through what leads from one thing to others.

Dicts keep the order in which they were written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")


def is_container(tree: Any) -> bool:
    return isinstance(tree, (list, tuple, dict))


def flatten(tree: Any) -> list[Any]:
    """The leaves of a tree, depth first.

    >>> flatten({"a": [1, 2], "b": (3,)})
    [1, 2, 3]
    """
    if isinstance(tree, dict):
        return [leaf for value in tree.values() for leaf in flatten(value)]
    if isinstance(tree, (list, tuple)):
        return [leaf for value in tree for leaf in flatten(value)]
    return [tree]


def as_list(x: Any) -> list[Any]:
    """The items of a list or tuple; anything else as the only item."""
    return list(x) if isinstance(x, (list, tuple)) else [x]


def map_structure(function: Callable[[Any], Any], tree: Any) -> Any:
    """The same tree with every leaf replaced by `function(leaf)`."""
    if isinstance(tree, dict):
        return {key: map_structure(function, value) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return _like(tree, [map_structure(function, value) for value in tree])
    return function(tree)


def pack(tree: Any, leaves: Iterable[Any]) -> Any:
    """The same tree with its leaves taken, in order, from `leaves`.

    >>> pack({"a": [0, 0], "b": 0}, [1, 2, 3])
    {'a': [1, 2], 'b': 3}
    """
    remaining: Iterator[Any] = iter(leaves)
    return map_structure(lambda _: next(remaining), tree)


def unpack_singleton(tree: Any) -> Any:
    """The leaf in a list or tuple of one leaf; anything else unchanged."""
    alone = isinstance(tree, (list, tuple)) and len(tree) == 1 and not is_container(tree[0])
    return tree[0] if alone else tree


def shapes_of(tree: Any) -> Any:
    """The shape of each tensor; for a list of one tensor, just its shape."""
    return map_structure(lambda tensor: tensor.shape, unpack_singleton(tree))


def paths(tree: Any, prefix: str = "") -> list[str]:
    """A readable path for each leaf: `0`, `left`, `left.1`."""
    if isinstance(tree, dict):
        branches = tree.items()
    elif isinstance(tree, (list, tuple)):
        branches = enumerate(tree)
    else:
        return [prefix]
    return [path for key, value in branches for path in paths(value, f"{prefix}.{key}".lstrip("."))]


def same_structure(a: Any, b: Any) -> bool:
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same_structure(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(same_structure, a, b))
    return not is_container(a) and not is_container(b)


def reachable(starts: Iterable[T], following: Callable[[T], Iterable[T]]) -> dict[T, None]:
    """Some starts and all that follows from them, at any depth: each once.

    >>> list(reachable([12], lambda number: [number // 2] if number % 2 == 0 else []))
    [12, 6, 3]
    """
    found: dict[T, None] = {}
    waiting = [*starts]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found[one] = None
            waiting += following(one)
    return found


def _like(tree: Any, values: list[Any]) -> Any:
    if isinstance(tree, tuple):
        return type(tree)(*values) if hasattr(tree, "_fields") else tuple(values)
    return values
