"""A block: calls of a graph that are drawn as one box when there is no room for each of them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from funclab.view.blocks.flow import SILENT, Flow


@dataclass(eq=False)
class Block:
    """A node of the tree of blocks."""

    kind: str
    """call; chain: parts in order; ways: ways beside each other, then where they meet; run: alike
    blocks one after another; beside: alike ways."""
    parts: list[Block]
    nodes: list[int]
    """The calls in it, by number."""
    signature: int
    """Equal for blocks that are alike."""
    role: str = ""
    """Of a chain: block (repeated), unit (a layer with its norm and activation), rest (what is left
    between blocks), shared; of ways: skip, branches; of a run: stage, family (of stages)."""
    silent: bool = False
    """Whether a block is the same without it."""
    merge: Block | None = None
    main: Block | None = None
    """Of ways: where they meet, and the longest of them."""
    passed: bool = False
    """Whether what enters reaches the merge as it is, too."""
    tail: list[Block] = field(default_factory=list)
    """Norms and activations after the merge."""

    @property
    def is_call(self) -> bool:
        return self.kind == "call"

    @property
    def is_run(self) -> bool:
        return self.kind == "run"

    @property
    def is_skip(self) -> bool:
        return self.role == "skip"

    @property
    def is_stage(self) -> bool:
        return self.is_run and self.role == "stage"

    @cached_property
    def form(self) -> Hashable:
        """Equal for blocks with the same kinds of parts, all the way down."""
        return self.kind, tuple(part.form for part in self.parts)

    @property
    def is_plain(self) -> bool:
        """Whether its calls follow each other one by one."""
        chained = self.kind not in ("ways", "beside")
        return self.is_call or (chained and all(part.is_plain for part in self.parts))


def call(flow: Flow, i: int) -> Block:
    silent = flow.calls[i].kind in SILENT
    return Block("call", [], [i], flow.signatures[i], silent=silent)


def row(flow: Flow, parts: Sequence[Block]) -> int:
    """The signature of parts in order."""
    return flow.number(("chain", *(part.signature for part in parts if not part.silent)))


def nodes_of(parts: Sequence[Block]) -> list[int]:
    return [i for part in parts for i in part.nodes]


def chain(
    flow: Flow, parts: Sequence[Block], role: str = "", signature: int | None = None
) -> Block:
    number = row(flow, parts) if signature is None else signature
    return Block("chain", [*parts], nodes_of(parts), number, role)


def run(parts: Sequence[Block], role: str, signature: int | None = None) -> Block:
    number = parts[0].signature if signature is None else signature
    return Block("run", [*parts], nodes_of(parts), number, role)


def ways(flow: Flow, branches: list[Block], merge: Block | None, passed: bool) -> Block:
    """Ways beside each other. One that is as good as nothing is a skip: what enters goes past the
    main way, at most through a projection."""
    main = max(branches, key=lambda branch: len(branch.nodes))
    others = [branch for branch in branches if branch is not main]
    projected = (
        merge is not None
        and flow.calls[merge.nodes[0]].kind == "Add"
        and len(others) == 1
        and len(others[0].nodes) <= min(3, len(main.nodes) - 1)
    )
    is_skip = merge is not None and (not others if passed else projected)
    end = merge.signature if merge else None
    signature = flow.number(("skip", end, main.signature)) if is_skip else None
    if signature is None:
        own = sorted(branch.signature for branch in branches)
        signature = flow.number(("ways", end, passed, *own))
    parts = [*_beside(flow, branches), *([merge] if merge else [])]
    role = "skip" if is_skip else "branches"
    nodes = nodes_of(parts)
    return Block("ways", parts, nodes, signature, role, merge=merge, main=main, passed=passed)


def _beside(flow: Flow, branches: list[Block]) -> list[Block]:
    """Three ways or more that are alike, and hold no end of the model, are one part."""
    alike: dict[int, list[Block]] = {}
    for branch in branches:
        alike.setdefault(branch.signature, []).append(branch)
    parts: list[Block] = []
    for signature, group in alike.items():
        if len(group) >= 3 and flow.ends.isdisjoint(nodes_of(group)):
            number = flow.number(("beside", signature))
            parts.append(Block("beside", group, nodes_of(group), number))
        else:
            parts += group
    return parts
