"""Boxes that stand for several calls: repeats, and what is left out of the middle of a model."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, NamedTuple, TypeVar

from funclab.graph.node import Node
from funclab.view.draw.text import clean, listed, plural
from funclab.view.scene import words
from funclab.view.scene.prefixes import Family
from funclab.view.scene.repeats import Repetition
from funclab.view.scene.scene import Box

Part = TypeVar("Part", bound=Hashable)

FOLD = "fold"
MOST_AT_AN_END = 20


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
        first=f"{prefix}{first.key}",
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


class Folding(Generic[Part]):
    """Parts in order, one or two runs of which are left out.

    Without a `focus` the middle is left out. A focus that would be left out with it is shown, with
    the parts around it, between two runs. No cut of a topological order makes a loop.
    """

    def __init__(self, parts: list[Part], limit: int, focus: Part | None = None) -> None:
        self.parts = parts
        self.moved = False
        """Whether other parts are drawn than without the focus."""
        self.runs = [parts[start:end] for start, end in self._cuts(limit, focus)]
        self.run_of = {part: i for i, run in enumerate(self.runs) for part in run}

    def _cuts(self, limit: int, focus: Part | None) -> list[tuple[int, int]]:
        count = len(self.parts)
        keep = max(1, min(MOST_AT_AN_END, limit // 2))
        if count <= max(limit, 2 * keep + 1):
            return []
        if focus is None or not (keep <= (at := self.parts.index(focus)) < count - keep):
            return [(keep, count - keep)]
        self.moved = True
        ends = max(1, keep // 4)
        size = max(1, 2 * (keep - ends))
        start = max(ends, min(at - size // 2, count - ends - size))
        cuts = [(ends, start), (start + size, count - ends)]
        return [(first, last) for first, last in cuts if first < last]

    @property
    def shown(self) -> list[Part]:
        return [part for part in self.parts if part not in self.run_of]

    @property
    def hidden(self) -> int:
        """How many parts are left out."""
        return len(self.run_of)

    def starts_run(self, part: Part) -> bool:
        """Whether the box of a run belongs where this part would be."""
        run = self.run_of.get(part)
        return run is not None and self.runs[run][0] == part
