"""Nested lists, tuples and dicts, traversed as in Keras: dicts by their sorted keys."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from funclab.errors import ArgumentError
from funclab.errors.missing_names import guard

NESTED = (list, tuple, dict, deque)


class MAP_TO_NONE:
    """What a function passed to `traverse` returns to mean None instead of "no replacement"."""


def is_nested(structure: Any) -> bool:
    """Whether it is a list, tuple, dict or the like."""
    return isinstance(structure, NESTED)


def _children(structure: Any) -> list[tuple[Any, Any]]:
    """The keys and their values; a dict's keys are sorted, an OrderedDict's are not."""
    if isinstance(structure, dict):
        keys: Any = structure
        if not isinstance(structure, OrderedDict):
            try:
                keys = sorted(structure)
            except TypeError:  # keys of several kinds
                keys = sorted(structure, key=lambda key: (type(key).__name__, repr(key)))
        return [(key, structure[key]) for key in keys]
    return list(enumerate(structure))


def _rebuilt(structure: Any, values: Iterable[Any]) -> Any:
    """The same container with other values, in the order of `_children`."""
    made = list(values)
    if isinstance(structure, dict):
        new = dict(zip([key for key, _ in _children(structure)], made, strict=True))
        new = {key: new[key] for key in structure}
        if isinstance(structure, defaultdict):
            return defaultdict(structure.default_factory, new)
        return OrderedDict(new) if isinstance(structure, OrderedDict) else new
    if hasattr(structure, "_fields"):
        return type(structure)(*made)
    if isinstance(structure, deque):
        return deque(made, structure.maxlen)
    return tuple(made) if isinstance(structure, tuple) else made


def flatten_with_path(structure: Any) -> list[tuple[tuple[Any, ...], Any]]:
    """The leaves, each with the keys that lead to it.

    >>> flatten_with_path({"b": [1], "a": 2})
    [(('a',), 2), (('b', 0), 1)]
    """
    if not is_nested(structure):
        return [((), structure)]
    return [
        ((key, *path), leaf)
        for key, child in _children(structure)
        for path, leaf in flatten_with_path(child)
    ]


def flatten(structure: Any) -> list[Any]:
    """The leaves, depth first.

    >>> flatten({"b": [1, None], "a": (2, (3,))})
    [2, 3, 1, None]
    """
    return [leaf for _, leaf in flatten_with_path(structure)]


def map_structure(func: Callable[..., Any], *structures: Any, none_is_leaf: bool = True) -> Any:
    """The same structure with each leaf replaced by `func` of the leaves in that place.

    func: a function of as many leaves as there are structures.
    none_is_leaf: whether None is passed to `func`; otherwise it stays.
    Raises: ArgumentError if the structures differ.

    >>> map_structure(lambda x, y: x + y, {"a": 1}, {"a": 2})
    {'a': 3}
    """
    if not structures:
        raise _differ("Must provide at least one structure.")

    def mapped(*leaves: Any) -> Any:
        if any(map(is_nested, leaves)):
            raise _differ("Structures don't have the same nested structure.")
        return None if leaves[0] is None and not none_is_leaf else func(*leaves)

    return map_structure_up_to(structures[0], mapped, *structures)


def map_structure_up_to(shallow_structure: Any, func: Callable[..., Any], *structures: Any) -> Any:
    """As `map_structure`, but only down to the leaves of `shallow_structure`.

    >>> map_structure_up_to([0, 0], len, [[1, 2], [3]])
    [2, 1]
    """
    if not structures:
        raise _differ("Must provide at least one structure.")
    if not is_nested(shallow_structure):
        return func(*structures)
    parts = _together((shallow_structure, *structures))
    made = (map_structure_up_to(part, func, *rest) for part, *rest in parts)
    return _rebuilt(shallow_structure, made)


def _together(structures: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """The values for each key in all of the structures.

    Raises: ArgumentError if they do not have the same structure.
    """
    first, *others = structures
    keys = [key for key, _ in _children(first)]
    for other in others:
        same = is_nested(other) and _kind(other) == _kind(first)
        if not same or [key for key, _ in _children(other)] != keys:
            raise _differ("Structures don't have the same nested structure.")
    parts = [[child for _, child in _children(structure)] for structure in structures]
    return zip(*parts, strict=True)


def _kind(structure: Any) -> Any:
    return dict if isinstance(structure, dict) else type(structure)


def _differ(message: str) -> ArgumentError:
    return ArgumentError(
        message,
        why="leaves are matched by their places.",
        fix="pass lists, tuples and dicts that are nested in the same way.",
    )


def assert_same_structure(a: Any, b: Any, check_types: Any = None) -> None:
    """Raise an ArgumentError unless both are nested in the same way.

    check_types: accepted for compatibility; it has no effect.
    """
    map_structure(lambda *_: None, a, b)


def assert_same_paths(a: Any, b: Any) -> None:
    """Raise an ArgumentError unless the same keys lead to leaves; lists count as tuples."""
    mine, yours = ({path for path, _ in flatten_with_path(side)} for side in (a, b))
    if mine != yours:
        raise _differ(
            "`a` and `b` don't have the same paths. Paths in one of them only: "
            f"{sorted(mine ^ yours, key=repr)}."
        )


def pack_sequence_as(structure: Any, flat_sequence: Iterable[Any]) -> Any:
    """The same structure with its leaves taken, in the order of `flatten`, from a list.

    Raises: ArgumentError for more or fewer leaves.

    >>> pack_sequence_as({"b": 0, "a": 0}, [1, 2])
    {'b': 2, 'a': 1}
    """
    leaves = list(flat_sequence)
    if len(leaves) != len(flatten(structure)):
        raise _differ(
            f"The structure has {len(flatten(structure))} leaves, the sequence {len(leaves)}."
        )
    remaining = iter(leaves)
    return map_structure(lambda _: next(remaining), structure)


def traverse(func: Callable[[Any], Any], structure: Any, top_down: bool = True) -> Any:
    """The structure with each part replaced by `func` of it, if that is not None.

    func: a function of a part: the whole, everything in it, and the leaves. It returns MAP_TO_NONE
        to mean None.
    top_down: whether a whole comes before its parts.
    """
    made = func(structure) if top_down else None
    if made is None:
        made = _inside(lambda part: traverse(func, part, top_down), structure)
    if not top_down and (answer := func(made)) is not None:
        made = answer
    return None if made is MAP_TO_NONE or isinstance(made, MAP_TO_NONE) else made


def _inside(func: Callable[[Any], Any], structure: Any) -> Any:
    """A container with each part replaced by `func` of it; a leaf as it is."""
    if not is_nested(structure):
        return structure
    return _rebuilt(structure, [func(part) for _, part in _children(structure)])


def lists_to_tuples(structure: Any) -> Any:
    """The structure with lists replaced by tuples."""

    def as_tuple(part: Any) -> Any:
        return tuple(part) if isinstance(part, list) else None

    return traverse(as_tuple, structure, top_down=False)


def map_shape_structure(func: Callable[[Any], Any], structure: Any) -> Any:
    """The structure with each shape in it replaced by `func` of it."""
    whole = isinstance(structure, (list, tuple)) and all(
        isinstance(length, (int, type(None))) for length in structure
    )
    if whole or not is_nested(structure):
        return func(structure)
    return _inside(lambda part: map_shape_structure(func, part), structure)


guard(__name__, name="funclab.tree")
