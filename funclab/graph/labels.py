"""The canonical form of a graph: labels that are equal for parts that are connected alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

Part = TypeVar("Part")
Label = TypeVar("Label")


def labels(
    parts: Iterable[Part],
    links: Callable[[Part], Iterable[tuple[Any, ...]]],
    label: Callable[[Part, list[Any]], Label],
) -> dict[Part, Label]:
    """A label for each part, made of what it is and of the labels of the parts that it reads, which
    come before it: equal labels mean equal computations (Weisfeiler and Leman 1968).

    `links` gives what a part reads: other parts, each with the number of its output and the like.
    `label` gets the same with labels instead of parts, None for those outside of `parts`. In
    reverse, with readers for links, labels say what depends on a part.
    """
    known: dict[Part, Label] = {}
    for part in parts:
        known[part] = label(part, [(known.get(other), *how) for other, *how in links(part)])
    return known
