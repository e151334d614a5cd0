"""Calls whose names begin alike, `block_7_expand` and `block_7_project`, in a frame: `block_7`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from funclab.graph.node import Node
from funclab.view.scene.repeats import Item, Repetition, calls

FEWEST_CALLS = 4


class Family:
    """Parts of a graph that follow each other and whose calls share a prefix."""

    def __init__(self, prefix: str, items: list[Item]) -> None:
        self.prefix, self.items = prefix, items
        self.calls = calls(items)


def prefix_of(nodes: Iterable[Node]) -> str:
    """The longest prefix that the names of all calls share; nothing if there is none."""
    shared = set.intersection(*(_prefixes(node) for node in nodes))
    return max(shared, key=len, default="")


def _prefixes(node: Node) -> set[str]:
    """What a name may begin with: all up to a number that an underline follows."""
    name = node.operation.name
    return {name[: match.start()] for match in re.finditer(r"(?<=\d)_(?=.)", name)}


def families(items: Sequence[Item]) -> list[Item | Family]:
    """The same parts, with those in families that have at least a few calls each."""
    found: list[Item | Family] = []
    shared = [set.intersection(*map(_prefixes, calls([item]))) for item in items]
    start = 0
    while start < len(items):
        family = None
        for prefix in sorted(shared[start], key=len, reverse=True):
            size = next((i for i, own in enumerate(shared[start:]) if prefix not in own), None)
            members = list(items[start:][:size])
            if len(calls(members)) >= FEWEST_CALLS and not _is_repetition(members):
                family = Family(prefix, members)
                break
        found.append(family or items[start])
        start += len(family.items) if family else 1
    return found


def _is_repetition(items: Sequence[Item]) -> bool:
    """Whether there is a frame around the calls without that of a family."""
    return len(items) == 1 and isinstance(items[0], Repetition)
