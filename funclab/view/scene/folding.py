"""Boxes that stand for several calls: repeats, calls whose names begin alike, and what is left out
of the middle of a model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from funclab.graph.node import Node
from funclab.view.draw.text import clean, listed, plural
from funclab.view.scene import words
from funclab.view.scene.repeats import Item, Repetition, calls
from funclab.view.scene.scene import Box

FOLD = "fold"
MOST_AT_AN_END = 20
FEWEST_CALLS = 4
"""Calls that share a prefix and are worth a frame."""


class Family:
    """Parts of a graph that follow each other and whose calls share a prefix in their names:
    `block_7_expand` and `block_7_project` stand in a frame `block_7`.
    """

    def __init__(self, prefix: str, items: list[Item]) -> None:
        self.prefix, self.items = prefix, items
        self.calls = calls(items)


class LeftOut(NamedTuple):
    """Calls that are left out."""

    number: int
    nodes: list[Node]


class Several:
    """The calls of a layer with several nodes, in the layers face."""

    def __init__(self, calls: list[Node]) -> None:
        self.calls = calls


Entry = Node | Repetition | Family | LeftOut | Several
"""What one box stands for."""


def calls_of(entry: Entry) -> list[Node]:
    """The calls that a box stands for, drawn or not."""
    if isinstance(entry, Repetition):
        return [node for block in entry.calls for node in block]
    if isinstance(entry, (Family, Several)):
        return entry.calls
    return entry.nodes if isinstance(entry, LeftOut) else [entry]


def left_out_box(run: LeftOut, prefix: str) -> Box:
    """The box of calls that are left out."""
    first, last = run.nodes[0], run.nodes[-1]
    layers = len({node.operation for node in run.nodes})
    calls = plural(len(run.nodes), "call")
    return Box(
        key=f"{prefix}{fold_key(run.number)}",
        name=f"… {plural(len(run.nodes), 'more call')}",
        detail=f"of {plural(layers, 'layer')}, left out here",
        role=FOLD,
        title=f"{calls} in between are not drawn, from {first.key} to {last.key}.",
        inputs=1,
        members=[f"{prefix}{node.key}" for node in run.nodes],
    )


def family_box(family: Family, key: str, prefix: str) -> Box:
    """The box of calls whose names share a prefix, without what is inside it."""
    count = plural(len(family.calls), "call")
    first, last = family.calls[0].key, family.calls[-1].key
    return Box(
        key=key,
        name=clean(family.prefix),
        detail=count,
        role="names",
        inputs=1,
        title=f"{clean(family.prefix)}: {count}, {clean(first)} to {clean(last)}.",
        members=[f"{prefix}{node.key}" for node in family.calls],
    )


def fold_key(run: int) -> str:
    return FOLD if run == 0 else f"{FOLD} {run + 1}"


def repeat_box(repeat: Repetition, key: str, prefix: str) -> Box:
    """The box of a repeat, without what is inside it."""
    blocks = repeat.calls
    kind = "alike" if repeat.alike else "equal"
    weights = weights_words(repeat)
    single = len(blocks[0]) == 1
    what = f"{kind} {'calls' if single else 'blocks'}"
    size = "" if single else f" of {plural(len(blocks[0]), 'call')}"
    varies = repeat.varies() if repeat.alike else []
    changes = f" They differ in {listed(varies)}." if varies else ""
    return Box(
        key=key,
        name=words.detail(blocks[0][0].operation) if single else "",
        detail=", ".join(filter(None, [what, weights])),
        role="repeat",
        inputs=1,
        title=f"{len(blocks)} {what}{size}{weights and ', '}{weights}: "
        f"{clean(blocks[0][0].key)} to {clean(blocks[-1][-1].key)}.{changes}",
        starts=[f"{prefix}{block[0].key}" for block in blocks],
        varies=varies,
        members=[f"{prefix}{node.key}" for block in blocks for node in block],
    )


def weights_words(repeat: Repetition) -> str:
    """Whether the blocks of a repeat have weights of their own."""
    first, second = ({node.operation for node in block} for block in repeat.calls[:2])
    weighted = {layer for layer in first if words.weights_of(layer)}
    if not weighted:
        return ""
    if weighted <= second:
        return "one set of weights"
    return "some weights shared" if weighted & second else "own weights each"


def without_the_middle(
    entries: list[Entry], limit: int, focus: Node | None
) -> tuple[list[Entry], bool]:
    """Entries in order, with one or two runs of them left out, and whether the focus moved these.

    Without a `focus` the middle is left out. A focus that would be left out with it is shown, with
    the entries around it, between two runs. No cut of a topological order makes a loop.
    """
    at = next((i for i, entry in enumerate(entries) if focus in calls_of(entry)), -1)
    keep = max(1, min(MOST_AT_AN_END, limit // 2))
    count, moved = len(entries), False
    if count <= max(limit, 2 * keep + 1):
        return entries, moved
    cuts = [(keep, count - keep)]
    if keep <= at < count - keep:
        moved, ends = True, max(1, keep // 4)
        size = max(1, 2 * (keep - ends))
        start = max(ends, min(at - size // 2, count - ends - size))
        around = [(ends, start), (start + size, count - ends)]
        cuts = [(first, last) for first, last in around if first < last]
    left = list(entries)
    for i, (first, last) in reversed(list(enumerate(cuts))):
        nodes = [node for entry in entries[first:last] for node in calls_of(entry)]
        left[first:last] = [LeftOut(i, nodes)]
    return left, moved


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
